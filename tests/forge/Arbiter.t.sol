// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPLicense} from "../../contracts/interfaces/IIPLicense.sol";
import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {IRoyaltySplitter} from "../../contracts/interfaces/IRoyaltySplitter.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {Certify, Payee, Terms} from "../../contracts/types/Structs.sol";
import {Base} from "./Base.sol";

/// @notice What an arbiter may do, and what not: nothing that the creator did not sign.
contract ArbiterTest is Base {
    address internal judge = actor("judge");

    function arbitrated(
        bytes32 content,
        uint8 powers,
        uint16 lienCap
    ) internal view returns (Certify memory certify_) {
        certify_ = claim(ann, content);
        (certify_.arbiter, certify_.arbiterPowers, certify_.lienCap) = (judge, powers, lienCap);
    }

    function certified(uint8 powers, uint16 lienCap) internal returns (uint256) {
        bytes32 content = keccak256(abi.encode(powers, lienCap));
        vm.prank(ann);
        return registry.certify(arbitrated(content, powers, lienCap));
    }

    function revocable() internal pure returns (Terms memory terms) {
        terms = granting(OPEN | Rights.REVOCABLE_FOR_BREACH);
    }

    function revocableExclusive() internal pure returns (Terms memory terms) {
        terms = granting(Rights.COMMERCIAL | Rights.REVOCABLE_FOR_BREACH | Rights.EXCLUSIVE);
        terms.duration = 10 days;
    }

    // ------------------------------------------------------------------ named

    function test_theCreatorNamesAnArbiterOnce() public {
        Certify memory certify_ = arbitrated("work", 3, 2_500);
        uint256 id = registry.workIdOf(ann, "work", block.chainid);
        vm.expectEmit(address(registry));
        emit IIPRegistry.ArbiterNamed(id, judge, 3, 2_500);
        vm.prank(ann);
        registry.certify(certify_);
        (address arbiter, uint256 powers, uint256 cap) = registry.arbiterOf(id);
        eq(arbiter, judge, "arbiter");
        eq(powers, 3, "powers");
        eq(cap, 2_500, "lien cap");
        (arbiter, powers, cap) = registry.arbiterOf(certify(ann, "free"));
        eq(arbiter, address(0), "nobody by default");
        eq(powers | cap, 0, "nor any power");
    }

    function test_theArbiterStaysWhenTheCertificateMoves() public {
        uint256 id = certified(1, 0);
        vm.prank(ann);
        registry.transferFrom(ann, bob, id);
        vm.prank(judge);
        registry.suspend(id, true);
        (, , bool suspended) = registry.ownership(id);
        yes(suspended, "suspended");
    }

    function testFuzz_arbitersMustMakeSense(
        address arbiter,
        uint8 powers,
        uint16 lienCap,
        bool small
    ) public {
        if (small) (powers, lienCap) = (powers % 5, lienCap % 10_002);
        Certify memory certify_ = arbitrated("work", powers, lienCap);
        certify_.arbiter = lienCap % 3 == 0 ? address(0) : arbiter;
        arbiter = certify_.arbiter;
        bool valid =
            arbiter == address(0) ? powers == 0 && lienCap == 0 : powers <= 3 && lienCap <= 10_000;
        if (!valid) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IIPRegistry.InvalidArbiter.selector,
                    arbiter,
                    powers,
                    lienCap
                )
            );
        }
        vm.prank(ann);
        uint256 id = registry.certify(certify_);
        if (!valid) return;
        (address found, uint256 power, uint256 cap) = registry.arbiterOf(id);
        eq(found, arbiter, "arbiter");
        eq(power, powers, "powers");
        eq(cap, lienCap, "cap");
    }

    // ---------------------------------------------------------------- suspend

    function test_suspensionStopsNewSalesOnly() public {
        uint256 id = certified(1, 0);
        Terms memory terms = sharing(1_000, 0);
        terms.duration = 5 days;
        uint256 held = issueTo(bob, id, terms);
        bytes32 termsHash = license.hashTerms(terms);
        vm.expectEmit(address(registry));
        emit IIPRegistry.Suspended(id, true);
        vm.prank(judge);
        registry.suspend(id, true);

        bytes memory stopped = abi.encodeWithSelector(IIPLicense.SalesSuspended.selector, id);
        vm.expectRevert(stopped);
        license.checkTerms(id, termsHash);
        address[2] memory issuers = [ann, address(market)];
        for (uint256 i; i < 2; ++i) {
            vm.expectRevert(stopped);
            vm.prank(issuers[i]);
            license.issue(id, termsHash, bob, 1, 0);
            vm.expectRevert(stopped);
            vm.prank(issuers[i]);
            license.renew(held);
        }
        yes(license.check(held, bob, OPEN, block.timestamp), "the license goes on");
        certifyWith(bob, "child", one(edge(id, termsHash, held)), none());
        payEther(eve, id, 100);
        splitter.release(id, ETHER);
        eq(ann.balance, 100, "and so does the income");

        vm.expectEmit(address(registry));
        emit IIPRegistry.Suspended(id, false);
        vm.prank(judge);
        registry.suspend(id, false);
        license.checkTerms(id, termsHash);
        issueTo(bob, id, terms);
        vm.prank(ann);
        license.renew(held);
    }

    function test_suspendNeedsThePower() public {
        bytes4 selector = IIPRegistry.NotArbiter.selector;
        uint8[2] memory without = [0, 2];
        for (uint256 i; i < 2; ++i) {
            uint256 weak = certified(without[i], 0);
            vm.expectRevert(abi.encodeWithSelector(selector, weak, judge, 1));
            vm.prank(judge);
            registry.suspend(weak, true);
        }
        uint256 id = certified(1, 0);
        address[3] memory others = [ann, eve, address(license)];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(selector, id, others[i], 1));
            vm.prank(others[i]);
            registry.suspend(id, true);
        }
        uint256 free = certify(ann, "free");
        vm.expectRevert(abi.encodeWithSelector(selector, free, judge, 1));
        vm.prank(judge);
        registry.suspend(free, true);
        vm.expectRevert(abi.encodeWithSelector(selector, 42, judge, 1));
        vm.prank(judge);
        registry.suspend(42, true);
    }

    // ----------------------------------------------------------------- revoke

    function test_revokedLicensesAreWorthNothing() public {
        uint256 id = certified(2, 0);
        Terms memory terms = revocable();
        terms.duration = 5 days;
        uint256 held = issueTo(bob, id, terms);
        uint256 other = issueTo(bob, id, terms);
        certifyWith(bob, "before", one(edge(id, license.hashTerms(terms), held)), none());
        vm.expectEmit(address(license));
        emit IIPLicense.LicenseRevoked(held, id, "decision");
        vm.prank(judge);
        license.revoke(held, "decision");
        yes(license.isRevoked(held), "revoked");
        no(license.isRevoked(other), "the other");
        no(license.check(held, bob, Rights.COMMERCIAL, block.timestamp), "check");
        no(license.check(held, bob, 0, block.timestamp), "not even held");
        yes(license.check(other, bob, OPEN, block.timestamp), "the other goes on");

        bytes memory isRevoked = abi.encodeWithSelector(IIPLicense.LicenseIsRevoked.selector, held);
        vm.expectRevert(isRevoked);
        this.deriveUnder(id, terms, held);
        vm.expectRevert(isRevoked);
        vm.prank(ann);
        license.renew(held);
        this.deriveUnder(id, terms, other);
        uint256 before = registry.workIdOf(bob, "before", block.chainid);
        (uint16 ceiling, , , ) = license.bounds(before);
        eq(ceiling, OPEN, "what was derived before stays");
    }

    function deriveUnder(uint256 parent, Terms calldata terms, uint256 licenseId) external {
        certifyWith(bob, "child", one(edge(parent, license.hashTerms(terms), licenseId)), none());
    }

    function test_revokeNeedsPowerAndTerms() public {
        uint256 id = certified(2, 0);
        uint256 held = issueTo(bob, id, revocable());
        uint256 firm = issueTo(bob, id, granting(OPEN));
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.NotRevocable.selector, firm));
        vm.prank(judge);
        license.revoke(firm, 0);
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.UnknownLicense.selector, 99));
        vm.prank(judge);
        license.revoke(99, 0);
        bytes4 selector = IIPLicense.NotArbiter.selector;
        address[3] memory others = [ann, bob, eve];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(selector, id, others[i], 2));
            vm.prank(others[i]);
            license.revoke(held, 0);
        }
        uint256 weak = certified(1, 5_000);
        held = issueTo(bob, weak, revocable());
        vm.expectRevert(abi.encodeWithSelector(selector, weak, judge, 2));
        vm.prank(judge);
        license.revoke(held, 0);
        // The arbiter of one work has no say in another.
        uint256 free = certify(ann, "free");
        held = issueTo(bob, free, revocable());
        vm.expectRevert(abi.encodeWithSelector(selector, free, judge, 2));
        vm.prank(judge);
        license.revoke(held, 0);
    }

    function test_revocationFreesTheExclusive() public {
        uint256 id = certified(2, 0);
        Terms memory exclusive = revocableExclusive();
        issueTo(dan, id, revocable());
        uint256 held = issueTo(bob, id, exclusive);
        bytes32 termsHash = license.hashTerms(exclusive);
        uint256 until = block.timestamp + 10 days;
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.SoldExclusively.selector, id, until));
        license.checkTerms(id, termsHash);
        vm.prank(judge);
        license.revoke(held, 0);
        eq(license.exclusiveUntil(id), 0, "free");
        issueTo(cid, id, granting(OPEN));
        vm.warp(block.timestamp + 1);
        issueTo(cid, id, exclusive);
        eq(license.exclusiveUntil(id), until + 1, "sold again");
    }

    function test_revokingAnotherLicenseFreesNoExclusive() public {
        uint256 id = certified(2, 0);
        Terms memory plain = revocable();
        plain.duration = 10 days;
        uint256 other = issueTo(dan, id, plain);
        issueTo(bob, id, revocableExclusive());
        vm.prank(judge);
        license.revoke(other, 0);
        eq(license.exclusiveUntil(id), block.timestamp + 10 days, "still exclusive");
    }

    /// @dev The exclusive license that took the place of a revoked one may end in the same second.
    function test_revokingTwiceFreesNobodyElsesExclusive() public {
        uint256 id = certified(2, 0);
        uint256 held = issueTo(bob, id, revocableExclusive());
        vm.prank(judge);
        license.revoke(held, 0);
        Terms memory firm = revocableExclusive();
        firm.grant &= ~Rights.REVOCABLE_FOR_BREACH;
        issueTo(cid, id, firm);
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.LicenseIsRevoked.selector, held));
        vm.prank(judge);
        license.revoke(held, 0);
        eq(license.exclusiveUntil(id), block.timestamp + 10 days, "still exclusive");
    }

    // ------------------------------------------------------------------- lien

    function lien(uint256 id, address caller, uint16 share) internal {
        vm.prank(caller);
        splitter.addLien(id, dan, share);
    }

    function test_lienIsAddedOnceWithinTheCap() public {
        uint256 id = certified(0, 2_000);
        bytes4 selector = IRoyaltySplitter.LienNotAllowed.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, id, judge, 2_001, 2_000));
        lien(id, judge, 2_001);
        vm.expectRevert(abi.encodeWithSelector(selector, id, ann, 100, 2_000));
        lien(id, ann, 100);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.InvalidPayee.selector, dan, 0));
        lien(id, judge, 0);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.PayeeAdded(id, dan, 500);
        lien(id, judge, 500);
        vm.expectRevert(abi.encodeWithSelector(selector, id, judge, 500, 2_000));
        lien(id, judge, 500);
        Payee[] memory payees = splitter.payeesOf(id);
        eq(payees.length, 1, "payees");
        eq(payees[0].to, dan, "to");
        eq(payees[0].share, 500, "share");
        payEther(eve, id, 1_000);
        splitter.draw(id, ETHER);
        eq(splitter.balances(dan, ETHER), 50, "the lien's part");
        eq(splitter.balances(ann, ETHER), 950, "the owner's");
    }

    function test_lienNeedsACap() public {
        uint256 id = certified(3, 0);
        bytes4 selector = IRoyaltySplitter.LienNotAllowed.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, id, judge, 1, 0));
        lien(id, judge, 1);
        uint256 free = certify(ann, "free");
        vm.expectRevert(abi.encodeWithSelector(selector, free, judge, 1, 0));
        lien(free, judge, 1);
        vm.expectRevert(abi.encodeWithSelector(selector, 42, judge, 1, 0));
        lien(42, judge, 1);
    }

    function test_whatTheLienMayTakeStaysFree() public {
        uint256 id = certified(0, 2_000);
        bytes4 tooMuch = IRoyaltySplitter.PayeesShareTooMuch.selector;
        vm.expectRevert(abi.encodeWithSelector(tooMuch, 10_001));
        vm.prank(ann);
        splitter.addPayee(id, bob, 8_001);
        vm.prank(ann);
        splitter.addPayee(id, bob, 8_000);
        vm.expectRevert(abi.encodeWithSelector(tooMuch, 10_001));
        vm.prank(ann);
        splitter.addPayee(id, bob, 1);
        lien(id, judge, 500);
        // What the arbiter left is the owner's again.
        vm.prank(ann);
        splitter.addPayee(id, cid, 1_500);
        vm.expectRevert(abi.encodeWithSelector(tooMuch, 10_001));
        vm.prank(ann);
        splitter.addPayee(id, cid, 1);
    }

    function test_certificationKeepsTheLiensPartFree() public {
        Certify memory certify_ = arbitrated("work", 0, 2_000);
        certify_.payees = one(bob, 8_001);
        vm.expectRevert(
            abi.encodeWithSelector(IRoyaltySplitter.PayeesShareTooMuch.selector, 10_001)
        );
        vm.prank(ann);
        license.certify(certify_);
        certify_.payees = one(bob, 8_000);
        vm.prank(ann);
        uint256 id = license.certify(certify_);
        lien(id, judge, 2_000);
        payEther(eve, id, 1_000);
        splitter.draw(id, ETHER);
        eq(splitter.balances(dan, ETHER), 200, "the lien's part");
        eq(splitter.balances(bob, ETHER), 800, "the payee's");
        eq(splitter.balances(ann, ETHER), 0, "the owner's");
    }

    /// @dev As many payees as there may be must not keep the arbiter out.
    function test_payeesCannotCrowdOutTheLien() public {
        uint256 id = certified(0, 2_000);
        uint256 added;
        for (; added < 40; ++added) {
            vm.prank(ann);
            (bool success, ) = address(splitter).call(
                abi.encodeCall(splitter.addPayee, (id, bob, 1))
            );
            if (!success) break;
        }
        atMost(added, 32, "payees");
        lien(id, judge, 2_000);
        payEther(eve, id, 10_000);
        splitter.draw(id, ETHER);
        eq(splitter.balances(dan, ETHER), 2_000, "the lien's part");
        eq(splitter.balances(bob, ETHER), added, "the payees'");
    }
}
