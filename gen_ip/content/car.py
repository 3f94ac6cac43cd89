"""Archives of blocks: CAR version 1, as `ipfs dag export` writes and `ipfs dag import` reads.

Format: https://ipld.io/specs/transport/car/carv1/. A header in DAG-CBOR names the roots; behind it
each block stands with its CID, in any order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from gen_ip.content.cid import CID, cid_of_bytes
from gen_ip.content.dag_pb import varint
from gen_ip.content.walking import MAX_BLOCK_READ
from gen_ip.errors import ContentCorrupted, ContentNotFound, MalformedArchive, MalformedCID

_CID_BYTES = 36
_MAX_HEADER_BYTES = 1024 * 1024
# In DAG-CBOR: tag 42, a byte string of 37 bytes, of which the first is 0.
_LINK = b"\xd8\x2a\x58\x25\x00"
_ROOTS, _VERSION = b"\x65roots", b"\x67version\x01"


class _Place(NamedTuple):
    offset: int
    size: int


def write_car(
    file: BinaryIO,
    roots: Sequence[CID],
    blocks: Iterable[tuple[CID, bytes | bytearray | memoryview]],
) -> int:
    """Writes an archive and returns how many bytes it has.

    Raises:
        OSError: it cannot be written.
    """
    header = b"\xa2" + _ROOTS + _head(4, len(roots))
    header += b"".join(_LINK + bytes(root) for root in roots) + _VERSION
    written = file.write(varint(len(header)) + header)
    for cid, block in blocks:
        written += file.write(varint(_CID_BYTES + len(block)) + bytes(cid))
        written += file.write(block)
    return written


class CarFile:
    """The blocks of an archive in a file that can be sought in, each checked when it is opened.

    It serves them as `gen_ip.content.walking.Blocks`. What is held of each is its CID's digest
    and place: some 200 bytes for every 256 KiB.

    Raises:
        MalformedArchive: it is no archive, or it ends in the middle.
        ContentCorrupted: a block in it is not what its CID says.
        OSError: it cannot be read.
    """

    def __init__(self, file: BinaryIO, name: str | Path) -> None:
        self._file, self._name = file, str(name)
        self.roots = self._header()
        self._places = dict(self._index())

    @property
    def address(self) -> str:
        """The archive's name."""
        return self._name

    def block(self, cid: CID) -> bytes:
        """The block of `cid`.

        Raises:
            ContentNotFound: it is not in the archive.
        """
        place = self._places.get(cid.digest)
        if place is None:
            raise ContentNotFound(str(cid), self._name)
        self._file.seek(place.offset)
        return self._file.read(place.size)

    def _header(self) -> tuple[CID, ...]:
        size = self._varint()
        if size is None or not 0 < size <= _MAX_HEADER_BYTES:
            raise MalformedArchive(self._name, "is no CAR")
        header = self._exactly(size)
        # Canonical DAG-CBOR has one form: shorter keys first.
        start = b"\xa2" + _ROOTS
        if not header.startswith(start) or not header.endswith(_VERSION):
            raise MalformedArchive(self._name, "is no CAR of version 1")
        inner = header[len(start) : -len(_VERSION)]
        step = len(_LINK) + _CID_BYTES
        count = len(inner) // step
        lead = _head(4, count)
        rows = inner[len(lead) :]
        if not inner.startswith(lead) or len(rows) != count * step:
            raise MalformedArchive(self._name, "has a header that names its roots wrongly")
        found = [rows[at : at + step] for at in range(0, len(rows), step)]
        if not found or not all(row.startswith(_LINK) for row in found):
            raise MalformedArchive(self._name, "names no roots")
        return tuple(self._cid(row[len(_LINK) :]) for row in found)

    def _index(self) -> Iterator[tuple[bytes, _Place]]:
        while (size := self._varint()) is not None:
            if not _CID_BYTES <= size <= _CID_BYTES + MAX_BLOCK_READ:
                raise MalformedArchive(self._name, f"has a block of {size:,} bytes")
            cid = self._cid(self._exactly(_CID_BYTES))
            place = _Place(self._file.tell(), size - _CID_BYTES)
            digest = hashlib.sha256(self._exactly(place.size)).digest()
            if digest != cid.digest:
                raise ContentCorrupted(str(cid), self._name, str(CID(cid.codec, digest)))
            yield digest, place

    def _cid(self, data: bytes) -> CID:
        try:
            return cid_of_bytes(data)
        except MalformedCID as error:
            raise MalformedArchive(self._name, f"has a block of a foreign kind ({error})") from None

    def _varint(self) -> int | None:
        number = 0
        for index in range(10):
            byte = self._file.read(1)
            if not byte:
                if index == 0:
                    return None
                break
            number |= (byte[0] & 0x7F) << 7 * index
            if byte[0] < 0x80:
                return number
        raise MalformedArchive(self._name, "ends in the middle, or is none")

    def _exactly(self, size: int) -> bytes:
        data = self._file.read(size)
        if len(data) != size:
            raise MalformedArchive(self._name, "ends in the middle of a block")
        return data


def _head(major: int, count: int) -> bytes:
    """The head of a CBOR item of fewer than 65,536 parts."""
    if count < 24:
        return bytes((major << 5 | count,))
    if count < 256:
        return bytes((major << 5 | 24, count))
    return bytes((major << 5 | 25,)) + count.to_bytes(2, "big")
