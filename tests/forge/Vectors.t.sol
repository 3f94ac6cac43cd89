// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {MerkleProofLib} from "solady/src/utils/MerkleProofLib.sol";

import {Consents} from "../../contracts/libraries/Consents.sol";
import {Offering} from "../../contracts/libraries/Offering.sol";
import {AskLimits, Offer} from "../../contracts/types/Offers.sol";
import {Certify, Delegation, Terms} from "../../contracts/types/Structs.sol";
import {Base} from "./Base.sol";

/// @notice The cheatcodes that read files.
interface IFiles {
    function readFile(string calldata path) external view returns (string memory);
    function keyExistsJson(string calldata json, string calldata key) external view returns (bool);
    function parseJsonAddress(
        string calldata json,
        string calldata key
    ) external pure returns (address);
    function parseJsonBytes(
        string calldata json,
        string calldata key
    ) external pure returns (bytes memory);
    function parseJsonBytes32(
        string calldata json,
        string calldata key
    ) external pure returns (bytes32);
    function parseJsonBytes32Array(
        string calldata json,
        string calldata key
    ) external pure returns (bytes32[] memory);
    function parseJsonString(
        string calldata json,
        string calldata key
    ) external pure returns (string memory);
    function parseJsonUint(
        string calldata json,
        string calldata key
    ) external pure returns (uint256);
    function toString(uint256 value) external pure returns (string memory);
}

