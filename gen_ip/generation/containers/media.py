"""C2PA in files of boxes (AVIF, HEIF, MP4): a `uuid` box of its own (C2PA 2.1, A.5.1)."""

from __future__ import annotations

import struct

from gen_ip.generation.containers.pieces import Contents

_C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_MAX_BOXES = 1_024


def read_boxes(data: bytes, contents: Contents) -> None:
    """Notes whether the file has a C2PA box; ISO/IEC 14496-12, 4.2 says how boxes are laid."""
    at = 0
    for _ in range(_MAX_BOXES):
        if at + 8 > len(data):
            return
        size, name = struct.unpack_from(">I4s", data, at)
        header = 8
        if size == 1 and at + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, at + 8)
            header = 16
        if name == b"uuid" and data[at + header : at + header + 16] == _C2PA:
            contents.c2pa = "uuid box"
        if size < header:
            # 0: up to the end of the file.
            return
        at += size
