"""Certificates: who claims what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from gen_ip import arguments
from gen_ip.chain.events import Event, word
from gen_ip.chain.receipts import Receipt
from gen_ip.chain.reverts import NotOwner, UnknownWork
from gen_ip.chain.session import Session
from gen_ip.content.cid import raw_cid
from gen_ip.signing.statements import MAY_REVOKE, MAY_SUSPEND, NOBODY, Certify, Edge, Payee
from gen_ip.work import till_of


class Share(NamedTuple):
    """A parent's part in a work's revenue, in basis points of income and of volume."""

    parent: int
    income: int
    volume: int
    license: int

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids as decimal strings."""
        return {**self._asdict(), "parent": str(self.parent), "license": str(self.license)}


@dataclass(frozen=True)
class Arbiter:
    """Who may act on a work, as far as its creator allowed it at the certification.

    Attributes:
        may_suspend: whether it may suspend new sales.
        may_revoke: whether it may revoke licenses whose terms say REVOCABLE_FOR_BREACH.
        lien_cap: basis points of the net that it may give to one more payee.
    """

    address: str
    may_suspend: bool = False
    may_revoke: bool = False
    lien_cap: int = 0

    @property
    def powers(self) -> int:
        """The bits of `Certify.arbiter_powers`."""
        return MAY_SUSPEND * self.may_suspend | MAY_REVOKE * self.may_revoke

    def to_json(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "address": self.address,
            "may_suspend": self.may_suspend,
            "may_revoke": self.may_revoke,
            "lien_cap": self.lien_cap,
        }


@dataclass(frozen=True)
class Claim:
    """One certificate as its event tells it. `metadata` is the document's sha2-256."""

    work: int
    creator: str
    content_hash: bytes
    metadata: bytes
    block: int


@dataclass(frozen=True)
class Certificate:
    """A new certificate.

    Attributes:
        work_id: the certificate's token id.
        till: the work's own address; anyone can pay it by plain transfer.
        content_hash: sha2-256 of the file, 32 bytes.
        metadata_cid: where the metadata lie in the store.
        content_cid: where the file lies.
    """

    work_id: int
    till: str
    creator: str
    content_hash: bytes
    metadata_cid: str
    content_cid: str
    receipt: Receipt

    def to_json(self) -> dict[str, Any]:
        """For JSON; the work's id as a decimal string, the hash as 0x and 64 hex digits."""
        return {
            "work": str(self.work_id),
            "till": self.till,
            "creator": self.creator,
            "content_hash": f"0x{self.content_hash.hex()}",
            "metadata_cid": self.metadata_cid,
            "content_cid": self.content_cid,
            "receipt": self.receipt.to_json(),
        }


