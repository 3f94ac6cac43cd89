"""The fields of a form: what was put in, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from gen_ip import arguments
from gen_ip.arguments import InvalidArgument
from gen_ip.service.pages.rendering import Page

T = TypeVar("T")
_NUMBER = re.compile(r"[0-9]{1,30}(?:[.,][0-9]{1,36})?")
# Of an offer's price in the contracts.
_MOST_UNITS = 1 << 128
LONGEST = 2_000


def amount_of(text: str, decimals: int) -> int | None:
    """An amount of whole tokens, like `0.5` or `0,5`, in the smallest unit; -1 where it has more
    digits than the token, None where it is no number."""
    if not _NUMBER.fullmatch(text):
        return None
    whole, _, part = text.replace(",", ".").partition(".")
    part = part.rstrip("0")
    return -1 if len(part) > decimals else int(whole + part.ljust(decimals, "0"))


@dataclass(frozen=True)
class Field:
    """One field as it is shown.

    Attributes:
        name, label, hint: of the input.
        kind: `text`, `account` (which a wallet can fill in), `decimal`, `select` or `checks`.
        value: what was put in; of `checks` the names, apart by blanks.
        options: value and text of each choice.
        wrong: what is wrong with it, in words; empty for nothing.
    """

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    hint: str = ""
    options: Sequence[tuple[str, str]] = ()
    wrong: str = ""


class NotGiven(Exception):  # noqa: N818
    """A field is empty or out of form; the form says so."""


@dataclass
class Form:
    """Reads fields one after the other; those that are wrong are shown with why.

    Attributes:
        page: whose words are used.
        given: what was sent, the latest of each name; `many` all of it.
        fields: those that were read, in the order of reading.
        suffix: of the fields' names, where a page has several of a kind.
    """

    page: Page
    given: Mapping[str, str]
    many: Mapping[str, Sequence[str]] = field(default_factory=dict)
    fields: list[Field] = field(default_factory=list)
    suffix: str = ""

    @property
    def asked(self) -> bool:
        """Whether anything was put in: an empty form has nothing wrong."""
        return any(self.given.values())

    def read(
        self, name: str, read: Callable[[str], T], default: str = "", **shown: object
    ) -> T | None:
        """What `read` makes of a field; None where it is empty or out of form.

        `read` raises `NotGiven` or any of `ValueError` with a sentence about the value.
        """
        say, place = self.page.say, name + self.suffix
        text, wrong, value = self.given.get(place, default)[:LONGEST].strip(), "", None
        try:
            value = read(text)
        except (NotGiven, ValueError) as error:
            wrong = str(error) if self.asked else ""
        hint = say("form", f"{name}-hint") if say.has("form", f"{name}-hint") else ""
        label = say("form", name)
        self.fields.append(Field(place, label, value=text, hint=hint, wrong=wrong, **shown))  # type: ignore[arg-type]
        return value

    def wrong(self, name: str, problem: str) -> None:
        """Marks a field that was read."""
        self.fields = [
            replace(each, wrong=problem) if each.name == name + self.suffix else each
            for each in self.fields
        ]

    # ------------------------------------------------------------------ kinds

    def account(self, name: str) -> str | None:
        """An address."""
        return self.read(name, self.address, kind="account")

    def amount(self, name: str, decimals: int | None, *, zero: bool) -> int | None:
        """An amount of a token in its smallest unit, put in as whole ones."""

        def parsed(text: str) -> int:
            if decimals is None:
                # What is wrong is said at the token.
                raise NotGiven
            units = amount_of(text, decimals)
            if units is None:
                raise NotGiven(self.page.say("form", "no-number"))
            if units < 0 or units >= _MOST_UNITS or (not zero and units == 0):
                raise NotGiven(self.page.say("form", "no-amount"))
            return units

        return self.read(name, parsed, kind="decimal")

    def whole(self, name: str, most: int, default: int) -> int | None:
        """A number from 1 to `most`."""

        def parsed(text: str) -> int:
            if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:20]) <= most:
                raise NotGiven(self.page.say("form", "no-whole", most=self.page.words.number(most)))
            return int(text)

        return self.read(name, parsed, str(default), kind="decimal")

    def choice(self, name: str, options: Sequence[tuple[str, str]]) -> str | None:
        """One of several values."""

        def parsed(text: str) -> str:
            if text not in {value for value, _ in options}:
                raise NotGiven(self.page.say("form", "no-choice"))
            return text

        return self.read(name, parsed, options[0][0], kind="select", options=options)

    def checks(
        self, name: str, options: Sequence[tuple[str, str]], *, needed: bool = True
    ) -> Sequence[str] | None:
        """Any of several values; at least one where it is `needed`."""
        given = self.many.get(name + self.suffix, ())
        chosen = [value for value, _ in options if value in given]

        def parsed(_: str) -> Sequence[str]:
            if not chosen and needed:
                raise NotGiven(self.page.say("form", "no-checks"))
            return chosen

        found = self.read(name, parsed, kind="checks", options=options)
        self.fields[-1] = replace(self.fields[-1], value=" ".join(chosen))
        return found

    def text(self, name: str, *, needed: bool = True) -> str | None:
        """A text in one line."""

        def parsed(text: str) -> str:
            if needed and not text:
                raise NotGiven(self.page.say("form", "missing"))
            return text

        return self.read(name, parsed)

    def address(self, text: str) -> str:
        """An address in its one spelling; raises `NotGiven` in words."""
        if not text:
            raise NotGiven(self.page.say("form", "missing"))
        try:
            return arguments.address("account", text)
        except InvalidArgument:
            raise NotGiven(self.page.say("form", "no-address")) from None
