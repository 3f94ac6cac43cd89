"""Licenses and their terms: who may do what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gen_ip import arguments
from gen_ip.chain.errors import NodeError
from gen_ip.chain.events import word
from gen_ip.chain.receipts import Receipt
from gen_ip.chain.reverts import ContractError, UnknownTerms
from gen_ip.chain.sequence import last_answer
from gen_ip.chain.session import Session
from gen_ip.signing.statements import Edge
from gen_ip.terms import UNLIMITED, Rights, Terms


@dataclass(frozen=True)
class License:
    """A license token. Times in seconds since the epoch.

    Attributes:
        end: 0 for never.
        units: derivatives it still allows; `gen_ip.terms.UNLIMITED` for any number.
        receipt: of the transaction that issued it, where this client sent it.
    """

    id: int
    work: int
    terms_hash: bytes
    terms: Terms
    holder: str
    start: int
    end: int
    units: int
    receipt: Receipt | None = field(default=None, compare=False, repr=False)

    def active(self, at: int) -> bool:
        """Whether it runs at the time `at`."""
        return self.start <= at and (self.end == 0 or at < self.end)

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids as decimal strings, unlimited units and no end as null."""
        return {
            "license": str(self.id),
            "work": str(self.work),
            "terms": self.terms.to_json(),
            "holder": self.holder,
            "start": self.start,
            "end": self.end or None,
            "units": None if self.units == UNLIMITED else self.units,
            "receipt": self.receipt.to_json() if self.receipt else None,
        }


class Licenses:
    """What IPLicense does and tells."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def terms(self, terms_hash: bytes) -> Terms:
        """Registered terms.

        Raises:
            UnknownTerms: nobody registered them.
        """
        if (found := self.terms_of([terms_hash]).get(terms_hash)) is None:
            raise UnknownTerms(terms_hash)
        return found

    def terms_of(self, hashes: Iterable[bytes]) -> dict[bytes, Terms]:
        """Those of `hashes` that are registered, in one round trip."""
        wanted = list(dict.fromkeys(hashes))
        answers = self._session.try_all(*(("IPLicense", "termsOf", each) for each in wanted))
        found = {}
        for terms_hash, answer in zip(wanted, answers, strict=True):
            if isinstance(answer, UnknownTerms):
                continue
            if isinstance(answer, ContractError):
                raise answer
            grant, pass_, *rest = answer
            found[terms_hash] = terms = Terms(Rights(grant), Rights(pass_), *rest)
            if terms.hash() != terms_hash:
                raise NodeError("eth_call", "terms that have another hash")
        return found

    def register(self, terms: Terms) -> bytes:
        """Stores terms, when they are not stored yet, and returns their hash.

        Raises:
            ContractError: they make no sense in themselves.
        """
        terms_hash = terms.hash()
        try:
            self.terms(terms_hash)
        except UnknownTerms:
            self._session.send(self._session.calls.license.register_terms(terms))
        return terms_hash

    def require_fitting(self, work: int | None, terms: Terms) -> None:
        """Raises the contract's error when no license of a work under these terms, registered or
        not, could be issued now; without a work only when the terms make no sense in themselves."""
        calls = [self._session.calls.license.register_terms(terms)]
        if work is not None:
            calls.append(self._session.encode("IPLicense", "checkTerms", work, terms.hash()))
        last_answer(self._session.rpc, calls)

    def register_for(self, work: int | None, terms: Terms) -> bytes:
        """Like `register`, but only terms that fit the work: storing them costs gas.

        Raises:
            ContractError: no license of the work under these terms could be issued now.
        """
        self.require_fitting(work, terms)
        return self.register(terms)

    def fitting(self, work: int, hashes: Iterable[bytes]) -> set[bytes]:
        """Those of terms under which a license could be issued now, in one round trip."""
        wanted = list(dict.fromkeys(hashes))
        found = self._session.try_all(*(("IPLicense", "checkTerms", work, each) for each in wanted))
        answered = zip(wanted, found, strict=True)
        return {each for each, answer in answered if not isinstance(answer, ContractError)}

    def get(self, license_id: int, receipt: Receipt | None = None) -> License:
        """A license.

        Raises:
            UnknownLicense: it does not exist.
        """
        number = arguments.unsigned("license", license_id)
        return self.get_all([number], receipt)[0]

    def get_all(self, license_ids: Sequence[int], receipt: Receipt | None = None) -> list[License]:
        """Several licenses, in two round trips.

        Raises:
            UnknownLicense: one does not exist.
        """
        reads = [
            ("IPLicense", name, each) for name in ("license", "ownerOf") for each in license_ids
        ]
        found = self._session.read_all(*reads)
        stored, holders = found[: len(license_ids)], found[len(license_ids) :]
        terms = self.terms_of([terms_hash for _, terms_hash, *_ in stored])
        return [
            License(
                id=number,
                work=work,
                terms_hash=terms_hash,
                terms=terms[terms_hash],
                holder=holder,
                start=start,
                end=end,
                units=units,
                receipt=receipt,
            )
            for number, (work, terms_hash, start, end, units), holder in zip(
                license_ids, stored, holders, strict=True
            )
        ]

    def edge(self, license_id: int) -> Edge:
        """The edge to the license's work that a derivative under it has.

        Raises:
            UnknownLicense: it does not exist.
        """
        number = arguments.unsigned("license", license_id)
        work, terms_hash, *_ = self._session.read("IPLicense", "license", number)
        return Edge(work, terms_hash, number)

    def find(self, holder: str | None, work: int | None) -> list[License]:
        """Licenses, oldest first: all, or those of a holder, of a work, or both."""
        if holder is None:
            topics = (None, None if work is None else word(work))
            events = self._session.events("IPLicense", "LicenseIssued", *topics)
            return self.get_all([event.args["license_id"] for event in events])
        # A license may have come from its issue or from another holder.
        owner = arguments.address("holder", holder)
        arrivals = self._session.events("IPLicense", "Transfer", None, word(owner))
        ids = sorted({event.args["id"] for event in arrivals})
        return [
            license_
            for license_ in self.get_all(ids)
            if license_.holder == owner and work in (None, license_.work)
        ]

    def check(self, license_id: int, holder: str, rights: Rights, at: int | None) -> bool:
        """Whether `holder` may do all of `rights` at the time `at`, by default now."""
        return bool(
            self._session.read(
                "IPLicense",
                "check",
                arguments.unsigned("license", license_id),
                arguments.address("holder", holder),
                arguments.unsigned("rights", int(rights), 16),
                self._session.rpc.block().timestamp if at is None else arguments.unsigned("at", at),
            )
        )
