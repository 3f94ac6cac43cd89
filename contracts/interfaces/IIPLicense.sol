// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ICertifyBatch} from "./ICertifyBatch.sol";
import {Certify, Consent, Terms, TreeProof} from "../types/Structs.sol";

/// @title IPLicense
/// @notice Who may do what: terms, license tokens (ERC-721, ERC-5192), and derivatives certified
/// under licenses. A license is bound to a work and to terms; its holder is the licensee. It
/// survives the transfer of the certificate and never changes but by its own terms.
interface IIPLicense is ICertifyBatch {
    /// @notice Terms were stored.
    event TermsRegistered(bytes32 indexed termsHash, Terms terms);
    /// @notice A license was issued.
    event LicenseIssued(
        uint256 indexed licenseId,
        uint256 indexed workId,
        bytes32 indexed termsHash,
        address licensee,
        uint256 start,
        uint256 end
    );
    /// @notice A license was renewed.
    event LicenseRenewed(uint256 indexed licenseId, uint256 indexed workId, uint256 end);
    /// @notice The work's arbiter revoked a license.
    event LicenseRevoked(uint256 indexed licenseId, uint256 indexed workId, bytes32 reason);
    /// @notice The owner let a market issue licenses of a work, or no longer does.
    event MarketAllowed(uint256 indexed workId, address indexed market, bool allowed);
    /// @notice ERC-5192: the license cannot be transferred.
    event Locked(uint256 tokenId);

    /// @notice Bits that mean nothing.
    error UnknownRights(uint16 bits);
    /// @notice `pass` names what is not a permission in `grant`.
    error PassExceedsGrant(uint16 grant, uint16 pass);
    /// @notice Editorial terms allow neither COMMERCIAL nor MERCH.
    error EditorialIsNotCommercial(uint16 grant);
    /// @notice Share-alike terms pass on all they grant, DERIVE among it, take income shares only, and
    /// do not say ENDS_WITH_LICENSE.
    error InvalidShareAlike(uint16 grant, uint16 pass, uint16 volume);
    /// @notice The duration is longer than a license may run, both in seconds.
    error InvalidDuration(uint256 duration, uint256 cap);
    /// @notice Exclusive terms need an end.
    error ExclusiveMustEnd();
    /// @notice Units go with DERIVE, and must be finite where the license is transferable.
    error InvalidUnits(uint16 grant, uint32 units);
    /// @notice Shares go with DERIVE, and are at most 10,000 basis points together.
    error InvalidShares(uint16 grant, uint256 income, uint256 volume);
    /// @notice No terms of this hash are stored.
    error UnknownTerms(bytes32 termsHash);

    /// @notice Only the work's owner, the marketplace or a market the owner allowed may issue.
    error NotIssuer(uint256 workId, address caller, address owner);
    /// @notice Licenses are issued in batches of 1 to 100, exclusive ones alone.
    error InvalidCount(uint256 count, uint256 cap);
    /// @notice A license starts now or later, within a thousand years.
    error InvalidStart(uint256 start, uint256 time);
    /// @notice The work's arbiter has suspended sales.
    error SalesSuspended(uint256 workId);
    /// @notice Neither a license that never ends nor one that has ended can be renewed, nor any for
    /// longer than a thousand years.
    error NotRenewable(uint256 licenseId, uint256 end);
    /// @notice Only the certificate's owner may do this.
    error NotOwner(uint256 workId, address caller, address owner);
    /// @notice Only an arbiter with this power may do this.
    error NotArbiter(uint256 workId, address caller, uint256 power);
    /// @notice The terms do not allow the license to be revoked.
    error NotRevocable(uint256 licenseId);
    /// @notice The derivative owes more than the creator's delegate may agree to, in basis points.
    error BeyondDelegation(uint256 owed, uint256 cap);
    /// @notice Only the marketplace may call this.
    error OnlyMarketplace(address caller);
    /// @notice More or fewer licenses were bought in this call than edges wait for one.
    error LicensesDoNotMatch(uint256 bought, uint256 used);
    /// @notice Licenses need a holder.
    error ZeroLicensee();
    /// @notice The terms grant permissions that the work's own licenses do not pass on.
    error ExceedsCeiling(uint256 workId, uint16 excess);
    /// @notice The terms lack obligations that the work inherited.
    error MissingObligations(uint256 workId, uint16 missing);
    /// @notice The license would outlive what the work itself stands on.
    error OutlivesWork(uint256 workId, uint256 end, uint256 until);
    /// @notice The work inherited share-alike: only these terms may be offered.
    error ShareAlikeRequired(uint256 workId, bytes32 required, bytes32 given);
    /// @notice An exclusive license runs.
    error SoldExclusively(uint256 workId, uint256 until);
    /// @notice A derivative under these terms could never be certified: it would owe this much.
    error NothingLeftToShare(uint256 workId, uint256 basisPoints);

