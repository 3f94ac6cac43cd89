"""What is stated of one file of a folder: a TOML file beside it, NAME.toml.

    name = "Morning"
    description = "The first of a series."
    kind = "prompt"
    human_contribution = "Sketched, prompted, repainted the hands."

`name`, `description` and `kind` are of this file alone. The other keys are those of a declaration
(`gen_ip.content.declaration`); where there are any, they stand in the place of the declaration that
all files share.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path

from gen_ip.content import declaration
from gen_ip.content.detection.settling import KINDS
from gen_ip.content.files import open_file
from gen_ip.errors import MetadataError, shown
from gen_ip.methods.preparing import Stated
from gen_ip.terms.upstream import require_known


def read(path: Path) -> bytes:
    """The bytes of a sidecar, at most 64 KiB.

    Raises:
        FileProblem: the file is not usable.
    """
    with open_file(path, declaration.MAX_DECLARATION_BYTES) as file:
        return file.read(declaration.MAX_DECLARATION_BYTES)


def stated(shared: Stated, sidecar: bytes | None) -> Stated:
    """What is stated of a file: what all share, and what its sidecar says.

    Raises:
        MetadataError: the sidecar is no TOML, or holds what does not fit.
        UnknownUpstream: it names a tool's license that is not in the table.
    """
    if sidecar is None:
        return shared
    fields = declaration.read_toml(sidecar)
    name = fields.pop("name", shared.name)
    description = fields.pop("description", shared.description)
    kind = fields.pop("kind", shared.kind)
    for key, value in (("name", name), ("description", description)):
        if value is not None and not isinstance(value, str):
            raise MetadataError(key, "is no text; put it in quotes")
    if kind is not None and kind not in KINDS:
        raise MetadataError("kind", f"is {shown(kind)}; expected one of {', '.join(KINDS)}")
    made = replace(shared, name=name, description=description, kind=kind)
    if not fields:
        return made
    declared = declaration.from_fields(fields)
    require_known(declared)
    return replace(made, declared=declared)


def basis(shared: Stated, sidecar: bytes | None, store: str) -> bytes:
    """A digest of all that a certificate is made from besides the file's bytes and name, and of
    where its content is kept, 32 bytes."""
    text = json.dumps([asdict(shared), store], sort_keys=True)
    return hashlib.sha256(hashlib.sha256(text.encode()).digest() + (sidecar or b"")).digest()
