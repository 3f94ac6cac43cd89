// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DemoToken} from "../../../contracts/periphery/DemoToken.sol";

/// @notice Moves like a dollar, but its transfers return nothing.
contract SilentToken {
    mapping(address account => uint256) public balanceOf;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function transfer(address to, uint256 amount) external {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
    }

    function transferFrom(address from, address to, uint256 amount) external {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}

/// @notice Answers false instead of moving anything, once it is told to.
contract FalseToken is DemoToken {
    bool public refuses;

    function refuse() external {
        refuses = true;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return !refuses && super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return !refuses && super.transferFrom(from, to, amount);
    }
}

/// @notice Reverts transfers from or to who is on its list, as issuers of dollars can.
contract BlockingToken is DemoToken {
    mapping(address account => bool) public blocked;

    error Blocked(address account);

    function block_(address account, bool on) external {
        blocked[account] = on;
    }

    function _beforeTokenTransfer(address from, address to, uint256) internal view override {
        if (blocked[from]) revert Blocked(from);
        if (blocked[to]) revert Blocked(to);
    }
}

/// @notice Says of an account whatever it is told to, and moves nothing.
contract LyingToken {
    mapping(address account => uint256) public balanceOf;
    uint256 public step;

    function say(address account, uint256 balance) external {
        balanceOf[account] = balance;
    }

    /// @notice What every transfer will seem to add to the receiver.
    function growBy(uint256 amount) external {
        step = amount;
    }

    function transferFrom(address, address to, uint256) external returns (bool) {
        balanceOf[to] += step;
        return true;
    }

    function transfer(address, uint256) external pure returns (bool) {
        return true;
    }
}

/// @notice Answers a transfer with more data than anyone should copy, or burns all gas.
contract BombToken is DemoToken {
    uint256 public size;

    function arm(uint256 size_) external {
        size = size_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        super.transfer(to, amount);
        uint256 length = size;
        assembly ("memory-safe") {
            if length {
                revert(0, length)
            }
        }
        return true;
    }
}
