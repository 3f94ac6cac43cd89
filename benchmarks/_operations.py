"""Operations of the protocol on a private chain, and what each costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks import opcodes
from benchmarks._chain import Chain, Mined, token_call
from benchmarks._works import ChainWork, Works
from benchmarks.opcodes import Cost
from gen_ip.chain.call import Call
from gen_ip.ledger import BASIS_POINTS
from gen_ip.signing import NOBODY, OfferKind, OfferStruct
from gen_ip.work import ETH

INCOME_BP = 1_000
AMOUNTS = {"price": 1_234_567, "payment": 1_234_567_891_237, "payment_eth": 10**18 + 234_567_891}
"""Smallest units. Not round, so that every running total leaves a remainder (a phase)."""
assert all(amount * INCOME_BP % BASIS_POINTS for amount in AMOUNTS.values())


class Operations:
    """What measurements have in common: works, tokens, payments, settlements, offers.

    With `steps`, the chain keeps them and every cost says where the gas went.
    """

    def __init__(self, chain: Chain, steps: bool = False) -> None:
        self.chain, self._steps = chain, steps
        self.works = Works(chain)
        self.payer = chain.account()

    def _ask(self, maker: str, work: int, terms: bytes, token: str) -> OfferStruct:
        return OfferStruct(
            kind=OfferKind.LICENSE_ASK,
            maker=maker,
            taker=NOBODY,
            work=work,
            works_root=bytes(32),
            terms_hash=terms,
            token=token,
            price=AMOUNTS["price"],
            quantity=1_000,
            transfers=0,
            encumbrance=bytes(32),
            valid_from=0,
            deadline=0,
            counter_to=bytes(32),
            uncontested=False,
            deliver_within=0,
            challenge_window=0,
            counter=0,
            salt=1,
        )

    def _token(self, *holders: Any) -> str:
        """A new ERC-20 that nobody else holds, not even the splitter."""
        token = self.chain.token()
        for holder in holders:
            self.chain.endow(holder, token)
        return token

    def _derive(self, *edges: tuple[ChainWork, bytes]) -> Cost:
        self.works.derive(self.chain.account(), edges)
        return self._cost(self.chain.mine()[-1])

    def _pay(self, work: ChainWork, token: str) -> Cost:
        amount = AMOUNTS["payment_eth" if token == ETH else "payment"]
        value = amount if token == ETH else 0
        pay = self._splitter("pay", work.id, token, amount, value=value)
        return self._cost(self.chain.do(self.payer, pay, "a payment"))

    def _settle(self, path: Sequence[ChainWork], token: str) -> Cost:
        settle = self._splitter("settleMany", [work.id for work in path], token)
        return self._cost(self.chain.do(self.payer, settle, "a settlement"))

    def _cost(self, mined: Mined) -> Cost:
        if not self._steps:
            return Cost(mined.gas)
        return opcodes.traced(self.chain.rpc, mined.tx_hash, mined.gas)

    def _splitter(self, function: str, *values: object, value: int = 0) -> Call:
        return self.chain.session.encode("RoyaltySplitter", function, *values, value=value)

    def _wallet(self, account: str, token: str) -> int:
        (held,) = self.chain.read([token_call(token, "balanceOf", account)])
        return int(held)
