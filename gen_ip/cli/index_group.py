"""`index`: works kept on this machine, to be found again in others' files."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.invocation import Invocation, local
from gen_ip.cli.kinds import Index, Stated, WithSscd, WithTranslations, kind_of_file
from gen_ip.cli.show.text import counted, plain
from gen_ip.errors import FileProblem, MissingFile, shown
from gen_ip.match.works.kind import IMAGE, kind_of, kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from rich.console import Console

    from gen_ip.match.index.records import Record as PictureRecord
    from gen_ip.match.whole import WholeIndex
    from gen_ip.match.works.records import Record as WorkRecord

# Works that are added in one change: of an interrupted run what is missing is less than that.
_BATCH = 256

index_app = typer.Typer(name="index", help="Keep works to find them again in others' files.")


class UnusableName(FileProblem):
    """A file's name is no text, so that it cannot be a key."""

    def __init__(self, path: object) -> None:
        super().__init__(path, "has a name that is no text; rename it, or give its key with --work")


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
        typer.Argument(metavar="FILE...", help="Works; of a folder all files in it."),
    ],
    index: Index = None,
    work: Annotated[
        str | None,
        typer.Option("--work", help="The key of one file, such as its work's id."),
    ] = None,
    kind: Stated = None,
    sscd: WithSscd = False,
    translations: WithTranslations = False,
) -> None:
    """Add works, each under its path, or one under a work's id. What is there is replaced.

    Pictures, texts and prompts are told apart by what is in them. A file that cannot be used stops
    nothing. Exit code 1: one was left out.
    """
    from gen_ip.match.index.records import is_text

    # Named twice, by a folder and by itself, it is one.
    files = list(dict.fromkeys(_files(paths)))
    if work is not None and not is_text(work or "\0"):
        raise typer.BadParameter("names no key: it is empty or no text", param_hint="--work")
    if work is not None and len(files) != 1:
        raise typer.BadParameter(
            f"names one file, and these are {len(files):,}", param_hint="--work"
        )
    with _Made(index) as made, use.output.working("Reading") as spinner:
        adding = _Adding(made, work, lambda n: spinner.say(f"Read {n:,} of {len(files):,}"))
        by_kind = adding.told_apart(files, kind)
        others = {name: by_kind.pop(name, []) for name in kinds()}
        adding.pictures([file for named in by_kind.values() for file in named], sscd)
        for name, named in others.items():
            adding.works(name, named, translations)
        counts = made.counts()
    for each in adding.left_out:
        use.output.note(f"left out: {each['problem']}")
    document = {
        "added": adding.added,
        "pictures": counts[IMAGE],
        "works": counts,
        "left_out": adding.left_out,
    }
    use.output.result(
        document,
        lambda console: console.print(
            f"Added {counted(adding.added, 'work')}; the index holds {_told(counts)}.",
            soft_wrap=True,
        ),
    )
    if adding.left_out:
        raise typer.Exit(1)


class _Made:
    """The index that works are added to. Where there is none it is made with the first works, so
    that nothing is left behind where none can be read."""

    def __init__(self, index: Path | None) -> None:
        self._index, self._opened = index, ExitStack()
        self._whole: WholeIndex | None = None

    def __enter__(self) -> _Made:
        from gen_ip.match.index.errors import NoIndex

        # Whether it can be used is told before anything is read.
        with suppress(NoIndex):
            self._whole = self._opened.enter_context(opened_index(self._index, write=True))
        return self

    def __exit__(self, *ended: object) -> None:
        self._opened.close()

    @property
    def whole(self) -> WholeIndex:
        """The index, open."""
        if self._whole is None:
            opened = opened_index(self._index, write=True, make=True)
            self._whole = self._opened.enter_context(opened)
        return self._whole

    def counts(self) -> dict[str, int]:
        """How many works of each kind it holds."""
        return {IMAGE: 0} if self._whole is None else self._whole.counts()


