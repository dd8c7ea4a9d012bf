"""Every spelling of an address that is not public, by every way that an address comes into a crawl: nothing is connected to.

Each batch is real crawls through Scrapy's own handler. The host `agency.test` is opened on loopback and gives the addresses:
as links of a feed, children of a sitemap index, targets of redirects of articles and of robots.txt files, in pages (meta
refresh, canonical, AMP, next, image), by hand (a spider of somebody's own), and as what a command is given to look at. The
policies before the guard are opened as far as they go: the addresses are among the source's hosts, their robots.txt allow all.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from bench.torture.address_forms import forms
from bench.torture.listeners import Answer, Here, World, world
from bench.torture.part import Batch

if TYPE_CHECKING:
    from crawler.source import Source

PROMISE = 4
TITLE = "address forms by seven entries"
ENTRIES: Final = ("feed", "sitemap", "redirect", "robots", "page", "by hand", "given")
BATCH = TARGET = 7 * 115

HOST, ROBOTS_HOST = "agency.test", "h{}.agency.test"


@dataclass(slots=True)
class Form:
    """One spelling. `secret`: the port of the listener that must not be reached."""

    number: int
    kind: str
    host: str
    secret: int

    def url(self, entry: str) -> str:
        return f"http://{self.host}:{self.secret}/{entry.replace(' ', '-')}/{self.number}"

    @property
    def own_host(self) -> str | None:
        """As a source's `hosts` would have it; None where a URL cannot hold it."""
        try:
            return urlsplit(self.url("x")).hostname
        except ValueError:
            return None


