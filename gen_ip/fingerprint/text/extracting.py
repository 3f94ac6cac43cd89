"""From a text's file to its characters, by the format that its bytes were found to be of."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gen_ip.errors import UnreadableText
from gen_ip.fingerprint.text.archives import of_docx, of_epub, of_odt
from gen_ip.fingerprint.text.decoding import decoded
from gen_ip.fingerprint.text.pages import of_html

#: Characters of a text: the Bible has some four million.
MAX_CHARACTERS = 16_000_000
MAX_PAGES = 10_000
#: Formats that nothing but decoding reads.
PLAIN = ("plain", "xml", "a1111", "prompt-json", "json")

_REMEDY = "give an intact copy, or its words as plain text"


def of_markdown(text: str) -> str:
    """The words of a text in CommonMark with tables.

    Raises:
        ValueError: it holds nothing.
    """
    from markdown_it import MarkdownIt

    return of_html(MarkdownIt("commonmark").enable("table").render(text))


def of_pdf(content: bytes) -> str:
    """The words on a document's pages, in the order that they are drawn.

    Raises:
        ValueError: it is damaged, locked, or has more pages than the cap.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise ValueError(str(error)) from None
    try:
        if len(document) > MAX_PAGES:
            raise ValueError(f"it has more than {MAX_PAGES:,} pages")
        pages, count = [], 0
        for number in range(len(document)):
            page = document[number]
            words = page.get_textpage()
            pages.append(words.get_text_range())
            words.close()
            page.close()
            count += len(pages[-1])
            if count > MAX_CHARACTERS:
                break
        return "\n".join(pages)
    except pypdfium2.PdfiumError as error:
        raise ValueError(str(error)) from None
    finally:
        document.close()


_BY_FORMAT: Mapping[str, Callable[[bytes], str]] = {
    **dict.fromkeys(PLAIN, decoded),
    "html": lambda content: of_html(decoded(content, named=True)),
    "markdown": lambda content: of_markdown(decoded(content)),
    "docx": of_docx,
    "odt": of_odt,
    "epub": of_epub,
    "pdf": of_pdf,
}
FORMATS = tuple(_BY_FORMAT)


def extracted(path: object, content: bytes, form: str) -> str:
    """A text's characters.

    Args:
        path: for messages.
        content: of the file.
        form: one of `FORMATS`, as `gen_ip.content.detection` names them.

    Raises:
        UnreadableText: the file is damaged, of another format, or holds more than the caps allow.
        ModuleNotFoundError: what reads the format is not installed.
    """
    read = _BY_FORMAT.get(form)
    if read is None:
        raise UnreadableText(path, f"its format is {form}", f"give one of {', '.join(FORMATS)}")
    try:
        text = read(content)
    except ValueError as error:
        raise UnreadableText(path, str(error)[:200], _REMEDY) from None
    except RecursionError:
        raise UnreadableText(path, "it is nested too deeply", _REMEDY) from None
    if len(text) > MAX_CHARACTERS:
        raise UnreadableText(
            path, f"it has more than {MAX_CHARACTERS:,} characters", "give its parts"
        )
    return text
