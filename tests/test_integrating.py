"""What docs/integrating.md shows is the code that is tested, and compiles as it says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

from gen_ip.chain.deployment import predicted
from tests.support.require import ROOT, require
from tools import freeze

DOC = (ROOT / "docs" / "integrating.md").read_text("utf-8")
BLOCKS = re.findall(r"```solidity\n(.*?)```", DOC, re.DOTALL)
PROSE = re.sub(r"```.*?```", "", DOC, flags=re.DOTALL)
EXAMPLES = {
    path.name: path.read_text("utf-8").replace('"../../../contracts/', '"gen-ip/')
    for path in sorted((ROOT / "tests" / "forge" / "examples").glob("*.sol"))
}


def test_every_block_is_the_very_code_of_an_example() -> None:
    seen = set()
    for block in BLOCKS:
        indented = textwrap.indent(block, "    ")
        [name] = [
            name for name, text in EXAMPLES.items() if block == text or f"\n{indented}" in text
        ]
        seen.add(name)
    assert seen == set(EXAMPLES), "each example is shown"


def test_whole_contracts_and_the_setting_compile_in_a_project_of_their_own(tmp_path: Path) -> None:
    """A reader's project: the contracts at lib/gen-ip, the settings and the code of the page."""
    forge, solc = require("forge"), require("solc")
    [settings] = re.findall(r"```toml\n(.*?)```", DOC, re.DOTALL)
    (tmp_path / "foundry.toml").write_text(settings, "utf-8")
    for folder in ("interfaces", "types", "libraries"):
        shutil.copytree(ROOT / "contracts" / folder, tmp_path / "lib/gen-ip/contracts" / folder)
    solady = Path("src/utils/SafeTransferLib.sol")
    (tmp_path / "lib/solady" / solady).parent.mkdir(parents=True)
    shutil.copy(ROOT / "node_modules/solady" / solady, tmp_path / "lib/solady" / solady)
    (tmp_path / "src").mkdir()
    whole = [block for block in BLOCKS if block.startswith("// SPDX")]
    assert len(whole) == 3
    for number, block in enumerate(whole):
        (tmp_path / "src" / f"Block{number}.sol").write_text(block, "utf-8")
    for name, text in EXAMPLES.items():
        if text not in whole:
            (tmp_path / "src" / name).write_text(text, "utf-8")
    run = subprocess.run(
        [str(forge), "build", "--skip", "lib"],
        cwd=tmp_path,
        env={**os.environ, "FOUNDRY_SOLC": str(solc), "FOUNDRY_OFFLINE": "true"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    built = {path.stem for path in (tmp_path / "out").rglob("*.json")}
    assert {name.removesuffix(".sol") for name in EXAMPLES} <= built


def test_every_name_is_in_the_frozen_interface() -> None:
    version = freeze.read(freeze.versions()[-1])
    known = {
        f"{contract}.{entry['name']}"
        for contract in freeze.CONTRACTS
        for entry in version[contract]
        if "name" in entry
    }
    own = {name.removesuffix(".sol") for name in EXAMPLES}
    named = set(re.findall(r"`((?:I?[A-Z]\w+)\.\w+)", PROSE))
    named = {name for name in named if name.split(".")[0] not in own and not name.endswith(".sol")}
    assert len(named) > 60
    assert named <= known, named - known


def test_every_error_and_event_of_a_row_is_one() -> None:
    version = freeze.read(freeze.versions()[-1])
    for title, kind in (("Events", "event"), ("Errors", "error")):
        [section] = re.findall(rf"^## {title}\n(.*?)^## ", DOC, re.DOTALL | re.MULTILINE)
        rows = re.findall(r"^\|.*\|$", section, re.MULTILINE)
        for contract, name in re.findall(r"`(\w+)\.(\w+)`", "\n".join(rows)):
            kinds = {entry["type"] for entry in version[contract] if entry.get("name") == name}
            assert kind in kinds, f"{contract}.{name}"


def test_the_addresses_are_printed_as_it_says() -> None:
    [command] = re.findall(r'^    python -c "(.*)"$', DOC, re.MULTILINE)
    run = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    shipped = json.loads((ROOT / "gen_ip/artifacts/addresses.json").read_text("utf-8"))
    assert predicted().registry == shipped["IPRegistry"]
    for address in (*predicted().addresses().values(), predicted().deployer):
        assert address in run.stdout
        assert address in shipped.values()


def test_links_lead_to_files_and_headings() -> None:
    headings = {
        re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-")
        for line in re.findall(r"^#+ (.*)$", PROSE, re.MULTILINE)
    }
    targets = re.findall(r"\]\(([^)]+)\)", PROSE)
    assert len(targets) > 15
    for target in targets:
        if target.startswith("#"):
            assert target[1:] in headings, target
        else:
            assert (ROOT / "docs" / target).exists(), target
