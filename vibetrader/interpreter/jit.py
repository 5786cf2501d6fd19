"""numba where it is installed (extra `sweep`); the same functions run as plain Python without it, only slowly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])

try:
    import numba

    HAS_NUMBA = True
except ImportError:  # pragma: no cover  # the machine's tests have it
    HAS_NUMBA = False


def compiled(function: F) -> F:
    """The function as machine code, kept on disk between processes."""
    if not HAS_NUMBA:
        return function
    made: Any = numba.njit(cache=True, nogil=True)(function)
    return cast(F, made)
