"""A paper from its facts: typeset by Typst from a template of this package, with fonts of its own,
so that the same facts give the same bytes on every machine."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, TypeAlias
from xml.sax.saxutils import escape

from gen_ip.errors import MissingLibrary
from gen_ip.papers import scripts
from gen_ip.papers.errors import NotTypeset, UnknownPaper
from gen_ip.papers.texts import written

Form: TypeAlias = Literal["svg", "png", "pdf"]

#: Pixels an inch: 2,338 x 1,654 for A4 across.
PIXELS_PER_INCH = 200
_SHARED = "parts.typ"
_SVG = re.compile(rb"<svg\b[^>]*>")


def form_of(path: Path, forms: tuple[Form, ...]) -> Form:
    """The form that a file's name asks for.

    Raises:
        UnknownPaper: it asks for none of `forms`.
    """
    suffix = path.suffix.lower().removeprefix(".")
    for form in forms:
        if suffix == form:
            return form
    raise UnknownPaper(path, forms)


def typeset(
    paper: str,
    form: Form,
    facts: Mapping[str, Any],
    *,
    strangers: str,
    picture: bytes | None = None,
    alt: str = "",
) -> bytes:
    """The bytes of a paper, `certificate` for example.

    Args:
        paper: the template's name.
        form: of several pages only a PDF can be made.
        facts: what the template says, as JSON; texts are cleaned, see `gen_ip.papers.texts`.
        strangers: all texts in it that may be in any script. Letters that no font has which is
            installed are drawn as boxes.
        picture: a PNG that the template shows; it becomes a data URI in SVG.
        alt: what an SVG says to those who do not see it.

    Raises:
        MissingLibrary: Typst or a font is not installed.
        NotTypeset: the texts do not fit the paper.
    """
    try:
        import typst
    except ImportError:
        raise MissingLibrary("typst", "papers", "typesetting papers") from None

    fonts = [str(folder) for folder in scripts.folders(strangers)]
    families = scripts.families(strangers)
    facts = {**written(facts), "families": families, "picture": picture is not None}
    with tempfile.TemporaryDirectory(prefix="gen-ip-") as name:
        folder = Path(name)
        for template in (_SHARED, f"{paper}.typ"):
            source = files("gen_ip.papers") / "templates" / template
            (folder / template).write_bytes(source.read_bytes())
        if picture is not None:
            (folder / "work.png").write_bytes(picture)
        try:
            made = typst.compile(
                str(folder / f"{paper}.typ"),
                root=name,
                format=form,
                ppi=PIXELS_PER_INCH,
                font_paths=fonts,
                ignore_system_fonts=True,
                sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)},
            )
        except RuntimeError as error:
            raise NotTypeset(paper, str(error).splitlines()[0]) from None
    if not isinstance(made, bytes):
        pages: Sequence[bytes] = made or ()
        raise NotTypeset(paper, f"it has {len(pages)} pages")
    return _named(made, written(alt)) if form == "svg" else made


def _named(svg: bytes, alt: str) -> bytes:
    """With a text for who does not see it; what is drawn are outlines."""
    said = escape(alt, {'"': "&quot;"}).encode()
    opening = _SVG.match(svg)
    if opening is None:
        raise NotTypeset("certificate", "no SVG came out")
    head = opening[0][:-1] + b' role="img" aria-label="' + said + b'">'
    return head + b"<title>" + said + b"</title>" + svg[opening.end() :]
