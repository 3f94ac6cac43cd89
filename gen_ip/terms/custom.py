"""Terms of one's own from a short TOML file, with a bundle as complete as the ready-made ones'.

    name = "poster"                       # lower-case letters, digits and "-", at most 40
    grant = ["COMMERCIAL", "MERCH", "ATTRIBUTION"]
    pass = []                             # permissions a derivative may grant on
    income_bp = 0                         # share of a derivative's income, basis points
    volume_bp = 0                         # share of every payment downstream, basis points
    days = 365                            # how long a license runs; 0 for ever
    units = 0                             # derivatives a license allows, or "unlimited"

    [en]                                  # both languages, or neither
    title = "Poster"
    text = "At most 500 posters may be printed."        # a clause of your own; optional

    [fr]
    title = "Affiche"
    text = "Au plus 500 affiches peuvent être imprimées."

Only `name` and `grant` are required. The file is yours or a stranger's: it is capped in size and
everything in it is checked before anything is built.
"""

# ruff: noqa: N818

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple, NoReturn

from gen_ip import toml
from gen_ip.content.files import StrPath, open_file
from gen_ip.content.metadata_schema import HIDDEN
from gen_ip.errors import GenIPError, shown
from gen_ip.terms.bundle import Bundle, build
from gen_ip.terms.clauses import LANGUAGES, Language
from gen_ip.terms.ready import READY
from gen_ip.terms.rights import NOTHING, PERMISSIONS, Rights
from gen_ip.terms.terms import UNLIMITED, Terms

MAX_TERMS_BYTES = 16_384
MAX_TITLE = 100
MAX_OWN_TEXT = 4_000
# What contracts/IPLicense.sol allows.
MAX_DAYS = 365_000
WHOLE_BP = 10_000

_KEYS = ("name", "grant", "pass", "income_bp", "volume_bp", "days", "units", *LANGUAGES)
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_OWN_TITLE = {"en": "Special condition", "fr": "Condition particulière"}


class BadTermsFile(GenIPError):
    """A key of a terms file is missing, unknown, or has a value that does not fit."""

    def __init__(self, key: str, value: object, remedy: str) -> None:
        self.key, self.value = key, value
        where = f"key {shown(key)} is {shown(value)}" if key else shown(value)
        super().__init__(f"terms file: {where}; {remedy}")


class CustomTerms(NamedTuple):
    """Terms, and the bundle that their `legal` is the hash of."""

    terms: Terms
    bundle: Bundle


def load(path: StrPath) -> CustomTerms:
    """Reads a terms file.

    Raises:
        MissingFile, NotAFile, UnreadableFile, EmptyFile, FileTooLarge: the file is not usable.
        BadTermsFile, BadBundle: what it says is not.
    """
    with open_file(path, MAX_TERMS_BYTES) as file:
        return parse(file.read(MAX_TERMS_BYTES + 1))


def parse(data: bytes) -> CustomTerms:
    """Reads the bytes of a terms file; the same bytes give the same bundle.

    Raises:
        BadTermsFile, BadBundle: it is too large, no TOML in UTF-8, or its values do not fit.
    """
    if len(data) > MAX_TERMS_BYTES:
        raise BadTermsFile("", f"{len(data):,} bytes", f"shorten it to {MAX_TERMS_BYTES:,}")
    try:
        fields = toml.read(data)
    except ValueError as error:
        _bad("", str(error), "write it as TOML in UTF-8")
    for key in fields:
        if key not in _KEYS:
            _bad(key, fields[key], f"known keys are {', '.join(_KEYS)}")
    name = _name(fields)
    grant, pass_ = _rights(fields, "grant"), _rights(fields, "pass")
    if grant == NOTHING:
        _bad("grant", fields.get("grant"), "list at least one right, such as COMMERCIAL")
    terms = Terms(
        grant,
        pass_,
        income=_integer(fields, "income_bp", WHOLE_BP),
        volume=_integer(fields, "volume_bp", WHOLE_BP),
        duration=_integer(fields, "days", MAX_DAYS) * 86_400,
        units=_units(fields),
    )
    _check_form(terms)
    titles, own = _texts(fields, name)
    bundle = build(name, grant, pass_, titles=titles, own=own)
    return CustomTerms(replace(terms, legal=bundle.digest), bundle)


