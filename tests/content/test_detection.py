"""A file's kind comes from its bytes; what contradicts them, lies or could harm is told."""

from __future__ import annotations

import io
import json
import struct
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gen_ip.arguments import InvalidArgument
from gen_ip.content.detection.detect import detect
from gen_ip.content.detection.found import Detected
from gen_ip.content.detection.settling import settled
from gen_ip.content.safetensors import BadSafetensors, read_header
from gen_ip.errors import RefusedFile, WrongKind

from . import samples


def found(data: bytes) -> Detected:
    return detect(io.BytesIO(data))


@pytest.mark.parametrize(
    ("data", "kind", "format_"),
    [
        *((samples.picture(name), "image", name.lower())
          for name in ("PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP", "AVIF")),
        (b'<?xml version="1.0"?>\n<!-- by hand -->\n<svg xmlns="x"></svg>', "image", "svg"),
        (b"Once upon a time.\n", "text", "plain"),
        ("Es war einmal ein Müller.".encode("utf-16"), "text", "plain"),
        ("\ufeffCaf\u00e9".encode(), "text", "plain"),
        ("Es w\u00e4r einmal eine M\u00fchle am Bach, sagte man. ".encode("cp1252") * 4,
         "text", "plain"),
        (b"# A title\n\nWords.\n", "text", "markdown"),
        (b"Words with [a link](https://example.org) and **more**.\n", "text", "markdown"),
        (b"<!DOCTYPE html>\n<html><body>Words</body></html>", "text", "html"),
        (b"<p>Words</p>", "text", "html"),
        (b'<?xml version="1.0"?><note/>', "text", "xml"),
        (b'{"title": "a book"}', "text", "json"),
        (b"{not JSON at all", "text", "plain"),
        (samples.PDF, "text", "pdf"),
        (samples.DOCX, "text", "docx"),
        (samples.EPUB, "text", "epub"),
        (samples.LORA, "model", "lora"),
        (samples.safetensors({"unet.a.lora_A.weight": (4, 8), "unet.a.lora_B.weight": (8, 4)}),
         "model", "lora"),
        (samples.safetensors({"lora_unet_a.hada_w1_a": (4, 4), "lora_unet_a.alpha": ()}),
         "model", "lora"),
        (samples.CHECKPOINT, "model", "checkpoint"),
        (samples.EMBEDDING, "model", "embedding"),
        (samples.safetensors({"<sks>": (1, 768)}), "model", "embedding"),
        (samples.safetensors({"emb_params": (8, 768)}), "model", "embedding"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 0), "model", "gguf"),
        (json.dumps(samples.API_GRAPH).encode(), "workflow", "comfyui-api"),
        (json.dumps({"prompt": samples.API_GRAPH, "client_id": "x"}).encode(),
         "workflow", "comfyui-api"),
        (json.dumps(samples.UI_GRAPH, indent=2).encode(), "workflow", "comfyui-ui"),
        (samples.PARAMETERS.encode(), "prompt", "a1111"),
        (b"<lora:a:1> a castle\nNegative prompt: blurry\n", "prompt", "a1111"),
        (b"[cat:dog:0.5]\nSteps: 20, Sampler: DDIM, Seed: 4", "prompt", "a1111"),
        (b'{"positive": "a castle", "negative": "blurry", "settings": {"steps": 20}}',
         "prompt", "prompt-json"),
        (b'{"sui_image_params": {"prompt": "a castle", "seed": 4, "model": "x"}}',
         "prompt", "prompt-json"),
        (b"\x00\x01\x02\x03", "other", "binary"),
        (samples.archive({"a.txt": b"words"}), "other", "zip"),
    ],
)  # fmt: skip
def test_kind_and_format(data: bytes, kind: str, format_: str) -> None:
    detected = found(data)
    assert (detected.kind, detected.format, detected.also) == (kind, format_, ())
    assert detected.refusal is None
    assert settled("a", detected) == kind


