"""A mutation run: every mutant compiled once, and tried in one of several copies of the project."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tools.mutate.errors import MutationError
from tools.mutate.mutants import Mutant
from tools.mutate.results import Results
from tools.mutate.solc import Code, Solc
from tools.mutate.trees import Tree, Verdict

#: Test files that take longer than this many seconds wait until the quick ones found nothing.
QUICK = 1.0
#: A mutant may take this many times as long as the contract, and a while besides.
PATIENCE = 5
GRACE = 30.0


class Bench(NamedTuple):
    """What one worker works with."""

    quick: Tree
    slow: Tree


class Campaign:
    """Prepares the copies, then tries mutants in them."""

    def __init__(self, project: Path, folder: Path, targets: Mapping[str, str]) -> None:
        """Works below ``folder``; ``targets`` are the contracts to mutate, and their sources."""
        self._folder = folder
        self._base = Tree(folder / "base")
        self._project = project
        self._targets = targets
        self._originals: dict[str, Code] = {}
        self._seconds = 0.0
        self._slow: set[str] = set()

    @property
    def base(self) -> Tree:
        """The contracts and tests as they were when the run began."""
        return self._base

    def prepare(self) -> None:
        """Builds the project and makes sure that its tests judge behavior and nothing else.

        Raises:
            MutationError: when a test fails although nothing is mutated, or none fails although
                nothing works.
        """
        self._base.fill(self._project)
        self._base.build()
        sources = self._base.sources()
        with Solc(self._base.root) as solc:
            for target, unit in self._targets.items():
                code = solc.code(unit, target, {unit: sources[unit]})
                if code is None:
                    raise MutationError(f"{target} does not compile; run make compile")
                self._originals[target] = code
        for target, code in self._originals.items():
            # A byte behind the code changes every address, and no behavior.
            self._base.put(
                self._targets[target], target, code._replace(creation=code.creation + "00")
            )
        timings = self._base.suites()
        self._seconds = sum(timings.values())
        self._slow = {file for file, seconds in timings.items() if seconds > QUICK}
        for target, code in self._originals.items():
            self._base.put(self._targets[target], target, Code("fe", "fe"))
            if not self._base.test(self._patience).killed:
                raise MutationError(f"no test needs {target}; set dynamic_test_linking again")
            self._base.put(self._targets[target], target, code)

    @property
    def _patience(self) -> float:
        return GRACE + PATIENCE * self._seconds

    def run(
        self,
        mutants: list[tuple[str, Mutant]],
        results: Results,
        jobs: int,
        tell: Callable[[], None],
    ) -> None:
        """Tries ``mutants`` (target, mutant), ``jobs`` at once; ``tell`` is called after each.

        Raises:
            MutationError: when a worker cannot go on.
        """
        waiting: queue.SimpleQueue[tuple[str, Mutant]] = queue.SimpleQueue()
        for each in mutants:
            waiting.put(each)
        sources = self._base.sources()
        lock = threading.Lock()
        seen: dict[Code, Mutant] = {}
        stop = threading.Event()

        def consider(target: str, mutant: Mutant, solc: Solc) -> Code | None:
            """The mutant's code, where it is worth trying."""
            unit = self._targets[target]
            mutated = {unit: sources[unit], mutant.unit: mutant.source(sources[mutant.unit])}
            code = solc.code(unit, target, mutated)
            with lock:
                if code is None:
                    results.not_compiling += 1
                elif code == self._originals[target]:
                    results.same_as_original += 1
                elif code in seen:
                    results.twins.setdefault(seen[code].identity, []).append(mutant)
                else:
                    seen[code] = mutant
                    return code
            return None

        def work(number: int) -> None:
            bench = self._bench(number)
            with Solc(self._base.root) as solc:
                while not stop.is_set():
                    try:
                        target, mutant = waiting.get_nowait()
                    except queue.Empty:
                        return
                    code = consider(target, mutant, solc)
                    if code is not None:
                        # Also the slow tests look at what is not excused, and at nothing else.
                        excused = mutant.identity in results.justified
                        verdict = self._try(target, code, bench, excused)
                        with lock:
                            results.verdicts.append((mutant, verdict))
                    with lock:
                        tell()

        with ThreadPoolExecutor(jobs) as pool:
            futures = [pool.submit(work, number) for number in range(jobs)]
            try:
                for future in futures:
                    future.result()
            finally:
                stop.set()

    def _bench(self, number: int) -> Bench:
        root = self._folder / f"worker-{number}"
        return Bench(
            self._base.fork(root / "quick", self._slow, keep=False),
            self._base.fork(root / "slow", self._slow, keep=True),
        )

    def _try(self, target: str, code: Code, bench: Bench, excused: bool) -> Verdict:
        verdict = Verdict(False, "")
        for tree in [bench.quick] if excused or not self._slow else [bench.quick, bench.slow]:
            tree.put(self._targets[target], target, code)
            verdict = tree.test(self._patience)
            tree.put(self._targets[target], target, self._originals[target])
            if verdict.killed:
                break
        return verdict
