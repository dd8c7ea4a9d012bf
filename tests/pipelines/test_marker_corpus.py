"""Over real pages: no title or text is taken for marked but those that are. Skips where the corpus is not there."""

from __future__ import annotations

import gzip
import html
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from pipelines.markers import read

CORPUS = Path(os.environ.get("DATELINE_CORPUS", Path(__file__).resolve().parents[2] / "../shared/corpus"))
HEAD = 120_000

pytestmark = pytest.mark.skipif(
    not (CORPUS / "gold/dev.jsonl").exists(), reason="the corpus is not here (DATELINE_CORPUS)"
)

# All that is marked: (page, kind). The first says so in its headline as published, the second in its last lines.
MARKED_TITLES = {("fe-occupydemocrats-2", "update")}
MARKED_TEXTS = {("fe-occupydemocrats-2", "update"), ("aeb-bdb56ac835", "correction")}

_TITLES = (
    re.compile(r"<title[^>]*>([^<]{1,400})</title>", re.IGNORECASE),
    re.compile(r"<h1[^>]*>([^<]{1,400})</h1>", re.IGNORECASE),
    re.compile(r'<meta [^>]{0,80}title"[^>]{0,40}content="([^"]{1,400})"', re.IGNORECASE),
    re.compile(r'"headline"\s*:\s*"([^"\\]{1,400})"'),
)


def gold() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CORPUS / "gold/dev.jsonl").read_text(encoding="utf-8").splitlines()]


def test_titles_of_the_gold_have_no_mark_and_stay() -> None:
    pages = gold()
    assert len(pages) == 873
    for page in pages:
        title = page.get("title") or ""
        marker = read(title, "")
        assert (marker.title, marker.kind, marker.label, marker.urgency) == (title, None, None, None), page["id"]


def test_texts_of_the_gold_are_marked_where_they_say_so() -> None:
    found = {
        (page["id"], marker.kind)
        for page in gold()
        if (marker := read(page.get("title") or "", page.get("body") or "")).kind or marker.urgency
    }
    assert found == MARKED_TEXTS


def test_titles_as_published_have_no_false_mark() -> None:
    found, titles = set(), 0
    for page in gold():
        path = CORPUS / "pages/dev" / f"{page['id']}.html.gz"
        with gzip.open(path) as file:
            source = file.read(HEAD).decode("utf-8", "replace")
        for title in {html.unescape(title) for pattern in _TITLES for title in pattern.findall(source)}:
            titles += 1
            marker = read(" ".join(title.split()), "")
            if marker.kind or marker.label or marker.urgency:
                found.add((page["id"], marker.kind))
    assert titles > 873
    assert found == MARKED_TITLES
