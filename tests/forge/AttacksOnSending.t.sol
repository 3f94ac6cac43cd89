// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {IRoyaltySplitter} from "../../contracts/interfaces/IRoyaltySplitter.sol";
import {DemoToken} from "../../contracts/periphery/DemoToken.sol";
import {Certify, Fee, Payee} from "../../contracts/types/Structs.sol";
import {Base} from "./Base.sol";
import {AnswerToken} from "./mocks/AnswerToken.sol";
import {LyingMarket} from "./mocks/LyingMarket.sol";
import {GasBurner} from "./mocks/Receivers.sol";

/// @notice Costs about 150,000 gas more for each transfer than others.
contract DearToken is DemoToken {
    mapping(uint256 => uint256) internal _spent;
    bool public isDear;

    function makeDear() external {
        isDear = true;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        for (uint256 i; isDear && i < 7; ++i) _spent[i + block.timestamp] = 1;
        return super.transfer(to, amount);
    }
}

/// @notice Looks at the splitter's books while it is being paid.
contract Onlooker {
    IRoyaltySplitter internal immutable SPLITTER;
    uint256[] internal _works;
    // Not zero, so that writing costs little.
    uint256 public claimed = 1;
    uint256 public held = 1;
    uint256 public looks = 1;

    constructor(IRoyaltySplitter splitter) {
        SPLITTER = splitter;
    }

    function watch(uint256[] calldata works) external {
        _works = works;
    }

    receive() external payable {
        _look();
    }

    function _look() internal {
        uint256 sum;
        for (uint256 i; i < _works.length; ++i) {
            sum += SPLITTER.credit(_works[i], address(0));
        }
        claimed = sum;
        held = address(SPLITTER).balance;
        ++looks;
    }
}

/// @notice Calls whatever it is told to, for whoever calls it.
contract Bait {
    function bite(address target, bytes calldata data) external returns (bool success) {
        (success, ) = target.call(data);
    }
}

