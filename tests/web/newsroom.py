"""A newsroom that writes a database as a crawl does: through the store, with the pipelines' own decisions."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from pipelines import fingerprint
from pipelines.decision import decide
from storage import clock
from storage.frontier import Frontier
from storage.models import Article, Decision, Ending, HostRules, Instant, Lease, Link, Outcome
from storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from storage.health import Standing
    from storage.models import Ended, LinkKind

HOUR = 3600.0


def instant(at: float, precision: Any = "second", offset: str = "+00:00") -> Instant:
    """A time that a feed gave; of precision `day`, its day."""
    written = clock.text(at)
    return Instant(written[:10], "day", None, written[:10], "feed") if precision == "day" else Instant(
        written, precision, offset, written, "feed"
    )  # fmt: skip


def host(source: str) -> str:
    """The host on which a source of the tests publishes; `.test` is nobody's."""
    return f"{source}.test"


def page(source: str, slug: str) -> str:
    """The address of a source's page."""
    return f"https://{host(source)}/news/{slug}"


def written(source: str, slug: str, title: str, body: str, *, at: float, **given: Any) -> Article:
    """An article as the extractor would have made it, published at `at`."""
    body = body.strip()
    url = page(source, slug)
    plain = Article(
        source=source,
        key=f"id:{slug}",
        url=url,
        canonical_url=url,
        title=title,
        body=body,
        content_hash="",
        extractor="tests 1",
        published=instant(at),
        word_count=len(fingerprint.words(body)),
        sketch=fingerprint.sketch(body),
    )
    found = replace(plain, **given)
    return replace(found, content_hash=fingerprint.content_hash(found.title, found.lead, found.body))


class Newsroom:
    """One process at work on a database; every method answers when it is committed. Times are epoch seconds."""

    def __init__(self, path: Path, *, now: float) -> None:
        self.now = now
        self.store = Store.open(path, clock=lambda: self.now)
        self.frontier = Frontier(self.store)
        self.owner = self.frontier.register_owner(now=now).result()
        self._runs: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    @property
    def open(self) -> set[str]:
        """The sources that have an open run."""
        return set(self._runs)

    def run(self, source: str, at: float) -> int:
        """The open run of a source, begun now where there is none; its host lets all in."""
        if source not in self._runs:
            self._runs[source] = self.store.begin_run(source, at).result()
            self.frontier.learn(HostRules(host(source), "allow_all", "", 1e12)).result()
        return self._runs[source]

    def finish(self, source: str, at: float, reason: str = "finished") -> None:
        """Close the source's open run."""
        self.store.finish_run(self._runs.pop(source), at, reason).result()

    def lease(self, source: str, url: str, *, at: float, kind: LinkKind = "article") -> Lease:
        """Ask for one address; nothing else of the source may be due."""
        self.now = at
        run = self.run(source, at)
        if kind == "article":
            self.frontier.offer(source, [Link(url)], now=at).result()
        else:
            self.frontier.seed(source, [(url, kind)], now=at).result()
        given = self.frontier.lease(
            source, owner=self.owner, run_id=run, now=at, seconds=600.0, delay=0.0, in_flight=9, kinds=[kind]
        ).result()
        assert [lease.url for lease in given.leases] == [url], given
        return given.leases[0]

    def fetch(
        self, source: str, url: str, outcome: str, *, at: float, kind: LinkKind = "article", **given: Any
    ) -> Ended:
        """One fetch that brings no article."""
        lease = self.lease(source, url, at=at, kind=kind)
        detail = given.pop("detail", None)
        options: dict[str, Any] = {
            "urls": (url,),
            "status": 200,
            "ms": 180,
            "bytes": 20_480,
            "responded_at": at + 0.2,
        } | given
        ending = Ending(lease.fetch_id, Outcome(outcome, detail), at + 0.2, lease=lease, **options)
        return self.store.end(ending).result()

    def publish(self, article: Article, *, at: float, due: float | None = None, live: bool = True) -> int:
        """Fetch an article at `at` and store what the pipelines decide; `live` False: as of an archive. Answers its number."""
        self.now = at
        decision = decide(article, self.store.known(article).result())
        if not live:
            return self.save([(article, decision)], at=at)[0]
        lease = self.lease(article.source, article.url, at=at)
        ended = self.store.end(_ending(lease.fetch_id, article, decision, at=at, lease=lease, due=due)).result()
        return _number(ended)

    def save(self, decided: Sequence[tuple[Article, Decision]], *, at: float) -> list[int]:
        """Store articles as an import does, in few transactions, with what was decided on each. Answers their numbers."""
        self.now = at
        begun = [
            self.store.begin_record(self.run(one.source, at), one.source, one.url, f"warc:{uuid.uuid4().hex}#0", at)
            for one, _ in decided
        ]
        endings = [
            self.store.end(_ending(fetch.result() or 0, article, decision, at=at))
            for fetch, (article, decision) in zip(begun, decided, strict=True)
        ]
        return [_number(ended.result()) for ended in endings]

    def judge(self, source: str, verdict: Standing) -> None:
        """Write a source's health."""
        self.store.write_health(source, verdict).result()


def _ending(number: int, article: Article, decision: Decision, *, at: float, **given: Any) -> Ending:
    outcome = Outcome(decision.outcome, decision.detail)
    asked: dict[str, Any] = {"status": 200, "urls": (article.url,), "ms": 212, "bytes": 48_130, "responded_at": at}
    return Ending(number, outcome, at, article=article, decision=decision, **asked, **given)


def _number(ended: Ended) -> int:
    assert not ended.stale, "decided on another state than the stored one"
    assert not ended.refused, ended.refused
    assert ended.article_id is not None
    return ended.article_id
