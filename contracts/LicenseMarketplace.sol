// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EIP712} from "solady/src/utils/EIP712.sol";
import {MerkleProofLib} from "solady/src/utils/MerkleProofLib.sol";
import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

import {ILicenseMarketplace} from "./interfaces/ILicenseMarketplace.sol";
import {IERC20Permit, IERC3009, IERC721Transfer} from "./interfaces/Tokens.sol";
import {Offering} from "./libraries/Offering.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Deliveries} from "./market/Deliveries.sol";
import {Approval, AskLimits, Authorization, Fill, Offer, Permit, Taking} from "./types/Offers.sol";
import {Entry, Fee} from "./types/Structs.sol";

/// @title LicenseMarketplace
/// @notice See `ILicenseMarketplace`.
contract LicenseMarketplace is Deliveries, EIP712 {
    using SafeTransferLib for address;

    uint256 internal constant FEE_CAP = 1_000;
    uint256 internal constant MAX_FEES = 8;
    uint256 internal constant POSTED = 1 << 128;
    uint256 internal constant CANCELLED = 1 << 129;

    /// @dev Sold 128 | posted 1 | cancelled or spent 1.
    mapping(address maker => mapping(bytes32 offerHash => uint256)) internal _state;
    /// @inheritdoc ILicenseMarketplace
    mapping(address maker => uint256) public counters;

    // ----------------------------------------------------------------- offers

    /// @inheritdoc ILicenseMarketplace
    function post(Offer calldata offer) external returns (bytes32 offerHash) {
        offerHash = Offering.hashOffer(offer);
        if (msg.sender != offer.maker) revert NotMaker(msg.sender, offer.maker);
        mapping(bytes32 offerHash => uint256) storage states = _state[msg.sender];
        uint256 state = states[offerHash];
        if (state & CANCELLED != 0) revert OfferNotOpen(offerHash);
        if (state & POSTED != 0) revert AlreadyPosted(offerHash);
        _checkForm(offer, offerHash);
        states[offerHash] = state | POSTED;
        _emitPosted(offerHash, offer);
    }

    /// @dev Emits `OfferPosted(offerHash, offer.workId, msg.sender, offer)`.
    function _emitPosted(bytes32 offerHash, Offer calldata offer) internal {
        bytes memory data = Offering.encode(offer);
        bytes32 topic = OfferPosted.selector;
        uint256 workId = offer.workId;
        assembly ("memory-safe") {
            log4(add(data, 0x20), mload(data), topic, offerHash, workId, caller())
        }
    }

    /// @inheritdoc ILicenseMarketplace
    function cancel(bytes32 offerHash) external {
        _cancel(msg.sender, offerHash);
    }

    /// @inheritdoc ILicenseMarketplace
    function cancelAll() external returns (uint256 counter) {
        counter = ++counters[msg.sender];
        emit AllCancelled(msg.sender, counter);
    }

    function _cancel(address maker, bytes32 offerHash) internal {
        _state[maker][offerHash] |= CANCELLED;
        emit OfferCancelled(offerHash, maker);
    }

    /// @dev What an offer must satisfy in itself.
    function _checkForm(Offer calldata offer, bytes32 offerHash) internal view {
        bool certificate = offer.kind >= Offering.CERTIFICATE_ASK;
        bool single = offer.worksRoot == 0 && offer.quantity == 1;
        if (
            offer.kind > Offering.CERTIFICATE_BID ||
            offer.quantity == 0 ||
            offer.quantity >= POSTED ||
            (offer.worksRoot != 0 && offer.workId != 0) ||
            offer.fees.length > MAX_FEES ||
            (certificate && (!single || offer.termsHash != 0 || offer.deliverWithin != 0)) ||
            offer.deliverWithin > REFUND_AFTER * 120 ||
            offer.challengeWindow > REFUND_AFTER * 120
        ) revert InvalidOffer(offerHash);
        bool bid = offer.kind == Offering.LICENSE_BID || offer.kind == Offering.CERTIFICATE_BID;
        if (bid && offer.token == address(0)) revert BidNeedsToken(offerHash);
        uint256 fees = Offering.sum(offer.fees);
        if (fees > FEE_CAP) revert FeesTooHigh(fees, FEE_CAP);
        for (uint256 i; i < offer.fees.length; ++i) {
            address to = offer.fees[i].to;
            // The splitter would refuse to credit them.
            if (to == address(0) || to == address(SPLITTER)) revert InvalidOffer(offerHash);
        }
    }

    // ------------------------------------------------------------------- fill

    /// @inheritdoc ILicenseMarketplace
    function fill(
        Fill calldata fill_
    ) external payable lock spends returns (uint256 firstLicenseId) {
        return _fill(fill_, msg.sender);
    }

    /// @inheritdoc ILicenseMarketplace
    function fillWithPermit(
        Fill calldata fill_,
        Permit calldata permit
    ) external lock returns (uint256 firstLicenseId) {
        uint256 price = fill_.offer.price * fill_.taking.count;
        // Whoever saw the permit may have used it first: then the allowance is there already.
        // Under the lock: a token that calls back finds every way in closed.
        // slither-disable-next-line reentrancy-benign
        try
            IERC20Permit(fill_.offer.token).permit(
                msg.sender,
                address(this),
                price,
                permit.deadline,
                permit.v,
                permit.r,
                permit.s
            )
        {} catch {}
        return _fill(fill_, msg.sender);
    }

    /// @inheritdoc ILicenseMarketplace
    function fillWithAuthorization(
        Fill calldata fill_,
        Authorization calldata authorization
    ) external lock returns (uint256 firstLicenseId) {
        Offer calldata offer = fill_.offer;
        // Only the token vouches for who authorized it, so nothing of theirs is spent but that.
        if (_isBid(offer) || offer.counterTo != 0) revert InvalidOffer(Offering.hashOffer(offer));
        uint256 price = offer.price * fill_.taking.count;
        uint256 before = offer.token.balanceOf(address(this));
        // Under the lock: a token that calls back finds every way in closed.
        // slither-disable-next-line reentrancy-eth,reentrancy-benign
        IERC3009(offer.token).receiveWithAuthorization(
            authorization.from,
            address(this),
            price,
            authorization.validAfter,
            authorization.validBefore,
            authorizationNonce(fill_, authorization.from, authorization.validBefore),
            authorization.v,
            authorization.r,
            authorization.s
        );
        if (offer.token.balanceOf(address(this)) < before + price) {
            revert NothingReceived(offer.token);
        }
        _holding = true;
        firstLicenseId = _fill(fill_, authorization.from);
        _holding = false;
    }

    /// @inheritdoc ILicenseMarketplace
    function fillAndDerive(
        Fill[] calldata fills,
        Entry calldata entry
    ) external payable lock spends returns (uint256 workId) {
        uint256[] memory bought = new uint256[](fills.length);
        for (uint256 i; i < fills.length; ++i) {
            Taking calldata taking = fills[i].taking;
            if (taking.recipient != entry.certify.creator || taking.count != 1) {
                revert NotForCreator(taking.recipient, taking.count);
            }
            bought[i] = _fill(fills[i], msg.sender);
        }
        return LICENSE.certifyWith(entry.certify, entry.anchor, entry.consent, bought);
    }

    /// @inheritdoc ILicenseMarketplace
    function certifyAndFill(
        Entry calldata entry,
        Fill calldata fill_
    ) external payable lock spends returns (uint256 firstLicenseId) {
        // This contract would be the caller, and so need no consent of "its own".
        if (entry.certify.creator == address(this)) revert NotMaker(msg.sender, address(this));
        uint256 workId = REGISTRY.workIdOf(
            entry.certify.creator,
            entry.certify.contentHash,
            entry.certify.homeChainId
        );
        // Somebody may have been first: the sale goes on all the same.
        if (!REGISTRY.exists(workId)) {
            if (entry.certify.edges.length | entry.certify.payees.length == 0) {
                REGISTRY.certifyFor(entry.certify, entry.anchor, entry.consent);
            } else {
                // Under the lock, and the callee is part of the project.
                // slither-disable-next-line reentrancy-benign
                LICENSE.certifyFor(entry.certify, entry.anchor, entry.consent);
            }
        }
        return _fill(fill_, msg.sender);
    }

    /// @dev Fills an offer; `buyer` is who pays an ask.
    function _fill(Fill calldata fill_, address buyer) internal returns (uint256 firstLicenseId) {
        Offer calldata offer = fill_.offer;
        Taking calldata taking = fill_.taking;
        bytes32 offerHash = Offering.hashOffer(offer);
        _checkForm(offer, offerHash);
        _requireApproved(offer, fill_.approval, taking, offerHash);
        _take(offer, taking, offerHash);
        _requireUnreserved(taking.workId);
        address seller = offer.maker;
        address recipient = taking.recipient;
        if (_isBid(offer)) {
            // A bid pays for a license of its maker, never for the renewal of another's.
            if (taking.renewId != 0) revert InvalidOffer(offerHash);
            (seller, buyer, recipient) = (msg.sender, offer.maker, offer.maker);
        }
        if (recipient == address(0)) recipient = buyer;
        address taker = seller == offer.maker ? buyer : seller;
        if (offer.taker != address(0) && offer.taker != taker) {
            revert NotTaker(taker, offer.taker);
        }
        if (offer.counterTo != 0) _spendAnswered(taker, offer.counterTo);
        _requireCurrent(offer, taking, offerHash, seller);

        uint256 price = offer.price * taking.count;
        if (offer.kind >= Offering.CERTIFICATE_ASK) {
            _sellCertificate(offer, taking.workId, seller, buyer, recipient, price);
        } else if (offer.deliverWithin != 0) {
            _openDeal(offer, taking, offerHash, seller, buyer, recipient, price);
        } else {
            firstLicenseId = _sellLicenses(offer, taking, buyer, recipient, price);
        }
        emit OfferFilled(
            offerHash,
            taking.workId,
            buyer,
            offer.maker,
            recipient,
            firstLicenseId,
            taking.count,
            price
        );
    }

    /// @dev Requires that the maker consented to an offer and has not taken that back.
    function _requireApproved(
        Offer calldata offer,
        Approval calldata approval,
        Taking calldata taking,
        bytes32 offerHash
    ) internal view {
        if (offer.counter != counters[offer.maker]) {
            revert CounterOutdated(offerHash, offer.counter, counters[offer.maker]);
        }
        uint256 state = _state[offer.maker][offerHash];
        if (state & CANCELLED != 0) revert OfferNotOpen(offerHash);
        if (state & POSTED != 0) return;
        if (approval.signature.length == 0) revert OfferNotOpen(offerHash);

        address signer = offer.maker;
        if (approval.delegation.delegate != address(0)) {
            _requireWithinLimits(offer, approval, taking, offerHash);
            signer = approval.delegation.delegate;
        }
        bytes32 structHash = offerHash;
        if (approval.isTree) {
            structHash = Offering.hashTree(approval.root);
            bytes32 leaf = Offering.offerLeaf(offerHash);
            if (!MerkleProofLib.verifyCalldata(approval.path, approval.root, leaf)) {
                revert InvalidSignature(signer, offerHash);
            }
        }
        bytes32 digest = _hashTypedData(structHash);
        if (!Signatures.isValid(signer, digest, approval.signature)) {
            revert InvalidSignature(signer, offerHash);
        }
    }

    /// @dev Requires that an ask signed by a delegate is one its maker lets it sign.
    function _requireWithinLimits(
        Offer calldata offer,
        Approval calldata approval,
        Taking calldata taking,
        bytes32 offerHash
    ) internal view {
        REGISTRY.checkDelegation(approval.delegation, approval.delegationSignature);
        AskLimits calldata limits = approval.limits;
        bool listed = MerkleProofLib.verifyCalldata(
            approval.limitsPath,
            approval.delegation.termsRoot,
            Offering.limitsLeaf(limits)
        );
        // A creator delegates for their own works, not for certificates they bought.
        uint256 ownWork = REGISTRY.workIdOf(offer.maker, taking.contentHash, block.chainid);
        if (
            ownWork != taking.workId ||
            approval.delegation.creator != offer.maker ||
            offer.kind != Offering.LICENSE_ASK ||
            approval.delegation.termsRoot == 0 ||
            !listed ||
            limits.termsHash != offer.termsHash ||
            limits.token != offer.token ||
            offer.price < limits.minPrice ||
            Offering.sum(offer.fees) > limits.maxFees
        ) revert BeyondDelegation(offerHash);
    }

    /// @dev Books what is taken of an offer.
    function _take(Offer calldata offer, Taking calldata taking, bytes32 offerHash) internal {
        uint256 late = offer.deadline == 0 ? type(uint256).max : offer.deadline;
        if (block.timestamp < offer.validFrom || block.timestamp > late) {
            revert OfferNotInTime(offerHash, offer.validFrom, offer.deadline);
        }
        uint256 state = _state[offer.maker][offerHash];
        uint256 left = offer.quantity - uint128(state);
        if (taking.count == 0 || taking.count > left) {
            revert NotEnoughLeft(offerHash, left, taking.count);
        }
        _state[offer.maker][offerHash] = state + taking.count;
    }

    /// @dev Spends the taker's offer that the one being filled answers.
    function _spendAnswered(address taker, bytes32 answered) internal {
        uint256 state = _state[taker][answered];
        if (state & CANCELLED != 0 || uint128(state) != 0) revert AnsweredOfferSpent(answered);
        _cancel(taker, answered);
    }

    /// @dev Requires that the work is the offer's, and stands as it did when the offer was made.
    function _requireCurrent(
        Offer calldata offer,
        Taking calldata taking,
        bytes32 offerHash,
        address seller
    ) internal view {
        uint256 workId = taking.workId;
        if (offer.worksRoot == 0) {
            if (workId != offer.workId) revert WrongWork(offerHash, workId);
        } else {
            bytes32 leaf = Offering.workLeaf(workId);
            if (!MerkleProofLib.verifyCalldata(taking.worksPath, offer.worksRoot, leaf)) {
                revert WrongWork(offerHash, workId);
            }
        }
        (address owner, uint256 transfers, ) = REGISTRY.ownership(workId);
        if (owner != seller) revert NotOwner(workId, seller, owner);
        if (!_isBid(offer) && transfers != offer.transfers) {
            revert OfferOutdated(offerHash, offer.transfers, transfers);
        }
        if (offer.kind >= Offering.CERTIFICATE_ASK || LICENSE.isExclusive(offer.termsHash)) {
            _requireEncumbrance(workId, offer.encumbrance);
        }
        if (offer.uncontested) {
            uint256 claimed = REGISTRY.workIdOf(taking.creator, taking.contentHash, block.chainid);
            (, , uint256 claims) = REGISTRY.claims(taking.contentHash);
            if (claimed != workId || claims != 1) revert Contested(workId, claims);
        }
    }

    function _isBid(Offer calldata offer) internal pure returns (bool) {
        return offer.kind == Offering.LICENSE_BID || offer.kind == Offering.CERTIFICATE_BID;
    }

    // ------------------------------------------------------------------ money

    function _sellLicenses(
        Offer calldata offer,
        Taking calldata taking,
        address buyer,
        address recipient,
        uint256 price
    ) internal returns (uint256 firstLicenseId) {
        uint256 renewId = taking.renewId;
        if (renewId == 0) {
            firstLicenseId = LICENSE.issue(
                taking.workId,
                offer.termsHash,
                recipient,
                taking.count,
                0
            );
        } else {
            (uint256 workId, bytes32 termsHash, , , ) = LICENSE.license(renewId);
            if (workId != taking.workId || termsHash != offer.termsHash || taking.count != 1) {
                revert WrongLicense(renewId, workId, termsHash);
            }
            LICENSE.renew(renewId);
            firstLicenseId = renewId;
        }
        _pay(taking.workId, offer.token, price, buyer, _fees(offer.fees, price, 0));
    }

    /// @dev The certificate moves first, so nothing can happen to it between the check and the sale.
    function _sellCertificate(
        Offer calldata offer,
        uint256 workId,
        address seller,
        address buyer,
        address recipient,
        uint256 price
    ) internal {
        IERC721Transfer(address(REGISTRY)).transferFrom(seller, recipient, workId);
        (, uint256 royalty) = REGISTRY.royaltyInfo(workId, price);
        Fee[] memory fees = _fees(offer.fees, price, 1);
        uint256 rest = price - royalty;
        for (uint256 i; i < fees.length - 1; ++i) {
            rest -= fees[i].amount;
        }
        fees[fees.length - 1] = Fee(seller, rest);
        _pay(workId, offer.token, price, buyer, fees);
    }

    // ------------------------------------------------------------------ reads

    /// @inheritdoc ILicenseMarketplace
    function hashOffer(Offer calldata offer) external pure returns (bytes32) {
        return Offering.hashOffer(offer);
    }

    /// @inheritdoc ILicenseMarketplace
    function offerState(
        address maker,
        bytes32 offerHash
    ) external view returns (bool posted, bool cancelled, uint256 filled) {
        uint256 state = _state[maker][offerHash];
        return (state & POSTED != 0, state & CANCELLED != 0, uint128(state));
    }

    /// @inheritdoc ILicenseMarketplace
    function authorizationNonce(
        Fill calldata fill_,
        address from,
        uint256 validBefore
    ) public pure returns (bytes32) {
        Taking calldata taking = fill_.taking;
        return
            keccak256(
                abi.encode(
                    Offering.hashOffer(fill_.offer),
                    from,
                    validBefore,
                    taking.workId,
                    taking.count,
                    taking.recipient,
                    taking.renewId
                )
            );
    }

    function _domainNameAndVersion()
        internal
        pure
        override
        returns (string memory name, string memory version)
    {
        return ("Gen-IP Marketplace", "1");
    }
}
