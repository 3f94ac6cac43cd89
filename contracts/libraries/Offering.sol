// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AskLimits, Deal, FeeShare, Offer} from "../types/Offers.sol";

/// @title Offering
/// @notice EIP-712 struct hashes of offers, and the leaves of trees over offers, works and limits.
library Offering {
    bytes internal constant FEE_SHARE = "FeeShare(address to,uint16 share)";
    bytes32 internal constant FEE_SHARE_TYPEHASH = keccak256(FEE_SHARE);
    bytes32 internal constant OFFER_TYPEHASH = keccak256(
        abi.encodePacked(
            "Offer(uint8 kind,address maker,address taker,uint256 workId,bytes32 worksRoot,bytes32 termsHash,address token,uint256 price,uint256 quantity,uint256 transfers,bytes32 encumbrance,uint256 validFrom,uint256 deadline,bytes32 counterTo,bool uncontested,uint256 deliverWithin,uint256 challengeWindow,uint256 counter,uint256 salt,FeeShare[] fees)",
            FEE_SHARE
        )
    );
    bytes32 internal constant OFFER_TREE_TYPEHASH = keccak256("OfferTree(bytes32 root)");

    uint8 internal constant LICENSE_ASK = 0;
    uint8 internal constant LICENSE_BID = 1;
    uint8 internal constant CERTIFICATE_ASK = 2;
    uint8 internal constant CERTIFICATE_BID = 3;

    /// @notice Struct hash of an offer, which is also its key on chain.
    function hashOffer(Offer calldata offer) internal pure returns (bytes32) {
        bytes32 fees = hashFees(offer.fees);
        // The static members of the struct stand in calldata as EIP-712 encodes them.
        bytes memory head = new bytes(0x20 * 21);
        bytes32 typeHash = OFFER_TYPEHASH;
        assembly ("memory-safe") {
            mstore(add(head, 0x20), typeHash)
            calldatacopy(add(head, 0x40), offer, mul(0x20, 19))
            mstore(add(head, mul(0x20, 21)), fees)
        }
        return keccak256(head);
    }

    /// @notice EIP-712 hash of a list of fee shares.
    function hashFees(FeeShare[] calldata fees) internal pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](fees.length);
        for (uint256 i; i < fees.length; ++i) {
            hashes[i] = keccak256(abi.encode(FEE_SHARE_TYPEHASH, fees[i]));
        }
        return keccak256(abi.encodePacked(hashes));
    }

    /// @notice Struct hash of a signed tree of offers.
    function hashTree(bytes32 root) internal pure returns (bytes32) {
        return keccak256(abi.encode(OFFER_TREE_TYPEHASH, root));
    }

    /// @notice Leaf of an offer in a tree of offers.
    function offerLeaf(bytes32 offerHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(abi.encode(offerHash))));
    }

    /// @notice Leaf of a work in a set of works.
    function workLeaf(uint256 workId) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(abi.encode(workId))));
    }

    /// @notice Leaf of a delegate's limits in `Delegation.termsRoot`.
    function limitsLeaf(AskLimits calldata limits) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(abi.encode(limits))));
    }

    /// @notice Key of a deal.
    function hashDeal(Deal memory deal) internal pure returns (bytes32) {
        return keccak256(abi.encode(deal));
    }

    /// @notice Sum of fee shares, in basis points.
    function sum(FeeShare[] calldata fees) internal pure returns (uint256 total) {
        for (uint256 i; i < fees.length; ++i) {
            total += fees[i].share;
        }
    }
}
