"""Where on the page the article stands: the smallest place that holds its prose, found before trafilatura is asked.

trafilatura looks for a body by the names that publishers give to containers, on the whole page. Here the prose itself
says it: from the root down, the child that holds most of it, as long as nothing of its make stands beside it. What lies
between the headline and that place is the article's lead. trafilatura then gets a document of these parts alone: what
it would have to tell apart is not there, and its work is less than half.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from lxml.html import HtmlElement

from pipelines import doubts, limits, standfirst
from pipelines.margins import SENTENCE
from pipelines.prose import HEADLINES, LINKED, SILENT, block_of, measured, run_of, speaking
from pipelines.text import letters, listed, squeeze

LISTS = frozenset(listed("p ul ol dl table blockquote pre"))
INNER = LISTS | frozenset(listed("li dt dd tr tbody"))
LEADING = LISTS | frozenset(listed("h2 h3 h4"))
BARE, FAINT = 0.02, 0.25
"""What prose in places of such names counts for. Not where the place holds nearly all of the page's (SURE, LIKELY)."""
SURE, LIKELY = 0.9, 0.4
LATE = 0.6
"""Prose before the headline is faint where at least this share of it comes after: the article begins at its headline."""
DIGITS = re.compile(r"\d+")
HALF, MOST = 0.5, 0.7
"""Share of a place's prose that its heaviest child must hold to be the article's place itself: outside an `<article>`,
and within one, where the rest is more likely to be text."""
BESIDE = 0.1
LEAST = 250
"""Prose of a place that can be trusted to be an article, in letters' worth."""

Make = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Home:
    """The elements that are the article, in document order, and the characters of prose in them. `texts`: all runs of
    prose of the page, in document order."""

    lead: tuple[HtmlElement, ...]
    parts: tuple[HtmlElement, ...]
    prose: int
    texts: tuple[str, ...] = ()


class Survey:
    """All prose of a page in document order. An element's prose is a span of it."""

    def __init__(self, root: HtmlElement, headlines: tuple[str, ...]) -> None:
        known = {plain for headline in headlines if (plain := letters(headline))}
        self.blocks: list[HtmlElement] = []
        self.texts: list[str] = []
        self.sizes: list[int] = []
        self.makes: list[Make] = []
        self.spans: dict[HtmlElement, tuple[int, int]] = {}
        self.silence: dict[HtmlElement, bool] = {}
        self.heads: list[tuple[HtmlElement, int]] = []
        self.seconds: list[tuple[HtmlElement, int]] = []
        seen: set[HtmlElement] = set()
        for element in speaking(root):
            if element.tag in HEADLINES:
                title = element.tag == "h1" or letters(element.text_content()) in known
                (self.heads if title else self.seconds).append((element, len(self.blocks)))
            elif (block := block_of(element)) is not None and block not in seen:
                seen.add(block)
                self._add(block)
                limits.bound(len(self.blocks))
        self._measure()
        exact = [(e, at) for e, at in self.heads if letters(e.text_content()) in known]
        self.exact = [(e, at) for e, at in exact if e.tag == "h1"] or exact
        self.headline = self.exact[0][1] if self.exact else 0
        self.weights = [float(size) for size in self.sizes]
        self._doubt()
        if sum(self.sizes[self.headline :]) >= LATE * sum(self.sizes):
            for place in range(self.headline):
                self.weights[place] *= FAINT
        for article in self._others():
            for place in range(*self.spans[article]):
                self.weights[place] *= BARE
        self.sums = list(accumulate(self.weights, initial=0.0))

    def _add(self, block: HtmlElement) -> None:
        if self._silent(block):
            return
        text, linked = run_of(block)
        if not (size := measured(text, linked)):
            return
        self.texts.append(text)
        above = block.getparent()
        self.blocks.append(block)
        self.sizes.append(size)
        self.makes.append((_name(block), _name(above) if above is not None else ""))

    def _silent(self, block: HtmlElement) -> bool:
        """Whether a block is or stands in what holds no prose. Each element is asked once."""
        path = []
        element: HtmlElement | None = block
        silent = False
        while element is not None:
            if (known := self.silence.get(element)) is not None:
                silent = known
                break
            path.append(element)
            if silent := element.tag in SILENT:
                break
            element = element.getparent()
        self.silence.update(dict.fromkeys(path, silent))
        return silent

    def _measure(self) -> None:
        """The spans, each element reached once: the first block in it begins its span, the last one ends it."""
        starts: dict[HtmlElement, int] = {}
        for place, block in enumerate(self.blocks):
            _rise(block, starts, place)
        ends: dict[HtmlElement, int] = {}
        for place in range(len(self.blocks), 0, -1):
            _rise(self.blocks[place - 1], ends, place)
        self.spans = {element: (start, ends[element]) for element, start in starts.items()}

    def _others(self) -> set[HtmlElement]:
        """Articles with a headline of their own beside the one that holds this page's and text under it: stories that
        a page loads on."""
        own = list(self.exact[0][0].iterancestors()) if self.exact else []
        held = next((self.spans[a] for a in own if a.tag == "article" and a in self.spans), (0, 0))
        if sum(self.sizes[slice(*held)]) < LEAST:
            return set()
        above = (next(e.iterancestors("article"), None) for e, _ in self.heads if e.tag == "h1")
        return {a for a in above if a is not None and a not in own and a in self.spans}

    def _doubt(self) -> None:
        """What a place's names say against its prose; nothing against a place that holds the headline or most of the page."""
        raw = list(accumulate(self.sizes, initial=0))
        above = {a for e, _ in self.exact for a in e.iterancestors()}
        bare, faint = ([0] * (len(self.sizes) + 1) for _ in range(2))
        for element, (start, end) in self.spans.items():
            names = f"{element.get('class') or ''} {element.get('id') or ''}"
            if len(names) == 1 or element in above:
                continue
            share = (raw[end] - raw[start]) / raw[-1]
            marked = (
                bare
                if share < SURE and doubts.foreign(names)
                else faint
                if share < LIKELY and doubts.aside(names)
                else None
            )
            if marked is not None:
                marked[start] += 1
                marked[end] -= 1
        if any(bare) or any(faint):
            for place, (much, little) in enumerate(zip(accumulate(bare), accumulate(faint), strict=True)):
                if place < len(self.sizes):
                    self.weights[place] *= BARE**much * FAINT**little

    def weight(self, element: HtmlElement) -> float:
        start, end = self.spans[element]
        return self.sums[end] - self.sums[start]


