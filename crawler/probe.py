"""Fetching a few addresses for a command that looks rather than crawls (`extract`, `sources add`, `sources check`, `doctor`).

It is a crawl like any other, through a frontier of its own in a temporary folder: robots.txt, the address guard, the host's
turns, redirects, size and time limits are those of every crawl. Only nothing is stored, and answers come back as they are.
"""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

import click

from crawler import terminal
from crawler.options import BrokeOff
from crawler.passes import crawl
from crawler.politeness import reservations
from crawler.politeness.addresses import without_user
from crawler.progress import Silent
from crawler.responses import fields, pairs
from crawler.source import Endpoint, Politeness, Source
from crawler.spiders.agency import AgencySpider
from crawler.start import Start, at_work
from crawler.start_crawl import crawl_settings
from pipelines.urls import canonical, host
from storage import clock
from storage.models import Outcome, Page, Profile

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping

    from scrapy.crawler import AsyncCrawlerRunner
    from scrapy.http import Response

    from crawler.config import Config
    from crawler.session import Session
    from pipelines.workers import ExtractionPool
    from storage.models import Ending, HostRules, Lease, LinkKind

PATIENCE: Final = 330.0
"""Seconds to wait for a host's turn: a little more than the longest Crawl-delay that is kept."""

QUICK: Final = Politeness(delay=0.0)
"""The installation's own least delay, or what robots.txt asks for: a look is some twenty requests, once."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one address. `url` was asked for, `final_url` answered; `status` None: no answer. `headers`: names in
    lower case. `outcome`: `listed` where the body was taken, else why not, as a crawl's `fetches` would have it."""

    url: str
    final_url: str
    status: int | None
    headers: Mapping[str, str]
    body: bytes
    outcome: Outcome
    fetched_at: str
    reserved: str | None = None

    @property
    def good(self) -> bool:
        """Whether the body is the document that was asked for."""
        return self.outcome.name == "listed"

    @property
    def content_type(self) -> str | None:
        return self.headers.get("content-type")

    @property
    def charset(self) -> str | None:
        """The charset that the HTTP header itself declares."""
        _, named, rest = (self.content_type or "").lower().partition("charset=")
        return rest.split(";")[0].strip(" \"'") or None if named else None

    def page(self, profile: Profile) -> Page:
        """The answer as extraction wants it."""
        return Page(
            url=self.url,
            final_url=self.final_url,
            body=self.body,
            fetched_at=self.fetched_at,
            profile=profile,
            status=self.status or 200,
            charset=self.charset,
            content_type=self.content_type,
            reserved=self.reserved,
        )


@dataclass(slots=True)
class Probe:
    """`fetch` asks for addresses once each and remembers what came. `sent` lists every request in its order; `say` is told of
    each answer, for people who wait."""

    session: Session
    runner: AsyncCrawlerRunner
    say: Callable[[str], None] | None = None
    sent: list[str] = field(default_factory=list)
    _answers: dict[str, Answer] = field(default_factory=dict)

    @property
    def pool(self) -> ExtractionPool:
        return self.session.pool

    async def fetch(
        self,
        urls: Iterable[str | tuple[str, LinkKind]],
        *,
        hosts: Iterable[str] = (),
        politeness: Politeness = QUICK,
    ) -> list[Answer]:
        """The answers, in the order of `urls`, each with its kind where that matters (a sitemap may be larger than a
        page), asked for without user names. Redirects stay on `hosts` and the hosts of the addresses. Raises
        `BrokeOff`, ValueError for what is no address."""
        given: list[tuple[str, LinkKind]] = [(url, "listing") if isinstance(url, str) else url for url in urls]
        asked = [(without_user(url), kind) for url, kind in given]
        new = [(url, kind) for url, kind in dict(asked).items() if url not in self._answers]
        if new:
            own = tuple(dict.fromkeys([*hosts, *(host(url) for url, _ in new)]))
            endpoints = tuple(Endpoint(url=url, kind=kind) for url, kind in new)
            self._answers.update(await self.poll(_passing_source(new[0][0], own, endpoints, politeness)))
        return [self._answers[url] for url, _ in asked]

    async def poll(self, source: Source) -> dict[str, Answer]:
        """The answer of each live endpoint of `source`, by its address, asked in the source's own way. Once a source: a
        second poll would come before its endpoints are due again. Raises `BrokeOff`."""
        spider = _spider_for(source, self.sent, self.say)
        report = await crawl(self.session, source, self.runner, spider=spider, patience=PATIENCE)
        if report.detail:
            raise BrokeOff(f"{source.name}: looking at {source.home} broke off: {report.detail}")
        found = {}
        for endpoint in source.endpoints:
            if endpoint.role == "live":
                found[endpoint.url] = spider.answers.get(endpoint.url) or _not_asked(endpoint.url)
        return found

    async def rules(self, url: str) -> HostRules:
        """What the robots.txt of an address' host said when it was asked by this probe."""
        import asyncio

        return await asyncio.wrap_future(self.session.frontier.rules(host(url)))


