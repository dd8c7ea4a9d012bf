"""Measures extraction on a corpus of real pages, beside trafilatura's own in the same run, and beside others.

    python bench/extraction.py CORPUS [--peers] [--halves] [--ours] [--ids FILE] [--every N] [--pred OUT.jsonl]
        [--respect-reservation] [--record]

CORPUS holds score.py, gold/SET.jsonl and pages/SET/ID.html.gz. Two processes; every page is read by all extractors, in
turns, ours and trafilatura in the same process, so that the ratio of their CPU times holds on a busy machine. Pages that
reserve their rights are measured like others (nothing is kept), unless `--respect-reservation` asks for what a crawl would
store. `--peers` adds newspaper4k and news-please, each in an environment of its own under `.bench/`, made once with pip; one
that cannot be installed is named and left out. `--ours` leaves trafilatura out, too. `--halves` adds the figures of each half
of the sites, parted by a hash of the domain, and how much our lead over trafilatura differs between them: rules made for
single sites would tell them apart. `--ids` takes only the pages named in a file, one id a line, `--every N` each Nth page.
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

from bench import record
from bench.charts import Bars
from bench.peers import EMPTY, PINNED, Peer, installed

FETCHED_AT = "2026-09-01T00:00:00Z"
COLUMNS = ("pages", "P", "R", "F1", "sP", "sR", "sF1", "title", "aF1", "day", "inst")
COMPARED = ("F1", "R", "sF1", "title", "aF1", "day", "inst")
APART = 0.012
OURS, TRAFILATURA = "dateline", "trafilatura"
RUNNING: dict[str, Peer] = {}


def half(gold: dict[str, Any]) -> str:
    """The half of the sites that a page belongs to, by its site's name."""
    return "AB"[hashlib.sha256(str(gold["site"]).encode()).digest()[0] % 2]


def measure(gold: dict[str, Any], corpus: str, respect: bool, beside: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """The extractions of one page with their CPU seconds, by extractor; `beside`: those beside ours."""
    path = Path(corpus) / "pages" / gold["set"] / f"{gold['id']}.html.gz"
    body = gzip.decompress(path.read_bytes())
    url = gold.get("url") or f"https://{gold['site']}/{gold['id']}"
    found = {OURS: by_us(gold, url, body, respect)}
    if TRAFILATURA in beside:
        found[TRAFILATURA] = by_trafilatura(url, body)
    for name in beside:
        if name in PINNED:
            peer = RUNNING.setdefault(name, Peer(name))
            found[name] = {**EMPTY, **peer.extract(url, path, gold.get("encoding"))}
    for prediction in found.values():
        prediction["id"] = gold["id"]
    return found


def by_us(gold: dict[str, Any], url: str, body: bytes, respect: bool) -> dict[str, Any]:
    """Our extraction; the publication with its own offset, so that its day is the one a reader saw."""
    from pipelines.extractor import extract
    from pipelines.instants import written
    from storage.models import Page, Profile

    page = Page(
        url, url, body, FETCHED_AT, Profile(source=gold["site"], licensed=not respect), charset=gold.get("encoding")
    )
    start = time.process_time()
    extraction = extract(page)
    seconds = time.process_time() - start
    article = extraction.article
    return {
        "title": article and article.title,
        "authors": list(article.authors) if article else [],
        "published": written(article.published) if article and article.published else None,
        "body": article.body if article else "",
        "reason": extraction.reason,
        "dropped": extraction.dropped,
        "sources": dict(extraction.sources),
        "seconds": seconds,
    }


def by_trafilatura(url: str, body: bytes) -> dict[str, Any]:
    """trafilatura's, with its defaults."""
    from trafilatura import bare_extraction

    start = time.process_time()
    document: Any = bare_extraction(body, url=url, with_metadata=True)
    return {
        "title": document and document.title,
        "authors": document and document.author,
        "published": document and document.date,
        "body": document.text if document else "",
        "seconds": time.process_time() - start,
    }


def warm() -> None:
    """What only the first page of a process pays is no page's cost."""
    from trafilatura import bare_extraction

    from pipelines import languages
    from pipelines.warming import warm as warm_ours

    logging.disable(logging.CRITICAL)
    warm_ours()
    languages.detector()("word")
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


def cells(scores: dict[str, Any]) -> str:
    """One line of a table."""
    shown = []
    for name in COLUMNS:
        value = scores.get(name)
        shown.append("-" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value))
    return "".join(text.rjust(7) for text in shown)


def between_halves(ours: dict[str, dict[str, Any]], theirs: dict[str, dict[str, Any]] | None) -> list[str]:
    """For each kind and figure: half A minus half B, ours, trafilatura's, and of our lead over it. Sites differ by themselves,
    so it is the last that tells of rules made for single sites; a `*` marks what is more than `APART`."""
    lines = [f"{'A minus B (* over ' + str(APART) + ')':30}" + "".join(name.rjust(9) for name in COMPARED)]
    for kind in sorted(name.removesuffix(" A") for name in ours if name.endswith(" A") and f"{name[:-1]}B" in ours):
        rows = {OURS: _apart(ours, kind)}
        if theirs is not None:
            rows[TRAFILATURA] = _apart(theirs, kind)
            rows["our lead"] = {name: _less(value, rows[TRAFILATURA][name]) for name, value in rows[OURS].items()}
        for who, values in rows.items():
            marked = who == "our lead" or theirs is None
            text = (
                "-" if v is None else f"{v:+.3f}" + ("*" if marked and abs(v) > APART else " ")
                for v in (values[name] for name in COMPARED)
            )
            lines.append(f"{kind:12}{who:18}" + "".join(each.rjust(9) for each in text))
    return lines


