// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Certify, Consent, Entry, TreeProof} from "../types/Structs.sol";

/// @title Certification by consent
/// @notice What registry and license contract have in common: the registry for works without parents
/// and payees, the license contract for all others.
interface ICertifyBatch {
    /// @notice An entry of a batch was skipped.
    event Skipped(uint256 indexed index, bytes reason);

    /// @notice Less gas is left than the entry at `index` may need, where bad entries are skipped.
    error GasTooLow(uint256 index, uint256 left, uint256 needed);

    /// @notice Certifies a work with the creator's consent, for anybody who submits it, or by the
    /// creator with the proof of an earlier claim. Licenses used must be the creator's.
    /// @param certify_ See `Certify`.
    /// @param anchor_ Proof of an earlier claim; root 0 for none.
    /// @param consent See `Consent`; ignored where the creator is the caller.
    /// @return workId Id of the certificate, minted to the creator.
    function certifyFor(
        Certify calldata certify_,
        TreeProof calldata anchor_,
        Consent calldata consent
    ) external returns (uint256 workId);

    /// @notice `certifyFor` for a list.
    /// @param entries What is certified, in this order.
    /// @param skip Whether a bad entry is skipped; else it reverts all. Each entry gets 3,000,000 gas
    /// then, so send 3,100,000 more than all need; what is left comes back.
    /// @return workIds Ids in the entries' order; 0 for what was skipped.
    function certifyMany(
        Entry[] calldata entries,
        bool skip
    ) external returns (uint256[] memory workIds);
}
