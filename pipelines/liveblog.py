"""Live blogs: one article of entries, each with its time, in the page's order; nothing cut, nothing twice.

The entries are found in the markup by what repeats in one place, each with one clock time. JSON-LD's `liveBlogUpdate` is
the second witness: an entry that the page does not print (it would be loaded later) is put where the list has it, and
where the page prints none, the list is the text (`liveupdates`). What stands above the first entry, between entries and
below the last one is text like any other's: only what is called noise or holds links alone is left out, and noted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from pipelines import boxes, captions, livetimes, liveupdates, trims
from pipelines.body import BLOCKS, HEADS, SKIPPED, Body, Kind, Paragraph, from_selected
from pipelines.text import letters, listed, squeeze, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from pipelines.livetimes import Starts
    from pipelines.liveupdates import Update
    from pipelines.prune import Dropped
    from pipelines.trims import Trimmed

WAY = "live blog"
LEAST_TOLD = 2
PREAMBLE_WORDS, ENOUGH = 8, 12
LINKED = 0.5
"""Share of linked words from which on a block is a list of links."""
BESIDE = "beside the live blog"
"""The rule by which a block around the entries is left out."""
LIVE = re.compile(
    r"(?:^|[/\s])live(?=\s*[:|/–—+])|[:|–—-]\s*live(?=\s|$)|/live(?:blogs?|-news|-reporting)?/|"
    r"live[ -]?(?:blog|ticker|updates?|coverage)|"
    r"news-?(?:blog|ticker)|\bticker\b|en (?:direct|vivo)\b|minuto a minuto|ao vivo|\bin diretta\b|\bdiretta\s*[:|–—]|"
    r"(?:[.!?:|–—]\s*|^)онлайн\b|онлайн[ -](?:трансляц|репорт)|прямая трансляция|хроника|canlı (?:anlatım|blog|yayın|gelişme)|"
    r"(?:^|[\s:])canlı\s*[:|–—]|dakika dakika|(?:بث|تغطية)\s\S*\s?مباشر|مباشر\s*[:|]|لحظة بلحظة|直播|实时更新|即時更新|ライブ|"
    r"実況|na żywo\s*[:|–—]|relacja na żywo|실시간",
    re.IGNORECASE,
)
NAMED = re.compile(rb"log(?:(?<=live[bB]log)|(?<=LiveBlog)|(?<=live[-_]blog))")
"""A live blog's names, looked at only where their common end stands: a page is long."""
PROMOTION = re.compile(r"newsletter|promo|sign-?up|subscri|read-?(?:more|next|also)|advert|share|social", re.IGNORECASE)
CONTENT = frozenset(listed("p h2 h3 h4 h5 ul ol blockquote table dl"))
LEAVES = frozenset(listed("p li dd blockquote div section h2 h3 h4 h5"))
FEW = 3
"""Words below which an entry of links alone is a button."""


@dataclass(frozen=True, slots=True)
class Blog:
    """The paragraphs above the entries, those of the entries, those below; and (rule, text) of what was left out."""

    before: tuple[Paragraph, ...]
    entries: tuple[Paragraph, ...]
    after: tuple[Paragraph, ...]
    dropped: tuple[Dropped, ...]


@dataclass(slots=True)
class _Entry:
    """One entry: its time as shown, and its paragraphs."""

    at: str
    paragraphs: list[Paragraph]

    @property
    def plain(self) -> str:
        return letters(" ".join(p.text for p in self.paragraphs))


def titled(title: str | None, path: str) -> bool:
    """Whether a page that does not declare itself a live blog may be one by its title or its address."""
    return LIVE.search(f"{title} {path}") is not None


def named(source: bytes) -> bool:
    """Whether a live blog's name stands in a page, or among the names of its boxes."""
    return NAMED.search(source) is not None


