"""A made-up wire that is crawled through the real store without a network, for the parts that kill and cut it.

What a look at an address finds follows from the address and from how many looks before it were answered, so that every row
that a crawl must have left is known, whoever was killed and however often. A feed lists `LISTED` new pages a look. A page is
looked at `TEXTS` times and has another text each time; one in eleven is a wall, one in thirteen fails at its first try, one
in seven redirects to another host, whose turn is taken within the fetch.
"""

from __future__ import annotations

import random
import re
import time
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from pipelines import fingerprint
from pipelines.decision import decide
from storage.frontier import Frontier
from storage.models import Article, Ending, HostNote, HostRules, Link, Outcome, Page, Profile
from storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from storage.models import Ended, Lease

SOURCE = "wire"
FEED = "https://lists.wire.test/feed"
HOSTS = 4
LISTED = 5
TEXTS = 3
WAITING = 40
"""Pages that wait when the feed, asked again, is out of order for a moment."""

_PAGE = re.compile(r"/(\d+)-(\d+)$")
_VOCABULARY = (
    "harbour minister talks grain vessel export sanction border court budget vote strike pipeline embassy summit tariff"
    " council reserve drought bridge railway census treaty envoy quota refinery ballot coalition decree flood"
)


def listed(look: int) -> list[str]:
    """The pages that the feed lists at its look of that number, from 0."""
    return [f"https://h{place % HOSTS}.wire.test/{look}-{place}" for place in range(LISTED)]


def number(url: str) -> int:
    found = _PAGE.search(url)
    assert found is not None, url
    return int(found[1]) * LISTED + int(found[2])


def is_wall(url: str) -> bool:
    return number(url) % 11 == 5


@cache
def text(url: str, look: int) -> Article:
    """What the page bears at its look of that number, from 0."""
    chance, words = random.Random(f"{url} {look}"), _VOCABULARY.split()
    title = f"{' '.join(chance.sample(words, 4)).capitalize()} {number(url)}"
    body = "\n\n".join(" ".join(chance.choices(words, k=40)).capitalize() + "." for _ in range(3))
    return Article(
        source=SOURCE,
        key=f"id:{number(url)}",
        url=url,
        canonical_url=url,
        title=title,
        body=body,
        content_hash=fingerprint.content_hash(title, None, body),
        extractor="torture",
        sketch=fingerprint.sketch(body),
    )


class Crawl:
    """One process's crawl. `told` gets a line once an ending is acknowledged: fetch, outcome, address, look, revision.

    `fresh`: answers whether the feed still lists new pages; else it is not due again, and the crawl comes to an end."""

    def __init__(
        self, path: Path, chance: random.Random, told: Callable[[str], object], *, fresh: Callable[[], bool]
    ) -> None:
        self._chance, self._told, self._fresh = chance, told, fresh
        self.store = Store.open(path)
        self.frontier = Frontier(self.store)
        self.owner = self.frontier.register_owner().result()
        self.frontier.reclaim(time.time()).result()
        self.run = self.store.begin_run(SOURCE, time.time()).result()

    def seed(self) -> None:
        """Make the feed's row, due at once where it is new."""
        self.frontier.seed(SOURCE, [(FEED, "feed")], now=time.time()).result()

    def close(self) -> None:
        """What a process does that is let end: everything is handed back."""
        self.frontier.unregister_owner(self.owner).result()
        self.store.finish_run(self.run, time.time(), "finished").result()
        self.store.close()

    def step(self) -> bool:
        """Lease some rows, end them; False when nothing is left that any process has yet to do."""
        leased = self.frontier.lease(
            SOURCE,
            owner=self.owner,
            run_id=self.run,
            now=time.time(),
            seconds=100.0,
            delay=0.0,
            in_flight=3,
            limit=self._chance.randint(1, 6),
        ).result()
        leases = list(leased.leases)
        if leases and self._chance.random() < 0.05:  # as a process does that is asked to end
            self.frontier.release([leases.pop()]).result()
        self._finish(leases)
        if not leases:
            time.sleep(0.005)
        return bool(leases) or leased.wait is not None or leased.elsewhere > 0 or bool(leased.leases) or self._waiting()

    def _waiting(self) -> bool:
        return self.frontier.next_due(SOURCE, time.time()).result() is not None

    def _finish(self, leases: list[Lease]) -> None:
        endings = [(lease, self._ending(lease)) for lease in leases]
        written = [(lease, ending, self.store.end(ending)) for lease, ending in endings]  # may share a commit
        for lease, ending, future in written:
            ended, last = future.result(), ending
            while ended.stale:
                last = self._ending(lease)
                ended = self.store.end(last).result()
            self._acknowledged(lease, last, ended)

    def _acknowledged(self, lease: Lease, ending: Ending, ended: Ended) -> None:
        self._told(f"{lease.fetch_id} {ending.outcome.name} {lease.url} {lease.seen} {ended.revision or 0}")

    def _ending(self, lease: Lease) -> Ending:
        now = time.time()
        plain = Ending(
            lease.fetch_id, Outcome("listed"), now, lease=lease, status=200, urls=(lease.url,), responded_at=now
        )
        if lease.kind == "robots":
            rules = HostRules(lease.host, "allow_all", "", now + 86400)
            return replace(plain, host=HostNote(lease.host, robots=rules))
        if lease.kind == "feed":
            return self._poll(plain, lease)
        if number(lease.url) % 13 == 7 and lease.tries == 0 and lease.seen == 0:
            return replace(plain, outcome=Outcome("failed:http_503", "HTTP 503"), status=503, due=now)
        if is_wall(lease.url):
            return replace(plain, outcome=Outcome("rejected:paywall", "a wall"))
        if number(lease.url) % 7 == 3:
            other = f"h{(number(lease.url) + 1) % HOSTS}.wire.test"
            if self.frontier.turn(other, now=now, delay=0.0, in_flight=3, lease=lease).result() > 0:
                return replace(plain, outcome=Outcome("failed:no_turn", f"{other} gave no turn"), due=now)
            plain = replace(plain, urls=(lease.url, f"https://{other}/moved"))
        found = text(lease.url, lease.seen)
        decision = decide(found, self.store.known(found).result())
        profile = Profile(SOURCE)
        page = Page(lease.url, lease.url, found.body.encode(), "2026-11-01T00:00:00Z", profile)
        due = now if lease.seen + 1 < TEXTS else None
        return replace(plain, outcome=Outcome(decision.outcome), article=found, decision=decision, page=page, due=due)

    def _poll(self, plain: Ending, lease: Lease) -> Ending:
        if not self._fresh():
            return plain  # lists nothing, is never due again
        if self.frontier.counts(SOURCE).result().get("pending", 0) > WAITING:
            return replace(plain, outcome=Outcome("failed:http_503", "HTTP 503"), status=503, due=plain.at + 0.2)
        return replace(plain, links=tuple(Link(url) for url in listed(lease.seen)), due=plain.at)
