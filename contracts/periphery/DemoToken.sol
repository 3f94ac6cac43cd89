// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "solady/src/tokens/ERC20.sol";

/// @title DemoToken
/// @notice Play money with 6 decimals for local chains: anyone may mint it.
contract DemoToken is ERC20 {
    /// @notice Name of the token.
    function name() public pure override returns (string memory) {
        return "Demo Dollar";
    }

    /// @notice Symbol of the token.
    function symbol() public pure override returns (string memory) {
        return "DUSD";
    }

    /// @notice Like most dollar tokens.
    function decimals() public pure override returns (uint8) {
        return 6;
    }

    /// @notice Makes `amount` out of nothing.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}
