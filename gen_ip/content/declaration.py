"""What a creator declares about how a work was made: tools, base models, people, overrides.

As a TOML file:

    human_contribution = "Sketched, prompted, chose one of forty, repainted the hands."

    [[tools]]
    name = "Midjourney Pro"
    plan = "Pro"
    upstream = "midjourney-paid"

    [[base_models]]
    name = "SDXL 1.0"
    license = "CreativeML Open RAIL++-M"

    [[upstream_override]]
    upstream = "midjourney-paid"
    rights = ["EXCLUSIVE"]
    statement = "Made in stealth mode under an agreement of 3 May with the maker."

It becomes part of the certificate's metadata, whose digest the creator's consent covers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from gen_ip import toml
from gen_ip.content.files import StrPath, open_file
from gen_ip.content.metadata import Override, Tool
from gen_ip.content.metadata_schema import check_declaration
from gen_ip.errors import MetadataError, shown

MAX_DECLARATION_BYTES = 65_536
_KEYS = ("human_contribution", "tools", "base_models", "upstream_override")


@dataclass(frozen=True)
class Declaration:
    """The fields of the same names in a certificate's metadata; all may be left out."""

    tools: tuple[Tool, ...] = ()
    base_models: tuple[Tool, ...] = ()
    human_contribution: str | None = None
    upstream_override: tuple[Override, ...] = ()

    def fields(self) -> dict[str, Any]:
        """As keyword arguments of `gen_ip.content.metadata.build`."""
        return {key: getattr(self, key) for key in _KEYS}


def load(path: StrPath) -> Declaration:
    """Reads a declaration's file, of at most 64 KiB.

    Raises:
        MissingFile, NotAFile, UnreadableFile, EmptyFile, FileTooLarge: the file is not usable.
        MetadataError: it is no TOML in UTF-8, or breaks the schema; `field` names the key.
    """
    with open_file(path, MAX_DECLARATION_BYTES) as file:
        return parse(file.read(MAX_DECLARATION_BYTES))


def parse(data: bytes) -> Declaration:
    """Reads the bytes of a declaration's file.

    Raises:
        MetadataError: as `load`, or it has more than 64 KiB.
    """
    return from_fields(read_toml(data))


def read_toml(data: bytes) -> dict[str, Any]:
    """The keys of a TOML file, whatever they are.

    Raises:
        MetadataError: it is no TOML in UTF-8, or has more than 64 KiB.
    """
    if len(data) > MAX_DECLARATION_BYTES:
        raise MetadataError("", f"has {len(data):,} bytes, the cap is {MAX_DECLARATION_BYTES:,}")
    try:
        return toml.read(data)
    except ValueError as error:
        raise MetadataError("", f"is not TOML in UTF-8 ({error}); correct the file") from None


def from_fields(fields: Mapping[str, Any]) -> Declaration:
    """The declaration of a file's keys.

    Raises:
        MetadataError: they break the schema; `field` names the key.
    """
    for key in fields:
        if key not in _KEYS:
            raise MetadataError(key, f"is unknown; known are {', '.join(_KEYS)}")
    check_declaration(fields)
    for key in ("tools", "base_models"):
        for index, tool in enumerate(fields.get(key, ())):
            if unknown := sorted(set(tool) - Tool.__optional_keys__ - Tool.__required_keys__):
                place = f"{key}[{index}].{unknown[0]}"
                raise MetadataError(place, f"is unknown, with the value {shown(tool[unknown[0]])}")
    return Declaration(
        tools=cast(tuple[Tool, ...], tuple(fields.get("tools", ()))),
        base_models=cast(tuple[Tool, ...], tuple(fields.get("base_models", ()))),
        human_contribution=fields.get("human_contribution"),
        upstream_override=cast(tuple[Override, ...], tuple(fields.get("upstream_override", ()))),
    )
