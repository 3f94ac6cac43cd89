"""What a wallet is asked to send and sign, as data for the page's script, which shows it before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gen_ip.chain.call import Call


@dataclass(frozen=True)
class Send:
    """A transaction. `above` is a call that reads what an allowance is now: the amount in the last
    word of the transaction is then meant on top of it."""

    what: str
    call: Call
    above: Call | None = None

    def to_json(self) -> dict[str, Any]:
        """For the script."""
        added = None if self.above is None else self.above.to_json()
        return {"what": self.what, **self.call.to_json(), "above": added}


@dataclass(frozen=True)
class Sign:
    """A signature (EIP-712), and where the documents that it is for are handed in.

    Attributes:
        what: it is, in words.
        typed: what `eth_signTypedData_v4` takes.
        documents: that are handed in, with no signature yet.
        place: of the signature in each, name by name.
        to: the path of this service that takes them.
    """

    what: str
    typed: Mapping[str, Any]
    documents: Sequence[Mapping[str, Any]]
    place: Sequence[str]
    to: str

    def to_json(self) -> dict[str, Any]:
        """For the script."""
        return {
            "what": self.what,
            "sign": json.dumps(self.typed, ensure_ascii=False),
            "documents": list(self.documents),
            "place": list(self.place),
            "keep": self.to,
        }


@dataclass(frozen=True)
class Plan:
    """Transactions and signatures in the order in which they are asked for.

    Attributes:
        chain_id: of all of them.
        steps: one after the other.
        pays, gets: in words.
        account: whose wallet it must be; None for anybody's.
        then: the page that is shown afterwards; None for the same again.
    """

    chain_id: int
    steps: Sequence[Send | Sign]
    pays: str
    gets: str
    account: str | None = None
    then: str | None = None

    def to_json(self) -> str:
        """For an attribute of a button."""
        document: dict[str, Any] = {
            "chain": hex(self.chain_id),
            "steps": [each.to_json() for each in self.steps],
            "pays": self.pays,
            "gets": self.gets,
            "account": self.account,
            "then": self.then,
        }
        return json.dumps(document, ensure_ascii=False)
