// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {IRoyaltySplitter} from "../../contracts/interfaces/IRoyaltySplitter.sol";
import {Certify, Payee} from "../../contracts/types/Structs.sol";
import {Base} from "./Base.sol";

/// @notice Payees that join later, and what `settle` is going to move.
contract AddedPayeesTest is Base {
    uint256 internal work;
    address internal judge = actor("judge");

    function setUp() public override {
        super.setUp();
        work = certify(ann, "work");
    }

    function add(address to, uint16 share) internal {
        vm.prank(registry.ownerOf(work));
        splitter.addPayee(work, to, share);
    }

    // -------------------------------------------------------------- addPayee

    function test_anAddedPayeeSharesWhatIsDrawnFromThenOn() public {
        payEther(eve, work, 1_000);
        splitter.draw(work, ETHER);
        vm.expectEmit(address(splitter));
        emit IRoyaltySplitter.PayeeAdded(work, dan, 2_500);
        add(dan, 2_500);
        (, , uint256 parents, uint256 payees, ) = splitter.node(work);
        eq(parents, 0, "parents");
        eq(payees, 1, "payees");
        eq(splitter.balances(dan, ETHER), 0, "what was drawn before is not shared");
        payEther(eve, work, 1_000);
        splitter.draw(work, ETHER);
        eq(splitter.balances(dan, ETHER), 250, "the payee's");
        eq(splitter.balances(ann, ETHER), 1_750, "the owner's");
    }

    function test_onlyTheOwnerAdds() public {
        address[3] memory others = [eve, address(license), address(market)];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IRoyaltySplitter.NotOwner.selector, work, others[i], ann)
            );
            vm.prank(others[i]);
            splitter.addPayee(work, others[i], 1);
        }
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, 42));
        splitter.addPayee(42, dan, 1);
        // The creator is nobody once the certificate is sold.
        vm.prank(ann);
        registry.transferFrom(ann, bob, work);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.NotOwner.selector, work, ann, bob));
        vm.prank(ann);
        splitter.addPayee(work, ann, 10_000);
        add(dan, 1);
    }

    function adds(address to, uint16 share) external {
        add(to, share);
    }

    function test_addedPayeesMustMakeSense() public {
        bytes4 invalid = IRoyaltySplitter.InvalidPayee.selector;
        vm.expectRevert(abi.encodeWithSelector(invalid, address(0), 1));
        this.adds(address(0), 1);
        vm.expectRevert(abi.encodeWithSelector(invalid, splitter, 1));
        this.adds(address(splitter), 1);
        vm.expectRevert(abi.encodeWithSelector(invalid, dan, 0));
        this.adds(dan, 0);
        bytes4 tooMuch = IRoyaltySplitter.PayeesShareTooMuch.selector;
        vm.expectRevert(abi.encodeWithSelector(tooMuch, 10_001));
        this.adds(dan, 10_001);
        this.adds(dan, 6_000);
        vm.expectRevert(abi.encodeWithSelector(tooMuch, 10_001));
        this.adds(dan, 4_001);
        this.adds(dan, 4_000);
        eq(splitter.payeesOf(work).length, 2, "payees");
    }

    function test_thirtyTwoPayeesAtMost() public {
        for (uint256 i; i < 32; ++i) {
            add(dan, 1);
        }
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.TooManyPayees.selector, 33, 32));
        this.adds(dan, 1);
        payEther(eve, work, 10_000);
        splitter.draw(work, ETHER);
        eq(splitter.balances(dan, ETHER), 32, "thirty-two parts");
        // The count did not spill into the tag beside it.
        (uint256 rel, uint256 vol, uint256 parents, uint256 payees, uint72 tag) = splitter.node(
            work
        );
        eq(rel | vol | parents | tag, 0, "node");
        eq(payees, 32, "payees");
    }

    function test_anAddedPayeeLeavesTheParentsAlone() public {
        uint256 child = derive(bob, "child", work, sharing(2_000, 500));
        vm.prank(bob);
        splitter.addPayee(child, dan, 10_000);
        payEther(eve, child, 10_000);
        splitter.settle(child, ETHER);
        eq(splitter.credit(work, ETHER), 2_500, "the parent's part");
        splitter.draw(child, ETHER);
        eq(splitter.balances(dan, ETHER), 7_500, "all of the net");
        (uint16 ceiling, , , ) = license.bounds(child);
        eq(ceiling, OPEN, "bounds");
    }

    /// @dev Two units drawn must not pay out three: over the old running total of 2, the shares of
    /// two new payees would have reached one unit each.
    function test_attackMorePaidThanDrawnByAddingPayees() public {
        add(bob, 5_000);
        payEther(eve, work, 2);
        splitter.draw(work, ETHER);
        eq(splitter.balances(bob, ETHER), 1, "half");
        eq(splitter.balances(ann, ETHER), 1, "half");
        add(cid, 2_500);
        add(dan, 2_500);
        payEther(eve, work, 2);
        splitter.draw(work, ETHER);
        eq(splitter.balances(bob, ETHER), 2, "half of two");
        eq(splitter.balances(cid, ETHER) + splitter.balances(dan, ETHER), 0, "no unit yet");
        // Two more fill up what the floors have kept.
        payEther(eve, work, 2);
        splitter.draw(work, ETHER);
        eq(splitter.balances(bob, ETHER), 3, "half of four");
        eq(splitter.balances(cid, ETHER), 1, "a quarter of four");
        eq(splitter.balances(dan, ETHER), 1, "a quarter of four");
        eq(address(splitter).balance, 6, "all that was drawn is all that is owed");
    }

    /// @dev Per token and payee: floor over all drawn since the last payee came, summed over these
    /// times.
    struct Model {
        uint256 sinceAdded;
        uint256 drawn;
        uint256[4] before;
    }

    mapping(address token => Model) internal models;
    uint256[4] internal shares;
    address[4] internal earners;

    function modelOf(address token, uint256 i) internal view returns (uint256) {
        return models[token].before[i] + (models[token].sinceAdded * shares[i]) / 10_000;
    }

    function testFuzz_payeesEarnTheirFloorsAndNoMoreThanIsDrawn(
        bytes32 moves,
        uint64 scale,
        uint16 first,
        bool withLien
    ) public {
        earners = [bob, cid, dan, eve];
        Certify memory certify_ = claim(ann, "fuzzed");
        if (withLien) (certify_.arbiter, certify_.lienCap) = (judge, 700);
        shares[0] = within(first, 1, 4_000);
        certify_.payees = one(bob, uint16(shares[0]));
        vm.prank(ann);
        work = license.certify(certify_);
        uint256 count = 1;
        address[2] memory tokens = [ETHER, address(dollar)];
        for (uint256 i; i < 32; ++i) {
            uint256 move = uint8(moves[i]);
            if (move % 8 == 7 && count < 4) {
                restart(tokens, count);
                if (count == 3 && withLien) {
                    shares[3] = 1 + (move % 700);
                    vm.prank(judge);
                    splitter.addLien(work, eve, uint16(shares[3]));
                } else {
                    shares[count] = 1 + ((move * 37) % 1_500);
                    add(earners[count], uint16(shares[count]));
                }
                ++count;
                continue;
            }
            address token = tokens[move % 2];
            uint256 amount =
                1 +
                    (uint256(keccak256(abi.encode(moves, i))) %
                        (scale % 3 == 0 ? 30 : uint256(scale) + 1));
            if (token == ETHER) payEther(judge, work, amount);
            else payDollar(judge, work, amount);
            if (move % 4 < 2) {
                splitter.draw(work, token);
                models[token].sinceAdded += undrawn[token] + amount;
                models[token].drawn += undrawn[token] + amount;
                undrawn[token] = 0;
            } else {
                undrawn[token] += amount;
            }
            check(token);
        }
    }

    mapping(address token => uint256) internal undrawn;

    function restart(address[2] memory tokens, uint256 count) internal {
        for (uint256 t; t < 2; ++t) {
            Model storage model = models[tokens[t]];
            uint256 owners = ownersPart(tokens[t]);
            for (uint256 j; j < count; ++j) {
                model.before[j] = modelOf(tokens[t], j);
            }
            ownersBefore[tokens[t]] = owners;
            model.sinceAdded = 0;
        }
    }

    mapping(address token => uint256) internal ownersBefore;

    function ownersPart(address token) internal view returns (uint256) {
        uint256 share = 10_000 - shares[0] - shares[1] - shares[2] - shares[3];
        return ownersBefore[token] + (models[token].sinceAdded * share) / 10_000;
    }

    function check(address token) internal view {
        uint256 paid = splitter.balances(ann, token);
        eq(paid, ownersPart(token), "the owner's");
        for (uint256 j; j < 4; ++j) {
            uint256 balance = splitter.balances(earners[j], token);
            eq(balance, modelOf(token, j), "a payee's");
            paid += balance;
        }
        atMost(paid, models[token].drawn, "paid");
        uint256 held =
            token == ETHER ? address(splitter).balance : dollar.balanceOf(address(splitter));
        eq(paid + undrawn[token] <= held ? 1 : 0, 1, "solvent");
        // Every new payee may cost a floor for each who shares.
        atMost(models[token].drawn - paid, 20, "dust");
    }

    // -------------------------------------------------------- whatSettleMoves

    function testFuzz_settleMovesWhatItSays(
        uint16[3] memory incomes,
        uint16[3] memory volumes,
        bytes32 amounts
    ) public {
        uint256[3] memory parents = [
            work,
            derive(bob, "b", work, sharing(100, 300)),
            certify(cid, "c")
        ];
        uint256 left = 9_700;
        uint256 child;
        {
            // Shares that fit: each at most a third of what is left.
            Payee[] memory nobody = none();
            uint16[3] memory r;
            uint16[3] memory a;
            for (uint256 i; i < 3; ++i) {
                r[i] = uint16(within(incomes[i], 0, left / 3));
                left -= r[i];
                a[i] = uint16(within(volumes[i], 0, left / 3));
                left -= a[i];
            }
            child = certifyWith(
                dan,
                "child",
                three(
                    edgeUnder(parents[0], dan, sharing(r[0], a[0])),
                    edgeUnder(parents[1], dan, sharing(r[1], a[1])),
                    edgeUnder(parents[2], dan, sharing(r[2], a[2]))
                ),
                nobody
            );
        }
        uint256 below = derive(eve, "below", child, sharing(1_000, 0));
        for (uint256 i; i < 16; ++i) {
            uint256 amount = 1 + uint256(uint16(uint256(amounts) >> (16 * i)));
            payEther(judge, i % 3 == 0 ? below : child, amount);
            if (i % 3 == 1) splitter.settle(below, ETHER);
            if (i % 4 == 3) settles(child);
        }
        settles(below);
        settles(child);
        (uint256[] memory ids, uint256[] memory moved) = splitter.whatSettleMoves(child, ETHER);
        eq(ids.length, 3, "parents");
        eq(moved[0] + moved[1] + moved[2], 0, "nothing is left");
        (ids, moved) = splitter.whatSettleMoves(work, ETHER);
        eq(ids.length + moved.length, 0, "an original owes nothing");
    }

    /// @dev Credits of parents grow by what their own upward shares leave of the inflow; income that
    /// waits grows by all of it.
    function settles(uint256 id) internal {
        (uint256[] memory ids, uint256[] memory says) = splitter.whatSettleMoves(id, ETHER);
        uint256[] memory before = new uint256[](ids.length);
        for (uint256 i; i < ids.length; ++i) {
            before[i] = incomeOf(ids[i]);
        }
        splitter.settle(id, ETHER);
        for (uint256 i; i < ids.length; ++i) {
            eq(incomeOf(ids[i]), before[i] + says[i], "moved");
        }
    }

    /// @dev What reached a work: all is pending where it owes income, else all is credit.
    function incomeOf(uint256 id) internal view returns (uint256) {
        (uint256 rel, , , , ) = splitter.node(id);
        (uint256 income, ) = splitter.pending(id, ETHER);
        return rel == 0 ? splitter.credit(id, ETHER) : income;
    }
}
