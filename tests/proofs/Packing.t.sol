// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Ledger} from "../../contracts/libraries/Ledger.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {Proof} from "./Proof.sol";

/// @notice What is packed comes out again, field by field, so no field spills into another; and
/// what is unpacked goes back to the same word, so there is no room between the fields.
contract PackingProof is Proof {
    /// @notice Every field of a node comes out as it went in.
    /// Bounds: each field within its width, as the splitter makes them.
    function check_nodeKeepsItsFields(
        uint256 rel,
        uint256 vol,
        uint256 parents,
        uint256 payees,
        uint72 tag
    ) external pure {
        vm.assume(rel <= WHOLE && vol <= WHOLE && parents <= 32 && payees <= 32);
        uint256 node = Ledger.packNode(rel, vol, parents, payees, tag);
        assert(Ledger.relOf(node) == rel);
        assert(Ledger.volOf(node) == vol);
        assert(Ledger.parentsOf(node) == parents);
        assert(Ledger.payeesOf(node) == payees);
        assert(Ledger.tagOf(node) == tag);
        assert(node >> 112 == 0);
    }

    /// @notice A node holds nothing but its fields.
    /// Bounds: none; any node of 112 bits.
    function check_nodeIsItsFields(uint112 node) external pure {
        uint256 again = Ledger.packNode(
            Ledger.relOf(node),
            Ledger.volOf(node),
            Ledger.parentsOf(node),
            Ledger.payeesOf(node),
            Ledger.tagOf(node)
        );
        assert(again == node);
    }

    /// @notice A payee more changes no other field. Bounds: at most 32 payees, as the splitter keeps.
    function check_oneMorePayee(uint256 node) external pure {
        uint256 payees = Ledger.payeesOf(node);
        vm.assume(payees < 32);
        uint256 next = Ledger.addPayeeTo(node);
        assert(Ledger.payeesOf(next) == payees + 1);
        uint256 field = 0x3f << 34;
        assert(next & ~field == node & ~field);
    }

    /// @notice The mark of a payout address changes no other field. Bounds: none.
    function check_payoutMark(uint256 node, bool isSet) external pure {
        uint256 next = Ledger.withPayout(node, isSet);
        assert(Ledger.hasPayout(next) == isSet);
        assert(next & ~Ledger.PAYOUT == node & ~Ledger.PAYOUT);
        assert(Ledger.tagOf(next) == Ledger.tagOf(node));
    }

    /// @notice Every field of an edge comes out as it went in.
    /// Bounds: none but the fields' own widths.
    function check_edgeKeepsItsFields(
        address parent,
        uint256 income,
        uint256 volume,
        uint64 licenseId
    ) external pure {
        vm.assume(income <= WHOLE && volume <= WHOLE);
        uint256 edge = Ledger.packEdge(uint160(parent), income, volume, licenseId);
        (uint256 p, uint256 r, uint256 a, uint256 id) = Ledger.unpackEdge(edge);
        assert(p == uint160(parent) && r == income && a == volume && id == licenseId);
    }

    /// @notice An edge holds nothing but its fields.
    /// Bounds: none; any edge of 252 bits.
    function check_edgeIsItsFields(uint256 edge) external pure {
        vm.assume(edge >> 252 == 0);
        (uint256 p, uint256 r, uint256 a, uint256 id) = Ledger.unpackEdge(edge);
        assert(Ledger.packEdge(p, r, a, id) == edge);
    }

    /// @notice Every field of the bounds comes out as it went in.
    /// Bounds: none.
    function check_boundsKeepTheirFields(
        uint16 ceiling,
        uint16 obligations,
        uint40 until
    ) external pure {
        Rights.Bounds memory bounds = Rights.Bounds(ceiling, obligations, until);
        Rights.Bounds memory again = Rights.unpack(Rights.pack(bounds));
        assert(again.ceiling == ceiling);
        assert(again.obligations == obligations);
        assert(again.until == until);
    }

    /// @notice A tag holds nothing but its fields.
    /// Bounds: none.
    function check_tagIsItsFields(uint72 tag) external pure {
        assert(Rights.pack(Rights.unpack(tag)) == tag);
    }
}