def _apart(scores: dict[str, dict[str, Any]], kind: str) -> dict[str, float | None]:
    return {name: _less(scores[f"{kind} A"].get(name), scores[f"{kind} B"].get(name)) for name in COMPARED}


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def gold_of(corpus: Path, scorer: Any, ids: Path | None) -> list[dict[str, Any]]:
    """All gold lines of a corpus with the name of their set; `ids`: only those that a file names."""
    pages = [
        {**page, "set": file.stem} for file in sorted((corpus / "gold").glob("*.jsonl")) for page in scorer.load(file)
    ]
    wanted = set(ids.read_text(encoding="utf-8").split()) if ids else None
    pages = [page for page in pages if wanted is None or page["id"] in wanted]
    if not pages:
        sys.exit(f"{corpus}: no pages in gold/*.jsonl" + (f" that {ids} names" if ids else ""))
    return pages


def beside_ours(ours: bool, peers: bool) -> tuple[str, ...]:
    """The extractors to measure beside ours, installed; those that cannot be are named."""
    names = [] if ours else [TRAFILATURA]
    for name in PINNED if peers else ():
        if why := installed(name):
            print(f"{name} is left out: {why}")
        else:
            names.append(name)
    return tuple(names)


def figures(rows: list[dict[str, Any]], scores: dict[str, dict[str, dict[str, Any]]]) -> record.Figures:
    """What is kept: for each extractor its CPU, what ours takes of it, and the quality over all pages."""
    ours = sorted(row[OURS]["seconds"] for row in rows)
    told = []
    for who, by_kind in scores.items():
        times = sorted(row[who]["seconds"] for row in rows)
        told.append(
            {
                "extractor": who,
                "CPU ms a page": sum(times) / len(times) * 1e3,
                "median": times[len(times) // 2] * 1e3,
                "95 %": times[int(len(times) * 0.95)] * 1e3,
                "most": times[-1] * 1e3,
                "ours of it": sum(ours) / sum(times),
                **{name: by_kind["ALL"].get(name) for name in COMPARED},
            }
        )
    return record.Figures(
        "extraction",
        f"Extraction of {len(rows)} pages",
        (
            record.Table(
                "CPU a page, and quality over all pages",
                told,
                Bars("CPU of extracting a page", "extractor", ("CPU ms a page",), "ms"),
            ),
        ),
        [
            record.Target(f"CPU against {who}", sum(ours) / sum(row[who]["seconds"] for row in rows), 0.60)
            for who in scores
            if who == TRAFILATURA
        ],
        (
            "F1, R: of the body's words; sF1: of its sentences; title: right ones; aF1: authors; day, inst: the day and the"
            " instant of publication.",
            "Pages are read by all extractors in turns; one round, since the pages average it out.",
        ),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--peers", action="store_true", help="beside newspaper4k and news-please, too")
    parser.add_argument("--pred", type=Path, help="write our predictions for the corpus's score.py")
    parser.add_argument("--respect-reservation", action="store_true", help="measure what would be stored")
    parser.add_argument("--ours", action="store_true", help="leave trafilatura out: half the time")
    parser.add_argument("--halves", action="store_true", help="each half of the sites by itself, too")
    parser.add_argument("--ids", type=Path, help="only these pages")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each Nth page")
    record.option(parser)
    arguments = parser.parse_args()
    spec = importlib.util.spec_from_file_location("score", arguments.corpus / "score.py")
    if spec is None or spec.loader is None or not (arguments.corpus / "score.py").is_file():
        sys.exit(f"{arguments.corpus}: no corpus: score.py, gold/ and pages/ are expected there")
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    gold = gold_of(arguments.corpus, scorer, arguments.ids)[:: arguments.every]
    beside = beside_ours(arguments.ours, arguments.peers)
    one = functools.partial(measure, corpus=str(arguments.corpus), respect=arguments.respect_reservation, beside=beside)
    with ProcessPoolExecutor(2, initializer=warm) as pool:
        rows = list(pool.map(one, gold, chunksize=8))
    print(f"{'':24}" + "".join(name.rjust(7) for name in COLUMNS))
    scores = {}
    for who in (OURS, *beside):
        scores[who] = table(scorer, gold, {row[who]["id"]: row[who] for row in rows}, arguments.halves)
        for kind, scored in scores[who].items():
            print(f"{who:12}{kind:12}{cells(scored)}")
    if arguments.halves:
        print("\n".join(between_halves(scores[OURS], scores.get(TRAFILATURA))))
    ours = sorted(row[OURS]["seconds"] * 1000 for row in rows)
    most = len(rows) - len(rows) // 100
    for who in (OURS, *beside):
        times = sorted(row[who]["seconds"] * 1000 for row in rows)
        ratio, usual = sum(times) / sum(ours), sum(times[:most]) / sum(ours[:most])
        print(
            f"{who:12} CPU ms a page: mean {sum(times) / len(times):.1f}, median {times[len(times) // 2]:.1f}, "
            f"95 % {times[int(len(times) * 0.95)]:.1f}, most {times[-1]:.0f}"
            + (
                f"; ours is {1 / ratio:.3f} of it, {1 / usual:.3f} without the slowest 1 % of each"
                if who != OURS
                else ""
            )
        )
        if broke := collections.Counter(row[who].get("error") for row in rows if row[who].get("error")):
            print(f"{who:12} broke on {broke.total()} pages, most often: {broke.most_common(1)[0][0]}")
    refused = collections.Counter(row[OURS]["reason"] for row in rows if row[OURS]["reason"])
    print(f"no article: {sum(refused.values())} of {len(rows)} {dict(refused)}")
    if arguments.record:
        record.present(figures(rows, scores), keep=True)
    if arguments.pred:
        with arguments.pred.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(row[OURS], ensure_ascii=False) + "\n" for row in rows)


if __name__ == "__main__":
    main()
