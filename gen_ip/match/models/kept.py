"""What an index keeps of a model: its record, and its LoRA modules' strongest directions."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint.form import Rest
from gen_ip.fingerprint.model.products import BYTES, STRONGEST, Strongest
from gen_ip.fingerprint.model.record import ModelRecord
from gen_ip.fingerprint.model.sketch import Module

_MAGIC = b"GIK\x01"
_NUMBER = struct.Struct(">I")


@dataclass(frozen=True, eq=False)
class Kept:
    """A work.

    Attributes:
        strongest: of its LoRA modules; empty for works added before these were kept.
    """

    record: ModelRecord
    strongest: Mapping[Module, Strongest] = field(default_factory=dict)

    @classmethod
    def of(cls, record: ModelRecord) -> Kept:
        """Of a file just read."""
        return cls(record, {each: Strongest.of(it) for each, it in record.products.items()})

    def to_bytes(self) -> bytes:
        """`GIK` and the version 1; the record's length, record; how many modules' directions, each
        the module's place in the record and its directions. Big endian."""
        record = self.record.to_bytes()
        parts = [_MAGIC, _NUMBER.pack(len(record)), record, _NUMBER.pack(len(self.strongest))]
        for place, module in enumerate(self.record.modules):
            if module in self.strongest:
                parts += [_NUMBER.pack(place), self.strongest[module].to_bytes()]
        return b"".join(parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> Kept:
        """What `to_bytes` made, or a record alone.

        Raises:
            MalformedFingerprint: cut off or too long, or a part out of form.
        """
        if not data.startswith(_MAGIC):
            return cls(ModelRecord.from_bytes(data))
        rest = Rest(STRONGEST, data)
        rest.take(len(_MAGIC))
        record = ModelRecord.from_bytes(rest.take(rest.number(4)))
        strongest: dict[Module, Strongest] = {}
        for _ in range(rest.number(4)):
            place = rest.number(4)
            if place >= len(record.modules):
                raise MalformedFingerprint(STRONGEST, place, "the place of a module")
            strongest[record.modules[place]] = Strongest.from_bytes(rest.take(BYTES))
        rest.end()
        return cls(record, strongest)
