// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Base} from "./Base.sol";

/// @notice The play money of local chains.
contract DemoTokenTest is Base {
    function test_namesItself() external view {
        eq(dollar.name(), "Demo Dollar", "name");
        eq(dollar.symbol(), "DUSD", "symbol");
        eq(dollar.decimals(), 6, "like most dollar tokens");
    }

    function test_anyoneMints() external {
        vm.prank(eve);
        dollar.mint(bob, 7);
        eq(dollar.balanceOf(bob), 7, "balance");
        eq(dollar.totalSupply(), 7, "supply");
    }
}
