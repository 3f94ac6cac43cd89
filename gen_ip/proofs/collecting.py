"""A saved proof from a node: the state of a work's slots, and the receipt of its certification."""

# ruff: noqa: N818

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eth_utils.crypto import keccak

from gen_ip.chain import answers
from gen_ip.chain.answers import reading
from gen_ip.chain.errors import NodeError
from gen_ip.chain.events import word
from gen_ip.chain.reverts import ContractError, UnknownAnchor, UnknownWork
from gen_ip.chain.session import Session
from gen_ip.content import metadata as metadata_format
from gen_ip.content.store import Store
from gen_ip.errors import GenIPError, shown
from gen_ip.proofs import header as headers
from gen_ip.proofs import receipts, slots
from gen_ip.proofs.header import Header, UnknownHeader
from gen_ip.proofs.saved import Nodes, SavedProof, SavedReceipt, Slots
from gen_ip.works.certificates import PreparedCertificate
from gen_ip.works.documents import find_metadata
from gen_ip.works.registry import Registry

_SECONDS = 10.0


class NoStateProof(GenIPError):
    """A node does not prove what its state is."""

    def __init__(self, block: int, reason: str) -> None:
        self.block, self.reason = block, reason
        super().__init__(
            f"the node gives no proof of the state after block {block:,} ({reason}); use a node "
            "that answers eth_getProof for that block, such as geth or reth, which must keep all "
            "states if the block is old"
        )


class NotThereYet(GenIPError):
    """The block is older than what is to be proven."""

    def __init__(self, work: int, block: int, newest: int) -> None:
        self.work, self.block, self.newest = work, block, newest
        super().__init__(
            f"work {work}, or its anchor, is not there yet after block {block:,}; give a later "
            f"block (the newest is {newest:,}), or wait: the finalized block follows the newest, "
            "on Ethereum by some 15 minutes"
        )


class NoSuchBlock(GenIPError):
    """The node has no block of a number, or calls none finalized."""

    def __init__(self, block: int | str, reason: str) -> None:
        self.block, self.reason = block, reason
        name = f"block {block:,}" if isinstance(block, int) else f"block {shown(block)}"
        super().__init__(
            f"the node has no {name} ({reason}); give latest or the number of a block that it has, "
            "or use another node"
        )


def collect(
    session: Session,
    store: Store,
    work: int,
    certificate: PreparedCertificate | None = None,
    block: int | str = "latest",
) -> SavedProof:
    """What the chain says of a work after `block` (a number, "latest" or "finalized"), to be
    checked without it. `certificate` is what its creator prepared or signed: with its anchor's
    path in it, where it was anchored; needed for a work that is not certified.

    The receipt is left out where the chain's receipts are of a form that this release does not
    know; the state alone shows the claim.

    Raises:
        UnknownWork: it is not certified, and no anchored certificate of it is given.
        UnknownAnchor: the certificate's anchor was never written.
        NoSuchBlock: the node does not have the block, or finalizes none.
        NotThereYet: the block is older than the work and its anchor.
        NoStateProof, UnknownHeader, NodeError: the node cannot say it so that it can be checked.
    """
    registry = Registry(session)
    header = _header(session, block)
    is_certified = registry.exists(work)
    root = certificate.anchor.root if certificate and certificate.is_anchored else None
    if is_certified:
        claim = registry.claim(work)
        creator, content_hash = claim.creator, claim.content_hash
        digest = session.read("IPRegistry", "metadata", work)
        seen = session.events("IPRegistry", "Certified", word(work))
    elif certificate is None or root is None:
        raise UnknownWork(work)
    else:
        creator, content_hash = certificate.certify.creator, certificate.certify.content_hash
        digest = certificate.certify.metadata
        seen = session.events("IPRegistry", "Anchored", word(root))
        if not seen:
            raise UnknownAnchor(root)
    # Told of states that the node may not keep, too.
    if seen and header.number < seen[0].block:
        raise NotThereYet(work, header.number, session.rpc.block().number)
    wanted = {
        "owner": slots.owner_slot(work) if is_certified else None,
        "metadata": slots.metadata_slot(work) if is_certified else None,
        "claims": slots.claims_slot(content_hash) if is_certified else None,
        "anchor": None if root is None else slots.anchor_slot(root),
    }
    account, paths = _state(session, header, work, [each for each in wanted.values() if each])
    found = iter(paths)
    document = find_metadata(store, digest, _SECONDS)
    return SavedProof(
        chain_id=session.rpc.chain_id,
        registry=session.deployment.registry,
        work=work,
        creator=creator,
        content_hash=content_hash,
        header=header,
        account=account,
        slots=Slots(**{name: next(found) if slot else None for name, slot in wanted.items()}),
        metadata=None if document is None else metadata_format.encode(document).decode(),
        certificate=certificate,
        receipt=_receipt(session, seen[0].tx_hash, header),
    )


