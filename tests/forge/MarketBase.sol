// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILicenseMarketplace} from "../../contracts/interfaces/ILicenseMarketplace.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {Deal, FeeShare, Fill, Offer} from "../../contracts/types/Offers.sol";
import {Terms} from "../../contracts/types/Structs.sol";
import {Signing} from "./Signing.sol";

/// @notice Cheatcodes that read events.
interface IRecorder {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory);
}

/// @notice Bob sells `work`, which owes a tenth of its income to Ann's `root`. Cid buys.
abstract contract MarketBase is Signing {
    IRecorder internal constant RECORDER = IRecorder(address(vm));

    uint256 internal root;
    uint256 internal work;
    /// @dev Commercial use, for ever.
    bytes32 internal plain;
    /// @dev The same, exclusive, for a day.
    bytes32 internal sole;

    function setUp() public virtual override {
        super.setUp();
        root = certify(ann, "root");
        work = derive(bob, "work", root, sharing(1_000, 0));
        plain = license.registerTerms(granting(Rights.COMMERCIAL));
        Terms memory terms = granting(Rights.COMMERCIAL | Rights.EXCLUSIVE);
        terms.duration = 1 days;
        sole = license.registerTerms(terms);
        vm.label(address(dollar), "dollar");
    }

    // ----------------------------------------------------------------- offers

    /// @notice Bob asks 1,000 of the smallest dollar unit for each of ten licenses.
    function asked() internal view returns (Offer memory) {
        return asked(plain, 1_000);
    }

    function asked(bytes32 termsHash, uint256 price) internal view returns (Offer memory ask) {
        ask = offer(work, termsHash, address(dollar), price);
        ask.counter = market.counters(ask.maker);
    }

    function inEther(uint256 price) internal view returns (Offer memory ask) {
        ask = asked(plain, price);
        ask.token = ETHER;
    }

    /// @notice `buyer` bids 1,000 for one license of `work`.
    function bidding(address buyer) internal view returns (Offer memory bid) {
        bid = asked();
        bid.kind = 1;
        bid.maker = buyer;
        bid.quantity = 1;
        bid.counter = market.counters(buyer);
    }

    /// @notice The owner asks `price` for the certificate.
    function sellingCertificate(
        uint256 workId,
        address token,
        uint256 price
    ) internal view returns (Offer memory ask) {
        ask = offer(workId, bytes32(0), token, price);
        ask.kind = 2;
        ask.quantity = 1;
        ask.counter = market.counters(ask.maker);
    }

    /// @notice `buyer` bids `price` for the certificate.
    function biddingCertificate(
        address buyer,
        uint256 workId,
        uint256 price
    ) internal view returns (Offer memory bid) {
        bid = sellingCertificate(workId, address(dollar), price);
        bid.kind = 3;
        bid.maker = buyer;
        bid.counter = market.counters(buyer);
    }

    function post(Offer memory o) internal returns (bytes32) {
        vm.prank(o.maker);
        return market.post(o);
    }

    /// @notice One of `o`, which its maker signed, for whoever pays.
    function signed(Offer memory o) internal view returns (Fill memory fill_) {
        return signed(o, 1);
    }

    function signed(Offer memory o, uint256 count) internal view returns (Fill memory fill_) {
        fill_ = filling(o, count, address(0));
        fill_.approval = approvalOf(o);
    }

    function fee(address to, uint16 share) internal pure returns (FeeShare[] memory fees) {
        fees = new FeeShare[](1);
        fees[0] = FeeShare(to, share);
    }

    // ------------------------------------------------------------------ fills

    /// @notice Gives dollars to an account and lets the market take them.
    function fund(address who, uint256 amount) internal {
        dollar.mint(who, amount);
        vm.prank(who);
        dollar.approve(address(market), type(uint256).max);
    }

    function fill(address who, Fill memory fill_) internal returns (uint256) {
        vm.prank(who);
        return market.fill(fill_);
    }

    function fill(address who, Fill memory fill_, uint256 value) internal returns (uint256) {
        vm.deal(who, who.balance + value);
        vm.prank(who);
        return market.fill{value: value}(fill_);
    }

    function refuses(address who, Fill memory fill_, bytes memory reason) internal {
        vm.expectRevert(reason);
        vm.prank(who);
        market.fill(fill_);
    }

    function refuses(address who, Fill memory fill_, uint256 value, bytes memory reason) internal {
        vm.deal(who, who.balance + value);
        vm.expectRevert(reason);
        vm.prank(who);
        market.fill{value: value}(fill_);
    }

    function err(bytes4 selector, bytes32 a) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, a);
    }

    function err(bytes4 selector, uint256 a, uint256 b) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, a, b);
    }

    function err(bytes4 selector, address a, address b) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, a, b);
    }

    function filledOf(Offer memory o) internal view returns (uint256 filled) {
        (, , filled) = market.offerState(o.maker, hashOf(o));
    }

    function transferTo(address to, uint256 workId) internal {
        address owner = registry.ownerOf(workId);
        vm.prank(owner);
        registry.transferFrom(owner, to, workId);
    }

    // ------------------------------------------------------------------ deals

    /// @notice Fills an ask with delivery and returns the deal as its event tells it.
    function deal(address who, Fill memory fill_, uint256 value) internal returns (Deal memory) {
        RECORDER.recordLogs();
        fill(who, fill_, value);
        return lastDeal();
    }

    function lastDeal() internal returns (Deal memory found) {
        IRecorder.Log[] memory logs = RECORDER.getRecordedLogs();
        bool seen;
        for (uint256 i; i < logs.length; ++i) {
            // The only event of the market with a whole deal.
            if (
                logs[i].emitter != address(market) ||
                logs[i].topics[0] != ILicenseMarketplace.DealOpened.selector
            ) continue;
            found = abi.decode(logs[i].data, (Deal));
            eq(logs[i].topics[1], keccak256(abi.encode(found)), "a deal's key is its hash");
            seen = true;
        }
        yes(seen, "a deal was opened");
    }
}
