// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILicenseMarketplace} from "../../contracts/interfaces/ILicenseMarketplace.sol";
import {IRoyaltySplitter} from "../../contracts/interfaces/IRoyaltySplitter.sol";
import {Ledger} from "../../contracts/libraries/Ledger.sol";
import {DemoToken} from "../../contracts/periphery/DemoToken.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {FeeShare, Offer} from "../../contracts/types/Offers.sol";
import {Edge, Fee} from "../../contracts/types/Structs.sol";
import {Base} from "./Base.sol";
import {FeeToken} from "./mocks/FeeToken.sol";
import {HookToken} from "./mocks/HookToken.sol";
import {LyingMarket} from "./mocks/LyingMarket.sol";
import {BlockingToken, BombToken, FalseToken, LyingToken, SilentToken} from "./mocks/OddTokens.sol";
import {Reenterer} from "./mocks/Receivers.sol";

/// @notice Every external call the contracts make, with the worst on the other end.
contract HostileTokensTest is Base {
    uint256 internal root;
    uint256 internal child;
    LyingMarket internal lying;

    function setUp() public override {
        super.setUp();
        root = certify(ann, "root");
        child = derive(bob, "child", root, sharing(1_000, 0));
        lying = new LyingMarket();
    }

    function payIn(address token, address payer, uint256 workId, uint256 amount) public {
        DemoToken(token).mint(payer, amount);
        vm.startPrank(payer);
        DemoToken(token).approve(address(splitter), type(uint256).max);
        splitter.pay(workId, token, amount);
        vm.stopPrank();
    }

    // -------------------------------------------------------------- reentrancy

    /// @dev Every function under the lock.
    function everyLocked(address token) internal view returns (bytes[] memory calls) {
        calls = new bytes[](11);
        uint256[] memory path = list(child, root);
        calls[0] = abi.encodeCall(splitter.pay, (root, token, 1));
        calls[1] = abi.encodeCall(splitter.payVia, (root, token, 1, eve, new Fee[](0)));
        calls[2] = abi.encodeCall(splitter.sweep, (ann, "root", token));
        calls[3] = abi.encodeCall(splitter.rescue, (ann, "root", 5, token, eve));
        calls[4] = abi.encodeCall(splitter.settle, (child, token));
        calls[5] = abi.encodeCall(splitter.settleMany, (path, token));
        calls[6] = abi.encodeCall(splitter.draw, (root, token));
        calls[7] = abi.encodeCall(splitter.withdraw, (token, eve));
        calls[8] = abi.encodeCall(splitter.collect, (path, token, eve));
        calls[9] = abi.encodeCall(splitter.release, (root, token));
        calls[10] = abi.encodeCall(splitter.distribute, (path, 0, token));
    }

    function armed() internal returns (HookToken token) {
        token = new HookToken();
        payIn(address(token), eve, child, 100_000);
        splitter.settle(child, address(token));
        splitter.draw(child, address(token));
        token.mint(address(uint160(root)), 500);
        bytes[] memory calls = everyLocked(address(token));
        for (uint256 i; i < calls.length; ++i) {
            token.onTransfer(address(splitter), calls[i]);
        }
    }

    function allRefused(HookToken token, string memory what) internal {
        (bool[] memory successes, bytes[] memory answers) = token.answers();
        yes(answers.length >= 11, what);
        bytes32 reentered = keccak256(abi.encodeWithSelector(IRoyaltySplitter.Reentered.selector));
        for (uint256 i; i < answers.length; ++i) {
            no(successes[i], what);
            eq(keccak256(answers[i]), reentered, what);
        }
        arm(token);
    }

    function arm(HookToken token) internal {
        token.forget();
        bytes[] memory calls = everyLocked(address(token));
        for (uint256 i; i < calls.length; ++i) {
            token.onTransfer(address(splitter), calls[i]);
        }
    }

    function only(HookToken token, uint256 index) internal {
        token.forget();
        token.onTransfer(address(splitter), everyLocked(address(token))[index]);
    }

    function oneRefused(HookToken token, string memory what) internal {
        (bool[] memory successes, bytes[] memory answers) = token.answers();
        yes(answers.length > 0, what);
        for (uint256 i; i < answers.length; ++i) {
            no(successes[i], what);
            eq(bytes32(answers[i]), bytes32(IRoyaltySplitter.Reentered.selector), what);
        }
        token.forget();
    }

    function test_everyTransferRefusesEveryReentry() public {
        HookToken token = armed();
        address at = address(token);
        payIn(at, eve, child, 1_000);
        allRefused(token, "in pay");
        splitter.sweep(ann, "root", at);
        allRefused(token, "in sweep");
        vm.prank(bob);
        splitter.withdraw(at, bob);
        allRefused(token, "in withdraw");
        vm.prank(ann);
        splitter.collect(list(child, root), at, ann);
        allRefused(token, "in collect");
        for (uint256 i; i < 11; ++i) {
            // One at a time: what nobody asked for runs with little gas.
            payIn(at, eve, child, 1_000);
            only(token, i);
            splitter.release(child, at);
            oneRefused(token, "in release");
            payIn(at, eve, child, 1_000);
            only(token, i);
            splitter.distribute(list(child, root), 0, at);
            oneRefused(token, "in distribute");
        }
        arm(token);
        token.mint(address(uint160(registry.workIdOf(eve, "foreign", 5))), 9);
        vm.prank(eve);
        splitter.rescue(eve, "foreign", 5, at, eve);
        allRefused(token, "in rescue");

        Offer memory ask = offer(
            child,
            license.registerTerms(granting(Rights.COMMERCIAL)),
            at,
            1_000
        );
        vm.prank(bob);
        market.post(ask);
        token.mint(dan, 1_000);
        vm.startPrank(dan);
        token.approve(address(market), 1_000);
        market.fill(filling(ask, 1, dan));
        vm.stopPrank();
        allRefused(token, "in fill");
        uint256 held = splitter.credit(root, at) + splitter.credit(child, at);
        held += splitter.balances(ann, at) + splitter.balances(bob, at);
        (uint256 income, ) = splitter.pending(child, at);
        atMost(held + income / 10, token.balanceOf(address(splitter)), "solvent after all that");
    }

    function test_payViaRefusesReentryFromTheMarket() public {
        HookToken token = armed();
        token.forget();
        token.mint(address(lying), 100);
        bytes[] memory calls = everyLocked(address(token));
        for (uint256 i; i < calls.length; ++i) {
            lying.prepare(100, address(splitter), calls[i]);
            vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.Reentered.selector));
            lying.pay(splitter, root, address(token), 100, new Fee[](0));
        }
    }

    function test_fillRefusesReentry() public {
        HookToken token = new HookToken();
        address at = address(token);
        Offer memory ask = offer(
            child,
            license.registerTerms(granting(Rights.COMMERCIAL)),
            at,
            1_000
        );
        ask.quantity = 1;
        Offer memory free = offer(child, ask.termsHash, ETHER, 0);
        vm.startPrank(bob);
        market.post(ask);
        market.post(free);
        vm.stopPrank();
        token.onTransfer(address(market), abi.encodeCall(market.fill, (filling(free, 1, dan))));
        token.onTransfer(address(market), abi.encodeCall(market.fill, (filling(ask, 1, dan))));
        token.onTransfer(address(market), abi.encodeCall(market.onPay, (at, 1, dan)));
        token.mint(dan, 1_000);
        vm.startPrank(dan);
        token.approve(address(market), 5_000);
        market.fill(filling(ask, 1, dan));
        (bool[] memory successes, bytes[] memory answers) = token.answers();
        eq(answers.length, 3, "attempts");
        bytes4 reentered = ILicenseMarketplace.Reentered.selector;
        for (uint256 i; i < 3; ++i) {
            no(successes[i], "success");
            if (i < 2) eq(bytes32(answers[i]), bytes32(reentered), "Reentered");
        }
        eq(license.balanceOf(dan), 1, "one license");
    }

    function test_etherReceiversCannotReenter() public {
        Reenterer thief = new Reenterer();
        vm.prank(bob);
        registry.transferFrom(bob, address(thief), child);
        payEther(eve, child, 1_000);
        payEther(eve, root, 5_000);
        splitter.draw(child, ETHER);
        bytes[] memory calls = everyLocked(ETHER);
        for (uint256 i; i < calls.length; ++i) {
            thief.onReceive(calls[i]);
            thief.withdraw(address(splitter));
            no(thief.success(), "success");
            eq(
                keccak256(thief.answer()),
                keccak256(abi.encodeWithSelector(IRoyaltySplitter.Reentered.selector)),
                "Reentered"
            );
            payEther(eve, child, 1_000);
            splitter.draw(child, ETHER);
        }
    }

    // ---------------------------------------------------------- lying markets

    function test_payViaBooksWhatArrivesWhateverTheMarketSays() public {
        dollar.mint(address(lying), 300);
        lying.prepare(300, address(0), "");
        eq(lying.pay(splitter, child, address(dollar), 1e30, new Fee[](0)), 300, "received");
        eq(splitter.credit(child, address(dollar)), 270, "net");

        lying.prepare(0, address(0), "");
        bytes4 nothing = IRoyaltySplitter.NothingReceived.selector;
        vm.expectRevert(abi.encodeWithSelector(nothing, dollar));
        lying.pay(splitter, child, address(dollar), 1e30, new Fee[](0));
    }

    function test_payViaPaysNoFeesOutOfOthersMoney() public {
        payDollar(eve, child, 1_000_000);
        dollar.mint(address(lying), 300);
        lying.prepare(300, address(0), "");
        Fee[] memory fees = new Fee[](1);
        fees[0] = Fee(eve, 301);
        vm.expectRevert(
            abi.encodeWithSelector(IRoyaltySplitter.FeesExceedPayment.selector, 301, 300)
        );
        lying.pay(splitter, child, address(dollar), 1e30, fees);
        fees = new Fee[](2);
        (fees[0], fees[1]) = (Fee(eve, type(uint256).max), Fee(eve, 2));
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        lying.pay(splitter, child, address(dollar), 1e30, fees);
        eq(splitter.balances(eve, address(dollar)), 0, "fees");
    }

    // -------------------------------------------------------------- odd tokens

    function test_feeOnTransferIsBookedByWhatArrives() public {
        FeeToken token = new FeeToken();
        payIn(address(token), eve, child, 10_000);
        eq(splitter.credit(child, address(token)), 8_910, "90 % of 9,900");
        splitter.distribute(list(child, root), 0, address(token));
        eq(token.balanceOf(bob), 8_821, "99 % of the net");
        eq(token.balanceOf(ann), 981, "99 % of the royalty");
        eq(token.balanceOf(address(splitter)), 0, "to the last unit");
    }

    function test_offersSellInOddTokens() public {
        FeeToken fee = new FeeToken();
        Offer memory ask = offer(
            child,
            license.registerTerms(granting(Rights.COMMERCIAL)),
            address(fee),
            1_000
        );
        ask.fees = new FeeShare[](1);
        ask.fees[0] = FeeShare(cid, 1_000);
        vm.prank(bob);
        market.post(ask);
        fee.mint(dan, 1_000);
        vm.startPrank(dan);
        fee.approve(address(market), 1_000);
        market.fill(filling(ask, 1, dan));
        vm.stopPrank();
        eq(splitter.balances(cid, address(fee)), 100, "a tenth of the price");
        eq(splitter.credit(child, address(fee)), 801, "90 % of the 890 that are left");

        SilentToken silent = new SilentToken();
        ask.token = address(silent);
        vm.prank(bob);
        market.post(ask);
        silent.mint(dan, 1_000);
        vm.prank(dan);
        market.fill(filling(ask, 1, dan));
        eq(splitter.credit(child, address(silent)), 810, "90 % of 900");
        eq(license.balanceOf(dan), 2, "licenses");
    }

    function test_tokensWithoutReturnValueWork() public {
        SilentToken token = new SilentToken();
        payIn2(token, 10_000);
        splitter.settle(child, address(token));
        vm.prank(ann);
        splitter.collect(list(root), address(token), ann);
        eq(token.balanceOf(ann), 1_000, "collected");
        splitter.release(child, address(token));
        eq(token.balanceOf(bob), 9_000, "released");
    }

    function payIn2(SilentToken token, uint256 amount) internal {
        token.mint(eve, amount);
        vm.prank(eve);
        splitter.pay(child, address(token), amount);
    }

    function test_aTokenThatRefusesLeavesTheBalance() public {
        FalseToken token = new FalseToken();
        payIn(address(token), eve, child, 10_000);
        token.refuse();
        splitter.release(child, address(token));
        eq(splitter.balances(bob, address(token)), 9_000, "kept by release");
        eq(splitter.credit(child, address(token)), 0, "drawn");
        vm.expectRevert(abi.encodeWithSignature("TransferFailed()"));
        vm.prank(bob);
        splitter.withdraw(address(token), bob);
        eq(splitter.balances(bob, address(token)), 9_000, "kept by withdraw");
        token.mint(eve, 5);
        vm.expectRevert(abi.encodeWithSignature("TransferFromFailed()"));
        vm.prank(eve);
        splitter.pay(child, address(token), 5);
    }

    function test_aBlockedReceiverStopsNobodyElse() public {
        BlockingToken token = new BlockingToken();
        payIn(address(token), eve, child, 10_000);
        token.block_(bob, true);
        splitter.distribute(list(child, root), 0, address(token));
        eq(token.balanceOf(ann), 1_000, "the parent is paid");
        eq(splitter.balances(bob, address(token)), 9_000, "the blocked one keeps its balance");
        vm.expectRevert(abi.encodeWithSignature("TransferFailed()"));
        vm.prank(bob);
        splitter.withdraw(address(token), bob);
        vm.prank(bob);
        splitter.withdraw(address(token), dan);
        eq(token.balanceOf(dan), 9_000, "and may send it elsewhere");
        token.block_(address(splitter), true);
        payEther(eve, child, 10_000);
        splitter.distribute(list(child, root), 0, ETHER);
        eq(ann.balance, 1_000, "a frozen token stops no other");
    }

    function test_aTransferThatBombsLeavesTheBalance() public {
        BombToken token = new BombToken();
        payIn(address(token), eve, child, 10_000);
        token.arm(100_000);
        splitter.release(child, address(token));
        eq(splitter.balances(bob, address(token)), 9_000, "balance");
    }

    function test_aLyingTokenHarmsOnlyItself() public {
        LyingToken token = new LyingToken();
        payDollar(eve, child, 10_000);
        payEther(eve, child, 10_000);
        token.growBy(FULL);
        splitter.pay(child, address(token), 1);
        token.say(address(splitter), 0);
        splitter.settle(child, address(token));
        splitter.draw(child, address(token));
        vm.prank(bob);
        splitter.withdraw(address(token), bob);
        eq(splitter.credit(child, address(dollar)), 9_000, "dollars");
        eq(splitter.credit(child, ETHER), 9_000, "ETH");
        token.growBy(0);
        bytes4 nothing = IRoyaltySplitter.NothingReceived.selector;
        vm.expectRevert(abi.encodeWithSelector(nothing, token));
        splitter.pay(child, address(token), 1);
    }

    // ------------------------------------------------------------ junk supply

    uint256 internal constant MAX = type(uint112).max;
    /// @dev The largest pending amount.
    uint256 internal constant FULL = MAX - 2;

    function test_amountsAbove112BitsAreRefused() public {
        address junk = address(new DemoToken());
        DemoToken(junk).mint(eve, MAX + 1);
        vm.startPrank(eve);
        DemoToken(junk).approve(address(splitter), type(uint256).max);
        vm.expectRevert(
            abi.encodeWithSelector(IRoyaltySplitter.AmountTooLarge.selector, MAX + 1, MAX)
        );
        splitter.pay(root, junk, MAX + 1);
        splitter.pay(root, junk, MAX);
        eq(splitter.credit(root, junk), MAX, "the largest credit");
    }

    function test_aFullCreditClearsByDrawing() public {
        address junk = address(new DemoToken());
        payIn(junk, eve, root, MAX);
        vm.expectRevert(abi.encodeWithSelector(Ledger.CreditOverflow.selector, MAX, 1));
        this.payIn(junk, eve, root, 1);
        payDollar(eve, root, 7);
        splitter.draw(root, junk);
        this.payIn(junk, eve, root, 1);
        eq(splitter.credit(root, junk), 1, "credit");
        eq(splitter.balances(ann, junk), MAX, "balance");
    }

    function test_aFullPendingAmountClearsBySettling() public {
        address junk = address(new DemoToken());
        payIn(junk, eve, child, FULL);
        splitter.draw(child, junk);
        vm.expectRevert(abi.encodeWithSelector(Ledger.PendingOverflow.selector, FULL, 1));
        this.payIn(junk, eve, child, 1);
        payDollar(eve, child, 10);
        splitter.settle(child, junk);
        this.payIn(junk, eve, child, 1);
        eq(splitter.credit(root, junk), FULL / 10, "the parent's part");
    }

    function test_fullVolumeClearsBySettlingFromTheTop() public {
        // Volume only, and both kinds, over a parent that owes volume only.
        uint256 line = derive(cid, "line", root, sharing(0, 1_000));
        uint256 both = derive(dan, "both", line, sharing(1_000, 0));
        address junk = address(new DemoToken());
        payIn(junk, eve, both, FULL);
        splitter.draw(both, junk);
        splitter.settle(both, junk);
        payIn(junk, eve, both, FULL / 2);
        splitter.draw(both, junk);
        splitter.draw(line, junk);
        vm.expectRevert(abi.encodeWithSelector(Ledger.PendingOverflow.selector, FULL, FULL / 2));
        splitter.settle(both, junk);
        splitter.settle(line, junk);
        splitter.settle(both, junk);
        splitter.settle(line, junk);
        eq(splitter.credit(root, junk), (FULL + FULL / 2) / 10, "a tenth of all payments");
        payEther(eve, both, 10_000);
        splitter.settleMany(list(both, line), ETHER);
        eq(splitter.credit(root, ETHER), 1_000, "other tokens are untouched");
    }

    function test_aFullSecondSlotClearsBySettling() public {
        uint256 both = derive(dan, "both", root, sharing(1, 1));
        address junk = address(new DemoToken());
        // The first slot's income and the second one's volume fill up at the same payment.
        payIn(junk, eve, both, FULL);
        splitter.draw(both, junk);
        vm.expectRevert(abi.encodeWithSelector(Ledger.PendingOverflow.selector, FULL, 1));
        this.payIn(junk, eve, both, 1);
        splitter.settle(both, junk);
        payIn(junk, eve, both, 1);
        // Volume alone: from below, through a derivative that owes `both` nothing itself.
        uint256 below = derive(cid, "below", both, sharing(0, 0));
        payIn(junk, eve, below, FULL - 1);
        splitter.settle(below, junk);
        payIn(junk, eve, below, 1);
        vm.expectRevert(abi.encodeWithSelector(Ledger.PendingOverflow.selector, FULL, 1));
        splitter.settle(below, junk);
        splitter.settle(both, junk);
        splitter.settle(below, junk);
        (, uint256 volume) = splitter.pending(both, junk);
        eq(volume, 1, "volume");
    }

    /// @dev The largest pending amounts of both kinds, each part rounded up, are one inflow that
    /// the parent can take.
    function test_fullPendingOfBothKindsAlwaysSettles() public {
        Edge memory left = edgeUnder(root, dan, sharing(5_000, 5_000));
        uint256 all = certifyWith(dan, "all", one(left), none());
        address junk = address(new DemoToken());
        payIn(junk, eve, all, FULL);
        splitter.settle(all, junk);
        // floor(FULL / 2) twice: FULL is odd.
        eq(splitter.credit(root, junk), FULL - 1, "both halves");
        payIn(junk, eve, all, FULL);
        vm.expectRevert(abi.encodeWithSelector(Ledger.CreditOverflow.selector, FULL - 1, FULL + 1));
        splitter.settle(all, junk);
        splitter.draw(root, junk);
        splitter.settle(all, junk);
        eq(splitter.credit(root, junk), FULL + 1, "both rounded up");
        payEther(eve, all, 3);
        splitter.settle(all, ETHER);
        eq(splitter.credit(root, ETHER), 2, "other tokens are untouched");
    }
}
