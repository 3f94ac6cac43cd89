"""`certificate proof` and `verify --proof`: saved with a node, checked without any."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import Run


@pytest.fixture
def proof(run: Run, work: str, tmp_path: Path) -> Path:
    path = tmp_path / "proof.json"
    said = run("certificate", "proof", work, "-o", path).ok()
    assert "Saved what chain 31337 says" in said.out
    return path


def test_offline(run: Run, proof: Path, picture: Path) -> None:
    # Where no node is.
    nowhere = {"GENIP_RPC": "http://127.0.0.1:1"}
    said = run("verify", picture, "--proof", proof, **nowhere).ok()
    assert "It holds" in said.out
    assert "not checked block: That the chain has block" in said.out
    block = json.loads(proof.read_text("utf-8"))["state"]["block"]
    hashed = run("verify", picture, "--proof", proof, "--block-hash", block["hash"], "--json").ok()
    outcomes = {each["subject"]: each["outcome"] for each in hashed.json["findings"]}
    assert outcomes["file"] == outcomes["block"] == "holds"
    assert hashed.json["holds"] is True
    assert "No file was given" in run("verify", "--proof", proof, **nowhere).ok().out


def test_what_does_not_hold_ends_with_1(run: Run, proof: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_bytes(b"something else")
    ended = run("verify", other, "--proof", proof)
    assert ended.code == 1
    assert "fails" in ended.out
    assert "does not hold" in ended.out
    wrong = run("verify", "--proof", proof, "--block-hash", "0x" + "00" * 32)
    assert wrong.code == 1
    run("verify", "--proof", proof, "--block-hash", "0x12").failed("InvalidArgument", "block hash")
    run("verify", "--proof", other).failed("StatementFileProblem", "not JSON")
    assert run("verify", other, "--block-hash", "0x" + "00" * 32).code == 2
    assert run("verify", "--cid", "bafy", "--proof", proof).code == 2


def test_with_what_was_signed(run: Run, rpc: object, tmp_path: Path) -> None:
    content, statement = tmp_path / "text.txt", tmp_path / "signed.json"
    content.write_bytes(b"a text")
    run("sign", content, "-o", statement, "--account", "dev3").ok()
    work = run("submit", statement, "--account", "dev2", "--json").ok().json["certified"][0]["work"]
    path = tmp_path / "proof.json"
    run("certificate", "proof", work, "--statement", statement, "-o", path).ok()
    assert "signature: The consent by" in run("verify", content, "--proof", path).ok().out
    # The signed certificate itself is what is held against a proof, too.
    bare = tmp_path / "bare.json"
    run("certificate", "proof", work, "-o", bare).ok()
    assert "signature: The consent by" in run("verify", statement, "--proof", bare).ok().out
    run("certificate", "proof", work, "-o", bare).failed("OutputTaken", "already")
    run("certificate", "proof", work, "-o", tmp_path / "x", "--block", "soon").failed("BadValue")


def test_of_nothing_there_is_none(run: Run, rpc: object, tmp_path: Path) -> None:
    path = tmp_path / "proof.json"
    run("certificate", "proof", "7", "-o", path).failed("UnknownWork", "7")
    assert not path.exists()


def test_the_same_picture_in_another_file(run: Run, proof: Path, picture: Path) -> None:
    copy = proof.with_name("copy.tiff")
    with Image.open(picture) as image:
        image.save(copy)
    told = run("verify", copy, "--proof", proof, "--json").ok().json
    assert told["file"] == "exact-content"
    assert "exact-content" in run("verify", copy, "--proof", proof).ok().out
    assert run("verify", picture, "--proof", proof, "--json").ok().json["file"] == "exact-bytes"


def test_a_certificate_drawn_from_a_proof_without_a_node(
    run: Run, proof: Path, tmp_path: Path
) -> None:
    nobody = {"GENIP_RPC": "http://127.0.0.1:1"}
    svg, bad = tmp_path / "proven.svg", tmp_path / "bad.json"
    run("certificate", "picture", proof, "-o", svg, "--language", "fr", **nobody).ok()
    assert "Chelsea" in svg.read_text("utf-8")
    document = json.loads(proof.read_text("utf-8"))
    document["work"] = "7"
    bad.write_text(json.dumps(document))
    again = tmp_path / "again.svg"
    run("certificate", "picture", bad, "-o", again, **nobody).failed("ProofFails", "does not hold")
    assert not again.exists()
