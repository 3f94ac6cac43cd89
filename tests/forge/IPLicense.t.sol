// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPLicense} from "../../contracts/interfaces/IIPLicense.sol";
import {IRoyaltySplitter} from "../../contracts/interfaces/IRoyaltySplitter.sol";
import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {Edge, Terms} from "../../contracts/types/Structs.sol";
import {Base} from "./Base.sol";

/// @notice Issuing, holding and using licenses. The rights algebra has its own file.
contract IPLicenseTest is Base {
    uint256 internal work;

    event Transfer(address indexed from, address indexed to, uint256 indexed id);

    function setUp() public override {
        super.setUp();
        work = certify(ann, "work");
    }

    function issue(Terms calldata terms) external returns (uint256) {
        return issueTo(bob, work, terms);
    }

    function deriveUnder(
        uint256 parent,
        bytes32 termsHash,
        uint256 licenseId
    ) external returns (uint256) {
        bytes32 content = keccak256(abi.encode(parent, termsHash, licenseId, gasleft()));
        return certifyWith(bob, content, one(Edge(parent, termsHash, licenseId)), none());
    }

    // ------------------------------------------------------------------ issue

    function test_issueMintsToTheLicensee() public {
        Terms memory terms = sharing(1_000, 0);
        (terms.duration, terms.units) = (30 days, 2);
        bytes32 termsHash = license.registerTerms(terms);
        uint256 end = block.timestamp + 30 days;
        for (uint256 id = 1; id <= 3; ++id) {
            vm.expectEmit(address(license));
            emit Transfer(address(0), bob, id);
            vm.expectEmit(address(license));
            emit IIPLicense.LicenseIssued(id, work, termsHash, bob, block.timestamp, end);
            vm.expectEmit(address(license));
            emit IIPLicense.Locked(id);
        }
        vm.prank(ann);
        eq(license.issue(work, termsHash, bob, 3, 0), 1, "first");
        eq(license.balanceOf(bob), 3, "licenses");
        for (uint256 id = 1; id <= 3; ++id) {
            eq(license.ownerOf(id), bob, "holder");
            (uint256 of_, bytes32 hash, uint256 start, uint256 end_, uint256 units) = license
                .license(id);
            eq(of_, work, "work");
            eq(hash, termsHash, "terms");
            eq(start, block.timestamp, "start");
            eq(end_, end, "end");
            eq(units, 2, "units");
        }
        eq(issueTo(cid, work, granting(Rights.COMMERCIAL)), 4, "next id");
        (, , , uint256 never, ) = license.license(4);
        eq(never, 0, "no end");
    }

    function test_issueIsForTheOwnerOfTheMoment() public {
        bytes32 termsHash = license.registerTerms(granting(OPEN));
        bytes4 notIssuer = IIPLicense.NotIssuer.selector;
        vm.expectRevert(abi.encodeWithSelector(notIssuer, work, bob, ann));
        vm.prank(bob);
        license.issue(work, termsHash, bob, 1, 0);
        vm.prank(ann);
        registry.transferFrom(ann, bob, work);
        vm.expectRevert(abi.encodeWithSelector(notIssuer, work, ann, bob));
        vm.prank(ann);
        license.issue(work, termsHash, ann, 1, 0);
        vm.prank(bob);
        license.issue(work, termsHash, bob, 1, 0);
        vm.prank(address(market));
        license.issue(work, termsHash, bob, 1, 0);
    }

    function test_issueChecksItsArguments() public {
        bytes32 termsHash = license.registerTerms(granting(OPEN));
        vm.startPrank(ann);
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.ZeroLicensee.selector));
        license.issue(work, termsHash, address(0), 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.UnknownTerms.selector, bytes32("no")));
        license.issue(work, "no", bob, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.InvalidCount.selector, 0, 100));
        license.issue(work, termsHash, bob, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.InvalidCount.selector, 101, 100));
        license.issue(work, termsHash, bob, 101, 0);
        license.issue(work, termsHash, bob, 100, 0);
        eq(license.balanceOf(bob), 100, "licenses");
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, 42));
        license.issue(42, termsHash, bob, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, 42));
        license.checkTerms(42, termsHash);
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.UnknownTerms.selector, bytes32("no")));
        license.checkTerms(work, "no");
        license.checkTerms(work, termsHash);
    }

    function test_exclusiveBlocksEverythingUntilItEnds() public {
        Terms memory exclusive = granting(Rights.COMMERCIAL | Rights.EXCLUSIVE);
        exclusive.duration = 10 days;
        bytes32 termsHash = license.registerTerms(exclusive);
        uint256 earlier = issueTo(bob, work, sharing(100, 0));
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.InvalidCount.selector, 2, 1));
        vm.prank(ann);
        license.issue(work, termsHash, cid, 2, 0);

        uint256 until = block.timestamp + 10 days;
        issueTo(cid, work, exclusive);
        eq(license.exclusiveUntil(work), until, "until");
        bytes memory sold = abi.encodeWithSelector(
            IIPLicense.SoldExclusively.selector,
            work,
            until
        );
        vm.expectRevert(sold);
        this.issue(granting(Rights.COMMERCIAL));
        vm.expectRevert(sold);
        this.issue(exclusive);
        vm.expectRevert(sold);
        license.checkTerms(work, termsHash);
        this.deriveUnder(work, license.hashTerms(sharing(100, 0)), earlier);

        vm.warp(until - 1);
        vm.expectRevert(sold);
        this.issue(granting(Rights.COMMERCIAL));
        vm.warp(until);
        this.issue(granting(Rights.COMMERCIAL));
        this.issue(exclusive);
        eq(license.exclusiveUntil(work), until + 10 days, "sold again");
    }

    function test_issueRefusesDeriveTermsThatCouldNeverCertify() public {
        uint256 child = derive(bob, "child", work, sharing(100, 3_000));
        bytes32 fits = license.registerTerms(sharing(5_000, 2_000));
        bytes32 tooMuch = license.registerTerms(sharing(5_001, 2_000));
        license.checkTerms(child, fits);
        vm.expectRevert(
            abi.encodeWithSelector(IIPLicense.NothingLeftToShare.selector, child, 10_001)
        );
        license.checkTerms(child, tooMuch);
        derive(cid, "grandchild", child, sharing(5_000, 2_000));
    }

    // ----------------------------------------------------------------- derive

    function test_deriveSpendsAUnit() public {
        Terms memory terms = sharing(1_000, 0);
        terms.units = 2;
        bytes32 termsHash = license.registerTerms(terms);
        uint256 id = issueTo(bob, work, terms);
        uint256 child = registry.workIdOf(bob, "child", block.chainid);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.EdgeOpened(child, work, id, 1_000, 0);
        eq(certifyWith(bob, "child", one(Edge(work, termsHash, id)), none()), child, "child");
        (, , , , uint256 units) = license.license(id);
        eq(units, 1, "units left");
        this.deriveUnder(work, termsHash, id);
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.NoUnitsLeft.selector, id));
        this.deriveUnder(work, termsHash, id);
    }

    function test_deriveTwiceFromOneLicenseInOneWorkIsRefused() public {
        Edge memory edge = edgeUnder(work, bob, sharing(1, 0));
        vm.expectRevert(
            abi.encodeWithSignature("ParentsNotAscending(uint256,uint256)", work, work)
        );
        this.certifyEdges(two(edge, edge));
    }

    function certifyEdges(Edge[] calldata edges) external returns (uint256) {
        return certifyWith(bob, "edges", edges, none());
    }

    function test_unlimitedLicensesKeepTheirUnits() public {
        Terms memory terms = sharing(1_000, 0);
        uint256 id = issueTo(bob, work, terms);
        bytes32 termsHash = license.hashTerms(terms);
        for (uint256 i; i < 3; ++i) {
            certifyWith(bob, bytes32(i), one(Edge(work, termsHash, id)), none());
        }
        (, , , , uint256 units) = license.license(id);
        eq(units, UNLIMITED, "units");
    }

    function test_deriveNeedsTheRightLicense() public {
        Terms memory terms = sharing(1_000, 0);
        terms.duration = 10 days;
        bytes32 termsHash = license.registerTerms(terms);
        uint256 start = block.timestamp;
        uint256 id = issueTo(bob, work, terms);

        vm.expectRevert(abi.encodeWithSelector(IIPLicense.UnknownLicense.selector, 99));
        this.deriveUnder(work, termsHash, 99);
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.UnknownLicense.selector, 0));
        this.deriveUnder(work, termsHash, 0);
        uint256 high = id + (1 << 64);
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.UnknownLicense.selector, high));
        this.deriveUnder(work, termsHash, high);

        uint256 cids = issueTo(cid, work, terms);
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.LicenseNotHeld.selector, cids, cid, bob));
        this.deriveUnder(work, termsHash, cids);

        uint256 other = certify(ann, "other");
        bytes4 otherWork = IIPLicense.LicenseForOtherWork.selector;
        vm.expectRevert(abi.encodeWithSelector(otherWork, id, work, other));
        this.deriveUnder(other, termsHash, id);
        uint256 dirty = work + (1 << 160);
        vm.expectRevert(abi.encodeWithSelector(otherWork, id, work, dirty));
        this.deriveUnder(dirty, termsHash, id);

        bytes32 cheaper = license.registerTerms(sharing(1, 0));
        vm.expectRevert(
            abi.encodeWithSelector(IIPLicense.LicenseTermsDiffer.selector, id, cheaper)
        );
        this.deriveUnder(work, cheaper, id);
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.UnknownTerms.selector, bytes32("no")));
        this.deriveUnder(work, "no", id);

        uint256 viewer = issueTo(bob, work, granting(Rights.COMMERCIAL));
        bytes32 viewing = license.hashTerms(granting(Rights.COMMERCIAL));
        vm.expectRevert(
            abi.encodeWithSelector(IIPLicense.NoDeriveRight.selector, viewer, Rights.COMMERCIAL)
        );
        this.deriveUnder(work, viewing, viewer);

        uint256 end = start + 10 days;
        bytes4 notActive = IIPLicense.LicenseNotActive.selector;
        vm.warp(end - 1);
        this.deriveUnder(work, termsHash, id);
        vm.warp(end);
        vm.expectRevert(abi.encodeWithSelector(notActive, id, start, end, end));
        this.deriveUnder(work, termsHash, id);
    }

    function test_certifyWithoutParentsNeedsTheCreatorToo() public {
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.NotCreator.selector, eve, bob));
        vm.prank(eve);
        license.certify(claim(bob, "bobs"));
        vm.prank(bob);
        uint256 id = license.certify(claim(bob, "bobs"));
        eq(registry.ownerOf(id), bob, "owner");
        (uint16 ceiling, uint16 obligations, uint256 until, ) = license.bounds(id);
        eq(ceiling, 0xff, "an original may grant everything");
        eq(obligations | until, 0, "and must nothing");
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.AlreadyCertified.selector, id));
        vm.prank(bob);
        license.certify(claim(bob, "bobs"));
    }

    function test_aFailedDerivativeSpendsNothing() public {
        Terms memory terms = sharing(6_000, 0);
        terms.units = 1;
        Edge memory a = edgeUnder(work, bob, terms);
        Edge memory b = edgeUnder(certify(ann, "other"), bob, terms);
        vm.expectRevert(abi.encodeWithSignature("OwesTooMuch(uint256,uint256)", 12_000, 0));
        this.certifyEdges(two(a, b));
        (, , , , uint256 units) = license.license(a.licenseId);
        eq(units, 1, "units");
        no(registry.exists(registry.workIdOf(bob, "edges", block.chainid)), "a certificate");
        this.certifyEdges(one(a));
    }

    // ------------------------------------------------------------------ check

    function test_checkAnswersForHolderRightsAndTime() public {
        Terms memory terms = granting(Rights.COMMERCIAL | Rights.MERCH);
        terms.duration = 10 days;
        uint256 id = issueTo(bob, work, terms);
        uint256 now_ = block.timestamp;
        yes(license.check(id, bob, Rights.COMMERCIAL, now_), "one right");
        yes(license.check(id, bob, Rights.COMMERCIAL | Rights.MERCH, now_), "both");
        yes(license.check(id, bob, 0, now_), "holds it");
        no(license.check(id, bob, Rights.COMMERCIAL | Rights.TRAIN, now_), "a right not granted");
        no(license.check(id, cid, Rights.COMMERCIAL, now_), "another holder");
        no(license.check(id, bob, Rights.COMMERCIAL, now_ - 1), "before");
        yes(license.check(id, bob, Rights.COMMERCIAL, now_ + 10 days - 1), "last second");
        no(license.check(id, bob, Rights.COMMERCIAL, now_ + 10 days), "after");
        no(license.check(99, bob, 0, now_), "unknown license");
        no(license.check(99, address(0), 0, now_), "nobody's unknown license");
        uint256 forever = issueTo(bob, work, granting(Rights.COMMERCIAL));
        yes(license.check(forever, bob, Rights.COMMERCIAL, type(uint256).max), "no end");
    }

    function test_licensesSurviveTheSaleOfTheCertificate() public {
        uint256 id = issueTo(bob, work, sharing(1_000, 0));
        vm.prank(ann);
        registry.transferFrom(ann, dan, work);
        yes(license.check(id, bob, OPEN, block.timestamp), "still a license");
        this.deriveUnder(work, license.hashTerms(sharing(1_000, 0)), id);
        eq(registry.ownerOf(work), dan, "and no license moves a certificate");
    }

    // --------------------------------------------------------------- transfer

    function test_onlyTransferableLicensesMove() public {
        uint256 fixed_ = issueTo(bob, work, granting(Rights.COMMERCIAL));
        yes(license.locked(fixed_), "locked");
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.LicenseLocked.selector, fixed_));
        vm.prank(bob);
        license.transferFrom(bob, cid, fixed_);

        Terms memory terms = sharing(1_000, 0);
        terms.grant |= Rights.TRANSFERABLE;
        terms.units = 2;
        bytes32 termsHash = license.registerTerms(terms);
        uint256 id = issueTo(cid, work, terms);
        no(license.locked(id), "locked");
        vm.prank(cid);
        license.transferFrom(cid, bob, id);
        eq(license.ownerOf(id), bob, "holder");
        no(license.check(id, cid, OPEN, block.timestamp), "the seller's right");
        yes(license.check(id, bob, OPEN, block.timestamp), "the buyer's right");
        this.deriveUnder(work, termsHash, id);
        (, , , , uint256 units) = license.license(id);
        eq(units, 1, "units move along");
    }

    function test_licensesTakeNoEther() public {
        Terms memory terms = granting(Rights.COMMERCIAL | Rights.TRANSFERABLE);
        uint256 id = issueTo(bob, work, terms);
        bytes memory refused = abi.encodeWithSelector(IIPLicense.NoValue.selector, 3);
        vm.deal(bob, 9);
        vm.startPrank(bob);
        vm.expectRevert(refused);
        license.approve{value: 3}(cid, id);
        vm.expectRevert(refused);
        license.transferFrom{value: 3}(bob, cid, id);
        vm.expectRevert(refused);
        license.safeTransferFrom{value: 3}(bob, cid, id);
        license.approve(cid, id);
    }

    function test_readsRefuseUnknownLicenses() public {
        bytes memory unknown = abi.encodeWithSelector(IIPLicense.UnknownLicense.selector, 99);
        vm.expectRevert(unknown);
        license.license(99);
        vm.expectRevert(unknown);
        license.locked(99);
        vm.expectRevert(unknown);
        license.tokenURI(99);
        uint256 id = issueTo(bob, work, granting(Rights.COMMERCIAL));
        eq(license.tokenURI(id), registry.tokenURI(work), "tokenURI is the work's");
    }

    function test_supportsItsInterfaces() public view {
        yes(license.supportsInterface(0x01ffc9a7), "ERC-165");
        yes(license.supportsInterface(0x80ac58cd), "ERC-721");
        yes(license.supportsInterface(0x5b5e139f), "ERC-721Metadata");
        yes(license.supportsInterface(0xb45a3c0e), "ERC-5192");
        no(license.supportsInterface(0xffffffff), "0xffffffff");
        eq(license.name(), "Gen-IP License", "name");
        eq(license.symbol(), "GENIPL", "symbol");
    }
}
