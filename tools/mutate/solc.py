"""The project's compiler, kept loaded."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from tools.compile import COMPILER, ROOT
from tools.mutate.errors import MutationError

SERVER = Path(__file__).with_name("solc_server.js")
#: The WASM heap grows with every contract compiled and never shrinks.
COMPILATIONS = 150


class Code(NamedTuple):
    """A contract's creation and runtime code, hex without 0x."""

    creation: str
    runtime: str


class Solc:
    """The compiler with the project's settings, in a process of its own. A context manager."""

    def __init__(self, root: Path = ROOT) -> None:
        """``root`` is the folder that imports are relative to."""
        self._root = root
        self._process: subprocess.Popen[str] | None = None
        self._left = 0

    def __enter__(self) -> Solc:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop()

    def trees(self, unit: str, text: str) -> dict[str, Any]:
        """Syntax trees of a source unit and all it imports, by unit.

        Raises:
            MutationError: when it does not compile.
        """
        output = self._compile({unit: text}, {"*": {"": ["ast"]}})
        if message := _first_error(output):
            raise MutationError(f"{unit} does not compile: {message}; run make compile")
        return {name: each["ast"] for name, each in output["sources"].items()}

    def code(self, unit: str, name: str, sources: Mapping[str, str]) -> Code | None:
        """What the contract ``name`` of ``unit`` compiles to; None where it does not compile.

        ``sources`` stand in for the files of the same names; the rest is read below the root.
        """
        outputs = ["evm.bytecode.object", "evm.deployedBytecode.object"]
        output = self._compile(sources, {unit: {name: outputs}})
        if _first_error(output):
            return None
        evm = output["contracts"][unit][name]["evm"]
        return Code(evm["bytecode"]["object"], evm["deployedBytecode"]["object"])

    def _compile(self, sources: Mapping[str, str], outputs: dict[str, Any]) -> dict[str, Any]:
        request = {
            "language": "Solidity",
            "sources": {name: {"content": text} for name, text in sources.items()},
            "settings": {**COMPILER["settings"], "outputSelection": outputs},
        }
        if self._process is None or self._left == 0:
            self._stop()
            self._process = self._started()
        self._left -= 1
        to, back = self._process.stdin, self._process.stdout
        if to is None or back is None:
            raise MutationError(f"{SERVER.name} has no pipes; start it with some")
        try:
            to.write(json.dumps(request) + "\n")
            to.flush()
            answer = back.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise MutationError(f"{SERVER.name} ended without an answer; run make setup")
        output: dict[str, Any] = json.loads(answer)
        return output

    def _started(self) -> subprocess.Popen[str]:
        self._left = COMPILATIONS
        return subprocess.Popen(
            ["node", str(SERVER), str(self._root)],  # noqa: S607 - node as make finds it
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _stop(self) -> None:
        if self._process is not None:
            process, self._process = self._process, None
            if process.stdin:
                process.stdin.close()
            process.wait()


def _first_error(output: dict[str, Any]) -> str:
    errors = (each for each in output.get("errors", []) if each["severity"] == "error")
    return next((str(each["message"]) for each in errors), "")
