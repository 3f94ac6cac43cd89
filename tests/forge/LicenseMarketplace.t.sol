// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPLicense} from "../../contracts/interfaces/IIPLicense.sol";
import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {ILicenseMarketplace} from "../../contracts/interfaces/ILicenseMarketplace.sol";
import {IRoyaltySplitter} from "../../contracts/interfaces/IRoyaltySplitter.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {FeeShare, Offer} from "../../contracts/types/Offers.sol";
import {Terms} from "../../contracts/types/Structs.sol";
import {Signing} from "./Signing.sol";

contract LicenseMarketplaceTest is Signing {
    uint256 internal root;
    uint256 internal work;
    bytes32 internal termsHash;

    function setUp() public override {
        super.setUp();
        root = certify(ann, "root");
        work = derive(bob, "work", root, sharing(1_000, 0));
        termsHash = license.registerTerms(granting(Rights.COMMERCIAL));
        vm.deal(cid, 1 ether);
    }

    function post(Offer memory offer_) internal returns (bytes32) {
        vm.prank(offer_.maker);
        return market.post(offer_);
    }

    function asked() internal view returns (Offer memory) {
        return offer(work, termsHash, ETHER, 1_000);
    }

    function refuses(Offer memory ask, bytes memory reason, uint256 value, uint256 count) internal {
        vm.expectRevert(reason);
        vm.prank(cid);
        market.fill{value: value}(filling(ask, count, cid));
    }

    function err(bytes4 selector, bytes32 hash) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, hash);
    }

    function fees(
        address a,
        uint16 shareOfA,
        address b,
        uint16 shareOfB
    ) internal pure returns (FeeShare[] memory both) {
        both = new FeeShare[](2);
        both[0] = FeeShare(a, shareOfA);
        both[1] = FeeShare(b, shareOfB);
    }

    // ------------------------------------------------------------------- post

    function test_postOpensAnOffer() public {
        Offer memory ask = asked();
        bytes32 hash = hashOf(ask);
        eq(market.hashOffer(ask), hash, "hash");
        vm.expectEmit(address(market));
        emit ILicenseMarketplace.OfferPosted(hash, work, bob, ask);
        eq(post(ask), hash, "key");
        (bool posted, bool cancelled, uint256 filled) = market.offerState(bob, hash);
        yes(posted, "posted");
        no(cancelled, "cancelled");
        eq(filled, 0, "filled");
    }

    function test_postTellsTheWholeOffer() public {
        Offer memory ask = asked();
        ask.taker = dan;
        ask.token = address(dollar);
        ask.validFrom = 1;
        ask.deadline = type(uint256).max;
        ask.counterTo = "answered";
        ask.uncontested = true;
        ask.deliverWithin = 2 days;
        ask.challengeWindow = 3 days;
        ask.salt = type(uint256).max;
        ask.fees = fees(cid, 300, dan, 200);
        vm.expectEmit(address(market));
        emit ILicenseMarketplace.OfferPosted(hashOf(ask), work, bob, ask);
        post(ask);
    }

    function test_postIsForTheMaker() public {
        Offer memory ask = asked();
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarketplace.NotMaker.selector, eve, bob));
        vm.prank(eve);
        market.post(ask);
        // An ask of somebody who owns nothing is worth nothing.
        ask.maker = eve;
        post(ask);
        refuses(
            ask,
            abi.encodeWithSelector(ILicenseMarketplace.NotOwner.selector, work, eve, bob),
            1_000,
            1
        );
        ask.workId = 42;
        post(ask);
        refuses(ask, abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, 42), 1_000, 1);
    }

    function test_postChecksTheOffer() public {
        Offer memory ask = asked();
        vm.startPrank(bob);
        bytes4 invalid = ILicenseMarketplace.InvalidOffer.selector;
        ask.quantity = 0;
        vm.expectRevert(err(invalid, hashOf(ask)));
        market.post(ask);
        ask.quantity = 1 << 128;
        vm.expectRevert(err(invalid, hashOf(ask)));
        market.post(ask);
        ask.quantity = (1 << 128) - 1;
        ask.fees = fees(dan, 600, eve, 401);
        vm.expectRevert(
            abi.encodeWithSelector(ILicenseMarketplace.FeesTooHigh.selector, 1_001, 1_000)
        );
        market.post(ask);
        ask.fees[1] = FeeShare(address(0), 400);
        vm.expectRevert(err(invalid, hashOf(ask)));
        market.post(ask);
        ask.fees[1] = FeeShare(address(splitter), 400);
        vm.expectRevert(err(invalid, hashOf(ask)));
        market.post(ask);
        ask.fees[1] = FeeShare(eve, 400);
        bytes32 hash = market.post(ask);
        vm.expectRevert(err(ILicenseMarketplace.AlreadyPosted.selector, hash));
        market.post(ask);
    }

    // ----------------------------------------------------------------- cancel

    function test_cancelClosesForEver() public {
        Offer memory ask = asked();
        bytes32 hash = market.hashOffer(ask);
        bytes memory notOpen = err(ILicenseMarketplace.OfferNotOpen.selector, hash);
        refuses(ask, notOpen, 1_000, 1);
        post(ask);
        // Whoever else cancels it cancels an offer of their own that is not there.
        vm.prank(eve);
        market.cancel(hash);
        vm.prank(cid);
        market.fill{value: 1_000}(filling(ask, 1, cid));
        vm.expectEmit(address(market));
        emit ILicenseMarketplace.OfferCancelled(hash, bob);
        vm.prank(bob);
        market.cancel(hash);
        (bool posted, bool cancelled, uint256 filled) = market.offerState(bob, hash);
        yes(posted && cancelled, "posted and cancelled");
        eq(filled, 1, "filled");
        refuses(ask, notOpen, 1_000, 1);
        vm.expectRevert(notOpen);
        vm.prank(bob);
        market.post(ask);
    }

    function test_cancelComesBeforePostingToo() public {
        Offer memory ask = asked();
        bytes32 hash = market.hashOffer(ask);
        vm.startPrank(bob);
        market.cancel(hash);
        vm.expectRevert(err(ILicenseMarketplace.OfferNotOpen.selector, hash));
        market.post(ask);
    }

    // ------------------------------------------------------------------- fill

    function test_fillInEther() public {
        Offer memory ask = asked();
        bytes32 hash = post(ask);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.Paid(work, ETHER, cid, 2_000);
        vm.expectEmit(address(market));
        emit ILicenseMarketplace.OfferFilled(hash, work, cid, bob, dan, 2, 2, 2_000);
        vm.prank(cid);
        eq(market.fill{value: 2_000}(filling(ask, 2, dan)), 2, "first license");
        eq(license.ownerOf(2), dan, "sent to the licensee");
        eq(license.ownerOf(3), dan, "both");
        eq(splitter.credit(work, ETHER), 1_800, "net");
        splitter.settle(work, ETHER);
        eq(splitter.credit(root, ETHER), 200, "the parent's part");
        eq(address(market).balance, 0, "the market keeps nothing");
        (bool posted, bool cancelled, uint256 filled) = market.offerState(bob, hash);
        yes(posted, "posted");
        no(cancelled, "cancelled");
        eq(filled, 2, "filled");
    }

    function test_fillInTokens() public {
        Offer memory ask = asked();
        ask.token = address(dollar);
        post(ask);
        dollar.mint(cid, 5_000);
        vm.startPrank(cid);
        dollar.approve(address(market), 3_000);
        market.fill(filling(ask, 3, cid));
        vm.stopPrank();
        eq(license.balanceOf(cid), 3, "licenses");
        eq(dollar.balanceOf(cid), 2_000, "paid");
        eq(dollar.balanceOf(address(splitter)), 3_000, "received");
        eq(splitter.credit(work, address(dollar)), 2_700, "net");
        vm.expectRevert(abi.encodeWithSignature("TransferFromFailed()"));
        vm.prank(cid);
        market.fill(filling(ask, 1, cid));
        // Nobody else's approval is touched.
        vm.prank(cid);
        dollar.approve(address(market), 3_000);
        vm.expectRevert(abi.encodeWithSignature("TransferFromFailed()"));
        vm.prank(eve);
        market.fill(filling(ask, 1, eve));
    }

    function test_fillIsForNothingWhereThePriceIs() public {
        Offer memory ask = asked();
        ask.price = 0;
        post(ask);
        vm.prank(cid);
        market.fill(filling(ask, 1, cid));
        eq(license.balanceOf(cid), 1, "license");
        eq(splitter.credit(work, ETHER), 0, "credit");
        refuses(ask, abi.encodeWithSelector(ILicenseMarketplace.WrongValue.selector, 1, 0), 1, 1);
    }

    function test_fillWantsThePriceExactly() public {
        Offer memory ask = asked();
        post(ask);
        bytes4 wrong = ILicenseMarketplace.WrongValue.selector;
        refuses(ask, abi.encodeWithSelector(wrong, 999, 1_000), 999, 1);
        refuses(ask, abi.encodeWithSelector(wrong, 1_001, 1_000), 1_001, 1);
        refuses(ask, abi.encodeWithSelector(wrong, 1_000, 2_000), 1_000, 2);
        ask.token = address(dollar);
        post(ask);
        dollar.mint(cid, 1_000);
        vm.prank(cid);
        dollar.approve(address(market), 1_000);
        refuses(ask, abi.encodeWithSelector(wrong, 1_000, 0), 1_000, 1);
    }

    function test_fillNamesTheOfferInFull() public {
        Offer memory ask = asked();
        post(ask);
        ask.price = 1;
        refuses(ask, err(ILicenseMarketplace.OfferNotOpen.selector, market.hashOffer(ask)), 1, 1);
        ask.price = 1_000;
        ask.termsHash = license.registerTerms(granting(Rights.TRAIN));
        refuses(
            ask,
            err(ILicenseMarketplace.OfferNotOpen.selector, market.hashOffer(ask)),
            1_000,
            1
        );
    }

    function test_fillEndsWithTheDeadline() public {
        Offer memory ask = asked();
        ask.deadline = block.timestamp + 100;
        bytes32 hash = post(ask);
        vm.warp(ask.deadline);
        vm.prank(cid);
        market.fill{value: 1_000}(filling(ask, 1, cid));
        vm.warp(ask.deadline + 1);
        bytes4 notInTime = ILicenseMarketplace.OfferNotInTime.selector;
        refuses(ask, abi.encodeWithSelector(notInTime, hash, 0, ask.deadline), 1_000, 1);
    }

    function test_fillStopsWhenSoldOut() public {
        Offer memory ask = asked();
        ask.quantity = 3;
        bytes32 hash = post(ask);
        bytes4 notEnough = ILicenseMarketplace.NotEnoughLeft.selector;
        vm.prank(cid);
        market.fill{value: 2_000}(filling(ask, 2, cid));
        refuses(ask, abi.encodeWithSelector(notEnough, hash, 1, 2), 2_000, 2);
        refuses(
            ask,
            abi.encodeWithSelector(notEnough, hash, 1, type(uint256).max),
            0,
            type(uint256).max
        );
        vm.prank(cid);
        market.fill{value: 1_000}(filling(ask, 1, cid));
        refuses(ask, abi.encodeWithSelector(notEnough, hash, 0, 1), 1_000, 1);
        refuses(ask, abi.encodeWithSelector(notEnough, hash, 0, 0), 0, 0);
    }

    function test_fillCreditsFees() public {
        Offer memory ask = asked();
        ask.fees = fees(dan, 700, eve, 300);
        ask.price = 999;
        post(ask);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.FeePaid(work, ETHER, dan, 69);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.FeePaid(work, ETHER, eve, 29);
        vm.prank(cid);
        market.fill{value: 999}(filling(ask, 1, cid));
        eq(splitter.balances(dan, ETHER), 69, "floor(999 * 7 %)");
        eq(splitter.balances(eve, ETHER), 29, "floor(999 * 3 %)");
        (uint256 income, ) = splitter.pending(work, ETHER);
        eq(income, 901, "the rest is income");
    }

    function test_fillRefusesOffersOfAFormerOwner() public {
        Offer memory ask = asked();
        bytes32 hash = post(ask);
        vm.prank(bob);
        registry.transferFrom(bob, eve, work);
        refuses(
            ask,
            abi.encodeWithSelector(ILicenseMarketplace.NotOwner.selector, work, bob, eve),
            1_000,
            1
        );
        vm.prank(eve);
        registry.transferFrom(eve, bob, work);
        refuses(
            ask,
            abi.encodeWithSelector(ILicenseMarketplace.OfferOutdated.selector, hash, 0, 2),
            1_000,
            1
        );
        ask.transfers = 2;
        post(ask);
        vm.prank(cid);
        market.fill{value: 1_000}(filling(ask, 1, cid));
    }

    function test_fillObeysTheRightsOfTheWork() public {
        Offer memory ask = asked();
        Terms memory narrow = granting(OPEN);
        narrow.pass = Rights.DERIVE;
        uint256 id = derive(bob, "narrow", root, narrow);
        ask = offer(id, termsHash, ETHER, 1_000);
        post(ask);
        refuses(
            ask,
            abi.encodeWithSelector(IIPLicense.ExceedsCeiling.selector, id, Rights.COMMERCIAL),
            1_000,
            1
        );
        eq(splitter.credit(id, ETHER), 0, "nothing is paid");
        eq(cid.balance, 1 ether, "nothing is taken");
        (, , uint256 filled) = market.offerState(bob, market.hashOffer(ask));
        eq(filled, 0, "nothing is sold");
    }

    function test_fillSellsAnExclusiveLicenseOnce() public {
        Offer memory ask = asked();
        Terms memory exclusive = granting(Rights.COMMERCIAL | Rights.EXCLUSIVE);
        exclusive.duration = 1 days;
        ask.termsHash = license.registerTerms(exclusive);
        post(ask);
        vm.prank(cid);
        market.fill{value: 1_000}(filling(ask, 1, cid));
        bytes32 now_ = registry.encumbrance(work);
        bytes4 changed = ILicenseMarketplace.EncumbranceChanged.selector;
        refuses(ask, abi.encodeWithSelector(changed, work, ask.encumbrance, now_), 1_000, 1);
        ask.encumbrance = now_;
        post(ask);
        bytes4 sold = IIPLicense.SoldExclusively.selector;
        refuses(ask, abi.encodeWithSelector(sold, work, block.timestamp + 1 days), 1_000, 1);
    }

    function test_fillWithoutARecipientIsForTheBuyer() public {
        Offer memory ask = asked();
        post(ask);
        vm.prank(cid);
        market.fill{value: 1_000}(filling(ask, 1, address(0)));
        eq(license.balanceOf(cid), 1, "the buyer's");
    }

    function testFuzz_onPayIsForTheSplitter(address stranger) public {
        if (stranger == address(splitter)) return;
        dollar.mint(cid, 100);
        vm.prank(cid);
        dollar.approve(address(market), 100);
        vm.expectRevert(
            abi.encodeWithSelector(ILicenseMarketplace.OnlySplitter.selector, stranger)
        );
        vm.prank(stranger);
        market.onPay(address(dollar), 100, cid);
    }

    function test_takesNoPlainEther() public {
        vm.prank(cid);
        (bool success, ) = address(market).call{value: 1}("");
        no(success, "plain ETH");
    }
}
