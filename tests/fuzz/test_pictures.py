"""Stored fingerprints: what was written is read again; what was not is refused."""

from __future__ import annotations

import json
from typing import Any

import numpy
from hypothesis import given
from hypothesis import strategies as st

from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint.local import LocalFeatures
from gen_ip.fingerprint.pdq import Pdq
from gen_ip.fingerprint.picture import Picture
from gen_ip.fingerprint.record import MAX_RECORD_BYTES, PictureRecord

from .profile import examples
from .promise import Refused, attempt, little_memory, returns
from .strategies import damaged, json_values, mutated

HASHES = st.binary(min_size=32, max_size=32)
PDQS = st.builds(Pdq, HASHES, st.integers(0, 100))
SIDES = st.integers(1, 2**32 - 1)
RECORDS = st.builds(
    PictureRecord,
    HASHES,
    HASHES,
    SIDES,
    SIDES,
    PDQS,
    st.none() | st.binary(min_size=8, max_size=8),
    st.none() | st.binary(max_size=200),
    st.none() | HASHES,
    st.none() | st.binary(max_size=200),
)


def _picture(
    pixels: bytes, phash: bytes | None, width: int, height: int, side: int, fine: int
) -> Picture:
    copy = numpy.arange(3 * side * 2, dtype=numpy.uint8).reshape(2, side, 3)
    finer = numpy.arange(3 * fine, dtype=numpy.uint8).reshape(1, fine, 3) if fine else None
    return Picture(pixels, phash, width, height, copy, finer)


PICTURES = st.builds(
    _picture,
    HASHES,
    st.none() | st.binary(min_size=8, max_size=8),
    SIDES,
    SIDES,
    st.integers(1, 9),
    st.just(0) | st.integers(513, 530),
)


@given(RECORDS)
@examples(60)
def test_every_record_is_written_and_read(record: PictureRecord) -> None:
    returns(PictureRecord.to_bytes, PictureRecord.from_bytes, record)
    returns(lambda each: json.dumps(each.to_json()), _from_text, record)


def _from_text(text: str) -> PictureRecord:
    return PictureRecord.from_json(json.loads(text))


@given(damaged(RECORDS.map(PictureRecord.to_bytes)) | st.binary(max_size=300))
@examples(300)
def test_bytes_that_are_no_record(data: bytes) -> None:
    found = attempt(PictureRecord.from_bytes, data)
    if isinstance(found, Refused):
        assert isinstance(found.error, MalformedFingerprint)
    else:
        # One spelling for every record.
        assert found.to_bytes() == data


@given(mutated(RECORDS.map(PictureRecord.to_json)) | json_values)
@examples(300)
def test_json_that_is_no_record(value: Any) -> None:
    found = attempt(PictureRecord.from_json, value)
    if isinstance(found, Refused):
        assert isinstance(found.error, MalformedFingerprint)
    else:
        assert found.to_json() == value


@given(damaged(PICTURES.map(Picture.to_bytes)) | st.binary(max_size=300))
@examples(200)
def test_bytes_that_are_no_picture(data: bytes) -> None:
    found = attempt(Picture.from_bytes, data)
    if isinstance(found, Refused):
        assert isinstance(found.error, MalformedFingerprint)
    else:
        assert found.to_bytes() == data


@given(st.binary(max_size=300) | st.binary(max_size=90).map(lambda rest: b"ORB\x01" + rest))
@examples(200)
def test_bytes_that_are_no_features(data: bytes) -> None:
    found = attempt(LocalFeatures.from_bytes, data)
    if isinstance(found, Refused):
        assert isinstance(found.error, MalformedFingerprint)


def test_lengths_that_lie_take_no_memory() -> None:
    small = PictureRecord(bytes(32), bytes(32), 1, 1, Pdq(bytes(32), 0), features=b"").to_bytes()
    lying = small[:-4] + b"\xff\xff\xff\xff"
    with little_memory():
        assert isinstance(attempt(PictureRecord.from_bytes, lying), Refused)
        for name in ("orb-1", "glimpse-1"):
            value = PictureRecord.from_bytes(small).to_json() | {name: "A" * 4 * MAX_RECORD_BYTES}
            assert isinstance(attempt(PictureRecord.from_json, value), Refused)
