// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DemoToken} from "../../../contracts/periphery/DemoToken.sol";

/// @notice Dollars whose `permit` does anything but what ERC-2612 says: it ignores the call, as a
/// token with a fallback does, or reverts with more data than anyone should copy.
contract PermitToken is DemoToken {
    bool public bombs;

    function bomb() external {
        bombs = true;
    }

    function permit(
        address,
        address,
        uint256,
        uint256,
        uint8,
        bytes32,
        bytes32
    ) public view override {
        if (!bombs) return;
        assembly ("memory-safe") {
            revert(0, 100000)
        }
    }
}
