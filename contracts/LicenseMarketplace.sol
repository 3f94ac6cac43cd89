// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

import {IDeployer} from "./interfaces/IDeployer.sol";
import {IIPLicense} from "./interfaces/IIPLicense.sol";
import {IIPRegistry} from "./interfaces/IIPRegistry.sol";
import {ILicenseMarketplace} from "./interfaces/ILicenseMarketplace.sol";
import {IPaymentCallback, IRoyaltySplitter} from "./interfaces/IRoyaltySplitter.sol";
import {Fee} from "./types/Structs.sol";

/// @title LicenseMarketplace
/// @notice See `ILicenseMarketplace`.
contract LicenseMarketplace is ILicenseMarketplace, IPaymentCallback {
    using SafeTransferLib for address;

    uint256 internal constant WHOLE = 10_000;
    uint256 internal constant FEE_CAP = 1_000;
    uint256 internal constant POSTED = 1 << 128;
    uint256 internal constant CANCELLED = 1 << 129;

    IIPRegistry internal immutable REGISTRY;
    IRoyaltySplitter internal immutable SPLITTER;
    IIPLicense internal immutable LICENSE;

    /// @dev Sold 128 | posted 1 | cancelled 1.
    mapping(bytes32 offerHash => uint256) internal _state;

    bool internal transient _locked;

    constructor() {
        IDeployer deployer = IDeployer(msg.sender);
        REGISTRY = IIPRegistry(deployer.addressAt(0));
        SPLITTER = IRoyaltySplitter(deployer.addressAt(1));
        LICENSE = IIPLicense(deployer.addressAt(2));
    }

    // ------------------------------------------------------------------ offers

    /// @inheritdoc ILicenseMarketplace
    function post(Offer calldata offer) external returns (bytes32 offerHash) {
        offerHash = hashOffer(offer);
        if (msg.sender != offer.maker) revert NotMaker(msg.sender, offer.maker);
        if (_state[offerHash] != 0) revert AlreadyPosted(offerHash);
        if (offer.quantity == 0 || offer.quantity >= POSTED) {
            revert InvalidQuantity(offer.quantity);
        }
        uint256 fees;
        for (uint256 i; i < offer.fees.length; ++i) {
            fees += offer.fees[i].share;
        }
        if (fees > FEE_CAP) revert FeesTooHigh(fees, FEE_CAP);
        _requireCurrent(offer, offerHash);

        _state[offerHash] = POSTED;
        emit OfferPosted(offerHash, offer.workId, offer.maker, offer);
    }

    /// @inheritdoc ILicenseMarketplace
    function cancel(Offer calldata offer) external {
        if (msg.sender != offer.maker) revert NotMaker(msg.sender, offer.maker);
        bytes32 offerHash = hashOffer(offer);
        if (!_isOpen(_state[offerHash])) revert OfferNotOpen(offerHash);
        _state[offerHash] |= CANCELLED;
        emit OfferCancelled(offerHash, offer.maker);
    }

    // -------------------------------------------------------------------- fill

    /// @inheritdoc ILicenseMarketplace
    function fill(
        Offer calldata offer,
        uint256 count,
        address licensee
    ) external payable returns (uint256 firstLicenseId) {
        if (_locked) revert Reentered();
        _locked = true;
        bytes32 offerHash = hashOffer(offer);
        _take(offer, offerHash, count);
        _requireCurrent(offer, offerHash);

        uint256 price = offer.price * count;
        _pay(offer, price);
        firstLicenseId = LICENSE.issue(offer.workId, offer.termsHash, licensee, count, 0);
        emit OfferFilled(
            offerHash,
            offer.workId,
            licensee,
            msg.sender,
            firstLicenseId,
            count,
            price
        );
        _locked = false;
    }

    /// @dev Books `count` licenses of an offer as sold.
    function _take(Offer calldata offer, bytes32 offerHash, uint256 count) internal {
        uint256 state = _state[offerHash];
        if (!_isOpen(state)) revert OfferNotOpen(offerHash);
        if (offer.deadline != 0 && block.timestamp > offer.deadline) {
            revert OfferExpired(offerHash, offer.deadline);
        }
        uint256 left = offer.quantity - uint128(state);
        if (count > left) revert NotEnoughLeft(offerHash, left, count);
        _state[offerHash] = state + count;
    }

    function _pay(Offer calldata offer, uint256 price) internal {
        uint256 value = offer.token == address(0) ? price : 0;
        if (msg.value != value) revert WrongValue(msg.value, value);
        if (price == 0) return;
        Fee[] memory fees = new Fee[](offer.fees.length);
        for (uint256 i; i < fees.length; ++i) {
            fees[i] = Fee(offer.fees[i].to, (price * offer.fees[i].share) / WHOLE);
        }
        SPLITTER.payVia{value: value}(offer.workId, offer.token, price, msg.sender, fees);
    }

    /// @inheritdoc IPaymentCallback
    function onPay(address token, uint256 amount, address payer) external {
        if (msg.sender != address(SPLITTER)) revert OnlySplitter(msg.sender);
        token.safeTransferFrom(payer, msg.sender, amount);
    }

    // ------------------------------------------------------------------- reads

    /// @inheritdoc ILicenseMarketplace
    function hashOffer(Offer calldata offer) public pure returns (bytes32) {
        return keccak256(abi.encode(offer));
    }

    /// @inheritdoc ILicenseMarketplace
    function offerState(bytes32 offerHash) external view returns (bool open, uint256 filled) {
        uint256 state = _state[offerHash];
        return (_isOpen(state), uint128(state));
    }

    function _isOpen(uint256 state) internal pure returns (bool) {
        return state & (POSTED | CANCELLED) == POSTED;
    }

    /// @dev An offer stands only while the certificate is where it was when the offer was made.
    function _requireCurrent(Offer calldata offer, bytes32 offerHash) internal view {
        (address owner, uint256 transfers, ) = REGISTRY.ownership(offer.workId);
        if (owner != offer.maker) revert NotOwner(offer.workId, offer.maker, owner);
        if (transfers != offer.transfers) {
            revert OfferOutdated(offerHash, offer.transfers, transfers);
        }
    }
}
