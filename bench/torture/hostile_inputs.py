"""Hostile inputs by seed: known bad pages and documents, and good ones that are damaged, nested, mislabelled or garbled.

`drawn(seed, count)` gives so many; what reads them in a worker process is here too, with what it cost there.
"""

from __future__ import annotations

import json
import random
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bench.hostile_feeds import documents
from crawler.discovery.read import read
from crawler.source import Endpoint, Source
from storage.models import Page, Profile
from tests.pipelines.hostile_pages import LAST_WORDS, pages, story

if TYPE_CHECKING:
    from crawler.discovery.read import Discovery
    from storage.models import Extraction, LinkKind

URL = "https://agency.test/news/port-reopens-118"
SMALLEST, LARGEST = 0.02, 0.6
"""Shares of the full sizes of the known pages; `bench/hostile_pages.py` reads them at their full sizes."""

CHARSETS = ("utf-8", "cp1251", "cp1252", "koi8-r", "shift_jis", "gb18030", "big5", "euc-kr", "iso2022_jp", "utf-16", "utf-32",
            "utf-7", "mac_cyrillic", "cp874", "iso8859_8")  # fmt: skip
SAID = (
    *CHARSETS,
    None,
    "",
    "no-such\x00charset",
    "x" * 5000,
    "utf-8; charset=utf-16",
    "replacement",
    "idna",
    "punycode",
)
LETTERS = (
    "Порт снова открыт после ремонта. 港は修理の後に再開した。 Der Hafen öffnet wieder – sagte „er“."
    " ميناء \U0001f6a2 \u202e\u0000\ufeff"
)
KEYS = ("@type", "@graph", "headline", "datePublished", "dateModified", "author", "articleBody", "image", "publisher", "name",
        "liveBlogUpdate", "hasPart", "isAccessibleForFree", "@id", "\ud800", "", "mainEntityOfPage")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Input:
    """`kind` None: a page, else a document of discovery; `keeps`: its story must come out of it."""

    name: str
    make: Callable[[], bytes]
    kind: LinkKind | None = None
    charset: str | None = None
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class Cost:
    """What came of one input in its worker, CPU seconds, and the worker's peak of memory so far in bytes."""

    result: Extraction | Discovery
    seconds: float
    memory: int


def page(body: bytes, charset: str | None = None) -> Page:
    """A page of a made-up source."""
    return Page(URL, URL, body, "2026-09-01T00:00:00Z", Profile("agency"), charset=charset, content_type="text/html")


def extracted(given: Page) -> tuple[Extraction, float, int]:
    """In a worker: what the pool's own extraction gives, and the other fields of a `Cost`."""
    from pipelines.extractor import extract

    began = time.process_time()
    return extract(given), *_cost(began)


def discovered(kind: LinkKind, body: bytes, charset: str | None) -> tuple[Discovery, float, int]:
    """In a worker: what discovery makes of a document, and the other fields of a `Cost`."""
    endpoint = Endpoint("https://agency.test/feed", kind, article=("div div a", "a") if kind == "listing" else ())
    source = Source("a", "A", URL, ("agency.test",), None, ("en",), Profile("a", timezone="Europe/Moscow"), (endpoint,))
    began = time.process_time()
    found = read(kind, body, url=endpoint.url, content_type=None, charset=charset, endpoint=endpoint, source=source)
    return found, *_cost(began)


def _cost(began: float) -> tuple[float, int]:
    return time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def drawn(seed: int, count: int) -> Iterator[Input]:
    """So many inputs; the same for the same seed."""
    chance = random.Random(seed)
    makers = (known_page, known_document, *[mutated] * 4, garbled_data, *[mislabelled] * 2, nested)
    for number in range(count):
        yield makers[number % len(makers)](chance)


def known_page(chance: random.Random) -> Input:
    scale = chance.uniform(SMALLEST, LARGEST)
    name, found = chance.choice(sorted(pages(scale).items(), key=lambda item: item[0]))
    return Input(f"page {name!r} at {scale:.3f}", found.make, None, found.charset, found.keeps)


def known_document(chance: random.Random) -> Input:
    name = chance.choice(sorted(documents()))
    kind, made = documents()[name]
    share = chance.uniform(SMALLEST, 1.0)

    def make() -> bytes:
        body = made()
        whole = body.encode() if isinstance(body, str) else body
        return whole[: int(len(whole) * share)]

    return Input(f"document {name!r} cut at {share:.3f}", make, kind)


def mutated(chance: random.Random) -> Input:
    """A good page, feed, sitemap or listing, damaged in up to six ways."""
    kind, body = chance.choice(_GOOD)
    steps = [chance.choice(_DAMAGES) for _ in range(chance.randint(1, 6))]
    own = chance.randrange(2**32)
    name = f"{kind or 'page'} damaged by {' '.join(step.__name__.strip('_') for step in steps)}, {own}"
    return Input(name, partial(_damaged, body, steps, own), kind, chance.choice(SAID))


def _damaged(body: bytes, steps: list[Callable[[bytes, random.Random], bytes]], seed: int) -> bytes:
    chance = random.Random(seed)
    for step in steps:
        body = step(body, chance)[: 5 * 2**20]
    return body


def _flipped(body: bytes, chance: random.Random) -> bytes:
    made = bytearray(body)
    for _ in range(chance.randint(1, 200) if made else 0):
        made[chance.randrange(len(made))] ^= 1 << chance.randrange(8)
    return bytes(made)