@pytest.mark.parametrize(
    ("data", "format_"),
    [
        (b"BMW is a maker of cars.", "plain"),
        (b"ID3 tags are explained here.", "plain"),
        (b"GGUF is a format of models, it is said.", "plain"),
        (b"PK\x03\x04 and nothing behind it\x00", "binary"),
        (b"RIFF\x00\x00\x00\x00NONE", "binary"),
        (b"\xff\xfb\xff\xff\x00", "binary"),
        # Its settings do not stand at its end: a text about prompts, not one.
        (b"Steps: 20, Sampler: Euler, Seed: 4\nsays how.\n", "plain"),
        (b"Negative prompt: one\nNegative prompt: two\n", "plain"),
        (b'{"1": {"class_type": "KSampler", "inputs": {}}, "2": {}}', "json"),
        (b'{"nodes": [], "links": []}', "json"),
        (b'{"prompt": "Hello", "user": "somebody", "stream": true}', "json"),
        (b'[{"prompt": "a", "seed": 1}]', "json"),
    ],
)
def test_signs_that_are_not_enough(data: bytes, format_: str) -> None:
    assert found(data).format == format_


@pytest.mark.parametrize("data", [samples.TORCH, samples.PICKLE, samples.OLD_TORCH])
def test_pickles_are_refused_with_what_to_do(data: bytes) -> None:
    detected = found(data)
    assert (detected.kind, detected.format) == ("model", "pickle")
    for stated in (None, "model", "text"):
        with pytest.raises(RefusedFile, match=r"'a\.pt' is a pickled .* convert it to \.safetens"):
            settled("a.pt", detected, stated)
    assert settled("a.pt", detected, "other") == "other"


def test_a_document_with_a_pickle_inside_is_a_pickle() -> None:
    both = samples.archive(
        {"[Content_Types].xml": b"", "word/document.xml": b"", "x/data.pkl": b"\x80\x02N."}
    )
    assert found(both).format == "pickle"


PNG = samples.picture("PNG")


@pytest.mark.parametrize(
    ("data", "format_", "also"),
    [
        (PNG + samples.archive({"a": b"b"}), "png", ("zip",)),
        (PNG + samples.TORCH, "png", ("pickle",)),
        (samples.PDF + samples.archive({"a": b"b"}), "pdf", ("zip",)),
        (b"GIF89a" + bytes(20) + samples.PDF, "gif", ("pdf",)),
        (b"\xff\xd8\xff\xfe\x00\x20<script >alert(1)</script>", "jpeg", ("html",)),
        (samples.EMBEDDING + samples.archive({"a": b"b"}), "safetensors", ("zip",)),
    ],
)
def test_of_several_readings_the_strictest_wins(
    data: bytes, format_: str, also: tuple[str, ...]
) -> None:
    detected = found(data)
    assert (detected.format, detected.also) == (format_, also)


def test_text_with_other_bytes_behind_it_is_no_text() -> None:
    assert found(b"words " * 50_000 + bytes(99)).format == "binary"
    assert found("wörter ".encode() * 50_000).format == "plain"
    assert found(("wörter " * 50_000).encode("utf-16")).format == "plain"


@pytest.mark.parametrize(
    ("data", "stated"),
    [
        (PNG, "text"),
        (PNG, "prompt"),
        (b"words", "image"),
        (b"words", "model"),
        (samples.PDF, "image"),
        (samples.LORA, "workflow"),
        (b"\x00\x01", "text"),
        (json.dumps(samples.API_GRAPH).encode(), "prompt"),
    ],
)
def test_a_kind_that_the_bytes_contradict(data: bytes, stated: str) -> None:
    with pytest.raises(WrongKind, match=rf"the kind '{stated}', but its bytes are .*; say one of"):
        settled("a", found(data), stated)


@pytest.mark.parametrize(
    ("data", "stated"),
    [
        (b"a castle", "prompt"),
        (samples.PARAMETERS.encode(), "workflow"),
        (samples.PARAMETERS.encode(), "text"),
        (b"\x00\x01", "model"),
        (PNG, "image"),
        (PNG, "other"),
        (b'{"name": "a graph of another program"}', "workflow"),
    ],
)
def test_a_kind_that_fits_besides(data: bytes, stated: str) -> None:
    assert settled("a", found(data), stated) == stated


def test_a_kind_that_does_not_exist() -> None:
    with pytest.raises(InvalidArgument, match="one of image, text, model"):
        settled("a", found(b"words"), "picture")


# ------------------------------------------------------------------------- hostile


