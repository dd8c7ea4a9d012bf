"""When it was published and changed: the witnesses in their order, the first that says something plausible wins.

1. JSON-LD `datePublished` of the article node
2. meta: `article:published_time` and its cousins
3. microdata `itemprop="datePublished"`, `<time datetime>` marked as publication, a `time` attribute in unix seconds
4. what the finder said: feed, news sitemap
5. any `<time datetime>` of the article's head
6. the day in the URL
7. the day by htmldate (labelled `text`), the only witness that guesses

A witness that knows the time beats an earlier one that knows only the same day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipelines import instants
from pipelines.jsonld import Claims
from pipelines.tags import Tags
from pipelines.text import listed
from storage.models import Instant, Page

PUBLISHED = listed(
    """article:published_time og:article:published_time article:published datepublished og:published_time og:pubdate
    publication_date published_at publisheddate publish-date publish_date published pubdate parsely-pub-date
    sailthru.date cxenseparse:recs:publishtime cxenseparse:publishtime dc.date.issued dcterms.issued
    dc.date.created dcterms.created dcterms.date dc.date date.created datecreated ptime rnews:datepublished
    article_date_original originalpublicationdate citation_publication_date citation_date article.published
    mediator_published_time bt:pubdate date shareaholic:article_published_time displaydate release_date time
    og:release_date dcsext.pubdate"""
)
MODIFIED = listed(
    """article:modified_time og:article:modified_time article:modified datemodified og:updated_time
    article:updated_time modified lastmod last-modified dc.date.modified dcterms.modified rnews:datemodified
    bt:moddate date.modified shareaholic:article_modified_time article:updated revised lastupdated"""
)
URL_DAY = re.compile(
    r"(?<!\d)(19[9]\d|20\d\d)([-/_.]?)(0[1-9]|1[0-2]|[1-9](?=[-/_.]))\2(0[1-9]|[12]\d|3[01]|[1-9])(?!\d)"
)
PUBLISH_WORDS = ("publi", "date-pub", "entry-date", "posted", "created", "dateline", "pubdate", "issued", "release")
MODIFY_WORDS = ("update", "modif", "aktualis", "lastmod")
ELSEWHERE = (
    "related",
    "comment",
    "sidebar",
    "aside",
    "footer",
    "teaser",
    "recommend",
    "most-read",
    "card",
    "widget",
    "ticker",
    "nav",
)


def published(page: Page, tags: Tags, claims: Claims) -> Instant | None:
    """The publication instant, or the day where no witness knows more; None where nobody says."""
    return _best(
        _read(page, raw, origin) if isinstance(raw, str) else raw for raw, origin in _publication(page, tags, claims)
    )


def modified(page: Page, tags: Tags, claims: Claims) -> Instant | None:
    """The last change, as declared; None where nobody says."""
    marked = [
        when
        for when, around, prop in tags.times
        if "datemodified" in prop.casefold() or (any(w in around for w in MODIFY_WORDS) and not _elsewhere(around))
    ]
    witness = page.witness.modified if page.witness is not None else None
    given: list[tuple[str | Instant | None, str]] = [
        (claims.modified, "json-ld"),
        *((value, "meta") for value in tags.all(*MODIFIED)),
        *((value, "microdata") for value in tags.items.get("datemodified", [])[:2]),
        *((value, "time") for value in marked[:2]),
        (witness, ""),
    ]
    return _best(_read(page, raw, origin) if isinstance(raw, str) else raw for raw, origin in given)


def day_of_url(url: str, fetched_at: str) -> Instant | None:
    """The day written in an address (`/2023/10/02/`, `-20231002-`); None where there is none or it cannot be one."""
    for match in URL_DAY.finditer(url):
        if match[2] == "" and len(match[0]) != 8:
            continue
        found = instants.day(
            int(match[1]), int(match[3]), int(match[4]), raw=match[0], origin="url", fetched_at=fetched_at
        )
        if found is not None:
            return found
    return None


def sharpened(when: Instant | None, shown: Instant | None) -> Instant | None:
    """A bare day with the time that is printed for the same day; unchanged where there is none."""
    if when is None or shown is None or when.precision != "day" or shown.precision == "day":
        return when
    return shown if when.at in (shown.at[:10], _local_day(shown)) else when


def guessed(page: Page, html: str) -> Instant | None:
    """htmldate's guess, the day only: the last resort. Its `max_date` is the day the page was fetched, never today."""
    from htmldate import find_date

    try:
        found = find_date(html, url=page.url, original_date=True, extensive_search=False, max_date=page.fetched_at[:10])
    except (ValueError, TypeError, OverflowError):
        return None
    return instants.read(found, origin="text", timezone=None, fetched_at=page.fetched_at) if found else None


def _publication(page: Page, tags: Tags, claims: Claims) -> Iterable[tuple[str | Instant | None, str]]:
    yield claims.published, "json-ld"
    yield from ((value, "meta") for value in tags.all(*PUBLISHED))
    yield from ((value, "microdata") for value in tags.items.get("datepublished", [])[:1])
    here = [(when, around, prop) for when, around, prop in tags.times if not _elsewhere(around)]
    yield from (
        (when, "time")
        for when, around, prop in here
        if "datepublished" in prop.casefold() or any(w in around for w in PUBLISH_WORDS)
    )
    yield from ((value, "time") for value in tags.clocks[:1])
    if page.witness is not None:
        yield page.witness.published, ""
    yield claims.created, "json-ld"
    yield from ((when, "time") for when, around, _ in here[:1] if not any(w in around for w in MODIFY_WORDS))
    yield day_of_url(page.final_url or page.url, page.fetched_at), ""


def _read(page: Page, raw: str, origin: str) -> Instant | None:
    return instants.read(raw, origin=origin, timezone=page.profile.timezone, fetched_at=page.fetched_at)


def _best(found: Iterable[Instant | None]) -> Instant | None:
    """The first instant; if it knows the day only, a later one that knows the time of that day (in its own offset or UTC)."""
    first: Instant | None = None
    for instant in found:
        if instant is None:
            continue
        if first is None:
            first = instant
        elif instant.precision != "day" and first.at in (instant.at[:10], _local_day(instant)):
            return instant
        if first.precision != "day":
            return first
    return first


def _local_day(instant: Instant) -> str:
    from datetime import timedelta

    sign = -1 if (instant.offset or "+").startswith("-") else 1
    hours, _, minutes = (instant.offset or "+00:00")[1:].partition(":")
    return (
        (instants.moment(instant.at) + sign * timedelta(hours=int(hours), minutes=int(minutes or 0))).date().isoformat()
    )


def _elsewhere(around: str) -> bool:
    return any(word in around for word in ELSEWHERE)
