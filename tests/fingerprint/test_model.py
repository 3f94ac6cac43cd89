from __future__ import annotations

import contextlib
import copy
import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

import blake3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gen_ip.errors import EmptyFile, FileTooLarge, MalformedFingerprint, MissingFile
from gen_ip.fingerprint.model import selftest
from gen_ip.fingerprint.model.elements import FLOATS, floats, halves
from gen_ip.fingerprint.model.errors import UnreadableModel
from gen_ip.fingerprint.model.names import common_name, part_of
from gen_ip.fingerprint.model.probes import INPUTS, MAX_SIDE, OUTPUTS, Probes
from gen_ip.fingerprint.model.reading import read_model
from gen_ip.fingerprint.model.record import ModelRecord
from gen_ip.fingerprint.model.sketch import LORA, WEIGHT
from tests.fingerprint.models import Arrays, diffusers_names, from_bf16, lora, saved, to_bf16


def record(folder: Path, tensors: Arrays, **how: Any) -> ModelRecord:
    path = folder / "model.safetensors"
    path.write_bytes(saved(tensors, **how))
    return read_model(path)


def agreement(a: ModelRecord, b: ModelRecord) -> float:
    assert [each.name for each in a.modules] == [each.name for each in b.modules]
    pairs = zip(a.modules, b.modules, strict=True)
    differ = sum((one.bits ^ other.bits).bit_count() for one, other in pairs)
    return 1 - differ / (64 * len(a.modules))


def test_hashes_are_those_that_others_compute(tmp_path: Path) -> None:
    big = {"w": np.arange(700_000, dtype="f4").reshape(700, 1000)}
    data = saved(big, {"sshs_model_hash": "f" * 64})
    path = tmp_path / "a.safetensors"
    path.write_bytes(data)
    found = read_model(path)
    start = 8 + int.from_bytes(data[:8], "little")
    assert found.sha256 == hashlib.sha256(data).digest()
    assert found.autov2 == hashlib.sha256(data).hexdigest()[:10]
    # The header claims another one.
    assert found.autov3 == hashlib.sha256(data[start:]).digest()
    assert found.blake3 == blake3.blake3(data).digest()
    assert found.autov1 == hashlib.sha256(data[0x100000:0x110000]).digest()[:4]
    assert found.crc32 == zlib.crc32(data)
    assert found.size == len(data)


def test_a_short_file_has_no_autov1(tmp_path: Path) -> None:
    assert record(tmp_path, lora()).autov1 is None


def test_a_digest_is_what_its_definition_says(tmp_path: Path) -> None:
    values = np.arange(6, dtype="f4").reshape(2, 1, 3)
    sides = b"".join(each.to_bytes(8, "little") for each in (2, 2, 3))
    said = b"gen-ip tensor-1\0float\0" + sides + values.astype("<f2").tobytes()
    found = record(tmp_path, {"a": values})
    assert [tuple(each) for each in found.tensors] == [(blake3.blake3(said).digest(), 6)]
    assert found.content == hashlib.sha256(blake3.blake3(said).digest()).digest()


def test_saves_of_the_same_weights_have_the_same_content(tmp_path: Path) -> None:
    weights = lora(dtype="f4")
    expected = record(tmp_path, weights)
    for how in ("f2", "f8"):
        other = record(tmp_path, {name: each.astype(how) for name, each in weights.items()})
        assert other.content == expected.content
        assert agreement(other, expected) > 0.99
    turned = dict(reversed(weights.items()))
    assert record(tmp_path, turned, metadata={"a": "b"}).content == expected.content
    renamed = {f"x{number}": each for number, each in enumerate(weights.values())}
    assert record(tmp_path, renamed).content == expected.content
    other = dict(weights)
    other[next(iter(other))] = np.array(3, "f4")
    assert record(tmp_path, other).content != expected.content


