"""What a work's tools, plans and base models let its creator sell, from a table with sources.

The table (`upstream.toml`) says what could be read on a day; it is no legal advice, and a tool that
is not in it is neither allowed nor forbidden. A creator who holds more than the usual license
says so in the metadata, as `upstream_override`. The creator's consent covers the metadata's digest,
so an override is signed like everything else, and every buyer can see it.
"""

# ruff: noqa: N818

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from gen_ip.errors import GenIPError, MetadataError, shown
from gen_ip.terms.rights import NOTHING, Rights

if TYPE_CHECKING:
    from gen_ip.content.declaration import Declaration
    from gen_ip.content.metadata import Metadata, Tool

Evidence = Literal["text", "card", "secondary"]


@dataclass(frozen=True)
class Upstream:
    """A model or a service: its license, and what it keeps its users from granting.

    `outputs` cannot be granted on what it generated, `models` on a model built from it. `dated` is
    the source's own date or empty; `checked` the day on which it was read, ISO 8601; `evidence`
    what was read: a copy of the text, of the maker's page, or only what others write.
    """

    id: str
    names: tuple[str, ...]
    license: str
    outputs: Rights
    models: Rights
    note: str
    source_title: str
    source_url: str
    dated: str
    checked: str
    evidence: Evidence

    def withheld(self, kind: str) -> Rights:
        """Rights that cannot be granted on a work of this kind (of the metadata)."""
        return self.models if kind == "model" else self.outputs


@dataclass(frozen=True)
class Conflict:
    """Rights that terms grant and that an upstream withholds.

    `override` is the creator's signed statement about all of them, None without one.
    """

    upstream: Upstream
    rights: Rights
    override: str | None

    def to_json(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "upstream": self.upstream.id,
            "license": self.upstream.license,
            "rights": self.rights.names,
            "override": self.override,
            "note": self.upstream.note,
            "source": self.upstream.source_url,
            "checked": self.upstream.checked,
            "evidence": self.upstream.evidence,
        }


class BeyondUpstream(GenIPError):
    """Terms grant more than a tool or base model of the work lets its creator grant."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        self.conflicts = tuple(conflicts)
        found = "; ".join(
            f"{one.upstream.id} ({one.upstream.license}, as of {one.upstream.checked}) withholds "
            f"{', '.join(one.rights.names)}"
            for one in self.conflicts
        )
        super().__init__(
            f"the terms grant more than the work's tools allow: {found}; offer other terms or, if "
            "you hold more rights, certify with an upstream_override that says so"
        )


class UnknownUpstream(GenIPError):
    """The table has no row of this id."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        super().__init__(
            f"upstream {shown(upstream)} is not in the table; name one of {', '.join(table())}, or "
            "leave it out and give the tool's name and license"
        )


@cache
def table() -> Mapping[str, Upstream]:
    """The rows by id."""
    text = (files("gen_ip.terms") / "upstream.toml").read_text("utf-8")
    return {row["id"]: _row(row) for row in tomllib.loads(text)["upstream"]}


def find(tool: Tool) -> Upstream | None:
    """The row of a tool or base model: by its `upstream`, else by its name; None for no row."""
    if "upstream" in tool:
        return table().get(tool["upstream"])
    return _by_name().get(tool["name"].casefold())


def conflicts(metadata: Metadata, grant: Rights) -> list[Conflict]:
    """What `grant` has that the work's declared tools and base models withhold."""
    found = []
    part = metadata["gen_ip"]
    for row in dict.fromkeys(filter(None, map(find, _tools(metadata)))):
        if rights := row.withheld(part["kind"]) & grant:
            found.append(Conflict(row, rights, _override(metadata, row, rights)))
    return found


def unknown(metadata: Metadata) -> list[str]:
    """Names of declared tools and base models without a row: their licenses are to be read."""
    return [tool["name"] for tool in _tools(metadata) if find(tool) is None]


def check(metadata: Metadata, grant: Rights) -> list[Conflict]:
    """The conflicts, all overridden by the creator.

    Raises:
        BeyondUpstream: one is not.
    """
    found = conflicts(metadata, grant)
    if bare := [one for one in found if one.override is None]:
        raise BeyondUpstream(bare)
    return found


def require_known(declared: Declaration) -> None:
    """Checks that what a creator is about to declare names rows of the table and rights.

    Raises:
        UnknownUpstream: an id is no row's.
        MetadataError: a name in an override is no right's.
    """
    for tool in (*declared.tools, *declared.base_models):
        if "upstream" in tool and tool["upstream"] not in table():
            raise UnknownUpstream(tool["upstream"])
    for entry in declared.upstream_override:
        if entry["upstream"] not in table():
            raise UnknownUpstream(entry["upstream"])
        for name in entry["rights"]:
            if name not in Rights.__members__:
                known = ", ".join(Rights.__members__)
                raise MetadataError("upstream_override", f"has {shown(name)}; rights are {known}")


def _tools(metadata: Metadata) -> Iterator[Tool]:
    part = metadata["gen_ip"]
    yield from part.get("tools", ())
    yield from part.get("base_models", ())


def _override(metadata: Metadata, row: Upstream, rights: Rights) -> str | None:
    covered, statements = NOTHING, []
    for entry in metadata["gen_ip"].get("upstream_override", ()):
        if entry["upstream"] == row.id:
            covered |= rights_of(entry["rights"])
            statements.append(entry["statement"])
    return " ".join(statements) if rights & ~covered == NOTHING else None


def rights_of(names: Sequence[str]) -> Rights:
    """The rights of these names; names that are none count for nothing."""
    found = NOTHING
    for name in names:
        found |= Rights.__members__.get(name, NOTHING)
    return found


@cache
def _by_name() -> Mapping[str, Upstream]:
    return {name.casefold(): row for row in table().values() for name in (row.id, *row.names)}


def _row(row: Mapping[str, Any]) -> Upstream:
    source = row["source"]
    return Upstream(
        id=row["id"],
        names=tuple(row["names"]),
        license=row["license"],
        outputs=rights_of(row["outputs"]),
        models=rights_of(row["models"]),
        note=row["note"],
        source_title=source["title"],
        source_url=source["url"],
        dated=source["dated"],
        checked=row["checked"].isoformat(),
        evidence=row["evidence"],
    )
