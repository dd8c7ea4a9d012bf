"""The one door of discovery: bytes of a feed, sitemap, listing or robots.txt -> the links that a source wants.

Pure and of plain data, so that it runs in a worker process which can be stopped; nothing here imports Scrapy.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from crawler.discovery import documents, gzipped
from crawler.discovery.archives import fields_of
from crawler.discovery.feeds import read_feed
from crawler.discovery.json_listing import read_json_listing
from crawler.discovery.links import examine
from crawler.discovery.listings import read_listing
from crawler.discovery.sitemaps import read_robots, read_sitemap
from crawler.politeness.addresses import without_user
from storage.models import Link

if TYPE_CHECKING:
    from crawler.discovery.found import Found
    from crawler.source import Endpoint, Source
    from storage.models import LinkKind, Via

PROBLEMS: Final = {
    "empty_body": "the answer has no content",
    "empty_feed": "a feed without a single entry",
    "empty_sitemap": "a sitemap without a single address",
    "empty_listing": "a page on which the selectors find no link: the layout may have changed",
    "not_a_feed": "neither RSS, RDF, Atom nor JSON Feed: often an error page with status 200",
    "not_a_sitemap": "neither a sitemap nor a feed nor a list of addresses",
    "not_json": "no JSON, where the source's TOML expects it",
    "no_items": "JSON without a list where the TOML's `items` says that it is: the interface may have changed",
    "nothing_followed": "an index of an archive, none of whose sitemaps matches `follow`: their addresses may have changed",
    "bot_check": "a bot check in place of the document",
    "truncated": "the document ends before its end tag; the links before that are good",
    "too_large": "over the size limit",
    "damaged_gzip": "begins as gzip and cannot be unpacked",
}
"""Why an answer with status 200 counts as a failure (tass.ru's feeds now and then come empty or as a bot check)."""


_EMPTY = ("empty_sitemap", "empty_listing", "empty_feed")


@dataclass(frozen=True, slots=True)
class Discovery:
    """`links`: wanted, each article once, in the document's order, `url` as found (absolute, without fragment).
    `problem`: a key of `PROBLEMS`. `ttl`: seconds that a feed asks to wait. `total`: entries seen, which is always
    `len(links)` and the counts of `refused` together: (reason, count), reasons in alphabetical order. `next`: the next
    page's address as a listing's own link says, on the source's hosts."""

    links: tuple[Link, ...]
    problem: str | None = None
    ttl: int | None = None
    total: int = 0
    refused: tuple[tuple[str, int], ...] = ()
    next: str | None = None


def read(
    kind: LinkKind,
    body: bytes,
    *,
    url: str,
    content_type: str | None,
    charset: str | None,
    endpoint: Endpoint,
    source: Source,
    later: bool = False,
) -> Discovery:
    """What an endpoint's answer offers. `url` answered; `charset` (else that of `content_type`) is the HTTP header's;
    `later`: a further page of a listing, which may be empty: it is the one after the last.

    Reasons in `refused`: `no_link`, `not_http`, `bad_url`, `other_host`, `not_article`, `not_followed` (a sitemap that
    `endpoint.follow` does not match), `duplicate`, `over_limit`, `cut_off` (the entry that a truncated document ends in).
    Raises ValueError for kind `article`.
    """
    limit = _limit(kind, endpoint)
    try:
        unpacked, complete = gzipped.gunzip(body, limit)
    except gzipped.GzipError:
        return Discovery((), "damaged_gzip")
    found = _found(kind, unpacked, endpoint, source, url=url, content_type=content_type, charset=charset)
    if not complete:
        found.problem = "too_large" if len(unpacked) >= limit else "truncated"
    if found.problem in _EMPTY and (later or _may_be_empty(kind, endpoint)):
        found.problem = None
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
    if found.problem is None and endpoint.role == "archive" and 0 < found.total == refused["not_followed"]:
        found.problem = "nothing_followed"
    counts = tuple(sorted(refused.items()))
    return Discovery(
        tuple(links.values()), found.problem, found.ttl, found.total, counts, _next(found.next, url, source)
    )


def _may_be_empty(kind: LinkKind, endpoint: Endpoint) -> bool:
    """A day without a story is a fact, not a failure. (A listing on one page always has something.)"""
    return endpoint.role == "archive" and (kind == "sitemap" or "year" in fields_of(endpoint.url))


def _next(address: str | None, url: str, source: Source) -> str | None:
    plain = without_user((address or "").partition("#")[0])
    if not plain or plain == url.partition("#")[0]:
        return None
    return plain if examine(Link(plain, kind="listing"), source)[0] is None else None


def _limit(kind: LinkKind, endpoint: Endpoint) -> int:
    """Bytes of a document of this kind."""
    if kind == "sitemap":
        return documents.MAX_SITEMAP_BYTES
    whole = kind == "feed" and endpoint.full_text == "article"
    return documents.MAX_WHOLE_FEED_BYTES if whole else documents.MAX_FEED_BYTES


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
            return read_feed(
                body, url=url, zone=zone, content_type=content_type, charset=charset, limit=_limit(kind, endpoint)
            )
        case "sitemap":
            return read_sitemap(body, url=url, zone=zone, content_type=content_type, charset=charset)
        case "listing" if endpoint.json is not None:
            return read_json_listing(body, endpoint.json, url=url, zone=zone, charset=charset)
        case "listing":
            return read_listing(body, url=url, selectors=endpoint.article, following=endpoint.next, charset=charset)
        case "robots":
            return read_robots(body, url=url)
        case "article":
            raise ValueError(f"{source.name}: {url} is an article, not a document that lists some")


def _examined(link: Link, endpoint: Endpoint, source: Source) -> tuple[str | None, str]:
    if link.kind == "sitemap" and endpoint.follow is not None and not re.search(endpoint.follow, link.url):
        return "not_followed", ""
    return examine(link, source)


def _as_found(link: Link, endpoint: Endpoint) -> Link:
    """The link without fragment and user name; what an archive gave says so, and what is to be made of the feed's own
    text."""
    via: Via = "archive" if endpoint.role == "archive" else link.via
    whole = endpoint.full_text == "article" and link.full_text is not None
    url = without_user(link.url.partition("#")[0])
    if via == link.via and whole == link.whole and url == link.url:
        return link
    return replace(link, url=url, via=via, whole=whole)


def _charset_of(content_type: str | None) -> str | None:
    _, named, rest = (content_type or "").lower().partition("charset=")
    return rest.split(";")[0].strip(" \"'") or None if named else None
