// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRoyaltySplitter} from "../../contracts/interfaces/IRoyaltySplitter.sol";
import {Certify, Edge, Fee, Payee, Share} from "../../contracts/types/Structs.sol";
import {Base} from "./Base.sol";

/// @notice Opening works, paying, settling and reading. Payouts and tills have their own files.
contract RoyaltySplitterTest is Base {
    uint256 internal root;
    uint256 internal child;

    function setUp() public override {
        super.setUp();
        root = certify(ann, "root");
        child = derive(bob, "child", root, sharing(1_000, 500));
    }

    // ------------------------------------------------------------------- open

    function testFuzz_openRefusesStrangers(address stranger) public {
        if (stranger == address(license)) return;
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.OnlyLicense.selector, stranger));
        vm.prank(stranger);
        splitter.open(root, new Share[](0), none(), 0);
    }

    function test_openKeepsEdgesPayeesAndSums() public {
        uint256 other = certify(cid, "other");
        Edge memory first = edgeUnder(child, dan, sharing(2_000, 0));
        Edge memory second = edgeUnder(other, dan, sharing(300, 40));
        Payee[] memory payees = new Payee[](2);
        payees[0] = Payee(ann, 1_000);
        payees[1] = Payee(eve, 9_000);
        uint256 id = registry.workIdOf(dan, "both", block.chainid);
        Edge[] memory edges = sorted(two(first, second));
        for (uint256 i; i < 2; ++i) {
            bool isFirst = edges[i].parent == child;
            vm.expectEmit(address(splitter));
            emit IRoyaltySplitter.EdgeOpened(
                id,
                edges[i].parent,
                edges[i].licenseId,
                isFirst ? 2_000 : 300,
                isFirst ? 0 : 40
            );
        }
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.PayeeAdded(id, ann, 1_000);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.PayeeAdded(id, eve, 9_000);
        eq(certifyWith(dan, "both", edges, payees), id, "id");

        (uint256 rel, uint256 vol, uint256 parents, uint256 count, ) = splitter.node(id);
        eq(rel, 2_300, "rel");
        eq(vol, 540, "vol: 40 and the 500 that child owes");
        eq(parents, 2, "parents");
        eq(count, 2, "payees");
        Share[] memory shares = splitter.sharesOf(id);
        for (uint256 i; i < 2; ++i) {
            eq(shares[i].parent, edges[i].parent, "parent");
            eq(shares[i].licenseId, edges[i].licenseId, "license");
            bool isFirst = edges[i].parent == child;
            eq(shares[i].income, isFirst ? 2_000 : 300, "income");
            eq(shares[i].volume, isFirst ? 0 : 40, "volume");
        }
        Payee[] memory found = splitter.payeesOf(id);
        eq(found.length, 2, "payees");
        eq(found[1].to, eve, "payee");
        eq(found[1].share, 9_000, "share");
    }

    function test_openRefusesToOweMoreThanTheWhole() public {
        uint256 greedy = certify(cid, "greedy");
        Edge memory a = edgeUnder(greedy, dan, sharing(4_000, 5_000));
        Edge memory b = edgeUnder(child, dan, sharing(501, 0));
        vm.expectRevert(
            abi.encodeWithSelector(IRoyaltySplitter.OwesTooMuch.selector, 4_501, 5_500)
        );
        this.certifyExternal(two(a, b), none());
        b = edgeUnder(child, dan, sharing(500, 0));
        uint256 id = this.certifyExternal(two(a, b), none());
        payEther(eve, id, 1e18);
        eq(splitter.credit(id, ETHER), 0, "everything is owed");
    }

    function test_openWants32ParentsAtMost() public {
        Edge[] memory edges = new Edge[](33);
        for (uint256 i; i < 33; ++i) {
            edges[i] = edgeUnder(certify(ann, bytes32(i)), dan, sharing(300, 12));
        }
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.TooManyParents.selector, 33, 32));
        this.certifyExternal(edges, none());

        Edge[] memory fewer = new Edge[](32);
        for (uint256 i; i < 32; ++i) {
            fewer[i] = edges[i];
        }
        uint256 id = this.certifyExternal(fewer, none());
        (uint256 rel, uint256 vol, uint256 parents, , ) = splitter.node(id);
        eq(rel, 9_600, "rel");
        eq(vol, 384, "vol");
        eq(parents, 32, "parents");
        payEther(eve, id, 10_000);
        splitter.settle(id, ETHER);
        for (uint256 i; i < 32; ++i) {
            eq(splitter.credit(fewer[i].parent, ETHER), 312, "every parent's part");
        }
        eq(splitter.credit(id, ETHER), 16, "own part");
    }

    function test_openWantsParentsAscending() public {
        uint256 other = certify(cid, "other");
        (uint256 low, uint256 high) = other < root ? (other, root) : (root, other);
        Edge memory a = edgeUnder(low, dan, sharing(1, 0));
        Edge memory b = edgeUnder(high, dan, sharing(1, 0));
        bytes4 selector = IRoyaltySplitter.ParentsNotAscending.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, high, low));
        this.certifyUnsorted(two(b, a));
        vm.expectRevert(abi.encodeWithSelector(selector, low, low));
        this.certifyUnsorted(two(a, a));
        this.certifyUnsorted(two(a, b));
    }

    function test_openChecksPayees() public {
        Edge[] memory no_ = new Edge[](0);
        bytes4 invalid = IRoyaltySplitter.InvalidPayee.selector;
        vm.expectRevert(abi.encodeWithSelector(invalid, address(0), 5));
        this.certifyExternal(no_, one(address(0), 5));
        vm.expectRevert(abi.encodeWithSelector(invalid, splitter, 5));
        this.certifyExternal(no_, one(address(splitter), 5));
        vm.expectRevert(abi.encodeWithSelector(invalid, ann, 0));
        this.certifyExternal(no_, one(ann, 0));
        Payee[] memory payees = new Payee[](2);
        payees[0] = Payee(ann, 10_000);
        payees[1] = Payee(ann, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IRoyaltySplitter.PayeesShareTooMuch.selector, 10_001)
        );
        this.certifyExternal(no_, payees);
        payees = new Payee[](33);
        for (uint256 i; i < 33; ++i) {
            payees[i] = Payee(ann, 1);
        }
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.TooManyPayees.selector, 33, 32));
        this.certifyExternal(no_, payees);
        assembly ("memory-safe") {
            mstore(payees, 32)
        }
        this.certifyExternal(no_, payees);
    }

    function certifyExternal(
        Edge[] calldata edges,
        Payee[] calldata payees
    ) external returns (uint256) {
        return certifyWith(dan, "dans", edges, payees);
    }

    function certifyUnsorted(Edge[] calldata edges) external {
        Certify memory certify_ = claim(dan, "unsorted");
        certify_.edges = edges;
        vm.prank(dan);
        license.certify(certify_);
    }

    // -------------------------------------------------------------------- pay

    function test_payBooksTheNetAndWhatIsOwed() public {
        vm.deal(eve, 10_000);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.Paid(child, ETHER, eve, 10_000);
        vm.prank(eve);
        eq(splitter.pay{value: 10_000}(child, ETHER, 10_000), 10_000, "received");
        eq(splitter.credit(child, ETHER), 8_500, "net");
        (uint256 income, uint256 volume) = splitter.pending(child, ETHER);
        eq(income, 10_000, "pending income");
        eq(volume, 10_000, "pending volume");
        eq(splitter.credit(root, ETHER), 0, "parent before settling");
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.Settled(child, ETHER, 10_000, 10_000);
        splitter.settle(child, ETHER);
        eq(splitter.credit(root, ETHER), 1_500, "parent");
        (income, volume) = splitter.pending(child, ETHER);
        eq(income | volume, 0, "nothing pending");
        (income, volume) = splitter.pending(root, ETHER);
        eq(income | volume, 0, "an original owes nothing");
    }

    function test_payTakesTokens() public {
        payDollar(eve, child, 10_000);
        eq(splitter.credit(child, address(dollar)), 8_500, "net");
        eq(splitter.credit(child, ETHER), 0, "another token");
        eq(dollar.balanceOf(address(splitter)), 10_000, "held");
        for (uint256 bit; bit < 160; ++bit) {
            address other = address(uint160(address(dollar)) ^ uint160(1 << bit));
            eq(splitter.credit(child, other), 0, "every bit of a token's address counts");
        }
    }

    function test_incomeSharesCompoundAndVolumeSharesDoNot() public {
        uint256 income = derive(cid, "i1", root, sharing(1_000, 0));
        income = derive(cid, "i2", income, sharing(1_000, 0));
        income = derive(cid, "i3", income, sharing(1_000, 0));
        payEther(eve, income, 100_000);
        settleUp(income);
        eq(splitter.credit(root, ETHER), 100, "10 % of 10 % of 10 %");

        uint256 line = derive(cid, "v1", root, sharing(0, 1_000));
        line = derive(cid, "v2", line, sharing(0, 1_000));
        line = derive(cid, "v3", line, sharing(0, 1_000));
        payDollar(eve, line, 100_000);
        settleUpIn(line, address(dollar));
        eq(splitter.credit(root, address(dollar)), 10_000, "10 % at any distance");
        eq(splitter.credit(line, address(dollar)), 70_000, "three owed");
    }

    function test_volumeLinesEndAfterTenTenths() public {
        uint256 line = root;
        for (uint256 i; i < 10; ++i) {
            line = derive(cid, bytes32(i), line, sharing(0, 1_000));
        }
        payEther(eve, line, 10_000);
        eq(splitter.credit(line, ETHER), 0, "all of it is owed");
        settleUp(line);
        eq(splitter.credit(root, ETHER), 1_000, "the first");
    }

    function test_volumeIsDueOncePerPath() public {
        uint256 a = derive(cid, "a", root, sharing(0, 1_000));
        uint256 b = derive(cid, "b", root, sharing(0, 1_000));
        Edge memory left = edgeUnder(a, dan, sharing(0, 0));
        Edge memory right = edgeUnder(b, dan, sharing(0, 0));
        uint256 id = certifyWith(dan, "diamond", two(left, right), none());
        (, uint256 vol, , , ) = splitter.node(id);
        eq(vol, 2_000, "vol");
        payEther(eve, id, 10_000);
        uint256[] memory path = list(id, a, b);
        splitter.settleMany(path, ETHER);
        eq(splitter.credit(root, ETHER), 2_000, "root");
        eq(splitter.credit(a, ETHER) + splitter.credit(b, ETHER), 0, "merely passed on");
        eq(splitter.credit(id, ETHER), 8_000, "own");
    }

    function test_payChecksTheEther() public {
        vm.deal(eve, 100);
        vm.startPrank(eve);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.WrongValue.selector, 5, 6));
        splitter.pay{value: 5}(root, ETHER, 6);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.WrongValue.selector, 5, 0));
        splitter.pay{value: 5}(root, address(dollar), 6);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.NothingReceived.selector, ETHER));
        splitter.pay(root, ETHER, 0);
        Fee[] memory no_ = new Fee[](0);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.WrongValue.selector, 5, 6));
        splitter.payVia{value: 5}(root, ETHER, 6, eve, no_);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.WrongValue.selector, 5, 0));
        splitter.payVia{value: 5}(root, address(dollar), 6, eve, no_);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.NothingReceived.selector, ETHER));
        splitter.payVia(root, ETHER, 0, eve, no_);
        (bool success, bytes memory reason) = address(splitter).call{value: 7}("");
        no(success, "plain ETH");
        eq(
            keccak256(reason),
            keccak256(abi.encodeWithSelector(IRoyaltySplitter.UnexpectedEther.selector, eve, 7)),
            "reason"
        );
    }

    function test_payRefusesUnknownWorksAndTokens() public {
        bytes memory unknown = abi.encodeWithSelector(IRoyaltySplitter.UnknownWork.selector, 42);
        vm.deal(eve, 1);
        vm.expectRevert(unknown);
        vm.prank(eve);
        splitter.pay{value: 1}(42, ETHER, 1);
        vm.expectRevert(unknown);
        splitter.settle(42, ETHER);
        vm.expectRevert(unknown);
        splitter.settleMany(list(42), ETHER);
        vm.expectRevert(abi.encodeWithSignature("TransferFromFailed()"));
        splitter.pay(root, address(dollar), 1);
        vm.expectRevert(abi.encodeWithSignature("TransferFromFailed()"));
        splitter.pay(root, eve, 1);
    }

    function test_payViaCreditsFees() public {
        Fee[] memory fees = new Fee[](2);
        fees[0] = Fee(cid, 300);
        fees[1] = Fee(dan, 200);
        vm.deal(eve, 10_000);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.FeePaid(child, ETHER, cid, 300);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.FeePaid(child, ETHER, dan, 200);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.Paid(child, ETHER, ann, 9_500);
        vm.prank(eve);
        eq(splitter.payVia{value: 10_000}(child, ETHER, 10_000, ann, fees), 10_000, "received");
        eq(splitter.balances(cid, ETHER), 300, "first fee");
        eq(splitter.balances(dan, ETHER), 200, "second fee");
        eq(splitter.credit(child, ETHER), 8_075, "85 % of the rest");

        fees[0].amount = 9_801;
        vm.deal(eve, 10_000);
        vm.expectRevert(
            abi.encodeWithSelector(IRoyaltySplitter.FeesExceedPayment.selector, 10_001, 10_000)
        );
        vm.prank(eve);
        splitter.payVia{value: 10_000}(child, ETHER, 10_000, ann, fees);
        fees[0].to = address(splitter);
        vm.expectRevert(
            abi.encodeWithSelector(IRoyaltySplitter.InvalidReceiver.selector, splitter)
        );
        vm.prank(eve);
        splitter.payVia{value: 10_000}(child, ETHER, 10_000, ann, fees);
        fees[0].to = address(0);
        vm.expectRevert(
            abi.encodeWithSelector(IRoyaltySplitter.InvalidReceiver.selector, address(0))
        );
        vm.prank(eve);
        splitter.payVia{value: 10_000}(child, ETHER, 10_000, ann, fees);
    }

    function test_aBasisPointOfAUnitIsNotLost() public {
        uint256 income = derive(cid, "income", root, sharing(1, 0));
        uint256 volume = derive(cid, "volume", root, sharing(0, 1));
        uint256 both = derive(cid, "both", root, sharing(1, 1));
        uint256[] memory works = list(income, volume, both);
        for (uint256 i; i < 3; ++i) {
            for (uint256 j; j < 5; ++j) {
                payEther(eve, works[i], j == 4 ? 9_996 : 1);
                splitter.settle(works[i], ETHER);
                (uint256 a, uint256 b) = splitter.pending(works[i], ETHER);
                eq(a + b, 0, "one unit is settled as well");
            }
        }
        eq(splitter.credit(income, ETHER), 9_999, "less a basis point");
        eq(splitter.credit(volume, ETHER), 9_999, "less another");
        eq(splitter.credit(both, ETHER), 9_998, "less both");
        eq(splitter.credit(root, ETHER), 4, "all four");
    }

    function test_aUnitThatReachesAParentIsPassedOn() public {
        uint256 line = derive(cid, "line", child, sharing(1, 1));
        payEther(eve, line, 10_000);
        splitter.settle(line, ETHER);
        (uint256 income, uint256 volume) = splitter.pending(child, ETHER);
        eq(income, 2, "of its income and of its volume");
        eq(volume, 10_000, "downstream of the root too");
        splitter.settle(child, ETHER);
        eq(splitter.credit(root, ETHER), 500, "5 % of the volume");

        uint256 passing = derive(dan, "passing", root, sharing(0, 1));
        uint256 last = derive(dan, "last", passing, sharing(0, 0));
        payEther(eve, last, 1);
        splitter.settle(last, ETHER);
        (income, volume) = splitter.pending(passing, ETHER);
        eq(income, 0, "no income");
        eq(volume, 1, "a unit downstream");
    }

    function test_settleAgainMovesNothing() public {
        payEther(eve, child, 12_345);
        splitter.settle(child, ETHER);
        uint256 credit = splitter.credit(root, ETHER);
        splitter.settle(child, ETHER);
        splitter.settle(root, ETHER);
        eq(splitter.credit(root, ETHER), credit, "credit");
    }

    function test_nothingIsLostInSmallPayments() public {
        for (uint256 i; i < 200; ++i) {
            payEther(eve, child, 1);
            if (i % 7 == 0) splitter.settle(child, ETHER);
        }
        payEther(eve, child, 9_800);
        splitter.settle(child, ETHER);
        eq(splitter.credit(root, ETHER), 1_500, "parent, as if paid at once");
        eq(splitter.credit(child, ETHER), 8_500, "own, as if paid at once");
    }

    function settleUp(uint256 work) internal {
        settleUpIn(work, ETHER);
    }

    function settleUpIn(uint256 work, address token) internal {
        splitter.settle(work, token);
        Share[] memory shares = splitter.sharesOf(work);
        for (uint256 i; i < shares.length; ++i) {
            settleUpIn(shares[i].parent, token);
        }
    }
}