/// @notice Money on its way out, to those who did not ask for it.
contract AttacksOnSendingTest is Base {
    uint256 internal root;
    uint256 internal child;

    function setUp() public override {
        super.setUp();
        root = certify(ann, "root");
        child = derive(bob, "child", root, sharing(1_000, 0));
    }

    function payIn(address token, uint256 workId, uint256 amount) internal {
        DemoToken(token).mint(eve, amount);
        vm.startPrank(eve);
        DemoToken(token).approve(address(splitter), amount);
        splitter.pay(workId, token, amount);
        vm.stopPrank();
    }

    function test_attackATransferAnsweredWithAnythingButTrue() public {
        AnswerToken token = new AnswerToken();
        bytes32[7] memory words = [
            bytes32(uint256(1)),
            bytes32(uint256(1)),
            bytes32(0),
            bytes32(uint256(2)),
            bytes32(uint256(1) << 248),
            bytes32(type(uint256).max),
            bytes32(0)
        ];
        uint16[7] memory lengths = [31, 1, 32, 32, 32, 32, 20_000];
        for (uint256 i; i < 7; ++i) {
            payIn(address(token), root, 100);
            token.answer(false, words[i], lengths[i]);
            splitter.distribute(list(root), 0, address(token));
            eq(splitter.balances(ann, address(token)), 100 * (i + 1), "kept");
        }
        // Nothing, one word, and more than one, all say yes.
        lengths = [0, 32, 33, 64, 10_000, 60_000, 0];
        token.answer(true, bytes32(uint256(1)), 0);
        splitter.release(root, address(token));
        eq(token.balanceOf(ann), 700, "what was kept");
        for (uint256 i; i < 7; ++i) {
            payIn(address(token), root, 100);
            token.answer(true, bytes32(uint256(1)), lengths[i]);
            splitter.release(root, address(token));
            eq(token.balanceOf(ann), 800 + 100 * i, "paid");
        }
        eq(splitter.balances(ann, address(token)), 0, "nothing is owed");
    }

    /// @notice An answer a byte short leaves the last byte of what memory held there before: of the
    /// work's id, or of the token's address.
    function test_attackAShortAnswerCompletedByWhatMemoryHeld() public {
        AnswerToken token = AnswerToken(address(0xa11ce00000000000000000000000000000000001));
        vm.etch(address(token), address(new AnswerToken()).code);
        bytes32 content;
        while (registry.workIdOf(ann, content, block.chainid) & 0xff != 1) {
            content = keccak256(abi.encode(content));
        }
        uint256 id = certify(ann, content);
        payIn(address(token), id, 100);
        token.answer(false, bytes32(0), 31);
        splitter.release(id, address(token));
        eq(splitter.balances(ann, address(token)), 100, "a credit is kept");
        splitter.release(id, address(token));
        eq(splitter.balances(ann, address(token)), 100, "a balance too");
    }

    function test_attackATokenWhoseCodeIsGone() public {
        AnswerToken token = new AnswerToken();
        payIn(address(token), root, 100);
        bytes memory code = address(token).code;
        vm.etch(address(token), "");
        splitter.release(root, address(token));
        eq(splitter.balances(ann, address(token)), 100, "silence of nobody is no yes");
        splitter.release(root, address(token));
        eq(splitter.balances(ann, address(token)), 100, "again");
        vm.etch(address(token), code);
        token.answer(true, bytes32(uint256(1)), 32);
        splitter.release(root, address(token));
        eq(token.balanceOf(ann), 100, "once it is back");
    }

    function test_attackPrecompilesAndTheContractsThemselvesAsTokens() public {
        LyingMarket lying = new LyingMarket();
        address[6] memory own = [
            address(splitter),
            address(registry),
            address(license),
            address(market),
            address(uint160(root)),
            address(deployer)
        ];
        vm.deal(address(uint160(root)), 7);
        splitter.sweep(ann, "root", ETHER); // the till is there now
        payEther(eve, child, 1_000);
        uint256 before = splitter.credit(child, ETHER);
        for (uint256 i = 1; i < 0x18; ++i) {
            address token = i > 0x11 ? own[i - 0x12] : address(uint160(i));
            vm.startPrank(eve);
            (bool success, ) = address(splitter).call{gas: 500_000}(
                abi.encodeCall(splitter.pay, (child, token, 1))
            );
            no(success, "paid");
            (success, ) = address(splitter).call{gas: 500_000}(
                abi.encodeCall(splitter.sweep, (ann, "root", token))
            );
            no(success, "swept");
            (success, ) = address(splitter).call{gas: 500_000}(
                abi.encodeCall(splitter.rescue, (eve, "root", 5, token, eve))
            );
            no(success, "rescued");
            (success, ) = address(lying).call{gas: 500_000}(
                abi.encodeCall(lying.pay, (splitter, child, token, 1, new Fee[](0)))
            );
            no(success, "paid through a market");
            vm.stopPrank();
            splitter.distribute(list(child, root), 0, token);
            eq(
                splitter.credit(child, token) + splitter.credit(root, token),
                0,
                "nothing is booked"
            );
        }
        eq(splitter.credit(child, ETHER), before, "ETH is apart");
    }

    /// @notice Who calls with just too little gas could turn a payout into a balance.
    function test_attackReleaseStarvedOfGas() public {
        DearToken token = new DearToken();
        Bait owner = new Bait();
        vm.prank(bob);
        registry.transferFrom(bob, address(owner), child);
        owner.bite(address(splitter), abi.encodeCall(splitter.setPayout, (child, cid)));
        payIn(address(token), child, 10_000);
        splitter.settle(child, address(token));
        token.makeDear();
        uint256 snapshot = vm.snapshotState();
        bytes memory call_ = abi.encodeCall(splitter.release, (child, address(token)));
        uint256 paid;
        for (uint256 gas_ = 40_000; gas_ < 300_000; gas_ += 500) {
            (bool success, ) = address(splitter).call{gas: gas_}(call_);
            eq(splitter.balances(address(owner), address(token)), 0, "never a balance");
            if (success) {
                ++paid;
                eq(token.balanceOf(cid), 9_000, "paid out");
            }
            vm.revertToState(snapshot);
        }
        yes(paid != 0 && paid < 520, "some of the calls had enough");
    }

    function test_attackReadTheBooksWhileMoneyMoves() public {
        Onlooker onlooker = new Onlooker(splitter);
        onlooker.watch(list(child, root));
        vm.prank(bob);
        splitter.setPayout(child, address(onlooker));
        payEther(eve, child, 10_000);
        payEther(eve, root, 500);
        splitter.distribute(list(child, root), 0, ETHER);
        eq(onlooker.looks(), 2, "paid with gas enough to look");
        eq(onlooker.claimed(), 1_500, "what is sent is no longer claimed");
        eq(onlooker.held(), 1_500, "and no longer held");
        payEther(eve, child, 10_000);
        vm.prank(bob);
        splitter.collect(list(child, root), ETHER, address(onlooker));
        eq(onlooker.looks(), 3, "paid by a collect");
        atMost(onlooker.claimed(), onlooker.held(), "covered");
    }

    /// @notice Creators with keys and code, payouts and payees that burn whatever they are given.
    function test_attackReceiversBurnTheGasOfADistribution() public {
        GasBurner burner = new GasBurner();
        uint256[] memory path = new uint256[](4);
        for (uint256 i; i < 3; ++i) {
            Certify memory certify_ = claim(dan, bytes32(i + 1));
            vm.prank(dan, dan);
            path[i] = registry.certify(certify_);
            payEther(eve, path[i], 1_000);
        }
        // As accounts do that delegate to code (EIP-7702).
        vm.etch(dan, address(burner).code);
        vm.prank(dan);
        splitter.setPayout(path[1], address(burner));
        Payee[] memory payees = new Payee[](32);
        for (uint256 i; i < 32; ++i) payees[i] = Payee(address(burner), 100);
        Certify memory shared = claim(ann, "shared");
        shared.payees = payees;
        vm.prank(ann);
        path[3] = license.certify(shared);
        payEther(eve, path[3], 10_000);
        splitter.distribute(path, 0, ETHER);
        // Three receivers of 50,000 and 32 payees, who have code and are not pushed to.
        atMost(vm.lastCallGas().gasTotalUsed, 3 * 120_000 + 32 * 12_000, "gas");
        eq(splitter.balances(dan, ETHER), 3_000, "kept for who refused");
        eq(splitter.balances(address(burner), ETHER), 3_200, "and for the payees");
        eq(ann.balance, 6_800, "others are paid");
    }

    function test_attackPhishingByTheOriginOfATransaction() public {
        Bait bait = new Bait();
        Certify memory certify_ = claim(ann, "lured");
        vm.prank(ann, ann);
        no(bait.bite(address(registry), abi.encodeCall(registry.certify, (certify_))), "certify");
        certify_.payees = one(eve, 9_999);
        vm.prank(ann, ann);
        no(bait.bite(address(license), abi.encodeCall(license.certify, (certify_))), "derivative");
        vm.prank(ann, ann);
        no(bait.bite(address(splitter), abi.encodeCall(splitter.setPayout, (root, eve))), "payout");
        payEther(eve, root, 100);
        splitter.draw(root, ETHER);
        vm.prank(ann, ann);
        no(
            bait.bite(address(splitter), abi.encodeCall(splitter.withdraw, (ETHER, eve))),
            "withdraw"
        );
        // Nor does a contract get a key by whoever sends the transaction.
        certify_ = claim(address(bait), "the bait's own");
        vm.prank(ann, ann);
        yes(bait.bite(address(registry), abi.encodeCall(registry.certify, (certify_))), "its own");
        uint256 id = registry.workIdOf(address(bait), "the bait's own", block.chainid);
        (, , bool hasKey) = registry.ownerAndKey(id);
        no(hasKey, "key");
        payEther(eve, id, 100);
        splitter.release(id, ETHER);
        eq(splitter.balances(address(bait), ETHER), 100, "a balance, not a push");
    }

    /// @notice A work that pays its own till earns the same money again, less what it owes each time.
    function test_attackAWorkThatPaysItsOwnTill() public {
        Certify memory certify_ = claim(eve, "circle");
        address till = address(uint160(registry.workIdOf(eve, "circle", block.chainid)));
        certify_.edges = one(edgeUnder(root, eve, sharing(1_000, 1_000)));
        certify_.payees = one(till, 10_000);
        vm.prank(eve);
        uint256 circle = license.certify(certify_);
        payEther(eve, circle, 1e9);
        payEther(eve, child, 777);
        for (uint256 i; i < 120; ++i) splitter.distribute(list(circle), 0, ETHER);
        uint256 owed = splitter.credit(root, ETHER) + splitter.credit(circle, ETHER);
        owed += splitter.balances(till, ETHER);
        (uint256 income, ) = splitter.pending(circle, ETHER);
        atMost(owed + (income * 2) / 10, 1e9, "never more than was paid");
        atMost(1e9 - 1_000, owed, "and little lost");
        eq(address(splitter).balance, 1e9 + 777, "all of it is here");
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.ToTill.selector, circle, till));
        vm.prank(eve);
        registry.transferFrom(eve, till, circle);
    }
}
