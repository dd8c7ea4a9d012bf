"""What a source's TOML may say, as plain data. `registry.py` reads it; nothing here knows TOML, Scrapy or SQLite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from storage.models import LinkKind, Profile

EndpointRole = Literal["live", "archive"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A feed, sitemap or listing of a source. `interval`: seconds between two polls (live). An archive's `url` may hold
    `{year}`, `{month}`, `{month:02}`, `{day}`, `{day:02}`; it is then asked for each day or month of a backfill's span.
    `follow`: a regular expression for a sitemap index's children (None: all). `article`: selectors of a listing's links."""

    url: str
    kind: LinkKind
    role: EndpointRole = "live"
    interval: int = 300
    follow: str | None = None
    article: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Politeness:
    """`delay`: seconds between the end of one request to a host and the start of the next, never below the floor of
    settings; robots.txt may ask for more. `in_flight`: requests at once to one host. `timeout`: seconds."""

    delay: float = 2.0
    in_flight: int = 1
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class Source:
    """One agency in one edition. `hosts`: the names its pages may live on (redirects stay within them).
    `article_url` / `not_article`: regular expressions on the whole URL; empty: the links of its endpoints are articles.
    `gone_gap`: seconds between the first look that found an article's page gone and one that makes it a withdrawal."""

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
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()
    verified: bool = False
    closed: str | None = None
    confidence: str = "medium"
    evidence: tuple[str, ...] = ()
    robots_note: str | None = None
    file: str = ""
