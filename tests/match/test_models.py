from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint.model.products import BYTES, Strongest
from gen_ip.fingerprint.model.record import ModelRecord
from gen_ip.match.answer import Answer
from gen_ip.match.models.kept import Kept
from gen_ip.match.models.kind import MODELS, ModelFinding
from gen_ip.match.models.likeness import likeness
from gen_ip.match.models.pairing import paired
from gen_ip.match.models.tokens import NAMED_BANDS, tokens_of
from gen_ip.match.verdict import Verdict
from gen_ip.match.works.index import WorkIndex
from gen_ip.match.works.kind import kind_of, kinds
from tests.fingerprint.models import Arrays, diffusers_names, lora, saved

MODULES = 48


def of(folder: Path, tensors: Arrays, **how: Any) -> ModelRecord:
    path = folder / "asked.safetensors"
    path.write_bytes(saved(tensors, **how))
    with MODELS.reader() as reader:
        return reader.fingerprint(path)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkIndex]:
    folder = tmp_path_factory.mktemp("index")
    with WorkIndex(folder, write=True) as found:
        for seed in range(8):
            record = of(folder, lora(seed, modules=MODULES))
            found.add([MODELS.record(f"work-{seed}", record)])
        yield found


def ask(index: WorkIndex, folder: Path, tensors: Arrays, **how: Any) -> Answer:
    return MODELS.ask(index, of(folder, tensors, **how))


def nameless(tensors: Arrays, seed: int = 5) -> dict[str, np.ndarray[Any, Any]]:
    modules = sorted({name.partition(".")[0] for name in tensors})
    order = np.random.default_rng(seed).permutation(len(modules))
    names = {module: f"layer_{number}" for module, number in zip(modules, order, strict=True)}
    found = {}
    for name, each in tensors.items():
        module, _, part = name.partition(".")
        found[f"{names[module]}.{part}"] = each
    return found


def merged(one: Arrays, other: Arrays) -> dict[str, np.ndarray[Any, Any]]:
    axes = {name: 0 if "lora_down" in name else 1 for name in one if "alpha" not in name}
    return {name: np.concatenate([one[name], other[name]], axis) for name, axis in axes.items()}


def turned(tensors: Arrays) -> dict[str, np.ndarray[Any, Any]]:
    found = dict(tensors)
    for name in tensors:
        if "lora_up" in name:
            below = name.replace("lora_up", "lora_down")
            mixing = np.random.default_rng(1).normal(size=(4, 4))
            found[name] = (tensors[name] @ mixing).astype("f4")
            found[below] = np.linalg.solve(mixing, tensors[below]).astype("f4")
    return found


def test_models_are_a_kind() -> None:
    assert "model" in kinds()
    assert kind_of("model") is MODELS


def test_the_same_file_and_the_same_content(index: WorkIndex, tmp_path: Path) -> None:
    mine = lora(3, modules=MODULES)
    same = ask(index, tmp_path, mine)
    assert (same.verdict, same.best and same.best.key) == (Verdict.EXACT_BYTES, "work-3")
    other = ask(index, tmp_path, mine, metadata={"a": "b"})
    assert (other.verdict, other.findings[0].method) == (Verdict.EXACT_CONTENT, "tensors-1")
    assert len(other.findings) == 1


@pytest.mark.parametrize("change", [diffusers_names, nameless, turned])
def test_what_does_the_same_is_a_near_duplicate(
    index: WorkIndex, tmp_path: Path, change: Any
) -> None:
    answer = ask(index, tmp_path, change(turned(lora(4, modules=MODULES))), bf16=True)
    assert (answer.verdict, answer.best and answer.best.key) == (Verdict.NEAR_DUPLICATE, "work-4")
    assert answer.findings[0].method == "strongest-1"
    assert len(answer.findings) == 1


