// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPLicense} from "../../contracts/interfaces/IIPLicense.sol";
import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {Terms} from "../../contracts/types/Structs.sol";
import {Base} from "./Base.sol";

/// @notice When licenses run, who renews them, and which markets may issue them.
contract LicensingTest is Base {
    uint256 internal constant MOST = 365_000 days;
    uint256 internal work;
    uint256 internal start;

    function setUp() public override {
        super.setUp();
        work = certify(ann, "work");
        start = block.timestamp;
    }

    function issueAt(Terms memory terms, uint256 at) internal returns (uint256) {
        bytes32 termsHash = license.registerTerms(terms);
        vm.prank(ann);
        return license.issue(work, termsHash, bob, 1, at);
    }

    function issued(Terms calldata terms, uint256 at) external returns (uint256) {
        return issueAt(terms, at);
    }

    function renew(uint256 id) internal returns (uint256) {
        vm.prank(ann);
        return license.renew(id);
    }

    function expectTimes(uint256 id, uint256 from, uint256 until) internal view {
        (, , uint256 start_, uint256 end, ) = license.license(id);
        eq(start_, from, "start");
        eq(end, until, "end");
    }

    function exclusive() internal pure returns (Terms memory terms) {
        terms = granting(Rights.COMMERCIAL | Rights.EXCLUSIVE);
        terms.duration = 10 days;
    }

    function ending(uint40 duration) internal pure returns (Terms memory terms) {
        terms = granting(OPEN);
        terms.duration = duration;
    }

    // ------------------------------------------------------------------ start

    function test_aLicenseMayStartLater() public {
        uint256 at = start + 30 days;
        uint256 id = issueAt(during(10 days), at);
        expectTimes(id, at, at + 10 days);
        no(license.check(id, bob, OPEN, at - 1), "before");
        yes(license.check(id, bob, OPEN, at), "first second");
        yes(license.check(id, bob, OPEN, at + 10 days - 1), "last second");
        no(license.check(id, bob, OPEN, at + 10 days), "after");
        bytes memory notActive = abi.encodeWithSelector(
            IIPLicense.LicenseNotActive.selector,
            id,
            at,
            at + 10 days,
            start
        );
        vm.expectRevert(notActive);
        this.deriveUnder(id, during(10 days));
        vm.warp(at);
        this.deriveUnder(id, during(10 days));
    }

    function deriveUnder(uint256 id, Terms calldata terms) external {
        certifyWith(bob, "child", one(edge(work, license.hashTerms(terms), id)), none());
    }

    function test_aPerpetualLicenseMayStartLater() public {
        uint256 id = issueAt(granting(OPEN), start + 1);
        expectTimes(id, start + 1, 0);
        no(license.check(id, bob, OPEN, start), "before");
        yes(license.check(id, bob, OPEN, type(uint256).max), "for ever");
    }

    function test_noLicenseStartsInThePast() public {
        bytes4 selector = IIPLicense.InvalidStart.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, start - 1, start));
        this.issued(granting(OPEN), start - 1);
        vm.expectRevert(abi.encodeWithSelector(selector, 1, start));
        this.issued(granting(OPEN), 1);
        vm.expectRevert(abi.encodeWithSelector(selector, start + MOST + 1, start));
        this.issued(granting(OPEN), start + MOST + 1);
        vm.expectRevert(abi.encodeWithSelector(selector, type(uint256).max, start));
        this.issued(granting(OPEN), type(uint256).max);
        this.issued(granting(OPEN), start);
        uint256 id = this.issued(ending(uint40(MOST)), start + MOST);
        expectTimes(id, start + MOST, start + 2 * MOST);
    }

    function test_aLaterExclusiveBlocksFromTheSaleOn() public {
        issueAt(exclusive(), start + 5 days);
        eq(license.exclusiveUntil(work), start + 15 days, "until its end");
        vm.expectRevert(
            abi.encodeWithSelector(IIPLicense.SoldExclusively.selector, work, start + 15 days)
        );
        this.issued(granting(OPEN), 0);
    }

    // ------------------------------------------------------------------ renew

    function test_renewalGoesOnFromTheEnd() public {
        uint256 id = issueAt(ending(10 days), 0);
        vm.warp(start + 4 days);
        vm.expectEmit(address(license));
        emit IIPLicense.LicenseRenewed(id, work, start + 20 days);
        eq(renew(id), start + 20 days, "end");
        expectTimes(id, start, start + 20 days);
        eq(renew(id), start + 30 days, "again");
        yes(license.check(id, bob, OPEN, start + 30 days - 1), "runs");
    }

    /// @dev It would seem to have run in between.
    function test_whatHasEndedStaysEnded() public {
        uint256 id = issueAt(ending(10 days), 0);
        bytes memory over = abi.encodeWithSelector(
            IIPLicense.NotRenewable.selector,
            id,
            start + 20 days
        );
        // In the very second of its end it is over.
        vm.warp(start + 10 days);
        vm.expectRevert(over);
        renew(id);
        vm.warp(start + 50 days);
        vm.expectRevert(over);
        renew(id);
        vm.warp(start + 10 days - 1);
        eq(renew(id), start + 20 days, "in its last second");
    }

    function test_aLicenseBeforeItsStartIsRenewedFromItsEnd() public {
        uint256 id = issueAt(ending(10 days), start + 5 days);
        eq(renew(id), start + 25 days, "end");
    }

    function test_renewalGivesNoNewUnits() public {
        Terms memory terms = during(10 days);
        terms.units = 1;
        uint256 id = issueAt(terms, 0);
        this.deriveUnder(id, terms);
        renew(id);
        (, , , , uint256 units) = license.license(id);
        eq(units, 0, "units");
    }

    function test_perpetualLicensesAreNotRenewed() public {
        uint256 id = issueAt(granting(OPEN), 0);
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.NotRenewable.selector, id, 0));
        renew(id);
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.UnknownLicense.selector, 99));
        renew(99);
    }

    function test_noRenewalBeyondAThousandYears() public {
        uint256 id = issueAt(ending(uint40(MOST / 2)), 0);
        renew(id);
        uint256 end = start + (MOST / 2) * 3;
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.NotRenewable.selector, id, end));
        renew(id);
        vm.warp(start + MOST / 2);
        eq(renew(id), end, "later on");
    }

    function test_whoIssuesRenews() public {
        uint256 id = issueAt(ending(10 days), 0);
        address[2] memory others = [bob, eve];
        for (uint256 i; i < 2; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IIPLicense.NotIssuer.selector, work, others[i], ann)
            );
            vm.prank(others[i]);
            license.renew(id);
        }
        vm.prank(address(market));
        license.renew(id);
        vm.prank(ann);
        registry.transferFrom(ann, cid, work);
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.NotIssuer.selector, work, ann, cid));
        renew(id);
        vm.prank(cid);
        license.renew(id);
    }

    function test_theRunningExclusiveIsRenewedAndBlocksOn() public {
        uint256 plain = issueAt(ending(1 days), 0);
        uint256 id = issueAt(exclusive(), 0);
        bytes memory sold = abi.encodeWithSelector(
            IIPLicense.SoldExclusively.selector,
            work,
            start + 10 days
        );
        vm.expectRevert(sold);
        renew(plain);
        eq(renew(id), start + 20 days, "end");
        eq(license.exclusiveUntil(work), start + 20 days, "exclusive until then");
        vm.warp(start + 20 days);
        issueAt(ending(1 days), 0);
    }

    function test_anEarlierExclusiveStaysOver() public {
        uint256 old = issueAt(exclusive(), 0);
        vm.warp(start + 10 days);
        uint256 next = issueAt(exclusive(), 0);
        vm.expectRevert(
            abi.encodeWithSelector(IIPLicense.NotRenewable.selector, old, start + 20 days)
        );
        renew(old);
        eq(renew(next), start + 30 days, "the running one");
    }

    /// @dev Until an exclusive license that starts later is over, no other is renewed.
    function test_aLaterExclusiveStopsRenewals() public {
        uint256 plain = issueAt(ending(30 days), 0);
        uint256 later = issueAt(exclusive(), start + 5 days);
        bytes memory sold = abi.encodeWithSelector(
            IIPLicense.SoldExclusively.selector,
            work,
            start + 15 days
        );
        vm.expectRevert(sold);
        renew(plain);
        renew(later);
        vm.warp(start + 25 days);
        renew(plain);
    }

    function test_aRenewedExclusiveDoesNotEndTheSecondThatAnotherDoes() public {
        // A plain license that ends with the exclusive one is not taken for it.
        uint256 plain = issueAt(ending(10 days), 0);
        issueAt(exclusive(), 0);
        vm.expectRevert(
            abi.encodeWithSelector(IIPLicense.SoldExclusively.selector, work, start + 10 days)
        );
        renew(plain);
    }

    function test_renewalStaysWithinTheWorksUntil() public {
        Terms memory bounding = ending(100 days);
        bounding.grant |= Rights.ENDS_WITH_LICENSE;
        uint256 child = derive(bob, "child", work, bounding);
        uint256 id = issueTo(cid, child, ending(60 days));
        vm.expectRevert(
            abi.encodeWithSelector(
                IIPLicense.OutlivesWork.selector,
                child,
                start + 120 days,
                start + 100 days
            )
        );
        vm.prank(bob);
        license.renew(id);
        uint256 short = issueTo(cid, child, ending(50 days));
        vm.prank(bob);
        eq(license.renew(short), start + 100 days, "to the last second");
        // A later start counts as well.
        bytes32 termsHash = license.hashTerms(ending(50 days));
        vm.expectRevert(
            abi.encodeWithSelector(
                IIPLicense.OutlivesWork.selector,
                child,
                start + 101 days,
                start + 100 days
            )
        );
        vm.prank(bob);
        license.issue(child, termsHash, cid, 1, start + 51 days);
    }

    /// @dev Every renewal of a running license adds its duration; the first late one is refused.
    function testFuzz_renewalsAddUp(uint40 duration, bytes32 waits) public {
        duration = uint40(within(duration, 1, 2_000 days));
        uint256 id = issueAt(ending(duration), 0);
        uint256 end = start + duration;
        for (uint256 i; i < 32; ++i) {
            vm.warp(block.timestamp + (uint256(uint8(waits[i])) * duration) / 200);
            if (block.timestamp >= end) {
                vm.expectRevert(
                    abi.encodeWithSelector(IIPLicense.NotRenewable.selector, id, end + duration)
                );
                renew(id);
                return;
            }
            end += duration;
            eq(renew(id), end, "end");
            yes(license.check(id, bob, OPEN, end - 1), "runs");
            no(license.check(id, bob, OPEN, end), "ends");
        }
    }

    // ----------------------------------------------------------------- market

    address internal shop = actor("shop");

    function allow(address owner, bool allowed) internal {
        vm.prank(owner);
        license.allowMarket(work, shop, allowed);
    }

    function sells(bytes32 termsHash) internal {
        yes(license.isMarketAllowed(work, shop), "allowed");
        vm.prank(shop);
        uint256 id = license.issue(work, termsHash, bob, 1, 0);
        vm.prank(shop);
        license.renew(id);
    }

    function doesNotSell(bytes32 termsHash) internal {
        no(license.isMarketAllowed(work, shop), "allowed");
        address owner = registry.ownerOf(work);
        bytes memory reason = abi.encodeWithSelector(
            IIPLicense.NotIssuer.selector,
            work,
            shop,
            owner
        );
        vm.expectRevert(reason);
        vm.prank(shop);
        license.issue(work, termsHash, bob, 1, 0);
        vm.expectRevert(reason);
        vm.prank(shop);
        license.renew(1);
    }

    function test_anAllowedMarketIssuesAndRenews() public {
        bytes32 termsHash = license.registerTerms(ending(10 days));
        issueAt(ending(10 days), 0);
        doesNotSell(termsHash);
        vm.expectEmit(address(license));
        emit IIPLicense.MarketAllowed(work, shop, true);
        allow(ann, true);
        sells(termsHash);
        // One work's market is no other's.
        uint256 other = certify(ann, "other");
        no(license.isMarketAllowed(other, shop), "allowed");
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.NotIssuer.selector, other, shop, ann));
        vm.prank(shop);
        license.issue(other, termsHash, bob, 1, 0);
        vm.expectEmit(address(license));
        emit IIPLicense.MarketAllowed(work, shop, false);
        allow(ann, false);
        doesNotSell(termsHash);
    }

    function test_thePermissionEndsWithTheSaleAndNeverRevives() public {
        bytes32 termsHash = license.registerTerms(ending(10 days));
        issueAt(ending(10 days), 0);
        allow(ann, true);
        vm.prank(ann);
        registry.transferFrom(ann, dan, work);
        doesNotSell(termsHash);
        allow(dan, true);
        sells(termsHash);
        vm.prank(dan);
        registry.transferFrom(dan, ann, work);
        doesNotSell(termsHash);
        // To oneself is a transfer too.
        allow(ann, true);
        vm.prank(ann);
        registry.transferFrom(ann, ann, work);
        doesNotSell(termsHash);
    }

    function test_onlyTheOwnerAllowsMarkets() public {
        address[3] memory others = [eve, shop, address(market)];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IIPLicense.NotOwner.selector, work, others[i], ann)
            );
            vm.prank(others[i]);
            license.allowMarket(work, shop, true);
        }
        // Nor who may move the certificate.
        vm.prank(ann);
        registry.setApprovalForAll(eve, true);
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.NotOwner.selector, work, eve, ann));
        vm.prank(eve);
        license.allowMarket(work, shop, true);
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, 42));
        license.allowMarket(42, shop, true);
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, 42));
        license.isMarketAllowed(42, shop);
    }

    /// @dev An allowed market is bound by everything that binds the owner.
    function test_anAllowedMarketIsBoundByTheWorksRights() public {
        Terms memory narrow = granting(OPEN);
        narrow.pass = Rights.DERIVE;
        uint256 child = derive(bob, "child", work, narrow);
        vm.prank(bob);
        license.allowMarket(child, shop, true);
        bytes32 termsHash = license.registerTerms(granting(Rights.COMMERCIAL));
        vm.expectRevert(
            abi.encodeWithSelector(IIPLicense.ExceedsCeiling.selector, child, Rights.COMMERCIAL)
        );
        vm.prank(shop);
        license.issue(child, termsHash, shop, 1, 0);
    }

    function testFuzz_onlyTheMarketplaceReserves(address stranger) public {
        if (stranger == address(market)) return;
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.OnlyMarketplace.selector, stranger));
        vm.prank(stranger);
        license.reserve(work, "item");
    }

    function test_whatIsReservedIsChained() public {
        vm.prank(address(market));
        license.reserve(work, "item");
        eq(
            registry.encumbrance(work),
            keccak256(abi.encode(bytes32(0), bytes32("item"))),
            "encumbrance"
        );
    }
}
