// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPLicense} from "../../contracts/interfaces/IIPLicense.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {Edge, Terms} from "../../contracts/types/Structs.sol";
import {Base} from "./Base.sol";

/// @notice What a derivative may grant, given the licenses it stands on.
contract RightsAlgebraTest is Base {
    uint16 internal constant ALL_PERMISSIONS = 0x00ff;
    uint256 internal a;
    uint256 internal b;
    uint256 internal number;

    function setUp() public override {
        super.setUp();
        a = certify(ann, "a");
        b = certify(bob, "b");
    }

    /// @notice A derivative of `a` and `b` under these terms.
    function join(Terms memory forA, Terms memory forB) public returns (uint256) {
        Edge memory left = edgeUnder(a, cid, forA);
        Edge memory right = edgeUnder(b, cid, forB);
        return certifyWith(cid, bytes32(++number), two(left, right), none());
    }

    function child(Terms memory terms) internal returns (uint256) {
        return derive(cid, bytes32(++number), a, terms);
    }

    function hashOf(Terms memory terms) internal returns (bytes32) {
        return license.registerTerms(terms);
    }

    function refuses(uint256 work, Terms memory terms, bytes memory reason) internal {
        bytes32 termsHash = hashOf(terms);
        vm.expectRevert(reason);
        license.checkTerms(work, termsHash);
        address owner = registry.ownerOf(work);
        vm.expectRevert(reason);
        vm.prank(owner);
        license.issue(work, termsHash, dan, 1, 0);
    }

    function accepts(uint256 work, Terms memory terms) internal {
        license.checkTerms(work, hashOf(terms));
        issueTo(dan, work, terms);
    }

    // ---------------------------------------------------------------- ceiling

    function test_everyPermissionIsBoundedByPass() public {
        for (uint16 bit = 1; bit <= 0x80; bit <<= 1) {
            Terms memory terms = granting(ALL_PERMISSIONS);
            terms.pass = ALL_PERMISSIONS & ~bit;
            uint256 work = child(terms);
            (uint16 ceiling, , , ) = license.bounds(work);
            eq(ceiling, ALL_PERMISSIONS & ~bit, "ceiling");
            refuses(
                work,
                granting(bit),
                abi.encodeWithSelector(IIPLicense.ExceedsCeiling.selector, work, bit)
            );
            accepts(work, granting(ALL_PERMISSIONS & ~bit));
        }
    }

    function test_deriveOnceNoFurther() public {
        Terms memory terms = granting(OPEN);
        terms.pass = Rights.COMMERCIAL;
        uint256 work = child(terms);
        refuses(
            work,
            granting(OPEN),
            abi.encodeWithSelector(IIPLicense.ExceedsCeiling.selector, work, Rights.DERIVE)
        );
        accepts(work, granting(Rights.COMMERCIAL));
    }

    function testFuzz_ceilingIsTheAndOfAllPasses(uint16 x, uint16 y) public {
        Terms memory forA = granting(ALL_PERMISSIONS);
        Terms memory forB = granting(ALL_PERMISSIONS);
        (forA.pass, forB.pass) = (x & ALL_PERMISSIONS, y & ALL_PERMISSIONS);
        uint256 work = join(forA, forB);
        (uint16 ceiling, , , ) = license.bounds(work);
        eq(ceiling, x & y & ALL_PERMISSIONS, "ceiling");
    }

    function test_originalsAreBoundByNothing() public {
        (uint16 ceiling, uint16 obligations, uint256 until, bytes32 same) = license.bounds(a);
        eq(ceiling, ALL_PERMISSIONS, "ceiling");
        eq(obligations | until | uint256(same), 0, "nothing else");
        accepts(a, granting(ALL_PERMISSIONS));
    }

    // ------------------------------------------------------------ obligations

    function test_everyObligationIsInherited() public {
        uint16[3] memory bits = [Rights.ATTRIBUTION, Rights.REVOCABLE_FOR_BREACH, Rights.EDITORIAL];
        for (uint256 i; i < 3; ++i) {
            uint256 work = child(granting(Rights.DERIVE | Rights.TRAIN | bits[i]));
            (, uint16 obligations, , ) = license.bounds(work);
            eq(obligations, bits[i], "obligations");
            refuses(
                work,
                granting(Rights.TRAIN),
                abi.encodeWithSelector(IIPLicense.MissingObligations.selector, work, bits[i])
            );
            accepts(work, granting(Rights.TRAIN | bits[i]));
            uint256 grandchild = derive(
                dan,
                bytes32(++number),
                work,
                granting(Rights.DERIVE | bits[i])
            );
            (, obligations, , ) = license.bounds(grandchild);
            eq(obligations, bits[i], "and inherited again");
        }
    }

    function testFuzz_obligationsAreTheOrOfAllGrants(uint16 x, uint16 y) public {
        uint16 mask = Rights.ATTRIBUTION | Rights.REVOCABLE_FOR_BREACH | Rights.EDITORIAL;
        uint256 work = join(
            granting(Rights.DERIVE | (x & mask)),
            granting(Rights.DERIVE | (y & mask))
        );
        (, uint16 obligations, , ) = license.bounds(work);
        eq(obligations, (x | y) & mask, "obligations");
    }

    function test_editorialClearsCommercialUse() public {
        uint256 work = join(
            granting(ALL_PERMISSIONS),
            granting(Rights.DERIVE | Rights.TRAIN | Rights.EDITORIAL)
        );
        (uint16 ceiling, , , ) = license.bounds(work);
        eq(ceiling & (Rights.COMMERCIAL | Rights.MERCH), 0, "commercial");
    }

    function test_whatIsOfOneLicenseIsNotInherited() public {
        Terms memory terms = granting(OPEN | Rights.TRANSFERABLE | Rights.EXCLUSIVE);
        terms.units = 1;
        terms.duration = 10 days;
        uint256 work = child(terms);
        (, uint16 obligations, uint256 until, ) = license.bounds(work);
        eq(obligations, 0, "obligations");
        eq(until, 0, "the derivative outlives its license");
        accepts(work, granting(Rights.COMMERCIAL));
    }

    // ------------------------------------------------------------------ until

    function ending(uint40 duration) internal pure returns (Terms memory terms) {
        terms = granting(OPEN | Rights.ENDS_WITH_LICENSE);
        terms.duration = duration;
    }

    function lasting(uint40 duration) internal pure returns (Terms memory terms) {
        terms = granting(Rights.COMMERCIAL);
        terms.duration = duration;
    }

    function test_endsWithLicenseBoundsEveryLicenseAfterIt() public {
        uint256 end = block.timestamp + 100 days;
        uint256 work = child(ending(100 days));
        (, , uint256 until, ) = license.bounds(work);
        eq(until, end, "until");
        bytes4 outlives = IIPLicense.OutlivesWork.selector;
        refuses(work, lasting(0), abi.encodeWithSelector(outlives, work, 0, end));
        refuses(work, lasting(100 days + 1), abi.encodeWithSelector(outlives, work, end + 1, end));
        accepts(work, lasting(100 days));
        vm.warp(block.timestamp + 1 days);
        refuses(work, lasting(100 days), abi.encodeWithSelector(outlives, work, end + 1 days, end));
        accepts(work, lasting(99 days));
    }

    function test_untilIsTheEarliestOfAllParents() public {
        uint256 start = block.timestamp;
        uint256 work = join(ending(70 days), ending(50 days));
        (, , uint256 until, ) = license.bounds(work);
        eq(until, start + 50 days, "the earlier license");
        work = join(granting(OPEN), ending(50 days));
        (, , until, ) = license.bounds(work);
        eq(until, start + 50 days, "the only one that ends");
        Terms memory short = granting(OPEN);
        short.duration = 1 days;
        work = join(short, ending(50 days));
        (, , until, ) = license.bounds(work);
        eq(until, start + 50 days, "an end without the bit bounds nothing");
        work = join(ending(0), granting(OPEN));
        (, , until, ) = license.bounds(work);
        eq(until, 0, "ending with a license that never does");
    }

    function test_untilIsInheritedWithoutTheBit() public {
        uint256 start = block.timestamp;
        uint256 work = child(ending(100 days));
        Terms memory terms = granting(OPEN);
        terms.duration = 30 days;
        uint256 grandchild = derive(dan, "grandchild", work, terms);
        (, , uint256 until, ) = license.bounds(grandchild);
        eq(until, start + 100 days, "the parent's own until");
        terms.grant |= Rights.ENDS_WITH_LICENSE;
        grandchild = derive(dan, "grandchild 2", work, terms);
        (, , until, ) = license.bounds(grandchild);
        eq(until, start + 30 days, "the license's end, which is earlier");
    }

    // ------------------------------------------------------------ share-alike

    function alike(uint16 more, uint16 income) internal pure returns (Terms memory terms) {
        terms = granting(OPEN | Rights.SHARE_ALIKE | more);
        terms.income = income;
    }

    function test_shareAlikeFixesTheTermsOfAllLicenses() public {
        Terms memory terms = alike(Rights.ATTRIBUTION, 500);
        uint256 work = child(terms);
        bytes32 required = hashOf(terms);
        (, uint16 obligations, , bytes32 found) = license.bounds(work);
        eq(found, required, "required");
        eq(obligations, Rights.ATTRIBUTION | Rights.SHARE_ALIKE, "obligations");
        Terms memory other = alike(Rights.ATTRIBUTION, 501);
        bytes32 given = hashOf(other);
        refuses(
            work,
            other,
            abi.encodeWithSelector(IIPLicense.ShareAlikeRequired.selector, work, required, given)
        );
        accepts(work, terms);
        uint256 grandchild = derive(dan, "grandchild", work, terms);
        (, , , found) = license.bounds(grandchild);
        eq(found, required, "and again");
    }

    function test_shareAlikeIsFoundBehindOtherParents() public {
        Terms memory terms = alike(0, 500);
        Terms memory open = granting(ALL_PERMISSIONS);
        bytes32 required = hashOf(terms);
        (, , , bytes32 found) = license.bounds(join(terms, open));
        eq(found, required, "at one parent");
        (, , , found) = license.bounds(join(open, terms));
        eq(found, required, "at the other");
        (, , , found) = license.bounds(join(terms, terms));
        eq(found, required, "at both");
    }

    function test_shareAlikeTermsMayNotConflict() public {
        Terms memory x = alike(0, 500);
        Terms memory y = alike(0, 501);
        (bytes32 first, bytes32 second) = a < b ? (hashOf(x), hashOf(y)) : (hashOf(y), hashOf(x));
        vm.expectRevert(
            abi.encodeWithSelector(IIPLicense.ShareAlikeConflict.selector, first, second)
        );
        this.join(x, y);
    }

    function test_shareAlikeTermsMustFitTheOtherParents() public {
        Terms memory terms = alike(0, 500);
        bytes32 termsHash = hashOf(terms);
        bytes4 misfit = IIPLicense.ShareAlikeDoesNotFit.selector;
        Terms memory narrow = granting(OPEN);
        narrow.pass = Rights.DERIVE;
        vm.expectRevert(abi.encodeWithSelector(misfit, termsHash, Rights.COMMERCIAL, 0));
        this.join(terms, narrow);
        Terms memory named = granting(OPEN | Rights.ATTRIBUTION);
        vm.expectRevert(abi.encodeWithSelector(misfit, termsHash, 0, Rights.ATTRIBUTION));
        this.join(terms, named);
        named.pass = 0;
        vm.expectRevert(abi.encodeWithSelector(misfit, termsHash, OPEN, Rights.ATTRIBUTION));
        this.join(named, terms);
        this.join(terms, granting(OPEN));
    }
}
