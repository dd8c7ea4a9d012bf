"""Documents made to be slow or large, through `discovery.read`: CPU seconds, memory, and what each ended with.

    python bench/hostile_feeds.py [NAME …]

Each in a process of its own, as large as a feed (5 MB) or a sitemap (50 MB) may be. The crawler ends a document after
20 s of its worker's time (`DISCOVERY_SECONDS`) or at 1.5 GB of address space; the bound here is `SECONDS`. Exit status 1
where one raises, or takes longer.
"""

from __future__ import annotations

import argparse
import gzip
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crawler.discovery.read import read
from crawler.source import Endpoint, JsonPaths, Source
from storage.models import LinkKind, Profile

SECONDS = 10.0
URL = "https://agency.test/feed"
SPACES = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'


def rss(items: str) -> str:
    return f"<rss {SPACES}><channel>{items}</channel></rss>"


def item(inner: str) -> str:
    return rss(f"<item><link>/1</link>{inner}</item>")


def text(inner: str) -> str:
    return item(f"<content:encoded><![CDATA[{inner}]]></content:encoded>")


def attributes(count: int) -> str:
    return " ".join(f'a{n}="x"' for n in range(count))


def laughs() -> str:
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    return f'<!DOCTYPE r [<!ENTITY l0 "lol">{lines}]>{item("<title>[&l11;]</title>")}'


def documents() -> dict[str, tuple[LinkKind, Callable[[], str | bytes]]]:
    """Name -> how it is read, and what makes the document."""
    date = "é" * 16 + " 29 " + "ü" * 16 + " 2026 at at at 10:00 " + "x" * 30
    long = '<!DOCTYPE r [<!ENTITY a "' + "x" * 100_000 + '">]>'
    listed = '{"u":"/1","t":1785332675}'
    entry = "<url><loc>https://agency.test/1</loc><lastmod>2026-07-29T10:00:00Z</lastmod></url>"
    return {
        "an entity bomb": ("feed", laughs),
        "a quadratic entity": ("feed", lambda: long + item("<title>" + "&a;" * 50_000 + "</title>")),
        "100,000 attributes": ("feed", lambda: f"<rss {attributes(100_000)}><item><link>/1</link></item></rss>"),
        "170,000 items": ("feed", lambda: rss("<item><link>/1</link></item>" * 170_000)),
        "depth": ("feed", lambda: "<rss><channel>" + "<a>" * 1_500_000),
        "depth in an item": ("feed", lambda: item("<content:encoded>" + "<b>" * 1_500_000)),
        "unclosed items": ("feed", lambda: "<rss><channel>" + "<item><link>/1" * 300_000),
        "a text of unclosed paragraphs": ("feed", lambda: text("<p" * 2_400_000)),
        "a text of comments": ("feed", lambda: text("<!--" * 1_200_000)),
        "5,000 texts": ("feed", lambda: rss(f"<item><link>/1</link><description>{'word ' * 180}</description></item>" * 5000)),
        "texts of WordPress' tails": ("feed", lambda: text("<p>The post x appeared first on y</p>" * 28_000)),
        "one line of WordPress' words": ("feed", lambda: text("The post " + "x first appeared on y " * 44_000 + "<p>end")),
        "a character's number": ("feed", lambda: item(f"<title>&amp;#{'9' * 4_000_000};</title>")),
        "100,000 content elements": (
            "feed", lambda: rss(("<item><link>/1</link>" + "<content:encoded>a b</content:encoded>" * 1000 + "</item>") * 99)),
        "ampersands": ("feed", lambda: item(f"<title>{'&' * 4_000_000}</title>")),
        "dates of digits": ("feed", lambda: rss(f"<item><link>/1</link><pubDate>{'9' * 900}</pubDate></item>" * 5000)),
        "dates of words": ("feed", lambda: rss(f"<item><link>/1</link><pubDate>{date}</pubDate></item>" * 5000)),
        "JSON's depth": ("feed", lambda: '{"items":' + "[" * 4_900_000),
        "a JSON number": ("feed", lambda: '{"items":[{"url":"/1","date_published":' + "9" * 4_000_000 + "}]}"),
        "a JSON text": ("feed", lambda: '{"items":[{"url":"/1","content_text":"' + "a\\n" * 1_500_000 + '"}]}'),
        "a gzip bomb": ("sitemap", lambda: gzip.compress(b" " * 300_000_000)),
        "gzip of 250,000 members": ("sitemap", lambda: gzip.compress(b"<") + gzip.compress(b"") * 250_000),
        "50 MB of entries": (
            "sitemap", lambda: "<urlset>" + entry * 600_000),
        "a sitemap's depth": ("sitemap", lambda: "<urlset>" + "<url>" * 9_000_000),
        "44 MB of lines": ("sitemap", lambda: "https://agency.test/1\n" * 2_000_000),
        "380,000 unclosed anchors": ("listing", lambda: '<a href="/1">' * 380_000),
        "900,000 unclosed blocks": ("listing", lambda: "<div>" * 900_000),
        "180,000 items of a JSON list": ("listing", lambda: '{"a":[' + ",".join([listed] * 180_000) + "]}"),
        "a JSON list's depth": ("listing", lambda: '{"a":' + "[" * 4_900_000),
    }  # fmt: skip


def tried(name: str) -> tuple[float, int, str]:
    """CPU seconds, peak MB above the start, and the end of one document."""
    kind, made = documents()[name]
    body = made()
    paths = JsonPaths("a", "u", published="t") if "JSON list" in name else None
    endpoint = Endpoint(URL, kind, article=("div div a", "a"), next=("div a",), json=paths)
    source = Source("a", "A", URL, ("agency.test",), None, ("en",), Profile("a", timezone="Europe/Moscow"), (endpoint,))
    raw = body.encode() if isinstance(body, str) else body
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    try:
        found = read(kind, raw, url=URL, content_type=None, charset=None, endpoint=endpoint, source=source)
        end = f"{found.problem or 'read'}, {found.total} entries, {len(found.links)} links"
    except Exception as error:  # noqa: BLE001 - to be shown
        end = f"RAISED {type(error).__name__}: {error}"
    seconds = time.process_time() - began
    return seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, end


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    names = parser.parse_args().names or list(documents())
    bad = 0
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for name in names:
            seconds, memory, end = pool.apply(tried, (name,))
            bad += seconds > SECONDS or end.startswith("RAISED")
            print(f"{seconds:6.2f} s {memory:5} MB  {name}: {end}", flush=True)
    print(f"{len(names)} documents, {bad} over {SECONDS:g} s or raised")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
