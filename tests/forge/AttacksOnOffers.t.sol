// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILicenseMarketplace} from "../../contracts/interfaces/ILicenseMarketplace.sol";
import {FeeShare, Fill, Offer} from "../../contracts/types/Offers.sol";
import {IRecorder, MarketBase} from "./MarketBase.sol";

/// @notice Reads calldata as the compiler does, field by field.
contract Mirror {
    function post(Offer calldata offer) external pure returns (bytes memory) {
        return abi.encode(offer);
    }
}

/// @notice Offers are hashed and told from calldata as it stands: what is posted must be what the event
/// says and what can be filled, however the calldata is laid out.
contract AttacksOnOffersTest is MarketBase {
    /// @dev Word of an offer's head that says where its fees are.
    uint256 internal constant FEES = 19;

    Mirror internal mirror = new Mirror();

    /// @dev The 20 words of an offer's head.
    function head(Offer memory o) internal pure returns (bytes memory words) {
        bytes memory whole = abi.encode(o);
        words = new bytes(0x280);
        for (uint256 i; i < 20; ++i) setWord(words, i, wordAt(whole, i + 1));
    }

    function wordAt(bytes memory data, uint256 index) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), mul(index, 0x20)))
        }
    }

    function setWord(bytes memory data, uint256 index, uint256 word) internal pure {
        assembly ("memory-safe") {
            mstore(add(add(data, 0x20), mul(index, 0x20)), word)
        }
    }

    /// @dev An offset that leads backwards.
    function back(uint256 bytes_) internal pure returns (uint256) {
        return type(uint256).max - bytes_ + 1;
    }

    /// @dev `post` with an offer whose head stands `gap` bytes later than usual, and `tail` behind it.
    function laidOut(
        bytes memory words,
        bytes memory gap,
        bytes memory tail
    ) internal view returns (bytes memory) {
        return bytes.concat(market.post.selector, bytes32(0x20 + gap.length), gap, words, tail);
    }

    /// @notice Posts raw calldata. Where it is taken, everything must be as the compiler reads it.
    function tried(bytes memory data) internal returns (bool posted, Offer memory read) {
        (bool readable, bytes memory answer) = address(mirror).call(data);
        RECORDER.recordLogs();
        vm.prank(bob);
        (posted, ) = address(market).call(data);
        IRecorder.Log[] memory logs = RECORDER.getRecordedLogs();
        if (!posted) return (false, read);
        yes(readable, "the compiler reads what was posted");
        read = abi.decode(abi.decode(answer, (bytes)), (Offer));
        eq(logs.length, 1, "one event");
        eq(logs[0].topics[0], ILicenseMarketplace.OfferPosted.selector, "its name");
        eq(logs[0].topics[1], hashOf(read), "the hash of what it says");
        eq(uint256(logs[0].topics[2]), read.workId, "its work");
        eq(uint256(logs[0].topics[3]), uint160(read.maker), "its maker");
        eq(keccak256(logs[0].data), keccak256(abi.encode(read)), "the offer as it is encoded");
        (bool open, , ) = market.offerState(bob, hashOf(read));
        yes(open, "open under that hash");
    }

    function test_attackFeesElsewhereInTheCalldata() public {
        Offer memory ask = asked();
        bytes memory fees = abi.encode(uint256(1), cid, uint256(200));

        // Behind a gap that is no whole word.
        bytes memory words = head(ask);
        setWord(words, FEES, 0x280 + 7);
        (bool posted, Offer memory read) = tried(
            laidOut(words, "", bytes.concat(hex"ff00ff00ff00ff", fees))
        );
        yes(posted && read.fees.length == 1 && read.fees[0].to == cid, "behind a gap");
        fill(cid, filled(read));
        eq(splitter.balances(cid, address(dollar)), 20, "as the event said");

        // Before the offer: the offset is negative.
        setWord(words, FEES, back(0x60));
        setWord(words, 18, 1);
        (posted, read) = tried(laidOut(words, fees, ""));
        yes(posted && read.fees.length == 1 && read.fees[0].share == 200, "before the offer");

        // Before all calldata, where only zeros are read.
        setWord(words, FEES, back(0x10000));
        setWord(words, 18, 2);
        (posted, read) = tried(laidOut(words, "", ""));
        yes(!posted || read.fees.length == 0, "nowhere");

        // Over the offer itself: price, quantity and transfers are also one fee.
        ask.price = 1;
        words = head(ask);
        setWord(words, FEES, 7 * 0x20);
        setWord(words, 18, 3);
        (posted, read) = tried(laidOut(words, "", ""));
        yes(posted && read.fees.length == 1 && read.fees[0].to == address(10), "over the offer");

        // Beyond what was sent, and more than can be.
        setWord(words, FEES, 0x280);
        (posted, ) = tried(laidOut(words, "", abi.encode(uint256(1), cid)));
        no(posted, "cut off");
        (posted, ) = tried(laidOut(words, "", abi.encode(uint256(1) << 250, cid, uint256(1))));
        no(posted, "too many");
        (posted, ) = tried(laidOut(words, "", bytes.concat(fees, new bytes(0x40))));
        yes(posted, "with something behind it");
    }

    function filled(Offer memory o) internal returns (Fill memory) {
        fund(cid, o.price);
        return filling(o, 1, cid);
    }

    /// @notice Any words, any offset of the fees, any offset of the offer.
    function testFuzz_attackAnOfferPostedFromStrangeCalldata(
        uint256 price,
        uint8 count,
        uint16 share,
        uint256 feesAt,
        uint8 gap,
        uint8 index,
        uint256 word,
        uint8 cut
    ) public {
        Offer memory ask = asked(plain, price);
        ask.fees = new FeeShare[](count % 4);
        for (uint256 i; i < ask.fees.length; ++i) {
            ask.fees[i] = FeeShare(address(uint160(i + 1)), share % 400);
        }
        bytes memory words = head(ask);
        bytes memory whole = abi.encode(ask);
        bytes memory tail = new bytes(whole.length - 0x2a0);
        for (uint256 i; i < tail.length / 0x20; ++i) setWord(tail, i, wordAt(whole, 21 + i));
        // Half of them stay near where something can be read.
        if (feesAt % 2 == 0) setWord(words, FEES, feesAt % 4 == 0 ? feesAt : (feesAt >> 2) % 0x300);
        // A word of the head is anything, or gets one bit more; the maker's is left alone.
        if (index % 20 != 1 && word % 3 == 0) setWord(words, index % 20, word);
        if (index % 20 != 1 && word % 3 == 1) {
            setWord(words, index % 20, wordAt(words, index % 20) ^ (1 << (word >> 248)));
        }
        bytes memory data = laidOut(words, new bytes(gap), tail);
        if (cut % 4 == 0) {
            assembly ("memory-safe") {
                mstore(data, sub(mload(data), mod(cut, 0x60)))
            }
        }
        (bool posted, Offer memory read) = tried(data);
        if (!posted) return;
        // What was posted is cancelled and found by the hash of the same words, canonically encoded.
        eq(market.hashOffer(read), hashOf(read), "one hash");
        vm.expectRevert(err(ILicenseMarketplace.AlreadyPosted.selector, hashOf(read)));
        vm.prank(bob);
        market.post(read);
        vm.prank(bob);
        market.cancel(hashOf(read));
        vm.prank(bob);
        (posted, ) = address(market).call(data);
        no(posted, "cancelled in every encoding");
    }

    /// @notice What was sold of a signed offer counts for the posted one, in whatever encoding.
    function test_attackSoldQuantityForgottenByAnotherEncoding() public {
        Offer memory ask = asked();
        ask.quantity = 2;
        fund(cid, 10_000);
        fill(cid, signed(ask));
        bytes memory words = head(ask);
        setWord(words, FEES, back(0x20));
        (bool posted, Offer memory read) = tried(laidOut(words, new bytes(0x20), ""));
        yes(posted, "posted");
        eq(hashOf(read), hashOf(ask), "the same offer");
        eq(filledOf(ask), 1, "one is sold");
        fill(cid, filling(ask, 1, cid));
        refuses(
            cid,
            filling(ask, 1, cid),
            abi.encodeWithSelector(ILicenseMarketplace.NotEnoughLeft.selector, hashOf(ask), 0, 1)
        );
    }
}
