// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Certify, Delegation, Edge, Payee} from "../types/Structs.sol";

/// @title Consents
/// @notice EIP-712 struct hashes of what creators sign, and the leaves of their trees.
library Consents {
    bytes internal constant EDGE = "Edge(uint256 parent,bytes32 termsHash,uint256 licenseId)";
    bytes internal constant PAYEE = "Payee(address to,uint16 share)";
    bytes internal constant CERTIFY =
        "Certify(address creator,bytes32 contentHash,uint256 homeChainId,bytes32 metadata,uint16 resaleRoyalty,address arbiter,uint8 arbiterPowers,uint16 lienCap,Edge[] edges,Payee[] payees)";

    bytes32 internal constant EDGE_TYPEHASH = keccak256(EDGE);
    bytes32 internal constant PAYEE_TYPEHASH = keccak256(PAYEE);
    bytes32 internal constant CERTIFY_TYPEHASH = keccak256(abi.encodePacked(CERTIFY, EDGE, PAYEE));
    bytes32 internal constant CONSENT_TYPEHASH = keccak256(
        abi.encodePacked("Consent(Certify certify,uint256 deadline)", CERTIFY, EDGE, PAYEE)
    );
    bytes32 internal constant CONSENT_TREE_TYPEHASH = keccak256(
        "ConsentTree(bytes32 root,uint256 deadline)"
    );
    bytes32 internal constant DELEGATION_TYPEHASH = keccak256(
        "Delegation(address creator,address delegate,uint256 expiry,uint256 works,bytes32 payees,uint16 resaleRoyalty,uint16 maxOwed,bytes32 termsRoot,uint256 salt)"
    );
    bytes32 internal constant REVOKE_TYPEHASH = keccak256("Revoke(bytes32 structHash)");
    bytes32 internal constant LEAF_TYPEHASH = keccak256(
        "Leaf(uint256 chainId,address registry,bytes32 certify,bytes32 salt)"
    );

    /// @notice Struct hash of a `Certify`.
    function hashCertify(Certify calldata certify) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    CERTIFY_TYPEHASH,
                    certify.creator,
                    certify.contentHash,
                    certify.homeChainId,
                    certify.metadata,
                    certify.resaleRoyalty,
                    certify.arbiter,
                    certify.arbiterPowers,
                    certify.lienCap,
                    hashEdges(certify.edges),
                    hashPayees(certify.payees)
                )
            );
    }

    /// @notice EIP-712 hash of a list of edges.
    function hashEdges(Edge[] calldata edges) internal pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](edges.length);
        for (uint256 i; i < edges.length; ++i) {
            hashes[i] = keccak256(abi.encode(EDGE_TYPEHASH, edges[i]));
        }
        return keccak256(abi.encodePacked(hashes));
    }

    /// @notice EIP-712 hash of a list of payees.
    function hashPayees(Payee[] calldata payees) internal pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](payees.length);
        for (uint256 i; i < payees.length; ++i) {
            hashes[i] = keccak256(abi.encode(PAYEE_TYPEHASH, payees[i]));
        }
        return keccak256(abi.encodePacked(hashes));
    }

    /// @notice Struct hash of the consent to one certification.
    function hashConsent(bytes32 certifyHash, uint256 deadline) internal pure returns (bytes32) {
        return keccak256(abi.encode(CONSENT_TYPEHASH, certifyHash, deadline));
    }

    /// @notice Struct hash of the consent to a tree of certifications.
    function hashConsentTree(bytes32 root, uint256 deadline) internal pure returns (bytes32) {
        return keccak256(abi.encode(CONSENT_TREE_TYPEHASH, root, deadline));
    }

    /// @notice Struct hash of a delegation.
    function hashDelegation(Delegation calldata delegation) internal pure returns (bytes32) {
        return keccak256(abi.encode(DELEGATION_TYPEHASH, delegation));
    }

    /// @notice Struct hash of the revocation of something signed.
    function hashRevoke(bytes32 structHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(REVOKE_TYPEHASH, structHash));
    }

    /// @notice Leaf of a `Certify` in an anchor or in a consent tree. Hashed twice, so that no inner
    /// node passes for a leaf.
    function leaf(
        address registry,
        bytes32 certifyHash,
        bytes32 salt
    ) internal view returns (bytes32) {
        bytes32 once = keccak256(
            abi.encode(LEAF_TYPEHASH, block.chainid, registry, certifyHash, salt)
        );
        return keccak256(abi.encode(once));
    }
}