def _check_form(terms: Terms) -> None:
    """What IPLicense demands of terms in themselves, told by key before anything is sent."""
    grant, units = terms.grant, terms.units
    if terms.pass_ & ~(grant & PERMISSIONS):
        _bad("pass", terms.pass_.names, "pass on permissions only that `grant` lists as well")
    if Rights.EDITORIAL in grant and grant & (Rights.COMMERCIAL | Rights.MERCH):
        _bad("grant", grant.names, "EDITORIAL excludes COMMERCIAL and MERCH; drop one")
    if Rights.EXCLUSIVE in grant and terms.duration == 0:
        _bad("days", 0, "an EXCLUSIVE license must end; say after how many days")
    derive = Rights.DERIVE in grant
    if derive != (units != 0):
        _bad("units", units, "give units if `grant` lists DERIVE, and none otherwise")
    if Rights.TRANSFERABLE in grant and units == UNLIMITED:
        _bad("units", "unlimited", "a TRANSFERABLE license has a number of units; give it")
    shares = terms.income + terms.volume
    if shares > WHOLE_BP:
        _bad("volume_bp", terms.volume, f"with income_bp at most {WHOLE_BP:,} together")
    if shares and not derive:
        _bad("income_bp", terms.income, "shares are for derivatives; list DERIVE or drop them")
    if Rights.SHARE_ALIKE in grant:
        if not derive or terms.pass_ != grant & PERMISSIONS:
            _bad("pass", terms.pass_.names, "SHARE_ALIKE takes DERIVE and passes on all it grants")
        if Rights.ENDS_WITH_LICENSE in grant:
            _bad("grant", grant.names, "SHARE_ALIKE excludes ENDS_WITH_LICENSE; drop one")
        if terms.volume:
            _bad("volume_bp", terms.volume, "SHARE_ALIKE takes income shares only")


def _name(fields: Mapping[str, Any]) -> str:
    name = fields.get("name")
    if not isinstance(name, str) or len(name) > 40 or not _NAME.fullmatch(name):
        _bad("name", name, 'use lower-case letters, digits and "-", at most 40')
    if name in READY:
        _bad("name", name, "ready-made terms have this name; choose another")
    return name


def _rights(fields: Mapping[str, Any], key: str) -> Rights:
    names = fields.get(key, [])
    if not isinstance(names, list):
        _bad(key, names, "give a list of rights")
    found = NOTHING
    for name in names:
        if not isinstance(name, str) or name not in Rights.__members__:
            _bad(key, name, f"rights are {', '.join(Rights.__members__)}")
        found |= Rights[name]
    return found


def _integer(fields: Mapping[str, Any], key: str, highest: int) -> int:
    value = fields.get(key, 0)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= highest:
        _bad(key, value, f"give a whole number from 0 to {highest:,}")
    return value


def _units(fields: Mapping[str, Any]) -> int:
    if fields.get("units") == "unlimited":
        return UNLIMITED
    return _integer(fields, "units", UNLIMITED - 1)


def _texts(
    fields: Mapping[str, Any], name: str
) -> tuple[dict[Language, str], dict[Language, Mapping[str, str]] | None]:
    given = [language for language in LANGUAGES if language in fields]
    if len(given) == 1:
        missing = next(language for language in LANGUAGES if language not in fields)
        _bad(missing, None, "write the title and the text in both languages, or in none")
    if not given:
        return dict.fromkeys(LANGUAGES, name), None
    titles: dict[Language, str] = {}
    own: dict[Language, Mapping[str, str]] = {}
    for language in LANGUAGES:
        words = fields[language]
        if not isinstance(words, dict):
            _bad(language, words, "make it a table with title and text")
        for key in words:
            if key not in ("title", "text"):
                _bad(f"{language}.{key}", words[key], "known keys are title, text")
        titles[language] = _words(f"{language}.title", words.get("title"), MAX_TITLE)
        if "text" in words:
            text = _words(f"{language}.text", words["text"], MAX_OWN_TEXT)
            own[language] = {"title": _OWN_TITLE[language], "text": text}
    if len(own) == 1:
        missing = next(language for language in LANGUAGES if language not in own)
        _bad(f"{missing}.text", None, "write the text in both languages, or in none")
    return titles, own or None


def _words(key: str, value: object, limit: int) -> str:
    if not isinstance(value, str) or not value.strip():
        _bad(key, value, "give a text")
    if len(value) > limit:
        _bad(key, value, f"shorten it to {limit:,} characters")
    if hidden := HIDDEN.search(value):
        _bad(key, value, f"remove the invisible character U+{ord(hidden[0]):04X}")
    return value


def _bad(key: str, value: object, remedy: str) -> NoReturn:
    raise BadTermsFile(key, value, remedy) from None
