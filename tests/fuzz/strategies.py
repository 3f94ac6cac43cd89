"""Hostile values, and valid documents with something wrong: what all fuzzing here draws from."""

from __future__ import annotations

import copy
import json
import math
from typing import Any, TypeAlias

from hypothesis import strategies as st

Json: TypeAlias = Any
Path: TypeAlias = tuple[str | int, ...]

MAX_UINT = 2**256 - 1
ESCAPES = "\x1b[31mred\x1b[0m"
REVERSED = "\u202egnp.tac\u202c"

TEXTS = (
    "",
    " ",
    "0",
    "-1",
    "1e400",
    "0x",
    "0xzz",
    "0x" + "00" * 20,
    "0x" + "00" * 32,
    "0x" + "f" * 63,
    " 0x" + "11" * 32,
    "0x" + "11 " * 32,
    "0X" + "11" * 32,
    "٣",
    "NaN",
    "null",
    "a" * 300,
    "9" * 5_000,
    "line\nline",
    "nul\x00",
    ESCAPES,
    REVERSED,
    "\ufeffbom",
    "\u2028",
    "\ud800",
    "%s%n{0}{x}",
    "../../etc/passwd",
    "__class__",
)
NUMBERS = (-1, 0, 1, 255, 256, 2**16, 2**31, 2**53, 2**63, 2**64, 2**160, 2**255, MAX_UINT, 2**256,
           10**4_000, -(2**255), 0.5, 1e308, -0.0, math.nan, math.inf, -math.inf)  # fmt: skip

texts = st.sampled_from(TEXTS) | st.text(max_size=12)
numbers = st.sampled_from(NUMBERS) | st.integers() | st.floats()
leaves = st.none() | st.booleans() | numbers | texts
json_values: st.SearchStrategy[Json] = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
raw = st.binary(max_size=64) | texts.map(lambda text: text.encode("utf-8", "surrogatepass"))


def paths(document: Json, here: Path = ()) -> list[Path]:
    """Where everything in a document lies, the whole included."""
    found = [here]
    if isinstance(document, dict):
        for key, value in document.items():
            found += paths(value, (*here, key))
    elif isinstance(document, list):
        for index, value in enumerate(document):
            found += paths(value, (*here, index))
    return found


def at(document: Json, path: Path) -> Json:
    """What lies there."""
    for key in path:
        document = document[key]
    return document


def put(document: Json, path: Path, value: Json) -> Json:
    """A copy of the document with another value there."""
    if not path:
        return value
    changed = copy.deepcopy(document)
    at(changed, path[:-1])[path[-1]] = value
    return changed


@st.composite
def resized(draw: st.DrawFn, value: Json) -> Json:
    """A value of the same type, a little or a lot off."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return draw(st.sampled_from([value + 1, value - 1, -value, value << 300, float(value)]))
    if isinstance(value, str):
        cut = draw(st.integers(0, len(value)))
        kinds = [value[:cut], value * 2, value + "\n", " " + value, value.upper(), value.lower()]
        kinds += [value[:cut] + draw(texts) + value[cut:], value.swapcase(), value[cut:]]
        if cut < len(value):
            digit = "0" if value[cut] != "0" else "1"
            kinds.append(value[:cut] + digit + value[cut + 1 :])
        return draw(st.sampled_from(kinds))
    if isinstance(value, list):
        kinds = [[], value[:-1], value + value, value[::-1], [value], value * 40]
        return draw(st.sampled_from(kinds))
    if isinstance(value, dict):
        return draw(st.sampled_from([{}, [value], {"x": value}, {**value, "x": 1}]))
    return draw(leaves)


@st.composite
def mutated(draw: st.DrawFn, documents: st.SearchStrategy[Json]) -> Json:
    """A document with one or two things dropped, doubled, renamed, retyped or resized."""
    document = draw(documents)
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from(paths(document)))
        value = at(document, path)
        how = draw(st.sampled_from(["drop", "double", "rename", "retype", "resize", "resize"]))
        if how == "retype" or not path:
            document = put(document, path, draw(json_values))
        elif how == "resize":
            document = put(document, path, draw(resized(value)))
        else:
            holder = copy.deepcopy(at(document, path[:-1]))
            if isinstance(holder, dict):
                key = str(path[-1])
                if how != "double":
                    del holder[key]
                if how != "drop":
                    holder[draw(st.sampled_from([key.upper(), f"{key} ", "", "\x1b"]))] = value
            elif how == "drop":
                del holder[path[-1]]
            else:
                holder.insert(0, value)
            document = put(document, path[:-1], holder)
    return document


@st.composite
def damaged(draw: st.DrawFn, contents: st.SearchStrategy[bytes]) -> bytes:
    """Bytes with a piece lost, changed, put in or repeated."""
    data = draw(contents)
    first, last = sorted(draw(st.tuples(*[st.integers(0, len(data))] * 2)))
    inside = draw(st.sampled_from([b"", data[first:last] * 2]) | raw)
    return data[:first] + inside + data[last:]


def written(document: Json) -> bytes:
    """JSON as hostile as Python writes it: with NaN, Infinity and lone surrogates."""
    return json.dumps(document).encode()


@st.composite
def doubled_keys(draw: st.DrawFn, documents: st.SearchStrategy[Json]) -> bytes:
    """JSON in which the first object says a key twice."""
    document = draw(documents)
    key = draw(st.sampled_from(sorted(document)))
    first = json.dumps({key: draw(json_values)})
    return f"{first[:-1]}, {json.dumps(document)[1:]}".encode()


def deep(levels: int, open_: str = "[", close: str = "]") -> str:
    """JSON nested so deep."""
    return open_ * levels + close * levels


def toml(value: Json) -> str:
    """A value as TOML writes it inline; what TOML has no form for comes out wrong."""
    if isinstance(value, dict):
        return (
            f"{{{', '.join(f'{json.dumps(key)} = {toml(item)}' for key, item in value.items())}}}"
        )
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**2_000:
        return hex(value)
    return json.dumps(value)


def toml_file(document: Json) -> bytes:
    """A whole TOML document, a line a key."""
    if not isinstance(document, dict):
        return toml(document).encode("utf-8", "surrogatepass")
    lines = (f"{json.dumps(key)} = {toml(item)}" for key, item in document.items())
    return "\n".join(lines).encode("utf-8", "surrogatepass")
