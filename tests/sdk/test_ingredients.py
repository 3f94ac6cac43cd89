"""Certified works that a file says it was made with are proposed as parents, by their hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from gen_ip import GenIP
from gen_ip.content.local import LocalStore
from gen_ip.embedding import credentials
from gen_ip.embedding.identity import SigningIdentity
from gen_ip.embedding.saying import Parent, Saying
from gen_ip.errors import ContentNotFound, MissingLibrary
from gen_ip.works.ingredients import Proposal
from tests.content.samples import LORA, safetensors
from tests.generation import samples
from tests.generation.samples import png, text
from tests.sdk.conftest import Derive

BASE = safetensors({"model.diffusion_model.input_blocks.0.0.weight": (8, 4, 3, 3)})


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def tensors(data: bytes) -> str:
    """AutoV3, from its definition: of what is behind the header."""
    return sha256(data[8 + int.from_bytes(data[:8], "little") :])


def picture(line: str, prompt: str = "a castle") -> bytes:
    return png(text("parameters", f"{prompt}\nSteps: 20, Sampler: Euler a, {line}, Version: v1.9"))


def test_models_are_proposed_by_their_hashes(alice: GenIP, bob: GenIP) -> None:
    base = alice.certify(BASE, name="Base")
    lora = alice.certify(LORA, name="Towers")
    metadata = alice.work(lora.work_id).metadata
    assert metadata is not None
    assert metadata["gen_ip"]["canonical"] == {"autov3": tensors(LORA)}
    line = (
        f"Seed: 1, Model hash: {sha256(BASE)[:10]}, Model: anything, "
        f'Lora hashes: "tall: {tensors(LORA)[:12]}, other: 0123456789ab"'
    )
    creator = base.creator
    assert bob.proposed_parents(picture(line)) == [
        Proposal(base.work_id, creator, "anything", "checkpoint", "autov2"),
        Proposal(lora.work_id, creator, "tall", "lora", "autov3", by_metadata=True),
    ]


def test_a_whole_hash_is_looked_up_alone(
    alice: GenIP, bob: GenIP, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = alice.certify(BASE)
    data = json.loads(samples.INVOKEAI)
    data["model"]["hash"] = f"sha256:{sha256(BASE)}"
    found = png(text("invokeai_metadata", json.dumps(data)))
    asked = []
    registry = "gen_ip.works.registry.Registry.claims"
    from gen_ip.works.registry import Registry

    claims = Registry.claims

    def seen(self: Registry, content_hash: bytes | None = None) -> object:
        asked.append(content_hash)
        return claims(self, content_hash)

    monkeypatch.setattr(registry, seen)
    [proposal] = bob.proposed_parents(found)
    assert (proposal.work, proposal.name, proposal.method) == (
        base.work_id,
        "juggernaut",
        "sha256",
    )
    assert None not in asked


def test_prompts_and_workflows_are_proposed_by_their_texts(alice: GenIP, bob: GenIP) -> None:
    prompt = alice.certify(b"a castle of glass\n", kind="prompt")
    graph = samples.comfyui(1)
    workflow = alice.certify(json.dumps(graph, indent=2).encode())
    by_prompt = bob.proposed_parents(picture("Seed: 1", "a castle of glass"))
    assert [(each.work, each.role) for each in by_prompt] == [(prompt.work_id, "prompt")]
    by_graph = bob.proposed_parents(png(text("prompt", json.dumps(graph))))
    assert [(each.work, each.role) for each in by_graph] == [(workflow.work_id, "workflow")]
    # The workflow's own file does not name itself.
    assert bob.proposed_parents(json.dumps(graph, indent=2).encode()) == []


@pytest.mark.parametrize(
    "line",
    [
        "Seed: 1",
        "Seed: 1, Model hash: 0123456789, Model: x",
        # Too few digits tell nothing apart.
        f"Seed: 1, Model hash: {sha256(BASE)[:8]}, Model: x",
    ],
)
def test_nothing_is_proposed_without_a_hash_that_fits(alice: GenIP, line: str) -> None:
    alice.certify(BASE, name="x")
    assert alice.proposed_parents(picture(line)) == []


def test_a_store_without_the_metadata_proposes_less(
    alice: GenIP, bob: GenIP, store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice.certify(LORA)
    shown = picture(f'Seed: 1, Lora hashes: "tall: {tensors(LORA)[:12]}"')
    assert len(bob.proposed_parents(shown)) == 1

    def gone(*_: object, **__: object) -> None:
        raise ContentNotFound("cid", "store")

    monkeypatch.setattr("gen_ip.works.documents.find", gone)
    assert bob.proposed_parents(shown) == []


def test_content_credentials_propose_the_work_and_its_ingredients(
    alice: GenIP, bob: GenIP, derive: Derive, tmp_path: Path
) -> None:
    parent = alice.certify(picture("Seed: 1"), name="Castle")
    file, copy = tmp_path / "remix.png", tmp_path / "copy.png"
    file.write_bytes(picture("Seed: 2"))
    remix = derive(bob, file.read_bytes(), parent.work_id, name="Remix")
    identity = SigningIdentity.made(bob.account.address)
    bob.embed(remix.work_id, file, copy, identity=identity)
    assert alice.proposed_parents(copy) == [
        Proposal(remix.work_id, remix.creator, "Remix", "original", "c2pa"),
        Proposal(parent.work_id, parent.creator, "Castle", "ingredient", "c2pa"),
    ]


def test_credentials_count_for_certified_works_of_this_chain(
    alice: GenIP, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, creator = alice.certify(BASE, name="Base"), alice.account.address
    identity = SigningIdentity.made(creator)

    def naming(chain_id: int, *works: int) -> bytes:
        parents = [Parent(work, "It", "image/png") for work in works]
        saying = Saying(7, chain_id, "Cat", creator, parents=parents)
        return credentials.signed(png(), "image/png", saying, identity)

    here = naming(alice.chain_id, base.work_id, 5)
    expected = [Proposal(base.work_id, creator, "It", "ingredient", "c2pa")]
    assert alice.proposed_parents(here) == expected
    assert alice.proposed_parents(naming(1, base.work_id)) == []

    def missing(*_: object) -> None:
        raise MissingLibrary("c2pa-python", "embed", "reading content credentials")

    monkeypatch.setattr("gen_ip.embedding.credentials.read", missing)
    assert alice.proposed_parents(here) == []


def test_an_ingredient_is_found_by_its_hash(alice: GenIP, monkeypatch: pytest.MonkeyPatch) -> None:
    base, creator = alice.certify(BASE, name="Base"), alice.account.address
    identity = SigningIdentity.made(creator)
    definition = credentials.manifest

    def manifest(saying: Saying, media_type: str) -> dict[str, object]:
        ingredient = {"title": "model", "instance_id": f"urn:sha256:{sha256(BASE)}"}
        return {**definition(saying, media_type), "ingredients": [ingredient]}

    monkeypatch.setattr("gen_ip.embedding.credentials.manifest", manifest)
    saying = Saying(7, alice.chain_id, "Cat", creator)
    shown = credentials.signed(png(), "image/png", saying, identity)
    assert alice.proposed_parents(shown) == [
        Proposal(base.work_id, creator, "model", "ingredient", "sha256")
    ]


def test_a_folder_is_signed_by_nobody_who_was_not_told(
    alice: GenIP, bob: GenIP, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    base, lora = alice.certify(BASE), alice.certify(LORA)
    folder = tmp_path / "works"
    folder.mkdir()
    line = f"Seed: 1, Model hash: {sha256(BASE)[:10]}, Model: base"
    tall = f'{line}, Lora hashes: "tall: {tensors(LORA)[:12]}"'
    (folder / "one.png").write_bytes(picture(line))
    (folder / "two.png").write_bytes(picture(tall))
    (folder / "other.png").write_bytes(picture("Seed: 1"))
    # A work does not name itself.
    (folder / "base.safetensors").write_bytes(BASE)
    told: list[dict[str, list[int]]] = []

    class Declined(Exception):  # noqa: N818
        pass

    def declining(proposed: Mapping[str, Sequence[Proposal]]) -> None:
        told.append({name: [each.work for each in all_] for name, all_ in proposed.items()})
        raise Declined

    with pytest.raises(Declined):
        bob.certify_folder(folder, on_proposed=declining)
    assert told == [{"one.png": [base.work_id], "two.png": [base.work_id, lora.work_id]}]
    assert {claim.creator for claim in bob.works()} == {base.creator}
    looked: list[Path] = []
    monkeypatch.setattr("gen_ip.folders.reading.said", looked.append)
    assert bob.certify_folder(folder).ok
    assert (looked, len([*bob.works()])) == ([], 6)
