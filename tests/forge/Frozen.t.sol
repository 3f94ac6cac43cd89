// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPLicense} from "../../contracts/interfaces/IIPLicense.sol";
import {IIPRegistry} from "../../contracts/interfaces/IIPRegistry.sol";
import {Consents} from "../../contracts/libraries/Consents.sol";
import {Offering} from "../../contracts/libraries/Offering.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {Tills} from "../../contracts/libraries/Tills.sol";
import {AskLimits, Deal, Fill, Offer} from "../../contracts/types/Offers.sol";
import {Certify, Terms} from "../../contracts/types/Structs.sol";
import {MarketBase} from "./MarketBase.sol";
import {IDomain} from "./Signing.sol";
import {IFiles} from "./Vectors.t.sol";

/// @notice The cheatcode that lists a JSON object's keys.
interface IKeys {
    function parseJsonKeys(
        string calldata json,
        string calldata key
    ) external pure returns (string[] memory);
}

/// @notice ERC-165.
interface IERC165 {
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
}

/// @notice The contracts sign, hash and number as abi/v1/types.json says. A failure here means that
/// wallets, indexers and contracts written for v1 would break: undo the change, or freeze another
/// version (tools/freeze.py).
contract FrozenTest is MarketBase {
    // solhint-disable-next-line const-name-snakecase
    IFiles internal constant files = IFiles(address(vm));

    string internal json;

    function setUp() public override {
        super.setUp();
        json = files.readFile("abi/v1/types.json");
    }

    // ---------------------------------------------------------------- EIP-712

    function test_domains() external view {
        domain(".domains.IPRegistry", address(registry));
        domain(".domains.LicenseMarketplace", address(market));
        count(".domains", 2);
    }

    function domain(string memory key, address verifier) internal view {
        (bytes1 fields, string memory name, string memory version, , address at, , ) = IDomain(
            verifier
        ).eip712Domain();
        yes(fields == 0x0f, "name, version, chain and contract");
        eq(at, verifier, "verifying contract");
        eq(name, text(key, ".name"), key);
        eq(version, text(key, ".version"), key);
        typeHash(key);
    }

    function test_signedTypes() external view {
        eq(typeHash(".signed.IPRegistry.Consent"), Consents.CONSENT_TYPEHASH, "Consent");
        eq(
            typeHash(".signed.IPRegistry.ConsentTree"),
            Consents.CONSENT_TREE_TYPEHASH,
            "ConsentTree"
        );
        eq(typeHash(".signed.IPRegistry.Delegation"), Consents.DELEGATION_TYPEHASH, "Delegation");
        eq(typeHash(".signed.IPRegistry.Revoke"), Consents.REVOKE_TYPEHASH, "Revoke");
        count(".signed.IPRegistry", 4);
        eq(typeHash(".signed.LicenseMarketplace.Offer"), Offering.OFFER_TYPEHASH, "Offer");
        eq(
            typeHash(".signed.LicenseMarketplace.OfferTree"),
            Offering.OFFER_TREE_TYPEHASH,
            "OfferTree"
        );
        count(".signed.LicenseMarketplace", 2);
    }

    function test_hashedTypes() external view {
        eq(typeHash(".hashed.Certify"), Consents.CERTIFY_TYPEHASH, "Certify");
        eq(typeHash(".hashed.Edge"), Consents.EDGE_TYPEHASH, "Edge");
        eq(typeHash(".hashed.Payee"), Consents.PAYEE_TYPEHASH, "Payee");
        eq(typeHash(".hashed.FeeShare"), Offering.FEE_SHARE_TYPEHASH, "FeeShare");
        eq(typeHash(".leafType"), Consents.LEAF_TYPEHASH, "Leaf");
        Terms memory terms = sharing(1, 2);
        bytes32 hash = keccak256(abi.encode(typeHash(".hashed.Terms"), terms));
        eq(license.hashTerms(terms), hash, "Terms");
        count(".hashed", 5);
    }

    /// @dev Both contracts accept what is signed from the file alone: domain, type, signature.
    function test_theContractsAcceptWhatIsSignedFromTheFile() external {
        bytes32 structHash = keccak256(
            abi.encode(typeHash(".signed.IPRegistry.Revoke"), bytes32("consent"))
        );
        bytes memory signature = signFromFile(
            ann,
            ".domains.IPRegistry",
            address(registry),
            structHash
        );
        registry.revokeFor(ann, "consent", signature);
        yes(registry.revoked(ann, "consent"), "registry");

        Offer memory ask = asked(plain, 0);
        Fill memory fill_ = filling(ask, 1, cid);
        bytes32 root = keccak256(abi.encode(keccak256(abi.encode(market.hashOffer(ask)))));
        structHash = keccak256(abi.encode(typeHash(".signed.LicenseMarketplace.OfferTree"), root));
        fill_.approval.isTree = true;
        fill_.approval.root = root;
        fill_.approval.signature = signFromFile(
            bob,
            ".domains.LicenseMarketplace",
            address(market),
            structHash
        );
        eq(license.ownerOf(fill(cid, fill_)), cid, "marketplace");
    }

    function signFromFile(
        address who,
        string memory key,
        address verifier,
        bytes32 structHash
    ) internal view returns (bytes memory) {
        bytes32 separator = keccak256(
            abi.encode(
                typeHash(key),
                keccak256(bytes(text(key, ".name"))),
                keccak256(bytes(text(key, ".version"))),
                block.chainid,
                verifier
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", separator, structHash));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[who], digest);
        return abi.encodePacked(r, s, v);
    }

    // ----------------------------------------------------------------- hashes

    function test_layouts() external {
        bytes memory data = encoded("certifyLeaf");
        (, uint256 chainId, address at, bytes32 certifyHash, bytes32 salt) = abi.decode(
            data,
            (bytes32, uint256, address, bytes32, bytes32)
        );
        uint256 here = block.chainid;
        vm.chainId(chainId);
        layout("certifyLeaf", Consents.leaf(at, certifyHash, salt), 2);
        vm.chainId(here);

        layout("offerLeaf", Offering.offerLeaf(abi.decode(encoded("offerLeaf"), (bytes32))), 2);
        layout("workLeaf", Offering.workLeaf(abi.decode(encoded("workLeaf"), (uint256))), 2);
        data = encoded("limitsLeaf");
        layout("limitsLeaf", this.calldataLeaf(abi.decode(data, (AskLimits))), 2);
        data = encoded("tillSalt");
        (address creator, bytes32 content, uint256 home) = abi.decode(
            data,
            (address, bytes32, uint256)
        );
        layout("tillSalt", Tills.salt(creator, content, home), 1);
        layout("dealKey", Offering.hashDeal(abi.decode(encoded("dealKey"), (Deal))), 1);
        count(".layouts", 8);
    }

    function calldataLeaf(AskLimits calldata limits) external pure returns (bytes32) {
        return Offering.limitsLeaf(limits);
    }

    /// @dev Every byte of the nonce is known but the offer's hash, so a real offer takes its place.
    function test_layoutOfAnAuthorizationsNonce() external view {
        bytes memory data = encoded("authorizationNonce");
        layout("authorizationNonce", keccak256(data), 1);
        Fill memory fill_;
        address from;
        uint256 until;
        (
            ,
            from,
            until,
            fill_.taking.workId,
            fill_.taking.count,
            fill_.taking.recipient,
            fill_.taking.renewId
        ) = abi.decode(data, (bytes32, address, uint256, uint256, uint256, address, uint256));
        fill_.offer = asked();
        bytes32 offerHash = market.hashOffer(fill_.offer);
        assembly ("memory-safe") {
            mstore(add(data, 0x20), offerHash)
        }
        eq(market.authorizationNonce(fill_, from, until), keccak256(data), "nonce");
    }

    function test_layoutOfTheEncumbrance() external {
        (bytes32 before, bytes32 item) = abi.decode(encoded("encumbrance"), (bytes32, bytes32));
        eq(registry.encumbrance(123), before, "nothing binds it");
        vm.prank(address(license));
        registry.encumber(123, item);
        layout("encumbrance", registry.encumbrance(123), 1);
    }

    function layout(string memory name, bytes32 found, uint256 rounds) internal view {
        bytes32 hash = keccak256(encoded(name));
        if (rounds == 2) hash = keccak256(abi.encode(hash));
        eq(found, hash, name);
        string memory key = string.concat(".layouts.", name);
        eq(found, files.parseJsonBytes32(json, string.concat(key, ".example.hash")), name);
        string memory how =
            rounds == 2
                ? "keccak256(keccak256(abi.encode(fields)))"
                : "keccak256(abi.encode(fields))";
        eq(text(key, ".hash"), how, name);
    }

    function encoded(string memory name) internal view returns (bytes memory) {
        return files.parseJsonBytes(json, string.concat(".layouts.", name, ".example.encoded"));
    }

    // ------------------------------------------------------------------- bits

    function test_rights() external view {
        bit("COMMERCIAL", Rights.COMMERCIAL);
        bit("DERIVE", Rights.DERIVE);
        bit("TRAIN", Rights.TRAIN);
        bit("GENERATE", Rights.GENERATE);
        bit("SELL_ORIGINAL", Rights.SELL_ORIGINAL);
        bit("MERCH", Rights.MERCH);
        bit("NSFW", Rights.NSFW);
        bit("SUBLICENSE", Rights.SUBLICENSE);
        bit("ATTRIBUTION", Rights.ATTRIBUTION);
        bit("REVOCABLE_FOR_BREACH", Rights.REVOCABLE_FOR_BREACH);
        bit("EDITORIAL", Rights.EDITORIAL);
        bit("SHARE_ALIKE", Rights.SHARE_ALIKE);
        bit("TRANSFERABLE", Rights.TRANSFERABLE);
        bit("EXCLUSIVE", Rights.EXCLUSIVE);
        bit("ENDS_WITH_LICENSE", Rights.ENDS_WITH_LICENSE);
        count(".rights", 15);
        eq(Rights.ALL, (1 << 15) - 1, "no other bits");
        eq(number(".unlimitedUnits"), UNLIMITED, "any number of derivatives");
    }

    function bit(string memory name, uint256 value) internal view {
        eq(number(string.concat(".rights.", name)), value, name);
    }

    function test_offerKinds() external view {
        eq(number(".offerKinds.LICENSE_ASK"), Offering.LICENSE_ASK, "LICENSE_ASK");
        eq(number(".offerKinds.LICENSE_BID"), Offering.LICENSE_BID, "LICENSE_BID");
        eq(number(".offerKinds.CERTIFICATE_ASK"), Offering.CERTIFICATE_ASK, "CERTIFICATE_ASK");
        eq(number(".offerKinds.CERTIFICATE_BID"), Offering.CERTIFICATE_BID, "CERTIFICATE_BID");
        count(".offerKinds", 4);
    }

    function test_arbiterPowers() external {
        uint256 power = number(".arbiterPowers.SUSPEND");
        vm.expectRevert(abi.encodeWithSelector(IIPRegistry.NotArbiter.selector, root, eve, power));
        vm.prank(eve);
        registry.suspend(root, true);
        uint256 id = issueTo(cid, root, granting(Rights.REVOCABLE_FOR_BREACH));
        power = number(".arbiterPowers.REVOKE");
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.NotArbiter.selector, root, eve, power));
        vm.prank(eve);
        license.revoke(id, 0);
        count(".arbiterPowers", 2);

        // Each power is what the errors call it, and no other.
        Certify memory certify_ = claim(ann, "judged");
        certify_.arbiter = eve;
        certify_.arbiterPowers = uint8(number(".arbiterPowers.SUSPEND"));
        vm.prank(ann);
        uint256 judged = registry.certify(certify_);
        id = issueTo(cid, judged, granting(Rights.REVOCABLE_FOR_BREACH));
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.NotArbiter.selector, judged, eve, power));
        vm.prank(eve);
        license.revoke(id, 0);
        vm.prank(eve);
        registry.suspend(judged, true);
    }

    function test_tagOfANode() external view {
        string memory key = ".nodeTag.example";
        Rights.Bounds memory bounds = Rights.Bounds({
            ceiling: uint16(number(string.concat(key, ".ceiling"))),
            obligations: uint16(number(string.concat(key, ".obligations"))),
            until: uint40(number(string.concat(key, ".until")))
        });
        eq(Rights.pack(bounds), number(string.concat(key, ".tag")), "tag");
        // And that is what the splitter keeps.
        (, , , , uint72 tag) = splitter.node(work);
        (uint16 ceiling, uint16 obligations, uint256 until, ) = license.bounds(work);
        eq(tag, ceiling | (uint256(obligations) << 16) | (until << 32), "of a work");
    }

    function test_interfaces() external view {
        says(".interfaces.IPRegistry", address(registry), 8);
        says(".interfaces.IPLicense", address(license), 4);
    }

    function says(string memory key, address contract_, uint256 length) internal view {
        string[] memory names = count(key, length);
        for (uint256 i; i < names.length; ++i) {
            string memory at = string.concat(key, "['", names[i], "']");
            bytes4 id = bytes4(files.parseJsonBytes(json, at));
            yes(IERC165(contract_).supportsInterface(id), at);
        }
        no(IERC165(contract_).supportsInterface(0xffffffff), "everything");
    }

    // ------------------------------------------------------------------- file

    /// @dev The hash in the file is the hash of the text beside it.
    function typeHash(string memory key) internal view returns (bytes32 hash) {
        hash = files.parseJsonBytes32(json, string.concat(key, ".typeHash"));
        eq(keccak256(bytes(text(key, ".type"))), hash, key);
    }

    function text(string memory key, string memory member) internal view returns (string memory) {
        return files.parseJsonString(json, string.concat(key, member));
    }

    function number(string memory key) internal view returns (uint256) {
        return files.parseJsonUint(json, key);
    }

    /// @dev Nothing stands in the file that no line here looks at.
    function count(
        string memory key,
        uint256 length
    ) internal view returns (string[] memory names) {
        names = IKeys(address(vm)).parseJsonKeys(json, key);
        eq(names.length, length, key);
    }
}