def _rise(block: HtmlElement, marks: dict[HtmlElement, int], place: int) -> None:
    """Marks a block and what stands around it, up to the first that is marked."""
    element: HtmlElement | None = block
    while element is not None and element not in marks:
        marks[element] = place
        element = element.getparent()


def find(root: HtmlElement, headlines: tuple[str, ...]) -> Home | None:
    """The article's place on the page; None where there is hardly any prose. Raises limits.TooLongError."""
    survey = Survey(root, headlines)
    if root not in survey.spans:
        return None
    inside = _inside(_core(root, survey), survey)
    spans = [survey.spans[part] for part in inside if part in survey.spans]
    prose = sum(sum(survey.sizes[start:end]) for start, end in spans)
    return Home(tuple(standfirst.find(survey, spans[0][0], inside)), tuple(inside), prose, tuple(survey.texts))


def _core(root: HtmlElement, survey: Survey) -> HtmlElement:
    """From the root down to where the prose parts."""
    node, held = root, False
    while True:
        held = held or node.tag == "article"
        inner = [child for child in node if child in survey.spans]
        if not inner:
            break
        best = max(inner, key=survey.weight)
        weight = survey.weight(best)
        start, end = survey.spans[best]
        after = range(end, survey.spans[node][1])
        makes = set(survey.makes[start:end]) if after else set[Make]()
        beside = sum(
            survey.weights[at] for at in after if survey.makes[at] in makes or survey.blocks[at].getparent() is node
        )
        if (
            weight < (MOST if held else HALF) * survey.weight(node)
            or beside > BESIDE * weight
            or survey.blocks[survey.spans[node][0]] is node
        ):
            break
        node = best
    while node.tag in INNER and (parent := node.getparent()) is not None:
        node = parent
    return node


def _inside(core: HtmlElement, survey: Survey) -> list[HtmlElement]:
    """The core's children from the first to the last with prose of its make; the core itself where it holds bare text."""
    start, end = survey.spans[core]
    if any(block is core for block in survey.blocks[start:end]):
        return [core]
    shares: dict[Make, float] = {}
    for make, weight in zip(survey.makes[start:end], survey.weights[start:end], strict=True):
        shares[make] = shares.get(make, 0.0) + weight
    makes = {make for make, weight in shares.items() if weight >= BESIDE * survey.weight(core)}
    children = list(core)
    spans = [survey.spans.get(child) for child in children]
    prose = [n for n, span in enumerate(spans) if span]
    own = {
        n
        for n in prose
        if (span := spans[n])
        and span[1] > survey.headline
        and any(survey.makes[at] in makes or survey.blocks[at] is children[n] for at in range(*span))
    } or set(prose)
    first, last = min(own), max(own) + 1
    while first and children[first - 1].tag in LEADING and spans[first - 1] is None:
        first -= 1
    while last < len(children) and children[last].tag in LEADING:
        last += 1
    names = {_name(children[n]) for n in own}
    middle = enumerate(children[first:last], first)
    return [
        child
        for n, child in middle
        if n in own or child.tag in LEADING or spans[n] or not _links(child) or (_name(child) in names and said(child))
    ]


def said(box: HtmlElement) -> bool:
    """Whether a box ends as a sentence does; one that is all link is text then."""
    return SENTENCE.search(squeeze(box.text_content())) is not None


def _links(box: HtmlElement) -> bool:
    """Whether a box between paragraphs is a list of other stories: most of its text are links."""
    text = len(squeeze(box.text_content()))
    return text > 0 and sum(len(squeeze(link.text_content())) for link in box.iter("a")) >= LINKED * text


def _name(element: HtmlElement) -> str:
    return f"{element.tag}.{_numberless(element.get('class') or '')}"


@lru_cache(maxsize=20_000)
def _numberless(name: str) -> str:
    return DIGITS.sub("0", name)