def test_what_was_bf16_first_stays_the_same_in_all_kinds(tmp_path: Path) -> None:
    exact = {name: from_bf16(to_bf16(each)) for name, each in lora().items()}
    expected = record(tmp_path, exact, bf16=True)
    assert record(tmp_path, exact).content == expected.content
    halved = {name: each.astype("f2") for name, each in exact.items()}
    assert record(tmp_path, halved).content == expected.content
    # What is rounded to BF16 afterwards is other weights, which only the sketch knows again.
    rounded, first = record(tmp_path, lora(), bf16=True), record(tmp_path, lora())
    assert rounded.content != first.content
    assert agreement(rounded, first) > 0.97


def test_elements_of_eight_bits() -> None:
    codes = bytes(range(256))
    e5m2 = floats("F8_E5M2", codes)
    assert e5m2[0x3C] == 1
    assert e5m2[0xC0] == -2
    e4m3 = floats("F8_E4M3", codes)
    assert (e4m3[0x38], e4m3[0x7E], e4m3[0x01], e4m3[0xB8]) == (1, 448, 2**-9, -1)
    assert np.isnan(e4m3[[0x7F, 0xFF]]).all()
    for dtype in ("F8_E5M2", "F8_E4M3"):
        again = np.frombuffer(halves(dtype, codes).tobytes(), "<f2").astype("f4")
        assert np.array_equal(again, floats(dtype, codes), equal_nan=True)


def test_probes_are_fixed_and_balanced() -> None:
    a, b = Probes.of(OUTPUTS, 5_000), Probes.of(INPUTS, 5_000)
    stream = hashlib.shake_256(b"gen-ip model-1 probes of outputs").digest(16)
    signs = [-1 if stream[8 + bit // 8] >> bit % 8 & 1 else 1 for bit in range(64)]
    assert a[1].tolist() == signs
    assert np.array_equal(Probes.of(OUTPUTS, 7), a[:7])
    assert np.abs(a.mean(axis=0)).max() < 0.08
    assert np.abs((a * b).mean(axis=0)).max() < 0.08


def test_bits_are_signs_of_what_the_module_does(tmp_path: Path) -> None:
    weights = lora(modules=1, rank=3, sides=(70, 50))
    down, up = (next(each for name, each in weights.items() if part in name)
                for part in ("lora_down", "lora_up"))  # fmt: skip
    delta = up.astype("f8") @ down
    expected = np.einsum("op,oi,ip->p", Probes.of(OUTPUTS, 70), delta, Probes.of(INPUTS, 50))
    (module,) = record(tmp_path, weights).modules
    assert (module.kind, module.outputs, module.inputs) == (LORA, 70, 50)
    bits = [module.bits >> bit & 1 for bit in range(64)]
    assert bits == (expected < 0).astype(int).tolist()


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 50))
def test_another_factorization_keeps_the_sketch(
    tmp_path_factory: pytest.TempPathFactory, seed: int, scale: float
) -> None:
    folder = tmp_path_factory.mktemp("models")
    random = np.random.default_rng(seed)
    weights = lora(seed, modules=3)
    other = dict(weights)
    for name in [name for name in weights if name.endswith("lora_up.weight")]:
        mixing = random.normal(size=(4, 4))
        below = name.replace("lora_up", "lora_down")
        other[name] = (scale * weights[name] @ mixing).astype("f4")
        other[below] = (np.linalg.inv(mixing) @ weights[below]).astype("f4")
    assert agreement(record(folder, weights), record(folder, other)) > 0.98


def test_a_merge_keeps_three_bits_of_four(tmp_path: Path) -> None:
    one, two = (lora(seed, modules=40) for seed in (1, 2))
    merged = {}
    for name in one:
        axis = 0 if "lora_down" in name else 1
        merged[name] = (
            one[name] if "alpha" in name else np.concatenate([one[name], two[name]], axis)
        )
    first, second, both = (record(tmp_path, each) for each in (one, two, merged))
    assert 0.70 < agreement(first, both) < 0.80
    assert 0.70 < agreement(second, both) < 0.80
    assert 0.45 < agreement(first, second) < 0.55


def test_names_of_trainers_meet(tmp_path: Path) -> None:
    weights = lora()
    first, other = record(tmp_path, weights), record(tmp_path, diffusers_names(weights))
    assert first.modules == other.modules


