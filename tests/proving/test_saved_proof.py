"""A saved proof: made on a real chain, checked without it, and worth nothing once altered."""

from __future__ import annotations

import copy
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from web3 import HTTPProvider, Web3
from web3.types import RPCEndpoint

from gen_ip import GenIP
from gen_ip.chain.deploy import deploy
from gen_ip.chain.errors import NodeError
from gen_ip.chain.faucet import fund
from gen_ip.chain.reverts import UnknownAnchor, UnknownWork
from gen_ip.chain.rpc import Rpc
from gen_ip.content.detection.detect import detect
from gen_ip.content.local import LocalStore
from gen_ip.errors import GenIPError
from gen_ip.fingerprint.canonical import canonical_of
from gen_ip.proofs.checking import Fit, Outcome, Report, check
from gen_ip.proofs.collecting import NoSuchBlock, NotThereYet
from gen_ip.proofs.saved import SavedProof
from gen_ip.signing import BadStatement
from gen_ip.works.certificates import Anchored
from tests.support.chain import LocalChain
from tests.support.geth import running_geth
from tests.support.require import require

CONTENT = b"a text that somebody wrote"
HASH = hashlib.sha256(CONTENT).digest()
RICH = 10**20


def work_of(client: GenIP) -> int:
    assert client.account is not None
    return client.work_id_of(client.account.address, HASH)


def outcomes(report: Report) -> dict[str, Outcome]:
    return {each.subject: each.outcome for each in report.findings}


@pytest.fixture
def alice(chain: LocalChain, tmp_path: Path) -> GenIP:
    store = LocalStore(tmp_path / "store")
    return GenIP(chain.web3, chain.alice, deployment=chain.deployment, store=store)


@pytest.fixture
def signed(chain: LocalChain, alice: GenIP) -> SavedProof:
    """Of a work that Alice anchored among others, then signed for, and Bob submitted."""
    anchored = alice.anchor([CONTENT, b"another", b"a third"])
    assert isinstance(anchored, Anchored)
    mine = alice.sign_certificate(anchored.certificates[0], deadline=chain.now() + 86_400)
    made = alice.using(chain.bob).submit(mine)
    chain.pass_time(60)
    return alice.saved_proof(made.work_id, mine)


def test_it_holds_without_a_node(signed: SavedProof, tmp_path: Path) -> None:
    path = tmp_path / "proof.json"
    signed.save(path)
    proof = SavedProof.load(path)
    assert proof == signed
    report = check(proof, content_hash=HASH, block_hash=proof.header.hash)
    assert report.holds, report.findings
    assert outcomes(report) == {
        **dict.fromkeys(
            (
                *("file", "work id", "contract", "certificate", "claims", "anchor", "metadata"),
                *("signature", "receipt", "block"),
            ),
            Outcome.HOLDS,
        ),
        "receipt's block": Outcome.UNCHECKED,
        "since then": Outcome.UNCHECKED,
        "authorship": Outcome.UNCHECKED,
    }
    assert report.claimed is not None
    assert (report.claimed.first, report.claimed.works) == (proof.work, 1)


def test_it_says_what_the_chain_says(chain: LocalChain, alice: GenIP, signed: SavedProof) -> None:
    report, work = check(signed), alice.work(signed.work)
    assert report.owned is not None
    assert report.owned.owner == work.owner == chain.alice.address
    assert report.owned.claim_time == report.claim_time == work.claim_time
    assert report.owned.creator_has_key
    assert signed.header.hash == chain.web3.eth.get_block(signed.header.number)["hash"]
    assert report.to_json()["owner"] == work.owner


def test_later_states_are_read_from_the_same_slots(chain: LocalChain, alice: GenIP) -> None:
    made = alice.certify(CONTENT, name="Old", resale_royalty=700)
    alice.revise_metadata(made.work_id, name="New")
    alice.transfer(made.work_id, chain.carol.address)
    alice.using(chain.bob).certify(CONTENT)
    report = check(alice.saved_proof(made.work_id), content_hash=HASH)
    assert report.holds, report.findings
    assert report.owned is not None
    assert report.claimed is not None
    assert (report.owned.owner, report.owned.transfers) == (chain.carol.address, 1)
    assert (report.owned.resale_royalty, report.owned.metadata_version) == (700, 1)
    assert (report.claimed.first, report.claimed.works) == (made.work_id, 2)
    assert json.loads(report.proof.metadata or "")["name"] == "New"


def test_a_work_that_is_only_anchored(alice: GenIP) -> None:
    anchored = alice.anchor([CONTENT, b"another"])
    mine = anchored.certificates[0]
    work = work_of(alice)
    with pytest.raises(UnknownWork):
        alice.saved_proof(work)
    report = check(alice.saved_proof(work, mine), content_hash=HASH)
    assert report.holds, report.findings
    assert report.claim_time == anchored.time
    assert report.owned is None
    assert outcomes(report)["certificate"] is Outcome.UNCHECKED
    assert outcomes(report)["statement"] is Outcome.UNCHECKED
    assert outcomes(report)["receipt"] is Outcome.HOLDS
    # Another's claim on these bytes is not dated by it.
    other = check(alice.saved_proof(work, mine), certificate=anchored.certificates[1])
    assert not other.holds


