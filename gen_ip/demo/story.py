"""The story itself: every step a real transaction, every answer the contracts' own.

Each payment is written into `Books` beside, from which the balances at the end are computed a
second time.
"""

# ruff: noqa: N818

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gen_ip.chain import abi, artifacts, faucet, transactions
from gen_ip.chain.deploy import deploy, deploy_token
from gen_ip.chain.rpc import Rpc
from gen_ip.client import GenIP
from gen_ip.content.local import LocalStore
from gen_ip.demo import edits, events
from gen_ip.demo.blocks import spent_since
from gen_ip.demo.books import Books, Line, check
from gen_ip.demo.cast import Wallet, new_cast
from gen_ip.demo.library import another, title_of, unlike
from gen_ip.demo.report import Report, Step
from gen_ip.errors import GenIPError
from gen_ip.fingerprint.image import Level, perceptual_hash
from gen_ip.market.offers import SignedOffer
from gen_ip.signing import Payee
from gen_ip.terms import COMMERCIAL, COMMERCIAL_REMIX, Rights, Terms
from gen_ip.work import ETH
from gen_ip.works.certificates import SignedCertificate
from gen_ip.works.documents import limit_of

if TYPE_CHECKING:
    from gen_ip.demo.chain import LocalChain
    from gen_ip.works.licenses import License
    from gen_ip.works.registry import Certificate

# The creator takes a part of what a remix earns, and of every sale however far downstream.
_ON_OFFER = 1_000
CREATORS_TERMS = replace(COMMERCIAL_REMIX, income=1_000, volume=250)
REMIXERS_TERMS = replace(COMMERCIAL_REMIX, income=1_500)

BRAND_PRICE = 250 * 10**6
REMIX_PRICE = 40 * 10**6
SECOND_REMIX_PRICE = 5 * 10**16
# Amounts that no share divides evenly: rounding must be right, too.
FAN_PRICE = 33_333_333
FAN_PRICE_ETH = 12_345_678_901_234_567
TIP = 10_000_000_000_000_001
# What the platform takes of all that the newcomer's works net, for paying the newcomer's gas.
PLATFORM_SHARE = 777
BID, ANSWER = 60_000_001, 90_909_091
FIRST_SALE_PRICE = 23_456_789_012_345_679
DELIVERY_PRICE = 77_777_777
DELIVER_WITHIN, CHALLENGE_WINDOW = 7 * 24 * 3600, 24 * 3600
_BANK = 1_000 * 10**18


class UnexpectedAnswer(GenIPError):
    """The contracts or the comparison said something else than the story demands."""

    def __init__(self, question: str, answer: object) -> None:
        self.question, self.answer = question, answer
        super().__init__(f"{question} - unexpected answer: {answer}; please report this")


