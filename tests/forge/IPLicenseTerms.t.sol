// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IIPLicense} from "../../contracts/interfaces/IIPLicense.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {Terms} from "../../contracts/types/Structs.sol";
import {Base} from "./Base.sol";

/// @notice What terms must satisfy in themselves.
contract IPLicenseTermsTest is Base {
    function refuses(Terms memory terms, bytes memory reason) internal {
        vm.expectRevert(reason);
        license.registerTerms(terms);
        bytes32 termsHash = license.hashTerms(terms);
        vm.expectRevert(abi.encodeWithSelector(IIPLicense.UnknownTerms.selector, termsHash));
        license.termsOf(termsHash);
    }

    function test_registerTermsStoresThemByHash() public {
        Terms memory terms = sharing(1_000, 20);
        (terms.duration, terms.units, terms.legal) = (90 days, 7, "legal text");
        bytes32 termsHash = license.hashTerms(terms);
        vm.expectEmit(address(license));
        emit IIPLicense.TermsRegistered(termsHash, terms);
        eq(license.registerTerms(terms), termsHash, "hash");
        eq(license.registerTerms(terms), termsHash, "again");
        eq(
            keccak256(abi.encode(license.termsOf(termsHash))),
            keccak256(abi.encode(terms)),
            "as stored"
        );
        // EIP-712 struct hash, written out.
        bytes32 typeHash = keccak256(
            "Terms(uint16 grant,uint16 pass,uint16 income,uint16 volume,uint40 duration,uint32 units,bytes32 legal)"
        );
        bytes32 expected = keccak256(
            abi.encode(typeHash, OPEN, OPEN, 1_000, 20, 90 days, 7, bytes32("legal text"))
        );
        eq(termsHash, expected, "EIP-712");
    }

    function testFuzz_everyFieldChangesTheHash(Terms memory terms, uint256 field) public view {
        bytes32 before = license.hashTerms(terms);
        field %= 7;
        if (field == 0) terms.grant ^= 1;
        if (field == 1) terms.pass ^= 1;
        if (field == 2) terms.income ^= 1;
        if (field == 3) terms.volume ^= 1;
        if (field == 4) terms.duration ^= 1;
        if (field == 5) terms.units ^= 1;
        if (field == 6) terms.legal ^= bytes32(uint256(1));
        yes(license.hashTerms(terms) != before, "another hash");
    }

    function test_unknownBitsAreRefused() public {
        Terms memory terms = granting(0x8000 | Rights.COMMERCIAL);
        terms.pass = 0;
        refuses(terms, abi.encodeWithSelector(IIPLicense.UnknownRights.selector, 0x8000));
        terms.grant = Rights.ALL & ~(Rights.EDITORIAL | Rights.SHARE_ALIKE);
        (terms.units, terms.duration) = (1, 1);
        license.registerTerms(terms);
    }

    function test_passLiesWithinThePermissionsGranted() public {
        Terms memory terms = granting(OPEN | Rights.ATTRIBUTION);
        for (uint16 bit = 1; bit != 0; bit <<= 1) {
            bool fine = bit & OPEN != 0;
            terms.pass = bit;
            if (fine) {
                license.registerTerms(terms);
            } else {
                bytes4 selector = IIPLicense.PassExceedsGrant.selector;
                refuses(terms, abi.encodeWithSelector(selector, terms.grant, bit));
            }
        }
    }

    function test_editorialIsNotCommercial() public {
        uint16 editorial = Rights.EDITORIAL | Rights.TRAIN;
        bytes4 selector = IIPLicense.EditorialIsNotCommercial.selector;
        uint16 grant = editorial | Rights.COMMERCIAL;
        refuses(granting(grant), abi.encodeWithSelector(selector, grant));
        grant = editorial | Rights.MERCH;
        refuses(granting(grant), abi.encodeWithSelector(selector, grant));
        license.registerTerms(granting(editorial));
    }

    function test_exclusiveEnds() public {
        Terms memory terms = granting(Rights.COMMERCIAL | Rights.EXCLUSIVE);
        refuses(terms, abi.encodeWithSelector(IIPLicense.ExclusiveMustEnd.selector));
        terms.duration = 1;
        license.registerTerms(terms);
    }

    function test_durationsAreAtMostAThousandYears() public {
        Terms memory terms = granting(Rights.COMMERCIAL);
        terms.duration = 365_000 days + 1;
        bytes4 selector = IIPLicense.InvalidDuration.selector;
        refuses(terms, abi.encodeWithSelector(selector, terms.duration, 365_000 days));
        terms.duration = 365_000 days;
        issueTo(bob, certify(ann, "work"), terms);
    }

    function test_shareAlikePassesOnAllItGrantsAndOwesIncomeOnly() public {
        uint16 grant = OPEN | Rights.SHARE_ALIKE;
        bytes4 selector = IIPLicense.InvalidShareAlike.selector;
        Terms memory terms = granting(grant);
        terms.pass = Rights.DERIVE;
        refuses(terms, abi.encodeWithSelector(selector, grant, terms.pass, 0));
        terms.pass = OPEN;
        terms.volume = 1;
        refuses(terms, abi.encodeWithSelector(selector, grant, OPEN, 1));
        (terms.volume, terms.income) = (0, 10_000);
        license.registerTerms(terms);
        // A derivative could never offer terms that end with its license.
        terms.grant |= Rights.ENDS_WITH_LICENSE;
        refuses(terms, abi.encodeWithSelector(selector, terms.grant, OPEN, 0));
        terms = granting(Rights.COMMERCIAL | Rights.SHARE_ALIKE);
        refuses(terms, abi.encodeWithSelector(selector, terms.grant, terms.pass, 0));
    }

    function test_unitsGoWithDerive() public {
        bytes4 selector = IIPLicense.InvalidUnits.selector;
        Terms memory terms = granting(OPEN);
        terms.units = 0;
        refuses(terms, abi.encodeWithSelector(selector, OPEN, 0));
        terms = granting(Rights.COMMERCIAL);
        terms.units = 1;
        refuses(terms, abi.encodeWithSelector(selector, Rights.COMMERCIAL, 1));
        terms = granting(OPEN | Rights.TRANSFERABLE);
        refuses(terms, abi.encodeWithSelector(selector, terms.grant, UNLIMITED));
        terms.units = UNLIMITED - 1;
        license.registerTerms(terms);
        license.registerTerms(granting(Rights.COMMERCIAL | Rights.TRANSFERABLE));
    }

    function test_sharesGoWithDeriveUpToTheWhole() public {
        bytes4 selector = IIPLicense.InvalidShares.selector;
        refuses(sharing(9_999, 2), abi.encodeWithSelector(selector, OPEN, 9_999, 2));
        refuses(sharing(65_535, 65_535), abi.encodeWithSelector(selector, OPEN, 65_535, 65_535));
        license.registerTerms(sharing(9_999, 1));
        Terms memory terms = granting(Rights.COMMERCIAL);
        terms.income = 1;
        refuses(terms, abi.encodeWithSelector(selector, Rights.COMMERCIAL, 1, 0));
        (terms.income, terms.volume) = (0, 1);
        refuses(terms, abi.encodeWithSelector(selector, Rights.COMMERCIAL, 0, 1));
    }

    /// @dev Any terms at all: those that register satisfy every rule, those that break one do not.
    function testFuzz_whatRegistersSatisfiesEveryRule(Terms memory terms) public {
        terms.grant &= 0x7fff;
        terms.pass &= terms.grant | (terms.legal[0] == 0 ? 0xff : 0);
        terms.income %= 11_000;
        terms.volume = terms.legal[1] < 0x80 ? 0 : terms.volume % 9_000;
        if (terms.legal[2] < 0x80) terms.units = terms.grant & Rights.DERIVE != 0 ? 3 : 0;
        if (terms.legal[3] < 0x80) terms.pass = terms.grant & 0xff;
        if (terms.grant & Rights.DERIVE == 0 && terms.legal[4] < 0xc0) {
            (terms.income, terms.volume) = (0, 0);
        }
        bool valid = formIsValid(terms);
        try license.registerTerms(terms) {
            yes(valid, "invalid terms were stored");
        } catch {
            no(valid, "valid terms were refused");
        }
    }

    function formIsValid(Terms memory t) internal pure returns (bool) {
        bool derives = has(t, 1);
        if (t.pass > 0xff || (t.pass | t.grant) != t.grant) return false;
        if (has(t, 10) && (has(t, 0) || has(t, 5))) return false;
        if (t.duration > 31_536_000_000) return false;
        if (has(t, 13) && t.duration == 0) return false;
        if (has(t, 11) && has(t, 14)) return false;
        if (has(t, 11) && !(derives && t.pass == uint8(t.grant) && t.volume == 0)) return false;
        if (derives ? t.units == 0 : t.units != 0) return false;
        if (has(t, 12) && t.units == 4_294_967_295) return false;
        if (!derives) return t.income == 0 && t.volume == 0;
        return uint256(t.income) + t.volume <= 10_000;
    }

    function has(Terms memory terms, uint256 bit) internal pure returns (bool) {
        return (terms.grant >> bit) & 1 == 1;
    }
}
