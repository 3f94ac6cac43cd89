"""The gallery's pages. Gen-IP adds a middleware, a script, and attributes in the templates."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from anyio import to_thread
from eth_account.messages import defunct_hash_message
from fastapi import FastAPI, File, Form, Request, UploadFile
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from PIL import Image, UnidentifiedImageError

from examples.gallery.shelf import Shelf
from gen_ip import GenIPError, arguments
from gen_ip.arguments import InvalidArgument
from gen_ip.chain.wallets import is_signed_by
from gen_ip.platform import Platform
from gen_ip.platform.web import Certificates, Kept, Settings

_HERE = Path(__file__).parent
_COOKIE = "gallery"
_PAGE = 24
_MOST_BYTES = 50 * 2**20
# What a form has beside its file.
_AROUND_BYTES = 64 * 1024
_NAMES = {
    "commercial": "Commercial use",
    "commercial-remix": "Commercial use and remixes, which share their income",
}
_PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


def gallery(platform: Platform, folder: Path, *, demo_wallet: str | None = None) -> Any:
    """The site, for an ASGI server.

    Args:
        platform: its certificates.
        folder: for what it keeps.
        demo_wallet: the URL of a development node, whose accounts anybody may then use.
    """
    shelf = Shelf(folder / "gallery.sqlite")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        shelf.close()

    app = FastAPI(lifespan=lifespan, openapi_url=None)
    app.middleware("http")(_capped)
    app.mount("/static", StaticFiles(directory=_HERE / "static"))
    if demo_wallet is not None:
        from examples.gallery.demo_wallet import wallet

        app.include_router(wallet(demo_wallet))
    _Pages(platform, shelf, folder, demo_wallet is not None).add_to(app)
    return Certificates(
        app,
        platform=platform,
        who=lambda request: shelf.account(request.cookies.get(_COOKIE)),
        settings=Settings(index=folder / "index", submits=True, upload_bytes=_MOST_BYTES),
    )


class _Pages:
    def __init__(self, platform: Platform, shelf: Shelf, folder: Path, demo: bool) -> None:
        self._platform, self._shelf = platform, shelf
        self._kept = Kept(platform.queue)
        self._files = folder / "files"
        self._files.mkdir(parents=True, exist_ok=True)
        self._templates = Jinja2Templates(_HERE / "templates")
        self._templates.env.filters["eth"] = _eth
        self._templates.env.globals["names"] = _NAMES
        self._demo = demo

    def add_to(self, app: FastAPI) -> None:
        for path, page in (
            ("/", self.home),
            ("/upload", self.upload_form),
            ("/works/{number}", self.work),
            ("/files/{number}", self.file),
            ("/earnings", self.earnings),
        ):
            app.get(path)(page)
        for path, act in (
            ("/upload", self.upload),
            ("/sign-in/begin", self.begin),
            ("/sign-in", self.enter),
            ("/sign-out", self.leave),
        ):
            app.post(path)(act)

    # ---------------------------------------------------------------- pages

    def home(self, request: Request, before: int = 2**53) -> Response:
        posts = self._shelf.newest(before, _PAGE)
        return self._page(request, "home.html", posts=posts, more=len(posts) == _PAGE)

    def upload_form(self, request: Request, remix: int | None = None) -> Response:
        parent = None if remix is None else self._shelf.get(remix)
        entry = None
        if parent is not None and parent.key is not None:
            entry = self._platform.status(parent.key)
        return self._page(request, "upload.html", parent=parent, entry=entry)

    def work(self, request: Request, number: int) -> Response:
        post = self._shelf.get(number)
        if post is None:
            return self._page(request, "missing.html", status=404)
        entry, offers = None, {}
        if post.key is not None:
            entry = self._platform.status(post.key)
            offers = {name: each.offer for name, each in self._kept.offers(post.key).items()}
        return self._page(request, "work.html", post=post, entry=entry, offers=offers)

    def file(self, number: int) -> Response:
        post = self._shelf.get(number)
        if post is None:
            return Response(status_code=404)
        path = self._files / post.file
        kind = _picture_type(path)
        headers = {
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        }
        if kind is None:
            return FileResponse(path, filename=post.file.partition("-")[2], headers=headers)
        return FileResponse(path, media_type=kind, headers=headers)

    def earnings(self, request: Request) -> Response:
        account = self._account(request)
        rows = []
        if account is not None:
            for post in self._shelf.of(account, _PAGE):
                if post.key is not None:
                    rows.append((post, *self._earned(post.key)))
        return self._page(request, "earnings.html", rows=rows)

    def _earned(self, key: str) -> tuple[Any, Any]:
        """How far an upload is, and what it has earned; None before it is minted."""
        entry = self._platform.status(key)
        try:
            return entry, self._platform.client.earnings(entry.work)
        except GenIPError:
            return entry, None

    # ----------------------------------------------------------- what changes

    async def upload(
        self,
        request: Request,
        file: Annotated[UploadFile, File()],
        title: Annotated[str, Form(max_length=200)] = "",
        key: Annotated[str | None, Form(alias="gen-ip", max_length=200)] = None,
    ) -> Response:
        account = self._account(request)
        if account is None:
            return self._page(request, "upload.html", problem="Sign in first.", status=401)
        called = Path(file.filename or "file").name[-80:]
        path = self._files / f"{secrets.token_hex(8)}-{called}"

        def take() -> int:
            with path.open("wb") as out:
                shutil.copyfileobj(file.file, out)
            if key is not None:
                # The certificate must be of this very file, and its creator's.
                self._platform.confirm(key, path, account)
            name = title.strip() or Path(called).stem
            kind, excerpt = _looked_at(path)
            return self._shelf.post(key, account, name, kind, path.name, excerpt)

        try:
            number = await to_thread.run_sync(take)
        except GenIPError as error:
            path.unlink(missing_ok=True)
            return self._page(request, "upload.html", problem=str(error), status=422)
        return RedirectResponse(f"/works/{number}", 303)

    async def begin(self, request: Request) -> Response:
        """A message to sign in with (EIP-4361), for an account."""
        try:
            account = arguments.address("account", (await request.json())["account"])
        except (InvalidArgument, KeyError, TypeError, ValueError):
            return JSONResponse({"detail": "send an account"}, 422)
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        host = request.url.netloc
        message = (
            f"{host} wants you to sign in with your Ethereum account:\n{account}\n\n"
            f"Sign in to the gallery.\n\nURI: {request.url.scheme}://{host}\nVersion: 1\n"
            f"Chain ID: {self._platform.client.chain_id}\nNonce: {secrets.token_hex(8)}\n"
            f"Issued At: {now}"
        )
        answer = JSONResponse({"message": message})
        _set(answer, self._shelf.begin(message), request)
        return answer

    async def enter(self, request: Request) -> Response:
        """Signs in with the message's signature."""
        token = request.cookies.get(_COOKIE, "")
        message = self._shelf.waiting(token)
        if message is None:
            return JSONResponse({"detail": "begin again"}, 409)
        account = message.split("\n")[1]
        try:
            given = (await request.json())["signature"]
            signature = bytes.fromhex(str(given).removeprefix("0x"))
        except (KeyError, TypeError, ValueError):
            return JSONResponse({"detail": "send a signature"}, 422)
        digest = bytes(defunct_hash_message(text=message))
        rpc = self._platform.client._session.rpc
        if not await to_thread.run_sync(is_signed_by, rpc, account, digest, signature):
            return JSONResponse({"detail": "that is another account's signature"}, 403)
        answer = JSONResponse({"account": account})
        _set(answer, self._shelf.enter(token, account), request)
        return answer

    def leave(self, request: Request) -> Response:
        """Signs out."""
        self._shelf.leave(request.cookies.get(_COOKIE, ""))
        answer = RedirectResponse("/", 303)
        answer.delete_cookie(_COOKIE)
        return answer

    # --------------------------------------------------------------- inside

    def _account(self, request: Request) -> str | None:
        return self._shelf.account(request.cookies.get(_COOKIE))

    def _page(self, request: Request, name: str, *, status: int = 200, **values: Any) -> Response:
        values |= {"account": self._account(request), "demo": self._demo}
        headers = {
            "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
            "Cache-Control": "no-store",
        }
        return self._templates.TemplateResponse(
            request, name, values, status_code=status, headers=headers
        )


