// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILicenseMarketplace} from "../../contracts/interfaces/ILicenseMarketplace.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {Authorization, Deal, Fill, Offer, Permit} from "../../contracts/types/Offers.sol";
import {Terms} from "../../contracts/types/Structs.sol";
import {MarketBase} from "./MarketBase.sol";
import {FeeToken} from "./mocks/FeeToken.sol";
import {SilentToken} from "./mocks/OddTokens.sol";
import {PermitToken} from "./mocks/PermitToken.sol";
import {Token3009} from "./mocks/Token3009.sol";

/// @notice Paying by ERC-2612 permit and by ERC-3009 authorization.
contract MarketPermitsTest is MarketBase {
    Token3009 internal usdc;

    function setUp() public override {
        super.setUp();
        usdc = new Token3009();
        dollar.mint(cid, 10_000);
        usdc.mint(cid, 10_000);
    }

    // --------------------------------------------------------------- ERC-2612

    function permitOf(address owner, uint256 value) internal view returns (Permit memory permit) {
        permit.deadline = block.timestamp + 60;
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
                ),
                owner,
                address(market),
                value,
                dollar.nonces(owner),
                permit.deadline
            )
        );
        bytes32 digest = keccak256(
            abi.encodePacked(hex"1901", dollar.DOMAIN_SEPARATOR(), structHash)
        );
        (permit.v, permit.r, permit.s) = vm.sign(keys[owner], digest);
    }

    function test_aPermitPaysInTheSameTransaction() public {
        Fill memory fill_ = signed(asked(), 2);
        Permit memory permit = permitOf(cid, 2_000);
        vm.prank(cid);
        eq(market.fillWithPermit(fill_, permit), 2, "license");
        eq(dollar.balanceOf(cid), 8_000, "paid");
        eq(dollar.allowance(cid, address(market)), 0, "for the price and no more");
    }

    function test_attackFrontRunPermit() public {
        Fill memory fill_ = signed(asked());
        Permit memory permit = permitOf(cid, 1_000);
        vm.prank(eve);
        dollar.permit(cid, address(market), 1_000, permit.deadline, permit.v, permit.r, permit.s);
        vm.prank(cid);
        market.fillWithPermit(fill_, permit);
        eq(license.balanceOf(cid), 1, "bought all the same");
    }

    function test_attackSomebodyElsesPermit() public {
        Fill memory fill_ = signed(asked());
        Permit memory permit = permitOf(cid, 1_000);
        vm.expectRevert(abi.encodeWithSignature("TransferFromFailed()"));
        vm.prank(eve);
        market.fillWithPermit(fill_, permit);
    }

    function test_aPermitForLessThanThePrice() public {
        Fill memory fill_ = signed(asked());
        Permit memory permit = permitOf(cid, 999);
        vm.expectRevert(abi.encodeWithSignature("TransferFromFailed()"));
        vm.prank(cid);
        market.fillWithPermit(fill_, permit);
    }

    function test_aTokenWithoutPermitUsesTheAllowance() public {
        SilentToken token = new SilentToken();
        token.mint(cid, 1_000);
        Offer memory ask = asked();
        ask.token = address(token);
        Fill memory fill_ = signed(ask);
        Permit memory permit;
        vm.prank(cid);
        market.fillWithPermit(fill_, permit);
        eq(token.balanceOf(address(splitter)), 1_000, "paid");
    }

    function test_attackPermitThatDoesNothingOrBombs() public {
        PermitToken token = new PermitToken();
        token.mint(cid, 2_000);
        Offer memory ask = asked();
        ask.token = address(token);
        Fill memory fill_ = signed(ask);
        Permit memory permit;
        vm.expectRevert(abi.encodeWithSignature("TransferFromFailed()"));
        vm.prank(cid);
        market.fillWithPermit(fill_, permit);
        vm.prank(cid);
        token.approve(address(market), 2_000);
        vm.prank(cid);
        market.fillWithPermit(fill_, permit);
        token.bomb();
        vm.prank(cid);
        market.fillWithPermit(fill_, permit);
        eq(token.balanceOf(address(splitter)), 2_000, "by allowance");
    }

    function test_aPermitOpensADeal() public {
        Offer memory ask = asked();
        ask.deliverWithin = 1 days;
        Fill memory fill_ = signed(ask);
        Permit memory permit = permitOf(cid, 1_000);
        vm.prank(cid);
        market.fillWithPermit(fill_, permit);
        eq(dollar.balanceOf(address(market)), 1_000, "waits");
    }

    // --------------------------------------------------------------- ERC-3009

    function askInUsdc() internal view returns (Offer memory ask) {
        ask = asked();
        ask.token = address(usdc);
    }

    function authorizationOf(
        address from,
        Fill memory fill_
    ) internal view returns (Authorization memory authorization) {
        authorization.from = from;
        authorization.validAfter = block.timestamp - 1;
        authorization.validBefore = block.timestamp + 60;
        (authorization.v, authorization.r, authorization.s) = authorize(
            "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)",
            authorization,
            fill_.offer.price * fill_.taking.count,
            nonceOf(fill_, from, authorization.validBefore)
        );
    }

    function authorize(
        string memory kind,
        Authorization memory authorization,
        uint256 value,
        bytes32 nonce
    ) internal view returns (uint8, bytes32, bytes32) {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(bytes(kind)),
                authorization.from,
                address(market),
                value,
                authorization.validAfter,
                authorization.validBefore,
                nonce
            )
        );
        bytes32 digest = keccak256(
            abi.encodePacked(hex"1901", usdc.DOMAIN_SEPARATOR(), structHash)
        );
        return vm.sign(keys[authorization.from], digest);
    }

    /// @dev As the interface says: the order, whole.
    function nonceOf(
        Fill memory fill_,
        address from,
        uint256 validBefore
    ) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    hashOf(fill_.offer),
                    from,
                    validBefore,
                    fill_.taking.workId,
                    fill_.taking.count,
                    fill_.taking.recipient,
                    fill_.taking.renewId
                )
            );
    }

    function submit(address who, Fill memory fill_, Authorization memory by) internal {
        vm.prank(who);
        market.fillWithAuthorization(fill_, by);
    }

    function submitFails(
        address who,
        Fill memory fill_,
        Authorization memory by,
        bytes4 reason
    ) internal {
        vm.expectPartialRevert(reason);
        vm.prank(who);
        market.fillWithAuthorization(fill_, by);
    }

    function test_aStrangerSubmitsAndTheSignerBuys() public {
        Fill memory fill_ = signed(askInUsdc(), 3);
        uint256 until = block.timestamp + 60;
        eq(market.authorizationNonce(fill_, cid, until), nonceOf(fill_, cid, until), "nonce");
        vm.expectEmit(address(market));
        emit ILicenseMarketplace.OfferFilled(hashOf(fill_.offer), work, cid, bob, cid, 2, 3, 3_000);
        submit(eve, fill_, authorizationOf(cid, fill_));
        eq(license.balanceOf(cid), 3, "Cid's licenses");
        eq(usdc.balanceOf(cid), 7_000, "Cid paid");
        eq(splitter.credit(work, address(usdc)), 2_700, "into the work");
        eq(usdc.balanceOf(address(market)), 0, "the market keeps nothing");
    }

    function test_theSignerIsTheTaker() public {
        Offer memory ask = askInUsdc();
        ask.taker = cid;
        Fill memory fill_ = signed(ask);
        submit(eve, fill_, authorizationOf(cid, fill_));
        ask.taker = eve;
        fill_ = signed(ask);
        submitFails(eve, fill_, authorizationOf(cid, fill_), ILicenseMarketplace.NotTaker.selector);
    }

    function test_attackAuthorizationUsedTwice() public {
        Fill memory fill_ = signed(askInUsdc());
        Authorization memory by = authorizationOf(cid, fill_);
        submit(eve, fill_, by);
        submitFails(eve, fill_, by, Token3009.UsedOrCancelled.selector);
    }

    function test_theSamePurchaseTwiceByTwoAuthorizations() public {
        Fill memory fill_ = signed(askInUsdc());
        submit(eve, fill_, authorizationOf(cid, fill_));
        vm.warp(block.timestamp + 1);
        submit(eve, fill_, authorizationOf(cid, fill_));
        eq(license.balanceOf(cid), 2, "licenses");
    }

    function test_attackAuthorizationForAnotherOrder() public {
        Fill memory fill_ = signed(askInUsdc(), 2);
        Authorization memory by = authorizationOf(cid, fill_);
        bytes4 refused = Token3009.InvalidSigner.selector;
        fill_.taking.recipient = eve;
        submitFails(eve, fill_, by, refused);
        fill_.taking.recipient = address(0);
        fill_.taking.count = 1;
        submitFails(eve, fill_, by, refused);
        fill_.taking.count = 2;
        fill_.taking.renewId = 1;
        submitFails(eve, fill_, by, refused);
        fill_.taking.renewId = 0;
        fill_.taking.workId = root;
        submitFails(eve, fill_, by, refused);
        // Another offer at the same price, of another work of the same seller.
        uint256 other = certify(bob, "other");
        Offer memory ask = offer(other, plain, address(usdc), 1_000);
        submitFails(eve, signed(ask, 2), by, refused);
        // Another price for the same.
        ask = askInUsdc();
        ask.price = 500;
        submitFails(eve, signed(ask, 4), by, refused);
        fill_.taking.workId = work;
        submit(eve, fill_, by);
    }

    function test_attackAuthorizationOfOneWorkOfASetUsedForAnother() public {
        uint256 other = certify(bob, "other");
        bytes32[] memory leaves = new bytes32[](2);
        (leaves[0], leaves[1]) = (workLeaf(work), workLeaf(other));
        Offer memory ask = askInUsdc();
        ask.workId = 0;
        ask.worksRoot =
            leaves[0] < leaves[1]
                ? keccak256(abi.encode(leaves[0], leaves[1]))
                : keccak256(abi.encode(leaves[1], leaves[0]));
        Fill memory fill_ = signed(ask);
        fill_.taking.workId = work;
        fill_.taking.worksPath = new bytes32[](1);
        fill_.taking.worksPath[0] = leaves[1];
        Authorization memory by = authorizationOf(cid, fill_);
        fill_.taking.workId = other;
        fill_.taking.worksPath[0] = leaves[0];
        submitFails(eve, fill_, by, Token3009.InvalidSigner.selector);
        fill_.taking.workId = work;
        fill_.taking.worksPath[0] = leaves[1];
        submit(eve, fill_, by);
    }

    function test_attackAuthorizationSubmittedToTheTokenDirectly() public {
        Fill memory fill_ = signed(askInUsdc());
        Authorization memory by = authorizationOf(cid, fill_);
        bytes32 nonce = nonceOf(fill_, cid, by.validBefore);
        vm.expectRevert(err(Token3009.CallerMustBeThePayee.selector, eve, address(market)));
        vm.prank(eve);
        usdc.receiveWithAuthorization(
            cid,
            address(market),
            1_000,
            by.validAfter,
            by.validBefore,
            nonce,
            by.v,
            by.r,
            by.s
        );
        // Nor as the other kind, which anybody may submit: then the money would lie here for nobody.
        vm.expectPartialRevert(Token3009.InvalidSigner.selector);
        vm.prank(eve);
        usdc.transferWithAuthorization(
            cid,
            address(market),
            1_000,
            by.validAfter,
            by.validBefore,
            nonce,
            by.v,
            by.r,
            by.s
        );
        submit(eve, fill_, by);
    }

    function test_attackAuthorizationOfSomebodyWithoutConsent() public {
        Fill memory fill_ = signed(askInUsdc());
        Authorization memory by = authorizationOf(eve, fill_);
        by.from = cid;
        submitFails(eve, fill_, by, Token3009.InvalidSigner.selector);
    }

    function test_authorizationOutOfTime() public {
        Fill memory fill_ = signed(askInUsdc());
        Authorization memory by = authorizationOf(cid, fill_);
        vm.warp(by.validBefore);
        submitFails(eve, fill_, by, Token3009.Expired.selector);
        vm.warp(by.validAfter);
        submitFails(eve, fill_, by, Token3009.NotYetValid.selector);
    }

    function test_aFailedFillTakesNothing() public {
        Fill memory fill_ = signed(askInUsdc());
        Authorization memory by = authorizationOf(cid, fill_);
        vm.prank(bob);
        market.cancel(hashOf(fill_.offer));
        submitFails(eve, fill_, by, ILicenseMarketplace.OfferNotOpen.selector);
        eq(usdc.balanceOf(cid), 10_000, "nothing is taken");
        no(usdc.authorizationState(cid, nonceOf(fill_, cid, by.validBefore)), "the nonce is free");
    }

    function test_anAuthorizationPaysNoBid() public {
        Offer memory bid = bidding(cid);
        bid.token = address(usdc);
        Fill memory fill_ = signed(bid);
        submitFails(
            bob,
            fill_,
            authorizationOf(cid, fill_),
            ILicenseMarketplace.InvalidOffer.selector
        );
    }

    function test_anAuthorizationOpensADealAndItsRefundIsTheSigners() public {
        Offer memory ask = askInUsdc();
        ask.deliverWithin = 1 days;
        Fill memory fill_ = signed(ask);
        RECORDER.recordLogs();
        submit(eve, fill_, authorizationOf(cid, fill_));
        Deal memory open = lastDeal();
        eq(open.buyer, cid, "buyer");
        eq(open.amount, 1_000, "waits");
        eq(usdc.balanceOf(address(market)), 1_000, "here");
        vm.warp(open.deliverBy + 1);
        vm.prank(cid);
        market.refund(open, cid);
        eq(usdc.balanceOf(cid), 10_000, "back");
    }

    function test_anAuthorizationRenewsAndBuysCertificates() public {
        Terms memory yearly = granting(Rights.COMMERCIAL);
        yearly.duration = 365 days;
        uint256 id = issueTo(dan, work, yearly);
        Offer memory ask = askInUsdc();
        ask.termsHash = license.hashTerms(yearly);
        Fill memory fill_ = signed(ask);
        fill_.taking.renewId = id;
        submit(eve, fill_, authorizationOf(cid, fill_));
        (, , , uint256 end, ) = license.license(id);
        eq(end, block.timestamp + 730 days, "renewed");

        vm.prank(bob);
        registry.setApprovalForAll(address(market), true);
        fill_ = signed(sellingCertificate(work, address(usdc), 5_000));
        submit(eve, fill_, authorizationOf(cid, fill_));
        eq(registry.ownerOf(work), cid, "the signer's");
        eq(splitter.balances(bob, address(usdc)), 5_000, "the seller's");
    }

    function test_neitherTakesEther() public {
        Offer memory ask = inEther(1_000);
        Fill memory fill_ = signed(ask);
        Permit memory permit;
        vm.deal(cid, 1_000);
        vm.expectRevert();
        vm.prank(cid);
        market.fillWithPermit(fill_, permit);
        Authorization memory by = authorizationOf(cid, fill_);
        vm.expectRevert();
        vm.prank(cid);
        market.fillWithAuthorization(fill_, by);
        eq(license.balanceOf(cid), 0, "no license");
    }

    function test_attackAStrangerSpendsOffersThroughHisOwnToken() public {
        // Eve's token swears that Bob authorized a purchase of hers, which answers Bob's ask.
        Sworn sworn = new Sworn();
        Offer memory victim = asked();
        uint256 hers = certify(eve, "hers");
        Offer memory counter = offer(hers, plain, address(sworn), 1);
        counter.counterTo = hashOf(victim);
        Fill memory fill_ = signed(counter);
        Authorization memory by;
        by.from = bob;
        submitFails(eve, fill_, by, ILicenseMarketplace.InvalidOffer.selector);
        fund(cid, 0);
        fill(cid, signed(victim));
        eq(license.balanceOf(cid), 1, "Bob's ask stands");
    }

    // --------------------------------------------------- tokens that are worse

    function test_attackAuthorizationOfATokenThatMovesNothing() public {
        Idle idle = new Idle();
        Offer memory ask = asked();
        ask.token = address(idle);
        Fill memory fill_ = signed(ask);
        submitFails(
            eve,
            fill_,
            authorizationOf(cid, fill_),
            ILicenseMarketplace.NothingReceived.selector
        );
    }

    function test_attackAuthorizationOfATokenWithAFeeLeansOnOpenDeals() public {
        // A deal's tokens lie here: an authorization that brings in less must not be topped up.
        Leaky leaky = new Leaky();
        leaky.mint(cid, 100_000);
        Offer memory ask = asked();
        ask.token = address(leaky);
        ask.deliverWithin = 1 days;
        vm.prank(cid);
        leaky.approve(address(market), type(uint256).max);
        deal(cid, signed(ask), 0);
        uint256 holds = leaky.balanceOf(address(market));
        ask.deliverWithin = 0;
        Fill memory fill_ = signed(ask);
        submitFails(
            eve,
            fill_,
            authorizationOf(cid, fill_),
            ILicenseMarketplace.NothingReceived.selector
        );
        eq(leaky.balanceOf(address(market)), holds, "the deal's money is untouched");
    }
}

/// @notice Accepts every authorization and moves nothing.
contract Idle is Token3009 {
    function receiveWithAuthorization(
        address,
        address,
        uint256,
        uint256,
        uint256,
        bytes32,
        uint8,
        bytes32,
        bytes32
    ) external pure override {}
}

/// @notice Takes a hundredth of every transfer, and accepts every authorization.
contract Leaky is FeeToken {
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256,
        uint256,
        bytes32,
        uint8,
        bytes32,
        bytes32
    ) external {
        _transfer(from, to, value - value / 100);
    }
}

/// @notice Accepts every authorization and makes the money for it.
contract Sworn is Token3009 {
    function receiveWithAuthorization(
        address,
        address to,
        uint256 value,
        uint256,
        uint256,
        bytes32,
        uint8,
        bytes32,
        bytes32
    ) external override {
        _mint(to, value);
    }
}
