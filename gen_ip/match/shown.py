"""Why works are named to be a picture's, drawn for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gen_ip.fingerprint.glimpse import opened
from gen_ip.fingerprint.picture import Picture
from gen_ip.match.evidence import matches, overlay
from gen_ip.match.matcher import Answer, Matcher


def drawn(
    matcher: Matcher, picture: Picture, answer: Answer
) -> Iterator[tuple[str, Mapping[str, bytes]]]:
    """PNG pictures by name (`overlay`, `points`) for each work of an answer, drawn one by one;
    none for works that are the same by a hash, or that no small picture was kept of."""
    for found in answer.findings:
        entry, seen = matcher.index.by_key(found.key), found.likeness
        small = matcher.index.glimpse(entry.handle) if entry is not None else None
        if seen is None or (placed := seen.shown) is None or small is None:
            yield found.key, {}
            continue
        pictures = {"overlay": overlay(picture.copy, opened(small), placed)}
        if placed.inliers:
            pictures["points"] = matches(picture.copy, opened(small), placed)
        yield found.key, pictures
