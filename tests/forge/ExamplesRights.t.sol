// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPLicense} from "../../contracts/interfaces/IIPLicense.sol";
import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {IRoyaltySplitter} from "../../contracts/interfaces/IRoyaltySplitter.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {Certify, Terms} from "../../contracts/types/Structs.sol";
import {MarketBase} from "./MarketBase.sol";
import {FirstClaim} from "./examples/FirstClaim.sol";
import {LicenseGate} from "./examples/LicenseGate.sol";
import {LineageReader} from "./examples/LineageReader.sol";
import {Subscription} from "./examples/Subscription.sol";

/// @notice The examples of docs/integrating.md that are about rights: who may do what.
contract ExamplesRightsTest is MarketBase {
    uint16 internal constant MERCHANT = Rights.COMMERCIAL | Rights.MERCH;

    LicenseGate internal gate;
    LineageReader internal reader;
    Subscription internal club;
    /// @dev Cid's license to sell merchandise of `root`.
    uint256 internal sold;

    function setUp() public override {
        super.setUp();
        gate = new LicenseGate(license, root);
        reader = new LineageReader(registry, splitter, license);
        club = new Subscription(registry, splitter, license);
        sold = issueTo(cid, root, granting(MERCHANT));
    }

    // ------------------------------------------------------------ LicenseGate

    function printFails(address who, uint256 licenseId, bytes4 selector, uint256 detail) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, licenseId, detail));
        vm.prank(who);
        gate.print(licenseId);
    }

    function notLicensed(address who, uint256 licenseId) internal {
        printFails(who, licenseId, LicenseGate.NotLicensed.selector, uint160(who));
    }

    function test_gate_onlyForWhoeverHoldsTheRight() external {
        Terms memory terms = granting(MERCHANT | Rights.TRANSFERABLE | Rights.REVOCABLE_FOR_BREACH);
        terms.duration = 1 days;
        uint256 id = issueTo(cid, root, terms);
        vm.prank(cid);
        eq(gate.print(id), 1, "first print");
        eq(gate.madeUnder(1), id, "made under the license");
        notLicensed(dan, id);
        notLicensed(cid, 999);
        uint256 less = issueTo(cid, root, granting(Rights.COMMERCIAL));
        notLicensed(cid, less);

        vm.prank(cid);
        license.transferFrom(cid, dan, id);
        notLicensed(cid, id);
        vm.prank(dan);
        eq(gate.print(id), 2, "the new holder's");
        vm.warp(block.timestamp + 1 days);
        notLicensed(dan, id);
        eq(gate.prints(), 2, "two prints");
    }

    function test_gate_aLicenseForAnotherWorkDoesNotPass() external {
        uint256 other = issueTo(cid, certify(ann, "other"), granting(MERCHANT));
        uint256 workId = registry.workIdOf(ann, "other", block.chainid);
        printFails(cid, other, LicenseGate.OtherWork.selector, workId);
    }

    function test_gate_aRevokedLicenseDoesNotPass() external {
        Certify memory certify_ = claim(ann, "judged");
        (certify_.arbiter, certify_.arbiterPowers) = (eve, 2);
        vm.prank(ann);
        uint256 judged = registry.certify(certify_);
        gate = new LicenseGate(license, judged);
        uint256 id = issueTo(cid, judged, granting(MERCHANT | Rights.REVOCABLE_FOR_BREACH));
        gate.requireLicensed(id, cid);
        vm.prank(eve);
        license.revoke(id, "breach");
        notLicensed(cid, id);
    }

    /// @dev What docs/integrating.md says reads cost, at most. One call a test: all slots are cold.
    function test_gas_check() external view {
        license.check(sold, cid, MERCHANT, block.timestamp);
        atMost(vm.lastCallGas().gasTotalUsed, 10_000, "check");
    }

    function test_gas_checkAndWork() external view {
        gate.requireLicensed(sold, cid);
        atMost(vm.lastCallGas().gasTotalUsed, 20_000, "check and work");
    }

    function test_gas_oneStepOfALineage() external view {
        splitter.sharesOf(work);
        atMost(vm.lastCallGas().gasTotalUsed, 10_000, "sharesOf, one parent");
    }

    function test_gas_fingerprint() external view {
        registry.getStateFingerprint(work);
        atMost(vm.lastCallGas().gasTotalUsed, 10_000, "getStateFingerprint");
    }

    // ----------------------------------------------------------- Subscription

    function monthly(uint16 more) internal returns (bytes32) {
        Terms memory terms = granting(Rights.COMMERCIAL | more);
        terms.duration = 30 days;
        return license.registerTerms(terms);
    }

    function allow(uint256 workId) internal {
        address owner = registry.ownerOf(workId);
        vm.prank(owner);
        license.allowMarket(workId, address(club), true);
    }

    function plan(address token) internal returns (uint256 planId) {
        allow(work);
        bytes32 termsHash = monthly(0);
        vm.prank(bob);
        return club.makePlan(work, termsHash, token, 1_000);
    }

    function test_subscription_periodByPeriod() external {
        uint256 planId = plan(address(dollar));
        dollar.mint(cid, 5_000);
        vm.prank(cid);
        dollar.approve(address(club), 5_000);
        uint256 start = block.timestamp;
        vm.prank(cid);
        uint256 id = club.subscribe(planId);
        eq(license.ownerOf(id), cid, "subscriber's");
        yes(license.check(id, cid, Rights.COMMERCIAL, start + 30 days - 1), "runs a period");
        no(license.check(id, cid, Rights.COMMERCIAL, start + 30 days), "and no longer");
        vm.warp(start + 29 days);
        vm.prank(cid);
        eq(club.renew(planId, id), start + 60 days, "the next period follows");
        eq(dollar.balanceOf(cid), 3_000, "two periods paid");
        eq(splitter.credit(work, address(dollar)), 1_800, "the work's net");
        splitter.settle(work, address(dollar));
        eq(splitter.credit(root, address(dollar)), 200, "its parent's tenth");

        vm.warp(start + 60 days);
        vm.expectPartialRevert(IIPLicense.NotRenewable.selector);
        vm.prank(cid);
        club.renew(planId, id);
        eq(dollar.balanceOf(address(club)), 0, "holds nothing");
    }

    function test_subscription_inEther() external {
        uint256 planId = plan(ETHER);
        vm.deal(cid, 3_000);
        vm.prank(cid);
        uint256 id = club.subscribe{value: 1_000}(planId);
        // Anybody may pay for somebody's next period.
        vm.deal(dan, 1_000);
        vm.prank(dan);
        club.renew{value: 1_000}(planId, id);
        eq(splitter.credit(work, ETHER), 1_800, "the work's net");
        vm.expectRevert(err(IRoyaltySplitter.WrongValue.selector, 999, 1_000));
        vm.prank(cid);
        club.subscribe{value: 999}(planId);
        vm.expectRevert(err(IRoyaltySplitter.WrongValue.selector, 0, 1_000));
        vm.prank(cid);
        club.renew(planId, id);
    }

    function test_subscription_plansAreTheOwners() external {
        allow(work);
        bytes32 termsHash = monthly(0);
        bytes4 selector = Subscription.InvalidPlan.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, work, eve, 1));
        vm.prank(eve);
        club.makePlan(work, termsHash, ETHER, 1);
        vm.expectRevert(abi.encodeWithSelector(selector, work, bob, 0));
        vm.prank(bob);
        club.makePlan(work, termsHash, ETHER, 0);
        // What does not fit the work cannot be planned.
        bytes32 above = monthly(Rights.MERCH);
        vm.expectRevert(
            abi.encodeWithSelector(IIPLicense.ExceedsCeiling.selector, work, Rights.MERCH)
        );
        vm.prank(bob);
        club.makePlan(work, above, ETHER, 1);
        vm.expectRevert(abi.encodeWithSelector(Subscription.PlanVoid.selector, 7));
        club.subscribe(7);
    }

    function test_subscription_anOldOwnersPlanNeverRevives() external {
        uint256 planId = plan(address(dollar));
        transferTo(dan, work);
        bytes memory void_ = abi.encodeWithSelector(Subscription.PlanVoid.selector, planId);
        vm.expectRevert(void_);
        vm.prank(cid);
        club.subscribe(planId);
        allow(work);
        vm.expectRevert(void_);
        vm.prank(cid);
        club.subscribe(planId);
    }

    function test_subscription_needsThePermission() external {
        uint256 planId = plan(ETHER);
        vm.prank(bob);
        license.allowMarket(work, address(club), false);
        vm.deal(cid, 1_000);
        vm.expectRevert(
            abi.encodeWithSelector(IIPLicense.NotIssuer.selector, work, address(club), bob)
        );
        vm.prank(cid);
        club.subscribe{value: 1_000}(planId);
    }

    function test_subscription_renewsOnlyItsOwnTerms() external {
        uint256 planId = plan(ETHER);
        uint256 other = issueTo(cid, work, during(30 days));
        vm.expectRevert(abi.encodeWithSelector(Subscription.OtherLicense.selector, planId, other));
        club.renew(planId, other);
    }

    function test_subscription_onlyTheSplitterCallsBack() external {
        dollar.mint(cid, 1_000);
        vm.prank(cid);
        dollar.approve(address(club), 1_000);
        vm.expectRevert(abi.encodeWithSelector(Subscription.OnlySplitter.selector, eve));
        vm.prank(eve);
        club.onPay(address(dollar), 1_000, cid);
    }

    // ---------------------------------------------------------- LineageReader

    function test_lineage_everyAncestorOnce() external {
        uint256 left = derive(cid, "left", work, sharing(500, 0));
        uint256 right = derive(dan, "right", root, sharing(0, 100));
        uint256 bottom = certifyWith(
            eve,
            "bottom",
            two(edgeUnder(left, eve, sharing(100, 0)), edgeUnder(right, eve, sharing(200, 0))),
            none()
        );
        (uint256[] memory works, bool complete) = reader.ancestors(bottom, 10);
        yes(complete, "all of them");
        eq(works.length, 4, "left, right, work, root");
        (uint256 low, uint256 high) = left < right ? (left, right) : (right, left);
        eq(works[0], low, "parents first, ascending");
        eq(works[1], high, "parents first, ascending");
        yes(
            (works[2] == work && works[3] == root) || (works[2] == root && works[3] == work),
            "then theirs, root once"
        );
        (works, complete) = reader.ancestors(bottom, 4);
        yes(complete && works.length == 4, "as many as there are");
        (works, complete) = reader.ancestors(bottom, 3);
        no(complete, "one is left out");
        eq(works.length, 3, "as many as asked for");
        (works, complete) = reader.ancestors(root, 0);
        yes(complete && works.length == 0, "an original has none");
        // 1 % and 2 % to its parents, and 1 % of every payment to root.
        eq(reader.owes(bottom), 400, "owed in all");
        eq(reader.owes(root), 0, "an original owes nothing");
    }

    function test_lineage_whatMayBeGranted() external {
        yes(reader.mayGrant(root, Rights.PERMISSIONS, 0), "an original is free");
        yes(reader.mayGrant(work, OPEN, 0), "what is passed on");
        no(reader.mayGrant(work, Rights.TRAIN, 0), "what is not");
        Terms memory terms = during(30 days);
        terms.grant |= Rights.ENDS_WITH_LICENSE;
        uint256 timed = derive(cid, "timed", root, terms);
        uint256 until = block.timestamp + 30 days;
        yes(reader.mayGrant(timed, OPEN, until), "as long as its own license");
        no(reader.mayGrant(timed, OPEN, until + 1), "not longer");
        no(reader.mayGrant(timed, OPEN, 0), "not for ever");
    }

    function test_lineage_unknownWorks() external {
        bytes memory unknown = abi.encodeWithSelector(LineageReader.UnknownWork.selector, 7);
        vm.expectRevert(unknown);
        reader.ancestors(7, 1);
        vm.expectRevert(unknown);
        reader.owes(7);
        vm.expectRevert(unknown);
        reader.mayGrant(7, 0, 0);
    }

    // ------------------------------------------------------------- FirstClaim

    function test_firstClaim() external {
        FirstClaim contest = new FirstClaim(registry, block.timestamp + 1 days);
        vm.prank(ann);
        eq(contest.enter(ann, "root"), root, "its id");
        eq(contest.entrant(root), ann, "entered");

        vm.expectRevert(abi.encodeWithSelector(FirstClaim.NotOwner.selector, root, bob));
        vm.prank(bob);
        contest.enter(ann, "root");
        uint256 absent = registry.workIdOf(bob, "absent", block.chainid);
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, absent));
        vm.prank(bob);
        contest.enter(bob, "absent");

        uint256 copy = certify(bob, "root");
        bytes4 contested = FirstClaim.Contested.selector;
        vm.expectRevert(abi.encodeWithSelector(contested, copy, root, 2));
        vm.prank(bob);
        contest.enter(bob, "root");
        vm.expectRevert(abi.encodeWithSelector(contested, root, root, 2));
        vm.prank(ann);
        contest.enter(ann, "root");

        vm.warp(block.timestamp + 1 days + 1);
        uint256 late = certify(ann, "late");
        vm.expectRevert(abi.encodeWithSelector(FirstClaim.TooLate.selector, late, block.timestamp));
        vm.prank(ann);
        contest.enter(ann, "late");
    }
}