def body(
    root: HtmlElement, told: tuple[Update, ...], *, headlines: tuple[str, ...], authors: tuple[str, ...], sure: bool
) -> tuple[Body, Trimmed] | None:
    """A live blog as a body: what stands around its entries trimmed like any text, the entries as they stand, since what
    would be a time line or a repeated label elsewhere is an entry's here. None where the page has none (`read`)."""
    found = read(root, told, sure=sure)
    if found is None:
        return None
    trimmed, below = (
        trims.trim(part, headlines=headlines, authors=authors, lead=None) for part in (found.before, found.after)
    )
    trimmed.paragraphs += [*found.entries, *below.paragraphs]
    trimmed.tail += below.tail
    trimmed.dropped += [*below.dropped, *found.dropped]
    return Body((*found.before, *found.entries, *found.after), WAY), trimmed


def read(root: HtmlElement, told: tuple[Update, ...], *, sure: bool) -> Blog | None:
    """The blog of a page, or None where the page has none.

    Clock times are taken out of the tree. Where the page does not declare itself one (not `sure`), the entries must be
    most of what it says, no list of links, and hardly anything may follow them."""
    home, starts = livetimes.find(root)
    series = livetimes.series(home, starts) if home is not None else []
    if home is not None and not sure and not _mostly(root, home, series, starts):
        home = None
    dropped: list[Dropped] = []
    after: list[Paragraph] = []
    if home is None or len(starts) < livetimes.LEAST:
        if len(told) < LEAST_TOLD:
            return None
        entries = [_told(update) for update in told]
        before = _preamble(root, None, " ".join(entry.plain for entry in entries), dropped)
    else:
        for caption in captions.find(home):
            if caption not in starts:
                caption.drop_tree()
        before = _preamble(root, next(e for e in series if e in starts), "", dropped)
        after = _after(home, dropped)
        left = [e for e in series if e.getparent() is not None]  # captions are gone
        entries = _merged(_entries(left, starts, dropped), told)
    seen: set[tuple[str, str]] = set()
    paragraphs: list[Paragraph] = []
    for entry in entries:
        key = (letters(entry.at), entry.plain)
        if key not in seen:
            seen.add(key)
            paragraphs += _printed(entry)
    return Blog(tuple(before), tuple(paragraphs), tuple(after), tuple(dropped))


