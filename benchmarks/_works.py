"""Works on a private chain, opened through the real contracts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak

from benchmarks._chain import Chain, dense
from benchmarks.replay_format import CaseWork
from gen_ip.ledger import Edge, Payee
from gen_ip.signing import (
    CONSENT,
    Certify,
    Consent,
    SignedConsent,
    TreeProof,
    registry_domain,
    sign,
)
from gen_ip.work import ETH

COMMERCIAL, DERIVE = 1, 2
"""Bits of contracts/libraries/Rights.sol."""
ANY_NUMBER = 2**32 - 1
RESALE_ROYALTY = 500
_DEADLINE = 0x1_1111_1111


@dataclass(frozen=True, slots=True)
class ChainWork:
    """A certified work and who certified it and owns it."""

    id: int
    owner: LocalAccount


@dataclass(frozen=True, slots=True)
class Parent:
    """A license held on a parent, as an edge names it."""

    work: ChainWork
    terms: bytes
    license: int


class Works:
    """Queues certificates, terms and licenses on a chain of its own.

    It issues every license there, so it knows their ids before they are mined.
    """

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self._terms: dict[tuple[int, int, int], bytes] = {}
        self._clerk = chain.account()
        self._licenses = 0
        self._contents = 0

    def terms(self, income: int, volume: int, variant: int = 0, derive: bool = True) -> bytes:
        """Hash of terms with these shares in basis points, registered on their first use.

        Variants differ in their legal text. Without `derive` they allow use only, shares 0.
        """
        key = (income, volume, variant if derive else -1 - variant)
        if key not in self._terms:
            rights = COMMERCIAL | DERIVE if derive else COMMERCIAL
            units = ANY_NUMBER if derive else 0
            attempt = 0
            while True:
                legal = keccak(text=f"terms {key} {attempt}")
                entry = (rights, rights, income, volume, 0, units, legal)
                terms_hash: bytes = self.chain.session.read("IPLicense", "hashTerms", entry)
                if dense(terms_hash):
                    break
                attempt += 1
            call = self.chain.session.encode("IPLicense", "registerTerms", entry)
            self.chain.add(self._clerk, call, f"terms of {income} and {volume} basis points")
            self._terms[key] = terms_hash
        return self._terms[key]

    def issue(self, work: ChainWork, terms: bytes, to: LocalAccount, where: str = "") -> Parent:
        """A license of the work for `to`, issued by the work's owner."""
        call = self.chain.session.encode("IPLicense", "issue", work.id, terms, to.address, 1, 0)
        self.chain.add(work.owner, call, where or f"license of work {work.id}")
        self._licenses += 1
        return Parent(work, terms, self._licenses)

    def sold(self) -> None:
        """The marketplace issued a license."""
        self._licenses += 1

    def certify(
        self,
        owner: LocalAccount,
        parents: Sequence[Parent] = (),
        payees: Sequence[Payee] = (),
        where: str = "",
    ) -> ChainWork:
        """A work of `owner`, under licenses it holds."""
        content, work_id = self._content(owner)
        certify = (
            owner.address,
            content,
            self.chain.rpc.chain_id,
            self._hash("metadata"),
            RESALE_ROYALTY,
            # No arbiter.
            ETH,
            0,
            0,
            # Ids are addresses: in another order than the works were made.
            sorted((parent.work.id, parent.terms, parent.license) for parent in parents),
            [(payee.to.lower(), payee.share_bp) for payee in payees],
        )
        contract = "IPLicense" if parents or payees else "IPRegistry"
        call = self.chain.session.encode(contract, "certify", certify)
        self.chain.add(owner, call, where or f"work {work_id}")
        return ChainWork(work_id, owner)

    def derive(self, owner: LocalAccount, edges: Sequence[tuple[ChainWork, bytes]]) -> ChainWork:
        """A derivative: licenses of (parent, terms) for its owner, then its certificate."""
        return self.certify(owner, [self.issue(work, terms, owner) for work, terms in edges])

    def line(self, generations: int, terms: bytes) -> list[ChainWork]:
        """An original and its line of derivatives, youngest first, each of an owner of its own."""
        line = [self.certify(self.chain.account())]
        for _ in range(generations):
            line.insert(0, self.derive(self.chain.account(), [(line[0], terms)]))
        return line

    def signed(self, owner: LocalAccount) -> tuple[ChainWork, tuple[object, ...]]:
        """A work that its creator only signs, and what `certifyMany` takes for it."""
        chain = self.chain
        chain_id, registry = chain.rpc.chain_id, chain.session.deployment.registry
        while True:
            content, work_id = self._content(owner)
            metadata = self._hash("metadata")
            certify = Certify(owner.address, content, chain_id, metadata, RESALE_ROYALTY)
            message = SignedConsent(certify, _DEADLINE)
            signature = sign(owner, registry_domain(chain_id, registry), CONSENT, message)
            if dense(signature):
                consent = Consent(_DEADLINE, signature)
                return ChainWork(work_id, owner), (certify, TreeProof(), consent)

    def open(
        self, works: Sequence[CaseWork], owners: Sequence[LocalAccount] | None = None
    ) -> list[ChainWork]:
        """A whole graph, by work number; without `owners` every work has one of its own."""
        opened: list[ChainWork] = []
        for number, work in enumerate(works):
            where = f"works[{number}]"
            owner = owners[number] if owners else self.chain.account()
            parents = [
                self.issue(opened[edge.parent], self._edge_terms(edge), owner, where)
                for edge in work.parents
            ]
            opened.append(self.certify(owner, parents, work.payees, where))
        return opened

    def _edge_terms(self, edge: Edge) -> bytes:
        return self.terms(edge.income_bp, edge.volume_bp)

    def _content(self, owner: LocalAccount) -> tuple[bytes, int]:
        deployment, chain_id = self.chain.session.deployment, self.chain.rpc.chain_id
        while True:
            content = self._hash("content")
            work_id = deployment.work_id(owner.address, content, chain_id)
            if dense(work_id.to_bytes(20, "big")):
                return content, work_id

    def _hash(self, kind: str) -> bytes:
        while True:
            self._contents += 1
            found = keccak(text=f"{kind} {self._contents}")
            if dense(found):
                return found
