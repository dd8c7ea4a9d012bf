"""What a page says of itself beside its text: JSON-LD first, then meta tags, then the markup; trafilatura's own metadata
is not asked (its JSON-LD author search is quadratic: a second on one live blog).

For each field the witnesses stand in the order in which they are believed; `sources` tells which one spoke. Times have
an order of their own, in `published`.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from pipelines import headmatter, people, picture, printed, published, timed, titles, urls
from pipelines.body import select
from pipelines.headmatter import Line
from pipelines.jsonld import Claims
from pipelines.tags import Tags, heading
from pipelines.text import fold, letters, listed, squeeze
from pipelines.unavailable import unavailable
from storage.models import Access, Form, Instant, Page

T = TypeVar("T")

MAX_TAGS = 40
MAX_TAG = 80
LANGUAGE = re.compile(r"^[a-z]{2,3}(?=$|[-_])")
REGION = re.compile(r"^[A-Za-z]{2,3}(?:[-_][A-Za-z]{4})?[-_]([A-Za-z]{2})(?=$|[-_.@])")
PAGED = re.compile(r"[?&](?:page|paged|pg|seite)=\d+(?:&|$)|/(?:page|seite)/\d+/?$", re.IGNORECASE)
NUMBERED = re.compile(
    r"(?:^|&)(?P<name>id|p|aid|nid|cid|artid|art_?no|news_?id|article_?(?:id|no)?|content_?(?:id|no)|doc_?id|story(?:_?id)?|"
    r"newsid|no|num|idx|seq|sn|serial|post_?id)=(?P<number>\w*\d\w*)",
    re.IGNORECASE,
)
ERROR = re.compile(r"/(?:404|error|not-?found|page-?not-?found)(?:\.\w+)?/?$", re.IGNORECASE)
_GENERIC = re.compile(r"/[a-z_]{1,16}/?$", re.IGNORECASE)
_ID = re.compile(r"/(?P<words>(?:[^/]*[^/\d])?)(?P<number>\d+)(?:\.\w{2,5})?/?$")
SCRIPT = re.compile(r"(?:\.(?:php|aspx?|jsp|cgi|do|html?)|/)$", re.IGNORECASE)
RESERVING = frozenset({"noarchive", "nocache", "noindex", "none"})
ROBOTS = ("robots", "dateline")
TIERS: dict[str, Access] = {"free": "open", "metered": "metered", "locked": "paywalled"}
LIVE = frozenset({"liveblogposting"})
GALLERY = frozenset({"imagegallery", "mediagallery"})
ELLIPSIS = re.compile(r"(?:\.\.\.|…|\[…\]|\[\.\.\.\])$")
NO_SECTION = frozenset(listed("article news home story index default none null page artikel"))


@dataclass(frozen=True, slots=True)
class Metadata:
    """All but the text. `headlines`: every text that is this page's headline somewhere on it; `standfirst`: the lead
    is printed in an element of its own (the profile says so). `printed`: the day that is printed at the headline, asked
    only where metadata knows no time. `organisations`: named as authors but no people."""

    title: str | None
    headlines: tuple[str, ...]
    lead: str | None
    standfirst: bool
    authors: tuple[str, ...]
    organisations: tuple[str, ...]
    section: str | None
    tags: tuple[str, ...]
    language: str | None
    published: Instant | None
    modified: Instant | None
    printed: Instant | None
    canonical_url: str
    picture: picture.Picture
    access: Access
    form: Form
    declared: bool
    copyright: str | None
    reserved: str | None
    sources: dict[str, str] = field(default_factory=dict)


def read(page: Page, root: HtmlElement, tags: Tags, claims: Claims) -> Metadata:
    """Reads it from the tree before anything is pruned. Raises ValueError where a profile's selector cannot be read."""
    sources: dict[str, str] = {}
    hosts = tuple(dict.fromkeys(urlsplit(url).hostname or "" for url in (page.final_url, page.url)))
    sites = titles.site_names(tags, claims, hosts)

    def chosen(name: str, *witnesses: tuple[T | None, str]) -> T | None:
        for value, origin in witnesses:
            if value:
                sources[name] = origin
                return value
        return None

    own = _selected(root, page.profile.title)
    title = chosen("title", titles.choose(tags, claims, sites=sites, suffixes=page.profile.title_suffix,
        own=own) or (None, ""),
                   (page.witness.title if page.witness else None, "feed"))  # fmt: skip
    if title and sources["title"] == "title" and (head := headmatter.headline_of(root, tags, title)) is not None:
        text = heading(head)
        if titles.piece(title, text) and letters(text) not in (*sites, letters(title)):
            title = text
    lead = _selected(root, page.profile.lead)
    standfirst = lead is not None
    lead = chosen(
        "lead",
        (lead, "profile"),
        *_leads(tags, claims, title, sites),
        (page.witness.lead if page.witness else None, "feed"),
    )

    @functools.cache
    def about() -> list[Line]:
        head = headmatter.headline_of(root, tags, title)
        return headmatter.about(head) if head is not None else []

    names, origin = people.authors(root, tags, claims, sites=sites, about=about)
    if names:
        sources["authors"] = origin or ""
    section = chosen("section", (_section(claims.section), "json-ld"), (_section(tags.first("article:section",
        "og:section", "parsely-section", "cxenseparse:section", "dc.subject.section")), "meta"),
                     (_section(next(iter(tags.items.get("articlesection", ())), None)), "microdata"),
                     (_section(tags.first("section", "category")), "meta"))  # fmt: skip
    keywords = chosen("tags", (_tags(tags.all("article:tag", "og:article:tag", "parsely-tags", "news_keywords")),
        "meta"), (_tags(claims.keywords), "json-ld"), (_tags(tags.all("keywords")), "meta"),
                      (page.witness.tags if page.witness else None, "feed"))  # fmt: skip
    language = chosen("language", (_language(tags.language), "html"), (_language(claims.language), "json-ld"),
        (_language(tags.first("og:locale", "content-language", "language", "dc.language")), "meta"),
                      (_language(page.witness.language if page.witness else None), "feed"))  # fmt: skip
    told = published.declared(page, tags, claims, language)
    known = any(one.precision != "day" for one in told)
    times = timed.marked(tags.times) if known or not about() else timed.beside(about(), tags.times)
    when, otherwise = published.published(page, tags, claims, language, told=told, times=times)
    shown = (None, None) if known else printed.read(about(), language=language, region=_region(tags), host=hosts[0],
        timezone=page.profile.timezone, fetched_at=page.fetched_at)  # fmt: skip
    shown_day = shown[0] if when is None or when.precision == "day" else None
    when = published.sharpened(when, shown_day)
    changed, changed_otherwise = published.modified(page, tags, claims, language, times=times, shown=shown[1])
    if when:
        sources["published"] = f"{when.origin}; {otherwise}" if otherwise else when.origin
    if changed:
        sources["modified"] = f"{changed.origin}; {changed_otherwise}" if changed_otherwise else changed.origin
    pictured = picture.read(root, page, tags, claims)
    if pictured.url:
        sources["image_url"] = pictured.origin
    canonical_url = _canonical(page, tags, claims, sources)
    headlines = [
        title,
        claims.headline,
        tags.first("og:title"),
        tags.first("twitter:title"),
        *(text for _, text in tags.headings[:3]),
    ]
    return Metadata(
        title=title, headlines=tuple(dict.fromkeys(h for h in headlines if h)), lead=lead, standfirst=standfirst,
        authors=names, organisations=claims.organisations,
        section=section, tags=keywords or (), language=language, published=when, modified=changed, printed=shown_day,
        canonical_url=canonical_url, picture=pictured,
        access=_access(tags, claims), form=_form(tags, claims), declared=_declared(tags, claims),
        copyright=claims.copyright or tags.first("copyright", "dc.rights"),
        reserved=page.reserved or reserved(tags, page.fetched_at), sources=sources,
    )  # fmt: skip


