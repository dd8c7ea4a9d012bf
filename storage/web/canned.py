"""The questions that the site answers by SQL of ours: `queries.toml`, Datasette's canned queries."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def queries() -> dict[str, dict[str, Any]]:
    """Name -> `title`, `description`, `sql`, in the file's order."""
    return tomllib.loads((Path(__file__).parent / "queries.toml").read_text(encoding="utf-8"))
