"""What reading feeds and sitemaps costs beside feedparser and an lxml tree, for `bench/feeds.py`: CPU in turns, memory in a
process of its own for each way. Made-up feeds have the forms of large real ones: summaries, whole texts, Atom."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

from lxml import etree

from crawler.discovery.feeds import read_feed
from crawler.discovery.found import Found
from crawler.discovery.sitemaps import read_sitemap

URL = "http://agency.test/feed"
SENTENCE = "The council of the harbour said on Monday that the works at the northern quay would begin in spring. "
SITEMAP = 50_000
MEASURED = "import json, sys; from bench import feed_costs; print(json.dumps(feed_costs.peak(sys.argv[1])))"


def made_up() -> Iterator[tuple[str, bytes]]:
    """Name and document of each."""
    for name, entries, whole, form in (
        ("RSS, 50 summaries", 50, 0, rss),
        ("RSS, 50 whole texts", 50, 45, rss),
        ("RSS, 100 whole texts", 100, 45, rss),
        ("Atom, 100 whole texts", 100, 45, atom),
    ):
        yield name, form(entries, whole)


def rss(entries: int, sentences: int) -> bytes:
    """An RSS 2.0 feed whose entries hold so many sentences of text beside a summary."""
    items = []
    for number in range(entries):
        text = f"<content:encoded><![CDATA[{_html(sentences)}]]></content:encoded>" if sentences else ""
        items.append(
            f"<item><title>Report {number} of the harbour</title><link>http://agency.test/news/{number}</link>"
            f"<guid>http://agency.test/news/{number}</guid><pubDate>Thu, 05 Nov 2026 10:{number % 60:02}:00 +0300</pubDate>"
            f"<category>Economy</category><description>{escape('<p>' + SENTENCE * 2 + '</p>')}</description>{text}</item>"
        )
    head = '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
    return f"{head}<title>Agency</title><link>http://agency.test</link>{''.join(items)}</channel></rss>".encode()


def atom(entries: int, sentences: int) -> bytes:
    """The same as Atom."""
    items = [
        f'<entry><title>Report {number} of the harbour</title><link href="http://agency.test/news/{number}"/>'
        f"<id>tag:agency.test,{number}</id><updated>2026-11-05T10:{number % 60:02}:00+03:00</updated>"
        f'<summary>{SENTENCE * 2}</summary><content type="html">{escape(_html(sentences))}</content></entry>'
        for number in range(entries)
    ]
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Agency</title>{"".join(items)}</feed>'.encode()


def _html(sentences: int) -> str:
    return "".join(f'<p>{SENTENCE} <a href="/news/{n}">{n}</a></p>' for n in range(sentences))


def sitemap(addresses: int = SITEMAP) -> bytes:
    """A news sitemap with pictures; 22 MB with 50,000 addresses."""
    rows = (
        f"<url><loc>http://agency.test/economy/2026/11/05/report-of-the-harbour-council-{number}</loc>"
        "<lastmod>2026-11-05T10:00:00+03:00</lastmod><news:news><news:publication><news:name>Agency</news:name>"
        "<news:language>en</news:language></news:publication><news:publication_date>2026-11-05T10:00:00+03:00"
        f"</news:publication_date><news:title>Report {number} of the harbour council</news:title></news:news><image:image>"
        f"<image:loc>http://agency.test/pictures/2026/11/05/{number}.jpg</image:loc></image:image></url>\n"
        for number in range(addresses)
    )
    spaces = "http://www.google.com/schemas/sitemap-"
    return (
        '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        f' xmlns:news="{spaces}news/0.9" xmlns:image="{spaces}image/1.1">{"".join(rows)}</urlset>'
    ).encode()


def ours(body: bytes, content_type: str | None = None) -> Found:
    """The product's reader, before a source's own rules."""
    return read_feed(body, url=URL, zone="Europe/Moscow", content_type=content_type, charset=None)


def feedparsers(body: bytes) -> Any:
    """feedparser as its documentation has it, with a body that is not taken for a file's name."""
    import io

    import feedparser

    return feedparser.parse(io.BytesIO(body), response_headers={"content-location": URL})


def is_well_formed(body: bytes) -> bool:
    """Whether a strict XML parser takes it."""
    try:
        etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except (etree.XMLSyntaxError, ValueError):
        return False
    return True


def in_turns(bodies: list[bytes], times: int) -> tuple[float, float]:
    """(ms of ours, ms of feedparser's) a document, the median of rounds in which each document is read by both."""
    rounds: list[tuple[float, float]] = []
    for body in bodies[:3]:  # what is loaded and compiled at the first call
        ours(body)
        feedparsers(body)
    for _ in range(times):
        spent = [0.0, 0.0]
        for body in bodies:
            for way, read in enumerate((ours, feedparsers)):
                spent[way] += _cpu(read, body)
        rounds.append((spent[0], spent[1]))
    middle = sorted(rounds, key=lambda pair: pair[0] / pair[1])[len(rounds) // 2]
    return 1000 * middle[0] / len(bodies), 1000 * middle[1] / len(bodies)


def _cpu(read: Callable[[bytes], Any], body: bytes) -> float:
    began = time.process_time()
    read(body)
    return time.process_time() - began


def differences(name: str, body: bytes) -> str | None:
    """How our addresses of a feed differ from feedparser's; None where they are the same, in any order."""
    found = ours(body)
    got = {link.url for link in found.links}
    wanted = {entry.get("link", "").strip() for entry in feedparsers(body).entries} - {""}
    if got == wanted:
        return None
    return f"{name}: ours only {sorted(got - wanted)[:3]}, feedparser's only {sorted(wanted - got)[:3]}"


def sitemap_row(way: str, times: int) -> dict[str, Any]:
    """CPU and extra peak memory of one way to read the large sitemap, the median of so many processes."""
    spent = [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", MEASURED, way], capture_output=True, text=True, check=True, cwd=ROOT
            ).stdout
        )
        for _ in range(times)
    ]
    return {
        "way": way,
        "CPU ms": round(statistics.median(each["ms"] for each in spent)),
        "extra peak MB": round(statistics.median(each["mb"] for each in spent)),
        "addresses": spent[0]["links"],
    }


ROOT = Path(__file__).resolve().parents[1]
WAYS = ("Dateline's links", "lxml tree, addresses only", "scrapy.utils.sitemap")


def peak(way: str) -> dict[str, float]:
    """In a process of its own: CPU ms, MB over what was held before, addresses."""
    body = sitemap()
    read = {WAYS[0]: _read_sitemap, WAYS[1]: _read_tree, WAYS[2]: _read_scrapys}[way]
    read(sitemap(10))
    before, began = _peak_mb(), time.process_time()
    links = read(body)
    return {"ms": 1000 * (time.process_time() - began), "mb": _peak_mb() - before, "links": links}


def _peak_mb() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _read_sitemap(body: bytes) -> int:
    return len(read_sitemap(body, url=URL, zone=None, content_type=None, charset=None).links)


def _read_tree(body: bytes) -> int:
    return sum(1 for _ in etree.fromstring(body, etree.XMLParser(huge_tree=True)).iter("{*}loc")) // 2


def _read_scrapys(body: bytes) -> int:
    from scrapy.utils.sitemap import Sitemap

    return sum(1 for _ in Sitemap(body))
