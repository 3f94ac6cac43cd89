"""How a platform brings certificates on chain."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gen_ip import arguments

MOST_MINTED = 40
"""Certificates in one transaction, as in `GenIP.certify_many`."""

MOST_ANCHORED = 100_000


class Way(StrEnum):
    """What becomes of a signed certificate."""

    NOW = "now"
    """Minted with the next round."""
    BATCHED = "batched"
    """Minted together with others."""
    ANCHORED = "anchored"
    """Its claim is dated by a root over many; minted with the first sale, or when asked for."""


@dataclass(frozen=True)
class Policy:
    """What a platform does unless an upload says otherwise.

    Attributes:
        way: what becomes of signed certificates.
        seconds: how long one waits for others, at most, to be batched or anchored.
        most: how many are anchored by one root, at most.
        waiting: how many may wait for the chain in all; more are refused (`QueueFull`).
        consent_days: how long what a creator signs can be submitted. An anchored work is minted
            perhaps years later.

    Raises:
        InvalidArgument: a value is out of range.
    """

    way: Way = Way.ANCHORED
    seconds: int = 60
    most: int = 10_000
    waiting: int = 1_000_000
    consent_days: int = 3_650

    def __post_init__(self) -> None:
        arguments.unsigned("seconds", self.seconds, 32)
        arguments.positive("waiting", self.waiting, 48)
        arguments.positive("consent_days", self.consent_days, 16)
        if arguments.positive("most", self.most, 32) > MOST_ANCHORED:
            raise arguments.InvalidArgument("most", self.most, f"at most {MOST_ANCHORED:,}")
