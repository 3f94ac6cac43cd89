"""What RoyaltySplitter logs, booked as the contract books it (contracts/libraries/Ledger.sol), to
the last unit; beside it running totals, which never fall."""

from __future__ import annotations

from typing import Any

from gen_ip.chain import events
from gen_ip.income.settling import WHOLE, due
from gen_ip.index.reducing.base import Where, entry, row_or
from gen_ip.index.state import Row, State
from gen_ip.signing.statements import NOBODY
from gen_ip.work import till_of


def edge_opened(event: events.EdgeOpened, where: Where, state: State) -> None:
    """A derivative owes a parent from now on, what the parent owes on volume included."""
    above = _node(state, event.parent)
    node = _node(state, event.work_id)
    place = node["parents"]
    state.put(
        "nodes",
        (event.work_id,),
        {
            **node,
            "rel": node["rel"] + event.income,
            "vol": node["vol"] + event.volume + above["vol"],
            "parents": place + 1,
        },
    )
    state.put(
        "edges",
        (event.work_id, place),
        {
            "work": event.work_id,
            "place": place,
            "parent": event.parent,
            "license": event.license_id,
            "income": event.income,
            "volume": event.volume,
            "time": where.time,
        },
    )


def payee_added(event: events.PayeeAdded, where: Where, state: State) -> None:
    """Somebody shares what is drawn from now on."""
    node = _node(state, event.work_id)
    place = node["payees"]
    state.put("nodes", (event.work_id,), {**node, "payees": place + 1})
    row = {"work": event.work_id, "place": place, "payee": event.payee, "share": event.share}
    state.put("payees", (event.work_id, place), row)


def paid(event: events.Paid, where: Where, state: State) -> None:
    """A work was paid."""
    node = _node(state, event.work_id)
    account = _account(state, event.work_id, event.token)
    owes = node["rel"] + node["vol"]
    booked = {
        **account,
        **_net(account, event.amount * (WHOLE - owes)),
        "direct": account["direct"] + event.amount,
        "paid_at": where.time,
    }
    if node["rel"]:
        booked["income"] = account["income"] + event.amount
    if node["vol"]:
        booked["volume"] = account["volume"] + event.amount
    _put(state, booked)
    _cleared_till(event, state)
    entry(
        state,
        "payments",
        where,
        work=event.work_id,
        token=event.token,
        payer=event.payer,
        amount=event.amount,
        tx_hash=where.tx_hash,
        time=where.time,
    )


def _cleared_till(event: events.Paid, state: State) -> None:
    """Where a till is swept, or a payee that is a till released, its balance is part of what was
    paid and gone.

    A market can name a till as the payer of a payment of its own, of that amount or more; the till
    then has less here than on chain, until it is swept.
    """
    till = till_of(event.work_id)
    balance = _balance(state, till, event.token)
    if not balance:
        return
    swept = event.payer == till and event.amount >= balance
    released = event.amount == balance and _has_payee(state, event.payer, till)
    if swept or released:
        _set_balance(state, till, event.token, 0)


def _has_payee(state: State, payer: str, payee: str) -> bool:
    """Whether an address is the till of a work that has this payee."""
    work = int(payer, 16)
    payees = _node(state, work)["payees"]
    rows = (state.get("payees", (work, place)) for place in range(payees))
    return any(row is not None and row["payee"] == payee for row in rows)


def fee_paid(event: events.FeePaid, where: Where, state: State) -> None:
    """A part of a payment was credited to somebody else."""
    _credit(state, event.to, event.token, event.amount)
    entry(
        state,
        "fees",
        where,
        work=event.work_id,
        token=event.token,
        to_account=event.to,
        amount=event.amount,
        tx_hash=where.tx_hash,
        time=where.time,
    )


def settled(event: events.Settled, where: Where, state: State) -> None:
    """What was new moved to the parents, each its part of the running totals."""
    account = _account(state, event.work_id, event.token)
    _put(
        state,
        {
            **account,
            "income": account["income"] - event.income,
            "income_phase": (account["income_phase"] + event.income) % WHOLE,
            "volume": account["volume"] - event.volume,
            "volume_phase": (account["volume_phase"] + event.volume) % WHOLE,
        },
    )
    for place in range(_node(state, event.work_id)["parents"]):
        edge = state.get("edges", (event.work_id, place))
        assert edge is not None  # noqa: S101 - as many as the node counts
        amount = due(account["income_phase"], event.income, edge["income"])
        amount += due(account["volume_phase"], event.volume, edge["volume"])
        _reached(state, edge["parent"], event.token, amount, event.volume)
        row = {
            "block": where.block,
            "log_index": where.log_index,
            "place": place,
            "work": event.work_id,
            "parent": edge["parent"],
            "token": event.token,
            "amount": amount,
            "time": where.time,
        }
        if amount:
            state.add("flows", (*where.place, place), row)


