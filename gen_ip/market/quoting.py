"""What filling an offer costs, who gets what of it, and whether it can be filled now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from gen_ip import ledger
from gen_ip.chain.session import Session
from gen_ip.errors import GenIPError
from gen_ip.ledger import BASIS_POINTS
from gen_ip.market.filling import Filling, certified
from gen_ip.market.offers import Offer
from gen_ip.market.purchases import Purchase
from gen_ip.works.lineage import Link, ancestors, children_first
from gen_ip.works.registry import Registry

Amounts: TypeAlias = tuple[tuple[str, int], ...]
"""Amounts by address."""


@dataclass(frozen=True)
class Quote:
    """Amounts in the token's smallest unit; together they are the price, to a unit for each.

    Attributes:
        offer: what is quoted.
        work: the work that is sold or licensed.
        count: how many licenses; 1 for a certificate.
        price: what the buyer pays in all; gas apart.
        fees: what goes to referrers and platforms, by address.
        proceeds: what the seller of a certificate is credited; 0 for licenses.
        income: what is paid into the work: the price of licenses without the fees, the resale
            royalty of a certificate.
        owner: who owns the work.
        owners_part: what of the income is left for them.
        payees: what the work's payees share of it, by address.
        ancestors: what every work it was built on keeps of it, once all is settled; their own
            payees' parts included. Nearest first.
        problem: why the account cannot fill it now, None where it can. Approving the price, and
            registering terms that are known, is left to the filling. Without an account it is
            asked for anybody with enough money.
    """

    offer: Offer
    work: int
    count: int
    price: int
    token: str
    fees: Amounts
    proceeds: int
    income: int
    owner: str | None
    owners_part: int
    payees: Amounts
    ancestors: tuple[tuple[int, int], ...]
    problem: GenIPError | None

    @property
    def fillable(self) -> bool:
        """Whether nothing stands in the way."""
        return self.problem is None

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids and amounts as decimal strings."""
        return {
            "offer": f"0x{self.offer.hash.hex()}",
            "kind": self.offer.kind.name.lower(),
            "work": str(self.work),
            "count": str(self.count),
            "price": str(self.price),
            "token": self.token,
            "fees": [{"to": to, "amount": str(amount)} for to, amount in self.fees],
            "proceeds": str(self.proceeds),
            "income": str(self.income),
            "owner": self.owner,
            "owners_part": str(self.owners_part),
            "payees": [{"to": to, "amount": str(amount)} for to, amount in self.payees],
            "ancestors": [
                {"work": str(work), "amount": str(amount)} for work, amount in self.ancestors
            ],
            "fillable": self.fillable,
            "problem": None if self.problem is None else str(self.problem),
            "problem_type": None if self.problem is None else type(self.problem).__name__,
        }


class Quoting:
    """Quotes of offers."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._registry = Registry(session)
        self._filling = Filling(session)

    def quote(self, purchase: Purchase) -> Quote:
        """What filling costs, who gets what of it, and whether it can be done now."""
        offer, work, price = purchase.terms_of_sale, purchase.subject, purchase.total
        problem = self._filling.problem(purchase)
        fees = tuple((to, price * share // BASIS_POINTS) for to, share in offer.fees)
        rest = price - sum(amount for _, amount in fees)
        here = certified(self._registry, work)
        proceeds, income = 0, rest
        if offer.kind.is_certificate:
            royalty = 0
            if here is not None:
                _, royalty = self._session.read("IPRegistry", "royaltyInfo", here, price)
            # Fees and royalty of more than the price are refused; that is the problem then.
            proceeds, income = max(rest - royalty, 0), royalty
        owner, kept = None, income
        payees: Amounts = ()
        above: tuple[tuple[int, int], ...] = ()
        if here is not None:
            owner, _ = self._registry.ownership(here)
            listed = self._session.read("RoyaltySplitter", "payeesOf", here)
            kept, above = _split(here, income, ancestors(self._session, here))
            payees = tuple((to, kept * share // BASIS_POINTS) for to, share in listed)
        return Quote(
            offer=offer,
            work=work,
            count=purchase.count,
            price=price,
            token=offer.token,
            fees=fees,
            proceeds=proceeds,
            income=income,
            owner=owner,
            owners_part=kept - sum(amount for _, amount in payees),
            payees=payees,
            ancestors=above,
            problem=problem,
        )


def _split(
    work: int, income: int, links: Sequence[Link]
) -> tuple[int, tuple[tuple[int, int], ...]]:
    """What a work keeps of a payment, and what each work above it does, nearest first: by the
    equations of "The recursive split" in docs/design.md, rounded down."""
    works = list(dict.fromkeys([work, *(link.parent for link in links)]))
    order = children_first(works, links)[::-1]
    place = {each: number for number, each in enumerate(order)}
    model = ledger.Ledger()
    for each in order:
        edges = sorted(
            (place[link.parent], link.income, link.volume) for link in links if link.child == each
        )
        model.add_work("", [ledger.Edge(*edge) for edge in edges])
    found = ledger.exact(model.works, {place[work]: income})

    def kept(each: int) -> int:
        net: Fraction = found[place[each]].net
        return net.numerator // net.denominator

    return kept(work), tuple((each, kept(each)) for each in works[1:])