@asynccontextmanager
async def probing(
    config: Config,
    stop: asyncio.Event,
    *,
    exceptions: Mapping[str, tuple[str, int]],
    say: Callable[[str], None] | None = None,
) -> AsyncIterator[Probe]:
    """A probe with a frontier of its own, removed afterwards. `exceptions`: names that the command opens in the address
    guard; `say`: see `Probe`. Needs the reactor. Raises `StorageError` where the temporary folder cannot be written."""
    with tempfile.TemporaryDirectory(prefix="dateline-probe-") as folder:
        own = replace(config, database=Path(folder) / "probe.db", group=None, workers=config.workers or 2, on_alert=())
        start = Start(own, {}, crawl_settings(own, quiet=True), Silent(), exceptions)
        async with at_work(start, stop) as (session, runner):
            yield Probe(session, runner, say)


class _ProbeSpider(AgencySpider):
    """Keeps each answer instead of reading it."""

    answers: ClassVar[dict[str, Answer]]
    sent: ClassVar[list[str]]
    told: ClassVar[list[Callable[[str], None]]]
    shut: ClassVar[dict[str, Outcome]]
    """Hosts whose robots.txt the address guard refused: why nothing else of them was asked for either."""

    async def _listed(self, response: Response, lease: Lease) -> None:
        await self._end(self._ending(response, Outcome("listed", f"{len(response.body)} bytes")))

    def _ending(self, response: Response, outcome: Outcome) -> Ending:
        lease: Lease = response.meta["lease"]
        self.answers[lease.url] = Answer(
            url=lease.url,
            final_url=response.url,
            status=response.status,
            headers=fields(response),
            body=response.body,
            outcome=outcome,
            fetched_at=clock.text(self.session.clock()),
            reserved=reservations.reserved(pairs(response), at=clock.text(self.session.clock())),
        )
        return AgencySpider._ending(self, response, outcome)

    async def _end(self, ending: Ending) -> None:
        self.sent.extend(ending.urls)
        lease = ending.lease
        assert lease is not None, "a crawl's endings have leases"
        outcome = ending.outcome
        if lease.kind == "robots" and outcome.name == "blocked:address":
            self.shut[lease.host] = outcome
        elif outcome.name == "blocked:robots_unreachable":
            outcome = self.shut.get(lease.host, outcome)
        for say in self.told:
            say(f"{lease.url}: {outcome.name}")
        if lease.url not in self.answers:
            self.answers[lease.url] = Answer(lease.url, lease.url, None, {}, b"", outcome, clock.text(ending.at))
        await AgencySpider._end(self, ending)


def by_lines() -> Callable[[str], None] | None:
    """What tells a person at a terminal of each answer, on standard error; None where nobody waits."""
    return (lambda text: click.echo(terminal.line(text), err=True)) if sys.stderr.isatty() else None


def _spider_for(source: Source, sent: list[str], say: Callable[[str], None] | None) -> type[_ProbeSpider]:
    attributes: dict[str, Any] = {"name": source.name, "source": source, "answers": {}, "shut": {}, "sent": sent}
    attributes["told"] = [say] if say else []
    return type("ProbeSpider", (_ProbeSpider,), attributes | {"__module__": __name__})


def _passing_source(
    url: str, hosts: tuple[str, ...], endpoints: tuple[Endpoint, ...], politeness: Politeness
) -> Source:
    """A source of which nobody has a file."""
    return Source(
        name=host(url).partition(":")[0].removeprefix("www."),
        title=host(url),
        home=canonical(url),
        hosts=hosts,
        country=None,
        languages=(),
        profile=Profile(source="probe"),
        endpoints=endpoints,
        politeness=politeness,
    )


def _not_asked(url: str) -> Answer:
    outcome = Outcome(
        "blocked:host", f"{url} was not asked for: its host is closed or paused (robots.txt, Retry-After)"
    )
    return Answer(url, url, None, {}, b"", outcome, clock.text(time.time()))
