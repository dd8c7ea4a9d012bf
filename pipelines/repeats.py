"""Finds the boilerplate of one source: paragraphs that stand in the bodies of many different stories. Pure.

What repeats is not all boilerplate. Copies and revisions of one text count as one story, a developing one with its follow-ups
too; a paragraph of background that a newsroom prints under every story of an affair is told by its words, which are those that
these stories begin with; datelines, subheads and notes about corrections are text wherever they repeat.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import comb

from pipelines import dateline, notices
from pipelines.boilerplate import key, spelled
from pipelines.text import UNSPACED, letters, words
from storage.models import LearnedRule

MOST_PARAGRAPHS = 400
MOST_RULES = 300
COPIES = 12
"""At most so many pages of one text are reckoned with: a paragraph on more of them does not make them the same story."""
OPENING = 80
"""Words of headline and body by which a story's subject is known."""


@dataclass(frozen=True, slots=True)
class Floor:
    """The least evidence. `sample`: stories of the source in all; `stories`, `days`, `share`: stories that bear a paragraph,
    the days of their publication, their share of all stories; `share_short`: that of one of fewer than `short` words, which may
    stand in different texts by chance."""

    sample: int = 20
    stories: int = 8
    days: int = 3
    share: float = 0.1
    short: int = 4
    share_short: float = 0.3


@dataclass(frozen=True, slots=True)
class Told:
    """One page as extraction gave it without learned rules. `article`: what its revisions have in common; `day`: ISO day of
    publication, or of the fetch; `paragraphs`: of the body, in order; `subheads`: those of them that are subheads."""

    article: int
    title: str
    day: str
    paragraphs: tuple[str, ...]
    subheads: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Held:
    """A paragraph and where it stands: the places in the sequence of pages; whether it opens a body anywhere."""

    text: str
    pages: set[int] = field(default_factory=set)
    opens: bool = False
    head: bool = False


@dataclass(frozen=True, slots=True)
class Repeats:
    """What was found: the stories that were looked at, and their boilerplate with its evidence, most stories first."""

    stories: int
    rules: tuple[LearnedRule, ...]


def repeated(pages: Sequence[Told], floor: Floor | None = None) -> Repeats:
    """The boilerplate of a source's pages; no rules where `floor` is not reached."""
    floor = floor or Floor()
    held = _held(pages)
    story = _stories(pages, held)
    total = len(set(story))
    if total < floor.sample:
        return Repeats(total, ())
    openings = _openings(pages, story, {name for name, each in held.items() if len(each.pages) >= floor.stories})
    spread = Counter(mark for marks in openings.values() for mark in marks)
    found = []
    for name, paragraph in held.items():
        bearing = {story[place] for place in paragraph.pages}
        days = {pages[place].day for place in paragraph.pages}
        least = floor.share if words(paragraph.text) >= floor.short else floor.share_short
        if len(bearing) < floor.stories or len(days) < floor.days or len(bearing) < least * total:
            continue
        if _is_text(paragraph) or _about(paragraph.text, [openings[each] for each in bearing], spread, total):
            continue
        found.append(LearnedRule(name, paragraph.text[:500], len(bearing), len(days), min(days), max(days)))
    found.sort(key=lambda rule: (-rule.stories, rule.key))
    return Repeats(total, tuple(found[:MOST_RULES]))


def seen(pages: Sequence[Told]) -> frozenset[str]:
    """The keys of all paragraphs of these pages."""
    return frozenset(name for page in pages for text in page.paragraphs if (name := key(text)))


def _held(pages: Sequence[Told]) -> dict[str, _Held]:
    held: dict[str, _Held] = {}
    for place, page in enumerate(pages):
        for number, text in enumerate(page.paragraphs[:MOST_PARAGRAPHS]):
            if (name := key(text)) is None:
                continue
            paragraph = held.setdefault(name, _Held(text))
            paragraph.pages.add(place)
            paragraph.opens = paragraph.opens or number == 0
            paragraph.head = paragraph.head or text in page.subheads
    return held


def _stories(pages: Sequence[Told], held: dict[str, _Held]) -> list[int]:
    """For each page the number of its story: pages of one article, of one headline, or with half of the shorter's words in
    common are one (what stands on very many pages aside)."""
    parent = list(range(len(pages)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    known: dict[tuple[str, str | int], int] = {}
    for place, page in enumerate(pages):
        for mark in (("article", page.article), ("title", letters(page.title))):
            if mark[1] != "":
                parent[root(place)] = root(known.setdefault(mark, place))
    most = max(COPIES, len(pages) // 5)
    own: Counter[int] = Counter()
    common: Counter[tuple[int, int]] = Counter()
    for paragraph in held.values():
        if len(paragraph.pages) > most:
            continue
        size = words(paragraph.text)
        places = sorted(paragraph.pages)
        for number, one in enumerate(places):
            own[one] += size
            for other in places[number + 1 :]:
                common[one, other] += size
    for (one, other), size in common.items():
        if size >= 0.5 * min(own[one], own[other]):
            parent[root(one)] = root(other)
    return [root(place) for place in range(len(pages))]


def _openings(pages: Sequence[Told], story: Sequence[int], often: set[str]) -> dict[int, frozenset[str]]:
    """For each story the marks of its headlines and first words; `often`: keys of paragraphs that are left out, since a
    paragraph would bear witness for itself."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for place, page in enumerate(pages):
        start = " ".join(text for text in page.paragraphs[:8] if key(text) not in often).split()[:OPENING]
        found[story[place]].update(_marks(f"{page.title} {' '.join(start)}"))
    return {number: frozenset(marks) for number, marks in found.items()}


def _marks(text: str) -> Iterable[str]:
    """Words cut to five letters, so that endings tell nothing; in scripts without spaces pairs of characters."""
    for word in spelled(text[:2000]).split():
        if len(UNSPACED.findall(word[:200])) > 1:
            yield from (word[at : at + 2] for at in range(len(word) - 1))
        elif len(word) > 2:
            yield word[:5]


def _is_text(paragraph: _Held) -> bool:
    """A subhead, a note about the text's correction or withdrawal, or a dateline in a paragraph of its own."""
    if paragraph.head or notices.sentence(paragraph.text) is not None or notices.read(paragraph.text):
        return True
    if not paragraph.opens:
        return False
    found = dateline.split(f"{paragraph.text}\n\nText.", published_day=None)
    return found is not None and found.length >= len(paragraph.text) - 2


def _about(text: str, bearing: Sequence[frozenset[str]], spread: Counter[str], total: int) -> bool:
    """Whether the stories that bear a paragraph have a subject of their own, by the words that they begin with: a word of the
    paragraph itself in a third of them, or any other in eight of ten, more often than other stories would have it by chance."""
    own, size = frozenset(_marks(text)), len(bearing)
    counts = Counter(mark for marks in bearing for mark in marks)
    if total < 2 * size:
        return False  # more than half of all stories have no subject in common that is not the source's
    for mark, count in counts.items():
        part, tried, chance = (1 / 3, len(own), 0.1) if mark in own else (0.8, len(counts), 0.05)
        if count < 2 or count < part * size:
            continue
        elsewhere = (spread[mark] - count + 1) / (total - size + 2)
        if tried * _by_chance(count, size, elsewhere) <= chance:
            return True
    return False


def _by_chance(count: int, size: int, share: float) -> float:
    """The probability of at least `count` among `size`, each with the probability `share`."""
    return sum(comb(size, n) * share**n * (1 - share) ** (size - n) for n in range(count, size + 1))
