"""A folder of its own with the demo's database for each document."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def demo(made_demo: Path, tmp_path: Path) -> Path:
    """A folder with the demo's database as `demo.db`, and as `news.db`, where commands look without being told."""
    folder = tmp_path / "wire"
    folder.mkdir()
    for name in ("demo.db", "news.db"):
        shutil.copy(made_demo / "demo.db", folder / name)
    return folder
