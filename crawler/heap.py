"""One heap for all threads of the crawler's process, so that its memory stays flat."""

from __future__ import annotations

import ctypes
import sys

_ARENA_MAX = -8
"""`M_ARENA_MAX` of glibc's <malloc.h>."""


def one_heap() -> bool:
    """Keep glibc from giving each thread a heap of its own; whether it could (other C libraries have no such heaps).

    The writer and the threads that unpack and parse take turns with what passes through them; of many heaps each keeps the
    room of its own busiest moment. Call it before threads start. Figures: docs/reliability.md, promise 15.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and mallopt(_ARENA_MAX, 1) == 1
