"""The short lines of text about the headline, where a reader finds who wrote a story and when: of this article's own, not of
its pictures, of teasers or of comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Literal

from lxml import etree
from lxml.html import HtmlElement

from pipelines.tags import Tags, heading
from pipelines.text import letters, squeeze

Place = Literal["before", "head", "text", "after"]
Stamps = tuple[tuple[HtmlElement, int, int], ...]

MAX_LINE = 140
MAX_LINES = 400
MAX_BEFORE = 12
MAX_TIMES = 8
LONG = 25
"""Words from which on a line is a paragraph."""
HEAD = 90
"""Words in paragraphs after which the head of an article is over: a lead may stand before the byline."""
MIN_PART = 0.5
MAX_LABEL = 25
"""Characters of a line that only labels the next one (`Author:`)."""

_INLINE = frozenset({"a", "span", "b", "strong", "em", "i", "small", "time", "font", "u", "sup", "abbr", "bdi", "cite",
    "wbr", "mark", "sub", "ins", "bdo", "nobr", "meta", "link"})  # fmt: skip
_SILENT = frozenset(
    {"script", "style", "noscript", "template", "title", "option", "textarea", "svg", "select", "iframe"}
)
_APART = frozenset(
    {"figure", "figcaption", "picture", "video", "audio", "nav", "footer", "aside", "form", "blockquote"}
)
_HIDDEN = _SILENT | _APART
_UNBROKEN = _INLINE | {etree.Comment, etree.ProcessingInstruction}
"""What parts no line."""
_OWN = frozenset({"body", "html", "main", "article", "header"})
_OTHERS = re.compile(
    r"(?:^|[\s_-])(?:related|sidebar|side-bar|recommend\w*|comments?|commentlist|respond|promos?|most-?\w*|latest|popular|trending|menu|navigation|navbar|newsletter"
    r"|recirc\w*|repl(?:y|ies)|disqus|discussion|breadcrumbs?|partners?|footer|outbrain|taboola|carousel|ticker|cookie\w*|consent|modal|popup"
    r"|onward|more-(?:stories|news|articles|from)|rail|(?:entry|post|article|story)-list(?=$|\s)|(?:pull-?|block-?)?quotes?|(?:fact|info)-?box"
    r"|card|cards|teasers?|caption|gallery|lightbox|copyright|appetizer\w*)(?=$|[\s_-])",
    re.IGNORECASE,
)
_OWN_FOOTER = re.compile(r"(?:^|[\s_-])(?:post|entry|article|story|content)(?=$|[\s_-])")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Line:
    """One line as read; `names`: class names, ids and tags of its element and the two about it, lower case; `times`: its
    `time` elements with where their text begins and ends."""

    text: str
    names: str
    place: Place
    times: Stamps = ()


def headline_of(root: HtmlElement, tags: Tags, title: str | None) -> HtmlElement | None:
    """The element in which the headline is printed: the h1 that says the title, another heading that does, else the
    first h1."""
    said = letters(title or "")
    for element, text in tags.headings:
        if said and said in letters(text):
            return element
    if said:
        for element in root.iter("h2", "h3", "h4"):
            text = letters(heading(element)) if len(element) <= 6 else ""
            if (text == said or (len(text) > MIN_PART * len(said) and text in said)) and not apart(element, {}):
                return element
        for element in root.iter("strong", "p", "div", "span"):
            text = element.text or ""
            if len(said) <= len(text) <= 3 * len(said) and letters(text) == said and not apart(element, {}):
                return element
    return tags.headings[0][0] if tags.headings else None


def names_of(element: HtmlElement) -> str:
    """Class names and id of one element, camel case parted by hyphens, lower case."""
    return _parted(element.get("class"), element.get("id"))


@lru_cache(maxsize=20_000)
def _parted(called: str | None, identity: str | None) -> str:
    given = f"{called or ''} {identity or ''}".strip()
    return (_CAMEL.sub("-", given) if not given.islower() else given).casefold()


@lru_cache(maxsize=20_000)
def _of_others(called: str | None, identity: str | None) -> bool:
    """Whether class names and id are those of what is no article's own text."""
    names = _parted(called, identity)
    return _OTHERS.search(names) is not None or "widget" in names.split()


Known = dict[HtmlElement, bool]


def apart(element: HtmlElement, known: Known) -> bool:
    """Whether an element is not this article's own text: of a picture, a teaser, a comment, the site's frame. A container
    that holds the headline too belongs to the article, whatever it is called. `known` keeps the answers of one tree."""
    chain: list[HtmlElement] = []
    node: HtmlElement | None = element
    answer = False
    while node is not None and node.tag not in _OWN:
        if node in known:
            answer = known[node]
            break
        chain.append(node)
        if _is_apart(node):
            answer = True
            break
        node = node.getparent()
    known.update(dict.fromkeys(chain, answer))
    return answer


def _is_apart(node: HtmlElement) -> bool:
    if node.tag not in _APART and not _of_others(node.get("class"), node.get("id")):
        return False
    own = node.tag == "footer" and _OWN_FOOTER.search(names_of(node)) is not None
    return not own and node.find(".//h1") is None


