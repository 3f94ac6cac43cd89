// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice What a creator signs to for one parent of a derivative.
/// @param parent Id of the parent work. Edges are listed in strictly ascending order of it.
/// @param termsHash Hash of the terms of the license used. Their shares become the edge's shares.
/// @param licenseId License that grants DERIVE on the parent, held by the creator. One unit is spent.
struct Edge {
    uint256 parent;
    bytes32 termsHash;
    uint256 licenseId;
}

/// @notice An address that shares a work's own net income.
/// @param to Any address: a co-creator, a platform, another work's till.
/// @param share Basis points of what is drawn from the work.
struct Payee {
    address to;
    uint16 share;
}

/// @notice Everything a creator states about a work when it is certified.
/// @param creator First owner of the certificate. Fixed; the owner moves.
/// @param contentHash SHA-256 of the file's bytes.
/// @param homeChainId The one chain on which this work can be certified.
/// @param metadata SHA-256 of the metadata's canonical JSON.
/// @param resaleRoyalty ERC-2981 rate on sales of the certificate, in basis points.
/// @param edges Parents of a derivative; empty for an original.
/// @param payees Co-earners of the work's own net income; may be empty.
struct Certify {
    address creator;
    bytes32 contentHash;
    uint256 homeChainId;
    bytes32 metadata;
    uint16 resaleRoyalty;
    Edge[] edges;
    Payee[] payees;
}

/// @notice Immutable license conditions, stored once by their hash.
/// @param grant What the licensee may do and must do: bits of `Rights`.
/// @param pass Permissions a derivative may grant on; a subset of `grant`.
/// @param income Basis points of everything a derivative earns that it owes to the work.
/// @param volume Basis points of every payment made to a derivative or to anything downstream of it.
/// @param duration Seconds a license runs; 0 for ever.
/// @param units Derivatives one license allows; `type(uint32).max` for any number.
/// @param legal SHA-256 of the legal text that the conditions stand for.
struct Terms {
    uint16 grant;
    uint16 pass;
    uint16 income;
    uint16 volume;
    uint40 duration;
    uint32 units;
    bytes32 legal;
}

/// @notice A parent's part in a work's revenue, as the splitter keeps it.
/// @param parent Id of the parent work.
/// @param income Basis points of the work's income.
/// @param volume Basis points of payments to the work and to everything downstream of it.
/// @param licenseId License under which the edge was opened.
struct Share {
    uint256 parent;
    uint16 income;
    uint16 volume;
    uint64 licenseId;
}

/// @notice A part of one payment that goes to somebody else than the work.
/// @param to Receiver; credited, never pushed.
/// @param amount In the payment's token, smallest unit.
struct Fee {
    address to;
    uint256 amount;
}
