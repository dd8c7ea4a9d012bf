"""RSS, RDF, Atom and JSON Feed bytes -> links.

lxml reads the document, strictly first, then mended; feedparser is asked where that gave no entries or lost addresses
(an unclosed `<guid>` swallows the entries after it), unless there are so many that it would take minutes.

fastfeedparser, the quickest, is not used: it takes a time without a zone for UTC (Yonhap's foreign editions: nine hours
wrong), and gives neither the offset as written nor `ttl` nor `yandex:full-text`. For 100 short items it took 0.5 ms,
feedparser 32 ms, this module with its dates, text and address rules 6 ms (CPU, same machine, 2026-11).
"""

from __future__ import annotations

import re
from functools import lru_cache
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
_ENTRY = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)[\s>/]", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"\s*(?!https?:)[a-z][a-z0-9+.-]*:", re.ASCII | re.IGNORECASE)
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
    text, utf8 = documents.decoded(body, charset)
    if not text or text.isspace():
        return Found(problem="empty_body")
    start = text.lstrip()[:1] if text[0].isspace() else text[0]
    if start in ("{", "[") or ("json" in (content_type or "").lower() and start != "<"):
        return json_feed.read_json_feed(text, url=url, zone=zone, limit=MAX_ITEMS)
    root = documents.root_name(text)
    if root not in _FEED_ROOTS:
        # Words or a warning of the server's before the feed; an HTML page is one, whatever it quotes.
        inside = None if root == "html" else _FEED_INSIDE.search(text, 0, 65_536)
        if inside is None:
            return Found(problem="bot_check" if documents.is_bot_check(text) else "not_a_feed")
        root, text, utf8 = inside[1].lower(), text[inside.start() :], None
    closed = documents.is_closed(text, root)
    through = False
    if not closed:
        whole, through = documents.before_the_cut(text, "item", "entry")
        text, utf8 = _ended(whole), None
    found, doubtful = _read_xml(text, utf8, url, zone)
    if doubtful and len(_ENTRY.findall(text)) <= MAX_ITEMS and text.count("<") <= MAX_LOOSE_TAGS:
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


def _lacks_addresses(found: Found) -> bool:
    """Whether fewer than half of the entries have an address of their own."""
    read = found.total - found.refused.get("over_limit", 0)
    return len(found.links) * 2 < read or len({link.url for link in found.links}) * 2 < read


def _possible_addresses(entry: _Element) -> list[_Element]:
    """What there is in an entry that feedparser makes its address of: a link, an identity, the entry itself for an `href`;
    what stands in its `source` is another feed's."""
    if any(str(name).rpartition("}")[2].lower() == "href" for name in entry.keys()):  # noqa: SIM118 - an element, no dict
        return [entry]
    possible: list[_Element] = []
    for child in entry:
        if not len(child):
            if isinstance(child.tag, str) and _may_be_address(child) and entries.key_of(child) != "source":
                possible.append(child)
        elif entries.key_of(child) != "source":
            possible += filter(_may_be_address, child.iter("*"))
    return possible


def _is_identity(possible: _Element, entry: _Element) -> bool:
    """Whether what may be an entry's address is its own identity, and a whole address."""
    if possible.getparent() is not entry or entries.key_of(possible) not in ("guid", "id"):
        return False
    return not len(possible) and entries.is_usual(possible.text)


def _may_be_address(element: _Element) -> bool:
    name = str(element.tag).rpartition("}")[2].lower()
    if name not in _ADDRESSES:
        return False
    if name in ("guid", "id"):
        declared = (value for key, value in element.items() if key.lower() == "ispermalink")
        return next(declared, "true") == "true" and _OTHER_SCHEME.match(entries.text_of(element)) is None
    if name == "link":
        return element.get("href") is None or element.get("rel", "alternate").lower() == "alternate"
    return True


