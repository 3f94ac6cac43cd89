"""What somebody means to do with a work, and whether a license's rights allow it.

The words are those of people, the rights those of `gen_ip.terms`; what each right allows is what
the clauses of the contracts say (gen_ip/terms/clauses/en.toml).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from gen_ip.status.errors import UnknownUse
from gen_ip.terms.rights import PERMISSIONS, Rights

_MACHINE = Rights.TRAIN | Rights.GENERATE


class Use(Enum):
    """An intended use. `SHOW` is to publish the work for a purpose that is not commercial."""

    SHOW = "show"
    COMMERCIAL = "commercial"
    EDITORIAL = "editorial"
    DERIVE = "derive"
    TRAIN = "train"
    GENERATE = "generate"
    SELL_ORIGINAL = "sell-original"
    MERCH = "merch"
    ADULT = "adult"
    SUBLICENSE = "sublicense"

    @property
    def right(self) -> Rights:
        """The right whose clause speaks of this use; nothing for showing, which every license of
        the work itself allows."""
        return _RIGHTS.get(self, Rights(0))


_RIGHTS = {
    Use.COMMERCIAL: Rights.COMMERCIAL,
    Use.EDITORIAL: Rights.EDITORIAL,
    Use.DERIVE: Rights.DERIVE,
    Use.TRAIN: Rights.TRAIN,
    Use.GENERATE: Rights.GENERATE,
    Use.SELL_ORIGINAL: Rights.SELL_ORIGINAL,
    Use.MERCH: Rights.MERCH,
    Use.ADULT: Rights.NSFW,
    Use.SUBLICENSE: Rights.SUBLICENSE,
}


def use_of(text: object) -> Use:
    """The use that a word names.

    Raises:
        UnknownUse: it names none.
    """
    for use in Use:
        if use.value == text:
            return use
    raise UnknownUse(text, ", ".join(use.value for use in Use))


def allows(grant: Rights, use: Use) -> bool:
    """Whether a license with these rights allows a use.

    EDITORIAL narrows: beside it neither COMMERCIAL nor MERCH counts, as in the contracts. A
    license for machines alone (TRAIN, GENERATE) does not let anyone show the work.
    """
    if Rights.EDITORIAL in grant:
        grant &= ~(Rights.COMMERCIAL | Rights.MERCH)
    if use is Use.EDITORIAL:
        return bool(grant & (Rights.EDITORIAL | Rights.COMMERCIAL))
    if use is Use.SHOW:
        permissions = grant & PERMISSIONS
        machines_only = bool(permissions) and not permissions & ~_MACHINE
        # Reporting is narrower than showing for any purpose that is not commercial.
        return not machines_only and Rights.EDITORIAL not in grant
    return use.right in grant


def missing(grant: Rights, uses: Iterable[Use]) -> tuple[Use, ...]:
    """The uses that a license with these rights does not allow, in the order of `Use`."""
    wanted = set(uses)
    return tuple(use for use in Use if use in wanted and not allows(grant, use))


def common(one: Rights, other: Rights) -> Rights:
    """What is allowed by both of two lists of rights, such as a license's and a permit's. An
    obligation of either binds."""
    return (one & other & PERMISSIONS) | ((one | other) & ~PERMISSIONS)
