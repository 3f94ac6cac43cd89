"""`--store` several times, and `--require`: as options, in the environment, in the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from gen_ip.content.local import LocalStore
from gen_ip.content.unixfs import unixfs_cid
from tests.cli.conftest import Run
from tests.cli.test_consistency import COMMANDS, options
from tests.support.chain import LocalChain

DATA = b"kept in several places"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "work.txt"
    path.write_bytes(DATA)
    return path


@pytest.fixture
def stores(tmp_path: Path) -> tuple[str, str, str]:
    """Two folders, and a file where a third one should be."""
    (tmp_path / "taken").write_text("no folder")
    return str(tmp_path / "one store"), str(tmp_path / "b"), str(tmp_path / "taken")


def kept(*folders: str) -> list[bytes]:
    return [LocalStore(folder).get(unixfs_cid(DATA)) for folder in folders]


def test_every_command_with_a_store_takes_several() -> None:
    found = {path: options(command) for path, command in COMMANDS}
    having = {path: named for path, named in found.items() if "--store" in named}
    # What the HTTP service keeps of its own is no content store.
    assert len(having) > 40
    for path, named in having.items():
        assert named["--store"].multiple, path
        # What a copy requires is of the stores it goes to, which no variable names.
        variable = None if path == ("store", "copy") else "GENIP_STORE_REQUIRE"
        assert named["--require"].envvar == variable
    assert all("--store" in named for named in found.values() if "--require" in named)


def test_all_stores_must_succeed_unless_fewer_are_required(
    run: Run, file: Path, stores: tuple[str, str, str]
) -> None:
    a, b, taken = stores
    named = ("--store", a, "--store", b)
    assert run("store", "add", file, *named).ok().out.strip() == unixfs_cid(DATA)
    assert kept(a, b) == [DATA, DATA]
    broken = (*named, "--store", taken)
    run("store", "add", file, *broken).failed("TooFewStores", "2 of at least 3", taken)
    run("store", "add", file, *broken, "--json").failed("TooFewStores", "2 of at least 3", taken)
    run("store", "add", file, *broken, "--require", "2").ok()
    run("store", "add", file, *broken, "--require", "3").failed("TooFewStores", "2 of at least 3")
    assert run("store", "ls", *named).ok().out.split() == [unixfs_cid(DATA)]


def test_a_copy_goes_to_several(
    run: Run, file: Path, tmp_path: Path, stores: tuple[str, str, str]
) -> None:
    a, b, taken = stores
    source = ("--store", tmp_path / "source")
    cid = run("store", "add", file, *source).ok().out.strip()
    copy = ("store", "copy", cid, *source, "--to")
    run(*copy, a, "--to", taken).failed("TooFewStores", "1 of at least 2", taken)
    told = run(*copy, a, "--to", b, "--json", GENIP_STORE_REQUIRE="9").ok().json
    assert (told["cids"], told["to"]) == ([cid], f"{a}; {b}")
    assert kept(a, b) == [DATA, DATA]
    assert [list(LocalStore(each).pins()) for each in (a, b)] == [[cid], [cid]]
    LocalStore(b).remove(cid)
    run(*copy, a, "--to", taken, "--to", b, "--require", "2").ok()
    assert kept(b) == [DATA]
    run(*copy, a, "--to", taken, "--to", b, "--require", "3").failed("TooFewStores", "2 of at")
    run(*copy, a, "--to", b, "--require", "3").failed("WrongRequirement", "3 of 2 stores")
    run(*copy, a, "--require", "0").failed("UsageError", "--require", code=2)


def test_more_than_there_are_cannot_be_required(
    run: Run, file: Path, stores: tuple[str, str, str]
) -> None:
    a, b, _ = stores
    asked = ("store", "add", file, "--store", a, "--store", b, "--require", "3")
    for more in ((), ("--json",)):
        run(*asked, *more).failed("WrongRequirement", "3 of 2 stores", "require 1 to 2")
    run("store", "add", file, "--require", "2").failed("WrongRequirement", "2 of 1 stores")
    run("store", "add", file, "--require", "0").failed("UsageError", "--require", code=2)
    run("store", "add", file, "--require", "1").ok()


def test_one_option_may_name_several_and_the_last_requirement_holds(
    run: Run, file: Path, stores: tuple[str, str, str]
) -> None:
    a, b, taken = stores
    text = f"{a}; {taken}; require=2"
    run("store", "add", file, "--store", text).failed("TooFewStores", "1 of at least 2")
    run("store", "add", file, "--store", text, "--store", b).ok()
    run("store", "add", file, "--store", text, "--require", "1").ok()


def test_from_the_environment(run: Run, file: Path, stores: tuple[str, str, str]) -> None:
    a, b, taken = stores
    # One address, though its folder has a space in its name.
    run("store", "add", file, GENIP_STORE=a).ok()
    assert kept(a) == [DATA]
    several = {"GENIP_STORE": f"{a}; {b}; {taken}", "GENIP_STORE_REQUIRE": "2"}
    run("store", "add", file, **several).ok()
    assert kept(b) == [DATA]
    run("store", "add", file, "--require", "3", **several).failed("TooFewStores", "2 of at least 3")
    # What it requires is of the stores it names.
    run("store", "add", file, "--store", a, **several).ok()


def test_from_the_settings(run: Run, file: Path, stores: tuple[str, str, str]) -> None:
    a, b, taken = stores
    run("config", "set", "store", a, b, taken).ok()
    settings = Path(run("config", "path").ok().out.strip())
    assert settings.read_text().startswith("store = [")
    assert run("config", "get", "store").ok().out.strip() == f"{a}; {b}; {taken}"
    run("store", "add", file).failed("TooFewStores", "2 of at least 3")
    run("config", "set", "store_require", "2").ok()
    run("store", "add", file).ok()
    assert kept(a, b) == [DATA, DATA]
    assert run("config", "get", "store_require", "--json").ok().json["value"] == 2
    # Neither the variable's stores nor the option's are those of the settings.
    run("store", "ls", GENIP_STORE=a).ok()
    run("store", "ls", "--store", a).ok()
    run("store", "add", file, "--require", "4").failed("WrongRequirement", "4 of 3")
    run("config", "set", "account", "ada", "eve").failed("BadSetting", "'account'")
    secret = "http://u:secret@127.0.0.1:5001"
    refused = run("config", "set", "store", a, secret).failed("BadSetting", "without user name")
    assert "secret" not in refused.err
    run("config", "set", "store_require", "none").failed("BadSetting", "1 to 999")


def test_doctor_tries_several(run: Run, stores: tuple[str, str, str]) -> None:
    a, b, taken = stores

    def checked(*more: str) -> dict[str, str]:
        found = run("doctor", "--rpc", "http://127.0.0.1:1", *more, "--json").json["checks"]
        (row,) = [row for row in found if row["check"] == "store"]
        return {name: str(value) for name, value in row.items()}

    good = checked("--store", a, "--store", b)
    assert good["status"] == "ok"
    assert a in good["text"]
    assert b in good["text"]
    bad = checked("--store", a, "--store", taken)
    assert bad["status"] == "fail"
    assert taken in bad["text"]
    assert "3 of 2" in checked("--store", a, "--store", b, "--require", "3")["text"]


def test_a_certificate_is_kept_by_both(
    run: Run, rpc: LocalChain, file: Path, stores: tuple[str, str, str]
) -> None:
    a, b, taken = stores
    account = ("--account", "dev0", "--json")
    named = ("--store", a, "--store", b, "--store", taken)
    run("certify", file, *named, *account).failed("TooFewStores", "2 of at least 3")
    made = run("certify", file, *named, "--require", "2", *account).ok().json
    assert kept(a, b) == [DATA, DATA]
    for folder in (a, b):
        assert run("show", made["work"], "--store", folder, "--json").ok().json["metadata"]
