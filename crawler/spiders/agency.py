"""The one spider: asks the frontier what is due, fetches it, hands pages to the pipelines and links to the frontier."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, cast
from urllib.parse import urldefrag, urlsplit
from zoneinfo import ZoneInfo

from scrapy import Request, Spider

from crawler import answers, feed_text, polls, request_meta, responses, robots_asked
from crawler.discovery import parted, reach
from crawler.discovery.archives import posted
from crawler.discovery.descent import is_later
from crawler.endings import child_of, endpoint_of
from crawler.politeness import conditional, reservations, retry, robots
from crawler.politeness.fields import first, pairs
from crawler.politeness.redirects import RedirectRefused, target
from pipelines.awaited import awaited
from storage import clock
from storage.models import Dispatch, Ending, HostNote, HostRules, Lease, Outcome, Page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawler.discovery.parted import Parted
    from crawler.ledger import Ledger
    from crawler.session import Assignment, Session
    from crawler.source import Source

DISCOVERY_SECONDS = 20.0
PATIENCE_FOR_A_HOP = 60.0


class AgencySpider(Spider):
    """Everything that differs between agencies is in `source`; `crawler.assignment` is this crawl's part of the session.

    Without a name of its own: the loader makes one class a source. A spider written by hand subclasses it with a `name`
    and a `source`."""

    source: ClassVar[Source]

    @property
    def assignment(self) -> Assignment:
        return cast("Assignment", self.crawler.assignment)  # type: ignore[attr-defined]  # rides on the crawler

    @property
    def session(self) -> Session:
        return self.assignment.session

    @property
    def ledger(self) -> Ledger:
        ledger = self.assignment.ledger
        assert ledger is not None, "the Ledger extension makes itself known before the spider starts"
        return ledger

    async def start(self) -> AsyncIterator[Request | Dispatch]:
        """One request for each lease, in the moment its host's turn has come; the page itself where a feed gave it whole."""
        try:
            async for lease in self.assignment.leasing.leases():
                meta = request_meta.of(lease, timeout=self.source.politeness.timeout, proxy=self.session.config.proxy)
                self.ledger.opened(lease, meta["hops"])
                try:
                    what = self._fed(lease, meta) or await self._asked(lease, meta)
                except Exception as error:  # noqa: BLE001 - ends this fetch, not the crawl
                    await self.ledger.broke(lease, meta["hops"], error)
                    continue
                if what is not None:
                    yield what
        except Exception as error:  # noqa: BLE001 - Scrapy would log it and call the crawl finished
            self.ledger.stopped(error)

    async def arrived(self, response: Response) -> AsyncIterator[Request | Dispatch]:
        """An answer: a hop, a page for the pipelines, or the end of a fetch; whatever happens, the fetch has an end."""
        try:
            async for what in self._read(response):
                yield what
        except Exception as error:  # noqa: BLE001 - as above
            await self.ledger.broke(response.meta["lease"], response.meta["hops"], error)

    async def _read(self, response: Response) -> AsyncIterator[Request | Dispatch]:
        lease: Lease = response.meta["lease"]
        if response.status in answers.REDIRECTS and responses.location(response):
            if request := await self._hop(response, lease):
                yield request
            return
        if lease.kind == "robots":
            read = answers.of_status(response.status, "robots") or Outcome("listed", "robots.txt read")
            await self._end(self._ending(response, read))
            return
        if outcome := answers.of_status(response.status, lease.kind, later=is_later(lease)):
            await self._end(self._ending(response, outcome))
        elif lease.kind == "article":
            yield self._dispatch(response, lease)
        else:
            await self._listed(response, lease)

    async def failed(self, failure: Failure) -> None:
        """No answer: the fetch ends with the reason; an unreachable robots.txt closes its host for a while (RFC 9309)."""
        request = cast("Request", failure.request)  # type: ignore[attr-defined]  # set by Scrapy on errbacks
        try:
            await self._end(self._unanswered(request.meta, answers.of_failure(cast("BaseException", failure.value))))
        except Exception as error:  # noqa: BLE001 - as above
            await self.ledger.broke(request.meta["lease"], request.meta["hops"], error)

    async def _asked(self, lease: Lease, meta: dict[str, Any]) -> Request | None:
        """The request of a lease, or None after robots.txt has ended the fetch without one."""
        url = urldefrag(lease.url).url  # a fragment only tells two POSTs to one address apart
        if lease.kind != "robots" and (refusal := await self._refused_by_robots(url, lease.host, lease.rules)):
            await self._end(self._unanswered(meta, refusal))
            return None
        endpoint = endpoint_of(lease, self.source)
        if endpoint is not None and (body := posted(endpoint, lease.url)) is not None:
            return self._posted(url, meta, body.encode())
        # Never of a robots.txt: its rules hold a day, and a 304 would have to be joined to what was kept of them.
        validators = {} if lease.kind == "robots" else conditional.headers(lease.validators)
        return self._request(url, meta, validators)

    def _fed(self, lease: Lease, meta: dict[str, Any]) -> Dispatch | None:
        """The page of an article that its feed gives whole, made without a request; None for every other lease."""
        if not feed_text.is_whole(lease, self.source):
            return None
        page = feed_text.page_of(lease, self.source.profile, clock.text(self.session.clock()))
        if self.assignment.seen:
            self.assignment.seen(page)
        ending = self._unanswered(meta, Outcome("failed:internal", "no pipeline decided"))
        return Dispatch(page=page, ending=ending, span=self.assignment.span)

    async def _refused_by_robots(self, url: str, host: str, rules: HostRules | None = None) -> Outcome | None:
        """Why the host's rules, or those that came with its lease, close an address."""
        if rules is None:
            rules = await awaited(self.session.frontier.rules(host))
        return robots_asked.refusal(rules, url, host)

    def _request(self, url: str, meta: dict[str, Any], headers: dict[str, str]) -> Request:
        return Request(url, callback=self.arrived, errback=self.failed, meta=meta, headers=headers, dont_filter=True)

    def _posted(self, url: str, meta: dict[str, Any], body: bytes) -> Request:
        return self._request(url, meta, {"Content-Type": "application/json"}).replace(method="POST", body=body)

    async def _hop(self, response: Response, lease: Lease) -> Request | None:
        """The next request of a redirect, when host, robots and turn allow it; else the fetch ends here."""
        hops: list[str] = response.meta["hops"]
        try:
            url = self._target(response, lease, hops)
        except RedirectRefused as error:
            means = robots_asked.status_of(error, response)
            await self._stopped(response, Outcome("blocked:redirect", str(error)), means)
            return None
        host = urlsplit(url).netloc.lower()
        if lease.kind != "robots" and host != lease.host:
            await self._ask_robots(url, host, response.meta)
        if lease.kind != "robots" and (refusal := await self._refused_by_robots(url, host)):
            await self._stopped(response, refusal)
            return None
        if not await self._turn(host, lease):
            await self._stopped(response, Outcome("failed:no_turn", f"{host} gave no turn for the redirect to {url}"))
            return None
        asked, meta = response.request, request_meta.passed_on(response.meta)
        if asked is not None and asked.method == "POST" and response.status in answers.KEEPING:
            return self._posted(url, meta, asked.body)
        return self._request(url, meta, {})

    def _target(self, response: Response, lease: Lease, hops: list[str]) -> str:
        """Where a redirect leads. Raises `RedirectRefused`."""
        if lease.kind == "robots":
            return robots_asked.next_hop(response, hops)
        return target(response.url, responses.location(response), hosts=self.source.hosts, hops=hops)

    async def _stopped(self, response: Response, outcome: Outcome, status: int | None = None) -> None:
        """End a fetch at a redirect that is not followed. `status`: what that means of a robots.txt."""
        note = self._note(response.meta["lease"], status, b"")
        await self._end(replace(self._ending(response, outcome), host=note))

    async def _ask_robots(self, url: str, host: str, meta: dict[str, Any]) -> None:
        """Read the robots.txt of another host that a redirect leads to, within the same fetch, unless it is known."""
        frontier = self.session.frontier
        if not robots.stale(await awaited(frontier.rules(host)), self.session.clock()):
            return
        rules = await robots_asked.ask(
            url,
            host,
            meta=request_meta.passed_on(meta),
            download=self.crawler.engine.download_async,
            now=self.session.clock,
            turn=lambda asked: self._turn(urlsplit(asked).netloc.lower(), meta["lease"]),
        )
        if rules is not None:  # else it is not known: nothing of the host is allowed
            await awaited(frontier.learn(rules))

    async def _turn(self, host: str, lease: Lease) -> bool:
        """Wait for a further turn of a host within the same fetch; False when it does not come in time."""
        end = self.session.clock() + PATIENCE_FOR_A_HOP
        while (now := self.session.clock()) < end and not self.session.stop.is_set():
            wait = await self.assignment.leasing.turn(host, lease)
            if wait <= 0:
                return True
            await asyncio.sleep(min(wait, end - now))
        return False

    async def _listed(self, response: Response, lease: Lease) -> None:
        """A feed, sitemap or listing: its links, read in a worker process, go to the frontier with the outcome."""
        endpoint = endpoint_of(lease, self.source) or child_of(lease, self.source)
        body = response.body
        found: Parted | str = await self.session.pool.run(
            parted.read,
            replace(lease, rules=None),
            body if len(body) < parted.LONG else await asyncio.to_thread(parted.packed, body),
            url=response.url,
            content_type=responses.text(response.headers.get("Content-Type")),
            endpoint=endpoint,
            source=self.source,
            later=is_later(lease),
            span=self.assignment.span,
            zone=ZoneInfo(self.source.profile.timezone) if self.source.profile.timezone else None,
            newest_first=lease.first_poll and self.session.config.first_poll > 0,
            seconds=DISCOVERY_SECONDS,
        )
        if isinstance(found, str):
            await self._end(self._ending(response, Outcome(f"failed:{found}", f"{lease.url} could not be read")))
            return
        ending = replace(self._ending(response, found.outcome), links=found.links, ttl=found.ttl, traps=found.traps)
        ending = await polls.observed(ending, found.sample, self.source, self.session.frontier)
        if lease.backfill and found.found is not None:
            ending = reach.noted(ending, found.found, endpoint)
        await self.ledger.end_in_parts(ending, found.parts)

    def _dispatch(self, response: Response, lease: Lease) -> Dispatch:
        fetched_at = clock.text(self.session.clock())
        page = Page(
            url=lease.url,
            final_url=response.url,
            body=response.body,
            fetched_at=fetched_at,
            profile=self.source.profile,
            status=response.status,
            charset=responses.charset(response),
            content_type=responses.text(response.headers.get("Content-Type")),
            witness=replace(lease.witness, whole=False) if lease.witness and lease.witness.whole else lease.witness,
            reserved=reservations.reserved(responses.pairs(response), at=fetched_at),
        )
        if self.assignment.seen:
            self.assignment.seen(page)
        # The outcome is a placeholder that the pipelines replace; `failed:internal` is what remains if they cannot.
        ending = self._ending(response, Outcome("failed:internal", "no pipeline decided"))
        return Dispatch(page=page, ending=ending, span=self.assignment.span)

    def _ending(self, response: Response, outcome: Outcome) -> Ending:
        lease: Lease = response.meta["lease"]
        headers = pairs(responses.fields(response))
        now = self.session.clock()
        note = self._note(lease, response.status, response.body)
        if response.status in answers.PAUSING:
            until = retry.pause(response.status, first(headers, "retry-after"), lease.tries, now)
            note = replace(note, paused_until=until)
        return Ending(
            fetch_id=lease.fetch_id,
            outcome=outcome,
            at=now,
            lease=lease,
            status=response.status,
            urls=tuple(response.meta["hops"]),
            ms=int((time.monotonic() - response.meta["began"]) * 1000),
            bytes=len(response.body),
            responded_at=now,
            validators=conditional.validators(headers),
            host=note,
            max_age=conditional.max_age(headers),
        )

    def _unanswered(self, meta: dict[str, Any], outcome: Outcome) -> Ending:
        lease: Lease = meta["lease"]
        now = self.session.clock()
        return Ending(
            fetch_id=lease.fetch_id,
            outcome=outcome,
            at=now,
            lease=lease,
            urls=tuple(meta["hops"]),
            ms=int((time.monotonic() - meta["began"]) * 1000),
            responded_at=now if meta["hops"] else None,
            host=self._note(lease, None, b""),
        )

    def _note(self, lease: Lease, status: int | None, body: bytes) -> HostNote:
        """What this fetch says of its host: of robots.txt always its rules, or nobody could ask the host for anything."""
        if lease.kind != "robots":
            return HostNote(host=lease.host)
        now = self.session.clock()
        return HostNote(lease.host, robots=robots.read(status, body, now=now, host=lease.host, agent=robots.TOKEN))

    async def _end(self, ending: Ending) -> None:
        await awaited(self.ledger.end(ending))
