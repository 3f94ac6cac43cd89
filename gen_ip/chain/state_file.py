"""The file that keeps a local chain between runs: one node at a time, never half-written."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from gen_ip.chain.errors import ChainError
from gen_ip.errors import shown
from gen_ip.nesting import parse

_LOCK_BYTES = 1024
# Anvil's dumps go six deep.
_MAX_NESTING = 64


class StateUnusable(ChainError):  # noqa: N818
    """The state cannot be kept in the file."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(
            f"a chain's state cannot be kept in {shown(path)} ({reason}); "
            "name another file with --state"
        )


class StateInUse(ChainError):  # noqa: N818
    """Another node runs on the state; `pid` and `url` are "" while it still starts."""

    def __init__(self, path: Path, pid: str, url: str) -> None:
        self.path, self.pid, self.url = path, pid, url
        who = f"process {pid or 'unknown'}" + (f", at {url}" if url else ", still starting")
        super().__init__(
            f"the chain in {shown(path)} is running already ({who}); "
            "use that one, or name another file with --state"
        )


class StateNotKept(ChainError):  # noqa: N818
    """The node ended without writing its whole state; the file is as it was before."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(
            f"the chain's state was not kept in {shown(path)} ({reason}); "
            "the file is as it was before this run; check the free space"
        )


class StateFile:
    """The state of one chain, held by one process; a context manager.

    The node reads `path` and writes `dump`, a file beside it. At the end of the block `dump` takes
    the place of `path` if it is whole. A `dump` left by a run that was killed is taken over.

    Raises, on entering:
        StateInUse: another process holds it.
        StateUnusable: it cannot be read or written.
    And on leaving, unless another error is on its way:
        StateNotKept: the node has not written its whole state.
    """

    def __init__(self, path: Path) -> None:
        """`path` is a file, or a folder for a `state.json`; it need not exist."""
        self.path = path
        self.dump = path
        self.lock = -1

    def __enter__(self) -> StateFile:
        try:
            if self.path.is_dir():
                self.path = self.path / "state.json"
            self.dump = self.path.with_name(f"{self.path.name}.new")
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.exists():
                if not self.path.is_file():
                    raise StateUnusable(self.path, "it is no regular file")
                self.path.open("rb").close()
            # The lock lies in the same folder: what it may be made in, the state may, too.
            self._acquire()
            self._recover()
        except OSError as error:
            self._release()
            raise StateUnusable(self.path, error.strerror or type(error).__name__) from None
        # A NUL, or half a surrogate pair.
        except ValueError:
            self._release()
            raise StateUnusable(self.path, "no file has such a name") from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._keep()
            else:
                with suppress(StateNotKept):
                    self._keep()
        finally:
            self._release()

    def exists(self) -> bool:
        """Whether there is a chain to go on with."""
        return self.path.exists()

    def forget(self) -> None:
        """Removes the kept chain."""
        self.path.unlink(missing_ok=True)

    def announce(self, url: str) -> None:
        """Tells whoever wants the state too where its node is."""
        text = json.dumps({"pid": os.getpid(), "url": url}).encode()
        os.ftruncate(self.lock, 0)
        os.pwrite(self.lock, text, 0)

    def _acquire(self) -> None:
        path = self.path.with_name(f"{self.path.name}.lock")
        self.lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _holder(os.pread(self.lock, _LOCK_BYTES, 0))
            self._release()
            raise StateInUse(self.path, *holder) from None
        self.announce("")

    def _release(self) -> None:
        # The file stays: whoever removed it could remove the lock of the next one.
        if self.lock >= 0:
            os.close(self.lock)
            self.lock = -1

    def _recover(self) -> None:
        if not self.dump.exists():
            return
        if _problem(self.dump):
            self.dump.unlink()
        else:
            os.replace(self.dump, self.path)

    def _keep(self) -> None:
        problem = _problem(self.dump)
        try:
            if problem:
                self.dump.unlink(missing_ok=True)
            else:
                os.replace(self.dump, self.path)
        except OSError as error:
            problem = error.strerror or type(error).__name__
        if problem:
            raise StateNotKept(self.path, problem)


def _problem(dump: Path) -> str:
    """What is wrong with what the node wrote; "" when it is whole."""
    try:
        whole = isinstance(parse(dump.read_bytes(), _MAX_NESTING), dict)
    except OSError as error:
        return error.strerror or type(error).__name__
    except ValueError:
        whole = False
    return "" if whole else "it was written in part only"


def _holder(text: bytes) -> tuple[str, str]:
    try:
        said = parse(text, _MAX_NESTING)
    except ValueError:
        return "", ""
    if not isinstance(said, dict):
        return "", ""
    pid, url = said.get("pid"), said.get("url")
    return (
        str(pid) if type(pid) is int and 0 < pid < 1 << 32 else "",
        url if isinstance(url, str) and url.isprintable() else "",
    )