@pytest.mark.parametrize(
    ("name", "role", "module"),
    [
        ("lora_unet_mid_block_attentions_0_proj_in.lora_down.weight", "down",
         "mid_block_attentions_0_proj_in"),
        ("unet.mid_block.attentions.0.proj_in.lora_A.weight", "down",
         "mid_block_attentions_0_proj_in"),
        ("base_model.model.transformer.x.to_q.lora_B.default.weight", "up", "x_to_q"),
        ("mid_block.attn1.processor.to_out_lora.up.weight", "up", "mid_block_attn1_to_out"),
        ("lora_unet_mid_block_attn1_to_out_0.alpha", "alpha", "mid_block_attn1_to_out"),
        ("lora_te_text_model_encoder_layers_0_mlp_fc1.lora_up.weight", "up",
         "te1_text_model_encoder_layers_0_mlp_fc1"),
        ("text_encoder.text_model.encoder.layers.0.mlp.fc1.lora_B.weight", "up",
         "te1_text_model_encoder_layers_0_mlp_fc1"),
        ("lora_unet_input_blocks_4_1_proj_in.lora_up.weight", "up",
         "down_blocks_1_attentions_0_proj_in"),
        ("lora_unet_output_blocks_5_1_proj_in.lora_up.weight", "up",
         "up_blocks_1_attentions_2_proj_in"),
        ("lora_unet_middle_block_1_proj_in.lora_up.weight", "up",
         "mid_block_attentions_0_proj_in"),
    ],
)  # fmt: skip
def test_parts_and_common_names(name: str, role: str, module: str) -> None:
    part = part_of(name)
    assert part is not None
    assert (part.role, common_name(part.module)) == (role, module)


def test_a_plain_weight_is_no_part() -> None:
    assert part_of("model.diffusion_model.out.2.weight") is None
    assert part_of(".alpha") is None


