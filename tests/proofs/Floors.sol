// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice Facts of arithmetic. Each is proven for all values in `FloorsProof` and then assumed, for
/// the values at hand, where a proof needs it: solvers fail on products and quotients of 256 bits
/// when everything is asked at once. Outside its bounds a fact says nothing, so it holds there too.
library Floors {
    uint256 internal constant WHOLE = 10_000;

    /// @notice What a share of a running total comes to: what the ledger has to pay out of it, ever.
    function floorOf(uint256 total, uint256 share) internal pure returns (uint256) {
        unchecked {
            return (total * share) / WHOLE;
        }
    }

    /// @notice n = 10,000 * quotient + remainder, the remainder below 10,000. Bounds: n < 2^200.
    function divides(uint256 n) internal pure returns (bool) {
        unchecked {
            return
                implies(
                    n < 2 ** 200,
                    both((n / WHOLE) * WHOLE + (n % WHOLE) == n, n % WHOLE < WHOLE)
                );
        }
    }

    /// @notice There is one quotient and one remainder. Bounds: q, quotient < 2^200.
    function isQuotient(uint256 n, uint256 q, uint256 r) internal pure returns (bool) {
        unchecked {
            return
                implies(
                    both(both(q < 2 ** 200, r < WHOLE), n == q * WHOLE + r),
                    both(n / WHOLE == q, n % WHOLE == r)
                );
        }
    }

    /// @notice floor((k * 10,000 + n) / 10,000) = k + floor(n / 10,000). Bounds: k, n < 2^200.
    function quotientShifts(uint256 k, uint256 n) internal pure returns (bool) {
        unchecked {
            return
                implies(both(k < 2 ** 200, n < 2 ** 200), (k * WHOLE + n) / WHOLE == k + n / WHOLE);
        }
    }

    /// @notice Quotients of a sum: floor(a) + floor(b) <= floor(a + b) <= floor(a) + floor(b) + 1, in
    /// ten-thousandths. Bounds: a, b < 2^200.
    function quotientsAdd(uint256 a, uint256 b) internal pure returns (bool) {
        unchecked {
            uint256 apart = a / WHOLE + b / WHOLE;
            uint256 together = (a + b) / WHOLE;
            return
                implies(
                    both(a < 2 ** 200, b < 2 ** 200),
                    both(apart <= together, together <= apart + 1)
                );
        }
    }

    /// @notice A larger number has no smaller quotient. Bounds: a <= b < 2^200.
    function quotientsGrow(uint256 a, uint256 b) internal pure returns (bool) {
        unchecked {
            return implies(both(a <= b, b < 2 ** 200), a / WHOLE <= b / WHOLE);
        }
    }

    /// @notice (q * 10,000 + s) * r = (q * r) * 10,000 + s * r. No bounds: so even modulo 2^256.
    function distributes(uint256 q, uint256 s, uint256 r) internal pure returns (bool) {
        unchecked {
            return (q * WHOLE + s) * r == (q * r) * WHOLE + s * r;
        }
    }

    /// @notice (x + y) * r = x * r + y * r. No bounds: so even modulo 2^256.
    function sumDistributes(uint256 x, uint256 y, uint256 r) internal pure returns (bool) {
        unchecked {
            return (x + y) * r == x * r + y * r;
        }
    }

    /// @notice x * share does not overflow: it is at most x * 10,000. Bounds: x < 2^180, share <=
    /// 10,000 (so 2^194 bounds the true product).
    function productFits(uint256 x, uint256 share) internal pure returns (bool) {
        unchecked {
            return implies(both(x < 2 ** 180, share <= WHOLE), x * share <= x * WHOLE);
        }
    }

    /// @notice A share of more is not less. Bounds: x <= y < 2^180, share <= 10,000.
    function productsGrow(uint256 x, uint256 y, uint256 share) internal pure returns (bool) {
        unchecked {
            return
                implies(both(both(x <= y, y < 2 ** 180), share <= WHOLE), x * share <= y * share);
        }
    }

    /// @notice A share of q * 10,000 + s is q * share and the share of s: whole ten-thousands take no
    /// part in rounding. Bounds: q, s < 2^180, share <= 10,000.
    function floorShifts(uint256 q, uint256 s, uint256 share) internal pure returns (bool) {
        unchecked {
            return
                implies(
                    both(both(q < 2 ** 180, s < 2 ** 180), share <= WHOLE),
                    floorOf(q * WHOLE + s, share) == q * share + floorOf(s, share)
                );
        }
    }

    /// @notice Two shares rounded apart never exceed both rounded together. Bounds: total < 2^180,
    /// r + s <= 10,000.
    function sharesAdd(uint256 total, uint256 r, uint256 s) internal pure returns (bool) {
        unchecked {
            return
                implies(
                    both(total < 2 ** 180, both(r <= WHOLE, s <= WHOLE - r)),
                    floorOf(total, r) + floorOf(total, s) <= floorOf(total, r + s)
                );
        }
    }

    /// @dev Neither branches: a branch would double the paths of every proof.
    function implies(bool condition, bool conclusion) internal pure returns (bool result) {
        assembly ("memory-safe") {
            result := or(iszero(condition), conclusion)
        }
    }

    function both(bool a, bool b) internal pure returns (bool result) {
        assembly ("memory-safe") {
            result := and(a, b)
        }
    }
}
