// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPLicense} from "../../contracts/interfaces/IIPLicense.sol";
import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {IRoyaltySplitter} from "../../contracts/interfaces/IRoyaltySplitter.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {EnglishAuction} from "../../contracts/periphery/EnglishAuction.sol";
import {Certify, Terms} from "../../contracts/types/Structs.sol";
import {MarketBase} from "./MarketBase.sol";
import {FeeToken} from "./mocks/FeeToken.sol";
import {HookToken} from "./mocks/HookToken.sol";
import {BlockingToken} from "./mocks/OddTokens.sol";
import {Reenterer, Refuser} from "./mocks/Receivers.sol";

/// @notice The English auction, a market beside the marketplace. Bob auctions a license of `work`
/// for three days, from 1,000 up.
contract AuctionTest is MarketBase {
    EnglishAuction internal house;
    uint256 internal end;

    function setUp() public override {
        super.setUp();
        house = new EnglishAuction(registry, splitter, license);
        vm.label(address(house), "auction");
        end = block.timestamp + 3 days;
        allow(bob, work, true);
        address[3] memory bidders = [cid, dan, eve];
        for (uint256 i; i < 3; ++i) {
            vm.deal(bidders[i], 1_000_000);
            dollar.mint(bidders[i], 1_000_000);
            vm.prank(bidders[i]);
            dollar.approve(address(house), type(uint256).max);
        }
    }

    function allow(address owner, uint256 workId, bool allowed) internal {
        vm.prank(owner);
        license.allowMarket(workId, address(house), allowed);
    }

    function openIn(address token, bytes32 termsHash) internal returns (uint256) {
        address owner = registry.ownerOf(work);
        vm.prank(owner);
        return house.open(work, termsHash, token, 1_000, end);
    }

    function opened() internal returns (uint256) {
        return openIn(address(dollar), plain);
    }

    function bid(address who, uint256 id, uint256 amount) internal {
        uint256 value = house.auctionOf(id).token == ETHER ? amount : 0;
        vm.prank(who);
        house.bid{value: value}(id, amount);
    }

    function bidFails(address who, uint256 id, uint256 amount, bytes memory reason) internal {
        uint256 value = house.auctionOf(id).token == ETHER ? amount : 0;
        vm.expectRevert(reason);
        vm.prank(who);
        house.bid{value: value}(id, amount);
    }

    function one(bytes4 selector, uint256 id) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, id);
    }

    function early(uint256 id) internal view returns (bytes memory) {
        return err(EnglishAuction.TooEarly.selector, id, block.timestamp);
    }

    function settleFails(uint256 id, bytes memory reason) internal {
        vm.expectRevert(reason);
        house.settle(id);
    }

    function voidFails(uint256 id, bytes memory reason) internal {
        vm.expectRevert(reason);
        house.voidAuction(id);
    }

    // ------------------------------------------------------------------- life

    function test_wholeLife() public {
        vm.expectEmit(address(house));
        emit EnglishAuction.Opened(1, work, plain, address(dollar));
        eq(opened(), 1, "first auction");
        EnglishAuction.Auction memory a = house.auctionOf(1);
        eq(a.workId, work, "work");
        eq(a.end, end, "end");
        eq(a.reserve, 1_000, "reserve");
        vm.expectEmit(address(house));
        emit EnglishAuction.Bid(1, cid, 1_000, end);
        bid(cid, 1, 1_000);
        bid(dan, 1, 2_000);
        bid(cid, 1, 3_000);
        eq(house.auctionOf(1).bidder, cid, "highest bidder");
        eq(house.refunds(cid, address(dollar)), 1_000, "Cid's first bid");
        eq(house.refunds(dan, address(dollar)), 2_000, "Dan's bid");
        eq(dollar.balanceOf(address(house)), 6_000, "all bids lie here");

        vm.warp(end + 1);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.Paid(work, address(dollar), cid, 3_000);
        vm.prank(eve);
        eq(house.settle(1), 2, "license");
        eq(license.ownerOf(2), cid, "the winner's");
        eq(splitter.credit(work, address(dollar)), 2_700, "net of the parent's tenth");
        vm.prank(dan);
        eq(house.withdraw(address(dollar)), 2_000, "Dan's money");
        vm.prank(cid);
        house.withdraw(address(dollar));
        eq(dollar.balanceOf(cid), 997_000, "paid once");
        eq(dollar.balanceOf(dan), 1_000_000, "whole again");
        eq(dollar.balanceOf(address(house)), 0, "nothing stays");
        eq(house.auctionOf(1).end, 0, "over");
        settleFails(1, one(EnglishAuction.NotRunning.selector, 1));
        voidFails(1, one(EnglishAuction.NotRunning.selector, 1));
        bidFails(dan, 1, 9_000, one(EnglishAuction.NotRunning.selector, 1));
    }

    function test_wholeLifeInEther() public {
        uint256 id = openIn(ETHER, plain);
        bytes4 wrong = EnglishAuction.WrongValue.selector;
        vm.expectRevert(err(wrong, 999, 1_000));
        vm.prank(cid);
        house.bid{value: 999}(id, 1_000);
        bid(cid, id, 1_000);
        bid(dan, id, 1_050);
        vm.warp(end + 1);
        house.settle(id);
        eq(license.ownerOf(2), dan, "the winner's");
        eq(splitter.credit(work, ETHER), 945, "paid");
        vm.prank(cid);
        house.withdraw(ETHER);
        eq(cid.balance, 1_000_000, "whole again");
        eq(address(house).balance, 0, "nothing stays");
        vm.expectRevert(err(EnglishAuction.NothingToWithdraw.selector, cid, ETHER));
        vm.prank(cid);
        house.withdraw(ETHER);
    }

    function test_noEtherInATokensAuction() public {
        uint256 id = opened();
        vm.expectRevert(err(EnglishAuction.WrongValue.selector, 1, 0));
        vm.prank(cid);
        house.bid{value: 1}(id, 1_000);
    }

    function test_nobodyBid() public {
        uint256 id = opened();
        settleFails(id, early(id));
        vm.warp(end + 1);
        vm.expectEmit(address(house));
        emit EnglishAuction.Voided(id);
        eq(house.settle(id), 0, "no license");
    }

    function test_anUnknownAuction() public {
        bytes memory reason = one(EnglishAuction.NotRunning.selector, 7);
        bidFails(cid, 7, 1, reason);
        settleFails(7, reason);
        voidFails(7, reason);
    }

    // ------------------------------------------------------------------- open

    function test_openIsForTheOwnerWhoAllowedTheHouse() public {
        bytes4 notOwner = EnglishAuction.NotOwner.selector;
        vm.expectRevert(abi.encodeWithSelector(notOwner, work, eve, bob));
        vm.prank(eve);
        house.open(work, plain, ETHER, 1, end);
        vm.expectRevert(one(EnglishAuction.MarketNotAllowed.selector, root));
        vm.prank(ann);
        house.open(root, plain, ETHER, 1, end);
        vm.expectRevert(one(IIPRegistry.UnknownWork.selector, 42));
        vm.prank(eve);
        house.open(42, plain, ETHER, 1, end);
    }

    function test_openChecksEndAndTerms() public {
        uint256[4] memory ends = [
            uint256(0),
            block.timestamp,
            block.timestamp + 90 days + 1,
            type(uint256).max
        ];
        for (uint256 i; i < 4; ++i) {
            vm.expectRevert(one(EnglishAuction.InvalidEnd.selector, ends[i]));
            vm.prank(bob);
            house.open(work, plain, ETHER, 1, ends[i]);
        }
        vm.expectRevert(err(IIPLicense.UnknownTerms.selector, "unknown"));
        vm.prank(bob);
        house.open(work, "unknown", ETHER, 1, end);
        vm.prank(bob);
        house.open(work, plain, ETHER, 1, block.timestamp + 90 days);
    }

    // ------------------------------------------------------------------- bids

    function test_theReserveIsTheLeastFirstBid() public {
        uint256 id = opened();
        bytes4 low = EnglishAuction.BidTooLow.selector;
        bidFails(cid, id, 999, err(low, 999, 1_000));
        bid(cid, id, 1_000);
    }

    function test_withoutReserveABidIsStillSomething() public {
        vm.prank(bob);
        uint256 id = house.open(work, plain, ETHER, 0, end);
        bidFails(cid, id, 0, err(EnglishAuction.BidTooLow.selector, 0, 0));
        bid(cid, id, 1);
        // 5 % of one is nothing; a bid must be higher all the same.
        bidFails(dan, id, 1, err(EnglishAuction.BidTooLow.selector, 1, 1));
        bid(dan, id, 2);
    }

    function testFuzz_eachBidIsAtLeastFivePercentHigher(uint256 first, uint256 second) public {
        uint256 id = opened();
        first = within(first, 1_000, 500_000);
        second = within(second, 1, 1_000_000);
        bid(cid, id, first);
        uint256 least = first + (first * 5) / 100;
        if (second < least) {
            bidFails(dan, id, second, err(EnglishAuction.BidTooLow.selector, second, least));
            eq(house.auctionOf(id).bidder, cid, "Cid leads");
        } else {
            bid(dan, id, second);
            eq(house.auctionOf(id).highest, second, "Dan leads");
            eq(house.refunds(cid, address(dollar)), first, "Cid's money waits");
        }
    }

    function test_aLateBidMovesTheEnd() public {
        uint256 id = opened();
        vm.warp(end - 10 minutes);
        bid(cid, id, 1_000);
        eq(house.auctionOf(id).end, end, "ten minutes are enough");
        vm.warp(end - 10 minutes + 1);
        bid(dan, id, 2_000);
        eq(house.auctionOf(id).end, end + 1, "ten minutes from the bid");
        vm.warp(end + 1);
        settleFails(id, early(id));
        bid(cid, id, 3_000);
        eq(house.auctionOf(id).end, end + 1 + 10 minutes, "in the last second");
        vm.warp(end + 2 + 10 minutes);
        bidFails(dan, id, 9_000, one(EnglishAuction.NotRunning.selector, id));
        house.settle(id);
        eq(license.ownerOf(2), cid, "the winner's");
    }

    function test_oneOutbidsOneself() public {
        uint256 id = opened();
        bid(cid, id, 1_000);
        bid(cid, id, 2_000);
        eq(house.refunds(cid, address(dollar)), 1_000, "the first waits");
    }

    // ------------------------------------------------------------- void, late

    function test_theSellerWithdrawsThePermission() public {
        uint256 id = opened();
        bid(cid, id, 1_000);
        voidFails(id, early(id));
        allow(bob, work, false);
        vm.expectEmit(address(house));
        emit EnglishAuction.Voided(id);
        vm.prank(eve);
        house.voidAuction(id);
        vm.prank(cid);
        house.withdraw(address(dollar));
        eq(dollar.balanceOf(cid), 1_000_000, "whole again");
    }

    function test_withoutPermissionNothingIsSettled() public {
        uint256 id = opened();
        bid(cid, id, 1_000);
        allow(bob, work, false);
        vm.warp(end + 1);
        settleFails(
            id,
            abi.encodeWithSelector(IIPLicense.NotIssuer.selector, work, address(house), bob)
        );
        house.voidAuction(id);
        eq(house.refunds(cid, address(dollar)), 1_000, "Cid's money waits");
    }

    function test_theCertificateIsSoldMidAuction() public {
        uint256 id = opened();
        bid(cid, id, 1_000);
        transferTo(dan, work);
        vm.warp(end + 1);
        settleFails(id, one(EnglishAuction.AuctionOutdated.selector, id));
        house.voidAuction(id);
        eq(house.refunds(cid, address(dollar)), 1_000, "Cid's money waits");
        eq(license.balanceOf(cid), 0, "no license");
    }

    function test_attackRevivedAuctionAfterTheCertificateWasSold() public {
        uint256 id = opened();
        bid(cid, id, 1_000);
        transferTo(dan, work);
        // Dan has auctions of his own: Bob's is none of them.
        allow(dan, work, true);
        vm.warp(end + 1);
        settleFails(id, one(EnglishAuction.AuctionOutdated.selector, id));
        house.voidAuction(id);
        eq(splitter.credit(work, address(dollar)), 0, "nothing is sold in Dan's name");
    }

    function test_attackRevivedAuctionAfterTransferAndReturn() public {
        uint256 id = opened();
        bid(cid, id, 1_000);
        transferTo(dan, work);
        transferTo(bob, work);
        allow(bob, work, true);
        vm.warp(end + 1);
        settleFails(id, one(EnglishAuction.AuctionOutdated.selector, id));
        house.voidAuction(id);
    }

    function test_attackSelfDealtLicenseBeforeAnExclusiveSettle() public {
        uint256 id = openIn(address(dollar), sole);
        bid(cid, id, 1_000);
        issueTo(bob, work, granting(Rights.COMMERCIAL));
        vm.warp(end + 1);
        settleFails(id, one(EnglishAuction.AuctionOutdated.selector, id));
        house.voidAuction(id);
        eq(house.refunds(cid, address(dollar)), 1_000, "Cid's money waits");
    }

    function test_otherLicensesDoNotDisturbAnAuctionThatIsNotExclusive() public {
        uint256 id = opened();
        bid(cid, id, 1_000);
        issueTo(eve, work, granting(Rights.COMMERCIAL));
        voidFails(id, early(id));
        vm.warp(end + 1);
        house.settle(id);
        eq(license.balanceOf(cid), 1, "license");
    }

    function test_anExclusiveAuctionSellsExclusively() public {
        uint256 id = openIn(address(dollar), sole);
        bid(cid, id, 1_000);
        vm.warp(end + 1);
        house.settle(id);
        eq(license.exclusiveUntil(work), block.timestamp + 1 days, "exclusive");
    }

    function test_soldExclusivelyElsewhereMeanwhile() public {
        uint256 id = opened();
        bid(cid, id, 1_000);
        Terms memory terms = granting(Rights.COMMERCIAL | Rights.EXCLUSIVE);
        terms.duration = 30 days;
        issueTo(eve, work, terms);
        uint256 until = block.timestamp + 30 days;
        vm.warp(end + 1);
        settleFails(id, err(IIPLicense.SoldExclusively.selector, work, until));
        voidFails(id, early(id));
        vm.warp(end + 7 days);
        voidFails(id, early(id));
        vm.warp(end + 7 days + 1);
        house.voidAuction(id);
        eq(house.refunds(cid, address(dollar)), 1_000, "after a week");
    }

    function test_aSuspendedWorkIsSettledLaterOrVoided() public {
        Certify memory certify_ = claim(bob, "judged");
        certify_.arbiter = ann;
        certify_.arbiterPowers = 1;
        vm.startPrank(bob);
        uint256 judged = registry.certify(certify_);
        license.allowMarket(judged, address(house), true);
        uint256 id = house.open(judged, plain, ETHER, 1, end);
        vm.stopPrank();
        bid(cid, id, 500);
        vm.prank(ann);
        registry.suspend(judged, true);
        vm.warp(end + 1);
        settleFails(id, one(IIPLicense.SalesSuspended.selector, judged));
        vm.prank(ann);
        registry.suspend(judged, false);
        house.settle(id);
        eq(splitter.credit(judged, ETHER), 500, "paid");
    }

    function test_settleInTheWeekAndAfterIt() public {
        uint256 id = opened();
        bid(cid, id, 1_000);
        vm.warp(end);
        settleFails(id, early(id));
        vm.warp(end + 100 days);
        house.settle(id);
        eq(license.balanceOf(cid), 1, "as long as nobody voided it");
    }

    // ---------------------------------------------------------------- hostile

    function test_attackBidderThatRefusesEther() public {
        Refuser hostile = new Refuser();
        vm.deal(address(hostile), 1_000);
        uint256 id = openIn(ETHER, plain);
        bid(address(hostile), id, 1_000);
        // Nothing is pushed to it, so it stops nobody.
        bid(cid, id, 1_050);
        vm.warp(end + 1);
        house.settle(id);
        eq(license.ownerOf(2), cid, "the winner's");
        vm.expectRevert(
            abi.encodeWithSelector(EnglishAuction.TransferFailed.selector, address(hostile), 1_000)
        );
        vm.prank(address(hostile));
        house.withdraw(ETHER);
        eq(address(house).balance, 1_000, "its money, still its own");
    }

    function test_attackReentryByAWithdrawal() public {
        Reenterer hostile = new Reenterer();
        vm.deal(address(hostile), 10_000);
        uint256 id = openIn(ETHER, plain);
        bid(address(hostile), id, 1_000);
        bid(cid, id, 1_050);
        uint256 over = openIn(ETHER, plain);
        bid(dan, over, 5_000);
        vm.warp(end + 1);
        bytes[4] memory calls = [
            abi.encodeCall(house.withdraw, (ETHER)),
            abi.encodeCall(house.settle, (over)),
            abi.encodeCall(house.voidAuction, (over)),
            abi.encodeCall(house.bid, (over, 0))
        ];
        for (uint256 i; i < 4; ++i) {
            if (i != 0) {
                uint256 next = nextLost(hostile, i);
                calls[3] = abi.encodeCall(house.bid, (next, 0));
            }
            hostile.onReceive(calls[i]);
            vm.prank(address(hostile));
            eq(house.withdraw(ETHER), 1_000, "once");
            no(hostile.success(), "came through");
            eq(
                bytes32(hostile.answer()),
                bytes32(EnglishAuction.Reentered.selector),
                "stopped at the lock"
            );
        }
    }

    /// @dev Another auction that the hostile bidder loses.
    function nextLost(Reenterer hostile, uint256 i) internal returns (uint256 id) {
        vm.prank(bob);
        id = house.open(work, plain, ETHER, 1_000, block.timestamp + i * 1 days);
        bid(address(hostile), id, 1_000);
        bid(cid, id, 1_050);
    }

    function test_attackReentryByAToken() public {
        HookToken token = new HookToken();
        token.mint(cid, 10_000);
        token.mint(dan, 10_000);
        vm.prank(cid);
        token.approve(address(house), 10_000);
        vm.prank(dan);
        token.approve(address(house), 10_000);
        uint256 id = openIn(address(token), plain);
        uint256 ethers = openIn(ETHER, plain);
        bid(eve, ethers, 1_000);
        token.onTransfer(address(house), abi.encodeCall(house.bid, (id, 9_000)));
        token.onTransfer(address(house), abi.encodeCall(house.settle, (ethers)));
        token.onTransfer(address(house), abi.encodeCall(house.voidAuction, (ethers)));
        token.onTransfer(address(house), abi.encodeCall(house.withdraw, (address(token))));
        bid(cid, id, 1_000);
        bid(dan, id, 2_000);
        vm.prank(cid);
        house.withdraw(address(token));
        vm.warp(end + 1);
        house.settle(id);
        (bool[] memory successes, bytes[] memory answers) = token.answers();
        eq(answers.length, 16, "two bids, a withdrawal, a payment");
        for (uint256 i; i < answers.length; ++i) {
            no(successes[i], "came through");
            eq(
                bytes32(answers[i]),
                bytes32(EnglishAuction.Reentered.selector),
                "stopped at the lock"
            );
        }
        eq(house.auctionOf(ethers).highest, 1_000, "the other auction is untouched");
    }

    function test_aTokenWithAFeeOnTransferCountsAsItArrives() public {
        FeeToken token = new FeeToken();
        address[2] memory bidders = [cid, dan];
        for (uint256 i; i < 2; ++i) {
            token.mint(bidders[i], 10_000);
            vm.prank(bidders[i]);
            token.approve(address(house), 10_000);
        }
        uint256 id = openIn(address(token), plain);
        bidFails(cid, id, 1_000, err(EnglishAuction.BidTooLow.selector, 990, 1_000));
        bid(cid, id, 2_000);
        eq(house.auctionOf(id).highest, 1_980, "what arrived");
        bid(dan, id, 3_000);
        vm.warp(end + 1);
        house.settle(id);
        eq(splitter.credit(work, address(token)), 2_646, "nine tenths of what arrived there");
        vm.prank(cid);
        house.withdraw(address(token));
        eq(token.balanceOf(address(house)), 0, "nothing stays, nothing lacks");
    }

    function test_attackBlockedBidderStopsNobody() public {
        BlockingToken token = new BlockingToken();
        address[2] memory bidders = [cid, dan];
        for (uint256 i; i < 2; ++i) {
            token.mint(bidders[i], 10_000);
            vm.prank(bidders[i]);
            token.approve(address(house), 10_000);
        }
        uint256 id = openIn(address(token), plain);
        bid(cid, id, 1_000);
        token.block_(cid, true);
        bid(dan, id, 2_000);
        vm.warp(end + 1);
        house.settle(id);
        eq(license.ownerOf(2), dan, "the winner's");
        vm.expectRevert(abi.encodeWithSignature("TransferFailed()"));
        vm.prank(cid);
        house.withdraw(address(token));
        token.block_(cid, false);
        vm.prank(cid);
        house.withdraw(address(token));
    }

    function testFuzz_onPayIsForTheSplitter(address stranger) public {
        if (stranger == address(splitter)) return;
        uint256 id = opened();
        bid(cid, id, 1_000);
        vm.expectRevert(abi.encodeWithSelector(EnglishAuction.OnlySplitter.selector, stranger));
        vm.prank(stranger);
        house.onPay(address(dollar), 1_000, cid);
    }

    function test_attackAnAuctionIsPaidOutTwice() public {
        uint256 a = openIn(ETHER, plain);
        uint256 b = openIn(ETHER, plain);
        bid(cid, a, 1_000);
        bid(dan, b, 1_000);
        vm.warp(end + 1);
        house.settle(a);
        settleFails(a, one(EnglishAuction.NotRunning.selector, a));
        voidFails(a, one(EnglishAuction.NotRunning.selector, a));
        eq(address(house).balance, 1_000, "the other auction's money");
    }

    // --------------------------------------------------------------- conserve

    /// @notice Whatever happens in whatever order, the house holds its highest bids and its refunds.
    function testFuzz_conserves(uint256 seed) public {
        uint256[3] memory ids = [openIn(ETHER, plain), openIn(ETHER, plain), openIn(ETHER, plain)];
        address[3] memory bidders = [cid, dan, eve];
        for (uint256 i; i < 40; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            step(seed, ids[(seed >> 8) % 3], bidders[(seed >> 16) % 3]);
            vm.warp(block.timestamp + ((seed >> 40) % 8 hours));

            uint256 owed;
            for (uint256 j; j < 3; ++j) {
                owed += house.auctionOf(ids[j]).highest + house.refunds(bidders[j], ETHER);
            }
            eq(address(house).balance, owed, "bids and refunds");
        }
    }
    /// @dev One random call of `who`; whether the house refuses it does not matter.
    function step(uint256 seed, uint256 id, address who) internal {
        uint256 what = seed % 16;
        uint256 amount = house.auctionOf(id).highest;
        amount += amount / 20 + 1 + ((seed >> 24) % 3_000);
        vm.prank(who);
        bytes memory call_;
        if (what < 9) call_ = abi.encodeCall(house.bid, (id, amount));
        else if (what < 12) call_ = abi.encodeCall(house.withdraw, (ETHER));
        else if (what < 14) call_ = abi.encodeCall(house.settle, (id));
        else call_ = abi.encodeCall(house.voidAuction, (id));
        uint256 value = what < 9 && who.balance >= amount ? amount : 0;
        (bool success, ) = address(house).call{value: value}(call_);
        success;
        if (what == 15) allow(bob, work, (seed >> 32) & 1 == 1);
    }
}
