"""An inbox as a feed that any reader takes: Atom, RFC 4287.

What comes from strangers goes in as text: the library escapes it, and characters that XML 1.0
cannot carry are replaced.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from gen_ip.status.inbox import Entry

NAMESPACE = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"
# Char of XML 1.0: https://www.w3.org/TR/xml/#charsets
_NO_CHAR = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LAST = 253_402_300_799


def feed(account: str, entries: Sequence[Entry], *, url: str) -> bytes:
    """The feed, UTF-8; `url` is its own address. The same entries give the same bytes."""
    root = ET.Element("feed", xmlns=NAMESPACE)
    _add(root, "id", f"urn:gen-ip:inbox:{account.lower()}")
    _add(root, "title", f"Gen-IP: {account}")
    ET.SubElement(root, "link", rel="self", href=_clean(url))
    newest = max((each.time for each in entries), default=0)
    _add(root, "updated", _time(newest))
    author = ET.SubElement(root, "author")
    _add(author, "name", "Gen-IP")
    for each in entries:
        entry = ET.SubElement(root, "entry")
        _add(entry, "id", f"urn:gen-ip:{each.id}")
        _add(entry, "title", each.text)
        _add(entry, "updated", _time(each.time))
        ET.SubElement(entry, "category", term=each.kind.value)
        amount = f"{each.amount} of the smallest unit of {each.token}"
        due = f"; until {_time(each.due)}" if each.due else ""
        ET.SubElement(entry, "summary", type="text").text = _clean(f"{amount}{due}")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = _clean(text)


def _clean(text: str) -> str:
    return _NO_CHAR.sub("\ufffd", text)


def _time(seconds: int) -> str:
    """RFC 3339, UTC; times beyond its years as the last one."""
    time = datetime.fromtimestamp(min(max(seconds, 0), _LAST), UTC)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
