"""Terms on the command line: a name or a hash, changed by options; and in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gen_ip.cli.show.text import plain
from gen_ip.cli.values import (
    BadValue,
    format_duration,
    format_share,
    parse_duration,
    parse_share,
    parse_units,
)

if TYPE_CHECKING:
    from gen_ip.client import GenIP
    from gen_ip.terms import Terms
    from gen_ip.terms.upstream import Conflict


def is_hash(text: str) -> bool:
    """Whether terms are named by a hash instead of a name."""
    return text.startswith("0x")


def ready_terms(name: str) -> Terms:
    """The ready-made terms called `name`.

    Raises:
        BadValue: there are none.
    """
    from gen_ip.terms import READY

    if name not in READY:
        raise BadValue(
            "terms",
            name,
            f"choose {', '.join(READY)}, or the 0x hash that `gen-ip terms register` printed",
        )
    return READY[name]


def read_terms(
    name: str,
    *,
    client: GenIP | None = None,
    income: str | None = None,
    volume: str | None = None,
    duration: str | None = None,
    units: str | None = None,
) -> Terms:
    """The terms called `name`, with the given numbers in place of their own.

    `name` may be a hash of registered terms where there is a `client` to ask.

    Raises:
        BadValue: an unknown name, or a value that cannot be read.
        InvalidArgument, UnknownTerms: a hash that is none, or of no terms.
    """
    known = client.terms(name) if client is not None and is_hash(name) else ready_terms(name)
    return replace(
        known,
        income=known.income if income is None else parse_share(income),
        volume=known.volume if volume is None else parse_share(volume),
        duration=known.duration if duration is None else parse_duration(duration),
        units=known.units if units is None else parse_units(units),
    )


def conflict_in_words(conflict: Conflict) -> str:
    """One line for a buyer: what is sold beyond an upstream license, and on whose word."""
    rights = " + ".join(name.lower().replace("_", " ") for name in conflict.rights.names)
    row = conflict.upstream
    # The statement is a stranger's text.
    said = (
        f"the creator signed: {plain(conflict.override, 300)}"
        if conflict.override is not None
        else "the creator signed no override"
    )
    return (
        f"beyond the license of {row.id} ({row.license}, as of {row.checked}), which withholds "
        f"{rights}; {said}"
    )


def name_of(terms: Terms) -> str:
    """The ready-made terms these are a variant of (by their legal text), or `custom`."""
    from gen_ip.terms import READY

    return next((name for name, known in READY.items() if known.legal == terms.legal), "custom")


def in_words(terms: Terms) -> str:
    """One line: what is allowed, what is owed, how long, how often."""
    from gen_ip.terms import UNLIMITED

    parts = [" + ".join(right.lower().replace("_", " ") for right in terms.grant.names)]
    if terms.income:
        parts.append(f"{format_share(terms.income)} of income")
    if terms.volume:
        parts.append(f"{format_share(terms.volume)} of volume")
    if terms.units:
        count = "any number of" if terms.units == UNLIMITED else f"{terms.units:,}"
        parts.append(f"{count} derivative{'s' if terms.units != 1 else ''}")
    parts.append(format_duration(terms.duration))
    return ", ".join(part for part in parts if part)
