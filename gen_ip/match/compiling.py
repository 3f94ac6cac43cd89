"""How inner loops are compiled: when they are first needed, for the processor at hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import platformdirs
from numba import types
from numba.extending import intrinsic


def compiled(signature: Any, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """`numba.njit` of one signature, kept in the user's cache folder where that can be written."""

    def compile_it(function: Callable[..., Any]) -> Any:
        settings: Any = numba.config
        before = settings.CACHE_DIR
        if not before:
            settings.CACHE_DIR = str(Path(platformdirs.user_cache_dir("gen-ip")) / "numba")
        try:
            return numba.njit(signature, nogil=True, cache=True, **options)(function)
        except (OSError, RuntimeError):
            # RuntimeError is numba's for "no folder to cache in".
            return numba.njit(signature, nogil=True, **options)(function)
        finally:
            settings.CACHE_DIR = before

    return compile_it


def _counting(_: Any, word: Any) -> Any:
    """How many bits of a word are set: LLVM's ctpop, which it knows to vectorize."""

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


#: How many bits of a uint64 are set.
count_ones: Any = intrinsic(_counting)
