// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DemoToken} from "../../../contracts/periphery/DemoToken.sol";

/// @notice Moves or does not, and answers a transfer with `length` bytes whose first word is `word`.
contract AnswerToken is DemoToken {
    bool public moves;
    bytes32 public word;
    uint256 public length;

    function answer(bool moves_, bytes32 word_, uint256 length_) external {
        (moves, word, length) = (moves_, word_, length_);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (moves) super.transfer(to, amount);
        (bytes32 first, uint256 size) = (word, length);
        assembly ("memory-safe") {
            let at := mload(0x40)
            mstore(at, first)
            return(at, size)
        }
    }
}
