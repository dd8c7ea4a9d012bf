"""Every script of `tests/web/payloads.py` in every way into the site: each in each question and path, and the page of each
one's article. The tests ask each in one way; this takes some minutes.

    python bench/payloads.py

Needs Chromium (CHROMIUM, or chromium on PATH) and the extras `web` and `dev`. Ends with the status of pytest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTS = "tests/web/test_payloads.py"


def main() -> int:
    """Run the tests of payloads in full."""
    command = [sys.executable, "-m", "pytest", TESTS, "-v", "--durations=0", "--durations-min=1"]
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"DATELINE_ALL_PAYLOADS": "1"}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
