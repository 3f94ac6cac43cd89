"""What is found in a file before anybody knows which tool wrote it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from gen_ip.generation.limits import MAX_TEXT_BYTES, MAX_TEXTS, BadEmbedding


class Piece(NamedTuple):
    """A text in a file: the name it has there, and where that is, such as `PNG tEXt`."""

    name: str
    text: str
    place: str

    @property
    def source(self) -> str:
        """Place and name, for people."""
        return f"{self.place} {self.name}"


class Problem(NamedTuple):
    """What could not be read: where, and why."""

    source: str
    reason: str


@dataclass
class Contents:
    """What is embedded in a file.

    Attributes:
        pieces: texts, in their order.
        xmp: the XMP packets.
        c2pa: where a C2PA manifest lies, such as `PNG caBX`; None where none does.
        problems: what could not be read.
    """

    pieces: list[Piece] = field(default_factory=list)
    xmp: list[bytes] = field(default_factory=list)
    c2pa: str | None = None
    problems: list[Problem] = field(default_factory=list)

    def add(self, name: str, text: str, place: str) -> None:
        """One more text; too long a one, or one too many, is a problem."""
        if len(text) > MAX_TEXT_BYTES:
            reason = f"it has {len(text):,} characters, the cap is {MAX_TEXT_BYTES:,}"
            self.problem(f"{place} {name}", reason)
        elif len(self.pieces) == MAX_TEXTS:
            self.problem(place, f"the file has more than {MAX_TEXTS} texts; the rest is not read")
        else:
            self.pieces.append(Piece(name, text, place))

    def problem(self, source: str, reason: str | BadEmbedding) -> None:
        """Notes what could not be read."""
        if len(self.problems) < MAX_TEXTS:
            self.problems.append(Problem(source, str(reason)))

    def add_xmp(self, packet: bytes, place: str) -> None:
        """One more XMP packet."""
        if len(packet) > MAX_TEXT_BYTES or len(self.xmp) == MAX_TEXTS:
            self.problem(place, f"it has {len(packet):,} bytes, or the file too many packets")
        else:
            self.xmp.append(packet)
