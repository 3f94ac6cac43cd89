"""Made-up pictures for an index, and what an index of them ought to answer."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable

import numpy

from gen_ip.fingerprint.local import LocalFeatures
from gen_ip.fingerprint.pdq import PDQ, Pdq
from gen_ip.match.codes import as_words, reference
from gen_ip.match.index.pictures import PictureIndex
from gen_ip.match.index.records import Record
from gen_ip.match.words.postings import file_features
from gen_ip.match.words.searching import WordIndex
from gen_ip.match.words.vocabulary import vocabulary

OTHER = "sscd-1"
RADIUS = 90
LIMIT = 6


def record(key: str, seed: int) -> Record:
    """A picture all of whose values follow from the seed; seeds near each other share a likeness,
    and every third lacks a code, every fourth its features, every fifth the hash of its pixels,
    every sixth its glimpse."""
    own, like = random.Random(seed), random.Random(seed // 4)
    code, noise = like.getrandbits(256), own.getrandbits(256) & own.getrandbits(256)
    noise &= own.getrandbits(256)
    return Record(
        key,
        own.randbytes(32),
        Pdq((code ^ noise).to_bytes(32), own.randrange(101)),
        own.randbytes(32) if seed % 5 else None,
        {OTHER: like.randbytes(32)} if seed % 3 else {},
        features(like, seed % 50).to_bytes() if seed % 4 else None,
        own.randbytes(seed % 60) if seed % 6 else None,
    )


def features(dice: random.Random, count: int) -> LocalFeatures:
    """Made-up local features, a few of them alike."""
    drawn = numpy.random.default_rng(dice.getrandbits(32))
    codes = drawn.integers(0, 256, (max(1, 2 * count // 3), 32), numpy.uint8)
    return LocalFeatures(
        (512, 400),
        numpy.floor(drawn.uniform(0, 400, (count, 2))).astype(numpy.float32),
        numpy.exp2(drawn.integers(50, 120, count) / 16).astype(numpy.float32),
        (drawn.integers(0, 256, count) * 360 / 256).astype(numpy.float32),
        numpy.exp2(-drawn.integers(0, 200, count) / 8).astype(numpy.float32),
        codes[drawn.integers(0, len(codes), count)],
    )


class Model:
    """An index as a dictionary, searched by the definition of searching."""

    def __init__(self) -> None:
        self.records: dict[int, Record] = {}

    def add(self, handles: Iterable[int], records: Iterable[Record]) -> None:
        for handle, each in zip(handles, records, strict=True):
            self.remove([each.key])
            self.records[handle] = each

    def remove(self, keys: Iterable[str]) -> None:
        gone = set(keys)
        self.records = {
            handle: each for handle, each in self.records.items() if each.key not in gone
        }

    def codes(self, name: str) -> dict[int, bytes]:
        if name == PDQ:
            return {handle: each.pdq.hash for handle, each in self.records.items()}
        return {
            handle: each.codes[name] for handle, each in self.records.items() if name in each.codes
        }

    def search(
        self, name: str, queries: list[bytes], radius: int, limit: int
    ) -> list[tuple[int, int, int]]:
        codes = self.codes(name)
        handles = numpy.array(list(codes), numpy.int64)
        words = as_words(list(codes.values()))
        found = reference(words, queries, radius, limit)
        return list(
            zip(
                found.queries.tolist(), handles[found.rows].tolist(), found.distances.tolist(),
                strict=True,
            )
        )  # fmt: skip

    def by_words(self, asked: LocalFeatures) -> set[int]:
        """The handles of works that share features."""
        works = [
            (handle, LocalFeatures.from_bytes(each.features))
            for handle, each in self.records.items()
            if each.features is not None
        ]
        every = WordIndex(vocabulary(), (file_features(works, vocabulary()),))
        return set(every.search([asked], len(works) + 1).handles.tolist())


def agree(index: PictureIndex, model: Model, queries: Iterable[bytes]) -> None:
    """Everything the index says is what the model says."""
    assert len(index) == len(model.records)
    entries = list(index)
    assert [entry.handle for entry in entries] == list(model.records)
    for entry in entries:
        expected = model.records[entry.handle]
        found = Record(
            entry.key,
            entry.sha256,
            entry.pdq,
            entry.pixels,
            index.codes(entry.handle),
            index.features(entry.handle),
            index.glimpse(entry.handle),
        )
        assert found == expected
        assert index.by_key(entry.key) == index.by_handle(entry.handle) == entry
        assert entry in index.by_sha256(entry.sha256)
        assert entry.pixels is None or entry in index.by_pixels(entry.pixels)
        assert entry.key in index
    asked = list(queries)
    for name in (PDQ, OTHER):
        hits = index.search(name, asked, RADIUS, LIMIT)
        found_hits = list(zip(*(column.tolist() for column in hits), strict=True))
        assert found_hits == model.search(name, asked, RADIUS, LIMIT)
    for each in itertools.islice(model.records.values(), 0, None, 5):
        if each.features is not None:
            own = LocalFeatures.from_bytes(each.features)
            # Removed works still tell how rare a word is, so the scores may be others.
            ranked = index.by_words([own], len(model.records))
            assert set(ranked.handles.tolist()) == model.by_words(own)
            assert sorted(ranked.scores.tolist(), reverse=True) == ranked.scores.tolist()
