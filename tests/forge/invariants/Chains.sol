// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Certify, Edge, Payee} from "../../../contracts/types/Structs.sol";
import {AuctionMoves} from "./AuctionMoves.sol";

/// @notice What the moves start from: two originals, and chains of every kind of share upon them. A
/// diamond, volume that is merely inherited, share-alike, an end, payees, one of which is a till.
abstract contract Chains is AuctionMoves {
    function setUp() public virtual override {
        super.setUp();
        for (uint256 i; i < PEOPLE * CONTENTS; ++i) {
            bytes32 content = bytes32(1 + i / PEOPLE);
            noteAnchor(
                AnchorNote(people[i % PEOPLE], content, eve, 0, bytes32(0), block.timestamp)
            );
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
        plant(dan, 2, [uint256(8), 0], [uint256(12), 0], one(eve, 2_500));
        // One work is sold exclusively.
        noteIssued(0, 7, dan, 1, 0);
        vm.prank(ann);
        license.issue(works[0].id, kindHashes[7], dan, 1, 0);
        vm.warp(block.timestamp + 1 hours);
        // Too late: a proof may only lower a claim.
        for (uint256 i; i < 4; ++i) {
            WorkNote storage work = works[2 * i];
            noteAnchor(AnchorNote(work.creator, work.content, eve, 1, bytes32(0), block.timestamp));
        }
        for (uint256 i; i < 3 * works.length; ++i) {
            this.pay(i);
            this.makeOffer(i);
            if (i % 2 == 0) this.fillOffer(i);
            if (i % 4 == 0) this.openAuction(i);
        }
        // Sold and bought back: what was asked before is void.
        for (uint256 i; i < 2; ++i) {
            address owner = works[i].owner;
            vm.prank(owner);
            registry.transferFrom(owner, dan, works[i].id);
            vm.prank(dan);
            registry.transferFrom(dan, owner, works[i].id);
            moved(i, dan);
            moved(i, owner);
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
