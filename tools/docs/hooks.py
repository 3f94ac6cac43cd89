"""Hooks of mkdocs.yml: pages made from the code, and links that lead out of docs/.

docs/ is read in the repository as well, where its pages link to files beside it. Such a file
becomes a part of the site under files/, a folder a list of its files. README.md is the first page.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from tools.docs import errors

ROOT = Path(__file__).resolve().parents[2]

_HOME = "README.md"
# What follows is for who reads the page in the repository.
_TABLES = "<!-- tables -->"
_FOLDER = "/index.md"
_LINK = re.compile(r"\]\(([^)\s#:]+)(#[^)\s]*)?\)")
_FENCE = re.compile(r"^(```.*?^```)", re.DOTALL | re.MULTILINE)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the first page, and whatever pages link to outside docs/."""
    made = {"index.md": (ROOT / _HOME).read_text("utf-8")}
    pages = {file.src_uri: file for file in files if file.is_documentation_page()}
    waiting = [("index.md", made["index.md"])]
    waiting += [(uri, file.content_string) for uri, file in pages.items()]
    while waiting:
        uri, text = waiting.pop()
        for target in _targets(uri, text):
            there = _uri(target)
            if target.startswith("docs/") or there in made:
                continue
            made[there] = _content(uri, target)
            if there.endswith(".md"):
                waiting.append((there, made[there]))
    for uri, content in made.items():
        files.append(File.generated(config, uri, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turns links by the repository's paths into links by the site's, and fills in the errors."""
    markdown, marked, _ = markdown.partition(_TABLES)
    if marked:
        markdown += errors.tables()
    uri = page.file.src_uri

    def link(found: re.Match[str]) -> str:
        there = _uri(_target(uri, found[1]))
        return f"]({posixpath.relpath(there, posixpath.dirname(uri))}{found[2] or ''})"

    # Code is every second part.
    parts = _FENCE.split(markdown)
    return "".join(part if at % 2 else _LINK.sub(link, part) for at, part in enumerate(parts))


def _targets(uri: str, text: str) -> list[str]:
    """Paths in the repository that a page links to."""
    prose = _FENCE.sub("", text)
    return [_target(uri, found[1]) for found in _LINK.finditer(prose)]


def _target(uri: str, link: str) -> str:
    if uri == "index.md":
        source = _HOME
    elif uri.startswith("files/"):
        source = uri.removeprefix("files/")
    else:
        source = f"docs/{uri}"
    return posixpath.normpath(posixpath.join(posixpath.dirname(source), link))


def _uri(target: str) -> str:
    """Where the site has a file of the repository."""
    if target == _HOME:
        return "index.md"
    if target.startswith("docs/"):
        return target.removeprefix("docs/")
    return f"files/{target}{_FOLDER if (ROOT / target).is_dir() else ''}"


def _content(uri: str, target: str) -> str:
    path = ROOT / target
    if path.is_dir():
        names = sorted(each.name for each in path.iterdir() if each.is_file())
        return "\n".join([f"# {target}", "", *(f"- [{name}]({name})" for name in names)])
    if not path.is_file():
        raise PluginError(f"{uri} links to {target}, which does not exist")
    return path.read_text("utf-8")
