"""What is made to harm ends as a finding: bombs, lying lengths, circles, depths, a wrong answer."""

from __future__ import annotations

import io
import json
import struct
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gen_ip.content.files import MAX_FILE_BYTES
from gen_ip.errors import FileTooLarge, MissingFile
from gen_ip.fingerprint.confined import DecoderFailed, Limits
from gen_ip.generation.confined import pool, read_confined
from gen_ip.generation.containers.pieces import Contents
from gen_ip.generation.containers.png import read_png
from gen_ip.generation.limits import MAX_TEXT_BYTES
from gen_ip.generation.reading import PICTURES, of_bytes
from tests.content.samples import with_header
from tests.fuzz.promise import little_memory

from . import samples
from .samples import chunk, comment, international, packed, png, text, with_exif

HUGE = b"a" * 64 * 2**20


def reasons(data: bytes) -> str:
    reading = of_bytes(data)
    assert reading.generations == ()
    json.dumps(reading.to_json(), allow_nan=False)
    return "; ".join(f"{each.source}: {each.reason}" for each in reading.problems)


@pytest.mark.parametrize(
    "data",
    [
        png(packed("parameters", HUGE)),
        png(international("parameters", HUGE, compressed=True)),
        samples.stealth("a" * (MAX_TEXT_BYTES + 1)),
    ],
    ids=["zTXt", "iTXt", "alpha"],
)
def test_bombs_are_unpacked_up_to_the_cap(data: bytes) -> None:
    with little_memory(4 * MAX_TEXT_BYTES):
        told = reasons(data)
    assert "unpacks to more than" in told or "characters, the cap" in told


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (png(packed("parameters", b"x")[:-14] + bytes(14)), "damaged"),
        (png(chunk(b"iTXt", b"parameters\0\0\0en")), "have no end"),
        (png(chunk(b"tEXt", b"parameters\0x", length=2**31)), "beyond the file's end"),
        (png(chunk(b"tEXt", b"a\0" + bytes(MAX_TEXT_BYTES))), "bytes, the cap is"),
        (png(text("prompt", "[" * 100_000)), "nested deeper"),
        (png(text("prompt", '{"a":' * 100_000 + "1" + "}" * 100_000)), "nested deeper"),
        (png(text("prompt", "{}")), "no workflow"),
        (png(text("prompt", '{"1": ' + "9" * 10_000 + "}")), "is no JSON"),
        (png(text("invokeai_metadata", "[]")), "no object"),
        (png(text("Software", "NovelAI"), text("Comment", "{")), "is no JSON"),
        (png(text("parameters", "x" * 200_000)), "200,000 characters"),
        (png(*[text(f"n{at}", "x") for at in range(70)]), "more than 64 texts"),
        (samples.stealth("x", length=2**31), "more than there are"),
        (samples.stealth("", compressed=True, length=8), "damaged"),
        (png(chunk(b"eXIf", b"no header")), "no TIFF header"),
        (png(chunk(b"eXIf", b"II*\0\xff\xff\xff\xff")), "beyond its end"),
        (png(chunk(b"eXIf", b"II*\0\x08\0\0\0\xff\xff")), "cut off"),
        (
            png(chunk(b"eXIf", b"II*\0\x08\0\0\0\1\0" + struct.pack("<HHII", 0x9286, 7, 2**31, 8))),
            "length is beyond",
        ),
        (b"\xff\xd8\xff\xe1\xff\xff", "beyond the file's end"),
        (b"RIFF\0\0\0\0WEBPEXIF\xff\xff\xff\x7f", "beyond the file's end"),
        (with_header(b'{"a": 1}', 0), "no sound .safetensors header"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_lies_or_is_too_much_is_told(data: bytes, reason: str) -> None:
    assert reason in reasons(data)


def test_directories_that_point_at_each_other() -> None:
    entry = struct.pack("<HHII", 0x8769, 4, 1, 8)
    assert reasons(png(chunk(b"eXIf", b"II*\0\x08\0\0\0\1\0" + entry))) == ""


def test_a_graph_that_goes_in_circles() -> None:
    graph = samples.comfyui()
    graph["10"]["inputs"] |= {"model": ["12", 0], "clip": ["10", 0]}
    graph["6"]["inputs"]["text"] = ["6", 0]
    found = of_bytes(png(text("prompt", json.dumps(graph)))).main
    assert found is not None
    assert (found.positive, found.negative) == (None, "blurry")
    assert len(found.loras) == 3


def test_a_graph_of_very_many_nodes() -> None:
    graph = {str(at): {"class_type": "A", "inputs": {"b": [str(at - 1), 0]}} for at in range(9_999)}
    assert of_bytes(png(text("prompt", json.dumps(graph)))).main is not None
    graph |= {f"x{at}": {"class_type": "A", "inputs": {}} for at in range(2)}
    assert "10,001 nodes, the cap" in reasons(png(text("prompt", json.dumps(graph))))


def test_numbers_that_json_does_not_have() -> None:
    graph = samples.comfyui(1)
    graph["10"]["inputs"]["strength_model"] = float("nan")
    graph["3"]["inputs"]["cfg"] = float("inf")
    found = of_bytes(png(text("prompt", json.dumps(graph))))
    assert found.main is not None
    assert found.main.loras[0].weight is None
    json.dumps(found.to_json(), allow_nan=False)


# ---------------------------------------------------------------------- any bytes


SAMPLES = (
    png(text("parameters", samples.PARAMETERS)),
    png(packed("parameters", samples.PARAMETERS.encode())),
    png(international("XML:com.adobe.xmp", samples.XMP.encode(), True)),
    png(text("prompt", json.dumps(samples.comfyui()))),
    png(text("workflow", json.dumps(samples.EDITOR))),
    png(text("invokeai_metadata", samples.INVOKEAI)),
    png(text("parameters", samples.FOOOCUS)),
    with_exif("JPEG", {0x9286: comment(samples.SWARMUI)}),
    with_exif("WEBP", {0x0110: "prompt:" + json.dumps(samples.FLUX)}),
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_damaged_files_end_as_findings(data: st.DataObject) -> None:
    made = bytearray(data.draw(st.sampled_from(SAMPLES)))
    for _ in range(data.draw(st.integers(1, 6))):
        made[data.draw(st.integers(8, len(made) - 1))] = data.draw(st.integers(0, 255))
    reading = of_bytes(bytes(made[: data.draw(st.integers(12, len(made)))]))
    json.dumps(reading.to_json(), allow_nan=False)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ("prompt", "inputs", "class_type", "nodes", "links", "id", "type", "image", "model",
                 "loras", "hash", "name", "weight", "base_model", "sui_image_params", "positive",
                 "widgets_values", "negative", "Comment", "Software", "text", "guider", "sigmas")
            )
            | st.text(max_size=4),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)  # fmt: skip
