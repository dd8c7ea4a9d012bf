"""Which of the documents that were found are polled: fresh, of the site itself, and none that only repeats another. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from crawler.survey.looks import time_of
from crawler.survey.shapes import parts_of
from pipelines.urls import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from crawler.survey.front import Anchor
    from crawler.survey.looks import Look
    from crawler.survey.pattern import Pattern
    from storage.models import LinkKind

FRESH: Final = timedelta(days=7)
"""A wire whose newest entry is older is not a wire any more."""

ADDS: Final = 0.2
"""Share of a further feed's entries that no chosen feed has, for it to be polled as well."""

MOST_FEEDS: Final = 8
_YEAR_MONTH = re.compile(r"20\d\d[_/-]?(?:0[1-9]|1[0-2])(?!\d)")
_A_DATE, _A_NUMBER = "\n", "\t"
"""In the name of a family of files: what no address can hold."""

_COMMON = re.compile(
    r"/(?:[a-z]{2}/)?(?:(?:rss|feeds?|atom|index|news|all|main|v\d|export|rss2?|xml)[/._-]?)*(?:xml|rss|rdf|atom|json)?"
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """One endpoint with its reason. `follow`: of a sitemap index; `archive`: it serves backfills, not polls."""

    url: str
    kind: LinkKind
    why: str
    archive: bool = False
    follow: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What is polled, and what is not and why: (address, reason)."""

    chosen: tuple[Chosen, ...]
    left: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Choosing:
    chosen: list[Chosen] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)


def endpoints_of(looks: Sequence[Look], *, now: datetime, home_links: Iterable[str] = ()) -> Choice:
    """The live feeds and sitemaps of a site among those that were read, and its archive where a sitemap index is one.

    `home_links`: addresses that the front page links; a feed without dates is believed fresh where it shares some."""
    shown = {_key(url) for url in home_links}
    result = _Choosing()
    feeds: list[Look] = []
    sitemaps: list[Look] = []
    for one in looks:
        why = _unfit(one, now, shown)
        if why is None:
            (feeds if one.kind == "feed" else sitemaps).append(one)
        elif not one.children:
            result.left.append((one.url, why))
    _choose_feeds(feeds, result, now)
    _choose_sitemaps(sitemaps, result, now, any_feed=bool(feeds))
    for one in looks:
        if one.children:
            _choose_index(one, looks, result)
    return Choice(tuple(result.chosen), tuple(dict.fromkeys(result.left)))


def listings_of(pages: Sequence[tuple[str, Sequence[Anchor]]], pattern: Pattern) -> Choice:
    """Pages that list articles, for a site that announces none: as many as add links by `pattern`, the fullest first."""
    counted = [(url, {_key(a.url) for a in anchors if pattern.takes(a.url)}) for url, anchors in pages]
    chosen: list[Chosen] = []
    left: list[tuple[str, str]] = []
    seen: set[str] = set()
    for url, links in sorted(counted, key=lambda item: -len(item[1])):
        new = links - seen
        if len(links) < 3:
            left.append((url, f"a page with {len(links)} links of articles"))
        elif len(new) < max(2, ADDS * len(links)):
            left.append((url, "its articles are on the other pages, too"))
        else:
            seen |= links
            chosen.append(
                Chosen(url, "listing", f"no feed announces its articles; this page links {len(links)} of them")
            )
    return Choice(tuple(chosen), tuple(left))


def dated_archive(anchors: Sequence[Anchor], day: datetime, sections: frozenset[str]) -> tuple[str, str] | None:
    """The template of an archive by days and the link that it was read off, to the list of `day` or of one of the ten days
    before it (`/archive/2026/11/25/` -> `/archive/{year}/{month:02}/{day:02}/`); None where no such link stands on the
    page. One below a part of `sections` is only a section's."""
    for back in range(11):
        date = day - timedelta(days=back)
        for form in ("{year}/{month:02}/{day:02}", "{year}-{month:02}-{day:02}", "{year}{month:02}{day:02}"):
            filled = form.format(year=date.year, month=date.month, day=date.day)
            for anchor in anchors:
                before, found, after = anchor.url.partition(filled)
                if (
                    not found
                    or after not in ("", "/", ".html", ".htm")
                    or set("{}") & set(before)
                    or before[-1:].isdigit()
                ):
                    continue
                if not sections & set(urlsplit(before).path.strip("/").split("/")):
                    return before + form + after, anchor.url
    return None


def _unfit(one: Look, now: datetime, shown: set[str]) -> str | None:
    """Why a document is not polled; None where it may be."""
    if one.problem:
        return one.problem
    if one.comments:
        return "readers' comments"
    if one.audio:
        return "sound or film, not text"
    if not one.links:
        return (
            f"its {one.elsewhere} entries are of other hosts"
            if one.elsewhere
            else "no entry with an address of this site"
        )
    if one.elsewhere > len(one.links):
        return f"{one.elsewhere} of its {one.total} entries are of other hosts"
    newest = one.newest
    if newest is not None and newest < now - FRESH:
        return f"its newest entry is of {newest:%Y-%m-%d}"
    if newest is None and one.kind == "feed" and shown and not {_key(link.url) for link in one.links} & shown:
        return "no dates, and none of its entries is on the front page"
    return None


def _choose_feeds(feeds: list[Look], result: _Choosing, now: datetime) -> None:
    ranked = sorted(
        feeds, key=lambda one: (-_breadth(one), not _is_common(one.url), one.kind != "feed", -len(one.links))
    )
    taken: list[Look] = []
    for one in ranked:
        mine = {_key(link.url) for link in one.links}
        wide = f"{len(one.links)} entries{_age(one, now)}"
        if not taken:
            taken.append(one)
            sections = _breadth(one)
            kind = f"of {sections} sections: the whole site's feed" if sections > 1 else "the site's feed"
            result.chosen.append(Chosen(one.url, "feed", f"{one.named.where}; {wide}, {kind}"))
            continue
        known = {_key(link.url) for other in taken for link in other.links}
        since = max((at for other in taken if (at := other.oldest)), default=None)
        fair = {_key(link.url) for link in one.links if since is None or (time_of(link) or since) >= since}
        new = fair - known
        if len(new) <= ADDS * max(len(fair), 1):
            twin = next((other for other in taken if mine <= {_key(link.url) for link in other.links}), None)
            result.left.append((one.url, f"its entries are in {twin.url if twin else 'the chosen feeds'}, too"))
        elif len(taken) >= MOST_FEEDS:
            result.left.append((one.url, f"more than {MOST_FEEDS} feeds"))
        else:
            taken.append(one)
            result.chosen.append(
                Chosen(one.url, "feed", f"{one.named.where}; {wide}, {len(new)} of them in no feed chosen before")
            )


def _choose_sitemaps(sitemaps: list[Look], result: _Choosing, now: datetime, *, any_feed: bool) -> None:
    for one in sitemaps:
        if one.news:
            why = f"{one.named.where}; a news sitemap, {len(one.links)} articles{_age(one, now)}"
            result.chosen.append(Chosen(one.url, "sitemap", why))
    if any_feed or any(one.news for one in sitemaps):
        result.left += [(one.url, "a sitemap without news fields, and feeds or news sitemaps announce the news")
                        for one in sitemaps if not one.news and not one.named.where.startswith("in the index")]  # fmt: skip
        return
    dated = [one for one in sitemaps if one.newest is not None]
    for one in sorted(dated, key=lambda one: one.newest or now, reverse=True)[:1]:
        why = f"{one.named.where}; a sitemap whose {len(one.links)} addresses are dated{_age(one, now)}"
        result.chosen.append(Chosen(one.url, "sitemap", why))


def _choose_index(index: Look, looks: Sequence[Look], result: _Choosing) -> None:
    """An index whose files hold articles is an archive; its files that hold tags, authors and pictures are not followed."""
    read = [one for one in looks if one.named.where == f"in the index {index.url}" and one.links]
    inside = {one.url for one in read if not one.news}
    names = [link.url for link in index.children]
    families: dict[str, list[str]] = {}
    for name in names:
        families.setdefault(_family(name), []).append(name)
    wanted = [family for family, members in families.items() if inside & set(members)]
    wanted = [
        f for f in wanted if not re.search(r"tag|author|categor|page-|image|video|user|topic|static", f, re.IGNORECASE)
    ]
    if not wanted:
        result.left.append((index.url, "an index of sitemaps without articles"))
        return
    follow = _following(wanted)
    count = sum(len(families[family]) for family in wanted)
    everything = len(wanted) == len(families)
    result.chosen.append(
        Chosen(
            index.url,
            "sitemap",
            f"{index.named.where}; an index whose {count} files hold articles: for backfills",
            archive=True,
            follow=None if everything and "?P<" not in follow else follow,
        )
    )


def _family(url: str) -> str:
    """The name of a file of an index, with marks in place of its month and its numbers: `/post-sitemap<number>.xml`."""
    path = urlsplit(url).path + ("?" + urlsplit(url).query if urlsplit(url).query else "")
    return re.sub(r"\d+", _A_NUMBER, _YEAR_MONTH.sub(_A_DATE, path, count=1))


def _following(families: Sequence[str]) -> str:
    """The files of all the families as one expression, whose groups tell the month that a file covers. A group's name may
    stand in it only once: what goes before the month is told by what must follow it."""
    plain = [_escaped(family) + "$" for family in families if _A_DATE not in family]
    monthly = [tuple(map(_escaped, family.split(_A_DATE))) for family in families if _A_DATE in family]
    endings = list(dict.fromkeys(after for _, after in monthly))
    month = r"(?P<year>20\d\d)[_/-]?(?P<month>\d\d)"
    if len(endings) == 1:
        starts = [before for before, _ in monthly]
        plain.insert(0, _either(starts) + month + endings[0] + "$")
    elif endings:
        starts = [rf"{before}(?=20\d\d[_/-]?\d\d{after}$)" for before, after in monthly]
        plain.insert(0, _either(starts) + month)
    return "|".join(plain)


def _escaped(name: str) -> str:
    return r"\d+".join(re.escape(piece).replace(r"\-", "-") for piece in name.split(_A_NUMBER))


def _either(expressions: Sequence[str]) -> str:
    return expressions[0] if len(expressions) == 1 else f"(?:{'|'.join(expressions)})"


def _breadth(one: Look) -> int:
    """How many sections the entries of a feed come from, by their addresses or by their tags."""
    by_path = {parts_of(link.url).sections[:2] for link in one.links}
    by_tag = {link.tags[0] for link in one.links if link.tags}
    return max(len(by_path), min(len(by_tag), 5), 1)


def _is_common(url: str) -> bool:
    """Whether a feed's address names no section: `/feed/`, `/rss.xml`, `/export/rss2/index.xml`."""
    return bool(_COMMON.fullmatch(urlsplit(url).path.lower()))


def _age(one: Look, now: datetime) -> str:
    if (newest := one.newest) is None:
        return ", undated"
    hours = max(0, int((now - newest).total_seconds() // 3600))
    return f", the newest {hours} h old" if hours < 48 else f", the newest {hours // 24} days old"


@lru_cache(maxsize=65_536)
def _key(url: str) -> str:
    try:
        return canonical(url).partition("://")[2].removeprefix("www.").rstrip("/")
    except ValueError:
        return url
