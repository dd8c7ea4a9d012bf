"""What a command does not load though it is installed: each start counts, most of all a container's health check."""

from __future__ import annotations

import sys
from typing import Any, Final

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
