"""Every public method, with every argument of a wrong kind in turn: an error that names something,
no transaction, no file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gen_ip import ETH, GenIP, GenIPError, Payee
from gen_ip.chain.reverts import ContractError
from gen_ip.content.local import LocalStore
from gen_ip.market.sales import NotSold
from gen_ip.terms import COMMERCIAL, COMMERCIAL_REMIX, Rights
from tests.support.chain import LocalChain
from tests.support.reader import PICTURES

from .promise import check_message
from .surface import WRONG, Parameter, fits, methods

# What follows the chain never ends; what it refuses, it refuses when it is called.
ENDLESS = {"follow"}
# They need a token with ERC-3009, which the stage's is not; tests/sdk/test_payments.py has one.
UNTRIED = {"sign_purchase", "submit_purchase"}
METHODS = {name: found for name, found in methods().items() if name not in ENDLESS | UNTRIED}
WEEK = 7 * 24 * 3600


@dataclass(frozen=True)
class Stage:
    """A chain on which everything has happened once, and a value for every argument."""

    chain: LocalChain
    alice: GenIP
    store: Path
    values: dict[str, Any]
    special: dict[str, dict[str, Any]]

    def arguments(self, method: str) -> dict[str, Any]:
        """What the method takes, by parameter: those it needs."""
        known = {**self.values, **self.special.get(method, {})}
        return {
            each.name: known[each.name]
            for each in METHODS[method]
            if each.required or each.name in self.special.get(method, {})
        }

    def call(self, method: str, given: dict[str, Any]) -> Any:
        """Calls it with these, positional ones as such; what it yields is drawn."""
        parameters = METHODS[method]
        several = next((each.name for each in parameters if each.several), None)
        before = [each.name for each in parameters if each.positional and not each.several]
        ordered = [given[name] for name in before if name in given]
        named = {key: value for key, value in given.items() if key not in {*before, several}}
        extra = given.get(several, ()) if several else ()
        found = getattr(self.alice, method)(*ordered, *extra, **named)
        return list(found) if isinstance(found, Iterator) else found

    def traces(self) -> tuple[Any, ...]:
        """What must not change: the chain's height, nonces, and files."""
        web3 = self.chain.web3
        return (
            web3.eth.block_number,
            [
                web3.eth.get_transaction_count(each.address, "pending")
                for each in self.chain.accounts.values()
            ],
            sorted(str(path) for path in self.store.rglob("*")),
        )


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text may be a path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture(scope="module")
def stage(shared_chain: LocalChain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    snapshot = shared_chain.rpc("evm_snapshot")
    yield _stage(shared_chain, tmp_path_factory.mktemp("stage"))
    assert shared_chain.rpc("evm_revert", snapshot)


def _stage(chain: LocalChain, folder: Path) -> Stage:
    alice = GenIP(
        chain.web3,
        chain.alice,
        deployment=chain.deployment,
        store=LocalStore(folder / "store"),
        timeout=5.0,
    )
    bob = alice.using(chain.bob)
    content = folder / "content.txt"
    content.write_text("a work")
    works = folder / "works"
    works.mkdir()
    (works / "one.txt").write_text("one")
    work = alice.certify(b"work").work_id
    chain.pass_time(1)
    later = alice.certify(b"later").work_id
    pictured = alice.certify(PICTURES / "cat.png").work_id
    offer = alice.offer(work, COMMERCIAL_REMIX, price=5, quantity=9)
    (license_,) = alice.issue(work, COMMERCIAL_REMIX, chain.alice.address)
    prepared = alice.prepare_certificate(b"prepared")
    certificate = alice.sign_certificate(b"signed")
    terms = alice.register_terms(COMMERCIAL)
    escrowed = alice.offer(
        work,
        COMMERCIAL,
        price=3,
        token=chain.token,
        quantity=9,
        deliver_within=WEEK,
        challenge_window=WEEK,
    )
    deal = bob.order(escrowed, max_price=3)
    ordered = bob.bid(work, COMMERCIAL, price=1, token=chain.token, deliver_within=WEEK)
    bought = bob.bid_for_certificate(work, price=1, token=chain.token)
    bid = bob.bid(work, COMMERCIAL, price=5, token=chain.token)
    sale = bob.offer_certificate(bob.certify(b"bob's").work_id, price=5)
    receipt = alice.pay(work, 10)
    alice.anchor([b"proofs"], proofs=folder / "proofs.json")
    assert receipt.sent is not None
    values: dict[str, Any] = {
        "account": chain.alice.address,
        "address": chain.token,
        "amount": 5,
        "at": chain.now(),
        "bid": bid,
        "call": alice.calls.splitter.settle([work], ETH),
        "certificate": prepared,
        "certificates": [prepared],
        "confirmations": 1,
        "content": content,
        "content_hash": b"\x01" * 32,
        "copy": folder / "copy.png",
        "creator": chain.alice.address,
        "deal": deal,
        "deal_hash": deal.hash,
        "delegate": chain.bob.address,
        "earlier": work,
        "evidence": b"evidence",
        "expiry": chain.now() + WEEK,
        "file": PICTURES / "cat.png",
        "folder": works,
        "holder": chain.alice.address,
        "home_chain_id": 5,
        "later": later,
        "license_id": license_.id,
        "licenses": [license_.id],
        "market": chain.bob.address,
        "max_price": 100,
        "offer": offer,
        "offer_hash": offer.hash,
        "owner": chain.alice.address,
        "plan": alice.plan_move(chain.bob.address),
        "proofs": folder / "proofs.json",
        "offers": [alice.draft_offer(work, COMMERCIAL, price=7)],
        "payee": Payee(chain.bob.address, 100),
        "price": 5,
        "receipt": receipt,
        "rights": Rights.MERCH,
        "sent": receipt.sent,
        "signature": bytes(65),
        "statement": certificate,
        "terms": COMMERCIAL,
        "terms_hash": terms,
        "to": chain.bob.address,
        "tags": ["fox"],
        "token": ETH,
        "work": work,
        "work_id": work,
        "works": [work],
    }
    special: dict[str, dict[str, Any]] = {
        "accept_order": {"bid": ordered},
        "anchor": {"works": [b"anchored"]},
        "anchor_folder": {"proofs": folder / "new.json"},
        "buy_and_derive": {
            "certificate": alice.sign_derivative(b"child", offers=[offer]),
            "offers": [offer],
        },
        "sign_derivative": {"offers": [offer]},
        "bid": {"token": chain.token},
        "bid_for_certificate": {"token": chain.token},
        "delegate": {"works": 3},
        "buy_certificate": {"offer": sale},
        "certify_and_buy": {
            "certificate": certificate,
            "offer": alice.sign_offer(alice.prepare_certificate(b"signed"), COMMERCIAL, price=7),
        },
        "challenge": {"reason": "not what was sold"},
        "embed": {"work": pictured},
        "embed_ahead": {"copy": folder / "ahead.png"},
        "counter": {"offer": bid},
        "order": {"offer": escrowed},
        "prove": {"certificate": alice.anchor([b"proved"]).certificates[0]},
        "revise_metadata": {"name": "Another"},
        "revoke_license": {"reason": b"reason"},
        "sell_certificate": {"bid": bought},
        "upstream_conflicts": {"terms": (COMMERCIAL,)},
        "using": {"account": chain.alice},
    }
    return Stage(chain, alice, folder, values, special)


CASES = [(method, parameter) for method, parameters in METHODS.items() for parameter in parameters]


@pytest.mark.parametrize(("method", "parameter"), CASES, ids=[f"{m}-{p.name}" for m, p in CASES])
def test_wrong_arguments(stage: Stage, method: str, parameter: Parameter) -> None:
    before, taken = stage.traces(), []
    for value in WRONG:
        if fits(parameter, value):
            continue
        given = {
            **stage.arguments(method),
            parameter.name: (value,) if parameter.several else value,
        }
        try:
            found = stage.call(method, given)
        except GenIPError as error:
            check_message(error)
        else:
            taken.append(f"{value!r:.60} is taken: {found!r:.80}")
    assert taken == [], "\n".join(taken)
    assert stage.traces() == before


@pytest.mark.parametrize("method", METHODS)
def test_wrong_counts_of_arguments(stage: Stage, method: str) -> None:
    before = stage.traces()
    if not any(each.several for each in METHODS[method]):
        with pytest.raises(TypeError):
            getattr(stage.alice, method)(*[None] * 20)
    with pytest.raises((TypeError, GenIPError)):
        getattr(stage.alice, method)(**stage.arguments(method), nonsense=1)
    assert stage.traces() == before


# What the stage's own state refuses, with right arguments.
REFUSED = {
    "buy_renewal": "NotRenewable",
    "add_lien": "LienNotAllowed",
    "challenge": "NotParty",
    "prove": "UnknownWork",
    "refund": "NotParty",
    "release": "DealNotInTime",
    "renew": "NotRenewable",
    "rescue": "NothingReceived",
    "revoke_license": "NotArbiter",
    # The stage's license was given away.
    "sale_of": "NotSold",
    "submit_revocation": "InvalidSignature",
    "suspend": "NotArbiter",
    "sweep": "NothingReceived",
    "transfer_license": "LicenseLocked",
    "withdraw": "NothingToWithdraw",
}


@pytest.mark.parametrize("method", METHODS)
def test_right_arguments_are_taken(stage: Stage, method: str) -> None:
    snapshot = stage.chain.rpc("evm_snapshot")
    try:
        stage.call(method, stage.arguments(method))
        name = ""
    except ContractError as error:
        name = error.name
    except NotSold as error:
        name = type(error).__name__
    finally:
        assert stage.chain.rpc("evm_revert", snapshot)
    assert name == REFUSED.get(method, "")
