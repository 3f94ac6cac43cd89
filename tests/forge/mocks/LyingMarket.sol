// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {
    IPaymentCallback,
    IRoyaltySplitter
} from "../../../contracts/interfaces/IRoyaltySplitter.sol";
import {DemoToken} from "../../../contracts/periphery/DemoToken.sol";
import {Fee} from "../../../contracts/types/Structs.sol";

/// @notice A market that moves what it pleases when it is asked to pay, or calls somebody first.
contract LyingMarket is IPaymentCallback {
    uint256 public moves;
    address public target;
    bytes public data;

    function prepare(uint256 moves_, address target_, bytes calldata data_) external {
        (moves, target, data) = (moves_, target_, data_);
    }

    function pay(
        IRoyaltySplitter splitter,
        uint256 workId,
        address token,
        uint256 amount,
        Fee[] calldata fees
    ) external payable returns (uint256) {
        return splitter.payVia{value: msg.value}(workId, token, amount, msg.sender, fees);
    }

    function onPay(address token, uint256, address) external {
        if (data.length != 0) {
            (bool success, bytes memory reason) = target.call(data);
            if (!success) {
                assembly ("memory-safe") {
                    revert(add(reason, 0x20), mload(reason))
                }
            }
        }
        if (moves != 0) DemoToken(token).transfer(msg.sender, moves);
    }
}
