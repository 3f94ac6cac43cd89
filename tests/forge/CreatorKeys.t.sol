// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {Certify, Consent, Delegation} from "../../contracts/types/Structs.sol";
import {Signing} from "./Signing.sol";
import {HonestWallet} from "./mocks/Wallet1271.sol";

/// @notice Creators who showed to hold the account's own key are paid whatever code it runs.
contract CreatorKeysTest is Signing {
    function hasKey(uint256 id) internal view returns (bool key) {
        (, , key) = registry.ownerAndKey(id);
    }

    function submitted(Certify memory certify_, Consent memory consent) internal returns (uint256) {
        vm.prank(eve);
        return registry.certifyFor(certify_, noProof(), consent);
    }

    function test_aSignatureShowsTheKey() public {
        Certify memory certify_ = claim(ann, "signed");
        uint256 id = submitted(certify_, consentTo(certify_));
        (address owner, uint256 transfers, bool key) = registry.ownerAndKey(id);
        yes(owner == ann && transfers == 0 && key, "the creator's key");
    }

    function test_sendingTheTransactionShowsTheKey() public {
        Certify memory certify_ = claim(ann, "sent");
        vm.prank(ann, ann);
        yes(hasKey(registry.certify(certify_)), "registry");
        certify_.contentHash = "sent too";
        vm.prank(ann, ann);
        yes(hasKey(registry.certifyFor(certify_, noProof(), noConsent())), "with a proof");
        certify_.contentHash = "shared";
        certify_.payees = one(bob, 1_000);
        vm.prank(ann, ann);
        yes(hasKey(license.certify(certify_)), "through the license contract");
    }

    function test_aContractShowsNoKey() public {
        HonestWallet wallet = new HonestWallet(ann);
        Certify memory certify_ = claim(address(wallet), "called");
        vm.prank(address(wallet), ann);
        yes(!hasKey(registry.certify(certify_)), "its owner sent the transaction");
        certify_.contentHash = "signed";
        Consent memory consent;
        consent.deadline = block.timestamp;
        consent.signature = sign(ann, consentHash(certify_, consent.deadline));
        yes(!hasKey(submitted(certify_, consent)), "its owner signed");
    }

    function test_underADelegationTheCreatorsSignatureCounts() public {
        Certify memory certify_ = claim(ann, "by a delegate");
        Consent memory consent = consentBy(delegating(ann, bob), certify_);
        yes(hasKey(submitted(certify_, consent)), "signed by the delegate");
        certify_.contentHash = "called by a delegate";
        consent.signature = "";
        vm.prank(bob, bob);
        yes(hasKey(registry.certifyFor(certify_, noProof(), consent)), "called by the delegate");

        HonestWallet wallet = new HonestWallet(ann);
        certify_ = claim(address(wallet), "of a wallet");
        Delegation memory delegation = delegating(address(wallet), bob);
        consent.delegation = delegation;
        consent.delegationSignature = sign(ann, hashOf(delegation));
        consent.deadline = block.timestamp;
        consent.signature = sign(bob, consentHash(certify_, consent.deadline));
        yes(!hasKey(submitted(certify_, consent)), "the delegate's key is not the creator's");
    }

    function test_aSaleEndsIt() public {
        Certify memory certify_ = claim(ann, "sold");
        uint256 id = submitted(certify_, consentTo(certify_));
        vm.prank(ann);
        registry.transferFrom(ann, bob, id);
        yes(!hasKey(id), "nobody knows the buyer's");
        vm.prank(bob);
        registry.transferFrom(bob, ann, id);
        yes(!hasKey(id), "nor looks back");
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, 42));
        registry.ownerAndKey(42);
    }

    function test_provingAndRevisingKeepIt() public {
        Certify memory certify_ = claim(ann, "revised");
        uint256 id = submitted(certify_, consentTo(certify_));
        vm.prank(ann);
        registry.reviseMetadata(id, "second");
        yes(hasKey(id), "kept");
    }

    function test_releasePaysACreatorWithAKeyAndCode() public {
        Certify memory certify_ = claim(ann, "signed");
        uint256 id = submitted(certify_, consentTo(certify_));
        // As a smart account by EIP-7702; this code takes anything.
        vm.etch(ann, hex"00");
        payEther(dan, id, 700);
        splitter.release(id, ETHER);
        eq(ann.balance, 700, "paid");

        HonestWallet wallet = new HonestWallet(bob);
        certify_ = claim(address(wallet), "of a contract");
        vm.prank(address(wallet), bob);
        id = registry.certify(certify_);
        payEther(dan, id, 700);
        splitter.release(id, ETHER);
        eq(splitter.balances(address(wallet), ETHER), 700, "a contract asks for its money itself");
    }
}
