// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Floors} from "./Floors.sol";
import {Proof} from "./Proof.sol";

/// @notice The facts of `Floors`, whose bounds are stated there, for all values within them.
contract FloorsProof is Proof {
    /// @notice A number is 10,000 times its quotient and a remainder below 10,000.
    /// Bounds: n < 2^200.
    function check_divides(uint256 n) external pure {
        assert(Floors.divides(n));
    }

    /// @notice There is only one such quotient and remainder.
    /// Bounds: q < 2^200.
    function check_isQuotient(uint256 n, uint256 q, uint256 r) external pure {
        assert(Floors.isQuotient(n, q, r));
    }

    /// @notice floor((k * 10,000 + n) / 10,000) = k + floor(n / 10,000).
    /// Bounds: k, n < 2^200.
    function check_quotientShifts(uint256 k, uint256 n) external pure {
        assert(Floors.quotientShifts(k, n));
    }

    /// @notice Two quotients fall short of the quotient of the sum by at most 1.
    /// Bounds: a, b < 2^200.
    function check_quotientsAdd(uint256 a, uint256 b) external pure {
        assert(Floors.quotientsAdd(a, b));
    }

    /// @notice A larger number has no smaller quotient.
    /// Bounds: a, b < 2^200.
    function check_quotientsGrow(uint256 a, uint256 b) external pure {
        assert(Floors.quotientsGrow(a, b));
    }

    /// @notice (q * 10,000 + s) * r = q * r * 10,000 + s * r, even modulo 2^256.
    /// Bounds: none.
    function check_distributes(uint256 q, uint256 s, uint256 r) external pure {
        assert(Floors.distributes(q, s, r));
    }

    /// @notice (x + y) * r = x * r + y * r, even modulo 2^256.
    /// Bounds: none.
    function check_sumDistributes(uint256 x, uint256 y, uint256 r) external pure {
        assert(Floors.sumDistributes(x, y, r));
    }

    /// @notice The product of a total and a share does not overflow.
    /// Bounds: x < 2^180, share <= 10,000.
    function check_productFits(uint256 x, uint256 share) external pure {
        assert(Floors.productFits(x, share));
    }

    /// @notice A share of more is not less.
    /// Bounds: x, y < 2^180, share <= 10,000.
    function check_productsGrow(uint256 x, uint256 y, uint256 share) external pure {
        assert(Floors.productsGrow(x, y, share));
    }

    /// @notice Whole ten-thousands of a total take no part in rounding its shares.
    /// Bounds: q, s < 2^180, share <= 10,000.
    function check_floorShifts(uint256 q, uint256 s, uint256 share) external pure {
        unchecked {
            vm.assume(Floors.distributes(q, s, share));
            vm.assume(Floors.productFits(q, share));
            vm.assume(Floors.productFits(s, share));
            vm.assume(Floors.quotientShifts(q * share, s * share));
            assert(Floors.floorShifts(q, s, share));
        }
    }

    /// @notice Two shares rounded apart never exceed both rounded together.
    /// Bounds: total < 2^180, r + s <= 10,000.
    function check_sharesAdd(uint256 total, uint256 r, uint256 s) external pure {
        unchecked {
            vm.assume(Floors.sumDistributes(r, s, total));
            vm.assume(Floors.productFits(total, r));
            vm.assume(Floors.productFits(total, s));
            vm.assume(Floors.quotientsAdd(r * total, s * total));
            assert(Floors.sharesAdd(total, r, s));
        }
    }
}
