// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILicenseMarketplace} from "../../../contracts/interfaces/ILicenseMarketplace.sol";
import {Deal} from "../../../contracts/types/Offers.sol";
import {MarketMoves} from "./MarketMoves.sol";

/// @notice Buyers, sellers and strangers act on deals in any order, in time and late.
abstract contract DealMoves is MarketMoves {
    /// @dev What ended, by token.
    mapping(address token => uint256) internal paidOut;
    mapping(address token => uint256) internal givenBack;
    uint256 internal endedTwice;

    function deliver(uint256 seed) external move(seed) {
        (uint256 n, Deal memory d) = anyDeal();
        if (n == deals.length) return;
        DealNote storage note = deals[n];
        address who = mostly(d.seller);
        bool expected =
            !note.ended &&
                note.deliveredAt == 0 &&
                who == d.seller &&
                block.timestamp <= d.deliverBy;
        bytes memory call_ = abi.encodeCall(ILicenseMarketplace.deliver, (d, ""));
        if (attempt(who, address(market), 0, call_, expected, "deliver")) {
            note.deliveredAt = block.timestamp;
        }
    }

    function challenge(uint256 seed) external move(seed) {
        (uint256 n, Deal memory d) = anyDeal();
        if (n == deals.length) return;
        DealNote storage note = deals[n];
        address who = mostly(d.buyer);
        bool posted = !note.ended && note.deliveredAt != 0;
        bool expected =
            posted && who == d.buyer && block.timestamp <= note.deliveredAt + d.challengeWindow;
        bytes memory call_ = abi.encodeCall(ILicenseMarketplace.challenge, (d, ""));
        if (attempt(who, address(market), 0, call_, expected, "challenge")) note.deliveredAt = 0;
    }

    function releaseDeal(uint256 seed) external move(seed) {
        (uint256 n, Deal memory d) = anyDeal();
        if (n == deals.length || licenses.length >= MOST_LICENSES) return;
        address who = roll(2) == 0 ? eve : d.buyer;
        uint256 at = deals[n].deliveredAt;
        if (at != 0 && roll(2) == 0) until(at + d.challengeWindow + roll(2));
        touches(d.token);
        bytes memory call_ = abi.encodeCall(ILicenseMarketplace.release, (d));
        bool expected = releasable(n, d, who);
        if (!attempt(who, address(market), 0, call_, expected, "release a deal")) return;
        if (deals[n].ended) ++endedTwice;
        deals[n].ended = true;
        paidOut[d.token] += d.amount;
        noteIssued(deals[n].work, deals[n].terms, d.recipient, d.count, 0);
        notePaid(deals[n].work, d.token, d.amount, d.fees, 0);
    }

    function refund(uint256 seed) external move(seed) {
        (uint256 n, Deal memory d) = anyDeal();
        if (n == deals.length) return;
        DealNote storage note = deals[n];
        address who = mostly(d.buyer);
        WorkNote storage work = works[note.work];
        if (roll(4) == 0) until(lapses(d, note.deliveredAt) + roll(2));
        bool late = block.timestamp > lapses(d, note.deliveredAt);
        bool sold = work.transfers != d.transfers;
        bool bound = isSole(note.terms) && work.encumbrance != d.encumbrance;
        bool expected = !note.ended && who == d.buyer && (late || sold || bound);
        uint256 before = holdings(sink, d.token);
        bytes memory call_ = abi.encodeCall(ILicenseMarketplace.refund, (d, sink));
        if (!attempt(who, address(market), 0, call_, expected, "refund")) return;
        agrees(holdings(sink, d.token), before + arriving(d.token, d.amount), "given back");
        if (note.ended) ++endedTwice;
        note.ended = true;
        givenBack[d.token] += d.amount;
    }

    // ------------------------------------------------------------------ notes

    /// @dev Waits for a time, if it is still to come.
    function until(uint256 time) internal {
        if (time > block.timestamp) vm.warp(time);
    }

    /// @dev Mostly one that is open.
    function anyDeal() internal returns (uint256 n, Deal memory d) {
        if (deals.length == 0) return (0, d);
        n = roll(deals.length);
        for (uint256 i; i < deals.length && deals[n].ended && roll(4) != 0; ++i) {
            n = (n + 1) % deals.length;
        }
        d = abi.decode(deals[n].data, (Deal));
    }

    function releasable(uint256 n, Deal memory d, address who) internal view returns (bool) {
        DealNote storage note = deals[n];
        WorkNote storage work = works[note.work];
        uint256 at = note.deliveredAt;
        bool stands = at != 0 && block.timestamp > at + d.challengeWindow;
        bool confirms = who == d.buyer && (at != 0 || block.timestamp <= d.deliverBy);
        if (note.ended || !(stands || confirms) || work.transfers != d.transfers) return false;
        bool bound = isSole(note.terms) && work.encumbrance != d.encumbrance;
        if ((bound && who != d.buyer) || reserved(note.work, n)) return false;
        return issuable(note.work, note.terms, d.count, 0);
    }
}
