// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPLicense} from "../../contracts/interfaces/IIPLicense.sol";
import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {Certify, Consent, Edge, TreeProof} from "../../contracts/types/Structs.sol";
import {Merkle} from "./Merkle.sol";
import {Signing} from "./Signing.sol";

/// @notice Anchored roots, and the claim times they prove.
contract AnchorsTest is Signing {
    uint256 internal start;

    function setUp() public override {
        super.setUp();
        start = block.timestamp;
    }

    function works(uint256 count) internal view returns (Certify[] memory list_) {
        list_ = new Certify[](count);
        for (uint256 i; i < count; ++i) {
            list_[i] = claim(ann, bytes32(i + 1));
        }
    }

    function mint(Certify memory certify_, TreeProof memory proof) internal returns (uint256) {
        vm.prank(certify_.creator);
        return registry.certifyFor(certify_, proof, noConsent());
    }

    // ----------------------------------------------------------------- anchor

    function test_theFirstTimeIsKept() public {
        eq(registry.anchorTime("root"), 0, "never");
        vm.expectEmit(address(registry));
        emit IIPRegistry.Anchored("root", start);
        vm.prank(eve);
        eq(registry.anchor("root"), start, "now");
        vm.warp(start + 100);
        eq(registry.anchor("root"), start, "again");
        eq(registry.anchorTime("root"), start, "the first");
    }

    function test_leavesAreWhatTheTypesSay() public view {
        Certify memory certify_ = claim(ann, "content");
        (certify_.arbiter, certify_.arbiterPowers, certify_.lienCap) = (bob, 2, 77);
        certify_.resaleRoyalty = 333;
        certify_.edges = two(Edge(1, "a", 2), Edge(3, "b", 4));
        certify_.payees = one(cid, 5);
        eq(registry.hashCertify(certify_), hashOf(certify_), "struct hash");
        eq(registry.leafOf(certify_, "salt"), leafOf(certify_, "salt"), "leaf");
    }

    function testFuzz_everyFieldChangesTheHash(Certify memory certify_, uint256 field) public view {
        bytes32 before = registry.hashCertify(certify_);
        eq(before, hashOf(certify_), "struct hash");
        field %= 10;
        if (field == 0) certify_.creator = address(uint160(certify_.creator) ^ 1);
        if (field == 1) certify_.contentHash ^= bytes32(uint256(1));
        if (field == 2) certify_.homeChainId ^= 1;
        if (field == 3) certify_.metadata ^= bytes32(uint256(1));
        if (field == 4) certify_.resaleRoyalty ^= 1;
        if (field == 5) certify_.arbiter = address(uint160(certify_.arbiter) ^ 1);
        if (field == 6) certify_.arbiterPowers ^= 1;
        if (field == 7) certify_.lienCap ^= 1;
        if (field == 8) certify_.edges = one(Edge(field, "more", certify_.edges.length));
        if (field == 9) certify_.payees = one(ann, uint16(certify_.payees.length + 1));
        if (field < 8) yes(registry.hashCertify(certify_) != before, "another hash");
        eq(registry.hashCertify(certify_), hashOf(certify_), "struct hash of the changed");
    }

    // ------------------------------------------------------------------ mints

    function testFuzz_anAnchorDatesEveryLeaf(uint256 count, uint256 index, bytes32 salts) public {
        Certify[] memory all = works(within(count, 1, 33));
        index = within(index, 0, all.length - 1);
        TreeProof memory proof = proofOf(all, salts, index);
        registry.anchor(proof.root);
        vm.warp(start + 1_000);
        uint256 id = registry.workIdOf(ann, all[index].contentHash, block.chainid);
        vm.expectEmit(address(registry));
        emit IIPRegistry.Certified(id, ann, all[index].contentHash, all[index].metadata, start);
        eq(mint(all[index], proof), id, "id");
        eq(registry.claimTime(id), start, "the anchor's time");
        eq(registry.ownerOf(id), ann, "owner");
    }

    function test_unknownRootsAreRefused() public {
        Certify memory certify_ = claim(ann, "content");
        TreeProof memory proof;
        proof.root = leafOf(certify_, "salt");
        proof.salt = "salt";
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownAnchor.selector, proof.root));
        vm.prank(ann);
        registry.certifyFor(certify_, proof, noConsent());
        registry.anchor(proof.root);
        mint(certify_, proof);
    }

    function refuses(Certify memory certify_, TreeProof memory proof) internal {
        bytes32 leaf = leafOf(certify_, proof.salt);
        vm.expectRevert(
            abi.encodeWithSelector(IIPRegistry.InvalidProof.selector, proof.root, leaf)
        );
        vm.prank(certify_.creator);
        registry.certifyFor(certify_, proof, noConsent());
    }

    function test_theProofIsOfThisVeryClaim() public {
        Certify[] memory all = works(5);
        TreeProof memory proof = proofOf(all, "salts", 2);
        registry.anchor(proof.root);
        refuses(all[1], proof);
        Certify memory other = claim(ann, all[2].contentHash);
        other.metadata = "other";
        refuses(other, proof);
        other = claim(ann, all[2].contentHash);
        other.resaleRoyalty = 1;
        refuses(other, proof);
        other = claim(ann, all[2].contentHash);
        other.arbiter = eve;
        refuses(other, proof);
        // Only its own creator's claim is dated.
        refuses(claim(eve, all[2].contentHash), proof);
        proof.salt ^= bytes32(uint256(1));
        refuses(all[2], proof);
        proof.salt ^= bytes32(uint256(1));
        bytes32 sibling = proof.path[1];
        proof.path[1] = 0;
        refuses(all[2], proof);
        proof.path[1] = sibling;
        mint(all[2], proof);
    }

    function test_innerNodesAreNoLeaves() public {
        Certify[] memory all = works(4);
        bytes32[] memory leaves = leavesOf(all, "salts");
        registry.anchor(Merkle.root(leaves));
        TreeProof memory proof = proofOf(all, "salts", 0);
        // The pair above the first two, shown with the sibling above the other two.
        bytes32[] memory upper = new bytes32[](1);
        upper[0] = Merkle.pair(leaves[2], leaves[3]);
        proof.path = upper;
        refuses(all[0], proof);
        // A root is no proof of itself.
        proof.path = new bytes32[](0);
        refuses(all[0], proof);
    }

    function test_anAnchorIsOfOneChainAndOneRegistry() public {
        Certify memory certify_ = claim(ann, "content");
        TreeProof memory proof = anchorOne(certify_, "salt");
        uint256 home = block.chainid;
        vm.chainId(home + 1);
        registry.anchor(proof.root);
        certify_.homeChainId = home + 1;
        refuses(certify_, proof);
        certify_.homeChainId = home;
        refuses(certify_, proof);
        vm.chainId(home);
        mint(certify_, proof);
    }

    function test_aProofIsNoConsent() public {
        Certify memory certify_ = claim(ann, "content");
        TreeProof memory proof = anchorOne(certify_, "salt");
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.NotCreator.selector, eve, ann));
        vm.prank(eve);
        registry.certifyFor(certify_, proof, noConsent());
        vm.warp(start + 30 days);
        // Signed anew over the same leaf.
        Consent memory consent = consentTo(certify_);
        vm.prank(eve);
        uint256 id = registry.certifyFor(certify_, proof, consent);
        eq(registry.claimTime(id), start, "the anchor's time");
    }

    // ----------------------------------------------------------------- claims

    function test_theSmallestProvenTimeIsFirst() public {
        Certify memory late = claim(bob, "content");
        TreeProof memory bobs = anchorOne(late, "b");
        vm.warp(start + 10);
        Certify memory later = claim(cid, "content");
        TreeProof memory cids = anchorOne(later, "c");
        vm.warp(start + 20);
        uint256 anns = certify(ann, "content");
        expectClaims(anns, start + 20, 1);
        uint256 second = mint(later, cids);
        expectClaims(second, start + 10, 2);
        uint256 third = mint(late, bobs);
        expectClaims(third, start, 3);
        certify(dan, "content");
        expectClaims(third, start, 4);
        eq(registry.claimTime(anns), start + 20, "every claim keeps its own time");
        eq(registry.claimTime(second), start + 10, "every claim keeps its own time");
    }

    function test_theFirstOfOneTimeStaysFirst() public {
        uint256 anns = certify(ann, "content");
        certify(bob, "content");
        expectClaims(anns, start, 2);
    }

    function expectClaims(uint256 first, uint256 time, uint256 count) internal view {
        (uint256 first_, uint256 time_, uint256 count_) = registry.claims("content");
        eq(first_, first, "first");
        eq(time_, time, "time");
        eq(count_, count, "count");
    }

    /// @dev Whatever the order of mints and the ages of anchors.
    function testFuzz_claimsAreTheMinimum(uint256 seed, uint256 count) public {
        count = within(count, 1, 8);
        Certify[] memory all = new Certify[](count);
        TreeProof[] memory proofs = new TreeProof[](count);
        for (uint256 i; i < count; ++i) {
            all[i] = claim(address(uint160(1000 + i)), "content");
            vm.warp(block.timestamp + (uint8(seed >> (8 * i)) % 4));
            proofs[i] = anchorOne(all[i], bytes32(i));
        }
        uint256 least = type(uint256).max;
        uint256 first;
        for (uint256 n; n < count; ++n) {
            uint256 i = (n * 5 + (seed % count)) % count;
            while (all[i].creator == address(0)) i = (i + 1) % count;
            if ((seed >> (100 + n)) % 3 == 0) proofs[i] = noProof();
            vm.warp(block.timestamp + n);
            uint256 id = mint(all[i], proofs[i]);
            uint256 time = registry.claimTime(id);
            eq(
                time,
                proofs[i].root == 0 ? block.timestamp : registry.anchorTime(proofs[i].root),
                "claim time"
            );
            if (time < least) (least, first) = (time, id);
            expectClaims(first, least, n + 1);
            all[i].creator = address(0);
        }
    }

    // ------------------------------------------------------------------ prove

    function test_attackSubmitterLeavesTheAnchorOut() public {
        Certify memory certify_ = claim(ann, "content");
        TreeProof memory proof = anchorOne(certify_, "salt");
        vm.warp(start + 10);
        uint256 eves = certify(eve, "content");
        vm.warp(start + 20);
        Consent memory consent = consentTo(certify_);
        vm.prank(eve);
        uint256 id = registry.certifyFor(certify_, noProof(), consent);
        expectClaims(eves, start + 10, 2);
        vm.expectEmit(address(registry));
        emit IIPRegistry.ClaimProven(id, "content", start);
        vm.prank(dan);
        eq(registry.prove(certify_, proof), id, "id");
        eq(registry.claimTime(id), start, "claim time");
        expectClaims(id, start, 2);
    }

    function test_proveOnlyDatesBack() public {
        Certify memory certify_ = claim(ann, "content");
        TreeProof memory early = anchorOne(certify_, "early");
        vm.warp(start + 10);
        TreeProof memory middle = anchorOne(certify_, "middle");
        vm.warp(start + 20);
        uint256 id = certify(ann, "content");
        TreeProof memory late = anchorOne(certify_, "late");
        bytes4 selector = IIPRegistry.NotEarlierThan.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, id, start + 20, start + 20));
        registry.prove(certify_, late);
        registry.prove(certify_, middle);
        vm.expectRevert(abi.encodeWithSelector(selector, id, start + 10, start + 10));
        registry.prove(certify_, middle);
        registry.prove(certify_, early);
        eq(registry.claimTime(id), start, "the earliest");
        expectClaims(id, start, 1);
    }

    function test_proveDatesOnlyItsOwnClaim() public {
        Certify memory certify_ = claim(ann, "content");
        TreeProof memory proof = anchorOne(certify_, "salt");
        bytes memory unknown = abi.encodeWithSelector(
            IIPRegistry.UnknownWork.selector,
            registry.workIdOf(ann, "content", block.chainid)
        );
        vm.expectRevert(unknown);
        registry.prove(certify_, proof);
        vm.warp(start + 10);
        certify(ann, "content");
        uint256 eves = certify(eve, "content");
        Certify memory other = claim(eve, "content");
        vm.expectRevert(
            abi.encodeWithSelector(
                IIPRegistry.InvalidProof.selector,
                proof.root,
                leafOf(other, "salt")
            )
        );
        registry.prove(other, proof);
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownAnchor.selector, bytes32("x")));
        proof.root = "x";
        registry.prove(certify_, proof);
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownAnchor.selector, bytes32(0)));
        registry.prove(certify_, noProof());
        eq(registry.claimTime(eves), start + 10, "the stranger's claim");
    }

    /// @dev The time shares its slot with transfers, royalty, version and suspension.
    function testFuzz_proveTouchesTheTimeOnly(uint16 rate, uint8 moves, uint8 revisions) public {
        Certify memory certify_ = claim(ann, "content");
        certify_.resaleRoyalty = uint16(within(rate, 0, 1_000));
        (certify_.arbiter, certify_.arbiterPowers) = (eve, 1);
        TreeProof memory proof = anchorOne(certify_, "salt");
        vm.warp(start + 10);
        uint256 id = mint(certify_, noProof());
        (moves, revisions) = (moves % 8, revisions % 8);
        for (uint256 i; i < revisions; ++i) {
            vm.prank(ann);
            registry.reviseMetadata(id, bytes32(i));
        }
        for (uint256 i; i < moves; ++i) {
            vm.prank(ann);
            registry.transferFrom(ann, ann, id);
        }
        vm.prank(eve);
        registry.suspend(id, rate % 2 == 0);
        registry.prove(certify_, proof);
        eq(registry.claimTime(id), start, "claim time");
        (address owner, uint256 transfers, bool suspended) = registry.ownership(id);
        eq(owner, ann, "owner");
        eq(transfers, moves, "transfers");
        yes(suspended == (rate % 2 == 0), "suspended");
        eq(registry.metadataVersion(id), revisions, "version");
        (, uint256 royalty) = registry.royaltyInfo(id, 10_000);
        eq(royalty, certify_.resaleRoyalty, "royalty");
    }

    /// @dev A later claim that is dated back, but not far enough, changes nothing but itself.
    function test_proveKeepsAnEarlierFirst() public {
        uint256 anns = certify(ann, "content");
        vm.warp(start + 5);
        Certify memory certify_ = claim(bob, "content");
        TreeProof memory proof = anchorOne(certify_, "salt");
        vm.warp(start + 9);
        uint256 bobs = certify(bob, "content");
        registry.prove(certify_, proof);
        eq(registry.claimTime(bobs), start + 5, "claim time");
        expectClaims(anns, start, 2);
    }

    // ------------------------------------------------------------ derivatives

    function test_anAnchoredDerivativeCommitsToEdgesAndPayees() public {
        uint256 parent = certify(ann, "parent");
        Certify memory child = claim(bob, "child");
        child.edges = one(edgeUnder(parent, bob, sharing(1_000, 0)));
        child.payees = one(cid, 500);
        TreeProof memory proof = anchorOne(child, "salt");
        vm.warp(start + 50);

        Certify memory other = claim(bob, "child");
        other.edges = child.edges;
        refusesDerivative(other, proof);
        other.payees = one(cid, 501);
        refusesDerivative(other, proof);
        other.payees = child.payees;
        other.edges = one(edgeUnder(parent, bob, sharing(1, 0)));
        refusesDerivative(other, proof);
        other.edges = new Edge[](0);
        refusesDerivative(other, proof);

        vm.prank(bob);
        uint256 id = license.certifyFor(child, proof, noConsent());
        eq(registry.claimTime(id), start, "the anchor's time");
        eq(splitter.sharesOf(id)[0].income, 1_000, "edges");
        eq(splitter.payeesOf(id)[0].share, 500, "payees");
    }

    function refusesDerivative(Certify memory certify_, TreeProof memory proof) internal {
        vm.expectRevert(
            abi.encodeWithSelector(
                IIPRegistry.InvalidProof.selector,
                proof.root,
                leafOf(certify_, proof.salt)
            )
        );
        vm.prank(bob);
        license.certifyFor(certify_, proof, noConsent());
    }

    function test_anAnchoredDerivativesLicensesAreCheckedAtMinting() public {
        uint256 parent = certify(ann, "parent");
        Certify memory child = claim(bob, "child");
        uint256 end = start + 10 days;
        child.edges = one(lasting(parent, 10 days));
        TreeProof memory proof = anchorOne(child, "salt");
        vm.warp(end);
        vm.expectRevert(
            abi.encodeWithSelector(IIPLicense.LicenseNotActive.selector, 1, start, end, end)
        );
        vm.prank(bob);
        license.certifyFor(child, proof, noConsent());
    }

    function lasting(uint256 parent, uint40 duration) internal returns (Edge memory) {
        return edgeUnder(parent, bob, during(duration));
    }
}
