"""Copies that say inside whose work they are, read back by C2PA's own reader and by exiftool."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from gen_ip.embedding import containers, credentials, xmp
from gen_ip.embedding.copying import Copy, inside
from gen_ip.embedding.copying import embed as embed_original
from gen_ip.embedding.errors import (
    BadSigningIdentity,
    CopyExists,
    MalformedContainer,
    NothingHoldsIt,
    NotWritten,
)
from gen_ip.embedding.identity import SigningIdentity
from gen_ip.embedding.iscc import iscc_of, likeness_of_picture
from gen_ip.embedding.original import Original
from gen_ip.embedding.saying import Parent, Saying, Source
from gen_ip.errors import MetadataError, MissingLibrary
from gen_ip.fingerprint.picture import decoded
from gen_ip.terms.rights import Rights
from tests.support.require import require

CREATOR = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
SAYING = Saying(
    work=2**159 + 7,
    chain_id=31337,
    title='Cat <of> "Kyoto" & 京都',
    creator=CREATOR,
    claim_time=1_760_000_000,
    terms=("ipfs://bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",),
    grant=Rights.COMMERCIAL | Rights.DERIVE,
    parents=(Parent(5, "Parent one", "image/png"),),
    iscc="ISCC:KEC43HJLPUSHVAZT66YLPUWNVACWYPIV533TRQMWF2IUQYSP5LA4CTY",
)
FORMATS = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}


def embed(file: Path, copy: Path, saying: Saying, identity: SigningIdentity | None = None) -> Copy:
    return embed_original(Original.opened(file), copy, saying, identity)


def iscc_of_picture(data: bytes, image: Image.Image) -> str:
    return iscc_of(data, likeness_of_picture(image))


def picture(path: Path, **options: object) -> Path:
    image = Image.radial_gradient("L").resize((70, 51)).convert("RGB")
    image.putpixel((3, 4), (200, 10, 10))
    image.save(path, **options)
    return path


@pytest.fixture(scope="module")
def identity() -> SigningIdentity:
    return SigningIdentity.made(CREATOR)


@pytest.mark.parametrize(("suffix", "media_type"), FORMATS.items())
def test_says_it_in_xmp_and_content_credentials(
    tmp_path: Path, identity: SigningIdentity, suffix: str, media_type: str
) -> None:
    file = picture(tmp_path / f"cat.{suffix}")
    original = file.read_bytes()
    copy = embed(file, tmp_path / f"copy.{suffix}", SAYING, identity)
    written = copy.path.read_bytes()
    assert file.read_bytes() == original
    assert copy.sha256 == hashlib.sha256(written).digest() != copy.original
    assert copy.original == hashlib.sha256(original).digest()
    assert decoded(copy.path, written).pixels == decoded(file, original).pixels
    assert copy.keeps == ("pixels-v1", decoded(file, original).pixels.hex())

    found = inside(copy.path)
    assert found.said is not None
    assert found.place == "XMP"
    assert found.said["work"] == str(SAYING.work)
    assert found.said["creator"] == CREATOR
    assert found.said["parents"] == "5"
    assert found.c2pa is not None
    assert found.c2pa["validation_state"] == "Valid"
    manifest = found.c2pa["manifests"][found.c2pa["active_manifest"]]
    said = {each["label"]: each["data"] for each in manifest["assertions"]}
    assert manifest["title"] == SAYING.title
    assert said[credentials.LABEL] == SAYING.certificate()
    assert said["cawg.training-mining"]["entries"] == SAYING.training
    assert said["c2pa.actions.v2"]["actions"][0]["digitalSourceType"].endswith(
        "/trainedAlgorithmicMedia"
    )
    assert [each["title"] for each in manifest["ingredients"]] == ["Parent one"]


@pytest.mark.parametrize("suffix", FORMATS)
def test_one_changed_pixel_breaks_the_credentials(
    tmp_path: Path, identity: SigningIdentity, suffix: str
) -> None:
    embed(picture(tmp_path / f"cat.{suffix}"), tmp_path / f"copy.{suffix}", SAYING, identity)
    data = bytearray((tmp_path / f"copy.{suffix}").read_bytes())
    at = data.rindex(b"IDAT") + 8 if suffix == "png" else len(data) // 2
    if suffix == "webp":
        at = data.rindex(b"VP8 ") + 40
    if suffix == "jpg":
        at = data.rindex(b"\xff\xda") + 60
    data[at] ^= 1
    found = credentials.read(bytes(data), FORMATS[suffix])
    assert found is not None
    assert found["validation_state"] == "Invalid"


@pytest.mark.parametrize("suffix", FORMATS)
def test_another_reader_reads_the_rights(tmp_path: Path, suffix: str) -> None:
    exiftool = require("exiftool")
    copy = embed(picture(tmp_path / f"cat.{suffix}"), tmp_path / f"copy.{suffix}", SAYING)
    printed = subprocess.run(
        [exiftool, "-json", "-G1", copy.path],
        check=True,
        capture_output=True,
    ).stdout
    (found,) = json.loads(printed)
    assert found["XMP-dc:Title"] == SAYING.title
    assert found["XMP-dc:Creator"] == CREATOR
    assert found["XMP-xmpRights:UsageTerms"] == SAYING.usage
    assert found["XMP-xmpRights:Marked"] in (True, "True")
    assert found["XMP-xmpRights:WebStatement"] == SAYING.terms[0]
    assert found["XMP-iptcExt:DigitalSourceType"] == Source.GENERATED.uri
    assert not any("Warning" in name or "Error" in name for name in found)


@pytest.mark.parametrize("suffix", FORMATS)
def test_pillow_reads_the_packet(tmp_path: Path, suffix: str) -> None:
    copy = embed(picture(tmp_path / f"cat.{suffix}"), tmp_path / f"copy.{suffix}", SAYING)
    with Image.open(copy.path) as image:
        image.load()
        packet = image.info["XML:com.adobe.xmp" if suffix == "png" else "xmp"]
    raw = packet.encode() if isinstance(packet, str) else packet
    assert xmp.read(raw)["work"] == str(SAYING.work)


def test_writing_again_replaces_and_keeps_what_others_wrote(tmp_path: Path) -> None:
    others = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmp:CreatorTool="Krita"><dc:source>scan 7</dc:source><dc:rights>none</dc:rights>'
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", others)
    text.add_text("parameters", "a cat")
    file = picture(tmp_path / "cat.png", pnginfo=text)
    first = embed(file, tmp_path / "first.png", SAYING)
    later = Saying(9, 1, "Other", CREATOR, 1)
    second = embed(first.path, tmp_path / "second.png", later)
    packet = containers.packet_of(second.path.read_bytes(), "image/png")
    assert packet is not None
    assert packet.count(b"Krita") == packet.count(b"scan 7") == 1
    assert b"<dc:rights>none" not in packet
    assert str(SAYING.work).encode() not in packet
    assert xmp.read(packet)["work"] == "9"
    with Image.open(second.path) as image:
        assert image.text["parameters"] == "a cat"  # type: ignore[attr-defined]


def test_credentials_of_before_become_an_ingredient(
    tmp_path: Path, identity: SigningIdentity
) -> None:
    first = embed(picture(tmp_path / "cat.png"), tmp_path / "first.png", SAYING, identity)
    second = embed(first.path, tmp_path / "second.png", SAYING, identity)
    found = inside(second.path).c2pa
    assert found is not None
    assert found["validation_state"] == "Valid"
    assert len(found["manifests"]) == 2


def test_refuses_and_writes_nothing(tmp_path: Path, identity: SigningIdentity) -> None:
    file, copy = picture(tmp_path / "cat.png"), tmp_path / "copy.png"
    text = tmp_path / "note.txt"
    text.write_text("words without a place for it")
    with pytest.raises(NothingHoldsIt):
        embed(text, copy, SAYING)
    with pytest.raises(CopyExists):
        embed(file, file, SAYING)
    with pytest.raises(NotWritten):
        embed(file, tmp_path / "nowhere" / "copy.png", SAYING)
    wrong = SigningIdentity(identity.chain, SigningIdentity.made("another").key)
    with pytest.raises(BadSigningIdentity):
        wrong.check()
    with pytest.raises(BadSigningIdentity):
        embed(file, copy, SAYING, SigningIdentity(b"no chain", b"no key"))
    assert not copy.exists()


def test_an_identity_from_files(tmp_path: Path, identity: SigningIdentity) -> None:
    (tmp_path / "chain.pem").write_bytes(identity.chain)
    (tmp_path / "key.pem").write_bytes(identity.key)
    assert SigningIdentity.load(tmp_path / "chain.pem", tmp_path / "key.pem") == identity
    assert "PRIVATE" not in repr(identity)
    with pytest.raises(BadSigningIdentity):
        SigningIdentity.load(tmp_path / "key.pem", tmp_path / "chain.pem")


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"words",
        b"<a/>",
        b"\xff\xfe<\0a\0/\0>\0",
        b'<!DOCTYPE x [<!ENTITY a "b">]><x:xmpmeta xmlns:x="adobe:ns:meta/">&a;</x:xmpmeta>',
        b"<a>" * 5_000 + b"</a>" * 5_000,
        b" " * (xmp.MAX_PACKET_BYTES + 1),
    ],
)
def test_hostile_packets_are_refused(packet: bytes) -> None:
    with pytest.raises(MetadataError):
        xmp.read(packet)
    with pytest.raises(MetadataError):
        xmp.packet(SAYING, packet)


@pytest.mark.parametrize("suffix", FORMATS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_no_damage_ends_in_a_traceback(suffix: str, data: st.DataObject) -> None:
    made = io.BytesIO()
    Image.new("RGB", (9, 7), (1, 2, 3)).save(made, {"jpg": "JPEG"}.get(suffix, suffix.upper()))
    whole = containers.with_packet(made.getvalue(), FORMATS[suffix], xmp.packet(SAYING))
    damaged = bytearray(whole)
    for at, value in data.draw(
        st.lists(st.tuples(st.integers(0, len(whole) - 1), st.integers(0, 255)), max_size=4)
    ):
        damaged[at] = value
    cut = bytes(damaged[: data.draw(st.integers(0, len(damaged)))])
    try:
        found = containers.packet_of(cut, FORMATS[suffix])
        again = containers.with_packet(cut, FORMATS[suffix], b"<a/>")
    except containers.Malformed:
        return
    assert containers.packet_of(again, FORMATS[suffix]) == b"<a/>"
    assert found is None or isinstance(found, bytes)


def test_a_file_that_ends_early_is_told(tmp_path: Path) -> None:
    file = picture(tmp_path / "cat.png")
    file.write_bytes(file.read_bytes()[:-12])
    with pytest.raises(MalformedContainer, match="cannot be taken apart"):
        inside(file)


def test_the_iscc_is_of_the_likeness_and_the_bytes() -> None:
    import iscc_core

    image = Image.radial_gradient("L").convert("RGB")
    one, other = iscc_of_picture(b"one file", image), iscc_of_picture(b"another", image)
    assert one.startswith("ISCC:K")
    first, second = (iscc_core.iscc_decompose(each) for each in (one, other))
    assert len(first) == 3
    assert first[0] == second[0]
    assert first[1:] != second[1:]
    framed = Image.new("RGB", (300, 300), (0, 0, 0))
    framed.paste(image, (20, 20))
    assert iscc_core.iscc_decompose(iscc_of_picture(b"one file", framed))[0] == first[0]


def test_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "c2pa", None)
    with pytest.raises(MissingLibrary, match=r"gen-ip\[embed\]"):
        inside(picture(tmp_path / "cat.png"))