def _reached(state: State, work: int, token: str, amount: int, volume: int) -> None:
    node = _node(state, work)
    if not node["vol"]:
        volume = 0
    if not amount and not volume:
        return
    account = _account(state, work, token)
    booked = {
        **account,
        **_net(account, amount * (WHOLE - node["rel"])),
        "royalties": account["royalties"] + amount,
        "volume": account["volume"] + volume,
    }
    if node["rel"]:
        booked["income"] = account["income"] + amount
    _put(state, booked)


def _net(account: Row, parts: int) -> dict[str, int]:
    """Credit grown by ten-thousandths of a unit (`Ledger.addNet`)."""
    added, phase = divmod(account["net_phase"] + parts, WHOLE)
    return {"credit": account["credit"] + added, "net_phase": phase}


def drawn(event: events.Drawn, where: Where, state: State) -> None:
    """Credit became balances: the payees' parts, and the owner's."""
    account = _account(state, event.work_id, event.token)
    payees = _node(state, event.work_id)["payees"]
    # A payee who joined since starts the floors anew.
    before = account["shared"] if account["sharing"] == payees else 0
    left = WHOLE
    for place in range(payees):
        row = state.get("payees", (event.work_id, place))
        assert row is not None  # noqa: S101 - as many as the node counts
        left -= row["share"]
        _credit(state, row["payee"], event.token, due(before, event.amount, row["share"]))
    _credit(state, event.owner, event.token, due(before, event.amount, left))
    _put(
        state,
        {
            **account,
            "credit": account["credit"] - event.amount,
            "drawn": account["drawn"] + event.amount,
            "shared": (before + event.amount) % WHOLE if payees else account["shared"],
            "sharing": payees or account["sharing"],
        },
    )


def released(event: events.Released, where: Where, state: State) -> None:
    """Credit left at once for its owner."""
    account = _account(state, event.work_id, event.token)
    credit, total = account["credit"] - event.amount, account["drawn"] + event.amount
    _put(state, {**account, "credit": credit, "drawn": total})
    work = state.get("works", (event.work_id,))
    owner = event.to if work is None else work["owner"]
    _out(state, where, event.work_id, owner, event.to, event.token, event.amount)


def withdrawn(event: events.Withdrawn, where: Where, state: State) -> None:
    """A balance left."""
    _credit(state, event.account, event.token, -event.amount)
    _out(state, where, None, event.account, event.to, event.token, event.amount)


def payout_set(event: events.PayoutSet, where: Where, state: State) -> None:
    """The owner names where a work's money goes."""
    if event.payout == NOBODY:
        state.delete("payout_addresses", (event.work_id,))
        return
    work = state.get("works", (event.work_id,))
    row = {
        "work": event.work_id,
        "owner": event.owner,
        "payout": event.payout,
        "transfers": 0 if work is None else work["transfers"],
    }
    state.put("payout_addresses", (event.work_id,), row)


def rescued(event: events.Rescued, where: Where, state: State) -> None:
    """What a till of another chain had here is gone."""
    _set_balance(state, event.till, event.token, 0)


def _out(
    state: State,
    where: Where,
    work: int | None,
    account: str,
    to: str,
    token: str,
    amount: int,
) -> None:
    entry(
        state,
        "payouts",
        where,
        work=work,
        account=account,
        to_account=to,
        token=token,
        amount=amount,
        time=where.time,
    )


def _node(state: State, work: int) -> Row:
    none = {"work": work, "rel": 0, "vol": 0, "parents": 0, "payees": 0}
    return row_or(state, "nodes", (work,), none)


_AMOUNTS = (
    "direct",
    "royalties",
    "drawn",
    "credit",
    "net_phase",
    "income",
    "income_phase",
    "volume",
    "volume_phase",
    "shared",
    "sharing",
    "paid_at",
)


def _account(state: State, work: int, token: str) -> Row:
    none: dict[str, Any] = {"work": work, "token": token, **dict.fromkeys(_AMOUNTS, 0)}
    return row_or(state, "accounts", (work, token), none)


def _put(state: State, row: Row) -> None:
    state.put("accounts", (row["work"], row["token"]), row)


def _balance(state: State, account: str, token: str) -> int:
    row = state.get("balances", (account, token))
    return 0 if row is None else row["amount"]


def _set_balance(state: State, account: str, token: str, amount: int) -> None:
    key = account, token
    if amount:
        state.put("balances", key, {"account": account, "token": token, "amount": amount})
    else:
        state.delete("balances", key)


def _credit(state: State, account: str, token: str, amount: int) -> None:
    if amount:
        _set_balance(state, account, token, _balance(state, account, token) + amount)
