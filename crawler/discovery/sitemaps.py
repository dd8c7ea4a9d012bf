"""Sitemaps (sitemaps.org), sitemap indexes, Google's news and image fields, plain lists of addresses, robots.txt."""

from __future__ import annotations

import re
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from lxml import etree

from crawler.discovery import documents
from crawler.discovery.dates import read_instant
from crawler.discovery.documents import plain
from crawler.discovery.entries import http_url, language_of, tags_of, text_of
from crawler.discovery.feeds import read_feed
from crawler.discovery.found import Found
from storage.models import make_link

if TYPE_CHECKING:
    from lxml.etree import _Element

    from storage.models import Link

MAX_ENTRIES = 50_000
"""Of one file, by the protocol."""

_BARE = ("publication_date", "title", "keywords")
"""Fields of Google's news namespace that some sites put into the entry itself."""

_ENTRIES = ("url", "sitemap")

_ROBOTS_LINE = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)


def read_sitemap(body: bytes, *, url: str, zone: str | None, content_type: str | None, charset: str | None) -> Found:
    """Links of an uncompressed sitemap; an index gives links of kind `sitemap` with `modified` from its lastmod.

    The protocol allows RSS and Atom, and lists of addresses as text, in place of XML of its own.
    """
    text = documents.decode(body, charset)
    if not text or text.isspace():
        return Found(problem="empty_body")
    root = documents.root_name(text)
    if root in ("rss", "feed", "rdf"):
        return read_feed(body, url=url, zone=zone, content_type=content_type, charset=charset)
    if root in ("urlset", "sitemapindex"):
        closed = documents.is_closed(text, root)
        whole, through = (text, False) if closed else documents.before_the_cut(text, "url", "sitemap")
        mended = documents.as_utf8(documents.mend_ampersands(whole))
        del text, whole  # as large as the document each, and so are the bytes
        found = _read_xml(mended, url, zone) if mended else Found()
        if through:
            found.add(None, "cut_off")
        if not closed:
            found.problem = "truncated"
        elif not found.total:
            found.problem = "empty_sitemap"
        return found
    if not root and (found := _read_lines(text, url)).total:
        return found
    return Found(problem="bot_check" if documents.is_bot_check(text) else "not_a_sitemap")


def read_robots(body: bytes, *, url: str) -> Found:
    """The sitemaps that a robots.txt names (RFC 9309 leaves the `Sitemap:` line to sitemaps.org)."""
    found = Found()
    for match in _ROBOTS_LINE.finditer(documents.decode(body[: documents.MAX_FEED_BYTES], None)):
        address = http_url(match[1], url)
        found.add(make_link(address, kind="sitemap", via="sitemap") if address else None)
    return found


def _read_lines(text: str, url: str) -> Found:
    found = Found()
    for line in text.splitlines():
        if line.strip().lower().startswith(("http://", "https://")):
            address = http_url(line.strip(), url)
            if found.total >= MAX_ENTRIES:
                found.add(None, "over_limit")
            else:
                found.add(make_link(address, via="sitemap") if address else None)
    return found


def _read_xml(body: bytes, url: str, zone: str | None) -> Found:
    found = Found()
    events = etree.iterparse(
        BytesIO(body), events=("end",), tag=("{*}url", "{*}sitemap"), recover=True, resolve_entities=False,
        huge_tree=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        for _, element in events:
            if not _is_entry(element):
                continue
            if found.total >= MAX_ENTRIES:
                found.add(None, "over_limit")
            else:
                found.add(_link(element, url, zone))
            _forget(element)
    except etree.XMLSyntaxError:
        # Even the recovering parser stops where nothing can be read on; what came before is good.
        found.problem = "truncated"
    return found


def _is_entry(element: _Element) -> bool:
    """Not the `<v:url>` of an extension inside an entry; but a next entry where the end tag of the one before is missing,
    which has an address of its own."""
    parent = element.getparent()
    if parent is None or parent.getparent() is None:
        return parent is not None
    around = next((e for e in element.iterancestors() if _name(e) in _ENTRIES), None)
    return around is None or (around is parent and around.tag == element.tag and _has_loc(element))


def _has_loc(element: _Element) -> bool:
    return any(isinstance(child.tag, str) and _name(child) == "loc" for child in element)


def _forget(element: _Element) -> None:
    """Free what has been read: 50,000 entries stay at a few MB."""
    parent = element.getparent()
    element.clear()
    if parent is not None and _name(parent) not in _ENTRIES:
        while element.getprevious() is not None:
            del parent[0]


def _name(element: _Element) -> str:
    return _local(str(element.tag))


@lru_cache(maxsize=1024)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


def _link(entry: _Element, url: str, zone: str | None) -> Link | None:
    parts: dict[str, _Element] = {}
    for child in entry:
        if isinstance(child.tag, str):
            parts.setdefault(_name(child), child)
    address = http_url(text_of(parts["loc"]), url) if "loc" in parts else None
    if address is None:
        return None
    changed = _text(parts.get("lastmod"))
    modified = read_instant(changed, zone, "sitemap")
    if _name(entry) == "sitemap":
        return make_link(address, kind="sitemap", via="sitemap", modified=modified)
    news = _fields(parts.get("news")) or {name: parts[name] for name in _BARE if name in parts}
    image = _fields(parts.get("image")).get("loc")
    appeared = _text(news.get("publication_date"))
    return make_link(
        address,
        via="news_sitemap" if news else "sitemap",
        title=plain(_text(news.get("title"))),
        published=modified if appeared == changed else read_instant(appeared, zone, "sitemap"),
        modified=modified,
        language=language_of(_text(news.get("language"))),
        tags=tags_of((_text(news.get("keywords")) or "").split(",")),
        image=http_url(_text(image), url),
    )


def _fields(holder: _Element | None) -> dict[str, _Element]:
    """Descendants of `news:news` or `image:image` by local name, the first of each."""
    found: dict[str, _Element] = {}
    if holder is not None:
        for element in holder.iterdescendants():
            if isinstance(element.tag, str):
                found.setdefault(_name(element), element)
    return found


def _text(element: _Element | None) -> str | None:
    return None if element is None else text_of(element)
