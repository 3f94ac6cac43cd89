"""`gen-ip ingredients`, and the question before `certify` makes an original of a derivative."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from tests.content.samples import CHECKPOINT
from tests.generation.samples import png, text
from tests.support.chain import LocalChain

from .conftest import Run
from .test_commands import address


def naming(path: Path, model: bytes, vae: bytes = b"nothing") -> Path:
    """A picture that says it was made with files of these bytes."""
    first, second = (hashlib.sha256(each).hexdigest()[:10] for each in (model, vae))
    line = f"Seed: 1, Model hash: {first}, Model: base, VAE hash: {second}, VAE: colors"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(png(text("parameters", f"{path.stem}\nSteps: 20, Sampler: a, {line}")))
    return path


def nonce(chain: LocalChain, name: str) -> int:
    return int(chain.web3.eth.get_transaction_count(address(name)))


def test_certify_asks_before_a_derivative_becomes_an_original(
    run: Run, rpc: LocalChain, tmp_path: Path
) -> None:
    model, picture = tmp_path / "base.safetensors", tmp_path / "a.png"
    model.write_bytes(CHECKPOINT)
    line = f"Seed: 1, Model hash: {hashlib.sha256(CHECKPOINT).hexdigest()[:10]}, Model: base"
    picture.write_bytes(png(text("parameters", f"a castle\nSteps: 20, Sampler: a, {line}")))
    work = run("certify", model, "--account", "dev1", "--json").ok().json["work"]
    [proposal] = run("ingredients", picture, "--json").ok().json["proposed_parents"]
    assert (proposal["work"], proposal["method"]) == (work, "autov2")
    assert "as checkpoint base (by autov2)" in run("ingredients", picture).ok().out
    certify = ("certify", picture, "--account", "dev2")
    run(*certify).failed("NotConfirmed", "cannot become their derivative")
    made = run(*certify, "--yes", "--json").ok().json
    assert made["proposed_parents"] == [proposal]


def test_certify_says_what_it_publishes(run: Run, rpc: LocalChain, tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(png(text("parameters", "a castle\nSteps: 20, Sampler: a, Seed: 1")))
    out = run("certify", picture, "--account", "dev1").ok().out
    assert "of prompts and workflow hashes alone (--publish-prompt" in out
    out = run("certify", picture, "--account", "dev2", "--publish-prompt").ok().out
    assert "LoRAs, and its prompts." in out
    assert "No certified work" in run("ingredients", picture).ok().out


def test_derive_proposes_what_it_has_no_license_of(
    run: Run,
    rpc: LocalChain,
    work: str,
    picture: Path,
    license_of: Callable[..., int],
    tmp_path: Path,
) -> None:
    model = tmp_path / "base.safetensors"
    model.write_bytes(CHECKPOINT)
    base = run("certify", model, "--account", "dev2", "--json").ok().json
    license_id = license_of(work, "commercial-remix", "--units", "2")
    account = ("--account", "dev1")
    # What is licensed is not asked about.
    one = naming(tmp_path / "one.png", picture.read_bytes())
    made = run("derive", one, "--license", license_id, *account, "--json").ok().json
    assert [each["work"] for each in made["proposed_parents"]] == [work]
    two = naming(tmp_path / "two.png", picture.read_bytes(), CHECKPOINT)
    derive = ("derive", two, "--license", license_id, *account)
    sent = nonce(rpc, "dev1")
    refused = run(*derive).failed("NotConfirmed", base["till"], "--license N here", "--yes")
    assert "as checkpoint" not in refused.err
    assert nonce(rpc, "dev1") == sent
    made = run(*derive, "--yes", "--json").ok().json
    assert [each["work"] for each in made["proposed_parents"]] == [work, base["work"]]
    parents = run("show", made["work"], "--json").ok().json["parents"]
    assert [each["parent"] for each in parents] == [work]


def test_a_folder_proposes_before_it_is_signed(
    run: Run, rpc: LocalChain, work: str, picture: Path, tmp_path: Path
) -> None:
    shown = naming(tmp_path / "works" / "a.png", picture.read_bytes())
    (tmp_path / "works" / "b.txt").write_text("of nothing")
    certify = ("certify", tmp_path / "works", "-r", "--account", "dev1")
    sent = nonce(rpc, "dev1")
    run(*certify).failed("NotConfirmed", "a.png: 0x", "as checkpoint base", "gen-ip derive FILE")
    proofs = tmp_path / "proofs.json"
    run(*certify, "--anchor", proofs).failed("NotConfirmed", "a.png: 0x")
    assert (nonce(rpc, "dev1"), proofs.exists()) == (sent, False)
    assert "a.png: 0x" in run(*certify, "--dry-run").ok().out
    planned = run(*certify, "--dry-run", "--json").ok().json["proposed_parents"]
    assert [(each["path"], each["work"]) for each in planned] == [("a.png", work)]
    done = run(*certify, "--yes", "--json").ok().json
    assert (done["counts"]["certified"], done["proposed_parents"]) == (2, planned)
    [number] = [each["work"] for each in done["files"] if each["path"] == shown.name]
    assert run("show", number, "--json").ok().json["parents"] == []
    # What is certified is not asked about again.
    again = run(*certify, "--json").ok().json
    assert (again["counts"]["existing"], again["proposed_parents"]) == (2, [])


def test_a_derivative_of_a_folder_is_left_out_of_the_question(
    run: Run, rpc: LocalChain, work: str, picture: Path, license_of: Callable[..., int],
    tmp_path: Path,
) -> None:  # fmt: skip
    shown = naming(tmp_path / "works" / "a.png", picture.read_bytes())
    (tmp_path / "works" / "b.txt").write_text("of nothing")
    license_id = license_of(work, "commercial-remix")
    run("derive", shown, "--license", license_id, "--account", "dev1").ok()
    done = run("certify", tmp_path / "works", "-r", "--account", "dev1", "--json").ok().json
    assert (done["counts"]["certified"], done["counts"]["existing"]) == (1, 1)


def test_signing_and_claiming_propose_first(
    run: Run,
    rpc: LocalChain,
    work: str,
    picture: Path,
    license_of: Callable[..., int],
    tmp_path: Path,
) -> None:
    shown, file = naming(tmp_path / "a.png", picture.read_bytes()), tmp_path / "signed.json"
    sign = ("sign", shown, "-o", file, "--account", "dev1")
    run(*sign).failed("NotConfirmed", "as checkpoint base", "--offer OFFER")
    run("anchor", shown, "-o", file, "--account", "dev1").failed("NotConfirmed", "a.png: 0x")
    assert not file.exists()
    license_id = license_of(work, "commercial-remix")
    told = run(*sign, "--license", license_id, "--json").ok().json
    [proposal] = told["proposed_parents"]
    assert (proposal["file"], proposal["work"]) == (str(shown), work)
    proofs = tmp_path / "proofs.json"
    claimed = run("anchor", shown, "-o", proofs, "--yes", "--account", "dev1", "--json").ok().json
    assert claimed["proposed_parents"] == [proposal]


def test_a_plan_tells_what_it_does_not_ask(
    run: Run, rpc: LocalChain, work: str, picture: Path, tmp_path: Path
) -> None:
    shown = naming(tmp_path / "a.png", picture.read_bytes())
    planned = run("certify", shown, "--account", address("dev1"), "--unsigned").ok()
    assert "as checkpoint base" in planned.err
    assert len(planned.json["transactions"]) == 1
