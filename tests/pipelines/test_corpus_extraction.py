"""Real pages: a slice of the corpus holds the level that `bench/extraction.py` measures over all of it."""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pipelines.extractor import extract
from storage.models import Page, Profile

CORPUS = Path(os.environ.get("DATELINE_CORPUS", Path(__file__).parents[2] / ".." / "shared" / "corpus"))
pytestmark = pytest.mark.skipif(not (CORPUS / "gold" / "dev.jsonl").exists(), reason=f"no corpus at {CORPUS}")


def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("corpus_score", CORPUS / "score.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def slice_of_gold(step: int) -> list[dict[str, Any]]:
    """Every `step`-th page; fields that the corpus itself does not trust are left out, as `score.py` does."""
    with (CORPUS / "gold" / "dev.jsonl").open(encoding="utf-8") as lines:
        gold = [json.loads(line) for line in lines]
    known = [{**page, **{why.split(":")[0]: None for why in page.get("suspect") or []}} for page in gold]
    return [page for page in known if page["kind"] != "nogold"][::step]


def test_a_slice_of_the_corpus_keeps_its_level() -> None:
    score, rows, rejected = scorer(), [], []
    for gold in slice_of_gold(9):
        url = gold.get("url") or f"https://{gold['site']}/{gold['id']}"
        body = gzip.decompress((CORPUS / "pages" / "dev" / f"{gold['id']}.html.gz").read_bytes())
        page = Page(
            url, url, body, "2026-09-01T00:00:00Z", Profile(gold["site"], licensed=True), charset=gold.get("encoding")
        )
        extraction = extract(page)
        article = extraction.article
        if article is None:
            rejected.append((gold["id"], extraction.reason))
            continue
        published = article.published.at if article.published else None
        said = {"title": article.title, "authors": list(article.authors), "published": published, "body": article.body}
        rows.append(score.score_page(gold, said))
    assert rejected == []
    level = score.summarise(rows)
    assert level["F1"] >= 0.945
    assert level["title"] >= 0.75
    assert level["inst"] >= 0.9