class Story:
    """One run of the demo with one picture, on an empty local chain.

    `folder` is where the pictures and the content store go. `sure` says that the picture is one
    whose edited copy must be recognized; any other may be too plain for that.

    Raises:
        FileProblem: `picture` is no usable picture; told before anything else happens.
    """

    def __init__(self, chain: LocalChain, picture: Path, folder: Path, *, sure: bool) -> None:
        self._fingerprint = perceptual_hash(picture)
        self._chain, self._picture, self._folder, self._sure = chain, picture, folder, sure
        self._title = title_of(picture)
        self._rpc = Rpc(chain.web3)
        self._cast = new_cast()
        self._books = Books()
        self._steps: list[Step] = []
        self._owners: dict[int, Wallet] = {}
        self._names: dict[int, str] = {}

    def tell(self) -> Iterator[events.Event]:
        """Runs the story; what happens, in order, the report last.

        Raises:
            BalanceMismatch: a balance differs from the calculation; the report came before.
            UnexpectedAnswer: a right or a likeness is not what it must be.
        """
        yield from self._prepare()
        yield from self._certify()
        yield from self._brand()
        yield from self._remix()
        yield from self._second_remix()
        yield from self._fans()
        yield from self._without_money()
        yield from self._negotiation()
        yield from self._first_sale()
        yield from self._delivery()
        yield from self._payday()
        yield from self._recognize()
        yield events.Doing("Adding up every wallet")
        report = self._report()
        yield report
        check(report.lines)

    def put_on_offer(self) -> GenIP:
        """After the story: licenses of its works on offer to anybody; a client to look with."""
        ada, chen, dara = self._cast.creator, self._cast.remixer, self._cast.second
        for owner, work, terms, price, token in (
            (ada, self._original, COMMERCIAL, BRAND_PRICE, self._token),
            (ada, self._original, CREATORS_TERMS, FAN_PRICE_ETH, ETH),
            (chen, self._first, REMIXERS_TERMS, SECOND_REMIX_PRICE, ETH),
            (dara, self._second, COMMERCIAL, FAN_PRICE_ETH, ETH),
        ):
            self._by(owner).offer(work, terms, price=price, token=token, quantity=_ON_OFFER)
        return self._client

    # ---------------------------------------------------------------- scenes

    def _prepare(self) -> Iterator[events.Event]:
        from eth_account import Account

        yield events.Doing("Deploying the contracts")
        web3, rpc = self._chain.web3, self._rpc
        banker = Account.create()
        faucet.fund(web3, banker.address, _BANK)
        with self._step("all contracts are deployed, once a chain"):
            deployment = deploy(web3, banker)
        yield events.Doing("Giving everybody some money")
        self._token = deploy_token(web3, banker)
        mint = artifacts.load("DemoToken").functions["mint"]
        for wallet in self._cast.all():
            if wallet.ether:
                faucet.fund(web3, wallet.address, wallet.ether)
                self._books.fund(wallet.name, ETH, wallet.ether)
            if wallet.dollars:
                data = abi.encode_call(mint, wallet.address, wallet.dollars)
                transactions.send(rpc, banker, self._token, data)
                self._books.fund(wallet.name, self._token, wallet.dollars)
        store = LocalStore(self._folder / "store")
        self._client = GenIP(web3, deployment=deployment, store=store)
        addresses = dict(deployment.addresses())
        token = self._client.token(self._token)
        yield events.Ready(self._chain, addresses, token, self._cast, self._steps[0].gas)

    def _certify(self) -> Iterator[events.Event]:
        ada = self._cast.creator
        yield events.Scene(f"{ada} certifies a picture")
        with self._step(f"{ada.name} certifies an original"):
            made = self._by(ada).certify(self._picture, name=self._title)
        self._original = made.work_id
        self._books.work(self._title, ada.name)
        yield self._certified(ada, made, self._title, self._picture)

    def _brand(self) -> Iterator[events.Event]:
        ada, brio, gus = self._cast.creator, self._cast.brand, self._cast.stranger
        yield events.Scene(f"{brio} buys a license to use it")
        yield from self._sell(ada, self._original, COMMERCIAL, BRAND_PRICE, self._token, brio)
        license_id = self._last_license
        for who, rights, verb, expected in (
            (brio, Rights.COMMERCIAL, "use it commercially", True),
            (brio, Rights.DERIVE, "make derivatives of it", False),
            (gus, Rights.COMMERCIAL, "use it under that license", False),
        ):
            question = f"May {who.name}, the {who.role}, {verb}?"
            answer = self._client.check(license_id, who.address, rights)
            yield events.Asked(question, answer)
            if answer is not expected:
                raise UnexpectedAnswer(question, answer)

    def _remix(self) -> Iterator[events.Event]:
        ada, chen = self._cast.creator, self._cast.remixer
        yield events.Scene(f"{chen} makes something new of it")
        yield from self._sell(ada, self._original, CREATORS_TERMS, REMIX_PRICE, self._token, chen)
        picture = edits.mirrored_duotone(self._picture, self._folder / "mirrored.png")
        name = f"{self._title}, mirrored"
        self._first = yield from self._derive(chen, picture, name, self._original, CREATORS_TERMS)

    def _second_remix(self) -> Iterator[events.Event]:
        chen, dara = self._cast.remixer, self._cast.second
        yield events.Scene(f"{dara} remixes the remix")
        yield from self._sell(chen, self._first, REMIXERS_TERMS, SECOND_REMIX_PRICE, ETH, dara)
        source = self._folder / "mirrored.png"
        picture = edits.pop_art(source, self._folder / "four-times.png")
        name = f"{self._title}, four times"
        self._second = yield from self._derive(dara, picture, name, self._first, REMIXERS_TERMS)

    def _fans(self) -> Iterator[events.Event]:
        dara, emil, fay, gus = (
            self._cast.second,
            self._cast.fan,
            self._cast.other_fan,
            self._cast.stranger,
        )
        yield events.Scene("Fans buy licenses of the last one, and somebody tips")
        yield from self._sell(dara, self._second, COMMERCIAL, FAN_PRICE, self._token, emil, count=3)
        yield from self._sell(dara, self._second, COMMERCIAL, FAN_PRICE_ETH, ETH, fay, count=2)
        yield events.Doing(f"{gus.name} tips")
        with self._step(f"{gus.name} tips Chen's work in ETH"):
            self._by(gus).pay(self._first, TIP)
        self._books.pay(gus.name, self._names[self._first], ETH, TIP)
        yield events.Tipped(gus, self._names[self._first], TIP, ETH)

    def _without_money(self) -> Iterator[events.Event]:
        ivo, hana = self._cast.newcomer, self._cast.platform
        yield events.Scene(f"{ivo} has no money at all, and certifies")
        picture = another(self._picture, self._fingerprint)
        self._newcomers_picture, name = picture, title_of(picture)
        share = Payee(hana.address, PLATFORM_SHARE)
        file = self._folder / "signed-certificate.json"
        self._by(ivo).sign_certificate(picture, name=name, payees=[share]).save(file)
        yield events.Signed(ivo, f"a certificate, of whose income {hana.name} gets 7.77%")
        yield events.Doing(f"{hana.name} sends it")
        with self._step(f"{hana.name} certifies for {ivo.name}"):
            made = self._by(hana).submit(SignedCertificate.load(file))
        self._books.work(name, ivo.name)
        self._books.payee(name, hana.name, PLATFORM_SHARE)
        self._newcomers = [made.work_id]
        yield self._certified(ivo, made, name, picture)

    def _negotiation(self) -> Iterator[events.Event]:
        ivo, brio = self._cast.newcomer, self._cast.brand
        work, token = self._newcomers[0], self._token
        yield events.Scene(f"{brio} bids, and {ivo.name} answers")
        yield events.Doing(f"{brio.name} bids")
        with self._step(f"{brio.name} bids and approves the price"):
            bid = self._by(brio).bid(work, COMMERCIAL, price=BID, token=token)
        yield events.Proposed(brio, self._names[work], BID, token, is_bid=True)
        answer = self._by(ivo).counter(bid, price=ANSWER)
        yield events.Proposed(ivo, self._names[work], ANSWER, token, is_bid=False)
        yield events.Doing(f"{brio.name} accepts")
        with self._step(f"{brio.name} accepts {ivo.name}'s answer, in DUSD"):
            bought = self._by(brio).buy(answer, max_price=ANSWER)
        yield self._sold(brio, work, bought, COMMERCIAL, ANSWER, token)

    def _first_sale(self) -> Iterator[events.Event]:
        ivo, emil = self._cast.newcomer, self._cast.fan
        yield events.Scene(f"{emil} buys a work that is only signed")
        source = self._newcomers_picture
        picture = edits.mirrored_duotone(source, self._folder / "newcomer.png")
        name = f"{title_of(source)}, mirrored"
        file, offer_file = (self._folder / f"signed-{kind}.json" for kind in ("work", "offer"))
        certificate = self._by(ivo).sign_certificate(picture, name=name)
        certificate.save(file)
        offer = self._by(ivo).sign_offer(certificate, COMMERCIAL, price=FIRST_SALE_PRICE)
        offer.save(offer_file)
        yield events.Signed(ivo, "a certificate and an offer")
        yield events.Doing(f"{emil.name} certifies and buys")
        with self._step(f"{emil.name} certifies for {ivo.name} and buys, in ETH"):
            bought = self._by(emil).certify_and_buy(
                SignedCertificate.load(file),
                SignedOffer.load(offer_file),
                max_price=FIRST_SALE_PRICE,
            )
        work = bought[0].work
        self._books.work(name, ivo.name)
        self._newcomers.append(work)
        self._owners[work], self._names[work] = ivo, name
        found = self._client.work(work)
        yield events.Certified(ivo, found, certificate.content_cid, picture, None)
        yield self._sold(emil, work, bought, COMMERCIAL, FIRST_SALE_PRICE, ETH)

    def _delivery(self) -> Iterator[events.Event]:
        dara, fay = self._cast.second, self._cast.other_fan
        work, token = self._second, self._token
        yield events.Scene(f"{fay} pays for a file, and the price waits")
        offer = self._by(dara).sign_offer(
            work,
            COMMERCIAL,
            price=DELIVERY_PRICE,
            token=token,
            deliver_within=DELIVER_WITHIN,
            challenge_window=CHALLENGE_WINDOW,
        )
        yield events.Doing(f"{fay.name} pays")
        before = self._client.earnings(work, token=token).credit
        with self._step(f"{fay.name} pays for a delivery, in DUSD"):
            deal = self._by(fay).order(offer, max_price=DELIVERY_PRICE)
        yield events.Waiting(fay, dara, self._names[work], DELIVERY_PRICE, token)
        question = f"Has {dara.name} been paid before delivering?"
        paid = self._client.earnings(work, token=token).credit != before
        yield events.Asked(question, paid)
        if paid:
            raise UnexpectedAnswer(question, paid)
        with self._step(f"{dara.name} posts the delivery"):
            self._by(dara).deliver(deal, self._folder / "four-times.png")
        yield events.Delivered(dara, "four-times.png")
        yield events.Doing(f"{fay.name} confirms")
        with self._step(f"{fay.name} confirms, {dara.name} is paid"):
            bought = self._by(fay).release(deal)
        yield self._sold(fay, work, bought, COMMERCIAL, DELIVERY_PRICE, token)

    def _payday(self) -> Iterator[events.Event]:
        yield events.Scene("Everybody is paid")
        for work in (self._original, self._first, self._second):
            owner = self._owners[work]
            for token in (self._token, ETH):
                yield events.Doing(f"{owner.name} collects")
                due = self._client.earnings(work, token=token).total
                with self._step(f"{owner.name} collects in {self._symbol(token)}"):
                    got = self._by(owner).collect(work, token=token, min_gain=1)
                yield events.Collected(
                    owner, got.amount, token, len(got.path), got.receipt.gas_used
                )
                if got.amount != due:
                    raise UnexpectedAnswer(f"{owner.name} was told to get {due}", got.amount)
        fay, gus = self._cast.other_fan, self._cast.stranger
        dara = self._cast.second
        yield from self._sell(dara, self._second, COMMERCIAL, FAN_PRICE, self._token, fay)
        yield events.Doing(f"{gus.name} pays out for everybody")
        path = [self._second, self._first, self._original]
        with self._step(f"{gus.name} pays everybody out in DUSD"):
            receipt = self._by(gus).distribute(path, token=self._token)
        yield events.Distributed(gus, self._token, receipt.gas_used)
        yield from self._newcomers_payday()

    def _newcomers_payday(self) -> Iterator[events.Event]:
        """The platform, a payee, pays out itself and the newcomer, who never needs ETH for that."""
        ivo, hana = self._cast.newcomer, self._cast.platform
        for token in (self._token, ETH):
            symbol = self._symbol(token)
            yield events.Doing(f"{hana.name} pays out {ivo.name}")
            before = self._client.balance(ivo.address, token=token)
            with self._step(f"{hana.name} pays out {ivo.name} and herself, in {symbol}"):
                receipt = self._by(hana).distribute(self._newcomers, token=token)
            got = self._client.balance(ivo.address, token=token) - before
            yield events.PaidOut(hana, ivo, got, token, receipt.gas_used)
        sent = self._rpc.nonce(ivo.address)
        if sent:
            raise UnexpectedAnswer(f"How many transactions did {ivo.name} send?", sent)

    def _recognize(self) -> Iterator[events.Event]:
        yield events.Scene("Is that the same picture?")
        copy = edits.edited_copy(self._picture, self._folder / "copy.jpg")
        other = unlike(self._fingerprint)
        for what, picture, level, certain in (
            ("the file itself", self._picture, Level.EXACT, True),
            ("a copy: smaller, watermarked, a JPEG", copy, Level.SIMILAR, self._sure),
            ("another picture", other, Level.DIFFERENT, self._sure),
        ):
            yield events.Doing(f"Comparing {what}")
            verdict = self._client.verify(picture)
            yield events.Compared(what, picture, verdict, limit_of(self._fingerprint))
            # The copy is sure to be like the original, but the surest match must be that one.
            best = verdict.matches[0].work if verdict.matches else self._original
            if certain and (verdict.level, best) != (level, self._original):
                raise UnexpectedAnswer(f"What is {what}?", verdict.level.value)

    # ----------------------------------------------------------------- steps

    def _sell(
        self,
        seller: Wallet,
        work: int,
        terms: Terms,
        price: int,
        token: str,
        buyer: Wallet,
        *,
        count: int = 1,
    ) -> Iterator[events.Event]:
        """The owner posts an offer, the buyer takes all of it."""
        yield events.Doing(f"{seller.name} offers, {buyer.name} buys")
        symbol = self._symbol(token)
        kind = "remix" if terms.grant & Rights.DERIVE else "commercial"
        with self._step(f"{seller.name} offers a {kind} license for {symbol}"):
            offer = self._by(seller).offer(work, terms, price=price, token=token, quantity=count)
        with self._step(f"{buyer.name} buys {count} from {seller.name}, in {symbol}"):
            bought = self._by(buyer).buy(offer.hash, max_price=price * count, count=count)
        self._last_license = bought[-1].id
        yield self._sold(buyer, work, bought, terms, price * count, token)

    def _sold(
        self,
        buyer: Wallet,
        work: int,
        bought: Sequence[License],
        terms: Terms,
        price: int,
        token: str,
    ) -> events.Sold:
        """Writes a sale into the books."""
        name = self._names[work]
        self._books.pay(buyer.name, name, token, price)
        licenses = tuple(entry.id for entry in bought)
        return events.Sold(buyer, name, licenses, terms, price, token)

    def _derive(
        self, creator: Wallet, picture: Path, name: str, parent: int, terms: Terms
    ) -> Generator[events.Event, None, int]:
        """The creator certifies a derivative under the license bought last; returns its id."""
        yield events.Doing(f"{creator.name} certifies the derivative")
        with self._step(f"{creator.name} certifies a derivative"):
            made = self._by(creator).derive(picture, licenses=[self._last_license], name=name)
        parents = [(self._names[parent], terms.income, terms.volume)]
        self._books.work(name, creator.name, parents)
        yield self._certified(creator, made, name, picture, self._names[parent])
        return made.work_id

    def _certified(
        self, owner: Wallet, made: Certificate, name: str, picture: Path, parent: str | None = None
    ) -> events.Certified:
        self._owners[made.work_id] = owner
        self._names[made.work_id] = name
        work = self._client.work(made.work_id)
        return events.Certified(owner, work, made.content_cid, picture, parent)

    def _by(self, wallet: Wallet) -> GenIP:
        return self._client.using(wallet.account)

    def _symbol(self, token: str) -> str:
        return self._client.token(token).symbol

    @contextmanager
    def _step(self, text: str) -> Iterator[None]:
        before = self._rpc.block().number
        yield
        spent = spent_since(self._rpc, before)
        gas, wei = sum(one.gas for one in spent), sum(one.wei for one in spent)
        self._steps.append(Step(text, len(spent), gas, wei))

    # ---------------------------------------------------------------- report

    def _report(self) -> Report:
        earned = {
            work: {token: self._books.owners(name, token) for token in (self._token, ETH)}
            for work, name in self._names.items()
        }
        return Report(
            lineages=tuple(
                self._client.lineage(work) for work in (self._original, *self._newcomers)
            ),
            works={work: self._client.work(work) for work in self._names},
            owners={work: str(owner) for work, owner in self._owners.items()},
            earned=earned,
            steps=tuple(self._steps),
            lines=tuple(self._lines()),
        )

    def _lines(self) -> Iterator[Line]:
        """Every wallet's account in both tokens, and what the contracts keep."""
        gas: dict[str, int] = {}
        for spent in spent_since(self._rpc, 0):
            gas[spent.sender] = gas.get(spent.sender, 0) + spent.wei
        for token in (ETH, self._token):
            for wallet in self._cast.all():
                burned = gas.get(wallet.address, 0) if token == ETH else 0
                held = self._client.balance(wallet.address, token=token)
                yield self._books.line(wallet.name, token, burned, held)
            contracts = self._client.deployment.addresses()
            held = self._client.balance(contracts["RoyaltySplitter"], token=token)
            yield self._books.left_behind("the splitter", token, held)
            held = self._client.balance(contracts["LicenseMarketplace"], token=token)
            yield Line("the marketplace", token, 0, 0, 0, 0, 0, held)
