"""The tables of errors: every exception that users of the package meet, when, and what to do.

The first comes from the docstring, the second from the message, which says it after its last
semicolon.
"""

from __future__ import annotations

import ast
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator
from importlib import import_module

import gen_ip
from gen_ip.chain.reverts import ContractError
from gen_ip.errors import GenIPError

# Section -> where its classes are defined; the first that fits counts.
_SECTIONS = {
    "Arguments": ("gen_ip.arguments",),
    "Connection and transactions": ("gen_ip.chain.errors",),
    "Accounts and signing": ("gen_ip.accounts", "gen_ip.signers"),
    "Signed statements": ("gen_ip.signing", "gen_ip.statement_files"),
    "Files and content": ("gen_ip.errors", "gen_ip.content", "gen_ip.fingerprint"),
    "Finding pictures": ("gen_ip.match",),
    "The index of the chain": ("gen_ip.index",),
    "Terms": ("gen_ip.terms",),
    "Local chains": (
        "gen_ip.chain.anvil",
        "gen_ip.chain.faucet",
        "gen_ip.chain.pyevm",
        "gen_ip.chain.state_file",
    ),
    "Contracts: certificates": ("gen_ip.chain.reverts.registry",),
    "Contracts: licenses": ("gen_ip.chain.reverts.licensing",),
    "Contracts: offers and deliveries": ("gen_ip.chain.reverts.marketplace",),
    "Contracts: money": ("gen_ip.chain.reverts.splitter",),
    "Contracts: tokens": ("gen_ip.chain.reverts.tokens",),
    "Contracts: the rest": ("gen_ip.chain.reverts",),
    "Others": ("gen_ip",),
}
# The command's and the demo's own, those that are caught before they reach anybody, and what only
# alembic can run.
_INSIDE = (
    "gen_ip.cli",
    "gen_ip.demo",
    "gen_ip.chain.broadcasting",
    "gen_ip.index.migrations.",
)


def tables() -> str:
    """One for each section, in Markdown.

    Raises:
        ValueError: an exception has no docstring.
    """
    parts = []
    # A root is for `except` alone.
    found = [each for each in exceptions() if not (each.__doc__ or "").startswith("Root of")]
    for section, modules in _SECTIONS.items():
        rows = [kind for kind in found if _fits(kind, modules)]
        found = [kind for kind in found if kind not in rows]
        if rows:
            parts.append(f"## {section}\n\n| error | when | what to do |\n| --- | --- | --- |")
            parts.append("".join(_row(kind) for kind in rows))
    return "\n".join(parts)


def exceptions() -> Iterator[type[GenIPError]]:
    """Every exception of the package that may reach its users, module by module, line by line."""
    for module in pkgutil.walk_packages(gen_ip.__path__, "gen_ip."):
        if module.name.endswith("__main__") or module.name.startswith(_INSIDE):
            continue
        for kind in vars(import_module(module.name)).values():
            if (
                isinstance(kind, type)
                and issubclass(kind, GenIPError)
                and kind.__module__ == module.name
            ):
                yield kind


def _fits(kind: type, modules: tuple[str, ...]) -> bool:
    return any(
        kind.__module__ == each or kind.__module__.startswith(f"{each}.") for each in modules
    )


def _row(kind: type[GenIPError]) -> str:
    documentation = inspect.getdoc(kind) if kind.__doc__ else None
    if documentation is None:
        raise ValueError(f"{kind.__module__}.{kind.__name__} has no docstring")
    when = " ".join(documentation.split("\n\n")[0].split())
    message = _message(kind)
    # Without one of the class, whoever raises it says what to do.
    remedy = message.rpartition("; ")[2] if "; " in message else "as its message says"
    cells = (f"`{kind.__name__}`", when, remedy)
    shown = " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in cells)
    # A name to link to.
    return f'| <span id="{kind.__name__}"></span>{shown} |\n'


def _message(kind: type[GenIPError]) -> str:
    """The message with its values left out: `text` of a contract's error, else what `__init__`
    hands on."""
    if issubclass(kind, ContractError):
        return kind.text.replace("{", "").replace("}", "")
    if "__init__" not in vars(kind):
        return ""
    code = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    for node in ast.walk(code):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "super().__init__":
            return "".join(_text(each) for each in node.args)
    return ""


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(each) for each in node.values)
    return "…" if isinstance(node, ast.FormattedValue) else ""
