"""Whatever is offered, leased, ended, released, reclaimed in whatever order: the frontier's promises hold."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from storage import clock
from storage.models import Decision, HostNote, HostRules, Instant, Lease, Link
from tests.storage.harness import HOST, SOURCE, Crawl, article

HOSTS = (HOST, f"www.{HOST}")
NUMBERS = st.integers(0, 5)
DELAY, IN_FLIGHT = 2.0, 2


class FrontierMachine(RuleBasedStateMachine):
    """Two owners, two hosts, six articles and a feed; time only goes forward."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.crawl = Crawl(Path(self.folder.name) / "n.db", delay=DELAY, in_flight=IN_FLIGHT)
        self.owners = [self.crawl.owner, self.crawl.frontier.register_owner().result()]
        self.held: list[Lease] = []
        self.reclaimed: set[int] = set()
        self.starts: dict[str, list[float]] = {}
        self.offered: set[str] = set()
        self.stored: set[str] = set()
        self.crawl.seed()

    def teardown(self) -> None:
        if hasattr(self, "crawl"):
            self.crawl.close()
            self.folder.cleanup()

    @rule(seconds=st.sampled_from([0.5, 1.0, 2.0, 30.0, 101.0]))
    def wait(self, seconds: float) -> None:
        self.crawl.later(seconds)

    @rule(
        numbers=st.lists(NUMBERS, max_size=6),
        ago=st.none() | st.integers(-50, 50),
        backfill=st.sampled_from([None, None, 7]),
    )
    def offer(self, numbers: list[int], ago: int | None, backfill: int | None) -> None:
        at = None if ago is None else clock.text(self.crawl.now - ago)
        modified = None if at is None else Instant(at, "second", None, at, "feed")
        links = [Link(f"https://{HOSTS[n % 2]}/{n}", modified=modified) for n in numbers]
        offered = self.crawl.offer(*links, backfill=backfill)
        assert not offered.refused
        assert offered.new <= len(set(numbers))
        self.offered.update(link.url for link in links)

    @rule(owner=st.integers(0, 1), limit=st.integers(1, 3), backfill=st.sampled_from([None, None, 7]))
    def lease(self, owner: int, limit: int, backfill: int | None) -> None:
        leased = self.crawl.lease(owner=self.owners[owner], limit=limit, backfill=backfill)
        assert len(leased.leases) <= limit
        for lease in leased.leases:
            assert lease.backfill == backfill
            assert lease.url not in {other.url for other in self.held if other.until > self.crawl.now}
            starts = self.starts.setdefault(lease.host, [])
            assert not starts or self.crawl.now - starts[-1] >= DELAY, "closer together than the delay"
            starts.append(self.crawl.now)
            self.held.append(lease)
        for host in HOSTS:
            assert sum(x.host == host and x.until > self.crawl.now for x in self.held) <= IN_FLIGHT
        if not leased.leases and leased.wait is not None:
            assert leased.wait > 0

    @precondition(lambda self: self.held)
    @rule(data=st.data(), good=st.booleans(), again=st.booleans())
    def end(self, data: Any, good: bool, again: bool) -> None:
        lease = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
        due = self.crawl.now + 10 if again else None
        self.starts.setdefault(lease.host, []).append(self.crawl.now)
        if lease.kind == "robots":
            note = HostNote(lease.host, robots=HostRules(lease.host, "allow_all", "", self.crawl.now + 500))
            self.crawl.end(lease, "listed", host=note)
        elif lease.kind == "feed":
            self.crawl.end(lease, "listed" if good else "failed:timeout", due=self.crawl.now + 20)
        elif not good:
            self.crawl.end(lease, "failed:timeout", due=due)
        else:
            found = article(lease.url, url=lease.url, canonical_url=lease.url)
            known = self.crawl.store.known(found).result().article
            decision = Decision("unchanged", known.id, 1) if known else Decision("new", None, 0, "first")
            ended = self.crawl.end(lease, decision.outcome, article=found, decision=decision, due=due)
            assert not ended.stale
            self.stored.add(lease.url)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def release(self, data: Any) -> None:
        lease = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
        assert self.crawl.frontier.release([lease]).result() in (0, 1)

    @rule()
    def reclaim(self) -> None:
        expected = [x for x in self.held if x.until <= self.crawl.now and x.fetch_id not in self.reclaimed]
        taken = self.crawl.frontier.reclaim(self.crawl.now).result()
        assert taken <= len(expected)
        for lease in expected:
            self.reclaimed.add(lease.fetch_id)
            self.starts.setdefault(lease.host, []).append(self.crawl.now)

    @rule()
    def finish_backfill(self) -> None:
        number = self.crawl.frontier.begin_backfill(SOURCE, 1, 2, self.crawl.now).result()
        self.crawl.frontier.finish_backfill(number, self.crawl.now).result()

    @invariant()
    def nothing_is_lost_or_double(self) -> None:
        if not hasattr(self, "crawl"):
            return
        urls = [u for (u,) in self.crawl.sql("SELECT url FROM link WHERE kind = 'article'")]
        assert sorted(urls) == sorted(self.offered)
        rows = self.crawl.sql("SELECT url FROM article")
        assert sorted(u for (u,) in rows) == sorted(self.stored)
        open_fetches = dict(self.crawl.sql("SELECT id, url FROM fetch WHERE outcome IS NULL"))
        leased = dict(self.crawl.sql("SELECT fetch_id, url FROM link WHERE state = 'leased'"))
        assert open_fetches == leased, "every open fetch is a lease, every lease an open fetch"
        ((loose,),) = self.crawl.sql(
            "SELECT count(*) FROM link WHERE kind <> 'robots' AND state IN ('pending', 'done')"
            " AND (state = 'pending') <> (due IS NOT NULL)"
        )
        assert loose == 0, "what waits has a time, what is done has none"


FrontierMachine.TestCase.settings = settings(
    max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestFrontierRules = FrontierMachine.TestCase