def test_of_what_was_never_anchored_there_is_none(chain: LocalChain, alice: GenIP) -> None:
    snapshot = chain.rpc("evm_snapshot")
    mine = alice.anchor([CONTENT]).certificates[0]
    assert chain.rpc("evm_revert", snapshot)
    with pytest.raises(UnknownAnchor):
        alice.saved_proof(work_of(alice), mine)


def test_a_block_before_the_work_proves_nothing(chain: LocalChain, alice: GenIP) -> None:
    before = chain.web3.eth.block_number
    made = alice.certify(CONTENT)
    with pytest.raises(NotThereYet, match="not there yet"):
        alice.saved_proof(made.work_id, block=before)


def test_another_file_and_another_block_fail(signed: SavedProof) -> None:
    wrong = check(signed, content_hash=bytes(32))
    assert not wrong.holds
    assert outcomes(wrong)["file"] is Outcome.FAILS
    elsewhere = check(signed, block_hash=bytes(32))
    assert not elsewhere.holds
    assert outcomes(elsewhere)["block"] is Outcome.FAILS


def test_the_same_content_in_another_file(signed: SavedProof) -> None:
    other = b"# A text\n\nthat *somebody*   wrote"
    digest = hashlib.sha256(other).digest()
    content = canonical_of("other", other, detect(io.BytesIO(other)))
    (canonical,) = content.items()
    report = check(signed, content_hash=digest, canonical=canonical)
    assert report.holds
    assert report.fit is Fit.CONTENT
    assert report.to_json()["file"] == "exact-content"
    # What it rests on is told.
    assert outcomes(report)["content"] is Outcome.UNCHECKED
    assert check(signed, content_hash=HASH).fit is Fit.BYTES
    assert check(signed).fit is None
    wrong = check(signed, content_hash=digest, canonical=(canonical[0], "0" * 64))
    assert (wrong.holds, wrong.fit) == (False, Fit.OTHER)
    # Without the document, or with one that the registry does not keep, nothing says it.
    assert signed.metadata is not None
    stated = json.loads(signed.metadata)["gen_ip"]["canonical"]["text-1"]
    lie = signed.metadata.replace(stated, "0" * 64)
    for proof in (replace(signed, metadata=None), replace(signed, metadata=lie)):
        found = check(proof, content_hash=digest, canonical=(canonical[0], "0" * 64))
        assert (found.holds, found.fit) == (False, Fit.OTHER)


def test_a_finalized_state_is_one_that_is_behind(chain: LocalChain, alice: GenIP) -> None:
    work = alice.certify(CONTENT).work_id
    # anvil calls final what is two epochs of 32 blocks old.
    with pytest.raises(NotThereYet, match="give a later block"):
        alice.saved_proof(work, block="finalized")
    chain.web3.provider.make_request(RPCEndpoint("anvil_mine"), ["0x50"])
    latest, found = chain.web3.eth.block_number, alice.saved_proof(work, block="finalized")
    assert found.header.number < latest
    assert found.header.number == chain.web3.eth.get_block("finalized")["number"]
    assert check(found, content_hash=HASH).holds


