"""What a command does not load though it is installed: each start counts, most of all a container's health check."""

from __future__ import annotations

import inspect
import sys
from contextlib import contextmanager
from types import FrameType, SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNUSED: Final = ("numpy", "pandas")
"""sqlite-utils takes these in where they are installed, to make columns of their values; Dateline makes its tables itself."""


def load_sqlite_utils() -> None:
    """Import sqlite-utils without them: pandas alone costs each command 0.6 to 1.3 s of CPU time. Whoever imports them
    afterwards gets them; whoever has them already keeps them."""
    if "sqlite_utils" in sys.modules:
        return
    modules: dict[str, Any] = sys.modules
    hidden = [name for name in _UNUSED if name not in modules]
    modules.update(dict.fromkeys(hidden))  # None: "not there", for the import statement
    try:
        import sqlite_utils.db  # noqa: F401
    finally:
        for name in hidden:
            del modules[name]


@contextmanager
def quick_deprecations() -> Iterator[None]:
    """While this lasts Scrapy makes its deprecated classes (`scrapy.utils.deprecate.create_deprecated_class`: three where it
    loads TLS) without a look at the source of every frame of the stack and the file of every loaded module, which takes .15 s:
    all that it wants is its caller's module."""
    from scrapy.utils import deprecate

    def stack() -> list[tuple[FrameType | None]]:
        frame = sys._getframe(1)
        return [(frame,), (frame.f_back,)]

    def getmodule(frame: FrameType) -> Any:
        return sys.modules.get(frame.f_globals["__name__"])

    scrapy: Any = deprecate
    scrapy.inspect = SimpleNamespace(**{**vars(inspect), "stack": stack, "getmodule": getmodule})
    try:
        yield
    finally:
        scrapy.inspect = inspect
