"""The garbage collector rests while a page is worked on: a page makes thousands of elements and hardly a circle, and looking
for circles among them took a tenth of the time (`docs/performance.md`)."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def resting() -> Iterator[None]:
    """Within it nothing is searched for circles; afterwards the collector does as it did before, whatever was raised."""
    active = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if active:
            gc.enable()
