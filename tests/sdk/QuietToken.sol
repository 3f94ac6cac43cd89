// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice Like the oldest tokens: transfers and approvals return nothing, an allowance changes
/// from and to 0 only, the symbol is 32 bytes.
contract QuietToken {
    bytes32 public constant symbol = "OLD";
    uint8 public constant decimals = 2;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    constructor() {
        balanceOf[msg.sender] = 1e9;
    }

    function approve(address spender, uint256 amount) external {
        require(amount == 0 || allowance[msg.sender][spender] == 0);
        allowance[msg.sender][spender] = amount;
    }

    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
    }

    function _move(address from, address to, uint256 amount) internal {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}

/// @notice A contract that claims to be a token and refuses every approval by its answer.
contract RefusingToken {
    string public constant symbol = unicode"\u202eDSU\n\u0000but very long, longer than any symbol";
    uint8 public constant decimals = 18;
    mapping(address => mapping(address => uint256)) public allowance;

    function balanceOf(address) external pure returns (uint256) {
        return 1e30;
    }

    function approve(address, uint256) external pure returns (bool) {
        return false;
    }
}
