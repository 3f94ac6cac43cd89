"""Offers as values: what is traded on which conditions, posted on chain or signed in a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self, TypedDict, Unpack

from gen_ip import arguments
from gen_ip import statement_files as files
from gen_ip.chain.receipts import Receipt
from gen_ip.signing.eip712 import BadStatement, Struct
from gen_ip.signing.merkle import MerkleTree
from gen_ip.signing.offers import (
    APPROVAL,
    OFFER,
    Approval,
    FeeShare,
    OfferKind,
    OfferStruct,
    work_leaf,
)
from gen_ip.signing.statements import NOBODY
from gen_ip.terms import Rights, Terms
from gen_ip.terms.terms import InvalidTerms

NO_HASH = bytes(32)
SIGNED_OFFER = "gen-ip/signed-offer/1"


CHALLENGE_WINDOW = 3 * 24 * 3600
"""Seconds that a buyer has to challenge a delivery, unless an offer says otherwise."""


@dataclass(frozen=True)
class Conditions:
    """What an offer may ask for beside its price.

    Attributes:
        taker: the only account that may fill it; None for anyone.
        valid_from: first second it can be filled; 0 for at once.
        deadline: last second it can be filled; 0 for no end.
        fees: parts of the price for others, at most 1,000 basis points together.
        uncontested: whether no other work may be certified for the same bytes.
        deliver_within: seconds the seller has to deliver, while the price waits; 0 for no escrow.
        challenge_window: seconds the buyer has to challenge a posted delivery; None for three days
            where there is one. With 0 anyone may release the price a second after the delivery.
    """

    taker: str | None = None
    valid_from: int = 0
    deadline: int = 0
    fees: Sequence[FeeShare] = ()
    uncontested: bool = False
    deliver_within: int = 0
    challenge_window: int | None = None

    @property
    def window(self) -> int:
        """Seconds to challenge a delivery."""
        if self.challenge_window is None:
            return CHALLENGE_WINDOW if self.deliver_within else 0
        return self.challenge_window


class SaleConditions(TypedDict, total=False):
    """The fields of `Conditions`, which says what they mean, as keywords of methods; those of
    delivery apart."""

    taker: str | None
    valid_from: int
    deadline: int
    fees: Sequence[FeeShare]
    uncontested: bool


class OfferConditions(SaleConditions, total=False):
    """All fields of `Conditions`, as keywords of methods."""

    deliver_within: int
    challenge_window: int | None


def sale_conditions(**conditions: Unpack[SaleConditions]) -> Conditions:
    """The conditions of a certificate's sale, which knows no delivery.

    Raises:
        TypeError: one is not among them.
    """
    if unknown := conditions.keys() - SaleConditions.__optional_keys__:
        raise TypeError(f"certificates are sold without {', '.join(sorted(unknown))}")
    return Conditions(**conditions)


@dataclass(frozen=True)
class Offer:
    """Licenses of a work, or its certificate, at a price.

    Attributes:
        maker: who made it: for asks the owner of the certificate, for bids the buyer.
        work: the work; 0 where `works_root` names a set of works.
        token: ERC-20 of the price, or `gen_ip.ETH`.
        price: of one license or of the certificate, in the token's smallest unit.
        quantity: most licenses the offer trades; `filled` how many it has traded.
        transfers: how often the certificate had changed hands when an ask was made.
        deadline: last second it can be filled; 0 for no end. `valid_from` the first.
        encumbrance: what bound the work when an offer that names it was made.
        counter_to: hash of the taker's offer that this one answers; 0 for none.
        counter: the maker's when it was made; an older one was cancelled with all others.
        terms: None when they are not known (nobody registered them).
        open: posted, when it was read: and not cancelled.
        receipt: of the transaction that posted it, where this client sent it.

    The others are those of `Conditions`.
    """

    maker: str
    work: int
    terms_hash: bytes
    token: str
    price: int
    quantity: int
    transfers: int
    deadline: int
    salt: int
    fees: tuple[FeeShare, ...] = ()
    kind: OfferKind = OfferKind.LICENSE_ASK
    taker: str = NOBODY
    works_root: bytes = NO_HASH
    encumbrance: bytes = NO_HASH
    valid_from: int = 0
    counter_to: bytes = NO_HASH
    uncontested: bool = False
    deliver_within: int = 0
    challenge_window: int = 0
    counter: int = 0
    terms: Terms | None = field(default=None, compare=False)
    filled: int = field(default=0, compare=False)
    open: bool = field(default=False, compare=False)
    receipt: Receipt | None = field(default=None, compare=False, repr=False)

    @cached_property
    def hash(self) -> bytes:
        """What the marketplace knows the offer by: its EIP-712 struct hash.

        Raises:
            BadStatement: a value does not fit.
        """
        return OFFER.hash(self.as_tuple())

    @property
    def left(self) -> int:
        """Licenses still to trade, when the offer was read."""
        return self.quantity - self.filled

    @property
    def has_delivery(self) -> bool:
        """Whether the price waits for a delivery."""
        return self.deliver_within > 0

    def as_tuple(self) -> OfferStruct:
        """The contract's struct."""
        return OfferStruct(
            kind=int(self.kind),
            maker=self.maker,
            taker=self.taker,
            work=self.work,
            works_root=self.works_root,
            terms_hash=self.terms_hash,
            token=self.token,
            price=self.price,
            quantity=self.quantity,
            transfers=self.transfers,
            encumbrance=self.encumbrance,
            valid_from=self.valid_from,
            deadline=self.deadline,
            counter_to=self.counter_to,
            uncontested=self.uncontested,
            deliver_within=self.deliver_within,
            challenge_window=self.challenge_window,
            counter=self.counter,
            salt=self.salt,
            fees=self.fees,
        )

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids and amounts as decimal strings, hashes as hex."""
        return {
            "offer": f"0x{self.hash.hex()}",
            "kind": self.kind.name.lower(),
            "work": str(self.work),
            "maker": self.maker,
            "taker": None if self.taker == NOBODY else self.taker,
            "token": self.token,
            "price": str(self.price),
            "quantity": str(self.quantity),
            "filled": str(self.filled),
            "open": self.open,
            "valid_from": self.valid_from or None,
            "deadline": self.deadline or None,
            "transfers": self.transfers,
            "uncontested": self.uncontested,
            "deliver_within": self.deliver_within or None,
            "challenge_window": self.challenge_window if self.has_delivery else None,
            "counter_to": None if self.counter_to == NO_HASH else f"0x{self.counter_to.hex()}",
            "salt": str(self.salt),
            "fees": [fee._asdict() for fee in self.fees],
            "terms_hash": f"0x{self.terms_hash.hex()}",
            "terms": self.terms.to_json() if self.terms else None,
            "receipt": self.receipt.to_json() if self.receipt else None,
        }


def from_struct(struct: OfferStruct, terms: Terms | None = None, **read: Any) -> Offer:
    """The offer behind a contract's struct."""
    values = struct._asdict()
    fees = tuple(FeeShare(*fee) for fee in values.pop("fees"))
    kind = OfferKind(values.pop("kind"))
    return Offer(**values, kind=kind, fees=fees, terms=terms, **read)


