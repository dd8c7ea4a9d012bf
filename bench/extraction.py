"""Measures extraction on a corpus of real pages, beside trafilatura's own in the same run.

    python bench/extraction.py CORPUS [--pred OUT.jsonl] [--respect-reservation] [--ours] [--halves] [--ids FILE]

CORPUS holds gold/dev.jsonl, pages/dev/ID.html.gz and score.py. Two processes; every page is read by both, in turns,
in the same process, so that the ratio of their CPU times holds on a busy machine. Pages that reserve their rights are
measured like others (nothing is kept), unless `--respect-reservation` asks for what a crawl would store.
`--ours` leaves trafilatura out; `--halves` adds the figures of each half of the sites, parted by a hash of the domain:
rules made for single sites would tell them apart. `--ids` takes only the pages named in a file, one id a line.
"""

from __future__ import annotations

import argparse
import collections
import functools
import gzip
import hashlib
import importlib.util
import json
import logging
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

FETCHED_AT = "2026-09-01T00:00:00Z"
COLUMNS = ("pages", "P", "R", "F1", "sP", "sR", "sF1", "title", "aF1", "day", "inst")


def half(gold: dict[str, Any]) -> str:
    """The half of the sites that a page belongs to, by its site's name."""
    return "AB"[hashlib.sha256(str(gold["site"]).encode()).digest()[0] % 2]


def measure(gold: dict[str, Any], corpus: str, respect: bool, alone: bool = False) -> dict[str, Any]:
    """Both extractions of one page with their CPU seconds; `alone`: only ours."""
    from trafilatura import bare_extraction

    from pipelines.extractor import extract
    from storage.models import Page, Profile

    body = gzip.decompress((Path(corpus) / "pages" / "dev" / f"{gold['id']}.html.gz").read_bytes())
    url = gold.get("url") or f"https://{gold['site']}/{gold['id']}"
    page = Page(
        url, url, body, FETCHED_AT, Profile(source=gold["site"], licensed=not respect), charset=gold.get("encoding")
    )
    start = time.process_time()
    extraction = extract(page)
    between = time.process_time()
    document = None if alone else bare_extraction(body, url=url, with_metadata=True)
    end = time.process_time()
    article = extraction.article
    ours = {
        "id": gold["id"],
        "title": article and article.title,
        "authors": list(article.authors) if article else [],
        "published": article.published.at if article and article.published else None,
        "body": article.body if article else "",
        "reason": extraction.reason,
        "dropped": extraction.dropped,
        "sources": dict(extraction.sources),
        "seconds": between - start,
    }
    theirs = {
        "id": gold["id"],
        "title": document and document.title,
        "authors": document and document.author,
        "published": document and document.date,
        "body": document.text if document else "",
        "seconds": end - between,
    }
    return {"ours": ours, "theirs": theirs}


def warm() -> None:
    """What only the first page of a process pays is no page's cost."""
    from trafilatura import bare_extraction

    from pipelines.extractor import warm as warm_ours

    logging.disable(logging.CRITICAL)
    warm_ours()
    bare_extraction("<html><body><article><p>word</p></article></body></html>", with_metadata=True)


def table(
    scorer: Any, gold: list[dict[str, Any]], predictions: dict[str, dict[str, Any]], halves: bool
) -> dict[str, dict[str, Any]]:
    """Scores by kind and over all, by the corpus's own formulas; suspect fields are left out."""
    groups: dict[str, list[Any]] = collections.defaultdict(list)
    for page in gold:
        if page["kind"] == "nogold":
            continue
        known = {**page, **{why.split(":")[0]: None for why in page.get("suspect") or []}}
        scored = scorer.score_page(known, predictions[page["id"]])
        groups[page["kind"]].append(scored)
        groups["ALL"].append(scored)
        if halves:
            groups[f"{page['kind']} {half(page)}"].append(scored)
            groups[f"ALL {half(page)}"].append(scored)
    return {kind: scorer.summarise(rows) for kind, rows in sorted(groups.items())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--pred", type=Path, help="write our predictions for the corpus's score.py")
    parser.add_argument("--respect-reservation", action="store_true", help="measure what would be stored")
    parser.add_argument("--ours", action="store_true", help="leave trafilatura out: half the time")
    parser.add_argument("--halves", action="store_true", help="each half of the sites by itself, too")
    parser.add_argument("--ids", type=Path, help="only these pages")
    arguments = parser.parse_args()
    spec = importlib.util.spec_from_file_location("score", arguments.corpus / "score.py")
    assert spec is not None and spec.loader is not None
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    gold = scorer.load(arguments.corpus / "gold" / "dev.jsonl")
    if arguments.ids:
        wanted = set(arguments.ids.read_text(encoding="utf-8").split())
        gold = [page for page in gold if page["id"] in wanted]
    one = functools.partial(
        measure, corpus=str(arguments.corpus), respect=arguments.respect_reservation, alone=arguments.ours
    )
    with ProcessPoolExecutor(2, initializer=warm) as pool:
        rows = list(pool.map(one, gold, chunksize=8))
    print(f"{'':24}" + "".join(name.rjust(7) for name in COLUMNS))
    sides = ("ours",) if arguments.ours else ("ours", "theirs")
    for who in sides:
        for kind, scores in table(scorer, gold, {row[who]["id"]: row[who] for row in rows}, arguments.halves).items():
            cells = "".join(
                (
                    "-"
                    if (value := scores.get(name)) is None
                    else f"{value:.3f}"
                    if isinstance(value, float)
                    else str(value)
                ).rjust(7)
                for name in COLUMNS
            )
            print(f"{'trafilatura' if who == 'theirs' else 'dateline':12}{kind:12}{cells}")
    ours, theirs = (sorted(row[who]["seconds"] * 1000 for row in rows) for who in ("ours", "theirs"))
    for name, times in (("dateline", ours), ("trafilatura", theirs))[: len(sides)]:
        print(
            f"{name:12} CPU ms a page: mean {sum(times) / len(times):.1f}, median {times[len(times) // 2]:.1f}, "
            f"95 % {times[int(len(times) * 0.95)]:.1f}, most {times[-1]:.0f}"
        )
    if not arguments.ours:
        print(f"CPU ratio {sum(ours) / sum(theirs):.3f}")
    refused = collections.Counter(row["ours"]["reason"] for row in rows if row["ours"]["reason"])
    print(f"no article: {sum(refused.values())} of {len(rows)} {dict(refused)}")
    if arguments.pred:
        with arguments.pred.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(row["ours"], ensure_ascii=False) + "\n" for row in rows)


if __name__ == "__main__":
    main()
