// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {IRoyaltySplitter} from "../../contracts/interfaces/IRoyaltySplitter.sol";
import {Edge, Payee} from "../../contracts/types/Structs.sol";
import {Base} from "./Base.sol";
import {IRecorder} from "./MarketBase.sol";
import {GasBurner, Refuser, ReturnBomber, Wallet} from "./mocks/Receivers.sol";

/// @notice Drawing, withdrawing, collecting and releasing.
contract PayoutsTest is Base {
    uint256 internal root;
    uint256 internal child;
    uint256 internal leaf;
    Edge[] internal noEdges;

    function setUp() public override {
        super.setUp();
        root = certify(ann, "root");
        child = derive(bob, "child", root, sharing(1_000, 0));
        leaf = derive(cid, "leaf", child, sharing(5_000, 0));
    }

    // ------------------------------------------------------------------- draw

    function test_drawMovesTheCreditToTheOwner() public {
        payEther(eve, root, 700);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.Drawn(root, ETHER, ann, 700);
        vm.prank(eve);
        eq(splitter.draw(root, ETHER), 700, "drawn");
        eq(splitter.balances(ann, ETHER), 700, "balance");
        eq(splitter.credit(root, ETHER), 0, "credit");
        eq(splitter.draw(root, ETHER), 0, "nothing more");
    }

    function test_drawFollowsTheCertificate() public {
        payEther(eve, leaf, 10_000);
        vm.prank(bob);
        registry.transferFrom(bob, dan, child);
        splitter.settle(leaf, ETHER);
        splitter.draw(child, ETHER);
        eq(splitter.balances(bob, ETHER), 0, "the old owner");
        eq(splitter.balances(dan, ETHER), 4_500, "the new owner");
    }

    function test_drawSharesWithPayees() public {
        Payee[] memory payees = new Payee[](2);
        payees[0] = Payee(dan, 2_500);
        payees[1] = Payee(eve, 3_333);
        uint256 work = certifyWith(ann, "shared", noEdges, payees);
        for (uint256 i; i < 9; ++i) {
            payEther(bob, work, 7);
            splitter.draw(work, ETHER);
        }
        eq(splitter.balances(dan, ETHER), 15, "floor(63 * 0.25)");
        eq(splitter.balances(eve, ETHER), 20, "floor(63 * 0.3333)");
        eq(splitter.balances(ann, ETHER), 26, "floor(63 * 0.4167)");
    }

    function test_drawRefusesUnknownWorks() public {
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, 42));
        splitter.draw(42, ETHER);
    }

    // --------------------------------------------------------------- withdraw

    function test_withdrawSendsTheWholeBalance() public {
        payEther(eve, root, 700);
        payDollar(eve, root, 900);
        splitter.draw(root, ETHER);
        splitter.draw(root, address(dollar));
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.Withdrawn(ann, ETHER, dan, 700);
        vm.prank(ann);
        eq(splitter.withdraw(ETHER, dan), 700, "withdrawn");
        eq(dan.balance, 700, "ETH");
        vm.prank(ann);
        splitter.withdraw(address(dollar), dan);
        eq(dollar.balanceOf(dan), 900, "dollars");
    }

    function test_withdrawIsForTheOwnerOfTheBalance() public {
        payEther(eve, root, 700);
        splitter.draw(root, ETHER);
        vm.prank(ann);
        registry.setApprovalForAll(bob, true);
        vm.expectRevert(
            abi.encodeWithSelector(IRoyaltySplitter.NothingToWithdraw.selector, bob, ETHER)
        );
        vm.prank(bob);
        splitter.withdraw(ETHER, bob);
        vm.expectRevert(
            abi.encodeWithSelector(IRoyaltySplitter.NothingToWithdraw.selector, ann, dollar)
        );
        vm.prank(ann);
        splitter.withdraw(address(dollar), ann);
    }

    function test_withdrawChecksTheReceiver() public {
        payEther(eve, root, 700);
        splitter.draw(root, ETHER);
        bytes4 invalid = IRoyaltySplitter.InvalidReceiver.selector;
        vm.startPrank(ann);
        vm.expectRevert(abi.encodeWithSelector(invalid, address(0)));
        splitter.withdraw(ETHER, address(0));
        vm.expectRevert(abi.encodeWithSelector(invalid, splitter));
        splitter.withdraw(ETHER, address(splitter));
        vm.expectRevert(abi.encodeWithSelector(invalid, splitter));
        splitter.collect(list(root), ETHER, address(splitter));
        address refuser = address(new Refuser());
        vm.expectRevert(
            abi.encodeWithSelector(IRoyaltySplitter.TransferFailed.selector, refuser, 700)
        );
        splitter.withdraw(ETHER, refuser);
        eq(splitter.balances(ann, ETHER), 700, "the balance stays");
        splitter.withdraw(ETHER, ann);
        eq(ann.balance, 700, "to someone who takes it");
    }

    // ---------------------------------------------------------------- collect

    function test_collectSettlesDrawsAndWithdraws() public {
        payEther(eve, leaf, 20_000);
        vm.prank(ann);
        eq(splitter.collect(list(leaf, child, root), ETHER, dan), 1_000, "5 % of it");
        eq(dan.balance, 1_000, "in the wallet");
        eq(splitter.credit(child, ETHER), 9_000, "others are settled, not drawn");
        eq(splitter.credit(leaf, ETHER), 10_000, "nor is the leaf");
    }

    function test_collectDrawsEveryWorkOfTheCaller() public {
        vm.prank(cid);
        registry.transferFrom(cid, ann, leaf);
        payEther(eve, leaf, 20_000);
        payEther(eve, root, 7);
        splitter.draw(root, ETHER);
        vm.prank(ann);
        eq(splitter.collect(list(leaf, child, root), ETHER, ann), 11_007, "leaf, root, balance");
    }

    function test_collectOfAPayee() public {
        uint256 work = certifyWith(ann, "shared", noEdges, one(dan, 2_500));
        payEther(eve, work, 1_000);
        vm.prank(dan);
        eq(splitter.collect(list(work), ETHER, dan), 250, "payee");
        eq(splitter.balances(ann, ETHER), 750, "owner");
        vm.prank(ann);
        eq(splitter.collect(list(work), ETHER, ann), 750, "owner later");
    }

    function test_collectOfAnOwnerWhoIsAlsoAPayee() public {
        uint256 work = certifyWith(ann, "shared", noEdges, one(ann, 2_500));
        payEther(eve, work, 1_000);
        vm.prank(ann);
        eq(splitter.collect(list(work), ETHER, ann), 1_000, "both parts");
    }

    function test_collectRefusesWhereNothingIs() public {
        bytes4 nothing = IRoyaltySplitter.NothingToWithdraw.selector;
        vm.startPrank(ann);
        vm.expectRevert(abi.encodeWithSelector(nothing, ann, ETHER));
        splitter.collect(list(leaf, child, root), ETHER, ann);
        vm.expectRevert(abi.encodeWithSelector(nothing, ann, ETHER));
        splitter.collect(new uint256[](0), ETHER, ann);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.UnknownWork.selector, 42));
        splitter.collect(list(42), ETHER, ann);
    }

    // ---------------------------------------------------------------- release

    function test_releasePaysAnOwnerWithoutCode() public {
        payEther(eve, root, 700);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.Released(root, ETHER, ann, 700);
        vm.prank(eve);
        splitter.release(root, ETHER);
        eq(ann.balance, 700, "paid");
        payDollar(eve, root, 800);
        splitter.release(root, address(dollar));
        eq(dollar.balanceOf(ann), 800, "paid in dollars");
    }

    function test_releasePaysWhatWaitsWhereNothingIsToDraw() public {
        payEther(eve, root, 700);
        splitter.draw(root, ETHER);
        splitter.release(root, ETHER);
        eq(ann.balance, 700, "paid");
    }

    function test_releaseLeavesAnOwnerWithCodeTheBalance() public {
        address wallet = address(new Wallet());
        vm.prank(ann);
        registry.transferFrom(ann, wallet, root);
        payEther(eve, root, 700);
        splitter.release(root, ETHER);
        eq(wallet.balance, 0, "not pushed");
        eq(splitter.balances(wallet, ETHER), 700, "balance");
        eq(splitter.credit(root, ETHER), 0, "credit");
    }

    function test_releasePaysAnOwnerWhoIsAlsoAPayee() public {
        uint256 work = certifyWith(ann, "shared", noEdges, one(ann, 4_000));
        payEther(bob, work, 10_000);
        splitter.release(work, ETHER);
        eq(ann.balance, 10_000, "both parts");
        vm.etch(ann, hex"fe");
        payEther(bob, work, 10_000);
        splitter.release(work, ETHER);
        eq(splitter.balances(ann, ETHER), 10_000, "both parts stay balance");
    }

    function test_releasePaysPayees() public {
        Payee[] memory payees = new Payee[](3);
        payees[0] = Payee(dan, 1_000);
        payees[1] = Payee(address(new Wallet()), 2_000);
        payees[2] = Payee(address(uint160(child)), 3_000);
        uint256 work = certifyWith(ann, "shared", noEdges, payees);
        payEther(bob, work, 10_000);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.Withdrawn(ann, ETHER, ann, 4_000);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.Withdrawn(dan, ETHER, dan, 1_000);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.Paid(child, ETHER, address(uint160(work)), 3_000);
        splitter.release(work, ETHER);
        eq(ann.balance, 4_000, "owner");
        eq(dan.balance, 1_000, "payee without code");
        eq(splitter.balances(payees[1].to, ETHER), 2_000, "payee with code");
        eq(splitter.credit(child, ETHER), 2_700, "till: paid as the work");
        (uint256 income, ) = splitter.pending(child, ETHER);
        eq(income, 3_000, "which owes its parent");
        eq(splitter.balances(payees[2].to, ETHER), 0, "and leaves no balance");
    }

    function test_releaseToTheTillOfAWorkNotYetCertifiedIsSweptLater() public {
        uint256 later = registry.workIdOf(dan, "later", block.chainid);
        uint256 work = certifyWith(ann, "shared", noEdges, one(address(uint160(later)), 4_000));
        payEther(bob, work, 10_000);
        splitter.release(work, ETHER);
        eq(address(uint160(later)).balance, 4_000, "in the till");
        certify(dan, "later");
        splitter.sweep(dan, "later", ETHER);
        eq(splitter.credit(later, ETHER), 4_000, "swept");
    }

    function test_releaseUsesThePayoutAddressOfTheOwner() public {
        address wallet = address(new Wallet());
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.PayoutSet(root, ann, wallet);
        vm.prank(ann);
        splitter.setPayout(root, wallet);
        eq(splitter.payoutOf(root), wallet, "payout");
        payEther(eve, root, 700);
        splitter.release(root, ETHER);
        eq(wallet.balance, 700, "paid");

        vm.prank(ann);
        registry.transferFrom(ann, bob, root);
        eq(splitter.payoutOf(root), address(0), "void on transfer");
        vm.prank(bob);
        registry.transferFrom(bob, ann, root);
        eq(splitter.payoutOf(root), address(0), "and never back");
        payEther(eve, root, 300);
        splitter.release(root, ETHER);
        eq(wallet.balance, 700, "nothing more");
        eq(ann.balance, 300, "to the owner");

        vm.startPrank(ann);
        splitter.setPayout(root, wallet);
        eq(splitter.payoutOf(root), wallet, "set anew after transfers");
        splitter.setPayout(root, address(0));
        eq(splitter.payoutOf(root), address(0), "unset");
        splitter.setPayout(root, address(1));
        eq(splitter.payoutOf(root), address(1), "the least address there is");
    }

    function test_releaseKeepsOtherIncomeFromThePayoutAddress() public {
        uint256 other = certify(ann, "other");
        vm.prank(ann);
        splitter.setPayout(root, dan);
        payEther(eve, root, 700);
        payEther(eve, other, 50);
        vm.startPrank(eve);
        splitter.draw(other, ETHER);
        splitter.release(root, ETHER);
        eq(dan.balance, 700, "only what the work earned");
        eq(splitter.balances(ann, ETHER), 50, "the rest stays");
        splitter.release(root, ETHER);
        eq(splitter.balances(ann, ETHER), 50, "and still stays");
    }

    function test_setPayoutIsForTheOwner() public {
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.NotOwner.selector, root, bob, ann));
        vm.prank(bob);
        splitter.setPayout(root, bob);
        vm.expectRevert(
            abi.encodeWithSelector(IRoyaltySplitter.InvalidReceiver.selector, splitter)
        );
        vm.prank(ann);
        splitter.setPayout(root, address(splitter));
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, 42));
        splitter.setPayout(42, bob);
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, 42));
        splitter.payoutOf(42);
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, 42));
        splitter.release(42, ETHER);
    }

    function test_distributeSettlesAndReleasesAll() public {
        payEther(eve, leaf, 20_000);
        vm.prank(eve);
        splitter.distribute(list(leaf, child, root), 0, ETHER);
        eq(cid.balance, 10_000, "leaf");
        eq(bob.balance, 9_000, "child");
        eq(ann.balance, 1_000, "root");
        eq(address(splitter).balance, 0, "nothing left");
    }

    function test_oneUnitIsMoneyToo() public {
        payEther(eve, root, 1);
        eq(splitter.draw(root, ETHER), 1, "drawn");
        vm.startPrank(ann);
        eq(splitter.withdraw(ETHER, ann), 1, "withdrawn");
        vm.expectRevert(
            abi.encodeWithSelector(IRoyaltySplitter.NothingToWithdraw.selector, ann, ETHER)
        );
        splitter.withdraw(ETHER, ann);
        vm.stopPrank();
        payEther(eve, root, 1);
        splitter.release(root, ETHER);
        eq(ann.balance, 2, "released");

        Payee[] memory payees = new Payee[](2);
        payees[0] = Payee(dan, 2_500);
        payees[1] = Payee(address(uint160(root)), 2_500);
        uint256 work = certifyWith(ann, "shared", noEdges, payees);
        payEther(eve, work, 4);
        splitter.release(work, ETHER);
        eq(ann.balance, 4, "the owner's half");
        eq(dan.balance, 1, "a payee's quarter");
        eq(splitter.credit(root, ETHER), 1, "a till's quarter");
    }

    function test_releaseOfNothingSaysNothing() public {
        Payee[] memory payees = new Payee[](2);
        payees[0] = Payee(dan, 2_500);
        payees[1] = Payee(address(uint160(root)), 2_500);
        uint256 work = certifyWith(ann, "shared", noEdges, payees);
        IRecorder recorder = IRecorder(address(vm));
        recorder.recordLogs();
        splitter.release(work, ETHER);
        splitter.release(root, ETHER);
        splitter.release(work, address(dollar));
        eq(recorder.getRecordedLogs().length, 0, "events");
    }

    function test_releaseTakesOneUnitForAllThatThereIs() public {
        payEther(eve, root, 50);
        splitter.draw(root, ETHER);
        payEther(eve, root, 1);
        splitter.release(root, ETHER);
        eq(ann.balance, 1, "what the work earned");
        eq(splitter.balances(ann, ETHER), 50, "what waits is for the next time");
    }

    function test_codeOfOneByteIsCode() public {
        uint256 work = certifyWith(ann, "shared", noEdges, one(dan, 5_000));
        vm.etch(ann, hex"00");
        vm.etch(dan, hex"00");
        payEther(eve, work, 10);
        splitter.release(work, ETHER);
        eq(splitter.balances(ann, ETHER), 5, "an owner with code is not pushed to");
        eq(splitter.balances(dan, ETHER), 5, "nor is a payee");

        payDollar(eve, child, 1_000);
        vm.etch(address(dollar), hex"00");
        splitter.release(child, address(dollar));
        eq(splitter.balances(bob, address(dollar)), 0, "a token that answers nothing has paid");
    }

    function test_collectDrawsTheLastWorkForItsPayees() public {
        uint256 work = certifyWith(ann, "shared", noEdges, one(dan, 2_500));
        payEther(eve, child, 1_000);
        payEther(eve, work, 1_000);
        vm.prank(dan);
        eq(splitter.collect(list(child, work), ETHER, dan), 250, "a payee of the last");
        eq(splitter.credit(child, ETHER), 900, "others are not drawn");
        payEther(eve, work, 1_000);
        bytes4 nothing = IRoyaltySplitter.NothingToWithdraw.selector;
        vm.expectRevert(abi.encodeWithSelector(nothing, dan, ETHER));
        vm.prank(dan);
        splitter.collect(list(work, child), ETHER, dan);
    }

    /// @dev What nobody asked for gets enough gas to be noted, and no more: the code notes how much.
    function test_receiversGetTheGasThatIsPromised() public {
        // sstore(0, gas()); return 1, as a token does.
        bytes memory noting = hex"5a5f5560015f5260205ff3";
        vm.etch(dan, noting);
        vm.prank(bob);
        splitter.setPayout(child, dan);
        payEther(eve, child, 1_000);
        splitter.release(child, ETHER);
        // The stipend comes on top, and reading the gas costs 2.
        eq(uint256(vm.load(dan, 0)), 50_000 + 2_300 - 2, "with ETH");

        payDollar(eve, child, 1_000);
        vm.etch(address(dollar), noting);
        splitter.release(child, address(dollar));
        uint256 left = uint256(vm.load(address(dollar), 0));
        yes(left < 200_000 && left > 190_000, "a token's transfer, less a call of its own");
    }

    function test_distributeLeavesWhatComesBeforeTheIndex() public {
        payEther(eve, leaf, 20_000);
        splitter.distribute(list(leaf, child, root), 1, ETHER);
        eq(splitter.credit(leaf, ETHER), 10_000, "settled, not released");
        eq(bob.balance, 9_000, "child");
        eq(ann.balance, 1_000, "root");
        payEther(eve, leaf, 20_000);
        splitter.distribute(list(leaf, child, root), 3, ETHER);
        eq(splitter.credit(leaf, ETHER), 20_000, "none is released");
        eq(splitter.credit(root, ETHER), 1_000, "all are settled");
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.UnknownWork.selector, 42));
        splitter.distribute(list(42, leaf, root), 1, ETHER);
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, 42));
        splitter.distribute(list(leaf, root, 42), 1, ETHER);
    }

    // ------------------------------------------------------ hostile receivers

    function test_distributeIsNotStoppedByAReceiver() public {
        address[3] memory hostile = [
            address(new Refuser()),
            address(new GasBurner()),
            address(new ReturnBomber())
        ];
        for (uint256 i; i < 3; ++i) {
            vm.prank(bob);
            splitter.setPayout(child, hostile[i]);
            uint256 balance = splitter.balances(bob, ETHER);
            uint256 annBefore = ann.balance;
            payEther(eve, leaf, 20_000);
            vm.expectEmit(address(splitter));
            emit IRoyaltySplitter.Drawn(child, ETHER, bob, 9_000);
            uint256 left = gasleft();
            splitter.distribute(list(leaf, child, root), 0, ETHER);
            atMost(left - gasleft(), 400_000, "gas that a hostile receiver can cost");
            eq(ann.balance - annBefore, 1_000, "root");
            eq(splitter.balances(bob, ETHER) - balance, 9_000, "the refused part stays balance");
        }
        vm.prank(bob);
        eq(splitter.withdraw(ETHER, bob), 27_000, "and can be withdrawn");
    }

    function test_withdrawHurtsOnlyItsReceiver() public {
        payEther(eve, child, 10_000);
        splitter.settle(child, ETHER);
        splitter.draw(child, ETHER);
        splitter.draw(root, ETHER);
        address[3] memory hostile = [
            address(new Refuser()),
            address(new GasBurner()),
            address(new ReturnBomber())
        ];
        for (uint256 i; i < 3; ++i) {
            vm.prank(bob);
            try splitter.withdraw{gas: 2_000_000}(ETHER, hostile[i]) {
                yes(false, "a hostile receiver takes ETH");
            } catch {}
            eq(splitter.balances(bob, ETHER), 9_000, "balance");
        }
        vm.prank(ann);
        eq(splitter.withdraw(ETHER, ann), 1_000, "others");
    }
}