@pytest.mark.parametrize("block", ["finalized", 10**9])
def test_a_block_that_the_node_does_not_have(
    chain: LocalChain, alice: GenIP, block: int | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nodes of chains that finalize nothing answer null, or refuse."""
    work = alice.certify(CONTENT).work_id
    asked = Rpc.request

    def refusing(self: Rpc, method: str, *params: Any) -> Any:
        if method == "eth_getBlockByNumber" and params[0] == "finalized":
            raise NodeError(method, "finalized block not found")
        return asked(self, method, *params)

    monkeypatch.setattr(Rpc, "request", refusing)
    words = "finalized block not found" if block == "finalized" else "no block 1,000,000,000"
    with pytest.raises(NoSuchBlock, match=f"{words}.*give latest"):
        alice.saved_proof(work, block=block)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every value of a document."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list) and value:
        for place, inner in enumerate(value):
            yield from leaves(inner, (*path, place))
    else:
        yield path


def altered(value: Any) -> Iterator[Any]:
    """Wrong values of the same form, and of others."""
    if isinstance(value, str) and value.startswith("0x"):
        # A digit in the middle, the last one, the first; longer and shorter.
        for at in {2, len(value) // 2, len(value) - 1} if len(value) > 2 else ():
            if at >= 2:
                digit = "1" if value[at] != "1" else "2"
                yield f"{value[:at]}{digit}{value[at + 1 :]}"
        yield f"{value}00"
        if len(value) > 2:
            yield value[:-2]
    elif isinstance(value, str):
        # Not the end of a CID: its last bits are none of the hash.
        yield f"{value[:-1]}{'1' if value[-1:] != '1' else '2'}"
        yield f"{value} "
    elif isinstance(value, int):
        yield value + 1
        yield -value - 1
    elif value == []:
        yield ["0x" + "00" * 32]
    yield [value]
    yield {}


def put(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(document)
    inner = changed
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return changed


def survives(document: Any) -> bool:
    try:
        return check(SavedProof.from_json(document), content_hash=HASH).holds
    except GenIPError:
        return False


def test_altered_anywhere_it_fails(signed: SavedProof) -> None:
    document = json.loads(json.dumps(signed.to_json()))
    assert survives(document)
    places = list(leaves(document))
    assert len(places) > 50
    survived = [
        (path, value)
        for path in places
        for value in altered(_at(document, path))
        if not _same_signature(path, _at(document, path), value)
        and survives(put(document, path, value))
    ]
    assert not survived


def test_paths_with_a_node_too_few_too_many_or_moved_fail(signed: SavedProof) -> None:
    document = json.loads(json.dumps(signed.to_json()))
    state = document["state"]
    paths = [("state", name) for name in state if isinstance(state[name], list)]
    assert len(paths) == 5
    for path in (*paths, ("receipt", "nodes")):
        nodes = _at(document, path)
        for wrong in (nodes[:-1], nodes[1:], [*nodes, nodes[-1]], [*nodes, *nodes[:1]], []):
            assert not survives(put(document, path, wrong)), path
        if len(nodes) > 1:
            assert not survives(put(document, path, nodes[::-1])), path


def test_parts_of_another_proof_fail(chain: LocalChain, alice: GenIP, signed: SavedProof) -> None:
    """What holds by itself does not hold in the place of something else."""
    other = alice.saved_proof(alice.certify(b"another work").work_id)
    mine, theirs = (json.loads(json.dumps(each.to_json())) for each in (signed, other))
    for part in ("work", "content_hash", "metadata", "state", "receipt"):
        assert not survives({**mine, part: theirs[part]}), part
    for slot in ("owner", "metadata", "claims", "account", "block"):
        assert not survives(put(mine, ("state", slot), theirs["state"][slot])), slot


def test_files_that_are_none_are_refused(signed: SavedProof, tmp_path: Path) -> None:
    document = signed.to_json()
    for name in document:
        with pytest.raises(BadStatement):
            SavedProof.from_json({key: value for key, value in document.items() if key != name})
    with pytest.raises(BadStatement):
        SavedProof.from_json({**document, "more": 1})


def test_a_transaction_among_others_of_its_block(chain: LocalChain, alice: GenIP) -> None:
    """The path in the trie of receipts leads past those of the same block."""
    chain.rpc("evm_setAutomine", False)
    try:
        sent = [
            {"from": chain.web3.eth.accounts[0], "to": chain.bob.address, "value": hex(place)}
            for place in range(20)
        ]
        for each in sent:
            chain.rpc("eth_sendTransaction", each)
        call = alice.unsigned.certify(CONTENT).transactions[0]
        raw = chain.alice.sign_transaction(
            {
                "to": call.to,
                "data": call.data,
                "value": 0,
                "nonce": chain.web3.eth.get_transaction_count(chain.alice.address),
                "gas": 500_000,
                "gasPrice": 10**11,
                "chainId": alice.chain_id,
            }
        )
        chain.web3.eth.send_raw_transaction(raw.raw_transaction)
        chain.rpc("evm_mine")
    finally:
        chain.rpc("evm_setAutomine", True)
    proof = alice.saved_proof(work_of(alice))
    assert proof.receipt is not None
    assert len(proof.receipt.nodes) > 1
    assert check(proof).holds


def test_geth_proves_the_same(tmp_path: Path) -> None:
    binary = require("geth")
    with running_geth(binary, tmp_path) as url:
        web3 = Web3(HTTPProvider(url))
        account = Account.from_key(HASH)
        fund(web3, account.address, RICH)
        deployment = deploy(web3, account)
        store = LocalStore(tmp_path / "store")
        client = GenIP(web3, account, deployment=deployment, store=store)
        made = client.certify(CONTENT, name="On geth")
        proof = client.saved_proof(made.work_id)
        with pytest.raises(NotThereYet, match="the newest is"):
            client.saved_proof(made.work_id, block="finalized")
        # In developer mode geth finalizes every 32nd block.
        while web3.eth.get_block("finalized")["number"] < proof.header.number:
            assert web3.eth.block_number < 100
            fund(web3, account.address, 1)
        final = client.saved_proof(made.work_id, block="finalized")
    assert check(final, content_hash=HASH).holds
    assert final.header.number == 32
    report = check(proof, content_hash=HASH)
    assert report.holds, report.findings
    assert outcomes(report)["receipt"] is Outcome.HOLDS
    assert report.claim_time == proof.header.time


def _same_signature(path: tuple[Any, ...], before: Any, after: Any) -> bool:
    """Without its last byte a signature may be the same in its compact form (EIP-2098)."""
    return path[-1] == "signature" and after == before[:-2]


def _at(document: Any, path: tuple[Any, ...]) -> Any:
    for name in path:
        document = document[name]
    return document
