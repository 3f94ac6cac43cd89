// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Ledger} from "../../contracts/libraries/Ledger.sol";
import {Floors} from "./Floors.sol";
import {Proof} from "./Proof.sol";

/// @notice `Ledger.due`: what a growing total makes due to one parent.
contract DueProof is Proof {
    /// @notice What is due is the difference of two floors of the running total, whatever whole
    /// ten-thousands the total holds: the phase is enough to know.
    /// Bounds: running total < 2^141, amount < 2^112, share <= 10,000.
    function check_dueIsTheDifferenceOfTwoFloors(
        uint256 quotient,
        uint256 phase,
        uint256 amount,
        uint256 share
    ) external pure {
        unchecked {
            vm.assume(quotient < MAX_QUOTIENT && phase < WHOLE);
            vm.assume(amount <= MAX_AMOUNT && share <= WHOLE);
            vm.assume(Floors.floorShifts(quotient, phase, share));
            vm.assume(Floors.floorShifts(quotient, phase + amount, share));
            uint256 before = quotient * WHOLE + phase;
            assert(
                Ledger.due(phase, amount, share) ==
                    Floors.floorOf(before + amount, share) - Floors.floorOf(before, share)
            );
        }
    }

    /// @notice Settling twice makes due what settling once would: order and frequency do not matter.
    /// Bounds: amounts < 2^112, share <= 10,000.
    function check_twoStepsAreOne(
        uint256 quotient,
        uint256 phase,
        uint256 next,
        uint256 second,
        uint256 share
    ) external pure {
        unchecked {
            // The first step takes the total from `phase` to `quotient * WHOLE + next`.
            uint256 first = quotient * WHOLE + next - phase;
            vm.assume(quotient < MAX_QUOTIENT && phase < WHOLE && next < WHOLE);
            vm.assume(first <= MAX_AMOUNT && second <= MAX_AMOUNT && share <= WHOLE);
            vm.assume(Floors.floorShifts(quotient, next, share));
            vm.assume(Floors.floorShifts(quotient, next + second, share));
            assert(
                Ledger.due(phase, first, share) + Ledger.due(next, second, share) ==
                    Ledger.due(phase, first + second, share)
            );
        }
    }

    /// @notice What is due lies within a unit of the exact fraction.
    /// Bounds: amount < 2^112, share <= 10,000.
    function check_dueIsExactToAUnit(uint256 phase, uint256 amount, uint256 share) external pure {
        unchecked {
            vm.assume(phase < WHOLE && amount <= MAX_AMOUNT && share <= WHOLE);
            vm.assume(Floors.sumDistributes(phase, amount, share));
            vm.assume(Floors.productFits(phase, share));
            vm.assume(Floors.productFits(amount, share));
            vm.assume(Floors.quotientsAdd(phase * share, amount * share));
            assert(isExact(phase, amount, share));
        }
    }

    /// @notice Never more is due than came in.
    /// Bounds: amount < 2^112, share <= 10,000.
    function check_dueNeverExceedsTheAmount(
        uint256 phase,
        uint256 amount,
        uint256 share
    ) external pure {
        unchecked {
            vm.assume(phase < WHOLE && amount <= MAX_AMOUNT && share <= WHOLE);
            vm.assume(Floors.sumDistributes(phase, amount, share));
            vm.assume(Floors.productFits(phase, share));
            vm.assume(Floors.productFits(amount, share));
            vm.assume(Floors.quotientShifts(amount, phase * share));
            vm.assume(Floors.quotientsGrow(phase * share, (phase + amount) * share));
            vm.assume(
                Floors.quotientsGrow((phase + amount) * share, amount * WHOLE + phase * share)
            );
            assert(Ledger.due(phase, amount, share) <= amount);
        }
    }

    /// @notice What one parent is due of both kinds fits an amount: the reason of `MAX_PENDING`.
    /// Bounds: income, volume <= 2^112 - 3, the two shares together <= 10,000.
    function check_bothKindsFitAnAmount(
        uint256 incomePhase,
        uint256 income,
        uint256 incomeShare,
        uint256 volumePhase,
        uint256 volume,
        uint256 volumeShare
    ) external pure {
        unchecked {
            vm.assume(incomePhase < WHOLE && volumePhase < WHOLE);
            vm.assume(income <= Ledger.MAX_PENDING && volume <= Ledger.MAX_PENDING);
            vm.assume(incomeShare <= WHOLE && volumeShare <= WHOLE - incomeShare);
            uint256 dueIncome = Ledger.due(incomePhase, income, incomeShare);
            uint256 dueVolume = Ledger.due(volumePhase, volume, volumeShare);
            // Proven above, for each.
            vm.assume(isExact(incomePhase, income, incomeShare));
            vm.assume(isExact(volumePhase, volume, volumeShare));
            uint256 most = Ledger.MAX_PENDING;
            vm.assume(Floors.productsGrow(income, most, incomeShare));
            vm.assume(Floors.productsGrow(volume, most, volumeShare));
            vm.assume(Floors.quotientsGrow(income * incomeShare, most * incomeShare));
            vm.assume(Floors.quotientsGrow(volume * volumeShare, most * volumeShare));
            vm.assume(Floors.sharesAdd(most, incomeShare, volumeShare));
            vm.assume(Floors.productFits(most, incomeShare));
            vm.assume(Floors.productFits(most, volumeShare));
            vm.assume(Floors.productFits(most, incomeShare + volumeShare));
            vm.assume(Floors.quotientsGrow(most * (incomeShare + volumeShare), most * WHOLE));
            vm.assume(Floors.isQuotient(most * WHOLE, most, 0));
            assert(dueIncome + dueVolume <= MAX_AMOUNT);
        }
    }

    /// @dev Whether what is due is the exact fraction, rounded one way or the other.
    function isExact(uint256 phase, uint256 amount, uint256 share) internal pure returns (bool) {
        unchecked {
            uint256 due = Ledger.due(phase, amount, share);
            uint256 floor = Floors.floorOf(amount, share);
            return due - floor <= 1;
        }
    }
}
