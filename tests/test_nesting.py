"""Nesting is told before a parser recurses."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gen_ip.nesting import nested_deeper_than, parse


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('ab"\\[]{}\n é', max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('"[{\\'), inner),
)


@given(documents, st.booleans())
def test_the_depth_of_valid_json(value: object, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert nested_deeper_than(depth(value) - 1, text) or depth(value) == 0
    assert not nested_deeper_than(depth(value), text)


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 200_000, '["' * 9, "[" * 17 + '"\\'])
def test_text_that_is_no_json(text: str) -> None:
    assert nested_deeper_than(16, text) == (text.count("[") + text.count("{") > 16)


def test_brackets_in_strings_do_not_count() -> None:
    assert not nested_deeper_than(1, json.dumps(["[" * 1000, '\\"[[[[', "{"]))


def test_a_raised_recursion_limit_does_not_matter() -> None:
    import eth  # noqa: F401  (raises the limit so far that json.loads would end the process)

    from benchmarks.replay_format import ReplayError, loads
    from gen_ip.content.metadata import decode
    from gen_ip.errors import MetadataError

    deep = b"[" * 200_000
    with pytest.raises(ReplayError, match="nested too deeply"):
        loads(deep)
    with pytest.raises(MetadataError, match="nested deeper"):
        decode(deep)


def test_parsing_stops_before_the_parser() -> None:
    assert parse(b'{"a": [1]}', 2) == {"a": [1]}
    for text in (b"[" * 10**6, b'{"a":' * 10**6, '[{"a": 1}]'):
        with pytest.raises(ValueError, match="nested deeper than 1 "):
            parse(text, 1)
    for text in (b"\xff", b"[", b""):
        with pytest.raises(ValueError):  # noqa: PT011 - whatever the parser says
            parse(text, 1)
