// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC721} from "solady/src/tokens/ERC721.sol";

import {CertifyBatch} from "./CertifyBatch.sol";
import {ICertifyBatch} from "./interfaces/ICertifyBatch.sol";
import {IDeployer} from "./interfaces/IDeployer.sol";
import {IIPLicense} from "./interfaces/IIPLicense.sol";
import {IIPRegistry} from "./interfaces/IIPRegistry.sol";
import {IRoyaltySplitter} from "./interfaces/IRoyaltySplitter.sol";
import {Rights} from "./libraries/Rights.sol";
import {Certify, Consent, Edge, Share, Terms, TreeProof} from "./types/Structs.sol";

/// @title IPLicense
/// @notice See `IIPLicense`.
contract IPLicense is IIPLicense, CertifyBatch, ERC721 {
    using Rights for Rights.Bounds;

    uint256 internal constant WHOLE = 10_000;
    uint256 internal constant MAX_COUNT = 100;
    /// @dev A thousand years: far from where a 40-bit time would overflow.
    uint256 internal constant MAX_DURATION = 365_000 days;
    uint256 internal constant MAY_REVOKE = 2;
    uint32 internal constant UNLIMITED = type(uint32).max;

    /// @dev EIP-712 type of `Terms`: its hash is the struct hash.
    bytes32 internal constant TERMS_TYPEHASH = keccak256(
        "Terms(uint16 grant,uint16 pass,uint16 income,uint16 volume,uint40 duration,uint32 units,bytes32 legal)"
    );

    IIPRegistry internal immutable REGISTRY;
    IRoyaltySplitter internal immutable SPLITTER;
    address internal immutable MARKETPLACE;

    /// @dev One slot of what is asked for at every use; `legal` lies apart.
    struct Stored {
        uint16 grant;
        uint16 pass;
        uint16 income;
        uint16 volume;
        uint40 duration;
        uint32 units;
        uint32 index;
    }

    /// @dev One slot; the owner's slot carries start 40 | index of the terms 32.
    struct License {
        uint160 workId;
        uint40 end;
        uint32 units;
        uint16 grant;
        bool revoked;
    }

    mapping(bytes32 termsHash => Stored) internal _terms;
    mapping(bytes32 termsHash => bytes32) internal _legal;
    /// @dev Hashes of terms in the order they were stored; numbers start at 1.
    mapping(uint256 index => bytes32) internal _termsHashes;
    mapping(uint256 licenseId => License) internal _licenses;

    /// @dev Transfers of the certificate when the owner allowed the market, plus 1.
    mapping(uint256 workId => mapping(address market => uint256)) internal _markets;

    /// @inheritdoc IIPLicense
    mapping(uint256 workId => uint256) public exclusiveUntil;

    uint32 internal _termsCount;
    uint64 internal _licenseCount;

    constructor() {
        IDeployer deployer = IDeployer(msg.sender);
        REGISTRY = IIPRegistry(deployer.addressAt(0));
        SPLITTER = IRoyaltySplitter(deployer.addressAt(1));
        MARKETPLACE = deployer.addressAt(3);
    }

    // ------------------------------------------------------------------ terms

    /// @inheritdoc IIPLicense
    function registerTerms(Terms calldata terms) external returns (bytes32 termsHash) {
        termsHash = hashTerms(terms);
        if (_terms[termsHash].index != 0) return termsHash;
        _checkForm(terms);

        uint32 index = ++_termsCount;
        _termsHashes[index] = termsHash;
        _legal[termsHash] = terms.legal;
        _terms[termsHash] = Stored({
            grant: terms.grant,
            pass: terms.pass,
            income: terms.income,
            volume: terms.volume,
            duration: terms.duration,
            units: terms.units,
            index: index
        });
        emit TermsRegistered(termsHash, terms);
    }

    /// @dev What terms must satisfy in themselves, whatever the work.
    function _checkForm(Terms calldata terms) internal pure {
        uint16 grant = terms.grant;
        uint16 pass = terms.pass;
        if (grant & ~Rights.ALL != 0) revert UnknownRights(grant & ~Rights.ALL);
        if (pass & ~(grant & Rights.PERMISSIONS) != 0) revert PassExceedsGrant(grant, pass);

        if (terms.duration > MAX_DURATION) revert InvalidDuration(terms.duration, MAX_DURATION);
        bool commercial = grant & (Rights.COMMERCIAL | Rights.MERCH) != 0;
        if (grant & Rights.EDITORIAL != 0 && commercial) revert EditorialIsNotCommercial(grant);
        if (grant & Rights.EXCLUSIVE != 0 && terms.duration == 0) revert ExclusiveMustEnd();

        bool derive = grant & Rights.DERIVE != 0;
        if (grant & Rights.SHARE_ALIKE != 0) {
            bool whole = pass == grant & Rights.PERMISSIONS;
            // A derivative may offer these terms only, so they must not end with its license.
            bool ends = grant & Rights.ENDS_WITH_LICENSE != 0;
            if (!derive || !whole || ends || terms.volume != 0) {
                revert InvalidShareAlike(grant, pass, terms.volume);
            }
        }
        bool endless = grant & Rights.TRANSFERABLE != 0 && terms.units == UNLIMITED;
        if (derive != (terms.units != 0) || endless) revert InvalidUnits(grant, terms.units);
        uint256 shares = uint256(terms.income) + terms.volume;
        if (shares > WHOLE || (!derive && shares != 0)) {
            revert InvalidShares(grant, terms.income, terms.volume);
        }
    }

    // --------------------------------------------------------------- licenses

    /// @inheritdoc IIPLicense
    function issue(
        uint256 workId,
        bytes32 termsHash,
        address to,
        uint256 count,
        uint256 start
    ) external returns (uint256 firstId) {
        _requireIssuer(workId);
        if (to == address(0)) revert ZeroLicensee();
        if (start == 0) start = block.timestamp;
        if (start < block.timestamp || start > block.timestamp + MAX_DURATION) {
            revert InvalidStart(start, block.timestamp);
        }
        Stored memory terms = _storedTerms(termsHash);
        uint40 end = terms.duration == 0 ? 0 : uint40(start) + terms.duration;
        uint256 taken = exclusiveUntil[workId];
        if (block.timestamp < taken) revert SoldExclusively(workId, taken);
        _checkFit(workId, termsHash, terms, end);

        bool exclusive = terms.grant & Rights.EXCLUSIVE != 0;
        uint256 cap = exclusive ? 1 : MAX_COUNT;
        if (count == 0 || count > cap) revert InvalidCount(count, cap);
        if (exclusive) exclusiveUntil[workId] = end;

        firstId = uint256(_licenseCount) + 1;
        _licenseCount += uint64(count);
        // The callee is part of the project and calls nobody.
        // slither-disable-next-line reentrancy-no-eth
        REGISTRY.encumber(workId, keccak256(abi.encode(firstId, count, termsHash, end)));
        _mintLicenses(workId, termsHash, to, firstId, count, start, end, terms);
    }

    function _mintLicenses(
        uint256 workId,
        bytes32 termsHash,
        address to,
        uint256 firstId,
        uint256 count,
        uint256 start,
        uint40 end,
        Stored memory terms
    ) internal {
        uint96 extra = uint96(start | (uint256(terms.index) << 40));
        for (uint256 id = firstId; id < firstId + count; ++id) {
            _licenses[id] = License({
                workId: uint160(workId),
                end: end,
                units: terms.units,
                grant: terms.grant,
                revoked: false
            });
            _mintAndSetExtraDataUnchecked(to, id, extra);
            emit LicenseIssued(id, workId, termsHash, to, start, end);
            if (terms.grant & Rights.TRANSFERABLE == 0) emit Locked(id);
        }
    }

    /// @inheritdoc IIPLicense
    function reserve(uint256 workId, bytes32 item) external {
        if (msg.sender != MARKETPLACE) revert OnlyMarketplace(msg.sender);
        REGISTRY.encumber(workId, item);
    }

    /// @inheritdoc IIPLicense
    function renew(uint256 licenseId) external returns (uint256 end) {
        if (!_exists(licenseId)) revert UnknownLicense(licenseId);
        License memory held = _licenses[licenseId];
        uint256 workId = held.workId;
        _requireIssuer(workId);
        if (held.revoked) revert LicenseIsRevoked(licenseId);
        bytes32 termsHash = _termsHashOf(licenseId);
        Stored memory terms = _storedTerms(termsHash);

        // A license that has ended stays ended: it would seem to have run in between.
        end = uint256(held.end) + terms.duration;
        if (held.end <= block.timestamp || end > block.timestamp + MAX_DURATION) {
            revert NotRenewable(licenseId, end);
        }
        uint256 taken = exclusiveUntil[workId];
        // Only the running exclusive license itself ends when exclusivity does.
        bool own = held.grant & Rights.EXCLUSIVE != 0 && held.end == taken;
        if (block.timestamp < taken && !own) revert SoldExclusively(workId, taken);
        _checkFit(workId, termsHash, terms, uint40(end));
        if (held.grant & Rights.EXCLUSIVE != 0) exclusiveUntil[workId] = end;

        _licenses[licenseId].end = uint40(end);
        REGISTRY.encumber(workId, keccak256(abi.encode(licenseId, end)));
        emit LicenseRenewed(licenseId, workId, end);
    }

    /// @inheritdoc IIPLicense
    function allowMarket(uint256 workId, address market, bool allowed) external {
        (address owner, uint256 transfers, ) = REGISTRY.ownership(workId);
        if (msg.sender != owner) revert NotOwner(workId, msg.sender, owner);
        _markets[workId][market] = allowed ? transfers + 1 : 0;
        emit MarketAllowed(workId, market, allowed);
    }

    /// @inheritdoc IIPLicense
    function revoke(uint256 licenseId, bytes32 reason) external {
        if (!_exists(licenseId)) revert UnknownLicense(licenseId);
        License storage held = _licenses[licenseId];
        uint256 workId = held.workId;
        (address arbiter, uint256 powers, ) = REGISTRY.arbiterOf(workId);
        if (msg.sender != arbiter || powers & MAY_REVOKE == 0) {
            revert NotArbiter(workId, msg.sender, MAY_REVOKE);
        }
        if (held.grant & Rights.REVOCABLE_FOR_BREACH == 0) revert NotRevocable(licenseId);
        if (held.revoked) revert LicenseIsRevoked(licenseId);
        held.revoked = true;
        // A revoked exclusive license keeps nobody out.
        // The end noted when this very license was issued or renewed.
        // slither-disable-next-line incorrect-equality
        if (held.grant & Rights.EXCLUSIVE != 0 && held.end == exclusiveUntil[workId]) {
            exclusiveUntil[workId] = 0;
        }
        emit LicenseRevoked(licenseId, workId, reason);
    }

    /// @dev Requires that the caller may issue licenses of a work, and that sales are not suspended.
    function _requireIssuer(uint256 workId) internal view {
        (address owner, uint256 transfers, bool suspended) = REGISTRY.ownership(workId);
        if (suspended) revert SalesSuspended(workId);
        if (msg.sender == MARKETPLACE || msg.sender == owner) return;
        if (_markets[workId][msg.sender] != transfers + 1) {
            revert NotIssuer(workId, msg.sender, owner);
        }
    }

    /// @dev Whether terms fit what binds a work, for a license that ends at `end`.
    function _checkFit(
        uint256 workId,
        bytes32 termsHash,
        Stored memory terms,
        uint40 end
    ) internal view {
        (, uint256 vol, uint256 parents, , uint72 tag) = SPLITTER.node(workId);
        if (parents != 0) {
            Rights.Bounds memory bound = Rights.unpack(tag);
            uint16 bits = Rights.excess(terms.grant, bound.ceiling);
            if (bits != 0) revert ExceedsCeiling(workId, bits);
            bits = Rights.missing(terms.grant, bound.obligations);
            if (bits != 0) revert MissingObligations(workId, bits);
            if (Rights.outlives(end, bound.until)) revert OutlivesWork(workId, end, bound.until);
            if (bound.obligations & Rights.SHARE_ALIKE != 0) {
                bytes32 required = _shareAlikeOf(workId);
                if (termsHash != required) revert ShareAlikeRequired(workId, required, termsHash);
            }
        }
        uint256 owes = vol + terms.income + terms.volume;
        if (terms.grant & Rights.DERIVE != 0 && owes > WHOLE) {
            revert NothingLeftToShare(workId, owes);
        }
    }

    /// @dev Terms of the first edge whose license carries SHARE_ALIKE.
    function _shareAlikeOf(uint256 workId) internal view returns (bytes32) {
        Share[] memory shares = SPLITTER.sharesOf(workId);
        for (uint256 i; i < shares.length; ++i) {
            uint256 licenseId = shares[i].licenseId;
            if (_licenses[licenseId].grant & Rights.SHARE_ALIKE != 0) {
                return _termsHashOf(licenseId);
            }
        }
        return bytes32(0);
    }

    // ------------------------------------------------------------ derivatives

    /// @inheritdoc IIPLicense
    function certify(Certify calldata certify_) external returns (uint256 workId) {
        TreeProof memory none;
        Consent memory consent;
        workId = REGISTRY.certifyThrough(certify_, none, consent, msg.sender);
        _open(certify_, workId, new uint256[](0));
    }

    /// @inheritdoc ICertifyBatch
    function certifyFor(
        Certify calldata certify_,
        TreeProof calldata anchor_,
        Consent calldata consent
    ) external returns (uint256 workId) {
        workId = REGISTRY.certifyThrough(certify_, anchor_, consent, msg.sender);
        _open(certify_, workId, new uint256[](0));
        _checkDelegation(certify_, consent, workId);
    }

    /// @inheritdoc IIPLicense
    function certifyWith(
        Certify calldata certify_,
        TreeProof calldata anchor,
        Consent calldata consent,
        uint256[] calldata bought
    ) external returns (uint256 workId) {
        if (msg.sender != MARKETPLACE) revert OnlyMarketplace(msg.sender);
        // No caller: a consent is needed whoever the creator is.
        workId = REGISTRY.certifyThrough(certify_, anchor, consent, address(0));
        _open(certify_, workId, bought);
        _checkDelegation(certify_, consent, workId);
    }

    /// @dev Where a delegate consented, requires that the work owes no more than it may agree to.
    function _checkDelegation(
        Certify calldata certify_,
        Consent calldata consent,
        uint256 workId
    ) internal view {
        if (consent.delegation.delegate == address(0) || msg.sender == certify_.creator) return;
        (uint256 rel, uint256 vol, , , ) = SPLITTER.node(workId);
        uint256 cap = consent.delegation.maxOwed;
        if (rel + vol > cap) revert BeyondDelegation(rel + vol, cap);
    }

    /// @dev Spends the licenses and opens the edges of a derivative.
    function _open(Certify calldata certify_, uint256 workId, uint256[] memory bought) internal {
        Edge[] calldata edges = certify_.edges;
        Share[] memory shares = new Share[](edges.length);
        Rights.Bounds memory bound = Rights.unbound();
        bytes32 shareAlike;
        uint256 used;
        for (uint256 i; i < edges.length; ++i) {
            uint256 licenseId = edges[i].licenseId;
            if (licenseId == 0 && used < bought.length) licenseId = bought[used++];
            Stored memory terms = _useLicense(edges[i], licenseId, certify_.creator, bound);
            shares[i] = Share({
                parent: edges[i].parent,
                income: terms.income,
                volume: terms.volume,
                licenseId: uint64(licenseId)
            });
            if (terms.grant & Rights.SHARE_ALIKE != 0) {
                bytes32 termsHash = edges[i].termsHash;
                if (shareAlike != 0 && shareAlike != termsHash) {
                    revert ShareAlikeConflict(shareAlike, termsHash);
                }
                shareAlike = termsHash;
            }
        }
        if (used != bought.length) revert LicensesDoNotMatch(bought.length, used);
        if (shareAlike != 0) {
            uint16 grant = _terms[shareAlike].grant;
            uint16 excess = Rights.excess(grant, bound.ceiling);
            uint16 missing = Rights.missing(grant, bound.obligations);
            if (excess | missing != 0) revert ShareAlikeDoesNotFit(shareAlike, excess, missing);
        }
        SPLITTER.open(workId, shares, certify_.payees, bound.pack());
        REGISTRY.encumber(workId, keccak256(abi.encode(shares, certify_.payees)));
    }

    /// @dev Checks and spends one license of a derivative, and narrows the derivative's bounds.
    function _useLicense(
        Edge calldata edge,
        uint256 licenseId,
        address creator,
        Rights.Bounds memory bound
    ) internal returns (Stored memory terms) {
        uint256 parent = edge.parent;
        address holder = _ownerOf(licenseId);
        if (holder == address(0)) revert UnknownLicense(licenseId);
        if (holder != creator) revert LicenseNotHeld(licenseId, holder, creator);

        License memory held = _licenses[licenseId];
        if (held.workId != parent) revert LicenseForOtherWork(licenseId, held.workId, parent);
        if (held.revoked) revert LicenseIsRevoked(licenseId);
        uint256 extra = _getExtraData(licenseId);
        uint256 start = uint40(extra);
        if (!_active(start, held.end, block.timestamp)) {
            revert LicenseNotActive(licenseId, start, held.end, block.timestamp);
        }
        terms = _storedTerms(edge.termsHash);
        if (terms.index != extra >> 40) revert LicenseTermsDiffer(licenseId, edge.termsHash);
        if (terms.grant & Rights.DERIVE == 0) revert NoDeriveRight(licenseId, terms.grant);
        if (held.units == 0) revert NoUnitsLeft(licenseId);
        if (held.units != UNLIMITED) _licenses[licenseId].units = --held.units;

        (, , uint256 parents, , uint72 tag) = SPLITTER.node(parent);
        uint40 parentUntil = parents == 0 ? 0 : Rights.unpack(tag).until;
        bound.narrow(terms.grant, terms.pass, parentUntil, held.end);
    }

    // ------------------------------------------------------------------ reads

    /// @inheritdoc IIPLicense
    function check(
        uint256 licenseId,
        address holder,
        uint16 rights,
        uint256 time
    ) external view returns (bool) {
        if (holder == address(0) || _ownerOf(licenseId) != holder) return false;
        License memory held = _licenses[licenseId];
        return
            !held.revoked &&
            held.grant & rights == rights &&
            _active(uint40(_getExtraData(licenseId)), held.end, time);
    }

    /// @inheritdoc IIPLicense
    function license(
        uint256 licenseId
    )
        external
        view
        returns (uint256 workId, bytes32 termsHash, uint256 start, uint256 end, uint256 units)
    {
        if (!_exists(licenseId)) revert UnknownLicense(licenseId);
        License memory held = _licenses[licenseId];
        return (
            held.workId,
            _termsHashOf(licenseId),
            uint40(_getExtraData(licenseId)),
            held.end,
            held.units
        );
    }

    /// @inheritdoc IIPLicense
    function termsOf(bytes32 termsHash) external view returns (Terms memory) {
        Stored memory terms = _storedTerms(termsHash);
        return
            Terms({
                grant: terms.grant,
                pass: terms.pass,
                income: terms.income,
                volume: terms.volume,
                duration: terms.duration,
                units: terms.units,
                legal: _legal[termsHash]
            });
    }

    /// @inheritdoc IIPLicense
    function isExclusive(bytes32 termsHash) external view returns (bool) {
        return _terms[termsHash].grant & Rights.EXCLUSIVE != 0;
    }

    /// @inheritdoc IIPLicense
    function hashTerms(Terms calldata terms) public pure returns (bytes32) {
        return keccak256(abi.encode(TERMS_TYPEHASH, terms));
    }

    /// @inheritdoc IIPLicense
    function checkTerms(uint256 workId, bytes32 termsHash) external view {
        (, , bool suspended) = REGISTRY.ownership(workId);
        if (suspended) revert SalesSuspended(workId);
        uint256 taken = exclusiveUntil[workId];
        if (block.timestamp < taken) revert SoldExclusively(workId, taken);
        Stored memory terms = _storedTerms(termsHash);
        uint40 end = terms.duration == 0 ? 0 : uint40(block.timestamp) + terms.duration;
        _checkFit(workId, termsHash, terms, end);
    }

    /// @inheritdoc IIPLicense
    function isMarketAllowed(uint256 workId, address market) external view returns (bool) {
        (, uint256 transfers, ) = REGISTRY.ownership(workId);
        return _markets[workId][market] == transfers + 1;
    }

    /// @inheritdoc IIPLicense
    function isRevoked(uint256 licenseId) external view returns (bool) {
        if (!_exists(licenseId)) revert UnknownLicense(licenseId);
        return _licenses[licenseId].revoked;
    }

    /// @inheritdoc IIPLicense
    function bounds(
        uint256 workId
    )
        external
        view
        returns (uint16 ceiling, uint16 obligations, uint256 until, bytes32 shareAlike)
    {
        (, , uint256 parents, , uint72 tag) = SPLITTER.node(workId);
        Rights.Bounds memory bound = parents == 0 ? Rights.unbound() : Rights.unpack(tag);
        if (bound.obligations & Rights.SHARE_ALIKE != 0) shareAlike = _shareAlikeOf(workId);
        return (bound.ceiling, bound.obligations, bound.until, shareAlike);
    }

    /// @inheritdoc IIPLicense
    function locked(uint256 licenseId) public view returns (bool) {
        if (!_exists(licenseId)) revert UnknownLicense(licenseId);
        return _licenses[licenseId].grant & Rights.TRANSFERABLE == 0;
    }

    function _active(uint256 start, uint256 end, uint256 time) internal pure returns (bool) {
        return start <= time && (end == 0 || time < end);
    }

    function _storedTerms(bytes32 termsHash) internal view returns (Stored memory terms) {
        terms = _terms[termsHash];
        if (terms.index == 0) revert UnknownTerms(termsHash);
    }

    function _termsHashOf(uint256 licenseId) internal view returns (bytes32) {
        return _termsHashes[_getExtraData(licenseId) >> 40];
    }

    // ---------------------------------------------------------------- ERC-721

    /// @notice Name of the collection.
    function name() public pure override returns (string memory) {
        return "Gen-IP License";
    }

    /// @notice Symbol of the collection.
    function symbol() public pure override returns (string memory) {
        return "GENIPL";
    }

    /// @notice Metadata of the licensed work.
    function tokenURI(uint256 licenseId) public view override returns (string memory) {
        if (!_exists(licenseId)) revert UnknownLicense(licenseId);
        return ERC721(address(REGISTRY)).tokenURI(_licenses[licenseId].workId);
    }

    /// @notice ERC-165: also ERC-5192.
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == 0xb45a3c0e || super.supportsInterface(interfaceId);
    }

    /// @dev The library's ERC-721 functions are payable; ETH would be lost here.
    function approve(address account, uint256 licenseId) public payable override {
        if (msg.value != 0) revert NoValue(msg.value);
        super.approve(account, licenseId);
    }

    function _beforeTokenTransfer(address from, address, uint256 licenseId) internal override {
        if (msg.value != 0) revert NoValue(msg.value);
        if (from != address(0) && locked(licenseId)) revert LicenseLocked(licenseId);
    }
}
