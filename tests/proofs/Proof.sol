// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

// Named as in every forge test.
// solhint-disable-next-line interface-starts-with-i
interface Vm {
    function assume(bool condition) external pure;
}

/// @notice What every proof starts from. A function `check_...` is proven when no values of its
/// parameters make an `assert` in it fail. Everything else that reverts, checked arithmetic too,
/// only ends a path: so sums in proofs stand in `unchecked`.
abstract contract Proof {
    // Named as in every forge test.
    // solhint-disable-next-line const-name-snakecase
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @dev Basis points of the whole.
    uint256 internal constant WHOLE = 10_000;
    /// @dev Largest amount the ledger takes at once.
    uint256 internal constant MAX_AMOUNT = type(uint112).max;
    /// @dev Every running total in these proofs is `quotient * WHOLE + rest`, the quotient below this.
    uint256 internal constant MAX_QUOTIENT = 2 ** 128;
}