def reserved(tags: Tags, at: str) -> str | None:
    """The words by which the HTML reserves its text, for all robots or ours: robots noarchive, noindex, nocache, none, an
    unavailable_after that had come `at`; `tdm-reservation` 1 (W3C's TDMRep, the opt-out of article 4 of the EU's directive)."""
    for name in ROBOTS:
        for content in tags.meta.get(name, ()):
            rules = content.split(",")
            word = next((word for rule in rules if (word := rule.strip().casefold()) in RESERVING), None)
            if words := word or unavailable(rules, at):
                return f"meta {name}: {words}"
    return "meta tdm-reservation: 1" if "1" in tags.meta.get("tdm-reservation", ()) else None


def _selected(root: HtmlElement, selectors: tuple[str, ...]) -> str | None:
    found = select(root, selectors)
    return (heading(found[0]) or None) if found else None


def _leads(tags: Tags, claims: Claims, title: str | None, sites: frozenset[str]) -> list[tuple[str | None, str]]:
    """Declared descriptions that say more than the headline, and are not cut off."""
    given = (
        (tags.first("og:description"), "meta"),
        (claims.description, "json-ld"),
        (tags.first("description", "twitter:description", "dc.description"), "meta"),
    )
    other = {letters(title or ""), *sites}
    return [
        (text, origin)
        for text, origin in given
        if text and len(text) >= 20 and not ELLIPSIS.search(text) and letters(text) not in other
    ]


