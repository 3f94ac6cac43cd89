// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILicenseMarketplace} from "../../../contracts/interfaces/ILicenseMarketplace.sol";
import {Deal, FeeShare, Fill, Offer} from "../../../contracts/types/Offers.sol";
import {LicenseMoves} from "./LicenseMoves.sol";

/// @notice Offers of every kind, posted and signed, filled while they hold and after, cancelled.
/// Those with a delivery become deals.
abstract contract MarketMoves is LicenseMoves {
    uint8 internal constant CERTIFICATES = 2;
    uint256 internal constant REFUND_AFTER = 30 days;

    /// @dev Structs with lists cannot be stored whole: encoded.
    struct OfferNote {
        bytes data;
        uint256 work;
        uint256 terms;
        uint256 filled;
        bool posted;
        bool cancelled;
    }

    struct DealNote {
        bytes data;
        bytes32 key;
        uint256 work;
        uint256 terms;
        uint256 deliveredAt;
        bool ended;
    }

    /// @dev One fill of one offer.
    struct Trade {
        uint256 offer;
        uint256 number;
        uint256 terms;
        uint256 count;
        address who;
        address seller;
        address buyer;
        address recipient;
        uint256 price;
        uint256 renewId;
    }

    OfferNote[] internal offers;
    DealNote[] internal deals;
    mapping(address maker => uint256) internal counters;

    function setUp() public virtual override {
        super.setUp();
        for (uint256 i; i < PEOPLE; ++i) {
            vm.prank(people[i]);
            registry.setApprovalForAll(address(market), true);
        }
    }

    // ----------------------------------------------------------------- offers

    function makeOffer(uint256 seed) external move(seed) {
        if (works.length == 0) return;
        (uint256 number, uint256 terms) = anySale();
        Offer memory o = offer(works[number].id, kindHashes[terms], anyToken(), 0);
        o.kind = [0, 0, 0, 1, 2, 3][roll(6)];
        if (o.kind % 2 == 1) {
            o.maker = anyone();
            o.token = tokens[1 + roll(TOKENS - 1)];
        }
        if (o.kind >= CERTIFICATES) (o.termsHash, o.quantity) = (bytes32(0), 1);
        else o.quantity = 1 + roll(3);
        if (o.kind < CERTIFICATES && roll(2) == 0) {
            (o.deliverWithin, o.challengeWindow) = (1 + roll(10 days), roll(5 days));
        }
        if (roll(6) != 0) o.price = anyAmount();
        if (roll(4) == 0) o.deadline = block.timestamp + roll(20 days);
        if (roll(2) == 0) o.fees = fee(anyPayee(), uint16(roll(501)));
        o.counter = counters[o.maker];
        o.salt = offers.length;
        bool posted = o.maker == vault || roll(2) == 0;
        if (posted) post(o);
        offers.push(OfferNote(abi.encode(o), number, terms, 0, posted, false));
        ++reached["offer"][posted];
    }

    function fillOffer(uint256 seed) external move(seed) {
        if (offers.length == 0 || licenses.length >= MOST_LICENSES) return;
        (Trade memory trade, Offer memory o) = anyTrade();
        for (uint256 left = roll(4); left > 0 && !fillable(o, trade); --left) {
            (trade, o) = anyTrade();
        }
        Fill memory fill_ = filling(o, trade.count, trade.recipient);
        fill_.taking.renewId = trade.renewId;
        if (!offers[trade.offer].posted) fill_.approval = approvalOf(o);
        touches(o.token);
        RECORDER.recordLogs();
        bool success = attempt(
            trade.who,
            address(market),
            o.token == ETHER ? trade.price : 0,
            abi.encodeCall(ILicenseMarketplace.fill, (fill_)),
            fillable(o, trade),
            whatIs(o, trade)
        );
        if (success) noteFilled(o, trade);
    }

    function anyTrade() internal returns (Trade memory trade, Offer memory o) {
        trade.offer = roll(offers.length);
        (trade.number, trade.terms) = (offers[trade.offer].work, offers[trade.offer].terms);
        o = abi.decode(offers[trade.offer].data, (Offer));
        trade.count = roll(4) == 0 ? roll(4) : 1;
        trade.price = o.price * trade.count;
        trade.recipient = anyone();
        if (o.kind % 2 == 0) {
            (trade.who, trade.seller) = (anyone(), o.maker);
            trade.buyer = trade.who;
            bool renews = o.kind == 0 && roll(2) == 0 && licenses.length != 0;
            if (renews) trade.renewId = likeTerms(trade.number, trade.terms);
        } else {
            // A bid's licenses go to its maker, whatever the taker says.
            trade.who = trade.seller = mostly(works[trade.number].owner);
            trade.buyer = trade.recipient = o.maker;
        }
    }

    function cancelOffer(uint256 seed) external move(seed) {
        if (offers.length == 0) return;
        OfferNote storage note = offers[roll(offers.length)];
        Offer memory o = abi.decode(note.data, (Offer));
        address who = mostly(o.maker);
        vm.prank(who);
        market.cancel(hashOf(o));
        // What a stranger cancels is a stranger's.
        if (who == o.maker) note.cancelled = true;
        ++reached["cancel"][who == o.maker];
    }

    function cancelAll(uint256 seed) external move(seed) {
        address who = anyone();
        vm.prank(who);
        agrees(market.cancelAll(), ++counters[who], "the next counter");
        ++reached["cancel all"][true];
    }

    /// @dev A work and terms: often those of a license that could be renewed, mostly such that fit.
    function anySale() internal returns (uint256 number, uint256 terms) {
        if (roll(4) == 0 && licenses.length != 0) {
            LicenseNote storage held = licenses[roll(licenses.length)];
            return (held.work, held.terms);
        }
        number = roll(works.length);
        terms = roll(kinds.length);
        for (uint256 i; i < 3 && !issuable(number, terms, 1, 0); ++i) {
            terms = roll(kinds.length);
        }
    }

    // ----------------------------------------------------------- predictions

    function whatIs(Offer memory o, Trade memory trade) internal pure returns (bytes32) {
        if (o.kind == 2) return "buy a certificate";
        if (o.kind == 3) return "sell a certificate";
        if (o.deliverWithin != 0) return "open a deal";
        if (trade.renewId != 0) return "buy a renewal";
        return o.kind == 0 ? bytes32("buy") : bytes32("sell");
    }

    /// @dev A license of the same work and terms, where there is one.
    function likeTerms(uint256 number, uint256 terms) internal returns (uint256) {
        for (uint256 id = licenses.length; id > 0; --id) {
            if (licenses[id - 1].work == number && licenses[id - 1].terms == terms) return id;
        }
        return 1 + roll(licenses.length);
    }

    function fillable(Offer memory o, Trade memory trade) internal view returns (bool) {
        uint256 count = trade.count;
        OfferNote storage note = offers[trade.offer];
        WorkNote storage work = works[trade.number];
        if (note.cancelled || o.counter != counters[o.maker]) return false;
        if (o.deadline != 0 && block.timestamp > o.deadline) return false;
        if (count == 0 || note.filled + count > o.quantity) return false;
        if (reserved(trade.number, deals.length) || trade.seller != work.owner) return false;
        if (o.kind % 2 == 0 && o.transfers != work.transfers) return false;
        bool sole_ = o.kind >= CERTIFICATES || isSole(trade.terms);
        if (sole_ && o.encumbrance != work.encumbrance) return false;
        if (o.kind >= CERTIFICATES) {
            uint256 royalty = (trade.price * work.royalty) / WHOLE;
            return trade.price - royalty <= arriving(o.token, trade.price);
        }
        if (o.deliverWithin != 0) {
            return trade.renewId == 0 && issuable(trade.number, trade.terms, count, 0);
        }
        if (trade.renewId == 0) return issuable(trade.number, trade.terms, count, 0);
        LicenseNote storage held = licenses[trade.renewId - 1];
        if (held.work != trade.number || held.terms != trade.terms) return false;
        return count == 1 && renewable(trade.renewId);
    }

    /// @notice Whether an exclusive deal other than `except` keeps a work, since its buyer cannot
    /// take the price back.
    function reserved(uint256 number, uint256 except) internal view returns (bool) {
        for (uint256 i; i < deals.length; ++i) {
            DealNote storage note = deals[i];
            if (i == except || note.ended || note.work != number || !isSole(note.terms)) continue;
            Deal memory deal_ = abi.decode(note.data, (Deal));
            bool sold = deal_.transfers != works[number].transfers;
            if (!sold && block.timestamp <= lapses(deal_, note.deliveredAt)) return true;
        }
        return false;
    }

    /// @notice Last second at which a buyer cannot take a price back.
    function lapses(Deal memory deal_, uint256 deliveredAt) internal pure returns (uint256) {
        if (deliveredAt == 0) return deal_.deliverBy;
        return deliveredAt + deal_.challengeWindow + REFUND_AFTER;
    }

    // ------------------------------------------------------------------ notes

    function noteFilled(Offer memory o, Trade memory trade) internal {
        offers[trade.offer].filled += trade.count;
        if (o.kind >= CERTIFICATES) {
            uint256 rest = trade.price - (trade.price * works[trade.number].royalty) / WHOLE;
            for (uint256 i; i < o.fees.length; ++i) {
                rest -= (trade.price * o.fees[i].share) / WHOLE;
            }
            moved(trade.number, trade.recipient);
            model.credited(trade.seller, o.token, rest);
            notePaid(trade.number, o.token, trade.price, o.fees, rest);
        } else if (o.deliverWithin != 0) {
            Deal memory deal_ = lastDeal();
            agrees(deal_.amount, arriving(o.token, trade.price), "what waits");
            bytes32 chained = deal_.encumbrance;
            deal_.encumbrance = 0;
            encumbered(works[trade.number], keccak256(abi.encode(deal_)));
            deal_.encumbrance = chained;
            bytes memory data = abi.encode(deal_);
            deals.push(DealNote(data, keccak256(data), trade.number, trade.terms, 0, false));
        } else {
            if (trade.renewId != 0) noteRenewed(trade.renewId);
            else noteIssued(trade.number, trade.terms, trade.recipient, trade.count, 0);
            notePaid(trade.number, o.token, trade.price, o.fees, 0);
        }
    }

    /// @dev A price less fees, and less `more`, becomes income of a work.
    function notePaid(
        uint256 number,
        address token,
        uint256 price,
        FeeShare[] memory fees,
        uint256 more
    ) internal {
        uint256 rest = arriving(token, price) - more;
        for (uint256 i; i < fees.length; ++i) {
            uint256 amount = (price * fees[i].share) / WHOLE;
            model.credited(fees[i].to, token, amount);
            rest -= amount;
        }
        if (rest != 0) model.pay(number, token, rest);
    }
}
