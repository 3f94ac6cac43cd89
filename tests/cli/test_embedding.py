"""`embed` and `embedded`: a copy says whose work it is, and is recognized as that work."""

from __future__ import annotations

import hashlib
from pathlib import Path

from PIL import Image

from gen_ip.embedding.identity import SigningIdentity
from tests.cli.conftest import PICTURES, Run
from tests.support.chain import LocalChain


def test_a_copy_says_whose_work_it_is(
    run: Run, rpc: LocalChain, work: str, picture: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.png"
    made = run("embed", work, picture, "-o", copy, "--json").ok().json
    assert made["work"] == work
    assert made["sha256"] == hashlib.sha256(copy.read_bytes()).hexdigest()
    assert made["content_credentials"] is True
    said = run("embedded", copy, "--json").ok().json
    assert said["said"]["work"] == work
    assert said["said"]["chain"] == "31337"
    assert said["said"]["iscc"].startswith("ISCC:")
    assert said["c2pa"]["validation_state"] == "Valid"
    told = run("verify", copy, "--json").ok().json
    assert told["level"] == "same pixels"
    assert told["matches"][0]["work"] == work
    assert f"work  {work}" in run("embedded", copy).ok().out


def test_without_credentials_and_with_an_identity_of_ones_own(
    run: Run, rpc: LocalChain, work: str, picture: Path, tmp_path: Path
) -> None:
    plain, signed = tmp_path / "plain.png", tmp_path / "signed.png"
    out = run("embed", work, picture, "-o", plain, "--no-credentials").ok().out
    assert "XMP; pixels-v1" in out
    assert run("embedded", plain, "--json").ok().json["c2pa"] is None
    mine = SigningIdentity.made("Studio")
    (tmp_path / "chain.pem").write_bytes(mine.chain)
    (tmp_path / "key.pem").write_bytes(mine.key)
    both = ("--signing-chain", tmp_path / "chain.pem", "--signing-key", tmp_path / "key.pem")
    run("embed", work, picture, "-o", signed, *both, "--source", "composite").ok()
    found = run("embedded", signed, "--json").ok().json["c2pa"]
    manifest = found["manifests"][found["active_manifest"]]
    assert manifest["signature_info"]["common_name"] == "Studio"
    assert "compositeWithTrained" in str(manifest["assertions"])


def test_what_it_refuses(
    run: Run, rpc: LocalChain, work: str, picture: Path, tmp_path: Path
) -> None:
    copy, other = tmp_path / "copy.png", tmp_path / "other.png"
    Image.radial_gradient("L").save(other)
    run("embed", work, other, "-o", copy).failed("NotItsFile", "is not the file of work", work)
    run("embed", "5", picture, "-o", copy).failed("UnknownWork")
    run("embed", work, picture, "-o", picture).failed("CopyExists", "exists already")
    run("embed", work, picture, "-o", copy, "--source", "x").failed("UsageError", code=2)
    run("embed", work, picture, "-o", copy, "--signing-key", copy).failed("UsageError", code=2)
    assert not copy.exists()
    nothing = run("embedded", other)
    assert nothing.code == 1
    assert "says nothing" in nothing.out
    run("embedded", PICTURES / "none.png").failed("MissingFile")


def test_a_certificate_names_the_copy_written_before_it(
    run: Run, rpc: LocalChain, picture: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.png"
    made = run("certify", picture, "--embed", copy, "--account", "dev0", "--json").ok().json
    digest = hashlib.sha256(copy.read_bytes()).hexdigest()
    metadata = run("show", made["work"], "--json").ok().json["metadata"]
    (named,) = metadata["gen_ip"]["copies"]
    assert named["sha256"] == digest
    assert named["iscc"].startswith("ISCC:K")
    assert run("embedded", copy, "--json").ok().json["said"]["work"] == made["work"]
    told = run("verify", copy, "--json").ok().json
    assert told["matches"][0]["listed"] is True
    assert told["says"] == {"work": f"gen-ip:31337:{made['work']}", "confirmed": True}
    assert "a copy that its owner names" in run("verify", copy).ok().out
    # What cannot be certified leaves no copy behind.
    other = tmp_path / "other.png"
    run("certify", picture, "--embed", other, "--account", "dev0").failed("AlreadyCertified")
    assert not other.exists()
    # Of another work afterwards.
    text, page = tmp_path / "a.md", tmp_path / "page.md"
    text.write_text("# Song\n\nof **seven** verses\n")
    song = run("certify", text, "--account", "dev0", "--json").ok().json["work"]
    run("embed", song, text, "-o", page).ok()
    assert run("verify", page, "--json").ok().json["matches"][0]["level"] == "same content"
    run("revise", song, "--copy", page, "--account", "dev0").ok()
    assert run("verify", page, "--json").ok().json["matches"][0]["listed"] is True


def test_what_a_file_says_is_never_shown_as_verified(
    run: Run, rpc: LocalChain, work: str, tmp_path: Path
) -> None:
    thief = tmp_path / "thief.md"
    said = f'{{"work": "{work}", "chain": 31337, "creator": "\\u202eevil\\u001b[31m"}}'
    thief.write_text(f"# Not that work\n\nbut **other** words\n\n<!-- gen-ip: {said} -->\n")
    out = run("embedded", thief).ok().out
    assert "nothing of it is verified" in out
    assert "\x1b" not in out
    assert "\u202e" not in out
    told = run("verify", thief)
    assert "which nothing here confirms" in told.out
    assert run("verify", thief, "--json").json["says"]["confirmed"] is False
