// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPLicense} from "../../contracts/interfaces/IIPLicense.sol";
import {ILicenseMarketplace} from "../../contracts/interfaces/ILicenseMarketplace.sol";
import {IRoyaltySplitter} from "../../contracts/interfaces/IRoyaltySplitter.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {FeeShare, Fill, Offer} from "../../contracts/types/Offers.sol";
import {Terms} from "../../contracts/types/Structs.sol";
import {MarketBase} from "./MarketBase.sol";
import {Merkle} from "./Merkle.sol";
import {Refuser} from "./mocks/Receivers.sol";

/// @notice Asks for licenses: what binds them, and what the buyer can rely on.
contract MarketAsksTest is MarketBase {
    function setUp() public override {
        super.setUp();
        fund(cid, 1_000_000);
    }

    // ------------------------------------------------------------------- life

    function test_aSignedAskNeedsNoTransactionOfItsMaker() public {
        Offer memory ask = asked();
        Fill memory fill_ = signed(ask, 2);
        vm.expectEmit(address(market));
        emit ILicenseMarketplace.OfferFilled(hashOf(ask), work, cid, bob, cid, 2, 2, 2_000);
        eq(fill(cid, fill_), 2, "first license");
        eq(license.ownerOf(2), cid, "one");
        eq(license.ownerOf(3), cid, "two");
        eq(dollar.balanceOf(cid), 998_000, "paid");
        eq(splitter.credit(work, address(dollar)), 1_800, "net of the parent's tenth");
        (bool posted, bool cancelled, uint256 filled) = market.offerState(bob, hashOf(ask));
        no(posted, "posted");
        no(cancelled, "cancelled");
        eq(filled, 2, "filled");
    }

    function test_anUnsignedAskIsNobodys() public {
        Offer memory ask = asked();
        refuses(
            cid,
            filling(ask, 1, cid),
            err(ILicenseMarketplace.OfferNotOpen.selector, hashOf(ask))
        );
    }

    function test_partialFillsCountTogetherHoweverTheyWereConsentedTo() public {
        Offer memory ask = asked();
        ask.quantity = 5;
        fill(cid, signed(ask, 2));
        post(ask);
        fill(cid, filling(ask, 2, cid));
        bytes4 left = ILicenseMarketplace.NotEnoughLeft.selector;
        refuses(cid, signed(ask, 2), abi.encodeWithSelector(left, hashOf(ask), 1, 2));
        fill(cid, signed(ask, 1));
        refuses(cid, signed(ask, 1), abi.encodeWithSelector(left, hashOf(ask), 0, 1));
        refuses(cid, signed(ask, 0), abi.encodeWithSelector(left, hashOf(ask), 0, 0));
        eq(license.balanceOf(cid), 5, "licenses");
        eq(filledOf(ask), 5, "filled");
    }

    function test_theSaltTellsEqualAsksApart() public {
        Offer memory ask = asked();
        ask.quantity = 1;
        fill(cid, signed(ask));
        ask.salt = 1;
        fill(cid, signed(ask));
        eq(license.balanceOf(cid), 2, "licenses");
    }

    function testFuzz_anAskHoldsFromItsFirstToItsLastSecond(
        uint40 from,
        uint40 until,
        uint40 time
    ) public {
        Offer memory ask = asked();
        ask.validFrom = block.timestamp + (from % 100);
        ask.deadline = until % 7 == 0 ? 0 : block.timestamp + (until % 100);
        vm.warp(block.timestamp + (time % 120));
        bool holds =
            block.timestamp >= ask.validFrom &&
                (ask.deadline == 0 || block.timestamp <= ask.deadline);
        if (holds) {
            fill(cid, signed(ask));
        } else {
            refuses(
                cid,
                signed(ask),
                abi.encodeWithSelector(
                    ILicenseMarketplace.OfferNotInTime.selector,
                    hashOf(ask),
                    ask.validFrom,
                    ask.deadline
                )
            );
        }
    }

    function test_fillForSomebodyElse() public {
        fill(cid, filling(signed(asked()), dan));
        eq(license.ownerOf(2), dan, "licensee");
        eq(dollar.balanceOf(cid), 999_000, "who paid");
    }

    function filling(Fill memory fill_, address recipient) internal pure returns (Fill memory) {
        fill_.taking.recipient = recipient;
        return fill_;
    }

    // ----------------------------------------------------------------- cancel

    function test_cancelASignedAskBeforeAndAfterAFill() public {
        Offer memory ask = asked();
        fill(cid, signed(ask));
        vm.expectEmit(address(market));
        emit ILicenseMarketplace.OfferCancelled(hashOf(ask), bob);
        vm.prank(bob);
        market.cancel(hashOf(ask));
        refuses(cid, signed(ask), err(ILicenseMarketplace.OfferNotOpen.selector, hashOf(ask)));
        vm.expectRevert(err(ILicenseMarketplace.OfferNotOpen.selector, hashOf(ask)));
        vm.prank(bob);
        market.post(ask);
        eq(filledOf(ask), 1, "what was sold stays sold");
    }

    function test_attackAStrangerCancels() public {
        Offer memory ask = asked();
        vm.prank(eve);
        market.cancel(hashOf(ask));
        fill(cid, signed(ask));
        eq(license.balanceOf(cid), 1, "Bob's ask is Bob's to cancel");
    }

    function test_cancelAllVoidsPostedAndSignedOffersOfTheMakerOnly() public {
        Offer memory ask = asked();
        post(ask);
        Offer memory other = offer(root, plain, address(dollar), 1);
        vm.expectEmit(address(market));
        emit ILicenseMarketplace.AllCancelled(bob, 1);
        vm.prank(bob);
        eq(market.cancelAll(), 1, "counter");
        bytes memory outdated = abi.encodeWithSelector(
            ILicenseMarketplace.CounterOutdated.selector,
            hashOf(ask),
            0,
            1
        );
        refuses(cid, filling(ask, 1, cid), outdated);
        refuses(cid, signed(ask), outdated);
        fill(cid, signed(other));
        ask.counter = 1;
        fill(cid, signed(ask));
        ask.counter = 2;
        refuses(
            cid,
            signed(ask),
            abi.encodeWithSelector(ILicenseMarketplace.CounterOutdated.selector, hashOf(ask), 2, 1)
        );
    }

    // ------------------------------------------------------------------ taker

    function test_anAskForOneTaker() public {
        Offer memory ask = asked();
        ask.taker = cid;
        fund(eve, 1_000);
        Fill memory fill_ = signed(ask);
        refuses(eve, fill_, err(ILicenseMarketplace.NotTaker.selector, eve, cid));
        // Naming the taker as the licensee does not make the caller the taker.
        refuses(eve, filling(fill_, cid), err(ILicenseMarketplace.NotTaker.selector, eve, cid));
        fill(cid, signed(ask));
    }

    // ------------------------------------------------------------------- sets

    function test_oneAskOverASetOfWorks() public {
        uint256 second = certify(bob, "second");
        uint256 third = certify(bob, "third");
        (Offer memory ask, bytes32[] memory leaves) = askOver(list(work, second, third));
        for (uint256 i; i < 3; ++i) {
            Fill memory fill_ = signed(ask);
            fill_.taking.workId = list(work, second, third)[i];
            fill_.taking.worksPath = Merkle.path(leaves, i);
            uint256 id = fill(cid, fill_);
            (uint256 licensed, , , , ) = license.license(id);
            eq(licensed, fill_.taking.workId, "license of the work chosen");
        }
        eq(filledOf(ask), 3, "one quantity for all");
        eq(splitter.credit(third, address(dollar)), 1_000, "each work is paid");
    }

    function test_attackAWorkOutsideTheSet() public {
        uint256 second = certify(bob, "second");
        uint256 outside = certify(bob, "outside");
        (Offer memory ask, bytes32[] memory leaves) = askOver(list(work, second));
        bytes4 wrong = ILicenseMarketplace.WrongWork.selector;
        Fill memory fill_ = signed(ask);
        fill_.taking.workId = outside;
        fill_.taking.worksPath = Merkle.path(leaves, 0);
        refuses(cid, fill_, abi.encodeWithSelector(wrong, hashOf(ask), outside));
        fill_.taking.workId = 0;
        refuses(cid, fill_, abi.encodeWithSelector(wrong, hashOf(ask), 0));
        // An inner node is no leaf: not even the root itself with an empty path.
        fill_.taking.workId = uint256(ask.worksRoot);
        fill_.taking.worksPath = new bytes32[](0);
        refuses(cid, fill_, abi.encodeWithSelector(wrong, hashOf(ask), uint256(ask.worksRoot)));

        ask = asked();
        fill_ = signed(ask);
        fill_.taking.workId = second;
        refuses(cid, fill_, abi.encodeWithSelector(wrong, hashOf(ask), second));
    }

    function test_aSetSellsOnlyWhatItsMakerOwns() public {
        (Offer memory ask, bytes32[] memory leaves) = askOver(list(work, root));
        Fill memory fill_ = signed(ask);
        fill_.taking.workId = root;
        fill_.taking.worksPath = Merkle.path(leaves, 1);
        refuses(
            cid,
            fill_,
            abi.encodeWithSelector(ILicenseMarketplace.NotOwner.selector, root, bob, ann)
        );
    }

    function askOver(
        uint256[] memory works
    ) internal view returns (Offer memory ask, bytes32[] memory leaves) {
        leaves = new bytes32[](works.length);
        for (uint256 i; i < works.length; ++i) {
            leaves[i] = workLeaf(works[i]);
        }
        ask = asked();
        ask.workId = 0;
        ask.worksRoot = Merkle.root(leaves);
    }

    // ------------------------------------------------------------ uncontested

    function test_uncontestedAsksTheRegistryForOtherClaims() public {
        Offer memory ask = asked();
        ask.uncontested = true;
        Fill memory fill_ = signed(ask);
        fill_.taking.creator = bob;
        fill_.taking.contentHash = "work";
        fill(cid, fill_);
        certify(eve, "work");
        bytes4 contested = ILicenseMarketplace.Contested.selector;
        refuses(cid, fill_, abi.encodeWithSelector(contested, work, 2));
        // Nobody else is stopped by Eve's claim.
        fill(cid, signed(asked()));
    }

    function test_attackUncontestedShownWithOtherContent() public {
        certify(eve, "work");
        certify(bob, "clean");
        Offer memory ask = asked();
        ask.uncontested = true;
        Fill memory fill_ = signed(ask);
        fill_.taking.creator = bob;
        fill_.taking.contentHash = "clean";
        refuses(
            cid,
            fill_,
            abi.encodeWithSelector(ILicenseMarketplace.Contested.selector, work, 1)
        );
    }

    // -------------------------------------------------------------- exclusive

    function test_attackSelfDealtLicenseBeforeAnExclusiveFill() public {
        Offer memory ask = asked(sole, 5_000);
        Fill memory fill_ = signed(ask);
        bytes32 before = registry.encumbrance(work);
        issueTo(eve, work, granting(Rights.COMMERCIAL));
        refuses(
            cid,
            fill_,
            abi.encodeWithSelector(
                ILicenseMarketplace.EncumbranceChanged.selector,
                work,
                before,
                registry.encumbrance(work)
            )
        );
        eq(dollar.balanceOf(cid), 1_000_000, "nothing is taken");
        // Bob names what he did, and Cid may take it or leave it.
        fill(cid, signed(asked(sole, 5_000)));
    }

    function test_attackPayeeAddedBeforeAnExclusiveFill() public {
        Fill memory fill_ = signed(asked(sole, 5_000));
        bytes32 before = registry.encumbrance(work);
        vm.prank(bob);
        splitter.addPayee(work, eve, 10_000);
        refuses(
            cid,
            fill_,
            abi.encodeWithSelector(
                ILicenseMarketplace.EncumbranceChanged.selector,
                work,
                before,
                registry.encumbrance(work)
            )
        );
    }

    function test_otherLicensesMayBeIssuedInBetweenWhereNothingIsExclusive() public {
        Fill memory fill_ = signed(asked());
        issueTo(eve, work, granting(Rights.COMMERCIAL));
        fill(cid, fill_);
        eq(license.balanceOf(cid), 1, "license");
    }

    // ---------------------------------------------------------------- renewal

    function test_renewThroughAnAsk() public {
        (uint256 id, Offer memory ask) = aYear();
        (, , , uint256 end, ) = license.license(id);
        Fill memory fill_ = signed(ask);
        fill_.taking.renewId = id;
        eq(fill(cid, fill_), id, "the same license");
        (, , , uint256 renewed, ) = license.license(id);
        eq(renewed, end + 365 days, "a year more");
        eq(license.balanceOf(dan), 1, "no further license");
        eq(splitter.credit(work, address(dollar)), 900, "paid");
        eq(filledOf(ask), 1, "counts as one");
    }

    function test_attackRenewALicenseOfAnotherWorkOrUnderOtherTerms() public {
        (uint256 id, Offer memory ask) = aYear();
        uint256 other = certify(bob, "other");
        Offer memory cheap = offer(other, ask.termsHash, address(dollar), 1);
        bytes memory reason = abi.encodeWithSelector(
            ILicenseMarketplace.WrongLicense.selector,
            id,
            work,
            ask.termsHash
        );
        Fill memory fill_ = signed(cheap);
        fill_.taking.renewId = id;
        refuses(cid, fill_, reason);
        fill_ = signed(asked());
        fill_.taking.renewId = id;
        refuses(cid, fill_, reason);
        fill_ = signed(ask, 2);
        fill_.taking.renewId = id;
        refuses(cid, fill_, reason);
        fill_ = signed(ask);
        fill_.taking.renewId = 99;
        refuses(cid, fill_, err(IIPLicense.UnknownLicense.selector, bytes32(uint256(99))));
    }

    function aYear() internal returns (uint256 id, Offer memory ask) {
        Terms memory terms = granting(Rights.COMMERCIAL);
        terms.duration = 365 days;
        id = issueTo(dan, work, terms);
        ask = asked(license.hashTerms(terms), 1_000);
    }

    // -------------------------------------------------------------- transfers

    function test_attackRevivedAskAfterTransferAndReturn() public {
        Offer memory ask = asked();
        Offer memory postedAsk = asked();
        postedAsk.salt = 1;
        post(postedAsk);
        transferTo(dan, work);
        bytes memory reason = abi.encodeWithSelector(
            ILicenseMarketplace.NotOwner.selector,
            work,
            bob,
            dan
        );
        refuses(cid, signed(ask), reason);
        refuses(cid, filling(postedAsk, 1, cid), reason);
        transferTo(bob, work);
        bytes4 outdated = ILicenseMarketplace.OfferOutdated.selector;
        refuses(cid, signed(ask), abi.encodeWithSelector(outdated, hashOf(ask), 0, 2));
        refuses(
            cid,
            filling(postedAsk, 1, cid),
            abi.encodeWithSelector(outdated, hashOf(postedAsk), 0, 2)
        );
        fill(cid, signed(asked()));
    }

    function test_attackAskOnSomebodyElsesWork() public {
        Offer memory ask = asked();
        ask.maker = eve;
        refuses(
            cid,
            signed(ask),
            abi.encodeWithSelector(ILicenseMarketplace.NotOwner.selector, work, eve, bob)
        );
    }

    function test_attackAskForAWorkNobodyCertified() public {
        Offer memory ask = asked();
        ask.workId = registry.workIdOf(bob, "later", block.chainid);
        refuses(
            cid,
            signed(ask),
            err(bytes4(keccak256("UnknownWork(uint256)")), bytes32(ask.workId))
        );
    }

    // ----------------------------------------- changes before the transaction

    function test_attackPriceChangedBeforeTheBuyersTransaction() public {
        Offer memory seen = asked();
        Fill memory fill_ = signed(seen);
        // The seller withdraws the cheap ask and signs a dear one: Cid's transaction names the old.
        vm.prank(bob);
        market.cancel(hashOf(seen));
        Offer memory dear = asked(plain, 900_000);
        post(dear);
        refuses(cid, fill_, err(ILicenseMarketplace.OfferNotOpen.selector, hashOf(seen)));
        eq(dollar.balanceOf(cid), 1_000_000, "nothing is taken");
        // Nobody can put another price under the old signature.
        fill_.offer.price = 900_000;
        fill_.offer.salt = 7;
        refuses(cid, fill_, invalid(bob, fill_.offer));
    }

    function test_attackTermsChangedBeforeTheBuyersTransaction() public {
        Fill memory fill_ = signed(asked());
        fill_.offer.termsHash = license.registerTerms(granting(Rights.TRAIN));
        refuses(cid, fill_, invalid(bob, fill_.offer));
    }

    function testFuzz_nothingInASignedOfferCanBeChanged(uint256 field, uint256 value) public {
        Offer memory ask = asked();
        ask.fees = fee(dan, 100);
        Fill memory fill_ = signed(ask);
        bytes32 before = hashOf(ask);
        change(ask, field % 21, value);
        eq(market.hashOffer(ask), hashOf(ask), "the contract's hash");
        if (hashOf(ask) == before) return;
        vm.expectRevert();
        vm.prank(cid);
        market.fill(fill_);
        eq(license.balanceOf(cid), 0, "nothing is sold");
    }

    function change(Offer memory o, uint256 field, uint256 value) internal pure {
        if (field == 0) o.kind = uint8(within(value, 0, 3));
        else if (field == 1) o.maker = address(uint160(value));
        else if (field == 2) o.taker = address(uint160(value));
        else if (field == 3) o.workId = value;
        else if (field == 4) o.worksRoot = bytes32(value);
        else if (field == 5) o.termsHash = bytes32(value);
        else if (field == 6) o.token = address(uint160(value));
        else if (field == 7) o.price = within(value, 0, 2_000);
        else if (field == 8) o.quantity = within(value, 1, 100);
        else if (field == 9) o.transfers = within(value, 0, 3);
        else if (field == 10) o.encumbrance = bytes32(value);
        else if (field == 11) o.validFrom = within(value, 0, 100);
        else if (field == 12) o.deadline = within(value, 2_000_000_000, 3_000_000_000);
        else if (field == 13) o.counterTo = bytes32(value);
        else if (field == 14) o.uncontested = value & 1 == 1;
        else if (field == 15) o.deliverWithin = within(value, 0, 100 days);
        else if (field == 16) o.challengeWindow = within(value, 0, 100 days);
        else if (field == 17) o.counter = within(value, 0, 3);
        else if (field == 18) o.salt = value;
        else if (field == 19) o.fees[0].to = address(uint160(value));
        else o.fees[0].share = uint16(within(value, 0, 1_000));
    }

    function test_attackDirtyBitsInNarrowFields() public {
        // The hash is over the words as they stand: words that mean the same must not be two offers.
        Offer memory ask = asked();
        Fill memory fill_ = signed(ask);
        // kind, maker, taker, token, uncontested
        uint8[5] memory fields = [0, 1, 2, 6, 14];
        for (uint256 i; i < 5; ++i) {
            uint256 at = 0x20 * uint256(fields[i]);
            // After the selector stands the offset of the offer.
            bytes memory data = dirty(abi.encodeCall(market.post, (ask)), 0x24 + at);
            vm.prank(bob);
            (bool success, bytes memory reason) = address(market).call(data);
            no(success, "post");
            eq(reason.length, 0, "refused by the decoder");

            // Even where the maker signs the other hash.
            data = dirty(abi.encodeCall(market.hashOffer, (ask)), 0x24 + at);
            (success, reason) = address(market).call(data);
            yes(success, "hash");
            bytes32 other = abi.decode(reason, (bytes32));
            no(other == hashOf(ask), "another hash");
            fill_.approval.signature = sign(bob, address(market), other);
            // The offset of the fill, and its three.
            data = dirty(abi.encodeCall(market.fill, (fill_)), 0x84 + at);
            vm.prank(cid);
            (success, reason) = address(market).call(data);
            no(success, "fill");
            eq(reason.length, 0, "refused by the decoder");
        }
        fill(cid, signed(ask));
    }

    /// @dev `data` with the highest bit of the word at `at` set.
    function dirty(bytes memory data, uint256 at) internal pure returns (bytes memory) {
        assembly ("memory-safe") {
            let word := add(add(data, 0x20), at)
            mstore(word, or(mload(word), shl(255, 1)))
        }
        return data;
    }

    function invalid(address signer, Offer memory o) internal pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                ILicenseMarketplace.InvalidSignature.selector,
                signer,
                hashOf(o)
            );
    }

    // ------------------------------------------------------------------- fees

    function test_attackFeeAboveTheCap() public {
        Offer memory ask = asked();
        ask.fees = new FeeShare[](3);
        ask.fees[0] = FeeShare(dan, 400);
        ask.fees[1] = FeeShare(eve, 400);
        ask.fees[2] = FeeShare(dan, 201);
        bytes memory reason = err(ILicenseMarketplace.FeesTooHigh.selector, 1_001, 1_000);
        refuses(cid, signed(ask), reason);
        vm.expectRevert(reason);
        vm.prank(bob);
        market.post(ask);
        // 65,535 twice would wrap around in 16 bits.
        ask.fees[0].share = type(uint16).max;
        ask.fees[1].share = 1;
        ask.fees[2].share = 0;
        refuses(cid, signed(ask), err(ILicenseMarketplace.FeesTooHigh.selector, 65_536, 1_000));
    }

    function test_feeReceiversThatTheSplitterRefusesAreRefusedAtOnce() public {
        Offer memory ask = asked();
        address[2] memory bad = [address(0), address(splitter)];
        for (uint256 i; i < 2; ++i) {
            ask.fees = fee(bad[i], 100);
            bytes memory reason = err(ILicenseMarketplace.InvalidOffer.selector, hashOf(ask));
            refuses(cid, signed(ask), reason);
            vm.expectRevert(reason);
            vm.prank(bob);
            market.post(ask);
        }
    }

    function test_atMostEightFees() public {
        Offer memory ask = asked();
        ask.fees = new FeeShare[](9);
        for (uint256 i; i < 9; ++i) {
            ask.fees[i] = FeeShare(dan, 1);
        }
        refuses(cid, signed(ask), err(ILicenseMarketplace.InvalidOffer.selector, hashOf(ask)));
        ask.fees = new FeeShare[](8);
        for (uint256 i; i < 8; ++i) {
            ask.fees[i] = FeeShare(dan, 100);
        }
        fill(cid, signed(ask));
        eq(splitter.balances(dan, address(dollar)), 80, "eight times ten");
    }

    function test_attackReferrerThatReverts() public {
        Refuser referrer = new Refuser();
        Offer memory ask = inEther(10_000);
        ask.fees = fee(address(referrer), 500);
        fill(cid, signed(ask), 10_000);
        eq(license.balanceOf(cid), 1, "sold all the same");
        eq(splitter.balances(address(referrer), ETHER), 500, "credited, never pushed");
        vm.expectRevert(
            abi.encodeWithSelector(IRoyaltySplitter.TransferFailed.selector, address(referrer), 500)
        );
        vm.prank(address(referrer));
        splitter.withdraw(ETHER, address(referrer));
        vm.prank(address(referrer));
        splitter.withdraw(ETHER, dan);
        eq(dan.balance, 500, "to whom it pleases");
    }

    function testFuzz_feesAreFloorsAndTheRestIsIncome(uint96 price, uint16 a, uint16 b) public {
        Offer memory ask = asked(plain, price);
        ask.fees = new FeeShare[](2);
        ask.fees[0] = FeeShare(dan, uint16(within(a, 0, 1_000)));
        ask.fees[1] = FeeShare(eve, uint16(within(b, 0, 1_000 - ask.fees[0].share)));
        dollar.mint(cid, price);
        fill(cid, signed(ask));
        uint256 toDan = (uint256(price) * ask.fees[0].share) / 10_000;
        uint256 toEve = (uint256(price) * ask.fees[1].share) / 10_000;
        eq(splitter.balances(dan, address(dollar)), toDan, "Dan");
        eq(splitter.balances(eve, address(dollar)), toEve, "Eve");
        (uint256 income, ) = splitter.pending(work, address(dollar));
        eq(income, price - toDan - toEve, "income");
        eq(dollar.balanceOf(address(market)), 0, "the market keeps nothing");
    }

    // ------------------------------------------------------------------- form

    function test_offersWhoseFieldsDoNotGoTogether() public {
        Offer memory ask = asked();
        ask.kind = 4;
        isInvalid(ask);
        ask = asked();
        ask.quantity = 0;
        isInvalid(ask);
        ask.quantity = 1 << 128;
        isInvalid(ask);
        ask = asked();
        ask.worksRoot = "root";
        isInvalid(ask);
        ask = asked();
        ask.deliverWithin = 3_600 days + 1;
        isInvalid(ask);
        ask = asked();
        ask.challengeWindow = 3_600 days + 1;
        isInvalid(ask);
        for (uint8 kind = 2; kind < 4; ++kind) {
            ask = certificate(kind);
            ask.quantity = 2;
            isInvalid(ask);
            ask = certificate(kind);
            ask.termsHash = plain;
            isInvalid(ask);
            ask = certificate(kind);
            ask.deliverWithin = 1;
            isInvalid(ask);
            ask = certificate(kind);
            ask.worksRoot = workLeaf(work);
            ask.workId = 0;
            isInvalid(ask);
        }
    }

    function certificate(uint8 kind) internal view returns (Offer memory o) {
        o = sellingCertificate(work, address(dollar), 1_000);
        o.kind = kind;
    }

    function isInvalid(Offer memory o) internal {
        bytes memory reason = err(ILicenseMarketplace.InvalidOffer.selector, hashOf(o));
        refuses(cid, signed(o), reason);
        vm.expectRevert(reason);
        vm.prank(o.maker);
        market.post(o);
    }

    // ------------------------------------------------------------------ ether

    function test_etherMustBeThePriceExactly() public {
        Fill memory fill_ = signed(inEther(1_000), 3);
        bytes4 wrong = ILicenseMarketplace.WrongValue.selector;
        refuses(cid, fill_, 2_999, err(wrong, 2_999, 3_000));
        refuses(cid, fill_, 3_001, err(wrong, 3_001, 3_000));
        refuses(cid, fill_, 0, err(wrong, 0, 3_000));
        fill(cid, fill_, 3_000);
        refuses(cid, signed(asked()), 1, err(wrong, 1, 0));
        eq(address(market).balance, 0, "nothing stays");
    }

    function test_aPriceOfOneUnitIsPaid() public {
        uint256 free = certify(bob, "free");
        Offer memory ask = offer(free, plain, ETHER, 1);
        refuses(cid, signed(ask), 0, err(ILicenseMarketplace.WrongValue.selector, 0, 1));
        fill(cid, signed(ask), 1);
        eq(splitter.credit(free, ETHER), 1, "in ETH");
        refuses(cid, signed(ask), 2, err(ILicenseMarketplace.WrongValue.selector, 2, 1));
        ask.token = address(dollar);
        fund(cid, 1);
        fill(cid, signed(ask));
        eq(splitter.credit(free, address(dollar)), 1, "in dollars");
    }

    function test_aPriceBeyondAllNumbersIsRefused() public {
        Offer memory ask = asked(plain, type(uint256).max);
        Fill memory fill_ = signed(ask, 2);
        refuses(cid, fill_, abi.encodeWithSignature("Panic(uint256)", 0x11));
    }
}
