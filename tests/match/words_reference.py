"""How works are ranked by their words, written out plainly: the definition that is tested."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

from gen_ip.fingerprint.local import LocalFeatures
from gen_ip.match.words.postings import Postings
from gen_ip.match.words.vocabulary import BRANCHES, SIZE, STEMS, Vocabulary, vocabulary

# As in `gen_ip.match.words.searching`, said once more so that a change there is seen.
RADIUS, PROBES, CONSIDERED = 10, 3, 8_000
ANGLES, SCALES, ANGLE_WINDOW, SCALE_WINDOW = 64, 16, 5, 3


def bits(words: Iterable[int]) -> int:
    """A code's 256 bits as one number."""
    return sum(int(word) << 64 * place for place, word in enumerate(words))


def code(octets: Iterable[int]) -> int:
    return int.from_bytes(bytes(octets), "little")


def nearest(known: Vocabulary, one: int, count: int) -> list[int]:
    """The nearest words of the nearest stems, equally near ones by number."""
    stems = sorted(
        range(STEMS), key=lambda stem: ((bits(known.stems[stem]) ^ one).bit_count(), stem)
    )
    leaves = [
        word
        for stem in stems[:BRANCHES]
        for word in range(stem * SIZE // STEMS, (stem + 1) * SIZE // STEMS)
    ]
    return sorted(leaves, key=lambda word: ((bits(known.words[word]) ^ one).bit_count(), word))[
        :count
    ]


def signature(known: Vocabulary, one: int) -> int:
    return sum((one >> int(bit) & 1) << place for place, bit in enumerate(known.bits))


def form(features: LocalFeatures, number: int) -> tuple[int, int]:
    """Angle in 64ths of a turn, scale in half octaves from 2.8 pixels on."""
    angle = round(float(features.angles[number]) * ANGLES / 360) % ANGLES
    scale = round((math.log2(float(features.scales[number])) - 1.5) * 2)
    return angle, min(max(scale, 0), SCALES - 1)


def rank(every: Postings, asked: LocalFeatures) -> list[tuple[int, int]]:
    """Handles and scores, heaviest first, of all works that have any."""
    known = vocabulary()
    looks = [
        (feature, word)
        for feature in range(len(asked))
        for word in nearest(known, code(asked.codes[feature]), PROBES)
    ]
    votes: dict[int, list[tuple[int, int, int, int, int]]] = defaultdict(list)
    for feature, word in looks:
        start, end = int(every.starts[word]), int(every.starts[word + 1])
        if start == end:
            continue
        rarity = round(16 * math.log2(1 + len(every) / (end - start)))
        ours = form(asked, feature)
        own = signature(known, code(asked.codes[feature]))
        for posting in range(start, end):
            apart = (int(every.signatures[posting]) ^ own).bit_count()
            if apart <= RADIUS:
                weight = rarity * round(64 * math.exp(-apart * apart / 72))
                place = int(every.places[posting])
                angle = (ours[0] - (place >> 4 & 63)) % ANGLES
                grown = ours[1] - (place & 15) + SCALES - 1
                votes[place >> 10].append((feature, posting, angle, grown, weight))
    totals = {row: sum(vote[4] for vote in own) for row, own in votes.items()}
    considered = sorted(totals, key=lambda row: (-totals[row], row))[:CONSIDERED]
    scores = {row: _agreeing(votes[row]) for row in considered}
    best = sorted((-score, row) for row, score in scores.items() if score)
    return [(int(every.handles[row]), -score) for score, row in best]


def _agreeing(votes: list[tuple[int, int, int, int, int]]) -> int:
    """What those of one turn and growth weigh, each feature and each posting once."""

    def within(angle: int, scale: int) -> list[tuple[int, int, int, int, int]]:
        return [
            vote
            for vote in votes
            if (vote[2] - angle) % ANGLES < ANGLE_WINDOW and 0 <= vote[3] - scale < SCALE_WINDOW
        ]

    windows = [
        (angle, scale)
        for angle in range(ANGLES)
        for scale in range(2 * SCALES - 1 - SCALE_WINDOW + 1)
    ]
    best = max(windows, key=lambda at: sum(vote[4] for vote in within(*at)))
    features: set[int] = set()
    postings: set[int] = set()
    total = 0
    for feature, posting, _, _, weight in sorted(within(*best), key=lambda vote: -vote[4]):
        if feature not in features and posting not in postings:
            features.add(feature)
            postings.add(posting)
            total += weight
    return total
