// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice Anyone has as much of it as he likes, so that he can pay works with it. It has no
/// decimals, and `transfer` does what it was told to: nothing, take so much gas, or all there is.
contract GreedyToken {
    mapping(address account => uint256) public balanceOf;
    mapping(address account => mapping(address spender => uint256)) public allowance;
    uint256 public wastes;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    /// @notice Each transfer takes so much gas from now on; all of it, where that is the maximum.
    function waste(uint256 gas_) external {
        wastes = gas_;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
        return true;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        if (wastes == type(uint256).max) {
            assembly {
                invalid()
            }
        }
        uint256 until = gasleft() > wastes ? gasleft() - wastes : 0;
        while (gasleft() > until) {}
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
        return true;
    }
}
