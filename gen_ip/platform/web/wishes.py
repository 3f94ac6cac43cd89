"""What a visitor asks for with an upload, as a request says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gen_ip.content.detection.settling import named
from gen_ip.content.kind import Kind
from gen_ip.methods.preparing import LONGEST_TAG, MOST_TAGS
from gen_ip.platform.web.errors import NoAnswer, NotOffered
from gen_ip.platform.web.settings import Settings
from gen_ip.work import ETH

_LONGEST_NAME, _LONGEST_TEXT, _MOST_PARENTS, _MOST_ASKS = 200, 4_000, 16, 8
_FIELDS = ("name", "description", "kind", "tags", "parents", "ask")


@dataclass(frozen=True)
class Ask:
    """What one license costs: terms by their name on the site, a price in the token's smallest
    unit."""

    terms: str
    price: int
    token: str = ETH


@dataclass(frozen=True)
class Wishes:
    """About an upload. `name` None: as its file is called; `kind` None: what its bytes say."""

    name: str | None = None
    description: str = ""
    kind: Kind | None = None
    tags: tuple[str, ...] = ()
    parents: tuple[int, ...] = ()
    asks: tuple[Ask, ...] = ()


def wishes_of(fields: Mapping[str, Sequence[str]], settings: Settings) -> Wishes:
    """What the fields of a query say: `name`, `description`, `kind`; `tags` and `parents` (works'
    numbers), separated by commas; any number of `ask`, as TERMS:PRICE or TERMS:PRICE:TOKEN.

    Raises:
        NoAnswer, NotOffered, InvalidArgument: a field is not as it should be.
    """
    for name in fields:
        if name not in _FIELDS:
            raise NoAnswer(f"there is no field {name[:40]!r}", f"take {', '.join(_FIELDS)}")
    kind = _one(fields, "kind", 20) or None
    named(kind)
    tags = tuple(each.strip() for each in _one(fields, "tags", 4_000).split(",") if each.strip())
    if len(tags) > MOST_TAGS or any(len(each) > LONGEST_TAG for each in tags):
        raise NoAnswer("these are too many tags, or too long ones", f"give at most {MOST_TAGS}")
    parents = _one(fields, "parents", 2_000).split(",")
    asks = fields.get("ask", ())
    if len(asks) > _MOST_ASKS:
        raise NoAnswer("these are too many asks", f"give at most {_MOST_ASKS}")
    return Wishes(
        _one(fields, "name", _LONGEST_NAME).strip() or None,
        _one(fields, "description", _LONGEST_TEXT),
        kind,  # type: ignore[arg-type]  # checked by `named`
        tags,
        tuple(dict.fromkeys(_number(each) for each in parents[:_MOST_PARENTS] if each.strip())),
        tuple(ask_of(each, settings) for each in asks),
    )


def ask_of(text: str, settings: Settings) -> Ask:
    """An ask as TERMS:PRICE or TERMS:PRICE:TOKEN.

    Raises:
        NoAnswer, NotOffered.
    """
    terms, _, rest = text.partition(":")
    price, _, token = rest.partition(":")
    if terms not in settings.terms:
        raise NotOffered("license", terms, ", ".join(settings.terms))
    if not (price.isascii() and price.isdigit() and len(price) <= 49):
        raise NoAnswer("an ask has no price", "give TERMS:PRICE, in the token's smallest unit")
    known = {each.lower(): each for each in settings.tokens}
    wanted = (token or settings.tokens[0]).lower()
    if wanted not in known:
        raise NotOffered("token", token, ", ".join(settings.tokens))
    return Ask(terms, int(price), known[wanted])


def _one(fields: Mapping[str, Sequence[str]], name: str, longest: int) -> str:
    given = fields.get(name, ())
    if len(given) > 1:
        raise NoAnswer(f"{name} is given twice", "give it once")
    text = given[0] if given else ""
    if len(text) > longest:
        raise NoAnswer(f"{name} is too long", f"give at most {longest:,} characters")
    return text


def _number(text: str) -> int:
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 49):
        raise NoAnswer("a parent is no work", "give the numbers of works, separated by commas")
    return int(digits)
