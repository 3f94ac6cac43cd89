"""`make docs`: the site is built without a warning, holds all it should, needs no other host."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest

import gen_ip
from gen_ip.calls import Calls
from gen_ip.chain import events
from gen_ip.errors import GenIPError
from tests.support.require import ROOT
from tools.docs import errors

# Attributes by which a browser fetches something, unasked.
FETCHED = {"src", "srcset", "poster", "data"}
FETCHED_LINKS = {"stylesheet", "icon", "preload", "preconnect", "dns-prefetch", "modulepreload"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    run = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    # mkdocs.yml is strict: a warning is an error.
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    return folder


def public(names: Mapping[str, object]) -> set[str]:
    """The functions and properties that anybody may use."""
    return {
        name
        for name, value in names.items()
        if not name.startswith("_") and (inspect.isfunction(value) or isinstance(value, property))
    }


class Fetched(HTMLParser):
    """What a browser fetches for a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids.add(given.get("id", ""))
        self.addresses += [given[name] for name in FETCHED & set(given)]
        if tag == "link" and FETCHED_LINKS & set(given.get("rel", "").split()):
            self.addresses.append(given["href"])


def pages(site: Path) -> Iterator[tuple[str, Fetched]]:
    for path in sorted(site.rglob("*.html")):
        yield path.relative_to(site).as_posix(), Fetched(path.read_text("utf-8"))


def test_no_page_fetches_from_another_host(site: Path) -> None:
    fetched = {address: name for name, page in pages(site) for address in page.addresses}
    assert len(fetched) > 10
    foreign = {each for each in fetched if re.match(r"(\w+:)?//", each)}
    assert not foreign, {each: fetched[each] for each in foreign}
    for path in site.rglob("*.css"):
        text = path.read_text("utf-8")
        assert not re.search(r"(url\(|@import)\s*[\"']?(https?:)?//", text), path
    # The theme's scripts know of other hosts, for what these pages do not use: a policy holds it.
    for path in site.rglob("*.html"):
        text = path.read_text("utf-8")
        [policy] = re.findall(r'"Content-Security-Policy"\s+content="([^"]*)"', text)
        assert "default-src 'self'" in policy
        assert "http" not in policy


def test_every_document_is_in_the_navigation(site: Path) -> None:
    home = (site / "index.html").read_text("utf-8")
    documents = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")]
    assert len(documents) >= 15
    for document in documents:
        assert f'href="{document.with_suffix(".html").as_posix()}"' in home, document


def test_the_reference_has_every_public_name(site: Path) -> None:
    ids = {each for _, page in pages(site) for each in page.ids}
    # AsyncGenIP has the same methods, as its page says.
    inherited = dict(inspect.getmembers(gen_ip.GenIP))
    wanted = {f"gen_ip.GenIP.{each}" for each in public(inherited)}
    calls = vars(Calls()).items()
    for kind in (type(part) for _, part in calls if type(part).__module__.startswith("gen_ip.ca")):
        wanted |= {f"{kind.__module__}.{kind.__name__}.{each}" for each in public(vars(kind))}
    assert len(wanted) > 100
    assert wanted <= ids, wanted - ids
    named = {each.rpartition(".")[2] for each in ids}
    classes = {name for name in gen_ip.__all__ if isinstance(getattr(gen_ip, name), type)}
    # The root of all errors is in the words above their tables.
    assert classes - {"ContractError", "GenIPError"} <= named
    assert events.classes().keys() <= named


def test_the_page_of_errors_has_every_exception_with_a_remedy(site: Path) -> None:
    text = (site / "reference" / "errors.html").read_text("utf-8")
    page, rows = Fetched(text), re.findall(r"<tr>\s*(<td>.*?)</tr>", text, re.DOTALL)
    known = list(errors.exceptions())
    assert len(known) > 150
    for kind in known:
        assert issubclass(kind, GenIPError)
        root = (kind.__doc__ or "").startswith("Root of")
        assert (kind.__name__ in page.ids) is not root, kind
    assert len(rows) > 150
    for row in rows:
        cells = [each.strip() for each in re.findall(r"<td>(.*?)</td>", row, re.DOTALL)]
        assert len(cells) == 3, row
        assert all(cells), row
    # Nearly all classes say it themselves.
    assert text.count("as its message says") < 0.1 * len(rows)
