"""One demo, made once however many processes test, and a folder of its own for each document."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import BIN, ENVIRONMENT


@pytest.fixture(scope="session")
def made_demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder with `demo.db` of `dateline demo`, and what that printed in `said`."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "demo-for-documents"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = folder / "said"
        if not said.exists():
            done = subprocess.run(
                [str(BIN / "dateline"), "demo", "--db", "demo.db"],
                cwd=folder,
                env=ENVIRONMENT | {"COLUMNS": "100", "LC_ALL": "C.UTF-8"},
                capture_output=True,
                text=True,
                timeout=900,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            said.write_text(done.stdout, encoding="utf-8")
    return folder


@pytest.fixture
def demo(made_demo: Path, tmp_path: Path) -> Path:
    """A folder with the demo's database as `demo.db`, and as `news.db`, where commands look without being told."""
    folder = tmp_path / "wire"
    folder.mkdir()
    for name in ("demo.db", "news.db"):
        shutil.copy(made_demo / "demo.db", folder / name)
    return folder
