// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPLicense} from "../../contracts/interfaces/IIPLicense.sol";
import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {ILicenseMarketplace} from "../../contracts/interfaces/ILicenseMarketplace.sol";
import {IPaymentCallback, IRoyaltySplitter} from "../../contracts/interfaces/IRoyaltySplitter.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {DemoToken} from "../../contracts/periphery/DemoToken.sol";
import {Authorization, Fill, Offer} from "../../contracts/types/Offers.sol";
import {Certify, Fee, Share} from "../../contracts/types/Structs.sol";
import {MarketBase} from "./MarketBase.sol";

/// @notice What audits and contests found in protocols of the same kind, tried here.
/// docs/security.md says where each was found.
contract KnownFindingsTest is MarketBase {
    // ------------------------------------------------------------- other's money

    /// @dev Cid lets market and splitter take all he has, as most wallets do. Only he can use that.
    function test_attackStandingAllowances() public {
        fund(cid, 10_000);
        vm.prank(cid);
        dollar.approve(address(splitter), type(uint256).max);
        uint256 eves = certify(eve, "eves");

        // A market of her own, which names him as payer and takes the fee.
        Grabber grabber = new Grabber();
        vm.expectRevert(abi.encodeWithSignature("InsufficientAllowance()"));
        grabber.grab(splitter, eves, address(dollar), cid);
        vm.expectRevert(
            abi.encodeWithSelector(ILicenseMarketplace.OnlySplitter.selector, address(grabber))
        );
        grabber.ask(market, address(dollar), cid);

        // A bid in his name, without his signature and with hers.
        Offer memory bid = bidding(cid);
        (bid.workId, bid.encumbrance, bid.price) = (eves, registry.encumbrance(eves), 10_000);
        Fill memory fill_ = filling(bid, 1, address(0));
        refuses(eve, fill_, err(ILicenseMarketplace.OfferNotOpen.selector, hashOf(bid)));
        fill_.approval.signature = sign(eve, digestOf(address(market), hashOf(bid)));
        refuses(
            eve,
            fill_,
            abi.encodeWithSelector(ILicenseMarketplace.InvalidSignature.selector, cid, hashOf(bid))
        );

        // An authorization that he never gave, for her own ask.
        Offer memory ask = offer(eves, plain, address(dollar), 10_000);
        fill_ = filling(ask, 1, eve);
        fill_.approval = approvalOf(ask);
        Authorization memory authorization;
        (authorization.from, authorization.validBefore) = (cid, type(uint256).max);
        vm.expectRevert(bytes("")); // the token has no such function
        vm.prank(eve);
        market.fillWithAuthorization(fill_, authorization);
        eq(dollar.balanceOf(cid), 10_000, "all that he had");
    }

    /// @dev The market may move every certificate of who sells by signature, and takes any contract
    /// for a token: so a certificate's id as a price would be that certificate.
    function test_attackCertificateTakenAsAPrice() public {
        vm.prank(ann);
        registry.setApprovalForAll(address(market), true);
        uint256 eves = certify(eve, "eves");
        Offer memory ask = offer(eves, plain, address(registry), root);
        Fill memory fill_ = filling(ask, 1, eve);
        fill_.approval = approvalOf(ask);
        // Who fills an ask pays it: Eve has no such certificate.
        refuses(eve, fill_, abi.encodeWithSignature("TransferFromFailed()"));
        vm.expectRevert(abi.encodeWithSignature("TransferFromFailed()"));
        vm.prank(eve);
        splitter.pay(eves, address(registry), root);
        // And a bid is paid by who signed it.
        Offer memory bid = ask;
        (bid.kind, bid.maker, bid.quantity) = (1, ann, 1);
        fill_ = filling(bid, 1, address(0));
        fill_.approval.signature = sign(eve, digestOf(address(market), hashOf(bid)));
        refuses(
            eve,
            fill_,
            abi.encodeWithSelector(ILicenseMarketplace.InvalidSignature.selector, ann, hashOf(bid))
        );
        eq(registry.ownerOf(root), ann, "still hers");

        // She alone can throw it away so; nobody gets it, and no other token's ledger notices.
        payEther(dan, eves, 500);
        vm.startPrank(ann);
        registry.approve(address(splitter), root);
        splitter.pay(eves, address(registry), root);
        vm.stopPrank();
        eq(splitter.credit(eves, address(registry)), 1, "one certificate, as a token counts it");
        splitter.release(eves, address(registry));
        eq(splitter.balances(eve, address(registry)), 1, "it cannot be pushed");
        vm.expectRevert(abi.encodeWithSignature("TransferFailed()"));
        vm.prank(eve);
        splitter.withdraw(address(registry), eve);
        eq(registry.ownerOf(root), address(splitter), "lost");
        splitter.release(eves, ETHER);
        eq(eve.balance, 500, "other tokens never notice");
    }

    // ---------------------------------------------------------------- named twice

    function test_attackAWorkNamedManyTimesIsPaidOnce() public {
        payEther(dan, work, 10_000);
        uint256[] memory path = new uint256[](7);
        (path[0], path[1], path[2], path[3]) = (work, work, root, work);
        (path[4], path[5], path[6]) = (root, root, work);
        uint256 before = vm.snapshotState();
        for (uint256 i; i < 3; ++i) {
            if (i == 0) splitter.settleMany(path, ETHER);
            if (i == 1) splitter.distribute(path, 0, ETHER);
            splitter.distribute(path, 0, ETHER);
            if (i == 2) {
                vm.expectRevert(
                    abi.encodeWithSelector(IRoyaltySplitter.NothingToWithdraw.selector, bob, ETHER)
                );
                vm.prank(bob);
                splitter.collect(path, ETHER, bob);
            }
            eq(bob.balance, 9_000, "nine tenths, once");
            eq(ann.balance, 1_000, "a tenth, once");
            eq(address(splitter).balance, 0, "and nothing of anybody else's");
            vm.revertToState(before);
        }
        vm.prank(bob);
        eq(splitter.collect(path, ETHER, bob), 9_000, "collected once");
    }

    /// @dev Whoever comes first with a wei, or settles, draws and sweeps what was hers to settle.
    function test_attackSettledAndSweptByAStrangerFirst() public {
        address till = address(uint160(root));
        vm.deal(dan, 600);
        vm.prank(dan);
        (bool sent, ) = till.call{value: 600}("");
        yes(sent, "a plain transfer");
        payEther(dan, work, 4_000);

        vm.deal(eve, 1);
        vm.startPrank(eve);
        splitter.pay{value: 1}(work, ETHER, 1);
        splitter.settle(work, ETHER);
        splitter.sweep(ann, "root", ETHER);
        splitter.draw(root, ETHER);
        vm.stopPrank();
        vm.prank(ann);
        eq(splitter.collect(list(work, root), ETHER, ann), 1_000, "all that was due");
        eq(ann.balance, 1_000, "and sent");
    }

    // ---------------------------------------------------------------- the lineage

    function test_attackAWorkAmongItsOwnAncestors() public {
        uint256 self = registry.workIdOf(eve, "self", block.chainid);
        bytes32 termsHash = license.registerTerms(sharing(1_000, 0));
        // There is no license of a work that is not there, ...
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, self));
        vm.prank(eve);
        license.issue(self, termsHash, eve, 1, 0);
        // ... and a license of another work does not do, nor the next number.
        Certify memory certify_ = claim(eve, "self");
        uint256 held = issueTo(eve, root, sharing(1_000, 0));
        certify_.edges = one(edge(self, termsHash, held));
        vm.expectRevert(
            abi.encodeWithSelector(IIPLicense.LicenseForOtherWork.selector, held, root, self)
        );
        vm.prank(eve);
        license.certify(certify_);
        certify_.edges[0].licenseId = held + 1;
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.UnknownLicense.selector, held + 1));
        vm.prank(eve);
        license.certify(certify_);

        // Nor does a parent take its child for a parent later.
        Certify memory again = claim(ann, "root");
        again.edges = one(edgeUnder(work, ann, sharing(1_000, 0)));
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.AlreadyCertified.selector, root));
        vm.prank(ann);
        license.certify(again);
        (, , uint256 parents, , ) = splitter.node(root);
        eq(parents, 0, "an original for ever");
    }

    /// @dev A license sold while the work was free of its parents' bounds, and used afterwards.
    function test_attackLicenseFromBeforeTheDerivation() public {
        uint16 narrow = Rights.DERIVE | Rights.GENERATE;
        Certify memory certify_ = claim(eve, "bound");
        certify_.edges = one(edgeUnder(root, eve, granting(narrow)));
        uint256 id = registry.workIdOf(eve, "bound", block.chainid);
        // Before there is a work, nothing of it is issued.
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, id));
        vm.prank(eve);
        license.issue(id, plain, dan, 1, 0);
        // An original that has sold its license can become no derivative.
        uint256 before = vm.snapshotState();
        certify(eve, "bound");
        vm.prank(eve);
        license.issue(id, plain, dan, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.AlreadyCertified.selector, id));
        vm.prank(eve);
        license.certify(certify_);
        vm.revertToState(before);
        // And from its first moment the derivative is bound, its owner too.
        vm.prank(eve);
        license.certify(certify_);
        bytes memory reason = abi.encodeWithSelector(
            IIPLicense.ExceedsCeiling.selector,
            id,
            Rights.COMMERCIAL
        );
        vm.expectRevert(reason);
        vm.prank(eve);
        license.issue(id, plain, dan, 1, 0);
        Offer memory ask = offer(id, plain, ETHER, 1);
        refuses(dan, signed(ask), 1, reason);
    }

    /// @dev Bob holds a license at a tenth. Before he uses it, and after, the parent's owner tries
    /// for more.
    function test_attackParentAsksForMoreAfterwards() public {
        uint256 held = issueTo(bob, root, sharing(1_000, 0));
        bytes32 tenth = license.hashTerms(sharing(1_000, 0));
        bytes32 half = license.registerTerms(sharing(5_000, 0));
        Certify memory certify_ = claim(bob, "later");
        certify_.edges = one(edge(root, half, held));
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.LicenseTermsDiffer.selector, held, half));
        vm.prank(bob);
        license.certify(certify_);

        transferTo(eve, root);
        vm.startPrank(eve);
        splitter.addPayee(root, eve, 5_000);
        license.issue(root, half, eve, 1, 0);
        vm.stopPrank();
        uint256 child = certifyWith(bob, "later", one(edge(root, tenth, held)), none());

        vm.startPrank(eve);
        splitter.addPayee(root, dan, 5_000);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.OnlyLicense.selector, eve));
        splitter.open(child, new Share[](0), none(), 0);
        vm.expectRevert(
            abi.encodeWithSelector(IRoyaltySplitter.NotOwner.selector, child, eve, bob)
        );
        splitter.addPayee(child, eve, 1);
        vm.stopPrank();
        payEther(cid, child, 10_000);
        vm.prank(bob);
        eq(splitter.collect(list(child), ETHER, bob), 9_000, "a tenth is owed, as he bought it");
    }

    // ------------------------------------------------------------------- receivers

    /// @dev Neither certifying nor issuing calls the receiver: nobody gets control in the middle,
    /// and a contract without the hook can be a creator and a licensee.
    function test_attackReceiverThatActsWhileItIsMintedTo() public {
        Hooked hooked = new Hooked();
        uint256 id = certify(address(hooked), "hooked");
        bytes32 free = plain;
        vm.prank(bob);
        uint256 issued = license.issue(work, free, address(hooked), 2, 0);
        Offer memory ask = inEther(0);
        Fill memory fill_ = signed(ask);
        fill_.taking.recipient = address(hooked);
        fill(dan, fill_);
        eq(license.balanceOf(address(hooked)), 3, "three licenses");
        eq(registry.ownerOf(id), address(hooked), "a certificate");
        eq(hooked.calls(), 0, "and never asked");
        yes(license.check(issued, address(hooked), Rights.COMMERCIAL, block.timestamp), "holds");
        // Who transfers safely is told, as ERC-721 has it.
        vm.prank(ann);
        registry.safeTransferFrom(ann, address(hooked), root);
        eq(hooked.calls(), 1, "asked");
    }

    // ---------------------------------------------------------------------- owners

    /// @dev An arbiter with all powers stops sales. What is earned flows and is paid all the same.
    function test_attackArbiterFreezesIncome() public {
        Certify memory certify_ = claim(bob, "judged");
        (certify_.arbiter, certify_.arbiterPowers, certify_.lienCap) = (eve, 3, 2_000);
        certify_.edges = one(edgeUnder(root, bob, sharing(1_000, 0)));
        vm.prank(bob);
        uint256 judged = license.certify(certify_);
        payEther(dan, judged, 10_000);
        vm.startPrank(eve);
        registry.suspend(judged, true);
        splitter.addLien(judged, eve, 2_000);
        vm.expectRevert(
            abi.encodeWithSelector(IRoyaltySplitter.LienNotAllowed.selector, judged, eve, 1, 2_000)
        );
        splitter.addLien(judged, eve, 1);
        vm.stopPrank();
        payEther(dan, judged, 10_000);
        vm.prank(ann);
        eq(splitter.collect(list(judged, root), ETHER, ann), 2_000, "the parent's");
        vm.prank(bob);
        eq(splitter.collect(list(judged), ETHER, bob), 14_400, "all but what the cap allowed");
    }

    /// @dev The owner may revise metadata until the sale: the fingerprint tells, the content hash
    /// stands, and the buyer can bring back what was shown.
    function test_attackMetadataRevisedBeforeACertificateSale() public {
        uint256 id = certify(ann, "picture");
        bytes32 shown = registry.metadata(id);
        bytes32 print = registry.getStateFingerprint(id);
        vm.prank(ann);
        registry.setApprovalForAll(address(market), true);
        Fill memory sale = signed(sellingCertificate(id, ETHER, 100));
        vm.prank(ann);
        registry.reviseMetadata(id, "something else");
        yes(registry.getStateFingerprint(id) != print, "who compares is warned");
        fill(dan, sale, 100);
        eq(registry.workIdOf(ann, "picture", block.chainid), id, "the content is in the id");
        vm.prank(dan);
        registry.reviseMetadata(id, shown);
        eq(registry.metadata(id), shown, "as it was shown");
    }

    /// @dev Every license binds a work anew, so whoever takes a free one outdates the ask for the
    /// certificate. The owner withdraws the free ask, and asks again.
    function test_attackFreeLicenseTakenToHoldUpACertificateSale() public {
        vm.prank(bob);
        registry.setApprovalForAll(address(market), true);
        Offer memory free = inEther(0);
        post(free);
        Offer memory sale = sellingCertificate(work, ETHER, 100);
        fill(eve, filling(free, 1, eve));
        refuses(
            dan,
            signed(sale),
            100,
            abi.encodeWithSelector(
                ILicenseMarketplace.EncumbranceChanged.selector,
                work,
                sale.encumbrance,
                registry.encumbrance(work)
            )
        );
        bytes32 freeHash = hashOf(free);
        vm.prank(bob);
        market.cancel(freeHash);
        sale = sellingCertificate(work, ETHER, 100);
        refuses(
            eve,
            filling(free, 1, eve),
            err(ILicenseMarketplace.OfferNotOpen.selector, freeHash)
        );
        fill(dan, signed(sale), 100);
        eq(registry.ownerOf(work), dan, "sold");
    }
}

/// @notice A market that has the payer it was given pay, or asks the real one to.
contract Grabber is IPaymentCallback {
    function grab(IRoyaltySplitter splitter, uint256 workId, address token, address from) external {
        Fee[] memory fees = new Fee[](1);
        fees[0] = Fee(address(this), 1_000);
        splitter.payVia(workId, token, 1_000, from, fees);
    }

    function ask(ILicenseMarketplace market, address token, address from) external {
        IPaymentCallback(address(market)).onPay(token, 1_000, from);
    }

    function onPay(address token, uint256 amount, address payer) external {
        DemoToken(token).transferFrom(payer, msg.sender, amount);
    }
}

/// @notice Counts how often it is told of a token.
contract Hooked {
    uint256 public calls;

    function onERC721Received(address, address, uint256, bytes calldata) external returns (bytes4) {
        ++calls;
        return this.onERC721Received.selector;
    }
}
