"""Compiled loops, loaded when they are first needed."""

from __future__ import annotations

import functools
from importlib import import_module
from typing import Any

from gen_ip.match.errors import MatchingUnavailable


@functools.cache
def loops(module: str) -> Any:
    """The module of this name below `gen_ip.match`, whose functions are compiled.

    Raises:
        MatchingUnavailable: numba is not installed.
    """
    try:
        return import_module(f"gen_ip.match.{module}")
    except ModuleNotFoundError as error:
        if error.name not in ("numba", "llvmlite"):
            raise
        raise MatchingUnavailable("numba") from None
