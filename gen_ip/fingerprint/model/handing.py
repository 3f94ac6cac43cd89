"""A model's record and the products of its modules, as a limited process hands them over."""

from __future__ import annotations

import struct
from dataclasses import replace

from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint.model.probes import PROBES
from gen_ip.fingerprint.model.record import MODEL, ModelRecord
from gen_ip.fingerprint.model.sketch import LORA

_NUMBER = struct.Struct(">I")
_PRODUCT_BYTES = 2 * PROBES * PROBES


def size_of(record: ModelRecord) -> int:
    """At most how many bytes `packed` makes of its products."""
    return len(record.products) * (_NUMBER.size + _PRODUCT_BYTES)


def packed(record: ModelRecord) -> bytes:
    """The record's length, the record; how many products, the place in the record of each one's
    module, ascending; the products, binary16, row by row. Numbers have 4 bytes, big endian;
    products are little endian."""
    whole = record.to_bytes()
    at = {module: place for place, module in enumerate(record.modules)}
    modules = sorted(record.products, key=lambda each: at[each])
    parts = [_NUMBER.pack(len(whole)), whole, _NUMBER.pack(len(modules))]
    parts += [_NUMBER.pack(at[each]) for each in modules]
    parts += [record.products[each].astype("<f2", copy=False).tobytes() for each in modules]
    return b"".join(parts)


def unpacked(data: bytes) -> ModelRecord:
    """What `packed` made; the products are views of `data`.

    Raises:
        MalformedFingerprint: cut off or too long, or a part out of form.
    """
    import numpy

    size, at = _number(data, 0)
    record = ModelRecord.from_bytes(data[at : at + size])
    count, at = _number(data, at + size)
    end = at + count * _NUMBER.size
    if count > len(record.modules) or len(data) != end + count * _PRODUCT_BYTES:
        raise MalformedFingerprint(MODEL, len(data), f"{count:,} products")
    places = numpy.frombuffer(data, ">u4", count, at).tolist()
    if any(after <= before for before, after in zip([-1, *places], places, strict=False)):
        raise MalformedFingerprint(MODEL, places[:9], "ascending places of modules")
    if places and places[-1] >= len(record.modules):
        raise MalformedFingerprint(MODEL, places[-1], "the place of a module")
    modules = [record.modules[place] for place in places]
    products = numpy.frombuffer(data, "<f2", offset=end).reshape(count, PROBES, PROBES)
    if not all(each.kind == LORA for each in modules) or not numpy.isfinite(products).all():
        raise MalformedFingerprint(MODEL, len(modules), "numbers of LoRA modules")
    found = {
        module: each.astype(numpy.float16, copy=False)
        for module, each in zip(modules, products, strict=True)
    }
    return replace(record, products=found)


def _number(data: bytes, at: int) -> tuple[int, int]:
    """The number at a place, and what follows it."""
    if len(data) < at + _NUMBER.size:
        raise MalformedFingerprint(MODEL, len(data), "more bytes")
    return _NUMBER.unpack_from(data, at)[0], at + _NUMBER.size
