// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Deployer} from "../../contracts/Deployer.sol";
import {IPRegistry} from "../../contracts/IPRegistry.sol";
import {IPLicense} from "../../contracts/IPLicense.sol";
import {RoyaltySplitter} from "../../contracts/RoyaltySplitter.sol";
import {LicenseMarketplace} from "../../contracts/LicenseMarketplace.sol";
import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {Certify, Consent, TreeProof} from "../../contracts/types/Structs.sol";
import {Merkle} from "./Merkle.sol";
import {IDomain, Signing} from "./Signing.sol";
import {
    FickleWallet,
    GarbageWallet,
    HonestWallet,
    LyingWallet,
    ReenteringWallet,
    RevertingWallet,
    Wallet1271
} from "./mocks/Wallet1271.sol";

/// @notice Certificates that somebody else submits.
contract ConsentsTest is Signing {
    function submit(Certify memory certify_, Consent memory consent) internal returns (uint256) {
        vm.prank(eve);
        return registry.certifyFor(certify_, noProof(), consent);
    }

    function refuses(
        Certify memory certify_,
        Consent memory consent,
        bytes memory reason
    ) internal {
        vm.expectRevert(reason);
        vm.prank(eve);
        registry.certifyFor(certify_, noProof(), consent);
    }

    function invalid(address signer, bytes32 structHash) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IIPRegistry.InvalidSignature.selector, signer, structHash);
    }

    function revokedBy(address signer, bytes32 hash) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IIPRegistry.ConsentRevoked.selector, signer, hash);
    }

    // ----------------------------------------------------------------- domain

    function test_theDomainIsTheRegistrys() public view {
        (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address at,
            bytes32 salt,
            uint256[] memory extensions
        ) = IDomain(address(registry)).eip712Domain();
        eq(uint8(fields), 0x0f, "fields");
        eq(name, "Gen-IP Registry", "name");
        eq(version, "1", "version");
        eq(chainId, block.chainid, "chain");
        eq(at, address(registry), "contract");
        eq(uint256(salt) | extensions.length, 0, "nothing else");
    }

    // ------------------------------------------------------------- signatures

    function test_anybodyMaySubmitASignedCertificate() public {
        Certify memory certify_ = claim(ann, "content");
        certify_.resaleRoyalty = 500;
        uint256 id = submit(certify_, consentTo(certify_));
        eq(registry.ownerOf(id), ann, "the creator's, not the submitter's");
        eq(registry.claimTime(id), block.timestamp, "claim time");
        (, uint256 royalty) = registry.royaltyInfo(id, 1_000);
        eq(royalty, 50, "as signed");
    }

    function test_bothFormsOfSignatureAreTaken() public {
        for (uint256 i; i < 8; ++i) {
            Certify memory certify_ = claim(ann, bytes32(i));
            Consent memory consent = consentTo(certify_);
            eq(consent.signature.length, 65, "r, s, v");
            if (i % 2 == 0) {
                consent.signature = compact(consent.signature);
                eq(consent.signature.length, 64, "EIP-2098");
            }
            submit(certify_, consent);
        }
    }

    function test_anythingElseIsNoSignature() public {
        Certify memory certify_ = claim(ann, "content");
        Consent memory consent = consentTo(certify_);
        bytes memory good = consent.signature;
        bytes memory reason = invalid(ann, consentHash(certify_, consent.deadline));
        bytes[9] memory bad = [
            bytes.concat(good, hex"00"),
            bytes.concat(compact(good), hex"0000"),
            abi.encode(good),
            new bytes(64),
            new bytes(65),
            new bytes(1),
            sign(eve, consentHash(certify_, consent.deadline)),
            sign(ann, consentHash(certify_, consent.deadline + 1)),
            sign(ann, address(market), consentHash(certify_, consent.deadline))
        ];
        for (uint256 i; i < bad.length; ++i) {
            consent.signature = bad[i];
            refuses(certify_, consent, reason);
        }
        consent.signature = "";
        refuses(
            certify_,
            consent,
            abi.encodeWithSelector(IIPRegistry.NotCreator.selector, eve, ann)
        );
        consent.signature = good;
        submit(certify_, consent);
    }

    function testFuzz_everyFieldIsSigned(uint256 field, uint256 bit) public {
        Certify memory certify_ = claim(ann, "content");
        certify_.arbiter = bob;
        Consent memory consent = consentTo(certify_);
        field %= 6;
        if (field == 0) certify_.contentHash ^= bytes32(1 << (bit % 256));
        if (field == 1) certify_.metadata ^= bytes32(1 << (bit % 256));
        if (field == 2) certify_.resaleRoyalty ^= uint16(1 << (bit % 9));
        if (field == 3) certify_.arbiter = address(uint160(bob) ^ uint160(1 << (bit % 160)));
        if (field == 4) certify_.arbiterPowers ^= uint8(1 << (bit % 2));
        if (field == 5) certify_.lienCap ^= uint16(1 << (bit % 13));
        refuses(certify_, consent, invalid(ann, consentHash(certify_, consent.deadline)));
    }

    function test_anotherCreatorIsAnotherSigner() public {
        Certify memory certify_ = claim(ann, "content");
        Consent memory consent = consentTo(certify_);
        certify_.creator = eve;
        vm.expectRevert(invalid(eve, consentHash(certify_, consent.deadline)));
        vm.prank(bob);
        registry.certifyFor(certify_, noProof(), consent);
        certify_.creator = address(0);
        refuses(certify_, consent, invalid(address(0), consentHash(certify_, consent.deadline)));
    }

    function test_theCreatorNeedsNoConsent() public {
        Consent memory nonsense;
        nonsense.deadline = 1;
        nonsense.signature = "nonsense";
        nonsense.tree.root = "nonsense";
        nonsense.delegation.delegate = eve;
        vm.prank(ann);
        registry.certifyFor(claim(ann, "content"), noProof(), nonsense);
    }

    function test_aConsentEnds() public {
        Certify memory certify_ = claim(ann, "content");
        Consent memory consent = consentTo(certify_);
        vm.warp(consent.deadline + 1);
        refuses(
            certify_,
            consent,
            abi.encodeWithSelector(IIPRegistry.ConsentExpired.selector, consent.deadline)
        );
        vm.warp(consent.deadline);
        submit(certify_, consent);
    }

    // ------------------------------------------------------------- revocation

    function test_whoSignedMayRevoke() public {
        Certify memory certify_ = claim(ann, "content");
        Consent memory consent = consentTo(certify_);
        bytes32 hash = consentHash(certify_, consent.deadline);
        // Nobody revokes for another.
        vm.prank(eve);
        registry.revoke(hash);
        no(registry.revoked(ann, hash), "revoked by a stranger");
        vm.expectEmit(address(registry));
        emit IIPRegistry.Revoked(ann, hash);
        vm.prank(ann);
        registry.revoke(hash);
        yes(registry.revoked(ann, hash), "revoked");
        refuses(certify_, consent, revokedBy(ann, hash));
        // Another deadline is another consent.
        consent.deadline -= 1;
        consent.signature = sign(ann, consentHash(certify_, consent.deadline));
        submit(certify_, consent);
    }

    function test_revokeForNeedsTheSignersSignature() public {
        Certify memory certify_ = claim(ann, "content");
        Consent memory consent = consentTo(certify_);
        bytes32 hash = consentHash(certify_, consent.deadline);
        bytes memory signature = sign(eve, revokeHash(hash));
        vm.expectRevert(invalid(ann, revokeHash(hash)));
        vm.prank(eve);
        registry.revokeFor(ann, hash, signature);
        // The consent itself is no revocation of anything.
        vm.expectRevert(invalid(ann, revokeHash(hash)));
        vm.prank(eve);
        registry.revokeFor(ann, hash, consent.signature);
        signature = sign(ann, revokeHash(hash));
        vm.expectRevert(invalid(ann, revokeHash("other")));
        registry.revokeFor(ann, "other", signature);
        vm.expectRevert(invalid(bob, revokeHash(hash)));
        registry.revokeFor(bob, hash, signature);
        vm.expectEmit(address(registry));
        emit IIPRegistry.Revoked(ann, hash);
        vm.prank(eve);
        registry.revokeFor(ann, hash, compact(signature));
        refuses(certify_, consent, revokedBy(ann, hash));
    }

    function test_aRevocationCanBeRevokedBeforeItIsSubmitted() public {
        bytes32 hash = "something signed";
        bytes memory signature = sign(ann, revokeHash(hash));
        vm.prank(ann);
        registry.revoke(revokeHash(hash));
        vm.expectRevert(revokedBy(ann, revokeHash(hash)));
        registry.revokeFor(ann, hash, signature);
    }

    // ------------------------------------------------------------------ trees

    function batch(uint256 count) internal view returns (Certify[] memory works) {
        works = new Certify[](count);
        for (uint256 i; i < count; ++i) {
            works[i] = claim(ann, bytes32(i + 1));
        }
    }

    function treeConsent(
        Certify[] memory works,
        uint256 index
    ) internal view returns (Consent memory consent) {
        consent.tree = proofOf(works, "salts", index);
        consent.deadline = block.timestamp + 1 days;
        consent.signature = sign(ann, treeHash(consent.tree.root, consent.deadline));
    }

    function testFuzz_oneSignatureForATree(uint256 count) public {
        Certify[] memory works = batch(within(count, 1, 17));
        for (uint256 i; i < works.length; ++i) {
            eq(registry.ownerOf(submit(works[i], treeConsent(works, i))), ann, "owner");
        }
        eq(registry.balanceOf(ann), works.length, "certificates");
    }

    function test_aTreeOfMillions() public {
        // 2^20 leaves, of which one is shown: the others may be anything.
        Certify memory certify_ = claim(ann, "content");
        Consent memory consent;
        consent.tree.salt = "salt";
        consent.tree.path = new bytes32[](20);
        bytes32 root = leafOf(certify_, "salt");
        for (uint256 i; i < 20; ++i) {
            consent.tree.path[i] = keccak256(abi.encode("other half", i));
            root = Merkle.pair(root, consent.tree.path[i]);
        }
        consent.tree.root = root;
        consent.deadline = block.timestamp;
        consent.signature = sign(ann, treeHash(root, block.timestamp));
        submit(certify_, consent);
    }

    function test_aTreeIsOnlyForItsLeaves() public {
        Certify[] memory works = batch(5);
        Consent memory consent = treeConsent(works, 3);
        Certify memory other = claim(ann, "not in the tree");
        bytes32 leaf = leafOf(other, consent.tree.salt);
        refuses(
            other,
            consent,
            abi.encodeWithSelector(IIPRegistry.InvalidProof.selector, consent.tree.root, leaf)
        );
        other = claim(ann, works[3].contentHash);
        other.metadata = "altered";
        leaf = leafOf(other, consent.tree.salt);
        refuses(
            other,
            consent,
            abi.encodeWithSelector(IIPRegistry.InvalidProof.selector, consent.tree.root, leaf)
        );
        submit(works[3], consent);
    }

    /// @dev A tree may list others' works: that gives nobody a say over them.
    function test_aTreeSpeaksForItsSignerOnly() public {
        Certify[] memory works = batch(2);
        works[1].creator = bob;
        Consent memory consent = treeConsent(works, 1);
        refuses(works[1], consent, invalid(bob, treeHash(consent.tree.root, consent.deadline)));
    }

    function test_treesEndAndAreRevokedAsOne() public {
        Certify[] memory works = batch(4);
        Consent memory consent = treeConsent(works, 0);
        bytes32 hash = treeHash(consent.tree.root, consent.deadline);
        submit(works[0], consent);
        uint256 now_ = block.timestamp;
        vm.warp(consent.deadline + 1);
        consent.tree = proofOf(works, "salts", 1);
        refuses(
            works[1],
            consent,
            abi.encodeWithSelector(IIPRegistry.ConsentExpired.selector, consent.deadline)
        );
        vm.warp(now_);
        vm.prank(ann);
        registry.revoke(hash);
        for (uint256 i = 1; i < 4; ++i) {
            refuses(works[i], treeConsent(works, i), revokedBy(ann, hash));
        }
        // The same works in another tree, or each alone, are other consents.
        consent.tree = proofOf(works, "other salts", 1);
        consent.signature = sign(ann, treeHash(consent.tree.root, consent.deadline));
        submit(works[1], consent);
        submit(works[2], consentTo(works[2]));
    }

    /// @dev What was signed as one kind is never taken as another.
    function test_kindsOfConsentAreKeptApart() public {
        Certify[] memory works = batch(1);
        Consent memory consent = treeConsent(works, 0);
        bytes memory ofTree = consent.signature;
        consent.tree = noProof();
        consent.signature = ofTree;
        refuses(works[0], consent, invalid(ann, consentHash(works[0], consent.deadline)));
        consent = consentTo(works[0]);
        consent.tree = proofOf(works, "salts", 0);
        refuses(works[0], consent, invalid(ann, treeHash(consent.tree.root, consent.deadline)));
        // An anchored root is not signed.
        registry.anchor(consent.tree.root);
        consent.signature = sign(ann, consent.tree.root);
        refuses(works[0], consent, invalid(ann, treeHash(consent.tree.root, consent.deadline)));
    }

    function test_anchorAndConsentTreeAtOnce() public {
        Certify[] memory works = batch(3);
        TreeProof memory anchored = proofOf(works, "anchor salts", 1);
        uint256 start = block.timestamp;
        registry.anchor(anchored.root);
        vm.warp(start + 9);
        Consent memory consent = treeConsent(works, 1);
        vm.prank(eve);
        uint256 id = registry.certifyFor(works[1], anchored, consent);
        eq(registry.claimTime(id), start, "claim time");
    }

    // ----------------------------------------------------------------- replay

    function test_attackReplayOfAConsent() public {
        Certify memory certify_ = claim(ann, "content");
        Consent memory consent = consentTo(certify_);
        bytes[3] memory forms = [
            consent.signature,
            compact(consent.signature),
            malleated(consent.signature)
        ];
        uint256 id = submit(certify_, consent);
        vm.prank(ann);
        registry.transferFrom(ann, bob, id);
        for (uint256 i; i < 3; ++i) {
            consent.signature = forms[i];
            refuses(
                certify_,
                consent,
                abi.encodeWithSelector(IIPRegistry.AlreadyCertified.selector, id)
            );
        }
        eq(registry.ownerOf(id), bob, "owner");
    }

    /// @dev The mirrored signature is the creator's too; what is revoked is the consent, not one
    /// of its signatures.
    function test_attackMalleatedSignatureAfterRevocation() public {
        Certify memory certify_ = claim(ann, "content");
        Consent memory consent = consentTo(certify_);
        bytes32 hash = consentHash(certify_, consent.deadline);
        bytes memory good = consent.signature;
        vm.prank(ann);
        registry.revoke(hash);
        bytes[3] memory forms = [good, compact(good), malleated(good)];
        for (uint256 i; i < 3; ++i) {
            consent.signature = forms[i];
            refuses(certify_, consent, revokedBy(ann, hash));
        }
    }

    function test_attackReplayOnAnotherChain() public {
        Certify memory certify_ = claim(ann, "content");
        Consent memory consent = consentTo(certify_);
        Certify[] memory works = batch(2);
        Consent memory tree = treeConsent(works, 0);
        bytes memory revocation = sign(ann, revokeHash("hash"));
        uint256 home = block.chainid;
        vm.chainId(home + 1);
        refuses(certify_, consent, invalid(ann, consentHash(certify_, consent.deadline)));
        certify_.homeChainId = home + 1;
        refuses(certify_, consent, invalid(ann, consentHash(certify_, consent.deadline)));
        // Even signed for this chain, the leaf is another chain's.
        tree.signature = sign(ann, treeHash(tree.tree.root, tree.deadline));
        refuses(
            works[0],
            tree,
            abi.encodeWithSelector(
                IIPRegistry.InvalidProof.selector,
                tree.tree.root,
                leafOf(works[0], tree.tree.salt)
            )
        );
        vm.expectRevert(invalid(ann, revokeHash("hash")));
        registry.revokeFor(ann, "hash", revocation);
        // And who signs on this chain cannot certify what is at home on the other.
        certify_.homeChainId = home;
        refuses(
            certify_,
            consentTo(certify_),
            abi.encodeWithSelector(IIPRegistry.WrongChain.selector, home, home + 1)
        );
    }

    /// @dev A tree that holds leaves of two chains is signed for one of them.
    function test_attackReplayOfATreeWithLeavesOfTwoChains() public {
        uint256 home = block.chainid;
        bytes32[] memory leaves = new bytes32[](2);
        Certify memory here = claim(ann, "content");
        leaves[0] = leafOf(here, "salt");
        vm.chainId(home + 1);
        Certify memory there = claim(ann, "content");
        leaves[1] = leafOf(there, "salt");
        vm.chainId(home);
        Consent memory consent;
        consent.tree.root = Merkle.root(leaves);
        consent.tree.salt = "salt";
        consent.deadline = block.timestamp;
        bytes32 hash = treeHash(consent.tree.root, consent.deadline);
        consent.signature = sign(ann, hash);
        vm.chainId(home + 1);
        consent.tree.path = Merkle.path(leaves, 1);
        refuses(there, consent, invalid(ann, hash));
        vm.chainId(home);
        consent.tree.path = Merkle.path(leaves, 0);
        submit(here, consent);
    }

    function test_attackReplayOnAnotherRegistry() public {
        Certify memory certify_ = claim(ann, "content");
        Consent memory consent = consentTo(certify_);
        Certify[] memory works = batch(2);
        Consent memory tree = treeConsent(works, 0);
        IPRegistry first = registry;
        Deployer other = placeDeployer("other", codeHashes());
        registry = IPRegistry(other.deploy(type(IPRegistry).creationCode));
        other.deploy(type(RoyaltySplitter).creationCode);
        other.deploy(type(IPLicense).creationCode);
        other.deploy(type(LicenseMarketplace).creationCode);
        yes(registry != first, "another registry");
        refuses(certify_, consent, invalid(ann, consentHash(certify_, consent.deadline)));
        tree.signature = sign(ann, treeHash(tree.tree.root, tree.deadline));
        refuses(
            works[0],
            tree,
            abi.encodeWithSelector(
                IIPRegistry.InvalidProof.selector,
                tree.tree.root,
                leafOf(works[0], tree.tree.salt)
            )
        );
        submit(certify_, consentTo(certify_));
    }

    // --------------------------------------------------------------- ERC-1271

    function ofWallet(
        Wallet1271 wallet,
        bytes memory signature
    ) internal view returns (Certify memory certify_, Consent memory consent) {
        certify_ = claim(address(wallet), "content");
        consent.deadline = block.timestamp;
        consent.signature = signature;
    }

    function takes(Wallet1271 wallet, bytes memory signature) internal {
        (Certify memory certify_, Consent memory consent) = ofWallet(wallet, signature);
        eq(registry.ownerOf(submit(certify_, consent)), address(wallet), "owner");
    }

    function refuses(Wallet1271 wallet, bytes memory signature) internal {
        (Certify memory certify_, Consent memory consent) = ofWallet(wallet, signature);
        bytes32 hash = consentHash(certify_, consent.deadline);
        refuses(certify_, consent, invalid(address(wallet), hash));
    }

    function test_contractWalletsSign() public {
        Wallet1271 wallet = new HonestWallet(ann);
        (Certify memory certify_, Consent memory consent) = ofWallet(wallet, "");
        bytes32 hash = consentHash(certify_, consent.deadline);
        refuses(wallet, sign(eve, hash));
        refuses(wallet, compact(sign(ann, hash)));
        refuses(wallet, "x");
        takes(wallet, sign(ann, hash));
    }

    function test_contractWalletsRevoke() public {
        Wallet1271 wallet = new HonestWallet(ann);
        (Certify memory certify_, Consent memory consent) = ofWallet(wallet, "");
        bytes32 hash = consentHash(certify_, consent.deadline);
        consent.signature = sign(ann, hash);
        bytes memory revocation = sign(ann, revokeHash(hash));
        vm.expectRevert(invalid(address(wallet), revokeHash("other")));
        registry.revokeFor(address(wallet), "other", revocation);
        registry.revokeFor(address(wallet), hash, revocation);
        refuses(certify_, consent, revokedBy(address(wallet), hash));
        // Its key has revoked nothing of its own.
        no(registry.revoked(ann, hash), "the key's own");
        certify_ = claim(address(wallet), "second");
        hash = consentHash(certify_, consent.deadline);
        wallet.execute(address(registry), abi.encodeCall(registry.revoke, (hash)));
        consent.signature = sign(ann, hash);
        refuses(certify_, consent, revokedBy(address(wallet), hash));
    }

    function test_attackWalletThatAlwaysSaysYes() public {
        Wallet1271 liar = new LyingWallet();
        takes(liar, "anything");
        // It speaks for itself alone.
        Certify memory anns = claim(ann, "content");
        Consent memory consent;
        consent.deadline = block.timestamp;
        consent.signature = "anything";
        refuses(anns, consent, invalid(ann, consentHash(anns, consent.deadline)));
        consent.delegation = delegating(ann, address(liar));
        consent.delegationSignature = "anything";
        refuses(anns, consent, invalid(ann, hashOf(consent.delegation)));
        consent.delegation.creator = address(liar);
        refuses(
            anns,
            consent,
            abi.encodeWithSelector(
                IIPRegistry.DelegationNotValid.selector,
                address(liar),
                address(liar),
                consent.delegation.expiry
            )
        );
    }

    function test_attackWalletThatReverts() public {
        refuses(new RevertingWallet(), "anything");
    }

    function test_attackWalletThatAnswersGarbage() public {
        bytes32 magic = bytes32(bytes4(0x1626ba7e));
        refuses(new GarbageWallet(magic, 0), "x");
        refuses(new GarbageWallet(magic, 4), "x");
        refuses(new GarbageWallet(magic, 31), "x");
        refuses(new GarbageWallet(magic | bytes32(uint256(1)), 32), "x");
        refuses(new GarbageWallet(bytes32(uint256(1)), 32), "x");
        refuses(new GarbageWallet(bytes32(uint256(0x1626ba7e)), 32), "x");
        refuses(new GarbageWallet(~bytes32(0), 32), "x");
        takes(new GarbageWallet(magic, 32), "x");
        // More than was asked for is not looked at.
        takes(new GarbageWallet(magic, 20_000), "x");
    }

    function test_attackWalletThatReenters() public {
        ReenteringWallet wallet = new ReenteringWallet();
        (Certify memory certify_, Consent memory consent) = ofWallet(wallet, "x");
        bytes[4] memory calls = [
            abi.encodeCall(registry.certify, (certify_)),
            abi.encodeCall(registry.certifyFor, (certify_, noProof(), consent)),
            abi.encodeCall(registry.revoke, (bytes32("hash"))),
            abi.encodeCall(registry.anchor, (bytes32("root")))
        ];
        for (uint256 i; i < calls.length; ++i) {
            // Its own call would succeed at any other time.
            wallet.onQuestion(address(registry), calls[i]);
            refuses(wallet, "x");
        }
        eq(registry.anchorTime("root"), 0, "nothing was written");
        no(registry.revoked(address(wallet), "hash"), "nothing was written");
        // Reading is harmless.
        wallet.onQuestion(
            address(registry),
            abi.encodeCall(registry.claims, (certify_.contentHash))
        );
        takes(wallet, "x");
    }

    /// @dev An account that delegates to code (EIP-7702) signs with its key as before, and by its
    /// code where that says so.
    function test_accountsWithCodeSignWithTheirKey() public {
        vm.etch(ann, address(new RevertingWallet()).code);
        Certify memory certify_ = claim(ann, "content");
        Consent memory consent = consentTo(certify_);
        bytes memory good = consent.signature;
        consent.signature = sign(eve, consentHash(certify_, consent.deadline));
        refuses(certify_, consent, invalid(ann, consentHash(certify_, consent.deadline)));
        consent.signature = good;
        submit(certify_, consent);
        certify_ = claim(ann, "second");
        consent = consentTo(certify_);
        consent.signature = compact(consent.signature);
        submit(certify_, consent);
        vm.etch(ann, address(new LyingWallet()).code);
        consent.signature = "its code says yes";
        submit(claim(ann, "third"), consent);
    }

    function test_aWalletsAnswerCountsWhenItIsAsked() public {
        FickleWallet wallet = new FickleWallet();
        wallet.close();
        refuses(wallet, "x");
    }
}
