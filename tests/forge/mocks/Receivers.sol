// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRoyaltySplitter} from "../../../contracts/interfaces/IRoyaltySplitter.sol";

/// @notice Refuses ETH.
contract Refuser {
    error NotToday();

    receive() external payable {
        revert NotToday();
    }
}

/// @notice Burns all gas it is given.
contract GasBurner {
    receive() external payable {
        while (true) {}
    }
}

/// @notice Answers with a megabyte, or as much as its gas pays for.
contract ReturnBomber {
    receive() external payable {
        assembly ("memory-safe") {
            revert(0, 1000000)
        }
    }
}

/// @notice Takes ETH and tries to be paid again.
contract Reenterer {
    bytes public data;
    bool public success;
    bytes public answer;

    function onReceive(bytes calldata data_) external {
        data = data_;
    }

    receive() external payable {
        (success, answer) = msg.sender.call(data);
    }

    function withdraw(address splitter) external {
        IRoyaltySplitter(splitter).withdraw(address(0), address(this));
    }
}

/// @notice Takes ETH.
contract Wallet {
    receive() external payable {}
}
