"""The bench of steps in its shortest form."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("DATELINE_CORPUS", ROOT.parent / "shared" / "corpus"))


@pytest.mark.skipif(not (CORPUS / "gold" / "dev.jsonl").exists(), reason="the corpus is not there")
def test_each_step_and_the_pages_over_a_limit_are_told() -> None:
    command = [
        sys.executable,
        "bench/extraction_profile.py",
        str(CORPUS),
        "--pages",
        "2",
        "--slow",
        "0",
        "--steps-only",
    ]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
    assert {"parse", "metadata", "prune", "fingerprint"} <= {line.split()[0] for line in told.splitlines()}
    assert "pages over 0 ms: 2" in told