NAMES = ("prompt", "workflow", "parameters", "invokeai_metadata", "sd-metadata", "Comment")


@given(st.dictionaries(st.sampled_from(NAMES), JSON, min_size=1), st.booleans())
def test_any_json_under_any_name(values: dict[str, object], novelai: bool) -> None:
    contents = [text("Software", "NovelAI")] if novelai else []
    made = [chunk(b"iTXt", name.encode() + b"\0\0\0\0\0" + json.dumps(value).encode())
            for name, value in values.items()]  # fmt: skip
    json.dumps(of_bytes(png(*contents, *made)).to_json(), allow_nan=False)


@given(st.text(max_size=300), st.sampled_from(("", "Negative prompt:", "\nSteps: 4, Sampler: a, ")))
def test_any_text_as_parameters(value: str, line: str) -> None:
    data = (value + line + value).encode("utf-8", "replace")
    made = png(chunk(b"iTXt", b"parameters\0\0\0\0\0" + data.replace(b"\0", b"")))
    json.dumps(of_bytes(made).to_json(), allow_nan=False)


@given(st.sampled_from([*PICTURES]), st.binary(max_size=200))
def test_any_bytes_in_any_container(form: str, data: bytes) -> None:
    PICTURES[form](data, Contents())


def test_chunks_without_end() -> None:
    contents = Contents()
    read_png(bytes(8) + bytes(12) * 30_000, contents)
    assert [each.reason for each in contents.problems] == ["too many"]


# ------------------------------------------------------------------ limited process


def test_strangers_files_are_read_in_a_limited_process(tmp_path: Path) -> None:
    with pool() as processes:
        for at, data in enumerate(
            (*SAMPLES, samples.stealth(json.dumps(samples.NOVELAI)), png(text("prompt", "[")))
        ):
            path = tmp_path / str(at)
            path.write_bytes(data)
            assert read_confined(path, processes) == of_bytes(data)
        bomb = io.BytesIO(png(packed("parameters", HUGE))).getvalue()
        (tmp_path / "bomb").write_bytes(bomb)
        assert "unpacks to more" in read_confined(tmp_path / "bomb", processes).problems[0].reason
        large = samples.comfyui() | {"99": {"class_type": "x" * 3_000_000, "inputs": {}}}
        (tmp_path / "large").write_bytes(png(text("prompt", json.dumps(large))))
        found = read_confined(tmp_path / "large", processes)
        assert found.main is not None
        assert found.main.workflow is None
        assert "its workflow is left out" in found.problems[0].reason
        header = json.dumps({"__metadata__": {"ss_base_model_version": "a", "ss_epoch": "1"}})
        for name, data in (
            ("text", samples.PARAMETERS.encode()),
            ("workflow", json.dumps(samples.comfyui()).encode()),
            ("model", with_header(header.encode(), 0)),
            ("lie", with_header(header.encode(), 0, 2**60)),
            ("deep", b'{"prompt": ' + b"[" * 9_999),
        ):
            (tmp_path / name).write_bytes(data)
            assert read_confined(tmp_path / name, processes) == of_bytes(data)
            said = read_confined(tmp_path / name, processes).main is not None
            assert said == (name not in ("lie", "deep"))
        with pytest.raises(MissingFile):
            read_confined(tmp_path / "none", processes)


def test_files_that_are_too_large_or_take_too_much(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pool(Limits(memory=2**26)) as processes, pytest.raises(FileTooLarge):
        read_confined(path, processes)
    with pool(Limits(memory=2**20)) as processes:
        path.write_bytes(png(packed("parameters", b"a" * MAX_TEXT_BYTES)))
        with pytest.raises(DecoderFailed, match="memory"):
            read_confined(path, processes)


def test_wrong_answers_of_the_process_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png())
    with pool() as processes:
        found = b'{"detected": ["image", "png", "image/png", [], null], "reading": %s}'
        wrong = (b"[]", b"{}", b"3", b'{"generation": [{}], "provenance": {}}')
        for answer in (b"", b"{}", b"[" * 9_999, *(found % each for each in wrong)):
            monkeypatch.setattr(processes, "run", lambda *_, answer=answer, **__: answer)
            with pytest.raises(DecoderFailed, match="wrong answer"):
                read_confined(path, processes)


def test_little_memory_is_needed() -> None:
    data = png(*[packed("x", b"a" * MAX_TEXT_BYTES)] * 3, text("parameters", samples.PARAMETERS))
    assert len(data) < 2**16
    tracemalloc.start()
    assert of_bytes(data).main is not None
    assert tracemalloc.get_traced_memory()[1] < 2**26
    tracemalloc.stop()
