// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EnglishAuction} from "../../../contracts/periphery/EnglishAuction.sol";
import {DemoToken} from "../../../contracts/periphery/DemoToken.sol";
import {DealMoves} from "./DealMoves.sol";

/// @notice Auctions of licenses: a market that only owners let in.
abstract contract AuctionMoves is DealMoves {
    uint256 internal constant GRACE = 7 days;
    uint256 internal constant EXTENSION = 10 minutes;

    struct AuctionNote {
        uint256 work;
        uint256 terms;
        address token;
        uint256 end;
        uint256 reserve;
        uint256 highest;
        address bidder;
        uint256 transfers;
        bytes32 encumbrance;
        bool over;
    }

    EnglishAuction internal house;
    /// @dev The auction of id n stands at n - 1.
    AuctionNote[] internal auctions;
    mapping(address account => mapping(address token => uint256)) internal refunds;
    /// @dev Transfers when the house was allowed, plus 1.
    mapping(uint256 work => uint256) internal houseAllowed;

    function setUp() public virtual override {
        super.setUp();
        house = new EnglishAuction(registry, splitter, license);
        for (uint256 i; i < PEOPLE; ++i) {
            for (uint256 t = 1; t < TOKENS; ++t) {
                vm.prank(people[i]);
                DemoToken(tokens[t]).approve(address(house), type(uint256).max);
            }
        }
    }

    function openAuction(uint256 seed) external move(seed) {
        if (works.length == 0) return;
        (uint256 number, uint256 terms) = anySale();
        WorkNote storage work = works[number];
        if (roll(4) != 0) {
            bool allowed = roll(6) != 0;
            vm.prank(work.owner);
            license.allowMarket(work.id, address(house), allowed);
            houseAllowed[number] = allowed ? work.transfers + 1 : 0;
        }
        address who = mostly(work.owner);
        AuctionNote memory note;
        (note.work, note.terms, note.token) = (number, terms, anyToken());
        (note.end, note.reserve) = (block.timestamp + 1 + roll(4 days), roll(1_000));
        note.transfers = work.transfers;
        note.encumbrance = work.encumbrance;
        bool expected = who == work.owner && isAllowed(number) && issuable(number, terms, 1, 0);
        bytes memory call_ = abi.encodeCall(
            EnglishAuction.open,
            (work.id, kindHashes[terms], note.token, note.reserve, note.end)
        );
        if (attempt(who, address(house), 0, call_, expected, "open an auction")) {
            auctions.push(note);
        }
    }

    function bid(uint256 seed) external move(seed) {
        uint256 n = anyAuction();
        if (n == auctions.length) return;
        AuctionNote storage note = auctions[n];
        address who = anyone();
        uint256 amount = roll(4) == 0 ? roll(1_000) : note.reserve + (note.highest * 11) / 10 + 2;
        uint256 arrived = arriving(note.token, amount);
        uint256 least = note.highest == 0 ? note.reserve : (note.highest * 105) / 100;
        bool expected = !note.over && block.timestamp <= note.end && arrived >= least;
        expected = expected && arrived > note.highest;
        bytes memory call_ = abi.encodeCall(EnglishAuction.bid, (n + 1, amount));
        uint256 value = note.token == ETHER ? amount : 0;
        if (!attempt(who, address(house), value, call_, expected, "bid")) return;
        refunds[note.bidder][note.token] += note.highest;
        (note.highest, note.bidder) = (arrived, who);
        if (note.end < block.timestamp + EXTENSION) note.end = block.timestamp + EXTENSION;
    }

    function settleAuction(uint256 seed) external move(seed) {
        uint256 n = anyAuction();
        if (n == auctions.length || licenses.length >= MOST_LICENSES) return;
        AuctionNote storage note = auctions[n];
        if (roll(2) == 0) until(note.end + roll(2));
        bool sells = isAllowed(note.work) && issuable(note.work, note.terms, 1, 0);
        bool expected = !note.over && block.timestamp > note.end && !isOutdated(note);
        expected = expected && (note.highest == 0 || sells);
        touches(note.token);
        bytes memory call_ = abi.encodeCall(EnglishAuction.settle, (n + 1));
        if (!attempt(eve, address(house), 0, call_, expected, "settle an auction")) return;
        note.over = true;
        if (note.highest == 0) return;
        noteIssued(note.work, note.terms, note.bidder, 1, 0);
        model.pay(note.work, note.token, arriving(note.token, note.highest));
    }

    function voidAuction(uint256 seed) external move(seed) {
        uint256 n = anyAuction();
        if (n == auctions.length) return;
        AuctionNote storage note = auctions[n];
        if (roll(6) == 0) until(note.end + GRACE + roll(2));
        bool possible = !isOutdated(note) && isAllowed(note.work);
        bool expected = !note.over && (!possible || block.timestamp > note.end + GRACE);
        bytes memory call_ = abi.encodeCall(EnglishAuction.voidAuction, (n + 1));
        if (!attempt(eve, address(house), 0, call_, expected, "void an auction")) return;
        note.over = true;
        refunds[note.bidder][note.token] += note.highest;
    }

    function takeRefund(uint256 seed) external move(seed) {
        (address who, address token) = (anyone(), anyToken());
        for (uint256 i; i < 6 && refunds[who][token] == 0; ++i) {
            (who, token) = (anyone(), anyToken());
        }
        // The vault takes no ETH, and so keeps its claim.
        bool expected = refunds[who][token] != 0 && !(who == vault && token == ETHER);
        bytes memory call_ = abi.encodeCall(EnglishAuction.withdraw, (token));
        if (!attempt(who, address(house), 0, call_, expected, "take a refund")) return;
        refunds[who][token] = 0;
    }

    // ------------------------------------------------------------------ notes

    /// @dev Mostly one that runs.
    function anyAuction() internal returns (uint256 n) {
        if (auctions.length == 0) return 0;
        n = roll(auctions.length);
        for (uint256 i; i < auctions.length && auctions[n].over && roll(4) != 0; ++i) {
            n = (n + 1) % auctions.length;
        }
    }

    function isAllowed(uint256 number) internal view returns (bool) {
        return houseAllowed[number] == works[number].transfers + 1;
    }

    function isOutdated(AuctionNote storage note) internal view returns (bool) {
        WorkNote storage work = works[note.work];
        bool bound = isSole(note.terms) && work.encumbrance != note.encumbrance;
        return bound || work.transfers != note.transfers;
    }

    /// @notice What the house holds for bidders.
    function heldInAuctions(address token) internal view returns (uint256 held) {
        for (uint256 i; i < auctions.length; ++i) {
            if (!auctions[i].over && auctions[i].token == token) held += auctions[i].highest;
        }
        for (uint256 i; i < PEOPLE; ++i) {
            held += refunds[people[i]][token];
        }
    }
}
