"""The least text in each format that a library reads."""

from __future__ import annotations

import io
import zipfile

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PAGE = "<html><head><meta charset='utf-8'/></head><body><p>a b</p></body></html>"


def samples() -> dict[str, bytes]:
    """A file's bytes by its format."""
    return {
        "html": _PAGE.encode(),
        "markdown": b"# a\n\n| b | c |\n| - | - |\n| d | *e* |\n\n```\nf\n```\n",
        "docx": docx("a"),
        "odt": archive({"content.xml": "<body><p>a<s/>b</p></body>"}),
        "epub": epub([_PAGE]),
        "pdf": pdf("a b"),
    }


def docx(*paragraphs: str) -> bytes:
    """A document of plain paragraphs."""
    body = "".join(f"<w:p><w:r><w:t>{each}</w:t></w:r></w:p>" for each in paragraphs)
    return archive(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f'<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>',
        }
    )


def epub(chapters: list[str]) -> bytes:
    """A book of chapters in HTML."""
    items = "".join(f'<item id="c{n}" href="{n}.xhtml"/>' for n in range(len(chapters)))
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    return archive(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": "<container><rootfile full-path='b/p.opf'/></container>",
            "b/p.opf": f"<package><manifest>{items}</manifest><spine>{spine}</spine></package>",
            **{f"b/{number}.xhtml": text for number, text in enumerate(chapters)},
        }
    )


def archive(parts: dict[str, str]) -> bytes:
    """A ZIP archive of texts by their names."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in parts.items():
            stored = zipfile.ZIP_STORED if name == "mimetype" else None
            made.writestr(zipfile.ZipInfo(name), text, stored)
    return data.getvalue()


def pdf(text: str) -> bytes:
    """A page with a line of text, which holds no brackets."""
    stream = f"BT /F 12 Tf 20 20 Td ({text}) Tj ET".encode("latin-1")
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 50]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    data, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj%s endobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        len(data),
    )
    return data + head + table + tail
