"""Keystores from elsewhere, files of accounts, local chains' state and the batches of Safes."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gen_ip import accounts
from gen_ip.accounts import BadKeystore, WrongPassword
from gen_ip.chain.state_file import StateFile, StateInUse, StateNotKept, _holder, _problem
from gen_ip.errors import GenIPError
from gen_ip.signers import Safe, keystore
from gen_ip.unsigned import Plan

from .profile import examples
from .promise import Refused, attempt, check_message, little_memory
from .strategies import (
    damaged,
    deep,
    doubled_keys,
    json_values,
    mutated,
    paths,
    put,
    raw,
    texts,
    written,
)

KEY = "0x" + "0b" * 32
PASSWORD = "correct horse"


def _keystore(kdf: str) -> dict[str, Any]:
    from eth_account import Account

    # As weak as it gets: the tests open hundreds.
    made: dict[str, Any] = Account.encrypt(KEY, PASSWORD, kdf=kdf, iterations=2)
    return json.loads(json.dumps(made))


KEYSTORES = [_keystore("scrypt"), _keystore("pbkdf2")]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keystores") / "key.json"


def opened(place: Path, data: bytes, password: str = PASSWORD) -> Any:
    """The account in a file with these bytes, or the refusal, which holds no secret."""
    place.write_bytes(data)
    found = attempt(keystore, place, password)
    if isinstance(found, Refused):
        said = str(found.error) + repr(found.error.__dict__)
        assert PASSWORD not in said
        assert KEY[2:] not in said
    else:
        assert found.key == bytes.fromhex(KEY[2:])
    return found


@pytest.mark.parametrize("document", KEYSTORES, ids=["scrypt", "pbkdf2"])
def test_the_originals_open(place: Path, document: Any) -> None:
    assert not isinstance(opened(place, written(document)), Refused)
    assert isinstance(opened(place, written(document), "wrong").error, WrongPassword)


@given(document=mutated(st.sampled_from(KEYSTORES)))
@examples(130)
def test_keystores_with_something_wrong(place: Path, document: Any) -> None:
    opened(place, written(document))


@given(data=damaged(st.sampled_from(KEYSTORES).map(written)) | raw | json_values.map(written))
@examples(60)
def test_damaged_keystores(place: Path, data: bytes) -> None:
    opened(place, data)


@given(data=doubled_keys(st.sampled_from(KEYSTORES)))
@examples(15)
def test_keystores_that_say_a_key_twice(place: Path, data: bytes) -> None:
    opened(place, data)


@given(password=texts)
@examples(15)
def test_passwords(place: Path, password: str) -> None:
    found = opened(place, written(KEYSTORES[0]), password)
    assert isinstance(found.error, WrongPassword | BadKeystore)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("crypto", "kdfparams"), {"n": 2**30, "r": 8, "p": 1, "dklen": 32, "salt": "00"}),
        (("crypto", "kdfparams", "n"), 2**40),
        (("crypto", "kdfparams", "r"), 2**40),
        (("crypto", "kdfparams", "p"), 2**20),
        (("crypto", "kdfparams", "dklen"), 2**40),
        (("crypto", "kdfparams", "c"), 2**40),
        # eth-keyfile reads keys in any case, the last one last.
        (("CRYPTO",), {**KEYSTORES[0]["crypto"], "kdfparams": {"n": 2**30, "r": 8, "p": 1}}),
        (("crypto", "KDFPARAMS"), {"n": 2**30, "r": 8, "p": 1, "dklen": 32, "salt": "00"}),
        (("crypto", "kdfparams", "N"), 2**30),
        (("crypto", "kdfparams", "P"), 2**20),
    ],
)
def test_no_keystore_takes_more_than_its_share(
    place: Path, monkeypatch: pytest.MonkeyPatch, path: tuple[str, ...], value: Any
) -> None:
    """Told before the derivation starts, which here takes nothing but a look."""
    for document in KEYSTORES:
        asked = put(document, path, value)

        def derive(*_: object, **parameters: Any) -> bytes:
            raise AssertionError(parameters)

        with monkeypatch.context() as patch:
            patch.setattr("eth_keyfile.keyfile.scrypt", derive)
            patch.setattr("eth_keyfile.keyfile.hashlib.pbkdf2_hmac", derive)
            assert isinstance(opened(place, written(asked)).error, BadKeystore)


@pytest.mark.parametrize(
    "bomb",
    [
        deep(30_000).encode(),
        deep(10_000, '{"a":', "}").encode(),
        b"9" * 60_000,
        b'"' * 65_000,
        b" " * 10**7,
        b"",
        b"\xff\xfe",
    ],
    ids=range(7),
)
def test_bombs(place: Path, bomb: bytes) -> None:
    with little_memory():
        assert isinstance(opened(place, bomb), Refused)


@pytest.mark.parametrize("path", ["", "a\0b", "\ud800", "a" * 5_000, "/", "nowhere"])
def test_paths(path: str) -> None:
    assert isinstance(attempt(keystore, path, PASSWORD), Refused)
    assert isinstance(attempt(accounts.import_keystore, "fuzz", path, PASSWORD), Refused)


@given(text=texts | st.from_regex(r"(0x)?[0-9a-fA-F]{60,68}", fullmatch=True))
@examples(60)
def test_private_keys(text: str) -> None:
    found = attempt(accounts.read_key, text)
    if isinstance(found, Refused):
        assert len(text) < 5 or text not in str(found.error)
        assert found.error.__cause__ is None


@given(alias=texts)
@examples(30)
def test_names_of_accounts(alias: str) -> None:
    attempt(accounts.check_new, alias)
    attempt(accounts.dev_account, alias)


@given(data=raw | json_values.map(written))
@examples(30)
def test_other_files_among_the_accounts_are_passed_over(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.getbasetemp() / "home"
    folder = home / "gen-ip" / "accounts"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "odd.json").write_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(home))
        patch.setenv("HOME", str(home))
        assert accounts.list_accounts() == []


# ------------------------------------------------------------------ state files


@given(data=raw | json_values.map(written) | damaged(st.just(b'{"pid": 5, "url": "http://a"}')))
@examples(100)
def test_what_a_lock_says(data: bytes) -> None:
    pid, url = _holder(data)
    check_message(StateInUse(Path("state.json"), pid, url))


@pytest.mark.parametrize(
    "data",
    [b"[" * 1024, b'{"pid": true, "url": ""}', b'{"pid": ' + b"9" * 900 + b"}", b'{"a":' * 200],
)
def test_hostile_locks(data: bytes) -> None:
    check_message(StateInUse(Path("state.json"), *_holder(data)))


@pytest.mark.parametrize(
    "data",
    [deep(10**6).encode(), b"[" * 10**6, b'{"a":' * 10**6, b"", b"[]", b"9" * 9_999],
    ids=range(6),
)
def test_a_state_that_is_none_replaces_nothing(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "state.json"
    path.write_text('{"block": 1}')
    with pytest.raises(StateNotKept) as refused, StateFile(path) as state:
        state.dump.write_bytes(data)
    check_message(refused.value)
    assert path.read_text() == '{"block": 1}'
    assert sorted(each.name for each in tmp_path.iterdir()) == ["state.json", "state.json.lock"]
    assert _problem(tmp_path / "none") != ""


@pytest.mark.parametrize("path", ["a\0b", "\ud800", "a" * 5_000, "/dev/null/x", "/dev/zero"])
def test_places_that_keep_no_state(path: str) -> None:
    with pytest.raises(GenIPError) as refused:
        StateFile(Path(path)).__enter__()
    check_message(refused.value)


# ------------------------------------------------------------------ Safes


@pytest.mark.parametrize("path", ["", "a\0b", "\ud800", "a" * 5_000, "/", "nowhere/x"])
def test_a_safe_writes_whole_files_or_none(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    safe = Safe("0x" + "11" * 20)
    for plans in ([], None, [None], 7, "x", [Plan]):
        assert isinstance(attempt(safe.write, path, plans), Refused), plans
    assert list(tmp_path.iterdir()) == []


@given(value=json_values)
@examples(20)
def test_addresses_of_safes(value: Any) -> None:
    found = attempt(Safe, value)
    assert isinstance(found, Refused) or found.address == Safe(found.address).address


def test_paths_are_those_of_the_document() -> None:
    document = copy.deepcopy(KEYSTORES[0])
    assert {path[0] for path in paths(document) if path} == set(document)
