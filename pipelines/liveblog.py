"""Live blogs: one article of entries, each with its time, in the page's order; nothing cut, nothing twice.

The entries are found in the markup by what repeats in one place, each with one clock time. JSON-LD's `liveBlogUpdate` is
the second witness: an entry that the page does not print (it would be loaded later) is put where the list has it, and
where the page prints none, the list is the text.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from html import unescape
from itertools import islice
from typing import TYPE_CHECKING, Any

from pipelines import captions
from pipelines.body import SKIPPED, Kind, Paragraph, from_selected
from pipelines.text import letters, listed, squeeze, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

WAY = "live blog"
MAX_SCRIPT = 3_000_000
LEAST, LEAST_TOLD = 3, 2
MOST = 5_000
"""Entries, and times in the markup, at the most: a page of more is read like any other, so that none is cut off."""
ENTRY_WORDS, HEADER_WORDS, PREAMBLE_WORDS, ENOUGH = 3, 16, 8, 12
KEY = 120
CLOCK = re.compile(
    r"(?<!\d)(?:[01]?\d|2[0-3])(?:[:.h時时]|\s?Uhr|시)\s?(?:[0-5]\d)?(?!\d)|\b(?:1[0-2]|0?\d)\s?[ap]\.?m\b",
    re.IGNORECASE,
)
STAMP = re.compile(
    r"(?:^|[\s_-])(?:time(?:stamp)?|clock|date(?:time)?|uhrzeit|hora|heure|saat|posted)(?=$|[\s_-])", re.IGNORECASE
)
LIVE = re.compile(
    r"\blive\b|live-?(?:blog|ticker|updates?)|\bticker\b|en (?:direct|vivo)\b|minuto a minuto|ao vivo|\bdiretta\b|онлайн|"
    r"прямая трансляция|хроника|\bcanlı\b|dakika dakika|مباشر|لحظة بلحظة|直播|实时|即時|ライブ|速報|実況|na żywo|실시간",
    re.IGNORECASE,
)
RELATIVE = re.compile(r"\bago(?![a-z])|\bvor \d|il y a|\bhace\b|\bhá \d|назад|önce|منذ|前|전", re.IGNORECASE)
NAMES = ("liveblog", "live-blog", "liveBlog", "LiveBlog", "live_blog")
READERS = re.compile(r"comment|kommentar|disqus|related|most-?read|sidebar|recirc", re.IGNORECASE)
PROMOTION = re.compile(r"newsletter|promo|sign-?up|subscri|read-?(?:more|next|also)|advert|share|social", re.IGNORECASE)
CONTENT = frozenset(listed("p h2 h3 h4 h5 ul ol blockquote table dl"))


@dataclass(frozen=True, slots=True)
class Update:
    """One entry as JSON-LD tells it; `at` as written."""

    headline: str
    text: str
    at: str


@dataclass(slots=True)
class _Entry:
    """One entry: its time as shown, and its paragraphs."""

    at: str
    paragraphs: list[Paragraph]

    @property
    def plain(self) -> str:
        return letters(" ".join(p.text for p in self.paragraphs))


def updates(root: HtmlElement) -> tuple[Update, ...]:
    """What JSON-LD lists under `liveBlogUpdate`, in its order."""
    found: list[Update] = []
    for script in root.iter("script"):
        text = script.text or ""
        if "liveBlogUpdate" not in text or len(text) > MAX_SCRIPT or "ld+json" not in (script.get("type") or ""):
            continue
        try:
            data = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        found += _listed(data)
    return tuple(dict.fromkeys(found))[:MOST]


def maybe(html: str, title: str | None, path: str) -> bool:
    """Whether a page that does not declare itself a live blog may be one, by its title, its address or its names."""
    return LIVE.search(f"{title} {path}") is not None or any(name in html for name in NAMES)


def read(
    root: HtmlElement, told: tuple[Update, ...], *, sure: bool
) -> tuple[tuple[Paragraph, ...], tuple[Paragraph, ...]] | None:
    """The paragraphs of the blog's preamble and those of its entries, or None where the page has none.

    Clock times are taken out of the tree. Where the page does not declare itself one (not `sure`), the entries must be
    most of what it says, and no list of links."""
    marks = _marks(root)
    home, starts = _home(marks if len(marks) < MOST else {})
    if home is not None and not sure and not _mostly(root, home, starts):
        home = None
    if home is None or len(starts) < LEAST:
        if len(told) < LEAST_TOLD:
            return None
        entries = [_told(update) for update in told]
        before = _preamble(root, None, " ".join(entry.plain for entry in entries))
    else:
        before = _preamble(root, home, "")
        for caption in captions.find(home):
            if caption not in starts:
                caption.drop_tree()
        entries = _merged(_entries(home, starts), told)
    seen: set[tuple[str, str]] = set()
    paragraphs: list[Paragraph] = []
    for entry in entries:
        key = (letters(entry.at), entry.plain)
        if key not in seen:
            seen.add(key)
            paragraphs += _printed(entry)
    return tuple(before), tuple(paragraphs)


def _mostly(root: HtmlElement, home: HtmlElement, starts: dict[HtmlElement, tuple[HtmlElement, str]]) -> bool:
    flat = sum(_short(start) for start in starts) > 0.5 * len(starts)
    elements = [e for e in home if e.tag in CONTENT] if flat else list(starts)
    held = sum(words(element.text_content()) for element in elements)
    linked = sum(words(link.text_content()) for element in elements for link in element.iter("a"))
    prose = sum(words(p.text_content()) for p in root.iter("p"))
    most = max(words(start.text_content()) for start in starts)
    return held >= ENOUGH * len(starts) and linked <= 0.5 * held and held >= 0.5 * prose and most <= 0.5 * held


def _listed(data: Any) -> Iterator[Update]:
    queue, seen = [data], 0
    while queue and seen < 4 * MOST:
        item = queue.pop(0)
        seen += 1
        if isinstance(item, list):
            queue.extend(item)
        elif isinstance(item, dict):
            given = item.get("liveBlogUpdate")
            for one in given if isinstance(given, list) else [given]:
                if isinstance(one, dict):
                    headline, text = (_text(one.get(name)) for name in ("headline", "articleBody"))
                    if headline or text:
                        yield Update(headline, text, _text(one.get("datePublished") or one.get("dateModified")))
            queue.extend(v for k, v in item.items() if k in ("@graph", "mainEntity") and isinstance(v, dict | list))


def _text(value: Any) -> str:
    return squeeze(unescape(unescape(re.sub(r"<[^<>]{0,300}>", " ", value)))) if isinstance(value, str) else ""


def _marks(root: HtmlElement) -> dict[HtmlElement, str]:
    """Elements that show one clock time and hardly anything else, with the time as shown; of several in one header the
    first."""
    found: dict[HtmlElement, str] = {}
    last: HtmlElement | None = None
    for element in root.iter("time", "span", "div", "p", "small", "a", "abbr", "strong", "b"):
        stamped = element.tag == "time" or STAMP.search(f"{element.get('class') or ''} {element.get('itemprop') or ''}")
        if len(element) > 4 or (not stamped and len(element)):
            continue
        shown = squeeze(element.text_content()[:80])
        bare = CLOCK.fullmatch(shown.removesuffix(" Uhr"))
        if not bare and not (stamped and (CLOCK.search(shown) or "T" in (element.get("datetime") or ""))):
            continue
        if last is not None and (last in element.iterancestors() or _one_header(last, element)):
            continue
        clock = CLOCK.search(shown)
        found[element] = (
            clock[0] if clock and RELATIVE.search(shown) else shown if clock else squeeze(element.get("datetime"))
        )
        last = element
        if len(found) >= MOST:
            break
    return found


def _one_header(one: HtmlElement, other: HtmlElement) -> bool:
    """Whether two times stand in one small element."""
    above = list(islice(one.iterancestors(), 4))
    parent = next((e for e in islice(other.iterancestors(), 4) if e in above), None)
    return parent is not None and _short(parent)


def _short(element: HtmlElement) -> bool:
    """Whether an element's text is no longer than an entry's header."""
    size = 0
    for text in element.itertext():
        size += words(text)
        if size > HEADER_WORDS:
            return False
    return True


def _home(marks: dict[HtmlElement, str]) -> tuple[HtmlElement | None, dict[HtmlElement, tuple[HtmlElement, str]]]:
    """The element whose children are the entries, and of each child that begins one its mark and time."""
    held = Counter(parent for mark in marks for parent in mark.iterancestors())
    groups: dict[HtmlElement, dict[HtmlElement, tuple[HtmlElement, str]]] = {}
    for mark, shown in marks.items():
        start = mark
        for parent in mark.iterancestors():
            if held[parent] > 1 or parent.tag == "body":
                groups.setdefault(parent, {})[start] = (mark, shown)
                break
            start = parent
    groups = {home: starts for home, starts in groups.items() if len(starts) >= LEAST and not _aside(home)}
    home = max(groups, key=lambda each: _size(groups[each]), default=None)
    return (None, {}) if home is None else (home, groups[home])


def _aside(element: HtmlElement) -> bool:
    """Whether an element stands where readers write, or beside the text."""
    return any(
        e.tag in SKIPPED or e.tag == "footer" or READERS.search(f"{e.get('class') or ''} {e.get('id') or ''}")
        for e in (element, *element.iterancestors())
        if e.tag not in ("body", "html")
    )


def _size(starts: dict[HtmlElement, tuple[HtmlElement, str]]) -> int:
    return sum(len(start.text_content()) for start in starts)


def _entries(home: HtmlElement, starts: dict[HtmlElement, tuple[HtmlElement, str]]) -> list[_Entry]:
    """The children of `home` from one start to the next; where the starts hold the texts themselves, only those."""
    flat = sum(_short(start) for start in starts) > 0.5 * len(starts)
    runs: list[tuple[str, list[HtmlElement]]] = []
    for child in list(home):
        if child in starts:
            mark, shown = starts[child]
            runs.append((shown, [] if mark is child else [child]))
            if mark is not child:
                mark.drop_tree()
        elif runs and flat and child.tag in CONTENT:
            runs[-1][1].append(child)
    entries = [_Entry(shown, list(from_selected(elements).paragraphs)) for shown, elements in runs]
    return [entry for entry in entries if sum(words(p.text) for p in entry.paragraphs) >= ENTRY_WORDS]


def _merged(entries: list[_Entry], told: tuple[Update, ...]) -> list[_Entry]:
    """The entries of the page, with those that only JSON-LD tells put behind their neighbour there."""
    plain = [entry.plain for entry in entries]
    result, place = list(entries), 0
    for update in told:
        text = letters(update.text)
        key = text[:KEY] or letters(update.headline)
        near = (*range(place, len(plain)), *range(place))
        known = next((n for n in near if key in plain[n] or (plain[n] and plain[n] in text)), None)
        if known is None:
            result.insert(place, _told(update))
            plain.insert(place, result[place].plain)
            known = place
        place = known + 1
    return result


def _told(update: Update) -> _Entry:
    kinds: tuple[tuple[Kind, str], ...] = (("head", update.headline), ("text", update.text))
    return _Entry(update.at, [Paragraph(kind, text) for kind, text in kinds if text])


def _printed(entry: _Entry) -> list[Paragraph]:
    first = entry.paragraphs[0] if entry.paragraphs else None
    if first is not None and first.kind == "head":
        return [Paragraph("head", squeeze(f"{entry.at} {first.text}")), *entry.paragraphs[1:]]
    return [Paragraph("head", entry.at), *entry.paragraphs] if entry.at else entry.paragraphs


def _preamble(root: HtmlElement, home: HtmlElement | None, told: str) -> list[Paragraph]:
    """The paragraphs above the first entry; where only JSON-LD tells the entries, those that are none of them."""
    found: list[Paragraph] = []
    for element in root.iter("p") if home is None else _before(root, home):
        text = squeeze(element.text_content())
        if (
            words(text) >= PREAMBLE_WORDS
            and not _aside(element)
            and not _noisy(element)
            and (not told or letters(text) not in told)
        ):
            found.append(Paragraph("text", text))
    return found


def _noisy(element: HtmlElement) -> bool:
    names = (f"{e.get('class') or ''} {e.get('id') or ''}" for e in (element, *islice(element.iterancestors(), 4)))
    return any(PROMOTION.search(name) for name in names)


def _before(root: HtmlElement, home: HtmlElement) -> Iterator[HtmlElement]:
    for element in root.iter():
        if element is home:
            return
        if element.tag == "p":
            yield element