def test_weights_of_their_own_are_sketched_too(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    weights = {"emb_params": random.normal(size=(3, 200)).astype("f4")}
    first = record(tmp_path, weights)
    assert [each.kind for each in first.modules] == [WEIGHT]
    assert not first.lora
    larger = record(tmp_path, {"emb_params": 7 * weights["emb_params"]})
    assert agreement(first, larger) > 0.98


def test_what_says_nothing_has_no_sketch(tmp_path: Path) -> None:
    zeros = {name: np.zeros_like(each) for name, each in lora().items()}
    assert record(tmp_path, zeros).modules == ()
    wild = {name: np.full_like(each, np.inf) for name, each in lora().items()}
    assert record(tmp_path, wild).modules == ()
    mixed = lora(modules=1) | {
        "lora_unet_down_blocks_0_attentions_0_proj_in.lora_up.weight": np.ones((5, 9), "f4"),
        "w": np.ones((2, MAX_SIDE + 1), "u1"),
    }
    assert record(tmp_path, mixed).modules == ()


def test_tensors_without_elements(tmp_path: Path) -> None:
    found = record(tmp_path, {"a": np.zeros((0, 5), "f4"), "b": np.ones(3, "f4"), "c": np.ones(0)})
    assert sorted(each.elements for each in found.tensors) == [0, 0, 3]
    assert record(tmp_path, {}).tensors == ()


def test_large_files_are_read_in_pieces(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    big = {"w": random.normal(size=(1500, 1033)).astype("f4"), "n": np.arange(99, dtype="i8")}
    big |= {"v.lora_A.weight": random.normal(size=(3, 50_001)).astype("f2")}
    big |= {"v.lora_B.weight": random.normal(size=(9, 3)).astype("f2")}
    path = tmp_path / "a.safetensors"
    path.write_bytes(saved(big, pad=1))
    told: list[tuple[int, int]] = []
    found = read_model(path, progress=lambda done, size: told.append((done, size)))
    size = path.stat().st_size
    assert told[-1] == (size, size)
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    delta = big["v.lora_B.weight"].astype("f8") @ big["v.lora_A.weight"].astype("f8")
    signs = np.einsum("op,oi,ip->p", Probes.of(OUTPUTS, 9), delta, Probes.of(INPUTS, 50_001))
    bits = next(each.bits for each in found.modules if each.kind == LORA)
    assert (bits ^ int.from_bytes(np.packbits(signs < 0, bitorder="little").tobytes(), "little"))\
        .bit_count() <= 1  # fmt: skip
    small = {name: each.astype("f2") if name == "w" else each for name, each in big.items()}
    assert record(tmp_path, small).content == found.content


def test_records_are_written_and_read_again(tmp_path: Path) -> None:
    for tensors in (lora(), {"w": np.ones((1200, 300), "f4")}):
        found = record(tmp_path, tensors)
        assert ModelRecord.from_bytes(found.to_bytes()) == found
        assert ModelRecord.from_json(json.loads(json.dumps(found.to_json()))) == found
        assert found.lines()["AutoV2"] == found.sha256.hex()[:10].upper()


def test_records_out_of_form_are_refused(tmp_path: Path) -> None:
    found = record(tmp_path, lora(modules=1))
    data = found.to_bytes()
    for wrong in (b"", data[:-1], data + b"\0", b"GIM\2" + data[4:], data[:200]):
        with pytest.raises(MalformedFingerprint):
            ModelRecord.from_bytes(wrong)
    good = found.to_json()
    for name, value in (
        ("format", "model-2"), ("sha256", "00"), ("size", -1), ("crc32", "zz"), ("tensors", 3),
        ("modules", [["a", "lora", 1, 2]]), ("modules", [["a", "x", 1, 2, "0" * 16]]),
        ("autov2", "0" * 10), ("tensors-1", "0" * 64), ("tensors", [["0" * 64, True]]),
        ("modules", [["\ud800", "lora", 1, 2, "0" * 16]]),
    ):  # fmt: skip
        with pytest.raises(MalformedFingerprint):
            ModelRecord.from_json({**good, name: value})


def test_files_that_are_no_models(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    with pytest.raises(MissingFile):
        read_model(path)
    path.write_bytes(b"")
    with pytest.raises(EmptyFile):
        read_model(path)
    good = saved(lora(modules=1))
    path.write_bytes(good)
    with pytest.raises(FileTooLarge):
        read_model(path, max_bytes=100)
    for wrong in (good[:-1], good + b"\0", good[:50], b"\x89PNG\r\n\x1a\n" * 9, b"{}" * 99):
        path.write_bytes(wrong)
        with pytest.raises(UnreadableModel, match=r"give an intact \.safetensors"):
            read_model(path)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_bytes_make_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    good = saved(lora(modules=1, rank=1, sides=(4, 4)))
    wrong = bytearray(good)
    for _ in range(data.draw(st.integers(0, 4))):
        wrong[data.draw(st.integers(0, len(wrong) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(wrong[: data.draw(st.integers(1, len(wrong)))])
    whole = data.draw(st.one_of(st.just(cut), st.binary(min_size=1, max_size=200)))
    path = tmp_path_factory.mktemp("models") / "a"
    path.write_bytes(whole)
    with contextlib.suppress(UnreadableModel):
        assert read_model(path).size == len(whole)


@pytest.mark.parametrize("dtype", FLOATS)
def test_every_kind_of_number_is_read(dtype: str) -> None:
    data = bytes(range(1, 49))
    assert len(floats(dtype, data)) == 48 // FLOATS[dtype]
    assert memoryview(halves(dtype, data)).nbytes == 2 * 48 // FLOATS[dtype]


@pytest.mark.parametrize("vector", selftest.vectors(), ids=lambda each: each["name"])
def test_conformance_vectors(vector: dict[str, Any]) -> None:
    assert selftest.deviation(vector) is None
    wrong = copy.deepcopy(vector)
    wrong["record"]["crc32"] = "00000000"
    assert selftest.deviation(wrong) == f"crc32 is {vector['record']['crc32']}, not 00000000"


def test_the_self_test_tells(capsys: pytest.CaptureFixture[str]) -> None:
    assert selftest.main() == 0
    assert capsys.readouterr().out.endswith(f"0 of {len(selftest.vectors())} vectors differ\n")
