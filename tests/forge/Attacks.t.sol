// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPLicense} from "../../contracts/interfaces/IIPLicense.sol";
import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {ILicenseMarketplace} from "../../contracts/interfaces/ILicenseMarketplace.sol";
import {IRoyaltySplitter} from "../../contracts/interfaces/IRoyaltySplitter.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {Fill, Offer} from "../../contracts/types/Offers.sol";
import {
    Certify,
    Consent,
    Delegation,
    Edge,
    Entry,
    Payee,
    Terms,
    TreeProof
} from "../../contracts/types/Structs.sol";
import {Merkle} from "./Merkle.sol";
import {Signing} from "./Signing.sol";
import {GasBurner, Refuser, Wallet} from "./mocks/Receivers.sol";

/// @notice Attacks on claims, licenses and income, played out. Altered edges and payees are in
/// CertifyMany.t.sol, replayed and lying signatures in Consents.t.sol and Delegates.t.sol.
contract AttacksTest is Signing {
    address internal judge = actor("judge");

    /// @dev A stranger buys a commercial license of a work at its owner's posted ask, and gets it.
    function sells(uint256 id, bool uncontested) internal returns (Fill memory fill) {
        bytes32 termsHash = license.registerTerms(granting(Rights.COMMERCIAL));
        Offer memory ask = offer(id, termsHash, ETHER, 100);
        ask.uncontested = uncontested;
        ask.salt = uint256(keccak256(abi.encode(id, block.timestamp, uncontested)));
        vm.prank(ask.maker);
        market.post(ask);
        return filling(ask, 1, dan);
    }

    function buy(Fill memory fill) internal {
        uint256 before = splitter.credit(fill.offer.workId, ETHER);
        vm.deal(dan, 100);
        vm.prank(dan);
        uint256 licenseId = market.fill{value: 100}(fill);
        yes(license.check(licenseId, dan, Rights.COMMERCIAL, block.timestamp), "licensed");
        eq(splitter.credit(fill.offer.workId, ETHER), before + 100, "paid");
    }

    // ----------------------------------------------------------------- claims

    function test_attackCopierInTheMempool() public {
        Certify memory anns = claim(ann, "picture");
        Consent memory consent = consentTo(anns);
        // Eve sees Ann's transaction, and is faster: with her name, with Ann's consent for herself,
        // and with Ann's consent as it is.
        uint256 eves = certify(eve, "picture");
        Certify memory stolen = claim(eve, "picture");
        stolen.payees = one(eve, 1);
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.NotCreator.selector, eve, ann));
        vm.prank(eve);
        registry.certify(anns);
        vm.prank(eve);
        uint256 id = registry.certifyFor(anns, noProof(), consent);
        eq(registry.ownerOf(id), ann, "Ann's, whoever pays the gas");
        yes(id != eves, "another id");
        // Or she leaves it alone: Ann's own transaction goes through all the same.
        certify(eve, "second");
        certify(ann, "second");
        buy(sells(id, false));
        eq(splitter.credit(eves, ETHER), 0, "nothing for the copier");
    }

    /// @dev One root dates ten thousand strangers' files in Eve's name; she mints some of them too.
    /// Every author still certifies, sells and lets others derive.
    function test_attackScraperAnchorsTenThousandStrangersFilesFirst() public {
        uint256 few = 32;
        Certify[] memory files = new Certify[](few);
        for (uint256 i; i < few; ++i) {
            files[i] = claim(eve, keccak256(abi.encode("file", i)));
        }
        bytes32[] memory leaves = leavesOf(files, "salts");
        bytes32 root = Merkle.root(leaves);
        // Up to 2^14 leaves: the others lie below these siblings.
        bytes32[] memory rest = new bytes32[](9);
        for (uint256 i; i < 9; ++i) {
            rest[i] = keccak256(abi.encode("thousands more", i));
            root = Merkle.pair(root, rest[i]);
        }
        vm.prank(eve);
        registry.anchor(root);
        vm.warp(block.timestamp + 1 days);

        for (uint256 i; i < few; ++i) {
            bool minted = i % 2 == 0;
            if (minted) mintScraped(files, leaves, rest, i);
            address author = actor(string(abi.encodePacked("author", i)));
            uint256 id = certify(author, files[i].contentHash);
            eq(registry.ownerOf(id), author, "the author's certificate");
            buy(sells(id, false));
            Fill memory careful = sells(id, true);
            (careful.taking.creator, careful.taking.contentHash) = (author, files[i].contentHash);
            // Only a buyer who demands it is kept away, and only where a claim was minted.
            if (!minted) {
                buy(careful);
            } else {
                vm.expectRevert(
                    abi.encodeWithSelector(ILicenseMarketplace.Contested.selector, id, 2)
                );
                vm.deal(dan, 100);
                vm.prank(dan);
                market.fill{value: 100}(careful);
            }
            derive(bob, bytes32(i), id, sharing(1_000, 0));
            splitter.release(id, ETHER);
            eq(author.balance, minted ? 100 : 200, "the author's income");
        }
        eq(eve.balance, 0, "the scraper's");
    }

    function mintScraped(
        Certify[] memory files,
        bytes32[] memory leaves,
        bytes32[] memory rest,
        uint256 index
    ) internal {
        bytes32[] memory low = Merkle.path(leaves, index);
        TreeProof memory proof;
        proof.salt = bytes32("salts") ^ bytes32(index);
        proof.path = new bytes32[](low.length + rest.length);
        bytes32 at = leaves[index];
        for (uint256 i; i < proof.path.length; ++i) {
            proof.path[i] = i < low.length ? low[i] : rest[i - low.length];
            at = Merkle.pair(at, proof.path[i]);
        }
        proof.root = at;
        vm.prank(eve);
        uint256 id = registry.certifyFor(files[index], proof, noConsent());
        eq(registry.claimTime(id), block.timestamp - 1 days, "dated back");
    }

    function test_attackSecretEarlierAnchor() public {
        Certify memory eves = claim(eve, "picture");
        TreeProof memory secret = anchorOne(eves, "secret");
        vm.warp(block.timestamp + 1 days);
        uint256 id = certify(ann, "picture");
        Fill memory before = sells(id, false);
        Fill memory careful = sells(id, true);
        (careful.taking.creator, careful.taking.contentHash) = (ann, "picture");
        uint256 licensed = issueTo(bob, id, sharing(1_000, 0));
        payEther(cid, id, 500);
        bytes32 print = registry.getStateFingerprint(id);

        // After Ann's success Eve shows her anchor.
        vm.prank(eve);
        uint256 thiefs = registry.certifyFor(eves, secret, noConsent());
        (uint256 first, , uint256 count) = registry.claims("picture");
        eq(first, thiefs, "first");
        eq(count, 2, "count");
        eq(registry.ownerOf(id), ann, "Ann's certificate");
        eq(registry.getStateFingerprint(id), print, "as it was");
        buy(before);
        buy(sells(id, false));
        certifyWith(
            bob,
            "derived",
            one(edge(id, license.hashTerms(sharing(1_000, 0)), licensed)),
            none()
        );
        splitter.release(id, ETHER);
        eq(ann.balance, 700, "Ann's income");
        // Eve may say so; it is shown, and changes nothing.
        vm.prank(eve);
        registry.relate(thiefs, id, "says Eve");
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarketplace.Contested.selector, id, 2));
        vm.deal(dan, 100);
        vm.prank(dan);
        market.fill{value: 100}(careful);
    }

    /// @dev The seller certifies, before the buyer's own transaction does, a work that gives all its
    /// income away for ever.
    function test_attackAnotherCertificationThanTheOneForSale() public {
        Certify memory shown = claim(ann, "picture");
        uint256 id = registry.workIdOf(ann, "picture", block.chainid);
        Offer memory ask;
        (ask.kind, ask.maker, ask.workId, ask.price, ask.quantity) = (2, ann, id, 1_000, 1);
        Fill memory sale = filling(ask, 1, bob);
        sale.approval = approvalOf(ask);
        Entry memory entry_ = entry(shown, noProof(), consentTo(shown));
        vm.prank(ann);
        registry.setApprovalForAll(address(market), true);
        vm.deal(bob, 1_000);

        Certify[3] memory bad = [claim(ann, "picture"), shown, shown];
        bad[0].payees = one(ann, 10_000);
        bad[1] = claim(ann, "picture");
        (bad[1].arbiter, bad[1].lienCap) = (eve, 10_000);
        bad[2] = claim(ann, "picture");
        bad[2].edges = one(edgeUnder(certify(eve, "eves"), ann, sharing(10_000, 0)));
        for (uint256 i; i < 3; ++i) {
            uint256 before = vm.snapshotState();
            certifiedOtherwise(bad[i], id);
            vm.prank(bob);
            market.certifyAndFill{value: 1_000}(entry_, sale);
            vm.revertToState(before);
        }
        vm.prank(bob);
        market.certifyAndFill{value: 1_000}(entry_, sale);
        eq(registry.ownerOf(id), bob, "what was shown is what is bought");
    }

    function certifiedOtherwise(Certify memory certify_, uint256 id) internal {
        vm.prank(certify_.creator);
        if (certify_.arbiter != address(0)) registry.certify(certify_);
        else license.certify(certify_);
        bytes32 now_ = registry.encumbrance(id);
        yes(now_ != 0, "chained");
        vm.expectRevert(
            abi.encodeWithSelector(
                ILicenseMarketplace.EncumbranceChanged.selector,
                id,
                bytes32(0),
                now_
            )
        );
    }

    function test_attackDelegateBeyondItsLimitsOrAfterRevocation() public {
        Delegation memory delegation = delegating(ann, eve);
        delegation.works = 2;
        delegation.payees = hashOf(one(bob, 2_000));
        Certify memory certify_ = claim(ann, "one");
        certify_.payees = one(bob, 2_000);
        Consent memory consent = consentBy(delegation, certify_);
        vm.prank(eve);
        license.certifyFor(certify_, noProof(), consent);

        // More for a payee, a payee of her own, a royalty, an arbiter: none of it.
        certify_.contentHash = "two";
        bytes memory beyond = abi.encodeWithSelector(
            IIPRegistry.BeyondDelegation.selector,
            hashOf(delegation)
        );
        for (uint256 i; i < 4; ++i) {
            certify_.payees =
                i == 0
                    ? one(bob, 2_001)
                    : i == 1
                        ? one(eve, 2_000)
                        : one(bob, 2_000);
            certify_.resaleRoyalty = i == 2 ? 1 : 0;
            certify_.arbiter = i == 3 ? eve : address(0);
            consent = consentBy(delegation, certify_);
            vm.expectRevert(beyond);
            vm.prank(eve);
            license.certifyFor(certify_, noProof(), consent);
        }
        certify_.arbiter = address(0);
        consent = consentBy(delegation, certify_);
        vm.prank(ann);
        registry.revoke(hashOf(delegation));
        bytes memory revoked = abi.encodeWithSelector(
            IIPRegistry.ConsentRevoked.selector,
            ann,
            hashOf(delegation)
        );
        vm.expectRevert(revoked);
        vm.prank(eve);
        license.certifyFor(certify_, noProof(), consent);
        vm.expectRevert(revoked);
        vm.prank(dan);
        license.certifyFor(certify_, noProof(), consent);
        // She moves neither certificate nor income, nor does she issue licenses.
        uint256 id = registry.workIdOf(ann, "one", block.chainid);
        vm.expectRevert(abi.encodeWithSignature("NotOwnerNorApproved()"));
        vm.prank(eve);
        registry.transferFrom(ann, eve, id);
        bytes32 termsHash = license.registerTerms(granting(OPEN));
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.NotIssuer.selector, id, eve, ann));
        vm.prank(eve);
        license.issue(id, termsHash, eve, 1, 0);
    }

    // ----------------------------------------------------------------- derive

    /// @dev Eve tries a license in every way there is: herself, as signer, as a market's buyer.
    function refusesToDerive(
        uint256 parent,
        bytes32 termsHash,
        uint256 licenseId,
        bytes memory reason
    ) internal {
        Certify memory certify_ = claim(eve, keccak256(abi.encode(licenseId, reason)));
        certify_.edges = one(edge(parent, termsHash, licenseId));
        vm.expectRevert(reason);
        vm.prank(eve);
        license.certify(certify_);
        Consent memory consent = consentTo(certify_);
        vm.expectRevert(reason);
        vm.prank(dan);
        license.certifyFor(certify_, noProof(), consent);
        certify_.edges[0].licenseId = 0;
        consent = consentTo(certify_);
        vm.expectRevert(reason);
        vm.prank(address(market));
        license.certifyWith(certify_, noProof(), consent, list(licenseId));
        no(
            registry.exists(registry.workIdOf(eve, certify_.contentHash, block.chainid)),
            "certificate"
        );
    }

    function test_attackDeriveWithAnExpiredLicense() public {
        uint256 work = certify(ann, "work");
        Terms memory terms = during(10 days);
        uint256 start = block.timestamp;
        uint256 id = issueTo(eve, work, terms);
        vm.warp(start + 10 days);
        refusesToDerive(
            work,
            license.hashTerms(terms),
            id,
            abi.encodeWithSelector(
                IIPLicense.LicenseNotActive.selector,
                id,
                start,
                start + 10 days,
                start + 10 days
            )
        );
    }

    function test_attackDeriveWithASpentLicense() public {
        uint256 work = certify(ann, "work");
        Terms memory terms = sharing(1_000, 0);
        terms.units = 1;
        uint256 id = issueTo(eve, work, terms);
        bytes32 termsHash = license.hashTerms(terms);
        certifyWith(eve, "used", one(edge(work, termsHash, id)), none());
        refusesToDerive(
            work,
            termsHash,
            id,
            abi.encodeWithSelector(IIPLicense.NoUnitsLeft.selector, id)
        );
    }

    function test_attackDeriveWithATransferredLicense() public {
        uint256 work = certify(ann, "work");
        Terms memory terms = sharing(1_000, 0);
        (terms.units, terms.grant) = (5, OPEN | Rights.TRANSFERABLE);
        uint256 id = issueTo(eve, work, terms);
        bytes32 termsHash = license.hashTerms(terms);
        // Signed while she held it, submitted after she sold it.
        Certify memory certify_ = claim(eve, "signed before");
        certify_.edges = one(edge(work, termsHash, id));
        Consent memory consent = consentTo(certify_);
        vm.prank(eve);
        license.transferFrom(eve, bob, id);
        bytes memory reason = abi.encodeWithSelector(
            IIPLicense.LicenseNotHeld.selector,
            id,
            bob,
            eve
        );
        vm.expectRevert(reason);
        license.certifyFor(certify_, noProof(), consent);
        refusesToDerive(work, termsHash, id, reason);
        // Nor with an approval of the new holder.
        vm.prank(bob);
        license.setApprovalForAll(eve, true);
        refusesToDerive(work, termsHash, id, reason);
    }

    function test_attackDeriveWithARevokedLicense() public {
        Certify memory arbitrated = claim(ann, "work");
        (arbitrated.arbiter, arbitrated.arbiterPowers) = (judge, 2);
        vm.prank(ann);
        uint256 work = registry.certify(arbitrated);
        Terms memory terms = granting(OPEN | Rights.REVOCABLE_FOR_BREACH);
        uint256 id = issueTo(eve, work, terms);
        vm.prank(judge);
        license.revoke(id, 0);
        refusesToDerive(
            work,
            license.hashTerms(terms),
            id,
            abi.encodeWithSelector(IIPLicense.LicenseIsRevoked.selector, id)
        );
    }

    function test_attackDeriveWithALicenseOfAnotherWork() public {
        uint256 work = certify(ann, "work");
        uint256 worthless = certify(eve, "worthless");
        uint256 id = issueTo(eve, worthless, sharing(1_000, 0));
        refusesToDerive(
            work,
            license.hashTerms(sharing(1_000, 0)),
            id,
            abi.encodeWithSelector(IIPLicense.LicenseForOtherWork.selector, id, worthless, work)
        );
        // Nor under cheaper terms than the license's own.
        uint256 held = issueTo(eve, work, sharing(1_000, 0));
        bytes32 cheaper = license.registerTerms(sharing(0, 0));
        refusesToDerive(
            work,
            cheaper,
            held,
            abi.encodeWithSelector(IIPLicense.LicenseTermsDiffer.selector, held, cheaper)
        );
    }

    // ----------------------------------------------------------------- rights

    /// @notice A work of Eve under these terms of its parents.
    function join(uint256[] memory parents, Terms[] memory terms) public returns (uint256) {
        Edge[] memory edges = new Edge[](parents.length);
        for (uint256 i; i < parents.length; ++i) {
            edges[i] = edgeUnder(parents[i], eve, terms[i]);
        }
        return certifyWith(eve, keccak256(abi.encode(parents)), edges, none());
    }

    function test_attackCeilingBypassThroughSeveralParents() public {
        // One parent passes on nothing but DERIVE. Eve adds generous parents of her own, then takes
        // a detour over further works, so that the strict one is no parent but an ancestor.
        uint256 strict = certify(ann, "strict");
        Terms memory narrow = granting(OPEN);
        narrow.pass = Rights.DERIVE;
        uint256[] memory parents = new uint256[](4);
        Terms[] memory terms = new Terms[](4);
        (parents[0], terms[0]) = (strict, narrow);
        for (uint256 i = 1; i < 4; ++i) {
            parents[i] = certify(eve, bytes32(i));
            terms[i] = granting(0xff);
        }
        uint256 work = join(parents, terms);
        for (uint256 generation; generation < 3; ++generation) {
            (uint16 ceiling, , , ) = license.bounds(work);
            eq(ceiling, Rights.DERIVE, "ceiling");
            bytes32 wanted = license.registerTerms(granting(Rights.COMMERCIAL));
            bytes memory reason = abi.encodeWithSelector(
                IIPLicense.ExceedsCeiling.selector,
                work,
                Rights.COMMERCIAL
            );
            vm.expectRevert(reason);
            vm.prank(eve);
            license.issue(work, wanted, eve, 1, 0);
            Offer memory ask = offer(work, wanted, ETHER, 0);
            vm.prank(eve);
            market.post(ask);
            vm.expectRevert(reason);
            market.fill(filling(ask, 1, dan));
            parents[0] = work;
            terms[0] = granting(Rights.DERIVE);
            work = join(parents, terms);
        }
    }

    function test_attackObligationsShedThroughSeveralParents() public {
        uint256 named = certify(ann, "named");
        uint256[] memory parents = list(named, certify(eve, "free"));
        Terms[] memory terms = new Terms[](2);
        (terms[0], terms[1]) = (granting(OPEN | Rights.ATTRIBUTION), granting(OPEN));
        uint256 work = join(parents, terms);
        bytes32 silent = license.registerTerms(granting(OPEN));
        vm.expectRevert(
            abi.encodeWithSelector(IIPLicense.MissingObligations.selector, work, Rights.ATTRIBUTION)
        );
        vm.prank(eve);
        license.issue(work, silent, eve, 1, 0);
    }

    function test_attackShareAlikeConflicts() public {
        Terms memory cheap = granting(OPEN | Rights.SHARE_ALIKE);
        Terms memory dear = granting(OPEN | Rights.SHARE_ALIKE);
        dear.income = 2_000;
        uint256[] memory parents = list(certify(ann, "dear"), certify(bob, "cheap"));
        Terms[] memory terms = new Terms[](2);
        (terms[0], terms[1]) = (dear, cheap);
        bytes32 hashOfDear = license.registerTerms(dear);
        bytes32 hashOfCheap = license.registerTerms(cheap);
        bool ordered = parents[0] < parents[1];
        vm.expectRevert(
            abi.encodeWithSelector(
                IIPLicense.ShareAlikeConflict.selector,
                ordered ? hashOfDear : hashOfCheap,
                ordered ? hashOfCheap : hashOfDear
            )
        );
        this.join(parents, terms);
        // Over two generations: a child of the one may only be joined under its own terms.
        uint256 child = derive(eve, "child", parents[0], dear);
        vm.expectRevert(
            abi.encodeWithSelector(
                IIPLicense.ShareAlikeRequired.selector,
                child,
                hashOfDear,
                hashOfCheap
            )
        );
        vm.prank(eve);
        license.issue(child, hashOfCheap, eve, 1, 0);
        parents[0] = child;
        vm.expectRevert();
        this.join(parents, terms);
        // And a work whose share-alike terms it could never offer is none.
        Terms memory narrow = granting(OPEN);
        narrow.pass = Rights.DERIVE;
        (terms[0], terms[1]) = (dear, narrow);
        vm.expectRevert(
            abi.encodeWithSelector(
                IIPLicense.ShareAlikeDoesNotFit.selector,
                hashOfDear,
                Rights.COMMERCIAL,
                0
            )
        );
        this.join(parents, terms);
    }

    // ----------------------------------------------------------------- income

    function test_attackReleaseOnACertificateHeldByAnEscrow() public {
        uint256 work = certify(ann, "work");
        payEther(bob, work, 1_000);
        vm.prank(ann);
        splitter.setPayout(work, cid);
        address escrow = address(new Wallet());
        vm.prank(ann);
        registry.transferFrom(ann, escrow, work);
        eq(splitter.payoutOf(work), address(0), "void");
        vm.startPrank(eve);
        splitter.release(work, ETHER);
        splitter.distribute(list(work), 0, ETHER);
        vm.stopPrank();
        eq(escrow.balance + cid.balance + eve.balance + ann.balance, 0, "nothing is pushed");
        uint256 kept = splitter.credit(work, ETHER) + splitter.balances(escrow, ETHER);
        eq(kept, 1_000, "it stays the escrow's or the work's");
        // What comes after belongs to who gets the certificate.
        vm.prank(escrow);
        registry.transferFrom(escrow, dan, work);
        payEther(bob, work, 500);
        uint256 escrowed = splitter.balances(escrow, ETHER);
        splitter.release(work, ETHER);
        eq(dan.balance, 1_500 - escrowed, "the buyer's");
        eq(splitter.balances(escrow, ETHER), escrowed, "the escrow's stays");
    }

    /// @dev A stranger does what strangers may do, as badly as possible; everybody is paid.
    function test_attackWithdrawalBlockedByAStranger() public {
        uint256 root = certify(ann, "root");
        address burner = address(new GasBurner());
        address refuser = address(new Refuser());
        Certify memory certify_ = claim(bob, "child");
        certify_.edges = one(edgeUnder(root, bob, sharing(2_000, 100)));
        certify_.payees = new Payee[](3);
        certify_.payees[0] = Payee(burner, 1_000);
        certify_.payees[1] = Payee(refuser, 1_000);
        certify_.payees[2] = Payee(cid, 1_000);
        vm.prank(bob);
        uint256 child = license.certify(certify_);
        payEther(dan, child, 10_000);

        vm.deal(eve, 100);
        for (uint256 i; i < 5; ++i) {
            vm.startPrank(eve);
            splitter.pay{value: 1}(child, ETHER, 1);
            splitter.settle(child, ETHER);
            splitter.draw(child, ETHER);
            splitter.release(child, ETHER);
            splitter.distribute(list(child, root), 0, ETHER);
            splitter.draw(root, ETHER);
            vm.expectRevert(
                abi.encodeWithSelector(IRoyaltySplitter.NothingToWithdraw.selector, eve, ETHER)
            );
            splitter.withdraw(ETHER, eve);
            vm.expectRevert(
                abi.encodeWithSelector(IRoyaltySplitter.NothingToWithdraw.selector, eve, ETHER)
            );
            splitter.collect(list(child, root), ETHER, eve);
            vm.expectRevert(
                abi.encodeWithSelector(IRoyaltySplitter.NotOwner.selector, child, eve, bob)
            );
            splitter.setPayout(child, eve);
            vm.stopPrank();
        }
        eq(ann.balance, 2_101, "21 % of 10,005, drawn and pushed by the stranger");
        atMost(5_530, bob.balance, "70 % of the net");
        atMost(788, cid.balance, "a tenth of the net");
        // Those who refused hold a balance, which they send wherever they like.
        address[2] memory stubborn = [burner, refuser];
        for (uint256 i; i < 2; ++i) {
            vm.prank(stubborn[i]);
            atMost(788, splitter.withdraw(ETHER, actor("elsewhere")), "a tenth of the net");
        }
        atMost(address(splitter).balance, 5, "dust");
    }

    /// @dev A stranger's junk token fills up in every way; other tokens never notice.
    function test_attackFullLedgerOfAnotherToken() public {
        uint256 root = certify(ann, "root");
        uint256 child = derive(bob, "child", root, sharing(2_000, 0));
        payEther(dan, child, 10_000);
        uint256 most = type(uint112).max - 2;
        dollar.mint(eve, most);
        vm.startPrank(eve);
        dollar.approve(address(splitter), most);
        splitter.pay(child, address(dollar), most);
        vm.stopPrank();
        splitter.distribute(list(child, root), 0, ETHER);
        eq(ann.balance, 2_000, "ETH of the parent");
        eq(bob.balance, 8_000, "ETH of the child");
        splitter.distribute(list(child, root), 0, address(dollar));
        splitter.settle(child, address(dollar));
        eq(dollar.balanceOf(ann), most / 5, "and junk, if anyone wants it");
    }
}
