"""What is taken of an offer, and purchases that their buyers signed for others to submit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

from gen_ip import arguments
from gen_ip import statement_files as files
from gen_ip.calls.marketplace import Authorization
from gen_ip.market.offers import Offer, SignedOffer
from gen_ip.signing.eip712 import BadStatement, Struct
from gen_ip.signing.payments import Chosen
from gen_ip.signing.statements import NOBODY
from gen_ip.work import ETH

SIGNED_PURCHASE = "gen-ip/signed-purchase/1"

# Never signed: its text serves for JSON files only.
_AUTHORIZATION = Struct(
    "Authorization",
    "address from,uint256 validAfter,uint256 validBefore,uint8 v,bytes32 r,bytes32 s",
    Authorization,
)


@dataclass(frozen=True)
class Purchase:
    """What is taken of an offer.

    Attributes:
        offer: posted or signed.
        count: how many licenses.
        recipient: who gets them; None for the buyer.
        work: which work of the offer's set; None where it names one.
        renew: the license to renew instead of issuing one; 0 for none.
    """

    offer: Offer | SignedOffer
    count: int = 1
    recipient: str | None = None
    work: int | None = None
    renew: int = 0

    @property
    def terms_of_sale(self) -> Offer:
        """The offer without its signature."""
        return self.offer.offer if isinstance(self.offer, SignedOffer) else self.offer

    @property
    def subject(self) -> int:
        """The work."""
        return self.terms_of_sale.work if self.work is None else self.work

    @property
    def total(self) -> int:
        """The price of all of it, in the token's smallest unit."""
        return self.terms_of_sale.price * self.count

    @property
    def buys(self) -> bool:
        """Whether who fills the offer is the buyer."""
        return not self.terms_of_sale.kind.is_bid

    @property
    def value(self) -> int:
        """The ETH to send along, in wei."""
        return self.total if self.buys and self.terms_of_sale.token == ETH else 0

    @property
    def owes(self) -> bool:
        """Whether who fills the offer pays in an ERC-20 token."""
        return self.buys and self.total > 0 and self.value == 0

    @property
    def chosen(self) -> Chosen:
        """What the nonce of an ERC-3009 authorization binds."""
        return Chosen(self.subject, self.count, self.recipient or NOBODY, self.renew)


@dataclass(frozen=True)
class SignedPurchase(files.Statement):
    """Licenses that `buyer` pays for by an ERC-3009 authorization: whoever holds it may submit it
    before `valid_before`, in seconds since the epoch, and pays the gas.

    Attributes:
        offer: the ask; without an approval where it was posted.
        count: how many licenses.
        licensee: who gets them; None for the buyer.
        authorization: of the price, signed.
    """

    offer: SignedOffer
    count: int
    licensee: str | None
    authorization: Authorization = field(repr=False)

    @property
    def buyer(self) -> str:
        """Who pays."""
        return self.authorization.sender

    @property
    def valid_before(self) -> int:
        """From this second on it cannot be submitted."""
        return self.authorization.valid_before

    def to_json(self) -> dict[str, Any]:
        """For JSON; `from_json` reads it back."""
        return {
            "format": SIGNED_PURCHASE,
            "offer": self.offer.to_json(),
            "count": str(self.count),
            "licensee": self.licensee,
            "authorization": _AUTHORIZATION.message(self.authorization),
        }

    @classmethod
    def from_json(cls, document: object) -> Self:
        """What `to_json` wrote. Whether the signature is the buyer's, the token says.

        Raises:
            BadStatement: it is something else.
        """
        names = ("offer", "count", "licensee", "authorization")
        found = files.members(document, SIGNED_PURCHASE, names)
        text = files.text(found, "count")
        if not text.isascii() or not text.isdecimal() or len(text) > 39 or int(text) == 0:
            raise BadStatement("count", text, "how many licenses, as a decimal number")
        licensee = found["licensee"]
        if licensee is not None:
            try:
                licensee = arguments.address("licensee", licensee)
            except arguments.InvalidArgument as error:
                raise BadStatement("licensee", licensee, error.expected) from None
        return cls(
            SignedOffer.from_json(found["offer"]),
            int(text),
            licensee,
            _AUTHORIZATION.parse(found["authorization"], "authorization"),
        )
