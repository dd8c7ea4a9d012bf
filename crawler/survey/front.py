"""A page that lists news, as `sources add` sees it: what it says of itself, the feeds it names, and its links. Pure; runs in a
worker process."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from lxml import etree

from crawler.discovery import documents, entries
from crawler.discovery.documents import plain
from crawler.discovery.entries import text_of

if TYPE_CHECKING:
    from lxml.etree import _Element

    from storage.models import LinkKind

MOST_LINKS: Final = 3_000
_FEED_TYPES: Final = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")
_MAYBE_FEEDS: Final = ("application/xml", "text/xml", "application/json")
_FEED_PATH = re.compile(
    r"(?:^|[/_.-])(?:rss|atom|feeds?)(?:[/_.-]|\d|$)|\.(?:rss|atom|rdf)$|feed\.json$|(?:^|[?&])feed=", re.IGNORECASE
)
_NOT_FEEDS = re.compile(r"\.(?:css|js|png|jpe?g|gif|svg|ico|woff2?|mp3|mp4|pdf|zip)$", re.IGNORECASE)
_SILENT: Final = ("script", "style", "noscript", "template")
_REGION = re.compile(r"[a-z]{2,3}(?:-[A-Za-z]{4})?[-_]([A-Za-z]{2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link of a page with its text (of several links to one address the longest)."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Named:
    """A document that something names as a feed or sitemap: `where` says what named it, for people."""

    url: str
    kind: LinkKind
    where: str
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Front:
    """What a page says. `language`: its html lang, as written; `region`: the country that this names (`BR` of `pt-BR`);
    `feeds`: named in its head; `linked`: linked in its body; `editions`: (language, address) of its hreflang links;
    `words`: of its visible text; `scripts`: how many it has."""

    url: str
    title: str | None = None
    language: str | None = None
    region: str | None = None
    feeds: tuple[Named, ...] = ()
    linked: tuple[Named, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    editions: tuple[tuple[str, str], ...] = ()
    words: int = 0
    scripts: int = 0
    bot_check: bool = False


def read_front(body: bytes, *, url: str, charset: str | None) -> Front:
    """The page at `url`. What is no HTML gives a front without anything."""
    text = documents.decode(body[: documents.MAX_FEED_BYTES], charset)
    root = _parse(text)
    if root is None:
        return Front(url)
    base = next((found for e in root.iter("base") if (found := _http_url(e.get("href"), url))), url)
    metas = {(e.get("property") or e.get("name") or "").lower(): e.get("content") or "" for e in root.iter("meta")}
    language = _language(root.get("lang") or metas.get("content-language"))
    locale = _language(metas.get("og:locale"))
    return Front(
        url=url,
        title=plain(metas.get("og:site_name")) or plain(metas.get("application-name")) or _title(root),
        language=language or locale,
        region=_region(language) or _region(locale),
        feeds=tuple(dict.fromkeys(_feeds(root, base))),
        linked=tuple(_linked(root, base)),
        anchors=tuple(_anchors(root, base)),
        editions=tuple(_editions(root, base)),
        words=_words(root),
        scripts=sum(1 for _ in root.iter("script")),
        bot_check=documents.is_bot_check(text),
    )


def _http_url(text: str | None, base: str) -> str | None:
    """An absolute http(s) address that the rest may take apart; None for anything else."""
    address = entries.http_url(text, base)
    try:
        return address if address and urlsplit(address).hostname else None
    except ValueError:
        return None


def _parse(text: str) -> _Element | None:
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(documents.as_utf8(text), parser)
    except etree.XMLSyntaxError:
        return None


def _language(tag: str | None) -> str | None:
    found = re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*", (tag or "").strip())
    return found[0].replace("_", "-") if found else None


def _region(language: str | None) -> str | None:
    """The country of a language tag. `en-US` and `en-GB` are what programs write by themselves; they say nothing."""
    found = _REGION.fullmatch(language or "")
    if not found or (language or "").lower() in ("en-us", "en-gb"):
        return None
    return found[1].upper()


def _title(root: _Element) -> str | None:
    """The page's title without what follows a bar or a dash with blanks: a front page's slogan."""
    title = next((plain(text_of(e)) for e in root.iter("title")), None)
    return re.split(r"\s+[|–—-]\s+|\s*\|\s*", title)[0] or title if title else None


def _feeds(root: _Element, base: str) -> list[Named]:
    found = []
    for link in root.iter("link"):
        rel = (link.get("rel") or "").lower().split()
        kind = (link.get("type") or "").lower().split(";")[0].strip()
        address = _http_url(link.get("href"), base)
        if address is None:
            continue
        if "alternate" in rel and (kind in _FEED_TYPES or (kind in _MAYBE_FEEDS and _FEED_PATH.search(address))):
            found.append(Named(address, "feed", "named in the page's head", plain(link.get("title"))))
        elif "sitemap" in rel:
            found.append(Named(address, "sitemap", "named in the page's head", plain(link.get("title"))))
    return found


def _linked(root: _Element, base: str) -> list[Named]:
    found: dict[str, Named] = {}
    for anchor in root.iter("a"):
        address = _http_url((anchor.get("href") or "").partition("#")[0], base)
        if address is None or _NOT_FEEDS.search(address):
            continue
        path = address.partition("://")[2].partition("/")[2]
        if _FEED_PATH.search(path):
            found.setdefault(address, Named(address, "feed", "linked in the page", plain(text_of(anchor))))
        elif re.search(r"sitemap[^/]*\.xml(?:\.gz)?$", path, re.IGNORECASE):
            found.setdefault(address, Named(address, "sitemap", "linked in the page", plain(text_of(anchor))))
    return list(found.values())


def _anchors(root: _Element, base: str) -> list[Anchor]:
    found: dict[str, str] = {}
    for anchor in root.iter("a"):
        address = _http_url((anchor.get("href") or "").partition("#")[0], base)
        if address is None or (len(found) >= MOST_LINKS and address not in found):
            continue
        text = plain(text_of(anchor)) or plain(anchor.get("title")) or ""
        if len(text) >= len(found.get(address, "")):
            found[address] = text[:300]
    return [Anchor(url, text) for url, text in found.items()]


def _editions(root: _Element, base: str) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for link in root.iter("link"):
        tag = _language(link.get("hreflang"))
        address = _http_url(link.get("href"), base)
        if tag and address and "alternate" in (link.get("rel") or "").lower() and not link.get("type"):
            found.setdefault(tag.lower(), address)
    return list(found.items())


def _words(root: _Element) -> int:
    count = 0
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag not in _SILENT and element.text:
            count += len(element.text.split())
        count += len((element.tail or "").split())
    return count
