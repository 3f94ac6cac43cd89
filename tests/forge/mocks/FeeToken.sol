// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DemoToken} from "../../../contracts/periphery/DemoToken.sol";

/// @notice Burns a hundredth of what is transferred; the receiver gets the rest.
contract FeeToken is DemoToken {
    function transfer(address to, uint256 amount) public override returns (bool) {
        _burn(msg.sender, amount / 100);
        return super.transfer(to, amount - amount / 100);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        _spendAllowance(from, msg.sender, amount);
        _burn(from, amount / 100);
        _transfer(from, to, amount - amount / 100);
        return true;
    }
}
