"""`gen-ip terms`: what the terms of a license say, for people and machines; own terms."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.completing import terms_names
from gen_ip.cli.invocation import Invocation, reads, sends
from gen_ip.cli.options import AsJson
from gen_ip.cli.output import Output
from gen_ip.cli.terms import in_words, is_hash, ready_terms
from gen_ip.cli.verbs import Verbs

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.terms import Terms
    from gen_ip.terms.bundle import Bundle

terms_app = Verbs(name="terms", help="Read the terms of licenses, or register your own.")


class Format(StrEnum):
    """How terms are shown; `json` is the bundle itself, whose sha2-256 the terms name."""

    TEXT = "text"
    ODRL = "odrl"
    RSL = "rsl"
    JSON = "json"


class Language(StrEnum):
    """Languages of the contracts."""

    ENGLISH = "en"
    FRENCH = "fr"


@terms_app.callback(invoke_without_command=True)
def _top(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@terms_app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the ready-made terms."""
    from gen_ip.terms import READY, ready_bundle

    listed = []
    for name, terms in READY.items():
        bundle = ready_bundle(terms)
        assert bundle is not None  # noqa: S101 - ready-made terms ship with theirs; for mypy
        titles = {language: words["title"] for language, words in bundle.document["text"].items()}
        listed.append({"name": name, "title": titles, "uri": bundle.uri, **terms.to_json()})

    def show(console: Console) -> None:
        for name, terms in READY.items():
            console.print(name, style="green")
            console.print(f"  {in_words(terms)}", style="dim")
        console.print("Read one with: gen-ip terms show NAME. They are not legal advice.")

    Output(as_json).result({"terms": listed}, show)


@terms_app.command("show")
@reads
def show_(
    use: Invocation,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A name from `terms list`, the 0x hash of registered terms, or a TOML file.",
            autocompletion=terms_names,
        ),
    ],
    form: Annotated[Format, typer.Option("--format", help="What to print.")] = Format.TEXT,
    language: Annotated[
        Language, typer.Option("--language", help="Of the text.")
    ] = Language.ENGLISH,
    url: Annotated[
        str, typer.Option("--url", help="For RSL: what it licenses, an address or a path.")
    ] = "/",
) -> None:
    """Print terms: the contract, or the same for machines as ODRL, RSL or JSON."""
    terms, bundle = _find(use, name)
    document = {
        "name": bundle.name,
        "terms": terms.to_json(),
        "uri": bundle.uri,
        "bundle": bundle.document,
    }
    if form is Format.TEXT:
        text = bundle.text(language.value)
    elif form is Format.ODRL:
        text = json.dumps(bundle.odrl(), indent=2, ensure_ascii=False) + "\n"
    elif form is Format.RSL:
        text = bundle.rsl(url)
    else:
        # To the byte, so that its sha256sum is what the terms name.
        text = bundle.data.decode("utf-8")
    use.output.result(document, lambda _: typer.echo(text, nl=False))
    if not use.output.as_json and terms.grant != bundle.grant:
        use.output.note(
            f"note: on chain these terms grant {terms.grant}, and that holds where they differ"
        )


@terms_app.command("register")
@sends
def register(
    use: Invocation,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="TOML file; docs/terms.md has its keys.")
    ],
) -> None:
    """Register terms of your own; `offer --terms HASH` then sells under them."""
    from gen_ip.terms.custom import load

    terms, bundle = load(file)
    client = use.signer()
    with use.output.working("Registering the terms …"):
        # What cannot be read must not be registered.
        client.store.put_block(bundle.data)
        client.register_terms(terms)

    def show(console: Console) -> None:
        console.print(f"Registered {bundle.name}.", style="green")
        console.print(in_words(terms), style="dim")
        console.print(f"terms 0x{terms.hash().hex()}", soft_wrap=True)
        console.print(f"text {bundle.uri}", soft_wrap=True, style="dim")

    use.output.result({"name": bundle.name, "terms": terms.to_json(), "uri": bundle.uri}, show)


def _find(use: Invocation, name: str) -> tuple[Terms, Bundle]:
    if is_hash(name):
        client = use.reader()
        terms = client.terms(name)
        return terms, client.terms_bundle(terms)
    if name.endswith(".toml"):
        from gen_ip.terms.custom import load

        return load(name)
    from gen_ip.terms import ready_bundle

    terms = ready_terms(name)
    bundle = ready_bundle(terms)
    assert bundle is not None  # noqa: S101 - ready-made terms ship with theirs; for mypy
    return terms, bundle
