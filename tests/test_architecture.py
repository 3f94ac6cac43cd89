"""docs/architecture.md leads to every file of the package, and nowhere else."""

from __future__ import annotations

import re

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