def about(headline: HtmlElement) -> list[Line]:
    """The lines before and after a headline in reading order: `before` it within its own block and the ones beside it,
    in the `head` until the text begins, in the `text`, and `after` its last paragraph."""
    known: Known = {}
    before = [Line(text, names, "before", times) for text, names, times in _before(headline, known)]
    inside = tuple((one, 0, 0) for one in islice(headline.iter("time"), MAX_TIMES))
    found = [Line("", _around(headline), "head", inside)] if inside else []
    prose, last = 0, 0
    for text, element, times in _following(headline):
        if element is None:
            if prose >= HEAD:
                break
            continue
        size = len(text.split())
        if size >= LONG or len(text) > 3 * MAX_LINE:
            prose += max(size, LONG)
            last = len(found)
            continue
        if len(text) <= MAX_LINE and not apart(element, known):
            place: Place = "head" if prose < HEAD else "text"
            label = found[-1] if found else None
            if label and label.text.endswith((":", "：")) and len(label.text) <= MAX_LABEL and label.place == place:
                moved = len(label.text) + 1
                shifted = tuple((one, start + moved, end + moved) for one, start, end in times)
                found[-1] = Line(f"{label.text} {text}", label.names, place, label.times + shifted)
            else:
                found.append(Line(text, _around(element), place, times))
        if len(found) >= MAX_LINES:
            break
    after = [replace(line, place="after") if prose >= HEAD else line for line in found[last:]]
    return before + found[:last] + after


def lines_of(element: HtmlElement) -> list[str]:
    """The texts of one element, a line for each of its blocks."""
    return [text for text, _, _ in _lines(element) if text]


def _around(element: HtmlElement) -> str:
    names, node = [], element
    for _ in range(3):
        names.append(f"{node.tag} {names_of(node)}")
        parent = node.getparent()
        if parent is None:
            break
        node = parent
    return " ".join(names)


def _before(headline: HtmlElement, known: Known) -> Iterator[tuple[str, str, Stamps]]:
    node, seen = headline, 0
    for _ in range(4):
        if node.tag in ("article", "main", "body"):
            return
        for sibling in node.itersiblings(preceding=True):
            if not isinstance(sibling.tag, str) or sibling.tag in _SILENT or sibling.tag in ("nav", "form", "ul", "ol"):
                continue
            if apart(sibling, known):
                continue
            for text, element, times in _lines(sibling):
                seen += 1
                if seen > MAX_BEFORE:
                    return
                if len(text) <= MAX_LINE:
                    yield text, _around(element), times
        parent = node.getparent()
        if parent is None:
            return
        node = parent


def _following(headline: HtmlElement) -> Iterator[tuple[str, HtmlElement | None, Stamps]]:
    """(text, element, times) of each line of text after the heading, in the order of the document; the element is None where
    an `article` or `main` ends."""
    node: HtmlElement | None = headline
    while node is not None and node.tag != "body":
        for sibling in node.itersiblings():
            if isinstance(sibling.tag, str):
                yield from _lines(sibling)
        if node.tag in ("article", "main"):
            yield "", None, ()
        node = node.getparent()


def _lines(top: HtmlElement) -> Iterator[tuple[str, HtmlElement, Stamps]]:
    """(text, element, times) of each line of an element; a `time` without a text of its own is a line without text."""
    parts: list[str] = []
    times: list[tuple[HtmlElement, int, int]] = []
    owner, begun = top, False  # a line begins where its first text does, be it blanks
    walk = etree.iterwalk(top, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        tag = element.tag
        if begun and tag not in _UNBROKEN:
            if (parts or times) and ((text := _joined(parts)) or times):
                yield text, owner, _within(times, text)
            parts, times, begun = [], [], False
        if event == "start":
            if tag in _HIDDEN:
                walk.skip_subtree()
                continue
            told = element.text
        else:
            told = element.tail if element is not top else None
        if tag == "time":
            _clock(times, element, parts, begins=event == "start")
            if times and not begun:
                owner, begun = element, True
        if told:
            if not begun:
                begun = True  # at a comment, where the line before it was
                owner = element if event == "start" else element.getparent() if event == "end" else owner
            # The blanks that begin a line are no text of it; most lines of a page have no other.
            if parts or not told.isspace():
                parts.append(told)
    if (text := _joined(parts)) or times:
        yield text, owner, _within(times, text)


def _joined(parts: list[str]) -> str:
    return squeeze("".join(parts))


def _clock(times: list[tuple[HtmlElement, int, int]], element: HtmlElement, parts: list[str], *, begins: bool) -> None:
    """Notes where a `time` element begins or ends in the text of its line, so far `parts`: of the first ones, since for each
    the text is joined."""
    if begins and len(times) < MAX_TIMES:
        times.append((element, len(_joined(parts)), -1))
    elif not begins and times and times[-1][0] is element:
        times[-1] = (element, times[-1][1], len(_joined(parts)))


def _within(times: list[tuple[HtmlElement, int, int]], text: str) -> Stamps:
    return tuple((one, min(start, len(text)), len(text) if end < 0 else end) for one, start, end in times)
