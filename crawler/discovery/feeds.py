"""RSS, RDF, Atom and JSON Feed bytes -> links.

lxml reads the document, strictly first, then mended; feedparser is asked where that gave no entries or lost addresses
(an unclosed `<guid>` swallows the entries after it), unless there are so many that it would take minutes.

fastfeedparser, the quickest, is not used: it takes a time without a zone for UTC (Yonhap's foreign editions: nine hours
wrong), and gives neither the offset as written nor `ttl` nor `yandex:full-text`. For 100 short items it took 0.5 ms,
feedparser 32 ms, this module with its dates, text and address rules 6 ms (CPU, same machine, 2026-11).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from crawler.discovery import documents, entries, json_feed, loose
from crawler.discovery.found import Found

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_ITEMS = 5_000
MAX_LOOSE_TAGS = 100_000
"""Beyond that many, feedparser is not asked: it takes some 60 microseconds each (300,000 took 18 s)."""

MAX_TTL = 7 * 86_400
_FEED_ROOTS = ("rss", "feed", "rdf", "channel", "entry")
_FEED_INSIDE = re.compile(r"<(?:\w+:)?(rss|feed|rdf)\b", re.IGNORECASE)
_OPENED = re.compile(r"<([\w.:-]+)")
_ENTRY = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>/]", re.IGNORECASE)
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}


def read_feed(
    body: bytes,
    *,
    url: str,
    zone: str | None,
    content_type: str | None,
    charset: str | None,
    limit: int = documents.MAX_FEED_BYTES,
) -> Found:
    """All links of a feed that the address `url` answered with; nothing is filtered but what has no address. `limit`:
    bytes."""
    if len(body) > limit:
        return Found(problem="too_large")
    text = documents.decode(body, charset)
    if not text.strip():
        return Found(problem="empty_body")
    start = text.lstrip()[:1]
    if start in ("{", "[") or ("json" in (content_type or "").lower() and start != "<"):
        return json_feed.read_json_feed(text, url=url, zone=zone, limit=MAX_ITEMS)
    root = documents.root_name(text)
    if root not in _FEED_ROOTS:
        # Words or a warning of the server's before the feed; an HTML page is one, whatever it quotes.
        inside = None if root == "html" else _FEED_INSIDE.search(text, 0, 65_536)
        if inside is None:
            return Found(problem="bot_check" if documents.is_bot_check(text) else "not_a_feed")
        root, text = inside[1].lower(), text[inside.start() :]
    closed = documents.is_closed(text, root)
    through = False
    if not closed:
        whole, through = documents.before_the_cut(text, "item", "entry")
        text = _ended(whole)
    found, damaged = _read_xml(text, url, zone)
    if _is_doubtful(found, damaged) and len(_ENTRY.findall(text)) <= MAX_ITEMS and text.count("<") <= MAX_LOOSE_TAGS:
        again = loose.read_loosely(text, url=url, zone=zone, limit=MAX_ITEMS)
        if (len(again.links), again.total) > (len(found.links), found.total):
            again.ttl = again.ttl or found.ttl
            found = again
    if through:
        found.add(None, "cut_off")
    if not closed:
        found.problem = "truncated"
    elif not found.total:
        found.problem = "empty_feed"
    return found


def _ended(whole: str) -> str:
    """The whole part of a feed that was cut off, with the end tags that it lacks."""
    opened = _OPENED.match(whole, documents.start_of_root(whole))
    if opened is None:
        return whole
    inside = "" if "<channel" not in whole or "</channel" in whole else "</channel>"
    return f"{whole}{inside}</{opened[1]}>"


def _is_doubtful(found: Found, damaged: bool) -> bool:
    read = found.total - found.refused["over_limit"]
    return not found.total or damaged or len({link.url for link in found.links}) * 2 < read


def _read_xml(text: str, url: str, zone: str | None) -> tuple[Found, bool]:
    root, damaged = _parse(text, url)
    found = Found()
    if root is None:
        return found, True
    language = _feed_language(root)
    for entry in root.iter("{*}item", "{*}entry"):
        # An entry inside an entry: an end tag is missing, and what lxml made of it mixes two articles.
        damaged = damaged or next(entry.iterancestors("{*}item", "{*}entry"), None) is not None
        if found.total >= MAX_ITEMS:
            found.add(None, "over_limit")
        else:
            found.add(entries.read_entry(entry, url=url, zone=zone, language=language))
    found.ttl = _ttl(root)
    return found, damaged


def _parse(text: str, url: str) -> tuple[_Element | None, bool]:
    """The document's root, and whether it had to be mended."""
    strict = _parser(recover=False)
    try:
        return etree.fromstring(documents.as_utf8(text), strict, base_url=url), False
    except etree.XMLSyntaxError:
        mended = documents.mend_ampersands(text)
    try:
        return etree.fromstring(documents.as_utf8(mended), strict, base_url=url), False
    except etree.XMLSyntaxError:
        lenient = _parser(recover=True)
    try:
        return etree.fromstring(documents.as_utf8(mended), lenient, base_url=url), True
    except etree.XMLSyntaxError:
        return None, True


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        recover=recover, encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip


def _feed_language(root: _Element) -> str | None:
    for element in (root, *root.iterchildren("{*}channel")):
        if found := entries.language_of(element.get("{http://www.w3.org/XML/1998/namespace}lang")):
            return found
    for channel in root.iter("{*}channel"):
        for child in channel:
            if isinstance(child.tag, str) and entries.key_of(child) in ("language", "dc:language"):
                return entries.language_of(entries.text_of(child))
    return None


def _ttl(root: _Element) -> int | None:
    """Seconds that a channel asks to wait: `ttl` in minutes (RSS 2.0), else the syndication module's period."""
    said: dict[str, str] = {}
    for holder in (root, *root.iterchildren("{*}channel")):
        for child in holder:
            if isinstance(child.tag, str) and (key := entries.key_of(child)) in _TTL_KEYS:
                said.setdefault(key, entries.text_of(child).strip().lower())
    minutes = said.get("ttl", "")
    if minutes.isascii() and minutes.isdigit() and len(minutes) < 9 and int(minutes):
        return min(int(minutes) * 60, MAX_TTL)
    period = _PERIODS.get(said.get("sy:updateperiod", ""))
    if period is None:
        return None
    times = said.get("sy:updatefrequency", "1")
    frequency = int(times) if times.isascii() and times.isdigit() and len(times) < 9 else 1
    return max(1, min(period // max(frequency, 1), MAX_TTL))


_TTL_KEYS = ("ttl", "sy:updateperiod", "sy:updatefrequency")
