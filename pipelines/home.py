"""Where on the page the article stands: the smallest place that holds its prose, found before trafilatura is asked.

trafilatura looks for a body by the names that publishers give to containers, on the whole page. Here the prose itself
says it: from the root down, the child that holds most of it, as long as nothing of its make stands beside it. What lies
between the headline and that place is the article's lead. trafilatura then gets a document of these parts alone: what
it would have to tell apart is not there, and its work is less than half.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate

from lxml.html import HtmlElement

from pipelines import standfirst
from pipelines.margins import SENTENCE
from pipelines.text import letters, listed, squeeze

HEADLINES = ("h1", "h2")
SHORTEST = 8
BLOCKS = frozenset(
    listed("p div li blockquote pre td th dt dd section article main tr table ul ol dl body center h3 h4")
)
SILENT = frozenset(
    listed(
        "script style noscript figure figcaption button nav aside template select option label textarea head footer a"
    )
)
"""What holds no prose by its meaning; a paragraph within a link is another story's teaser."""
INLINE = frozenset(
    listed(
        "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark q s samp small span strike strong"
    )
    + listed("sub sup time tt u var")
)
LISTS = frozenset(listed("p ul ol dl table blockquote pre"))
INNER = LISTS | frozenset(listed("li dt dd tr tbody"))
LEADING = LISTS | frozenset(listed("h2 h3 h4"))
FOREIGN = re.compile(
    r"(?<![a-z])(?:comment(?!ary)|disqus|cookie|consent|gdpr|privacy|onetrust|ot-sdk|cmp-|didomi|usercentrics)",
    re.IGNORECASE,
)
"""Names of places where readers write, and of what asks for their consent: hardly ever the article."""
ASIDE = re.compile(
    r"related|teaser|sidebar|promo|newsletter|footer|recommend|popular|most-?read|latest|widget|modal|popup|dialog",
    re.IGNORECASE,
)
BARE, FAINT = 0.02, 0.25
"""What prose in places of such names counts for. Not where the place holds nearly all of the page's (SURE, LIKELY)."""
SURE, LIKELY = 0.9, 0.4
LATE = 0.6
"""Prose before the headline is faint where at least this share of it comes after: the article begins at its headline."""
DIGITS = re.compile(r"\d+")
LINKED = 0.5
WIDE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
WORTH = 1.5
"""A character of a script that writes syllables or words says as much as two and a half letters."""
RUN = 20
PUNCTUATED = re.compile(r"[.,;!?…。、，！？।۔،؟](?:\W|$)|[。、，！？।۔]")
"""What sentences have and labels, buttons and headlines seldom do; prose without it counts half."""
HALF, MOST = 0.5, 0.7
"""Share of a place's prose that its heaviest child must hold to be the article's place itself: outside an `<article>`,
and within one, where the rest is more likely to be text."""
BESIDE = 0.1
LEAST = 250
"""Prose of a place that can be trusted to be an article, in letters' worth."""

Make = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Home:
    """The elements that are the article, in document order, and the characters of prose in them."""

    lead: tuple[HtmlElement, ...]
    parts: tuple[HtmlElement, ...]
    prose: int


class Survey:
    """All prose of a page in document order. An element's prose is a span of it."""

    def __init__(self, root: HtmlElement, headlines: tuple[str, ...]) -> None:
        known = {plain for headline in headlines if (plain := letters(headline))}
        self.blocks: list[HtmlElement] = []
        self.sizes: list[int] = []
        self.makes: list[Make] = []
        self.spans: dict[HtmlElement, tuple[int, int]] = {}
        self.heads: list[tuple[HtmlElement, int]] = []
        self.seconds: list[tuple[HtmlElement, int]] = []
        seen: set[HtmlElement] = set()
        for element in _speaking(root):
            if element.tag in HEADLINES:
                title = element.tag == "h1" or letters(element.text_content()) in known
                (self.heads if title else self.seconds).append((element, len(self.blocks)))
            elif (block := _block(element)) is not None and block not in seen:
                seen.add(block)
                self._add(block)
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
        around = [block, *block.iterancestors()]
        if any(element.tag in SILENT for element in around) or not (size := prose_of(block)):
            return
        place = len(self.blocks)
        self.blocks.append(block)
        self.sizes.append(size)
        self.makes.append((_name(block), _name(around[1]) if len(around) > 1 else ""))
        for element in around:
            self.spans[element] = (self.spans.get(element, (place, place))[0], place + 1)

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
        for element, (start, end) in self.spans.items():
            names = f"{element.get('class') or ''} {element.get('id') or ''}"
            if len(names) == 1 or element in above:
                continue
            share = (raw[end] - raw[start]) / raw[-1]
            factor = (
                BARE
                if share < SURE and FOREIGN.search(names)
                else FAINT
                if share < LIKELY and ASIDE.search(names)
                else 1
            )
            if factor != 1:
                for place in range(start, end):
                    self.weights[place] *= factor

    def weight(self, element: HtmlElement) -> float:
        start, end = self.spans[element]
        return self.sums[end] - self.sums[start]


