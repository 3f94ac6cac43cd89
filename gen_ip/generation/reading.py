"""What a file says of its own making: generation data, and marks of origin.

`read` is for files of one's own. Of strangers' files it is done in a limited process:
`gen_ip.generation.confined`. In both the caps of `gen_ip.generation.limits` hold, and what is
damaged, hostile or too large is a finding (`Reading.problems`), never an end.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from gen_ip.content.detection.detect import detect
from gen_ip.content.detection.found import Detected
from gen_ip.content.files import MAX_MODEL_BYTES, StrPath, detect_open, open_file
from gen_ip.content.safetensors import BadSafetensors, read_header
from gen_ip.errors import FileProblem, UnreadableFile
from gen_ip.generation.containers.jpeg import read_jpeg
from gen_ip.generation.containers.media import read_boxes
from gen_ip.generation.containers.pieces import Contents, Problem
from gen_ip.generation.containers.png import read_png
from gen_ip.generation.containers.webp import read_webp
from gen_ip.generation.interpreting import generations, of_json
from gen_ip.generation.limits import MAX_TEXT_BYTES, BadEmbedding, json_of
from gen_ip.generation.provenance import Provenance, provenance
from gen_ip.generation.record import Generation
from gen_ip.generation.tools.parameters import read_parameters
from gen_ip.generation.tools.training import read_training

PICTURES = {
    "png": read_png,
    "jpeg": read_jpeg,
    "webp": read_webp,
    "avif": read_boxes,
    "heif": read_boxes,
}
_JSON = ("comfyui-api", "comfyui-ui", "prompt-json")
# Of a PNG's IHDR: the place of the color type, and that of red, green, blue and alpha.
_COLOR_AT, _RGBA = 25, 6


@dataclass(frozen=True)
class Reading:
    """What was found in a file.

    Attributes:
        detected: what the file is.
        generations: records, that which says most first.
        provenance: marks of origin besides.
        problems: what could not be read.
    """

    detected: Detected
    generations: tuple[Generation, ...] = ()
    provenance: Provenance = field(default_factory=Provenance)
    problems: tuple[Problem, ...] = ()

    @property
    def main(self) -> Generation | None:
        """The record that says most."""
        return next(iter(self.generations), None)

    def to_json(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "kind": self.detected.kind,
            "format": self.detected.format,
            "also": [*self.detected.also],
            "generation": [each.to_json() for each in self.generations],
            "provenance": {
                "digital_source_type": self.provenance.digital_source_type,
                "creator_tool": self.provenance.creator_tool,
                "c2pa": self.provenance.c2pa,
            },
            "problems": [each._asdict() for each in self.problems],
        }


def read(path: StrPath, max_bytes: int | None = None) -> Reading:
    """What a file of one's own says of its making. `max_bytes` is by default what
    `gen_ip.content.files.cap_of` says of its format; of a model the header alone is read.

    Raises:
        FileProblem: the file is not usable.
    """
    with open_file(path, MAX_MODEL_BYTES if max_bytes is None else max_bytes) as file:
        try:
            if max_bytes is None:
                detect_open(file, path)
            return read_open(file, path)
        except OSError as error:
            raise UnreadableFile(path, error.strerror or str(error)) from None


def read_open(file: BinaryIO, path: StrPath) -> Reading:
    """As `read`, of an open file; `path` names it.

    Raises:
        OSError: the system cannot read it.
    """
    return read_found(detect(file), file, path)


def read_found(found: Detected, file: BinaryIO, path: StrPath) -> Reading:
    """As `read_open`, of a file that was looked at."""
    if found.format in PICTURES:
        file.seek(0)
        return of_picture(found, file.read(), path)
    contents = Contents()
    try:
        made = _of_other(found, file)
    except (BadEmbedding, BadSafetensors) as error:
        contents.problem(found.format, str(error))
        made = None
    return Reading(found, () if made is None else (made,), problems=tuple(contents.problems))


def of_picture(found: Detected, data: bytes, path: StrPath) -> Reading:
    """What is embedded in a picture's bytes."""
    contents = Contents()
    PICTURES[found.format](data, contents)
    records = generations(contents)
    if not records and found.format == "png" and data[_COLOR_AT : _COLOR_AT + 1] == bytes([_RGBA]):
        _read_alpha(data, contents, path)
        records = generations(contents)
    marks = provenance(contents.xmp, contents.c2pa)
    return Reading(found, records, marks, tuple(contents.problems))


def _read_alpha(data: bytes, contents: Contents, path: StrPath) -> None:
    import numpy

    from gen_ip.fingerprint.opening import open_image
    from gen_ip.generation.containers.stealth import PLACE, read_alpha

    try:
        with open_image(Path(path), content=data) as image:
            if image.mode == "RGBA":
                read_alpha(numpy.asarray(image.getchannel("A")), contents)
    except FileProblem as error:
        contents.problem(PLACE, str(error))


def _of_other(found: Detected, file: BinaryIO) -> Generation | None:
    """What a text, a workflow or a model says.

    Raises:
        BadEmbedding, BadSafetensors: it cannot be read.
    """
    if found.kind == "model" and found.format != "pickle":
        return None if found.format == "gguf" else _of_model(file)
    if found.format not in ("a1111", *_JSON):
        return None
    file.seek(0)
    data = file.read(MAX_TEXT_BYTES + 1)
    if len(data) > MAX_TEXT_BYTES:
        raise BadEmbedding(f"it has more than {MAX_TEXT_BYTES:,} bytes")
    text = data.decode("utf-8-sig", "replace")
    if found.format in _JSON:
        return of_json(json_of(text), "JSON")
    return read_parameters(text, "text")


def _of_model(file: BinaryIO) -> Generation | None:
    return read_training(read_header(file).metadata, "safetensors header")


def of_bytes(data: bytes, path: StrPath = "content") -> Reading:
    """As `read`, of a file's bytes."""
    return read_open(io.BytesIO(data), path)