@dataclass(frozen=True)
class SignedOffer(files.Statement):
    """An offer that its maker signed instead of posting: whoever holds it may fill it.

    Attributes:
        offer: what was signed.
        approval: the signature, with what it takes to check it.
        marketplace: the contract it is for.
        chain_id: the chain it is for.
        works: the works of the set, where the offer names one.
    """

    offer: Offer
    approval: Approval = field(repr=False)
    marketplace: str
    chain_id: int
    works: tuple[int, ...] = ()

    @property
    def hash(self) -> bytes:
        """The offer's hash."""
        return self.offer.hash

    @property
    def is_delegated(self) -> bool:
        """Whether a delegate signed in the maker's name."""
        return self.approval.delegation.delegate != NOBODY

    def works_path(self, work: int) -> tuple[bytes, ...]:
        """The proof that a work is one of the set; empty where the offer names one work.

        Raises:
            InvalidArgument: it is not.
        """
        if not self.works:
            return ()
        if work not in self.works:
            raise arguments.InvalidArgument("work", work, "one of the offer's works")
        return works_tree(self.works).path(self.works.index(work))

    def to_json(self) -> dict[str, Any]:
        """For JSON; `from_json` reads it back."""
        terms = self.offer.terms
        return {
            "format": SIGNED_OFFER,
            "marketplace": self.marketplace,
            "chain_id": self.chain_id,
            "offer": OFFER.message(self.offer.as_tuple()),
            "approval": APPROVAL.message(self.approval),
            "terms": TERMS.message(terms.as_tuple()) if terms else None,
            "works": [str(work) for work in self.works],
        }

    @classmethod
    def from_json(cls, document: object) -> Self:
        """What `to_json` wrote. Whether the signature is the maker's, the contract says.

        Raises:
            BadStatement: it is something else, or terms or works are not those signed.
        """
        names = ("marketplace", "chain_id", "offer", "approval", "terms", "works")
        found = files.members(document, SIGNED_OFFER, names)
        struct = OFFER.parse(found["offer"], "offer")
        if struct.kind not in list(OfferKind):
            raise BadStatement("offer.kind", struct.kind, "0 to 3")
        terms = _terms(found["terms"], struct.terms_hash)
        chain_id = files.chain_id(found, "chain_id")
        works = _works(found["works"], struct.works_root)
        return cls(
            from_struct(struct, terms),
            APPROVAL.parse(found["approval"], "approval"),
            files.address(found, "marketplace"),
            chain_id,
            works,
        )


TERMS: Struct[Any] = Struct(
    "Terms",
    "uint16 grant,uint16 pass,uint16 income,uint16 volume,uint40 duration,uint32 units,"
    "bytes32 legal",
    lambda grant, pass_, *rest: Terms(Rights(grant), Rights(pass_), *rest),
)


def works_tree(works: Sequence[int]) -> MerkleTree:
    """The tree over a set of works.

    Raises:
        EmptyTree: there are none.
    """
    return MerkleTree([work_leaf(work) for work in works])


def _terms(document: object, terms_hash: bytes) -> Terms | None:
    if document is None:
        return None
    try:
        terms: Terms = TERMS.parse(document, "terms")
    except InvalidTerms as error:
        raise BadStatement("terms", error.value, str(error)) from None
    if terms.hash() != terms_hash:
        raise BadStatement("terms", f"0x{terms.hash().hex()}", f"0x{terms_hash.hex()}")
    return terms


def _works(document: object, root: bytes) -> tuple[int, ...]:
    if not isinstance(document, list):
        raise BadStatement("works", document, "a list")
    try:
        works = tuple(arguments.work_id("works", work) for work in document)
    except arguments.InvalidArgument as error:
        raise BadStatement("works", error.value, error.expected) from None
    if (works_tree(works).root if works else NO_HASH) != root:
        raise BadStatement("works", len(works), "the works of the offer's set")
    return works
