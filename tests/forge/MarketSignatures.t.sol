// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {ILicenseMarketplace} from "../../contracts/interfaces/ILicenseMarketplace.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {AskLimits, Fill, Offer} from "../../contracts/types/Offers.sol";
import {Delegation} from "../../contracts/types/Structs.sol";
import {MarketBase} from "./MarketBase.sol";
import {Merkle} from "./Merkle.sol";
import {
    FickleWallet,
    GarbageWallet,
    HonestWallet,
    LyingWallet,
    ReenteringWallet,
    RevertingWallet,
    Wallet1271
} from "./mocks/Wallet1271.sol";

/// @notice How consent to an offer is shown: by keys, wallets, trees and delegates.
contract MarketSignaturesTest is MarketBase {
    bytes4 internal constant MAGIC = 0x1626ba7e;

    function setUp() public override {
        super.setUp();
        fund(cid, 1_000_000);
    }

    function invalid(address signer, Offer memory o) internal pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                ILicenseMarketplace.InvalidSignature.selector,
                signer,
                hashOf(o)
            );
    }

    // ------------------------------------------------------------------- keys

    function test_aKeySignsIn65BytesOr64() public {
        Offer memory ask = asked();
        Fill memory fill_ = signed(ask);
        fill(cid, fill_);
        fill_.approval.signature = compact(fill_.approval.signature);
        eq(fill_.approval.signature.length, 64, "compact");
        fill(cid, fill_);
        eq(filledOf(ask), 2, "both count for the same offer");
    }

    function test_attackTheSameSignatureInItsCompactAndItsMalleableForm() public {
        Offer memory ask = asked();
        ask.quantity = 1;
        Fill memory fill_ = signed(ask);
        bytes memory signature = fill_.approval.signature;
        fill(cid, fill_);
        bytes memory sold = abi.encodeWithSelector(
            ILicenseMarketplace.NotEnoughLeft.selector,
            hashOf(ask),
            0,
            1
        );
        fill_.approval.signature = compact(signature);
        refuses(cid, fill_, sold);
        fill_.approval.signature = malleated(signature);
        refuses(cid, fill_, sold);
        vm.prank(bob);
        market.cancel(hashOf(ask));
        fill_.approval.signature = compact(signature);
        refuses(cid, fill_, err(ILicenseMarketplace.OfferNotOpen.selector, hashOf(ask)));
    }

    function testFuzz_attackForgedSignature(bytes32 r, bytes32 s, uint8 v, uint8 length) public {
        Offer memory ask = asked();
        Fill memory fill_ = signed(ask);
        bytes memory forged = abi.encodePacked(r, s, v, r, s, v);
        uint256 size = within(length, 1, 130);
        assembly ("memory-safe") {
            mstore(forged, size)
        }
        fill_.approval.signature = forged;
        refuses(cid, fill_, invalid(bob, ask));
    }

    function test_attackSignatureReplayAcrossChains() public {
        Fill memory fill_ = signed(asked());
        vm.chainId(block.chainid + 1);
        refuses(cid, fill_, invalid(bob, fill_.offer));
    }

    function test_attackSignatureReplayAcrossContracts() public {
        Offer memory ask = asked();
        Fill memory fill_ = filling(ask, 1, cid);
        fill_.approval.signature = sign(bob, address(registry), hashOf(ask));
        refuses(cid, fill_, invalid(bob, ask));
    }

    function test_attackSignatureOfSomebodyElse() public {
        Offer memory ask = asked();
        Fill memory fill_ = filling(ask, 1, cid);
        fill_.approval.signature = sign(eve, address(market), hashOf(ask));
        refuses(cid, fill_, invalid(bob, ask));
    }

    function test_attackSignatureOfTheOfferItself() public {
        // A signature over the bare struct hash, without a domain, is no consent.
        Offer memory ask = asked();
        Fill memory fill_ = filling(ask, 1, cid);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[bob], hashOf(ask));
        fill_.approval.signature = abi.encodePacked(r, s, v);
        refuses(cid, fill_, invalid(bob, ask));
    }

    function test_aKeyThatDelegatesToCodeStillSigns() public {
        // EIP-7702: the account has code, which knows nothing of ERC-1271.
        Fill memory fill_ = signed(asked());
        vm.etch(bob, hex"ef01000000000000000000000000000000000000000001");
        fill(cid, fill_);
        eq(license.ownerOf(2), cid, "sold");
    }

    function test_attackOfferOfNobody() public {
        // A signature that recovers to nobody is no consent of the zero address.
        Offer memory ask = asked();
        ask.maker = address(0);
        Fill memory fill_ = filling(ask, 1, cid);
        fill_.approval.signature = new bytes(65);
        refuses(cid, fill_, invalid(address(0), ask));
    }

    // ---------------------------------------------------------------- wallets

    /// @dev Bob's work moves to a wallet, and the wallet asks.
    function wallets(Wallet1271 wallet) internal returns (Fill memory fill_) {
        transferTo(address(wallet), work);
        Offer memory ask = asked();
        fill_ = filling(ask, 1, cid);
        fill_.approval.signature = sign(bob, address(market), hashOf(ask));
    }

    function test_aWalletThatIsHonest() public {
        Fill memory fill_ = wallets(new HonestWallet(bob));
        fill(cid, fill_);
        fill_.approval.signature = sign(eve, address(market), hashOf(fill_.offer));
        refuses(cid, fill_, invalid(fill_.offer.maker, fill_.offer));
    }

    function test_attackErc1271WalletThatLies() public {
        // It consents to whatever is said in its name, and to nothing in anybody else's.
        LyingWallet liar = new LyingWallet();
        Fill memory fill_ = wallets(liar);
        fill_.approval.signature = "x";
        fill(cid, fill_);
        Offer memory ask = offer(root, plain, address(dollar), 1);
        ask.maker = address(liar);
        fill_ = filling(ask, 1, cid);
        fill_.approval.signature = "x";
        refuses(
            cid,
            fill_,
            abi.encodeWithSelector(ILicenseMarketplace.NotOwner.selector, root, address(liar), ann)
        );
    }

    function test_attackErc1271WalletThatReverts() public {
        Fill memory fill_ = wallets(new RevertingWallet());
        refuses(cid, fill_, invalid(fill_.offer.maker, fill_.offer));
    }

    function test_attackErc1271WalletThatAnswersGarbage() public {
        bytes32[4] memory answers = [
            bytes32(MAGIC),
            bytes32(uint256(uint32(MAGIC))),
            bytes32(uint256(1)),
            bytes32(type(uint256).max)
        ];
        uint256[4] memory lengths = [uint256(4), 32, 32, 32];
        for (uint256 i; i < 4; ++i) {
            Fill memory fill_ = wallets(new GarbageWallet(answers[i], lengths[i]));
            refuses(cid, fill_, invalid(fill_.offer.maker, fill_.offer));
        }
    }

    function test_attackErc1271WalletThatChangesItsMind() public {
        FickleWallet wallet = new FickleWallet();
        Fill memory fill_ = wallets(wallet);
        fill(cid, fill_);
        wallet.close();
        refuses(cid, fill_, invalid(address(wallet), fill_.offer));
        eq(license.ownerOf(2), cid, "what was sold stays sold");
    }

    function test_attackErc1271WalletThatReenters() public {
        ReenteringWallet wallet = new ReenteringWallet();
        Fill memory fill_ = wallets(wallet);
        bytes[3] memory calls = [
            abi.encodeCall(market.fill, (fill_)),
            abi.encodeCall(market.cancel, (hashOf(fill_.offer))),
            abi.encodeCall(market.cancelAll, ())
        ];
        for (uint256 i; i < 3; ++i) {
            wallet.onQuestion(address(market), calls[i]);
            refuses(cid, fill_, invalid(address(wallet), fill_.offer));
        }
        wallet.onQuestion(address(market), abi.encodeCall(market.counters, (bob)));
        fill(cid, fill_);
    }

    function test_aWalletPostsWithoutSigning() public {
        RevertingWallet wallet = new RevertingWallet();
        Fill memory fill_ = wallets(wallet);
        wallet.execute(address(market), abi.encodeCall(market.post, (fill_.offer)));
        fill_.approval.signature = "";
        fill(cid, fill_);
    }

    // ------------------------------------------------------------------ trees

    function tree(uint256 size) internal view returns (Offer[] memory asks, bytes32[] memory) {
        asks = new Offer[](size);
        bytes32[] memory leaves = new bytes32[](size);
        for (uint256 i; i < size; ++i) {
            asks[i] = asked(plain, 1_000 + i);
            leaves[i] = offerLeaf(asks[i]);
        }
        return (asks, leaves);
    }

    function leaf(
        Offer memory ask,
        bytes32[] memory leaves,
        uint256 index
    ) internal view returns (Fill memory fill_) {
        fill_ = filling(ask, 1, cid);
        fill_.approval.isTree = true;
        fill_.approval.root = Merkle.root(leaves);
        fill_.approval.path = Merkle.path(leaves, index);
        fill_.approval.signature = sign(bob, address(market), offerTreeHash(fill_.approval.root));
    }

    function testFuzz_oneSignatureOverManyOffers(uint8 size, uint8 index) public {
        (Offer[] memory asks, bytes32[] memory leaves) = tree(within(size, 1, 17));
        uint256 at = within(index, 0, asks.length - 1);
        fill(cid, leaf(asks[at], leaves, at));
        eq(dollar.balanceOf(cid), 1_000_000 - 1_000 - at, "the price of that offer");
        eq(filledOf(asks[at]), 1, "filled");
        if (asks.length > 1) eq(filledOf(asks[(at + 1) % asks.length]), 0, "only that one");
    }

    function test_anOfferOfATreeIsCancelledAlone() public {
        (Offer[] memory asks, bytes32[] memory leaves) = tree(4);
        vm.prank(bob);
        market.cancel(hashOf(asks[2]));
        refuses(
            cid,
            leaf(asks[2], leaves, 2),
            err(ILicenseMarketplace.OfferNotOpen.selector, hashOf(asks[2]))
        );
        fill(cid, leaf(asks[3], leaves, 3));
    }

    function test_attackSignatureReplayAcrossTrees() public {
        (Offer[] memory asks, bytes32[] memory leaves) = tree(4);
        Fill memory good = leaf(asks[1], leaves, 1);
        // Another offer under the same path.
        Offer memory cheap = asked(plain, 1);
        Fill memory fill_ = leaf(asks[1], leaves, 1);
        fill_.offer = cheap;
        refuses(cid, fill_, invalid(bob, cheap));
        // A tree of Eve's making under Bob's signature.
        (, bytes32[] memory hers) = tree(2);
        hers[0] = offerLeaf(cheap);
        fill_ = leaf(cheap, hers, 0);
        fill_.approval.signature = good.approval.signature;
        refuses(cid, fill_, invalid(bob, cheap));
        // The signature of a tree shown as that of one offer, and the other way round.
        fill_ = leaf(asks[1], leaves, 1);
        fill_.approval.isTree = false;
        refuses(cid, fill_, invalid(bob, asks[1]));
        fill_ = signed(asks[1]);
        fill_.approval.isTree = true;
        fill_.approval.root = offerLeaf(asks[1]);
        refuses(cid, fill_, invalid(bob, asks[1]));
        // A path that ends a level lower.
        fill_ = leaf(asks[1], leaves, 1);
        fill_.approval.path = Merkle.path(leaves, 0);
        refuses(cid, fill_, invalid(bob, asks[1]));
        fill(cid, good);
    }

    function test_attackATreeOfConsentsTakenForATreeOfOffers() public {
        // The registry's tree type has another name and another domain.
        (Offer[] memory asks, bytes32[] memory leaves) = tree(2);
        Fill memory fill_ = leaf(asks[0], leaves, 0);
        fill_.approval.signature = sign(
            bob,
            address(market),
            treeHash(fill_.approval.root, type(uint256).max)
        );
        refuses(cid, fill_, invalid(bob, asks[0]));
        fill_.approval.signature = sign(bob, address(registry), offerTreeHash(fill_.approval.root));
        refuses(cid, fill_, invalid(bob, asks[0]));
    }

    // -------------------------------------------------------------- delegates

    /// @dev Dan may ask for `plain` in dollars from 500 up, with fees of 2 %.
    function limits() internal view returns (AskLimits[] memory all) {
        all = new AskLimits[](3);
        all[0] = AskLimits(plain, address(dollar), 500, 200);
        all[1] = AskLimits(plain, ETHER, 7, 0);
        all[2] = AskLimits(sole, address(dollar), 90_000, 1_000);
    }

    function delegated(Offer memory ask, uint256 index) internal view returns (Fill memory fill_) {
        AskLimits[] memory all = limits();
        bytes32[] memory leaves = new bytes32[](all.length);
        for (uint256 i; i < all.length; ++i) {
            leaves[i] = limitsLeaf(all[i]);
        }
        fill_ = filling(ask, 1, cid);
        fill_.taking.contentHash = "work";
        Delegation memory delegation = delegating(bob, dan);
        delegation.termsRoot = Merkle.root(leaves);
        fill_.approval.delegation = delegation;
        fill_.approval.delegationSignature = sign(bob, hashOf(delegation));
        fill_.approval.limits = all[index];
        fill_.approval.limitsPath = Merkle.path(leaves, index);
        fill_.approval.signature = sign(dan, address(market), hashOf(ask));
    }

    function beyond(Offer memory ask) internal pure returns (bytes memory) {
        return err(ILicenseMarketplace.BeyondDelegation.selector, hashOf(ask));
    }

    function test_aDelegateAsksWithinItsLimits() public {
        Offer memory ask = asked(plain, 500);
        ask.fees = fee(eve, 200);
        fill(cid, delegated(ask, 0));
        eq(license.ownerOf(2), cid, "sold in Bob's name");
        eq(filledOf(ask), 1, "booked as Bob's");
        ask = inEther(7);
        fill(cid, delegated(ask, 1), 7);
        ask = asked(sole, 90_000);
        ask.fees = fee(eve, 1_000);
        fill(cid, delegated(ask, 2));
    }

    function test_aDelegateSignsATree() public {
        (Offer[] memory asks, bytes32[] memory leaves) = tree(5);
        Fill memory fill_ = delegated(asks[3], 0);
        fill_.approval.isTree = true;
        fill_.approval.root = Merkle.root(leaves);
        fill_.approval.path = Merkle.path(leaves, 3);
        fill_.approval.signature = sign(dan, address(market), offerTreeHash(fill_.approval.root));
        fill(cid, fill_);
        // One that is a leaf, but beyond the limits.
        asks[3].price = 1;
        leaves[3] = offerLeaf(asks[3]);
        fill_ = delegated(asks[3], 0);
        fill_.approval.isTree = true;
        fill_.approval.root = Merkle.root(leaves);
        fill_.approval.path = Merkle.path(leaves, 3);
        fill_.approval.signature = sign(dan, address(market), offerTreeHash(fill_.approval.root));
        refuses(cid, fill_, beyond(asks[3]));
    }

    function test_attackDelegateBelowTheLeastPrice() public {
        Offer memory ask = asked(plain, 499);
        refuses(cid, delegated(ask, 0), beyond(ask));
    }

    function test_attackDelegateTakesMoreFees() public {
        Offer memory ask = asked(plain, 500);
        ask.fees = fee(dan, 201);
        refuses(cid, delegated(ask, 0), beyond(ask));
    }

    function test_attackDelegateUnderOtherTermsOrInAnotherToken() public {
        bytes32 train = license.registerTerms(granting(Rights.TRAIN));
        Offer memory ask = asked(train, 1_000);
        refuses(cid, delegated(ask, 0), beyond(ask));
        // The dollar's limit does not carry over to another token.
        ask = inEther(1_000);
        refuses(cid, delegated(ask, 0), 1_000, beyond(ask));
        ask = asked(sole, 1_000);
        refuses(cid, delegated(ask, 0), beyond(ask));
        refuses(cid, delegated(ask, 2), beyond(ask));
    }

    function test_attackDelegateInventsLimits() public {
        Offer memory ask = asked(plain, 1);
        Fill memory fill_ = delegated(ask, 0);
        fill_.approval.limits.minPrice = 1;
        refuses(cid, fill_, beyond(ask));
        // No root means no asks at all.
        fill_ = delegated(ask, 0);
        fill_.approval.delegation.termsRoot = 0;
        fill_.approval.delegationSignature = sign(bob, hashOf(fill_.approval.delegation));
        fill_.approval.limitsPath = new bytes32[](0);
        refuses(cid, fill_, beyond(ask));
        // Its own root under Bob's signature.
        fill_ = delegated(ask, 0);
        fill_.approval.limits.minPrice = 1;
        fill_.approval.delegation.termsRoot = limitsLeaf(fill_.approval.limits);
        fill_.approval.limitsPath = new bytes32[](0);
        refuses(
            cid,
            fill_,
            abi.encodeWithSelector(
                IIPRegistry.InvalidSignature.selector,
                bob,
                hashOf(fill_.approval.delegation)
            )
        );
    }

    function test_attackDelegateSellsTheCertificateOrBids() public {
        Offer memory ask = sellingCertificate(work, address(dollar), 1_000);
        refuses(cid, delegated(ask, 0), beyond(ask));
        for (uint8 kind = 1; kind < 4; ++kind) {
            ask = asked();
            ask.quantity = 1;
            ask.kind = kind;
            if (kind > 1) ask.termsHash = 0;
            refuses(cid, delegated(ask, 0), beyond(ask));
        }
    }

    function test_attackDelegateOfSomebodyElse() public {
        Offer memory ask = offer(root, plain, address(dollar), 1_000);
        Fill memory fill_ = delegated(ask, 0);
        fill_.taking.contentHash = "root";
        refuses(cid, fill_, beyond(ask));
        // Eve delegates to Dan, who asks for Bob's work with it.
        ask = asked();
        fill_ = delegated(ask, 0);
        fill_.approval.delegation.creator = eve;
        fill_.approval.delegationSignature = sign(eve, hashOf(fill_.approval.delegation));
        refuses(cid, fill_, beyond(ask));
    }

    function test_attackDelegateSellsWorksItsMakerBought() public {
        // Bob's limits are for his own works, not for Ann's that he owns now.
        transferTo(bob, root);
        Offer memory ask = offer(root, plain, address(dollar), 1_000);
        Fill memory fill_ = delegated(ask, 0);
        bytes32[3] memory contents = [bytes32("root"), "work", 0];
        for (uint256 i; i < 3; ++i) {
            fill_.taking.contentHash = contents[i];
            refuses(cid, fill_, beyond(ask));
        }
        // Bob himself may sell them.
        fill(cid, signed(ask));
    }

    function test_attackDelegateSellsABoughtWorkFromASet() public {
        transferTo(bob, root);
        bytes32[] memory leaves = new bytes32[](2);
        (leaves[0], leaves[1]) = (workLeaf(work), workLeaf(root));
        Offer memory ask = asked();
        ask.workId = 0;
        ask.transfers = 1;
        ask.worksRoot = Merkle.root(leaves);
        Fill memory fill_ = delegated(ask, 0);
        fill_.taking.workId = root;
        fill_.taking.worksPath = Merkle.path(leaves, 1);
        refuses(cid, fill_, beyond(ask));
        ask.transfers = 0;
        fill_ = delegated(ask, 0);
        fill_.taking.workId = work;
        fill_.taking.worksPath = Merkle.path(leaves, 0);
        fill(cid, fill_);
    }

    function test_attackSomebodyElseSignsForTheDelegate() public {
        Offer memory ask = asked();
        Fill memory fill_ = delegated(ask, 0);
        fill_.approval.signature = sign(eve, address(market), hashOf(ask));
        refuses(cid, fill_, invalid(dan, ask));
    }

    function test_attackDelegateAfterRevocation() public {
        Offer memory ask = asked();
        Fill memory fill_ = delegated(ask, 0);
        fill(cid, fill_);
        bytes32 hash = hashOf(fill_.approval.delegation);
        vm.prank(bob);
        registry.revoke(hash);
        refuses(cid, fill_, abi.encodeWithSelector(IIPRegistry.ConsentRevoked.selector, bob, hash));
    }

    function test_attackDelegateAfterItsExpiry() public {
        Offer memory ask = asked();
        Fill memory fill_ = delegated(ask, 0);
        uint256 expiry = fill_.approval.delegation.expiry;
        vm.warp(expiry);
        fill(cid, fill_);
        vm.warp(expiry + 1);
        refuses(
            cid,
            fill_,
            abi.encodeWithSelector(IIPRegistry.DelegationNotValid.selector, bob, dan, expiry)
        );
    }

    function test_attackDelegationReplayedOnAnotherChain() public {
        Offer memory ask = asked();
        Fill memory fill_ = delegated(ask, 0);
        vm.chainId(block.chainid + 1);
        fill_.approval.signature = sign(dan, address(market), hashOf(ask));
        refuses(
            cid,
            fill_,
            abi.encodeWithSelector(
                IIPRegistry.InvalidSignature.selector,
                bob,
                hashOf(fill_.approval.delegation)
            )
        );
    }

    function test_aMakersCancelBindsTheDelegateToo() public {
        Offer memory ask = asked();
        vm.prank(bob);
        market.cancelAll();
        refuses(
            cid,
            delegated(ask, 0),
            abi.encodeWithSelector(ILicenseMarketplace.CounterOutdated.selector, hashOf(ask), 0, 1)
        );
    }

    function test_aDelegationEndsWithTheOwnership() public {
        Offer memory ask = asked();
        Fill memory fill_ = delegated(ask, 0);
        transferTo(eve, work);
        refuses(
            cid,
            fill_,
            abi.encodeWithSelector(ILicenseMarketplace.NotOwner.selector, work, bob, eve)
        );
    }
}
