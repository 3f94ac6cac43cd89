"""What texts are known by elsewhere: each alone, as its makers use it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._peers import PeerMissing
from benchmarks.texts.asking import Peer
from gen_ip.content.files import detect_file
from gen_ip.fingerprint.text.extracting import extracted
from gen_ip.fingerprint.text.prompts import parsed

_PERMUTATIONS = 128
_SHINGLE = 3


def text_of(path: Path) -> str:
    """A file's characters, of a prompt what is wished for: peers read no formats themselves."""
    form = detect_file(path).format
    text = extracted(path, path.read_bytes(), form)
    return parsed(text, form).positive if form in ("a1111", "prompt-json") else text


def _iscc(path: Path) -> Any:
    """The Text-Code of ISO 24138, 256 bits; it cleans and normalizes texts itself."""
    try:
        from iscc_core.code_content_text import soft_hash_text_v0, text_collapse
    except ImportError:
        raise PeerMissing("iscc-core") from None
    return np.frombuffer(soft_hash_text_v0(text_collapse(text_of(path))), np.uint8)[:32]


def _shingles(path: Path) -> set[bytes]:
    words = re.findall(r"\w+", text_of(path).lower())
    rows = range(max(1, len(words) - _SHINGLE + 1))
    return {" ".join(words[at : at + _SHINGLE]).encode() for at in rows}


def _simhash(path: Path) -> Any:
    """SimHash of 64 bits (Manku, Jain and Das Sarma, WWW 2007) over rows of three words."""
    sums = np.zeros(64, np.int64)
    for each in _shingles(path):
        bits = np.unpackbits(np.frombuffer(hashlib.sha256(each).digest()[:8], np.uint8))
        sums += 2 * bits.astype(np.int64) - 1
    return np.packbits(sums > 0)


def _minhash(path: Path) -> Any:
    """datasketch's MinHash of 128 permutations over rows of three words."""
    try:
        from datasketch import MinHash
    except ImportError:
        raise PeerMissing("datasketch") from None
    made = MinHash(_PERMUTATIONS)
    made.update_batch(sorted(_shingles(path)))
    return made.hashvalues


def _bits(code: Any, works: Sequence[Any]) -> np.ndarray[Any, Any]:
    differing = np.unpackbits(np.stack(works) ^ code, axis=1).sum(axis=1)
    return np.asarray(differing, np.float64)


def _unequal(code: Any, works: Sequence[Any]) -> np.ndarray[Any, Any]:
    return np.asarray((np.stack(works) != code).mean(axis=1), np.float64)


PEERS = (
    Peer("ISCC Text-Code", _iscc, _bits),
    Peer("SimHash", _simhash, _bits),
    Peer("datasketch MinHash", _minhash, _unequal),
)
