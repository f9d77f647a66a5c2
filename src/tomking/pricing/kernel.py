"""``@kernel``: how a Python function of numbers becomes machine code here.

The flags are part of the mathematics. ``contract`` fuses a multiplication with an addition,
``arcp`` shares a reciprocal, ``nsz`` forgets the sign of zero, ``afn`` allows approximate
functions. Never ``nnan`` or ``ninf`` (a NaN must come out as a NaN) and never ``reassoc`` (it would
undo the rounding trick inside the exponential). ``parallel`` is off: it hangs under fork and aborts
under threads; kernels release the interpreter lock instead and callers run blocks in a thread pool.

The compiled code is cached on disk and the cache watches one file, the kernel's own. So a kernel
and everything it inlines live in one module; two modules that need the same routine each hold it,
and a test compares their text.
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from tomking.core.errors import PricingError

F64 = NDArray[np.float64]

P = ParamSpec("P")
R = TypeVar("R")

_FLAGS: dict[str, Any] = {
    "error_model": "numpy",  # a division by zero is an infinity, not an exception
    "fastmath": {"contract", "arcp", "nsz", "afn"},
}

_INNER: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function at its first call; the signature seen by type checkers stays the same."""
    return cast("Callable[P, R]", numba.njit(cache=True, nogil=True, **_FLAGS)(function))


def part(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a piece of a kernel of the same file; always inlined, since a call stops vectorising."""
    return cast("Callable[P, R]", numba.njit(forceinline=True, **_FLAGS)(function))


def loop(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a loop of a kernel of the same file; Python cannot call it, which saves compile time."""
    return cast("Callable[P, R]", numba.njit(**_FLAGS, **_INNER)(function))


def stretch(arguments: tuple[ArrayLike, ...]) -> list[F64]:
    """C-contiguous float64 columns of one length n out of columns and plain numbers.

    Raises
    ------
    PricingError
        When the lengths differ or something has two dimensions.

    >>> [column.tolist() for column in stretch(([1, 2], 5))]
    [[1.0, 2.0], [5.0, 5.0]]
    """
    given = [np.asarray(a, dtype=np.float64) for a in arguments]
    lengths = {a.size for a in given if a.shape not in ((), (1,))} or {1}
    if len(lengths) > 1 or any(a.ndim > 1 for a in given):
        shapes = ", ".join(str(a.shape) for a in given)
        raise PricingError(f"columns must be 1-D of one length, or plain numbers; were {shapes}")
    (n,) = lengths
    return [np.ascontiguousarray(a) if a.shape == (n,) else np.full(n, a.item()) for a in given]
