"""What is taken out of the tree before the body is looked for, because its place or markup shows that it is no text.

Every rule is general: HTML's own meaning (figure captions, navigation), names that publishers give to boxes (boxes.toml),
boxes of a picture and a few words (captions.py) and links to other stories (cards.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement

from pipelines import boxes, captions, cards, labels, markup
from pipelines.margins import SENTENCE
from pipelines.markup import Names
from pipelines.text import listed, squeeze, words

Dropped = tuple[str, str]

SILENT = listed("script style svg link meta template iframe object canvas dialog")
CAPTIONS = ("figcaption",)
CONTAINERS = listed(
    "div section aside p ul ol span figure footer header dl blockquote form h2 h3 h4 h5 small strong em li button a nav"
)
COMMENTS, FACTS, CAPTION, SHARE = "comments", "facts", "caption", "share"
HEADLINED = frozenset({COMMENTS, CAPTION})
"""Kinds whose names also stand on what holds a headline: a picture with the headline printed on it."""
NEVER_TEXT = frozenset({CAPTION, COMMENTS, FACTS})
"""Kinds of boxes that say whole sentences between paragraphs, which are not the text's."""
TELLING = 12
"""Words of a sentence between paragraphs that is text, whatever its box is called."""
AROUND = 40
"""Characters of the paragraphs around it."""
BODY = re.compile(r"(?<![a-z])(?:article|story|post|entry)[-_]?(?:body|text|content)(?![a-z])", re.IGNORECASE)
"""Names of a text's container."""
ACTIVE = ("a", "form", "input", "button", "select", "h2", "h3", "h4")
KEEP_WORDS = 120
MUCH = 0.3
MOST = 0.5
PROSE = 100
LEFT = 600
READINGS = 40
"""How often the text of a page is read, at the most, to see what its boxes hold."""


def quieten(root: HtmlElement) -> None:
    """Takes out what never holds text (scripts, styles, drawings): the body's search then copies a smaller tree."""
    etree.strip_elements(root, *SILENT, with_tail=False)
    for element in list(root.iter("nav", "footer")):
        if element.getparent() is None:
            continue
        if not any(len(p.text_content()) > PROSE for p in element.iter("p")):
            element.drop_tree()
        elif BODY.search(f"{element.get('class')} {element.get('id')}") and _prose(element) >= MOST * _prose(root):
            element.tag = "div"  # some sites put their text there all the same


def noise(root: HtmlElement, host: str | None = None, names: Names | None = None) -> list[Dropped]:
    """Takes out captions, boxes named as noise, and teasers; gives (rule, text) of each. `host`: the page's own, by which
    links to other sites are told; `names`: of the tree, or of one that had more."""
    dropped: list[Dropped] = []
    for element in list(root.iter(*CAPTIONS)):
        if element.find(".//h1") is None:
            take(element, CAPTION, dropped)
    total = len(root.text_content())
    left = READINGS * (total + 1_000)
    named = list(_named(root, names or markup.names(root)))
    headlines = [h for h in root.iter("h1") if h.text_content().strip()]
    # Of several, some are other stories'.
    holds = set(headlines[0].iterancestors()) if len(headlines) == 1 else set[HtmlElement]()
    beside = _prose(root) if any(box.kind == FACTS for _, box in named) else 0
    done = _told_by_readers(root, [element for element, box in named if box.kind == COMMENTS], total)
    for element, box in named:
        if element in done or element in holds:
            continue
        text = element.text_content()
        left -= len(text)
        if left < 0:
            break  # boxes in boxes in boxes: no page that is read by people
        facts = _prose(element) if box.kind == FACTS else 0
        if _told(element, text, box):
            continue
        if _is_noise(element, text, box, total) or (box.kind == FACTS and beside - facts >= 2 * LEFT):
            beside -= facts
            done.update(element.iter())
            take(element, box.kind, dropped)
    taken: set[HtmlElement] = set()
    for element in cards.find(root, host, total):
        if element not in taken:
            text = element.text_content()
            if len(text) < MUCH * total:
                taken.update(element.iter())
                take(element, "teaser", dropped)
    pictured = [(e, len(e.text_content())) for e in captions.find(root)]
    if sum(size for _, size in pictured) < MUCH * total:  # else the page is told in pictures
        for element, _ in pictured:
            take(element, CAPTION, dropped)
    return dropped


