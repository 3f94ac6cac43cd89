// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ICertifyBatch} from "./ICertifyBatch.sol";
import {Certify, Consent, Delegation, TreeProof} from "../types/Structs.sol";

/// @title IPRegistry
/// @notice Who claims what: one ERC-721 certificate per work, its claim time and its metadata.
/// A work is `(creator, contentHash, homeChainId)`. Its id is the address of its till as a number,
/// so it is known before any transaction, and nobody else can take it.
/// @dev A certificate proves the first registered claim of these exact bytes by this account on
/// this chain. It never proves authorship. No claim of a stranger stops anybody's certificate.
interface IIPRegistry is ICertifyBatch {
    /// @notice A work was certified.
    /// @param workId Token id of the certificate; also the till's address.
    /// @param creator Who claims the work, and the certificate's first owner.
    /// @param contentHash SHA-256 of the file's bytes.
    /// @param metadata SHA-256 of the metadata's canonical JSON.
    /// @param claimTime When it was claimed: the anchor's time where one was shown, else now.
    event Certified(
        uint256 indexed workId,
        address indexed creator,
        bytes32 indexed contentHash,
        bytes32 metadata,
        uint256 claimTime
    );
    /// @notice An earlier claim of a certified work was proven.
    event ClaimProven(uint256 indexed workId, bytes32 indexed contentHash, uint256 claimTime);
    /// @notice A Merkle root was written for the first time.
    event Anchored(bytes32 indexed root, uint256 time);
    /// @notice A consent, a tree of them or a delegation was revoked by who signed it.
    event Revoked(address indexed signer, bytes32 indexed structHash);
    /// @notice A delegate certified a work.
    event Delegated(bytes32 indexed delegation, uint256 indexed workId, uint256 used);
    /// @notice The owner of an earlier claim states that a later one is related to it.
    event Related(uint256 indexed earlier, uint256 indexed later, bytes32 evidence);
    /// @notice The owner published a new version of the metadata.
    event MetadataRevised(uint256 indexed workId, uint256 indexed version, bytes32 metadata);
    /// @notice ERC-4906: what `tokenURI` names changed.
    event MetadataUpdate(uint256 tokenId);
    /// @notice A work got an arbiter at its certification.
    event ArbiterNamed(
        uint256 indexed workId,
        address indexed arbiter,
        uint256 powers,
        uint256 lienCap
    );
    /// @notice The arbiter suspended or resumed new sales.
    event Suspended(uint256 indexed workId, bool suspended);
    /// @notice Something was added to what binds a work: a license issued, a payee added.
    event Encumbered(uint256 indexed workId, bytes32 item, bytes32 encumbrance);

    /// @notice Only the creator may certify a work without a signed consent.
    error NotCreator(address caller, address creator);
    /// @notice A work is certified on its home chain only.
    error WrongChain(uint256 homeChainId, uint256 chainId);
    /// @notice The certificate exists already.
    error AlreadyCertified(uint256 workId);
    /// @notice The resale royalty is above the cap, both in basis points.
    error RoyaltyTooHigh(uint256 rate, uint256 cap);
    /// @notice Powers or a lien cap that mean nothing, or stand without an arbiter.
    error InvalidArbiter(address arbiter, uint256 powers, uint256 lienCap);
    /// @notice Works with parents or payees are certified through the license contract.
    error HasEdgesOrPayees(uint256 edges, uint256 payees);
    /// @notice Only the license contract may call this.
    error OnlyLicense(address caller);
    /// @notice Only the license contract and the splitter may call this.
    error OnlyProtocol(address caller);
    /// @notice A certificate cannot be sent to a work's till: nobody could move it again.
    error ToTill(uint256 workId, address till);
    /// @notice Certificates take no ETH; pay the work itself instead.
    error NoValue(uint256 value);
    /// @notice No work of this id is certified.
    error UnknownWork(uint256 workId);
    /// @notice Nobody anchored this root.
    error UnknownAnchor(bytes32 root);
    /// @notice The path does not lead from the leaf to the root.
    error InvalidProof(bytes32 root, bytes32 leaf);
    /// @notice The consent's deadline has passed.
    error ConsentExpired(uint256 deadline);
    /// @notice The signature is not the signer's.
    error InvalidSignature(address signer, bytes32 structHash);
    /// @notice The signer revoked this.
    error ConsentRevoked(address signer, bytes32 structHash);
    /// @notice The delegation is from somebody else, or has expired.
    error DelegationNotValid(address creator, address delegate, uint256 expiry);
    /// @notice All works of the delegation are used up.
    error DelegationUsedUp(bytes32 delegation, uint256 works);
    /// @notice The work is not one the delegation allows: other payees, another royalty, an arbiter,
    /// or parents.
    error BeyondDelegation(bytes32 delegation);
    /// @notice Only the certificate's owner may do this.
    error NotOwner(uint256 workId, address caller, address owner);
    /// @notice Only an arbiter with this power may do this.
    error NotArbiter(uint256 workId, address caller, uint256 power);
    /// @notice The work named as earlier was not claimed before the other.
    error NotEarlier(uint256 earlier, uint256 later);
    /// @notice The anchor is not earlier than the claim that stands.
    error NotEarlierThan(uint256 workId, uint256 time, uint256 claimTime);

    // ---------------------------------------------------------------- certify

    /// @notice Certifies a work without parents and payees. The caller must be its creator.
    /// @param certify_ See `Certify`.
    /// @return workId Id of the certificate, minted to the creator.
    function certify(Certify calldata certify_) external returns (uint256 workId);

    /// @notice Certifies any work on behalf of `caller`. For the license contract only, which
    /// opens the edges in the same call.
    /// @param caller Who called the license contract; the other parameters as in `certifyFor`.
    function certifyThrough(
        Certify calldata certify_,
        TreeProof calldata anchor_,
        Consent calldata consent,
        address caller
    ) external returns (uint256 workId);

