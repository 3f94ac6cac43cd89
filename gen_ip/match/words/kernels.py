"""The compiled inner loops of words; importing this imports numba and compiles, or loads from the
user's cache folder, for the processor at hand."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba import types

from gen_ip.match.compiling import compiled, count_ones

_ANGLES, _SCALES = 64, 16
_ANGLE_SHIFT, _ROW_SHIFT = 4, 10
_FAR = np.int64(1) << 40
# Differences of scale are 0 to 30.
_SCALE_DIFFERENCES = 2 * _SCALES - 1

_codes = types.Array(types.uint64, 2, "C", readonly=True)
_starts = types.Array(types.uint32, 1, "C", readonly=True)
_signatures = types.Array(types.uint64, 1, "C", readonly=True)
_places = types.Array(types.uint32, 1, "C", readonly=True)
_numbers = types.Array(types.int32, 1, "C")
_given = types.Array(types.int32, 1, "C", readonly=True)
_words = types.Array(types.uint16, 2, "C")


@numba.njit
def _apart(planes: Any, code: Any, found: Any) -> None:
    """In how many bits each of the codes of `planes`, (4, n), differs from `code`, (4,)."""
    w_0, w_1, w_2, w_3 = code[0], code[1], code[2], code[3]
    # Unsigned: numba then leaves out Python's counting from the end, and this is vectorized.
    for index in range(np.uint64(0), np.uint64(found.size)):
        found[index] = (
            count_ones(planes[np.uint64(0), index] ^ w_0)
            + count_ones(planes[np.uint64(1), index] ^ w_1)
            + count_ones(planes[np.uint64(2), index] ^ w_2)
            + count_ones(planes[np.uint64(3), index] ^ w_3)
        )


@compiled(
    types.void(
        _codes, _codes, types.Array(types.uint64, 3, "C", readonly=True), types.int64, _words
    )
)
def nearest_words(codes: Any, stems: Any, words: Any, branches: int, found: Any) -> None:
    """Fills `found`, (n, count), with the nearest words of `codes`: see `Vocabulary`.

    Args:
        codes: (n, 4).
        stems: (4, stems), word by word as `gen_ip.match.codes` has it.
        words: (stems, 4, words of each).
        branches: how many stems' words are looked at, from the nearest on.
    """
    count = found.shape[1]
    leaves = words.shape[2]
    near = np.empty(stems.shape[1], np.uint64)
    apart = np.empty(leaves, np.uint64)
    best = np.empty(count, np.int64)
    for number in range(codes.shape[0]):
        _apart(stems, codes[number], near)
        best[:] = _FAR
        for _ in range(branches):
            stem = near.argmin()
            near[stem] = _FAR
            _apart(words[stem], codes[number], apart)
            for leaf in range(leaves):
                key = np.int64(apart[leaf]) << 16 | (stem * leaves + leaf)
                if key < best[count - 1]:
                    place = count - 1
                    while place > 0 and best[place - 1] > key:
                        best[place] = best[place - 1]
                        place -= 1
                    best[place] = key
        for place in range(count):
            found[number, place] = np.uint16(best[place] & 0xFFFF)


@compiled(
    types.void(
        _starts, _signatures, _places, types.uint32,
        types.Array(types.uint32, 1, "C"), types.Array(types.uint64, 1, "C"),
        types.Array(types.uint32, 1, "C"),
    )
)  # fmt: skip
def lay(
    starts: Any, signatures: Any, places: Any, offset: Any, filled: Any, to: Any, to_places: Any
) -> None:
    """Copies a part's postings behind those that each word has: `filled` (65536,) says where."""
    for word in range(filled.size):
        at = np.int64(filled[word])
        for index in range(np.int64(starts[word]), np.int64(starts[word + 1])):
            to[at] = signatures[index]
            to_places[at] = places[index] + offset
            at += 1
        filled[word] = at


@compiled(
    types.int64(
        _starts, _signatures, _places, types.Array(types.uint16, 1, "C", readonly=True),
        types.Array(types.uint64, 1, "C", readonly=True), _given, _given, types.int64,
        _numbers, types.Array(types.uint32, 2, "C"), types.Array(types.int64, 1, "C"),
    )
)  # fmt: skip
def vote(
    starts: Any,
    signatures: Any,
    places: Any,
    words: Any,
    asked: Any,
    rarity: Any,
    nearness: Any,
    first: int,
    totals: Any,
    votes: Any,
    counts: Any,
) -> Any:
    """Gathers the postings of `words[first:]` whose signatures are near those asked with.

    Args:
        words, asked, rarity: (m,): where to look, with which signature, of what weight.
        nearness: (least distance that is too far,): weights by distance.
        totals: (rows,): what each row has gathered so far.
        votes: (capacity, 3): which look, which posting, its place.
        counts: (1,): how many votes there are.

    Returns:
        The look to go on with once `votes` is larger; m when all are done.
    """
    within = np.uint64(nearness.size)
    rows = totals.size
    count = counts[0]
    for look in range(first, words.size):
        word = np.int64(words[look])
        start, end = np.int64(starts[word]), np.int64(starts[word + 1])
        if count + end - start > votes.shape[0]:
            counts[0] = count
            return look
        signature = asked[look]
        for index in range(start, end):
            apart = count_ones(signatures[index] ^ signature)
            if apart < within:
                row = np.int64(places[index] >> _ROW_SHIFT)
                # A damaged file may name rows that are none.
                if row < rows:
                    votes[count, 0] = look
                    votes[count, 1] = index
                    votes[count, 2] = places[index]
                    count += 1
                    # Neither can a picture of one repeated feature make it overflow.
                    if totals[row] < 1 << 30:
                        totals[row] += rarity[look] * nearness[apart]
    counts[0] = count
    return np.int64(words.size)


