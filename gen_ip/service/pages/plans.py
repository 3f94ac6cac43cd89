"""What a wallet is asked to send, as data for the page's script, which shows it before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from gen_ip.calls import Call, Calls
from gen_ip.calls.marketplace import Fill, Taking
from gen_ip.chain import abi, artifacts
from gen_ip.chain.deployment import Deployment
from gen_ip.market.offers import SignedOffer
from gen_ip.service.pages.money import Tokens
from gen_ip.service.pages.rendering import Page
from gen_ip.signing.offers import Approval, OfferStruct
from gen_ip.work import ETH


class Claimed(Protocol):
    """A work, and what its claim says."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def creator(self) -> str:
        """Whose claim it is."""

    @property
    def content_hash(self) -> bytes:
        """Of which bytes."""


@dataclass(frozen=True)
class Plan:
    """Transactions in the order in which they are sent.

    Attributes:
        chain_id: of all of them.
        steps: what each does, in words, and the call.
        pays, gets: in words.
        account: who must send them; None for anybody.
    """

    chain_id: int
    steps: Sequence[tuple[str, Call]]
    pays: str
    gets: str
    account: str | None = None

    def to_json(self) -> str:
        """For an attribute of a button."""
        document: dict[str, Any] = {
            "chain": hex(self.chain_id),
            "steps": [{"what": what, **call.to_json()} for what, call in self.steps],
            "pays": self.pays,
            "gets": self.gets,
            "account": self.account,
        }
        return json.dumps(document, ensure_ascii=False)


class Planner:
    """Plans for one page.

    Args:
        page: whose words are used.
        deployment, chain_id: of the contracts.
        tokens: how amounts are shown.
    """

    def __init__(self, page: Page, deployment: Deployment, chain_id: int, tokens: Tokens) -> None:
        self._page, self._tokens, self._chain_id = page, tokens, chain_id
        self._deployment, self._calls = deployment, Calls(deployment)

    def buy(self, offer: OfferStruct, signed: SignedOffer | None, work: Claimed, gets: str) -> Plan:
        """One license of an ask that anybody can fill, for whoever sends it."""
        say, price = self._page.say, offer.price
        shown = self._tokens.shown(price, offer.token, self._page.words)
        path = signed.works_path(work.id) if signed is not None else ()
        approval = signed.approval if signed is not None else Approval()
        taking = Taking(work.id, path)
        if offer.uncontested or (signed is not None and signed.is_delegated):
            taking = taking._replace(creator=work.creator, content_hash=work.content_hash)
        fill = self._calls.marketplace.fill(
            Fill(offer, approval, taking), value=price if offer.token == ETH else 0
        )
        steps = [(say("wallet", "fill"), fill)]
        if offer.token != ETH and price:
            allow = abi.encode_call(
                artifacts.load("DemoToken").functions["approve"],
                self._deployment.marketplace,
                price,
            )
            steps.insert(0, (say("wallet", "approve", amount=shown), Call(offer.token, allow)))
        return Plan(self._chain_id, steps, shown, gets)

    def collect(self, path: Sequence[int], token: str, account: str, amount: int) -> Plan:
        """What is credited to an account's work and on the way to it."""
        call = self._calls.splitter.collect(path, token, account)
        return self._income("collect", call, token, account, amount)

    def withdraw(self, token: str, account: str, amount: int) -> Plan:
        """An account's balance."""
        call = self._calls.splitter.withdraw(token, account)
        return self._income("withdraw", call, token, account, amount)

    def _income(self, name: str, call: Call, token: str, account: str, amount: int) -> Plan:
        gets = self._tokens.shown(amount, token, self._page.words)
        nothing = self._tokens.shown(0, ETH, self._page.words)
        steps = [(self._page.say("wallet", name), call)]
        return Plan(self._chain_id, steps, nothing, gets, account)
