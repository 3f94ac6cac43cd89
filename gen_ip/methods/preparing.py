"""The client's part about certificates before anything is signed or sent: what they will state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypedDict, Unpack

from gen_ip import arguments
from gen_ip.arguments import InvalidArgument
from gen_ip.chain.errors import UnexpectedChain
from gen_ip.content.declaration import Declaration
from gen_ip.content.detection.settling import named
from gen_ip.content.files import OnBytes, detect_file
from gen_ip.content.kind import Kind
from gen_ip.content.metadata import PublishedCopy
from gen_ip.content.telling import turn_of
from gen_ip.methods.connection import Connection
from gen_ip.signing.eip712 import Domain
from gen_ip.signing.statements import Certify, Edge, Payee, registry_domain
from gen_ip.works import documents
from gen_ip.works.certificates import PreparedCertificate
from gen_ip.works.documents import Content, Described
from gen_ip.works.registry import Arbiter


class SharedStatement(TypedDict, total=False):
    """What a creator may state about any number of works alike; all may be left out.

    Attributes:
        description: what it is, in a sentence.
        payees: who shares what is drawn from the work, each in basis points, for good.
        resale_royalty: what a sale of the certificate owes the work, in basis points.
        arbiter: who may act on the work, and how far.
        declared: tools, base models, what people contributed, rights beyond the tools' licenses;
            goes into the metadata.
        kind: what it is: image, text, model, workflow, prompt, audio, video or other; by default
            what its bytes say, which it must not contradict.
        publish_prompt: whether the metadata hold the prompts that the file says it was made by, and
            not their hashes alone.
        tags: words it is searched by, among its attributes; `nsfw` has sites show it on request.
    """

    description: str
    payees: Sequence[Payee]
    resale_royalty: int
    arbiter: Arbiter | None
    declared: Declaration | None
    kind: Kind | None
    publish_prompt: bool
    tags: Sequence[str]


class Statement(SharedStatement, total=False):
    """What a creator may state about a work besides its bytes; all may be left out.

    Attributes:
        name: by default the file's name without its ending.
        copies: other files that the creator publishes as this work, from `Copy.published`.
        description, payees, resale_royalty, arbiter, declared, kind, publish_prompt, tags: see
            `SharedStatement`.
    """

    name: str | None
    copies: Sequence[PublishedCopy]


MOST_TAGS, LONGEST_TAG = 32, 64


@dataclass(frozen=True)
class Stated:
    """A `Statement` with its defaults; anything else is a TypeError.

    Raises:
        InvalidArgument: there is no such kind, or tags are too many or too long.
    """

    name: str | None = None
    description: str = ""
    payees: Sequence[Payee] = ()
    resale_royalty: int = 0
    arbiter: Arbiter | None = None
    declared: Declaration | None = None
    kind: Kind | None = None
    publish_prompt: bool = False
    tags: Sequence[str] = ()
    copies: Sequence[PublishedCopy] = ()

    def __post_init__(self) -> None:
        named(self.kind)
        arguments.texts("tags", self.tags, MOST_TAGS, LONGEST_TAG)


class Preparing(Connection):
    """See `gen_ip.client.GenIP`."""

    def prepare_certificate(
        self, content: Content, *, licenses: Sequence[int] = (), **statement: Unpack[Statement]
    ) -> PreparedCertificate:
        """What `certify`, or `derive` with `licenses`, would state, without a transaction: to be
        anchored or signed. The file and its metadata are put into the store.

        Raises:
            FileProblem, MetadataError, StoreError, ContractError: as in `certify` and `derive`.
        """
        return self._prepare(content, Stated(**statement), licenses, self._check_own)

    # ----------------------------------------------------------------- inside

    @property
    def _domain(self) -> Domain:
        return registry_domain(self.chain_id, self.deployment.registry)

    def _prepare(
        self,
        content: Content,
        stated: Stated,
        licenses: Sequence[int],
        check: Callable[[Certify], None],
        creator: str | None = None,
        bought: Sequence[Edge] = (),
        on_bytes: OnBytes | None = None,
    ) -> PreparedCertificate:
        """Puts a file and its metadata into the store, and states what they are; but first `check`
        raises what the contract would. `bought` are edges of licenses that do not exist yet.
        `on_bytes` is told how far all readings of the file have come."""
        creator = creator or self._session.account.address
        edges = [*bought, *(self._licenses.edge(license_id) for license_id in licenses)]
        with documents.as_file(content) as path:
            turns = 1 if on_bytes is None else documents.readings(detect_file(path))
            file = documents.summarize(content, path, turn_of(on_bytes, 0, turns))
            file = documents.fingerprinted(file, turn_of(on_bytes, 1, turns))
            certify, document = self._state(file, stated, edges, creator)
            # What would fail on chain leaves nothing in the store, and the other way round.
            check(certify)
            metadata_cid = documents.keep(
                self.store, file, document, turn_of(on_bytes, turns - 1, turns)
            )
        registry = self.deployment.registry
        return PreparedCertificate(certify, registry, metadata_cid, file.summary.cid)

    def _state(
        self, file: Described, stated: Stated, edges: Sequence[Edge], creator: str
    ) -> tuple[Certify, bytes]:
        """What the creator states about a file, and its metadata, encoded."""
        document = documents.write(
            file,
            name=stated.name,
            description=stated.description,
            work=self.deployment.work_id(creator, file.content_hash, self.chain_id),
            parents=sorted({edge.parent for edge in edges}),
            terms=list(dict.fromkeys(edge.terms_hash for edge in sorted(edges))),
            declared=stated.declared,
            kind=stated.kind,
            publish_prompt=stated.publish_prompt,
            tags=stated.tags,
            copies=stated.copies,
        )
        certify = self._registry.statement(
            creator,
            file.content_hash,
            documents.digest(document),
            stated.resale_royalty,
            edges,
            stated.payees,
            stated.arbiter,
        )
        return certify, document

    def _check_own(self, certify: Certify) -> None:
        """Raises the contract's error where the account could not certify this itself. Nothing is
        signed: a Safe, or who is known by address alone, is asked about alike."""
        self._session.simulate(self._session.calls.home_of(certify).certify(certify))

    def _require_here(self, certificate: PreparedCertificate) -> None:
        if certificate.certify.home_chain_id != self.chain_id:
            raise UnexpectedChain(certificate.certify.home_chain_id, self.chain_id)
        if certificate.registry != self.deployment.registry:
            raise InvalidArgument(
                "the certificate's registry",
                certificate.registry,
                f"{self.deployment.registry}, the one of this deployment",
            )
