// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Edge, Payee} from "../../contracts/types/Structs.sol";
import {Base} from "./Base.sol";
import {Handler} from "./Handler.sol";
import {LedgerModel} from "./LedgerModel.sol";

/// @notice Whatever anybody does in whatever order, the splitter can pay all it owes.
contract InvariantsTest is Base {
    LedgerModel internal model;
    uint256[] internal ids;
    address[] internal people;
    Handler internal handler;
    address[2] internal tokens;

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function setUp() public override {
        super.setUp();
        model = new LedgerModel();
        people = [ann, bob, cid, dan];
        tokens = [ETHER, address(dollar)];
        // Income, volume and both; a diamond; merely inherited volume; payees, the owner among them.
        add(ann, [uint256(0), 0, 0, 0, 0, 0], none());
        add(bob, [uint256(1), 1, 1_000, 0, 0, 0], one(cid, 3_333));
        add(cid, [uint256(1), 1, 0, 700, 0, 0], none());
        add(dan, [uint256(2), 2, 2_500, 0, 3, 0], one(dan, 5_000));
        add(ann, [uint256(1), 4, 333, 77, 0, 0], two_(bob, 1, cid, 9_998));
        add(bob, [uint256(2), 4, 0, 0, 5, 4_321], none());
        handler = new Handler(splitter, registry, model, dollar, ids, people);
    }

    /// @dev `shape`: number of parents; then number, income and volume of the first; then number
    /// and income of the second. Works are counted from 1.
    function add(address creator, uint256[6] memory shape, Payee[] memory payees) internal {
        LedgerModel.Link[] memory links = new LedgerModel.Link[](shape[0]);
        if (shape[0] > 0) links[0] = LedgerModel.Link(shape[1] - 1, shape[2], shape[3]);
        if (shape[0] > 1) links[1] = LedgerModel.Link(shape[4] - 1, shape[5], 0);
        Edge[] memory edges = new Edge[](shape[0]);
        for (uint256 i; i < edges.length; ++i) {
            edges[i] = edgeUnder(
                ids[links[i].parent],
                creator,
                sharing(uint16(links[i].income), uint16(links[i].volume))
            );
        }
        LedgerModel.Part[] memory parts = new LedgerModel.Part[](payees.length);
        for (uint256 i; i < parts.length; ++i) {
            parts[i] = LedgerModel.Part(payees[i].to, payees[i].share);
        }
        model.add(creator, links, parts);
        ids.push(certifyWith(creator, bytes32(ids.length), edges, payees));
    }

    function two_(
        address a,
        uint16 shareOfA,
        address b,
        uint16 shareOfB
    ) internal pure returns (Payee[] memory payees) {
        payees = new Payee[](2);
        (payees[0], payees[1]) = (Payee(a, shareOfA), Payee(b, shareOfB));
    }

    function invariant_solvent() public view {
        for (uint256 t; t < 2; ++t) {
            uint256 owed = model.owedUpward(tokens[t]);
            for (uint256 i; i < ids.length; ++i) {
                owed += splitter.credit(ids[i], tokens[t]);
            }
            for (uint256 i; i < people.length; ++i) {
                owed += splitter.balances(people[i], tokens[t]);
            }
            uint256 held = t == 0 ? address(splitter).balance : dollar.balanceOf(address(splitter));
            atMost(owed, held, "owed");
        }
    }

    function invariant_everyNumberIsTheModels() public view {
        for (uint256 t; t < 2; ++t) {
            for (uint256 i; i < ids.length; ++i) {
                eq(splitter.credit(ids[i], tokens[t]), model.credit(i, tokens[t]), "credit");
                (uint256 income, uint256 volume) = splitter.pending(ids[i], tokens[t]);
                (uint256 income_, uint256 volume_) = model.pending(i, tokens[t]);
                eq(income, income_, "pending income");
                eq(volume, volume_, "pending volume");
            }
            for (uint256 i; i < people.length; ++i) {
                eq(
                    splitter.balances(people[i], tokens[t]),
                    model.balance(people[i], tokens[t]),
                    "balance"
                );
            }
        }
    }
}
