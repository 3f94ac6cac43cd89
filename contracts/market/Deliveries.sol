// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

import {IDeployer} from "../interfaces/IDeployer.sol";
import {IIPLicense} from "../interfaces/IIPLicense.sol";
import {IIPRegistry} from "../interfaces/IIPRegistry.sol";
import {ILicenseMarketplace} from "../interfaces/ILicenseMarketplace.sol";
import {Offering} from "../libraries/Offering.sol";
import {Deal, Offer, Taking} from "../types/Offers.sol";
import {Payments} from "./Payments.sol";

/// @title Deliveries
/// @notice Sales whose price waits for a delivery: opened by a fill, ended by a release or a refund.
abstract contract Deliveries is Payments {
    using SafeTransferLib for address;

    uint256 internal constant MAX_COUNT = 100;
    uint256 internal constant DEAL_OPEN = 1 << 40;
    uint256 internal constant REFUND_AFTER = 30 days;

    IIPRegistry internal immutable REGISTRY;
    IIPLicense internal immutable LICENSE;

    /// @dev Holds while the buyer cannot take the price back, so that nobody can let it stand for
    /// ever: `until` is the last such second, `transfers` those of the certificate at the opening.
    struct Reservation {
        bytes32 dealHash;
        uint40 until;
        uint32 transfers;
    }

    /// @dev Time of the delivery that stands 40 | open 1.
    mapping(bytes32 dealHash => uint256) internal _deals;
    uint256 internal _dealCount;
    /// @dev The exclusive deal a work is reserved for.
    mapping(uint256 workId => Reservation) internal _reserved;

    constructor() {
        IDeployer deployer = IDeployer(msg.sender);
        REGISTRY = IIPRegistry(deployer.addressAt(0));
        LICENSE = IIPLicense(deployer.addressAt(2));
    }

    function _openDeal(
        Offer calldata offer,
        Taking calldata taking,
        bytes32 offerHash,
        address seller,
        address buyer,
        address recipient,
        uint256 price
    ) internal {
        if (taking.renewId != 0) revert InvalidOffer(offerHash);
        uint256 cap = LICENSE.isExclusive(offer.termsHash) ? 1 : MAX_COUNT;
        if (taking.count > cap) revert NotEnoughLeft(offerHash, cap, taking.count);
        LICENSE.checkTerms(taking.workId, offer.termsHash);
        (, uint256 transfers, ) = REGISTRY.ownership(taking.workId);
        // A deal of a batch has a number of its own.
        // slither-disable-next-line costly-loop
        Deal memory deal = Deal({
            offerHash: offerHash,
            number: ++_dealCount,
            buyer: buyer,
            recipient: recipient,
            seller: seller,
            workId: taking.workId,
            termsHash: offer.termsHash,
            count: taking.count,
            token: offer.token,
            amount: _receive(offer.token, price, buyer),
            deliverBy: block.timestamp + offer.deliverWithin,
            challengeWindow: offer.challengeWindow,
            transfers: transfers,
            encumbrance: 0,
            fees: offer.fees
        });
        // The token may have called others, who bound the work meanwhile.
        if (LICENSE.isExclusive(deal.termsHash)) {
            _requireEncumbrance(deal.workId, offer.encumbrance);
        }
        // Under the lock, and the callee is part of the project.
        // slither-disable-next-line reentrancy-benign
        LICENSE.reserve(deal.workId, Offering.hashDeal(deal));
        if (LICENSE.isExclusive(deal.termsHash)) {
            deal.encumbrance = REGISTRY.encumbrance(deal.workId);
        }
        bytes32 dealHash = Offering.hashDeal(deal);
        _deals[dealHash] = DEAL_OPEN;
        if (deal.encumbrance != 0) {
            _reserved[deal.workId] = Reservation({
                dealHash: dealHash,
                until: uint40(deal.deliverBy),
                transfers: uint32(deal.transfers)
            });
        }
        emit DealOpened(dealHash, deal.workId, buyer, deal);
    }

    /// @inheritdoc ILicenseMarketplace
    function deliver(Deal calldata deal, bytes32 evidence) external {
        (bytes32 dealHash, uint256 deliveredAt) = _requireDeal(deal);
        if (msg.sender != deal.seller) revert NotParty(dealHash, msg.sender);
        if (block.timestamp > deal.deliverBy || deliveredAt != 0) {
            revert NotInTime(dealHash, block.timestamp);
        }
        _deals[dealHash] = DEAL_OPEN | block.timestamp;
        _reserveUntil(deal, dealHash, block.timestamp + deal.challengeWindow + REFUND_AFTER);
        emit Delivered(dealHash, evidence, block.timestamp + deal.challengeWindow);
    }

    /// @inheritdoc ILicenseMarketplace
    function challenge(Deal calldata deal, bytes32 reason) external {
        (bytes32 dealHash, uint256 deliveredAt) = _requireDeal(deal);
        if (msg.sender != deal.buyer) revert NotParty(dealHash, msg.sender);
        // Zero stands for not delivered.
        // slither-disable-next-line incorrect-equality
        if (deliveredAt == 0 || block.timestamp > deliveredAt + deal.challengeWindow) {
            revert NotInTime(dealHash, block.timestamp);
        }
        _deals[dealHash] = DEAL_OPEN;
        _reserveUntil(deal, dealHash, deal.deliverBy);
        emit Challenged(dealHash, reason);
    }

    /// @inheritdoc ILicenseMarketplace
    function release(Deal calldata deal) external lock returns (uint256 firstLicenseId) {
        (bytes32 dealHash, uint256 deliveredAt) = _requireDeal(deal);
        bool stands = deliveredAt != 0 && block.timestamp > deliveredAt + deal.challengeWindow;
        // Without a delivery the buyer may confirm in time, not whenever the price looks good.
        bool confirms =
            msg.sender == deal.buyer && (deliveredAt != 0 || block.timestamp <= deal.deliverBy);
        if (!confirms && !stands) revert NotInTime(dealHash, block.timestamp);
        (bool sold, bool encumbered) = _changed(deal);
        // What was issued meanwhile is the buyer's to accept.
        if (sold || (encumbered && msg.sender != deal.buyer)) revert DealOutdated(dealHash);
        _close(deal, dealHash);
        _requireUnreserved(deal.workId);
        // The deal is closed before, under the lock, and the callee is part of the project.
        // slither-disable-next-line reentrancy-eth,reentrancy-benign
        firstLicenseId = LICENSE.issue(deal.workId, deal.termsHash, deal.recipient, deal.count, 0);
        _holding = true;
        _pay(deal.workId, deal.token, deal.amount, deal.buyer, _fees(deal.fees, deal.amount, 0));
        _holding = false;
        emit DealReleased(dealHash, firstLicenseId);
    }

    /// @inheritdoc ILicenseMarketplace
    function refund(Deal calldata deal, address to) external lock {
        (bytes32 dealHash, uint256 deliveredAt) = _requireDeal(deal);
        if (msg.sender != deal.buyer) revert NotParty(dealHash, msg.sender);
        if (to == address(0) || to == address(this)) revert InvalidReceiver(to);
        // Zero stands for not delivered.
        // slither-disable-next-line incorrect-equality
        uint256 from =
            deliveredAt == 0 ? deal.deliverBy : deliveredAt + deal.challengeWindow + REFUND_AFTER;
        (bool sold, bool encumbered) = _changed(deal);
        if (block.timestamp <= from && !sold && !encumbered) {
            revert NotInTime(dealHash, block.timestamp);
        }
        _close(deal, dealHash);
        emit DealRefunded(dealHash, to, deal.amount);
        if (deal.amount == 0) return;
        if (deal.token == address(0)) {
            (bool success, ) = to.call{value: deal.amount}("");
            if (!success) revert TransferFailed(to, deal.amount);
        } else {
            deal.token.safeTransfer(to, deal.amount);
        }
    }

    function _close(Deal calldata deal, bytes32 dealHash) internal {
        _deals[dealHash] = 0;
        // Compares hashes, not amounts.
        // slither-disable-next-line incorrect-equality
        if (_reserved[deal.workId].dealHash == dealHash) delete _reserved[deal.workId];
    }

    function _reserveUntil(Deal calldata deal, bytes32 dealHash, uint256 time) internal {
        Reservation storage reserved = _reserved[deal.workId];
        // Compares hashes, not amounts.
        // slither-disable-next-line incorrect-equality
        if (reserved.dealHash == dealHash) reserved.until = uint40(time);
    }

    function _requireUnreserved(uint256 workId) internal view {
        Reservation storage reserved = _reserved[workId];
        bytes32 dealHash = reserved.dealHash;
        if (dealHash == 0 || block.timestamp > reserved.until) return;
        (, uint256 transfers, ) = REGISTRY.ownership(workId);
        if (transfers == reserved.transfers) revert WorkReserved(workId, dealHash);
    }

    /// @dev Whether the certificate was sold, or an exclusive deal's work bound otherwise, since a
    /// deal was opened.
    function _changed(Deal calldata deal) internal view returns (bool sold, bool encumbered) {
        (, uint256 transfers, ) = REGISTRY.ownership(deal.workId);
        sold = transfers != deal.transfers;
        encumbered = deal.encumbrance != 0 && REGISTRY.encumbrance(deal.workId) != deal.encumbrance;
    }

    /// @dev Requires that nothing but what an offer names binds a work.
    function _requireEncumbrance(uint256 workId, bytes32 named) internal view {
        bytes32 current = REGISTRY.encumbrance(workId);
        if (current != named) revert EncumbranceChanged(workId, named, current);
    }

    function _requireDeal(
        Deal calldata deal
    ) internal view returns (bytes32 dealHash, uint256 deliveredAt) {
        dealHash = Offering.hashDeal(deal);
        uint256 state = _deals[dealHash];
        // Reads a single bit.
        // slither-disable-next-line incorrect-equality
        if (state & DEAL_OPEN == 0) revert DealNotOpen(dealHash);
        return (dealHash, uint40(state));
    }

    /// @inheritdoc ILicenseMarketplace
    function dealState(bytes32 dealHash) external view returns (bool open, uint256 deliveredAt) {
        uint256 state = _deals[dealHash];
        return (state & DEAL_OPEN != 0, uint40(state));
    }
}
