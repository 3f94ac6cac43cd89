"""Terms on the command line: a name, changed by options; and in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gen_ip.cli.values import (
    BadValue,
    format_duration,
    format_share,
    parse_duration,
    parse_share,
    parse_units,
)

if TYPE_CHECKING:
    from gen_ip.terms import Terms


def read_terms(
    name: str,
    *,
    income: str | None = None,
    volume: str | None = None,
    duration: str | None = None,
    units: str | None = None,
) -> Terms:
    """The ready-made terms called `name`, with the given numbers in place of their own.

    Raises:
        BadValue: an unknown name, or a value that cannot be read.
    """
    from gen_ip.terms import READY

    if name not in READY:
        raise BadValue("terms", name, f"choose {', '.join(READY)}")
    ready = READY[name]
    return replace(
        ready,
        income=ready.income if income is None else parse_share(income),
        volume=ready.volume if volume is None else parse_share(volume),
        duration=ready.duration if duration is None else parse_duration(duration),
        units=ready.units if units is None else parse_units(units),
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
