// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Ledger
/// @notice Arithmetic of the recursive split. Every amount that leaves a work is a cumulative
/// floor of a running total, of which only the remainder (the phase) and what is new need be kept:
/// so the credits do not depend on when, how often or in which order anybody settles.
/// @dev An account is one slot per (work, token):
///      credit 112 | pending 112 | phase 14 | phaseNet 14 | free 3 | used 1.
/// `pending` is income not yet settled upward, or volume where the work owes volume shares only.
/// A work that owes both keeps its volume in a second slot:
///      pending 112 | free 112 | phase 14 | free 17 | used 1.
/// `used` stays set once money passed, so that no slot is ever paid for twice as a new one.
library Ledger {
    /// @dev Basis points of the whole.
    uint256 internal constant WHOLE = 10_000;
    /// @dev Largest amount the ledger takes at once, and largest credit.
    uint256 internal constant MAX_AMOUNT = type(uint112).max;
    /// @dev Largest pending amount: what it makes due to one parent, of both kinds together and
    /// with two floors rounded up, is never above `MAX_AMOUNT`.
    uint256 internal constant MAX_PENDING = MAX_AMOUNT - 2;

    uint256 internal constant PENDING_AT = 112;
    uint256 internal constant PHASE_AT = 224;
    uint256 internal constant NET_AT = 238;
    uint256 internal constant MASK_14 = 0x3fff;
    uint256 internal constant USED = 1 << 255;
    uint256 internal constant PAYOUT = 1 << 112;

    /// @notice The credit is full: draw it first.
    error CreditOverflow(uint256 credit, uint256 added);
    /// @notice What waits to be settled upward is full: settle the work first.
    error PendingOverflow(uint256 pending, uint256 added);

    // ------------------------------------------------------------------- node

    /// @notice Packs a work's constants: rel 14 | vol 14 | parents 6 | payees 6 | tag 72; one bit more
    /// notes later that there is a payout address.
    function packNode(
        uint256 rel,
        uint256 vol,
        uint256 parents,
        uint256 payees,
        uint256 tag
    ) internal pure returns (uint256) {
        return rel | (vol << 14) | (parents << 28) | (payees << 34) | (tag << 40);
    }

    /// @notice Sum of a work's income shares, in basis points.
    function relOf(uint256 node) internal pure returns (uint256) {
        return node & MASK_14;
    }

    /// @notice Sum of the volume shares a work owes, its parents' included, in basis points.
    function volOf(uint256 node) internal pure returns (uint256) {
        return (node >> 14) & MASK_14;
    }

    /// @notice Number of parents.
    function parentsOf(uint256 node) internal pure returns (uint256) {
        return (node >> 28) & 0x3f;
    }

    /// @notice Number of payees.
    function payeesOf(uint256 node) internal pure returns (uint256) {
        return (node >> 34) & 0x3f;
    }

    /// @notice What the license contract noted about the work; means nothing here.
    function tagOf(uint256 node) internal pure returns (uint72) {
        return uint72(node >> 40);
    }

    /// @notice Whether the owner may have set a payout address.
    function hasPayout(uint256 node) internal pure returns (bool) {
        return node & PAYOUT != 0;
    }

    /// @notice The node with the mark that `hasPayout` reads set or cleared.
    function withPayout(uint256 node, bool isSet) internal pure returns (uint256) {
        return isSet ? node | PAYOUT : node & ~PAYOUT;
    }

    /// @notice The node with one payee more.
    function addPayeeTo(uint256 node) internal pure returns (uint256) {
        return node + (1 << 34);
    }

    // ------------------------------------------------------------------- edge

    /// @notice Packs an edge: parent 160 | income 14 | volume 14 | license 64.
    function packEdge(
        uint256 parent,
        uint256 income,
        uint256 volume,
        uint256 licenseId
    ) internal pure returns (uint256) {
        return parent | (income << 160) | (volume << 174) | (licenseId << 188);
    }

    /// @notice Inverse of `packEdge`.
    function unpackEdge(
        uint256 edge
    ) internal pure returns (uint256 parent, uint256 income, uint256 volume, uint256 licenseId) {
        return (uint160(edge), (edge >> 160) & MASK_14, (edge >> 174) & MASK_14, edge >> 188);
    }

    /// @notice What is due to the parent of an edge for income and volume that are new.
    function dueTo(
        uint256 edge,
        uint256 income,
        uint256 incomePhase,
        uint256 volume,
        uint256 volumePhase
    ) internal pure returns (uint256 parent, uint256 amount) {
        unchecked {
            parent = uint160(edge);
            amount = due(incomePhase, income, (edge >> 160) & MASK_14);
            uint256 share = (edge >> 174) & MASK_14;
            if (share != 0) amount += due(volumePhase, volume, share);
        }
    }

    // ---------------------------------------------------------------- account

    /// @notice Undrawn net income.
    function creditOf(uint256 account) internal pure returns (uint256) {
        return account & MAX_AMOUNT;
    }

    /// @notice Income (or volume) not yet settled upward.
    function pendingOf(uint256 account) internal pure returns (uint256) {
        return (account >> PENDING_AT) & MAX_AMOUNT;
    }

    /// @notice Adds `parts` ten-thousandths of the smallest unit to the credit.
    function addNet(uint256 account, uint256 parts) internal pure returns (uint256) {
        unchecked {
            // parts < 2^112 * 10,000 and the phase < 2^14: no overflow.
            parts += (account >> NET_AT) & MASK_14;
            // The product is what the division took, so the difference is its remainder.
            // slither-disable-next-line divide-before-multiply
            uint256 added = parts / WHOLE;
            uint256 credit = creditOf(account);
            if (credit + added > MAX_AMOUNT) revert CreditOverflow(credit, added);
            account = ((account << 18) >> 18) | ((parts - added * WHOLE) << NET_AT) | USED;
            return account + added;
        }
    }

    /// @notice Adds `amount` (at most `MAX_AMOUNT`) to what waits to be settled.
    function addPending(uint256 account, uint256 amount) internal pure returns (uint256) {
        unchecked {
            uint256 pending = pendingOf(account);
            if (pending + amount > MAX_PENDING) revert PendingOverflow(pending, amount);
            return account + (amount << PENDING_AT);
        }
    }

    /// @notice Takes everything that waits: the new account, what waited, and the phase before.
    function takePending(
        uint256 account
    ) internal pure returns (uint256 rest, uint256 pending, uint256 phase) {
        unchecked {
            pending = pendingOf(account);
            phase = (account >> PHASE_AT) & MASK_14;
            rest =
                creditOf(account) |
                ((account >> NET_AT) << NET_AT) |
                (((phase + pending) % WHOLE) << PHASE_AT);
        }
    }

    /// @notice Adds `amount` (at most `MAX_AMOUNT`) to the second slot of a work that owes both kinds.
    function addVolume(uint256 second, uint256 amount) internal pure returns (uint256) {
        unchecked {
            uint256 pending = second & MAX_AMOUNT;
            if (pending + amount > MAX_PENDING) revert PendingOverflow(pending, amount);
            return (second + amount) | USED;
        }
    }

    /// @notice Takes all volume that waits from the second slot.
    function takeVolume(
        uint256 second
    ) internal pure returns (uint256 rest, uint256 pending, uint256 phase) {
        unchecked {
            pending = second & MAX_AMOUNT;
            phase = (second >> PHASE_AT) & MASK_14;
            rest = (((phase + pending) % WHOLE) << PHASE_AT) | (second & USED);
        }
    }

    /// @notice Part of a growing total that is due now: `floor(T * share / 10,000)` less the same
    /// of what was there before, where the total was `phase` modulo 10,000 and grew by `added`.
    function due(uint256 phase, uint256 added, uint256 share) internal pure returns (uint256) {
        unchecked {
            // added < 2^112, phase < 2^14, share <= 10,000: no overflow.
            return ((phase + added) * share) / WHOLE - (phase * share) / WHOLE;
        }
    }
}
