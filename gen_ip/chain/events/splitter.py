"""What RoyaltySplitter logs. Amounts are in the token's smallest unit, shares basis points."""

from __future__ import annotations

from dataclasses import dataclass

from gen_ip.chain.events.base import Account, Event, Till, WorkId


@dataclass(frozen=True)
class EdgeOpened(Event):
    """A derivative owes a parent these shares from now on."""

    work_id: WorkId
    parent: WorkId
    license_id: int
    income: int
    volume: int


@dataclass(frozen=True)
class PayeeAdded(Event):
    """A payee shares what is drawn of a work from now on."""

    work_id: WorkId
    payee: Account
    share: int


@dataclass(frozen=True)
class Paid(Event):
    """A work was paid."""

    work_id: WorkId
    token: str
    payer: Account
    amount: int


@dataclass(frozen=True)
class FeePaid(Event):
    """A part of a payment was credited to somebody else."""

    work_id: WorkId
    token: str
    to: Account
    amount: int


@dataclass(frozen=True)
class Settled(Event):
    """A work's new income and volume were shared with its parents."""

    work_id: WorkId
    token: str
    income: int
    volume: int


@dataclass(frozen=True)
class Drawn(Event):
    """A work's credit was divided between its owner and payees."""

    work_id: WorkId
    token: str
    owner: Account
    amount: int


@dataclass(frozen=True)
class Released(Event):
    """Drawn money was sent without being asked for."""

    work_id: WorkId
    token: str
    to: Account
    amount: int


@dataclass(frozen=True)
class Withdrawn(Event):
    """An account sent its balance to `to`."""

    account: Account
    token: str
    to: Account
    amount: int


@dataclass(frozen=True)
class PayoutSet(Event):
    """The owner named where a work's money is released to; address 0 for nowhere."""

    work_id: WorkId
    owner: Account
    payout: Account


@dataclass(frozen=True)
class Rescued(Event):
    """The creator took what lay in the till of a work of another chain."""

    till: Till
    token: str
    to: Account
    amount: int
