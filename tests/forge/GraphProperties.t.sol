// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Certify, Consent, Edge, Payee, Share, TreeProof} from "../../contracts/types/Structs.sol";
import {Graph} from "./Graph.sol";
import {LedgerModel} from "./LedgerModel.sol";

/// @notice Works opened as people do it: terms, licenses and certification through IPLicense.
contract LicensedGraphTest is Graph {
    function closely() internal view override returns (bool) {
        return !long();
    }

    function openWork(
        address creator,
        bytes32 content,
        LedgerModel.Link[] memory links,
        Payee[] memory payees
    ) internal override returns (uint256) {
        Edge[] memory edges = new Edge[](links.length);
        for (uint256 i; i < edges.length; ++i) {
            (uint16 income, uint16 volume) = (uint16(links[i].income), uint16(links[i].volume));
            edges[i] = edgeUnder(ids[links[i].parent], creator, sharing(income, volume));
        }
        return certifyWith(creator, content, edges, payees);
    }

    /// forge-config: default.fuzz.runs = 40
    /// forge-config: long.fuzz.runs = 250
    function testFuzz_everyoneEarnsWhatTheDefinitionsSay(uint256 seed_) public {
        seed = seed_;
        build(3 + roll(long() ? 38 : 10));
        drawPayments(ids.length + roll(ids.length));
        interleave();
        conclude();
    }
}

/// @notice Works opened on the splitter directly, as the license contract would: faster.
contract OpenedGraphTest is Graph {
    function closely() internal pure override returns (bool) {
        return false;
    }

    function openWork(
        address creator,
        bytes32 content,
        LedgerModel.Link[] memory links,
        Payee[] memory payees
    ) internal override returns (uint256 id) {
        Certify memory certify_ = claim(creator, content);
        TreeProof memory proof;
        Consent memory consent;
        vm.prank(address(license));
        id = registry.certifyThrough(certify_, proof, consent, creator);
        Share[] memory shares = new Share[](links.length);
        for (uint256 i; i < shares.length; ++i) {
            shares[i].parent = ids[links[i].parent];
            shares[i].income = uint16(links[i].income);
            shares[i].volume = uint16(links[i].volume);
        }
        for (uint256 i = 1; i < shares.length; ++i) {
            for (uint256 j = i; j > 0 && shares[j - 1].parent > shares[j].parent; --j) {
                (shares[j - 1], shares[j]) = (shares[j], shares[j - 1]);
            }
        }
        vm.prank(address(license));
        splitter.open(id, shares, payees, 0);
    }

    /// forge-config: default.fuzz.runs = 160
    /// forge-config: long.fuzz.runs = 500
    function testFuzz_everyInterleavingEndsTheSame(uint256 seed_) public {
        seed = seed_;
        build(2 + roll(long() ? 39 : 11));
        drawPayments(ids.length + roll(2 * ids.length));
        interleave();
        conclude();
    }
}
