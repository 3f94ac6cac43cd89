// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IIPLicense} from "../../../contracts/interfaces/IIPLicense.sol";
import {IIPRegistry} from "../../../contracts/interfaces/IIPRegistry.sol";
import {IRoyaltySplitter} from "../../../contracts/interfaces/IRoyaltySplitter.sol";
import {Share} from "../../../contracts/types/Structs.sol";

/// @title LineageReader
/// @notice What a work was built on, what it owes, and what its licenses may grant.
contract LineageReader {
    IIPRegistry internal immutable REGISTRY;
    IRoyaltySplitter internal immutable SPLITTER;
    IIPLicense internal immutable LICENSE;

    /// @notice No work of this id is certified.
    error UnknownWork(uint256 workId);

    constructor(IIPRegistry registry, IRoyaltySplitter splitter, IIPLicense license) {
        REGISTRY = registry;
        SPLITTER = splitter;
        LICENSE = license;
    }

    /// @notice Ancestors of a work, each once, nearest first.
    /// @param cap Most to return: a lineage can be of any length, a block's gas is not.
    /// @return works Their ids.
    /// @return complete Whether these are all.
    function ancestors(
        uint256 workId,
        uint256 cap
    ) external view returns (uint256[] memory works, bool complete) {
        // The splitter answers 0 for works it never heard of.
        if (!REGISTRY.exists(workId)) revert UnknownWork(workId);
        uint256[] memory found = new uint256[](cap);
        uint256 count;
        uint256 current = workId;
        for (uint256 read; ; ++read) {
            Share[] memory shares = SPLITTER.sharesOf(current);
            for (uint256 i; i < shares.length; ++i) {
                if (_contains(found, count, shares[i].parent)) continue;
                if (count == cap) return (found, false);
                found[count++] = shares[i].parent;
            }
            if (read == count) break;
            current = found[read];
        }
        works = new uint256[](count);
        for (uint256 i; i < count; ++i) {
            works[i] = found[i];
        }
        return (works, true);
    }

    /// @notice The most of a payment that a work passes on to others, in basis points.
    function owes(uint256 workId) external view returns (uint256) {
        if (!REGISTRY.exists(workId)) revert UnknownWork(workId);
        (uint256 rel, uint256 vol, , , ) = SPLITTER.node(workId);
        return rel + vol;
    }

    /// @notice Whether licenses of a work that end at `end` (0 for never) may grant `rights`, as far
    /// as what it was built on is concerned.
    function mayGrant(uint256 workId, uint16 rights, uint256 end) external view returns (bool) {
        if (!REGISTRY.exists(workId)) revert UnknownWork(workId);
        (uint16 ceiling, , uint256 until, ) = LICENSE.bounds(workId);
        return rights & ~ceiling == 0 && (until == 0 || (end != 0 && end <= until));
    }

    function _contains(
        uint256[] memory works,
        uint256 count,
        uint256 workId
    ) internal pure returns (bool) {
        for (uint256 i; i < count; ++i) {
            if (works[i] == workId) return true;
        }
        return false;
    }
}
