// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Authorization, Deal, Fill, Offer, Permit} from "../types/Offers.sol";
import {Entry} from "../types/Structs.sol";

/// @title LicenseMarketplace
/// @notice Who sells to whom: asks and bids for licenses and for certificates. An offer is posted,
/// signed alone, or signed as a leaf of a tree. Prices are paid into the work in one step, so every
/// ancestor shares in them; fees and the price of a certificate are credited, never pushed. The
/// marketplace holds money only while a sale with delivery waits, and no right that an owner did not
/// sign.
interface ILicenseMarketplace {
    /// @notice An offer was posted.
    event OfferPosted(
        bytes32 indexed offerHash,
        uint256 indexed workId,
        address indexed maker,
        Offer offer
    );
    /// @notice An offer was cancelled by its maker, or spent by a counter-offer to it.
    event OfferCancelled(bytes32 indexed offerHash, address indexed maker);
    /// @notice All offers a maker made with earlier counters are void.
    event AllCancelled(address indexed maker, uint256 counter);
    /// @notice Licenses or a certificate were sold. `firstLicenseId` is 0 for a certificate and for
    /// a sale whose licenses wait for a delivery.
    event OfferFilled(
        bytes32 indexed offerHash,
        uint256 indexed workId,
        address indexed buyer,
        address maker,
        address recipient,
        uint256 firstLicenseId,
        uint256 count,
        uint256 paid
    );
    /// @notice A price waits for its delivery.
    event DealOpened(
        bytes32 indexed dealHash,
        uint256 indexed workId,
        address indexed buyer,
        Deal deal
    );
    /// @notice The seller posted a delivery; `evidence` is its SHA-256.
    event Delivered(bytes32 indexed dealHash, bytes32 evidence, uint256 challengeUntil);
    /// @notice The buyer challenged the posted delivery.
    event Challenged(bytes32 indexed dealHash, bytes32 reason);
    /// @notice The price was paid into the work and the licenses were issued.
    event DealReleased(bytes32 indexed dealHash, uint256 firstLicenseId);
    /// @notice The buyer took the price back.
    event DealRefunded(bytes32 indexed dealHash, address indexed to, uint256 amount);

    /// @notice Something was called while an offer was being filled.
    error Reentered();
    /// @notice The offer's fields do not go together.
    error InvalidOffer(bytes32 offerHash);
    /// @notice Only the maker may post or cancel an offer.
    error NotMaker(address caller, address maker);
    /// @notice The offer is for another taker.
    error NotTaker(address caller, address taker);
    /// @notice The seller is not the certificate's owner.
    error NotOwner(uint256 workId, address seller, address owner);
    /// @notice The certificate changed hands since the offer was made.
    error OfferOutdated(bytes32 offerHash, uint256 transfers, uint256 current);
    /// @notice Licenses were issued or payees added since the offer was made.
    error EncumbranceChanged(uint256 workId, bytes32 expected, bytes32 current);
    /// @notice The offer was posted before.
    error AlreadyPosted(bytes32 offerHash);
    /// @notice The offer is neither posted nor signed, or was cancelled or spent.
    error OfferNotOpen(bytes32 offerHash);
    /// @notice The signature is not the maker's, nor one the maker lets a delegate give.
    error InvalidSignature(address signer, bytes32 offerHash);
    /// @notice A delegate signed beyond its limits.
    error BeyondDelegation(bytes32 offerHash);
    /// @notice The maker has cancelled all offers with this counter.
    error CounterOutdated(bytes32 offerHash, uint256 counter, uint256 current);
    /// @notice The offer cannot be filled at this time.
    error OfferNotInTime(bytes32 offerHash, uint256 validFrom, uint256 deadline);
    /// @notice Fewer licenses are left than asked for.
    error NotEnoughLeft(bytes32 offerHash, uint256 left, uint256 count);
    /// @notice The work is not the offer's, nor one of its set.
    error WrongWork(bytes32 offerHash, uint256 workId);
    /// @notice Another work is certified for the same content, or this is not the work's content.
    error Contested(uint256 workId, uint256 claims);
    /// @notice The offer this one answers was filled or cancelled.
    error AnsweredOfferSpent(bytes32 counterTo);
    /// @notice The license to renew is of another work or of other terms.
    error WrongLicense(uint256 licenseId, uint256 workId, bytes32 termsHash);
    /// @notice The fees are above the cap, in basis points.
    error FeesTooHigh(uint256 total, uint256 cap);
    /// @notice The ETH sent is not the price.
    error WrongValue(uint256 sent, uint256 expected);
    /// @notice Bids are in an ERC-20, whose allowance waits for the sale.
    error BidNeedsToken(bytes32 offerHash);
    /// @notice Only the splitter may call this.
    error OnlySplitter(address caller);
    /// @notice Nothing arrived.
    error NothingReceived(address token);
    /// @notice No such deal is open.
    error DealNotOpen(bytes32 dealHash);
    /// @notice The certificate was sold, or the work of an exclusive deal bound otherwise, since the
    /// deal was opened: the buyer may take the price back at once.
    error DealOutdated(bytes32 dealHash);
    /// @notice An exclusive deal on the work is open, whose buyer cannot take the price back yet:
    /// nothing else of it is sold here meanwhile.
    error WorkReserved(uint256 workId, bytes32 dealHash);
    /// @notice Only the deal's seller or buyer may do this.
    error NotParty(bytes32 dealHash, address caller);
    /// @notice It is too late, or too early, for this.
    error NotInTime(bytes32 dealHash, uint256 time);
    /// @notice Money cannot be sent to this address.
    error InvalidReceiver(address to);
    /// @notice The receiver refused the ETH.
    error TransferFailed(address to, uint256 amount);
    /// @notice A derivative's licenses must go to its creator, one of each offer.
    error NotForCreator(address recipient, uint256 count);

