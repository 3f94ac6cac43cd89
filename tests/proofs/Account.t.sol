// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Ledger} from "../../contracts/libraries/Ledger.sol";
import {Floors} from "./Floors.sol";
import {Proof} from "./Proof.sol";

/// @notice Reverts of the ledger, caught: what it answers where it answers.
contract Books {
    function addNet(uint256 account, uint256 parts) external pure returns (uint256) {
        return Ledger.addNet(account, parts);
    }

    function addPending(uint256 account, uint256 amount) external pure returns (uint256) {
        return Ledger.addPending(account, amount);
    }

    function addVolume(uint256 second, uint256 amount) external pure returns (uint256) {
        return Ledger.addVolume(second, amount);
    }
}

/// @notice The account slots: what each step changes, and that it changes nothing else. The account
/// before is any word of 256 bits whose phases are below 10,000.
contract AccountProof is Proof {
    Books internal immutable BOOKS = new Books();

    /// @notice Net grows by whole units of the running total of parts; the remainder is kept; no
    /// other field changes; it reverts exactly when the credit would not fit.
    /// Bounds: parts <= 10,000 * (2^112 - 1).
    function check_addNet(uint256 account, uint256 parts) external view {
        unchecked {
            uint256 phase = netPhaseOf(account);
            vm.assume(phase < WHOLE && parts <= MAX_AMOUNT * WHOLE);
            vm.assume(Floors.divides(phase + parts));
            uint256 added = (phase + parts) / WHOLE;
            bool fits = Ledger.creditOf(account) + added <= MAX_AMOUNT;
            try BOOKS.addNet(account, parts) returns (uint256 next) {
                assert(fits);
                assert(Ledger.creditOf(next) == Ledger.creditOf(account) + added);
                assert(netPhaseOf(next) == phase + parts - added * WHOLE);
                assert(Ledger.pendingOf(next) == Ledger.pendingOf(account));
                assert(phaseOf(next) == phaseOf(account));
                // The mark of use is set, the free bits below it are clear.
                assert(next >> 252 == 8);
            } catch {
                assert(!fits);
            }
        }
    }

    /// @notice What waits grows by the amount; no other field changes; it reverts exactly when the
    /// sum is above `MAX_PENDING`.
    /// Bounds: amount < 2^112.
    function check_addPending(uint256 account, uint256 amount) external view {
        unchecked {
            vm.assume(amount <= MAX_AMOUNT);
            uint256 pending = Ledger.pendingOf(account);
            try BOOKS.addPending(account, amount) returns (uint256 next) {
                assert(pending + amount <= Ledger.MAX_PENDING);
                assert(Ledger.pendingOf(next) == pending + amount);
                uint256 field = MAX_AMOUNT << Ledger.PENDING_AT;
                assert(next & ~field == account & ~field);
            } catch {
                assert(pending + amount > Ledger.MAX_PENDING);
            }
        }
    }

    /// @notice Taking what waits empties that field and moves the phase by it; no other field changes.
    /// Bounds: none but the phase.
    function check_takePending(uint256 account) external pure {
        unchecked {
            vm.assume(phaseOf(account) < WHOLE);
            (uint256 rest, uint256 pending, uint256 phase) = Ledger.takePending(account);
            assert(pending == Ledger.pendingOf(account));
            assert(phase == phaseOf(account));
            assert(Ledger.pendingOf(rest) == 0);
            vm.assume(Floors.divides(phase + pending));
            assert(phaseOf(rest) == (phase + pending) % WHOLE);
            uint256 fields =
                (MAX_AMOUNT << Ledger.PENDING_AT) | (Ledger.MASK_14 << Ledger.PHASE_AT);
            assert(rest & ~fields == account & ~fields);
        }
    }

    /// @notice Two steps of a running total leave the phase, and together the whole units, of one step
    /// by their sum. With the proofs above: neither the order of payments nor settling in between
    /// changes a slot. Bounds: both together <= 10,000 * (2^113 - 2).
    function check_stepsAdd(uint256 phase, uint256 first, uint256 second) external pure {
        unchecked {
            vm.assume(phase < WHOLE);
            vm.assume(first <= MAX_AMOUNT * WHOLE && second <= MAX_AMOUNT * WHOLE);
            uint256 between = (phase + first) % WHOLE;
            vm.assume(Floors.divides(phase + first));
            vm.assume(Floors.divides(between + second));
            uint256 units = (phase + first) / WHOLE + (between + second) / WHOLE;
            uint256 rest = (between + second) % WHOLE;
            vm.assume(Floors.isQuotient(phase + first + second, units, rest));
            assert(units == (phase + first + second) / WHOLE);
            assert(rest == (phase + first + second) % WHOLE);
        }
    }

    /// @notice The second slot: its volume grows by the amount, nothing else changes but the mark of
    /// use; it reverts exactly when the sum is above `MAX_PENDING`.
    /// Bounds: amount < 2^112.
    function check_addVolume(uint256 second, uint256 amount) external view {
        unchecked {
            vm.assume(amount <= MAX_AMOUNT);
            uint256 pending = second & MAX_AMOUNT;
            try BOOKS.addVolume(second, amount) returns (uint256 next) {
                assert(pending + amount <= Ledger.MAX_PENDING);
                assert(next & MAX_AMOUNT == pending + amount);
                assert(next | MAX_AMOUNT == second | MAX_AMOUNT | Ledger.USED);
            } catch {
                assert(pending + amount > Ledger.MAX_PENDING);
            }
        }
    }

    /// @notice Taking the volume empties the second slot but for the phase, moved by it, and the mark.
    /// Bounds: none but the phase.
    function check_takeVolume(uint256 second) external pure {
        unchecked {
            vm.assume(phaseOf(second) < WHOLE);
            (uint256 rest, uint256 pending, uint256 phase) = Ledger.takeVolume(second);
            assert(pending == second & MAX_AMOUNT);
            assert(phase == phaseOf(second));
            vm.assume(Floors.divides(phase + pending));
            uint256 moved = (phase + pending) % WHOLE;
            assert(rest == (moved << Ledger.PHASE_AT) | (second & Ledger.USED));
        }
    }

    function phaseOf(uint256 account) internal pure returns (uint256) {
        return (account >> Ledger.PHASE_AT) & Ledger.MASK_14;
    }

    function netPhaseOf(uint256 account) internal pure returns (uint256) {
        return (account >> Ledger.NET_AT) & Ledger.MASK_14;
    }
}