/// @notice What the contracts hash is what tests/vectors/eip712.json says, which other EIP-712
/// implementations made and check.
contract VectorsTest is Base {
    // solhint-disable-next-line const-name-snakecase
    IFiles internal constant files = IFiles(address(vm));

    string internal json;

    struct ConsentMessage {
        Certify certify;
        uint256 deadline;
    }
    struct ConsentTreeMessage {
        bytes32 root;
        uint256 deadline;
    }

    function setUp() public override {
        super.setUp();
        json = files.readFile("tests/vectors/eip712.json");
    }

    // ----------------------------------------------------------------- hashes

    function test_signedStructs() external view {
        uint256 count;
        for (; exists(".signed", count); ++count) {
            string memory key = at(".signed", count);
            bytes32 structHash = hashOf(textOf(key, ".struct"), bytesOf(key, ".abi"));
            string memory name = textOf(key, ".name");
            eq(structHash, wordOf(key, ".structHash"), name);

            string memory domain = string.concat(".domains.", textOf(key, ".domain"));
            bytes32 digest = keccak256(
                abi.encodePacked("\x19\x01", separatorOf(domain), structHash)
            );
            eq(digest, wordOf(key, ".digest"), string.concat(name, ": digest"));

            bytes memory signature = bytesOf(key, ".signature");
            address signer = recover(digest, signature);
            eq(signer, files.parseJsonAddress(json, ".account"), name);
        }
        yes(count > 10, "the file has signed structs");
    }

    function test_hashedStructs() external view {
        uint256 count;
        for (; exists(".hashed", count); ++count) {
            string memory key = at(".hashed", count);
            string memory struct_ = textOf(key, ".struct");
            bytes32 structHash = hashOf(struct_, bytesOf(key, ".abi"));
            eq(structHash, wordOf(key, ".structHash"), struct_);
        }
        yes(count > 4, "the file has hashed structs");
    }

    /// @dev The contracts' own domains have the name and version that the vectors have.
    function test_theContractsDomainsAreThoseOfTheVectors() external view {
        (, string memory name, string memory version, , , , ) = registry.eip712Domain();
        eq(name, textOf(".domains.registry", ".domain.name"), "registry");
        eq(version, textOf(".domains.registry", ".domain.version"), "registry's version");
        (, name, version, , , , ) = market.eip712Domain();
        eq(name, textOf(".domains.marketplace", ".domain.name"), "marketplace");
        eq(version, textOf(".domains.marketplace", ".domain.version"), "marketplace's version");
    }

    // ------------------------------------------------------------------ trees

    function test_trees() external {
        vm.chainId(files.parseJsonUint(json, ".domains.registry.domain.chainId"));
        uint256 count;
        uint256 leaves;
        for (; exists(".trees", count); ++count) {
            string memory key = at(".trees", count);
            bytes32 root = wordOf(key, ".root");
            string memory kind = textOf(key, ".kind");
            for (uint256 i; exists(string.concat(key, ".leaves"), i); ++i) {
                string memory entry = at(string.concat(key, ".leaves"), i);
                bytes32 leaf = leafOf(kind, entry);
                eq(leaf, wordOf(entry, ".leaf"), kind);
                bytes32[] memory path = files.parseJsonBytes32Array(
                    json,
                    string.concat(entry, ".path")
                );
                yes(MerkleProofLib.verify(path, root, leaf), kind);
                no(MerkleProofLib.verify(path, root, ~leaf), kind);
                ++leaves;
            }
        }
        yes(count > 8 && leaves > 20, "the file has trees");
    }

    function leafOf(string memory kind, string memory entry) internal view returns (bytes32) {
        if (same(kind, "certify")) {
            address verifier = files.parseJsonAddress(
                json,
                ".domains.registry.domain.verifyingContract"
            );
            bytes32 certifyHash = hashOf("Certify", bytesOf(entry, ".abi"));
            return Consents.leaf(verifier, certifyHash, wordOf(entry, ".salt"));
        }
        if (same(kind, "offers")) {
            return Offering.offerLeaf(hashOf("Offer", bytesOf(entry, ".abi")));
        }
        if (same(kind, "limits")) {
            return this.limitsLeaf(abi.decode(bytesOf(entry, ".abi"), (AskLimits)));
        }
        return Offering.workLeaf(files.parseJsonUint(json, string.concat(entry, ".value")));
    }

    // ------------------------------------------- the libraries take calldata

    function limitsLeaf(AskLimits calldata limits) external pure returns (bytes32) {
        return Offering.limitsLeaf(limits);
    }

    function delegationHash(Delegation calldata delegation) external pure returns (bytes32) {
        return Consents.hashDelegation(delegation);
    }

    function hashOf(string memory struct_, bytes memory data) internal view returns (bytes32) {
        if (same(struct_, "Consent")) {
            ConsentMessage memory message = abi.decode(data, (ConsentMessage));
            return Consents.hashConsent(registry.hashCertify(message.certify), message.deadline);
        }
        if (same(struct_, "ConsentTree")) {
            ConsentTreeMessage memory message = abi.decode(data, (ConsentTreeMessage));
            return Consents.hashConsentTree(message.root, message.deadline);
        }
        if (same(struct_, "Certify")) return registry.hashCertify(abi.decode(data, (Certify)));
        if (same(struct_, "Delegation")) {
            return this.delegationHash(abi.decode(data, (Delegation)));
        }
        if (same(struct_, "Revoke")) return Consents.hashRevoke(abi.decode(data, (bytes32)));
        if (same(struct_, "Offer")) return market.hashOffer(abi.decode(data, (Offer)));
        if (same(struct_, "OfferTree")) return Offering.hashTree(abi.decode(data, (bytes32)));
        if (same(struct_, "Terms")) return license.hashTerms(abi.decode(data, (Terms)));
        revert TextDiffers("struct", struct_, "one that the contracts hash");
    }

    function separatorOf(string memory domain) internal view returns (bytes32 separator) {
        string memory key = string.concat(domain, ".domain");
        separator = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256(bytes(textOf(key, ".name"))),
                keccak256(bytes(textOf(key, ".version"))),
                files.parseJsonUint(json, string.concat(key, ".chainId")),
                files.parseJsonAddress(json, string.concat(key, ".verifyingContract"))
            )
        );
        eq(separator, wordOf(domain, ".separator"), domain);
    }

    function recover(bytes32 digest, bytes memory signature) internal pure returns (address) {
        eq(signature.length, 65, "length of a signature");
        bytes32 r;
        bytes32 s;
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
        }
        return ecrecover(digest, uint8(signature[64]), r, s);
    }

    // ------------------------------------------------------------------- file

    function exists(string memory list, uint256 index) internal view returns (bool) {
        return files.keyExistsJson(json, at(list, index));
    }

    function at(string memory list, uint256 index) internal pure returns (string memory) {
        return string.concat(list, "[", files.toString(index), "]");
    }

    function textOf(string memory key, string memory member) internal view returns (string memory) {
        return files.parseJsonString(json, string.concat(key, member));
    }

    function bytesOf(string memory key, string memory member) internal view returns (bytes memory) {
        return files.parseJsonBytes(json, string.concat(key, member));
    }

    function wordOf(string memory key, string memory member) internal view returns (bytes32) {
        return files.parseJsonBytes32(json, string.concat(key, member));
    }

    function same(string memory a, string memory b) internal pure returns (bool) {
        return keccak256(bytes(a)) == keccak256(bytes(b));
    }
}