@pytest.mark.parametrize("change", [lambda tensors: tensors, nameless])
def test_both_works_of_a_merge_are_named(index: WorkIndex, tmp_path: Path, change: Any) -> None:
    both = change(merged(*(lora(seed, modules=MODULES) for seed in (1, 6))))
    answer = ask(index, tmp_path, both)
    assert {each.key for each in answer.findings if each.verdict.named} == {"work-1", "work-6"}
    assert answer.verdict is Verdict.DERIVATIVE


def stronger(tensors: Arrays, by: float) -> dict[str, np.ndarray[Any, Any]]:
    return {name: each * by if "lora_up" in name else each for name, each in tensors.items()}


def test_the_weak_part_of_a_merge_is_named(tmp_path: Path) -> None:
    # Of sides as large as real ones, where the rest points elsewhere.
    weak, strong = (lora(seed, modules=12, sides=(320, 320)) for seed in (1, 6))
    query = of(tmp_path, merged(weak, stronger(strong, 1.6)))
    work = Kept.of(of(tmp_path, weak))
    found = likeness(query, Kept.from_bytes(work.to_bytes()))
    assert found.followed is not None
    assert found.followed > 0.85
    assert found.measures()["agreement"] < 0.3
    assert (found.verdict(MODELS.table), found.method(MODELS.table)) == (
        Verdict.DERIVATIVE,
        "strongest-1",
    )
    assert "the inputs that the work does most with" in " ".join(ModelFinding(
        "a", Verdict.DERIVATIVE, 0.9, "strongest-1", found).lines())  # fmt: skip


def test_what_began_with_the_same_numbers_is_not_named(tmp_path: Path) -> None:
    one, other = (lora(seed, modules=12, sides=(320, 320)) for seed in (1, 2))
    # Trained from one beginning: `down` hardly moves, and what is learned is alike in part.
    begun = {
        name: 0.6 * one[name] + 0.8 * each if "lora_up" in name else one[name]
        for name, each in other.items()
    }
    found = likeness(of(tmp_path, begun), Kept.of(of(tmp_path, one)))
    assert found.followed is not None
    assert 0.4 < found.followed < 0.8
    assert not found.verdict(MODELS.table).named


def test_a_single_module_that_follows_says_little(tmp_path: Path) -> None:
    one, other = (lora(seed, modules=1, sides=(320, 320)) for seed in (1, 2))
    query = of(tmp_path, merged(one, stronger(other, 1.6)))
    found = likeness(query, Kept.of(of(tmp_path, one)))
    assert found.followed is not None
    assert found.followed > 0.85
    assert not found.verdict(MODELS.table).named


def test_what_is_kept_of_a_work(tmp_path: Path) -> None:
    record = of(tmp_path, lora(3, modules=5))
    kept = Kept.of(record)
    data = kept.to_bytes()
    again = Kept.from_bytes(data)
    assert again.record == record
    assert again.to_bytes() == data
    assert len(again.strongest) == 5
    # Works that were added before have the record alone.
    before = Kept.from_bytes(record.to_bytes())
    assert (before.record, before.strongest) == (record, {})
    assert likeness(record, before).followed is None
    at = len(data) - 5 * (4 + BYTES)
    cut = data[:at] + (99).to_bytes(4) + data[at + 4 :]
    infinite = data[: at + 4] + b"\x7c\x00" + data[at + 6 :]
    for bad in (data[:-1], data + b"\0", data[:20], cut, infinite):
        with pytest.raises(MalformedFingerprint):
            Kept.from_bytes(bad)


def test_numbers_that_overflow_have_no_product(tmp_path: Path) -> None:
    huge = stronger(lora(1, modules=2), 1e38)
    record = of(tmp_path, huge)
    assert all(np.isfinite(each).all() for each in record.products.values())
    nothing, all_ = np.zeros((64, 64), np.float16), np.ones((64, 64), np.float16)
    assert Strongest.of(nothing).followed(all_) == 0
    assert Strongest.of(all_).followed(nothing) == 0


