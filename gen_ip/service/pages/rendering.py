"""Pages from templates: escaped, with a policy that loads nothing from elsewhere, in the reader's
language."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gen_ip.papers.wording import Words
from gen_ip.service.pages.wording import Wording, preferred
from gen_ip.terms.clauses import Language

STATIC = {
    "style.css": "text/css",
    "wallet.js": "text/javascript",
    "page.js": "text/javascript",
}
_LONG = re.compile(r"\b(0x[0-9a-fA-F]{6}|[0-9]{6})[0-9a-fA-F]{14,}([0-9a-fA-F]{4})\b")
_LONGEST_TITLE = 80
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Page:
    """One page for one request: its language, and links that keep it.

    Attributes:
        say: the words of the pages.
        words: numbers, times and terms in the same language.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        chosen = request.query_params.get("lang")
        self._chosen = chosen if chosen in ("en", "fr") else None
        accepted = request.headers.get("accept-language", "")
        self.language = preferred(self._chosen, accepted)
        self.say = Wording(self.language)
        self.words = Words(self.language)

    @property
    def certifies(self) -> bool:
        """Whether the site has a page on which files are certified."""
        return self._request.app.state.parts.staging is not None

    def url(self, path: str, **query: str | int | None) -> str:
        """A link within the site, in the language that was chosen."""
        named = {name: str(value) for name, value in query.items() if value not in (None, "")}
        if self._chosen is not None:
            named.setdefault("lang", self._chosen)
        return path + (f"?{urlencode(named)}" if named else "")

    def site(self, name: str) -> str:
        """Where the site is, for what is copied elsewhere: its own name, or where it was asked."""
        return name or str(self._request.base_url).rstrip("/")

    def other_language(self) -> str:
        """This page in the other language."""
        named = [(k, v) for k, v in self._request.query_params.multi_items() if k != "lang"]
        named.append(("lang", "en" if self.language == "fr" else "fr"))
        path = self._request.url.path if self._request.method == "GET" else "/"
        if path.startswith("//"):
            # It would lead to another host.
            path = "/"
        return f"{path}?{urlencode(named)}"

    def answer(
        self,
        template: str,
        values: Mapping[str, Any],
        *,
        status: int = 200,
        max_age: int = 0,
    ) -> Response:
        """The page; with `max_age`, in seconds, it may be kept for so long."""
        text = (
            _environment()
            .get_template(template)
            .render(
                page=self,
                say=self.say,
                words=self.words,
                url=self.url,
                static=static_url,
                wallet=wallet_dialog(self.language),
                **values,
            )
        )
        body = text.encode()
        headers = {
            "Content-Security-Policy": _POLICY,
            "Referrer-Policy": "no-referrer",
            "Vary": "Accept-Language",
            "Cache-Control": f"public, max-age={max_age}" if max_age else "no-store",
        }
        if max_age:
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            if headers["ETag"] in self._request.headers.get("if-none-match", ""):
                return Response(status_code=304, headers=headers)
        return Response(body, status, headers, media_type="text/html")


def shortened(text: str) -> str:
    """A sentence with its addresses, hashes and numbers of works cut to what can be read."""
    return _LONG.sub(r"\1…\2", text)


def isolated(title: str) -> str:
    """A title within a sentence, cut, and in its own direction (Unicode TR9, first strong isolate);
    empty where there is none."""
    short = title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1]}…"
    return short and f"\u2068{short}\u2069"


@cache
def static_bytes(name: str) -> bytes:
    """One of the files that pages load."""
    return (files("gen_ip.service.pages") / "static" / name).read_bytes()


@cache
def static_url(name: str) -> str:
    """Its address, another one whenever it changes."""
    return f"/static/{hashlib.sha256(static_bytes(name)).hexdigest()[:16]}/{name}"


@cache
def wallet_dialog(language: Language) -> Markup:
    """The dialog in which everything is shown that a wallet is asked for."""
    parts: Any = _environment().get_template("parts.html").module
    return Markup(parts.wallet(Wording(language), static_url))  # noqa: S704 - a template's


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("gen_ip.service.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["shortened"] = shortened
    return made