async def _capped(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    """Refuses what is too large before anything of it is read."""
    if request.method == "POST":
        length = request.headers.get("content-length", "")
        if not length.isdigit():
            return JSONResponse({"detail": "say how long it is (Content-Length)"}, 411)
        if int(length) > _MOST_BYTES + _AROUND_BYTES:
            return JSONResponse({"detail": f"at most {_MOST_BYTES:,} bytes"}, 413)
    return await go_on(request)


def _set(answer: Response, token: str, request: Request) -> None:
    # Lax: no other site's form is sent with it.
    answer.set_cookie(
        _COOKIE,
        token,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
        max_age=30 * 86_400,
    )


def _picture_type(path: Path) -> str | None:
    try:
        with Image.open(path, formats=list(_PICTURES)) as picture:
            return _PICTURES[str(picture.format)]
    except (UnidentifiedImageError, OSError):
        return None


def _looked_at(path: Path) -> tuple[str, str]:
    """As what a file is shown, and the beginning of a text."""
    if _picture_type(path):
        return "image", ""
    with path.open("rb") as file:
        head = file.read(2_000)
    try:
        text = head.decode("utf-8", "ignore" if len(head) == 2_000 else "strict")
    except UnicodeDecodeError:
        return "model", ""
    return ("model", "") if "\0" in text else ("text", text[:600])


def _eth(amount: int) -> str:
    """An amount of wei as ETH."""
    whole, rest = divmod(amount, 10**18)
    return f"{whole}.{rest:018d}".rstrip("0").rstrip(".")
