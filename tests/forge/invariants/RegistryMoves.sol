// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICertifyBatch} from "../../../contracts/interfaces/ICertifyBatch.sol";
import {IIPRegistry} from "../../../contracts/interfaces/IIPRegistry.sol";
import {Certify, Consent, TreeProof} from "../../../contracts/types/Structs.sol";
import {LedgerModel} from "../LedgerModel.sol";
import {Merkle} from "../Merkle.sol";
import {World} from "./World.sol";

/// @notice Works certified by their creators and with their signatures, anchors proven early and
/// late, revisions, suspensions, transfers.
abstract contract RegistryMoves is World {
    uint256 internal constant CONTENTS = 5;

    struct AnchorNote {
        address creator;
        bytes32 content;
        address neighbor;
        uint256 salt;
        bytes32 root;
        uint256 time;
    }

    AnchorNote[] internal anchors;
    /// @dev Works of a content, and the least claim time among them.
    mapping(bytes32 content => uint256) internal claimCount;
    mapping(bytes32 content => uint256) internal leastTime;

    // ---------------------------------------------------------------- certify

    function certifyOriginal(uint256 seed) external move(seed) {
        if (works.length >= MOST_WORKS) return;
        Certify memory certify_ = anyDraft();
        bool signs = certify_.creator != vault && roll(2) == 0;
        (TreeProof memory proof, uint256 time) = anchorOf(certify_);
        bool fresh = !known(certify_);
        bool success;
        if (signs) {
            Consent memory consent = consentTo(certify_);
            success = attempt(
                eve,
                address(registry),
                0,
                abi.encodeCall(ICertifyBatch.certifyFor, (certify_, proof, consent)),
                fresh,
                "certify with a signature"
            );
        } else {
            time = block.timestamp;
            success = attempt(
                certify_.creator,
                address(registry),
                0,
                abi.encodeCall(IIPRegistry.certify, (certify_)),
                fresh,
                "certify"
            );
        }
        if (!success) return;
        model.add(certify_.creator, new LedgerModel.Link[](0), new LedgerModel.Part[](0));
        noteWork(certify_, time);
    }

    function anchorRoot(uint256 seed) external move(seed) {
        AnchorNote memory note = AnchorNote({
            creator: anyone(),
            content: anyContent(),
            neighbor: anyone(),
            salt: roll(2),
            root: bytes32(0),
            time: block.timestamp
        });
        noteAnchor(note);
        ++reached["anchor"][true];
    }

    function noteAnchor(AnchorNote memory note) internal {
        note.root = proofOf(note).root;
        for (uint256 i; i < anchors.length; ++i) {
            if (anchors[i].root == note.root) note.time = anchors[i].time;
        }
        agrees(registry.anchor(note.root), note.time, "an anchor keeps its first time");
        anchors.push(note);
    }

    function prove(uint256 seed) external move(seed) {
        if (anchors.length == 0) return;
        AnchorNote memory note = anchors[roll(anchors.length)];
        Certify memory certify_ = draft(note.creator, note.content);
        TreeProof memory proof = proofOf(note);
        bool honest = roll(4) != 0;
        if (!honest) certify_.metadata = bytes32("another");
        (bool found, uint256 number) = find(certify_);
        bool expected = honest && found && note.time < works[number].claimTime;
        attempt(
            eve,
            address(registry),
            0,
            abi.encodeCall(IIPRegistry.prove, (certify_, proof)),
            expected,
            "prove"
        );
        // A proof may only lower a claim, whatever the registry answered.
        if (!expected) return;
        works[number].claimTime = note.time;
        if (note.time < leastTime[note.content]) leastTime[note.content] = note.time;
    }

    // ----------------------------------------------------------------- owners

    function revise(uint256 seed) external move(seed) {
        if (works.length == 0) return;
        WorkNote storage work = works[roll(works.length)];
        address who = mostly(work.owner);
        bytes memory call_ = abi.encodeCall(
            IIPRegistry.reviseMetadata,
            (work.id, bytes32(roll(99)))
        );
        bool success = attempt(who, address(registry), 0, call_, who == work.owner, "revise");
        if (success) ++work.version;
    }

    function suspend(uint256 seed) external move(seed) {
        if (works.length == 0) return;
        WorkNote storage work = works[roll(works.length)];
        address who = mostly(judge);
        bool suspended = roll(3) == 0;
        bytes memory call_ = abi.encodeCall(IIPRegistry.suspend, (work.id, suspended));
        bool expected = work.hasArbiter && who == judge;
        if (attempt(who, address(registry), 0, call_, expected, "suspend"))
            work.suspended = suspended;
    }

    /// @dev By the owner, or by whom the owner approved.
    function transferWork(uint256 seed) external move(seed) {
        if (works.length == 0) return;
        uint256 number = roll(works.length);
        WorkNote storage work = works[number];
        address who = mostly(work.owner);
        bool approved = roll(4) == 0;
        if (approved) {
            vm.prank(work.owner);
            registry.approve(who, work.id);
        }
        // Now and then to a till, which could never sell it.
        bool toTill = roll(8) == 0;
        // Often back to the creator, whose old asks must not revive.
        address to = roll(2) == 0 ? work.creator : anyone();
        if (toTill) to = address(uint160(works[roll(works.length)].id));
        bool expected = !toTill && (approved || who == work.owner);
        bool success = attempt(
            who,
            address(registry),
            0,
            abi.encodeCall(registry.transferFrom, (work.owner, to, work.id)),
            expected,
            "transfer a certificate"
        );
        if (success) moved(number, to);
        else {
            vm.prank(work.owner);
            registry.approve(address(0), work.id);
        }
    }

    // ------------------------------------------------------------------ notes

    function anyContent() internal returns (bytes32) {
        return bytes32(1 + roll(CONTENTS));
    }

    /// @notice Mostly of a work that is not certified yet.
    function anyDraft() internal returns (Certify memory c) {
        c = draft(anyone(), anyContent());
        for (uint256 left = roll(4); left > 0 && known(c); --left) {
            c = draft(anyone(), anyContent());
        }
    }

    /// @notice What a creator states about a content: every time the same.
    function draft(address creator, bytes32 content) internal view returns (Certify memory c) {
        c = claim(creator, content);
        if (uint256(content) % 3 == 1) {
            (c.arbiter, c.arbiterPowers, c.lienCap) = (judge, POWERS, LIEN_CAP);
        }
        if (uint256(content) % 2 == 0) c.resaleRoyalty = 250;
    }

    function find(Certify memory c) internal view returns (bool found, uint256 number) {
        for (; number < works.length; ++number) {
            WorkNote storage work = works[number];
            if (work.creator == c.creator && work.content == c.contentHash) return (true, number);
        }
        return (false, 0);
    }

    function known(Certify memory c) internal view returns (bool found) {
        (found, ) = find(c);
    }

    function proofOf(AnchorNote memory note) internal view returns (TreeProof memory proof) {
        bytes32 salt = bytes32(note.salt);
        bytes32[] memory leaves = new bytes32[](2);
        leaves[0] = leafOf(draft(note.creator, note.content), salt);
        leaves[1] = leafOf(draft(note.neighbor, note.content), ~salt);
        proof.root = Merkle.root(leaves);
        proof.salt = salt;
        proof.path = Merkle.path(leaves, 0);
    }

    /// @notice An anchor of a certification, if somebody wrote one, and the claim time it gives.
    function anchorOf(
        Certify memory c
    ) internal view returns (TreeProof memory proof, uint256 time) {
        time = block.timestamp;
        if (c.edges.length | c.payees.length != 0) return (proof, time);
        for (uint256 i; i < anchors.length; ++i) {
            if (anchors[i].creator == c.creator && anchors[i].content == c.contentHash) {
                return (proofOf(anchors[i]), anchors[i].time);
            }
        }
    }

    /// @notice Writes down a work that was certified. The model knows it already.
    function noteWork(Certify memory c, uint256 time) internal returns (WorkNote storage work) {
        uint256 id = registry.workIdOf(c.creator, c.contentHash, block.chainid);
        model.opened(works.length, address(uint160(id)));
        work = works.push();
        work.id = id;
        work.creator = work.owner = c.creator;
        work.content = c.contentHash;
        work.claimTime = time;
        work.royalty = c.resaleRoyalty;
        work.hasArbiter = c.arbiter != address(0);
        work.ceiling = 0xff;
        if (work.hasArbiter) {
            encumbered(work, keccak256(abi.encode(judge, uint256(POWERS), uint256(LIEN_CAP))));
        }
        uint256 least = leastTime[c.contentHash];
        if (claimCount[c.contentHash]++ == 0 || time < least) leastTime[c.contentHash] = time;
    }
}