@numba.njit
def _once(
    votes: Any, features: Any, numbers: Any, weights: Any, count: int, slot: int, used: Any
) -> Any:
    """What the votes weigh when each feature of the picture and of the work counts once, the
    heaviest first.

    Args:
        numbers, weights: of `count` votes.
        used: (features,): the last slot that each feature counted in.
    """
    postings = np.empty(count, np.int64)
    keys = np.empty(count, np.int64)
    for index in range(count):
        postings[index] = votes[numbers[index], 1]
        keys[index] = -weights[index] << 32 | index
    keys.sort()
    distinct = np.unique(postings)
    taken = np.zeros(distinct.size, np.uint8)
    total = np.int64(0)
    for place in range(count):
        index = keys[place] & 0xFFFFFFFF
        feature = features[votes[numbers[index], 0]]
        group = np.searchsorted(distinct, postings[index])
        if used[feature] != slot and not taken[group]:
            used[feature] = slot
            taken[group] = 1
            total += weights[index]
    return total


@compiled(
    types.void(
        _signatures, types.Array(types.uint64, 1, "C", readonly=True), _given, _given,
        _given, types.int64, _places, types.Array(types.uint32, 2, "C", readonly=True), _given,
        types.int64, types.int64, types.int64, types.Array(types.int64, 1, "C"),
    )
)  # fmt: skip
def weigh(
    signatures: Any,
    asked: Any,
    rarity: Any,
    nearness: Any,
    features: Any,
    feature_count: int,
    shapes: Any,
    votes: Any,
    slots: Any,
    slot_count: int,
    angle_window: int,
    scale_window: int,
    scores: Any,
) -> None:
    """Fills `scores` with what the rows' votes of one turn and one change of scale weigh.

    Args:
        features: (m,): which feature each look was for.
        shapes: (features,): angle and scale of each.
        votes: (n, 3), as `vote` leaves them.
        slots: (rows,): a row's place in `scores`, or -1.
        angle_window, scale_window: how many steps of both count as one.
    """
    first = np.zeros(slot_count + 1, np.int64)
    for number in range(votes.shape[0]):
        slot = slots[votes[number, 2] >> _ROW_SHIFT]
        if slot >= 0:
            first[slot + 1] += 1
    most = np.int64(0)
    for slot in range(slot_count):
        most = max(most, first[slot + 1])
        first[slot + 1] += first[slot]
    order = np.empty(first[slot_count], np.int64)
    at = first[:slot_count].copy()
    for number in range(votes.shape[0]):
        slot = slots[votes[number, 2] >> _ROW_SHIFT]
        if slot >= 0:
            order[at[slot]] = number
            at[slot] += 1
    spans = _SCALE_DIFFERENCES - scale_window + 1
    # What the votes within a window weigh, by its first angle and first scale.
    windows = np.zeros((_ANGLES, spans), np.int64)
    angles = np.empty(most, np.int64)
    scales = np.empty(most, np.int64)
    weights = np.empty(most, np.int64)
    scale: Any = 0
    used_feature = np.full(feature_count, -1, np.int64)
    for slot in range(slot_count):
        count = first[slot + 1] - first[slot]
        best, best_angle, best_scale = np.int64(0), 0, 0
        for index in range(count):
            number = order[first[slot] + index]
            look = votes[number, 0]
            theirs = np.int64(votes[number, 2])
            ours = np.int64(shapes[features[look]])
            angle = ((ours >> _ANGLE_SHIFT) - (theirs >> _ANGLE_SHIFT)) & (_ANGLES - 1)
            scale = (ours & (_SCALES - 1)) - (theirs & (_SCALES - 1)) + _SCALES - 1
            apart = count_ones(signatures[votes[number, 1]] ^ asked[look])
            weight = np.int64(rarity[look]) * np.int64(nearness[apart])
            angles[index], scales[index], weights[index] = angle, scale, weight
            for across in range(angle_window):
                for start in range(max(0, scale - scale_window + 1), min(scale + 1, spans)):
                    windows[(angle - across) & (_ANGLES - 1), start] += weight
        # The heaviest window, the first of equally heavy ones; then all are empty again.
        for clear in range(2):
            for index in range(count):
                scale = scales[index]
                for across in range(angle_window):
                    angle = (angles[index] - across) & (_ANGLES - 1)
                    for start in range(max(0, scale - scale_window + 1), min(scale + 1, spans)):
                        if clear:
                            windows[angle, start] = 0
                        elif windows[angle, start] > best or (
                            windows[angle, start] == best
                            and (angle < best_angle or (angle == best_angle and start < best_scale))
                        ):
                            best, best_angle, best_scale = windows[angle, start], angle, start
        inside = 0
        for index in range(count):
            turned = (angles[index] - best_angle) & (_ANGLES - 1)
            if turned < angle_window and 0 <= scales[index] - best_scale < scale_window:
                angles[inside] = order[first[slot] + index]
                weights[inside] = weights[index]
                inside += 1
        scores[slot] = _once(votes, features, angles, weights, inside, slot, used_feature)