def _mostly(root: HtmlElement, home: HtmlElement, series: list[HtmlElement], starts: Starts) -> bool:
    flat = livetimes.flat(starts)
    sizes: list[int] = []
    elements: list[HtmlElement] = []
    for element in series:
        if element in starts:
            sizes.append(0)
        if sizes and (element in starts or (flat and element.tag in CONTENT)):
            elements.append(element)
            sizes[-1] += words(element.text_content())
    held = sum(sizes)
    linked = sum(words(link.text_content()) for element in elements for link in element.iter("a"))
    prose = sum(words(p.text_content()) for p in root.iter("p"))
    below = sizes[-1] if flat and sizes[-1] > 3 * sorted(sizes)[len(sizes) // 2] else 0
    below += sum(words(p.text_content()) for p in _following(home) if p.tag == "p" and not _left_out(p))
    return (
        held >= ENOUGH * len(starts)
        and linked <= LINKED * held
        and held >= 0.5 * prose
        and max(sizes) <= 0.5 * held
        and below <= 0.1 * (held + below)
    )


def _following(home: HtmlElement) -> Iterator[HtmlElement]:
    """What follows the entries within the article: the element around them that holds the headline, too."""
    around = [e for e in home.iterancestors() if e.tag not in ("body", "html")]
    element = home
    for parent in around if any(e.find(".//h1") is not None for e in around) else ():
        if element.find(".//h1") is not None:
            return
        for sibling in element.itersiblings():
            yield from sibling.iter()
        element = parent


def _after(home: HtmlElement, dropped: list[Dropped]) -> list[Paragraph]:
    """The paragraphs below the entries, with their subheads, up to the first block that is noise."""
    found: list[Paragraph] = []
    head: Paragraph | None = None
    inside = False
    for element in _following(home):
        if element.tag not in LEAVES or not _leaf(element) or not (text := squeeze(element.text_content())):
            continue
        inside = inside or _left_out(element)
        if element.tag in HEADS and not inside:
            head = Paragraph("head", text)
        elif inside or element.tag not in ("p", "blockquote") or words(text) < PREAMBLE_WORDS:
            if words(text) >= PREAMBLE_WORDS:
                dropped.append((BESIDE, text[:300]))
        else:
            found += [head] if head is not None else []
            head = None
            found.append(Paragraph("text", text))
    return found


def _entries(series: list[HtmlElement], starts: Starts, dropped: list[Dropped]) -> list[_Entry]:
    """The elements from one start to the next. One without a time is part of the entry above it, but for noise; below the
    last entry it ends the blog."""
    last = max(n for n, element in enumerate(series) if element in starts)
    runs: list[tuple[str, list[HtmlElement]]] = []
    ended = False
    for number, child in enumerate(series):
        if child in starts:
            mark, shown = starts[child]
            runs.append((shown, [] if mark is child else [child]))
            if mark is not child:
                mark.drop_tree()
        elif runs and isinstance(child.tag, str):
            if ended or _is_beside(child):
                ended = ended or number > last
                if text := squeeze(child.text_content()[:2_000]):
                    dropped.append((BESIDE, text[:300]))
            else:
                runs[-1][1].append(child)
    read = [(_Entry(shown, list(from_selected(elements).paragraphs)), elements) for shown, elements in runs]
    return [entry for entry, elements in read if entry.plain and (words(entry.plain) >= FEW or not _linked(elements))]


def _merged(entries: list[_Entry], told: tuple[Update, ...]) -> list[_Entry]:
    """The entries of the page, with those that only JSON-LD tells put behind their neighbour there."""
    missing = liveupdates.missing([entry.plain for entry in entries], told)
    result = [_told(update) for update in missing.get(-1, ())]
    for number, entry in enumerate(entries):
        result += [entry, *(_told(update) for update in missing.get(number, ()))]
    return result


def _told(update: Update) -> _Entry:
    kinds: tuple[tuple[Kind, str], ...] = (("head", update.headline), ("text", update.text))
    return _Entry(update.at, [Paragraph(kind, text) for kind, text in kinds if text])


def _printed(entry: _Entry) -> list[Paragraph]:
    first = entry.paragraphs[0] if entry.paragraphs else None
    if first is not None and first.kind == "head":
        return [Paragraph("head", squeeze(f"{entry.at} {first.text}")), *entry.paragraphs[1:]]
    return [Paragraph("head", entry.at), *entry.paragraphs] if entry.at else entry.paragraphs


def _preamble(root: HtmlElement, first: HtmlElement | None, told: str, dropped: list[Dropped]) -> list[Paragraph]:
    """The paragraphs above the first entry, and below the headline points and boxes of text, too; where only JSON-LD tells
    the entries, those that are none of them."""
    found: list[Paragraph] = []
    below = False
    for element in root.iter("p") if first is None else root.iter():
        if element is first:
            break
        below = below or element.tag == "h1"
        if element.tag != "p" and not (
            below and element.tag in LEAVES and element.tag not in HEADS and _plain(element)
        ):
            continue
        text = squeeze(element.text_content())
        if words(text) < PREAMBLE_WORDS or (told and letters(text) in told):
            continue
        if _left_out(element):
            if below:
                dropped.append((BESIDE, text[:300]))
        else:
            found.append(Paragraph("item" if element.tag == "li" else "text", text))
    return found


def _leaf(element: HtmlElement) -> bool:
    return not any(child.tag in BLOCKS for child in element)


def _plain(element: HtmlElement) -> bool:
    return _leaf(element) and element.find(".//img") is None


def _left_out(element: HtmlElement) -> bool:
    return livetimes.aside(element) or _noisy(element) or _linked([element])


def _is_beside(element: HtmlElement) -> bool:
    """Whether a block between entries is noise: by its name, or as a list of links."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return (
        element.tag in SKIPPED
        or element.tag in ("footer", "header")
        or any(expression.search(names) for expression in (livetimes.READERS, PROMOTION))
        or boxes.named(names) is not None
        or _linked([element])
    )


def _linked(elements: list[HtmlElement]) -> bool:
    size = sum(words(element.text_content()) for element in elements)
    return sum(words(a.text_content()) for element in elements for a in element.iter("a")) > LINKED * size


def _noisy(element: HtmlElement) -> bool:
    names = (f"{e.get('class') or ''} {e.get('id') or ''}" for e in (element, *islice(element.iterancestors(), 4)))
    return any(PROMOTION.search(name) for name in names)
