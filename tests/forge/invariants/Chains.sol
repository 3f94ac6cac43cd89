// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Certify, Edge, Payee} from "../../../contracts/types/Structs.sol";
import {DealMoves} from "./DealMoves.sol";

/// @notice What the moves start from: two originals, and chains of every kind of share upon them. A
/// diamond, volume that is merely inherited, share-alike, an end, payees, one of which is a till.
abstract contract Chains is DealMoves {
    function setUp() public virtual override {
        super.setUp();
        for (uint256 i; i < PEOPLE; ++i) {
            noteAnchor(AnchorNote(people[i], bytes32(1 + i), eve, 0, bytes32(0), block.timestamp));
        }
        vm.warp(block.timestamp + 1 days);
        plant(ann, 1, [uint256(0), 0], [uint256(0), 0], none());
        plant(bob, 2, [uint256(0), 0], [uint256(0), 0], one(cid, 3_333));
        plant(bob, 3, [uint256(1), 0], [uint256(2), 0], none());
        plant(cid, 4, [uint256(1), 0], [uint256(1), 0], one(address(uint160(works[0].id)), 9_499));
        plant(dan, 5, [uint256(3), 4], [uint256(2), 0], one(dan, 5_000));
        plant(vault, 1, [uint256(2), 0], [uint256(3), 0], none());
        plant(ann, 3, [uint256(6), 0], [uint256(3), 0], one(vault, 1));
        plant(cid, 5, [uint256(2), 5], [uint256(4), 11], none());
        for (uint256 i; i < works.length * TOKENS; ++i) {
            this.pay(i);
            this.makeOffer(i);
            if (i % 2 == 0) this.fillOffer(i);
        }
    }

    /// @dev `parents` are numbers of works, counted from 1, under licenses of these `terms`.
    function plant(
        address creator,
        uint256 content,
        uint256[2] memory parents,
        uint256[2] memory terms,
        Payee[] memory payees
    ) internal {
        Certify memory certify_ = draft(creator, bytes32(content));
        Sum memory sum;
        sum.edges = new Edge[](
            parents[0] == 0
                ? 0
                : parents[1] == 0
                    ? 1
                    : 2
        );
        for (uint256 i; i < sum.edges.length; ++i) {
            WorkNote storage parent = works[parents[i] - 1];
            bytes32 hash = kindHashes[terms[i]];
            noteIssued(parents[i] - 1, terms[i], creator, 1, 0);
            vm.prank(parent.owner);
            sum.edges[i] = Edge(parent.id, hash, license.issue(parent.id, hash, creator, 1, 0));
        }
        certify_.edges = sum.edges = sorted(sum.edges);
        certify_.payees = payees;
        addUp(sum, creator);
        vm.prank(creator);
        license.certify(certify_);
        noteDerived(certify_, sum);
    }
}
