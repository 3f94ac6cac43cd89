// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC721} from "solady/src/tokens/ERC721.sol";

import {Till} from "./Till.sol";
import {IDeployer} from "./interfaces/IDeployer.sol";
import {IIPRegistry} from "./interfaces/IIPRegistry.sol";
import {Cid} from "./libraries/Cid.sol";
import {Tills} from "./libraries/Tills.sol";
import {Certify} from "./types/Structs.sol";

/// @title IPRegistry
/// @notice See `IIPRegistry`.
contract IPRegistry is IIPRegistry, ERC721 {
    /// @dev Highest ERC-2981 rate, in basis points.
    uint256 internal constant ROYALTY_CAP = 1_000;

    address internal immutable SPLITTER;
    address internal immutable LICENSE;
    bytes32 internal immutable TILL_CODE_HASH;

    /// @dev First work 160 | claim time 40 | number of claims 56.
    mapping(bytes32 contentHash => uint256) internal _claims;
    mapping(uint256 workId => bytes32) internal _metadata;

    // The owner's slot carries 96 bits more: claim time 40 | transfers 32 | royalty rate 14.
    uint256 internal constant TRANSFERS_AT = 40;
    uint256 internal constant ROYALTY_AT = 72;

    constructor() {
        IDeployer deployer = IDeployer(msg.sender);
        SPLITTER = deployer.addressAt(1);
        LICENSE = deployer.addressAt(2);
        TILL_CODE_HASH = keccak256(type(Till).creationCode);
    }

    // ---------------------------------------------------------------- certify

    /// @inheritdoc IIPRegistry
    function certify(Certify calldata certify_) external returns (uint256 workId) {
        if (certify_.edges.length | certify_.payees.length != 0) {
            revert HasEdgesOrPayees(certify_.edges.length, certify_.payees.length);
        }
        return _certify(certify_, msg.sender);
    }

    /// @inheritdoc IIPRegistry
    function certifyThrough(
        Certify calldata certify_,
        address caller
    ) external returns (uint256 workId) {
        if (msg.sender != LICENSE) revert OnlyLicense(msg.sender);
        return _certify(certify_, caller);
    }

    function _certify(Certify calldata certify_, address caller) internal returns (uint256 workId) {
        address creator = certify_.creator;
        if (caller != creator) revert NotCreator(caller, creator);
        uint256 homeChainId = certify_.homeChainId;
        if (homeChainId != block.chainid) revert WrongChain(homeChainId, block.chainid);
        uint256 rate = certify_.resaleRoyalty;
        if (rate > ROYALTY_CAP) revert RoyaltyTooHigh(rate, ROYALTY_CAP);

        bytes32 contentHash = certify_.contentHash;
        workId = workIdOf(creator, contentHash, homeChainId);
        if (_exists(workId)) revert AlreadyCertified(workId);

        uint256 claim = _claims[contentHash];
        if (claim == 0) claim = workId | (block.timestamp << 160);
        _claims[contentHash] = claim + (1 << 200);
        _metadata[workId] = certify_.metadata;
        _mintAndSetExtraDataUnchecked(
            creator,
            workId,
            uint96(block.timestamp | (rate << ROYALTY_AT))
        );
        emit Certified(workId, creator, contentHash, certify_.metadata);
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
    function ownership(uint256 workId) external view returns (address owner, uint256 transfers) {
        owner = _ownerOf(workId);
        if (owner == address(0)) revert UnknownWork(workId);
        transfers = uint32(_getExtraData(workId) >> TRANSFERS_AT);
    }

    /// @inheritdoc IIPRegistry
    function claims(
        bytes32 contentHash
    ) external view returns (uint256 first, uint256 time, uint256 count) {
        uint256 claim = _claims[contentHash];
        return (uint160(claim), uint40(claim >> 160), claim >> 200);
    }

    /// @inheritdoc IIPRegistry
    function claimTime(uint256 workId) external view returns (uint256 time) {
        _requireExists(workId);
        return uint40(_getExtraData(workId));
    }

    /// @inheritdoc IIPRegistry
    function metadata(uint256 workId) public view returns (bytes32 digest) {
        _requireExists(workId);
        return _metadata[workId];
    }

    /// @inheritdoc IIPRegistry
    function royaltyInfo(
        uint256 workId,
        uint256 price
    ) external view returns (address receiver, uint256 amount) {
        _requireExists(workId);
        uint256 rate = uint256(_getExtraData(workId)) >> ROYALTY_AT;
        // A price no one can pay earns no royalty, instead of an overflow.
        amount = price > type(uint256).max / 10_000 ? 0 : (price * rate) / 10_000;
        return (Tills.tillOf(workId), amount);
    }

    function _requireExists(uint256 workId) internal view {
        if (!_exists(workId)) revert UnknownWork(workId);
    }

    // ---------------------------------------------------------------- ERC-721

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

    /// @notice ERC-165: also ERC-2981.
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == 0x2a55205a || super.supportsInterface(interfaceId);
    }

    /// @dev The library's ERC-721 functions are payable; ETH would be lost here.
    function approve(address account, uint256 workId) public payable override {
        if (msg.value != 0) revert NoValue(msg.value);
        super.approve(account, workId);
    }

    function _beforeTokenTransfer(address from, address to, uint256 workId) internal override {
        if (msg.value != 0) revert NoValue(msg.value);
        if (from == address(0)) return;
        if (to == Tills.tillOf(workId)) revert OwnTill(workId);
        _setExtraData(workId, _getExtraData(workId) + uint96(1 << TRANSFERS_AT));
    }
}
