"""An upload on its way to the chain."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gen_ip.platform.policy import Way
from gen_ip.work import till_of
from gen_ip.works.certificates import SignedCertificate


class State(StrEnum):
    """How far an upload has come."""

    SIGNED = "signed"
    """Its creator has signed; it waits for the chain. Its till may be paid already."""
    SENDING = "sending"
    """It goes with a transaction that is under way."""
    ANCHORED = "anchored"
    """The chain dates its claim; it is minted when somebody needs it."""
    CERTIFIED = "certified"
    """Its certificate is minted."""
    SET_ASIDE = "set-aside"
    """The contracts refuse it; `problem` says why. Nothing is tried until `Queue.retry`."""


@dataclass(frozen=True)
class Entry:
    """An upload.

    Attributes:
        key: the platform's own name for it.
        work: the number of its certificate, which is known before there is one.
        creator: its address.
        way: what becomes of it.
        state: how far it has come.
        final: whether no reorganization can take back what `state` says.
        created: when it was handed in, in seconds since the epoch.
        tries: how often it was left out of a transaction.
        problem: why it was left out last; None for nothing.
        certificate: what its creator signed, with the proof of its anchor once there is one.
    """

    key: str
    work: int
    creator: str
    way: Way
    state: State
    final: bool
    created: int
    tries: int
    problem: str | None
    certificate: SignedCertificate = field(repr=False)

    @property
    def till(self) -> str:
        """The work's own address, which anyone can pay from now on."""
        return till_of(self.work)

    def to_json(self) -> dict[str, Any]:
        """For JSON; the work's number as a decimal string. The certificate is not in it: with an
        anchor it holds what proves it."""
        return {
            "key": self.key,
            "work": str(self.work),
            "till": self.till,
            "creator": self.creator,
            "way": self.way.value,
            "state": self.state.value,
            "final": self.final,
            "created": self.created,
            "tries": self.tries,
            "problem": self.problem,
        }
