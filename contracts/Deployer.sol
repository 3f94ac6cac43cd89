// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IDeployer} from "./interfaces/IDeployer.sol";

/// @title Deployer
/// @notice See `IDeployer`.
contract Deployer is IDeployer {
    /// @inheritdoc IDeployer
    uint256 public deployed;

    /// @inheritdoc IDeployer
    bytes32[] public codeHashes;

    constructor(bytes32[] memory hashes) {
        codeHashes = hashes;
    }

    /// @inheritdoc IDeployer
    function deploy(bytes calldata code) external returns (address at) {
        uint256 index = deployed++;
        if (index >= codeHashes.length) revert NothingLeft(codeHashes.length);
        bytes32 given = keccak256(code);
        if (given != codeHashes[index]) revert WrongCode(index, codeHashes[index], given);

        bytes memory creation = code;
        assembly ("memory-safe") {
            at := create(0, add(creation, 0x20), mload(creation))
        }
        // A failed CREATE would still have used up the nonce; reverting gives it back.
        if (at == address(0)) revert CreationFailed(index);
        emit Deployed(index, at);
    }

    /// @inheritdoc IDeployer
    function addressAt(uint256 index) external view returns (address) {
        // RLP of [address, nonce]; one byte holds any nonce below 0x80, and a contract's first is 1.
        return
            address(
                uint160(
                    uint256(keccak256(abi.encodePacked(hex"d694", address(this), uint8(index + 1))))
                )
            );
    }
}
