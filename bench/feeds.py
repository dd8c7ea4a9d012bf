"""Every feed, sitemap and wire item of the corpus through `discovery.read`: what each gave, what it cost.

    python bench/feeds.py CORPUS [--slowest 10] [--times 5] [--record]

A file is right where it gives its number of entries: feedparser's, where the manifest has it, else that of the origin's
own tests. A wire item (NewsML, NITF, ninjs, ANPA, IPTC 7901) is no feed and right where it ends with a stated problem;
three of them are WordPress exports, which are RSS in form, and right where none of their links is taken for the source's.
No file may raise, nor take more than `SECONDS` of CPU; those beyond the size limits of `discovery.documents` are cut.
Exit status 1 where one is not right.

Then the cost: CPU beside feedparser over the corpus' well-formed feeds and made-up large ones, in turns (aim: 1/15 of each, as
few large ones outweigh all of the corpus); feeds whose addresses are not feedparser's, by name; a sitemap of 50,000 addresses
beside an lxml tree, and the longest standstill of the event loop in crawls of it (`bench/sitemap_loop.py`).
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import feed_costs, record
from bench.charts import Bars
from crawler.discovery.read import PROBLEMS, Discovery, read
from crawler.source import Endpoint, Source
from storage.models import LinkKind, Profile

SECONDS = 2.0
"""CPU a file; the crawler itself gives a document 20 s before it is ended."""

URL = "https://agency.test/feed"
SOURCE = Source(
    "agency", "Agency", "https://agency.test", ("agency.test",), None, ("en",), Profile("agency", timezone="Europe/Moscow"),
    (Endpoint(URL, "feed"),),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """One file: what it is, what it gave (None: it raised `error`), CPU seconds, and the entries it should have."""

    name: str
    what: str
    found: Discovery | None
    error: str
    seconds: float
    expected: int | None

    @property
    def wrong(self) -> str | None:
        """What is not right with it, in words."""
        found = self.found
        if found is None:
            return f"raised {self.error}"
        if self.seconds > SECONDS:
            return f"took {self.seconds:.1f} s of CPU"
        if found.problem is not None and found.problem not in PROBLEMS:
            return f"ended with {found.problem!r}, which is no stated problem"
        if found.total != len(found.links) + sum(count for _, count in found.refused):
            return f"{found.total} entries, but {len(found.links)} links and {found.refused}"
        if self.what == "wire-format":
            return (
                None if not found.links and (found.problem or found.total) else f"{len(found.links)} links, no problem"
            )
        if self.expected is not None and found.total != self.expected:
            return f"{found.total} entries, expected {self.expected}, problem {found.problem}"
        return None


def seen(corpus: Path) -> Iterator[Seen]:
    """Every file of the manifest, read in the way that its kind is."""
    folder = corpus / "feeds"
    for line in (folder / "manifest.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        body = (folder / row["id"]).read_bytes()
        found, error, began = None, "", time.process_time()
        try:
            found = read(
                kind_of(row), body, url=URL, content_type=content_type(row), charset=None, endpoint=SOURCE.endpoints[0],
                source=SOURCE,
            )  # fmt: skip
        except Exception as raised:  # noqa: BLE001 - to be counted and shown
            error = f"{type(raised).__name__}: {raised}"
        yield Seen(row["id"], row["kind"], found, error, time.process_time() - began, expected(row))


def kind_of(row: dict[str, Any]) -> LinkKind:
    """How a file is read: wire items as feeds, since that is where an agency's server would put one by mistake."""
    kinds: dict[str, LinkKind] = {"sitemap": "sitemap", "plaintext.txt": "sitemap", "robots.txt": "robots"}
    return kinds.get(row["kind"], "feed")


def expected(row: dict[str, Any]) -> int | None:
    """Its entries by feedparser, which reads neither JSON nor sitemaps; there by the origin's own tests."""
    by_origin = row.get("entries", row.get("n_loc") or row.get("n_item"))
    count = row.get("entries_by_feedparser", by_origin) if row["kind"] in ("feed", "encoding") else by_origin
    return int(count) if count is not None else None


def content_type(row: dict[str, Any]) -> str | None:
    """The header that the origin's test served it with."""
    header = row.get("header")
    values = header.items() if isinstance(header, dict) else ()
    return next((str(value) for name, value in values if name.lower() == "content-type"), None)


AIM = 1 / 15
STANDSTILL_MS = 100.0
LONGER = 2_000
"""Bytes. Shorter feeds of the corpus are tests of one element each, without an address; no source publishes such."""