class _Known(dict["str | None", "boxes.Box | None"]):
    """The boxes that names speak of, each judged when it is first met."""

    def __missing__(self, name: str | None) -> boxes.Box | None:
        box = self[name] = boxes.named(name) if name else None
        return box


def _named(root: HtmlElement, names: Names) -> Iterator[tuple[HtmlElement, boxes.Box]]:
    """Elements of noisy names. Only names that still stand in the tree are judged: a third of a page's went with its menus
    and scripts."""
    known = _Known()
    for element in root.iter(*CONTAINERS):
        box = known[element.get("class")] or known[element.get("id")]
        if box is not None:
            yield element, box
    for element in root.iter("*") if names.own else ():
        if "-" in element.tag and (box := boxes.named(element.tag)) is not None:
            yield element, box


def _is_noise(element: HtmlElement, text: str, box: boxes.Box, total: int) -> bool:
    """A name is a hint, not proof: a box that holds much of the page is the article in disguise."""
    if box.most != boxes.ALWAYS and words(text) > box.most:
        return False
    if box.kind in HEADLINED and element.find(".//h1") is not None:
        return False
    if box.kind == COMMENTS:
        return True
    if box.kind == SHARE and element.find(".//blockquote") is not None:
        return False  # a post that the text speaks of
    return len(text) < MUCH * total and not _holds_article(element, text)


def _told(element: HtmlElement, text: str, box: boxes.Box) -> bool:
    """Whether an element is whole sentences between paragraphs, without a link or a button: a box of other stories leads
    there, a promotion asks for something. Of captions, facts and comments only what is no box: a paragraph. Where the words
    say what the name says, the two are proof."""
    if box.kind in NEVER_TEXT and (element.tag != "p" or box.kind == CAPTION):
        return False
    if not SENTENCE.search(squeeze(text[-AROUND:])) or words(text) < TELLING:
        return False
    if next(element.iter(*ACTIVE), None) is not None:
        return False
    plain = squeeze(text)
    if labels.promotion(plain) or labels.read_also(plain):
        return False
    return all(_tells(beside) for beside in (element.getprevious(), element.getnext()))


def _tells(paragraph: HtmlElement | None) -> bool:
    """Whether it is a paragraph of a text, with no name of a box."""
    if paragraph is None or paragraph.tag != "p" or boxes.named(paragraph.get("class") or "") is not None:
        return False
    text = squeeze(paragraph.text_content())
    return len(text) >= AROUND and SENTENCE.search(text) is not None and next(paragraph.iter("a"), None) is None


def _told_by_readers(root: HtmlElement, comments: list[HtmlElement], total: int) -> set[HtmlElement]:
    """All that is named as comments, where the page is nothing else (a forum); readers may write more than the article
    has, as long as there is one."""
    inside: set[HtmlElement] = set()
    size = prose = 0
    for element in comments:
        if element not in inside:
            inside.update(element.iter())
            size += len(element.text_content())
            prose += _prose(element)
    return inside if size >= MUCH * total and _prose(root) - prose < LEFT else set()


def _prose(element: HtmlElement) -> int:
    return sum(size for p in element.iter("p") if (size := len(p.text_content())) > PROSE)


def _holds_article(element: HtmlElement, text: str) -> bool:
    return words(text) > KEEP_WORDS and (
        element.find(".//h1") is not None or sum(1 for p in element.iter("p") if len(p.text_content()) > 120) > 3
    )


def take(element: HtmlElement, rule: str, dropped: list[Dropped]) -> None:
    """Takes one element out, its tail text stays; notes (rule, text). Harmless for one that is out already."""
    if element.getparent() is None:
        return
    if text := squeeze(element.text_content()[:2000]):
        dropped.append((rule, text[:300]))
    element.drop_tree()
