"""What a site decides about the uploads of its visitors, and the caps that hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gen_ip import arguments
from gen_ip.platform.policy import Way
from gen_ip.terms import READY, Rights, Terms
from gen_ip.work import ETH

_OFFERED = {name: each for name, each in READY.items() if Rights.EXCLUSIVE not in each.grant}


@dataclass(frozen=True)
class Settings:
    """How a site takes uploads.

    Attributes:
        index: the folder of the match index: uploads are compared with what is in it, and come into
            it; None compares their bytes alone.
        terms: those that creators can choose to offer licenses under, by the names on the site.
        tokens: in which licenses can be priced: addresses, or `gen_ip.ETH`.
        way: what becomes of uploads; None for what the platform's policy says.
        quantity, offer_days: how many licenses an upload's offer sells, and for how long.
        delegated_works, delegated_days, delegated_owed: what a creator who signs once allows: so
            many works, for so long, owing their parents at most so much in basis points.
        submits: whether this process also brings uploads on chain; else `gen-ip platform run` does.
        prepared_most: of one creator within a day; more are refused.
        upload_bytes, upload_seconds, uploads: of one file, and at a time.
        readers, waiting: files looked at at a time, and waiting for that.

    Raises:
        InvalidArgument: a value is out of range.
    """

    index: Path | None = None
    terms: Mapping[str, Terms] = field(default_factory=lambda: dict(_OFFERED))
    tokens: Sequence[str] = (ETH,)
    way: Way | None = None
    quantity: int = 10_000
    offer_days: int = 365
    delegated_works: int = 1_000
    delegated_days: int = 365
    delegated_owed: int = 5_000
    submits: bool = False
    prepared_most: int = 500
    upload_bytes: int = 50 * 2**20
    upload_seconds: float = 60.0
    uploads: int = 16
    readers: int = 2
    waiting: int = 16

    def __post_init__(self) -> None:
        tokens = tuple(arguments.address("tokens", each) for each in self.tokens)
        object.__setattr__(self, "tokens", tokens)
        for name, bits in (
            ("quantity", 64),
            ("offer_days", 16),
            ("delegated_works", 64),
            ("delegated_days", 16),
            ("prepared_most", 32),
            ("upload_bytes", 40),
            ("uploads", 16),
            ("readers", 8),
        ):
            arguments.positive(name, getattr(self, name), bits)
        arguments.unsigned("delegated_owed", self.delegated_owed, 16)
