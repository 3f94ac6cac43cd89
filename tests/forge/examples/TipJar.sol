// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

import {
    IPaymentCallback,
    IRoyaltySplitter
} from "../../../contracts/interfaces/IRoyaltySplitter.sol";
import {Fee} from "../../../contracts/types/Structs.sol";

/// @title TipJar
/// @notice Tips for any work, from the tipper's wallet straight into the splitter; a platform keeps
/// a twentieth. Holds no money: the platform's part is credited to it in the splitter.
contract TipJar is IPaymentCallback {
    using SafeTransferLib for address;

    uint256 internal constant CUT = 500; // basis points
    uint256 internal constant WHOLE = 10_000;

    IRoyaltySplitter internal immutable SPLITTER;
    address internal immutable PLATFORM;

    /// @notice Only the splitter may call this.
    error OnlySplitter(address caller);

    constructor(IRoyaltySplitter splitter, address platform) {
        SPLITTER = splitter;
        PLATFORM = platform;
    }

    /// @notice Tips a work. ERC-20 needs an allowance to this contract.
    /// @param token ERC-20, or `address(0)` for ETH.
    /// @param amount In the token's smallest unit; equal to the value sent for ETH.
    function tip(
        uint256 workId,
        address token,
        uint256 amount
    ) external payable returns (uint256 received) {
        Fee[] memory fees = new Fee[](1);
        fees[0] = Fee({to: PLATFORM, amount: (amount * CUT) / WHOLE});
        return SPLITTER.payVia{value: msg.value}(workId, token, amount, msg.sender, fees);
    }

    /// @inheritdoc IPaymentCallback
    /// @dev The splitter calls back whoever called `payVia`, with what it was given: so `payer` is
    /// whom `tip` named, its own caller.
    function onPay(address token, uint256 amount, address payer) external {
        if (msg.sender != address(SPLITTER)) revert OnlySplitter(msg.sender);
        token.safeTransferFrom(payer, msg.sender, amount);
    }
}
