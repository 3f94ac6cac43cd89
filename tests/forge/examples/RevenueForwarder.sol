// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

import {IRoyaltySplitter} from "../../../contracts/interfaces/IRoyaltySplitter.sol";

/// @title RevenueForwarder
/// @notice An address that pays one work whatever it receives, ETH and ERC-20: put it where a shop,
/// a streaming contract or a platform asks for a payout address.
contract RevenueForwarder {
    using SafeTransferLib for address;

    IRoyaltySplitter internal immutable SPLITTER;
    uint256 internal immutable WORK_ID;

    constructor(IRoyaltySplitter splitter, uint256 workId) {
        SPLITTER = splitter;
        WORK_ID = workId;
    }

    receive() external payable {}

    /// @notice Pays the work all that lies here. Anyone may call.
    /// @param token ERC-20, or `address(0)` for ETH.
    /// @return received What was booked; less than what lay here where the token takes a fee.
    function forward(address token) external returns (uint256 received) {
        if (token == address(0)) {
            uint256 value = address(this).balance;
            return SPLITTER.pay{value: value}(WORK_ID, token, value);
        }
        uint256 amount = token.balanceOf(address(this));
        token.safeApproveWithRetry(address(SPLITTER), amount);
        return SPLITTER.pay(WORK_ID, token, amount);
    }
}
