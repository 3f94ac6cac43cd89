// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Rights
/// @notice The bits of `Terms.grant` and `Terms.pass`, and how they combine down a line of works.
library Rights {
    // Permissions: a derivative may grant the AND of what its parents pass on.
    uint16 internal constant COMMERCIAL = 1 << 0;
    uint16 internal constant DERIVE = 1 << 1;
    uint16 internal constant TRAIN = 1 << 2;
    uint16 internal constant GENERATE = 1 << 3;
    uint16 internal constant SELL_ORIGINAL = 1 << 4;
    uint16 internal constant MERCH = 1 << 5;
    uint16 internal constant NSFW = 1 << 6;
    uint16 internal constant SUBLICENSE = 1 << 7;
    // Obligations: a derivative's offers must carry the OR of its parents'.
    uint16 internal constant ATTRIBUTION = 1 << 8;
    uint16 internal constant REVOCABLE_FOR_BREACH = 1 << 9;
    uint16 internal constant EDITORIAL = 1 << 10;
    // Inherited like an obligation, and fixes the very terms of the derivative's offers.
    uint16 internal constant SHARE_ALIKE = 1 << 11;
    // Of one license, never inherited.
    uint16 internal constant TRANSFERABLE = 1 << 12;
    uint16 internal constant EXCLUSIVE = 1 << 13;
    uint16 internal constant ENDS_WITH_LICENSE = 1 << 14;

    uint16 internal constant PERMISSIONS = 0x00ff;
    uint16 internal constant OBLIGATIONS = ATTRIBUTION | REVOCABLE_FOR_BREACH | EDITORIAL;
    uint16 internal constant ALL = 0x7fff;

    /// @notice What binds every license of a work. Original works are bound by nothing.
    /// @param ceiling Permissions its licenses may grant.
    /// @param obligations Obligations its licenses must carry; SHARE_ALIKE among them.
    /// @param until When its licenses must have ended; 0 for no such time.
    struct Bounds {
        uint16 ceiling;
        uint16 obligations;
        uint40 until;
    }

    /// @notice Bounds of a work without parents.
    function unbound() internal pure returns (Bounds memory) {
        return Bounds({ceiling: PERMISSIONS, obligations: 0, until: 0});
    }

    /// @notice Narrows a derivative's bounds by one parent.
    /// @param bounds Bounds from the parents before.
    /// @param grant `grant` of the license used on this parent.
    /// @param pass `pass` of the license used on this parent.
    /// @param parentUntil The parent's own `until`.
    /// @param licenseEnd When the license ends; 0 for never.
    function narrow(
        Bounds memory bounds,
        uint16 grant,
        uint16 pass,
        uint40 parentUntil,
        uint40 licenseEnd
    ) internal pure {
        bounds.ceiling &= pass;
        bounds.obligations |= grant & (OBLIGATIONS | SHARE_ALIKE);
        bounds.until = earlier(bounds.until, parentUntil);
        if (grant & ENDS_WITH_LICENSE != 0) bounds.until = earlier(bounds.until, licenseEnd);
    }

    /// @notice The earlier of two times, where 0 stands for never.
    function earlier(uint40 a, uint40 b) internal pure returns (uint40) {
        if (a == 0) return b;
        if (b == 0) return a;
        return a < b ? a : b;
    }

    /// @notice Permissions of `grant` that lie above `ceiling`.
    function excess(uint16 grant, uint16 ceiling) internal pure returns (uint16) {
        return grant & PERMISSIONS & ~ceiling;
    }

    /// @notice Obligations among `obligations` that `grant` does not carry.
    function missing(uint16 grant, uint16 obligations) internal pure returns (uint16) {
        return obligations & OBLIGATIONS & ~grant;
    }

    /// @notice Whether a license that ends at `end` outlives `until`; 0 stands for never in both.
    function outlives(uint40 end, uint40 until) internal pure returns (bool) {
        return until != 0 && (end == 0 || end > until);
    }

    /// @notice Bounds as the 72 bits kept in the work's node: ceiling 16 | obligations 16 | until 40.
    function pack(Bounds memory bounds) internal pure returns (uint72) {
        return
            uint72(bounds.ceiling) |
            (uint72(bounds.obligations) << 16) |
            (uint72(bounds.until) << 32);
    }

    /// @notice Inverse of `pack`.
    function unpack(uint72 tag) internal pure returns (Bounds memory) {
        return
            Bounds({
                ceiling: uint16(tag),
                obligations: uint16(tag >> 16),
                until: uint40(tag >> 32)
            });
    }
}
