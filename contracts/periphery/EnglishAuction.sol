// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

import {IIPLicense} from "../interfaces/IIPLicense.sol";
import {IIPRegistry} from "../interfaces/IIPRegistry.sol";
import {IPaymentCallback, IRoyaltySplitter} from "../interfaces/IRoyaltySplitter.sol";
import {Fee} from "../types/Structs.sol";

/// @title EnglishAuction
/// @notice Sells one license to the highest bidder. A market beside the marketplace: it uses only
/// what the core offers to any market, `IPLicense.allowMarket` and `RoyaltySplitter.payVia`.
/// The seller first allows this contract as a market of the work.
contract EnglishAuction is IPaymentCallback {
    using SafeTransferLib for address;

    /// @notice One auction.
    /// @param workId Work to be licensed.
    /// @param termsHash Terms of the license.
    /// @param token ERC-20 of the bids, or `address(0)` for ETH.
    /// @param end Last second for bids; a bid in the last ten minutes moves it on.
    /// @param reserve Least first bid.
    /// @param highest Highest bid, as it arrived.
    /// @param bidder Who made it.
    /// @param transfers How often the certificate had changed hands: the auction ends with its sale.
    /// @param encumbrance The work's encumbrance at the opening; counts for exclusive terms.
    struct Auction {
        uint256 workId;
        bytes32 termsHash;
        address token;
        uint40 end;
        uint256 reserve;
        uint256 highest;
        address bidder;
        uint256 transfers;
        bytes32 encumbrance;
    }

    uint256 internal constant EXTENSION = 10 minutes;
    uint256 internal constant STEP = 500; // basis points above the highest bid
    uint256 internal constant GRACE = 7 days;
    uint256 internal constant MAX_DURATION = 90 days;

    IIPRegistry internal immutable REGISTRY;
    IRoyaltySplitter internal immutable SPLITTER;
    IIPLicense internal immutable LICENSE;

    mapping(uint256 id => Auction) internal _auctions;
    /// @notice How many auctions there were; ids start at 1.
    uint256 public count;
    /// @notice What outbid bidders may take back.
    mapping(address account => mapping(address token => uint256)) public refunds;

    bool internal transient _locked;

    /// @notice An auction was opened.
    event Opened(uint256 indexed id, uint256 indexed workId, bytes32 termsHash, address token);
    /// @notice Somebody bid.
    event Bid(uint256 indexed id, address indexed bidder, uint256 amount, uint256 end);
    /// @notice The license was issued to the highest bidder.
    event Settled(uint256 indexed id, uint256 licenseId);
    /// @notice The auction ended without a sale.
    event Voided(uint256 indexed id);

    /// @notice Only the certificate's owner may do this.
    error NotOwner(uint256 workId, address caller, address owner);
    /// @notice The owner has not allowed this contract as a market of the work.
    error MarketNotAllowed(uint256 workId);
    /// @notice An auction runs up to 90 days.
    error InvalidEnd(uint256 end);
    /// @notice There is no such auction, or it is over.
    error NotRunning(uint256 id);
    /// @notice The auction is not over, or there is still time to settle it.
    error TooEarly(uint256 id, uint256 time);
    /// @notice The certificate was sold, or the work bound otherwise, since the opening: void it.
    error AuctionOutdated(uint256 id);
    /// @notice The bid is too low.
    error BidTooLow(uint256 bid, uint256 least);
    /// @notice ETH and token do not go together.
    error WrongValue(uint256 sent, uint256 expected);
    /// @notice Nothing to take back.
    error NothingToWithdraw(address account, address token);
    /// @notice The receiver refused the ETH.
    error TransferFailed(address to, uint256 amount);
    /// @notice Something was called while money was being moved.
    error Reentered();
    /// @notice Only the splitter may call this.
    error OnlySplitter(address caller);

    modifier lock() {
        if (_locked) revert Reentered();
        _locked = true;
        _;
        _locked = false;
    }

    constructor(IIPRegistry registry, IRoyaltySplitter splitter, IIPLicense license) {
        REGISTRY = registry;
        SPLITTER = splitter;
        LICENSE = license;
    }

    /// @notice Opens an auction. For the certificate's owner, who has allowed this contract.
    /// @param end Last second for bids, in seconds since the epoch.
    /// @return id Number of the auction.
    function open(
        uint256 workId,
        bytes32 termsHash,
        address token,
        uint256 reserve,
        uint256 end
    ) external returns (uint256 id) {
        (address owner, uint256 transfers, ) = REGISTRY.ownership(workId);
        if (msg.sender != owner) revert NotOwner(workId, msg.sender, owner);
        if (!LICENSE.isMarketAllowed(workId, address(this))) revert MarketNotAllowed(workId);
        if (end <= block.timestamp || end > block.timestamp + MAX_DURATION) revert InvalidEnd(end);
        LICENSE.checkTerms(workId, termsHash);
        id = ++count;
        _auctions[id] = Auction({
            workId: workId,
            termsHash: termsHash,
            token: token,
            end: uint40(end),
            reserve: reserve,
            highest: 0,
            bidder: address(0),
            transfers: transfers,
            encumbrance: LICENSE.isExclusive(termsHash) ? REGISTRY.encumbrance(workId) : bytes32(0)
        });
        emit Opened(id, workId, termsHash, token);
    }

    /// @notice Bids. The bid before becomes a refund of its bidder.
    /// @param amount In the token's smallest unit; equal to the value sent for ETH.
    function bid(uint256 id, uint256 amount) external payable lock {
        Auction storage auction = _auctions[id];
        if (auction.end == 0 || block.timestamp > auction.end) revert NotRunning(id);
        uint256 arrived = _receive(auction.token, amount);
        uint256 highest = auction.highest;
        uint256 least = highest == 0 ? auction.reserve : highest + (highest * STEP) / 10_000;
        if (arrived == 0 || arrived <= highest || arrived < least) revert BidTooLow(arrived, least);
        if (highest != 0) refunds[auction.bidder][auction.token] += highest;
        auction.highest = arrived;
        auction.bidder = msg.sender;
        if (auction.end - block.timestamp < EXTENSION) {
            auction.end = uint40(block.timestamp + EXTENSION);
        }
        emit Bid(id, msg.sender, arrived, auction.end);
    }

    /// @notice Issues the license to the highest bidder and pays the work. Anyone may call.
    function settle(uint256 id) external lock returns (uint256 licenseId) {
        Auction memory auction = _auctions[id];
        if (auction.end == 0) revert NotRunning(id);
        if (block.timestamp <= auction.end) revert TooEarly(id, block.timestamp);
        if (_changed(auction)) revert AuctionOutdated(id);
        delete _auctions[id];
        if (auction.highest == 0) {
            emit Voided(id);
            return 0;
        }
        licenseId = LICENSE.issue(auction.workId, auction.termsHash, auction.bidder, 1, 0);
        emit Settled(id, licenseId);
        uint256 value = auction.token == address(0) ? auction.highest : 0;
        SPLITTER.payVia{value: value}(
            auction.workId,
            auction.token,
            auction.highest,
            auction.bidder,
            new Fee[](0)
        );
    }

    /// @notice Gives the highest bid back when the license can no longer be issued as offered,
    /// because the owner took the permission back, sold the certificate or issued other licenses of
    /// an exclusive work, or when nobody could settle for a week. Anyone may call.
    function voidAuction(uint256 id) external lock {
        Auction memory auction = _auctions[id];
        if (auction.end == 0) revert NotRunning(id);
        bool possible =
            !_changed(auction) && LICENSE.isMarketAllowed(auction.workId, address(this));
        if (possible && block.timestamp <= auction.end + GRACE) {
            revert TooEarly(id, block.timestamp);
        }
        delete _auctions[id];
        if (auction.highest != 0) refunds[auction.bidder][auction.token] += auction.highest;
        emit Voided(id);
    }

    /// @notice Sends the caller's refunds in `token`.
    function withdraw(address token) external lock returns (uint256 amount) {
        amount = refunds[msg.sender][token];
        if (amount == 0) revert NothingToWithdraw(msg.sender, token);
        refunds[msg.sender][token] = 0;
        if (token == address(0)) {
            (bool success, ) = msg.sender.call{value: amount}("");
            if (!success) revert TransferFailed(msg.sender, amount);
        } else {
            token.safeTransfer(msg.sender, amount);
        }
    }

    /// @inheritdoc IPaymentCallback
    function onPay(address token, uint256 amount, address) external {
        if (msg.sender != address(SPLITTER)) revert OnlySplitter(msg.sender);
        token.safeTransfer(msg.sender, amount);
    }

    /// @notice An auction; all 0 once it is over.
    function auctionOf(uint256 id) external view returns (Auction memory) {
        return _auctions[id];
    }

    /// @dev Whether the certificate was sold, or a work sold exclusively bound otherwise, since the
    /// opening.
    function _changed(Auction memory auction) internal view returns (bool) {
        (, uint256 transfers, ) = REGISTRY.ownership(auction.workId);
        return
            transfers != auction.transfers ||
            (LICENSE.isExclusive(auction.termsHash) &&
                REGISTRY.encumbrance(auction.workId) != auction.encumbrance);
    }

    function _receive(address token, uint256 amount) internal returns (uint256) {
        uint256 expected = token == address(0) ? amount : 0;
        if (msg.value != expected) revert WrongValue(msg.value, expected);
        if (token == address(0)) return amount;
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        return token.balanceOf(address(this)) - before;
    }
}
