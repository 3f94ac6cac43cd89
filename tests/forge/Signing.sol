// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Approval, AskLimits, FeeShare, Offer} from "../../contracts/types/Offers.sol";
import {
    Certify,
    Consent,
    Delegation,
    Edge,
    Entry,
    Payee,
    TreeProof
} from "../../contracts/types/Structs.sol";
import {Base} from "./Base.sol";
import {Merkle} from "./Merkle.sol";

/// @notice ERC-5267, from which a wallet learns what it signs for.
interface IDomain {
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        );
}

/// @notice Signs as a wallet does: from the type strings of EIP-712 and the domain the contract
/// tells, without the contracts' own hashing.
abstract contract Signing is Base {
    string private constant EDGE = "Edge(uint256 parent,bytes32 termsHash,uint256 licenseId)";
    string private constant PAYEE = "Payee(address to,uint16 share)";
    string private constant CERTIFY =
        "Certify(address creator,bytes32 contentHash,uint256 homeChainId,bytes32 metadata,uint16 resaleRoyalty,address arbiter,uint8 arbiterPowers,uint16 lienCap,Edge[] edges,Payee[] payees)";
    string private constant DELEGATION =
        "Delegation(address creator,address delegate,uint256 expiry,uint256 works,bytes32 payees,uint16 resaleRoyalty,uint16 maxOwed,bytes32 termsRoot,uint256 salt)";
    string private constant OFFER =
        "Offer(uint8 kind,address maker,address taker,uint256 workId,bytes32 worksRoot,bytes32 termsHash,address token,uint256 price,uint256 quantity,uint256 transfers,bytes32 encumbrance,uint256 validFrom,uint256 deadline,bytes32 counterTo,bool uncontested,uint256 deliverWithin,uint256 challengeWindow,uint256 counter,uint256 salt,FeeShare[] fees)";
    string private constant FEE_SHARE = "FeeShare(address to,uint16 share)";
    /// @dev Order of secp256k1.
    uint256 private constant CURVE =
        0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    // ------------------------------------------------------------------ signs

    function digestOf(address verifier, bytes32 structHash) internal view returns (bytes32) {
        (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address at,
            ,

        ) = IDomain(verifier).eip712Domain();
        yes(fields == 0x0f, "domain of name, version, chain and contract");
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256(bytes(name)),
                keccak256(bytes(version)),
                chainId,
                at
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    /// @notice 65 bytes: r, s, v. `who` is one of the actors.
    function sign(
        address who,
        address verifier,
        bytes32 structHash
    ) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[who], digestOf(verifier, structHash));
        return abi.encodePacked(r, s, v);
    }

    /// @notice For the registry, which checks all but offers.
    function sign(address who, bytes32 structHash) internal view returns (bytes memory) {
        return sign(who, address(registry), structHash);
    }

    /// @notice The 64 bytes of EIP-2098.
    function compact(bytes memory signature) internal pure returns (bytes memory) {
        (bytes32 r, bytes32 s, uint8 v) = parts(signature);
        return abi.encodePacked(r, uint256(s) | (uint256(v - 27) << 255));
    }

    /// @notice The other signature that verifies for the same digest: s negated, v flipped.
    function malleated(bytes memory signature) internal pure returns (bytes memory) {
        (bytes32 r, bytes32 s, uint8 v) = parts(signature);
        return abi.encodePacked(r, CURVE - uint256(s), v ^ 7);
    }

    function parts(bytes memory signature) internal pure returns (bytes32 r, bytes32 s, uint8 v) {
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
            v := byte(0, mload(add(signature, 0x60)))
        }
    }

    // --------------------------------------------------------------- registry

    function hashOf(Certify memory certify_) internal pure returns (bytes32) {
        return
            keccak256(
                bytes.concat(
                    abi.encode(
                        keccak256(abi.encodePacked(CERTIFY, EDGE, PAYEE)),
                        certify_.creator,
                        certify_.contentHash,
                        certify_.homeChainId,
                        certify_.metadata,
                        certify_.resaleRoyalty
                    ),
                    abi.encode(
                        certify_.arbiter,
                        certify_.arbiterPowers,
                        certify_.lienCap,
                        hashOf(certify_.edges),
                        hashOf(certify_.payees)
                    )
                )
            );
    }

    function hashOf(Edge[] memory edges) internal pure returns (bytes32) {
        bytes memory hashes;
        for (uint256 i; i < edges.length; ++i) {
            Edge memory edge = edges[i];
            hashes = bytes.concat(
                hashes,
                keccak256(
                    abi.encode(keccak256(bytes(EDGE)), edge.parent, edge.termsHash, edge.licenseId)
                )
            );
        }
        return keccak256(hashes);
    }

    function hashOf(Payee[] memory payees) internal pure returns (bytes32) {
        bytes memory hashes;
        for (uint256 i; i < payees.length; ++i) {
            hashes = bytes.concat(
                hashes,
                keccak256(abi.encode(keccak256(bytes(PAYEE)), payees[i].to, payees[i].share))
            );
        }
        return keccak256(hashes);
    }

    function consentHash(
        Certify memory certify_,
        uint256 deadline
    ) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            abi.encodePacked("Consent(Certify certify,uint256 deadline)", CERTIFY, EDGE, PAYEE)
        );
        return keccak256(abi.encode(typeHash, hashOf(certify_), deadline));
    }

    function treeHash(bytes32 root, uint256 deadline) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(keccak256("ConsentTree(bytes32 root,uint256 deadline)"), root, deadline)
            );
    }

    function hashOf(Delegation memory d) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    keccak256(bytes(DELEGATION)),
                    d.creator,
                    d.delegate,
                    d.expiry,
                    d.works,
                    d.payees,
                    d.resaleRoyalty,
                    d.maxOwed,
                    d.termsRoot,
                    d.salt
                )
            );
    }

    function revokeHash(bytes32 structHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256("Revoke(bytes32 structHash)"), structHash));
    }

    function leafOf(Certify memory certify_, bytes32 salt) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Leaf(uint256 chainId,address registry,bytes32 certify,bytes32 salt)"
        );
        return twice(abi.encode(typeHash, block.chainid, registry, hashOf(certify_), salt));
    }

    function twice(bytes memory data) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(data)));
    }

    /// @notice The creator's consent, for a day.
    function consentTo(Certify memory certify_) internal view returns (Consent memory consent) {
        consent.deadline = block.timestamp + 1 days;
        consent.signature = sign(certify_.creator, consentHash(certify_, consent.deadline));
    }

    /// @notice A delegate's consent, for a day, under a delegation that its creator signed.
    function consentBy(
        Delegation memory delegation,
        Certify memory certify_
    ) internal view returns (Consent memory consent) {
        consent.delegation = delegation;
        consent.delegationSignature = sign(delegation.creator, hashOf(delegation));
        consent.deadline = block.timestamp + 1 days;
        consent.signature = sign(delegation.delegate, consentHash(certify_, consent.deadline));
    }

    /// @notice Lets `delegate` certify ten originals without payees and royalty within a week.
    function delegating(
        address creator,
        address delegate
    ) internal view returns (Delegation memory delegation) {
        delegation.creator = creator;
        delegation.delegate = delegate;
        delegation.expiry = block.timestamp + 7 days;
        delegation.works = 10;
        delegation.payees = hashOf(none());
    }

    // ------------------------------------------------------------------ trees

    function noProof() internal pure returns (TreeProof memory proof) {}

    function noConsent() internal pure returns (Consent memory consent) {}

    /// @notice Leaves of works, each with the salt `salts ^ number`.
    function leavesOf(
        Certify[] memory works,
        bytes32 salts
    ) internal view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](works.length);
        for (uint256 i; i < works.length; ++i) {
            leaves[i] = leafOf(works[i], salts ^ bytes32(i));
        }
    }

    /// @notice Proof of the work at `index` in `leavesOf(works, salts)`.
    function proofOf(
        Certify[] memory works,
        bytes32 salts,
        uint256 index
    ) internal view returns (TreeProof memory) {
        bytes32[] memory leaves = leavesOf(works, salts);
        return
            TreeProof({
                root: Merkle.root(leaves),
                salt: salts ^ bytes32(index),
                path: Merkle.path(leaves, index)
            });
    }

    /// @notice Anchors a tree of one work. The proof is empty but for root and salt.
    function anchorOne(
        Certify memory certify_,
        bytes32 salt
    ) internal returns (TreeProof memory proof) {
        proof.root = leafOf(certify_, salt);
        proof.salt = salt;
        registry.anchor(proof.root);
    }

    function entry(
        Certify memory certify_,
        TreeProof memory anchor,
        Consent memory consent
    ) internal pure returns (Entry memory) {
        return Entry(certify_, anchor, consent);
    }

    // ----------------------------------------------------------------- offers

    function hashOf(FeeShare[] memory fees) internal pure returns (bytes32) {
        bytes memory hashes;
        for (uint256 i; i < fees.length; ++i) {
            hashes = bytes.concat(
                hashes,
                keccak256(abi.encode(keccak256(bytes(FEE_SHARE)), fees[i].to, fees[i].share))
            );
        }
        return keccak256(hashes);
    }

    function hashOf(Offer memory o) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(abi.encodePacked(OFFER, FEE_SHARE));
        bytes memory head = abi.encode(typeHash, o.kind, o.maker, o.taker, o.workId, o.worksRoot);
        head = bytes.concat(
            head,
            abi.encode(o.termsHash, o.token, o.price, o.quantity, o.transfers, o.encumbrance)
        );
        head = bytes.concat(
            head,
            abi.encode(o.validFrom, o.deadline, o.counterTo, o.uncontested, o.deliverWithin)
        );
        bytes32 fees = hashOf(o.fees);
        return
            keccak256(bytes.concat(head, abi.encode(o.challengeWindow, o.counter, o.salt, fees)));
    }

    function offerTreeHash(bytes32 root) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256("OfferTree(bytes32 root)"), root));
    }

    function offerLeaf(Offer memory o) internal pure returns (bytes32) {
        return twice(abi.encode(hashOf(o)));
    }

    function workLeaf(uint256 workId) internal pure returns (bytes32) {
        return twice(abi.encode(workId));
    }

    function limitsLeaf(AskLimits memory limits) internal pure returns (bytes32) {
        return twice(abi.encode(limits.termsHash, limits.token, limits.minPrice, limits.maxFees));
    }

    /// @notice The maker's signature over one offer.
    function approvalOf(Offer memory o) internal view returns (Approval memory approval) {
        approval.signature = sign(o.maker, address(market), hashOf(o));
    }
}
