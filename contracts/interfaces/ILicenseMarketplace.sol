// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title LicenseMarketplace
/// @notice Who sells licenses to whom. The owner of a work posts an offer; anyone fills it while
/// the certificate stays with that owner. The price is paid into the work in one step, so every
/// ancestor shares in it. The marketplace holds no money and no right that an owner did not give.
interface ILicenseMarketplace {
    /// @notice A part of the price for somebody else than the work, in basis points of the price.
    struct FeeShare {
        address to;
        uint16 share;
    }

    /// @notice An ask: licenses of one work at one price.
    /// @param maker Owner of the certificate.
    /// @param workId Work to be licensed.
    /// @param termsHash Terms of the licenses.
    /// @param token ERC-20 of the price, or `address(0)` for ETH.
    /// @param price Of one license, in the token's smallest unit; 0 for free.
    /// @param quantity Most licenses the offer sells.
    /// @param transfers How often the certificate had changed hands when the offer was made: an
    /// offer never revives when a certificate returns.
    /// @param deadline Last second it can be filled; 0 for no end.
    /// @param salt Tells equal offers apart.
    /// @param fees For referrers and platforms; at most 1,000 basis points together.
    struct Offer {
        address maker;
        uint256 workId;
        bytes32 termsHash;
        address token;
        uint256 price;
        uint256 quantity;
        uint256 transfers;
        uint256 deadline;
        uint256 salt;
        FeeShare[] fees;
    }

    /// @notice An offer was posted.
    event OfferPosted(
        bytes32 indexed offerHash,
        uint256 indexed workId,
        address indexed maker,
        Offer offer
    );
    /// @notice An offer was cancelled by its maker.
    event OfferCancelled(bytes32 indexed offerHash, address indexed maker);
    /// @notice Licenses were sold.
    event OfferFilled(
        bytes32 indexed offerHash,
        uint256 indexed workId,
        address indexed licensee,
        address payer,
        uint256 firstLicenseId,
        uint256 count,
        uint256 paid
    );

    /// @notice Something was called while an offer was being filled.
    error Reentered();
    /// @notice Only the maker may post or cancel an offer.
    error NotMaker(address caller, address maker);
    /// @notice The offer's maker is not the certificate's owner.
    error NotOwner(uint256 workId, address maker, address owner);
    /// @notice The certificate changed hands since the offer was made.
    error OfferOutdated(bytes32 offerHash, uint256 transfers, uint256 current);
    /// @notice The offer was posted before.
    error AlreadyPosted(bytes32 offerHash);
    /// @notice No such offer is open: it was never posted, or was cancelled.
    error OfferNotOpen(bytes32 offerHash);
    /// @notice The offer's deadline has passed.
    error OfferExpired(bytes32 offerHash, uint256 deadline);
    /// @notice Fewer licenses are left than asked for.
    error NotEnoughLeft(bytes32 offerHash, uint256 left, uint256 count);
    /// @notice An offer sells 1 to 2^128 - 1 licenses.
    error InvalidQuantity(uint256 quantity);
    /// @notice The fees are above the cap, in basis points.
    error FeesTooHigh(uint256 total, uint256 cap);
    /// @notice The ETH sent is not the price.
    error WrongValue(uint256 sent, uint256 expected);
    /// @notice Only the splitter may call this.
    error OnlySplitter(address caller);

    /// @notice Posts an offer. For the owner of the certificate.
    /// @return offerHash Key of the offer.
    function post(Offer calldata offer) external returns (bytes32 offerHash);

    /// @notice Withdraws an offer. For its maker.
    function cancel(Offer calldata offer) external;

    /// @notice Buys licenses. The offer is named in full, so neither price nor terms can change
    /// between reading and buying. ERC-20 prices are taken from the caller, who approved this
    /// contract; for ETH exactly the price must be sent.
    /// @param offer Open offer.
    /// @param count How many licenses.
    /// @param licensee Who gets them.
    /// @return firstLicenseId Id of the first; the others follow it.
    function fill(
        Offer calldata offer,
        uint256 count,
        address licensee
    ) external payable returns (uint256 firstLicenseId);

    /// @notice Key of an offer.
    function hashOffer(Offer calldata offer) external pure returns (bytes32);

    /// @notice Whether an offer is open, and how many licenses it sold.
    function offerState(bytes32 offerHash) external view returns (bool open, uint256 filled);
}
