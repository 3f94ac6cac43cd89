// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILicenseMarketplace} from "../../contracts/interfaces/ILicenseMarketplace.sol";
import {IRoyaltySplitter} from "../../contracts/interfaces/IRoyaltySplitter.sol";
import {Authorization, Deal, Fill, Offer, Permit} from "../../contracts/types/Offers.sol";
import {Certify, Edge, Entry} from "../../contracts/types/Structs.sol";
import {MarketBase} from "./MarketBase.sol";
import {MarketHookToken} from "./mocks/MarketTokens.sol";
import {Reenterer} from "./mocks/Receivers.sol";

/// @notice A token, or a receiver of ETH, that calls every entry point again while its own transfer
/// runs.
contract MarketReentryTest is MarketBase {
    uint256 internal constant ENTRIES = 7;

    MarketHookToken internal token;
    /// @dev The token's open deal, encoded: structs with lists cannot be stored whole.
    bytes internal waiting;

    function setUp() public override {
        super.setUp();
        token = new MarketHookToken();
        token.mint(cid, 1_000_000);
        // What the hook will try to take: a deal that could be refunded and released, and fills that
        // would succeed by themselves. The token itself is the buyer of everything.
        token.mint(address(token), 1_000_000);
        vm.prank(address(token));
        token.approve(address(market), type(uint256).max);
        vm.prank(cid);
        token.approve(address(market), type(uint256).max);
        Offer memory ask = hooked();
        ask.deliverWithin = 1;
        Deal memory open = deal(address(token), signed(ask), 0);
        vm.prank(bob);
        market.deliver(open, "");
        waiting = abi.encode(open);
        vm.warp(block.timestamp + 31 days);
    }

    function other() internal view returns (Deal memory) {
        return abi.decode(waiting, (Deal));
    }

    function hooked() internal view returns (Offer memory ask) {
        ask = asked();
        ask.token = address(token);
    }

    function child() internal view returns (Entry memory) {
        Certify memory certify_ = claim(cid, "child");
        certify_.payees = one(dan, 1);
        return entry(certify_, noProof(), consentTo(certify_));
    }

    /// @dev Each of these succeeds when the token calls it by itself: `test_theCallsAreGood`.
    function arm() internal {
        Offer memory ask = hooked();
        ask.salt = 99;
        Fill memory fill_ = signed(ask);
        Permit memory permit;
        Authorization memory by;
        by.from = address(token);
        token.onTransfer(address(market), abi.encodeCall(market.fill, (fill_)));
        token.onTransfer(address(market), abi.encodeCall(market.fillWithPermit, (fill_, permit)));
        token.onTransfer(
            address(market),
            abi.encodeCall(market.fillWithAuthorization, (fill_, by))
        );
        token.onTransfer(
            address(market),
            abi.encodeCall(market.fillAndDerive, (new Fill[](0), child()))
        );
        token.onTransfer(address(market), abi.encodeCall(market.certifyAndFill, (child(), fill_)));
        token.onTransfer(address(market), abi.encodeCall(market.release, (other())));
        token.onTransfer(address(market), abi.encodeCall(market.refund, (other(), address(token))));
    }

    /// @dev Requires that all calls of all `transfers` failed at the lock.
    function held(uint256 transfers) internal view {
        (bool[] memory successes, bytes[] memory answers) = token.answers();
        eq(answers.length, transfers * ENTRIES, "calls made");
        for (uint256 i; i < answers.length; ++i) {
            no(successes[i], "a call came through");
            eq(
                bytes32(answers[i]),
                bytes32(ILicenseMarketplace.Reentered.selector),
                "stopped at the lock"
            );
        }
        (bool open, ) = market.dealState(keccak256(abi.encode(other())));
        yes(open, "the other deal is untouched");
    }

    // ------------------------------------------------------------------ tokens

    function test_theCallsAreGood() public {
        // Without a lock held, the same calls go through: the tests below fail for no other reason.
        Fill memory fill_ = signed(hooked());
        Permit memory permit;
        Authorization memory by;
        by.from = address(token);
        Entry memory e = child();
        Deal memory d = other();
        vm.startPrank(address(token));
        market.fill(fill_);
        market.fillWithPermit(fill_, permit);
        market.fillWithAuthorization(fill_, by);
        market.fillAndDerive(new Fill[](0), e);
        token.approve(address(market), type(uint256).max);
        market.certifyAndFill(e, fill_);
        market.refund(d, address(token));
        vm.stopPrank();
        eq(license.balanceOf(address(token)), 4, "bought");
    }

    function test_theReleaseIsGood() public {
        Deal memory d = other();
        vm.prank(address(token));
        market.release(d);
        eq(license.balanceOf(address(token)), 1, "released");
    }

    function test_attackReentryInFill() public {
        Fill memory fill_ = signed(hooked());
        arm();
        fill(cid, fill_);
        held(1);
    }

    function test_attackReentryInABid() public {
        Offer memory bid = bidding(cid);
        bid.token = address(token);
        Fill memory fill_ = signed(bid);
        arm();
        fill(bob, fill_);
        held(1);
    }

    function test_attackReentryInACertificateSale() public {
        vm.prank(bob);
        registry.setApprovalForAll(address(market), true);
        Fill memory fill_ = signed(sellingCertificate(work, address(token), 1_000));
        arm();
        fill(cid, fill_);
        held(1);
    }

    function test_attackReentryInFillWithPermit() public {
        Fill memory fill_ = signed(hooked());
        Permit memory permit;
        arm();
        vm.prank(cid);
        market.fillWithPermit(fill_, permit);
        held(2);
    }

    function test_attackReentryInFillWithAuthorization() public {
        Fill memory fill_ = signed(hooked());
        Authorization memory by;
        by.from = cid;
        arm();
        market.fillWithAuthorization(fill_, by);
        held(2);
        eq(token.balanceOf(address(market)), other().amount, "only the other deal's money");
    }

    function test_attackReentryInFillAndDerive() public {
        Fill[] memory fills = new Fill[](1);
        fills[0] = signed(offer(root, license.registerTerms(sharing(1, 0)), address(token), 5));
        fills[0].taking.recipient = cid;
        Certify memory certify_ = claim(cid, "derived");
        certify_.edges = one(Edge(root, fills[0].offer.termsHash, 0));
        Entry memory e = entry(certify_, noProof(), consentTo(certify_));
        arm();
        vm.prank(cid);
        market.fillAndDerive(fills, e);
        held(1);
    }

    function test_attackReentryInCertifyAndFill() public {
        Entry memory e = child();
        Fill memory fill_ = signed(hooked());
        arm();
        vm.prank(cid);
        market.certifyAndFill(e, fill_);
        held(1);
    }

    function test_attackReentryInTheDealsLife() public {
        Offer memory ask = hooked();
        ask.deliverWithin = 1 days;
        Fill memory fill_ = signed(ask);
        arm();
        Deal memory a = deal(cid, fill_, 0);
        held(1);
        Deal memory b = deal(cid, fill_, 0);
        held(2);
        vm.prank(cid);
        market.release(a);
        held(3);
        vm.warp(b.deliverBy + 1);
        vm.prank(cid);
        market.refund(b, cid);
        held(4);
        eq(token.balanceOf(address(market)), other().amount, "only the other deal's money");
    }

    function test_attackTheHookAsksForMoneyDirectly() public {
        Fill memory fill_ = signed(hooked());
        token.onTransfer(
            address(market),
            abi.encodeCall(market.onPay, (address(token), 1_000, cid))
        );
        token.onTransfer(
            address(splitter),
            abi.encodeCall(splitter.withdraw, (address(token), address(token)))
        );
        fill(cid, fill_);
        (bool[] memory successes, bytes[] memory answers) = token.answers();
        no(successes[0], "onPay");
        eq(
            keccak256(answers[0]),
            keccak256(
                abi.encodeWithSelector(ILicenseMarketplace.OnlySplitter.selector, address(token))
            ),
            "for the splitter only"
        );
        no(successes[1], "withdraw");
        eq(
            bytes32(answers[1]),
            bytes32(IRoyaltySplitter.Reentered.selector),
            "the splitter holds its own lock"
        );
    }

    function test_attackTheHookPlaysThePartiesOfADeal() public {
        // Delivering, challenging and cancelling are not locked: they are for their parties.
        Offer memory ask = hooked();
        ask.deliverWithin = 1 days;
        Deal memory a = deal(cid, signed(ask), 0);
        bytes32 key = keccak256(abi.encode(a));
        token.onTransfer(address(market), abi.encodeCall(market.deliver, (a, "")));
        token.onTransfer(address(market), abi.encodeCall(market.challenge, (a, "")));
        token.onTransfer(address(market), abi.encodeCall(market.cancel, (hashOf(ask))));
        vm.prank(cid);
        market.release(a);
        (bool[] memory successes, bytes[] memory answers) = token.answers();
        no(successes[0], "deliver");
        no(successes[1], "challenge");
        // The deal is closed before anything moves.
        bytes memory closed = err(ILicenseMarketplace.DealNotOpen.selector, key);
        eq(keccak256(answers[0]), keccak256(closed), "closed");
        eq(keccak256(answers[1]), keccak256(closed), "closed");
        yes(successes[2], "cancelled");
        (, bool cancelled, ) = market.offerState(bob, hashOf(ask));
        no(cancelled, "its own offer of that hash, not Bob's");
    }

    // ------------------------------------------------------------------- ether

    function test_attackReentryByTheReceiverOfARefund() public {
        Reenterer buyer = new Reenterer();
        Offer memory ask = inEther(1_000);
        ask.deliverWithin = 1 days;
        Deal memory a = deal(address(buyer), signed(ask), 1_000);
        Deal memory b = deal(address(buyer), signed(ask), 1_000);
        deal(cid, signed(ask), 1_000);
        vm.warp(a.deliverBy + 1);
        bytes[3] memory calls = [
            abi.encodeCall(market.refund, (a, address(buyer))),
            abi.encodeCall(market.refund, (b, address(buyer))),
            abi.encodeCall(market.release, (b))
        ];
        buyer.onReceive(calls[0]);
        vm.prank(address(buyer));
        market.refund(a, address(buyer));
        no(buyer.success(), "came through");
        eq(
            bytes32(buyer.answer()),
            bytes32(ILicenseMarketplace.Reentered.selector),
            "stopped at the lock"
        );
        for (uint256 i = 1; i < 3; ++i) {
            buyer.onReceive(calls[i]);
            Deal memory next = deal(address(buyer), signed(fresh(ask, i)), 1_000);
            vm.warp(next.deliverBy + 1);
            vm.prank(address(buyer));
            market.refund(next, address(buyer));
            no(buyer.success(), "came through");
            eq(
                bytes32(buyer.answer()),
                bytes32(ILicenseMarketplace.Reentered.selector),
                "stopped at the lock"
            );
        }
        eq(address(market).balance, 2_000, "the other two deals' money");
    }

    function fresh(Offer memory ask, uint256 salt) internal pure returns (Offer memory) {
        ask.salt = salt;
        return ask;
    }
}
