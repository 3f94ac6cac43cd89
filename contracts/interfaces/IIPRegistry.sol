// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Certify} from "../types/Structs.sol";

/// @title IPRegistry
/// @notice Who claims what: one ERC-721 certificate per work, its claim time and its metadata.
/// A work is `(creator, contentHash, homeChainId)`. Its id is the address of its till as a number,
/// so it is known before any transaction, and nobody else can take it.
/// @dev A certificate proves the first registered claim of these exact bytes by this account on
/// this chain. It never proves authorship. No claim of a stranger stops anybody's certificate.
interface IIPRegistry {
    /// @notice A work was certified.
    /// @param workId Token id of the certificate; also the till's address.
    /// @param creator Who claims the work, and the certificate's first owner.
    /// @param contentHash SHA-256 of the file's bytes.
    /// @param metadata SHA-256 of the metadata's canonical JSON.
    event Certified(
        uint256 indexed workId,
        address indexed creator,
        bytes32 indexed contentHash,
        bytes32 metadata
    );

    /// @notice Only the creator may certify a work.
    error NotCreator(address caller, address creator);
    /// @notice A work is certified on its home chain only.
    error WrongChain(uint256 homeChainId, uint256 chainId);
    /// @notice The certificate exists already.
    error AlreadyCertified(uint256 workId);
    /// @notice The resale royalty is above the cap, both in basis points.
    error RoyaltyTooHigh(uint256 rate, uint256 cap);
    /// @notice Works with parents or payees are certified through the license contract.
    error HasEdgesOrPayees(uint256 edges, uint256 payees);
    /// @notice Only the license contract may call this.
    error OnlyLicense(address caller);
    /// @notice A certificate cannot be sent to its own till: nobody could move it again.
    error OwnTill(uint256 workId);
    /// @notice Certificates take no ETH; pay the work itself instead.
    error NoValue(uint256 value);
    /// @notice No work of this id is certified.
    error UnknownWork(uint256 workId);

    /// @notice Certifies a work without parents and payees. The caller must be its creator.
    /// @param certify_ See `Certify`.
    /// @return workId Id of the certificate, minted to the creator.
    function certify(Certify calldata certify_) external returns (uint256 workId);

    /// @notice Certifies any work on behalf of `caller`. For the license contract only, which
    /// opens the edges in the same call.
    /// @param certify_ See `Certify`.
    /// @param caller Who called the license contract.
    function certifyThrough(
        Certify calldata certify_,
        address caller
    ) external returns (uint256 workId);

    /// @notice Id of a work, certified or not.
    function workIdOf(
        address creator,
        bytes32 contentHash,
        uint256 homeChainId
    ) external view returns (uint256 workId);

    /// @notice Whether a certificate of this id exists.
    function exists(uint256 workId) external view returns (bool);

    /// @notice Current owner and how many times the certificate changed hands.
    /// @dev Reverts with `UnknownWork`.
    function ownership(uint256 workId) external view returns (address owner, uint256 transfers);

    /// @notice Claims on one content hash.
    /// @return first Work that claimed it first; 0 if none did.
    /// @return time When, in seconds since the epoch.
    /// @return count How many works are certified for it.
    function claims(
        bytes32 contentHash
    ) external view returns (uint256 first, uint256 time, uint256 count);

    /// @notice When a work was claimed, in seconds since the epoch. Reverts with `UnknownWork`.
    function claimTime(uint256 workId) external view returns (uint256 time);

    /// @notice SHA-256 of a work's metadata. Reverts with `UnknownWork`.
    function metadata(uint256 workId) external view returns (bytes32 digest);

    /// @notice ERC-2981: the receiver is the work's till, so a royalty is income like any other.
    function royaltyInfo(
        uint256 workId,
        uint256 price
    ) external view returns (address receiver, uint256 amount);
}
