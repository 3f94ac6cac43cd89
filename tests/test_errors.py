"""Every exception reaches another process as it was raised."""

from __future__ import annotations

import importlib
import pickle
import pkgutil
from collections.abc import Iterator

import pytest

import gen_ip
from gen_ip.errors import EmptyFile, GenIPError
from gen_ip.match.index.errors import NewerIndex


def every(kind: type[GenIPError]) -> Iterator[type[GenIPError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from every(each)


def kinds() -> list[type[GenIPError]]:
    for module in pkgutil.walk_packages(gen_ip.__path__, "gen_ip."):
        if module.name.rpartition(".")[2].endswith("errors") or ".reverts" in module.name:
            importlib.import_module(module.name)
    return sorted(set(every(GenIPError)), key=lambda kind: f"{kind.__module__}.{kind.__name__}")


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_is_handed_over_whatever_it_is_made_from(kind: type[GenIPError]) -> None:
    error = kind.__new__(kind, "what happened")
    error.__dict__["path"] = "here"
    found = pickle.loads(pickle.dumps(error))  # noqa: S301, made above
    assert type(found) is kind
    assert found.args == ("what happened",)
    assert found.__dict__ == {"path": "here"}


def test_keeps_what_it_tells() -> None:
    error = NewerIndex("pictures", 7, 1)
    found = pickle.loads(pickle.dumps(error))  # noqa: S301, made above
    assert str(found) == str(error)
    assert (found.path, found.found, found.known) == ("pictures", 7, 1)


@pytest.mark.parametrize("length", [1, 90, 200])
def test_files_without_a_path_of_their_own_are_named_by_another(length: int) -> None:
    path = f"/{'d' * length}/upload"
    error = EmptyFile(path)
    assert error.path == path
    assert error.naming("the file") == "the file is empty; give a file with content"
