"""What works have earned, what is on its way to them, and how to get it."""

from __future__ import annotations

from gen_ip import arguments
from gen_ip.income.earnings import Collected, Earnings, OwnerEarnings
from gen_ip.methods.connection import Connection
from gen_ip.work import ETH


class Earning(Connection):
    """See `gen_ip.client.GenIP`.

    Every method but `withdraw` raises `TooFarToScan` where the logs to be searched are too many.
    """

    def earnings(
        self, work: int | str, *, token: str = ETH, min_gain: int | None = None
    ) -> Earnings:
        """What a work has earned in a token: drawn, undrawn, and on the way from its derivatives;
        with the settlements that bring it, and what each costs.

        `plan` has none that brings less than `min_gain` of the token's smallest unit; with 1, all
        that is on the way comes, and no settlement is in vain. By default it has, in ETH, none
        whose gas costs more than it brings, at what the node says gas costs now. What gas is worth
        in another token is not known: there the default is 1.

        Raises:
            UnknownWork: it is not certified.
            InvalidArgument: `min_gain` is below 1.
        """
        number, least = arguments.work_id("work", work), _least(min_gain)
        (found,) = self._royalties.earnings(number, [arguments.address("token", token)], least)
        return found

    def all_earnings(self, work: int | str) -> list[Earnings]:
        """`earnings` in every token in which the work, or anything built on it, was ever paid; in
        those, too, that are no tokens any more.

        Raises:
            UnknownWork: it is not certified.
        """
        return self._royalties.all_earnings(arguments.work_id("work", work))

    def earnings_of(self, owner: str) -> list[OwnerEarnings]:
        """What all works that an account owns have earned, token by token. What waits for it as a
        payee of others' works is not counted."""
        return self._royalties.earnings_of(arguments.address("owner", owner))

    def tokens_of(self, work: int | str) -> list[str]:
        """The tokens in which a work, or anything built on it, was ever paid; address 0 for ETH.

        Raises:
            UnknownWork: it is not certified.
        """
        return self._royalties.tokens_of(arguments.work_id("work", work))

    def collect(
        self,
        work: int | str,
        *,
        token: str = ETH,
        to: str | None = None,
        min_gain: int | None = None,
    ) -> Collected:
        """Settles what is on the way to a work, draws it, and sends the account's whole balance to
        `to` (default: the account): one transaction, unless more than 200 works lie on the way.

        Settled is what `earnings` with the same `min_gain` plans, nothing else: in ETH by default
        only what is worth its gas.

        Raises:
            UnknownWork: it is not certified.
            NothingToWithdraw: nothing is due to the account.
            InvalidReceiver, TransferFailed: `to` does not take it.
            InvalidArgument: `min_gain` is below 1.
        """
        number, least = arguments.work_id("work", work), _least(min_gain)
        return self._royalties.collect(number, arguments.address("token", token), to, least)


def _least(min_gain: int | None) -> int | None:
    return None if min_gain is None else arguments.positive("min_gain", min_gain)