def tensor(**fields: object) -> dict[str, object]:
    return {"dtype": "F16", "shape": [2], "data_offsets": [0, 4], **fields}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (samples.with_header(b'{"a": 1}', 4, 2**63), "its header has 9,223,372,036,854,775,808"),
        (samples.with_header(b'{"a": {}}', 0, 5), "no short JSON object"),
        (samples.with_header(b'{"a": 1}', 0), "no short JSON object"),
        (samples.with_header(b'{"a": {}}', 0), "unknown type"),
        *(
            (samples.with_header(json.dumps({"a": bad}).encode(), size), reason)
            for bad, size, reason in (
                (tensor(dtype="F99"), 4, "unknown type 'F99'"),
                (tensor(shape=[-2]), 4, r"the shape \[-2\]"),
                (tensor(shape=[True]), 4, r"the shape \[True\]"),
                (tensor(shape=[2**62, 2**62]), 4, "has 4 bytes for the shape"),
                (tensor(data_offsets=[0, 2**63]), 4, "lies at"),
                (tensor(data_offsets=[4, 0]), 4, "lies at"),
                (tensor(), 8, "end at byte .*, the file at"),
                (tensor(data_offsets=[2, 6]), 6, "bytes overlap or belong to none"),
                (tensor(shape=[1] * 17), 4, "has the shape"),
            )
        ),
        (samples.with_header(b'{"a":' * 99 + b"1" + b"}" * 99, 0), "no short JSON object"),
        (samples.with_header(b'{"__metadata__": {"a": "b"}} ]', 0), "behind its end"),
        (samples.with_header(b'{"a": ' + b"[" * 9_999_999, 0), "no short JSON object"),
        (
            samples.with_header(b'{"a": %s, "a": %s}' % ((json.dumps(tensor()).encode(),) * 2), 4),
            "twice",
        ),
        (samples.with_header(json.dumps({"a": tensor(more=1)}).encode(), 4), "other members"),
        (samples.with_header(b'{"__metadata__": {"a": 1}}', 0), "__metadata__"),
        (samples.with_header(json.dumps({"x" * 2_000: tensor()}).encode(), 4), "2,000 characters"),
    ],
)
def test_headers_that_lie(data: bytes, reason: str) -> None:
    with pytest.raises(BadSafetensors, match=reason):
        read_header(io.BytesIO(data))
    detected = found(data)
    assert (detected.kind, detected.format) == ("model", "safetensors")
    with pytest.raises(RefusedFile, match="no sound"):
        settled("a", detected)


def test_a_sound_header() -> None:
    header = read_header(io.BytesIO(samples.LORA))
    assert header.metadata == {"ss_network_module": "networks.lora"}
    up = header.tensors["lora_unet_down_blocks_0_attn.lora_up.weight"]
    assert (up.dtype, up.shape, up.end - up.start) == ("F16", (8, 4), 64)
    assert [*header.tensors.values()][-1].end == len(samples.LORA)


def test_deep_and_long_json_is_a_text() -> None:
    assert found(b"[" * 100_000 + b"]" * 100_000).format == "plain"
    assert found(b'{"a": ' + b"9" * 5_000 + b"}").format == "plain"
    assert found(b'{"a": "' + b"x" * 9 * 2**20 + b'"}').format == "plain"


def test_little_is_read_of_what_is_large() -> None:
    class Endless(io.RawIOBase):
        """A text of a terabyte."""

        at = 0

        def seek(self, to: int, whence: int = 0) -> int:
            self.at = 2**40 + to if whence == 2 else to
            return self.at

        def read(self, count: int = -1) -> bytes:
            assert 0 < count < 2**24
            return b"a" * count

    tracemalloc.start()
    assert detect(Endless()).format == "plain"  # type: ignore[arg-type] # has what is asked of it
    assert tracemalloc.get_traced_memory()[1] < 2**22
    tracemalloc.stop()


@given(st.binary(max_size=300), st.sampled_from((b"", PNG[:33], b"PK\x03\x04", b"\x80\x04\x95")))
def test_any_bytes_are_of_some_kind(data: bytes, head: bytes) -> None:
    if head + data:
        detected = found(head + data)
        assert settled("a", detected, "other") == "other"


@given(st.data())
def test_damaged_samples_never_fail(data: st.DataObject) -> None:
    sample = bytearray(
        data.draw(
            st.sampled_from(
                (samples.LORA, samples.DOCX, samples.TORCH, samples.PICKLE, samples.EPUB)
            )
        )
    )
    for _ in range(data.draw(st.integers(1, 4))):
        sample[data.draw(st.integers(0, len(sample) - 1))] = data.draw(st.integers(0, 255))
    found(bytes(sample[: data.draw(st.integers(1, len(sample)))]))
