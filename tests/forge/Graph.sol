// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DemoToken} from "../../contracts/periphery/DemoToken.sol";
import {Payee} from "../../contracts/types/Structs.sol";
import {Base} from "./Base.sol";
import {LedgerModel} from "./LedgerModel.sol";
import {FeeToken} from "./mocks/FeeToken.sol";

/// @notice Random graphs of works and random interleavings of what moves money through them, on
/// the contracts and on the model at once. Who inherits says how a work is opened.
abstract contract Graph is Base {
    uint256 internal constant WHOLE = 10_000;

    struct Payment {
        uint256 work;
        uint256 amount;
    }

    LedgerModel internal model;
    /// @dev ETH, a plain ERC-20, its twin that sees the same payments in another interleaving, and
    /// one with a fee on transfer.
    address[4] internal tokens;
    uint256[] internal ids;
    address[5] internal people;
    /// @dev One of the people is a contract: `release` leaves it its balance.
    address internal vault;
    address internal sink = actor("sink");
    Payment[] internal payments;
    uint256 internal seed;

    function setUp() public virtual override {
        super.setUp();
        model = new LedgerModel();
        tokens = [ETHER, address(dollar), address(new DemoToken()), address(new FeeToken())];
        people = [ann, bob, cid, dan, vault = actor("vault")];
        vm.etch(vault, hex"fe");
    }

    /// @notice Opens a work on the contracts, and returns its id.
    function openWork(
        address creator,
        bytes32 content,
        LedgerModel.Link[] memory links,
        Payee[] memory payees
    ) internal virtual returns (uint256);

    // ------------------------------------------------------------------ graph

    function roll(uint256 sides) internal returns (uint256) {
        seed = uint256(keccak256(abi.encode(seed)));
        return (seed >> 8) % sides;
    }

    function build(uint256 size) internal {
        for (uint256 i; i < size; ++i) {
            address creator = people[roll(people.length)];
            LedgerModel.Link[] memory links = _links(i);
            Payee[] memory payees = _payees();
            LedgerModel.Part[] memory parts = new LedgerModel.Part[](payees.length);
            for (uint256 j; j < parts.length; ++j) {
                parts[j] = LedgerModel.Part(payees[j].to, payees[j].share);
            }
            model.add(creator, links, parts);
            ids.push(openWork(creator, bytes32(i), links, payees));
        }
    }

    /// @dev Up to five parents whose shares, inherited ones included, fit into the whole.
    function _links(uint256 work) internal returns (LedgerModel.Link[] memory links) {
        uint256 most = roll(8) == 0 ? 5 : roll(4);
        links = new LedgerModel.Link[](most);
        uint256 taken;
        uint256 left = WHOLE;
        for (uint256 i; work > 0 && i < most; ++i) {
            uint256 parent = roll(2) == 0 ? work - 1 : roll(work);
            bool twice;
            for (uint256 j; j < taken; ++j) {
                twice = twice || links[j].parent == parent;
            }
            uint256 inherited = model.workAt(parent).vol;
            if (twice || inherited > left) continue;
            left -= inherited;
            // Income only, volume only, both, or neither: volume merely inherited.
            uint256 kind = roll(4);
            uint256 income = kind % 2 == 0 ? _share(left) : 0;
            left -= income;
            uint256 volume = kind == 1 || kind == 2 ? _share(left) : 0;
            left -= volume;
            links[taken++] = LedgerModel.Link(parent, income, volume);
        }
        assembly ("memory-safe") {
            mstore(links, taken)
        }
    }

    function _share(uint256 left) internal returns (uint256) {
        uint256 size = roll(8);
        if (size == 0) return left;
        uint256 most =
            size < 3
                ? 3
                : size < 7
                    ? 1_500
                    : WHOLE;
        return roll((most < left ? most : left) + 1);
    }

    function _payees() internal returns (Payee[] memory payees) {
        if (roll(2) == 0) return payees;
        payees = new Payee[](1 + roll(3));
        uint256 left = WHOLE;
        for (uint256 i; i < payees.length; ++i) {
            uint256 share = roll(6) == 0 ? left - 2 : 1 + roll(left / 4);
            left -= share;
            payees[i] = Payee(people[roll(people.length)], uint16(share));
            if (left < 8) {
                assembly ("memory-safe") {
                    mstore(payees, add(i, 1))
                }
                break;
            }
        }
    }

    /// @notice Whether to compare the whole state after every step, or after one in eight: a dense
    /// graph of forty works would else run out of the test's gas.
    function closely() internal view virtual returns (bool);

    function drawPayments(uint256 count) internal {
        uint256[5] memory scale = [uint256(20), 30_000, 1e12, 1 << 64, 1 << 88];
        for (uint256 i; i < count; ++i) {
            payments.push(Payment(roll(ids.length), 1 + roll(scale[roll(scale.length)])));
        }
    }

    // ------------------------------------------------------------------ moves

    /// @dev Every token sees all payments, each in its own order, amid random other moves.
    function interleave() internal {
        uint256 count = payments.length;
        for (uint256 t; t < tokens.length; ++t) {
            uint256[] memory order = new uint256[](count);
            for (uint256 i; i < count; ++i) {
                uint256 j = roll(i + 1);
                order[i] = order[j];
                order[j] = i;
            }
            for (uint256 next; next < count;) {
                if (roll(3) == 0) _pay(tokens[t], payments[order[next++]]);
                else _move(tokens[t], roll(9));
                if (closely() || roll(8) == 0) compare(tokens[t]);
            }
        }
    }

    function _pay(address token, Payment memory payment) internal {
        uint256 amount = payment.amount;
        uint256 id = ids[payment.work];
        if (token == ETHER) {
            vm.deal(eve, amount);
            vm.prank(eve);
            splitter.pay{value: amount}(id, token, amount);
        } else {
            DemoToken(token).mint(eve, amount);
            vm.startPrank(eve);
            DemoToken(token).approve(address(splitter), amount);
            splitter.pay(id, token, amount);
            vm.stopPrank();
            if (token == tokens[3]) amount -= amount / 100;
        }
        model.pay(payment.work, token, amount);
    }

    function _move(address token, uint256 kind) internal {
        uint256 work = roll(ids.length);
        if (kind < 4) {
            splitter.settle(ids[work], token);
            model.settle(work, token);
        } else if (kind < 6) {
            eq(splitter.draw(ids[work], token), model.draw(work, token), "drawn");
        } else if (kind == 6) {
            _withdraw(people[roll(people.length)], token);
        } else if (kind == 7) {
            _collect(people[roll(people.length)], token, work);
        } else {
            splitter.release(ids[work], token);
            model.release(work, token, vault);
        }
    }

    function _withdraw(address account, address token) internal {
        if (model.balance(account, token) == 0) return;
        vm.prank(account);
        uint256 amount = splitter.withdraw(token, sink);
        eq(amount, model.withdraw(account, token), "withdrawn");
    }

    /// @dev Up to four works from `work` on, by number downward: children first, mostly.
    function _collect(address account, address token, uint256 work) internal {
        uint256[] memory path = new uint256[](1 + roll(work < 3 ? work + 1 : 4));
        uint256[] memory numbers = new uint256[](path.length);
        for (uint256 i; i < path.length; ++i) {
            numbers[i] = work - i;
            path[i] = ids[work - i];
        }
        vm.prank(account);
        try splitter.collect(path, token, sink) returns (uint256 amount) {
            for (uint256 i; i < path.length; ++i) {
                model.settle(numbers[i], token);
            }
            for (uint256 i; i < path.length; ++i) {
                bool own = model.workAt(numbers[i]).owner == account;
                if (own || i + 1 == path.length) model.draw(numbers[i], token);
            }
            eq(amount, model.withdraw(account, token), "collected");
        } catch (bytes memory reason) {
            bytes memory nothing = abi.encodeCall(IErrors.NothingToWithdraw, (account, token));
            eq(keccak256(reason), keccak256(nothing), "why nothing was collected");
            eq(model.balance(account, token), 0, "balance of who collects nothing");
        }
    }

    // ----------------------------------------------------------------- checks

    /// @dev Every credit, pending amount and balance is the model's, and all of it is covered.
    function compare(address token) internal view {
        uint256 owed = model.owedUpward(token);
        for (uint256 i; i < ids.length; ++i) {
            uint256 credit = splitter.credit(ids[i], token);
            eq(credit, model.credit(i, token), "credit");
            owed += credit;
            (uint256 income, uint256 volume) = splitter.pending(ids[i], token);
            (uint256 modelIncome, uint256 modelVolume) = model.pending(i, token);
            eq(income, modelIncome, "pending income");
            eq(volume, modelVolume, "pending volume");
        }
        for (uint256 i; i < people.length; ++i) {
            uint256 balance = splitter.balances(people[i], token);
            eq(balance, model.balance(people[i], token), "balance");
            owed += balance;
        }
        atMost(owed, holdings(address(splitter), token), "solvency");
    }

    /// @dev Settles everything, and compares with what the payments alone determine.
    function conclude() internal {
        for (uint256 t; t < tokens.length; ++t) {
            address token = tokens[t];
            for (uint256 i = ids.length; i > 0;) {
                --i;
                splitter.settle(ids[i], token);
                model.settle(i, token);
            }
            compare(token);
            eq(model.owedUpward(token), 0, "owed upward when all is settled");
            no(model.outsideBound(token), "net too far from the exact fraction");
            uint256[] memory nets = model.settledNet(token);
            for (uint256 i; i < ids.length; ++i) {
                eq(
                    splitter.credit(ids[i], token) + model.drawn(i, token),
                    nets[i],
                    "credits are a pure function of the payments"
                );
                splitter.draw(ids[i], token);
                model.draw(i, token);
            }
            compare(token);
            uint256 kept = holdings(address(splitter), token);
            for (uint256 i; i < people.length; ++i) {
                kept -= splitter.balances(people[i], token);
            }
            atMost(kept, model.mostDust(), "dust");
        }
        for (uint256 i; i < people.length; ++i) {
            uint256 first = _everything(people[i], tokens[1]);
            eq(_everything(people[i], tokens[2]), first, "same payments, other interleaving");
            eq(_everything(people[i], ETHER), first, "same payments in ETH");
        }
    }

    function _everything(address account, address token) internal view returns (uint256) {
        return splitter.balances(account, token) + model.withdrawn(account, token);
    }

    function holdings(address account, address token) internal view returns (uint256) {
        return token == ETHER ? account.balance : DemoToken(token).balanceOf(account);
    }
}

/// @dev Errors as functions, so that `abi.encodeCall` checks their arguments.
interface IErrors {
    function NothingToWithdraw(address account, address token) external;
}
