"""A hundred made-up sources on loopback for `bench/shards.py`: what each prints in a round, their TOMLs, one server for all.

Source `s007` has a feed and STORIES pages at `http://HOST/s007/NUMBER`. Its host is its own but for the first twenty, of which
each two share one (the second by its `www.` twin). The first story of four sources in a row is the same text; in the second
round every fifth source prints its second story corrected, every fifth after it the text of its neighbour's third one, and
each has one story more."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from xml.sax.saxutils import escape

STORIES = 4
SHARING = 20
_SAID = (
    "harbour council minister storm bridge river market vote train school farmers price water plan court union ferry border "
    "delegates hospital engineers island budget wheat pilot valley museum election strike power station committee coast"
)
WORDS = _SAID.split()
TOML = """
title = "Source {name}"
home = "http://{host}/"
hosts = ["{host}"]
languages = ["en"]

[articles]
url = ['/{name}/[0-9]+$']

[profile]
timezone = "UTC"
recheck = []

[politeness]
delay = 0.1

[[endpoint]]
url = "http://{host}/{name}/feed.xml"
kind = "feed"
interval = 30
"""


@dataclass
class World:
    """All sources at the moment `at`, in a round from 1; `turned`: when the second began. `asked`: host -> the runs that
    asked it; `most`: the most requests that any host had under way at once."""

    at: datetime
    turned: datetime = field(default_factory=lambda: datetime.now(UTC))
    count: int = 100
    round: int = 1
    run: str = ""
    asked: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    requests: int = 0
    most: int = 0
    _under_way: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def names(self) -> list[str]:
        return [f"s{number:03}" for number in range(self.count)]

    def host(self, name: str) -> str:
        number = int(name[1:])
        if number < SHARING:
            return f"{'www.' * (number % 2)}site{number // 2:03}.test"
        return f"site{number:03}.test"

    def write(self, folder: Path) -> None:
        """The sources' TOMLs."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in self.names():
            (folder / f"{name}.toml").write_text(TOML.format(name=name, host=self.host(name)), encoding="utf-8")

    def stories(self, name: str) -> range:
        return range(STORIES + (self.round > 1))

    def text(self, name: str, story: int) -> tuple[str, str]:
        """Headline and text of a story in this round."""
        number = int(name[1:])
        seed = f"shared {number // 4}" if story == 0 else f"{name} {story}"
        revised = self.round > 1 and story == 1 and number % 5 == 0
        if self.round > 1 and story == 1 and number % 5 == 1:
            seed = f"s{number - 1:03} 2"  # tells its neighbour's story now
        rng = random.Random(seed)
        made = [" ".join(rng.choices(WORDS, k=14)).capitalize() + f" {rng.randrange(10**6)} people." for _ in range(24)]
        if revised:
            made[0] = f"The number of seats is {rng.randrange(10**6)}, not as was said here at first."
        head = " ".join(rng.choices(WORDS, k=7)).capitalize()
        return ("CORRECTED-" * revised) + head, "\n\n".join(" ".join(made[i : i + 3]) for i in range(0, 24, 3))

    def changed(self, name: str, story: int) -> datetime:
        """When a story was last changed."""
        published = self.published(name, story)
        if self.round > 1 and story == 1 and int(name[1:]) % 5 < 2:
            return self.turned
        return published

    def published(self, name: str, story: int) -> datetime:
        return self.at - timedelta(minutes=10 * story + int(name[1:]) % 10 + 5)

    def answer(self, host: str, path: str) -> tuple[int, str, str]:
        """Status, content type and body of a request."""
        if path == "/robots.txt":
            return 200, "text/plain", "User-agent: *\nDisallow:\n"
        _, name, page = (*path.split("/"), "", "")[:3]
        if name not in self.names() or self.host(name) != host:
            return 404, "text/html", "<html><title>Not found</title></html>"
        if page == "feed.xml":
            return 200, "application/rss+xml", self._feed(name)
        if not page.isdecimal() or int(page) not in self.stories(name):
            return 404, "text/html", "<html><title>Not found</title></html>"
        return 200, "text/html; charset=utf-8", self._page(name, int(page))

    def _feed(self, name: str) -> str:
        items = "".join(
            f"<entry><title>{escape(self.text(name, story)[0])}</title><id>{name}-{story}</id>"
            f'<link href="http://{self.host(name)}/{name}/{story}"/>'
            f"<published>{self.published(name, story).isoformat()}</published>"
            f"<updated>{self.changed(name, story).isoformat()}</updated></entry>"
            for story in self.stories(name)
        )
        head = f"<title>{name}</title><updated>{self.at.isoformat()}</updated>"
        return f'<feed xmlns="http://www.w3.org/2005/Atom">{head}{items}</feed>'

    def _page(self, name: str, story: int) -> str:
        head, text = self.text(name, story)
        body = "".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n"))
        url = f"http://{self.host(name)}/{name}/{story}"
        times = "".join(
            f'<meta property="article:{what}_time" content="{at.isoformat()}">'
            for what, at in (("published", self.published(name, story)), ("modified", self.changed(name, story)))
        )
        return (
            f'<html lang="en"><head><title>{escape(head)}</title><link rel="canonical" href="{url}">{times}</head>'
            f"<body><article><h1>{escape(head)}</h1>{body}</article></body></html>"
        )

    @contextmanager
    def counting(self, host: str) -> Iterator[None]:
        """A request to a host is under way."""
        with self._lock:
            self.requests += 1
            self.asked[host.removeprefix("www.")].add(self.run)
            self._under_way[host] += 1
            self.most = max(self.most, self._under_way[host])
        try:
            yield
        finally:
            with self._lock:
                self._under_way[host] -= 1


@contextmanager
def serving(world: World) -> Iterator[int]:
    """A server for all hosts on one loopback port, which it gives."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host = self.headers.get("Host", "").partition(":")[0]
            with world.counting(host):
                status, kind, text = world.answer(host, self.path)
                body = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Date", format_datetime(datetime.now(UTC), usegmt=True))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
