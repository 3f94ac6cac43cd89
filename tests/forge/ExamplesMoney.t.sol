// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRoyaltySplitter} from "../../contracts/interfaces/IRoyaltySplitter.sol";
import {MarketBase} from "./MarketBase.sol";
import {CertificateVault} from "./examples/CertificateVault.sol";
import {RevenueForwarder} from "./examples/RevenueForwarder.sol";
import {TipJar} from "./examples/TipJar.sol";
import {FeeToken} from "./mocks/FeeToken.sol";

/// @notice The examples of docs/integrating.md that are about money: payments and collateral. Bob's
/// `work` owes a tenth of its income to Ann's `root`.
contract ExamplesMoneyTest is MarketBase {
    RevenueForwarder internal forwarder;
    TipJar internal jar;
    CertificateVault internal vault;

    function setUp() public override {
        super.setUp();
        forwarder = new RevenueForwarder(splitter, work);
        jar = new TipJar(splitter, eve);
        vm.prank(bob);
        vault = new CertificateVault(registry, splitter, work, 10 ether, 11 ether, 90 days);
        vm.deal(bob, 100 ether);
        vm.deal(cid, 100 ether);
    }

    // ------------------------------------------------------- RevenueForwarder

    function test_forwarder_paysAllItHas() external {
        vm.prank(cid);
        payable(address(forwarder)).transfer(1 ether);
        eq(forwarder.forward(ETHER), 1 ether, "ETH");
        dollar.mint(address(forwarder), 1_000);
        eq(forwarder.forward(address(dollar)), 1_000, "dollars");
        eq(splitter.credit(work, ETHER), 0.9 ether, "net of the parent's tenth");
        eq(splitter.credit(work, address(dollar)), 900, "net of the parent's tenth");
        eq(address(forwarder).balance + dollar.balanceOf(address(forwarder)), 0, "nothing stays");
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.NothingReceived.selector, ETHER));
        forwarder.forward(ETHER);
    }

    function test_forwarder_aTokenThatTakesAFee() external {
        FeeToken taxed = new FeeToken();
        taxed.mint(address(forwarder), 1_000);
        uint256 received = forwarder.forward(address(taxed));
        yes(received != 0 && received < 1_000, "booked by what arrives");
    }

    // ----------------------------------------------------------------- TipJar

    function test_jar_tipsFromTheTippersWallet() external {
        dollar.mint(cid, 1_000);
        vm.prank(cid);
        dollar.approve(address(jar), 1_000);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.Paid(work, address(dollar), cid, 950);
        vm.prank(cid);
        eq(jar.tip(work, address(dollar), 1_000), 1_000, "arrived");
        eq(splitter.balances(eve, address(dollar)), 50, "the platform's twentieth");
        eq(splitter.credit(work, address(dollar)), 855, "nine tenths of the rest");
        eq(dollar.balanceOf(address(jar)), 0, "holds nothing");
        vm.prank(eve);
        eq(splitter.withdraw(address(dollar), eve), 50, "withdrawn");
    }

    function test_jar_inEther() external {
        vm.prank(cid);
        jar.tip{value: 1_000}(work, ETHER, 1_000);
        eq(splitter.balances(eve, ETHER), 50, "the platform's twentieth");
        vm.expectRevert(err(IRoyaltySplitter.WrongValue.selector, 1, 2));
        vm.prank(cid);
        jar.tip{value: 1}(work, ETHER, 2);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.UnknownWork.selector, 7));
        vm.prank(cid);
        jar.tip{value: 1_000}(7, ETHER, 1_000);
    }

    function test_jar_onlyTheSplitterCallsBack() external {
        dollar.mint(cid, 1_000);
        vm.prank(cid);
        dollar.approve(address(jar), 1_000);
        vm.expectRevert(abi.encodeWithSelector(TipJar.OnlySplitter.selector, eve));
        vm.prank(eve);
        jar.onPay(address(dollar), 1_000, cid);
    }

    // ------------------------------------------------------------- plain send

    function test_aTransferToTheTillIsAPayment() external {
        vm.prank(cid);
        payable(address(uint160(work))).transfer(1_000);
        eq(splitter.credit(work, ETHER), 0, "nobody has booked it");
        eq(splitter.sweep(bob, "work", ETHER), 1_000, "anybody may");
        eq(splitter.credit(work, ETHER), 900, "income like any other");
    }

    // ------------------------------------------------------- CertificateVault

    function deposited() internal returns (bytes32) {
        transferTo(address(vault), work);
        return registry.getStateFingerprint(work);
    }

    function lent() internal {
        bytes32 state = deposited();
        vm.prank(cid);
        vault.lend{value: 10 ether}(state);
    }

    function refusedNow() internal {
        vm.expectRevert(abi.encodeWithSelector(CertificateVault.Refused.selector));
    }

    function test_vault_repaidInTime() external {
        lent();
        payEther(dan, work, 1 ether);
        eq(vault.takeIncome(ETHER), 0.9 ether, "income stays the borrower's");
        vm.warp(block.timestamp + 90 days);
        refusedNow();
        vault.close();
        vm.prank(bob);
        vault.repay{value: 11 ether}();
        eq(registry.ownerOf(work), bob, "returned");
        vm.prank(bob);
        vault.withdraw();
        vm.prank(cid);
        vault.withdraw();
        eq(bob.balance, 99.9 ether, "100 - 11 + 10 + 0.9");
        eq(cid.balance, 101 ether, "the lender's interest");
        eq(address(vault).balance, 0, "nothing stays");
        refusedNow();
        vault.repay{value: 0}();
    }

    function test_vault_overdue() external {
        lent();
        payEther(dan, work, 1 ether);
        // Anybody may draw at any time: what is drawn is the owner's of the moment, the vault's.
        splitter.draw(work, ETHER);
        payEther(dan, work, 2 ether);
        vm.warp(block.timestamp + 90 days + 1);
        refusedNow();
        vm.prank(bob);
        vault.repay{value: 11 ether}();
        vault.close();
        eq(registry.ownerOf(work), cid, "the lender's");
        eq(vault.takeIncome(ETHER), 0.9 ether, "drawn before: the borrower's");
        vm.prank(cid);
        eq(splitter.collect(list(work), ETHER, cid), 1.8 ether, "undrawn: the lender's");
    }

    function test_vault_theLenderNamesTheState() external {
        bytes32 before = registry.getStateFingerprint(work);
        bytes32 state = deposited();
        yes(before != state, "a transfer changes the state");
        vm.expectRevert(
            abi.encodeWithSelector(CertificateVault.StateChanged.selector, work, before, state)
        );
        vm.prank(cid);
        vault.lend{value: 10 ether}(before);
    }

    /// @dev Once the certificate lies in the vault, neither its old owner nor a market he allowed
    /// can bind the work.
    function test_vault_bindsTheWork() external {
        vm.prank(bob);
        license.allowMarket(work, address(this), true);
        bytes32 state = deposited();
        vm.expectRevert();
        vm.prank(bob);
        license.issue(work, plain, bob, 1, 0);
        vm.expectRevert();
        license.issue(work, plain, bob, 1, 0);
        vm.expectRevert();
        vm.prank(bob);
        splitter.addPayee(work, bob, 9_000);
        eq(registry.getStateFingerprint(work), state, "as the lender saw it");
    }

    function test_vault_refuses() external {
        refusedNow();
        vault.lend(0);
        refusedNow();
        vault.repay();
        bytes32 state = deposited();
        refusedNow();
        vm.prank(cid);
        vault.lend{value: 9 ether}(state);
        refusedNow();
        vault.close();
        vm.prank(bob);
        vault.close();
        eq(registry.ownerOf(work), bob, "nobody lent: taken back");
        lent();
        refusedNow();
        vm.prank(cid);
        vault.lend{value: 10 ether}(state);
        refusedNow();
        vm.prank(bob);
        vault.repay{value: 10 ether}();
    }
}