def _header(session: Session, block: int | str) -> Header:
    name = hex(block) if isinstance(block, int) else block
    try:
        found = session.rpc.request("eth_getBlockByNumber", name, False)
    # How geth says that it finalizes none, or not yet.
    except (ContractError, NodeError) as error:
        if isinstance(error, NodeError) and error.passing:
            raise
        reason = error.reason if isinstance(error, NodeError) else str(error)
        raise NoSuchBlock(block, reason) from None
    if not isinstance(found, Mapping):
        raise NoSuchBlock(block, "it answers nothing")
    return headers.of_block(found)


def _state(
    session: Session, header: Header, work: int, places: Sequence[bytes]
) -> tuple[Nodes, list[Nodes]]:
    """The path to the registry in the state after a block, and that to each slot of it."""
    registry, number = session.deployment.registry, header.number
    keys = [f"0x{place.hex()}" for place in places]
    try:
        answer = session.rpc.request("eth_getProof", registry, keys, hex(number))
    except (ContractError, NodeError) as error:
        raise NoStateProof(number, str(error)) from None
    with reading("eth_getProof"):
        account = _nodes(answer["accountProof"])
        by_key = {
            answers.number(each["key"]): (_nodes(each["proof"]), answers.number(each["value"]))
            for each in answer["storageProof"]
        }
        paths = [by_key[int.from_bytes(place, "big")] for place in places]
    if not account or keccak(account[0]) != header.state_root:
        raise NoStateProof(number, "what it gives is not of the block's state root")
    if not all(value for _, value in paths):
        raise NotThereYet(work, number, session.rpc.block().number)
    return account, [path for path, _ in paths]


def _receipt(session: Session, tx_hash: str, state: Header) -> SavedReceipt | None:
    """None where the block's receipts do not make up its root: chains with members of their own
    in them."""
    mined = session.rpc.receipt(tx_hash)
    if mined is None:
        raise NodeError("eth_getTransactionReceipt", f"it has no receipt of {tx_hash}")
    with reading("eth_getTransactionReceipt"):
        number, index = (
            answers.number(mined["blockNumber"]),
            answers.number(mined["transactionIndex"]),
        )
    if number > state.number:
        return None
    block = session.rpc.request("eth_getBlockByNumber", hex(number), False)
    with reading("eth_getBlockByNumber"):
        hashes = list(block["transactions"])
    found = session.rpc.batch([("eth_getTransactionReceipt", (each,)) for each in hashes])
    if refused := [each for each in found if isinstance(each, Exception)]:
        raise refused[0]
    try:
        header = headers.of_block(block)
    except UnknownHeader:
        return None
    root, nodes = receipts.proof([receipts.encoded(each) for each in found], index)
    return SavedReceipt(header, index, nodes) if root == header.receipts_root else None


def _nodes(values: Sequence[Any]) -> Nodes:
    return tuple(answers.data(value) for value in values)
