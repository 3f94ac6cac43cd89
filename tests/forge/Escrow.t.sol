// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPLicense} from "../../contracts/interfaces/IIPLicense.sol";
import {ILicenseMarketplace} from "../../contracts/interfaces/ILicenseMarketplace.sol";
import {IRoyaltySplitter} from "../../contracts/interfaces/IRoyaltySplitter.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {Deal, Fill, Offer} from "../../contracts/types/Offers.sol";
import {Certify, Terms} from "../../contracts/types/Structs.sol";
import {MarketBase} from "./MarketBase.sol";
import {FeeToken} from "./mocks/FeeToken.sol";
import {BlockingToken, FalseToken} from "./mocks/OddTokens.sol";
import {Refuser} from "./mocks/Receivers.sol";

/// @notice Sales whose price waits for a delivery: five days to deliver, two to challenge.
contract EscrowTest is MarketBase {
    bytes32 internal constant EVIDENCE = "evidence";
    bytes32 internal constant REASON = "reason";

    function setUp() public override {
        super.setUp();
        fund(cid, 1_000_000);
    }

    function slow() internal view returns (Offer memory ask) {
        return slow(plain, 1_000);
    }

    function slow(bytes32 termsHash, uint256 price) internal view returns (Offer memory ask) {
        ask = asked(termsHash, price);
        ask.deliverWithin = 5 days;
        ask.challengeWindow = 2 days;
    }

    function opened() internal returns (Deal memory) {
        return deal(cid, signed(slow()), 0);
    }

    function delivered() internal returns (Deal memory d) {
        d = opened();
        deliver(d);
    }

    function deliver(Deal memory d) internal {
        vm.prank(d.seller);
        market.deliver(d, EVIDENCE);
    }

    function release(address who, Deal memory d) internal returns (uint256) {
        vm.prank(who);
        return market.release(d);
    }

    function refund(address who, Deal memory d) internal {
        vm.prank(who);
        market.refund(d, who);
    }

    function hashOf(Deal memory d) internal pure returns (bytes32) {
        return keccak256(abi.encode(d));
    }

    function inTime(Deal memory d) internal view returns (bytes memory) {
        return
            abi.encodeWithSelector(
                ILicenseMarketplace.NotInTime.selector,
                hashOf(d),
                block.timestamp
            );
    }

    function notParty(Deal memory d, address who) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(ILicenseMarketplace.NotParty.selector, hashOf(d), who);
    }

    function notOpen(Deal memory d) internal pure returns (bytes memory) {
        return err(ILicenseMarketplace.DealNotOpen.selector, hashOf(d));
    }

    function outdated(Deal memory d) internal pure returns (bytes memory) {
        return err(ILicenseMarketplace.DealOutdated.selector, hashOf(d));
    }

    function cannotRelease(address who, Deal memory d, bytes memory reason) internal {
        vm.expectRevert(reason);
        vm.prank(who);
        market.release(d);
    }

    function cannotRefund(address who, Deal memory d, bytes memory reason) internal {
        vm.expectRevert(reason);
        vm.prank(who);
        market.refund(d, who);
    }

    // ------------------------------------------------------------------- open

    function test_fillOpensADeal() public {
        Offer memory ask = slow();
        ask.fees = fee(dan, 300);
        Fill memory fill_ = signed(ask, 3);
        fill_.taking.recipient = eve;
        vm.expectEmit(address(market));
        emit ILicenseMarketplace.OfferFilled(hashOf(ask), work, cid, bob, eve, 0, 3, 3_000);
        RECORDER.recordLogs();
        eq(fill(cid, fill_), 0, "no license yet");
        Deal memory d = lastDeal();
        eq(d.offerHash, hashOf(ask), "offer");
        eq(d.number, 1, "number");
        eq(d.buyer, cid, "buyer");
        eq(d.recipient, eve, "recipient");
        eq(d.seller, bob, "seller");
        eq(d.workId, work, "work");
        eq(d.termsHash, plain, "terms");
        eq(d.count, 3, "count");
        eq(d.token, address(dollar), "token");
        eq(d.amount, 3_000, "amount");
        eq(d.deliverBy, block.timestamp + 5 days, "deliver by");
        eq(d.challengeWindow, 2 days, "window");
        eq(d.transfers, 0, "transfers");
        eq(d.encumbrance, bytes32(0), "only exclusive deals name the encumbrance");
        eq(d.fees[0].to, dan, "fee");
        (bool open, uint256 at) = market.dealState(hashOf(d));
        yes(open, "open");
        eq(at, 0, "nothing delivered");
        eq(license.balanceOf(eve), 0, "no license yet");
        eq(dollar.balanceOf(address(market)), 3_000, "the price waits here");
        eq(splitter.credit(work, address(dollar)), 0, "and nowhere else");
        eq(filledOf(ask), 3, "the offer is taken");
    }

    function test_equalDealsAreTwo() public {
        Deal memory a = opened();
        Deal memory b = opened();
        no(hashOf(a) == hashOf(b), "one key");
        release(cid, a);
        (bool open, ) = market.dealState(hashOf(b));
        yes(open, "the other is open");
        eq(dollar.balanceOf(address(market)), 1_000, "and its price waits");
    }

    function test_aDealThatCouldNotBeReleasedIsNotOpened() public {
        Offer memory ask = slow("unknown", 1_000);
        refuses(cid, signed(ask), err(IIPLicense.UnknownTerms.selector, "unknown"));
        Terms memory narrow = granting(OPEN);
        narrow.pass = Rights.DERIVE;
        uint256 bound = derive(bob, "bound", root, narrow);
        ask = slow();
        ask.workId = bound;
        ask.encumbrance = registry.encumbrance(bound);
        refuses(
            cid,
            signed(ask),
            abi.encodeWithSelector(IIPLicense.ExceedsCeiling.selector, bound, Rights.COMMERCIAL)
        );
        Terms memory exclusive = granting(Rights.COMMERCIAL | Rights.EXCLUSIVE);
        exclusive.duration = 1 days;
        issueTo(eve, work, exclusive);
        refuses(
            cid,
            signed(slow()),
            err(IIPLicense.SoldExclusively.selector, work, block.timestamp + 1 days)
        );
    }

    function test_attackADealTooBigToRelease() public {
        // A buyer would have his delivery, nobody could release, and his money would come back.
        Offer memory ask = slow();
        ask.quantity = 1_000;
        bytes4 tooMany = ILicenseMarketplace.NotEnoughLeft.selector;
        refuses(cid, signed(ask, 101), abi.encodeWithSelector(tooMany, hashOf(ask), 100, 101));
        ask = slow(sole, 1_000);
        refuses(cid, signed(ask, 2), abi.encodeWithSelector(tooMany, hashOf(ask), 1, 2));
        ask = slow();
        ask.quantity = 1_000;
        Deal memory d = deal(cid, signed(ask, 100), 0);
        release(cid, d);
        eq(license.balanceOf(cid), 100, "the most there is");
    }

    function test_noDeliveryForRenewals() public {
        Terms memory yearly = granting(Rights.COMMERCIAL);
        yearly.duration = 365 days;
        uint256 id = issueTo(cid, work, yearly);
        Offer memory ask = slow(license.hashTerms(yearly), 1_000);
        Fill memory fill_ = signed(ask);
        fill_.taking.renewId = id;
        refuses(cid, fill_, err(ILicenseMarketplace.InvalidOffer.selector, hashOf(ask)));
        fill_.taking.renewId = 1;
        refuses(cid, fill_, err(ILicenseMarketplace.InvalidOffer.selector, hashOf(ask)));
    }

    function test_aBidWithDelivery() public {
        Offer memory bid = bidding(cid);
        bid.deliverWithin = 5 days;
        bid.challengeWindow = 2 days;
        Deal memory d = deal(bob, signed(bid), 0);
        eq(d.buyer, cid, "the bidder is the buyer");
        eq(d.seller, bob, "the taker sells");
        eq(d.recipient, cid, "for the bidder");
        eq(dollar.balanceOf(cid), 999_000, "the bidder's money waits");
        deliver(d);
        release(cid, d);
        eq(license.ownerOf(2), cid, "license");
    }

    // ---------------------------------------------------------------- deliver

    function test_deliverIsForTheSellerInTimeOnce() public {
        Deal memory d = opened();
        address[3] memory others = [cid, eve, ann];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(notParty(d, others[i]));
            vm.prank(others[i]);
            market.deliver(d, EVIDENCE);
        }
        vm.warp(d.deliverBy);
        vm.expectEmit(address(market));
        emit ILicenseMarketplace.Delivered(hashOf(d), EVIDENCE, block.timestamp + 2 days);
        deliver(d);
        (, uint256 at) = market.dealState(hashOf(d));
        eq(at, block.timestamp, "time of the delivery");
        vm.expectRevert(inTime(d));
        vm.prank(bob);
        market.deliver(d, EVIDENCE);
    }

    function test_lateDeliveryIsNone() public {
        Deal memory d = opened();
        vm.warp(d.deliverBy + 1);
        vm.expectRevert(inTime(d));
        vm.prank(bob);
        market.deliver(d, EVIDENCE);
        refund(cid, d);
        eq(dollar.balanceOf(cid), 1_000_000, "back");
    }

    // -------------------------------------------------------------- challenge

    function test_challengeIsForTheBuyerWithinTheWindow() public {
        Deal memory d = opened();
        vm.expectRevert(inTime(d));
        vm.prank(cid);
        market.challenge(d, REASON);
        deliver(d);
        vm.expectRevert(notParty(d, eve));
        vm.prank(eve);
        market.challenge(d, REASON);
        vm.warp(block.timestamp + 2 days);
        vm.expectEmit(address(market));
        emit ILicenseMarketplace.Challenged(hashOf(d), REASON);
        vm.prank(cid);
        market.challenge(d, REASON);
        (bool open, uint256 at) = market.dealState(hashOf(d));
        yes(open, "open");
        eq(at, 0, "no delivery stands");
        // The seller delivers again, in time.
        deliver(d);
        vm.warp(block.timestamp + 2 days + 1);
        vm.expectRevert(inTime(d));
        vm.prank(cid);
        market.challenge(d, REASON);
        release(eve, d);
    }

    function test_afterAChallengeNobodyReleasesButTheBuyer() public {
        Deal memory d = delivered();
        vm.prank(cid);
        market.challenge(d, REASON);
        vm.warp(d.deliverBy);
        cannotRelease(bob, d, inTime(d));
        cannotRefund(cid, d, inTime(d));
        vm.warp(d.deliverBy + 1);
        cannotRelease(bob, d, inTime(d));
        refund(cid, d);
        eq(dollar.balanceOf(cid), 1_000_000, "back");
        eq(license.balanceOf(cid), 0, "and no license");
    }

    // ---------------------------------------------------------------- release

    function test_theBuyerConfirmsAfterTheTimeToDeliverIfItWasKept() public {
        Deal memory d = deal(cid, signed(slow()), 0);
        vm.warp(d.deliverBy);
        deliver(d);
        vm.warp(d.deliverBy + 1);
        eq(release(cid, d), 2, "confirmed while the challenge could still come");
    }

    function test_theBuyerConfirms() public {
        Offer memory ask = slow();
        ask.fees = fee(dan, 300);
        Fill memory fill_ = signed(ask, 2);
        fill_.taking.recipient = eve;
        Deal memory d = deal(cid, fill_, 0);
        deliver(d);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.Paid(work, address(dollar), cid, 1_940);
        vm.expectEmit(address(market));
        emit ILicenseMarketplace.DealReleased(hashOf(d), 2);
        eq(release(cid, d), 2, "first license");
        eq(license.balanceOf(eve), 2, "the recipient's");
        eq(splitter.credit(work, address(dollar)), 1_746, "net of fee and royalty");
        eq(splitter.balances(dan, address(dollar)), 60, "fee");
        eq(dollar.balanceOf(address(market)), 0, "nothing waits");
        (bool open, ) = market.dealState(hashOf(d));
        no(open, "open");
    }

    function test_theBuyerConfirmsBeforeAnythingWasPosted() public {
        Deal memory d = opened();
        release(cid, d);
        eq(license.balanceOf(cid), 1, "license");
        d = opened();
        vm.warp(d.deliverBy);
        release(cid, d);
        eq(license.balanceOf(cid), 2, "to the last second");
    }

    function test_attackADealKeptAsAnOptionForEver() public {
        // Nothing was delivered and the time is over: the buyer has his money, not a choice.
        Deal memory d = opened();
        vm.warp(d.deliverBy + 1);
        cannotRelease(cid, d, inTime(d));
        refund(cid, d);
        // Nor after a challenge of what was delivered.
        d = delivered();
        vm.prank(cid);
        market.challenge(d, REASON);
        vm.warp(d.deliverBy + 1);
        cannotRelease(cid, d, inTime(d));
        refund(cid, d);
        eq(dollar.balanceOf(cid), 1_000_000, "back");
    }

    function test_anyoneReleasesOnceADeliveryStands() public {
        Deal memory d = delivered();
        vm.warp(block.timestamp + 2 days);
        cannotRelease(eve, d, inTime(d));
        cannotRelease(bob, d, inTime(d));
        vm.warp(block.timestamp + 1);
        release(eve, d);
        eq(license.balanceOf(cid), 1, "the buyer's license");
        eq(splitter.credit(work, address(dollar)), 900, "the work is paid");
    }

    function test_nobodyElseReleasesWithoutADelivery() public {
        Deal memory d = opened();
        cannotRelease(bob, d, inTime(d));
        vm.warp(d.deliverBy + 365 days);
        cannotRelease(bob, d, inTime(d));
        cannotRelease(eve, d, inTime(d));
    }

    function test_aWindowOfNothingEndsWithItsSecond() public {
        Offer memory ask = slow();
        ask.challengeWindow = 0;
        Deal memory d = deal(cid, signed(ask), 0);
        deliver(d);
        cannotRelease(bob, d, inTime(d));
        vm.warp(block.timestamp + 1);
        release(bob, d);
    }

    // ----------------------------------------------------------------- refund

    function test_refundOfWhatWasNotDelivered() public {
        Deal memory d = opened();
        cannotRefund(cid, d, inTime(d));
        vm.warp(d.deliverBy);
        cannotRefund(cid, d, inTime(d));
        vm.warp(d.deliverBy + 1);
        vm.expectEmit(address(market));
        emit ILicenseMarketplace.DealRefunded(hashOf(d), cid, 1_000);
        refund(cid, d);
        eq(dollar.balanceOf(cid), 1_000_000, "back");
    }

    function test_attackRefundByAnybodyElse() public {
        Offer memory ask = slow();
        Fill memory fill_ = signed(ask);
        fill_.taking.recipient = eve;
        Deal memory d = deal(cid, fill_, 0);
        vm.warp(d.deliverBy + 365 days);
        address[4] memory others = [eve, bob, ann, address(market)];
        for (uint256 i; i < 4; ++i) {
            cannotRefund(others[i], d, notParty(d, others[i]));
        }
        refund(cid, d);
    }

    function test_attackRefundWhileADeliveryStands() public {
        Deal memory d = delivered();
        uint256 at = block.timestamp;
        vm.warp(d.deliverBy + 1);
        cannotRefund(cid, d, inTime(d));
        vm.warp(at + 2 days + 30 days);
        cannotRefund(cid, d, inTime(d));
        release(bob, d);
        eq(license.balanceOf(cid), 1, "delivered and paid");
    }

    function test_aDeliveryThatNobodyReleasedForThirtyDays() public {
        Deal memory d = delivered();
        vm.warp(block.timestamp + 2 days + 30 days + 1);
        refund(cid, d);
        eq(dollar.balanceOf(cid), 1_000_000, "back");
        cannotRelease(bob, d, notOpen(d));
    }

    function test_aSuspendedWorkBlocksReleaseAndThenTheBuyerIsRefunded() public {
        Certify memory certify_ = claim(bob, "judged");
        certify_.arbiter = eve;
        certify_.arbiterPowers = 1;
        vm.prank(bob);
        uint256 judged = registry.certify(certify_);
        Offer memory ask = slow();
        ask.workId = judged;
        Deal memory d = deal(cid, signed(ask), 0);
        deliver(d);
        uint256 stands = block.timestamp + 2 days;
        vm.prank(eve);
        registry.suspend(judged, true);
        vm.warp(stands + 1);
        bytes memory reason = err(IIPLicense.SalesSuspended.selector, bytes32(judged));
        cannotRelease(bob, d, reason);
        cannotRelease(cid, d, reason);
        cannotRefund(cid, d, inTime(d));
        vm.warp(stands + 30 days + 1);
        refund(cid, d);
        eq(dollar.balanceOf(cid), 1_000_000, "back");
        // Had the arbiter thought better of it, the seller would have been paid.
        vm.prank(eve);
        registry.suspend(judged, false);
        d = deal(cid, signed(ask), 0);
        deliver(d);
        vm.warp(block.timestamp + 2 days + 1);
        release(bob, d);
    }

    function test_attackADealIsPaidOutTwice() public {
        Deal memory a = delivered();
        opened();
        release(cid, a);
        cannotRelease(cid, a, notOpen(a));
        vm.warp(a.deliverBy + 365 days);
        cannotRefund(cid, a, notOpen(a));
        vm.expectRevert(notOpen(a));
        vm.prank(bob);
        market.deliver(a, EVIDENCE);
        vm.expectRevert(notOpen(a));
        vm.prank(cid);
        market.challenge(a, REASON);
        eq(dollar.balanceOf(address(market)), 1_000, "the other deal's money");
    }

    function testFuzz_attackADealShownWithOtherFields(uint256 field, uint256 value) public {
        Deal memory d = delivered();
        vm.warp(d.deliverBy + 365 days);
        bytes32 before = hashOf(d);
        field = field % 15;
        if (field == 0) d.offerHash = bytes32(value);
        else if (field == 1) d.number = value;
        else if (field == 2) d.buyer = eve;
        else if (field == 3) d.recipient = eve;
        else if (field == 4) d.seller = eve;
        else if (field == 5) d.workId = root;
        else if (field == 6) d.termsHash = sole;
        else if (field == 7) d.count = within(value, 2, 100);
        else if (field == 8) d.token = ETHER;
        else if (field == 9) d.amount = value;
        else if (field == 10) d.deliverBy = value;
        else if (field == 11) d.challengeWindow = value;
        else if (field == 12) d.transfers = value;
        else if (field == 13) d.encumbrance = bytes32(value);
        else d.fees = fee(eve, uint16(within(value, 0, 10_000)));
        if (hashOf(d) == before) return;
        cannotRelease(d.buyer, d, notOpen(d));
        cannotRefund(d.buyer, d, notOpen(d));
    }

    // ------------------------------------------------------------------ ether

    function etherDeal() internal returns (Deal memory) {
        Offer memory ask = slow();
        ask.token = ETHER;
        return deal(cid, signed(ask, 2), 2_000);
    }

    function test_etherWaitsAndIsReleased() public {
        Offer memory ask = slow();
        ask.token = ETHER;
        refuses(cid, signed(ask), 999, err(ILicenseMarketplace.WrongValue.selector, 999, 1_000));
        Deal memory d = etherDeal();
        eq(address(market).balance, 2_000, "waits");
        deliver(d);
        release(cid, d);
        eq(address(market).balance, 0, "gone");
        eq(splitter.credit(work, ETHER), 1_800, "into the work");
    }

    function test_etherWaitsAndIsRefunded() public {
        Deal memory d = etherDeal();
        uint256 before = cid.balance;
        vm.warp(d.deliverBy + 1);
        refund(cid, d);
        eq(cid.balance, before + 2_000, "back");
        eq(address(market).balance, 0, "nothing stays");
    }

    function test_aBuyerThatRefusesEtherIsRefundedElsewhere() public {
        Refuser buyer = new Refuser();
        Offer memory ask = slow();
        ask.token = ETHER;
        Deal memory d = deal(address(buyer), signed(ask), 1_000);
        Deal memory other = etherDeal();
        vm.warp(d.deliverBy + 1);
        cannotRefund(
            address(buyer),
            d,
            abi.encodeWithSelector(
                ILicenseMarketplace.TransferFailed.selector,
                address(buyer),
                1_000
            )
        );
        refund(cid, other);
        eq(address(market).balance, 1_000, "its own money, and nobody else's");
        vm.prank(address(buyer));
        market.refund(d, dan);
        eq(dan.balance, 1_000, "to whom it pleases");
    }

    // ----------------------------------------------------------------- tokens

    function test_aDealForOneUnit() public {
        Offer memory ask = slow(plain, 1);
        Deal memory d = deal(cid, signed(ask), 0);
        eq(d.amount, 1, "waits");
        release(cid, d);
        eq(dollar.balanceOf(address(splitter)), 1, "paid");
        d = deal(cid, signed(ask), 0);
        vm.warp(d.deliverBy + 1);
        refund(cid, d);
        eq(dollar.balanceOf(cid), 999_999, "back");
        eq(dollar.balanceOf(address(market)), 0, "nothing stays");
        ask.token = ETHER;
        d = deal(cid, signed(ask), 1);
        release(cid, d);
        eq(address(splitter).balance, 1, "in ETH");
    }

    function test_theLongestDeliveryAndWindow() public {
        Offer memory ask = slow();
        ask.deliverWithin = 3_600 days;
        ask.challengeWindow = 3_600 days;
        Deal memory d = deal(cid, signed(ask), 0);
        eq(d.deliverBy, block.timestamp + 3_600 days, "ten years, nearly");
        vm.warp(d.deliverBy);
        deliver(d);
        cannotRelease(eve, d, inTime(d));
        vm.warp(block.timestamp + 3_600 days);
        cannotRelease(eve, d, inTime(d));
        vm.warp(block.timestamp + 1);
        release(eve, d);
        eq(license.balanceOf(cid), 1, "license");
    }

    function test_aDealForNothing() public {
        Deal memory d = deal(cid, signed(slow(plain, 0)), 0);
        eq(d.amount, 0, "nothing waits");
        deliver(d);
        release(cid, d);
        eq(license.balanceOf(cid), 1, "license");
        d = deal(cid, signed(slow(plain, 0)), 0);
        vm.warp(d.deliverBy + 1);
        refund(cid, d);
        eq(dollar.balanceOf(cid), 1_000_000, "nothing was paid");
        Offer memory ask = slow(plain, 0);
        ask.token = ETHER;
        d = deal(cid, signed(ask), 0);
        address refuser = address(new Refuser());
        vm.warp(d.deliverBy + 1);
        vm.prank(cid);
        market.refund(d, refuser); // is not even asked
    }

    function test_aTokenWithAFeeOnTransferWaitsAsItArrived() public {
        FeeToken token = new FeeToken();
        token.mint(cid, 20_000);
        vm.prank(cid);
        token.approve(address(market), 20_000);
        Offer memory ask = slow(plain, 10_000);
        ask.token = address(token);
        ask.fees = fee(dan, 1_000);
        Deal memory a = deal(cid, signed(ask), 0);
        Deal memory b = deal(cid, signed(ask), 0);
        eq(a.amount, 9_900, "what arrived");
        eq(token.balanceOf(address(market)), 19_800, "both");
        release(cid, a);
        eq(token.balanceOf(address(splitter)), 9_801, "what arrived there");
        eq(splitter.balances(dan, address(token)), 990, "a tenth of what waited");
        eq(token.balanceOf(address(market)), b.amount, "the other deal's money");
        vm.warp(b.deliverBy + 1);
        refund(cid, b);
        eq(token.balanceOf(address(market)), 0, "nothing stays");
        eq(token.balanceOf(cid), 9_801, "back, less the token's own fee");
    }

    function test_attackATokenThatMovesNothing() public {
        FalseToken token = new FalseToken();
        Offer memory ask = slow();
        ask.token = address(token);
        token.refuse();
        refuses(cid, signed(ask), abi.encodeWithSignature("TransferFromFailed()"));
        address mute = address(new Mute());
        refuses(
            cid,
            signed(slowIn(mute)),
            abi.encodeWithSelector(ILicenseMarketplace.NothingReceived.selector, mute)
        );
    }

    function slowIn(address token) internal view returns (Offer memory ask) {
        ask = slow();
        ask.token = token;
    }

    function test_aBuyerWhomATokenBlocksIsRefundedElsewhere() public {
        BlockingToken token = new BlockingToken();
        token.mint(cid, 1_000);
        vm.prank(cid);
        token.approve(address(market), 1_000);
        Deal memory d = deal(cid, signed(slowIn(address(token))), 0);
        token.block_(cid, true);
        vm.warp(d.deliverBy + 1);
        cannotRefund(cid, d, abi.encodeWithSignature("TransferFailed()"));
        (bool open, ) = market.dealState(hashOf(d));
        yes(open, "the deal stays open");
        vm.prank(cid);
        market.refund(d, dan);
        eq(token.balanceOf(dan), 1_000, "to whom he pleases");
    }

    // ---------------------------------------------------------------- attacks

    function test_attackSelfDealtDealBeforeACertificateSale() public {
        vm.prank(bob);
        registry.setApprovalForAll(address(market), true);
        Offer memory sale = sellingCertificate(work, address(dollar), 50_000);
        // Bob, who has signed the sale, opens a deal with himself.
        Offer memory gift = slow(plain, 0);
        gift.challengeWindow = 0;
        Deal memory d = deal(bob, signed(gift), 0);
        deliver(d);
        refuses(
            cid,
            signed(sale),
            abi.encodeWithSelector(
                ILicenseMarketplace.EncumbranceChanged.selector,
                work,
                sale.encumbrance,
                registry.encumbrance(work)
            )
        );
        // A buyer who accepts what he sees still gets no license he did not see.
        fill(cid, signed(sellingCertificate(work, address(dollar), 50_000)));
        vm.warp(block.timestamp + 1);
        cannotRelease(bob, d, outdated(d));
        eq(license.balanceOf(bob), 1, "Bob has the license he derived under, and no other");
    }

    function test_aDealEndsWithTheSaleOfTheCertificateAndTheBuyerIsRefundedAtOnce() public {
        Deal memory d = delivered();
        transferTo(dan, work);
        cannotRelease(cid, d, outdated(d));
        cannotRelease(dan, d, inTime(d));
        refund(cid, d);
        eq(dollar.balanceOf(cid), 1_000_000, "back");
        d = delivered2();
        transferTo(eve, work);
        transferTo(dan, work);
        cannotRelease(cid, d, outdated(d));
    }

    /// @dev Dan's, who owns the work now.
    function delivered2() internal returns (Deal memory d) {
        d = deal(cid, signed(slow()), 0);
        eq(d.seller, dan, "seller");
        deliver(d);
    }

    function test_attackSelfDealtLicenseBeforeAnExclusiveRelease() public {
        Deal memory d = deal(cid, signed(slow(sole, 5_000)), 0);
        eq(d.encumbrance, registry.encumbrance(work), "as it stands with the deal");
        deliver(d);
        vm.warp(block.timestamp + 2 days + 1);
        issueTo(bob, work, granting(Rights.COMMERCIAL));
        cannotRelease(bob, d, outdated(d));
        refund(cid, d);
        eq(dollar.balanceOf(cid), 1_000_000, "back at once");
    }

    function test_theBuyerMayAcceptWhatWasIssuedBeforeAnExclusiveRelease() public {
        Deal memory d = deal(cid, signed(slow(sole, 5_000)), 0);
        issueTo(eve, work, granting(Rights.COMMERCIAL));
        release(cid, d);
        eq(license.exclusiveUntil(work), block.timestamp + 1 days, "exclusive");
    }

    function reserved(Deal memory d) internal view returns (bytes memory) {
        return abi.encodeWithSelector(ILicenseMarketplace.WorkReserved.selector, work, hashOf(d));
    }

    function test_attackBuyerEncumbersToTakeTheDeliveryForNothing() public {
        // Other asks of Bob's are open: if the buyer took one license of them, for himself or for
        // another, the work would be bound otherwise and his money would come back.
        Terms memory yearly = granting(Rights.COMMERCIAL);
        yearly.duration = 365 days;
        uint256 old = issueTo(cid, work, yearly);
        Fill memory cheap = signed(asked(plain, 1));
        Fill memory waiting = signed(slow(plain, 0));
        Fill memory renewal = signed(asked(license.hashTerms(yearly), 1));
        renewal.taking.renewId = old;
        Deal memory earlier = deal(cid, waiting, 0);
        Deal memory d = deal(cid, signed(slow(sole, 500_000)), 0);
        deliver(d);
        refuses(cid, cheap, reserved(d));
        refuses(cid, waiting, reserved(d));
        refuses(cid, renewal, reserved(d));
        cannotRelease(cid, earlier, reserved(d));
        cannotRefund(cid, d, inTime(d));
        vm.warp(block.timestamp + 2 days + 1);
        release(bob, d);
        eq(splitter.credit(work, address(dollar)), 450_000, "the seller is paid");
        vm.warp(block.timestamp + 1 days);
        fill(cid, cheap);
    }

    function test_otherDealsOfTheWorkLeaveItsReservationAlone() public {
        Offer memory short = slow();
        short.deliverWithin = 1 days;
        Deal memory refunded = deal(cid, signed(short), 0);
        Deal memory posted = deal(cid, signed(slow()), 0);
        Deal memory exclusive = deal(cid, signed(slow(sole, 5_000)), 0);
        vm.warp(refunded.deliverBy + 1);
        refund(cid, refunded);
        refuses(eve, signed(asked(plain, 0)), reserved(exclusive));
        deliver(posted);
        vm.prank(cid);
        market.challenge(posted, REASON);
        deliver(posted);
        vm.warp(exclusive.deliverBy);
        refuses(eve, signed(asked(plain, 0)), reserved(exclusive));
        vm.warp(exclusive.deliverBy + 1);
        fill(eve, signed(asked(plain, 0)));
        eq(license.balanceOf(eve), 1, "no longer than it was");
    }

    function test_otherWorksAreNotReserved() public {
        deal(cid, signed(slow(sole, 5_000)), 0);
        uint256 other = certify(bob, "other");
        fill(cid, signed(offer(other, plain, address(dollar), 1)));
    }

    function test_anExclusiveDealEndsItsReservation() public {
        Deal memory d = deal(cid, signed(slow(sole, 5_000)), 0);
        refuses(eve, signed(asked(plain, 0)), reserved(d));
        vm.warp(d.deliverBy + 1);
        refund(cid, d);
        fill(eve, signed(asked(plain, 0)));
        eq(license.balanceOf(eve), 1, "free again");
    }

    function test_attackAnExclusiveLicenseSoldTwiceThroughDeals() public {
        Deal memory d = deal(cid, signed(slow(sole, 5_000)), 0);
        fund(eve, 5_000);
        refuses(eve, signed(slow(sole, 5_000)), reserved(d));
        refuses(eve, signed(asked(sole, 5_000)), reserved(d));
    }

    function test_attackAnExclusiveDealReservesForEver() public {
        // The buyer leaves the deal as it is, once Bob did not deliver in time.
        Deal memory d = deal(cid, signed(slow(sole, 5_000)), 0);
        Fill memory sale = signed(asked(plain, 0));
        vm.warp(d.deliverBy);
        refuses(eve, sale, reserved(d));
        vm.warp(d.deliverBy + 1);
        fill(eve, sale);
        eq(license.balanceOf(eve), 1, "Bob sells again");
        refund(cid, d);
        eq(dollar.balanceOf(cid), 1_000_000, "and the buyer has his money whenever he wants it");
        // Or after a challenge.
        d = deal(cid, signed(slow(sole, 5_000)), 0);
        deliver(d);
        vm.prank(cid);
        market.challenge(d, REASON);
        vm.warp(d.deliverBy);
        refuses(eve, sale, reserved(d));
        vm.warp(d.deliverBy + 1);
        fill(eve, sale);
        // Or where a delivery stands that nobody releases.
        d = deal(eve, signed(slow(sole, 0)), 0);
        deliver(d);
        vm.warp(block.timestamp + 2 days + 30 days);
        refuses(cid, sale, reserved(d));
        vm.warp(block.timestamp + 1);
        fill(eve, sale);
    }

    function test_attackAReservationOutlivesTheSaleOfTheCertificate() public {
        deal(bob, signed(slow(sole, 0)), 0);
        transferTo(dan, work);
        fill(eve, signed(asked(plain, 0)));
        eq(license.balanceOf(eve), 1, "the next owner sells");
    }

    function test_refundNeverGoesNowhere() public {
        Deal memory d = opened();
        Deal memory e = etherDeal();
        vm.warp(d.deliverBy + 1);
        address[2] memory nowhere = [address(0), address(market)];
        for (uint256 i; i < 2; ++i) {
            bytes memory reason = abi.encodeWithSelector(
                ILicenseMarketplace.InvalidReceiver.selector,
                nowhere[i]
            );
            vm.expectRevert(reason);
            vm.prank(cid);
            market.refund(d, nowhere[i]);
            vm.expectRevert(reason);
            vm.prank(cid);
            market.refund(e, nowhere[i]);
        }
        vm.prank(cid);
        market.refund(e, dan);
        eq(dan.balance, 2_000, "to whom the buyer pleases");
    }

    function test_etherSentByForceIsNobodysDeal() public {
        Deal memory d = etherDeal();
        vm.deal(address(market), address(market).balance + 77);
        release(cid, d);
        eq(address(market).balance, 77, "and pays for nothing");
    }
}

/// @notice Says yes, and moves nothing.
contract Mute {
    function transferFrom(address, address, uint256) external pure returns (bool) {
        return true;
    }

    function balanceOf(address) external pure returns (uint256) {
        return 0;
    }
}
