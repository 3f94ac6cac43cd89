// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Till} from "../../contracts/Till.sol";
import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {Cid} from "../../contracts/libraries/Cid.sol";
import {Certify, Consent, Edge, Payee, TreeProof} from "../../contracts/types/Structs.sol";
import {Base} from "./Base.sol";

contract IPRegistryTest is Base {
    event Transfer(address indexed from, address indexed to, uint256 indexed id);

    // ---------------------------------------------------------------- certify

    function test_certifyMintsToTheCreator() public {
        Certify memory certify_ = claim(ann, sha256("picture"));
        uint256 id = registry.workIdOf(ann, sha256("picture"), block.chainid);
        no(registry.exists(id), "exists before");
        vm.expectEmit(address(registry));
        emit Transfer(address(0), ann, id);
        vm.expectEmit(address(registry));
        emit IIPRegistry.Certified(id, ann, sha256("picture"), certify_.metadata, block.timestamp);
        vm.prank(ann);
        eq(registry.certify(certify_), id, "id");
        yes(registry.exists(id), "exists");
        eq(registry.ownerOf(id), ann, "owner");
        eq(registry.balanceOf(ann), 1, "certificates");
        eq(registry.metadata(id), certify_.metadata, "metadata");
        eq(registry.claimTime(id), block.timestamp, "claim time");
        (address owner, uint256 transfers, bool suspended) = registry.ownership(id);
        eq(owner, ann, "owner");
        eq(transfers, 0, "transfers");
        no(suspended, "suspended");
    }

    function test_idIsTheTillsAddress() public {
        uint256 id = registry.workIdOf(ann, "content", block.chainid);
        address till = vm.computeCreate2Address(
            keccak256(abi.encode(ann, bytes32("content"), block.chainid)),
            keccak256(type(Till).creationCode),
            address(splitter)
        );
        eq(id, uint256(uint160(till)), "id before minting");
        eq(certify(ann, "content"), id, "id of the certificate");
        eq(till.code.length, 0, "no till before it is needed");
        vm.deal(till, 1);
        splitter.sweep(ann, "content", ETHER);
        yes(till.code.length > 0, "the till lies at the id");
    }

    function testFuzz_idsDifferByCreatorContentAndChain(
        address creator,
        bytes32 content,
        uint256 chain
    ) public view {
        uint256 id = registry.workIdOf(creator, content, chain);
        address other = address(uint160(creator) ^ 1);
        yes(id != registry.workIdOf(other, content, chain), "creator");
        yes(id != registry.workIdOf(creator, content ^ bytes32(uint256(1)), chain), "content");
        yes(id != registry.workIdOf(creator, content, chain ^ 1), "chain");
        eq(id >> 160, 0, "an address");
    }

    function test_certifyRefusesAnybodyButTheCreator() public {
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.NotCreator.selector, bob, ann));
        vm.prank(bob);
        registry.certify(claim(ann, "content"));
    }

    function test_certifyRefusesCreatorZero() public {
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.NotCreator.selector, bob, address(0)));
        vm.prank(bob);
        registry.certify(claim(address(0), "content"));
    }

    function test_certifyRefusesOtherChains() public {
        Certify memory certify_ = claim(ann, "content");
        certify_.homeChainId = 5;
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.WrongChain.selector, 5, block.chainid));
        vm.prank(ann);
        registry.certify(certify_);
    }

    function test_certifyRefusesASecondCertificate() public {
        uint256 id = certify(ann, "content");
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.AlreadyCertified.selector, id));
        vm.prank(ann);
        registry.certify(claim(ann, "content"));
    }

    function test_certifyCapsTheResaleRoyalty() public {
        Certify memory certify_ = claim(ann, "content");
        certify_.resaleRoyalty = 1_001;
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.RoyaltyTooHigh.selector, 1_001, 1_000));
        vm.prank(ann);
        registry.certify(certify_);
        certify_.resaleRoyalty = 1_000;
        vm.prank(ann);
        registry.certify(certify_);
    }

    function test_certifyRefusesParentsAndPayees() public {
        Certify memory certify_ = claim(ann, "content");
        certify_.payees = one(bob, 1);
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.HasEdgesOrPayees.selector, 0, 1));
        vm.prank(ann);
        registry.certify(certify_);
        certify_.edges = new Edge[](2);
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.HasEdgesOrPayees.selector, 2, 1));
        vm.prank(ann);
        registry.certify(certify_);
        certify_.payees = new Payee[](0);
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.HasEdgesOrPayees.selector, 2, 0));
        vm.prank(ann);
        registry.certify(certify_);
    }

    function testFuzz_certifyThroughRefusesStrangers(address stranger) public {
        if (stranger == address(license)) return;
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.OnlyLicense.selector, stranger));
        vm.prank(stranger);
        TreeProof memory proof;
        Consent memory consent;
        registry.certifyThrough(claim(stranger, "content"), proof, consent, stranger);
    }

    // ----------------------------------------------------------------- claims

    function test_claimsKeepTheFirstWorkAndCountAll() public {
        (uint256 first, uint256 time, uint256 count) = registry.claims("content");
        eq(first | time | count, 0, "no claim yet");
        uint256 start = block.timestamp;
        uint256 anns = certify(ann, "content");
        vm.warp(start + 100);
        uint256 bobs = certify(bob, "content");
        certify(bob, "other");
        (first, time, count) = registry.claims("content");
        eq(first, anns, "first");
        eq(time, start, "time of the first");
        eq(count, 2, "count");
        eq(registry.claimTime(bobs), start + 100, "time of the second");
        (first, , count) = registry.claims("other");
        eq(count, 1, "count of the other");
    }

    // --------------------------------------------------------------- metadata

    function test_tokenURIIsTheCidOfTheMetadata() public {
        // Digests and their CIDs as IPFS tools print them (`ipfs add --cid-version=1 --raw-leaves`).
        eq(
            uriOf(sha256("")),
            "ipfs://bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
            "CID of nothing"
        );
        eq(
            uriOf(sha256("hello world")),
            "ipfs://bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e",
            "CID of hello world"
        );
    }

    function uriOf(bytes32 digest) internal returns (string memory) {
        Certify memory certify_ = claim(ann, digest);
        certify_.metadata = digest;
        vm.prank(ann);
        return registry.tokenURI(registry.certify(certify_));
    }

    /// @dev Against a decoder of its own: base32 text back to the 36 bytes of the CID.
    function testFuzz_cidDecodesToTheDigest(bytes32 digest) public pure {
        bytes memory text = bytes(Cid.uri(digest));
        eq(text.length, 66, "length");
        uint256 high;
        uint256 low;
        for (uint256 i = 8; i < 66; ++i) {
            uint256 c = uint8(text[i]);
            uint256 digit = c >= 0x61 ? c - 0x61 : c - 0x32 + 26;
            yes(digit < 32, "base32");
            high = (high << 5) | (low >> 251);
            low = (low << 5) | digit;
        }
        // 58 characters are 290 bits: 32 of prefix, 256 of digest, 2 of padding.
        eq(low & 3, 0, "padding");
        eq((low >> 2) | (high << 254), uint256(digest), "digest");
        eq(high >> 2, 0x01551220, "CIDv1, raw, sha2-256, 32 bytes");
    }

    // --------------------------------------------------------------- transfer

    function test_transferMovesTheCertificateAndCounts() public {
        uint256 id = certify(ann, "content");
        vm.warp(block.timestamp + 7);
        vm.prank(ann);
        registry.transferFrom(ann, bob, id);
        vm.prank(bob);
        registry.approve(cid, id);
        vm.prank(cid);
        registry.safeTransferFrom(bob, ann, id);
        vm.prank(ann);
        registry.transferFrom(ann, ann, id);
        (address owner, uint256 transfers, bool suspended) = registry.ownership(id);
        eq(owner, ann, "owner");
        eq(transfers, 3, "transfers, to oneself too");
        no(suspended, "suspended");
        eq(registry.claimTime(id), block.timestamp - 7, "claim time stays");
    }

    function test_transferKeepsTheRoyaltyRate() public {
        Certify memory certify_ = claim(ann, "content");
        certify_.resaleRoyalty = 777;
        vm.startPrank(ann);
        uint256 id = registry.certify(certify_);
        registry.transferFrom(ann, bob, id);
        (, uint256 amount) = registry.royaltyInfo(id, 10_000);
        eq(amount, 777, "royalty");
    }

    function test_transferRefusesTills() public {
        uint256 id = certify(ann, "content");
        // Its own, and any other certified work's: nobody could move it again.
        address[2] memory tills = [address(uint160(id)), address(uint160(certify(bob, "another")))];
        for (uint256 i; i < 2; ++i) {
            bytes memory reason = abi.encodeWithSelector(IIPRegistry.ToTill.selector, id, tills[i]);
            vm.expectRevert(reason);
            vm.prank(ann);
            registry.transferFrom(ann, tills[i], id);
            vm.expectRevert(reason);
            vm.prank(ann);
            registry.safeTransferFrom(ann, tills[i], id);
        }
    }

    function test_transferRefusesStrangers() public {
        uint256 id = certify(ann, "content");
        vm.expectRevert(abi.encodeWithSignature("NotOwnerNorApproved()"));
        vm.prank(bob);
        registry.transferFrom(ann, bob, id);
    }

    function test_certificatesTakeNoEther() public {
        uint256 id = certify(ann, "content");
        bytes memory refused = abi.encodeWithSelector(IIPRegistry.NoValue.selector, 3);
        vm.deal(ann, 9);
        vm.startPrank(ann);
        vm.expectRevert(refused);
        registry.approve{value: 3}(bob, id);
        vm.expectRevert(refused);
        registry.transferFrom{value: 3}(ann, bob, id);
        vm.expectRevert(refused);
        registry.safeTransferFrom{value: 3}(ann, bob, id);
        vm.expectRevert(refused);
        registry.safeTransferFrom{value: 3}(ann, bob, id, "data");
        (bool success, ) = address(registry).call{value: 3}("");
        no(success, "plain ETH");
        (success, ) = address(registry).call{value: 3}(
            abi.encodeCall(registry.setApprovalForAll, (bob, true))
        );
        no(success, "ETH with setApprovalForAll");
    }

    // ------------------------------------------------------------------ reads

    function testFuzz_royaltyGoesToTheTill(uint16 rate, uint256 price) public {
        Certify memory certify_ = claim(ann, "content");
        certify_.resaleRoyalty = uint16(within(rate, 0, 1_000));
        vm.prank(ann);
        uint256 id = registry.certify(certify_);
        (address receiver, uint256 amount) = registry.royaltyInfo(id, price);
        eq(receiver, address(uint160(id)), "receiver");
        if (price > type(uint256).max / 10_000) eq(amount, 0, "royalty of an impossible price");
        else eq(amount, (price * certify_.resaleRoyalty) / 10_000, "royalty");
    }

    function test_supportsItsInterfaces() public view {
        bytes4[4] memory ids = [
            bytes4(0x01ffc9a7),
            bytes4(0x80ac58cd),
            bytes4(0x5b5e139f),
            bytes4(0x2a55205a)
        ];
        for (uint256 i; i < ids.length; ++i) {
            yes(registry.supportsInterface(ids[i]), "ERC-165, 721, 721Metadata, 2981");
        }
        no(registry.supportsInterface(0xffffffff), "0xffffffff");
        eq(registry.name(), "Gen-IP Certificate", "name");
        eq(registry.symbol(), "GENIP", "symbol");
    }

    function test_readsRefuseUnknownWorks() public {
        bytes memory unknown = abi.encodeWithSelector(IIPRegistry.UnknownWork.selector, 42);
        vm.expectRevert(unknown);
        registry.ownership(42);
        vm.expectRevert(unknown);
        registry.claimTime(42);
        vm.expectRevert(unknown);
        registry.metadata(42);
        vm.expectRevert(unknown);
        registry.tokenURI(42);
        vm.expectRevert(unknown);
        registry.royaltyInfo(42, 1);
    }
}
