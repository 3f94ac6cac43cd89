"""Mutation run over the splitter and the marketplace, with forge's tests as the judge.

Usage: ``python tools/mutate/run.py [--contract NAME] [--all] [--jobs N] [--summary-json FILE]``,
``--only ID ...`` to try single mutants, ``--list`` to name all. Exits 1 when fewer than 90 % of
the mutants that are no equivalents are killed, or when a survivor is not justified in
survivors.toml; 2 when the run itself cannot be trusted.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))  # so that it runs as a plain script

from tools.compile import CONTRACTS, replace_text  # noqa: E402
from tools.mutate import justified  # noqa: E402
from tools.mutate.campaign import Campaign  # noqa: E402
from tools.mutate.errors import MutationError  # noqa: E402
from tools.mutate.mutants import Mutant, mutants_of, sampled  # noqa: E402
from tools.mutate.results import COMMAND, LEAST_RATE, Results  # noqa: E402
from tools.mutate.solc import Solc  # noqa: E402

TARGETS = ("RoyaltySplitter", "LicenseMarketplace")
#: How much of all mutants a run tries unless told to try all, and which.
SHARE = 0.2
SEED = "gen-ip"
FOLDER = ROOT / ".build" / "mutate"
#: Seconds between two lines of progress where there is no terminal.
LINE_EVERY = 30.0


class Progress:
    """One line that says how far the run is."""

    def __init__(self, results: Results) -> None:
        self._results = results
        self._start = time.monotonic()
        self._last = self._start
        self._terminal = sys.stderr.isatty()
        self._named: set[Mutant] = set()

    def __call__(self) -> None:
        """Names new survivors and shows the line, on a terminal in place of the one before."""
        for mutant in self._results.unjustified:
            if mutant not in self._named:
                self._named.add(mutant)
                text = f"mutate: survivor {mutant.identity.short} {mutant.identity}"
                print(text.ljust(79), file=sys.stderr)
        now = time.monotonic()
        results = self._results
        left = results.planned - results.done
        if not self._terminal and left and now - self._last < LINE_EVERY:
            return
        self._last = now
        remaining = (now - self._start) / max(results.done, 1) * left
        line = (
            f"mutate: killed {results.killed}, survived {len(results.survivors)} "
            f"(unjustified {len(results.unjustified)}), remaining {left}, "
            f"ETA {int(remaining) // 60}:{int(remaining) % 60:02d}"
        )
        end = "\r" if self._terminal and left else "\n"
        print(line.ljust(79), end=end, file=sys.stderr, flush=True)


def generated(campaign: Campaign, targets: Mapping[str, str]) -> list[tuple[str, Mutant]]:
    """All mutants, with the contract each is a mutant of."""
    sources = campaign.base.sources()
    with Solc(campaign.base.root) as solc:
        return [
            (target, mutant)
            for target, unit in targets.items()
            for mutant in mutants_of(target, solc.trees(unit, sources[unit]), sources)
        ]


def chosen(
    everyone: list[tuple[str, Mutant]], only: list[str], share: float
) -> list[tuple[str, Mutant]]:
    """The mutants to try.

    Raises:
        MutationError: for an id of ``only`` that no mutant has.
    """
    if not only:
        of = {mutant: target for target, mutant in everyone}
        return [(of[mutant], mutant) for mutant in sampled(of, share, SEED)]
    found = [each for each in everyone if each[1].identity.short in only]
    if unknown := set(only) - {mutant.identity.short for _, mutant in found}:
        names = ", ".join(sorted(unknown))
        raise MutationError(f"no mutant has the id {names}; --list names all")
    return found


def report(results: Results, sources: dict[str, str]) -> None:
    """Prints the survivors and the counts."""
    for mutant in results.survivors:
        why = results.justification(mutant)
        print(f"\nsurvivor {mutant.identity.short} [{mutant.edit.operator}] {mutant.identity}")
        if why is not None:
            print(f"  {why.kind}: {why.reason}")
            continue
        print(mutant.diff(sources[mutant.unit]), end="")
        print(f"  replay: {COMMAND} {mutant.identity.short}")
    print(
        f"\nmutants tried: {len(results.verdicts)} ({results.not_compiling} more do not compile, "
        f"{results.same_as_original} are the contract's own code, {results.duplicates} another "
        f"mutant's)\nkilled: {results.killed}\nsurvived: {len(results.survivors)}, of which "
        f"{results.of_kind('equivalent')} equivalent, {results.of_kind('accepted')} accepted, "
        f"{len(results.unjustified)} unjustified\nkill rate of the non-equivalent: "
        f"{results.rate:.1%} (at least {LEAST_RATE:.0%})"
    )


def main() -> int:
    """The command; returns the exit code."""
    parser = argparse.ArgumentParser(description="Mutation run over the contracts.")
    parser.add_argument("--contract", choices=TARGETS, help="this contract only")
    parser.add_argument("--all", action="store_true", help=f"every mutant, not {SHARE:.0%} of them")
    parser.add_argument("--jobs", type=int, default=2, help="mutants at once (2)")
    parser.add_argument("--summary-json", type=Path, metavar="FILE", help="write the results")
    parser.add_argument("--only", nargs="+", default=[], metavar="ID", help="these mutants only")
    parser.add_argument("--list", action="store_true", help="name all mutants, try none")
    arguments = parser.parse_args()
    names = [arguments.contract] if arguments.contract else TARGETS
    targets = {name: CONTRACTS[name] for name in names}
    share = 1.0 if arguments.all else SHARE
    start = time.monotonic()
    try:
        campaign = Campaign(ROOT, FOLDER, targets)
        campaign.base.fill(ROOT)
        everyone = generated(campaign, targets)
        if arguments.list:
            for _, mutant in everyone:
                print(mutant.identity.short, mutant.edit.operator, mutant.identity)
            return 0
        tried = chosen(everyone, arguments.only, share)
        results = Results(len(tried), justified.read())
        print(f"mutate: {len(tried)} of {len(everyone)} mutants", file=sys.stderr)
        campaign.prepare()
        campaign.run(tried, results, arguments.jobs, Progress(results))
        report(results, campaign.base.sources())
        known = {mutant.identity for _, mutant in everyone}
        killed = {mutant.identity for mutant, verdict in results.verdicts if verdict.killed}
        stale = [
            name
            for name in results.justified
            if name in killed or (not arguments.contract and name not in known)
        ]
        for name in stale:
            print(f"survivors.toml: {name} survives no more, or is no mutant; remove it")
        if arguments.summary_json:
            summary = {
                "generated": len(everyone),
                "share": share,
                "seed": SEED,
                "seconds": round(time.monotonic() - start),
                **results.summary(),
                "staleJustifications": [str(name) for name in stale],
            }
            replace_text(arguments.summary_json, json.dumps(summary, indent=2) + "\n")
    except MutationError as error:
        print(f"mutate: {error}", file=sys.stderr)
        return 2
    return 0 if results.passed else 1


if __name__ == "__main__":
    sys.exit(main())
