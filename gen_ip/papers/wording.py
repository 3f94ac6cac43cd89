"""The words of papers, in each language: `words/en.toml` and `words/fr.toml`, and what is said with
them of times, numbers and terms."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from gen_ip.terms import READY, UNLIMITED, Rights, Terms
from gen_ip.terms.clauses import Language, wording
from gen_ip.terms.rights import PERMISSIONS

_HOUR, _DAY, _YEAR = 3_600, 86_400, 365 * 86_400


class Words:
    """One language's words.

    `words["certificate", "heading"]` is a text; `said("certificate", "rank-first", count="2")` is
    one with its names filled in.
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        self._words = catalog(language)

    def __getitem__(self, key: tuple[str, str]) -> str:
        part, name = key
        return str(self._words[part][name])

    def said(self, part: str, name: str, /, **values: str) -> str:
        """A text with its names filled in."""
        return self[part, name].format(**values)

    def part(self, name: str) -> dict[str, str]:
        """All texts of a part."""
        return dict(self._words[name])

    def moment(self, seconds: int) -> str:
        """A time (seconds since the epoch) in UTC; one beyond the calendar as it is."""
        try:
            time = datetime.fromtimestamp(seconds, UTC)
        except (OverflowError, ValueError, OSError):
            return self.number(seconds)
        return str(self._words["moment"]).format(
            day=time.day,
            month=self._words["months"][time.month - 1],
            year=time.year,
            time=time.strftime("%H:%M:%S"),
        )

    def day(self, seconds: int) -> str:
        """The day of a time (seconds since the epoch, within the calendar), in UTC."""
        time = datetime.fromtimestamp(seconds, UTC)
        return f"{time.day} {self._words['months'][time.month - 1]} {time.year}"

    def number(self, value: int) -> str:
        """An integer, its thousands apart."""
        return f"{value:,}".replace(",", str(self._words["thousands"]))

    def amount(self, units: int, decimals: int) -> str:
        """An amount in the smallest unit of a token, in whole ones."""
        whole, rest = divmod(units, 10**decimals)
        part = f"{rest:0{decimals}d}".rstrip("0") if rest else ""
        return self.number(whole) + (f"{self._words['decimal']}{part}" if part else "")

    def share(self, points: int) -> str:
        """Basis points as a percentage."""
        return str(self._words["percent"]).format(number=self.amount(points, 2))

    def duration(self, seconds: int) -> str:
        """Of terms; 0 is for ever."""
        if seconds == 0:
            return self["terms", "forever"]
        if seconds == _YEAR:
            return self["terms", "years-one"]
        for name, unit in (("years", _YEAR), ("days", _DAY), ("hours", _HOUR), ("exactly", 1)):
            if seconds % unit == 0:
                return self.said("terms", name, count=self.number(seconds // unit))
        raise AssertionError("seconds are whole")

    def rights(self, rights: Rights) -> list[str]:
        """Each right in plain words."""
        return [self["right", name] for name in rights.names]

    def name_of(self, terms: Terms) -> str:
        """The title of the ready-made terms these are a variant of (by their legal text)."""
        name = next((name for name, known in READY.items() if known.legal == terms.legal), None)
        return self["terms", "custom"] if name is None else str(self._titles[name])

    def owed(self, terms: Terms) -> list[str]:
        """What derivatives owe."""
        parts = [("income", terms.income), ("volume", terms.volume)]
        return [self.said("terms", name, share=self.share(part)) for name, part in parts if part]

    def derivatives(self, units: int) -> str:
        """How many derivatives a license allows."""
        if units == UNLIMITED:
            return self["terms", "units-any"]
        name = "units-one" if units == 1 else "units-many"
        return self.said("terms", name, count=self.number(units))

    def terms(self, terms: Terms) -> str:
        """Terms in a line: what is allowed, what is demanded, what is owed, how long."""
        parts = [*self.rights(terms.grant & PERMISSIONS), *self.rights(terms.grant & ~PERMISSIONS)]
        parts += self.owed(terms)
        if terms.units:
            parts.append(self.derivatives(terms.units))
        parts.append(self.duration(terms.duration))
        return self.said("terms", "line", name=self.name_of(terms), parts=", ".join(parts))

    @property
    def _titles(self) -> Mapping[str, str]:
        titles: Mapping[str, str] = wording(self.language)["title"]
        return titles


@cache
def catalog(language: Language) -> Mapping[str, Any]:
    """Everything that papers say in one language."""
    source = files("gen_ip.papers") / "words" / f"{language}.toml"
    return tomllib.loads(source.read_text("utf-8"))
