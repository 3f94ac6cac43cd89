"""`match` and `index`: pictures found again among those of an index on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.invocation import Invocation, local
from gen_ip.cli.show.text import counted, plain
from gen_ip.errors import FileProblem, MissingFile, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy import uint8
    from numpy.typing import NDArray
    from rich.console import Console

    from gen_ip.fingerprint.descriptor import Descriptor
    from gen_ip.match.index.pictures import PictureIndex
    from gen_ip.match.matcher import Answer

# Pictures that are added in one change: of an interrupted run what is missing is less than that.
_BATCH = 256

index_app = typer.Typer(name="index", help="Keep pictures to find them again in others' files.")

Index = Annotated[
    Path | None,
    typer.Option("--index", metavar="DIR", help="The index; by default one in your data folder."),
]
WithSscd = Annotated[
    bool,
    typer.Option(
        "--sscd/--no-sscd",
        help="With the learned descriptor, which finds more and takes longer; see "
        "docs/attribution.md for its weights.",
    ),
]
Evidence = Annotated[
    Path | None,
    typer.Option("--evidence", metavar="DIR", help="Write pictures that show why, as PNG."),
]


class NotWritable(FileProblem):
    """Evidence cannot be written to a folder."""

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(path, f"cannot be written ({reason}); give another folder")


@local
def match(
    use: Invocation,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The picture to ask about.")],
    index: Index = None,
    sscd: WithSscd = False,
    evidence: Evidence = None,
) -> None:
    """Say which pictures of the index a picture was made from, how surely, and why.

    Exit code 0 if a work is named, 1 if none is.
    """
    from gen_ip.cli.reading import check_file
    from gen_ip.cli.show.answers import show_answer
    from gen_ip.fingerprint.confined import Confined
    from gen_ip.match.matcher import Matcher

    check_file(file)
    with use.output.working(f"Looking at {file.name}"), _opened(index) as opened:
        matcher = Matcher(opened, _descriptor(sscd))
        with Confined(options={"fine": True}) as decoders:
            sha256, picture = decoders.picture(file)
        answer = matcher.ask(picture.copy, fine=picture.fine, sha256=sha256, pixels=picture.pixels)
        shown = _evidence(evidence, file, picture.copy, opened, answer) if evidence else {}
    document = answer.to_json()
    for each in document["findings"]:
        each["evidence"] = [str(path) for path in shown.get(each["work"], ())]
    use.output.result(
        {"file": str(file), "sha256": sha256.hex(), **document},
        lambda console: show_answer(console, file, answer, shown),
    )
    if answer.best is None:
        raise typer.Exit(1)


@index_app.callback(invoke_without_command=True)
def _top(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@index_app.command("add")
@local
def add(
    use: Invocation,
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Pictures; of a folder all files in it."),
    ],
    index: Index = None,
    work: Annotated[
        str | None,
        typer.Option("--work", help="The key of one picture, such as its work's id."),
    ] = None,
    sscd: WithSscd = False,
) -> None:
    """Add pictures, each under its path, or one under a work's id. What is there is replaced.

    A file that cannot be used stops nothing. Exit code 1: one was left out.
    """
    from gen_ip.fingerprint.batch import Recorder, Wanted
    from gen_ip.match.recording import indexed

    files = list(_files(paths))
    if work is not None and len(files) != 1:
        raise typer.BadParameter(
            f"names one picture, and these are {len(files):,}", param_hint="--work"
        )
    added, left_out = 0, []
    with (
        _opened(index, write=True, make=True) as opened,
        Recorder(Wanted(descriptor=sscd)) as recorder,
    ):
        with use.output.working("Reading") as spinner:
            batch = []
            for done, each in enumerate(recorder.records(files), 1):
                spinner.say(f"Read {done:,} of {len(files):,}")
                if each.record is None:
                    left_out.append((each.path, str(each.problem)))
                    continue
                batch.append(indexed(work or each.path, each.record))
                if len(batch) == _BATCH:
                    added += len(opened.replace(batch))
                    batch = []
            added += len(opened.replace(batch))
        held = len(opened)
    for _, problem in left_out:
        use.output.note(f"left out: {problem}")
    document = {
        "added": added,
        "pictures": held,
        "left_out": [{"path": path, "problem": problem} for path, problem in left_out],
    }
    use.output.result(
        document,
        lambda console: console.print(
            f"Added {counted(added, 'picture')}; the index holds {held:,}.", soft_wrap=True
        ),
    )
    if left_out:
        raise typer.Exit(1)


@index_app.command("info")
@local
def info(use: Invocation, index: Index = None) -> None:
    """Say where the index is, how many pictures it holds and what it can be searched by."""
    with _opened(index) as opened:
        path, count, sets = opened.path, len(opened), opened.sets()
        size = sum(each.stat().st_size for each in path.iterdir() if each.is_file())

    def draw(console: Console) -> None:
        console.print(f"{counted(count, 'picture')}, {size / 1e6:,.1f} MB, by {', '.join(sets)}")
        console.print(plain(str(path), 4096), style="dim", soft_wrap=True)

    use.output.result({"path": str(path), "pictures": count, "sets": sets, "bytes": size}, draw)


@index_app.command("remove")
@local
def remove(
    use: Invocation,
    keys: Annotated[list[str], typer.Argument(metavar="KEY...", help="As `index add` named them.")],
    index: Index = None,
) -> None:
    """Take pictures out; all of them, or none where one is not there."""
    with _opened(index, write=True) as opened:
        opened.remove(keys)
        left = len(opened)
    use.output.result(
        {"removed": keys, "pictures": left},
        lambda console: console.print(f"Removed; {counted(left, 'picture')} left."),
    )


@index_app.command("check")
@local
def check(use: Invocation, index: Index = None) -> None:
    """Compare every row of every file with the catalog. Exit code 1: something is wrong."""
    with use.output.working("Checking"), _opened(index) as opened:
        wrong = opened.check()

    def draw(console: Console) -> None:
        for line in wrong or ["Everything is as it was written."]:
            console.print(plain(line, 4096), soft_wrap=True)

    use.output.result({"problems": wrong}, draw)
    if wrong:
        raise typer.Exit(1)


@index_app.command("snapshot")
@local
def snapshot(
    use: Invocation,
    target: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is not there yet.")],
    index: Index = None,
) -> None:
    """Copy the index as it is now; others may go on using it."""
    with use.output.working("Copying"), _opened(index) as opened:
        opened.snapshot(target)
    _copied(use, target)


@index_app.command("restore")
@local
def restore(
    use: Invocation,
    source: Annotated[Path, typer.Argument(metavar="DIR", help="What `index snapshot` made.")],
    index: Index = None,
) -> None:
    """Put a snapshot where no index is."""
    from gen_ip.match.folder import default_index
    from gen_ip.match.index.pictures import PictureIndex

    target = index or default_index()
    with use.output.working("Copying"):
        PictureIndex.restore(source, target)
    _copied(use, target)


def _copied(use: Invocation, target: Path) -> None:
    with _opened(target) as opened:
        count = len(opened)
    use.output.result(
        {"path": str(target), "pictures": count},
        lambda console: console.print(
            f"{counted(count, 'picture')} in {plain(str(target), 4096)}", soft_wrap=True
        ),
    )


def _opened(index: Path | None, write: bool = False, make: bool = False) -> PictureIndex:
    from gen_ip.match.folder import default_index
    from gen_ip.match.index.catalog import NAME
    from gen_ip.match.index.errors import NoIndex
    from gen_ip.match.index.pictures import PictureIndex

    path = index or default_index()
    try:
        if write and not make and not (path / NAME).exists():
            raise NoIndex(path)
        return PictureIndex(path, write=write)
    except NoIndex as error:
        error.args = (
            f"there is no index at {shown(error.path)}; make one with: gen-ip index add FILE",
        )
        raise


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.is_file())
        elif path.exists():
            yield path
        else:
            raise MissingFile(path)


def _evidence(
    folder: Path, file: Path, copy: NDArray[uint8], index: PictureIndex, answer: Answer
) -> dict[str, list[Path]]:
    """Writes what shows why each work is named or similar; the files by the works' keys."""
    from gen_ip.fingerprint.glimpse import opened
    from gen_ip.match.evidence import matches, overlay

    try:
        folder.mkdir(parents=True, exist_ok=True)
        written: dict[str, list[Path]] = {}
        for number, found in enumerate(answer.findings, 1):
            entry, seen = index.by_key(found.key), found.likeness
            small = index.glimpse(entry.handle) if entry is not None else None
            if seen is None or (placed := seen.shown) is None or small is None:
                continue
            pictures = {"overlay": overlay(copy, opened(small), placed)}
            if placed.inliers:
                pictures["points"] = matches(copy, opened(small), placed)
            for name, data in pictures.items():
                path = folder / f"{file.stem}-{number}-{name}.png"
                path.write_bytes(data)
                written.setdefault(found.key, []).append(path)
    except OSError as error:
        raise NotWritable(folder, error.strerror or str(error)) from None
    return written


def _descriptor(wanted: bool) -> Descriptor | None:
    if not wanted:
        return None
    from gen_ip.fingerprint.descriptor import load

    return load()
