"""The published JSON Schema says what the package's own check says."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from gen_ip.content.kind import Kind
from gen_ip.content.metadata import SCHEMA
from gen_ip.content.metadata_schema import MAX_ITEMS, MAX_PARENTS, check, published
from gen_ip.errors import MetadataError
from tests.content.test_metadata import BROKEN, WORK, full

# What a schema cannot say; each is told in a comment of the schema.
BEYOND = re.compile("names two contents|ascending|largest work id|RFC 8785")


def _pattern(_: Any, pattern: str, text: Any, __: Any) -> Iterator[ValidationError]:
    """As ECMA-262, and so JSON Schema, reads `$`: Python's lets a line feed follow."""
    if isinstance(text, str) and not re.search(re.sub(r"\$\Z", r"\\Z", pattern), text):
        yield ValidationError(f"{text!r} does not match {pattern!r}")


VALIDATOR = extend(Draft202012Validator, {"pattern": _pattern})(published())


def told(document: object) -> str | None:
    """What the package's own check finds wrong."""
    try:
        check(document)
    except MetadataError as error:
        return str(error)
    return None


def changed(path: str, value: Any) -> Any:
    document: Any = copy.deepcopy(full())
    *parents, last = path.split(".")
    target = document
    for name in parents:
        target = target[name]
    target[last] = value
    return document


def test_it_is_a_schema_with_the_version_in_its_name() -> None:
    schema = published()
    Draft202012Validator.check_schema(schema)
    assert schema["$id"].endswith(SCHEMA.removeprefix("gen-ip/"))
    part = schema["properties"]["gen_ip"]["properties"]
    assert part["schema"]["const"] == SCHEMA
    assert tuple(part["kind"]["enum"]) == get_args(Kind)
    assert part["parents"]["maxItems"] == MAX_PARENTS
    assert schema["properties"]["attributes"]["maxItems"] == MAX_ITEMS


def test_a_full_document_fits() -> None:
    VALIDATOR.validate(full())
    assert told(full()) is None


@pytest.mark.parametrize(("path", "value", "problem"), BROKEN)
def test_what_the_check_refuses_the_schema_refuses(path: str, value: Any, problem: str) -> None:
    document = changed(path, value)
    assert told(document) is not None
    # That one parent comes twice, it can say.
    beyond = BEYOND.search(problem) is not None and value != ["7", "7"]
    assert VALIDATOR.is_valid(document) == beyond


def test_what_is_missing_is_missed() -> None:
    for path in ("name", "description", "attributes", "gen_ip"):
        document: Any = copy.deepcopy(full())
        del document[path]
        assert not VALIDATOR.is_valid(document)
    for path in published()["properties"]["gen_ip"]["required"]:
        document = copy.deepcopy(full())
        del document["gen_ip"][path]
        assert not VALIDATOR.is_valid(document)
        assert told(document) is not None


PATHS = [
    *("name", "description", "image", "animation_url", "external_url", "attributes", "more"),
    *(f"gen_ip.{name}" for name in published()["properties"]["gen_ip"]["properties"]),
    *(f"gen_ip.content.{name}" for name in ("cid", "sha256", "size", "mediaType")),
]
TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            *("https://a.org", "HTTPS://a.org:8/x?y#z", "https://[::1]/", "https://", "x" * 300),
            *("ipfs://bafkreiaaaa", "image/png", str(WORK), "0" * 64, "0x" + "0" * 64, "TRAIN"),
        ]
    ),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.floats(0, 2), TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["name", "trait_type", "value", "pixels-v1", "UP", "license"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)


# A busy machine takes its time over drawing values; that says nothing of the schema.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PATHS), VALUES)
def test_both_say_the_same_of_any_value(path: str, value: Any) -> None:
    document = changed(path, json.loads(json.dumps(value)))
    problem = told(document)
    # What needs more than a schema is left out.
    if problem is None or not BEYOND.search(problem):
        assert VALIDATOR.is_valid(document) == (problem is None), problem
