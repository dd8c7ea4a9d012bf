"""A site of a few answers on loopback, and crawls of one source over it, in one session with a clock of its own."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from crawler.backfilling import Span
from crawler.config import Config
from crawler.demo.answers import Response
from crawler.demo.server import ADDRESS, Listener
from crawler.passes import Report, crawl
from crawler.progress import Silent
from crawler.source import Endpoint, Politeness, Source
from crawler.start import Start, at_work
from crawler.start_crawl import crawl_settings
from pipelines.extractor import extract
from storage.models import Extraction, Page, Profile
from storage.reader import Reader

HOST = "wire.test"
TEXT = (
    "The harbour was closed for the night after a crane fell on the eastern quay, the port authority said on Friday.",
    "Fourteen ships waited outside until the pilot came at six in the morning, and two ferries turned back to Lima.",
    "Nobody was hurt, said the harbour master, who has asked the ministry for an inquiry into the age of the cranes.",
)

Answer = str | bytes | tuple[int, dict[str, str], str | bytes] | Callable[[str, bytes], Any]


def article(title: str, published: str, *more: str) -> str:
    """A page with a text of its own."""
    paragraphs = "".join(f"<p>{line}</p>" for line in (f"{title}, as was said in Lima.", *TEXT, *more))
    return (
        f'<html lang="en"><head><title>{title}</title><meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="{published}"></head>'
        f"<body><article><h1>{title}</h1>{paragraphs}</article></body></html>"
    )


@dataclass
class SmallSite:
    """`answers`: target -> a body, (status, headers, body), or a function of method and request body; 404 for others."""

    answers: dict[str, Answer] = field(default_factory=dict)

    def respond(self, method: str, host: str, target: str, headers: Mapping[str, str] | None = None) -> Response:
        raise NotImplementedError("the server below answers with the request's body at hand")

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        found = self.answers.get(target, (404, {}, ""))
        if callable(found):
            found = found(method, body)
        status, headers, text = found if isinstance(found, tuple) else (200, {}, found)
        return status, headers, text.encode() if isinstance(text, str) else text


class SmallServer(Listener):
    """Remembers each request: (method, target, body, headers)."""

    def __init__(self, site: SmallSite) -> None:
        super().__init__(site)
        self.site = site
        self.asked: list[tuple[str, str, bytes, dict[str, str]]] = []

    async def _answer(self, request: web.BaseRequest, host: str) -> web.StreamResponse | None:
        body = await request.read()
        self.asked.append((request.method, request.raw_path, body, dict(request.headers)))
        status, headers, text = self.site.answer(request.method, request.raw_path, body)
        response = web.Response(status=status, headers=headers, body=text)
        await response.prepare(request)
        await response.write_eof()
        return response


@dataclass
class Crawls:
    """Crawls of one source, `ahead` seconds in the future."""

    server: SmallServer
    database: Path
    source: Source
    run: Callable[[Span | None], Any]
    ahead: float = 0.0

    async def live(self) -> Report:
        report: Report = await self.run(None)
        return report

    async def back(self, since: str, until: str) -> Report:
        first, last = (datetime.fromisoformat(at).replace(tzinfo=UTC) for at in (since, until))
        report: Report = await self.run(Span(first, last))
        return report

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with Reader(self.database) as reader:
            return reader.db.conn.execute(query).fetchall()

    def targets(self) -> list[str]:
        """What was asked for, without robots.txt."""
        return [target for _, target, _, _ in self.server.asked if target != "/robots.txt"]

    def told(self) -> list[str]:
        """Every address that `fetches` says was asked for, without robots.txt, in order."""
        rows = self.rows("SELECT urls FROM fetches WHERE urls IS NOT NULL ORDER BY id")
        urls = [url for (told,) in rows for url in json.loads(told)]
        return [url.partition(str(self.server.port))[2] for url in urls if not url.endswith("/robots.txt")]


@asynccontextmanager
async def crawls(folder: Path, site: SmallSite, *endpoints: Endpoint, **more: Any) -> AsyncIterator[Crawls]:
    """`endpoints`: with paths for addresses; `more`: other fields of the source, and Scrapy's `settings`."""
    settings: dict[str, Any] = more.pop("settings", {})
    async with SmallServer(site) as server:
        home = f"http://{HOST}:{server.port}"
        source = Source(
            name="wire", title="Wire", home=home, hosts=(HOST,), country=None, languages=("en",),
            profile=Profile("wire", recheck=more.pop("recheck", ())),
            endpoints=tuple(replace(e, url=home + e.url) for e in endpoints), **({"politeness": Politeness(delay=0.0)} | more),
        )  # fmt: skip
        config = replace(
            Config(database=folder / "news.db"), contact="a@wire.test", first_poll=0, delay_floor=0.0, workers=1
        )
        settings = crawl_settings(config, quiet=True) | {"LOG_ENABLED": False} | settings
        opened = {HOST: (ADDRESS, server.port)}
        start = Start(config, {"wire": source}, settings, Silent(), opened, lambda: time.time() + made.ahead)

        async def run(span: Span | None) -> Report:
            return await crawl(session, source, runner, span=span)

        made = Crawls(server, config.database, source, run)
        with extracting_here():
            async with at_work(start, asyncio.Event()) as (session, runner):
                yield made


@contextmanager
def extracting_here() -> Iterator[None]:
    """Sessions extract in this process, and start no worker that each would load the extractor for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crawler.workers_first.ExtractionPool", lambda **_: Here())
        yield


class Here:
    """The pool of worker processes, in this process: what is tried here is what is asked and when, and these pages do no
    harm."""

    def start(self) -> None:
        """There is nothing to start."""

    async def extract(self, page: Page) -> Extraction:
        return extract(page)

    async def run(self, function: Callable[..., Any], *arguments: Any, seconds: float, **named: Any) -> Any:
        del seconds
        return function(*arguments, **named)

    async def close(self) -> None:
        """Nothing was started."""
