// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPLicense} from "../../contracts/interfaces/IIPLicense.sol";
import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {ILicenseMarketplace} from "../../contracts/interfaces/ILicenseMarketplace.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {Fill, Offer} from "../../contracts/types/Offers.sol";
import {Certify, Edge, Entry, Payee, Terms, TreeProof} from "../../contracts/types/Structs.sol";
import {MarketBase} from "./MarketBase.sol";

/// @notice Buying and certifying in one transaction: `fillAndDerive` and `certifyAndFill`.
contract MarketDeriveTest is MarketBase {
    uint256 internal a;
    uint256 internal b;
    /// @dev A tenth of the income, and a twentieth of the volume.
    bytes32 internal byIncome;
    bytes32 internal byVolume;

    function setUp() public override {
        super.setUp();
        a = certify(ann, "a");
        b = certify(bob, "b");
        if (a > b) (a, b) = (b, a);
        byIncome = license.registerTerms(sharing(1_000, 0));
        byVolume = license.registerTerms(sharing(0, 500));
        fund(dan, 1_000_000);
    }

    function ask(uint256 parent, bytes32 termsHash) internal view returns (Offer memory) {
        return offer(parent, termsHash, address(dollar), 1_000);
    }

    function toCid(Offer memory o) internal view returns (Fill memory fill_) {
        fill_ = signed(o);
        fill_.taking.recipient = cid;
    }

    /// @dev Both licenses, for Cid.
    function both() internal view returns (Fill[] memory fills) {
        fills = new Fill[](2);
        fills[0] = toCid(ask(a, byIncome));
        fills[1] = toCid(ask(b, byVolume));
    }

    function child(Edge[] memory edges) internal view returns (Entry memory) {
        Certify memory certify_ = claim(cid, "child");
        certify_.edges = edges;
        return entry(certify_, noProof(), consentTo(certify_));
    }

    function bothEdges() internal view returns (Edge[] memory) {
        return two(Edge(a, byIncome, 0), Edge(b, byVolume, 0));
    }

    function derives(address who, Fill[] memory fills, Entry memory e) internal returns (uint256) {
        vm.prank(who);
        return market.fillAndDerive(fills, e);
    }

    function refusesToDerive(Fill[] memory fills, Entry memory e, bytes memory reason) internal {
        vm.expectRevert(reason);
        vm.prank(dan);
        market.fillAndDerive(fills, e);
        eq(dollar.balanceOf(dan), 1_000_000, "nothing is taken");
        eq(license.balanceOf(cid), 0, "no license");
    }

    // ---------------------------------------------------------- fillAndDerive

    function test_buyLicensesAndDeriveForSomebodyElse() public {
        // Dan pays and submits, Cid is the creator.
        uint256 id = derives(dan, both(), child(bothEdges()));
        eq(registry.ownerOf(id), cid, "Cid's work");
        eq(dollar.balanceOf(dan), 998_000, "Dan paid for both");
        (uint256 rel, uint256 vol, uint256 parents, , ) = splitter.node(id);
        eq(rel, 1_000, "income share");
        eq(vol, 500, "volume share");
        eq(parents, 2, "parents");
        eq(splitter.sharesOf(id)[0].licenseId, 2, "the first license bought");
        eq(splitter.sharesOf(id)[1].licenseId, 3, "the second");
        eq(license.ownerOf(2), cid, "licensee");
        payDollar(eve, id, 10_000);
        eq(splitter.credit(id, address(dollar)), 8_500, "net");
    }

    function test_aMixOfALicenseHeldAndOneBought() public {
        uint256 held = issueTo(cid, a, sharing(1_000, 0));
        Fill[] memory fills = new Fill[](1);
        fills[0] = toCid(ask(b, byVolume));
        uint256 id = derives(dan, fills, child(two(Edge(a, byIncome, held), Edge(b, byVolume, 0))));
        eq(splitter.sharesOf(id)[0].licenseId, held, "held");
        eq(splitter.sharesOf(id)[1].licenseId, held + 1, "bought");
    }

    function test_severalFillsInEtherWithTheSum() public {
        Fill[] memory fills = new Fill[](2);
        Offer memory first = ask(a, byIncome);
        first.token = ETHER;
        first.price = 300;
        Offer memory second = ask(b, byVolume);
        second.token = ETHER;
        second.price = 700;
        (fills[0], fills[1]) = (toCid(first), toCid(second));
        Entry memory e = child(bothEdges());
        vm.deal(dan, 3_000);
        bytes4 wrong = ILicenseMarketplace.WrongValue.selector;
        vm.expectRevert(err(wrong, 1_001, 1_000));
        vm.prank(dan);
        market.fillAndDerive{value: 1_001}(fills, e);
        vm.expectRevert(err(wrong, 699, 700));
        vm.prank(dan);
        market.fillAndDerive{value: 999}(fills, e);
        vm.prank(dan);
        market.fillAndDerive{value: 1_000}(fills, e);
        eq(splitter.credit(a, ETHER), 300, "first");
        eq(splitter.credit(b, ETHER), 700, "second");
        eq(address(market).balance, 0, "nothing stays");
    }

    function test_etherAndTokensTogether() public {
        Fill[] memory fills = both();
        Offer memory first = ask(a, byIncome);
        first.token = ETHER;
        fills[0] = toCid(first);
        Entry memory e = child(bothEdges());
        vm.deal(dan, 1_000);
        vm.prank(dan);
        market.fillAndDerive{value: 1_000}(fills, e);
        eq(splitter.credit(a, ETHER), 1_000, "ETH");
        eq(splitter.credit(b, address(dollar)), 1_000, "dollars");
    }

    function test_attackLicensesBoughtForSomebodyElse() public {
        Fill[] memory fills = both();
        fills[1].taking.recipient = eve;
        bytes4 reason = ILicenseMarketplace.NotForCreator.selector;
        refusesToDerive(fills, child(bothEdges()), abi.encodeWithSelector(reason, eve, 1));
        fills[1].taking.recipient = address(0);
        refusesToDerive(fills, child(bothEdges()), abi.encodeWithSelector(reason, address(0), 1));
        fills[1].taking.recipient = cid;
        fills[1].taking.count = 2;
        refusesToDerive(fills, child(bothEdges()), abi.encodeWithSelector(reason, cid, 2));
    }

    function test_attackOtherTermsThanTheCreatorSigned() public {
        Fill[] memory fills = both();
        fills[1] = toCid(ask(b, byIncome));
        refusesToDerive(
            fills,
            child(bothEdges()),
            abi.encodeWithSelector(IIPLicense.LicenseTermsDiffer.selector, 3, byVolume)
        );
    }

    function test_attackLicenseOfAnotherWork() public {
        Fill[] memory fills = both();
        (fills[0], fills[1]) = (toCid(ask(b, byVolume)), toCid(ask(a, byIncome)));
        refusesToDerive(
            fills,
            child(bothEdges()),
            abi.encodeWithSelector(IIPLicense.LicenseForOtherWork.selector, 2, b, a)
        );
    }

    function test_tooManyLicenses() public {
        Fill[] memory fills = both();
        refusesToDerive(
            fills,
            child(one(Edge(a, byIncome, 0))),
            err(IIPLicense.LicensesDoNotMatch.selector, 2, 1)
        );
    }

    function test_tooFewLicenses() public {
        Fill[] memory fills = new Fill[](1);
        fills[0] = both()[0];
        refusesToDerive(
            fills,
            child(bothEdges()),
            err(IIPLicense.UnknownLicense.selector, bytes32(0))
        );
        refusesToDerive(
            new Fill[](0),
            child(bothEdges()),
            err(IIPLicense.UnknownLicense.selector, bytes32(0))
        );
    }

    function test_licensesThatWaitForADeliveryDeriveNothing() public {
        Fill[] memory fills = both();
        Offer memory slow = ask(b, byVolume);
        slow.deliverWithin = 1 days;
        fills[1] = toCid(slow);
        refusesToDerive(
            fills,
            child(bothEdges()),
            err(IIPLicense.UnknownLicense.selector, bytes32(0))
        );
    }

    function test_attackDeriveWithoutTheCreatorsConsent() public {
        Certify memory certify_ = claim(cid, "child");
        certify_.edges = bothEdges();
        refusesToDerive(
            both(),
            entry(certify_, noProof(), noConsent()),
            err(IIPRegistry.NotCreator.selector, address(0), cid)
        );
        // The creator as well must sign when he buys through the marketplace.
        fund(cid, 10_000);
        Fill[] memory fills = both();
        vm.expectRevert(err(IIPRegistry.NotCreator.selector, address(0), cid));
        vm.prank(cid);
        market.fillAndDerive(fills, entry(certify_, noProof(), noConsent()));
        derives(cid, fills, child(bothEdges()));
    }

    function test_attackCertifyInTheMarketplacesOwnName() public {
        // The marketplace is the caller below: it must not pass for a creator who needs no consent.
        Certify memory libel = claim(address(market), "libel");
        Entry memory e = entry(libel, noProof(), noConsent());
        vm.expectRevert(err(IIPRegistry.NotCreator.selector, address(0), address(market)));
        vm.prank(eve);
        market.fillAndDerive(new Fill[](0), e);
        Fill memory fill_ = signed(ask(a, byIncome));
        vm.expectRevert(err(ILicenseMarketplace.NotMaker.selector, eve, address(market)));
        vm.prank(eve);
        market.certifyAndFill(e, fill_);
        libel.payees = one(eve, 1);
        vm.expectRevert(err(ILicenseMarketplace.NotMaker.selector, eve, address(market)));
        vm.prank(eve);
        market.certifyAndFill(entry(libel, noProof(), noConsent()), fill_);
    }

    function test_attackEdgesOrPayeesAlteredByARelayer() public {
        Entry memory e = child(bothEdges());
        e.certify.payees = one(dan, 5_000);
        refusesToDerive(both(), e, forged(e));
        e = child(bothEdges());
        Fill[] memory fills = new Fill[](1);
        fills[0] = both()[0];
        e.certify.edges = one(Edge(a, byIncome, 0));
        refusesToDerive(fills, e, forged(e));
        e = child(bothEdges());
        e.certify.edges[1].termsHash = byIncome;
        fills = both();
        fills[1] = toCid(ask(b, byIncome));
        refusesToDerive(fills, e, forged(e));
    }

    function forged(Entry memory e) internal pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IIPRegistry.InvalidSignature.selector,
                e.certify.creator,
                consentHash(e.certify, e.consent.deadline)
            );
    }

    function test_attackLicenseIdsZeroWithoutTheMarketplace() public {
        Certify memory certify_ = claim(cid, "child");
        certify_.edges = bothEdges();
        vm.expectRevert(err(IIPLicense.UnknownLicense.selector, bytes32(0)));
        vm.prank(cid);
        license.certify(certify_);
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.OnlyMarketplace.selector, cid));
        vm.prank(cid);
        license.certifyWith(certify_, noProof(), noConsent(), list(1, 2));
    }

    function test_attackDeriveWithAFailingFill() public {
        Fill[] memory fills = both();
        vm.prank(fills[1].offer.maker);
        market.cancel(hashOf(fills[1].offer));
        refusesToDerive(
            fills,
            child(bothEdges()),
            err(ILicenseMarketplace.OfferNotOpen.selector, hashOf(fills[1].offer))
        );
    }

    function test_deriveWithARenewedLicense() public {
        Terms memory terms = sharing(1_000, 0);
        terms.duration = 1 days;
        uint256 held = issueTo(cid, a, terms);
        vm.warp(block.timestamp + 12 hours);
        Fill[] memory fills = new Fill[](1);
        fills[0] = toCid(ask(a, license.hashTerms(terms)));
        fills[0].taking.renewId = held;
        uint256 id = derives(dan, fills, child(one(Edge(a, license.hashTerms(terms), 0))));
        eq(splitter.sharesOf(id)[0].licenseId, held, "the license renewed");
    }

    // --------------------------------------------------------- certifyAndFill

    function later() internal view returns (Certify memory certify_, uint256 id) {
        certify_ = claim(bob, "later");
        id = registry.workIdOf(bob, "later", block.chainid);
    }

    /// @dev Bob's ask for a work that nobody has minted.
    function askLater(uint256 id) internal view returns (Offer memory o) {
        o.maker = bob;
        o.workId = id;
        o.termsHash = plain;
        o.token = address(dollar);
        o.price = 1_000;
        o.quantity = 10;
    }

    function test_theFirstBuyerMintsASignedWork() public {
        (Certify memory certify_, uint256 id) = later();
        Entry memory e = entry(certify_, noProof(), consentTo(certify_));
        Fill memory fill_ = signed(askLater(id));
        vm.prank(dan);
        eq(market.certifyAndFill(e, fill_), 2, "license");
        eq(registry.ownerOf(id), bob, "minted to its creator");
        eq(license.ownerOf(2), dan, "licensed to the buyer");
        eq(splitter.credit(id, address(dollar)), 1_000, "paid");
    }

    function test_theFirstBuyerMintsAnAnchoredWorkWithItsEarlierTime() public {
        (Certify memory certify_, uint256 id) = later();
        uint256 time = block.timestamp;
        TreeProof memory proof = anchorOne(certify_, "secret");
        vm.warp(time + 30 days);
        Entry memory e = entry(certify_, proof, consentTo(certify_));
        Fill memory fill_ = signed(askLater(id));
        vm.prank(dan);
        market.certifyAndFill(e, fill_);
        eq(registry.claimTime(id), time, "the anchor's time");
    }

    function test_theFirstBuyerMintsADerivativeWithPayees() public {
        Certify memory certify_ = claim(bob, "later");
        certify_.edges = one(edgeUnder(root, bob, sharing(2_000, 0)));
        certify_.payees = one(eve, 5_000);
        uint256 id = registry.workIdOf(bob, "later", block.chainid);
        Entry memory e = entry(certify_, noProof(), consentTo(certify_));
        Fill memory fill_ = signed(askLater(id));
        vm.prank(dan);
        market.certifyAndFill(e, fill_);
        splitter.draw(id, address(dollar));
        eq(splitter.balances(eve, address(dollar)), 400, "payee");
        eq(splitter.balances(bob, address(dollar)), 400, "owner");
    }

    function test_theFirstBuyerBuysTheCertificate() public {
        (Certify memory certify_, uint256 id) = later();
        certify_.resaleRoyalty = 1_000;
        vm.prank(bob);
        registry.setApprovalForAll(address(market), true);
        Offer memory o = askLater(id);
        o.kind = 2;
        o.termsHash = 0;
        o.quantity = 1;
        Fill memory fill_ = signed(o);
        Entry memory e = entry(certify_, noProof(), consentTo(certify_));
        vm.prank(dan);
        market.certifyAndFill(e, fill_);
        eq(registry.ownerOf(id), dan, "sold with its first breath");
        eq(splitter.balances(bob, address(dollar)), 900, "price less royalty");
    }

    function test_theFirstBuyerPaysInEther() public {
        (Certify memory certify_, uint256 id) = later();
        Offer memory o = askLater(id);
        o.token = ETHER;
        Fill memory fill_ = signed(o);
        Entry memory e = entry(certify_, noProof(), consentTo(certify_));
        vm.deal(dan, 2_000);
        vm.expectRevert(err(ILicenseMarketplace.WrongValue.selector, 1_001, 1_000));
        vm.prank(dan);
        market.certifyAndFill{value: 1_001}(e, fill_);
        vm.prank(dan);
        market.certifyAndFill{value: 1_000}(e, fill_);
        eq(splitter.credit(id, ETHER), 1_000, "paid");
    }

    function test_attackSomebodyMintsFirstToStopTheSale() public {
        (Certify memory certify_, uint256 id) = later();
        Entry memory e = entry(certify_, noProof(), consentTo(certify_));
        Fill memory fill_ = signed(askLater(id));
        vm.prank(eve);
        registry.certifyFor(certify_, noProof(), e.consent);
        vm.prank(dan);
        market.certifyAndFill(e, fill_);
        eq(license.ownerOf(2), dan, "sold all the same");
    }

    function test_attackMintWithoutConsent() public {
        (Certify memory certify_, uint256 id) = later();
        Fill memory fill_ = signed(askLater(id));
        Entry memory e = entry(certify_, noProof(), noConsent());
        vm.expectRevert(err(IIPRegistry.NotCreator.selector, address(market), bob));
        vm.prank(dan);
        market.certifyAndFill(e, fill_);
        // An anchor dates a claim; it is no consent.
        e = entry(certify_, anchorOne(certify_, "secret"), noConsent());
        vm.expectRevert(err(IIPRegistry.NotCreator.selector, address(market), bob));
        vm.prank(dan);
        market.certifyAndFill(e, fill_);
    }

    function test_attackPayeesAlteredByTheFirstBuyer() public {
        (Certify memory certify_, uint256 id) = later();
        Entry memory e = entry(certify_, noProof(), consentTo(certify_));
        Payee[] memory hers = one(dan, 10_000);
        e.certify = claim(bob, "later");
        e.certify.payees = hers;
        Fill memory fill_ = signed(askLater(id));
        vm.expectRevert(forged(e));
        vm.prank(dan);
        market.certifyAndFill(e, fill_);
    }

    function test_attackTheCreatorMintsSomethingElseThanHeShowed() public {
        // Bob shows a work without payees and asks for its certificate; then he certifies the same
        // file with himself as payee of everything.
        vm.prank(bob);
        registry.setApprovalForAll(address(market), true);
        (Certify memory shown, uint256 id) = later();
        Entry memory e = entry(shown, noProof(), consentTo(shown));
        Offer memory o = askLater(id);
        o.kind = 2;
        o.termsHash = 0;
        o.quantity = 1;
        Fill memory fill_ = signed(o);
        certifyWith(bob, "later", new Edge[](0), one(bob, 10_000));
        vm.expectRevert(
            abi.encodeWithSelector(
                ILicenseMarketplace.EncumbranceChanged.selector,
                id,
                bytes32(0),
                registry.encumbrance(id)
            )
        );
        vm.prank(dan);
        market.certifyAndFill(e, fill_);
        eq(registry.ownerOf(id), bob, "not sold");
    }

    function test_attackTheCreatorNamesAnArbiterHeDidNotShow() public {
        vm.prank(bob);
        registry.setApprovalForAll(address(market), true);
        (Certify memory shown, uint256 id) = later();
        Entry memory e = entry(shown, noProof(), consentTo(shown));
        Offer memory o = askLater(id);
        o.kind = 2;
        o.termsHash = 0;
        o.quantity = 1;
        Fill memory fill_ = signed(o);
        (Certify memory other, ) = later();
        other.arbiter = bob;
        other.arbiterPowers = 3;
        other.lienCap = 10_000;
        vm.prank(bob);
        registry.certify(other);
        vm.expectPartialRevert(ILicenseMarketplace.EncumbranceChanged.selector);
        vm.prank(dan);
        market.certifyAndFill(e, fill_);
    }

    function test_attackAskOfACopierForTheAuthorsWork() public {
        // Eve knows the file before it is minted. Her id is another; his ask names his.
        (, uint256 id) = later();
        Certify memory copied = claim(eve, "later");
        Entry memory e = entry(copied, noProof(), consentTo(copied));
        Fill memory fill_ = signed(askLater(id));
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, id));
        vm.prank(dan);
        market.certifyAndFill(e, fill_);
    }

    function test_aBidPaysForAWorkMintedByItsSeller() public {
        (Certify memory certify_, uint256 id) = later();
        fund(cid, 1_000);
        Offer memory bid = askLater(id);
        bid.kind = 1;
        bid.maker = cid;
        bid.quantity = 1;
        Fill memory fill_ = signed(bid);
        Entry memory e = entry(certify_, noProof(), consentTo(certify_));
        vm.prank(bob);
        market.certifyAndFill(e, fill_);
        eq(license.ownerOf(2), cid, "the bidder's license");
    }

    function test_grantsKeepWithinTheDerivativesBounds() public {
        // Terms that the parent does not pass on fail at the sale, and undo the mint.
        Terms memory narrow = granting(OPEN);
        narrow.pass = Rights.DERIVE;
        Certify memory certify_ = claim(bob, "later");
        certify_.edges = one(edgeUnder(root, bob, narrow));
        uint256 id = registry.workIdOf(bob, "later", block.chainid);
        Entry memory e = entry(certify_, noProof(), consentTo(certify_));
        Fill memory fill_ = signed(askLater(id));
        vm.expectRevert(
            abi.encodeWithSelector(IIPLicense.ExceedsCeiling.selector, id, Rights.COMMERCIAL)
        );
        vm.prank(dan);
        market.certifyAndFill(e, fill_);
        no(registry.exists(id), "not minted");
    }
}
