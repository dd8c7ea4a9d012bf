"""Measures the datelines that are found against those that a person read: share exact, missed and false ones, by group.

    python bench/datelines.py CORPUS [--pred PRED.jsonl] [--quick]

Exact: place, day, agency, text and the beginning of the rest all as labelled. The labels stand in
tests/pipelines/dateline_labels.toml (offsets and hashes of wire items, TASS texts and pages), the forms of our own in
tests/pipelines/dateline_cases.toml. The pages are extracted anew in two processes; `--pred` takes their bodies from a file
of `bench/extraction.py --pred` in their place, `--quick` the bodies of the gold. Exit status 1 where of the wire items, TASS
texts and known forms fewer than 98 in 100 are exact, or of the pages without a dateline more than 3 in 1,000 are given one.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipelines.dateline import split
from pipelines.extractor import extract
from storage.models import Page, Profile
from tests.pipelines.dateline_judged import (
    Judged,
    judge_bodies,
    judge_cases,
    judge_items,
    judge_page,
    judge_tass,
)

LIKE_WIRE = ("wire items", "TASS texts", "known forms")


def _extracted(gold: dict[str, Any], corpus: Path) -> Judged:
    body = gzip.decompress((corpus / "pages" / "dev" / f"{gold['id']}.html.gz").read_bytes())
    url = gold.get("url") or f"https://{gold['site']}/{gold['id']}"
    profile = Profile(source=gold["site"], licensed=True)
    article = extract(Page(url, url, body, "2026-09-01T00:00:00Z", profile, charset=gold.get("encoding"))).article
    return judge_page(gold["id"], article.body if article else "", article.dateline if article else None)


def _pages(corpus: Path) -> Iterator[Judged]:
    lines = (corpus / "gold" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    with ProcessPoolExecutor(2) as pool:
        yield from pool.map(partial(_extracted, corpus=corpus), map(json.loads, lines), chunksize=16)


def _predicted(corpus: Path, pred: Path) -> Iterator[Judged]:
    lines = (corpus / "gold" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    languages = {gold["id"]: gold.get("lang") for gold in map(json.loads, lines)}
    for row in map(json.loads, pred.read_text(encoding="utf-8").splitlines()):
        body, day = row.get("body") or "", (row.get("published") or "")[:10] or None
        yield judge_page(row["id"], body, split(body, published_day=day, language=languages[row["id"]]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--pred", type=Path, help="bodies of bench/extraction.py --pred")
    parser.add_argument("--quick", action="store_true", help="the gold's bodies in place of extracted ones")
    options = parser.parse_args()
    corpus = options.corpus
    if not (corpus / "gold" / "dev.jsonl").exists():
        parser.error(f"{corpus}: no gold/dev.jsonl there; give the folder of the corpus")
    pages = (
        judge_bodies(corpus) if options.quick else _predicted(corpus, options.pred) if options.pred else _pages(corpus)
    )
    groups = {
        "wire items": list(judge_items(corpus)),
        "TASS texts": list(judge_tass(corpus)),
        "known forms": list(judge_cases("known")),
        "unseen forms": list(judge_cases("unseen")),
        "pages": list(pages),
    }
    columns = ("dated", "exact", "wrong", "missed", "exact %", "undated", "false", "gone", "open")
    print(f"{'texts':<14}" + "".join(f"{name:>9}" for name in columns))
    good = True
    for name, judged in groups.items():
        count = Counter(one.verdict for one in judged)
        dated = count["right"] + count["wrong"] + count["missed"]
        undated = count["none"] + count["false"]
        share = 100 * count["right"] / max(dated, 1)
        numbers = (dated, count["right"], count["wrong"], count["missed"])
        others = (undated, count["false"], count["gone"], count["open"])
        print(f"{name:<14}" + "".join(f"{n:>9}" for n in (*numbers, f"{share:.1f}", *others)))
        good = good and count["false"] <= 0.003 * undated
    of_wire = Counter(one.verdict for name in LIKE_WIRE for one in groups[name] if one.expected)
    for name, judged in groups.items():
        for one in judged:
            if one.verdict in ("wrong", "missed", "false", "gone"):
                print(f"{name}: {one.verdict}: {one.name}: {_short(one)}")
    return 0 if good and of_wire["right"] >= 0.98 * of_wire.total() else 1


def _short(one: Judged) -> str:
    found, expected = one.found, one.expected
    left = (expected.place, expected.date, expected.agency, expected.length) if expected else None
    right = (found.place, found.date, found.agency, found.length) if found else None
    return f"{left}, found {right}"


if __name__ == "__main__":
    sys.exit(main())
