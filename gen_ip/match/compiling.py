"""How inner loops are compiled: when they are first needed, for the processor at hand."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import platformdirs
from numba import types
from numba.extending import intrinsic

# What reading a file that was cut off or overwritten raises, by pickle's documentation.
_DAMAGED = (
    pickle.UnpicklingError, EOFError, AttributeError, ImportError, IndexError, KeyError, ValueError,
)  # fmt: skip


def compiled(signature: Any, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """`numba.njit` of one signature, kept in the user's cache folder where that can be written."""

    def compile_it(function: Callable[..., Any]) -> Any:
        try:
            try:
                return _kept(function, signature, options)
            except _DAMAGED:
                # A loss of power, or a full disk; without the files they are made anew.
                _forget(function)
                return _kept(function, signature, options)
        except (OSError, RuntimeError):
            # RuntimeError is numba's for "no folder to cache in".
            return numba.njit(signature, nogil=True, **options)(function)

    return compile_it


def _kept(function: Callable[..., Any], signature: Any, options: dict[str, Any]) -> Any:
    settings: Any = numba.config
    before = settings.CACHE_DIR
    if not before:
        settings.CACHE_DIR = str(_folder())
    try:
        return numba.njit(signature, nogil=True, cache=True, **options)(function)
    finally:
        settings.CACHE_DIR = before


def _folder() -> Path:
    return Path(platformdirs.user_cache_dir("gen-ip")) / "numba"


def _forget(function: Callable[..., Any]) -> None:
    settings: Any = numba.config
    folder = Path(settings.CACHE_DIR) if settings.CACHE_DIR else _folder()
    module = function.__module__.rpartition(".")[2]
    for path in folder.rglob(f"{module}.{function.__qualname__}-*"):
        path.unlink(missing_ok=True)


def _counting(_: Any, word: Any) -> Any:
    """How many bits of a word are set: LLVM's ctpop, which it knows to vectorize."""

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


#: How many bits of a uint64 are set.
count_ones: Any = intrinsic(_counting)
