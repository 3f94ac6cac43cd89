// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPLicense} from "../../contracts/interfaces/IIPLicense.sol";
import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {ILicenseMarketplace} from "../../contracts/interfaces/ILicenseMarketplace.sol";
import {IRoyaltySplitter} from "../../contracts/interfaces/IRoyaltySplitter.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {Terms} from "../../contracts/types/Structs.sol";
import {Base} from "./Base.sol";

contract LicenseMarketplaceTest is Base {
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

    function post(ILicenseMarketplace.Offer memory offer_) internal returns (bytes32) {
        vm.prank(offer_.maker);
        return market.post(offer_);
    }

    function asked() internal view returns (ILicenseMarketplace.Offer memory) {
        return offer(work, termsHash, ETHER, 1_000);
    }

    function refuses(
        ILicenseMarketplace.Offer memory ask,
        bytes memory reason,
        uint256 value,
        uint256 count
    ) internal {
        vm.expectRevert(reason);
        vm.prank(cid);
        market.fill{value: value}(ask, count, cid);
    }

    function err(bytes4 selector, bytes32 hash) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, hash);
    }

    function fees(
        address a,
        uint16 shareOfA,
        address b,
        uint16 shareOfB
    ) internal pure returns (ILicenseMarketplace.FeeShare[] memory both) {
        both = new ILicenseMarketplace.FeeShare[](2);
        both[0] = ILicenseMarketplace.FeeShare(a, shareOfA);
        both[1] = ILicenseMarketplace.FeeShare(b, shareOfB);
    }

    // ------------------------------------------------------------------- post

    function test_postOpensAnOffer() public {
        ILicenseMarketplace.Offer memory ask = asked();
        bytes32 hash = keccak256(abi.encode(ask));
        eq(market.hashOffer(ask), hash, "hash");
        vm.expectEmit(address(market));
        emit ILicenseMarketplace.OfferPosted(hash, work, bob, ask);
        eq(post(ask), hash, "key");
        (bool open, uint256 filled) = market.offerState(hash);
        yes(open, "open");
        eq(filled, 0, "filled");
    }

    function test_postIsForTheOwner() public {
        ILicenseMarketplace.Offer memory ask = asked();
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarketplace.NotMaker.selector, eve, bob));
        vm.prank(eve);
        market.post(ask);
        ask.maker = eve;
        vm.expectRevert(
            abi.encodeWithSelector(ILicenseMarketplace.NotOwner.selector, work, eve, bob)
        );
        vm.prank(eve);
        market.post(ask);
        ask.workId = 42;
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, 42));
        vm.prank(eve);
        market.post(ask);
    }

    function test_postChecksTheOffer() public {
        ILicenseMarketplace.Offer memory ask = asked();
        vm.startPrank(bob);
        bytes4 quantity = ILicenseMarketplace.InvalidQuantity.selector;
        ask.quantity = 0;
        vm.expectRevert(abi.encodeWithSelector(quantity, 0));
        market.post(ask);
        ask.quantity = 1 << 128;
        vm.expectRevert(abi.encodeWithSelector(quantity, 1 << 128));
        market.post(ask);
        ask.quantity = (1 << 128) - 1;
        ask.transfers = 3;
        vm.expectRevert(
            abi.encodeWithSelector(
                ILicenseMarketplace.OfferOutdated.selector,
                keccak256(abi.encode(ask)),
                3,
                0
            )
        );
        market.post(ask);
        ask.transfers = 0;
        ask.fees = fees(dan, 600, eve, 401);
        vm.expectRevert(
            abi.encodeWithSelector(ILicenseMarketplace.FeesTooHigh.selector, 1_001, 1_000)
        );
        market.post(ask);
        ask.fees[1].share = 400;
        bytes32 hash = market.post(ask);
        vm.expectRevert(err(ILicenseMarketplace.AlreadyPosted.selector, hash));
        market.post(ask);
    }

    // ----------------------------------------------------------------- cancel

    function test_cancelClosesForEver() public {
        ILicenseMarketplace.Offer memory ask = asked();
        bytes32 hash = market.hashOffer(ask);
        bytes memory notOpen = err(ILicenseMarketplace.OfferNotOpen.selector, hash);
        vm.expectRevert(notOpen);
        vm.prank(bob);
        market.cancel(ask);
        post(ask);
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarketplace.NotMaker.selector, eve, bob));
        vm.prank(eve);
        market.cancel(ask);
        vm.expectEmit(address(market));
        emit ILicenseMarketplace.OfferCancelled(hash, bob);
        vm.prank(bob);
        market.cancel(ask);
        (bool open, ) = market.offerState(hash);
        no(open, "open");
        refuses(ask, notOpen, 1_000, 1);
        vm.expectRevert(notOpen);
        vm.prank(bob);
        market.cancel(ask);
        vm.expectRevert(err(ILicenseMarketplace.AlreadyPosted.selector, hash));
        vm.prank(bob);
        market.post(ask);
    }

    // ------------------------------------------------------------------- fill

    function test_fillInEther() public {
        ILicenseMarketplace.Offer memory ask = asked();
        bytes32 hash = post(ask);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.Paid(work, ETHER, cid, 2_000);
        vm.expectEmit(address(market));
        emit ILicenseMarketplace.OfferFilled(hash, work, dan, cid, 2, 2, 2_000);
        vm.prank(cid);
        eq(market.fill{value: 2_000}(ask, 2, dan), 2, "first license");
        eq(license.ownerOf(2), dan, "sent to the licensee");
        eq(license.ownerOf(3), dan, "both");
        eq(splitter.credit(work, ETHER), 1_800, "net");
        splitter.settle(work, ETHER);
        eq(splitter.credit(root, ETHER), 200, "the parent's part");
        eq(address(market).balance, 0, "the market keeps nothing");
        (bool open, uint256 filled) = market.offerState(hash);
        yes(open, "open");
        eq(filled, 2, "filled");
    }

    function test_fillInTokens() public {
        ILicenseMarketplace.Offer memory ask = asked();
        ask.token = address(dollar);
        post(ask);
        dollar.mint(cid, 5_000);
        vm.startPrank(cid);
        dollar.approve(address(market), 3_000);
        market.fill(ask, 3, cid);
        vm.stopPrank();
        eq(license.balanceOf(cid), 3, "licenses");
        eq(dollar.balanceOf(cid), 2_000, "paid");
        eq(dollar.balanceOf(address(splitter)), 3_000, "received");
        eq(splitter.credit(work, address(dollar)), 2_700, "net");
        vm.expectRevert(abi.encodeWithSignature("TransferFromFailed()"));
        vm.prank(cid);
        market.fill(ask, 1, cid);
        // Nobody else's approval is touched.
        vm.prank(cid);
        dollar.approve(address(market), 3_000);
        vm.expectRevert(abi.encodeWithSignature("TransferFromFailed()"));
        vm.prank(eve);
        market.fill(ask, 1, eve);
    }

    function test_fillIsForNothingWhereThePriceIs() public {
        ILicenseMarketplace.Offer memory ask = asked();
        ask.price = 0;
        post(ask);
        vm.prank(cid);
        market.fill(ask, 1, cid);
        eq(license.balanceOf(cid), 1, "license");
        eq(splitter.credit(work, ETHER), 0, "credit");
        refuses(ask, abi.encodeWithSelector(ILicenseMarketplace.WrongValue.selector, 1, 0), 1, 1);
    }

    function test_fillWantsThePriceExactly() public {
        ILicenseMarketplace.Offer memory ask = asked();
        post(ask);
        bytes4 wrong = ILicenseMarketplace.WrongValue.selector;
        refuses(ask, abi.encodeWithSelector(wrong, 999, 1_000), 999, 1);
        refuses(ask, abi.encodeWithSelector(wrong, 1_001, 1_000), 1_001, 1);
        refuses(ask, abi.encodeWithSelector(wrong, 1_000, 2_000), 1_000, 2);
        ask.token = address(dollar);
        post(ask);
        refuses(ask, abi.encodeWithSelector(wrong, 1_000, 0), 1_000, 1);
    }

    function test_fillNamesTheOfferInFull() public {
        ILicenseMarketplace.Offer memory ask = asked();
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
        ILicenseMarketplace.Offer memory ask = asked();
        ask.deadline = block.timestamp + 100;
        bytes32 hash = post(ask);
        vm.warp(ask.deadline);
        vm.prank(cid);
        market.fill{value: 1_000}(ask, 1, cid);
        vm.warp(ask.deadline + 1);
        bytes4 expired = ILicenseMarketplace.OfferExpired.selector;
        refuses(ask, abi.encodeWithSelector(expired, hash, ask.deadline), 1_000, 1);
    }

    function test_fillStopsWhenSoldOut() public {
        ILicenseMarketplace.Offer memory ask = asked();
        ask.quantity = 3;
        bytes32 hash = post(ask);
        bytes4 notEnough = ILicenseMarketplace.NotEnoughLeft.selector;
        vm.prank(cid);
        market.fill{value: 2_000}(ask, 2, cid);
        refuses(ask, abi.encodeWithSelector(notEnough, hash, 1, 2), 2_000, 2);
        refuses(
            ask,
            abi.encodeWithSelector(notEnough, hash, 1, type(uint256).max),
            0,
            type(uint256).max
        );
        vm.prank(cid);
        market.fill{value: 1_000}(ask, 1, cid);
        refuses(ask, abi.encodeWithSelector(notEnough, hash, 0, 1), 1_000, 1);
        refuses(ask, abi.encodeWithSelector(IIPLicense.InvalidCount.selector, 0, 100), 0, 0);
    }

    function test_fillCreditsFees() public {
        ILicenseMarketplace.Offer memory ask = asked();
        ask.fees = fees(dan, 700, eve, 300);
        ask.price = 999;
        post(ask);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.FeePaid(work, ETHER, dan, 69);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.FeePaid(work, ETHER, eve, 29);
        vm.prank(cid);
        market.fill{value: 999}(ask, 1, cid);
        eq(splitter.balances(dan, ETHER), 69, "floor(999 * 7 %)");
        eq(splitter.balances(eve, ETHER), 29, "floor(999 * 3 %)");
        (uint256 income, ) = splitter.pending(work, ETHER);
        eq(income, 901, "the rest is income");
    }

    function test_fillRefusesOffersOfAFormerOwner() public {
        ILicenseMarketplace.Offer memory ask = asked();
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
        market.fill{value: 1_000}(ask, 1, cid);
    }

    function test_fillObeysTheRightsOfTheWork() public {
        ILicenseMarketplace.Offer memory ask = asked();
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
        (, uint256 filled) = market.offerState(market.hashOffer(ask));
        eq(filled, 0, "nothing is sold");
    }

    function test_fillSellsAnExclusiveLicenseOnce() public {
        ILicenseMarketplace.Offer memory ask = asked();
        Terms memory exclusive = granting(Rights.COMMERCIAL | Rights.EXCLUSIVE);
        exclusive.duration = 1 days;
        ask.termsHash = license.registerTerms(exclusive);
        post(ask);
        vm.prank(cid);
        market.fill{value: 1_000}(ask, 1, cid);
        bytes4 sold = IIPLicense.SoldExclusively.selector;
        refuses(ask, abi.encodeWithSelector(sold, work, block.timestamp + 1 days), 1_000, 1);
    }

    function test_fillRefusesLicenseeZero() public {
        ILicenseMarketplace.Offer memory ask = asked();
        post(ask);
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.ZeroLicensee.selector));
        vm.prank(cid);
        market.fill{value: 1_000}(ask, 1, address(0));
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