def find(root: HtmlElement, headlines: tuple[str, ...]) -> Home | None:
    """The article's place on the page; None where there is hardly any prose."""
    survey = Survey(root, headlines)
    if root not in survey.spans:
        return None
    inside = _inside(_core(root, survey), survey)
    spans = [survey.spans[part] for part in inside if part in survey.spans]
    prose = sum(sum(survey.sizes[start:end]) for start, end in spans)
    return Home(tuple(standfirst.find(survey, spans[0][0], inside)), tuple(inside), prose)


def _core(root: HtmlElement, survey: Survey) -> HtmlElement:
    """From the root down to where the prose parts."""
    node, held = root, False
    while True:
        held = held or node.tag == "article"
        boxes = [child for child in node if child in survey.spans]
        if not boxes:
            break
        best = max(boxes, key=survey.weight)
        weight = survey.weight(best)
        start, end = survey.spans[best]
        makes = set(survey.makes[start:end])
        beside = sum(
            survey.weights[at]
            for at in range(end, survey.spans[node][1])
            if survey.makes[at] in makes or survey.blocks[at].getparent() is node
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
    if survey.blocks[start] is core:
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


def _speaking(root: HtmlElement) -> list[HtmlElement]:
    """Headlines and elements with text of their own, in document order. By walks: an XPath's union is sorted, and that
    takes the square of the number of paragraphs."""
    found: set[HtmlElement] = set()
    for element in root.iter():
        text, tail = element.text, element.tail
        if element.tag in HEADLINES or (text and len(text) >= SHORTEST and len(text.strip()) >= SHORTEST):
            found.add(element)
        if (
            tail
            and len(tail) >= SHORTEST
            and len(tail.strip()) >= SHORTEST
            and (parent := element.getparent()) is not None
        ):
            found.add(parent)
    return [element for element in root.iter() if element in found]


def _block(element: HtmlElement) -> HtmlElement | None:
    """The nearest block that a run of text belongs to; None where it is no prose by its markup."""
    node: HtmlElement | None = element
    while node is not None and node.tag not in BLOCKS:
        if node.tag in SILENT:
            return None
        node = node.getparent()
    return node


def prose_of(block: HtmlElement) -> int:
    """Letters' worth of a block's own prose; 0 where it is short or most of it are links."""
    if next(block.iterchildren(*BLOCKS), None) is None:
        text = squeeze(block.text_content())
        linked = sum(len(link.text_content()) for link in block.iter("a"))
    else:
        run, linked = [block.text or ""], 0
        for child in block:
            if child.tag in INLINE:
                run.append(child.text_content())
                linked += sum(len(link.text_content()) for link in child.iter("a"))
            run.append(child.tail or "")
        text = squeeze(" ".join(run))
    if len(text) < RUN // 3 or linked >= LINKED * len(text):
        return 0
    size = worth(text) - linked
    return 0 if size < RUN else size if PUNCTUATED.search(text) else size // 2


def worth(text: str) -> int:
    """Characters of a text, in letters' worth."""
    return len(text) if text.isascii() else len(text) + int(WORTH * len(WIDE.findall(text)))


def _name(element: HtmlElement) -> str:
    return f"{element.tag}.{DIGITS.sub('0', element.get('class') or '')}"
