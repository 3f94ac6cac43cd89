"""The client's part for who owns certificates and licenses, apart from selling them."""

from __future__ import annotations

from collections.abc import Sequence

from gen_ip import arguments
from gen_ip.arguments import InvalidArgument
from gen_ip.chain.receipts import Receipt
from gen_ip.chain.reverts import NotIssuer
from gen_ip.content import metadata as metadata_format
from gen_ip.content.metadata import PublishedCopy
from gen_ip.methods.connection import Connection
from gen_ip.signing.statements import NOBODY, Payee
from gen_ip.terms import Terms
from gen_ip.work import ETH
from gen_ip.works import documents
from gen_ip.works.documents import Content
from gen_ip.works.licenses import License


class Owning(Connection):
    """See `gen_ip.client.GenIP`."""

    # ------------------------------------------------------------ certificate

    def transfer(self, work: int | str, to: str) -> Receipt:
        """Gives a certificate away, with all income that nobody has drawn. Offers, allowed markets
        and the payout address of the account end with it; licenses sold do not.

        Raises:
            UnknownWork, NotOwner: it is not the account's.
            ToTill: `to` is a work's till.
        """
        number = arguments.work_id("work", work)
        self._registry.require_owner(number, self._session.account.address)
        call = self.calls.registry.transfer(self._session.account.address, to, number)
        return self._session.send(call)

    def revise_metadata(
        self,
        work: int | str,
        *,
        name: str | None = None,
        description: str | None = None,
        copies: Sequence[PublishedCopy] = (),
    ) -> Receipt:
        """Publishes a new version of a work's metadata, with another name, another description, or
        more copies (`Copy.published`). The content, and all else that is said of it, stay.

        Raises:
            InvalidArgument: nothing is to change.
            UnknownWork, NotOwner: it is not the account's.
            ContentNotFound, MetadataError: the store does not hold the metadata as it stands, or a
                text does not fit.
            StoreError: the store does not take the new version; the chain is not touched then.
        """
        if name is None and description is None and not copies:
            raise InvalidArgument("the name, as the description,", None, "one of them at least")
        number = arguments.work_id("work", work)
        self._registry.require_owner(number, self._session.account.address)
        content_hash = self._registry.claim(number).content_hash
        digest = self._session.read("IPRegistry", "metadata", number)
        document = documents.fetch(self.store, digest, content_hash)
        if name is not None:
            document["name"] = name
        if description is not None:
            document["description"] = description
        if copies:
            part = document["gen_ip"]
            by_hash = {each["sha256"]: each for each in (*part.get("copies", ()), *copies)}
            part["copies"] = list(by_hash.values())
        encoded = metadata_format.encode(document)
        call = self.calls.registry.revise_metadata(number, documents.digest(encoded))
        self._session.simulate(call)
        self.store.put_block(encoded)
        return self._session.send(call)

    def relate(self, earlier: int | str, later: int | str, evidence: Content) -> Receipt:
        """States on chain that a later work is related to an earlier one of the account; `evidence`
        is a document that says how, of which the sha2-256 goes on chain. Without effect on either.

        Raises:
            UnknownWork, NotOwner: `earlier` is not the account's.
            NotEarlier: it does not have the earlier claim.
            FileProblem: the document is not usable.
        """
        digest = documents.content_hash(evidence)
        return self._session.send(self.calls.registry.relate(earlier, later, digest))

    # ----------------------------------------------------------------- income

    def set_payout(self, work: int | str, to: str | None) -> Receipt:
        """Where anybody may have the owner's part of a work paid to (`distribute`), until the
        certificate moves; None for nowhere.

        Raises:
            UnknownWork, NotOwner: it is not the account's.
            InvalidReceiver: `to` cannot be paid.
        """
        return self._session.send(
            self.calls.splitter.set_payout(work, NOBODY if to is None else to)
        )

    def payout(self, work: int | str) -> str | None:
        """The payout address that holds now, None for none.

        Raises:
            UnknownWork: it is not certified.
        """
        number = arguments.work_id("work", work)
        found = self._session.read("RoyaltySplitter", "payoutOf", number)
        return None if found == NOBODY else str(found)

    def add_payee(self, work: int | str, payee: Payee) -> Receipt:
        """Gives a share of all that is drawn from a work from now on, for ever: it cannot be taken
        back, by later owners neither.

        Raises:
            UnknownWork, NotOwner: it is not the account's.
            InvalidPayee, PayeesShareTooMuch, TooManyPayees: as their names say.
        """
        arguments.instance("payee", payee, Payee, "gen_ip.Payee(address, basis points)")
        return self._session.send(self.calls.splitter.add_payee(work, payee.to, payee.share))

    def draw(self, work: int | str, *, token: str = ETH) -> Receipt:
        """Moves a work's credit into the balances of its owner and payees. Anyone may.

        Raises:
            UnknownWork: it is not certified.
        """
        return self._session.send(self.calls.splitter.draw(work, token))

    def rescue(
        self,
        content_hash: bytes | str,
        home_chain_id: int,
        *,
        token: str = ETH,
        to: str | None = None,
    ) -> Receipt:
        """Saves what was sent on this chain to the till of a work of the account that is at home on
        another chain, or was credited to it; to `to` (default: the account).

        Raises:
            AtHome: the work is at home on this chain; `sweep` it.
            NothingReceived: there is nothing.
        """
        me, receiver = self._session.account.address, self._session.receiver(to)
        call = self.calls.splitter.rescue(me, content_hash, home_chain_id, token, receiver)
        return self._session.send(call)

    # --------------------------------------------------------------- licenses

    def issue(
        self, work: int | str, terms: Terms, to: str, *, count: int = 1, start: int = 0
    ) -> list[License]:
        """Gives licenses of a work of the account away, without a price: up to 100 at once, which
        begin at `start` (seconds since the epoch; 0 for now). Registers the terms.

        Raises:
            UnknownWork, NotIssuer: the account may not issue its licenses.
            ExceedsCeiling, MissingObligations, OutlivesWork, ShareAlikeRequired: the terms do not
                fit what the work stands on.
            SoldExclusively, NothingLeftToShare, SalesSuspended: nobody can sell such licenses now.
            InvalidStart, InvalidCount: as their names say.
        """
        arguments.instance("terms", terms, Terms, "gen_ip.Terms, such as terms.COMMERCIAL")
        number = arguments.work_id("work", work)
        call = self.calls.license.issue(number, terms.hash(), to, count=count, start=start)
        self._require_issuer(number)
        self._licenses.register_for(number, terms)
        receipt = self._session.send(call)
        issued = [each for each in receipt.events if each.name == "LicenseIssued"]
        return [self._licenses.get(each.args["license_id"], receipt) for each in issued]

    def renew(self, license_id: int) -> License:
        """Lets a running license of a work of the account run for its terms' duration more, without
        a price.

        Raises:
            UnknownLicense: it does not exist.
            NotIssuer: the account may not issue licenses of its work.
            NotRenewable: it has ended, never ends, or would run too long.
            LicenseIsRevoked, SoldExclusively, SalesSuspended: as their names say.
        """
        receipt = self._session.send(self.calls.license.renew(license_id))
        return self._licenses.get(license_id, receipt)

    def transfer_license(self, license_id: int, to: str) -> Receipt:
        """Gives a license of the account to another licensee, where its terms allow it.

        Raises:
            UnknownLicense: it does not exist.
            LicenseLocked: its terms do not allow it.
            TransferFromIncorrectOwner: it is not the account's.
        """
        number = self._licenses.get(license_id).id
        me = self._session.account.address
        return self._session.send(self.calls.license.transfer(me, to, number))

    def allow_market(self, work: int | str, market: str, *, allowed: bool = True) -> Receipt:
        """Lets a contract issue licenses of a work (an auction, a subscription) until the
        certificate moves; or, with `allowed=False`, no longer.

        Raises:
            UnknownWork, NotOwner: it is not the account's.
        """
        return self._session.send(self.calls.license.allow_market(work, market, allowed))

    def is_market_allowed(self, work: int | str, market: str) -> bool:
        """Whether a contract may issue licenses of a work now.

        Raises:
            UnknownWork: it is not certified.
        """
        number = arguments.work_id("work", work)
        address = arguments.address("market", market)
        return bool(self._session.read("IPLicense", "isMarketAllowed", number, address))

    def _require_issuer(self, work: int) -> None:
        me = self._session.account.address
        owner, _ = self._registry.ownership(work)
        if me != owner and not self.is_market_allowed(work, me):
            raise NotIssuer(work, me, owner)
