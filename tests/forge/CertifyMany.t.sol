// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICertifyBatch} from "../../contracts/interfaces/ICertifyBatch.sol";
import {IIPLicense} from "../../contracts/interfaces/IIPLicense.sol";
import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {Certify, Consent, Edge, Entry, Payee, Terms} from "../../contracts/types/Structs.sol";
import {Signing} from "./Signing.sol";

/// @notice Batches, and derivatives that somebody else submits.
contract CertifyManyTest is Signing {
    uint256 internal parent;

    function setUp() public override {
        super.setUp();
        parent = certify(ann, "parent");
    }

    function signed(Certify memory certify_) internal view returns (Entry memory) {
        return entry(certify_, noProof(), consentTo(certify_));
    }

    function child(bytes32 content) internal returns (Certify memory certify_) {
        certify_ = claim(bob, content);
        certify_.edges = one(edgeUnder(parent, bob, sharing(1_000, 0)));
        certify_.payees = one(dan, 500);
    }

    /// @dev Good entries around one that is not consented to, one that exists and one with payees.
    function mixed() internal returns (Entry[] memory entries) {
        entries = new Entry[](6);
        for (uint256 i; i < 6; ++i) {
            entries[i] = signed(claim(bob, bytes32(i)));
        }
        entries[1].consent.signature = "nonsense";
        certify(bob, bytes32(uint256(2)));
        entries[4].certify.payees = one(eve, 1);
    }

    // --------------------------------------------------------------- registry

    function test_badEntriesAreSkippedOneByOne() public {
        Entry[] memory entries = mixed();
        Certify memory unsigned = entries[1].certify;
        bytes32 hash = consentHash(unsigned, entries[1].consent.deadline);
        uint256 existing = registry.workIdOf(bob, bytes32(uint256(2)), block.chainid);
        vm.expectEmit(address(registry));
        emit ICertifyBatch.Skipped(
            1,
            abi.encodeWithSelector(IIPRegistry.InvalidSignature.selector, bob, hash)
        );
        vm.expectEmit(address(registry));
        emit ICertifyBatch.Skipped(
            2,
            abi.encodeWithSelector(IIPRegistry.AlreadyCertified.selector, existing)
        );
        vm.expectEmit(address(registry));
        emit ICertifyBatch.Skipped(
            4,
            abi.encodeWithSelector(IIPRegistry.HasEdgesOrPayees.selector, 0, 1)
        );
        vm.prank(eve);
        uint256[] memory ids = registry.certifyMany(entries, true);
        eq(ids.length, 6, "ids");
        for (uint256 i; i < 6; ++i) {
            uint256 id = registry.workIdOf(bob, bytes32(i), block.chainid);
            bool bad = i == 1 || i == 2 || i == 4;
            eq(ids[i], bad ? 0 : id, "id");
            eq(registry.exists(id) ? 1 : 0, !bad || i == 2 ? 1 : 0, "exists");
        }
    }

    function test_orOneBadEntryRevertsAll() public {
        Entry[] memory entries = mixed();
        bytes32 hash = consentHash(entries[1].certify, entries[1].consent.deadline);
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.InvalidSignature.selector, bob, hash));
        vm.prank(eve);
        registry.certifyMany(entries, false);
        no(registry.exists(registry.workIdOf(bob, 0, block.chainid)), "the first");
        eq(registry.certifyMany(new Entry[](0), false).length, 0, "nothing");
    }

    /// @dev Who calls the batch is who calls each entry.
    function test_theCreatorsOwnBatchNeedsNoConsent() public {
        Entry[] memory entries = new Entry[](2);
        entries[0].certify = claim(bob, "a");
        entries[1].certify = claim(bob, "b");
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.NotCreator.selector, eve, bob));
        vm.prank(eve);
        registry.certifyMany(entries, false);
        vm.prank(bob);
        registry.certifyMany(entries, false);
        eq(registry.balanceOf(bob), 2, "certificates");
    }

    function test_aBatchTakesAnchorsAndTrees() public {
        Certify[] memory works = new Certify[](5);
        for (uint256 i; i < 5; ++i) {
            works[i] = claim(bob, bytes32(i));
        }
        uint256 start = block.timestamp;
        registry.anchor(proofOf(works, "anchored", 0).root);
        vm.warp(start + 1 days);
        Entry[] memory entries = new Entry[](5);
        for (uint256 i; i < 5; ++i) {
            Consent memory consent;
            consent.tree = proofOf(works, "consented", i);
            consent.deadline = block.timestamp;
            consent.signature = sign(bob, treeHash(consent.tree.root, consent.deadline));
            entries[i] = entry(works[i], proofOf(works, "anchored", i), consent);
        }
        vm.prank(eve);
        uint256[] memory ids = registry.certifyMany(entries, false);
        for (uint256 i; i < 5; ++i) {
            eq(registry.claimTime(ids[i]), start, "claim time");
        }
    }

    // ------------------------------------------------------------ derivatives

    function test_anybodyMaySubmitASignedDerivative() public {
        Certify memory certify_ = child("child");
        Consent memory consent = consentTo(certify_);
        uint256 licenseId = certify_.edges[0].licenseId;
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.HasEdgesOrPayees.selector, 1, 1));
        registry.certifyFor(certify_, noProof(), consent);
        vm.prank(eve);
        uint256 id = license.certifyFor(certify_, noProof(), consent);
        eq(registry.ownerOf(id), bob, "owner");
        eq(splitter.sharesOf(id)[0].parent, parent, "parent");
        eq(splitter.sharesOf(id)[0].licenseId, licenseId, "license");
        eq(splitter.payeesOf(id)[0].to, dan, "payee");
        payEther(cid, id, 10_000);
        splitter.settle(id, ETHER);
        eq(splitter.credit(parent, ETHER), 1_000, "the parent's part");
    }

    function refusesAltered(Certify memory certify_, Consent memory consent) internal {
        bytes32 hash = consentHash(certify_, consent.deadline);
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.InvalidSignature.selector, bob, hash));
        vm.prank(eve);
        license.certifyFor(certify_, noProof(), consent);
    }

    function test_attackEdgesAlteredByARelayer() public {
        Certify memory certify_ = child("child");
        Consent memory consent = consentTo(certify_);
        Edge memory honest = certify_.edges[0];
        Edge memory cheaper = edgeUnder(parent, bob, sharing(1, 0));
        certify_.edges[0] = cheaper;
        refusesAltered(certify_, consent);
        // Another license of the same terms is another one spent.
        certify_.edges[0] = edgeUnder(parent, bob, sharing(1_000, 0));
        refusesAltered(certify_, consent);
        Edge memory more = edgeUnder(certify(eve, "eves"), bob, sharing(9_000, 0));
        certify_.edges = sorted(two(honest, more));
        refusesAltered(certify_, consent);
        certify_.edges = new Edge[](0);
        refusesAltered(certify_, consent);
        certify_.edges = one(honest);
        license.certifyFor(certify_, noProof(), consent);
    }

    function test_attackPayeesAlteredByARelayer() public {
        Certify memory certify_ = child("child");
        Consent memory consent = consentTo(certify_);
        certify_.payees = one(eve, 500);
        refusesAltered(certify_, consent);
        certify_.payees = one(dan, 501);
        refusesAltered(certify_, consent);
        certify_.payees = new Payee[](2);
        certify_.payees[0] = Payee(dan, 500);
        certify_.payees[1] = Payee(eve, 9_500);
        refusesAltered(certify_, consent);
        certify_.payees = none();
        refusesAltered(certify_, consent);
        // Nor without both, through the registry.
        certify_.edges = new Edge[](0);
        vm.expectRevert(
            abi.encodeWithSelector(
                IIPRegistry.InvalidSignature.selector,
                bob,
                consentHash(certify_, consent.deadline)
            )
        );
        registry.certifyFor(certify_, noProof(), consent);
    }

    function test_theLicensesMustBeTheCreators() public {
        Certify memory certify_ = claim(bob, "child");
        Edge memory eves = edgeUnder(parent, eve, sharing(1_000, 0));
        certify_.edges = one(eves);
        Consent memory consent = consentTo(certify_);
        vm.expectRevert(
            abi.encodeWithSelector(IIPLicense.LicenseNotHeld.selector, eves.licenseId, eve, bob)
        );
        vm.prank(eve);
        license.certifyFor(certify_, noProof(), consent);
        no(registry.exists(registry.workIdOf(bob, "child", block.chainid)), "certificate");
    }

    function test_derivativesInABatch() public {
        Terms memory terms = sharing(1_000, 0);
        terms.units = 2;
        Edge memory shared = edgeUnder(parent, bob, terms);
        Entry[] memory entries = new Entry[](4);
        for (uint256 i; i < 4; ++i) {
            Certify memory certify_ = claim(bob, bytes32(i));
            if (i != 3) certify_.edges = one(shared);
            entries[i] = signed(certify_);
        }
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.NoUnitsLeft.selector, shared.licenseId));
        vm.prank(eve);
        license.certifyMany(entries, false);
        vm.expectEmit(address(license));
        emit ICertifyBatch.Skipped(
            2,
            abi.encodeWithSelector(IIPLicense.NoUnitsLeft.selector, shared.licenseId)
        );
        vm.prank(eve);
        uint256[] memory ids = license.certifyMany(entries, true);
        yes(ids[0] != 0 && ids[1] != 0 && ids[3] != 0, "three");
        eq(ids[2], 0, "but two units for three");
        no(registry.exists(registry.workIdOf(bob, bytes32(uint256(2)), block.chainid)), "third");
        (, , , , uint256 units) = license.license(shared.licenseId);
        eq(units, 0, "units");
    }

    function test_thirtyTwoParentsCoCreatorsAndAPlatformUnderOneSignature() public {
        Certify memory certify_ = claim(bob, "collage");
        certify_.edges = many(32);
        certify_.payees = new Payee[](3);
        certify_.payees[0] = Payee(cid, 3_000);
        certify_.payees[1] = Payee(address(uint160(parent)), 1_000);
        certify_.payees[2] = Payee(actor("platform"), 500);
        Consent memory consent = consentTo(certify_);
        vm.prank(eve);
        uint256 id = license.certifyFor(certify_, noProof(), consent);
        (uint256 rel, uint256 vol, uint256 parents, uint256 payees, ) = splitter.node(id);
        eq(rel, 6_400, "2 % each");
        eq(vol, 0, "volume");
        eq(parents, 32, "parents");
        eq(payees, 3, "payees");
        payEther(dan, id, 100_000);
        splitter.settle(id, ETHER);
        for (uint256 i; i < 32; ++i) {
            eq(splitter.credit(certify_.edges[i].parent, ETHER), 2_000, "each parent's");
        }
        splitter.draw(id, ETHER);
        eq(splitter.balances(bob, ETHER), 19_800, "55 % of 36,000");
        eq(splitter.balances(cid, ETHER), 10_800, "30 %");
        eq(splitter.balances(address(uint160(parent)), ETHER), 3_600, "10 % to another work");
        eq(splitter.balances(actor("platform"), ETHER), 1_800, "5 %");
    }

    function test_thirtyThreeAreTooMany() public {
        Certify memory certify_ = claim(bob, "collage");
        certify_.edges = many(33);
        Consent memory consent = consentTo(certify_);
        vm.expectRevert(abi.encodeWithSignature("TooManyParents(uint256,uint256)", 33, 32));
        license.certifyFor(certify_, noProof(), consent);
        certify_.edges = new Edge[](0);
        certify_.payees = new Payee[](33);
        for (uint256 i; i < 33; ++i) {
            certify_.payees[i] = Payee(cid, 1);
        }
        consent = consentTo(certify_);
        vm.expectRevert(abi.encodeWithSignature("TooManyPayees(uint256,uint256)", 33, 32));
        license.certifyFor(certify_, noProof(), consent);
    }

    function many(uint256 count) internal returns (Edge[] memory edges) {
        edges = new Edge[](count);
        for (uint256 i; i < count; ++i) {
            edges[i] = edgeUnder(certify(ann, bytes32(1000 + i)), bob, sharing(200, 0));
        }
        return sorted(edges);
    }

    // ----------------------------------------------------------- certifyWith

    /// @dev What the marketplace does: the licenses it just bought stand for the ids 0.
    function bought(
        Certify calldata certify_,
        Consent calldata consent,
        uint256[] calldata ids
    ) external returns (uint256) {
        vm.prank(address(market));
        return license.certifyWith(certify_, noProof(), consent, ids);
    }

    function waiting(uint256 of_, Terms memory terms) internal returns (Edge memory, uint256) {
        Edge memory e = edgeUnder(of_, bob, terms);
        uint256 id = e.licenseId;
        e.licenseId = 0;
        return (e, id);
    }

    function test_boughtLicensesTakeThePlacesOfZero() public {
        (Edge memory a, uint256 idOfA) = waiting(parent, sharing(1_000, 0));
        (Edge memory b, uint256 idOfB) = waiting(certify(cid, "b"), sharing(500, 0));
        Edge memory held = edgeUnder(certify(dan, "held"), bob, sharing(250, 0));
        Edge[] memory three = new Edge[](3);
        (three[0], three[1], three[2]) = (a, b, held);
        Certify memory certify_ = claim(bob, "child");
        certify_.edges = sorted(three);
        // In the order of the edges, which is that of the parents' ids.
        uint256[] memory ids = a.parent < b.parent ? list(idOfA, idOfB) : list(idOfB, idOfA);
        uint256 id = this.bought(certify_, consentTo(certify_), ids);
        eq(registry.ownerOf(id), bob, "owner");
        for (uint256 i; i < 3; ++i) {
            uint256 of_ = splitter.sharesOf(id)[i].parent;
            uint256 expected =
                of_ == parent
                    ? idOfA
                    : of_ == b.parent
                        ? idOfB
                        : held.licenseId;
            eq(splitter.sharesOf(id)[i].licenseId, expected, "license");
        }
    }

    function test_boughtLicensesMustFitTheSignedEdges() public {
        (Edge memory a, uint256 id) = waiting(parent, sharing(1_000, 0));
        Certify memory certify_ = claim(bob, "child");
        certify_.edges = one(a);
        Consent memory consent = consentTo(certify_);
        bytes4 match_ = IIPLicense.LicensesDoNotMatch.selector;
        vm.expectRevert(abi.encodeWithSelector(match_, 2, 1));
        this.bought(certify_, consent, list(id, id));
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.UnknownLicense.selector, 0));
        this.bought(certify_, consent, new uint256[](0));
        uint256 cheaper = issueTo(bob, parent, sharing(1, 0));
        vm.expectRevert(
            abi.encodeWithSelector(
                IIPLicense.LicenseTermsDiffer.selector,
                cheaper,
                license.hashTerms(sharing(1_000, 0))
            )
        );
        this.bought(certify_, consent, list(cheaper));
        uint256 elsewhere = issueTo(bob, certify(cid, "b"), sharing(1_000, 0));
        vm.expectRevert(
            abi.encodeWithSelector(
                IIPLicense.LicenseForOtherWork.selector,
                elsewhere,
                registry.workIdOf(cid, "b", block.chainid),
                parent
            )
        );
        this.bought(certify_, consent, list(elsewhere));
        uint256 eves = issueTo(eve, parent, sharing(1_000, 0));
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.LicenseNotHeld.selector, eves, eve, bob));
        this.bought(certify_, consent, list(eves));
        // A named license is never replaced.
        certify_.edges[0].licenseId = id;
        consent = consentTo(certify_);
        vm.expectRevert(abi.encodeWithSelector(match_, 1, 0));
        this.bought(certify_, consent, list(id));
    }

    function test_certifyWithAlwaysNeedsAConsent() public {
        (Edge memory a, uint256 id) = waiting(parent, sharing(1_000, 0));
        Certify memory certify_ = claim(bob, "child");
        certify_.edges = one(a);
        Consent memory consent = consentTo(certify_);
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.NotCreator.selector, address(0), bob));
        this.bought(certify_, noConsent(), list(id));
        address[3] memory others = [bob, eve, address(registry)];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IIPLicense.OnlyMarketplace.selector, others[i]));
            vm.prank(others[i]);
            license.certifyWith(certify_, noProof(), consent, list(id));
        }
        // Id 0 stands for nothing outside a purchase.
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.UnknownLicense.selector, 0));
        vm.prank(bob);
        license.certifyFor(certify_, noProof(), consent);
        this.bought(certify_, consent, list(id));
    }

    /// @dev Nobody is "the caller", so nobody certifies without a consent, nor for nobody.
    function test_attackCertifyInNobodysOrTheMarketplacesName() public {
        Certify memory certify_ = claim(address(0), "content");
        certify_.payees = one(eve, 10_000);
        vm.expectRevert(abi.encodeWithSignature("TransferToZeroAddress()"));
        this.bought(certify_, noConsent(), new uint256[](0));
        certify_.creator = address(market);
        vm.expectRevert(
            abi.encodeWithSelector(IIPRegistry.NotCreator.selector, address(0), address(market))
        );
        this.bought(certify_, noConsent(), new uint256[](0));
        (, , uint256 count) = registry.claims("content");
        eq(count, 0, "claims");
    }

    function test_termsOfTheLicenseNeverOfTheEdge() public {
        // Terms that were never registered cannot be named, nor rights that the license lacks.
        uint256 viewer = issueTo(bob, parent, granting(Rights.COMMERCIAL));
        Certify memory certify_ = claim(bob, "child");
        certify_.edges = one(Edge(parent, license.hashTerms(granting(Rights.COMMERCIAL)), viewer));
        Consent memory consent = consentTo(certify_);
        vm.expectRevert(
            abi.encodeWithSelector(IIPLicense.NoDeriveRight.selector, viewer, Rights.COMMERCIAL)
        );
        license.certifyFor(certify_, noProof(), consent);
    }
}