def _section(value: str | None) -> str | None:
    value = squeeze(value or "")
    return value if 1 < len(value) <= MAX_TAG and fold(value) not in NO_SECTION and "://" not in value else None


def _tags(values: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    parts = [squeeze(part) for value in values for part in re.split(r"[,;|]", value)]
    unique = {fold(part): part for part in reversed(parts) if 1 < len(part) <= MAX_TAG and "://" not in part}
    return tuple(reversed(unique.values()))[:MAX_TAGS]


def _language(value: str | None) -> str | None:
    match = LANGUAGE.match((value or "").strip().casefold())
    return match[0] if match else None


def _region(tags: Tags) -> str | None:
    """The country of the declared language (`en-US`, `pt_BR`), lower case."""
    match = REGION.search((tags.language or tags.first("og:locale", "content-language") or "").strip())
    return match[1].casefold() if match else None


def _canonical(page: Page, tags: Tags, claims: Claims, sources: dict[str, str]) -> str:
    """The declared canonical address where it can be this page's: of the same site, not its home page or a section
    above it, not one page of several where this is none, not without the number by which this page is asked for; else
    the address that answered."""
    final = urls.canonical(page.final_url or page.url)
    here = urlsplit(final)
    for value, origin in (
        (next(iter(tags.links.get("canonical", ())), None), "link"),
        (tags.first("og:url"), "meta"),
        (claims.url, "json-ld"),
    ):
        if not value:
            continue
        try:
            said = urls.canonical(urljoin(page.final_url or page.url, value))
        except ValueError:
            continue
        there = urlsplit(said)
        if urls.same_site(there.netloc, here.netloc) and not _other(said, final):
            sources["canonical_url"] = origin
            return said
    sources["canonical_url"] = "url"
    return final


def _other(said: str, final: str) -> bool:
    """Whether an address on this site is of another page, as far as the two spellings tell."""
    if urls.above(said, final) or (urls.is_home(said) and not urls.is_home(final)):
        return True
    if PAGED.search(said) and not PAGED.search(final):
        return True
    one, two = urlsplit(said), urlsplit(final)
    if ERROR.search(one.path) and not ERROR.search(two.path):
        return True
    asked, told = NUMBERED.search(two.query), NUMBERED.search(one.query)
    if asked and told:
        return asked["name"].casefold() == told["name"].casefold() and asked["number"] != told["number"]
    if asked and not one.query:
        generic = one.path == two.path and _GENERIC.search(one.path) is not None
        return SCRIPT.search(said) is not None or generic
    # `/article/99` for `/article/12`, `/other-story-99` for `/port-reopens-12`; the same words with another number are a copy.
    there, here = _ID.search(one.path), _ID.search(two.path)
    if not (there and here) or one.query or two.query or one.netloc != two.netloc or there["number"] == here["number"]:
        return False
    bare = not there["words"] and not here["words"] and one.path[: there.start()] == two.path[: here.start()]
    return bare or (
        there["words"] != here["words"]
        and all((there["words"], here["words"]))
        and min(len(there["number"]), len(here["number"])) > 1
    )


def _access(tags: Tags, claims: Claims) -> Access:
    if claims.access is False:
        return "paywalled"
    tier = fold(tags.first("article:content_tier", "og:article:content_tier", "content_tier") or "")
    if tier in TIERS:
        return TIERS[tier]
    said = fold(tags.first("isaccessibleforfree") or next(iter(tags.items.get("isaccessibleforfree", ())), ""))
    if said.rpartition("/")[2] in ("false", "no", "0"):
        return "paywalled"
    return "open" if claims.access or said.rpartition("/")[2] in ("true", "yes", "1") else "unknown"


def _form(tags: Tags, claims: Claims) -> Form:
    kinds = {kind.casefold() for kind in claims.types}
    if kinds & LIVE:
        return "live_blog"
    return (
        "gallery" if kinds & GALLERY or fold(tags.first("og:type") or "") in ("gallery", "photo_gallery") else "article"
    )


def _declared(tags: Tags, claims: Claims) -> bool:
    """Whether the page calls itself an article (og:type alone does not count: TASS gives it to every page)."""
    kinds = [kind.casefold() for kind in claims.types]
    if any("article" in kind or "posting" in kind for kind in kinds):
        return True
    return fold(tags.first("og:type") or "") == "article" and bool(
        tags.first("article:published_time", "datepublished") or tags.items.get("datepublished")
    )