def answers(made: Sequence[Form]) -> Callable[[str, str], Answer]:
    """The exempt host's: what lists, redirects and holds the addresses."""

    def xml(body: str) -> Answer:
        return 200, {"Content-Type": "application/xml"}, body.encode()

    def escaped(url: str) -> str:
        return url.replace("&", "&amp;").replace("<", "&lt;")

    def answer(host: str, target: str) -> Answer:
        way, _, number = target.strip("/").partition("/")
        form = made[int(number)] if number.isdigit() else None
        if target == "/robots.txt":
            if host != HOST:
                return 302, {"Location": _sent(made[int(host[1:].partition(".")[0])].url("robots"))}, b""
            return 200, {"Content-Type": "text/plain"}, b"User-agent: *\nAllow: /\n"
        if way == "feed":
            links = [form.url("feed") for form in made]
            links += [f"http://{HOST}/away/{form.number}" for form in made] + [
                f"http://{HOST}/page/{form.number}" for form in made
            ]
            links += [f"http://{ROBOTS_HOST.format(form.number)}/behind" for form in made]
            items = "".join(
                f"<item><title>{n}</title><link>{escaped(url)}</link></item>" for n, url in enumerate(links)
            )
            return xml(f'<rss version="2.0"><channel>{items}</channel></rss>')
        if way == "sitemap":
            items = "".join(f"<sitemap><loc>{escaped(form.url('sitemap'))}</loc></sitemap>" for form in made)
            return xml(f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{items}</sitemapindex>')
        if way == "away" and form:
            return 302, {"Location": _sent(form.url("redirect"))}, b""
        if way == "page" and form:
            url = escaped(form.url("page")).replace('"', "&quot;")
            head = f'<meta http-equiv="refresh" content="0; url={url}"><meta property="og:image" content="{url}">'
            rels = "".join(f'<link rel="{rel}" href="{url}">' for rel in ("canonical", "amphtml", "next", "alternate"))
            body = f'<img src="{url}"><a rel="next" href="{url}">next</a><iframe src="{url}"></iframe>'
            return (
                200,
                {"Content-Type": "text/html"},
                f"<html><head>{head}{rels}</head><body>{body}</body></html>".encode(),
            )
        return 404, {}, b""

    return answer


def _sent(url: str) -> str:
    """As a header holds it: UTF-8, which `Listener` writes byte by byte."""
    return url.encode().decode("latin-1")


def batch(seed: int, size: int, folder: Path) -> Batch:
    """One crawl of all entries with all forms, then the probe and the spider by hand."""
    from crawler.loop import run_in_loop

    found: list[Batch] = []

    async def main(stop: asyncio.Event) -> int:
        found.append(await _tried(seed, size, folder, stop))
        return 0

    run_in_loop(main)
    return found[0]


async def _tried(seed: int, size: int, folder: Path, stop: asyncio.Event) -> Batch:
    rng = Random(seed)
    made: list[Form] = []
    async with world(answers(made)) as here:
        for number, (kind, host, found) in enumerate(forms(rng)):
            made.append(Form(number, kind, host, here.secret.port))
            if found:
                name = host.rstrip(".").lower()
                here.names[name if name.isascii() else name.encode("idna").decode()] = found
        opened = {HOST: ("127.0.0.1", here.site.port)}
        opened |= {ROBOTS_HOST.format(form.number): ("127.0.0.1", here.site.port) for form in made}
        faults: list[str] = []
        done = 0
        steps: tuple[Callable[..., Awaitable[int]], ...] = (_crawled, _by_hand, _given)
        for step in steps:
            if done < size:
                done += await step(here, made, opened, folder, stop, faults)
    seen = f"seed {seed}"
    faults += [f"{seen}: the secret listener was reached: {host}{target}" for host, target in here.secret.asked]
    faults += [f"{seen}: {address} would have been dialled" for address in sorted(set(here.dialled))]
    figures = {
        "sum hits on what is not public": float(here.secret.asked.total() + len(here.dialled)),
        "sum requests to the exempt host": float(here.site.asked.total()),
    }
    return Batch(done, faults, figures)


async def _crawled(
    here: World,
    made: list[Form],
    opened: dict[str, tuple[str, int]],
    folder: Path,
    stop: asyncio.Event,
    faults: list[str],
) -> int:
    """Feed, sitemap, redirects, robots redirects and pages, in one crawl of one source."""
    from crawler.config import Config
    from crawler.passes import crawl
    from crawler.progress import Silent
    from crawler.start import Start, at_work
    from crawler.start_crawl import crawl_settings
    from storage.models import HostRules
    from storage.reader import Reader

    config = replace(
        Config(database=folder / "news.db"), contact="a@agency.test", first_poll=0, delay_floor=0.0, workers=1
    )
    settings = crawl_settings(config, quiet=True) | {"LOG_ENABLED": False}
    source = _source(here, made)
    async with at_work(Start(config, {source.name: source}, settings, Silent(), opened), stop) as (session, runner):
        session.pool = cast("Any", Here())
        for form in made:  # else the guard would see their robots.txt only
            for host in {urlsplit(form.url("x")).netloc.lower() if form.own_host else "", _host(form.url("x"))} - {""}:
                rules = HostRules(host, "allow_all", "", time.time() + 86400)
                await asyncio.wrap_future(session.frontier.learn(rules))
        for _ in range(3):  # what the first pass found, and what that led to
            await crawl(session, source, runner, patience=0.0)
    with Reader(config.database) as reader:
        rows = reader.db.conn.execute("SELECT url, outcome, reason FROM fetches").fetchall()
    gone = {target for host, target in here.site.asked}
    faults += [
        f"form {form.number} ({form.kind}): its page was never asked for"
        for form in made
        if f"/page/{form.number}" not in gone
    ]
    faults += [
        f"form {form.number} ({form.kind}): its redirect was never met"
        for form in made
        if f"/away/{form.number}" not in gone
    ]
    good = {("blocked", "address"), ("blocked", "redirect")}
    for url, outcome, reason in rows:
        if urlsplit(url).port == here.secret.port and (outcome, reason) not in good:
            faults.append(f"{url} ended as {outcome}:{reason}")
    return 5 * len(made)


def _source(here: World, made: list[Form]) -> Source:
    from crawler.source import Endpoint, Politeness, Source
    from storage.models import Profile

    hosts = {
        HOST,
        *(ROBOTS_HOST.format(form.number) for form in made),
        *(form.own_host for form in made if form.own_host),
    }
    return Source(
        name="agency", title="Agency", home=f"http://{HOST}:{here.secret.port}", hosts=tuple(sorted(hosts)), country=None,
        languages=("en",), profile=Profile("agency", recheck=()), politeness=Politeness(delay=0.0, hourly=10**6, polls=10**6),
        endpoints=(Endpoint(f"http://{HOST}/feed", "feed"), Endpoint(f"http://{HOST}/sitemap", "sitemap")),
    )  # fmt: skip


def _host(url: str) -> str:
    from pipelines.urls import canonical

    try:
        return urlsplit(canonical(url)).netloc.lower()
    except ValueError:
        return ""


async def _by_hand(
    here: World,
    made: list[Form],
    opened: dict[str, tuple[str, int]],
    folder: Path,
    stop: asyncio.Event,
    faults: list[str],
) -> int:
    """A spider that somebody wrote, under the project's settings as `scrapy fetch` has them."""
    from scrapy import Request, Spider
    from scrapy.crawler import AsyncCrawlerRunner
    from twisted.internet import reactor

    from crawler import settings as project
    from crawler.politeness import guard

    ended: dict[int, str] = {}

    class ByHand(Spider):
        name = "by-hand"

        async def start(self) -> Any:
            for form in made:
                try:
                    yield Request(
                        form.url("by hand"),
                        self.came,
                        errback=self.failed,
                        cb_kwargs={"number": form.number},
                        dont_filter=True,
                    )
                except ValueError:
                    ended[form.number] = "no address"

        async def came(self, response: Any, number: int) -> None:
            ended[number] = f"answered: {response.text[:40]}"

        async def failed(self, failure: Any) -> None:
            ended[failure.request.cb_kwargs["number"]] = "refused"

    guard.install(reactor, exceptions=opened)
    own = {name: value for name, value in vars(project).items() if name.isupper()}
    await AsyncCrawlerRunner(own | {"ITEM_PIPELINES": {}, "LOG_ENABLED": False}).crawl(ByHand)
    faults += [
        f"by hand, form {form.number} ({form.kind}, {form.host}): {ended.get(form.number, 'no end')}"
        for form in made
        if ended.get(form.number) not in {"refused", "no address"}
    ]
    return len(made)


async def _given(
    here: World,
    made: list[Form],
    opened: dict[str, tuple[str, int]],
    folder: Path,
    stop: asyncio.Event,
    faults: list[str],
) -> int:
    """What `extract`, `sources add`, `sources check` and `doctor` are given to look at."""
    from crawler.config import Config
    from crawler.probe import probing

    config = replace(Config(database=folder / "given.db"), contact="a@agency.test", delay_floor=0.0, workers=1)
    asked = [form for form in made if _host(form.url("given"))]
    async with probing(config, stop, exceptions=opened) as probe:
        probe.session.pool = cast("Any", Here())
        for answer in await probe.fetch([form.url("given") for form in asked]):
            if answer.outcome.name not in {
                "blocked:address",
                "blocked:robots_unreachable",
                "blocked:host",
            }:
                faults.append(f"given {answer.url}: {answer.outcome.name}")
    return len(made)
