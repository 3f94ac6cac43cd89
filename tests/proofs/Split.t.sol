// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RoyaltySplitter} from "../../contracts/RoyaltySplitter.sol";
import {Ledger} from "../../contracts/libraries/Ledger.sol";
import {Floors} from "./Floors.sol";
import {Proof} from "./Proof.sol";

/// @notice The splitter itself, over storage that a proof has written.
contract Splitter is RoyaltySplitter {
    address internal constant TOKEN = address(1);

    function open(uint256 workId, uint256 node, uint256 account) external {
        _node[workId] = node;
        _account(workId, TOKEN).first = account;
    }

    function link(uint256 workId, uint256 index, uint256 edge) external {
        _edges[workId][index] = edge;
    }

    function book(uint256 workId, uint256 amount) external {
        _book(workId, TOKEN, amount, address(0));
    }

    function settleWork(uint256 workId) external {
        _settle(workId, TOKEN);
    }

    function first(uint256 workId) external view returns (uint256) {
        return _account(workId, TOKEN).first;
    }
}

/// @notice Nothing is made by splitting: what goes to parents and what is kept never exceed what came.
contract SplitProof is Proof {
    uint256 internal constant CHILD = 100;

    Splitter internal splitter;

    function setUp() external {
        splitter = new Splitter();
    }

    /// @dev Stands in for the deployer, whose siblings the splitter asks for; none is called here.
    function addressAt(uint256) external pure returns (address) {
        return address(2);
    }

    /// @notice Shares of a running total, of either kind, to any number of parents, and what is kept:
    /// rounded each for itself, all floors together never exceed the total. One step of the sum; the
    /// step holds for any sum so far, so by repeating it for any number of parents.
    /// Bounds: total < 2^180, all shares together <= 10,000.
    function check_oneParentMore(
        uint256 total,
        uint256 paid,
        uint256 shares,
        uint256 share
    ) external pure {
        unchecked {
            vm.assume(total < 2 ** 180 && shares <= WHOLE && share <= WHOLE - shares);
            vm.assume(paid <= Floors.floorOf(total, shares));
            vm.assume(Floors.sharesAdd(total, shares, share));
            assert(paid + Floors.floorOf(total, share) <= Floors.floorOf(total, shares + share));
        }
    }

    /// @notice ... and the last step: all shares of a total come to no more than the total.
    /// Bounds: total < 2^180.
    function check_wholeIsTheTotal(uint256 total) external pure {
        vm.assume(total < 2 ** 180);
        vm.assume(Floors.isQuotient(total * WHOLE, total, 0));
        assert(Floors.floorOf(total, WHOLE) == total);
    }

    /// @notice The two steps above in the splitter itself, from a payment to its settling: each of two
    /// parents is credited the floor of its share, nothing stays pending, and together they never
    /// exceed the payment. Bounds: amount <= 2^112 - 3; two parents with 33.33 % and 66.67 %, empty
    /// accounts.
    function check_paymentIsSplit(uint256 amount) external {
        split(amount, 3_333, 6_667);
    }

    function split(uint256 amount, uint256 r, uint256 s) internal {
        unchecked {
            vm.assume(amount <= Ledger.MAX_PENDING);
            uint256 toFirst = Floors.floorOf(amount, r);
            uint256 toSecond = Floors.floorOf(amount, s);
            uint256 kept = Floors.floorOf(amount, WHOLE - r - s);
            vm.assume(Floors.sharesAdd(amount, r, s));
            vm.assume(Floors.sharesAdd(amount, r + s, WHOLE - r - s));
            vm.assume(Floors.isQuotient(amount * WHOLE, amount, 0));
            vm.assume(Floors.divides(amount * (WHOLE - r - s)));
            // What a parent receives has no parts of a unit: all of it is credited.
            vm.assume(Floors.isQuotient(toFirst * WHOLE, toFirst, 0));
            vm.assume(Floors.isQuotient(toSecond * WHOLE, toSecond, 0));
            splitter.open(1, Ledger.packNode(0, 0, 0, 1, 0), 0);
            splitter.open(2, Ledger.packNode(0, 0, 0, 1, 0), 0);
            splitter.open(CHILD, Ledger.packNode(r + s, 0, 2, 0, 0), 0);
            splitter.link(CHILD, 0, Ledger.packEdge(1, r, 0, 1));
            splitter.link(CHILD, 1, Ledger.packEdge(2, s, 0, 2));
            splitter.book(CHILD, amount);
            splitter.settleWork(CHILD);
            assert(Ledger.creditOf(splitter.first(1)) == toFirst);
            assert(Ledger.creditOf(splitter.first(2)) == toSecond);
            uint256 account = splitter.first(CHILD);
            assert(Ledger.creditOf(account) == kept);
            assert(Ledger.pendingOf(account) == 0);
            assert(toFirst + toSecond + kept <= amount);
        }
    }
}