@dataclass(frozen=True)
class Work:
    """A certified work.

    Attributes:
        claim_time: seconds since the epoch.
        first: whether no earlier claim on the same bytes is known.
        claims: works certified for the same bytes.
        resale_royalty: basis points of the price of the certificate (ERC-2981).
        transfers: how often the certificate changed hands.
        metadata_version: how often the owner revised the metadata.
        arbiter: who may act on the work; None for nobody. `suspended` says that it suspended new
            sales.
        metadata: the document behind `token_uri`, None where the store does not hold it or it is
            not to be trusted; `metadata_problem` says why.
    """

    id: int
    till: str
    owner: str
    creator: str
    content_hash: bytes
    claim_time: int
    first: bool
    claims: int
    transfers: int
    resale_royalty: int
    token_uri: str
    metadata_cid: str
    parents: tuple[Share, ...]
    payees: tuple[Payee, ...]
    metadata_version: int = 0
    arbiter: Arbiter | None = None
    suspended: bool = False
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    metadata_problem: str | None = None

    @property
    def name(self) -> str | None:
        """The work's name in its metadata."""
        return None if self.metadata is None else str(self.metadata["name"])

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids as decimal strings, the hash as 0x and 64 hex digits."""
        return {
            "work": str(self.id),
            "till": self.till,
            "name": self.name,
            "owner": self.owner,
            "creator": self.creator,
            "content_hash": f"0x{self.content_hash.hex()}",
            "claim_time": self.claim_time,
            "first": self.first,
            "claims": self.claims,
            "transfers": self.transfers,
            "resale_royalty": self.resale_royalty,
            "token_uri": self.token_uri,
            "metadata_cid": self.metadata_cid,
            "metadata_version": self.metadata_version,
            "parents": [share.to_json() for share in self.parents],
            "payees": [payee._asdict() for payee in self.payees],
            "arbiter": self.arbiter.to_json() if self.arbiter else None,
            "suspended": self.suspended,
            # Metadata is JSON as it is, and its numbers fit.
            "metadata": None if self.metadata is None else dict(self.metadata),
            "metadata_problem": self.metadata_problem,
        }


class Registry:
    """What IPRegistry does and tells."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def statement(
        self,
        creator: str,
        content_hash: bytes,
        metadata: bytes,
        resale_royalty: int,
        edges: Sequence[Edge],
        payees: Sequence[Payee],
        arbiter: Arbiter | None,
    ) -> Certify:
        """What `creator` states about a work of this chain.

        Raises:
            InvalidArgument: a royalty, payee, share or arbiter does not fit.
        """
        named = arbiter or Arbiter(NOBODY)
        return Certify(
            creator=creator,
            content_hash=content_hash,
            home_chain_id=self._session.rpc.chain_id,
            metadata=metadata,
            resale_royalty=arguments.unsigned("resale_royalty", resale_royalty, 16),
            arbiter=arguments.address("arbiter", named.address),
            arbiter_powers=named.powers,
            lien_cap=arguments.unsigned("lien_cap", named.lien_cap, 16),
            edges=tuple(sorted(edges)),
            payees=tuple(
                Payee(
                    arguments.address("payee", to),
                    arguments.unsigned("payee's share", share, 16),
                )
                for to, share in payees
            ),
        )

    def ownership(self, work: int) -> tuple[str, int]:
        """Owner, and how often the certificate changed hands.

        Raises:
            UnknownWork: it is not certified.
        """
        owner, transfers, _ = self._session.read("IPRegistry", "ownership", work)
        return owner, transfers

    def exists(self, work: int) -> bool:
        """Whether the work is certified."""
        return bool(self._session.read("IPRegistry", "exists", work))

    def require(self, work: int) -> None:
        """Raises `UnknownWork` when the work is not certified."""
        if not self.exists(work):
            raise UnknownWork(work)

    def require_owner(self, work: int, account: str) -> None:
        """Raises `NotOwner` when the certificate is another's, `UnknownWork` when there is none."""
        owner, _ = self.ownership(work)
        if owner != account:
            raise NotOwner(work, account, owner)

    def claim(self, work: int) -> Claim:
        """The claim of a certified work.

        Raises:
            UnknownWork: it is not certified.
        """
        self.require(work)
        return self._certified(work)

    def _certified(self, work: int) -> Claim:
        for event in self._session.events("IPRegistry", "Certified", word(work)):
            return _claim(event)
        raise UnknownWork(work)

    def claims(self, content_hash: bytes | None = None) -> list[Claim]:
        """All claims, oldest first; or those on the same bytes."""
        topics = () if content_hash is None else (None, None, word(content_hash))
        return [_claim(event) for event in self._session.events("IPRegistry", "Certified", *topics)]

    def revised(self) -> dict[int, bytes]:
        """The sha2-256 of the latest metadata of all works whose owners revised them."""
        events = self._session.events("IPRegistry", "MetadataRevised")
        return {event.args["work_id"]: event.args["metadata"] for event in events}

    def owned_by(self, owner: str) -> list[int]:
        """Works whose certificates an account has now, the first to arrive first."""
        arrivals = self._session.events("IPRegistry", "Transfer", None, word(owner))
        works = list(dict.fromkeys(event.args["id"] for event in arrivals))
        found = self._session.read_all(*(("IPRegistry", "ownership", work) for work in works))
        return [work for work, (now, *_) in zip(works, found, strict=True) if now == owner]

    def claim_time(self, work: int) -> int:
        """When the work was claimed, in seconds since the epoch.

        Raises:
            UnknownWork: it is not certified.
        """
        return int(self._session.read("IPRegistry", "claimTime", work))

    def work(self, work: int) -> Work:
        """Everything the chain tells of a work; without its metadata.

        Raises:
            UnknownWork: it is not certified.
        """
        splitter, registry = "RoyaltySplitter", "IPRegistry"
        (
            (owner, transfers, suspended),
            (arbiter, powers, lien_cap),
            (_, royalty),
            claim_time,
            digest,
            version,
            uri,
            shares,
            payees,
        ) = self._session.read_all(
            (registry, "ownership", work),
            (registry, "arbiterOf", work),
            (registry, "royaltyInfo", work, 10_000),
            (registry, "claimTime", work),
            (registry, "metadata", work),
            (registry, "metadataVersion", work),
            (registry, "tokenURI", work),
            (splitter, "sharesOf", work),
            (splitter, "payeesOf", work),
        )
        claim = self._certified(work)
        first, _, count = self._session.read(registry, "claims", claim.content_hash)
        return Work(
            id=work,
            till=till_of(work),
            owner=owner,
            creator=claim.creator,
            content_hash=claim.content_hash,
            claim_time=claim_time,
            first=first == work,
            claims=count,
            transfers=transfers,
            resale_royalty=royalty,
            token_uri=uri,
            metadata_cid=raw_cid(digest),
            metadata_version=version,
            parents=tuple(Share(*share) for share in shares),
            payees=tuple(Payee(*payee) for payee in payees),
            arbiter=None
            if arbiter == NOBODY
            else Arbiter(arbiter, bool(powers & MAY_SUSPEND), bool(powers & MAY_REVOKE), lien_cap),
            suspended=suspended,
        )


def _claim(event: Event) -> Claim:
    args = event.args
    return Claim(
        args["work_id"], args["creator"], args["content_hash"], args["metadata"], event.block
    )
