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
    function hashOffer(Offer calldata offer) internal pure returns (bytes32 offerHash) {
        bytes32 fees = hashFees(offer.fees);
        bytes32 typeHash = OFFER_TYPEHASH;
        // The static members of the struct stand in calldata as EIP-712 encodes them.
        assembly ("memory-safe") {
            let data := mload(0x40)
            mstore(data, typeHash)
            calldatacopy(add(data, 0x20), offer, 0x260)
            mstore(add(data, 0x280), fees)
            offerHash := keccak256(data, 0x2a0)
        }
    }

    /// @notice `abi.encode(offer)`, copied instead of decoded and encoded again.
    /// @dev The caller has read `kind`, `maker` and all fees, so has checked that they are what their
    /// types say; the rest is checked here.
    function encode(Offer calldata offer) internal pure returns (bytes memory data) {
        FeeShare[] calldata fees = offer.fees;
        assembly ("memory-safe") {
            let taker := calldataload(add(offer, 0x40))
            let token := calldataload(add(offer, 0xc0))
            let uncontested := calldataload(add(offer, 0x1c0))
            if or(shr(160, or(taker, token)), gt(uncontested, 1)) {
                revert(0, 0)
            }

            data := mload(0x40)
            let size := add(0x2c0, shl(6, fees.length))
            mstore(data, size)
            let at := add(data, 0x20)
            mstore(at, 0x20)
            calldatacopy(add(at, 0x20), offer, 0x260)
            mstore(add(at, 0x280), 0x280)
            mstore(add(at, 0x2a0), fees.length)
            calldatacopy(add(at, 0x2c0), fees.offset, shl(6, fees.length))
            mstore(0x40, add(at, size))
        }
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
