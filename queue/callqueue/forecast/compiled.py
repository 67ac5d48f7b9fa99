"""numba's compiler, with its cache where there is a folder to keep one."""

from collections.abc import Callable
from typing import Any

import numba


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiled at its first call and kept on disk. Where nothing can be written, a process compiles anew at its start:
    seconds, but it starts."""
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # "cannot cache function …: no locator available"
        return numba.njit(nogil=True)(function)