TREE_MB = 128.0
"""What an lxml tree of the large sitemap takes beside it, where nothing is freed before the end."""


def costs(corpus: Path, times: int) -> record.Figures:
    """The cost beside feedparser; prints the feeds whose addresses differ."""
    folder = corpus / "feeds"
    listed = [json.loads(line) for line in (folder / "manifest.jsonl").read_text("utf-8").splitlines()]
    feeds = [(row["id"], (folder / row["id"]).read_bytes()) for row in listed if row["kind"] == "feed"]
    good = [(name, body) for name, body in feeds if feed_costs.is_well_formed(body) and feed_costs.ours(body).total]
    told = [line for name, body in feeds if (line := feed_costs.differences(name, body))]
    print(f"addresses as feedparser's: {len(feeds) - len(told)} of {len(feeds)} feeds; the others:")
    for line in told:
        print(f"  {line}")
    real = [body for _, body in good]
    longer = [body for body in real if len(body) >= LONGER]
    sets = [(f"corpus, {len(real)} well-formed", real)]
    sets += [(f"of them, {len(longer)} of {LONGER:,} bytes and more", longer)]
    sets += [(name, [body]) for name, body in feed_costs.made_up()]
    rows: list[dict[str, Any]] = []
    for name, bodies in sets:
        own, other = feed_costs.in_turns(bodies, times)
        rows.append(
            {"feeds": name, "ms": round(own, 2), "feedparser ms": round(other, 2), "share": round(own / other, 3)}
        )
    whole, _, *large = rows
    sitemaps = [feed_costs.sitemap_row(way, times) for way in feed_costs.WAYS]
    command = [sys.executable, str(Path(__file__).with_name("sitemap_loop.py"))]
    loops = [
        json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout) for _ in range(times)
    ]
    loop = {name: statistics.median(each[name] for each in loops) for name in loops[0]}
    return record.Figures(
        "feeds",
        "Feeds and sitemaps",
        (
            record.Table("CPU a feed", rows, Bars("CPU a feed", "feeds", ("ms", "feedparser ms"), "ms")),
            record.Table("A sitemap of 50,000 addresses, 22 MB", sitemaps),
            record.Table("The crawl of that sitemap", [loop]),
        ),
        (
            record.Target("CPU against feedparser's, the corpus' well-formed feeds", whole["share"], AIM),
            record.Target(
                "CPU against feedparser's, large feeds, one of each",
                sum(row["ms"] for row in large) / sum(row["feedparser ms"] for row in large),
                AIM,
            ),
            record.Target("extra peak memory of reading the sitemap", sitemaps[0]["extra peak MB"], TREE_MB, "MB"),
            record.Target("extra peak memory of the crawl", loop["extra peak MB of the crawler"], TREE_MB, "MB"),
            record.Target("longest standstill of the loop", loop["longest standstill ms"], STANDSTILL_MS, "ms"),
        ),
        (f"median of {times} turns; feedparser as its documentation has it",),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--slowest", type=int, default=3)
    parser.add_argument("--times", type=int, default=5)
    record.option(parser)
    arguments = parser.parse_args()
    rows = list(seen(arguments.corpus))
    kinds = Counter(row.what for row in rows)
    print(f"{len(rows)} files: " + ", ".join(f"{count} {what}" for what, count in kinds.most_common()))
    several = [row for row in rows if (row.expected or 0) > 1]
    given = [row for row in several if row.found is not None and row.found.total == row.expected]
    print(f"with more than one entry: {len(several)}, of which {len(given)} give their number")
    known = [row for row in rows if row.expected is not None]
    exact = sum(row.found is not None and row.found.total == row.expected for row in known)
    print(f"with a known number: {len(known)}, of which {exact} give it")
    wire = [row for row in rows if row.what == "wire-format"]
    stated = sum(row.found is not None and row.found.problem is not None for row in wire)
    print(
        f"wire items: {len(wire)}, of which {stated} end with a stated problem; right: {sum(r.wrong is None for r in wire)}"
    )
    print(
        f"raised: {sum(row.found is None for row in rows)}; over {SECONDS:g} s: {sum(r.seconds > SECONDS for r in rows)}"
    )
    print(f"CPU: {sum(row.seconds for row in rows):.1f} s in all")
    for row in sorted(rows, key=lambda row: -row.seconds)[: arguments.slowest]:
        print(f"  {row.seconds:.2f} s  {row.name}")
    wrong = [row for row in rows if row.wrong]
    for row in wrong:
        print(f"WRONG {row.name}: {row.wrong}")
    record.present(costs(arguments.corpus, arguments.times), keep=arguments.record)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