    /// @notice The license is for another work than the parent it is used on.
    error LicenseForOtherWork(uint256 licenseId, uint256 workId, uint256 parent);
    /// @notice The creator does not hold the license.
    error LicenseNotHeld(uint256 licenseId, address holder, address creator);
    /// @notice The license has other terms than the edge names.
    error LicenseTermsDiffer(uint256 licenseId, bytes32 termsHash);
    /// @notice The license is not running.
    error LicenseNotActive(uint256 licenseId, uint256 start, uint256 end, uint256 time);
    /// @notice The license was revoked.
    error LicenseIsRevoked(uint256 licenseId);
    /// @notice The license does not grant DERIVE.
    error NoDeriveRight(uint256 licenseId, uint16 grant);
    /// @notice All units of the license are spent.
    error NoUnitsLeft(uint256 licenseId);
    /// @notice Two parents demand different share-alike terms.
    error ShareAlikeConflict(bytes32 first, bytes32 second);
    /// @notice The share-alike terms of one parent do not fit what the others pass on.
    error ShareAlikeDoesNotFit(bytes32 termsHash, uint16 excess, uint16 missing);
    /// @notice No license of this id exists.
    error UnknownLicense(uint256 licenseId);
    /// @notice The license is not transferable.
    error LicenseLocked(uint256 licenseId);
    /// @notice Licenses take no ETH.
    error NoValue(uint256 value);

    // ------------------------------------------------------------------ terms

    /// @notice Stores terms. Anyone may; storing the same again changes nothing.
    /// @return termsHash What offers and licenses refer to.
    function registerTerms(Terms calldata terms) external returns (bytes32 termsHash);

    // --------------------------------------------------------------- licenses

    /// @notice Issues `count` licenses. For the work's owner, the marketplace, and markets the owner
    /// allowed.
    /// @param workId Certified work.
    /// @param termsHash Registered terms that fit the work's bounds.
    /// @param to Licensee.
    /// @param count How many, 1 to 100; exclusive licenses 1 at a time.
    /// @param start When they start, in seconds since the epoch; 0 for now.
    /// @return firstId Id of the first; the others follow it.
    function issue(
        uint256 workId,
        bytes32 termsHash,
        address to,
        uint256 count,
        uint256 start
    ) external returns (uint256 firstId);

    /// @notice Adds a sale that waits to what binds a work. For the marketplace.
    function reserve(uint256 workId, bytes32 item) external;

    /// @notice Lets a running license run for another duration of its terms. For whoever may issue.
    /// The terms must still fit.
    /// @return end When it ends now.
    function renew(uint256 licenseId) external returns (uint256 end);

    /// @notice Lets a market issue licenses of a work, or no longer. For the owner; void once the
    /// certificate changes hands.
    function allowMarket(uint256 workId, address market, bool allowed) external;

    /// @notice Revokes a license whose terms say REVOCABLE_FOR_BREACH. For the work's arbiter with
    /// power 2. Changes no derivative certified under it.
    /// @param reason SHA-256 of the decision.
    function revoke(uint256 licenseId, bytes32 reason) external;

    // ------------------------------------------------------------ derivatives

    /// @notice Certifies a work with parents, payees or both. The caller must be its creator and
    /// hold a running license with DERIVE and a unit left for every parent. Spends a unit of each
    /// and opens the edges, with the shares of the licenses' terms.
    /// @return workId Id of the certificate.
    function certify(Certify calldata certify_) external returns (uint256 workId);

    /// @notice `certifyFor` with licenses bought in the same transaction, which take the places of
    /// the edges' license ids 0, in order. For the marketplace; always needs a consent.
    function certifyWith(
        Certify calldata certify_,
        TreeProof calldata anchor,
        Consent calldata consent,
        uint256[] calldata bought
    ) external returns (uint256 workId);

    // ------------------------------------------------------------------ reads

    /// @notice Whether `holder` may do all of `rights` at `time` under a license. False for an
    /// unknown license.
    /// @param rights Bits of `Rights`.
    /// @param time Seconds since the epoch.
    function check(
        uint256 licenseId,
        address holder,
        uint16 rights,
        uint256 time
    ) external view returns (bool);

    /// @notice A license.
    /// @return workId Work it is for.
    /// @return termsHash Its terms.
    /// @return start When it starts.
    /// @return end When it ends; 0 for never.
    /// @return units Derivatives it still allows; `type(uint32).max` for any number.
    function license(
        uint256 licenseId
    )
        external
        view
        returns (uint256 workId, bytes32 termsHash, uint256 start, uint256 end, uint256 units);

    /// @notice Stored terms. Reverts with `UnknownTerms`.
    function termsOf(bytes32 termsHash) external view returns (Terms memory);

    /// @notice Whether registered terms are exclusive; false for unknown ones.
    function isExclusive(bytes32 termsHash) external view returns (bool);

    /// @notice Hash of terms, stored or not.
    function hashTerms(Terms calldata terms) external pure returns (bytes32);

    /// @notice Reverts with the reason if a license under these terms could not be issued now.
    function checkTerms(uint256 workId, bytes32 termsHash) external view;

    /// @notice Whether the current owner lets `market` issue licenses of a work.
    function isMarketAllowed(uint256 workId, address market) external view returns (bool);

    /// @notice Whether a license was revoked.
    function isRevoked(uint256 licenseId) external view returns (bool);

    /// @notice What binds the licenses of a work.
    /// @return ceiling Permissions they may grant.
    /// @return obligations Obligations they must carry.
    /// @return until When they must have ended; 0 for no such time.
    /// @return shareAlike The only terms they may have; 0 for any.
    function bounds(
        uint256 workId
    ) external view returns (uint16 ceiling, uint16 obligations, uint256 until, bytes32 shareAlike);

    /// @notice Until when an exclusive license keeps others from being issued; 0 if none was sold.
    function exclusiveUntil(uint256 workId) external view returns (uint256);

    /// @notice ERC-5192: whether a license cannot be transferred.
    function locked(uint256 licenseId) external view returns (bool);
}
