"""A stranger's file on its way to the disk: capped in bytes, in time and in number.

It is taken as the body itself, or as the part `file` of multipart/form-data (RFC 7578), and never
held in memory as a whole.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from gen_ip.service.problems import Problem

_RETRY_SECONDS = 2
_MULTIPART = b"multipart/form-data"
# Of all parts together: a form for one file has few short ones.
_HEADER_BYTES = 16 * 1024
_MOST_PARTS = 16
# What a form has around its file.
_AROUND_BYTES = 64 * 1024
_FILE = b"file"


class Uploads:
    """Takes so many uploads at a time.

    Args:
        most_bytes: of one.
        seconds: within which it must be whole.
        at_once: one more is refused.
        refused: told which cap refused a request.
    """

    def __init__(
        self, most_bytes: int, seconds: float, at_once: int, refused: Callable[[str], None]
    ) -> None:
        self._most, self._seconds, self._free = most_bytes, seconds, at_once
        self._refused = refused

    @asynccontextmanager
    async def file(self, request: Request) -> AsyncIterator[Path]:
        """The upload as a file; see `named`."""
        async with self.named(request) as (path, _):
            yield path

    @asynccontextmanager
    async def named(self, request: Request) -> AsyncIterator[tuple[Path, str]]:
        """The upload as a file, which is gone after the block, and what its form calls it; empty
        where it came without a name.

        Raises:
            Problem: 400, it broke off or is no form; 408, too slow; 413, too large; 422, there is
                no file in it; 503, too many at once.
        """
        if self._free <= 0:
            self._refused("uploads")
            raise Problem(503, "busy", "too many uploads; try again later", _RETRY_SECONDS)
        self._free -= 1
        try:
            descriptor, name = tempfile.mkstemp(prefix="gen-ip-upload-")
            try:
                with os.fdopen(descriptor, "wb") as to:
                    called = await self._received(request, to)
                yield Path(name), called
            finally:
                Path(name).unlink(missing_ok=True)
        finally:
            self._free += 1

    async def _received(self, request: Request, to: BinaryIO) -> str:
        try:
            announced = int(request.headers.get("content-length", "0"))
        except ValueError:
            announced = 0
        if announced > self._most + _AROUND_BYTES:
            raise self._too_large()
        try:
            async with asyncio.timeout(self._seconds):
                called = await self._stream(request, to)
        except TimeoutError:
            self._refused("seconds")
            detail = f"the upload was not whole after {self._seconds:g} seconds"
            raise Problem(408, "too-slow", detail) from None
        except ClientDisconnect:
            raise Problem(400, "broken-off", "the upload broke off; send it again") from None
        if to.tell() == 0:
            raise Problem(422, "no-file", 'send a file: as the body, or as the form\'s part "file"')
        return called

    async def _stream(self, request: Request, to: BinaryIO) -> str:
        def write(data: bytes) -> None:
            if to.tell() + len(data) > self._most:
                raise self._too_large()
            to.write(data)

        kind, options = parse_options_header(request.headers.get("content-type"))
        form = _Form(options.get(b"boundary", b""), write) if kind == _MULTIPART else None
        total = 0
        async for chunk in request.stream():
            total += len(chunk)
            if total > self._most + _AROUND_BYTES:
                raise self._too_large()
            if form is None:
                write(chunk)
            else:
                form.feed(chunk)
        if form is None:
            return ""
        form.end()
        return form.called

    def _too_large(self) -> Problem:
        self._refused("bytes")
        return Problem(413, "too-large", f"a file may have at most {self._most:,} bytes")


class _Form:
    """Reads the part `file` out of a form that comes in pieces; `called` is its file's name."""

    def __init__(self, boundary: bytes, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._header, self._value = b"", b""
        self.called = ""
        self._parts = self._headers = self._files = 0
        self._inside = self._ended = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._part,
                    "on_header_field": self._on_field,
                    "on_header_value": self._on_value,
                    "on_header_end": self._on_header,
                    "on_part_data": self._on_data,
                    "on_end": self._on_end,
                },
            )
        except FormParserError:
            raise _no_form() from None

    def feed(self, data: bytes) -> None:
        """The next piece. Raises `Problem`."""
        try:
            self._parser.write(data)
        except FormParserError:
            raise _no_form() from None

    def end(self) -> None:
        """No more comes. Raises `Problem`."""
        if not self._ended:
            raise _no_form()
        if self._files != 1:
            raise Problem(422, "no-file", 'the form needs exactly one part "file"')

    def _part(self) -> None:
        self._inside = False
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise _no_form()

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._header += self._counted(data[start:end])

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += self._counted(data[start:end])

    def _counted(self, data: bytes) -> bytes:
        self._headers += len(data)
        if self._headers > _HEADER_BYTES:
            raise _no_form()
        return data

    def _on_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(self._value)
            if options.get(b"name") == _FILE:
                self._inside = True
                self._files += 1
                self.called = options.get(b"filename", b"").decode("utf-8", "replace")
        self._header = self._value = b""

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._inside and self._files == 1:
            self._write(data[start:end])

    def _on_end(self) -> None:
        self._ended = True


def _no_form() -> Problem:
    return Problem(400, "bad-form", "the body is no multipart/form-data that can be read")
