// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DemoToken} from "../../../contracts/periphery/DemoToken.sol";
import {Tills} from "../../../contracts/libraries/Tills.sol";
import {Edge, Payee} from "../../../contracts/types/Structs.sol";
import {Base} from "../Base.sol";
import {LedgerModel} from "../LedgerModel.sol";
import {HistoryModel} from "./HistoryModel.sol";
import {Cut, HistorySource, Parent, Step} from "./HistorySource.sol";

/// @notice Plays steps on the contracts and on the model at once.
abstract contract HistoryPlayer is Base, HistorySource {
    HistoryModel internal model;
    address[] internal tokens;
    uint256[] internal ids;
    /// @dev By the numbers of `HistorySource`; nobody is address 0.
    address[] internal accounts;
    address internal payer = actor("payer");
    bytes32 internal played;
    mapping(uint256 token => uint256) internal inside;
    mapping(uint256 work => mapping(uint256 token => uint256)) internal credited;

    function setUp() public override {
        super.setUp();
        tokens = [ETHER, address(dollar), address(new DemoToken())];
        accounts = [ann, bob, cid, dan, eve];
        accounts.push(actor("vault"));
        accounts.push(actor("sink"));
        accounts.push(actor("wallet"));
        accounts.push(address(0));
        vm.etch(accounts[VAULT], hex"fe");
        model = new HistoryModel(accounts[VAULT], tokens);
    }

    // ------------------------------------------------------------------ steps

    function play(Step memory step) internal {
        played = keccak256(abi.encodePacked(played, keccak256(abi.encode(step))));
        if (step.kind == CERTIFY) _certify(step);
        else if (step.kind == PAY) _pay(step);
        else if (step.kind == TRANSFER) _transfer(step);
        else if (step.kind == SET_PAYOUT) _setPayout(step);
        else if (step.kind == ADD_PAYEE) _addPayee(step);
        else _move(step, tokens[step.token]);
        compare(step);
    }

    function _certify(Step memory step) internal {
        eq(step.work, ids.length, "number of the new work");
        address creator = accounts[step.account];
        Edge[] memory edges = new Edge[](step.parents.length);
        LedgerModel.Link[] memory links = new LedgerModel.Link[](edges.length);
        for (uint256 i; i < edges.length; ++i) {
            Parent memory parent = step.parents[i];
            links[i] = LedgerModel.Link(parent.work, parent.income, parent.volume);
            edges[i] = edgeUnder(
                ids[parent.work],
                creator,
                sharing(uint16(parent.income), uint16(parent.volume))
            );
        }
        uint256 id = Tills.idOf(tillOf(creator, step.work));
        ids.push(id);
        Payee[] memory payees = new Payee[](step.cuts.length);
        LedgerModel.Part[] memory parts = new LedgerModel.Part[](payees.length);
        for (uint256 i; i < parts.length; ++i) {
            address to = accountAt(step.cuts[i].to);
            payees[i] = Payee(to, uint16(step.cuts[i].share));
            parts[i] = LedgerModel.Part(to, step.cuts[i].share);
        }
        eq(certifyWith(creator, bytes32(step.work), edges, payees), id, "id of the new work");
        model.add(creator, links, parts);
        model.opened(step.work, accountAt(TILL + step.work));
    }

    function _pay(Step memory step) internal {
        address token = tokens[step.token];
        uint256 amount = step.amount;
        uint256 value;
        if (step.token == 0) {
            vm.deal(payer, amount);
            value = amount;
        } else {
            DemoToken(token).mint(payer, amount);
            vm.prank(payer);
            DemoToken(token).approve(address(splitter), amount);
        }
        vm.prank(payer);
        splitter.pay{value: value}(ids[step.work], token, amount);
        model.pay(step.work, token, amount);
        inside[step.token] += amount;
    }

    function _move(Step memory step, address token) internal {
        uint256 id = ids[step.work];
        if (step.kind == SETTLE) {
            splitter.settle(id, token);
            model.settle(step.work, token);
        } else if (step.kind == SETTLE_MANY) {
            splitter.settleMany(idsOf(step.path, 0), token);
            settleModel(step.path, token);
        } else if (step.kind == DRAW) {
            uint256 amount = model.drawWork(step.work, token);
            eq(splitter.draw(id, token), amount, "drawn");
        } else if (step.kind == RELEASE) {
            splitter.release(id, token);
            model.releaseWork(step.work, token);
        } else if (step.kind == DISTRIBUTE) {
            distribute(step.path, step.amount, token);
            settleModel(step.path, token);
            for (uint256 i = step.amount; i < step.path.length; ++i) {
                model.releaseWork(step.path[i], token);
            }
        } else {
            _take(step, token);
        }
    }

    /// @dev Settles the path, and releases its works from position `from` on.
    function distribute(uint256[] memory path, uint256 from, address token) internal {
        splitter.distribute(idsOf(path, 0), from, token);
    }

    function settleModel(uint256[] memory path, address token) internal {
        for (uint256 i; i < path.length; ++i) {
            model.settle(path[i], token);
        }
    }

    /// @dev Where the model has nothing to send, the splitter refuses.
    function _take(Step memory step, address token) internal {
        address caller = accounts[step.account];
        address to = accounts[SINK];
        bool withdraws = step.kind == WITHDRAW;
        bytes memory call =
            withdraws
                ? abi.encodeCall(model.withdrawTo, (caller, token, to))
                : abi.encodeCall(model.collect, (step.path, caller, token, to));
        (bool sends, bytes memory result) = address(model).call(call);
        if (!sends) {
            eq(bytes32(result), bytes32(HistoryModel.NothingToSend.selector), "the model's error");
            vm.expectRevert(
                abi.encodeWithSignature("NothingToWithdraw(address,address)", caller, token)
            );
        }
        uint256[] memory path = idsOf(step.path, 0);
        vm.prank(caller);
        uint256 sent = withdraws ? splitter.withdraw(token, to) : splitter.collect(path, token, to);
        if (sends) eq(sent, abi.decode(result, (uint256)), "sent");
    }

    function _transfer(Step memory step) internal {
        address owner = registry.ownerOf(ids[step.work]);
        vm.prank(owner);
        registry.transferFrom(owner, accounts[step.account], ids[step.work]);
        model.hand(step.work, accounts[step.account]);
    }

    function _setPayout(Step memory step) internal {
        address owner = registry.ownerOf(ids[step.work]);
        vm.prank(owner);
        splitter.setPayout(ids[step.work], accounts[step.account]);
        model.setPayout(step.work, accounts[step.account]);
    }

    function _addPayee(Step memory step) internal {
        Cut memory cut = step.cuts[0];
        address to = accountAt(cut.to);
        address owner = registry.ownerOf(ids[step.work]);
        vm.prank(owner);
        splitter.addPayee(ids[step.work], to, uint16(cut.share));
        model.addPayee(step.work, to, cut.share);
    }

    // ----------------------------------------------------------------- checks

    /// @dev Every number is the model's, no credit fell that the step does not draw, all is covered.
    function compare(Step memory step) internal {
        uint256 t = step.token;
        address token = tokens[t];
        uint256 owed = model.owedUpward(token);
        for (uint256 i; i < ids.length; ++i) {
            uint256 credit = splitter.credit(ids[i], token);
            eq(credit, model.credit(i, token), "credit");
            if (!draws(step, i)) atMost(credited[i][t], credit, "a credit falls only by draws");
            credited[i][t] = credit;
            owed += credit;
            (uint256 income, uint256 volume) = splitter.pending(ids[i], token);
            (uint256 income_, uint256 volume_) = model.pending(i, token);
            eq(income, income_, "pending income");
            eq(volume, volume_, "pending volume");
            compareMoves(i, token);
            owed += compareAccount(accountAt(TILL + i), token);
        }
        for (uint256 i; i <= WALLET; ++i) {
            owed += compareAccount(accounts[i], token);
            eq(holdings(accounts[i], token), model.held(accounts[i], token), "what was sent");
        }
        atMost(owed, holdings(address(splitter), token), "solvency");
    }

    function compareAccount(address account, address token) internal view returns (uint256 found) {
        found = splitter.balances(account, token);
        eq(found, model.balance(account, token), "balance");
    }

    /// @dev The splitter lists parents by id, the model by number.
    function compareMoves(uint256 work, address token) internal view {
        (uint256[] memory parents, uint256[] memory found) = splitter.whatSettleMoves(
            ids[work],
            token
        );
        (uint256[] memory numbers, uint256[] memory expected) = model.whatSettleMoves(work, token);
        eq(parents.length, numbers.length, "edges");
        for (uint256 i; i < numbers.length; ++i) {
            for (uint256 j; j < parents.length; ++j) {
                if (parents[j] == ids[numbers[i]]) eq(found[j], expected[i], "what settle moves");
            }
        }
    }

    function draws(Step memory step, uint256 work) internal pure returns (bool) {
        if (step.kind == DRAW || step.kind == RELEASE) return work == step.work;
        if (step.kind != COLLECT && step.kind != DISTRIBUTE) return false;
        for (uint256 i; i < step.path.length; ++i) {
            if (step.path[i] == work) return true;
        }
        return false;
    }

    /// @dev Hash of every number on the contracts, in the order of tests/ledger/books.py.
    function end() internal view returns (bytes32) {
        uint256[] memory words = new uint256[](TOKENS * (9 + 4 * ids.length) + 2 * (PEOPLE + 1));
        uint256 n;
        for (uint256 t; t < TOKENS; ++t) {
            address token = tokens[t];
            for (uint256 i; i < ids.length; ++i) {
                words[n++] = splitter.credit(ids[i], token);
                (words[n], words[n + 1]) = splitter.pending(ids[i], token);
                n += 2;
            }
            for (uint256 i; i <= VAULT; ++i) {
                words[n++] = splitter.balances(accounts[i], token);
            }
            for (uint256 i; i < ids.length; ++i) {
                words[n++] = splitter.balances(accountAt(TILL + i), token);
            }
            for (uint256 i = t == 0 ? SINK : 0; i <= WALLET; ++i) {
                words[n++] = holdings(accounts[i], token);
            }
            words[n++] = holdings(address(splitter), token);
        }
        eq(n, words.length, "numbers of the end");
        return keccak256(abi.encode(words));
    }

    // ---------------------------------------------------------------- numbers

    function accountAt(uint256 number) internal view returns (address) {
        return number < TILL ? accounts[number] : address(uint160(ids[number - TILL]));
    }

    function tillOf(address creator, uint256 work) internal view returns (address) {
        return address(uint160(registry.workIdOf(creator, bytes32(work), block.chainid)));
    }

    function idsOf(
        uint256[] memory path,
        uint256 from
    ) internal view returns (uint256[] memory found) {
        found = new uint256[](path.length - from);
        for (uint256 i; i < found.length; ++i) {
            found[i] = ids[path[from + i]];
        }
    }

    function holdings(address account, address token) internal view returns (uint256) {
        return token == ETHER ? account.balance : DemoToken(token).balanceOf(account);
    }
}
