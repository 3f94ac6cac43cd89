// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICertifyBatch} from "./interfaces/ICertifyBatch.sol";
import {Entry} from "./types/Structs.sol";

/// @title CertifyBatch
/// @notice See `ICertifyBatch`: many certifications in one call.
abstract contract CertifyBatch is ICertifyBatch {
    /// @inheritdoc ICertifyBatch
    function certifyMany(
        Entry[] calldata entries,
        bool skip
    ) external returns (uint256[] memory workIds) {
        workIds = new uint256[](entries.length);
        for (uint256 i; i < entries.length; ++i) {
            Entry calldata entry = entries[i];
            // A call to itself, so that what a bad entry did can be undone alone.
            (bool success, bytes memory result) = address(this).delegatecall(
                abi.encodeCall(this.certifyFor, (entry.certify, entry.anchor, entry.consent))
            );
            if (success) {
                workIds[i] = abi.decode(result, (uint256));
            } else if (skip) {
                emit Skipped(i, result);
            } else {
                assembly ("memory-safe") {
                    revert(add(result, 0x20), mload(result))
                }
            }
        }
    }
}
