"""What README.md shows is run as it stands."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

from PIL import Image

from tests.cli.conftest import home, rpc
from tests.support.chain import LocalChain
from tests.support.reader import PICTURES, Reader, blocks, reader
from tests.support.require import ROOT

__all__ = ["home", "reader", "rpc"]

README = (ROOT / "README.md").read_text("utf-8")


def test_the_python_example_runs_and_prints_what_it_says(reader: Reader) -> None:
    [example] = blocks(ROOT / "README.md", "python")
    assert len([line for line in example.splitlines() if line]) <= 15
    # 0.01 ETH for the license, and 10 % of the 1 ETH paid to the remix.
    assert reader.python(example, "README.md").split() == [str(10**16 + 10**17)]


def test_the_shell_lines_run_in_order(
    home: Path, warm: Path, rpc: LocalChain, tmp_path: Path
) -> None:
    with Image.open(PICTURES / "coffee.jpg") as picture:
        picture.save(tmp_path / "picture.jpg")
        picture.resize((picture.width // 2, picture.height // 2)).save(tmp_path / "some-copy.jpg")
    lines = re.findall(r"^    gen-ip (.*?)(?: +#.*)?$", README, re.MULTILINE)
    # The chain runs already; that `gen-ip dev` starts one is tested with it.
    assert lines.pop(0) == "dev"
    ended: dict[str, Any] = {}
    values: dict[str, str] = {}
    for line in lines:
        words = [values.get(word, word) for word in shlex.split(line)]
        words = [str(tmp_path / word) if word.endswith(".jpg") else word for word in words]
        assert not {"WORK", "OFFER"} & set(words), line
        told = json.loads(
            subprocess.run(
                [str(warm), *words, "--json"],
                env={**os.environ, "GENIP_PASSWORD": "long enough"},
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        name = words[1] if words[0] == "account" else words[0]
        ended[name] = told
        if name == "certify":
            values["WORK"] = told["work"]
        if name == "offer":
            values["OFFER"] = told["offer"]
    assert list(ended) == ["new", "fund", "certify", "offer", "buy", "lineage", "verify"]
    assert ended["fund"]["address"] == ended["new"]["address"]
    assert list(ended["lineage"]["works"]) == [values["WORK"]]
    assert values["WORK"] in json.dumps(ended["verify"])


def test_links_lead_to_files() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert targets
    for target in targets:
        assert (ROOT / target).exists(), target


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"^    make (\w+)", README, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
