"""`generation`: what a file says of its own making, without a chain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.invocation import Invocation, local

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.generation.reading import Reading
    from gen_ip.generation.record import Generation

_PROMPT_CHARACTERS = 2_000


@local
def generation(
    use: Invocation,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A picture, a model, a workflow, or a prompt."),
    ],
) -> None:
    """Show how a work was made, as its file says: tool, prompts, settings, models, LoRAs.

    Read where the tool embedded it (PNG texts, Exif, XMP, headers of models), in a process of
    little memory, time and rights. Anybody can write such data: it is a hint, no proof.
    """
    from gen_ip.cli.reading import check_file
    from gen_ip.generation.confined import pool, read_confined

    check_file(file)
    with use.output.working("Reading …"), pool() as processes:
        reading = read_confined(file, processes)
    use.output.result(reading.to_json(), lambda console: _show(console, reading))


def _show(console: Console, reading: Reading) -> None:
    from gen_ip.cli.show.text import plain

    found = reading.detected
    also = f", could be taken for {', '.join(found.also)}" if found.also else ""
    console.print(f"{found.kind} ({found.format}{also})", style="bold")
    for each in reading.generations:
        _show_one(console, each)
    marks = reading.provenance
    for name, value in (
        ("source type", marks.digital_source_type),
        ("made with", marks.creator_tool),
        ("C2PA", marks.c2pa and f"a manifest in {marks.c2pa}, not checked"),
    ):
        if value:
            console.print(f"  {name:12}{plain(value)}", soft_wrap=True)
    if not reading.generations and not marks:
        console.print("  it says nothing of its making")
    for problem in reading.problems:
        line = plain(f"  not read: {problem.source}: {problem.reason}", 400)
        console.print(line, style="yellow", soft_wrap=True)


def _show_one(console: Console, each: Generation) -> None:
    from gen_ip.cli.show.text import plain

    tool = each.tool if each.version is None else f"{each.tool} {each.version}"
    lines = [("tool", tool), ("read in", each.source)]
    lines += [("prompt", each.positive or ""), ("negative", each.negative or "")]
    lines += [(name, value) for name, value in each.settings.items()]
    for used in each.models:
        digest = f"  {used.hash_kind} {used.hash}" if used.hash else ""
        lines.append((used.role, f"{used.name}{digest}"))
    for lora in each.loras:
        weight = "" if lora.weight is None else f"  weight {lora.weight:g}"
        digest = f"  {lora.hash_kind} {lora.hash}" if lora.hash else ""
        lines.append(("LoRA", f"{lora.name}{weight}{digest}"))
    if each.workflow is not None:
        lines.append(("workflow", f"{len(each.workflow):,} entries; whole with --json"))
    for name, value in lines:
        if value:
            console.print(
                f"  {plain(name, 24):12}{' ' if len(name) >= 12 else ''}"
                f"{plain(value, _PROMPT_CHARACTERS)}",
                soft_wrap=True,
                markup=False,
            )
