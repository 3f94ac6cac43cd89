// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICertifyBatch} from "./interfaces/ICertifyBatch.sol";
import {Entry} from "./types/Structs.sol";

/// @title CertifyBatch
/// @notice See `ICertifyBatch`: many certifications in one call.
abstract contract CertifyBatch is ICertifyBatch {
    /// @dev More than a work with 32 parents and 32 payees needs.
    uint256 internal constant ENTRY_GAS = 3_000_000;
    /// @dev What must be left, so that an entry gets all of that (EIP-150).
    uint256 internal constant MIN_GAS = 3_100_000;

    /// @inheritdoc ICertifyBatch
    function certifyMany(
        Entry[] calldata entries,
        bool skip
    ) external returns (uint256[] memory workIds) {
        workIds = new uint256[](entries.length);
        for (uint256 i; i < entries.length; ++i) {
            Entry calldata entry = entries[i];
            uint256 gas_ = gasleft();
            if (skip) {
                // Neither may a creator's wallet burn what the others need, nor too little gas pass
                // for a bad entry.
                if (gas_ < MIN_GAS) revert GasTooLow(i, gas_, MIN_GAS);
                gas_ = ENTRY_GAS;
            }
            // A call to itself, so that what a bad entry did can be undone alone.
            (bool success, bytes memory result) = address(this).delegatecall{gas: gas_}(
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
