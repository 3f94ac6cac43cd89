// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {HookToken} from "./HookToken.sol";

/// @notice Calls out in the middle of every transfer, knows ERC-2612 and accepts every ERC-3009
/// authorization, so that it can re-enter wherever the market touches a token.
contract MarketHookToken is HookToken {
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256,
        uint256,
        bytes32,
        uint8,
        bytes32,
        bytes32
    ) external {
        _transfer(from, to, value);
    }

    /// @notice Re-enters as well, and grants what was asked for.
    function permit(
        address owner,
        address spender,
        uint256 value,
        uint256,
        uint8,
        bytes32,
        bytes32
    ) public override {
        _beforeTokenTransfer(owner, spender, value);
        _approve(owner, spender, value);
    }
}
