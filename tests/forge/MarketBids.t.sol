// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {ILicenseMarketplace} from "../../contracts/interfaces/ILicenseMarketplace.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {Fill, Offer} from "../../contracts/types/Offers.sol";
import {MarketBase} from "./MarketBase.sol";
import {Merkle} from "./Merkle.sol";

/// @notice Bids, and offers that answer offers.
contract MarketBidsTest is MarketBase {
    function setUp() public override {
        super.setUp();
        fund(cid, 1_000_000);
    }

    // ------------------------------------------------------------------- bids

    function test_theOwnerFillsASignedBid() public {
        Offer memory bid = bidding(cid);
        bid.fees = fee(dan, 100);
        vm.expectEmit(address(market));
        emit ILicenseMarketplace.OfferFilled(hashOf(bid), work, cid, cid, cid, 2, 1, 1_000);
        eq(fill(bob, signed(bid)), 2, "license");
        eq(license.ownerOf(2), cid, "the bidder's");
        eq(dollar.balanceOf(cid), 999_000, "the bidder pays");
        eq(splitter.credit(work, address(dollar)), 891, "net of fee and royalty");
        eq(splitter.balances(dan, address(dollar)), 10, "fee");
    }

    function test_aPostedBidForMany() public {
        Offer memory bid = bidding(cid);
        bid.quantity = 3;
        post(bid);
        fill(bob, filling(bid, 2, address(0)));
        fill(bob, filling(bid, 1, address(0)));
        eq(license.balanceOf(cid), 3, "licenses");
        refuses(
            bob,
            filling(bid, 1, address(0)),
            abi.encodeWithSelector(ILicenseMarketplace.NotEnoughLeft.selector, hashOf(bid), 0, 1)
        );
    }

    function test_attackAnybodyButTheOwnerFillsABid() public {
        Offer memory bid = bidding(cid);
        bytes4 notOwner = ILicenseMarketplace.NotOwner.selector;
        refuses(eve, signed(bid), abi.encodeWithSelector(notOwner, work, eve, bob));
        refuses(cid, signed(bid), abi.encodeWithSelector(notOwner, work, cid, bob));
    }

    function test_attackTheTakerSendsTheBiddersLicenseElsewhere() public {
        Fill memory fill_ = signed(bidding(cid));
        fill_.taking.recipient = eve;
        fill(bob, fill_);
        eq(license.ownerOf(2), cid, "a bid is for its maker");
    }

    function test_attackABidPaysForARenewalOfAnothersLicense() public {
        uint256 id = issueTo(eve, work, granting(Rights.COMMERCIAL));
        Fill memory fill_ = signed(bidding(cid));
        fill_.taking.renewId = id;
        refuses(bob, fill_, err(ILicenseMarketplace.InvalidOffer.selector, hashOf(fill_.offer)));
    }

    function test_aBidFollowsTheCertificate() public {
        Fill memory fill_ = signed(bidding(cid));
        transferTo(dan, work);
        fill(dan, fill_);
        eq(license.ownerOf(2), cid, "whoever owns the work may sell");
    }

    function test_aBidNeedsAToken() public {
        needsAToken(bidding(cid));
        needsAToken(biddingCertificate(cid, work, 1_000));
    }

    function needsAToken(Offer memory bid) internal {
        bid.token = ETHER;
        bytes memory reason = err(ILicenseMarketplace.BidNeedsToken.selector, hashOf(bid));
        refuses(bob, signed(bid), reason);
        vm.expectRevert(reason);
        vm.prank(cid);
        market.post(bid);
    }

    function test_aBidTakesNoEther() public {
        refuses(bob, signed(bidding(cid)), 5, err(ILicenseMarketplace.WrongValue.selector, 5, 0));
    }

    function test_aBidderWithoutMoneyOrAllowance() public {
        Fill memory fill_ = signed(bidding(eve));
        refuses(bob, fill_, abi.encodeWithSignature("TransferFromFailed()"));
        dollar.mint(eve, 1_000);
        refuses(bob, fill_, abi.encodeWithSignature("TransferFromFailed()"));
        eq(license.balanceOf(eve), 0, "no license without money");
    }

    function test_aBidForOneSeller() public {
        Offer memory bid = bidding(cid);
        bid.taker = bob;
        Fill memory fill_ = signed(bid);
        transferTo(dan, work);
        refuses(dan, fill_, err(ILicenseMarketplace.NotTaker.selector, dan, bob));
    }

    function test_oneBidOverASetOfWorks() public {
        bytes32[] memory leaves = new bytes32[](2);
        leaves[0] = workLeaf(root);
        leaves[1] = workLeaf(work);
        Offer memory bid = bidding(cid);
        bid.workId = 0;
        bid.worksRoot = Merkle.root(leaves);
        Fill memory fill_ = signed(bid);
        fill_.taking.workId = root;
        fill_.taking.worksPath = Merkle.path(leaves, 0);
        fill(ann, fill_);
        fill_.taking.workId = work;
        fill_.taking.worksPath = Merkle.path(leaves, 1);
        refuses(
            bob,
            fill_,
            abi.encodeWithSelector(ILicenseMarketplace.NotEnoughLeft.selector, hashOf(bid), 0, 1)
        );
    }

    function test_anUncontestedBidIsShownByTheSeller() public {
        Offer memory bid = bidding(cid);
        bid.uncontested = true;
        Fill memory fill_ = signed(bid);
        fill_.taking.creator = bob;
        fill_.taking.contentHash = "work";
        certify(eve, "work");
        refuses(
            bob,
            fill_,
            abi.encodeWithSelector(ILicenseMarketplace.Contested.selector, work, 2)
        );
    }

    function test_attackSelfDealtLicenseBeforeAnExclusiveBidIsFilled() public {
        Offer memory bid = bidding(cid);
        bid.termsHash = sole;
        Fill memory fill_ = signed(bid);
        issueTo(eve, work, granting(Rights.COMMERCIAL));
        refuses(
            bob,
            fill_,
            abi.encodeWithSelector(
                ILicenseMarketplace.EncumbranceChanged.selector,
                work,
                bid.encumbrance,
                registry.encumbrance(work)
            )
        );
    }

    function test_attackTheBidsTermsChangedBeforeItIsFilled() public {
        Fill memory fill_ = signed(bidding(cid));
        fill_.offer.termsHash = license.registerTerms(granting(Rights.TRAIN));
        refuses(
            bob,
            fill_,
            abi.encodeWithSelector(
                ILicenseMarketplace.InvalidSignature.selector,
                cid,
                hashOf(fill_.offer)
            )
        );
    }

    // --------------------------------------------------------------- counters

    /// @dev Bob asks 1,000; Cid answers with a bid of 700.
    function negotiated() internal view returns (Offer memory ask, Offer memory counter) {
        ask = asked();
        ask.quantity = 1;
        counter = bidding(cid);
        counter.price = 700;
        counter.taker = bob;
        counter.counterTo = hashOf(ask);
    }

    function spent(Offer memory o) internal pure returns (bytes memory) {
        return err(ILicenseMarketplace.AnsweredOfferSpent.selector, hashOf(o));
    }

    function test_aCounterSpendsWhatItAnswers() public {
        (Offer memory ask, Offer memory counter) = negotiated();
        Fill memory first = signed(ask);
        fill(bob, signed(counter));
        eq(dollar.balanceOf(cid), 999_300, "the counter's price");
        refuses(cid, first, err(ILicenseMarketplace.OfferNotOpen.selector, hashOf(ask)));
        (, bool cancelled, ) = market.offerState(bob, hashOf(ask));
        yes(cancelled, "spent");
    }

    function test_attackDoubleFillThroughACounterFilledFirst() public {
        (Offer memory ask, Offer memory counter) = negotiated();
        counter.quantity = 2;
        post(ask);
        post(counter);
        fill(bob, filling(counter, 1, address(0)));
        fund(eve, 10_000);
        refuses(
            eve,
            filling(ask, 1, eve),
            err(ILicenseMarketplace.OfferNotOpen.selector, hashOf(ask))
        );
        refuses(bob, filling(counter, 1, address(0)), spent(ask));
        vm.expectRevert(err(ILicenseMarketplace.OfferNotOpen.selector, hashOf(ask)));
        vm.prank(bob);
        market.post(ask);
        eq(license.balanceOf(cid), 1, "one license");
    }

    function test_attackDoubleFillThroughACounterFilledLast() public {
        (Offer memory ask, Offer memory counter) = negotiated();
        Fill memory second = signed(counter);
        fill(cid, signed(ask));
        refuses(bob, second, spent(ask));
        eq(license.balanceOf(cid), 1, "one license");
        eq(dollar.balanceOf(cid), 999_000, "paid once");
    }

    function test_aPartlyFilledOfferCannotBeAnswered() public {
        Offer memory ask = asked();
        (, Offer memory counter) = negotiated();
        counter.counterTo = hashOf(ask);
        fill(cid, signed(ask));
        refuses(bob, signed(counter), spent(ask));
    }

    function test_aCancelledOfferCannotBeAnswered() public {
        (Offer memory ask, Offer memory counter) = negotiated();
        vm.prank(bob);
        market.cancel(hashOf(ask));
        refuses(bob, signed(counter), spent(ask));
    }

    function test_anAskAnswersABid() public {
        Offer memory bid = bidding(cid);
        Offer memory counter = asked(plain, 1_500);
        counter.quantity = 1;
        counter.taker = cid;
        counter.counterTo = hashOf(bid);
        Fill memory first = signed(bid);
        fill(cid, signed(counter));
        eq(dollar.balanceOf(cid), 998_500, "the counter's price");
        refuses(bob, first, err(ILicenseMarketplace.OfferNotOpen.selector, hashOf(bid)));
        eq(license.balanceOf(cid), 1, "one license");
    }

    function test_attackAnAskThatAnswersABidIsFilledAfterTheBid() public {
        Offer memory bid = bidding(cid);
        Offer memory counter = asked(plain, 1_500);
        counter.taker = cid;
        counter.counterTo = hashOf(bid);
        Fill memory second = signed(counter);
        fill(bob, signed(bid));
        refuses(cid, second, spent(bid));
    }

    function test_aChainOfCountersSpendsLinkByLink() public {
        (Offer memory ask, Offer memory counter) = negotiated();
        Offer memory last = asked(plain, 850);
        last.quantity = 1;
        last.taker = cid;
        last.counterTo = hashOf(counter);
        fill(cid, signed(last));
        refuses(
            bob,
            signed(counter),
            err(ILicenseMarketplace.OfferNotOpen.selector, hashOf(counter))
        );
        // The first ask is Bob's own and was answered by nothing that was filled.
        fill(cid, signed(ask));
    }

    function test_attackAStrangerSpendsOffersThroughACounter() public {
        // Eve fills a counter to Bob's ask in her own name: her offer of that hash is spent, not his.
        (Offer memory ask, ) = negotiated();
        uint256 hers = certify(eve, "hers");
        Offer memory bid = bidding(cid);
        bid.workId = hers;
        bid.counterTo = hashOf(ask);
        fill(eve, signed(bid));
        fill(cid, signed(ask));
    }

    function test_aBidOnAWorkNobodyCertified() public {
        Offer memory bid = bidding(cid);
        bid.workId = registry.workIdOf(bob, "later", block.chainid);
        Fill memory fill_ = signed(bid);
        refuses(bob, fill_, abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, bid.workId));
        certify(bob, "later");
        fill(bob, fill_);
    }
}
