"""What README.md shows is run as it stands."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from tests.support.chain import LocalChain

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PICTURES = ROOT / "gen_ip" / "demo" / "pictures"


def test_the_python_example_runs_and_prints_what_it_says(
    chain: LocalChain,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    [example] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    lines = [line for line in example.splitlines() if line]
    assert len(lines) <= 15

    shutil.copy(PICTURES / "coffee.jpg", tmp_path / "picture.jpg")
    with Image.open(tmp_path / "picture.jpg") as picture:
        ImageOps.mirror(picture).save(tmp_path / "remix.jpg")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("GENIP_RPC", chain.url)
    monkeypatch.setenv("ARTIST_KEY", chain.alice.key.hex())
    monkeypatch.setenv("BRAND_KEY", chain.bob.key.hex())
    exec(compile(example, "README.md", "exec"), {})  # noqa: S102  (our own README)
    # 0.01 ETH for the license, and 10 % of the 1 ETH paid to the remix.
    assert capsys.readouterr().out.split() == [str(10**16 + 10**17)]


def test_links_lead_to_files() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert targets
    for target in targets:
        assert (ROOT / target).exists(), target


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"^    make (\w+)", README, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
