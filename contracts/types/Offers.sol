// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Delegation} from "./Structs.sol";

/// @notice A part of a price for somebody else than the seller, in basis points of the price.
struct FeeShare {
    address to;
    uint16 share;
}

/// @notice One struct for every sale, consented to by its maker: posted, signed, or a leaf of a
/// signed tree.
/// @param kind 0 asks for a price for licenses, 1 bids for licenses, 2 asks for a price for the
/// certificate, 3 bids for the certificate.
/// @param maker The certificate's owner for asks, the buyer for bids.
/// @param taker Who may fill it; 0 for anyone.
/// @param workId The work; 0 where `worksRoot` names many.
/// @param worksRoot Merkle root over a set of works (`Offering.workLeaf`); 0 for one work.
/// @param termsHash Terms of the licenses; 0 for certificates.
/// @param token ERC-20 of the price, or `address(0)` for ETH (asks only).
/// @param price Of one license or of the certificate, in the token's smallest unit; 0 for free.
/// @param quantity Most licenses the offer trades; 1 for certificates.
/// @param transfers How often the certificate had changed hands when an ask was made: an ask never
/// revives when a certificate returns. Ignored for bids.
/// @param encumbrance The work's encumbrance when the offer was made; counts for exclusive licenses
/// and for certificates.
/// @param validFrom First second it can be filled; 0 for at once.
/// @param deadline Last second it can be filled; 0 for no end.
/// @param counterTo Hash of the offer of the taker that this one answers, and which is spent with
/// it; 0 for none.
/// @param uncontested Whether no other work may be certified for the same content hash.
/// @param deliverWithin Seconds the seller has to deliver; the price waits. 0 for no escrow.
/// @param challengeWindow Seconds the buyer has to challenge a posted delivery.
/// @param counter The maker's counter when the offer was made; see `cancelAll`.
/// @param salt Tells equal offers apart.
/// @param fees For referrers and platforms; at most 1,000 basis points together.
struct Offer {
    uint8 kind;
    address maker;
    address taker;
    uint256 workId;
    bytes32 worksRoot;
    bytes32 termsHash;
    address token;
    uint256 price;
    uint256 quantity;
    uint256 transfers;
    bytes32 encumbrance;
    uint256 validFrom;
    uint256 deadline;
    bytes32 counterTo;
    bool uncontested;
    uint256 deliverWithin;
    uint256 challengeWindow;
    uint256 counter;
    uint256 salt;
    FeeShare[] fees;
}

/// @notice How the maker's consent is shown. All empty for a posted offer.
/// @param signature Over the `Offer`, or over `OfferTree(bytes32 root)` where `isTree`.
/// @param isTree Whether the signature is over a tree.
/// @param root Root of the tree.
/// @param path Siblings from the offer's leaf up.
/// @param delegation Where a delegate signed the ask.
/// @param delegationSignature The maker's, over `delegation`.
/// @param limits What the delegate may sign, a leaf of `delegation.termsRoot`.
/// @param limitsPath Siblings from that leaf up.
struct Approval {
    bytes signature;
    bool isTree;
    bytes32 root;
    bytes32[] path;
    Delegation delegation;
    bytes delegationSignature;
    AskLimits limits;
    bytes32[] limitsPath;
}

/// @notice An ask that a delegate may sign.
/// @param termsHash Terms of the licenses.
/// @param token Token of the price.
/// @param minPrice Least price, in the token's smallest unit.
/// @param maxFees Most fees together, in basis points.
struct AskLimits {
    bytes32 termsHash;
    address token;
    uint256 minPrice;
    uint16 maxFees;
}

/// @notice What the taker chooses.
/// @param workId The work; one of the set where the offer names many.
/// @param worksPath Siblings from the work's leaf up, where the offer names many.
/// @param count How many licenses; 1 for a certificate.
/// @param recipient Who gets the licenses or the certificate of an ask; bids go to their maker.
/// @param renewId License to renew instead of issuing one; 0 to issue.
/// @param creator The work's creator, where the offer demands "uncontested"; else ignored.
/// @param contentHash The work's content hash, likewise and where a delegate signed the offer.
struct Taking {
    uint256 workId;
    bytes32[] worksPath;
    uint256 count;
    address recipient;
    uint256 renewId;
    address creator;
    bytes32 contentHash;
}

/// @notice One offer, how it was consented to, and what is taken of it.
struct Fill {
    Offer offer;
    Approval approval;
    Taking taking;
}

/// @notice A price that waits for a delivery. Whoever acts on a deal passes it whole.
/// @param offerHash The offer it comes from.
/// @param number Counts deals, so no two are the same.
/// @param buyer Who paid, and who may confirm, challenge and take back.
/// @param recipient Who gets the licenses.
/// @param seller Who may post the delivery.
/// @param workId The licensed work.
/// @param termsHash Terms of the licenses.
/// @param count How many licenses.
/// @param token Token of the price.
/// @param amount What waits.
/// @param deliverBy Last second to post a delivery.
/// @param challengeWindow Seconds a posted delivery can be challenged.
/// @param transfers How often the certificate had changed hands: the deal ends with its sale.
/// @param encumbrance For exclusive terms the work's encumbrance once the deal was open; else 0.
/// @param fees Shares of the price for others.
struct Deal {
    bytes32 offerHash;
    uint256 number;
    address buyer;
    address recipient;
    address seller;
    uint256 workId;
    bytes32 termsHash;
    uint256 count;
    address token;
    uint256 amount;
    uint256 deliverBy;
    uint256 challengeWindow;
    uint256 transfers;
    bytes32 encumbrance;
    FeeShare[] fees;
}

/// @notice ERC-2612 permission for the price.
struct Permit {
    uint256 deadline;
    uint8 v;
    bytes32 r;
    bytes32 s;
}

/// @notice ERC-3009 authorization of the price. Its nonce is `authorizationNonce`, so it pays for
/// nothing but this.
struct Authorization {
    address from;
    uint256 validAfter;
    uint256 validBefore;
    uint8 v;
    bytes32 r;
    bytes32 s;
}