class _Adding:
    """A run of `index add`: how many works were added, and what was left out and why."""

    def __init__(self, made: _Made, key: str | None, tell: Callable[[int], None]) -> None:
        self.added = 0
        self.left_out: list[dict[str, str]] = []
        self._made, self._key, self._tell = made, key, tell
        self._read = 0

    def told_apart(self, files: Iterable[Path], stated: str | None) -> dict[str, list[Path]]:
        """The files by their kinds."""
        from gen_ip.match.index.records import is_text

        by_kind: dict[str, list[Path]] = {}
        for file in files:
            try:
                if self._key is None and not is_text(str(file)):
                    raise UnusableName(file)
                by_kind.setdefault(kind_of_file(file, stated), []).append(file)
            except FileProblem as problem:
                self._leave_out(file, problem)
        return by_kind

    def pictures(self, files: Sequence[Path], sscd: bool) -> None:
        """Adds pictures."""
        from gen_ip.fingerprint.batch import Recorder, Wanted
        from gen_ip.match.recording import indexed

        if not files:
            return
        with Recorder(Wanted(descriptor=sscd)) as recorder:
            batch = []
            for each in recorder.records(files):
                self._count()
                if each.record is None:
                    self._leave_out(each.path, each.problem)
                    continue
                batch.append(indexed(self._key or each.path, each.record))
                if len(batch) == _BATCH:
                    self._keep_pictures(batch)
                    batch = []
            self._keep_pictures(batch)

    def works(self, name: str, files: Sequence[Path], learned: bool) -> None:
        """Adds works of another kind."""
        if not files:
            return
        kind = kind_of(name)
        with kind.reader(learned=learned) as reader:
            batch = []
            for file in files:
                self._count()
                try:
                    fingerprint = reader.fingerprint(file)
                except FileProblem as problem:
                    self._leave_out(file, problem)
                    continue
                batch.append(kind.record(self._key or str(file), fingerprint))
                if len(batch) == _BATCH:
                    self._keep_works(batch)
                    batch = []
            self._keep_works(batch)

    def _keep_pictures(self, batch: Sequence[PictureRecord]) -> None:
        if batch and (index := self._made.whole.pictures) is not None:
            self.added += len(index.replace(batch))

    def _keep_works(self, batch: Sequence[WorkRecord]) -> None:
        if batch and (index := self._made.whole.works) is not None:
            self.added += len(index.replace(batch))

    def _count(self) -> None:
        self._read += 1
        self._tell(self._read)

    def _leave_out(self, path: object, problem: FileProblem | None) -> None:
        self.left_out.append({"path": str(path), "problem": str(problem)})


@index_app.command("info")
@local
def info(use: Invocation, index: Index = None) -> None:
    """Say where the index is, how many works it holds and what pictures can be searched by."""
    with opened_index(index) as opened:
        path, counts = opened.path, opened.counts()
        sets = [] if opened.pictures is None else opened.pictures.sets()
        size = sum(each.stat().st_size for each in path.iterdir() if each.is_file())

    def draw(console: Console) -> None:
        by = f", pictures by {', '.join(sets)}" if sets else ""
        console.print(f"{_told(counts)}, {size / 1e6:,.1f} MB{by}", soft_wrap=True)
        console.print(plain(str(path), 4096), style="dim", soft_wrap=True)

    document = {"path": str(path), "pictures": counts.get(IMAGE, 0), "works": counts}
    use.output.result({**document, "sets": sets, "bytes": size}, draw)


@index_app.command("remove")
@local
def remove(
    use: Invocation,
    keys: Annotated[list[str], typer.Argument(metavar="KEY...", help="As `index add` named them.")],
    index: Index = None,
) -> None:
    """Take works out; all of them, or none where one is not there."""
    with opened_index(index, write=True) as opened:
        opened.remove(keys)
        counts = opened.counts()
    use.output.result(
        {"removed": keys, "pictures": counts[IMAGE], "works": counts},
        lambda console: console.print(f"Removed; {_told(counts)} left."),
    )


@index_app.command("check")
@local
def check(use: Invocation, index: Index = None) -> None:
    """Compare everything in the index with what was written. Exit code 1: something is wrong."""
    with use.output.working("Checking"), opened_index(index) as opened:
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
    with use.output.working("Copying"), opened_index(index) as opened:
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
    from gen_ip.match.index import copying
    from gen_ip.match.index.errors import NoIndex

    target = index or default_index()
    with use.output.working("Copying"):
        try:
            copying.copy(source, target)
        except NoIndex as error:
            error.args = (
                f"there is no snapshot at {shown(error.path)}; give a folder that was made by: "
                "gen-ip index snapshot DIR",
            )
            raise
    _copied(use, target)


def _copied(use: Invocation, target: Path) -> None:
    with opened_index(target) as opened:
        counts = opened.counts()
    use.output.result(
        {"path": str(target), "pictures": counts.get(IMAGE, 0), "works": counts},
        lambda console: console.print(
            f"{_told(counts)} in {plain(str(target), 4096)}", soft_wrap=True
        ),
    )


def opened_index(index: Path | None, write: bool = False, make: bool = False) -> WholeIndex:
    """The index of a command.

    Args:
        index: its folder; by default the user's.
        write: whether to change it.
        make: whether to make it where there is none.

    Raises:
        NoIndex: there is none; says how to make one.
        IndexProblem: what is there cannot be used.
    """
    from gen_ip.match.folder import default_index
    from gen_ip.match.index.errors import NoIndex
    from gen_ip.match.index.lock import CATALOGS
    from gen_ip.match.whole import WholeIndex

    path = index or default_index()
    try:
        if write and not make and not any((path / name).exists() for name in CATALOGS):
            raise NoIndex(path)
        return WholeIndex(path, write=write)
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


def _told(counts: Mapping[str, int]) -> str:
    """How many works there are of each kind."""
    names = {IMAGE: "picture"}
    return ", ".join(
        counted(count, names.get(kind, kind)) for kind, count in counts.items()
    ) or counted(0, "work")
