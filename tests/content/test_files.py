"""Opening what a user names: every unusable thing has its own error, and nothing hangs."""

from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path

import pytest

from gen_ip.content.files import open_file, read_chunks, summarize_file
from gen_ip.content.unixfs import unixfs_cid
from gen_ip.errors import (
    EmptyFile,
    FileProblem,
    FileTooLarge,
    MissingFile,
    NotAFile,
    UnreadableFile,
)

PICTURES = Path(__file__).resolve().parents[2] / "gen_ip" / "demo" / "pictures"


def opened(path: object, max_bytes: int = 1000) -> bytes:
    with open_file(path, max_bytes) as file:  # type: ignore[arg-type] # also what is no path
        return file.read()


def test_summary_of_a_picture() -> None:
    path = PICTURES / "cat.png"
    data = path.read_bytes()
    summary = summarize_file(path)
    assert summary.cid == unixfs_cid(data)
    assert summary.sha256 == hashlib.sha256(data).hexdigest()
    assert (summary.size, summary.media_type) == (len(data), "image/png")


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("a.txt", b"words", "text/plain"),
        ("no-suffix", b"words", "text/plain"),
        ("a.png", b"words", "text/plain"),
        ("a.txt", b"\x00\x01\x02", "application/octet-stream"),
        ("a.png", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        ("a.bin", b"GIF89a", "image/gif"),
        ("a.json", b"{}", "application/json"),
    ],
)
def test_media_type_is_of_the_bytes_alone(
    tmp_path: Path, name: str, data: bytes, media_type: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert summarize_file(path).media_type == media_type


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match=r"nothing\.png' does not exist; check the spelling"):
        opened(tmp_path / "nothing.png")


def test_path_below_a_file_is_missing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(MissingFile):
        opened(tmp_path / "file" / "below")


def test_directory(tmp_path: Path) -> None:
    with pytest.raises(NotAFile, match="is a directory; give the path of a regular file"):
        opened(tmp_path)


def test_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotAFile, match="is a pipe"):
        opened(tmp_path / "pipe")


def test_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        with pytest.raises(NotAFile, match="is a socket"):
            opened("socket")


def test_device() -> None:
    with pytest.raises(NotAFile, match="is a device"):
        opened("/dev/zero")


def test_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    with pytest.raises(EmptyFile, match="is empty; give a file with content"):
        opened(tmp_path / "empty.png")


def test_too_large_file(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(1001))
    with pytest.raises(
        FileTooLarge, match="has 1,001 bytes, the cap for such files is 1,000"
    ) as caught:
        opened(tmp_path / "large")
    assert (caught.value.size, caught.value.limit) == (1001, 1000)
    (tmp_path / "fits").write_bytes(bytes(1000))
    assert len(opened(tmp_path / "fits")) == 1000


def test_file_that_grows_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "growing"
    path.write_bytes(bytes(300_000))
    chunks = read_chunks(path, 300_000)
    next(chunks)
    with path.open("ab") as file:
        file.write(bytes(400_000))
    with pytest.raises(FileTooLarge):
        list(chunks)


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"x")
    path.chmod(0)
    if os.geteuid() == 0:
        # Root may read everything, so there the system's refusal is made up.
        def refuse(*_: object) -> int:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(UnreadableFile, match=r"Permission denied.*check its permissions"):
        opened(path)


def test_path_with_a_null_byte() -> None:
    with pytest.raises(UnreadableFile, match="null byte"):
        opened("a\x00b")


def test_message_is_one_short_line_whatever_the_name() -> None:
    with pytest.raises(FileProblem) as caught:
        opened("evil\x1b[31m\n" + "x" * 10_000)
    message = str(caught.value)
    assert "\n" not in message
    assert "\x1b" not in message
    assert len(message) < 300


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    before = len(os.listdir("/proc/self/fd"))
    for path in (tmp_path, tmp_path / "empty", tmp_path / "missing"):
        with pytest.raises(FileProblem):
            opened(path)
    assert len(os.listdir("/proc/self/fd")) == before
