"""The client: everything a creator, a licensee or a payer does, in one object."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from eth_account.signers.local import LocalAccount
from platformdirs import user_data_path
from web3 import Web3

from gen_ip import arguments, documents
from gen_ip.chain.deployment import Deployment, predicted
from gen_ip.chain.rpc import Rpc
from gen_ip.chain.session import Session
from gen_ip.chain.transactions import MAX_FEE, Receipt
from gen_ip.content.local import LocalStore
from gen_ip.content.store import Store
from gen_ip.documents import Content
from gen_ip.errors import ContentCorrupted, ContentNotFound, ContentTooLarge, MetadataError
from gen_ip.licenses import License, Licenses
from gen_ip.lineage import Lineage, lineage
from gen_ip.marketplace import FeeShare, Marketplace, Offer
from gen_ip.recognition import Verdict, verify
from gen_ip.registry import Certificate, Claim, Edge, Payee, Registry, Work
from gen_ip.royalties import Collected, Earnings, Royalties
from gen_ip.terms import Rights, Terms
from gen_ip.tokens import TokenInfo, Tokens
from gen_ip.work import ETH, till_of


class GenIP:
    """A connection to the contracts of one chain.

    Args:
        rpc: URL of a node, or a ready Web3 such as that of `gen_ip.chain.pyevm.connect()`.
        account: who signs; None to read only.
        deployment: by default the contracts that ship with this package, whose addresses are the
            same on every chain.
        store: where content and metadata are kept; by default a folder of the user.
        on_receipt: called with the receipt of every transaction sent, approvals included.
        max_fee: the most that the gas of one transaction may cost, in wei; by default 0.05 ETH (or
            whatever the chain's coin is).

    Every method raises `ConnectionFailed` or `NodeError` when the node does not answer as it
    should. Those that send a transaction simulate it first, so that a `ContractError`,
    `InsufficientFunds` or `GasTooExpensive` costs nothing, and raise `NoAccount` without an
    account. Amounts are ints in the token's smallest unit, shares basis points, times seconds since
    the epoch. A work may be named by its id, the id's decimal string, or its till's address.

    Raises:
        ConnectionFailed: no node answers.
        UnexpectedChain: the deployment is of another chain.
        NoContracts: the chain does not hold the contracts.
    """

    def __init__(
        self,
        rpc: str | Web3,
        account: LocalAccount | None = None,
        *,
        deployment: Deployment | None = None,
        store: Store | None = None,
        on_receipt: Callable[[Receipt], None] | None = None,
        max_fee: int = MAX_FEE,
    ) -> None:
        arguments.unsigned("max_fee", max_fee)
        session = Session(Rpc(rpc), deployment or predicted(), account, on_receipt, max_fee)
        self._bind(session, account, store)

    def _bind(self, session: Session, account: LocalAccount | None, store: Store | None) -> None:
        if account is not None:
            arguments.signer("account", account)
        self._session, self._store = session, store
        self.account = account
        self._registry = Registry(session)
        self._licenses = Licenses(session)
        self._marketplace = Marketplace(session)
        self._royalties = Royalties(session)
        self._tokens = Tokens(session)

    def using(self, account: LocalAccount | None) -> GenIP:
        """A client on the same connection and store that signs with another account."""
        other = object.__new__(type(self))
        other._bind(self._session.using(account), account, self._store)
        return other

    @property
    def chain_id(self) -> int:
        """The chain's id (EIP-155)."""
        return self._session.rpc.chain_id

    @property
    def web3(self) -> Web3:
        """The connection."""
        return self._session.rpc.web3

    @property
    def deployment(self) -> Deployment:
        """Where the contracts lie."""
        return self._session.deployment

    @property
    def store(self) -> Store:
        """Where content and metadata are kept.

        Raises:
            StoreUnavailable: the default folder cannot be made.
        """
        if self._store is None:
            self._store = LocalStore(user_data_path("gen-ip") / "content")
        return self._store

    # ------------------------------------------------------------------ works

    def certify(
        self,
        content: Content,
        *,
        name: str | None = None,
        description: str = "",
        payees: Sequence[Payee] = (),
        resale_royalty: int = 0,
    ) -> Certificate:
        """Certifies a file (its path, or its bytes) as a work of the account.

        The file and its metadata, with a fingerprint where it is a picture, are put into the store
        first. `name` is by default the file's name without its ending. `payees` share what is
        drawn from the work, `resale_royalty` is what a sale of the certificate owes it.

        Raises:
            FileProblem: the file is not usable, or it is a picture that cannot be decoded.
            MetadataError: a text does not fit.
            StoreError: the store does not take the content; the chain is not touched then.
            AlreadyCertified: the account certified the same bytes before.
            RoyaltyTooHigh, InvalidPayee, PayeesShareTooMuch, TooManyPayees: as their names say.
        """
        return self._certify(content, name, description, payees, resale_royalty, [])

    def derive(
        self,
        content: Content,
        *,
        licenses: Sequence[int],
        name: str | None = None,
        description: str = "",
        payees: Sequence[Payee] = (),
        resale_royalty: int = 0,
    ) -> Certificate:
        """Certifies a derivative of the works that `licenses` are for; spends a unit of each.

        Raises:
            InvalidArgument: no license is named.
            UnknownLicense, LicenseNotHeld, LicenseNotActive, NoDeriveRight, NoUnitsLeft: of a
                license, as their names say.
            ShareAlikeConflict, ShareAlikeDoesNotFit, OwesTooMuch, TooManyParents: the licenses do
                not go together.
            ParentsNotAscending: two licenses are for the same work.
            FileProblem, MetadataError, StoreError, ContractError: as in `certify`.
        """
        if not licenses:
            raise arguments.InvalidArgument(
                "licenses", licenses, "at least one license that grants DERIVE"
            )
        edges = [self._licenses.edge(license_id) for license_id in licenses]
        return self._certify(content, name, description, payees, resale_royalty, sorted(edges))

    def work(self, work_id: int | str) -> Work:
        """A work, with its metadata where the store holds it.

        Raises:
            UnknownWork: it is not certified on this chain.
            StoreUnavailable: the store does not answer.
        """
        work = self._registry.work(arguments.work_id("work", work_id))
        digest = self._session.read("IPRegistry", "metadata", work.id)
        try:
            document = documents.fetch(self.store, digest, work.content_hash)
        except (ContentNotFound, ContentCorrupted, ContentTooLarge, MetadataError) as error:
            return replace(work, metadata_problem=str(error))
        return replace(work, metadata=document)

    def works(self) -> Iterator[Claim]:
        """All certified works, oldest first."""
        yield from self._registry.claims()

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

    # --------------------------------------------------------------- licenses

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

    def offer(
        self,
        work: int | str,
        terms: Terms,
        *,
        price: int,
        token: str = ETH,
        quantity: int = 1,
        deadline: int = 0,
        fees: Sequence[FeeShare] = (),
    ) -> Offer:
        """Offers `quantity` licenses of a work at `price` each, and registers their terms.

        `deadline` is the last second in which it can be filled (0: no end). `fees` go to others,
        at most 1,000 basis points together.

        Raises:
            NotOwner: the account does not own the certificate.
            UnknownWork: it is not certified.
            ExceedsCeiling, MissingObligations, OutlivesWork, ShareAlikeRequired, SoldExclusively,
                NothingLeftToShare: the terms do not fit what the work itself stands on.
            InvalidQuantity, FeesTooHigh: as their names say.
            NotAToken: `token` is none.
        """
        number = arguments.work_id("work", work)
        arguments.instance("terms", terms, Terms, "gen_ip.Terms, such as terms.COMMERCIAL")
        return self._marketplace.post(number, terms, price, token, quantity, deadline, fees)

    def offers(self, work: int | str) -> list[Offer]:
        """Offers of a work that could be filled now, oldest first.

        Raises:
            UnknownWork: it is not certified.
        """
        return self._marketplace.of_work(arguments.work_id("work", work))

    def get_offer(self, offer_hash: bytes | str) -> Offer:
        """A posted offer, open or not.

        Raises:
            UnknownOffer: none of this hash was posted.
        """
        return self._marketplace.get(arguments.bytes32("offer", offer_hash))

    def cancel(self, offer: Offer | bytes | str) -> Receipt:
        """Withdraws an offer of the account.

        Raises:
            NotMaker: it is another's.
            OfferNotOpen: it is not open.
        """
        return self._marketplace.cancel(self._offer(offer))

    def buy(
        self,
        offer: Offer | bytes | str,
        *,
        max_price: int,
        count: int = 1,
        licensee: str | None = None,
    ) -> list[License]:
        """Buys licenses for `licensee` (default: the account), for at most `max_price` in all.

        The offer is named in full, so neither price nor terms can change in between. A price in
        an ERC-20 token is approved to the marketplace, exactly, when the allowance is short.

        Raises:
            PriceTooHigh: `count` licenses cost more than `max_price`.
            UnknownOffer, OfferNotOpen, OfferExpired, OfferOutdated, NotEnoughLeft, NotOwner: the
                offer cannot be filled.
            InsufficientFunds: the account has less than the price.
        """
        return self._marketplace.buy(self._offer(offer), max_price, count, licensee)

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

    def earnings(self, work: int | str, *, token: str = ETH) -> Earnings:
        """What a work has earned: drawn, undrawn, and on the way from its derivatives.

        One request simulates the settlement of all of them; a node's limit for calls allows some
        thousand works with something pending.

        Raises:
            UnknownWork: it is not certified.
        """
        return self._royalties.earnings(arguments.work_id("work", work), token)

    def collect(self, work: int | str, *, token: str = ETH, to: str | None = None) -> Collected:
        """Settles all that is on the way to a work, draws it, and sends the account's whole balance
        to `to` (default: the account): one transaction, unless more than 200 works lie on the way.

        Raises:
            UnknownWork: it is not certified.
            NothingToWithdraw: nothing is due to the account.
            InvalidReceiver, TransferFailed: `to` does not take it.
        """
        return self._royalties.collect(arguments.work_id("work", work), token, to)

    def distribute(self, works: Sequence[int | str], *, token: str = ETH) -> Receipt:
        """Settles works in the order given, then pays out each to its owner and payees, as far as
        they have no code or named a payout address. Anyone may.

        Raises:
            UnknownWork: one is not certified.
        """
        return self._royalties.distribute(arguments.work_ids("works", works), token)

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

    # ----------------------------------------------------------------- inside

    def _certify(
        self,
        content: Content,
        name: str | None,
        description: str,
        payees: Sequence[Payee],
        resale_royalty: int,
        edges: list[Edge],
    ) -> Certificate:
        creator = self._session.account.address
        with documents.as_file(content) as path:
            file = documents.fingerprinted(documents.summarize(content, path))
            work_id = self.deployment.work_id(creator, file.content_hash, self.chain_id)
            document = documents.write(
                file,
                name=name,
                description=description,
                work=work_id,
                parents=sorted({edge.parent for edge in edges}),
                terms=list(dict.fromkeys(edge.terms_hash for edge in edges)),
            )
            call = self._registry.certify_call(
                file.content_hash,
                documents.digest(document),
                resale_royalty,
                edges,
                payees,
            )
            # What would fail on chain leaves nothing in the store, and the other way round.
            self._session.simulate(call)
            metadata_cid = documents.keep(self.store, file, document)
        receipt = self._session.send(call)
        return Certificate(
            work_id=work_id,
            till=till_of(work_id),
            creator=creator,
            content_hash=file.content_hash,
            metadata_cid=metadata_cid,
            content_cid=file.summary.cid,
            receipt=receipt,
        )

    def _offer(self, offer: Offer | bytes | str) -> Offer:
        return offer if isinstance(offer, Offer) else self.get_offer(offer)
