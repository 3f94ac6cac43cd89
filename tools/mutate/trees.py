"""Copies of the forge project to mutate in, and what its tests say there.

The tests link to the contracts when they run (`dynamic_test_linking` in foundry.toml), so a mutant
needs no compiling by forge: its code is put into the artifact that `vm.getCode` reads. What tests
have inlined, a library they call themselves, stays as it was.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tools.compile import replace_text
from tools.mutate.errors import MutationError
from tools.mutate.solc import Code

#: What belongs to the forge project besides the paths that foundry.toml lets tests read.
COPIED = ("contracts", "tests/forge", "foundry.toml")
LINKED = ("node_modules", ".toolchain")
FORGE = ".toolchain/bin/forge"
BUILT = ".build/forge"
#: The same inputs for every mutant; tests that say how many they want get as many.
FUZZING = {
    "FOUNDRY_PROFILE": "default",
    "FOUNDRY_FUZZ_RUNS": "16",
    "FOUNDRY_FUZZ_SEED": "0x67656e2d6970",
}

#: Of an invariant, the calls that broke it stand between the two.
_FAILED = re.compile(r"^\[FAIL(?:[^\n]*\]|.*?^) ?(\w+)\([^)\n]*\) \(", re.MULTILINE | re.DOTALL)
_DURATION = re.compile(r"([\d.]+)(ns|µs|us|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "µs": 1e-6, "us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}


class Verdict(NamedTuple):
    """What the tests say of a mutant: whether they noticed it, and which did."""

    killed: bool
    by: str


class Tree:
    """A copy of the forge project."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def fill(self, project: Path) -> None:
        """Makes it a copy of ``project``, keeping what forge has built here before."""
        allowed = tomllib.loads((project / "foundry.toml").read_text("utf-8"))
        permissions = allowed["profile"]["default"].get("fs_permissions", [])
        readable = [str(each["path"]) for each in permissions]
        built = self.root / BUILT
        if not built.exists() and (project / BUILT).exists():
            shutil.copytree(project / BUILT, built)
        for name in COPIED:
            _copy(project / name, self.root / name)
        for name in readable:
            # Tests may read what not every checkout has.
            if (project / name).exists():
                _copy(project / name, self.root / name)
        for name in LINKED:
            link = self.root / name
            if not link.exists():
                link.symlink_to((project / name).resolve(), target_is_directory=True)

    def fork(self, root: Path, files: set[str]) -> Tree:
        """A copy of this tree in ``root`` with only ``files`` of its test files."""
        if root.exists():
            shutil.rmtree(root)
        shutil.copytree(self.root, root, symlinks=True)
        for path in (root / "tests/forge").rglob("*.t.sol"):
            if path.relative_to(root).as_posix() not in files:
                path.unlink()
        return Tree(root)

    def about(self, target: str) -> set[str]:
        """Test files that import the contract ``target`` or its interface."""
        names = (f"/{target}.sol", f"/I{target}.sol")
        return {
            path.relative_to(self.root).as_posix()
            for path in (self.root / "tests/forge").rglob("*.t.sol")
            if any(name in path.read_text("utf-8") for name in names)
        }

    def sources(self) -> dict[str, str]:
        """Source unit -> text of the contracts."""
        paths = sorted((self.root / "contracts").rglob("*.sol"))
        return {path.relative_to(self.root).as_posix(): path.read_text("utf-8") for path in paths}

    def build(self) -> None:
        """Compiles what is not compiled yet.

        Raises:
            MutationError: when something does not compile.
        """
        run = subprocess.run(
            [FORGE, "build"], cwd=self.root, capture_output=True, text=True, check=False
        )
        if run.returncode != 0:
            raise MutationError(f"forge build failed: {run.stderr.strip()}; run make test")

    def put(self, unit: str, name: str, code: Code) -> None:
        """Lets the tests deploy ``code`` as the contract ``name`` of the source ``unit``."""
        path = self.root / BUILT / "out" / Path(unit).name / f"{name}.json"
        artifact = json.loads(path.read_text("utf-8"))
        artifact["bytecode"]["object"] = f"0x{code.creation}"
        artifact["deployedBytecode"]["object"] = f"0x{code.runtime}"
        replace_text(path, json.dumps(artifact))

    def test(self, seconds: float) -> Verdict:
        """Runs the tests up to the first that fails. Running longer than ``seconds`` is failing.

        Raises:
            MutationError: when forge fails without a failing test.
        """
        # Inputs found against one mutant are no inputs for the next.
        shutil.rmtree(self.root / BUILT / "failures", ignore_errors=True)
        with subprocess.Popen(
            [FORGE, "test", "--fail-fast", "--threads", "1"],
            cwd=self.root,
            env=os.environ | FUZZING,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                output, errors = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                return Verdict(True, "timeout")
        if process.returncode == 0:
            return Verdict(False, "")
        if (test := first_failed(output)) is None:
            raise MutationError(f"forge test ended without a verdict: {(errors or output)[-2000:]}")
        return Verdict(True, test)

    def suites(self) -> dict[str, float]:
        """Test file -> seconds its tests take, all of them passing.

        Raises:
            MutationError: when a test fails: then nothing can be learned from its failing.
        """
        run = subprocess.run(
            [FORGE, "test", "--json", "--threads", "1"],
            cwd=self.root,
            env=os.environ | FUZZING,
            capture_output=True,
            text=True,
            check=False,
        )
        if not run.stdout.startswith("{"):
            raise MutationError(f"forge test failed: {run.stderr.strip()[-2000:]}; run make test")
        return timings(json.loads(run.stdout))


def first_failed(output: str) -> str | None:
    """The first test that `forge test` says failed."""
    failed = _FAILED.search(output)
    return failed[1] if failed else None


def timings(report: Mapping[str, Any]) -> dict[str, float]:
    """Test file -> seconds, from what `forge test --json` prints.

    Raises:
        MutationError: naming the tests that fail.
    """
    seconds: dict[str, float] = {}
    failed = []
    for suite, result in report.items():
        file = suite.split(":")[0]
        spent = sum(float(n) * _SECONDS[unit] for n, unit in _DURATION.findall(result["duration"]))
        seconds[file] = seconds.get(file, 0) + spent
        for test, each in result["test_results"].items():
            if each["status"] == "Failure":
                failed.append(f"{suite}.{test}")
    if failed:
        names = ", ".join(failed)
        raise MutationError(
            f"these tests fail with the contracts as they are, at other addresses: {names}; "
            "run make test, and let no test fix the address of a contract"
        )
    return seconds


def _copy(source: Path, target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    else:
        shutil.copy2(source, target)
