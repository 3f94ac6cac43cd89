// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {Certify, Payee, Terms, TreeProof} from "../../contracts/types/Structs.sol";
import {Signing} from "./Signing.sol";

/// @notice What the registry keeps of a certificate, and what its owner may state about it.
contract OwnersTest is Signing {
    uint256 internal work;
    address internal judge = actor("judge");

    event MetadataUpdate(uint256 tokenId);

    function setUp() public override {
        super.setUp();
        Certify memory certify_ = claim(ann, "work");
        certify_.resaleRoyalty = 1_000;
        (certify_.arbiter, certify_.arbiterPowers, certify_.lienCap) = (judge, 3, 1_000);
        vm.prank(ann);
        work = registry.certify(certify_);
    }

    // ------------------------------------------------------------------ reads

    function test_interfaceIdsAreTheirSelectors() public view {
        yes(registry.supportsInterface(registry.royaltyInfo.selector), "ERC-2981");
        yes(registry.supportsInterface(0x49064906), "ERC-4906");
        yes(registry.supportsInterface(registry.eip712Domain.selector), "ERC-5267");
        yes(registry.supportsInterface(registry.getStateFingerprint.selector), "ERC-5646");
        yes(registry.supportsInterface(registry.contractURI.selector), "ERC-7572");
        yes(registry.supportsInterface(0x80ac58cd), "ERC-721");
        no(registry.supportsInterface(0xffffffff), "0xffffffff");
        no(registry.supportsInterface(0), "0");
        no(registry.supportsInterface(0xb45a3c0e), "ERC-5192 is the licenses'");
    }

    function test_contractURIIsJson() public view {
        bytes memory uri = bytes(registry.contractURI());
        bytes memory head = "data:application/json;utf8,{";
        for (uint256 i; i < head.length; ++i) {
            yes(uri[i] == head[i], "a data URI of an object");
        }
        yes(uri[uri.length - 1] == "}", "closed");
    }

    // ----------------------------------------------------------------- relate

    function test_theOwnerOfTheEarlierClaimRelates() public {
        vm.warp(block.timestamp + 1);
        uint256 later = certify(bob, "copy");
        vm.expectEmit(address(registry));
        emit IIPRegistry.Related(work, later, "evidence");
        vm.prank(ann);
        registry.relate(work, later, "evidence");
        vm.prank(ann);
        registry.transferFrom(ann, cid, work);
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.NotOwner.selector, work, ann, cid));
        vm.prank(ann);
        registry.relate(work, later, "evidence");
        vm.prank(cid);
        registry.relate(work, later, "evidence");
    }

    function test_relateWantsAnEarlierClaim() public {
        uint256 same = certify(bob, "same second");
        vm.warp(block.timestamp + 1);
        uint256 later = certify(bob, "copy");
        bytes4 notEarlier = IIPRegistry.NotEarlier.selector;
        vm.startPrank(bob);
        vm.expectRevert(abi.encodeWithSelector(notEarlier, later, work));
        registry.relate(later, work, 0);
        vm.expectRevert(abi.encodeWithSelector(notEarlier, same, work));
        registry.relate(same, work, 0);
        vm.expectRevert(abi.encodeWithSelector(notEarlier, later, later));
        registry.relate(later, later, 0);
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, 42));
        registry.relate(same, 42, 0);
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, 42));
        registry.relate(42, same, 0);
        registry.relate(same, later, 0);
    }

    function test_anAnchorMakesAClaimTheEarlier() public {
        Certify memory certify_ = claim(bob, "anchored");
        TreeProof memory proof = anchorOne(certify_, "salt");
        vm.warp(block.timestamp + 10);
        uint256 minted = certify(cid, "minted");
        vm.warp(block.timestamp + 10);
        vm.startPrank(bob);
        uint256 anchored = registry.certifyFor(certify_, proof, noConsent());
        registry.relate(anchored, minted, 0);
    }

    // --------------------------------------------------------------- metadata

    function test_theOwnerRevisesTheMetadata() public {
        eq(registry.metadataVersion(work), 0, "as certified");
        vm.expectEmit(address(registry));
        emit IIPRegistry.MetadataRevised(work, 1, "second");
        vm.expectEmit(address(registry));
        emit MetadataUpdate(work);
        vm.prank(ann);
        eq(registry.reviseMetadata(work, "second"), 1, "version");
        eq(registry.metadata(work), "second", "metadata");
        vm.prank(ann);
        registry.transferFrom(ann, bob, work);
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.NotOwner.selector, work, ann, bob));
        vm.prank(ann);
        registry.reviseMetadata(work, "third");
        vm.prank(bob);
        eq(registry.reviseMetadata(work, "third"), 2, "version");
        eq(registry.metadataVersion(work), 2, "version");
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, 42));
        registry.reviseMetadata(42, "x");
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, 42));
        registry.metadataVersion(42);
    }

    function test_attackSellerUsesUpTheRevisions() public {
        bytes32 shown = registry.metadata(work);
        vm.startPrank(ann);
        for (uint256 i = 1; i < 1 << 12; ++i) {
            registry.reviseMetadata(work, bytes32(i));
        }
        eq(registry.metadataVersion(work), 4_095, "version");
        expectPacked(1_000, 0, 4_095, false);
        registry.transferFrom(ann, bob, work);
        vm.stopPrank();
        bytes32 before = registry.getStateFingerprint(work);
        vm.expectEmit(address(registry));
        emit IIPRegistry.MetadataRevised(work, 4_095, shown);
        vm.prank(bob);
        eq(registry.reviseMetadata(work, shown), 4_095, "the last number stays");
        eq(registry.metadata(work), shown, "but the buyer has the say");
        yes(registry.getStateFingerprint(work) != before, "and the fingerprint tells");
        expectPacked(1_000, 1, 4_095, false);
    }

    // ---------------------------------------------------------------- packing

    function expectPacked(
        uint256 rate,
        uint256 transfers,
        uint256 version,
        bool suspended
    ) internal view {
        (, uint256 royalty) = registry.royaltyInfo(work, 10_000);
        eq(royalty, rate, "royalty");
        (, uint256 transfers_, bool suspended_) = registry.ownership(work);
        eq(transfers_, transfers, "transfers");
        yes(suspended == suspended_, "suspended");
        eq(registry.metadataVersion(work), version, "version");
        eq(registry.claimTime(work), 1_700_000_000, "claim time");
    }

    /// @dev Royalty rate, transfers, versions and suspension share 96 bits and never touch.
    function testFuzz_nothingDisturbsItsNeighbors(uint16 rate, bytes32 moves) public {
        rate = uint16(within(rate, 0, 1_000));
        Certify memory certify_ = claim(bob, "packed");
        certify_.resaleRoyalty = rate;
        (certify_.arbiter, certify_.arbiterPowers) = (judge, 1);
        vm.prank(bob);
        work = registry.certify(certify_);
        uint256 transfers;
        uint256 version;
        bool suspended;
        address owner = bob;
        for (uint256 i; i < 32; ++i) {
            uint8 move = uint8(moves[i]) % 4;
            vm.warp(block.timestamp + uint8(moves[i]));
            if (move == 0) {
                address to = move == uint8(moves[i]) % 8 ? cid : dan;
                vm.prank(owner);
                registry.transferFrom(owner, to, work);
                (owner, transfers) = (to, transfers + 1);
            } else if (move == 1) {
                vm.prank(owner);
                registry.reviseMetadata(work, moves);
                ++version;
            } else {
                suspended = move == 2;
                vm.prank(judge);
                registry.suspend(work, suspended);
            }
            expectPacked(rate, transfers, version, suspended);
            eq(registry.ownerOf(work), owner, "owner");
        }
    }

    // ------------------------------------------------------------ fingerprint

    bytes32 internal print_;

    /// @dev The fingerprint differs from the last one; `moved` says so.
    function changed(string memory by) internal {
        bytes32 now_ = registry.getStateFingerprint(work);
        yes(now_ != print_, by);
        print_ = now_;
    }

    function unchanged(string memory by) internal view {
        eq(registry.getStateFingerprint(work), print_, by);
    }

    function test_theFingerprintChangesWithEveryCause() public {
        print_ = registry.getStateFingerprint(work);
        vm.prank(ann);
        registry.transferFrom(ann, bob, work);
        changed("a transfer");
        vm.prank(bob);
        registry.transferFrom(bob, ann, work);
        changed("and back");
        vm.prank(ann);
        registry.reviseMetadata(work, "new");
        changed("a revision");
        vm.prank(ann);
        registry.reviseMetadata(work, "new");
        changed("a revision to the same");
        vm.prank(judge);
        registry.suspend(work, true);
        changed("a suspension");
        vm.prank(judge);
        registry.suspend(work, false);
        changed("its end");
        Terms memory terms = granting(OPEN);
        terms.duration = 10 days;
        uint256 id = issueTo(bob, work, terms);
        changed("a license");
        vm.prank(ann);
        license.renew(id);
        changed("a renewal");
        vm.prank(ann);
        splitter.addPayee(work, dan, 100);
        changed("a payee");
        vm.prank(judge);
        splitter.addLien(work, eve, 100);
        changed("a lien");
    }

    function test_theFingerprintChangesWithAClaimProven() public {
        Certify memory certify_ = claim(ann, "dated back");
        TreeProof memory proof = anchorOne(certify_, "salt");
        vm.warp(block.timestamp + 1);
        work = certify(ann, "dated back");
        print_ = registry.getStateFingerprint(work);
        registry.prove(certify_, proof);
        changed("an earlier claim");
    }

    function test_theFingerprintChangesWithNothingElse() public {
        Terms memory terms = granting(OPEN | Rights.REVOCABLE_FOR_BREACH | Rights.TRANSFERABLE);
        terms.units = 9;
        uint256 id = issueTo(bob, work, terms);
        print_ = registry.getStateFingerprint(work);
        payEther(eve, work, 1_000);
        payDollar(eve, work, 1_000);
        unchanged("payments");
        uint256 child = certifyWith(
            bob,
            "child",
            one(edge(work, license.hashTerms(terms), id)),
            none()
        );
        payEther(eve, child, 1_000);
        splitter.settle(child, ETHER);
        splitter.draw(work, ETHER);
        splitter.release(work, address(dollar));
        unchanged("royalties and payouts");
        vm.startPrank(ann);
        registry.approve(cid, work);
        registry.setApprovalForAll(cid, true);
        splitter.setPayout(work, cid);
        license.allowMarket(work, cid, true);
        vm.stopPrank();
        unchanged("approvals");
        vm.prank(bob);
        license.transferFrom(bob, cid, id);
        vm.prank(judge);
        license.revoke(id, 0);
        unchanged("what happens to a license sold");
        certify(cid, "work");
        certify(ann, "another");
        issueTo(bob, child, terms);
        unchanged("other works");
        vm.warp(block.timestamp + 1 days);
        unchanged("time");
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, 42));
        registry.getStateFingerprint(42);
    }

    // ------------------------------------------------------------ encumbrance

    function testFuzz_onlyTheProtocolEncumbers(address stranger) public {
        if (stranger == address(license) || stranger == address(splitter)) return;
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.OnlyProtocol.selector, stranger));
        vm.prank(stranger);
        registry.encumber(work, "item");
    }

    function test_ownerCreatorAndMarketAreStrangersToo() public {
        address[3] memory others = [ann, address(market), address(registry)];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IIPRegistry.OnlyProtocol.selector, others[i]));
            vm.prank(others[i]);
            registry.encumber(work, "item");
        }
    }

    /// @dev The chain again, from what was issued, renewed and added.
    function test_theEncumbranceIsAChainOfAllThatBinds() public {
        eq(registry.encumbrance(certify(ann, "bare")), 0, "nothing binds a bare work");
        bytes32 chain = next(0, abi.encode(judge, uint256(3), uint256(1_000)));
        Terms memory terms = granting(OPEN);
        bytes32 termsHash = license.registerTerms(terms);
        vm.prank(ann);
        license.issue(work, termsHash, bob, 7, 0);
        chain = next(chain, abi.encode(uint256(1), uint256(7), termsHash, uint256(0)));
        terms.duration = 5 days;
        termsHash = license.registerTerms(terms);
        uint256 start = block.timestamp + 3 days;
        vm.prank(ann);
        license.issue(work, termsHash, cid, 1, start);
        uint256 end = start + 5 days;
        chain = next(chain, abi.encode(uint256(8), uint256(1), termsHash, end));
        vm.prank(ann);
        splitter.addPayee(work, dan, 250);
        chain = next(chain, abi.encode(dan, uint256(250)));
        vm.prank(ann);
        license.renew(8);
        chain = next(chain, abi.encode(uint256(8), end + 5 days));
        vm.prank(judge);
        splitter.addLien(work, eve, 99);
        chain = next(chain, abi.encode(eve, uint256(99)));
        // Deriving, revoking and trading what was issued adds nothing.
        Payee[] memory payees = one(cid, 7);
        uint256 child = certifyWith(
            bob,
            "child",
            one(edge(work, license.hashTerms(granting(OPEN)), 1)),
            payees
        );
        eq(registry.encumbrance(work), chain, "the chain");
        // A derivative starts with what it owes, and to whom.
        work = child;
        next(0, abi.encode(splitter.sharesOf(child), payees));
    }

    function next(bytes32 chain, bytes memory item) internal view returns (bytes32 now_) {
        now_ = keccak256(abi.encode(chain, keccak256(item)));
        eq(registry.encumbrance(work), now_, "encumbrance");
    }
}
