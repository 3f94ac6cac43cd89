"""`gen-ip demo`, end to end on both chains, with shipped and with own pictures."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gen_ip.demo.books import Books
from gen_ip.demo.library import TITLES
from tests.cli.conftest import PICTURES, Ended, Run
from tests.support.pictures import BAD_FILES

ETH = "0x" + "00" * 20


def checked(ended: Ended) -> dict[str, Any]:
    """The report of a run that went well, its arithmetic done once more here."""
    report: dict[str, Any] = ended.ok().json
    assert report["exact"] is True
    assert len(report["balances"]) == 22
    for line in report["balances"]:
        assert line["expected"] == line["actual"], line
        start, paid, earned, gas = (int(line[key]) for key in ("funded", "paid", "earned", "gas"))
        assert start - paid + earned - gas == int(line["actual"])
    for token in {line["token"] for line in report["balances"]}:
        paid = sum(int(line["paid"]) for line in report["balances"] if line["token"] == token)
        earned = sum(int(line["earned"]) for line in report["balances"] if line["token"] == token)
        # The splitter's line has what all others paid and earned, the other way round.
        assert (paid, earned) == (0, 0)
    return report


def test_on_anvil(run: Run, anvil_binary: Path) -> None:
    report = checked(run("demo", "--chain", "anvil", "--json"))
    assert report["chain"].startswith("anvil")
    assert [entry["name"] for entry in report["works"]] == [
        "Espresso",
        "Espresso, mirrored",
        "Espresso, four times",
        "Chelsea",
        "Chelsea, mirrored",
    ]
    for entry in report["works"]:
        assert any(int(earned) > 0 for earned in entry["earned"].values())
    for entry in report["works"][:3]:
        assert all(int(earned) > 0 for earned in entry["earned"].values())
    gas = {line["holder"]: int(line["gas"]) for line in report["balances"] if line["token"] == ETH}
    assert all(gas[name] > 0 for name in ("Ada", "Brio", "Chen", "Dara", "Emil", "Fay", "Gus"))
    assert all(step["gas"] > 21_000 for step in report["steps"])


@pytest.mark.slow
def test_on_py_evm_without_anvil(process: Run, tmp_path: Path) -> None:
    ended = process("demo", "--json", GENIP_ANVIL=str(tmp_path / "nowhere"))
    assert checked(ended)["chain"].startswith("py-evm")


def test_anvil_asked_for_and_not_there(process: Run, tmp_path: Path) -> None:
    ended = process("demo", "--chain", "anvil", GENIP_ANVIL=str(tmp_path / "nowhere"))
    ended.failed("AnvilNotFound", "npm install")


@pytest.mark.parametrize("width", [80, 120])
def test_what_people_see(run: Run, anvil_binary: Path, width: int) -> None:
    ended = run("demo", COLUMNS=str(width)).ok()
    lines = ended.out.split("\n")
    assert max(map(len, lines)) <= width
    assert ended.err == ""
    for part in (
        "1  Ada (creator) certifies a picture",
        "certificate of a derivative",
        "Brio buys license 1 of “Espresso” for 250 DUSD",
        "use it commercially? yes",
        "make derivatives of it? no",
        "use it under that license? no",
        "for 0.024691357802469134",
        "Ada collects",
        "the file itself: “Espresso”, exact bytes",
        "a JPEG: “Espresso”, 10 of 256 bits differ",
        "another picture: no certified work is like it",
        "└── Espresso, mirrored",
        "10% of income + 2.5% of volume",
        "Every balance on the chain is what the calculation says, to the wei.",
    ):
        assert part in ended.out, part
    assert ended.out.count("0 ✓") == 22
    assert "✗" not in ended.out


def test_a_wrong_expectation_fails_loudly(
    run: Run, anvil_binary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Books.pay

    def off_by_one(self: Books, holder: str, work: str, token: str, amount: int) -> None:
        honest(self, holder, work, token, amount + (holder == "Gus"))

    monkeypatch.setattr(Books, "pay", off_by_one)
    ended = run("demo")
    assert ended.code == 1
    assert "✗" in ended.out
    assert "to the wei" not in ended.out
    assert ended.err.startswith("error: balance check failed")
    assert "Gus has" in ended.err
    run("demo", "--json").failed("BalanceMismatch", "Gus has")


def test_a_share_that_is_one_basis_point_off_fails(
    run: Run, anvil_binary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Books.work

    def generous(self: Books, name: str, owner: str, parents: Any = ()) -> None:
        honest(self, name, owner, [(parent, r + 1, a) for parent, r, a in parents])

    monkeypatch.setattr(Books, "work", generous)
    run("demo", "--json").failed("BalanceMismatch", "Ada has", "Chen has", "Dara has")


def test_a_wrong_answer_fails_loudly(
    run: Run, anvil_binary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gen_ip.client import GenIP

    monkeypatch.setattr(GenIP, "check", lambda *args, **kwargs: True)
    run("demo", "--json").failed("UnexpectedAnswer", "make derivatives of it?", "True")


def noise(path: Path) -> Path:
    random.seed(7)
    small = Image.new("RGB", (9, 7))
    small.putdata([tuple(random.randbytes(3)) for _ in range(63)])
    small.resize((900, 700), Image.Resampling.BICUBIC).save(path)
    return path


def own_jpeg(folder: Path) -> Path:
    return noise(folder / "my holiday.jpg")


def animation(folder: Path) -> Path:
    frames = [Image.new("P", (64, 48), color) for color in (1, 2, 3)]
    path = folder / "wink.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    return path


def one_pixel(folder: Path) -> Path:
    path = folder / "dot.png"
    Image.new("RGBA", (1, 1), (1, 2, 3, 4)).save(path)
    return path


def very_flat(folder: Path) -> Path:
    path = folder / "line.webp"
    Image.new("L", (3000, 2), 90).save(path)
    return path


def strange_name(folder: Path) -> Path:
    path = folder / "\u202eevil \x1b[31m[bold]name.png"
    Image.effect_noise((80, 60), 90).save(path)
    return path


@pytest.mark.parametrize(
    "make",
    [own_jpeg, animation, one_pixel, very_flat, strange_name],
    ids=lambda make: make.__name__,
)
def test_a_picture_of_ones_own(
    run: Run, anvil_binary: Path, tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    path = make(tmp_path)
    ended = run("demo", path).ok()
    assert "to the wei" in ended.out
    assert "\x1b" not in ended.out
    assert "\u202e" not in ended.out


@pytest.mark.parametrize("name", TITLES)
def test_every_shipped_picture(run: Run, anvil_binary: Path, name: str) -> None:
    checked(run("demo", PICTURES / name, "--json"))


@pytest.mark.parametrize("make", BAD_FILES, ids=lambda make: make.__name__)
def test_bad_pictures(
    run: Run, home: Path, tmp_path: Path, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*args: object) -> None:
        raise AssertionError("a chain was started for a picture that cannot be used")

    monkeypatch.setattr("gen_ip.demo.chain.local_chain", never)
    path, kind, words = make(tmp_path)
    run("demo", path).failed(kind, path.name, words)
    run("demo", path, "--json").failed(kind, path.name, words)


def test_a_file_that_is_no_picture(run: Run, home: Path, tmp_path: Path) -> None:
    path = tmp_path / "poem.txt"
    path.write_text("Not a picture.")
    run("demo", path).failed("UnreadableImage", "PNG")


def test_the_pictures_can_be_kept(run: Run, anvil_binary: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    ended = run("demo", "--keep", folder).ok()
    assert str(folder) in ended.out.replace("\n", "")
    for name in ("mirrored.png", "four-times.png", "copy.jpg"):
        with Image.open(folder / name) as picture:
            assert max(picture.size) >= 128
    blocked = tmp_path / "file"
    blocked.touch()
    run("demo", "--keep", blocked).failed("StoreUnavailable", "name a folder")
