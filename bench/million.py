"""Builds a database of a million articles as 130 agencies would have filled it, for measuring the site and the exports.

    python bench/million.py FILE [--articles 1000000] [--days 90] [--until 2026-11-26T04:00:00Z] [--seed 1] [--raw 20000]
        [--workers 1] [--check]

Articles come over 90 days (fewer articles: as many days as keep their number a day), at the busiest hour three times as many
as at the quietest, from 130 sources of the registry by a Zipf law, in the sources' own languages. Bodies have a median of
250 words (`million_texts.py`); 45 % have a dateline where their agencies write one, 10 % are copies of another source's
article of the last hours, 5 % have two to four revisions, a sixth of these a correction. Each article has its first
fetch and one later look, each source's feed is polled every twenty minutes, a fiftieth of the fetches fail; the newest
20,000 raw pages are kept. (A real crawler looks at an article up to six times and polls more often: its `fetch` has twice as
many rows.)

The way taken: rows are written by SQL in batches of 10,000, with indexes and full-text search as they stand but without
waiting for the disk, since the real writer would take an hour and more (bench/window.py: 2.5 ms of CPU time an article, and its
fetches and commits). What a row holds is made by the functions that the writer calls (`storage.articles.columns`,
`text_columns`, `text_hash`, `clean.row_hash`, `tokens.for_index`, `stories.origin`, `sketches.indexed`, `raw.keep`); which
articles are copies is known here and not decided. Sketches and their index are built whole. The tables' sums are made from
the rows at the end, as after a migration. `--check` runs `dateline db check`'s own function over the result. Not built:
addresses under which an article was found besides its own two, stories that were merged, rhythms of the endpoints, the
memory of health, learned rules.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlite_utils import Database

from bench import million_batch as batches
from bench import million_texts as texts
from crawler import registry
from storage import checks, clock, database, raw, sketches, stories, sums
from storage.models import Page, Profile

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
else:
    from sqlite_utils.utils import sqlite3

SOURCES = 130
A_DAY = 1_000_000 / 90
PRIME = (1 << 26) - 5
_HOUR = 3600
_REVISION = (
    "INSERT INTO revision (article_id, revision, kind, label, title, lead, body, subheads, content_hash, modified_at,"
    f" announced, tail, seen_at, extractor, row_hash) VALUES ({', '.join('?' * 15)})"
)
_FETCH = (
    "INSERT INTO fetch (id, run_id, source, url, kind, at, ended_at, status, requests, urls, outcome, reason, detail, ms,"
    f" bytes, article_id, revision) VALUES ({', '.join('?' * 17)})"
)
_LINK = (
    "INSERT INTO link (source, url, kind, host, witness, found_at, state, rank, newest, due, seen, looked_at, reason, first)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)"
)
_HEALTH = (
    *[("ok", None)] * 9,
    ("quiet", "no new article for 9 hours, where 41 minutes are usual"),
    *[("ok", None)] * 6,
    ("failing", "9 polls in a row failed: http_503"),
    *[("ok", None)] * 5,
    ("layout_changed", "12 pages in a row had no text"),
)


def outlets() -> tuple[batches.Outlet, ...]:
    """The sources, the biggest first."""
    known = registry.load(registry.packaged())
    wanted = [name for name in texts.WORDS["biggest"].split() if name in known]
    others = (name for name, source in known.items() if name not in wanted and "km" not in source.languages)
    found = []
    for place, name in enumerate([*wanted, *others][:SOURCES]):
        source = known[name]
        language = source.languages[0] if source.languages else "en"
        agency = source.profile.agency or source.title.partition(" (")[0]
        host = urlsplit(source.home).netloc
        found.append(batches.Outlet(name, source.home, host, language, agency, 1 / (place + 6) ** 0.8))
    return tuple(found)


class Writer:
    """Puts batches in, one after another, and gives out the numbers of stories, fetches and runs."""

    def __init__(self, db: Database, plan: batches.Plan, raw_pages: int) -> None:
        self.db, self.plan, self.raw_pages = db, plan, raw_pages
        self.held = bytearray(1 << 26)  # how many articles hold a key of the index of copies, by the key's remainder
        self.stories = self.fetches = 0
        self.later: list[tuple[Any, ...]] = []
        self.changes: list[tuple[Any, ...]] = []
        self.counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self.place = {outlet.name: place for place, outlet in enumerate(plan.outlets)}

    def write(self, made: batches.Made) -> None:
        conn = self.db.conn
        conn.execute("BEGIN")
        story = self._stories(made)
        rows = [{**row, "story_id": story[at]} for at, row in enumerate(made.articles)]
        names = ", ".join(rows[0])
        conn.executemany(
            f"INSERT INTO article ({names}) VALUES ({', '.join('?' * len(rows[0]))})",
            [tuple(row.values()) for row in rows],
        )
        conn.executemany(_REVISION, made.revisions)
        conn.executemany("INSERT INTO address VALUES (?, ?, ?, ?, ?)", sorted(made.addresses))
        conn.executemany("INSERT INTO sketch VALUES (?, ?)", self._keys(made, story))
        conn.executemany("INSERT INTO search (rowid, title, lead, body) VALUES (?, ?, ?, ?)", made.search)
        conn.executemany(_LINK, made.links)
        until = rows[-1]["first_seen_at"]
        self._ledger(made, until)
        conn.execute("COMMIT")

    def begin(self) -> None:
        """What stands once for each source."""
        conn, plan = self.db.conn, self.plan
        since = clock.text(plan.since)
        conn.execute("BEGIN")
        conn.executemany("INSERT INTO source VALUES (?, ?)", [(outlet.name, since) for outlet in plan.outlets])
        conn.executemany(
            "INSERT OR IGNORE INTO host (host, robots_status, robots_until) VALUES (?, 'allow_all', ?)",
            [(outlet.host, plan.until + 80_000) for outlet in plan.outlets],
        )
        conn.executemany(
            "INSERT INTO link (source, url, kind, host, found_at, seeded, first, state, rank, due, seen, looked_at, reason)"
            " VALUES (?, ?, 'feed', ?, ?, 1, 1, 'pending', 1, ?, 6000, ?, 'listed')",
            [
                (o.name, f"{o.home.rstrip('/')}/rss.xml", o.host, plan.since, plan.until + 60 * at, plan.until - 600)
                for at, o in enumerate(plan.outlets)
            ],
        )
        conn.executemany(
            "INSERT INTO health (source, state, why, since, judged_at) VALUES (?, ?, ?, ?, ?)",
            [
                (o.name, *_HEALTH[at % len(_HEALTH)], clock.text(plan.until - 40_000), clock.text(plan.until - 300))
                for at, o in enumerate(plan.outlets)
            ],
        )
        conn.execute("COMMIT")

    def finish(self) -> None:
        """What comes after the last article, and the runs."""
        conn = self.db.conn
        conn.execute("BEGIN")
        self._ledger(None, clock.text(self.plan.until))
        conn.executemany(
            "INSERT INTO run (id, source, started_at, finished_at, finish_reason, counts) VALUES (?, ?, ?, ?, 'finished', ?)",
            [
                (run, *self._run(run), json.dumps(dict(sorted(counts.items()))))
                for run, counts in sorted(self.counts.items())
            ],
        )
        conn.execute("COMMIT")

    def _stories(self, made: batches.Made) -> list[int]:
        """The stories of a batch's articles, begun and weighed as the writer would."""
        numbers: list[int] = []
        tellers: defaultdict[int, list[stories.Teller]] = defaultdict(list)
        for row, origin in zip(made.articles, made.origins, strict=True):
            if origin < 0:
                self.stories += 1
            number = self.stories if origin < 0 else numbers[origin]
            numbers.append(number)
            at = row["published_at"]
            at = min(f"{at}T24" if len(at) == len("2026-11-26") else at, row["first_seen_at"])
            tellers[number].append(stories.Teller(row["id"], row["source"], at, row["dateline_agency"], row["credit"]))
        self.db.conn.executemany(
            "INSERT INTO story VALUES (?, ?, ?)", [(number, *stories.origin(each)) for number, each in tellers.items()]
        )
        return numbers

    def _keys(self, made: batches.Made, story: list[int]) -> list[tuple[int, int]]:
        """The batch's rows of the index of copies: a key once for each story, and none that too many have."""
        rows: list[tuple[int, int]] = []
        known: defaultdict[int, set[int]] = defaultdict(set)
        for row, keys, number in zip(made.articles, made.keys, story, strict=True):
            week = sketches.week(row["published_at"]) << 32
            own = known[number]
            for key in sketches.indexed(keys):
                held = week | key
                if held not in own and self.held[held % PRIME] <= sketches.COMMON:
                    self.held[held % PRIME] += 1
                    rows.append((held, row["id"]))
                own.add(held)
        rows.sort()
        return rows

    def _ledger(self, made: batches.Made | None, until: str) -> None:
        """Changes and fetches up to a moment, in their order; what is later waits for its turn."""
        self.changes += made.changes if made else []
        self.changes.sort()
        self.later += made.fetches if made else []
        self.later.sort(key=lambda row: row[0])
        now = clock.epoch(until) or 0.0
        split = next((at for at, row in enumerate(self.changes) if row[0] > until), len(self.changes))
        conn = self.db.conn
        conn.executemany(
            "INSERT INTO change (at, kind, article_id, revision) VALUES (?, ?, ?, ?)", self.changes[:split]
        )
        del self.changes[:split]
        split = next((at for at, row in enumerate(self.later) if row[0] > now), len(self.later))
        rows, kept = [], []
        for at, *row in self.later[:split]:
            self.fetches += 1
            run = int((at - self.plan.since) // _HOUR) * len(self.plan.outlets) + self.place[row[0]] + 1
            outcome, reason, article_id = row[8], row[9], row[13]
            self.counts[run][f"{outcome}:{reason}" if reason else outcome] += 1
            rows.append((self.fetches, run, *row))
            if outcome in ("new", "copy", "revised") and article_id > self.plan.articles - self.raw_pages:
                kept.append((self.fetches, row, at))
        conn.executemany(_FETCH, rows)
        for fetch_id, row, at in kept:
            raw.keep(self.db, fetch_id, self._page(row, at), article_id=row[13], at=at)
        del self.later[:split]

    def _page(self, row: list[Any], at: float) -> Page:
        source, url, article_id, revision = row[0], row[1], row[13], row[14]
        title, body = self.db.conn.execute(
            "SELECT title, body FROM revision WHERE article_id = ? AND revision = ?", (article_id, revision)
        ).fetchone()
        text = "".join(f"<p>{part}</p>\n" for part in body.split("\n\n"))
        head = f"<!DOCTYPE html><html><head><title>{title}</title></head>"
        html = f"{head}<body><article><h1>{title}</h1>\n{text}</article></body></html>"
        return Page(url, url, html.encode(), clock.text(at), Profile(source), 200, "utf-8", "text/html; charset=utf-8")

    def _run(self, run: int) -> tuple[str, str, str]:
        hour, place = divmod(run - 1, len(self.plan.outlets))
        begun = self.plan.since + hour * _HOUR
        return self.plan.outlets[place].name, clock.text(begun), clock.text(begun + _HOUR - 1)


def build(file: Path, plan: batches.Plan, *, raw_pages: int, workers: int) -> None:
    """Make `file`, whole; beside it as `.part` until then."""
    part = file.with_name(f"{file.name}.part")
    for side in ("", "-wal", "-shm"):
        Path(f"{part}{side}").unlink(missing_ok=True)
    database.open_writer(part).close()
    conn = sqlite3.connect(part, isolation_level=None)
    for pragma in ("synchronous = OFF", "cache_size = -1500000"):
        conn.execute(f"PRAGMA {pragma}").fetchall()
    db = Database(conn, execute_plugins=False)
    writer = Writer(db, plan, raw_pages)
    writer.begin()
    begun = time.monotonic()
    for at, made in enumerate(_made(plan, workers)):
        writer.write(made)
        done = min(plan.articles, (at + 1) * batches.BATCH)
        if at % 2 == 0 or done == plan.articles:
            print(f"{done:,} articles, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    writer.finish()
    sums.forget(db)
    db.close()
    database.open_writer(part).close()  # makes the sums over all rows
    for side in ("-wal", "-shm"):
        Path(f"{part}{side}").unlink(missing_ok=True)
    part.rename(file)
    print(f"{file}: {file.stat().st_size / 1e9:.2f} GB in {time.monotonic() - begun:.0f} s", file=sys.stderr)


def _made(plan: batches.Plan, workers: int) -> Iterator[batches.Made]:
    numbers = range(-(-plan.articles // batches.BATCH))
    with multiprocessing.Pool(workers) as pool:
        waiting: list[Any] = []
        for number in numbers:  # a few ahead: whoever is quicker would fill the memory
            waiting.append(pool.apply_async(batches.make, (plan, number)))
            if len(waiting) > 2 * workers:
                yield waiting.pop(0).get()
        for each in waiting:
            yield each.get()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, help="as many as give 11,111 articles a day unless given")
    parser.add_argument("--until", help="the newest article's time; now unless given")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--raw", type=int, default=20_000, help="raw pages are kept of the newest articles, so many")
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 2) - 1))
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.file.exists():
        parser.error(f"{options.file} exists")
    until = float(int((clock.epoch(options.until) if options.until else time.time()) or 0))
    days = options.days or max(1, round(options.articles / A_DAY))
    plan = batches.Plan(options.articles, options.seed, until - days * 86400, until, outlets())
    build(options.file, plan, raw_pages=options.raw, workers=options.workers)
    if options.check:
        begun = time.monotonic()
        report = checks.check(options.file)
        print(f"checked in {time.monotonic() - begun:.0f} s: {report.damage or 'whole'}", file=sys.stderr)
        raise SystemExit(bool(report.damage))


if __name__ == "__main__":
    main()
