"""When it was published and changed: the witnesses in their order, the first that says something plausible wins.

1. JSON-LD `datePublished` of the page's own node
2. meta: `article:published_time` and its cousins
3. microdata `itemprop="datePublished"`, `<time>` marked as publication, a `time` attribute in unix seconds, meta `date`
4. what the finder said: feed, news sitemap
5. JSON-LD and microdata `dateCreated`, a nameless `<time>` at the headline
6. the day in the URL

Nothing is guessed: where none of them and no line at the headline (`printed`) tells a day, there is none.

A witness that knows the time beats an earlier one that knows only the same day. One that stands alone with its day gives
way where two later ones of different kinds agree on another. What the others say is kept where it differs by more than a
minute (`dissent`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import islice

from pipelines import instants, printed
from pipelines.jsonld import Claims
from pipelines.tags import Tags
from pipelines.text import listed
from pipelines.timed import Times
from storage.models import Instant, Page

PUBLISHED = listed(
    """article:published_time og:article:published_time article:published datepublished og:published_time og:pubdate
    publication_date published_at publisheddate publish-date publish_date published pubdate parsely-pub-date
    sailthru.date cxenseparse:recs:publishtime cxenseparse:publishtime dc.date.issued dcterms.issued
    dc.date.created dcterms.created dcterms.date dc.date date.created datecreated ptime rnews:datepublished
    article_date_original originalpublicationdate citation_publication_date citation_date article.published
    mediator_published_time bt:pubdate shareaholic:article_published_time displaydate release_date
    og:release_date dcsext.pubdate"""
)
MODIFIED = listed(
    """article:modified_time og:article:modified_time article:modified datemodified og:updated_time
    article:updated_time modified lastmod last-modified dc.date.modified dcterms.modified rnews:datemodified
    bt:moddate date.modified shareaholic:article_modified_time article:updated revised lastupdated"""
)
MINUTE = timedelta(minutes=1)
URL_DAY = re.compile(
    r"(?<!\d)(19[9]\d|20\d\d)([-/_.]?)(0[1-9]|1[0-2]|[1-9](?=[-/_.]))\2(0[1-9]|[12]\d|3[01]|[1-9])(?!\d)"
)
NAMELESS = 4
LOOSE = listed("date time uploaddate")
"""Names of meta tags that may be of anything: believed after the marked `time` elements."""


def declared(page: Page, tags: Tags, claims: Claims, language: str | None) -> list[Instant]:
    """What JSON-LD, meta tags and microdata say of the publication, in their order."""
    given = [
        (claims.published, "json-ld"),
        *((value, "meta") for value in tags.all(*PUBLISHED)),
        *((value, "microdata") for value in tags.items.get("datepublished", [])[:1]),
    ]
    return [one for raw, origin in given if (one := _taken(page, raw, origin, language))]


def published(
    page: Page, tags: Tags, claims: Claims, language: str | None, *, told: list[Instant], times: Times
) -> tuple[Instant | None, str | None]:
    """The publication instant, or the day where no witness knows more, with what other witnesses say (`meta says …`);
    None where nobody says. `told`: what is `declared`; `times`: what the page's `time` elements say."""
    later = _publication(page, tags, claims, times, language)
    found = told + [one for raw, origin in later if (one := _taken(page, raw, origin, language))]
    chosen = _chosen(found)
    return chosen, dissent(chosen, found)


def modified(
    page: Page, tags: Tags, claims: Claims, language: str | None, *, times: Times, shown: Instant | None
) -> tuple[Instant | None, str | None]:
    """The last change, as declared, with what other witnesses say; None where nobody says. `shown`: as it is printed at the
    headline."""
    witness = page.witness.modified if page.witness is not None else None
    given: list[tuple[str | Instant | None, str]] = [
        (claims.modified, "json-ld"),
        *((value, "meta") for value in tags.all(*MODIFIED)),
        *((value, "microdata") for value in tags.items.get("datemodified", [])[:2]),
        *((value, "time") for value in times.changed[:2]),
        (witness, ""),
        (shown, ""),
    ]
    found = [one for raw, origin in given if (one := _taken(page, raw, origin, language))]
    chosen = _best(found)
    return chosen, dissent(chosen, found)


def dissent(chosen: Instant | None, found: list[Instant]) -> str | None:
    """What witnesses of other kinds say, each kind once, where it differs from the chosen one by more than a minute, or by a
    day where one of the two is a day; None where they agree."""
    if chosen is None:
        return None
    said: dict[str, str] = {}
    for one in found:
        if one.origin != chosen.origin and not _agree(one, chosen):
            said.setdefault(one.origin, f"{one.origin} says {one.at}")
    return "; ".join(said.values()) or None


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
    return shown if when.at in (shown.at[:10], local_day(shown)) else when


def _publication(
    page: Page, tags: Tags, claims: Claims, times: Times, language: str | None
) -> Iterable[tuple[str | Instant | None, str]]:
    yield from ((value, "time") for value in times.published)
    yield from ((value, "time") for value in tags.clocks[:1])
    yield from ((value, "meta") for value in tags.all(*LOOSE))
    if page.witness is not None:
        yield page.witness.published, ""
    yield claims.created, "json-ld"
    yield from ((value, "microdata") for value in tags.items.get("datecreated", [])[:1])
    # `<time datetime="PT5M">5 min read</time>` is how long it takes to read: the first that is a time.
    readable = ((value, "time") for value in times.nameless[:NAMELESS] if _taken(page, value, "time", language))
    yield from islice(readable, 1)
    yield day_of_url(page.final_url or page.url, page.fetched_at), ""


def _taken(page: Page, raw: str | Instant | None, origin: str, language: str | None) -> Instant | None:
    if not isinstance(raw, str):
        return raw
    zone, at = page.profile.timezone, page.fetched_at
    found = instants.read(raw, origin=origin, timezone=zone, fetched_at=at)
    if found is None and not raw.isdigit():
        found = printed.single(raw, language=language, timezone=zone, fetched_at=at)
        if found is not None:
            found = replace(found, origin=found.origin.replace("text", origin))
    return found


def _agree(one: Instant, other: Instant) -> bool:
    if "day" in (one.precision, other.precision):
        return bool(_days(one) & _days(other))
    return abs(instants.moment(one.at) - instants.moment(other.at)) <= MINUTE


def _days(instant: Instant) -> set[str]:
    """The days that an instant may be printed with: in UTC and in its own offset."""
    return {instant.at[:10]} if instant.precision == "day" else {instant.at[:10], local_day(instant)}


def _chosen(found: list[Instant]) -> Instant | None:
    """The best of the witnesses in their order, but for one that is alone with its day where two kinds agree on another."""
    first = _best(found)
    if first is None or any(one.origin != first.origin and _days(one) & _days(first) for one in found):
        return first
    others = [one for one in found if one.origin != first.origin]
    for one in others:
        backing = [other for other in others if _days(other) & _days(one)]
        if len({other.origin for other in backing}) >= 2:
            return _best(backing)
    return first


def _best(found: Iterable[Instant | None]) -> Instant | None:
    """The first instant; if it knows the day only, a later one that knows the time of that day (in its own offset or UTC)."""
    first: Instant | None = None
    for instant in found:
        if instant is None:
            continue
        if first is None:
            first = instant
        elif instant.precision != "day" and first.at in (instant.at[:10], local_day(instant)):
            return instant
        if first.precision != "day":
            return first
    return first


def local_day(instant: Instant) -> str:
    """The calendar day of an instant in the offset that it was written with."""
    return instants.written(instant)[:10]
