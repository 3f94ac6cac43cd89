// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DemoToken} from "../../contracts/periphery/DemoToken.sol";
import {Till} from "../../contracts/Till.sol";
import {IRoyaltySplitter} from "../../contracts/interfaces/IRoyaltySplitter.sol";
import {Certify, Fee} from "../../contracts/types/Structs.sol";
import {Base} from "./Base.sol";
import {IRecorder} from "./MarketBase.sol";
import {FeeToken} from "./mocks/FeeToken.sol";
import {FalseToken, SilentToken} from "./mocks/OddTokens.sol";
import {Refuser} from "./mocks/Receivers.sol";

/// @notice Whatever is sent is gone.
contract SwallowingToken is DemoToken {
    function transfer(address, uint256 amount) public override returns (bool) {
        _burn(msg.sender, amount);
        return true;
    }
}

contract TillTest is Base {
    /// @dev A chain id that is not this chain's.
    uint256 internal constant ELSEWHERE = 10;

    function till(address creator, bytes32 content) internal view returns (address) {
        return address(uint160(registry.workIdOf(creator, content, block.chainid)));
    }

    function foreign(address creator, bytes32 content) internal view returns (address) {
        return address(uint160(registry.workIdOf(creator, content, ELSEWHERE)));
    }

    function test_forwardIsForTheSplitter() public {
        certify(ann, "content");
        vm.deal(till(ann, "content"), 1);
        splitter.sweep(ann, "content", ETHER);
        Till open = Till(payable(till(ann, "content")));
        vm.expectRevert(abi.encodeWithSelector(Till.NotSplitter.selector, ann));
        vm.prank(ann);
        open.forward(ann, 0, "");
        (bool success, ) = address(open).call(hex"12345678");
        no(success, "there is no other function");
    }

    function test_takesPlainEtherWithin2300Gas() public {
        certify(ann, "content");
        address at = till(ann, "content");
        vm.deal(at, 1);
        splitter.sweep(ann, "content", ETHER);
        yes(at.code.length > 0, "till");
        vm.deal(address(this), 5);
        payable(at).transfer(5);
        eq(at.balance, 5, "ETH");
    }

    function test_sweepBooksWhatLiesThere() public {
        uint256 root = certify(ann, "root");
        uint256 work = derive(bob, "content", root, sharing(1_000, 0));
        address at = till(bob, "content");
        vm.deal(at, 1_000);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.Paid(work, ETHER, at, 1_000);
        vm.prank(eve);
        eq(splitter.sweep(bob, "content", ETHER), 1_000, "swept");
        eq(splitter.credit(work, ETHER), 900, "net");
        dollar.mint(at, 500);
        eq(splitter.sweep(bob, "content", address(dollar)), 500, "swept again, other token");
        eq(splitter.credit(work, address(dollar)), 450, "net");
        eq(at.balance + dollar.balanceOf(at), 0, "empty");
    }

    function test_sweepBooksTheTillsBalanceToo() public {
        // A certificate can come to a till only while that till's own work is not certified.
        address at = till(ann, "content");
        uint256 owned = certify(bob, "owned");
        vm.prank(bob);
        registry.transferFrom(bob, at, owned);
        uint256 id = certify(ann, "content");
        payEther(eve, owned, 300);
        splitter.draw(owned, ETHER);
        eq(splitter.balances(at, ETHER), 300, "the till owns a work");
        eq(splitter.sweep(ann, "content", ETHER), 300, "balance alone");
        payEther(eve, owned, 40);
        splitter.draw(owned, ETHER);
        vm.deal(at, 2);
        eq(splitter.sweep(ann, "content", ETHER), 42, "balance and what lies there");
        eq(splitter.credit(id, ETHER), 342, "booked once");
        eq(splitter.balances(at, ETHER), 0, "no balance left");
        eq(address(splitter).balance, 342, "held");
    }

    function test_sweepRefusesATokenThatSwallowsAll() public {
        certify(ann, "content");
        SwallowingToken token = new SwallowingToken();
        token.mint(till(ann, "content"), 5);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.NothingReceived.selector, token));
        splitter.sweep(ann, "content", address(token));
    }

    function test_sweepTakesASingleUnit() public {
        uint256 id = certify(ann, "content");
        address at = till(ann, "content");
        vm.deal(at, 1);
        eq(splitter.sweep(ann, "content", ETHER), 1, "what lies there");
        Fee[] memory fees = new Fee[](1);
        fees[0] = Fee(at, 5);
        vm.deal(eve, 10);
        vm.prank(eve);
        splitter.payVia{value: 10}(id, ETHER, 10, eve, fees);
        vm.deal(at, 1);
        eq(splitter.sweep(ann, "content", ETHER), 6, "the balance, and what lies there");
        eq(at.balance, 0, "nothing is left");
        eq(splitter.credit(id, ETHER), 12, "booked");
    }

    function test_sweepWaitsForTheCertificate() public {
        address at = till(ann, "content");
        vm.deal(at, 1_000);
        dollar.mint(at, 500);
        uint256 id = uint160(at);
        bytes memory unknown = abi.encodeWithSelector(IRoyaltySplitter.UnknownWork.selector, id);
        vm.expectRevert(unknown);
        splitter.sweep(ann, "content", ETHER);
        vm.expectRevert(unknown);
        splitter.sweep(ann, "content", eve); // where nothing lies either
        certify(ann, "content");
        splitter.sweep(ann, "content", ETHER);
        splitter.sweep(ann, "content", address(dollar));
        eq(splitter.credit(id, ETHER), 1_000, "ETH that came before the certificate");
        eq(splitter.credit(id, address(dollar)), 500, "dollars that came before");
    }

    function test_sweepRefusesAnEmptyTill() public {
        certify(ann, "content");
        bytes4 nothing = IRoyaltySplitter.NothingReceived.selector;
        vm.expectRevert(abi.encodeWithSelector(nothing, ETHER));
        splitter.sweep(ann, "content", ETHER);
        vm.expectRevert(abi.encodeWithSelector(nothing, dollar));
        splitter.sweep(ann, "content", address(dollar));
        vm.expectRevert(abi.encodeWithSelector(nothing, eve));
        splitter.sweep(ann, "content", eve);
    }

    function test_sweepTakesOddTokens() public {
        uint256 id = certify(ann, "content");
        address at = till(ann, "content");
        SilentToken silent = new SilentToken();
        silent.mint(at, 77);
        eq(splitter.sweep(ann, "content", address(silent)), 77, "without a return value");
        eq(splitter.credit(id, address(silent)), 77, "booked");
        FeeToken fee = new FeeToken();
        fee.mint(at, 1_000);
        eq(splitter.sweep(ann, "content", address(fee)), 990, "what arrives");
        FalseToken refusing = new FalseToken();
        refusing.mint(at, 5);
        refusing.refuse();
        vm.expectRevert(
            abi.encodeWithSelector(IRoyaltySplitter.NothingReceived.selector, refusing)
        );
        splitter.sweep(ann, "content", address(refusing));
    }

    function test_rescueSavesWhatLiesOnTheWrongChain() public {
        address at = foreign(ann, "content");
        vm.deal(at, 1_000);
        dollar.mint(at, 500);
        vm.startPrank(ann);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.Rescued(at, ETHER, bob, 1_000);
        eq(splitter.rescue(ann, "content", ELSEWHERE, ETHER, bob), 1_000, "ETH");
        eq(splitter.rescue(ann, "content", ELSEWHERE, address(dollar), bob), 500, "dollars");
        eq(bob.balance, 1_000, "ETH");
        eq(dollar.balanceOf(bob), 500, "dollars");
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.NothingReceived.selector, ETHER));
        splitter.rescue(ann, "content", ELSEWHERE, ETHER, bob);
    }

    function test_rescueMovesMoneyOnce() public {
        dollar.mint(foreign(ann, "content"), 500);
        IRecorder recorder = IRecorder(address(vm));
        recorder.recordLogs();
        vm.prank(ann);
        splitter.rescue(ann, "content", ELSEWHERE, address(dollar), bob);
        eq(recorder.getRecordedLogs().length, 2, "one transfer, one rescue");
    }

    function test_rescueIsForTheCreatorOnOtherChains() public {
        uint256 id = certify(ann, "content");
        vm.deal(address(uint160(id)), 1_000);
        vm.deal(foreign(ann, "content"), 1_000);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.NotCreator.selector, eve, ann));
        vm.prank(eve);
        splitter.rescue(ann, "content", ELSEWHERE, ETHER, eve);
        vm.startPrank(ann);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.AtHome.selector, block.chainid));
        splitter.rescue(ann, "content", block.chainid, ETHER, ann);
        bytes4 invalid = IRoyaltySplitter.InvalidReceiver.selector;
        vm.expectRevert(abi.encodeWithSelector(invalid, address(0)));
        splitter.rescue(ann, "content", ELSEWHERE, ETHER, address(0));
        vm.expectRevert(abi.encodeWithSelector(invalid, splitter));
        splitter.rescue(ann, "content", ELSEWHERE, ETHER, address(splitter));
        address refuser = address(new Refuser());
        vm.expectRevert(abi.encodeWithSelector(Refuser.NotToday.selector));
        splitter.rescue(ann, "content", ELSEWHERE, ETHER, refuser);
    }

    function test_rescueTakesWhatTheTillWasCreditedToo() public {
        address at = foreign(eve, "content");
        Certify memory certify_ = claim(ann, "work");
        certify_.payees = one(at, 5_000);
        vm.prank(ann);
        uint256 work = license.certify(certify_);
        payEther(dan, work, 1_000);
        payDollar(dan, work, 2_000);
        splitter.draw(work, ETHER);
        splitter.draw(work, address(dollar));
        dollar.mint(at, 30);
        vm.startPrank(eve);
        eq(splitter.rescue(eve, "content", ELSEWHERE, ETHER, cid), 500, "the credited alone");
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.Rescued(at, address(dollar), cid, 1_030);
        eq(splitter.rescue(eve, "content", ELSEWHERE, address(dollar), cid), 1_030, "both");
        eq(cid.balance, 500, "ETH");
        eq(dollar.balanceOf(cid), 1_030, "dollars");
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.NothingReceived.selector, ETHER));
        splitter.rescue(eve, "content", ELSEWHERE, ETHER, cid);
    }

    function test_rescueReportsATokenThatMovesNothing() public {
        FalseToken refusing = new FalseToken();
        refusing.mint(foreign(ann, "content"), 5);
        refusing.refuse();
        vm.expectRevert(
            abi.encodeWithSelector(IRoyaltySplitter.NothingReceived.selector, refusing)
        );
        vm.prank(ann);
        splitter.rescue(ann, "content", ELSEWHERE, address(refusing), ann);
    }

    function test_aWorkThatMovesHomeIsRescuedOnlyElsewhere() public {
        uint256 id = certify(ann, "content");
        uint256 home = block.chainid;
        vm.deal(address(uint160(id)), 1_000);
        vm.chainId(ELSEWHERE);
        vm.prank(ann);
        eq(splitter.rescue(ann, "content", home, ETHER, ann), 1_000, "same till on another chain");
    }
}
