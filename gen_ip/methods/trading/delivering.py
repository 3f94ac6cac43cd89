"""The client's part for sales with a delivery, whose price waits."""

from __future__ import annotations

import hashlib

from gen_ip import arguments
from gen_ip.chain.events import Event
from gen_ip.chain.receipts import Receipt
from gen_ip.deals import Deal
from gen_ip.market.token_signatures import PaymentMethod
from gen_ip.methods.trading.trader import AnyOffer, Trader
from gen_ip.works import documents
from gen_ip.works.documents import Content
from gen_ip.works.licenses import License


class Delivering(Trader):
    """See `gen_ip.client.GenIP`."""

    def order(
        self,
        offer: AnyOffer,
        *,
        max_price: int,
        count: int = 1,
        licensee: str | None = None,
        payment: PaymentMethod = "approve",
    ) -> Deal:
        """Pays the price of an offer with delivery, where it waits. The licenses are issued when
        the account confirms the delivery, or when a delivery stands unchallenged.

        Raises:
            InvalidArgument: the offer is without delivery (see `buy`).
            ContractError, PriceTooHigh, InsufficientFunds: as in `buy`.
        """
        purchase = self._purchase(offer, count, licensee, delivery=True)
        receipt = self._filling.fill(purchase, max_price=max_price, payment=payment)
        return self._escrow.opened(receipt)

    def accept_order(self, bid: AnyOffer, *, work: int | str | None = None, count: int = 1) -> Deal:
        """Takes a bid with delivery: its price waits from now on, and the account delivers.

        Raises:
            InvalidArgument: the bid is without delivery (see `accept`).
            BeyondUpstream, ContractError: as in `accept`.
        """
        return self._escrow.opened(self._fill_bid(bid, work, count, delivery=True))

    def deals(self, work: int | str) -> list[Deal]:
        """Deals about licenses of a work, open or not, oldest first."""
        return self._escrow.of_work(arguments.work_id("work", work))

    def get_deal(self, deal_hash: bytes | str) -> Deal:
        """A deal as it stands.

        Raises:
            UnknownDeal: none of this hash was opened.
        """
        return self._escrow.get(arguments.bytes32("deal", deal_hash))

    def deal_history(self, deal_hash: bytes | str) -> list[Event]:
        """What happened to a deal since it was opened, oldest first: `Delivered`, `Challenged`, and
        `DealReleased` or `DealRefunded` (`gen_ip.chain.events`). Empty for a deal that is none."""
        return self._escrow.history(arguments.bytes32("deal", deal_hash))

    def deliver(self, deal: Deal, content: Content) -> Receipt:
        """Posts that `content` was delivered, by its sha2-256. For the seller, in time; how the
        buyer gets the content itself is between the two.

        Raises:
            NotParty: the account is not the seller.
            NotInTime: it is too late, or a delivery stands already.
            DealNotOpen: it was released or refunded.
            FileProblem: the content is not usable.
        """
        return self._escrow.deliver(deal, documents.content_hash(content))

    def challenge(self, deal: Deal, reason: str) -> Receipt:
        """Voids a posted delivery, while it can be challenged. For the buyer; the sha2-256 of the
        reason goes on chain. The seller may deliver again until `deal.deliver_by`; without a
        delivery that stands the price can be refunded after that.

        Raises:
            NotParty: the account is not the buyer.
            NotInTime: nothing was delivered, or it is too late.
            DealNotOpen: it was released or refunded.
        """
        return self._escrow.challenge(deal, hashlib.sha256(reason.encode()).digest())

    def release(self, deal: Deal) -> list[License]:
        """Pays the work and issues the licenses: by the buyer, who confirms, at any time; by anyone
        once a delivery stands unchallenged.

        Raises:
            NotInTime: the account is not the buyer, and no delivery stands yet.
            DealOutdated: the certificate was sold, or the work bound otherwise, since.
            DealNotOpen: it was released or refunded.
        """
        return self._escrow.release(deal)

    def refund(self, deal: Deal, *, to: str | None = None) -> Receipt:
        """Takes the price back, to `to` (default: the account): for the buyer, when nothing was
        delivered in time, or the deal is outdated.

        Raises:
            NotParty: the account is not the buyer.
            NotInTime: the seller still has time, or has delivered.
            DealNotOpen: it was released or refunded.
        """
        return self._escrow.refund(deal, to)
