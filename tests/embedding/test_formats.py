"""Copies of works that are no pictures: what they say is read back, and their content stays."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from gen_ip.content.detection.detect import detect
from gen_ip.embedding.copying import embed, inside
from gen_ip.embedding.errors import MalformedContainer, NothingHoldsIt
from gen_ip.embedding.original import Original, kept
from gen_ip.embedding.saying import Saying
from gen_ip.errors import GenIPError
from gen_ip.fingerprint.text.samples import samples
from gen_ip.work import WorkAddress
from tests.support.require import require

CREATOR = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
# Whoever writes a title may mean harm.
TITLE = '</head><script>alert(1)</script>--><!-- "京都" \u202e ]]> & ' + "x" * 9_000
SAYING = Saying(
    work=2**159 + 7,
    chain_id=31337,
    title=TITLE,
    creator=CREATOR,
    terms=("ipfs://bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",),
    iscc="ISCC:KEC43HJLPUSHVAZT66YLPUWNVACWYPIV533TRQMWF2IUQYSP5LA4CTY",
)
UI = {
    "nodes": [
        {"id": 1, "type": "CheckpointLoaderSimple", "widgets_values": ["a.safetensors"]},
        {"id": 2, "type": "VAEDecode", "inputs": [{"name": "vae", "link": 1}]},
    ],
    "links": [[1, 1, 2, 2, 0, "VAE"]],
    "extra": {"ds": {"scale": 1.5}},
}
PAGE = (
    b"<!doctype html>\n<!-- <head> --><html lang=en>\n<head ><title>A</title></head>"
    b"<body><p>Words <b>of mine</b>, seven of them.</p></body></html>"
)


def model() -> bytes:
    header = json.dumps(
        {
            "__metadata__": {"ss_network_dim": "4", "license": "mine"},
            "lora_unet_a.lora_up.weight": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]},
            "lora_unet_a.lora_down.weight": {
                "dtype": "F32", "shape": [1, 2], "data_offsets": [8, 16],
            },
        }
    ).encode()  # fmt: skip
    return struct.pack("<Q", len(header)) + header + struct.pack("<4f", 1, 2, 3, 4)


FILES: dict[str, bytes] = {
    "pdf": samples()["pdf"],
    "epub": samples()["epub"],
    "docx": samples()["docx"],
    "html": PAGE,
    "markdown": b"# A title\n\nSome **words**, and [a link](https://example.org).\n",
    "lora": model(),
    "comfyui-ui": json.dumps(UI, indent=1).encode(),
    "prompt-json": b'{"prompt": "a lighthouse", "steps": 30, "seed": 7}',
}


def office(data: bytes) -> bytes:
    """With the parts that every document has, and a sample may lack."""
    made = io.BytesIO()
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(made, "w") as after:
        names = before.namelist()
        if "[Content_Types].xml" not in names:
            after.writestr("[Content_Types].xml", f'<Types xmlns="{types}"/>')
        for name in names:
            after.writestr(name, before.read(name))
        if "_rels/.rels" not in names:
            after.writestr("_rels/.rels", f'<Relationships xmlns="{relations}"/>')
    return made.getvalue()


def written(folder: Path, form: str) -> Path:
    path = folder / f"work.{form}"
    data = FILES[form]
    if form == "docx":
        data = office(data)
    assert detect(io.BytesIO(data)).format == form
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("form", FILES)
def test_is_read_back_and_the_content_stays(tmp_path: Path, form: str) -> None:
    original = Original.opened(written(tmp_path, form))
    made = embed(original, tmp_path / "copy", SAYING)
    data = made.path.read_bytes()
    assert data != original.data
    assert kept(made.path, data, detect(io.BytesIO(data))) == original.keeps == made.keeps
    found = inside(made.path)
    assert found.said is not None
    assert found.place == made.place
    assert found.named == WorkAddress(31337, SAYING.work)
    assert found.said["creator"] == CREATOR
    assert found.said["iscc"] == SAYING.iscc
    assert made.published()["sha256"] == made.sha256.hex()
    # Said anew, the old is gone.
    later = Saying(9, 10, "Other", CREATOR)
    again = embed(Original.opened(made.path), tmp_path / "again", later)
    assert inside(again.path).named == WorkAddress(10, 9)
    text = again.path.read_bytes()
    if form not in ("pdf", "docx", "epub"):
        assert str(SAYING.work).encode() not in text


def test_what_was_there_stays(tmp_path: Path) -> None:
    def copy(form: str) -> bytes:
        original = Original.opened(written(tmp_path, form))
        return embed(original, tmp_path / f"copy.{form}", SAYING).path.read_bytes()

    pdf = copy("pdf")
    assert pdf.startswith(FILES["pdf"])
    assert PdfReader(io.BytesIO(pdf)).xmp_metadata is not None
    graph = json.loads(copy("comfyui-ui"))
    assert graph.pop("extra")["ds"] == {"scale": 1.5}
    assert graph == {name: UI[name] for name in graph}
    head = copy("lora")
    (size,) = struct.unpack_from("<Q", head)
    said = json.loads(head[8 : 8 + size])["__metadata__"]
    assert said["ss_network_dim"] == "4"
    assert said["license"] == "mine"
    assert said["gen_ip.work"] == f"gen-ip:31337:{SAYING.work}"
    assert (8 + size) % 8 == 0
    page = copy("html")
    # In the true head, and nothing of a title is markup.
    assert page.index(b"<head >") < page.index(b"gen-ip:work") < page.index(b"<title>")
    assert b"<script" not in page
    with zipfile.ZipFile(io.BytesIO(copy("epub"))) as book:
        assert book.namelist()[0] == "mimetype"
        assert not book.testzip()
    with zipfile.ZipFile(io.BytesIO(copy("docx"))) as package:
        assert b"docProps/custom.xml" in package.read("_rels/.rels")
        assert b"/docProps/custom.xml" in package.read("[Content_Types].xml")
        assert len(package.namelist()) == len(set(package.namelist()))


def test_another_reader_reads_the_pdf(tmp_path: Path) -> None:
    exiftool = require("exiftool")
    copy = embed(Original.opened(written(tmp_path, "pdf")), tmp_path / "c.pdf", SAYING).path
    printed = subprocess.run([exiftool, "-json", "-G1", copy], check=True, capture_output=True)
    (found,) = json.loads(printed.stdout)
    assert found["XMP-dc:Creator"] == CREATOR
    assert found["XMP-xmpRights:WebStatement"] == SAYING.terms[0]


def locked(data: bytes) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt("secret")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("a.txt", b"plain words, that have no place for it", NothingHoldsIt),
        ("a.json", b'{"1": {"class_type": "A", "inputs": {}}}', NothingHoldsIt),
        ("a.html", "<html><p>words of two bytes</p>".encode("utf-16"), GenIPError),
        # What comes behind an open fence is shown.
        ("a.md", b"# A title\n\n```\nwords in code\n", MalformedContainer),
    ],
)
def test_refuses_and_writes_nothing(
    tmp_path: Path, name: str, data: bytes, error: type[GenIPError]
) -> None:
    path, copy = tmp_path / name, tmp_path / "copy"
    path.write_bytes(data)
    with pytest.raises(error):
        embed(Original.opened(path), copy, SAYING)
    assert not copy.exists()


def test_a_title_that_no_packet_holds_is_refused(tmp_path: Path) -> None:
    title = Saying(7, 1, "a\x00b", CREATOR)
    original = Original.opened(written(tmp_path, "epub"))
    with pytest.raises(GenIPError):
        embed(original, tmp_path / "copy", title)
    assert not (tmp_path / "copy").exists()


def test_a_locked_pdf_is_refused(tmp_path: Path) -> None:
    from gen_ip.embedding import pdf
    from gen_ip.embedding.containers import Malformed

    with pytest.raises(Malformed, match="locked"):
        pdf.write(locked(FILES["pdf"]), SAYING)


def _bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        archive.writestr("META-INF/container.xml", "<container/>")
        archive.writestr("META-INF/metadata.xml", b" " * (2**24))
    return made.getvalue()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "entities": lambda: (
        b"%PDF-1.4 <?xpacket begin='' id='x'?><!DOCTYPE a [<!ENTITY b 'c'>]><a/><?xpacket end="
    ),
    "no XMP": lambda: b"%PDF-1.4 <?xpacket begin=''?>not XML<?xpacket end='w'?>",
    "a bomb": _bomb,
    "deep JSON": lambda: FILES["comfyui-ui"][:-1] + b',"a":' + b"[" * 9_000 + b"]" * 9_000 + b"}",
    "a lying header": lambda: struct.pack("<Q", 2**60) + b'{"a": 1}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_an_error_or_says_nothing(tmp_path: Path, name: str) -> None:
    path = tmp_path / "work"
    path.write_bytes(HOSTILE[name]())
    try:
        said = inside(path).said
    except GenIPError:
        said = None
    assert said is None


@pytest.mark.parametrize("said", ["7", "-1", "0", "9" * 5_000, "٣", '"7"', "[[7]]", "{}"])
def test_what_names_no_work_names_none(tmp_path: Path, said: str) -> None:
    path = tmp_path / "a.md"
    path.write_text(f'# A\n\nwords\n\n<!-- gen-ip: {{"work": {said}, "chain": 1, "x": null}} -->\n')
    named = inside(path).named
    assert named == (WorkAddress(1, 7) if said in ("7", '"7"') else None)
