// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DemoToken} from "../../../contracts/periphery/DemoToken.sol";

/// @notice Calls out in the middle of every transfer, as ERC-777 does, and keeps the answers.
contract HookToken is DemoToken {
    struct Call {
        address target;
        bytes data;
    }

    Call[] internal _calls;
    bytes[] internal _answers;
    bool[] internal _successes;

    function onTransfer(address target, bytes calldata data) external {
        _calls.push(Call(target, data));
    }

    function forget() external {
        delete _calls;
        delete _answers;
        delete _successes;
    }

    function answers() external view returns (bool[] memory, bytes[] memory) {
        return (_successes, _answers);
    }

    function _beforeTokenTransfer(address from, address, uint256) internal override {
        if (from == address(0)) return;
        for (uint256 i; i < _calls.length; ++i) {
            (bool success, bytes memory answer) = _calls[i].target.call(_calls[i].data);
            _successes.push(success);
            _answers.push(answer);
        }
    }
}
