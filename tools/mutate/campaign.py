"""A mutation run: every mutant compiled once, and tried in one of several copies of the project."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.mutate.errors import MutationError
from tools.mutate.mutants import Mutant
from tools.mutate.results import Results
from tools.mutate.solc import Code, Solc
from tools.mutate.trees import Tree, Verdict

#: Test files that take longer than this many seconds and this share of the time of all wait until
#: the quick ones found nothing.
QUICK = 1.0
QUICK_SHARE = 0.04
#: A mutant may take this many times as long as the contract, and a while besides.
PATIENCE = 5
GRACE = 30.0


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
        self._tests: set[str] = set()
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
        quick = max(QUICK, QUICK_SHARE * self._seconds)
        self._tests = set(timings)
        self._slow = {file for file, seconds in timings.items() if seconds > quick}
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
            benches = self._benches(number)
            with Solc(self._base.root) as solc:
                while not stop.is_set():
                    try:
                        target, mutant = waiting.get_nowait()
                    except queue.Empty:
                        return
                    code = consider(target, mutant, solc)
                    if code is not None:
                        excused = mutant.identity in results.justified
                        verdict = self._try(target, code, benches[target], excused)
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

    def _benches(self, number: int) -> dict[str, list[tuple[Tree, bool]]]:
        """For every contract the copies to try its mutants in, in this order, and which are slow:
        the tests about it, the other quick ones, the slow ones."""
        root = self._folder / f"worker-{number}"
        slow = self._base.fork(root / "slow", self._slow)
        benches: dict[str, list[tuple[Tree, bool]]] = {}
        for target in self._targets:
            about = self._base.about(target) - self._slow
            others = self._tests - about - self._slow
            benches[target] = [
                (self._base.fork(root / target / name, files), False)
                for name, files in (("about", about), ("others", others))
                if files
            ]
            if self._slow:
                benches[target].append((slow, True))
        return benches

    def _try(
        self, target: str, code: Code, bench: list[tuple[Tree, bool]], excused: bool
    ) -> Verdict:
        """Only survivors that nothing excuses so far are shown to the slow tests."""
        verdict = Verdict(False, "")
        for tree, slow in bench:
            if slow and excused:
                break
            tree.put(self._targets[target], target, code)
            verdict = tree.test(self._patience)
            tree.put(self._targets[target], target, self._originals[target])
            if verdict.killed:
                break
        return verdict
