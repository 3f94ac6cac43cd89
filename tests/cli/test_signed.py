"""Certificates signed in files, claimed by anchors, submitted by others; delegations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.cli.test_commands import address
from tests.support.chain import LocalChain

ETHER = 10**18
SECRET = {"GENIP_PASSWORD": "long enough"}


def text_file(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text(f"the work {name}")
    return path


@pytest.fixture
def signed(run: Run, rpc: LocalChain, picture: Path, tmp_path: Path) -> Path:
    """A certificate that dev0 signed."""
    file = tmp_path / "certificate.json"
    run("sign", picture, "-o", file, "--account", "dev0", "--json").ok()
    return file


def test_a_creator_without_money_is_certified(
    run: Run, rpc: LocalChain, picture: Path, tmp_path: Path
) -> None:
    poor = run("account", "new", "poor", "--json", **SECRET).ok().json["address"]
    file = tmp_path / "certificate.json"
    sign = ("sign", picture, "--name", "Chelsea", "--payee", "dev5=20%", "--resale-royalty", "5%")
    told = run(*sign, "-o", file, "--account", "poor", "--json", **SECRET).ok().json
    [entry] = told["certificates"]
    assert entry["creator"] == poor
    assert told["deadline"] == pytest.approx(rpc.now() + 30 * 86_400, abs=60)
    made = run("submit", file, "--account", "dev1", "--json").ok().json["certified"]
    assert [each["work"] for each in made] == [entry["work"]]
    shown = run("show", entry["work"], "--json").ok().json
    assert (shown["name"], shown["owner"], shown["resale_royalty"]) == ("Chelsea", poor, 500)
    assert shown["payees"] == [{"to": address("dev5"), "share": 2000}]
    run("submit", file, "--account", "dev1").failed("AlreadyCertified")


def test_the_words_for_people(run: Run, rpc: LocalChain, picture: Path, tmp_path: Path) -> None:
    file = tmp_path / "certificate.json"
    out = run("sign", picture, "-o", file, "--account", "dev0").ok().out
    assert "Anyone may submit it until" in out
    assert str(file) in out
    assert "Certified work 0x" in run("submit", file, "--account", "dev1").ok().out


def test_several_works_take_one_signature(run: Run, rpc: LocalChain, tmp_path: Path) -> None:
    files = [text_file(tmp_path, name) for name in ("one.txt", "two.txt", "three.txt")]
    folder = tmp_path / "signed"
    told = run("sign", *files, "-o", folder, "--account", "dev0", "--json").ok().json
    written = [Path(entry["file"]) for entry in told["certificates"]]
    assert sorted(written) == sorted(folder.iterdir())
    signatures = {json.loads(path.read_text())["consent"]["signature"] for path in written}
    assert len(signatures) == 1
    run("submit", written[0], "--account", "dev1").ok()
    batch = run("submit", *written, "--skip-bad", "--account", "dev1", "--json").ok().json
    assert len(batch["certified"]) == 2
    [skipped] = batch["skipped"]
    assert (skipped["file"], skipped["error"]["type"]) == (str(written[0]), "AlreadyCertified")
    people = run("submit", *written, "--account", "dev1").ok().out
    assert people.count("Left out") == 3
    run("sign", *files, "-o", folder, "--account", "dev0").failed("OutputTaken", "signed")


def test_anchored_works_are_minted_and_dated_later(
    run: Run, rpc: LocalChain, tmp_path: Path
) -> None:
    files = [text_file(tmp_path, name) for name in ("one.txt", "two.txt", "three.txt")]
    proofs = tmp_path / "proofs.json"
    told = run("anchor", *files, "-o", proofs, "--account", "dev0", "--json").ok().json
    assert told["time"] == rpc.now()
    assert len(set(told["works"])) == 3
    one, two, three = told["works"]
    rpc.pass_time(1000)
    # Without its proof the claim is of now; `prove` dates it back, and anyone may.
    run("certify", files[0], "--account", "dev0").ok()
    assert run("show", one, "--json").ok().json["claim_time"] > told["time"]
    proven = run("prove", proofs, "--account", "dev2", "--json").ok().json
    assert proven["proven"] == [one]
    assert {entry["error"]["type"] for entry in proven["left"]} == {"UnknownWork"}
    assert run("show", one, "--json").ok().json["claim_time"] == told["time"]
    again = ("prove", proofs, "--work", one, "--account", "dev2")
    run(*again).failed("NotEarlierThan")
    run("prove", proofs, "--work", two, "--account", "dev2").failed("UnknownWork")
    run("prove", proofs, "--work", "7", "--account", "dev2").failed("BadValue", "in the file")
    assert "Left as it is" in run("prove", proofs, "--account", "dev2").ok().out
    # The creator submits as it is; others need a signature.
    batch = ("submit", proofs, "--skip-bad", "--account")
    refused = run(*batch, "dev1", "--json").ok().json
    assert refused["certified"] == []
    reasons = {each["work"]: each["error"]["type"] for each in refused["skipped"]}
    assert reasons == {one: "AlreadyCertified", two: "NotCreator", three: "NotCreator"}
    folder = tmp_path / "signed"
    run("sign", proofs, "-o", folder, "--account", "dev0").ok()
    # What is certified already stops nothing, and costs nothing; alone it is told.
    minted = run("submit", *folder.iterdir(), "--account", "dev1", "--json").ok().json
    assert {each["work"] for each in minted["certified"]} == {two, three}
    assert [each["work"] for each in minted["skipped"]] == [one]
    nonce = rpc.web3.eth.get_transaction_count(address("dev0"))
    again = run("submit", proofs, "--account", "dev0").ok()
    assert again.out.count("Left out") == 3
    assert rpc.web3.eth.get_transaction_count(address("dev0")) == nonce
    alone = next(iter(folder.iterdir()))
    run("submit", alone, "--account", "dev1", "--json").failed("AlreadyCertified")
    assert run("show", two, "--json").ok().json["claim_time"] == told["time"]


def test_a_plan_to_anchor_keeps_its_proofs(run: Run, rpc: LocalChain, tmp_path: Path) -> None:
    file, proofs = text_file(tmp_path, "one.txt"), tmp_path / "proofs.json"
    args = ("anchor", file, "-o", proofs, "--account", address("dev3"), "--unsigned")
    planned = run(*args).ok()
    assert "keep them" in planned.err
    [transaction] = planned.json["transactions"]
    rpc.wallet_sends(transaction)
    rpc.pass_time(50)
    made = run("submit", proofs, "--account", "dev3", "--json").ok().json["certified"]
    assert len(made) == 1
    run(*args).failed("OutputTaken", "proofs.json")


def test_a_derivative_is_signed_under_its_license(
    run: Run, rpc: LocalChain, work: str, license_of: Any, tmp_path: Path
) -> None:
    license_id = license_of(work, "commercial-remix")
    remix, file = text_file(tmp_path, "remix.txt"), tmp_path / "remix.json"
    sign = ("sign", remix, "--license", license_id, "-o", file)
    run(*sign, "--account", "dev2").failed("LicenseNotHeld")
    assert not file.exists()
    run(*sign, "--account", "dev1").ok()
    [made] = run("submit", file, "--account", "dev2", "--json").ok().json["certified"]
    parents = run("show", made["work"], "--json").ok().json["parents"]
    assert [parent["parent"] for parent in parents] == [work]


def test_a_delegate_certifies_within_limits(run: Run, rpc: LocalChain, tmp_path: Path) -> None:
    given = tmp_path / "delegation.json"
    delegate = ("delegate", "dev1", "-o", given, "--works", "1", "--for", "90d")
    told = run(*delegate, "--payee", "dev1=10%", "--account", "dev0", "--json").ok().json
    assert told["delegation"]["delegate"] == address("dev1")
    files = [text_file(tmp_path, name) for name in ("one.txt", "two.txt")]
    signed = [tmp_path / f"{file.stem}.json" for file in files]
    for file, output in zip(files, signed, strict=True):
        run("sign", file, "-o", output, "--delegation", given, "--account", "dev1").ok()
    [made] = run("submit", signed[0], "--account", "dev2", "--json").ok().json["certified"]
    assert made["creator"] == address("dev0")
    run("submit", signed[1], "--account", "dev2").failed("DelegationUsedUp")
    other = ("sign", files[1], "-o", tmp_path / "x.json", "--delegation", given)
    run(*other, "--account", "dev2").failed("InvalidArgument", "delegation")


def test_a_delegate_signs_several(run: Run, rpc: LocalChain, tmp_path: Path) -> None:
    given, output = tmp_path / "delegation.json", tmp_path / "signed"
    run("delegate", "dev1", "-o", given, "--works", "5", "--account", "dev0").ok()
    files = [tmp_path / f"delegated-{number}.txt" for number in range(2)]
    for file in files:
        file.write_text(f"{file.name} {tmp_path}", "utf-8")
    several = ("sign", *files, "-o", output, "--delegation", given)
    run(*several, "--account", "dev2").failed("InvalidArgument", "delegation")
    assert not output.exists()
    told = run(*several, "--account", "dev1", "--json").ok().json
    assert len(told["certificates"]) == 2
    run("submit", *sorted(output.iterdir()), "--account", "dev3").ok()
    for each in told["certificates"]:
        assert run("show", each["work"], "--json").ok().json["creator"] == address("dev0")


def test_a_delegates_asks_are_in_the_delegation(run: Run, rpc: LocalChain, tmp_path: Path) -> None:
    given = tmp_path / "delegation.json"
    delegate = ("delegate", "dev1", "-o", given, "--works", "5", "--token", rpc.token)
    asks = ("--ask", "commercial=12.5", "--ask", "nc-remix=0", "--max-fees", "2%")
    out = run(*delegate, *asks, "--account", "dev0").ok().out
    assert "commercial from 12.5 DUSD on" in out
    document = json.loads(given.read_text())
    assert [(ask["minPrice"], ask["maxFees"]) for ask in document["asks"]] == [
        ("12500000", 200),
        ("0", 200),
    ]


def test_taking_back(run: Run, rpc: LocalChain, signed: Path, tmp_path: Path) -> None:
    run("revoke", signed, "--account", "dev0").failed("NotConfirmed", "hold no longer", "--yes")
    told = run("revoke", signed, "--yes", "--account", "dev0", "--json").ok()
    assert told.json["kind"] == "signed certificate"
    run("submit", signed, "--account", "dev1").failed("ConsentRevoked")


def test_taking_back_without_money(run: Run, rpc: LocalChain, signed: Path) -> None:
    told = run("revoke", signed, "--sign", "--account", "dev0", "--json").ok().json
    send = ("revoke", signed, "--yes", "--account", "dev1", "--signature")
    run(*send, "0x" + "11" * 65).failed("InvalidSignature")
    run(*send, "nonsense").failed("BadValue", "revoke --sign")
    run(*send, told["signature"], "--sign").failed("UsageError", "not both", code=2)
    run(*send, told["signature"]).ok()
    run("submit", signed, "--account", "dev1").failed("ConsentRevoked")


def test_inspecting_without_a_chain(
    run: Run, rpc: LocalChain, picture: Path, signed: Path, tmp_path: Path
) -> None:
    offline = {"GENIP_RPC": "http://127.0.0.1:1"}
    told = run("inspect", signed, "--json", **offline).ok().json
    assert (told["kind"], told["holds"]) == ("signed certificate", True)
    assert told["signatures"] == [{"what": "consent", "signer": address("dev0"), "holds": True}]
    assert f"✓ consent by {address('dev0')}" in run("inspect", signed, **offline).ok().out
    document = json.loads(signed.read_text())
    document["certify"]["resaleRoyalty"] = 9_999
    signed.write_text(json.dumps(document))
    forged = run("inspect", signed)
    assert forged.code == 1
    assert "✗ consent" in forged.out
    assert "99.99%" in forged.out
    assert run("inspect", signed, "--json").json["holds"] is False


def test_inspecting_every_kind(run: Run, rpc: LocalChain, picture: Path, tmp_path: Path) -> None:
    proofs, given = tmp_path / "proofs.json", tmp_path / "delegation.json"
    run("anchor", picture, "-o", proofs, "--account", "dev0").ok()
    told = run("inspect", proofs, "--json").ok().json
    assert (told["kind"], told["holds"]) == ("anchored certificates", None)
    out = run("inspect", proofs).ok().out
    assert "1 work" in out
    assert "Nothing in it is signed" in out
    delegate = ("delegate", "dev1", "-o", given, "--works", "3", "--ask", "commercial=1")
    run(*delegate, "--account", "dev0").ok()
    out = run("inspect", given).ok().out
    for words in ("3 works", address("dev1"), "1 ETH", "✓ delegation"):
        assert words in out
    terms = tmp_path / "poster.toml"
    terms.write_text('name = "poster"\ngrant = ["COMMERCIAL"]\ndays = 30\n')
    assert "commercial, 30d" in run("inspect", terms).ok().out
    bundle = tmp_path / "bundle.json"
    bundle.write_text(run("terms", "show", "nc-remix", "--format", "json").ok().out)
    told = run("inspect", bundle, "--json").ok().json
    assert told["statement"]["name"] == "nc-remix"
    assert "passes on" in run("inspect", bundle).ok().out


BAD = {
    "missing": (None, "MissingFile"),
    "no JSON": (b"{", "StatementFileProblem"),
    "text": (b"hello", "StatementFileProblem"),
    "nothing": (b"", "EmptyFile"),
    "a list": (b"[]", "BadStatement"),
    "another format": (b'{"format": "gen-ip/signed-offer/9"}', "BadStatement"),
    "a part": (b'{"format": "gen-ip/signed-certificate/1"}', "BadStatement"),
    "nested": (b"[" * 100 + b"]" * 100, "StatementFileProblem"),
}


@pytest.mark.parametrize("case", BAD)
def test_files_that_are_no_statements(run: Run, rpc: LocalChain, tmp_path: Path, case: str) -> None:
    data, kind = BAD[case]
    file = tmp_path / "bad.json"
    if data is not None:
        file.write_bytes(data)
    run("inspect", file).failed(kind, "bad.json" if kind != "BadStatement" else "")
    block = rpc.web3.eth.block_number
    for command in (("submit", file), ("prove", file), ("revoke", file, "--yes")):
        ended = run(*command, "--account", "dev0", "--json")
        assert ended.failed(ended.json["error"]["type"]).json["error"]["type"] in (
            "StatementFileProblem",
            "BadStatement",
        )
    assert rpc.web3.eth.block_number == block


def test_statements_of_another_chain_and_of_another_kind(
    run: Run, rpc: LocalChain, signed: Path, tmp_path: Path
) -> None:
    document = json.loads(signed.read_text())
    document["certify"]["homeChainId"] = "1"
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_text(json.dumps(document))
    run("submit", elsewhere, "--account", "dev0").failed("UnexpectedChain", "1")
    given = tmp_path / "delegation.json"
    run("delegate", "dev1", "-o", given, "--works", "1", "--account", "dev0").ok()
    run("submit", given, "--account", "dev0").failed("StatementFileProblem", "signed delegation")
    proofs = tmp_path / "proofs.json"
    # A signed certificate is anchored with its signature: anyone may submit it with its proof.
    signed.unlink()
    again = ("sign", text_file(tmp_path, "a.txt"), "-o", signed, "--account", "dev0")
    run(*again).ok()
    run("anchor", signed, "-o", proofs, "--account", "dev0").ok()
    run("submit", proofs, "--account", "dev1").ok()
    run("revoke", proofs, "--yes", "--account", "dev0").failed(
        "StatementFileProblem", "anchored certificates"
    )


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        (("--deadline", "forever"), "BadValue"),
        (("--deadline", "soon"), "BadValue"),
        (("--license", "x"), "BadValue"),
        (("--license", "999"), "UnknownLicense"),
        (("--payee", "dev5"), "BadValue"),
        (("--delegation", "none.json"), "StatementFileProblem"),
        (("-o", "none/x.json"), "StatementFileProblem"),
    ],
)
def test_what_cannot_be_signed(
    run: Run, rpc: LocalChain, picture: Path, tmp_path: Path, options: tuple[str, ...], kind: str
) -> None:
    file = tmp_path / "x.json"
    run("sign", picture, "-o", file, *options, "--account", "dev0").failed(kind)
    assert not file.exists()


def test_a_works_file_is_never_replaced(run: Run, rpc: LocalChain, tmp_path: Path) -> None:
    file = text_file(tmp_path, "one.txt")
    run("sign", file, "-o", file, "--account", "dev0").failed("OutputTaken", "one.txt")
    run("anchor", file, "-o", file, "--account", "dev0").failed("OutputTaken", "one.txt")
    assert file.read_text() == "the work one.txt"


def test_a_delegation_has_an_end_and_limits(run: Run, rpc: LocalChain, tmp_path: Path) -> None:
    base = ("delegate", "dev1", "-o", tmp_path / "x.json", "--account", "dev0", "--works", "1")
    run(*base, "--for", "forever").failed("BadValue", "an end")
    run(*base, "--ask", "commercial").failed("BadValue", "TERMS=PRICE")
    run(*base, "--ask", "free=1").failed("BadValue", "nc-remix")
    run(*base, "--ask", "commercial=x").failed("BadValue", "plain number")
    run(*base, "--max-owed", "200%").failed("BadValue", "at most 100%")
    assert not (tmp_path / "x.json").exists()


def test_a_json_workflow_is_a_work(run: Run, rpc: LocalChain, tmp_path: Path) -> None:
    workflow = tmp_path / "workflow.json"
    workflow.write_text('{"nodes": [], "format": 1}')
    out = tmp_path / "signed.json"
    run("sign", workflow, "-o", out, "--account", "dev0").ok()
    assert run("inspect", out, "--json").ok().json["holds"] is True


def test_a_strangers_file_does_not_certify_for_me_unasked(
    run: Run, rpc: LocalChain, picture: Path, tmp_path: Path
) -> None:
    """Whoever writes my address and a payee into a file has my word for nothing."""
    file = tmp_path / "proofs.json"
    share = f"{address('dev1')}=90%"
    run("anchor", picture, "-o", file, "--payee", share, "--account", "dev0").ok()
    shown = ("90% of its income", address("dev1"), "--yes")
    run("submit", file, "--account", "dev0").failed("NotConfirmed", *shown)
    out = tmp_path / "signed.json"
    run("sign", file, "-o", out, "--account", "dev0").failed("NotConfirmed", *shown)
    assert not out.exists()
    run("sign", file, "-o", out, "--yes", "--account", "dev0").ok()
    # Signed by me, it needs no more words.
    signed = json.loads(out.read_text())
    forged = tmp_path / "forged.json"
    signed["certify"]["payees"][0]["share"] = 10_000
    forged.write_text(json.dumps({**signed, "anchor": None}))
    run("submit", forged, "--account", "dev0").failed("InvalidSignature")
    run("submit", out, "--account", "dev0").ok()
