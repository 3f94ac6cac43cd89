"""Calls of RoyaltySplitter: payments, settling, withdrawing, payees."""

from __future__ import annotations

from collections.abc import Sequence

from gen_ip import arguments
from gen_ip.calls.builder import Builder
from gen_ip.chain.call import Call
from gen_ip.work import ETH


class SplitterCalls(Builder):
    """See `gen_ip.calls`."""

    contract = "RoyaltySplitter"

    def pay(self, work: int | str, token: str, amount: int) -> Call:
        """Pays a work. An ERC-20 token must be approved to the splitter before."""
        token = arguments.address("token", token)
        amount = arguments.positive("amount", amount)
        value = amount if token == ETH else 0
        return self._call("pay", arguments.work_id("work", work), token, amount, value=value)

    def sweep(self, creator: str, content_hash: bytes | str, token: str) -> Call:
        """Books what lies in a work's till, or was credited to it, as a payment."""
        return self._call(
            "sweep",
            arguments.address("creator", creator),
            arguments.bytes32("content_hash", content_hash),
            arguments.address("token", token),
        )

    def rescue(
        self, creator: str, content_hash: bytes | str, home_chain_id: int, token: str, to: str
    ) -> Call:
        """Sends what lies in the till of a work of another chain, or was credited to it, to `to`.
        By its creator."""
        return self._call(
            "rescue",
            arguments.address("creator", creator),
            arguments.bytes32("content_hash", content_hash),
            arguments.unsigned("home_chain_id", home_chain_id),
            arguments.address("token", token),
            arguments.address("to", to),
        )

    def settle(self, works: Sequence[int | str], token: str) -> Call:
        """Moves what works owe one step up, in the order given; children first moves most."""
        ids = arguments.work_ids("works", works)
        return self._call("settleMany", ids, arguments.address("token", token))

    def draw(self, work: int | str, token: str) -> Call:
        """Moves a work's credit into the balances of its owner and payees. By anybody."""
        return self._call(
            "draw", arguments.work_id("work", work), arguments.address("token", token)
        )

    def withdraw(self, token: str, to: str) -> Call:
        """Sends the sender's whole balance to `to`."""
        return self._call(
            "withdraw", arguments.address("token", token), arguments.address("to", to)
        )

    def collect(self, path: Sequence[int | str], token: str, to: str) -> Call:
        """Settles a path, draws what is the sender's on it, and sends all of it to `to`."""
        ids = arguments.work_ids("path", path)
        token = arguments.address("token", token)
        return self._call("collect", ids, token, arguments.address("to", to))

    def release(self, work: int | str, token: str) -> Call:
        """Draws a work and pays whoever can be paid without being asked. By anybody."""
        return self._call(
            "release", arguments.work_id("work", work), arguments.address("token", token)
        )

    def distribute(self, path: Sequence[int | str], token: str, *, release_from: int = 0) -> Call:
        """Settles a path, then releases the works on it from an index on. By anybody."""
        ids = arguments.work_ids("path", path)
        start = arguments.unsigned("release_from", release_from)
        return self._call("distribute", ids, start, arguments.address("token", token))

    def set_payout(self, work: int | str, payout: str) -> Call:
        """Where `release` pays the owner's part; address 0 unsets it. By the owner."""
        return self._call(
            "setPayout", arguments.work_id("work", work), arguments.address("payout", payout)
        )

    def add_payee(self, work: int | str, to: str, share: int) -> Call:
        """Adds a payee for ever; `share` in basis points of what is drawn from now on. By the
        owner."""
        return self._call(
            "addPayee",
            arguments.work_id("work", work),
            arguments.address("to", to),
            arguments.positive("share", share, 16),
        )

    def add_lien(self, work: int | str, to: str, share: int) -> Call:
        """Adds the one payee that the arbiter may add, within its cap. By the arbiter."""
        return self._call(
            "addLien",
            arguments.work_id("work", work),
            arguments.address("to", to),
            arguments.positive("share", share, 16),
        )
