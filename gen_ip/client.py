"""The client: everything a creator, a licensee or a payer does, in one object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from gen_ip import arguments
from gen_ip.chain.receipts import Receipt
from gen_ip.content.cid import raw_cid, raw_digest
from gen_ip.content.files import StrPath
from gen_ip.content.store import find
from gen_ip.embedding.copying import Copy, embed
from gen_ip.embedding.identity import SigningIdentity
from gen_ip.embedding.original import Original
from gen_ip.embedding.saying import Source
from gen_ip.errors import ContentCorrupted, ContentNotFound, ContentTooLarge, MetadataError
from gen_ip.folders.batching import Batching
from gen_ip.methods.arbitrating import Arbitrating
from gen_ip.methods.delegating import Delegating
from gen_ip.methods.deriving import Deriving
from gen_ip.methods.earning import Earning
from gen_ip.methods.moving import Moving
from gen_ip.methods.owning import Owning
from gen_ip.methods.proving import Proving
from gen_ip.methods.trading import Trading
from gen_ip.methods.watching import Watching
from gen_ip.terms import Rights, Terms, ready_bundle, upstream
from gen_ip.terms.bundle import MAX_BUNDLE_BYTES, Bundle
from gen_ip.terms.bundle import decode as decode_bundle
from gen_ip.terms.upstream import Conflict
from gen_ip.tokens import TokenInfo
from gen_ip.work import ETH
from gen_ip.works import documents, embedding
from gen_ip.works.briefs import Brief, briefs
from gen_ip.works.documents import Content
from gen_ip.works.ingredients import Proposal, proposed
from gen_ip.works.licenses import License
from gen_ip.works.lineage import Lineage, lineage
from gen_ip.works.recognition import Verdict, verify
from gen_ip.works.registry import Claim, Work

# A node finds what somebody serves in a few seconds.
_BUNDLE_SECONDS = 10.0

# Longer than anybody waits for names.
_MOST_SECONDS = 3_600


class GenIP(
    Deriving,
    Batching,
    Delegating,
    Trading,
    Owning,
    Moving,
    Arbitrating,
    Earning,
    Watching,
    Proving,
):
    """A connection to the contracts of one chain.

    Args:
        rpc: URL of a node, or a ready Web3 such as that of `gen_ip.chain.pyevm.connect()`.
        account: who signs: an eth-account `LocalAccount`, or one of `gen_ip.signers`; None to read
            only.
        deployment: by default the contracts that ship with this package, whose addresses are the
            same on every chain.
        store: where content and metadata are kept; by default a folder of the user.
        on_receipt: called with the receipt of every transaction sent, approvals included.
        max_fee: the most that the gas of one transaction may cost, in wei; by default 0.05 ETH (or
            whatever the chain's coin is).
        confirmations: how many blocks must hold a transaction, its own included, before a method
            returns; `wait_for` waits for more afterwards.
        timeout: seconds to wait until a transaction is mined.
        replace_after: seconds after which a transaction that is not mined is signed again with fees
            at least 1/8 higher, same nonce, never above `max_fee`.
        index: where derivatives and payments are looked up for earnings; by default the chain's
            logs, at most 5,000,000 blocks of them (`gen_ip.income.earnings_index`).

    Every method raises `ConnectionFailed` or `NodeError` when the node does not answer as it
    should. Those that send a transaction simulate it first, so that a `ContractError`,
    `InsufficientFunds` or `GasTooExpensive` costs nothing, and raise `NoAccount` without an
    account. Once it is sent, they raise `TransactionPending` or `TransactionUncertain` where its
    outcome is not known in time (see `resume`), and `NonceTaken` where another one took its place.
    Any number of threads may use one account, but only one process at a time. Amounts are ints in
    the token's smallest unit, shares basis points, times seconds since the epoch. A work may be
    named by its id, the id's decimal string, or its till's address.

    Raises:
        ConnectionFailed: no node answers.
        UnexpectedChain: the deployment is of another chain.
        NoContracts: the chain does not hold the contracts.
    """

    # ------------------------------------------------------------------ works

    def work(self, work_id: int | str) -> Work:
        """A work, with its metadata where the store holds it.

        Raises:
            UnknownWork: it is not certified on this chain.
            StoreUnavailable: the store does not answer.
        """
        work = self._registry.work(arguments.work_id("work", work_id))
        try:
            document = documents.fetch(self.store, raw_digest(work.metadata_cid), work.content_hash)
        except (ContentNotFound, ContentCorrupted, ContentTooLarge, MetadataError) as error:
            return replace(work, metadata_problem=str(error))
        return replace(work, metadata=document)

    def works(self, content_hash: bytes | str | None = None) -> Iterator[Claim]:
        """All certified works, oldest first; or those on the same bytes, by their sha2-256."""
        digest = None
        if content_hash is not None:
            digest = arguments.bytes32("content_hash", content_hash)
        yield from self._registry.claims(digest)

    def briefs(self, works: Iterable[int | str], *, seconds: float = 3.0) -> list[Brief]:
        """Name and claim time of each of several works, for a list; without those not certified.
        Names that the store does not give within about so many seconds in all are None."""
        numbers = arguments.work_ids("works", works)
        if not numbers:
            raise arguments.InvalidArgument("works", works, "one work or more")
        if not isinstance(seconds, int | float) or not 0 <= seconds <= _MOST_SECONDS:
            raise arguments.InvalidArgument("seconds", seconds, f"give 0 to {_MOST_SECONDS:,}")
        return briefs(self._session, self.store, numbers, seconds)

    def work_id_of(self, creator: str, content_hash: bytes | str) -> int:
        """The id that the creator's work has, certified or not; needs no transaction."""
        digest = arguments.bytes32("content_hash", content_hash)
        return self.deployment.work_id(creator, digest, self.chain_id)

    def lineage(self, work: int | str) -> Lineage:
        """Ancestors and descendants of a work, with their shares.

        Raises:
            UnknownWork: it is not certified.
        """
        number = arguments.work_id("work", work)
        self._registry.require(number)
        return lineage(self._session, number)

    def verify(self, content: Content, work: int | str | None = None) -> Verdict:
        """Which certificates a file comes under: of the same bytes, else (for pictures) of the
        same pixels or of pictures like it. With `work`, only that one is asked about.

        Certificates are searched on chain, fingerprints in the metadata that the store holds;
        what is missing there or does not fit its certificate is counted in the verdict.

        Raises:
            FileProblem: the file is not usable.
            UnknownWork: `work` is not certified.
            StoreUnavailable: the store does not answer.
        """
        number = None if work is None else arguments.work_id("work", work)
        return verify(self._session, self.store, content, number)

    def proposed_parents(self, content: Content) -> list[Proposal]:
        """Certified works that a file says it was made with: models and LoRAs by the hashes in its
        generation data, its prompt and workflow by their texts; and works that a picture's content
        credentials name, as what it is a copy of or was made from, where `gen-ip[embed]` is
        installed. Proposals: what a file says proves nothing, and no method takes one over. A work
        derived from others is certified by `derive`; afterwards it is too late.

        Raises:
            FileProblem: the file is not usable.
            StoreUnavailable: the store does not answer.
        """
        return proposed(self._session, self.store, content)

    # --------------------------------------------------------------- licenses

    def embed(
        self,
        work: int | str,
        file: StrPath,
        copy: Path | str,
        *,
        identity: SigningIdentity | None = None,
        source: Source = Source.GENERATED,
    ) -> Copy:
        """Writes a copy of a work's file that says inside whose work it is, where its format has a
        place for it (`gen_ip.embedding.formats`); of a PNG, JPEG or WebP with an identity also as a
        C2PA manifest with its parents, its source and what models may learn from it. The content
        stays the same. `revise_metadata(work, copies=[copy.published()])` records the copy.

        Raises:
            FileProblem: the file is not usable, not the work's, or holds nothing such; the copy
                exists or cannot be written.
            MetadataError: what the file says already cannot be read.
            BadSigningIdentity: chain and key are not of the kind that C2PA takes.
            MissingLibrary: `gen-ip[embed]` is not installed.
            UnknownWork: it is not certified on this chain.
        """
        file, copy = _embedding(file, copy, identity, source)
        found = self.work(work)
        original = Original.opened(file)
        parents = {share.parent: self.work(share.parent) for share in found.parents}
        terms = self._licenses.terms_of(embedding.terms_named(found))
        saying = embedding.saying_of(original, found, parents, terms, self.chain_id, source)
        return embed(original, copy, saying, identity)

    def embed_ahead(
        self,
        file: StrPath,
        copy: Path | str,
        *,
        name: str | None = None,
        identity: SigningIdentity | None = None,
        source: Source = Source.GENERATED,
    ) -> Copy:
        """Like `embed`, of a file that the account has yet to `certify`: the work's id is known
        before. `certify(file, copies=[copy.published()])` then records the copy.

        Raises:
            FileProblem, MetadataError, BadSigningIdentity, MissingLibrary: as in `embed`.
        """
        file, copy = _embedding(file, copy, identity, source)
        original, creator = Original.opened(file), self._session.account.address
        work = self.deployment.work_id(creator, original.sha256, self.chain_id)
        saying = embedding.saying_ahead(
            original, work, name or file.stem, creator, {}, {}, self.chain_id, source=source
        )
        return embed(original, copy, saying, identity)

    def upstream_conflicts(self, work: int | str, *terms: Terms) -> list[list[Conflict]]:
        """For each of `terms`, its rights that the licenses of the work's declared tools withhold,
        with the creator's signed overrides; none where the metadata are not at hand."""
        number = arguments.work_id("work", work)
        metadata = self._metadata(self._session.read("IPRegistry", "metadata", number))
        if metadata is None:
            return [[] for _ in terms]
        return [upstream.conflicts(metadata, each.grant) for each in terms]

    def terms_bundle(self, terms: Terms) -> Bundle:
        """What `terms` stand for: a bundle that ships with the package, or one from the store.

        Raises:
            ContentNotFound: the store does not hold it.
            StoreError: the store is down, or its bytes are damaged or too many.
            BadBundle: what lies there is no bundle.
        """
        arguments.instance("terms", terms, Terms, "gen_ip.Terms, such as terms.COMMERCIAL")
        if (ready := ready_bundle(terms)) is not None:
            return ready
        data = find(self.store.within(_BUNDLE_SECONDS), raw_cid(terms.legal), MAX_BUNDLE_BYTES)
        return decode_bundle(data, terms.legal)

    def register_terms(self, terms: Terms) -> bytes:
        """Stores terms and returns their hash; sends nothing when they are stored already.

        Raises:
            ContractError: the terms contradict themselves, `InvalidUnits` for example.
        """
        return self._licenses.register(terms)

    def terms(self, terms_hash: bytes | str) -> Terms:
        """Registered terms.

        Raises:
            UnknownTerms: nobody registered them.
        """
        return self._licenses.terms(arguments.bytes32("terms_hash", terms_hash))

    def license(self, license_id: int) -> License:
        """A license.

        Raises:
            UnknownLicense: it does not exist.
        """
        return self._licenses.get(license_id)

    def licenses(self, holder: str | None = None, work: int | str | None = None) -> list[License]:
        """Licenses, oldest first: all, or those of a holder, of a work, or both.

        Raises:
            UnknownWork: `work` is not certified.
        """
        number = None if work is None else arguments.work_id("work", work)
        if number is not None:
            self._registry.require(number)
        return self._licenses.find(holder, number)

    def check(self, license_id: int, holder: str, rights: Rights, at: int | None = None) -> bool:
        """Whether `holder` may do all of `rights` under the license at the time `at` (default:
        now). False for a license that does not exist."""
        return self._licenses.check(license_id, holder, rights, at)

    # ------------------------------------------------------------------ money

    def pay(self, work: int | str, amount: int, *, token: str = ETH) -> Receipt:
        """Pays a work, and with it everything it was built on.

        An ERC-20 token is approved to the splitter, exactly, when the allowance is short.

        Raises:
            UnknownWork: it is not certified.
            InsufficientFunds: the account has less.
            NotAToken: `token` is none.
        """
        return self._royalties.pay(arguments.work_id("work", work), amount, token)

    def sweep(self, work: int | str, *, token: str = ETH) -> Receipt:
        """Books what lies in a work's till as a payment to the work. Anyone may.

        Raises:
            UnknownWork: it is not certified.
            NothingReceived: there is nothing in the till.
        """
        return self._royalties.sweep(arguments.work_id("work", work), token)

    def settle(self, works: Sequence[int | str], *, token: str = ETH) -> Receipt:
        """Moves what works owe one step up, in the order given; children first moves most. Anyone
        may.

        Raises:
            UnknownWork: one is not certified.
        """
        return self._royalties.settle(arguments.work_ids("works", works), token)

    def distribute(
        self, works: Sequence[int | str], *, token: str = ETH, release_from: int = 0
    ) -> Receipt:
        """Settles works in the order given, then pays out those from index `release_from` on to
        their owners and payees, as far as they have no code or named a payout address. Anyone may.

        Raises:
            UnknownWork: one is not certified.
            InvalidArgument: `release_from` is negative.
        """
        ids = arguments.work_ids("works", works)
        start = arguments.unsigned("release_from", release_from)
        return self._royalties.distribute(ids, start, token)

    def withdraw(self, *, token: str = ETH, to: str | None = None) -> Receipt:
        """Sends the account's whole balance (of fees, sold certificates, drawn income) to `to`
        (default: the account).

        Raises:
            NothingToWithdraw: nothing is due to the account.
            InvalidReceiver, TransferFailed: `to` does not take it.
        """
        return self._royalties.withdraw(token, to)

    def token(self, address: str) -> TokenInfo:
        """Symbol and decimals of a token.

        Raises:
            NotAToken: there is no ERC-20 token at the address.
        """
        return self._tokens.info(address)

    def balance(self, account: str, *, token: str = ETH) -> int:
        """What an account holds of a token in its own wallet.

        Raises:
            NotAToken: there is no ERC-20 token at the address.
        """
        holder = arguments.address("account", account)
        return self._tokens.balance(arguments.address("token", token), holder)


def _embedding(file: StrPath, copy: StrPath, identity: object, source: object) -> tuple[Path, Path]:
    """The paths of a file and its copy, all else checked.

    Raises:
        InvalidArgument: a value is of another type.
    """
    paths = arguments.path("file", file), arguments.path("copy", copy)
    if identity is not None:
        expected = "a SigningIdentity, or None for none"
        arguments.instance("identity", identity, SigningIdentity, expected)
    arguments.instance("source", source, Source, "a Source")
    return paths
