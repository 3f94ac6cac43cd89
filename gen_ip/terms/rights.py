"""The bits of `Terms.grant` and `Terms.pass_`; the same as in contracts/libraries/Rights.sol."""

from __future__ import annotations

from enum import IntFlag


class Rights(IntFlag):
    """Permissions, obligations and properties of a license."""

    # Permissions: a derivative may grant the AND of what its parents pass on.
    COMMERCIAL = 1 << 0
    DERIVE = 1 << 1
    TRAIN = 1 << 2
    GENERATE = 1 << 3
    SELL_ORIGINAL = 1 << 4
    MERCH = 1 << 5
    NSFW = 1 << 6
    SUBLICENSE = 1 << 7
    # Obligations: a derivative's offers must carry the OR of its parents'.
    ATTRIBUTION = 1 << 8
    REVOCABLE_FOR_BREACH = 1 << 9
    EDITORIAL = 1 << 10
    # Inherited like an obligation, and fixes the very terms of the derivative's offers.
    SHARE_ALIKE = 1 << 11
    # Of one license, never inherited.
    TRANSFERABLE = 1 << 12
    EXCLUSIVE = 1 << 13
    ENDS_WITH_LICENSE = 1 << 14

    @property
    def names(self) -> list[str]:
        """The names of the bits that are set, lowest first; unknown bits as hex."""
        known = [flag.name for flag in Rights if flag in self and flag.name]
        rest = int(self) & ~sum(Rights)
        return [*known, hex(rest)] if rest else known

    def __str__(self) -> str:
        return "|".join(self.names) or "nothing"


NOTHING = Rights(0)
PERMISSIONS = Rights(0x00FF)
