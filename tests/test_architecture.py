"""docs/architecture.md leads to every file of the package, and nowhere else; imports go one way."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter

from tests.support.require import ROOT

DOC = (ROOT / "docs" / "architecture.md").read_text("utf-8")
PACKAGE = DOC.split("## Python")[1].split("## Tests")[0]
# What the paragraph about imports names is a way as well.
NAMED = set(re.findall(r"`([\w/.]+)`", PACKAGE)) | {
    f"{name}.py" for name in re.findall(r"[\w/]+", PACKAGE.split("| to find")[0])
}


def test_every_module_is_found_by_its_path_or_its_folder() -> None:
    lost = []
    for path in sorted((ROOT / "gen_ip").rglob("*.py")):
        name = path.relative_to(ROOT / "gen_ip").as_posix()
        folders = {f"{parent.as_posix()}/" for parent in path.relative_to(ROOT / "gen_ip").parents}
        if path.name != "__init__.py" and name not in NAMED and not folders & NAMED:
            lost.append(name)
    assert not lost, f"docs/architecture.md says where to find all but {lost}"


def test_every_path_exists() -> None:
    rows = [line for line in DOC.splitlines() if line.startswith("| ")]
    assert len(rows) > 40
    roots = (ROOT, ROOT / "gen_ip", ROOT / "contracts", ROOT / "tests" / "forge", ROOT / "docs")
    for row in rows:
        cell = row.strip("| ").rpartition(" | ")[2]
        for name in re.findall(r"`([\w/.-]+(?:/|\.(?:py|sol|md|toml|json)))`", cell):
            folder = re.findall(r"`([\w/]+/)[\w.]*`", cell)
            places = [*roots, *(root / each for root in roots for each in folder)]
            assert any((place / name).exists() for place in places), f"{name}: {row}"


def _modules() -> dict[str, ast.Module]:
    """Every module's name and what it says."""
    found = {}
    for path in sorted((ROOT / "gen_ip").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text("utf-8"))
    return found


def _imported(tree: ast.Module, modules: dict[str, ast.Module]) -> Iterator[str]:
    """The package's modules that one imports: anywhere in it, for its types, too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module in modules:
            for each in node.names:
                whole = f"{node.module}.{each.name}"
                yield whole if whole in modules else node.module


def test_no_modules_import_each_other() -> None:
    modules = _modules()
    graph = {name: set(_imported(tree, modules)) for name, tree in modules.items()}
    assert sum(map(len, graph.values())) > 1000
    # Raises CycleError, which names the modules.
    TopologicalSorter(graph).prepare()


def _orders() -> list[dict[str, int]]:
    """What the document's lines say: a module's or a folder's place in each of them, from above."""
    lines = " ".join(PACKAGE.split("| to find")[0].split("    ", 1)[1].split())
    whole, *inner = re.split(r"\bin (\w+):", lines)
    folders = zip(inner[::2], inner[1::2], strict=True)
    return [
        _places(whole, "gen_ip"),
        *(_places(line, f"gen_ip.{folder}") for folder, line in folders),
    ]


def _places(line: str, above: str) -> dict[str, int]:
    groups = enumerate(line.split("->"))
    return {
        f"{above}.{name.strip().replace('/', '.')}": place
        for place, group in groups
        for name in group.split(",")
    }


def test_imports_go_the_way_that_the_lines_say() -> None:
    modules = _modules()
    orders = _orders()
    assert len(orders) == 4
    assert sum(map(len, orders)) > 30
    wrong = []
    for order in orders:
        assert order.keys() <= modules.keys(), order.keys() - modules.keys()

        def place(name: str, order: dict[str, int] = order) -> int | None:
            fitting = [each for each in order if f"{name}.".startswith(f"{each}.")]
            return order[max(fitting, key=len)] if fitting else None

        for name, tree in modules.items():
            here = place(name)
            for other in _imported(tree, modules):
                there = place(other)
                if here is not None and there is not None and there < here:
                    wrong.append(f"{name} imports {other}")
    assert not wrong, wrong
