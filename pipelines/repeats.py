"""Finds the boilerplate of one source: paragraphs that stand in the bodies of many different stories. Pure.

What repeats is not all boilerplate. Copies and revisions of one text count as one story, a developing one with its follow-ups
too; a paragraph of background that a newsroom prints under every story of an affair is told by its words, which are those that
these stories begin with; a reporter's stock sentence by where it stands and how it reads (`placing`); datelines, subheads, the
names of speakers and notes about corrections are text wherever they repeat.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import comb

from pipelines import dateline, notices, placing
from pipelines.boilerplate import key, spelled
from pipelines.placing import Held
from pipelines.text import UNSPACED, letters, words
from storage.models import LearnedRule

MOST_PARAGRAPHS = 400
MOST_RULES = 300
COPIES = 12
"""At most so many pages of one text are reckoned with: a paragraph on more of them does not make them the same story."""
OTHERS = 8
"""Stories without a paragraph, at the least, that those with it are compared to."""
OPENING = 80
"""Words of headline and body by which a story's subject is known."""


@dataclass(frozen=True, slots=True)
class Floor:
    """The least evidence. `sample`: stories of the source in all; `stories`, `days`, `share`: stories that bear a paragraph,
    the days of their publication, their share of all stories; `share_short`: that of one of fewer than `short` words, which may
    stand in different texts by chance; `share_within`: of one that stands between a story's own paragraphs; `share_prose`: of
    one that reads like a reporter's sentence, and has no other boilerplate between itself and the story's words."""

    sample: int = 20
    stories: int = 8
    days: int = 3
    share: float = 0.1
    short: int = 4
    share_short: float = 0.3
    share_within: float = 0.3
    share_prose: float = 0.45


@dataclass(frozen=True, slots=True)
class Told:
    """One page as extraction gave it without learned rules. `article`: what its revisions have in common; `day`: ISO day of
    publication, or of the fetch; `paragraphs`: of the body, in order; `subheads`: those of them that are subheads."""

    article: int
    title: str
    day: str
    paragraphs: tuple[str, ...]
    subheads: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Repeats:
    """What was found: the stories that were looked at, and their boilerplate with its evidence, most stories first."""

    stories: int
    rules: tuple[LearnedRule, ...]


def repeated(pages: Sequence[Told], floor: Floor | None = None, *, standing: Collection[str] = ()) -> Repeats:
    """The boilerplate of a source's pages; no rules where `floor` is not reached. `standing`: keys that are in force: half of
    the evidence keeps them, so that what is near a floor is not in one set and out of the next."""
    floor = floor or Floor()
    keys = [[key(text) for text in page.paragraphs[:MOST_PARAGRAPHS]] for page in pages]
    held = _held(pages, keys)
    story = _stories(pages, held)
    total = len(set(story))
    if total < floor.sample:
        return Repeats(total, ())
    often = {name for name, each in held.items() if len(each.pages) >= floor.stories or name in standing}
    own = placing.own(keys, often)
    openings = _openings(pages, story, often)
    spread = Counter(mark for marks in openings.values() for mark in marks)
    found: dict[str, LearnedRule] = {}
    waiting: list[tuple[str, LearnedRule]] = []
    for name in often:
        paragraph = held[name]
        bearing = {story[place] for place in paragraph.pages}
        days = {pages[place].day for place in paragraph.pages}
        half = 0.5 if name in standing else 1.0
        share = len(bearing) / total / half
        if len(bearing) < half * floor.stories or len(days) < half * floor.days or share < floor.share:
            continue
        edge, size = own.at_edge(paragraph), words(paragraph.text)
        if size < floor.short and (share < floor.share_short or not edge):
            continue
        if _is_text(paragraph) or _about(paragraph.text, [openings[each] for each in bearing], spread, total):
            continue
        rule = LearnedRule(name, paragraph.text[:500], len(bearing), len(days), min(days), max(days))
        if share >= _least(paragraph.text, floor, edge=edge):
            found[name] = rule
        elif edge:
            waiting.append((name, rule))
    known = [held[name] for name in found]
    found |= {name: rule for name, rule in waiting if own.beyond(held[name], known)}
    rules = sorted(found.values(), key=lambda rule: (-rule.stories, rule.key))
    return Repeats(total, tuple(rules[:MOST_RULES]))


def _least(text: str, floor: Floor, *, edge: bool) -> float:
    """The share of the stories that is enough for a paragraph by itself."""
    if placing.is_plain_prose(text):
        return floor.share_prose
    return floor.share if edge else floor.share_within


def seen(pages: Sequence[Told]) -> frozenset[str]:
    """The keys of all paragraphs of these pages."""
    return frozenset(name for page in pages for text in page.paragraphs if (name := key(text)))


def _held(pages: Sequence[Told], keys: Sequence[Sequence[str | None]]) -> dict[str, Held]:
    held: dict[str, Held] = {}
    for place, (page, names) in enumerate(zip(pages, keys, strict=True)):
        for number, (text, name) in enumerate(zip(page.paragraphs, names, strict=False)):
            if name is None:
                continue
            paragraph = held.setdefault(name, Held(text))
            paragraph.pages.setdefault(place, []).append(number)
            paragraph.head = paragraph.head or text in page.subheads
    return held


def _stories(pages: Sequence[Told], held: dict[str, Held]) -> list[int]:
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


def _is_text(paragraph: Held) -> bool:
    """A subhead, a speaker's name, what repeats within a text, a note about the text's correction or withdrawal, or a dateline
    in a paragraph of its own."""
    if paragraph.head or paragraph.twice or placing.is_label(paragraph.text):
        return True
    if notices.sentence(paragraph.text) is not None or notices.read(paragraph.text):
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
    if total - size < OTHERS:
        return False  # what nearly all stories have in common is the source's
    most = total < 2 * size  # and a subject of more than half of them is told by a paragraph's own words alone
    for mark, count in counts.items():
        part, tried, chance = (0.8 if most else 1 / 3, len(own), 0.1) if mark in own else (0.8, len(counts), 0.05)
        if most and mark not in own:
            continue
        if count < 2 or count < part * size:
            continue
        elsewhere = (spread[mark] - count + 1) / (total - size + 2)
        if tried * _by_chance(count, size, elsewhere) <= chance:
            return True
    return False


def _by_chance(count: int, size: int, share: float) -> float:
    """The probability of at least `count` among `size`, each with the probability `share`."""
    return sum(comb(size, n) * share**n * (1 - share) ** (size - n) for n in range(count, size + 1))
