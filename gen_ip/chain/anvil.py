"""A local anvil: foundry's development node."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING

from gen_ip.chain.errors import ChainError

if TYPE_CHECKING:
    from gen_ip.chain.state_file import StateFile

_LISTENING = re.compile(r"Listening on (\S+):(\d+)")
_START_SECONDS = 30
_STOP_SECONDS = 30
_CHECKOUT = Path(__file__).resolve().parents[2]


class AnvilNotFound(ChainError):  # noqa: N818
    """There is no anvil on this machine."""

    def __init__(self) -> None:
        super().__init__(
            "anvil not found on PATH, in .toolchain/bin or in node_modules; install it with "
            "`npm install @foundry-rs/anvil`, or name it in GENIP_ANVIL"
        )


class AnvilFailed(ChainError):  # noqa: N818
    """Anvil did not start; `output` is the last it said."""

    def __init__(self, binary: Path, output: str) -> None:
        self.binary, self.output = binary, output
        said = " ".join(output.split())[-300:] or "nothing"
        super().__init__(f"{binary} did not start; it said: {said}; check the port and the state")


class Anvil:
    """One anvil process; a context manager that stops it at the end.

    `options` go to anvil as they are, such as `--steps-tracing`.
    """

    def __init__(self, options: Sequence[str] = ()) -> None:
        self.url = ""
        self._options = tuple(options)
        self._process: subprocess.Popen[str] | None = None
        self._output: list[str] = []
        self._drain: threading.Thread | None = None
        self._ready = threading.Event()

    def start(self, port: int = 0, state: StateFile | None = None) -> str:
        """Starts anvil on `port` (0: a free one) of 127.0.0.1 and returns its URL.

        With `state`, entered by the caller, the chain goes on where it stopped the last time.

        Raises:
            AnvilNotFound: there is no anvil.
            AnvilFailed: it does not start, for example because the port is taken.
        """
        binary = find()
        command = [*_tie(), str(binary), "--host", "127.0.0.1", "--port", str(port)]
        command += self._options
        if state is not None:
            command += ["--dump-state", str(state.dump)]
            if state.exists():
                command += ["--load-state", str(state.path)]
        self._ready.clear()
        self._output.clear()
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                # A Ctrl-C at the terminal is the caller's; anvil is stopped in an orderly way.
                start_new_session=True,
                # It shares the lock, so nobody else takes the state while it still writes.
                pass_fds=() if state is None else (state.lock,),
            )
        except OSError as error:
            raise AnvilFailed(binary, error.strerror or str(error)) from None
        if self._process.stdout is not None:
            self._drain = threading.Thread(
                target=self._read, args=(self._process.stdout,), daemon=True
            )
            self._drain.start()
        self._ready.wait(_START_SECONDS)
        if not self.url:
            self.stop()
            raise AnvilFailed(binary, "".join(self._output[-20:]))
        if state is not None:
            state.announce(self.url)
        return self.url

    def stop(self) -> None:
        """Ends the process, which writes its state first; harmless when it is not running."""
        process, self._process, self.url = self._process, None, ""
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._drain is not None:
            self._drain.join(_STOP_SECONDS)
        if process.stdout is not None:
            process.stdout.close()

    def __enter__(self) -> Anvil:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _read(self, pipe: IO[str]) -> None:
        # Read to the end: anvil stops when the pipe is full.
        for line in pipe:
            if not self._ready.is_set():
                self._output.append(line)
                if found := _LISTENING.search(line):
                    self.url = f"http://{found[1]}:{found[2]}"
                    self._ready.set()
        self._ready.set()


def _tie() -> list[str]:
    """What goes before a command so that Linux ends it with us, even after a SIGKILL.

    The kernel means the thread that starts it; only the main one lasts as long as the process.
    """
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    if setpriv is None or threading.current_thread() is not threading.main_thread():
        return []
    tie = [setpriv, "--pdeathsig", "TERM", "--"]
    # Small systems have a setpriv that does not know the option.
    known = subprocess.run([*tie, setpriv, "--version"], capture_output=True, check=False)
    return tie if known.returncode == 0 else []


def find() -> Path:
    """The anvil binary: $GENIP_ANVIL, PATH, or what npm placed in the folder or the checkout.

    Raises:
        AnvilNotFound: there is none.
    """
    if named := os.environ.get("GENIP_ANVIL"):
        if found := shutil.which(named):
            return Path(found)
        raise AnvilNotFound
    if found := shutil.which("anvil"):
        return Path(found)
    for root in (Path.cwd(), _CHECKOUT):
        candidates = [root / ".toolchain/bin/anvil"]
        candidates += sorted(root.glob("node_modules/@foundry-rs/anvil-*/bin/anvil"))
        for candidate in candidates:
            if os.access(candidate, os.X_OK) and candidate.is_file():
                return candidate
    raise AnvilNotFound
