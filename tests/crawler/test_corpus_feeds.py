"""Real feeds, sitemaps and wire items, where the corpus is at hand: `bench/feeds.py` over all of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.feeds import SECONDS, seen

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("DATELINE_CORPUS", ROOT.parent / "shared" / "corpus"))


@pytest.mark.skipif(not (CORPUS / "feeds").exists(), reason=f"no corpus at {CORPUS} (set DATELINE_CORPUS)")
def test_no_real_document_breaks_a_reader_and_none_of_its_entries_is_lost() -> None:
    rows = list(seen(CORPUS))
    assert len(rows) == 1098
    assert [f"{row.name}: {row.wrong}" for row in rows if row.wrong] == []
    assert max(row.seconds for row in rows) < SECONDS
    assert sum((row.expected or 0) > 1 for row in rows) == 59
