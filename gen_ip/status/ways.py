"""How somebody gets the right that is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gen_ip.status.facts import OfferFact, Question, WorkFacts
from gen_ip.status.holding import Held, Lack, Lacking
from gen_ip.status.uses import Use, missing
from gen_ip.status.wording import said
from gen_ip.terms.clauses import Language

MOST_OFFERS = 5


@dataclass(frozen=True)
class Way:
    """One way: `kind` is a key of the catalog's part `way`, `offer` the one to take, if any."""

    kind: str
    values: tuple[tuple[str, str | None], ...]
    offer: OfferFact | None = None

    def to_json(self, language: Language = "en") -> dict[str, Any]:
        """For JSON; amounts as decimal strings."""
        nobody = said(language, "somebody", "nobody")
        values = {name: nobody if value is None else value for name, value in self.values}
        offer = self.offer
        return {
            "kind": self.kind,
            "text": said(language, "way", self.kind, values),
            "offer": f"0x{offer.hash.hex()}" if offer else None,
            "price": str(offer.price) if offer else None,
            "token": offer.token if offer else None,
        }


def ways_to(
    work: WorkFacts, question: Question, uses: frozenset[Use], right: Held | Lacking
) -> tuple[Way, ...]:
    """What whoever has no right can do to get it, the nearest first."""
    who = question.account or question.licensee
    found = []
    if not question.names_somebody:
        found.append(Way("name", ()))
    if isinstance(right, Lacking):
        if right.why is Lack.UNPERMITTED:
            return (Way("permit", (("licensee", question.licensee), ("who", who))),)
        if right.why is Lack.LAPSED and right.license is not None:
            found.append(Way("renew", (("license", str(right.license)),)))
    if work.suspended:
        return tuple(found)
    fitting = [each for each in work.offers if not missing(each.grant, uses)]
    fitting.sort(key=lambda each: (each.price != 0, each.token, each.price, each.hash))
    for each in fitting[:MOST_OFFERS]:
        kind = "buy" if each.price else "take"
        found.append(Way(kind, (("offer", f"0x{each.hash.hex()}"),), each))
    found.append(Way("ask", (("work", str(work.id)), ("owner", work.owner))))
    return tuple(found)