def test_some_of_the_modules_are_enough(index: WorkIndex, tmp_path: Path) -> None:
    mine = lora(2, modules=MODULES)
    part = {name: each for name, each in mine.items() if "_1" in name}
    answer = ask(index, tmp_path, part)
    assert (answer.verdict, answer.best and answer.best.key) == (Verdict.DERIVATIVE, "work-2")


def test_strangers_are_unknown(index: WorkIndex, tmp_path: Path) -> None:
    for seed in range(20, 26):
        for names in (dict, nameless):
            answer = ask(index, tmp_path, names(lora(seed, modules=MODULES)))
            assert answer.best is None


def test_a_finding_says_what_was_measured_and_shows_it(index: WorkIndex, tmp_path: Path) -> None:
    finding = ask(index, tmp_path, turned(lora(5, modules=MODULES))).findings[0]
    assert isinstance(finding, ModelFinding)
    measured = json.loads(json.dumps(finding.to_json()))["measured"]
    assert (measured["paired"], measured["same_modules"], measured["by_name"]) == (48, 48, True)
    assert "48 modules paired by name" in finding.lines()[0]
    (picture,) = finding.evidence().values()
    with Image.open(io.BytesIO(picture)) as image:
        colors = {color for _, color in image.convert("RGB").getcolors(2**24) or []}
    # All modules do the same, so there are many cells of the darkest red.
    assert (127, 0, 0) in colors
    assert finding.evidence()["modules"] == picture


def test_whole_models_of_one_base_are_alike_and_no_more(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    base = {
        f"blocks.{number}.weight": random.normal(0, 0.05, (64, 48)).astype("f4")
        for number in range(20)
    }
    tuned = {name: each + random.normal(0, 0.002, each.shape).astype("f4")
             for name, each in base.items()}  # fmt: skip
    table = MODELS.table
    first, other = of(tmp_path, base), of(tmp_path, tuned)
    assert likeness(other, Kept.of(first)).verdict(table) is Verdict.SIMILAR
    half = {**tuned, **dict(list(base.items())[:15])}
    found = likeness(of(tmp_path, half), Kept.of(first))
    assert found.verdict(table) is Verdict.SIMILAR
    assert 0.7 < found.query_tensors < 0.8
    assert "their common base's" in " ".join(ModelFinding(
        "a", Verdict.SIMILAR, 0.5, "tensors-1", found).lines())  # fmt: skip
    nearly = {**base, "more": np.ones((9, 9), "f4")}
    assert likeness(of(tmp_path, nearly), Kept.of(first)).verdict(table) is Verdict.NEAR_DUPLICATE


def test_an_embedding_in_another_precision(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    mine = {"emb_params": random.normal(0, 0.02, (4, 768)).astype("f4")}
    other = {"emb_params": random.normal(0, 0.02, (4, 768)).astype("f4")}
    first, table = of(tmp_path, mine), MODELS.table
    again = likeness(of(tmp_path, mine, bf16=True), Kept.of(first))
    assert again.pairing.agreement > 0.95
    assert likeness(of(tmp_path, other), Kept.of(first)).verdict(table) is Verdict.UNKNOWN


def test_pairing_by_what_modules_do(tmp_path: Path) -> None:
    mine, other = lora(1, modules=MODULES), lora(2, modules=MODULES)
    first, second = of(tmp_path, mine), of(tmp_path, nameless(mine))
    found = paired(second.modules, first.modules, "lora")
    assert (found.named, found.agreement) == (False, 1)
    strangers = paired(of(tmp_path, nameless(other)).modules, first.modules, "lora")
    assert strangers.agreement < 0.56
    assert paired((), first.modules, "lora").agreement == 0.5


def test_few_modules_have_more_bands(tmp_path: Path) -> None:
    few, many = (of(tmp_path, lora(1, modules=count)) for count in (10, 300))
    assert len(tokens_of(few)[NAMED_BANDS]) == 200
    assert len(tokens_of(many)[NAMED_BANDS]) == 1_500
    # A band of few is a band of many: the first ones are the same.
    names = {each.name for each in few.modules}
    part = [each for each in many.modules if each.name in names]
    assert len(part) == 10