def _read_xml(text: str, utf8: bytes | None, url: str, zone: str | None) -> tuple[Found, bool]:
    """What lxml finds, and whether feedparser should be asked, too: it may find more in a well-formed document where no
    entry was found, or where fewer than half have an address of their own and there is more that may be one."""
    root, damaged = _parse(text, utf8, url)
    if root is None:
        return Found(), True
    language, ttl = _of_the_feed(root)
    found, without, mixed = _entries_in(root, url, zone, language)
    found.ttl = ttl
    if damaged or mixed:
        return found, True
    if not found.total:
        return found, _ENTRY.search(text) is not None
    if not _lacks_addresses(found):
        return found, False
    if len(_ENTRY.findall(text)) != found.total:
        return found, True
    open_ = [(entry, possible) for entry in without if (possible := _possible_addresses(entry))]
    if not all(len(possible) == 1 and _is_identity(possible[0], entry) for entry, possible in open_):
        return found, True
    if open_:  # the address that feedparser would give, without asking it
        found, *_ = _entries_in(root, url, zone, language, identity=True)
        found.ttl = ttl
    return found, False


def _entries_in(
    root: _Element, url: str, zone: str | None, language: str | None, *, identity: bool = False
) -> tuple[Found, list[_Element], bool]:
    """The entries, those of them without an address, and whether one stands inside another: an end tag is missing, and
    what lxml made of it mixes two articles."""
    found, mixed = Found(), False
    holder: _Element | None = None
    without: list[_Element] = []
    for entry in root.iter("{*}item", "{*}entry"):
        if (parent := entry.getparent()) is not holder:
            holder = parent
            mixed = mixed or _is_in_an_entry(entry)
        if found.total >= MAX_ITEMS:
            found.add(None, "over_limit")
        elif link := entries.read_entry(entry, url=url, zone=zone, language=language, identity=identity):
            found.total += 1
            found.links.append(link)
        else:
            found.add(None)
            without.append(entry)
    return found, without, mixed


def _is_in_an_entry(entry: _Element) -> bool:
    around = entry.getparent()
    while around is not None:
        if str(around.tag).rpartition("}")[2] in ("item", "entry"):
            return True
        around = around.getparent()
    return False


def _parse(text: str, utf8: bytes | None, url: str) -> tuple[_Element | None, bool]:
    """The document's root, and whether it had to be mended. `utf8`: the text's own bytes, where they are at hand."""
    strict = _parser(recover=False)
    try:
        return etree.fromstring(documents.as_utf8(text, utf8), strict, base_url=url), False
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


@lru_cache(maxsize=2)
def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        recover=recover, encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip


def _of_the_feed(root: _Element) -> tuple[str | None, int | None]:
    """What a feed says of itself: its language, and the seconds that it asks to wait.

    Language: `xml:lang` of the root or a channel, else the first channel's element that has one. Seconds: `ttl`, in
    minutes (RSS 2.0), else the syndication module's period."""
    holders = [root]
    said: dict[str, str] = {}
    language = None
    for holder in holders:
        language = language or entries.language_of(holder.get(entries.LANG))
        for child in holder:
            tag = child.tag
            if tag in _ENTRY_TAGS or not isinstance(tag, str):
                continue
            if holder is root and (tag == "channel" or tag.endswith("}channel")):
                holders.append(child)
            elif (key := entries.key_of(child)) in _SAID_KEYS and key not in said:
                said[key] = entries.text_of(child).strip().lower()
    if language is None and (len(holders) == 1 or not _LANGUAGE_KEYS.isdisjoint(said)):
        language = _channel_language(root)
    return language, _ttl(said) if said else None


def _channel_language(root: _Element) -> str | None:
    for channel in root.iter("{*}channel"):
        for child in channel.iterchildren("*"):
            if entries.key_of(child) in _LANGUAGE_KEYS:
                return entries.language_of(entries.text_of(child))
    return None


def _ttl(said: dict[str, str]) -> int | None:
    minutes = said.get("ttl", "")
    if minutes.isascii() and minutes.isdigit() and len(minutes) < 9 and int(minutes):
        return min(int(minutes) * 60, MAX_TTL)
    period = _PERIODS.get(said.get("sy:updateperiod", ""))
    if period is None:
        return None
    times = said.get("sy:updatefrequency", "1")
    frequency = int(times) if times.isascii() and times.isdigit() and len(times) < 9 else 1
    return max(1, min(period // max(frequency, 1), MAX_TTL))


_ADDRESSES = frozenset({"guid", "id", "link", "origlink"})
_LANGUAGE_KEYS = frozenset({"language", "dc:language"})
_ENTRY_TAGS = frozenset({"item", "{http://www.w3.org/2005/Atom}entry"})
_SAID_KEYS = _LANGUAGE_KEYS | {"ttl", "sy:updateperiod", "sy:updatefrequency"}
