"""A small crawl over a store in a temporary folder: what the tests of storage say again and again."""

from __future__ import annotations

import time
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from storage.frontier import Frontier
from storage.models import (
    Article,
    Decision,
    Ended,
    Ending,
    HostNote,
    HostRules,
    Instant,
    Lease,
    Leased,
    Link,
    LinkKind,
    Outcome,
)
from storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

SOURCE = "mercury-en"
HOST = "mercury.test"
FEED = f"https://{HOST}/feed.xml"
NOON = 1_700_000_000.0


def eventually(is_so: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Whether it is so within a time that is long enough for any machine."""
    ends = time.monotonic() + seconds
    while not is_so() and time.monotonic() < ends:
        time.sleep(0.02)
    return is_so()


def page(number: int | str) -> str:
    return f"https://{HOST}/news/{number}"


def instant(at: str, precision: Any = "second", origin: str = "feed") -> Instant:
    return Instant(at, precision, None if precision == "day" else "+00:00", at, origin)


def link(number: int | str, **given: Any) -> Link:
    return Link(page(number), **given)


def article(number: int | str = 1, text: str = "Harbour reopens.", **given: Any) -> Article:
    plain = Article(
        source=SOURCE,
        key=f"id:{number}",
        url=page(number),
        canonical_url=page(number),
        title=f"Title {number}",
        body=text,
        content_hash=f"hash of {text}",
        extractor="test 1",
    )
    return replace(plain, **given)


class Crawl:
    """One owner at work on one database, with a clock that the test moves."""

    def __init__(self, path: Path, *, now: float = NOON, delay: float = 2.0, in_flight: int = 1) -> None:
        self.path = path
        self.now = now
        self.delay = delay
        self.in_flight = in_flight
        self.store = Store.open(path, clock=lambda: self.now)
        self.frontier = Frontier(self.store)
        self.owner = self.frontier.register_owner().result()
        self.run = self.store.begin_run(SOURCE, now).result()

    def close(self) -> None:
        self.store.close()

    def sql(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.store.writer.submit(lambda db: db.conn.execute(query, values).fetchall()).result()

    def seed(self, *rows: tuple[str, LinkKind], backfill: int | None = None) -> int:
        return self.frontier.seed(SOURCE, rows or [(FEED, "feed")], backfill=backfill, now=self.now).result()

    def open_host(self, host: str = HOST) -> None:
        """As if the host's robots.txt had been read: everything is allowed, for ever."""
        rules = HostRules(host, "allow_all", "", 1e12)
        self.store.writer.submit(lambda db: _note(db, HostNote(host, robots=rules))).result()

    def lease(self, **given: Any) -> Leased:
        options: dict[str, Any] = {
            "owner": self.owner,
            "run_id": self.run,
            "now": self.now,
            "seconds": 100.0,
            "delay": self.delay,
            "in_flight": self.in_flight,
        } | given
        return self.frontier.lease(SOURCE, **options).result()

    def take(self, **given: Any) -> Lease:
        """The one lease that is to be had now."""
        leased = self.lease(**given)
        assert len(leased.leases) == 1, leased
        return leased.leases[0]

    def later(self, seconds: float = 2.0) -> None:
        self.now += seconds

    def end(self, lease: Lease, outcome: str = "listed", **given: Any) -> Ended:
        options: dict[str, Any] = {"urls": (lease.url,), "status": 200, "responded_at": self.now} | given
        return self.store.end(Ending(lease.fetch_id, Outcome(outcome), self.now, lease=lease, **options)).result()

    def offer(self, *links: Link, backfill: int | None = None) -> Any:
        return self.frontier.offer(SOURCE, links, backfill=backfill, now=self.now).result()

    def save(self, found: Article, decision: Decision, **given: Any) -> Ended:
        """Store an article through an import's fetch, which needs no lease."""
        record = f"warc:{uuid.uuid4().hex}#0"
        fetch_id = self.store.begin_record(self.run, found.source, found.url, record, self.now).result()
        assert fetch_id is not None
        outcome = Outcome(decision.outcome)
        ending = Ending(fetch_id, outcome, self.now, article=found, decision=decision, **given)
        return self.store.end(ending).result()

    def new(self, found: Article) -> int:
        ended = self.save(found, Decision("new", None, 0, "first"))
        assert ended.article_id is not None
        return ended.article_id


def listing(crawl: Crawl, links: Sequence[Link], **given: Any) -> Ended:
    """Poll the feed once, finding `links`."""
    crawl.seed()
    crawl.open_host()
    lease = crawl.take(kinds=["feed"])
    ended = crawl.end(lease, links=tuple(links), due=crawl.now + 300, **given)
    crawl.later()
    return ended


def _note(db: Any, note: HostNote) -> None:
    from storage import hosts

    hosts.note(db, note)
