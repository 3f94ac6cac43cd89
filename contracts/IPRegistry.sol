// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC721} from "solady/src/tokens/ERC721.sol";
import {EIP712} from "solady/src/utils/EIP712.sol";
import {MerkleProofLib} from "solady/src/utils/MerkleProofLib.sol";

import {CertifyBatch} from "./CertifyBatch.sol";
import {Till} from "./Till.sol";
import {ICertifyBatch} from "./interfaces/ICertifyBatch.sol";
import {IDeployer} from "./interfaces/IDeployer.sol";
import {IIPRegistry} from "./interfaces/IIPRegistry.sol";
import {Cid} from "./libraries/Cid.sol";
import {Consents} from "./libraries/Consents.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Tills} from "./libraries/Tills.sol";
import {Certify, Consent, Delegation, TreeProof} from "./types/Structs.sol";

/// @title IPRegistry
/// @notice See `IIPRegistry`.
contract IPRegistry is IIPRegistry, CertifyBatch, ERC721, EIP712 {
    /// @dev Highest ERC-2981 rate, in basis points.
    uint256 internal constant ROYALTY_CAP = 1_000;
    uint256 internal constant WHOLE = 10_000;
    uint256 internal constant MAY_SUSPEND = 1;
    uint256 internal constant ALL_POWERS = 3;

    address internal immutable SPLITTER;
    address internal immutable LICENSE;
    bytes32 internal immutable TILL_CODE_HASH;

    /// @dev First work 160 | claim time 40 | number of claims 56.
    mapping(bytes32 contentHash => uint256) internal _claims;
    mapping(uint256 workId => bytes32) internal _metadata;
    /// @dev Arbiter 160 | powers 8 | lien cap 16.
    mapping(uint256 workId => uint256) internal _arbiter;

    /// @inheritdoc IIPRegistry
    mapping(uint256 workId => bytes32) public encumbrance;
    /// @inheritdoc IIPRegistry
    mapping(bytes32 root => uint256) public anchorTime;
    /// @inheritdoc IIPRegistry
    mapping(address signer => mapping(bytes32 structHash => bool)) public revoked;
    /// @inheritdoc IIPRegistry
    mapping(bytes32 delegation => uint256) public delegationUsed;

    // The owner's slot carries 96 bits more:
    // claim time 40 | transfers 32 | royalty rate 10 | metadata version 12 | creator has key 1 |
    // suspended 1.
    uint256 internal constant TRANSFERS_AT = 40;
    uint256 internal constant ROYALTY_AT = 72;
    uint256 internal constant VERSION_AT = 82;
    uint256 internal constant KEY_AT = 94;
    uint256 internal constant SUSPENDED_AT = 95;
    uint256 internal constant MAX_VERSION = (1 << 12) - 1;

    constructor() {
        IDeployer deployer = IDeployer(msg.sender);
        SPLITTER = deployer.addressAt(1);
        LICENSE = deployer.addressAt(2);
        TILL_CODE_HASH = keccak256(type(Till).creationCode);
    }

    // ---------------------------------------------------------------- certify

    /// @inheritdoc IIPRegistry
    function certify(Certify calldata certify_) external returns (uint256 workId) {
        _requireAlone(certify_);
        if (msg.sender != certify_.creator) revert NotCreator(msg.sender, certify_.creator);
        return _certify(certify_, block.timestamp, _sentByKey(msg.sender));
    }

    /// @inheritdoc ICertifyBatch
    function certifyFor(
        Certify calldata certify_,
        TreeProof calldata anchor_,
        Consent calldata consent
    ) external returns (uint256 workId) {
        _requireAlone(certify_);
        return _certifyFor(certify_, anchor_, consent, msg.sender);
    }

    /// @inheritdoc IIPRegistry
    function certifyThrough(
        Certify calldata certify_,
        TreeProof calldata anchor_,
        Consent calldata consent,
        address caller
    ) external returns (uint256 workId) {
        if (msg.sender != LICENSE) revert OnlyLicense(msg.sender);
        return _certifyFor(certify_, anchor_, consent, caller);
    }

    /// @inheritdoc IIPRegistry
    function anchor(bytes32 root) external returns (uint256 time) {
        time = anchorTime[root];
        if (time != 0) return time;
        anchorTime[root] = block.timestamp;
        emit Anchored(root, block.timestamp);
        return block.timestamp;
    }

    /// @inheritdoc IIPRegistry
    function prove(
        Certify calldata certify_,
        TreeProof calldata anchor_
    ) external returns (uint256 workId) {
        bytes32 contentHash = certify_.contentHash;
        workId = workIdOf(certify_.creator, contentHash, certify_.homeChainId);
        uint256 extra = _extraOf(workId);
        uint256 time = _anchored(anchor_, Consents.hashCertify(certify_));
        if (time >= uint40(extra)) revert NotEarlierThan(workId, time, uint40(extra));
        _setExtraData(workId, uint96(((extra >> TRANSFERS_AT) << TRANSFERS_AT) | time));
        uint256 claim = _claims[contentHash];
        if (time < uint40(claim >> 160)) {
            _claims[contentHash] = workId | (time << 160) | ((claim >> 200) << 200);
        }
        emit ClaimProven(workId, contentHash, time);
    }

    function _certifyFor(
        Certify calldata certify_,
        TreeProof calldata anchor_,
        Consent calldata consent,
        address caller
    ) internal returns (uint256 workId) {
        bytes32 certifyHash = Consents.hashCertify(certify_);
        bytes32 delegation;
        bool byKey;
        if (caller == certify_.creator) byKey = _sentByKey(caller);
        else (delegation, byKey) = _requireConsent(certify_, certifyHash, consent, caller);
        uint256 time = anchor_.root == 0 ? block.timestamp : _anchored(anchor_, certifyHash);
        workId = _certify(certify_, time, byKey);
        if (delegation != 0) emit Delegated(delegation, workId, delegationUsed[delegation]);
    }

    /// @dev When a certification was anchored.
    function _anchored(
        TreeProof calldata anchor_,
        bytes32 certifyHash
    ) internal view returns (uint256 time) {
        time = anchorTime[anchor_.root];
        // Zero stands for a root that was never anchored.
        // slither-disable-next-line incorrect-equality
        if (time == 0) revert UnknownAnchor(anchor_.root);
        _requireLeaf(anchor_, certifyHash);
    }

    function _certify(
        Certify calldata certify_,
        uint256 time,
        bool byKey
    ) internal returns (uint256 workId) {
        uint256 homeChainId = certify_.homeChainId;
        if (homeChainId != block.chainid) revert WrongChain(homeChainId, block.chainid);
        uint256 rate = certify_.resaleRoyalty;
        if (rate > ROYALTY_CAP) revert RoyaltyTooHigh(rate, ROYALTY_CAP);

        address creator = certify_.creator;
        bytes32 contentHash = certify_.contentHash;
        workId = workIdOf(creator, contentHash, homeChainId);
        if (_exists(workId)) revert AlreadyCertified(workId);

        uint256 claim = _claims[contentHash];
        uint256 count = claim >> 200;
        if (count == 0 || time < uint40(claim >> 160)) claim = workId | (time << 160);
        _claims[contentHash] = (claim & ((1 << 200) - 1)) | ((count + 1) << 200);
        _metadata[workId] = certify_.metadata;
        _nameArbiter(workId, certify_);
        uint256 key = byKey ? 1 << KEY_AT : 0;
        _mintAndSetExtraDataUnchecked(creator, workId, uint96(time | (rate << ROYALTY_AT) | key));
        emit Certified(workId, creator, contentHash, certify_.metadata, time);
    }

    function _nameArbiter(uint256 workId, Certify calldata certify_) internal {
        address arbiter = certify_.arbiter;
        uint256 powers = certify_.arbiterPowers;
        uint256 lienCap = certify_.lienCap;
        if (arbiter == address(0) && powers | lienCap == 0) return;
        if (arbiter == address(0) || powers > ALL_POWERS || lienCap > WHOLE) {
            revert InvalidArbiter(arbiter, powers, lienCap);
        }
        _arbiter[workId] = uint160(arbiter) | (powers << 160) | (lienCap << 168);
        emit ArbiterNamed(workId, arbiter, powers, lienCap);
        _encumber(workId, keccak256(abi.encode(arbiter, powers, lienCap)));
    }

    function _requireAlone(Certify calldata certify_) internal pure {
        if (certify_.edges.length | certify_.payees.length != 0) {
            revert HasEdgesOrPayees(certify_.edges.length, certify_.payees.length);
        }
    }

    // ---------------------------------------------------------------- consent

    /// @dev Requires the creator's or their delegate's consent to a certification. Returns the
    /// delegation used, 0 for none, and whether the creator signed with the account's own key.
    function _requireConsent(
        Certify calldata certify_,
        bytes32 certifyHash,
        Consent calldata consent,
        address caller
    ) internal returns (bytes32 delegation, bool byKey) {
        address signer = certify_.creator;
        if (consent.delegation.delegate != address(0)) {
            if (consent.delegation.creator != signer) {
                revert DelegationNotValid(
                    consent.delegation.creator,
                    consent.delegation.delegate,
                    consent.delegation.expiry
                );
            }
            (delegation, byKey) = _useDelegation(certify_, consent);
            signer = consent.delegation.delegate;
            if (caller == signer) return (delegation, byKey);
        }
        if (consent.signature.length == 0) revert NotCreator(caller, certify_.creator);
        if (block.timestamp > consent.deadline) revert ConsentExpired(consent.deadline);
        bytes32 structHash;
        if (consent.tree.root == 0) {
            structHash = Consents.hashConsent(certifyHash, consent.deadline);
        } else {
            structHash = Consents.hashConsentTree(consent.tree.root, consent.deadline);
            _requireLeaf(consent.tree, certifyHash);
        }
        bool signedByKey = _requireSigned(signer, structHash, consent.signature);
        if (signer == certify_.creator) byKey = signedByKey;
    }

    function _useDelegation(
        Certify calldata certify_,
        Consent calldata consent
    ) internal returns (bytes32 hash, bool byKey) {
        Delegation calldata delegation = consent.delegation;
        (hash, byKey) = _checkDelegation(delegation, consent.delegationSignature);
        if (
            certify_.arbiter != address(0) ||
            certify_.resaleRoyalty != delegation.resaleRoyalty ||
            (certify_.edges.length != 0 && delegation.maxOwed == 0) ||
            Consents.hashPayees(certify_.payees) != delegation.payees
        ) revert BeyondDelegation(hash);
        uint256 used = delegationUsed[hash];
        if (used >= delegation.works) revert DelegationUsedUp(hash, delegation.works);
        delegationUsed[hash] = used + 1;
    }

    /// @inheritdoc IIPRegistry
    function checkDelegation(
        Delegation calldata delegation,
        bytes calldata signature
    ) external view returns (bytes32 structHash) {
        (structHash, ) = _checkDelegation(delegation, signature);
    }

    function _checkDelegation(
        Delegation calldata delegation,
        bytes calldata signature
    ) internal view returns (bytes32 structHash, bool byKey) {
        if (delegation.delegate == address(0) || block.timestamp > delegation.expiry) {
            revert DelegationNotValid(delegation.creator, delegation.delegate, delegation.expiry);
        }
        structHash = Consents.hashDelegation(delegation);
        byKey = _requireSigned(delegation.creator, structHash, signature);
    }

    /// @dev Returns whether it was signed with the account's own key, not by a contract.
    function _requireSigned(
        address signer,
        bytes32 structHash,
        bytes calldata signature
    ) internal view returns (bool byKey) {
        if (revoked[signer][structHash]) revert ConsentRevoked(signer, structHash);
        bytes32 digest = _hashTypedData(structHash);
        byKey = Signatures.byKey(signer, digest, signature);
        if (!byKey && !Signatures.byContract(signer, digest, signature)) {
            revert InvalidSignature(signer, structHash);
        }
    }

    /// @dev Whether `caller` itself signed the transaction.
    function _sentByKey(address caller) internal view returns (bool) {
        // Tells a fact about the account; allows nothing.
        return caller == tx.origin; // solhint-disable-line avoid-tx-origin
    }

    function _requireLeaf(TreeProof calldata proof, bytes32 certifyHash) internal view {
        bytes32 leaf = Consents.leaf(address(this), certifyHash, proof.salt);
        if (!MerkleProofLib.verifyCalldata(proof.path, proof.root, leaf)) {
            revert InvalidProof(proof.root, leaf);
        }
    }

    /// @inheritdoc IIPRegistry
    function revoke(bytes32 structHash) external {
        _revoke(msg.sender, structHash);
    }

    /// @inheritdoc IIPRegistry
    function revokeFor(address signer, bytes32 structHash, bytes calldata signature) external {
        _requireSigned(signer, Consents.hashRevoke(structHash), signature);
        _revoke(signer, structHash);
    }

    function _revoke(address signer, bytes32 structHash) internal {
        revoked[signer][structHash] = true;
        emit Revoked(signer, structHash);
    }

    // ------------------------------------------------------------------ owner

    /// @inheritdoc IIPRegistry
    function relate(uint256 earlier, uint256 later, bytes32 evidence) external {
        _requireOwner(earlier);
        if (claimTime(earlier) >= claimTime(later)) revert NotEarlier(earlier, later);
        emit Related(earlier, later, evidence);
    }

    /// @inheritdoc IIPRegistry
    function reviseMetadata(uint256 workId, bytes32 metadata_) external returns (uint256 version) {
        _requireOwner(workId);
        version = metadataVersion(workId);
        // The last number is for all that follow: no seller can use the numbers up.
        if (version < MAX_VERSION) {
            ++version;
            _setExtraData(workId, _getExtraData(workId) + uint96(1 << VERSION_AT));
        }
        _metadata[workId] = metadata_;
        emit MetadataRevised(workId, version, metadata_);
        emit MetadataUpdate(workId);
    }

    // ---------------------------------------------------------------- arbiter

    /// @inheritdoc IIPRegistry
    function suspend(uint256 workId, bool suspended) external {
        (address arbiter, uint256 powers, ) = arbiterOf(workId);
        if (msg.sender != arbiter || powers & MAY_SUSPEND == 0) {
            revert NotArbiter(workId, msg.sender, MAY_SUSPEND);
        }
        uint96 flag = uint96(1 << SUSPENDED_AT);
        uint96 extra = _getExtraData(workId) & ~flag;
        _setExtraData(workId, suspended ? extra | flag : extra);
        emit Suspended(workId, suspended);
    }

    // ------------------------------------------------------------ encumbrance

    /// @inheritdoc IIPRegistry
    function encumber(uint256 workId, bytes32 item) external {
        if (msg.sender != LICENSE && msg.sender != SPLITTER) revert OnlyProtocol(msg.sender);
        _encumber(workId, item);
    }

    function _encumber(uint256 workId, bytes32 item) internal {
        bytes32 next = keccak256(abi.encode(encumbrance[workId], item));
        encumbrance[workId] = next;
        emit Encumbered(workId, item, next);
    }

    // ------------------------------------------------------------------ reads

    /// @inheritdoc IIPRegistry
    function workIdOf(
        address creator,
        bytes32 contentHash,
        uint256 homeChainId
    ) public view returns (uint256 workId) {
        bytes32 salt = Tills.salt(creator, contentHash, homeChainId);
        return Tills.idOf(Tills.at(SPLITTER, TILL_CODE_HASH, salt));
    }

    /// @inheritdoc IIPRegistry
    function exists(uint256 workId) external view returns (bool) {
        return _exists(workId);
    }

    /// @inheritdoc IIPRegistry
    function ownership(
        uint256 workId
    ) external view returns (address owner, uint256 transfers, bool suspended) {
        owner = _ownerOf(workId);
        if (owner == address(0)) revert UnknownWork(workId);
        uint256 extra = _getExtraData(workId);
        return (owner, uint32(extra >> TRANSFERS_AT), extra >> SUSPENDED_AT != 0);
    }

    /// @inheritdoc IIPRegistry
    function ownerAndKey(
        uint256 workId
    ) external view returns (address owner, uint256 transfers, bool hasKey) {
        owner = _ownerOf(workId);
        if (owner == address(0)) revert UnknownWork(workId);
        uint256 extra = _getExtraData(workId);
        transfers = uint32(extra >> TRANSFERS_AT);
        return (owner, transfers, transfers == 0 && extra & (1 << KEY_AT) != 0);
    }

    /// @inheritdoc IIPRegistry
    function claims(
        bytes32 contentHash
    ) external view returns (uint256 first, uint256 time, uint256 count) {
        uint256 claim = _claims[contentHash];
        return (uint160(claim), uint40(claim >> 160), claim >> 200);
    }

    /// @inheritdoc IIPRegistry
    function claimTime(uint256 workId) public view returns (uint256 time) {
        return uint40(_extraOf(workId));
    }

    /// @inheritdoc IIPRegistry
    function metadata(uint256 workId) public view returns (bytes32 digest) {
        _extraOf(workId);
        return _metadata[workId];
    }

    /// @inheritdoc IIPRegistry
    function metadataVersion(uint256 workId) public view returns (uint256 version) {
        return (_extraOf(workId) >> VERSION_AT) & MAX_VERSION;
    }

    /// @inheritdoc IIPRegistry
    function arbiterOf(
        uint256 workId
    ) public view returns (address arbiter, uint256 powers, uint256 lienCap) {
        uint256 packed = _arbiter[workId];
        return (address(uint160(packed)), uint8(packed >> 160), uint16(packed >> 168));
    }

    /// @inheritdoc IIPRegistry
    function royaltyInfo(
        uint256 workId,
        uint256 price
    ) external view returns (address receiver, uint256 amount) {
        uint256 rate = (_extraOf(workId) >> ROYALTY_AT) & 0x3ff;
        // A price no one can pay earns no royalty, instead of an overflow.
        amount = price > type(uint256).max / WHOLE ? 0 : (price * rate) / WHOLE;
        return (Tills.tillOf(workId), amount);
    }

    /// @inheritdoc IIPRegistry
    function getStateFingerprint(uint256 workId) external view returns (bytes32) {
        return
            keccak256(abi.encode(workId, _extraOf(workId), metadata(workId), encumbrance[workId]));
    }

    /// @inheritdoc IIPRegistry
    function hashCertify(Certify calldata certify_) external pure returns (bytes32) {
        return Consents.hashCertify(certify_);
    }

    /// @inheritdoc IIPRegistry
    function leafOf(Certify calldata certify_, bytes32 salt) external view returns (bytes32) {
        return Consents.leaf(address(this), Consents.hashCertify(certify_), salt);
    }

    /// @inheritdoc IIPRegistry
    function contractURI() external pure returns (string memory) {
        return
            'data:application/json;utf8,{"name":"Gen-IP Certificate","symbol":"GENIP","description":"Certificates of works made with AI: who claimed what, and when."}';
    }

    /// @dev Extra data of an existing certificate.
    function _extraOf(uint256 workId) internal view returns (uint256) {
        if (!_exists(workId)) revert UnknownWork(workId);
        return _getExtraData(workId);
    }

    function _requireOwner(uint256 workId) internal view {
        address owner = _ownerOf(workId);
        if (owner == address(0)) revert UnknownWork(workId);
        if (msg.sender != owner) revert NotOwner(workId, msg.sender, owner);
    }

    // ------------------------------------------------------- ERC-721, EIP-712

    /// @notice Name of the collection.
    function name() public pure override returns (string memory) {
        return "Gen-IP Certificate";
    }

    /// @notice Symbol of the collection.
    function symbol() public pure override returns (string memory) {
        return "GENIP";
    }

    /// @notice `ipfs://` address of the work's metadata.
    function tokenURI(uint256 workId) public view override returns (string memory) {
        return Cid.uri(metadata(workId));
    }

    /// @notice ERC-165: also ERC-2981, 4906, 5267, 5646 and 7572.
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return
            interfaceId == 0x2a55205a ||
            interfaceId == 0x49064906 ||
            interfaceId == 0x84b0196e ||
            interfaceId == 0xf5112315 ||
            interfaceId == 0xe8a3d485 ||
            super.supportsInterface(interfaceId);
    }

    /// @dev The library's ERC-721 functions are payable; ETH would be lost here.
    function approve(address account, uint256 workId) public payable override {
        if (msg.value != 0) revert NoValue(msg.value);
        super.approve(account, workId);
    }

    function _beforeTokenTransfer(address from, address to, uint256 workId) internal override {
        if (msg.value != 0) revert NoValue(msg.value);
        if (from == address(0)) return;
        if (_exists(Tills.idOf(to))) revert ToTill(workId, to);
        _setExtraData(workId, _getExtraData(workId) + uint96(1 << TRANSFERS_AT));
    }

    function _domainNameAndVersion()
        internal
        pure
        override
        returns (string memory name_, string memory version)
    {
        return ("Gen-IP Registry", "1");
    }
}
