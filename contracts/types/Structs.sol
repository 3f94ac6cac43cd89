// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @notice What a creator signs to for one parent of a derivative.
/// @param parent Id of the parent work. Edges are listed in strictly ascending order of it.
/// @param termsHash Hash of the terms of the license used. Their shares become the edge's shares.
/// @param licenseId License that grants DERIVE on the parent, held by the creator; one unit is
/// spent. 0 stands for the license of these terms bought in the same call, from the marketplace.
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
/// @param arbiter Who may act on the work within `arbiterPowers` and `lienCap`; 0 for nobody.
/// @param arbiterPowers Bits: 1 may suspend sales, 2 may revoke licenses whose terms allow it.
/// @param lienCap Basis points of the net that the arbiter may give to one more payee; 0 for none.
/// @param edges Parents of a derivative; empty for an original.
/// @param payees Co-earners of the work's own net income; may be empty.
struct Certify {
    address creator;
    bytes32 contentHash;
    uint256 homeChainId;
    bytes32 metadata;
    uint16 resaleRoyalty;
    address arbiter;
    uint8 arbiterPowers;
    uint16 lienCap;
    Edge[] edges;
    Payee[] payees;
}

/// @notice That a `Certify` is a leaf of a Merkle tree. Pairs are sorted; see `Consents.leaf`.
/// @param root Root of the tree; 0 where there is none.
/// @param salt Kept secret until the leaf is shown.
/// @param path Siblings from the leaf up.
struct TreeProof {
    bytes32 root;
    bytes32 salt;
    bytes32[] path;
}

/// @notice What a creator lets somebody else certify and offer in their name.
/// @param creator Who delegates.
/// @param delegate Who may act; 0 for no delegation.
/// @param expiry Last second of the delegation.
/// @param works How many works may be certified.
/// @param payees Hash (`Consents.hashPayees`) of the payees every such work must have.
/// @param resaleRoyalty Rate every such work must have, in basis points.
/// @param maxOwed Most that such a work may owe its parents: income and volume shares together, in
/// basis points; 0 for works without parents only.
/// @param termsRoot Merkle root of the asks the delegate may sign (leaves: `AskLimits`); 0 for none.
/// @param salt Tells equal delegations apart.
struct Delegation {
    address creator;
    address delegate;
    uint256 expiry;
    uint256 works;
    bytes32 payees;
    uint16 resaleRoyalty;
    uint16 maxOwed;
    bytes32 termsRoot;
    uint256 salt;
}

/// @notice A creator's consent to a certification that somebody else submits.
/// @param deadline Last second it holds.
/// @param signature Of the creator, or of the delegate; over `Consent`, or over `ConsentTree` where
/// `tree.root` is not 0. EOA (64 or 65 bytes) or ERC-1271.
/// @param tree Where the signature is over many certifications.
/// @param delegation Where a delegate signed or calls.
/// @param delegationSignature The creator's, over `delegation`.
struct Consent {
    uint256 deadline;
    bytes signature;
    TreeProof tree;
    Delegation delegation;
    bytes delegationSignature;
}

/// @notice One entry of a batch.
/// @param certify What is certified.
/// @param anchor Proof of an earlier claim; root 0 for none.
/// @param consent The creator's; ignored where the creator is the caller.
struct Entry {
    Certify certify;
    TreeProof anchor;
    Consent consent;
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