def _cut(body: bytes, chance: random.Random) -> bytes:
    return body[: chance.randrange(len(body) + 1)]


def _doubled(body: bytes, chance: random.Random) -> bytes:
    begin, end = sorted((chance.randrange(len(body) + 1), chance.randrange(len(body) + 1)))
    return body[:end] + body[begin:end] * chance.randint(1, 40) + body[end:]


def _without(body: bytes, chance: random.Random) -> bytes:
    begin, end = sorted((chance.randrange(len(body) + 1), chance.randrange(len(body) + 1)))
    return body[:begin] + body[end:]


def _put_in(body: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(body) + 1)
    what = chance.choice((b"<![CDATA[", b"<!--", b"\x00" * 50, b"&#55296;", b"</body>", b"<svg><style>", b"]]>", b"\xff\xfe",
                          b"<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>", b"&x;", b"<plaintext>", b"<template>",
                          b"<noscript>", b"<base href='javascript:x'>", b"<" * 999, chance.randbytes(300)))  # fmt: skip
    return body[:at] + what * chance.choice((1, 1, 3, 200)) + body[at:]


def _wrapped(body: bytes, chance: random.Random) -> bytes:
    tag = chance.choice((b"div", b"b", b"table><tr><td", b"svg", b"item", b"ul><li", b"form", b"font", b"math"))
    at, times = chance.randrange(len(body) + 1), chance.choice((3, 100, 300, 3000))
    return body[:at] + (b"<" + tag + b">") * times + body[at:]


_DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (_flipped, _cut, _doubled, _without, _put_in, _wrapped)
_ITEM = (
    "<item><title>Port &amp; quay</title><link>https://agency.test/{0}</link><guid>g{0}</guid>"
    "<pubDate>Tue, 01 Sep 2026 10:00:00 +0300</pubDate><description>The port.</description></item>"
)
_LOC = "<url><loc>https://agency.test/{0}</loc><lastmod>2026-09-01T10:00:00+03:00</lastmod></url>"
_GOOD: tuple[tuple[LinkKind | None, bytes], ...] = (
    (None, story(head="<meta property='article:published_time' content='2026-09-01T10:00:00Z'>").encode()),
    (None, story(before=f"<p>{LETTERS}</p>").replace("\x00", "").encode()),
    ("feed", f"<rss version='2.0'><channel>{''.join(_ITEM.format(n) for n in range(40))}</channel></rss>".encode()),
    ("feed", json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [
        {"id": str(n), "url": f"/{n}", "title": "Port", "date_published": "2026-09-01T10:00:00Z"} for n in range(40)
        ]}).encode()),
    ("sitemap", f"<urlset>{''.join(_LOC.format(n) for n in range(60))}</urlset>".encode()),
    ("listing", f"<html><body>{''.join(f'<div><h3><a href=/{n}>Port {n} reopens</a></h3></div>' for n in range(60))}".encode()),
)  # fmt: skip


def garbled_data(chance: random.Random) -> Input:
    """A story with JSON-LD of any shape."""
    data = json.dumps([_value(chance, 0) for _ in range(chance.randint(1, 4))])
    if chance.random() < 0.3:
        data = data[: chance.randrange(len(data) + 1)]
    data = data.replace("</", "<\\/")
    body = story(head=f'<script type="application/ld+json">{data}</script>').encode("utf-8", "surrogatepass")
    return Input(f"JSON-LD {data[:60]!r}…, {len(data)} letters", lambda: body)


def _value(chance: random.Random, depth: int) -> Any:
    kind = chance.randrange(9 if depth < 6 else 6)
    plain = (None, True, chance.choice((0, -1, 1e308, 10**40, 1785332675)), "2026-02-30T25:61:61+99:99", "NewsArticle",
             chance.choice(("x" * 3000, "<script>alert(1)</script>", LETTERS, "https://agency.test/1", "\ud800")))  # fmt: skip
    if kind < 6:
        return plain[kind]
    if kind == 6:
        return [_value(chance, depth + 1) for _ in range(chance.randint(0, 5))]
    return {chance.choice(KEYS): _value(chance, depth + 1) for _ in range(chance.randint(0, 6))}


def mislabelled(chance: random.Random) -> Input:
    """A story in one encoding that says it is in another, or in none."""
    real, said, meta = chance.choice(CHARSETS), chance.choice(SAID), chance.choice(SAID)
    text = story(before=f"<p>{LETTERS}</p>", head=f"<meta charset='{meta}'>")
    body = text.encode(real, "replace")
    if chance.random() < 0.3:
        body = body[: -chance.randint(1, 3)]
    return Input(f"{real} said to be {str(said)[:20]!r}, {str(meta)[:20]!r}", lambda: body, None, said)


def nested(chance: random.Random) -> Input:
    """Elements in one another, of kinds that parsers treat in their own ways."""
    tags = chance.choices(
        ("div", "b", "i", "a", "p", "table", "tr", "td", "ul", "li", "form", "select", "svg", "section"), k=5
    )
    times = chance.choice((40, 250, 1000, 8000))
    body = story(before="".join(f"<{tag}>" for tag in tags) * times).encode()
    return Input(f"{' '.join(tags)} {times} times in one another", lambda: body)


def good() -> bytes:
    """A good page; LAST_WORDS must be in its article."""
    return story().encode()


__all__ = ["LAST_WORDS", "Cost", "Input", "discovered", "drawn", "extracted", "good", "page"]
