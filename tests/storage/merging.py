"""A made-up world of sources, crawled into one database or into several, and what a database says of it, without its numbers
of rows: what two databases are compared by."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from crawler.merging import decide as told_to_storage
from pipelines.decision import decide
from pipelines.fingerprint import content_hash, sketch
from storage import clock, hosts, rule_sets
from storage.database import open_reader, open_writer
from storage.frontier import Frontier
from storage.health import Standing
from storage.merge import Merged, merge
from storage.merge_texts import Rules
from storage.models import (
    Article,
    Dateline,
    Ending,
    HostNote,
    HostRules,
    Instant,
    LearnedRule,
    Link,
    Outcome,
    Page,
    Profile,
)
from storage.store import Store

NOON = 1_790_000_000.0
SPACE = 1000.0
_DUE = "UPDATE link SET state = 'pending', due = ? WHERE url = ? AND scope = 0"
RULES = Rules(told_to_storage, sketch, 7)


@dataclass(frozen=True)
class Event:
    """A source's page `number` is fetched and bears text `text`; None: it is gone. `at` counts in `SPACE` from NOON."""

    at: int
    source: str
    number: int
    text: int | None


def words(text: int) -> str:
    """A text of 120 words, of which no two share a passage."""
    return " ".join(f"w{text}x{place * 7919 % 1009}" for place in range(120)) + "."


def article(event: Event) -> Article:
    assert event.text is not None
    url = f"https://{event.source}.test/news/{event.number}"
    title, body = f"Headline {event.text}", words(event.text)
    return Article(
        source=event.source,
        key=url,
        url=url,
        canonical_url=url,
        title=title,
        body=body,
        content_hash=content_hash(title, None, body),
        extractor="test 1",
        authors=("A. Writer",),
        tags=("harbour",),
        language="en",
        published=Instant("2026-09-21T10:00:00Z", "second", "+00:00", "noon", "json-ld"),
        dateline=Dateline("PORT, Sept. 21 ", "PORT", "2026-09-21", "AGY", 0) if event.text % 5 == 0 else None,
        word_count=120,
        sketch=sketch(body),
    )


def crawl(path: Path, events: Sequence[Event], sources: Collection[str]) -> None:
    """Those of the events that are of `sources`, in their order, into one database."""
    now = NOON
    empty(path)
    with closing(Store.open(path, clock=lambda: now)) as store:
        frontier = Frontier(store)
        owner = frontier.register_owner().result()
        runs: dict[str, int] = {}
        for event in events:
            if event.source not in sources:
                continue
            now, source = NOON + event.at * SPACE, event.source
            host = f"{source}.test"
            if source not in runs:
                runs[source] = store.begin_run(source, now).result()
                rules = HostNote(host, robots=HostRules(host, "ok", f"# of {host}", 1e12))
                store.writer.submit(partial(_note, note=rules, at=now)).result()
                frontier.seed(source, [(f"https://{host}/feed", "feed")], now=now + 1e9).result()
            url = f"https://{host}/news/{event.number}"
            frontier.offer(source, [Link(url, title="As its feed says")], now=now).result()
            store.writer.submit(partial(_due, url=url, at=now)).result()
            leased = frontier.lease(
                source, owner=owner, run_id=runs[source], now=now, seconds=60.0, delay=1.0, in_flight=1
            ).result()
            (lease,) = leased.leases
            assert lease.url == url
            ending = Ending(lease.fetch_id, Outcome("gone"), now + 1, lease=lease, status=410, urls=(lease.url,))
            if event.text is None:
                ending = replace(ending, due=now + 1e8, gone_gap=1.0)
                store.end(ending).result()
                continue
            found = replace(article(event), fetched_at=clock.text(now + 1))
            decision = decide(found, store.known(found).result())
            page = Page(url, url, f"<p>{found.body}</p>".encode(), clock.text(now + 1), Profile(source))
            outcome = Outcome(decision.outcome, decision.detail)
            due = now + 1e8
            store.end(
                replace(ending, outcome=outcome, article=found, decision=decision, page=page, due=due, status=200)
            ).result()
        now = NOON + 1000 * SPACE
        for source, run in runs.items():
            store.finish_run(run, now, "finished").result()
            standing = Standing("ok", None, now, now, memory=source)
            store.write_health(source, standing).result()
            rule = LearnedRule("k" + source, "Read more", 9, 4, "2026-09-01", "2026-09-20")
            store.keep_rules(source, rule_sets.Learnt((rule,), 9, 4, "test 1"), at=now).result()


