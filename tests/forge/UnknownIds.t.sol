// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Rights} from "../../contracts/libraries/Rights.sol";
import {Base} from "./Base.sol";

/// @notice What reads answer for works and licenses that do not exist, as docs/integrating.md lists
/// it: contracts that read these rely on which of them revert.
contract UnknownIdsTest is Base {
    uint256 internal constant NONE = 12345;

    function reverts(address at, bytes memory data, string memory what) internal view {
        (bool success, ) = at.staticcall(data);
        no(success, what);
    }

    function zero(address at, bytes memory data, string memory what) internal view {
        (bool success, bytes memory result) = at.staticcall(data);
        yes(success, what);
        // A list is an offset and a length.
        uint256 from = result.length == 64 && uint256(bytes32(result)) == 32 ? 32 : 0;
        for (uint256 i = from; i < result.length; ++i) {
            yes(result[i] == 0, what);
        }
    }

    function test_readsThatRevert() external view {
        address at = address(registry);
        reverts(at, abi.encodeCall(registry.ownership, (NONE)), "ownership");
        reverts(at, abi.encodeCall(registry.ownerAndKey, (NONE)), "ownerAndKey");
        reverts(at, abi.encodeCall(registry.ownerOf, (NONE)), "ownerOf");
        reverts(at, abi.encodeCall(registry.claimTime, (NONE)), "claimTime");
        reverts(at, abi.encodeCall(registry.metadata, (NONE)), "metadata");
        reverts(at, abi.encodeCall(registry.metadataVersion, (NONE)), "metadataVersion");
        reverts(at, abi.encodeCall(registry.royaltyInfo, (NONE, 1)), "royaltyInfo");
        reverts(at, abi.encodeCall(registry.getStateFingerprint, (NONE)), "getStateFingerprint");
        reverts(at, abi.encodeCall(registry.tokenURI, (NONE)), "tokenURI");
        at = address(license);
        reverts(at, abi.encodeCall(license.license, (NONE)), "license");
        reverts(at, abi.encodeCall(license.ownerOf, (NONE)), "license's ownerOf");
        reverts(at, abi.encodeCall(license.locked, (NONE)), "locked");
        reverts(at, abi.encodeCall(license.isRevoked, (NONE)), "isRevoked");
        reverts(at, abi.encodeCall(license.tokenURI, (NONE)), "license's tokenURI");
        reverts(at, abi.encodeCall(license.termsOf, (bytes32(NONE))), "termsOf");
        reverts(at, abi.encodeCall(license.checkTerms, (NONE, bytes32(NONE))), "checkTerms");
        reverts(at, abi.encodeCall(license.isMarketAllowed, (NONE, ann)), "isMarketAllowed");
        reverts(address(splitter), abi.encodeCall(splitter.payoutOf, (NONE)), "payoutOf");
    }

    function test_readsThatAnswerNothing() external view {
        address at = address(registry);
        zero(at, abi.encodeCall(registry.exists, (NONE)), "exists");
        zero(at, abi.encodeCall(registry.claims, (bytes32(NONE))), "claims");
        zero(at, abi.encodeCall(registry.anchorTime, (bytes32(NONE))), "anchorTime");
        zero(at, abi.encodeCall(registry.encumbrance, (NONE)), "encumbrance");
        zero(at, abi.encodeCall(registry.arbiterOf, (NONE)), "arbiterOf");
        at = address(license);
        zero(at, abi.encodeCall(license.check, (NONE, ann, 0, block.timestamp)), "check");
        zero(at, abi.encodeCall(license.isExclusive, (bytes32(NONE))), "isExclusive");
        zero(at, abi.encodeCall(license.exclusiveUntil, (NONE)), "exclusiveUntil");
        at = address(splitter);
        zero(at, abi.encodeCall(splitter.node, (NONE)), "node");
        zero(at, abi.encodeCall(splitter.sharesOf, (NONE)), "sharesOf");
        zero(at, abi.encodeCall(splitter.payeesOf, (NONE)), "payeesOf");
        zero(at, abi.encodeCall(splitter.credit, (NONE, ETHER)), "credit");
        zero(at, abi.encodeCall(splitter.pending, (NONE, ETHER)), "pending");
        zero(at, abi.encodeCall(splitter.balances, (ann, ETHER)), "balances");
    }

    function test_boundsAreThoseOfAFreeOriginal() external view {
        (uint16 ceiling, uint16 obligations, uint256 until, bytes32 terms) = license.bounds(NONE);
        eq(ceiling, Rights.PERMISSIONS, "all permissions");
        eq(obligations | until | uint256(terms), 0, "nothing else");
    }
}
