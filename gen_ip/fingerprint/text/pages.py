"""What a reader sees of HTML and XHTML: the words, a line for each block."""

from __future__ import annotations

from typing import Any

from gen_ip.fingerprint.text.decoding import decoded

_UNSEEN = frozenset(
    (
        "head", "iframe", "math", "noscript", "object", "rp", "rt", "script", "style", "svg",
        "template",
    )
)  # fmt: skip
_BLOCKS = frozenset(
    (
        "address", "article", "aside", "blockquote", "br", "caption", "dd", "details", "dialog",
        "div", "dl", "dt", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5",
        "h6", "header", "hr", "li", "main", "nav", "ol", "option", "p", "pre", "section", "summary",
        "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
    )
)  # fmt: skip


def of_html(text: str) -> str:
    """The words of a page.

    Raises:
        ValueError: there is nothing in it.
    """
    from lxml import etree

    # A NUL ends the text for libxml2.
    data = text.replace("\0", " ").encode("utf-8", "replace")
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error)) from None
    if root is None:
        raise ValueError("nothing is in it")
    return _seen(root)


def of_xhtml(content: bytes) -> str:
    """The words of a chapter of a book, read as browsers read pages.

    Raises:
        ValueError: there is nothing in it.
    """
    return of_html(decoded(content, named=True))


def xml(content: bytes) -> Any:
    """The root of an XML document; no entities but XML's own, nothing loaded.

    Raises:
        ValueError: it is not well-formed, or nested too deeply.
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error)) from None


def local_name(element: Any) -> str:
    """An element's name without its namespace; "" for what is none, such as an entity."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _seen(root: Any) -> str:
    from lxml import etree

    parts: list[str] = []
    hidden = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        name = local_name(element)
        if event == "start":
            hidden += name in _UNSEEN
            if name in _BLOCKS:
                parts.append("\n")
            if not hidden:
                parts.append(element.text or "")
            continue
        hidden -= name in _UNSEEN
        if name in _BLOCKS:
            parts.append("\n")
        if not hidden and element is not root:
            parts.append(element.tail or "")
    return "".join(parts)
