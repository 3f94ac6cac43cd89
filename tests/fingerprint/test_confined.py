"""A decoder that crashes, hangs, eats memory or lies costs one picture, never the caller."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy
import pytest
from PIL import Image

from gen_ip.errors import (
    FileTooLarge,
    GenIPError,
    ImageTooLarge,
    MissingFile,
    TooManyFrames,
    UnreadableImage,
)
from gen_ip.fingerprint.confined import Confined, ConfinementFailed, DecoderFailed, Limits
from gen_ip.fingerprint.opening import FORMATS
from gen_ip.fingerprint.picture import decoded, read
from tests.support.require import ROOT

PICTURES = ROOT / "gen_ip" / "demo" / "pictures"
FAULTS = "tests.fingerprint.faults:task"
LIMITS = Limits(seconds=2, memory=256 * 2**20)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems limit less")


@pytest.fixture(scope="module")
def faulty() -> Iterator[Confined]:
    with Confined(FAULTS, limits=LIMITS) as pool:
        yield pool


@pytest.fixture(scope="module")
def decoders() -> Iterator[Confined]:
    with Confined(limits=Limits(seconds=20)) as pool:
        yield pool


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("segfault", "SIGSEGV"),
        ("abort", "SIGABRT"),
        ("killed", "want of memory"),
        ("raise_unknown", "exit code 1"),
        ("allocate", "more than 256 MiB"),
        ("babble", "wrong answer"),
        ("huge", "wrong answer"),
        ("fork_and_hang", "longer than 2 seconds"),
        ("sleep", "longer than 2 seconds"),
        ("spin", "longer than 2 seconds"),
    ],
)
def test_a_fault_costs_one_picture(faulty: Confined, fault: str, words: str) -> None:
    began = time.monotonic()
    with pytest.raises(DecoderFailed, match=words) as caught:
        faulty.run("evil.png", fault.encode())
    assert time.monotonic() - began < 15
    assert str(caught.value).startswith("'evil.png' cannot be read as a picture")
    assert "; " in str(caught.value)
    assert faulty.run("good.png", b"echo ", b"fine") == b"fine"


def test_a_process_serves_many_pictures(faulty: Confined) -> None:
    assert len({faulty.run("a.png", b"pid") for _ in range(5)}) == 1


def test_it_opens_no_file_and_writes_none(faulty: Confined, tmp_path: Path) -> None:
    target, source = tmp_path / "left", tmp_path / "secret"
    source.write_text("a key")
    assert faulty.run("a", b"write_file " + bytes(target)) == b"OSError"
    assert not target.exists()
    assert faulty.run("a", b"read_file " + bytes(source)) == b"OSError"
    assert faulty.run("a", b"connect") == b"Too many open files"
    assert faulty.run("a", b"run_program") == b"Too many open files"


def test_it_knows_nothing_of_the_callers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GENIP_PASSWORD", "do not tell")
    with (tmp_path / "open").open("w") as file, Confined(FAULTS, limits=LIMITS) as pool:
        os.set_inheritable(file.fileno(), True)
        pid = int(pool.run("a", b"pid"))
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        assert b"do not tell" not in environment
        assert b"HOME" not in environment
        opened = {os.readlink(each) for each in Path(f"/proc/{pid}/fd").iterdir()}
        assert str(tmp_path / "open") not in opened
        # Its pipes, the device for what is printed.
        assert all(each.startswith(("pipe:", "/dev/null")) for each in opened), opened
        assert Path(f"/proc/{pid}/cwd").readlink() == Path("/")
        limits = Path(f"/proc/{pid}/limits").read_text()
        for name in ("Max core file size", "Max file size", "Max open files"):
            line = next(line for line in limits.splitlines() if line.startswith(name))
            assert line.split()[-3:-1] == ["0", "0"] or line.split()[4:6] == ["0", "0"], line


def test_what_a_library_prints_is_no_answer(faulty: Confined) -> None:
    for _ in range(2):
        assert faulty.run("a", b"print_something") == b"done"


def test_what_it_says_is_safe_to_print(faulty: Confined) -> None:
    with pytest.raises(UnreadableImage) as caught:
        faulty.run("a.png", b"escape")
    assert str(caught.value).isprintable()


def test_a_wrong_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lie"
    path.write_bytes(b"lie")
    with (
        Confined(FAULTS, limits=LIMITS) as pool,
        pytest.raises(DecoderFailed, match="wrong answer"),
    ):
        pool.picture(path)


def test_no_process_outlives_its_pool() -> None:
    pool = Confined(FAULTS, processes=2, limits=Limits(seconds=60))
    pid = int(pool.run("a", b"pid"))
    failed: list[GenIPError] = []

    def hang() -> None:
        try:
            pool.run("b", b"sleep")
        except GenIPError as error:
            failed.append(error)

    thread = threading.Thread(target=hang)
    thread.start()
    time.sleep(0.2)
    pool.close()
    thread.join(5)
    assert not thread.is_alive()
    assert isinstance(failed[0], ConfinementFailed)
    assert not Path(f"/proc/{pid}").exists()
    with pytest.raises(ConfinementFailed, match="closed"):
        pool.run("a", b"pid")


def test_a_process_ends_with_its_caller(tmp_path: Path) -> None:
    """Even when the caller is killed while it waits for a picture that takes for ever."""
    script = (
        "import sys, threading, time\n"
        "from gen_ip.fingerprint.confined import Confined, Limits\n"
        f"pool = Confined({FAULTS!r}, limits=Limits(seconds=1))\n"
        "print(int(pool.run('a', b'pid')), flush=True)\n"
        "pool.limits = Limits(seconds=600)\n"
        "pool.run('a', b'sleep')\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=ROOT, env=environment
    ) as caller:
        assert caller.stdout is not None
        pid = int(caller.stdout.readline())
        time.sleep(0.3)
        caller.kill()
    deadline = time.monotonic() + 12
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not Path(f"/proc/{pid}").exists()


def test_a_process_that_cannot_start_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        Confined("tests.fingerprint.faults:broken_from_the_start") as pool,
        pytest.raises(ConfinementFailed, match="SIGABRT"),
    ):
        pool.run("a", b"")
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with Confined(FAULTS) as pool, pytest.raises(ConfinementFailed, match="No such file"):
        pool.run("a", b"")


# Pictures that are real, and pictures that are made to harm.


def test_it_decodes_what_is_decoded_here(decoders: Confined, tmp_path: Path) -> None:
    cat = Image.open(PICTURES / "cat.png").convert("RGBA").resize((700, 500))
    cat.putalpha(Image.linear_gradient("L").resize(cat.size))
    for kind in FORMATS:
        path = tmp_path / f"cat.{kind}"
        (cat if kind in ("PNG", "WEBP", "AVIF") else cat.convert("RGB")).save(path, kind)
        sha256, picture = decoders.picture(path)
        content, known = read(path)
        here = decoded(path, content)
        assert sha256 == known
        assert numpy.array_equal(picture.copy, here.copy), kind
        assert (picture.pixels, picture.phash64) == (here.pixels, here.phash64)
        assert (picture.width, picture.height) == (700, 500)
        assert picture.fine is None


def test_it_hands_over_the_finer_copy_where_it_is_wanted(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    with Image.open(PICTURES / "rocket.jpg") as image:
        image.resize((1100, 1100)).save(path)
    with Confined(options={"fine": True}) as pool:
        _, picture = pool.picture(path)
    assert picture.fine is not None
    assert picture.fine.shape == (1024, 1024, 3)
    here = decoded(path, path.read_bytes(), fine=True).fine
    assert here is not None
    assert numpy.array_equal(picture.fine, here)


def chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def png(width: int, height: int, rows: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def bomb() -> bytes:
    """100 kB that would be 10 GB."""
    return png(100_000, 100_000, zlib.compress(bytes(10**8), 9))


def endless() -> bytes:
    """A picture within the cap whose data goes on for gigabytes after its last row."""
    return png(100, 100, zlib.compress(bytes(2 * 10**8), 9))


def many_frames() -> bytes:
    data = io.BytesIO()
    frames = [Image.new("1", (2, 2), index % 2) for index in range(200)]
    frames[0].save(data, "GIF", save_all=True, append_images=frames[1:], duration=10)
    whole = data.getvalue()
    start = whole.index(b"\x21\xf9\x04", 20)
    return whole[:start] + whole[start:-1] * 51 + b";"


def huge_tiff() -> bytes:
    """Dimensions of 2**31 in a file of a hundred bytes."""
    fields = [(256, 4, 1, 2**31 - 1), (257, 4, 1, 2**31 - 1), (258, 3, 1, 8), (259, 3, 1, 1)]
    fields += [(262, 3, 1, 1), (273, 4, 1, 8), (278, 4, 1, 2**31 - 1), (279, 4, 1, 16)]
    table = struct.pack("<H", len(fields)) + b"".join(struct.pack("<HHII", *f) for f in fields)
    return b"II*\0" + struct.pack("<I", 8) + table + bytes(4)


@pytest.mark.parametrize(
    ("make", "kinds"),
    [
        (bomb, ImageTooLarge),
        (many_frames, TooManyFrames),
        (huge_tiff, (ImageTooLarge, UnreadableImage)),
    ],
)
def test_pictures_beyond_the_caps(
    decoders: Confined,
    tmp_path: Path,
    make: Callable[[], bytes],
    kinds: type[GenIPError] | tuple[type[GenIPError], ...],
) -> None:
    path = tmp_path / "hostile"
    path.write_bytes(make())
    began = time.monotonic()
    with pytest.raises(kinds) as caught:
        decoders.picture(path)
    assert not isinstance(caught.value, DecoderFailed)
    assert str(path)[:60] in str(caught.value)
    assert time.monotonic() - began < 10


def test_data_beyond_the_picture_is_not_decoded(decoders: Confined, tmp_path: Path) -> None:
    path = tmp_path / "endless"
    path.write_bytes(endless())
    _, picture = decoders.picture(path)
    assert picture.copy.shape == (100, 100, 3)


def test_truncated_files(decoders: Confined, tmp_path: Path) -> None:
    with Image.open(PICTURES / "coffee.jpg") as coffee:
        for kind in FORMATS:
            whole = io.BytesIO()
            coffee.save(whole, kind)
            for share in (0.02, 0.5, 0.95):
                path = tmp_path / kind
                path.write_bytes(whole.getvalue()[: int(len(whole.getvalue()) * share)])
                with pytest.raises(UnreadableImage) as caught:
                    decoders.picture(path)
                assert not isinstance(caught.value, DecoderFailed), (kind, share)


def test_files_are_checked_before(decoders: Confined, tmp_path: Path) -> None:
    with pytest.raises(MissingFile):
        decoders.picture(tmp_path / "none")
    with (
        Confined(limits=Limits(file_bytes=1_000)) as pool,
        pytest.raises(FileTooLarge),
    ):
        pool.picture(PICTURES / "cat.png")
    assert not pool._all


def test_the_largest_picture_fits_the_memory(tmp_path: Path) -> None:
    """A picture transparent and turned wants the most; here with a tenth of pixels and memory."""
    path = tmp_path / "large.png"
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.new("RGBA", (4_000, 2_500), (1, 2, 3, 4)).save(path, compress_level=1, exif=turned)
    most = Limits()
    tenth = Limits(memory=most.memory // 10, pixels=most.pixels // 10)
    with Confined(limits=tenth) as pool:
        _, picture = pool.picture(path)
    assert picture.copy.shape == (512, 320, 3)
