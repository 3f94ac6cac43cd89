"""`match`: which works of an index a file was made from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.index_group import opened_index
from gen_ip.cli.invocation import Invocation, local
from gen_ip.cli.kinds import Index, Stated, WithSscd, WithTranslations, kind_of_file
from gen_ip.errors import FileProblem
from gen_ip.match.works.kind import kind_of, kinds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gen_ip.fingerprint.descriptor import Descriptor
    from gen_ip.match.answer import Answer
    from gen_ip.match.whole import WholeIndex

    # Pictures that show why, as PNG by name, of each work.
    Drawn = Iterator[tuple[str, Mapping[str, bytes]]]

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
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to ask about.")],
    index: Index = None,
    kind: Stated = None,
    sscd: WithSscd = False,
    translations: WithTranslations = False,
    evidence: Evidence = None,
) -> None:
    """Say which works of the index a picture, a text or a prompt was made from, how surely, and
    why.

    Exit code 0 if a work is named, 1 if none is.
    """
    from gen_ip.cli.show.answers import show_answer

    name = kind_of_file(file, kind)
    with use.output.working(f"Looking at {file.name}"), opened_index(index) as opened:
        if name in kinds():
            sha256, answer = _of_work(opened, name, file, translations)
            drawn: Drawn = ((each.key, each.evidence()) for each in answer.findings)
        else:
            sha256, answer, drawn = _of_picture(opened, file, sscd)
        shown = _written(evidence, file, drawn) if evidence else {}
    document = answer.to_json()
    for each in document["findings"]:
        each["evidence"] = [str(path) for path in shown.get(each["work"], ())]
    use.output.result(
        {"file": str(file), "sha256": sha256.hex(), **document},
        lambda console: show_answer(console, file, answer, shown),
    )
    if answer.best is None:
        raise typer.Exit(1)


def _of_work(opened: WholeIndex, name: str, file: Path, learned: bool) -> tuple[bytes, Answer]:
    from gen_ip.match.answer import answered

    kind = kind_of(name)
    with kind.reader(learned=learned) as reader:
        fingerprint = reader.fingerprint(file)
    if opened.works is None:
        return fingerprint.sha256, answered(name, [], kind.thresholds, 0.0)
    return fingerprint.sha256, kind.ask(opened.works, fingerprint)


def _of_picture(opened: WholeIndex, file: Path, sscd: bool) -> tuple[bytes, Answer, Drawn]:
    from gen_ip.fingerprint.confined import Confined
    from gen_ip.match.answer import answered
    from gen_ip.match.matcher import Matcher
    from gen_ip.match.shown import drawn
    from gen_ip.match.thresholds import thresholds
    from gen_ip.match.works.kind import IMAGE

    descriptor = _descriptor(sscd)
    with Confined(options={"fine": True}) as decoders:
        sha256, picture = decoders.picture(file)
    if opened.pictures is None:
        return sha256, answered(IMAGE, [], thresholds().version, 0.0), iter(())
    matcher = Matcher(opened.pictures, descriptor)
    answer = matcher.ask(picture.copy, fine=picture.fine, sha256=sha256, pixels=picture.pixels)

    return sha256, answer, drawn(matcher, picture, answer)


def _written(folder: Path, file: Path, drawn: Drawn) -> dict[str, list[Path]]:
    """Writes what shows why each work is named or similar; the files by the works' keys."""
    written: dict[str, list[Path]] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, (key, pictures) in enumerate(drawn, 1):
            for name, data in pictures.items():
                path = folder / f"{file.stem}-{number}-{name}.png"
                path.write_bytes(data)
                written.setdefault(key, []).append(path)
    except OSError as error:
        raise NotWritable(folder, error.strerror or str(error)) from None
    return written


def _descriptor(wanted: bool) -> Descriptor | None:
    if not wanted:
        return None
    from gen_ip.fingerprint.descriptor import load

    return load()
