// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Rights} from "../../contracts/libraries/Rights.sol";
import {Proof} from "./Proof.sol";

/// @notice The rights algebra, for every value of every bit and time: no bounds but the widths of
/// the fields, and `pass` within the permissions of `grant`, as `IPLicense` requires of all terms.
contract RightsProof is Proof {
    struct Parent {
        uint16 grant;
        uint16 pass;
        uint40 until;
        uint40 licenseEnd;
    }

    /// @notice A parent takes permissions away and adds obligations, never the other way, and the
    /// time only gets earlier. Bounds: none.
    function check_narrowOnlyNarrows(
        Rights.Bounds calldata bounds,
        Parent calldata parent
    ) external pure {
        Rights.Bounds memory next = narrowed(bounds, parent);
        assert(next.ceiling & ~bounds.ceiling == 0);
        assert(next.ceiling & ~parent.pass == 0);
        assert(bounds.obligations & ~next.obligations == 0);
        assert(!later(next.until, bounds.until));
        assert(!later(next.until, parent.until));
        if (parent.grant & Rights.ENDS_WITH_LICENSE != 0) {
            assert(!later(next.until, parent.licenseEnd));
        }
    }

    /// @notice Nothing is taken away but what the parent keeps back: the bounds are the widest.
    /// Bounds: none.
    function check_narrowTakesNoMore(
        Rights.Bounds calldata bounds,
        Parent calldata parent
    ) external pure {
        Rights.Bounds memory next = narrowed(bounds, parent);
        assert(next.ceiling == bounds.ceiling & parent.pass);
        uint16 inherited = parent.grant & (Rights.OBLIGATIONS | Rights.SHARE_ALIKE);
        assert(next.obligations == bounds.obligations | inherited);
        bool ends = parent.grant & Rights.ENDS_WITH_LICENSE != 0;
        assert(
            next.until == bounds.until ||
                next.until == parent.until ||
                (ends && next.until == parent.licenseEnd)
        );
    }

    /// @notice The order of two parents does not matter: so, by swapping neighbors, neither does the
    /// order of any number. Bounds: none.
    function check_narrowCommutes(
        Rights.Bounds calldata bounds,
        Parent calldata a,
        Parent calldata b
    ) external pure {
        assert(equal(narrowed(narrowed(bounds, a), b), narrowed(narrowed(bounds, b), a)));
    }

    /// @notice The same parent twice binds like once. Bounds: none.
    function check_narrowIsIdempotent(
        Rights.Bounds calldata bounds,
        Parent calldata a
    ) external pure {
        Rights.Bounds memory once = narrowed(bounds, a);
        assert(equal(narrowed(once, a), once));
    }

    /// @notice Whatever fits a derivative's bounds fits those of the work before it: no right appears
    /// down a line, no obligation is lost, and nothing lasts longer. Bounds: none.
    function check_whatFitsBelowFitsAbove(
        Rights.Bounds calldata bounds,
        Parent calldata parent,
        uint16 grant,
        uint40 end
    ) external pure {
        Rights.Bounds memory next = narrowed(bounds, parent);
        if (Rights.excess(grant, next.ceiling) == 0) {
            assert(Rights.excess(grant, bounds.ceiling) == 0);
        }
        if (Rights.missing(grant, next.obligations) == 0) {
            assert(Rights.missing(grant, bounds.obligations) == 0);
        }
        if (!Rights.outlives(end, next.until)) assert(!Rights.outlives(end, bounds.until));
    }

    /// @notice Editorial terms, which grant neither COMMERCIAL nor MERCH, leave neither to derivatives.
    /// Bounds: `pass` within `grant`.
    function check_editorialClearsCommercialUse(
        Rights.Bounds calldata bounds,
        Parent calldata parent
    ) external pure {
        uint16 commercial = Rights.COMMERCIAL | Rights.MERCH;
        vm.assume(parent.pass & ~(parent.grant & Rights.PERMISSIONS) == 0);
        vm.assume(parent.grant & Rights.EDITORIAL != 0 && parent.grant & commercial == 0);
        Rights.Bounds memory next = narrowed(bounds, parent);
        assert(next.ceiling & commercial == 0);
        assert(next.obligations & Rights.EDITORIAL != 0);
    }

    /// @notice Bits of one license only are never inherited. Bounds: none.
    function check_whatIsOfOneLicenseIsNotInherited(Parent calldata parent) external pure {
        Rights.Bounds memory next = narrowed(Rights.unbound(), parent);
        uint16 own = Rights.TRANSFERABLE | Rights.EXCLUSIVE | Rights.ENDS_WITH_LICENSE;
        assert(next.obligations & own == 0);
        assert(next.ceiling & ~Rights.PERMISSIONS == 0);
        if (parent.grant & Rights.ENDS_WITH_LICENSE == 0) assert(next.until == parent.until);
    }

    /// @notice `excess` is empty exactly when each permission granted lies within the ceiling.
    /// Bounds: none.
    function check_excess(uint16 grant, uint16 ceiling, uint8 bit) external pure {
        uint16 excess = Rights.excess(grant, ceiling);
        vm.assume(bit < 16);
        uint16 one = uint16(1 << bit);
        bool above = bit < 8 && grant & one != 0 && ceiling & one == 0;
        assert((excess & one != 0) == above);
    }

    /// @notice `missing` is empty exactly when each obligation is carried. Bounds: none.
    function check_missing(uint16 grant, uint16 obligations, uint8 bit) external pure {
        uint16 missing = Rights.missing(grant, obligations);
        vm.assume(bit < 16);
        uint16 one = uint16(1 << bit);
        bool lacks = bit >= 8 && bit < 11 && obligations & one != 0 && grant & one == 0;
        assert((missing & one != 0) == lacks);
    }

    /// @notice `outlives` compares ends where 0 is never, which is after all others. Bounds: none.
    function check_outlives(uint40 end, uint40 until) external pure {
        assert(Rights.outlives(end, until) == later(end, until));
    }

    function narrowed(
        Rights.Bounds memory bounds,
        Parent memory parent
    ) internal pure returns (Rights.Bounds memory next) {
        next = Rights.Bounds(bounds.ceiling, bounds.obligations, bounds.until);
        Rights.narrow(next, parent.grant, parent.pass, parent.until, parent.licenseEnd);
    }

    /// @dev Times as numbers where never is the last.
    function later(uint40 a, uint40 b) internal pure returns (bool) {
        uint256 last = type(uint256).max;
        return (a == 0 ? last : a) > (b == 0 ? last : b);
    }

    function equal(Rights.Bounds memory a, Rights.Bounds memory b) internal pure returns (bool) {
        return a.ceiling == b.ceiling && a.obligations == b.obligations && a.until == b.until;
    }
}
