// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPLicense} from "../../contracts/interfaces/IIPLicense.sol";
import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {Certify, Consent, Delegation, Edge, Entry, Payee} from "../../contracts/types/Structs.sol";
import {Signing} from "./Signing.sol";
import {HonestWallet} from "./mocks/Wallet1271.sol";

/// @notice Session keys: what a delegate may certify in a creator's name, as signer and as caller.
contract DelegatesTest is Signing {
    address internal robot = actor("robot");
    Delegation internal base;

    function setUp() public override {
        super.setUp();
        base = delegating(ann, robot);
    }

    /// @dev The delegate calls, or has signed and a stranger calls.
    function submit(
        Certify memory certify_,
        Consent memory consent,
        bool calls
    ) internal returns (uint256) {
        if (calls) (consent.signature, consent.deadline) = (bytes(""), 0);
        vm.prank(calls ? robot : eve);
        if (certify_.edges.length + certify_.payees.length == 0) {
            return registry.certifyFor(certify_, noProof(), consent);
        }
        return license.certifyFor(certify_, noProof(), consent);
    }

    function takes(Delegation memory delegation, Certify memory certify_) internal {
        uint256 used = registry.delegationUsed(hashOf(delegation));
        for (uint256 i; i < 2; ++i) {
            certify_.contentHash = keccak256(abi.encode(certify_.contentHash));
            uint256 id = submit(certify_, consentBy(delegation, certify_), i == 1);
            eq(registry.ownerOf(id), certify_.creator, "owner");
            eq(registry.delegationUsed(hashOf(delegation)), used + i + 1, "used");
        }
    }

    function refuses(
        Consent memory consent,
        Certify memory certify_,
        bytes memory reason
    ) internal {
        for (uint256 i; i < 2; ++i) {
            vm.expectRevert(reason);
            this.submitted(certify_, consent, i == 1);
        }
    }

    function submitted(Certify calldata certify_, Consent calldata consent, bool calls) external {
        submit(certify_, consent, calls);
    }

    function beyond(Delegation memory delegation, Certify memory certify_) internal {
        refuses(
            consentBy(delegation, certify_),
            certify_,
            abi.encodeWithSelector(IIPRegistry.BeyondDelegation.selector, hashOf(delegation))
        );
    }

    // ----------------------------------------------------------------- allows

    function test_aDelegateCertifiesInTheCreatorsName() public {
        Certify memory certify_ = claim(ann, "content");
        Consent memory consent = consentBy(base, certify_);
        uint256 id = registry.workIdOf(ann, "content", block.chainid);
        vm.expectEmit(address(registry));
        emit IIPRegistry.Delegated(hashOf(base), id, 1);
        eq(submit(certify_, consent, false), id, "id");
        eq(registry.ownerOf(id), ann, "the creator's");
        eq(registry.checkDelegation(base, consent.delegationSignature), hashOf(base), "hash");
        takes(base, claim(ann, "more"));
    }

    function test_aContractMayDelegateAndBeADelegate() public {
        HonestWallet creator = new HonestWallet(ann);
        HonestWallet delegate = new HonestWallet(robot);
        Delegation memory delegation = delegating(address(creator), address(delegate));
        Certify memory certify_ = claim(address(creator), "content");
        Consent memory consent;
        consent.delegation = delegation;
        consent.delegationSignature = sign(ann, hashOf(delegation));
        consent.deadline = block.timestamp;
        consent.signature = sign(robot, consentHash(certify_, consent.deadline));
        submit(certify_, consent, false);
        certify_ = claim(address(creator), "second");
        consent.signature = "";
        delegate.execute(
            address(registry),
            abi.encodeCall(registry.certifyFor, (certify_, noProof(), consent))
        );
        eq(registry.balanceOf(address(creator)), 2, "certificates");
    }

    function test_aDelegateSignsTrees() public {
        Certify[] memory works = new Certify[](3);
        for (uint256 i; i < 3; ++i) {
            works[i] = claim(ann, bytes32(i));
        }
        for (uint256 i; i < 3; ++i) {
            Consent memory consent = consentBy(base, works[i]);
            consent.tree = proofOf(works, "salts", i);
            consent.signature = sign(robot, treeHash(consent.tree.root, consent.deadline));
            submit(works[i], consent, false);
        }
        eq(registry.delegationUsed(hashOf(base)), 3, "each leaf counts");
    }

    // ----------------------------------------------------------------- limits

    function test_expiryIsTheLastSecond() public {
        vm.warp(base.expiry);
        takes(base, claim(ann, "content"));
        vm.warp(base.expiry + 1);
        bytes memory reason = abi.encodeWithSelector(
            IIPRegistry.DelegationNotValid.selector,
            ann,
            robot,
            base.expiry
        );
        Certify memory late = claim(ann, "late");
        Consent memory consent = consentBy(base, late);
        refuses(consent, late, reason);
        vm.expectRevert(reason);
        registry.checkDelegation(base, consent.delegationSignature);
    }

    function test_worksAreUsedUp() public {
        Delegation memory delegation = base;
        delegation.works = 4;
        takes(delegation, claim(ann, "a"));
        takes(delegation, claim(ann, "b"));
        bytes memory usedUp = abi.encodeWithSelector(
            IIPRegistry.DelegationUsedUp.selector,
            hashOf(delegation),
            4
        );
        Certify memory more = claim(ann, "more");
        refuses(consentBy(delegation, more), more, usedUp);
        eq(registry.delegationUsed(hashOf(delegation)), 4, "used");
        // Another salt is another delegation, none a delegation of none.
        delegation.salt = 1;
        takes(delegation, claim(ann, "c"));
        delegation.works = 0;
        refuses(
            consentBy(delegation, more),
            more,
            abi.encodeWithSelector(IIPRegistry.DelegationUsedUp.selector, hashOf(delegation), 0)
        );
    }

    function test_aFailedCertificateUsesNothing() public {
        certify(ann, "content");
        Certify memory certify_ = claim(ann, "content");
        uint256 id = registry.workIdOf(ann, "content", block.chainid);
        refuses(
            consentBy(base, certify_),
            certify_,
            abi.encodeWithSelector(IIPRegistry.AlreadyCertified.selector, id)
        );
        eq(registry.delegationUsed(hashOf(base)), 0, "used");
    }

    function test_payeesAreExactlyThoseNamed() public {
        Delegation memory delegation = base;
        Payee[] memory payees = one(bob, 500);
        delegation.payees = hashOf(payees);
        Certify memory certify_ = claim(ann, "content");
        beyond(delegation, certify_);
        certify_.payees = one(bob, 501);
        beyond(delegation, certify_);
        certify_.payees = one(robot, 500);
        beyond(delegation, certify_);
        beyond(base, certify_);
        certify_.payees = payees;
        takes(delegation, certify_);
        delegation.payees = 0;
        beyond(delegation, certify_);
    }

    function test_theRoyaltyIsExactlyTheOneNamed() public {
        Delegation memory delegation = base;
        Certify memory certify_ = claim(ann, "content");
        certify_.resaleRoyalty = 1;
        beyond(delegation, certify_);
        delegation.resaleRoyalty = 500;
        beyond(delegation, certify_);
        certify_.resaleRoyalty = 500;
        takes(delegation, certify_);
    }

    function test_aDelegateNamesNoArbiter() public {
        Certify memory certify_ = claim(ann, "content");
        certify_.arbiter = robot;
        beyond(base, certify_);
        certify_.arbiterPowers = 3;
        beyond(base, certify_);
    }

    function test_deriveOnlyWhereAllowed() public {
        uint256 parent = certify(bob, "parent");
        Certify memory certify_ = claim(ann, "child");
        certify_.edges = one(edgeUnder(parent, ann, sharing(0, 0)));
        Delegation memory delegation = base;
        beyond(delegation, certify_);
        delegation.maxOwed = 1;
        takes(delegation, certify_);
        takes(delegation, claim(ann, "originals too"));
    }

    function owesTooMuch(
        Delegation memory delegation,
        Certify memory certify_,
        uint256 owed
    ) internal {
        refuses(
            consentBy(delegation, certify_),
            certify_,
            abi.encodeWithSelector(IIPLicense.BeyondDelegation.selector, owed, delegation.maxOwed)
        );
    }

    function test_aDelegateAgreesToNoMoreThanIsAllowed() public {
        uint256 parent = certify(bob, "parent");
        uint256 inherits = derive(bob, "inherits", parent, sharing(0, 300));
        Delegation memory delegation = base;
        delegation.maxOwed = 1_000;
        Certify memory certify_ = claim(ann, "child");
        certify_.edges = one(edgeUnder(parent, ann, sharing(1_001, 0)));
        owesTooMuch(delegation, certify_, 1_001);
        certify_.edges = one(edgeUnder(parent, ann, sharing(500, 501)));
        owesTooMuch(delegation, certify_, 1_001);
        // Volume that a parent owes itself counts.
        certify_.edges = one(edgeUnder(inherits, ann, sharing(701, 0)));
        owesTooMuch(delegation, certify_, 1_001);
        certify_.edges = one(edgeUnder(inherits, ann, sharing(600, 100)));
        takes(delegation, certify_);
        // The creator's own hand is not bound.
        Certify memory own = claim(ann, "own");
        own.edges = one(edgeUnder(parent, ann, sharing(9_000, 0)));
        Consent memory consent = consentBy(delegation, own);
        vm.prank(ann);
        license.certifyFor(own, noProof(), consent);
    }

    function test_attackDelegateTakesAllByAnEdge() public {
        uint256 robots = certify(robot, "robots");
        Delegation memory delegation = base;
        delegation.maxOwed = 500;
        Certify memory certify_ = claim(ann, "child");
        certify_.edges = one(edgeUnder(robots, ann, sharing(10_000, 0)));
        owesTooMuch(delegation, certify_, 10_000);
        certify_.edges = one(edgeUnder(robots, ann, sharing(0, 10_000)));
        owesTooMuch(delegation, certify_, 10_000);
        // Bought in the same call, and in a batch.
        uint256 bought = certify_.edges[0].licenseId;
        certify_.edges[0].licenseId = 0;
        Consent memory consent = consentBy(delegation, certify_);
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.BeyondDelegation.selector, 10_000, 500));
        vm.prank(address(market));
        license.certifyWith(certify_, noProof(), consent, list(bought));
        certify_.edges[0].licenseId = bought;
        Entry[] memory entries = new Entry[](1);
        entries[0] = entry(certify_, noProof(), consentBy(delegation, certify_));
        vm.prank(robot);
        eq(license.certifyMany(entries, true)[0], 0, "skipped");
        eq(registry.delegationUsed(hashOf(delegation)), 0, "used");
    }

    // ----------------------------------------------------------- who and when

    function test_anotherCreatorsDelegationIsWorthNothing() public {
        Certify memory certify_ = claim(ann, "content");
        Delegation memory delegation = delegating(bob, robot);
        refuses(
            consentBy(delegation, certify_),
            certify_,
            abi.encodeWithSelector(
                IIPRegistry.DelegationNotValid.selector,
                bob,
                robot,
                delegation.expiry
            )
        );
    }

    function test_aDelegationNeedsTheCreatorsSignature() public {
        Certify memory certify_ = claim(ann, "content");
        Consent memory consent = consentBy(base, certify_);
        bytes memory reason = abi.encodeWithSelector(
            IIPRegistry.InvalidSignature.selector,
            ann,
            hashOf(base)
        );
        bytes[3] memory bad = [
            bytes(""),
            sign(robot, hashOf(base)),
            sign(ann, address(market), hashOf(base))
        ];
        for (uint256 i; i < 3; ++i) {
            consent.delegationSignature = bad[i];
            refuses(consent, certify_, reason);
            vm.expectRevert(reason);
            registry.checkDelegation(base, bad[i]);
        }
    }

    function testFuzz_everyLimitIsSigned(uint256 field) public {
        Certify memory certify_ = claim(ann, "content");
        Consent memory consent = consentBy(base, certify_);
        Delegation memory d = consent.delegation;
        field %= 7;
        if (field == 0) d.expiry += 1;
        if (field == 1) d.works += 1;
        if (field == 2) d.payees = hashOf(one(robot, 10_000));
        if (field == 3) d.resaleRoyalty += 1;
        if (field == 4) d.maxOwed = 10_000;
        if (field == 5) d.termsRoot = "root";
        if (field == 6) d.salt += 1;
        refuses(
            consent,
            certify_,
            abi.encodeWithSelector(IIPRegistry.InvalidSignature.selector, ann, hashOf(d))
        );
    }

    function test_onlyTheDelegateActs() public {
        Certify memory certify_ = claim(ann, "content");
        Consent memory consent = consentBy(base, certify_);
        consent.signature = sign(eve, consentHash(certify_, consent.deadline));
        vm.expectRevert(
            abi.encodeWithSelector(
                IIPRegistry.InvalidSignature.selector,
                robot,
                consentHash(certify_, consent.deadline)
            )
        );
        this.submitted(certify_, consent, false);
        consent.signature = "";
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.NotCreator.selector, eve, ann));
        this.submitted(certify_, consent, false);
        // With a delegation at hand, even the creator's own consent is not asked for.
        consent.signature = sign(ann, consentHash(certify_, consent.deadline));
        vm.expectRevert(
            abi.encodeWithSelector(
                IIPRegistry.InvalidSignature.selector,
                robot,
                consentHash(certify_, consent.deadline)
            )
        );
        this.submitted(certify_, consent, false);
    }

    function test_theDelegatesConsentEnds() public {
        Certify memory certify_ = claim(ann, "content");
        Consent memory consent = consentBy(base, certify_);
        vm.warp(consent.deadline + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IIPRegistry.ConsentExpired.selector, consent.deadline)
        );
        this.submitted(certify_, consent, false);
        // Who calls needs no deadline.
        this.submitted(certify_, consent, true);
    }

    function test_theCreatorRevokesADelegation() public {
        Certify memory certify_ = claim(ann, "content");
        Consent memory consent = consentBy(base, certify_);
        bytes32 hash = hashOf(base);
        vm.prank(robot);
        registry.revoke(hash);
        takes(base, claim(ann, "still valid"));
        vm.prank(ann);
        registry.revoke(hash);
        bytes memory reason = abi.encodeWithSelector(
            IIPRegistry.ConsentRevoked.selector,
            ann,
            hash
        );
        refuses(consent, certify_, reason);
        vm.expectRevert(reason);
        registry.checkDelegation(base, consent.delegationSignature);
    }

    function test_theDelegateRevokesItsOwnConsent() public {
        Certify memory certify_ = claim(ann, "content");
        Consent memory consent = consentBy(base, certify_);
        bytes32 hash = consentHash(certify_, consent.deadline);
        vm.prank(robot);
        registry.revoke(hash);
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.ConsentRevoked.selector, robot, hash));
        this.submitted(certify_, consent, false);
    }

    function test_attackDelegationReplayedOnAnotherChain() public {
        Certify memory certify_ = claim(ann, "content");
        Consent memory consent = consentBy(base, certify_);
        vm.chainId(block.chainid + 1);
        certify_.homeChainId = block.chainid;
        consent.signature = sign(robot, consentHash(certify_, consent.deadline));
        refuses(
            consent,
            certify_,
            abi.encodeWithSelector(IIPRegistry.InvalidSignature.selector, ann, hashOf(base))
        );
    }

    function test_attackDelegationUsedTwiceByMalleatedSignatures() public {
        Delegation memory delegation = base;
        delegation.works = 1;
        Certify memory certify_ = claim(ann, "content");
        submit(certify_, consentBy(delegation, certify_), false);
        certify_.contentHash = "second";
        Consent memory consent = consentBy(delegation, certify_);
        bytes memory usedUp = abi.encodeWithSelector(
            IIPRegistry.DelegationUsedUp.selector,
            hashOf(delegation),
            1
        );
        consent.delegationSignature = malleated(consent.delegationSignature);
        refuses(consent, certify_, usedUp);
        consent.delegationSignature = compact(sign(ann, hashOf(delegation)));
        refuses(consent, certify_, usedUp);
    }

    function test_delegatesInABatch() public {
        Delegation memory delegation = base;
        delegation.works = 2;
        Entry[] memory entries = new Entry[](3);
        for (uint256 i; i < 3; ++i) {
            Certify memory certify_ = claim(ann, bytes32(i));
            entries[i] = entry(certify_, noProof(), consentBy(delegation, certify_));
        }
        vm.prank(robot);
        uint256[] memory ids = registry.certifyMany(entries, true);
        yes(ids[0] != 0 && ids[1] != 0, "two");
        eq(ids[2], 0, "and no more");
    }

    function test_edgesOfADelegateAreTheCreatorsLicenses() public {
        uint256 parent = certify(bob, "parent");
        Delegation memory delegation = base;
        delegation.maxOwed = 1_000;
        Certify memory certify_ = claim(ann, "child");
        Edge memory robots = edgeUnder(parent, robot, sharing(1_000, 0));
        certify_.edges = one(robots);
        refuses(
            consentBy(delegation, certify_),
            certify_,
            abi.encodeWithSignature(
                "LicenseNotHeld(uint256,address,address)",
                robots.licenseId,
                robot,
                ann
            )
        );
    }
}