    // ----------------------------------------------------------------- offers

    /// @notice Posts an offer. For its maker.
    /// @return offerHash Key of the offer.
    function post(Offer calldata offer) external returns (bytes32 offerHash);

    /// @notice Cancels the caller's offer of this hash, posted or signed.
    function cancel(bytes32 offerHash) external;

    /// @notice Cancels all of the caller's offers.
    /// @return counter The counter new offers must carry.
    function cancelAll() external returns (uint256 counter);

    // ------------------------------------------------------------------- fill

    /// @notice Fills an ask or a bid. The offer is named in full, so neither price nor terms can
    /// change between reading and buying. The buyer's ERC-20 is taken by allowance to this contract;
    /// for ETH exactly the price must be sent.
    /// @return firstLicenseId Id of the first license; the others follow it. 0 for a certificate and
    /// while a delivery waits.
    function fill(Fill calldata fill_) external payable returns (uint256 firstLicenseId);

    /// @notice `fill` of an ask with an ERC-2612 permit of the caller for the price.
    function fillWithPermit(
        Fill calldata fill_,
        Permit calldata permit
    ) external returns (uint256 firstLicenseId);

    /// @notice `fill` of an ask with an ERC-3009 authorization. Anyone may submit it. Not for
    /// counter-offers: only the token vouches for the buyer.
    function fillWithAuthorization(
        Fill calldata fill_,
        Authorization calldata authorization
    ) external returns (uint256 firstLicenseId);

    /// @notice Fills asks for the licenses a derivative needs and certifies it, in one transaction.
    /// The edges carry license id 0 for each license bought, in the order of the fills.
    /// @param entry The derivative, with its creator's consent.
    function fillAndDerive(
        Fill[] calldata fills,
        Entry calldata entry
    ) external payable returns (uint256 workId);

    /// @notice Certifies a signed or anchored work, if nobody has yet, and fills an ask of it.
    function certifyAndFill(
        Entry calldata entry,
        Fill calldata fill_
    ) external payable returns (uint256 firstLicenseId);

    // --------------------------------------------------------------- delivery

    /// @notice Posts a delivery. For the deal's seller, in time.
    /// @param evidence SHA-256 of what was delivered.
    function deliver(Deal calldata deal, bytes32 evidence) external;

    /// @notice Voids a posted delivery while it can be challenged. For the buyer. The seller may
    /// deliver again in time; else the buyer takes the price back and gets no license.
    /// @param reason SHA-256 of the reason.
    function challenge(Deal calldata deal, bytes32 reason) external;

    /// @notice Pays the work and issues the licenses: by the buyer in time or once a delivery was
    /// posted, by anyone once a delivery stands unchallenged.
    function release(Deal calldata deal) external returns (uint256 firstLicenseId);

    /// @notice Gives the price back to the buyer, who calls it: when nothing was delivered in time,
    /// when a delivery that stands was not released for 30 days, or at once when the certificate was
    /// sold or the work of an exclusive deal bound otherwise.
    /// @param to Who receives it.
    function refund(Deal calldata deal, address to) external;

    // ------------------------------------------------------------------ reads

    /// @notice EIP-712 struct hash of an offer, its key.
    function hashOffer(Offer calldata offer) external pure returns (bytes32);

    /// @notice Whether an offer was posted, was cancelled or spent, and how many licenses it sold.
    function offerState(
        address maker,
        bytes32 offerHash
    ) external view returns (bool posted, bool cancelled, uint256 filled);

    /// @notice The counter that a maker's offers must carry.
    function counters(address maker) external view returns (uint256);

    /// @notice Nonce that an ERC-3009 authorization for a fill must carry. Another `validBefore`
    /// gives another nonce for the same purchase once more.
    function authorizationNonce(
        Fill calldata fill_,
        address from,
        uint256 validBefore
    ) external pure returns (bytes32);

    /// @notice Whether a deal is open, and when a delivery was posted (0 if none stands).
    function dealState(bytes32 dealHash) external view returns (bool open, uint256 deliveredAt);
}
