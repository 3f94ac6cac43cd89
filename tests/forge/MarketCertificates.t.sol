// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPLicense} from "../../contracts/interfaces/IIPLicense.sol";
import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {ILicenseMarketplace} from "../../contracts/interfaces/ILicenseMarketplace.sol";
import {IRoyaltySplitter} from "../../contracts/interfaces/IRoyaltySplitter.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {FeeShare, Fill, Offer} from "../../contracts/types/Offers.sol";
import {Certify, Payee, Terms} from "../../contracts/types/Structs.sol";
import {MarketBase} from "./MarketBase.sol";
import {FeeToken} from "./mocks/FeeToken.sol";
import {Refuser} from "./mocks/Receivers.sol";

/// @notice Sales of the certificate itself, with the resale royalty.
contract MarketCertificatesTest is MarketBase {
    /// @dev Bob's derivative of `root` with a resale royalty of 5 %.
    uint256 internal piece;

    function setUp() public override {
        super.setUp();
        piece = royal(bob, "piece", 500, none());
        fund(cid, 1_000_000);
        vm.prank(bob);
        registry.setApprovalForAll(address(market), true);
    }

    function royal(
        address creator,
        bytes32 content,
        uint16 rate,
        Payee[] memory payees
    ) internal returns (uint256) {
        Certify memory certify_ = claim(creator, content);
        certify_.resaleRoyalty = rate;
        certify_.edges = one(edgeUnder(root, creator, sharing(1_000, 0)));
        certify_.payees = payees;
        vm.prank(creator);
        return license.certify(certify_);
    }

    function selling(uint256 price) internal view returns (Offer memory) {
        return sellingCertificate(piece, address(dollar), price);
    }

    // ------------------------------------------------------------------- sale

    function test_aSignedSale() public {
        Offer memory ask = selling(10_000);
        ask.fees = fee(dan, 250);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.FeePaid(piece, address(dollar), dan, 250);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.FeePaid(piece, address(dollar), bob, 9_250);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.Paid(piece, address(dollar), cid, 500);
        vm.expectEmit(address(market));
        emit ILicenseMarketplace.OfferFilled(hashOf(ask), piece, cid, bob, cid, 0, 1, 10_000);
        eq(fill(cid, signed(ask)), 0, "no license");
        eq(registry.ownerOf(piece), cid, "sold");
        eq(dollar.balanceOf(cid), 990_000, "paid");
        eq(splitter.balances(bob, address(dollar)), 9_250, "the seller's");
        eq(splitter.credit(piece, address(dollar)), 450, "royalty, net of the parent's tenth");
        splitter.settle(piece, address(dollar));
        eq(splitter.credit(root, address(dollar)), 50, "the parent shares in the royalty only");
        vm.prank(bob);
        eq(splitter.withdraw(address(dollar), bob), 9_250, "withdrawn");
        eq(dollar.balanceOf(address(market)), 0, "the market keeps nothing");
    }

    function testFuzz_everyUnitOfThePriceHasOneOwner(
        uint96 price,
        uint16 rate,
        uint16 a,
        uint16 b
    ) public {
        rate = uint16(within(rate, 0, 1_000));
        uint256 id = royal(bob, "fuzzed", rate, none());
        Offer memory ask = sellingCertificate(id, address(dollar), price);
        ask.fees = new FeeShare[](2);
        ask.fees[0] = FeeShare(dan, uint16(within(a, 0, 1_000)));
        ask.fees[1] = FeeShare(eve, uint16(within(b, 0, 1_000 - ask.fees[0].share)));
        dollar.mint(cid, price);
        fill(cid, signed(ask));

        uint256 royalty = (uint256(price) * rate) / 10_000;
        uint256 toDan = (uint256(price) * ask.fees[0].share) / 10_000;
        uint256 toEve = (uint256(price) * ask.fees[1].share) / 10_000;
        eq(splitter.balances(dan, address(dollar)), toDan, "fee");
        eq(splitter.balances(eve, address(dollar)), toEve, "fee");
        (uint256 income, ) = splitter.pending(id, address(dollar));
        eq(income, royalty, "royalty");
        eq(
            splitter.balances(bob, address(dollar)),
            price - royalty - toDan - toEve,
            "the seller has the rest"
        );
        eq(dollar.balanceOf(address(splitter)), price, "all of it is in the splitter");
        eq(registry.ownerOf(id), cid, "sold");
    }

    function test_aGiftNeedsNoMoney() public {
        fill(eve, signed(selling(0)));
        eq(registry.ownerOf(piece), eve, "given");
        eq(splitter.credit(piece, address(dollar)), 0, "no royalty on nothing");
    }

    function test_inEther() public {
        Offer memory ask = selling(10_001);
        ask.token = ETHER;
        bytes4 wrong = ILicenseMarketplace.WrongValue.selector;
        refuses(cid, signed(ask), 10_000, err(wrong, 10_000, 10_001));
        fill(cid, signed(ask), 10_001);
        eq(splitter.balances(bob, ETHER), 9_501, "price less floor(5 %)");
        eq(address(splitter).balance, 10_001, "all of it");
    }

    function test_attackSellerThatRefusesItsMoney() public {
        // Credits are pulled: a seller that reverts cannot even harm itself.
        Refuser seller = new Refuser();
        transferTo(address(seller), piece);
        vm.startPrank(address(seller));
        registry.setApprovalForAll(address(market), true);
        Offer memory ask = selling(10_000);
        ask.token = ETHER;
        market.post(ask);
        vm.stopPrank();
        fill(cid, filling(ask, 1, address(0)), 10_000);
        eq(splitter.balances(address(seller), ETHER), 9_500, "waits");
    }

    function test_boughtForSomebodyElse() public {
        Fill memory fill_ = signed(selling(10_000));
        fill_.taking.recipient = dan;
        fill(cid, fill_);
        eq(registry.ownerOf(piece), dan, "the recipient's");
        eq(dollar.balanceOf(cid), 990_000, "the caller pays");
    }

    function test_neverIntoATill() public {
        uint256[2] memory works = [piece, root];
        for (uint256 i; i < 2; ++i) {
            Fill memory fill_ = signed(selling(10_000));
            fill_.taking.recipient = address(uint160(works[i]));
            refuses(
                cid,
                fill_,
                abi.encodeWithSelector(
                    IIPRegistry.ToTill.selector,
                    piece,
                    address(uint160(works[i]))
                )
            );
        }
    }

    function test_theRoyaltyGoesToPayeesAsOrdinaryIncome() public {
        // A creator who wants royalties after the sale names himself payee.
        uint256 id = royal(bob, "co", 1_000, one(bob, 6_000));
        fill(cid, signed(sellingCertificate(id, address(dollar), 10_000)));
        splitter.draw(id, address(dollar));
        eq(splitter.balances(bob, address(dollar)), 9_000 + 540, "price and 60 % of 900");
        eq(splitter.balances(cid, address(dollar)), 360, "the owner's 40 %");
    }

    function test_whatWasEarnedGoesWithTheCertificate() public {
        payDollar(dan, piece, 1_000);
        fill(cid, signed(selling(10_000)));
        splitter.draw(piece, address(dollar));
        eq(splitter.balances(cid, address(dollar)), 900 + 450, "old income and royalty");
    }

    function test_aBidForTheCertificate() public {
        Offer memory bid = biddingCertificate(cid, piece, 20_000);
        bid.fees = fee(dan, 100);
        fill(bob, signed(bid));
        eq(registry.ownerOf(piece), cid, "the bidder's");
        eq(dollar.balanceOf(cid), 980_000, "the bidder pays");
        eq(splitter.balances(bob, address(dollar)), 18_800, "less 5 % and 1 %");
    }

    function test_attackTheSellerSendsTheBiddersCertificateElsewhere() public {
        Fill memory fill_ = signed(biddingCertificate(cid, piece, 20_000));
        fill_.taking.recipient = eve;
        fill(bob, fill_);
        eq(registry.ownerOf(piece), cid, "a bid is for its maker");
    }

    function test_attackAStrangerSellsIntoABid() public {
        // Bob has approved the market for all, yet only he can sell.
        Fill memory fill_ = signed(biddingCertificate(cid, piece, 1));
        refuses(
            eve,
            fill_,
            abi.encodeWithSelector(ILicenseMarketplace.NotOwner.selector, piece, eve, bob)
        );
    }

    function test_withoutApprovalNothingMoves() public {
        Fill memory fill_ = signed(selling(10_000));
        vm.prank(bob);
        registry.setApprovalForAll(address(market), false);
        refuses(cid, fill_, abi.encodeWithSignature("NotOwnerNorApproved()"));
        vm.prank(bob);
        registry.approve(address(market), piece);
        fill(cid, fill_);
    }

    function test_soldOnce() public {
        Fill memory fill_ = signed(selling(10_000));
        fill(cid, fill_);
        refuses(
            cid,
            fill_,
            abi.encodeWithSelector(
                ILicenseMarketplace.NotEnoughLeft.selector,
                hashOf(fill_.offer),
                0,
                1
            )
        );
        fill_.taking.count = 2;
        refuses(
            cid,
            fill_,
            abi.encodeWithSelector(
                ILicenseMarketplace.NotEnoughLeft.selector,
                hashOf(fill_.offer),
                0,
                2
            )
        );
    }

    // ----------------------------------------------------------- encumbrances

    function changed(Offer memory o) internal view returns (bytes memory) {
        return
            abi.encodeWithSelector(
                ILicenseMarketplace.EncumbranceChanged.selector,
                piece,
                o.encumbrance,
                registry.encumbrance(piece)
            );
    }

    function test_attackSelfDealtLicenseBeforeACertificateSale() public {
        Offer memory ask = selling(10_000);
        Fill memory fill_ = signed(ask);
        issueTo(bob, piece, granting(Rights.COMMERCIAL));
        refuses(cid, fill_, changed(ask));
        eq(registry.ownerOf(piece), bob, "not sold");
        eq(dollar.balanceOf(cid), 1_000_000, "nothing is taken");
    }

    function test_attackSelfDealtLicenseBeforeACertificateBidIsFilled() public {
        Offer memory bid = biddingCertificate(cid, piece, 10_000);
        Fill memory fill_ = signed(bid);
        issueTo(bob, piece, granting(Rights.COMMERCIAL));
        refuses(bob, fill_, changed(bid));
    }

    function test_attackPayeeAddedBeforeACertificateSale() public {
        Offer memory ask = selling(10_000);
        Fill memory fill_ = signed(ask);
        vm.prank(bob);
        splitter.addPayee(piece, bob, 10_000);
        refuses(cid, fill_, changed(ask));
    }

    function test_attackLicenseRenewedBeforeACertificateSale() public {
        Terms memory yearly = granting(Rights.COMMERCIAL);
        yearly.duration = 365 days;
        uint256 id = issueTo(eve, piece, yearly);
        Offer memory ask = selling(10_000);
        Fill memory fill_ = signed(ask);
        vm.prank(bob);
        license.renew(id);
        refuses(cid, fill_, changed(ask));
    }

    // ----------------------------------------------------------------- others

    function test_attackRevivedCertificateAsk() public {
        Offer memory ask = selling(10_000);
        Fill memory fill_ = signed(ask);
        transferTo(dan, piece);
        transferTo(bob, piece);
        refuses(
            cid,
            fill_,
            abi.encodeWithSelector(ILicenseMarketplace.OfferOutdated.selector, hashOf(ask), 0, 2)
        );
    }

    function test_attackTwoSalesOfOneCertificate() public {
        Offer memory ask = selling(10_000);
        Offer memory other = selling(9_000);
        Fill memory late = signed(other);
        fill(cid, signed(ask));
        fund(dan, 10_000);
        refuses(
            dan,
            late,
            abi.encodeWithSelector(ILicenseMarketplace.NotOwner.selector, piece, bob, cid)
        );
    }

    function test_aSuspendedWorkIsSoldAsItStands() public {
        // Suspension stops licenses; the certificate, with its arbiter, may still find a new owner.
        Certify memory certify_ = claim(bob, "judged");
        certify_.arbiter = dan;
        certify_.arbiterPowers = 1;
        vm.prank(bob);
        uint256 judged = registry.certify(certify_);
        vm.prank(dan);
        registry.suspend(judged, true);
        fill(cid, signed(sellingCertificate(judged, address(dollar), 10_000)));
        eq(registry.ownerOf(judged), cid, "sold");
        Offer memory ask = offer(judged, plain, address(dollar), 1);
        fund(eve, 1);
        ask.maker = cid;
        refuses(eve, signed(ask), err(IIPLicense.SalesSuspended.selector, bytes32(judged)));
    }

    function test_licensesSurviveTheSale() public {
        uint256 id = issueTo(eve, piece, granting(Rights.COMMERCIAL));
        fill(cid, signed(selling(10_000)));
        yes(license.check(id, eve, Rights.COMMERCIAL, block.timestamp), "still licensed");
    }

    function test_anUncontestedCertificateSale() public {
        Offer memory ask = selling(10_000);
        ask.uncontested = true;
        Fill memory fill_ = signed(ask);
        fill_.taking.creator = bob;
        fill_.taking.contentHash = "piece";
        certify(eve, "piece");
        refuses(
            cid,
            fill_,
            abi.encodeWithSelector(ILicenseMarketplace.Contested.selector, piece, 2)
        );
    }

    function test_aTokenWithAFeeOnTransferIsBookedByWhatArrives() public {
        FeeToken token = new FeeToken();
        token.mint(cid, 10_000);
        vm.prank(cid);
        token.approve(address(market), 10_000);
        Offer memory ask = selling(10_000);
        ask.token = address(token);
        fill(cid, signed(ask));
        eq(token.balanceOf(address(splitter)), 9_900, "arrived");
        eq(splitter.balances(bob, address(token)), 9_500, "the seller's");
        (uint256 income, ) = splitter.pending(piece, address(token));
        eq(income, 400, "the token's fee comes off the royalty");
        // Where the royalty does not cover it, the sale is refused: nobody is short-changed.
        uint256 plainWork = certify(bob, "no royalty");
        ask = sellingCertificate(plainWork, address(token), 10_000);
        token.mint(cid, 10_000);
        vm.prank(cid);
        token.approve(address(market), 10_000);
        refuses(cid, signed(ask), err(IRoyaltySplitter.FeesExceedPayment.selector, 10_000, 9_900));
    }
}
