"""Which pages `bench/crawl.py` crawls, on which hosts; and the folder of sources by which Dateline knows them."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from crawler.config import Config, render

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
HOSTS = 50
NO_RECHECK = "[]"
"""No article is looked at again: a second look would be a request that no peer makes."""

DELAY = 0.1
"""Seconds between two requests to a host: the least that `delay_floor` takes."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the corpus at its place on a host."""

    path: str
    file: str
    encoding: str | None
    title: str | None
    language: str


@dataclass(frozen=True, slots=True)
class Host:
    """A host with its pages; `address` is where peers find it that go by addresses."""

    name: str
    address: str
    pages: tuple[Page, ...]

    @property
    def source(self) -> str:
        return self.name.partition(".")[0]

    @property
    def language(self) -> str:
        spoken = [page.language for page in self.pages]
        return max(sorted(set(spoken)), key=spoken.count)


def hosts_of(corpus: Path, *, every: int = 1, first: int = 0, hosts: int = HOSTS) -> list[Host]:
    """Every so many-th page of the corpus from `first` on, those of one language and site side by side, parted into `hosts` as
    evenly as can be. Raises SystemExit where the folder holds no corpus."""
    listed = corpus / "gold" / "dev.jsonl"
    if not listed.exists():
        raise SystemExit(f"{corpus}: no gold/dev.jsonl there; give the folder of the corpus")
    lines = listed.read_text(encoding="utf-8").splitlines()
    gold = [json.loads(line) for line in lines][first::every]
    pages = [
        Page(
            f"/story/{each['id']}",
            str(corpus.resolve() / "pages" / "dev" / f"{each['id']}.html.gz"),
            each.get("encoding"),
            each.get("title"),
            str(each.get("lang") or "en")[:2],
        )
        for each in sorted(gold, key=lambda each: (each.get("lang") or "en", each["site"], each["id"]))
    ]
    hosts = min(hosts, len(pages))
    cuts = [len(pages) * at // hosts for at in range(hosts + 1)]
    return [
        Host(f"wire{at:02}.test", f"127.0.0.{at + 1}", tuple(pages[cuts[at] : cuts[at + 1]])) for at in range(hosts)
    ]


def feed_of(host: Host, port: int) -> str:
    """The host's feed: an item for each page, with its headline where the corpus knows one."""
    items = "".join(
        f"<item><title>{escape(page.title or '')}</title><link>http://{host.name}:{port}{page.path}</link></item>"
        for page in host.pages
    )
    return f'<rss version="2.0"><channel><title>{host.name}</title>{items}</channel></rss>'


def source_of(host: Host, port: int) -> str:
    """The host as a source of the registry. `licensed`: pages that reserve their rights are stored whole, as peers do it,
    since without their text they would cost less."""
    place = f"http://{host.name}:{port}"
    return f"""title = "Pages of {host.name}"
home = "{place}"
hosts = ["{host.name}"]
languages = ["{host.language}"]

[profile]
licensed = true
recheck = {NO_RECHECK}

[politeness]
delay = {DELAY}

[[endpoint]]
url = "{place}/feed.xml"
kind = "feed"
"""


def write_project(folder: Path, hosts: list[Host], port: int, *, workers: int, database: Path | None = None) -> Path:
    """dateline.toml and the sources, as `dateline init` would leave them; answers the database's path."""
    own = folder / "sources"
    own.mkdir(parents=True)
    for host in hosts:
        (own / f"{host.source}.toml").write_text(source_of(host, port), encoding="utf-8")
    config = replace(
        Config(database=database or folder / "news.db"),
        contact="bench@wire.test",
        sources_dir=own,
        sources=tuple(host.source for host in hosts),
        first_poll=10_000,
        delay_floor=DELAY,
        workers=workers,
        disk_limit_gb=100.0,
    )
    (folder / "dateline.toml").write_text(render(config), encoding="utf-8")
    return config.database


def places(hosts: list[Host], port: int) -> list[str]:
    """`--at` options: where the hosts' names are."""
    return [part for host in hosts for part in ("--at", f"{host.name}=127.0.0.1:{port}")]


@dataclass(frozen=True, slots=True)
class Site:
    """The running server: its port and the log of its answers."""

    hosts: list[Host]
    port: int
    log: Path

    @property
    def pages(self) -> int:
        return sum(len(host.pages) for host in self.hosts)

    def addresses(self) -> list[str]:
        """The pages' addresses for peers, hosts in turns, so that no host gets all of its requests at once."""
        longest = max(len(host.pages) for host in self.hosts)
        return [
            f"http://{host.address}:{self.port}{host.pages[at].path}"
            for at in range(longest)
            for host in self.hosts
            if at < len(host.pages)
        ]

    def asked(self, since: int) -> list[tuple[float, str]]:
        """(seconds of the machine's clock, path) of each answer with a page from byte `since` of the log on."""
        with self.log.open("rb") as log:
            log.seek(since)
            lines = [line.split() for line in log.read().decode().splitlines()]
        return [(float(at), path) for at, _, path, status, _ in lines if path.startswith("/story/") and status == "200"]


@contextmanager
def serving(folder: Path, hosts: list[Host]) -> Iterator[Site]:
    """The hosts on loopback while this lasts."""
    told, log = folder / "site.json", folder / "site.log"
    # Feeds and sources name the port, so that it must be known before the server starts.
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    data = {
        "port": port,
        "hosts": [
            {
                "name": host.name,
                "address": host.address,
                "feed": feed_of(host, port),
                "pages": [{"path": page.path, "file": page.file, "encoding": page.encoding} for page in host.pages],
            }
            for host in hosts
        ],
    }
    told.write_text(json.dumps(data), encoding="utf-8")
    command = [sys.executable, str(ROOT / "bench" / "crawl_site.py"), str(told), "--log", str(log)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None and server.stdin is not None
    try:
        if not server.stdout.readline().strip():
            raise RuntimeError(f"the site does not start: run `{' '.join(command)}` to see why")
        yield Site(hosts, port, log)
    finally:
        server.stdin.close()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        server.stdout.close()