def _note(db: Database, *, note: HostNote, at: float) -> None:
    hosts.note(db, note, now=at)


def _due(db: Database, *, url: str, at: float) -> None:
    db.conn.execute(_DUE, (at, url))


@cache
def _template() -> bytes:
    """An empty database: making one takes a tenth of a second."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        Store.open(path).close()
        return path.read_bytes()


def empty(path: Path) -> None:
    """An empty database with an identity of its own, where there is none."""
    if not path.exists():
        path.write_bytes(_template())
        with closing(open_writer(path)) as db:
            db.conn.execute("UPDATE meta SET value = ? WHERE key = 'identity'", (uuid.uuid4().hex,))


def merged(paths: Sequence[Path], target: Path) -> list[Merged]:
    empty(target)
    return merge(paths, target, RULES)


def facts(path: Path, *, outcomes: bool = True) -> dict[str, list[Any]]:
    """All that a database says, sorted, its rows named by what they are. `outcomes` False: without what hangs on the order in
    which the sources' articles came."""
    with closing(open_reader(path)) as db:
        names = {row[0]: (row[1], row[2]) for row in db.conn.execute("SELECT id, source, key FROM article")}
        links = {row[0]: row[1:] for row in db.conn.execute("SELECT id, source, url, scope FROM link")}
        found: dict[str, list[Any]] = {}
        for table in ("article", "revision", "address", "change", "fetch", "run", "raw_page", "link", "host", "health"):
            found[table] = _rows(db, f"SELECT * FROM {table}", names, links, outcomes=outcomes)
        for table in ("source", "rule_set", "learned_rule", "rule_choice"):
            found[table] = _rows(db, f"SELECT * FROM {table}", names, links, outcomes=outcomes)
        stories: dict[int, set[tuple[str, str]]] = {}
        for number, story in db.conn.execute("SELECT id, story_id FROM article"):
            stories.setdefault(story, set()).add(names[number])
        found["stories"] = sorted(sorted(members) for members in stories.values())
        found["origins"] = sorted(
            str((sorted(stories[row[0]]), names[row[1]] if outcomes else None, row[2]))
            for row in db.conn.execute("SELECT story_id, origin_article_id, origin_agency FROM story")
        )
        hits = db.conn.execute("SELECT rowid FROM search WHERE search MATCH 'headline'").fetchall()
        found["search"] = sorted(
            names[number] for number, place in db.conn.execute("SELECT id, search_id FROM article") if (place,) in hits
        )
        return found


_LEFT_OUT = {"id", "seq", "story_id", "search_id", "sketch", "row_hash", "owner", "run_id", "fetch_id"}


def _rows(db: Any, query: str, names: Any, links: Any, *, outcomes: bool) -> list[Any]:
    cursor = db.conn.execute(query)
    columns = [column[0] for column in cursor.description]
    rows = []
    for values in cursor:
        row = {name: value for name, value in zip(columns, values, strict=True) if name not in _LEFT_OUT}
        if row.get("article_id") is not None:
            row["article_id"] = names[row["article_id"]]
        if row.get("parent") is not None:
            row["parent"] = links[row["parent"]]
        if "outcome" in row:
            row.pop("detail")
            if not outcomes and row["outcome"] in ("new", "copy"):
                row["outcome"] = "first"
        row.pop("reason", None)  # of a link: with the detail, which names an article's number
        rows.append(str(sorted(row.items())))
    return sorted(rows)


def writer(path: Path) -> Any:
    """A connection that changes rows as another process would, with the tables' sums."""
    return open_writer(path)
