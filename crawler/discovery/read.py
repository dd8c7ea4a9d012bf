"""The one door of discovery: bytes of a feed, sitemap, listing or robots.txt -> the links that a source wants.

Pure and of plain data, so that it runs in a worker process which can be stopped; nothing here imports Scrapy.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urldefrag

from crawler.discovery import documents
from crawler.discovery.feeds import read_feed
from crawler.discovery.links import examine
from crawler.discovery.listings import read_listing
from crawler.discovery.sitemaps import read_robots, read_sitemap

if TYPE_CHECKING:
    from crawler.discovery.found import Found
    from crawler.source import Endpoint, Source
    from storage.models import Link, LinkKind, Via

PROBLEMS: Final = {
    "empty_body": "the answer has no content",
    "empty_feed": "a feed without a single entry",
    "empty_sitemap": "a sitemap without a single address",
    "empty_listing": "a page on which the selectors find no link: the layout may have changed",
    "not_a_feed": "neither RSS, RDF, Atom nor JSON Feed: often an error page with status 200",
    "not_a_sitemap": "neither a sitemap nor a feed nor a list of addresses",
    "bot_check": "a bot check in place of the document",
    "truncated": "the document ends before its end tag; the links before that are good",
    "too_large": "over the size limit",
    "damaged_gzip": "begins as gzip and cannot be unpacked",
}
"""Why an answer with status 200 counts as a failure (tass.ru's feeds now and then come empty or as a bot check)."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """`links`: wanted, each article once, in the document's order, `url` as found (absolute, without fragment).
    `problem`: a key of `PROBLEMS`. `ttl`: seconds that a feed asks to wait. `total`: entries seen, which is always
    `len(links)` and the counts of `refused` together: (reason, count), reasons in alphabetical order."""

    links: tuple[Link, ...]
    problem: str | None = None
    ttl: int | None = None
    total: int = 0
    refused: tuple[tuple[str, int], ...] = ()


def read(
    kind: LinkKind,
    body: bytes,
    *,
    url: str,
    content_type: str | None,
    charset: str | None,
    endpoint: Endpoint,
    source: Source,
) -> Discovery:
    """What an endpoint's answer offers. `url` answered; `charset` (else that of `content_type`) is the HTTP header's.

    Reasons in `refused`: `no_link`, `not_http`, `bad_url`, `other_host`, `not_article`, `not_followed` (a sitemap that
    `endpoint.follow` does not match), `duplicate`, `over_limit`. Raises ValueError for kind `article`.
    """
    limit = documents.MAX_SITEMAP_BYTES if kind == "sitemap" else documents.MAX_FEED_BYTES
    try:
        unpacked, complete = documents.gunzip(body, limit)
    except documents.GzipError:
        return Discovery((), "damaged_gzip")
    found = _found(kind, unpacked, endpoint, source, url=url, content_type=content_type, charset=charset)
    if not complete:
        found.problem = "too_large" if len(unpacked) >= limit else "truncated"
    if found.problem == "empty_sitemap" and endpoint.role == "archive":
        found.problem = None  # a day without a story is a fact, not a failure
    refused = Counter(found.refused)
    links: dict[str, Link] = {}
    for link in found.links:
        reason, key = _examined(link, endpoint, source)
        if reason is None and key in links:
            reason = "duplicate"
        if reason is not None:
            refused[reason] += 1
        else:
            links[key] = _as_found(link, endpoint)
    return Discovery(tuple(links.values()), found.problem, found.ttl, found.total, tuple(sorted(refused.items())))


def _found(
    kind: LinkKind,
    body: bytes,
    endpoint: Endpoint,
    source: Source,
    *,
    url: str,
    content_type: str | None,
    charset: str | None,
) -> Found:
    zone, charset = source.profile.timezone, charset or _charset_of(content_type)
    match kind:
        case "feed":
            return read_feed(body, url=url, zone=zone, content_type=content_type, charset=charset)
        case "sitemap":
            return read_sitemap(body, url=url, zone=zone, content_type=content_type, charset=charset)
        case "listing":
            return read_listing(body, url=url, selectors=endpoint.article, charset=charset)
        case "robots":
            return read_robots(body, url=url)
        case "article":
            raise ValueError(f"{source.name}: {url} is an article, not a document that lists some")


def _examined(link: Link, endpoint: Endpoint, source: Source) -> tuple[str | None, str]:
    if link.kind == "sitemap" and endpoint.follow is not None and not re.search(endpoint.follow, link.url):
        return "not_followed", ""
    return examine(link, source)


def _as_found(link: Link, endpoint: Endpoint) -> Link:
    """The link without its fragment; what an archive gave says so."""
    via: Via = "archive" if endpoint.role == "archive" else link.via
    return link if via == link.via and "#" not in link.url else replace(link, url=urldefrag(link.url).url, via=via)


def _charset_of(content_type: str | None) -> str | None:
    _, named, rest = (content_type or "").lower().partition("charset=")
    return rest.split(";")[0].strip(" \"'") or None if named else None