    /// @notice Writes a Merkle root with its time; the first time is kept. Anyone may call.
    /// @return time When the root was first written, in seconds since the epoch.
    function anchor(bytes32 root) external returns (uint256 time);

    /// @notice Shows the anchor of a work that is certified already: its claim is dated back, and
    /// becomes the first if none is earlier. Anyone may call, so a submitter who left the proof out
    /// takes nothing away.
    /// @param certify_ What was anchored: any statement by this creator on this content.
    /// @param anchor_ Proof of it.
    function prove(
        Certify calldata certify_,
        TreeProof calldata anchor_
    ) external returns (uint256 workId);

    /// @notice Revokes what the caller signed: the struct hash of a `Consent`, of a `ConsentTree` or
    /// of a `Delegation`.
    function revoke(bytes32 structHash) external;

    /// @notice `revoke` with the signer's signature over `Revoke(bytes32 structHash)`.
    function revokeFor(address signer, bytes32 structHash, bytes calldata signature) external;

    // ------------------------------------------------------------------ owner

    /// @notice States that `later` is related to the caller's `earlier`. Without effect on chain.
    /// @param evidence SHA-256 of a document that says how.
    function relate(uint256 earlier, uint256 later, bytes32 evidence) external;

    /// @notice Publishes a new version of the metadata. For the owner; the content hash never changes.
    /// @return version Number of the new version; the one certified is 0. After 4,095 the number stays.
    function reviseMetadata(uint256 workId, bytes32 metadata_) external returns (uint256 version);

    // ---------------------------------------------------------------- arbiter

    /// @notice Suspends or resumes new sales. For an arbiter with power 1.
    function suspend(uint256 workId, bool suspended) external;

    // ------------------------------------------------------------ encumbrance

    /// @notice Adds to what binds a work. For the license contract and the splitter.
    function encumber(uint256 workId, bytes32 item) external;

    // ------------------------------------------------------------------ reads

    /// @notice Id of a work, certified or not.
    function workIdOf(
        address creator,
        bytes32 contentHash,
        uint256 homeChainId
    ) external view returns (uint256 workId);

    /// @notice Whether a certificate of this id exists.
    function exists(uint256 workId) external view returns (bool);

    /// @notice Current owner, for who pays out: `hasKey` is true while the certificate has never moved
    /// and its creator showed to hold the account's own key, by a signature or by sending the
    /// transaction. Whatever code the account runs (EIP-7702), that key can move what is sent to it.
    /// @dev Reverts with `UnknownWork`.
    function ownerAndKey(
        uint256 workId
    ) external view returns (address owner, uint256 transfers, bool hasKey);

    /// @notice Current owner, how many times the certificate changed hands, and whether sales are
    /// suspended.
    /// @dev Reverts with `UnknownWork`.
    function ownership(
        uint256 workId
    ) external view returns (address owner, uint256 transfers, bool suspended);

    /// @notice Claims on one content hash.
    /// @return first Work with the smallest proven claim time; 0 if there is none.
    /// @return time That time, in seconds since the epoch.
    /// @return count How many works are certified for it.
    function claims(
        bytes32 contentHash
    ) external view returns (uint256 first, uint256 time, uint256 count);

    /// @notice When a work was claimed, in seconds since the epoch. Reverts with `UnknownWork`.
    function claimTime(uint256 workId) external view returns (uint256 time);

    /// @notice When a root was first anchored, in seconds since the epoch; 0 if never.
    function anchorTime(bytes32 root) external view returns (uint256 time);

    /// @notice SHA-256 of a work's newest metadata. Reverts with `UnknownWork`.
    function metadata(uint256 workId) external view returns (bytes32 digest);

    /// @notice How often a work's metadata was revised. Reverts with `UnknownWork`.
    function metadataVersion(uint256 workId) external view returns (uint256 version);

    /// @notice A work's arbiter and what it may do; all 0 where there is none.
    function arbiterOf(
        uint256 workId
    ) external view returns (address arbiter, uint256 powers, uint256 lienCap);

    /// @notice Hash chain of all that binds a work: parents, payees and arbiter of its certification,
    /// licenses issued and renewed, sales that wait for a delivery, payees added; 0 where there is none.
    function encumbrance(uint256 workId) external view returns (bytes32);

    /// @notice Whether `signer` revoked something signed.
    function revoked(address signer, bytes32 structHash) external view returns (bool);

    /// @notice How many works were certified under a delegation.
    function delegationUsed(bytes32 delegation) external view returns (uint256);

    /// @notice Reverts with the reason if a delegation does not hold now.
    /// @return structHash Hash of the delegation.
    function checkDelegation(
        Delegation calldata delegation,
        bytes calldata signature
    ) external view returns (bytes32 structHash);

    /// @notice EIP-712 struct hash of a `Certify`.
    function hashCertify(Certify calldata certify_) external pure returns (bytes32);

    /// @notice Leaf of a `Certify` in the trees of this registry.
    function leafOf(Certify calldata certify_, bytes32 salt) external view returns (bytes32);

    /// @notice ERC-2981: the receiver is the work's till, so a royalty is income like any other.
    function royaltyInfo(
        uint256 workId,
        uint256 price
    ) external view returns (address receiver, uint256 amount);

    /// @notice ERC-5646: changes with everything that changes what a buyer of the certificate gets:
    /// transfers, metadata, suspension, licenses issued, payees added.
    function getStateFingerprint(uint256 workId) external view returns (bytes32);

    /// @notice ERC-7572: the collection's own metadata.
    function contractURI() external pure returns (string memory);
}
