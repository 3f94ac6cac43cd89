// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IIPRegistry} from "../../../contracts/interfaces/IIPRegistry.sol";

/// @title FirstClaim
/// @notice A contest for works that were claimed before it closed, by the first to claim these
/// bytes, and that nobody else claims too.
contract FirstClaim {
    IIPRegistry internal immutable REGISTRY;
    uint256 internal immutable CLOSES;

    /// @notice Who entered a work.
    mapping(uint256 workId => address) public entrant;

    /// @notice The caller does not own the certificate.
    error NotOwner(uint256 workId, address caller);
    /// @notice The work was claimed too late.
    error TooLate(uint256 workId, uint256 claimTime);
    /// @notice Another work is certified for the same content; `first` has the smallest claim time.
    error Contested(uint256 workId, uint256 first, uint256 claims);

    constructor(IIPRegistry registry, uint256 closes) {
        REGISTRY = registry;
        CLOSES = closes;
    }

    /// @notice Enters a work of the caller.
    /// @param creator Who certified it.
    /// @param contentHash SHA-256 of its bytes.
    function enter(address creator, bytes32 contentHash) external returns (uint256 workId) {
        workId = REGISTRY.workIdOf(creator, contentHash, block.chainid);
        // Reverts with `UnknownWork` where it is not certified.
        (address owner, , ) = REGISTRY.ownership(workId);
        if (msg.sender != owner) revert NotOwner(workId, msg.sender);
        uint256 claimTime = REGISTRY.claimTime(workId);
        if (claimTime > CLOSES) revert TooLate(workId, claimTime);
        (uint256 first, , uint256 claims) = REGISTRY.claims(contentHash);
        if (first != workId || claims != 1) revert Contested(workId, first, claims);
        entrant[workId] = owner;
    }
}
