"""What a source's TOML may say, as plain data. `registry.py` reads it; nothing here knows TOML, Scrapy or SQLite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from storage.models import LinkKind, Profile

EndpointRole = Literal["live", "archive"]
FullText = Literal["witness", "article"]


@dataclass(frozen=True, slots=True)
class JsonPaths:
    """Where a JSON answer has its links, as dotted paths of keys (`result.contents`): `items` from its top (empty: the
    answer is the list), the others from an item. Times are what `discovery.dates` reads, or seconds or milliseconds
    since the epoch."""

    items: str
    url: str
    title: str | None = None
    lead: str | None = None
    published: str | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A feed, sitemap or listing of a source. `interval`: seconds between two polls (live) until its rhythm is known.
    An archive's `url` may hold `{year}`, `{month}`, `{month:02}`, `{day}`, `{day:02}`; it is then asked for each day or
    month of a backfill's span; and `{page}`, counted from 1 for as long as pages give links of the span.
    `follow`: a regular expression for a sitemap index's children (None: all). `article`: selectors of a listing's links;
    `next`: selectors of its link to the next, older page, which a backfill follows. `json`: a listing whose answer is JSON;
    `post`: the JSON text that is sent with POST, None for GET (two such endpoints at one address differ in its
    fragment, which is not sent; an archive's `#{page}` there is the number that `"{page}"` in the text stands for).
    `full_text` `article`: a feed that is meant for reading the whole text, while pages are walled: articles are made of
    its entries and no page is fetched; `witness`: its texts only bear witness."""

    url: str
    kind: LinkKind
    role: EndpointRole = "live"
    interval: int = 300
    follow: str | None = None
    article: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    json: JsonPaths | None = None
    post: str | None = None
    full_text: FullText = "witness"


@dataclass(frozen=True, slots=True)
class Politeness:
    """`delay`: seconds between the end of one request to a host and the start of the next, never below the floor of
    settings; robots.txt may ask for more. `in_flight`: requests at once to one host. `timeout`: seconds. `hourly`:
    requests to one host in an hour, over all processes; `polls`: how many of them may be polls of its endpoints.
    `new_links`: new addresses of one host that are taken in a day (`storage/allowance.py`).
    `unchecked_tls`: why the certificates of its hosts are not checked; empty: they are."""

    delay: float = 2.0
    in_flight: int = 1
    timeout: float = 30.0
    hourly: int = 1800
    polls: int = 120
    new_links: int = 10_000
    unchecked_tls: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One agency in one edition. `hosts`: the names its pages may live on (redirects stay within them).
    `article_url` / `not_article`: regular expressions on the whole URL; empty: the links of its endpoints are articles.
    `gone_gap`: seconds between the first look that found an article's page gone and one that makes it a withdrawal.
    `archive_from`: the oldest day that its archive is known to reach. `closed`: why it is not crawled."""

    name: str
    title: str
    home: str
    hosts: tuple[str, ...]
    country: str | None
    languages: tuple[str, ...]
    profile: Profile
    endpoints: tuple[Endpoint, ...]
    politeness: Politeness = Politeness()
    article_url: tuple[str, ...] = ()
    not_article: tuple[str, ...] = ()
    gone_gap: int = 3600
    archive_from: str | None = None
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()
    verified: bool = False
    closed: str | None = None
    confidence: str = "medium"
    evidence: tuple[str, ...] = ()
    robots_note: str | None = None
    file: str = ""
