"""What the chain says now: accounts, who would be paid, and whether they take it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from gen_ip.chain import abi, artifacts
from gen_ip.chain.reverts import ContractError
from gen_ip.chain.session import Session
from gen_ip.errors import GenIPError
from gen_ip.income.settling import WHOLE, Account, Node, account, slots
from gen_ip.keeping.finding import Source, Whose
from gen_ip.keeping.scene import Release, Scene
from gen_ip.work import ETH

# What the splitter gives a receiver (`RoyaltySplitter.TRANSFER_GAS`, `ETHER_GAS`, with the stipend
# of a call with value), and a transaction itself.
_TOKEN_GAS, _ETHER_GAS, _CALL_GAS = 200_000, 52_300, 22_500
_ZERO = "0x" + "00" * 20


Receivers = tuple[tuple[str, int], ...]
"""Wallets that a release pays, each with its share in basis points."""


class Seen(NamedTuple):
    """A scene, who is paid in it, and works that the registry does not know."""

    scene: Scene
    receivers: Mapping[int, Receivers]
    unknown: tuple[int, ...]


def look(session: Session, source: Source, whose: Whose) -> Seen:
    """The works meant, what stands below them, and who is paid."""
    named = source.works(session, whose)
    answers = session.try_all(*(("IPRegistry", "ownerAndKey", work) for work in named))
    owners: dict[int, tuple[str, bool]] = {}
    unknown = []
    for work, answer in zip(named, answers, strict=True):
        if isinstance(answer, ContractError):
            unknown.append(work)
        else:
            owners[work] = answer[0], answer[2]
    links = source.below(session, owners.keys())
    nodes = source.nodes(session, {*owners, *(each.child for each in links)})
    releases, receivers = _releases(session, owners, nodes)
    return Seen(Scene(releases, links, nodes), receivers, tuple(unknown))


def accounts(
    session: Session, works: Collection[int], nodes: Mapping[int, Node], token: str
) -> dict[int, Account]:
    """The accounts of works in a token, as they are now."""
    places = [place for work in works for place in slots(work, token)[: nodes[work].slots]]
    held = iter(session.rpc.storage(session.deployment.splitter, places))
    return {
        work: account(nodes[work], next(held), next(held) if nodes[work].slots == 2 else 0)
        for work in works
    }


def refusing(session: Session, token: str, payments: Sequence[tuple[str, int]]) -> list[str | None]:
    """Whether receivers would take amounts from the splitter: of each why not, or None."""
    splitter = session.deployment.splitter
    requests = []
    for to, amount in payments:
        if token == ETH:
            call = {"to": to, "value": hex(amount), "gas": hex(_CALL_GAS + _ETHER_GAS)}
        else:
            entry = artifacts.load("DemoToken").functions["transfer"]
            data = abi.encode_call(entry, to, amount)
            call = {"to": token, "data": f"0x{data.hex()}", "gas": hex(_CALL_GAS + _TOKEN_GAS)}
        requests.append(("eth_call", ({"from": splitter, **call}, "latest")))
    return [_refusal(token, answer) for answer in session.rpc.batch(requests)]


def _refusal(token: str, answer: Any) -> str | None:
    if isinstance(answer, GenIPError):
        return str(answer)
    said = bytes.fromhex(str(answer)[2:]) if isinstance(answer, str) else bytes(answer)
    if token != ETH and said and int.from_bytes(said[:32], "big") != 1:
        return "it answers that it did not transfer"
    return None


def _releases(
    session: Session, owners: Mapping[int, tuple[str, bool]], nodes: Mapping[int, Node]
) -> tuple[dict[int, Release], dict[int, Receivers]]:
    payouts = _of_each(session, "payoutOf", owners)
    payees = _of_each(session, "payeesOf", [work for work in owners if nodes[work].payees])
    shares = {work: [(to, int(share)) for to, share in some] for work, some in payees.items()}
    known = _known(session, (to for some in shares.values() for to, _ in some))
    wallets = _wallets(
        session,
        [
            *(owner for owner, has_key in owners.values() if not has_key),
            *(to for some in shares.values() for to, _ in some if to not in known),
        ],
    )
    releases: dict[int, Release] = {}
    receivers: dict[int, Receivers] = {}
    for work, (owner, has_key) in owners.items():
        payout = payouts[work]
        to = payout if payout != _ZERO else owner if has_key or owner in wallets else None
        its = shares.get(work, [])
        owners_share = WHOLE - sum(share for _, share in its)
        paid = [(each, share) for each, share in its if each not in known and each in wallets]
        if owners_share and to is not None:
            paid.insert(0, (to, owners_share))
        works_paid = tuple((int(each, 16), share) for each, share in its if each in known)
        releases[work] = Release(sum(share for _, share in paid), works_paid, len(its))
        receivers[work] = tuple(paid)
    return releases, receivers


def _of_each(session: Session, function: str, works: Iterable[int]) -> dict[int, Any]:
    asked = list(works)
    reads = session.read_all(*(("RoyaltySplitter", function, work) for work in asked))
    return dict(zip(asked, reads, strict=True))


def _known(session: Session, addresses: Iterable[str]) -> set[str]:
    """Those of some addresses that are works' tills."""
    asked = list(dict.fromkeys(addresses))
    there = session.read_all(*(("IPRegistry", "exists", int(each, 16)) for each in asked))
    return {each for each, exists in zip(asked, there, strict=True) if exists}


def _wallets(session: Session, addresses: Iterable[str]) -> set[str]:
    """Those of some addresses that have no code."""
    asked = list(dict.fromkeys(addresses))
    codes = session.rpc.codes(asked)
    return {each for each, code in zip(asked, codes, strict=True) if not code}
