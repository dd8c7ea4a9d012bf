"""A second look at a page whose text is short: what a reader sees of it, in lines, and what it is made of.

On a tree of its own, since the first one has lost its boxes, forms and banners. Few pages come here, so it may cost.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from pipelines import tree
from pipelines.text import listed, squeeze, words

if TYPE_CHECKING:
    from lxml.html import HtmlElement

LARGEST = 3_000_000
"""Bytes of a page beyond which there is no second look."""
LINES, LONGEST = 150, 600
SILENT = listed("script style svg template link meta select option")
AROUND = listed("nav footer header aside")
BLOCKS = frozenset(
    listed(
        "html body p div section article main h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table tbody thead tr td th blockquote pre "
        "form fieldset figure figcaption label button center details summary dialog noscript legend header footer aside nav"
    )
)
PLAYER = re.compile(
    r"youtube|youtu\.be|vimeo|dailymotion|jwplayer|brightcove|player|embed|soundcloud|spotify|podcast|video|audio",
    re.IGNORECASE,
)
PLAYERS = re.compile(
    r"(?:^|[\s_-])(?:(?:video|audio|podcast|jw)[-_]?player|brightcove|jwplayer|videojs|video-js|plyr)", re.IGNORECASE
)
DOCUMENT = re.compile(
    r"\.pdf\b|pdfjs|pdf[-_]?viewer|docs\.google\.com/(?:viewer|gview)|issuu\.com|scribd\.com|calameo|flipbook",
    re.IGNORECASE,
)
VIEWER = re.compile(r"pdf[-_]?(?:js|viewer|canvas|container)", re.IGNORECASE)
MOVED = re.compile(
    r"(?:window|document|top|self|parent)?\.?location(?:\.href)?\s*=\s*[\"'`]|location\.(?:replace|assign)\s*\(",
    re.IGNORECASE,
)
SMALL_SCRIPT = 3_000
HEADINGS = frozenset(listed("h1 h2 h3 h4"))
PICTURES = 4
CARDS, CELLS = 300, 500


@dataclass(frozen=True, slots=True)
class Surface:
    """`lines`: what is read beside navigation, banners included. `moved`: the address or words that send the reader
    elsewhere at once. `media`: `video`, `audio`, `gallery` or None. `cards`: the texts of the boxes that hold one
    headline with a link each; `cells`: the words in tables' cells."""

    lines: tuple[str, ...] = ()
    moved: str | None = None
    password: bool = False
    email: bool = False
    document: bool = False
    media: str | None = None
    cards: tuple[str, ...] = ()
    cells: int = 0

    @property
    def words(self) -> int:
        return sum(words(line) for line in self.lines)


def look(body: bytes, charset: str | None) -> Surface:
    """The surface of a page; empty of one that is too large to be looked at twice."""
    parsed = tree.parse(body, charset) if len(body) <= LARGEST else None
    if parsed is None:
        return Surface()
    root = parsed.root
    moved = _moved(root)
    media, document = _media(root), _document(root)
    inputs = {(e.get("type") or "text").casefold() for e in root.iter("input")}
    named = any("mail" in f"{e.get('name')} {e.get('placeholder')}".casefold() for e in root.iter("input"))
    etree.strip_elements(root, *SILENT, with_tail=False)
    tree.drop_templates(parsed)
    cards = _cards(root)
    return Surface(
        lines=_lines(root), moved=moved, password="password" in inputs, email="email" in inputs or named,
        document=document, media=media, cards=cards,
        cells=sum(words(cell.text_content()) for cell in list(root.iter("td", "th"))[:CELLS] if len(cell) < CELLS),
    )  # fmt: skip


def _moved(root: HtmlElement) -> str | None:
    for element in root.iter("meta"):
        content = element.get("content") or ""
        if (element.get("http-equiv") or "").casefold() == "refresh" and "url" in content.casefold():
            delay = re.match(r"\s*(\d{1,4})", content)
            if delay is None or int(delay[1]) <= 10:
                return content[:120]
    text = "".join(element.text or "" for element in root.iter("script"))
    found = MOVED.search(text) if len(text) <= SMALL_SCRIPT else None
    return text[found.start() : found.start() + 120] if found else None


def _media(root: HtmlElement) -> str | None:
    for kind in ("video", "audio"):
        if root.find(f".//{kind}") is not None:
            return kind
    for element in root.iter("iframe"):
        if PLAYER.search(element.get("src") or element.get("data-src") or ""):
            return "video"
    for element in root.iter("div", "section", "figure"):
        if PLAYERS.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            return "video"
    pictures = Counter(
        len(list(element.iterancestors()))
        for element in root.iter("figure", "li")
        if element.find(".//img") is not None
    )
    return "gallery" if pictures and max(pictures.values()) >= PICTURES else None


def _document(root: HtmlElement) -> bool:
    for element in root.iter("iframe", "embed", "object"):
        address = element.get("src") or element.get("data") or element.get("data-src") or ""
        if "pdf" in (element.get("type") or "") or DOCUMENT.search(address):
            return True
    return any(
        VIEWER.search(f"{e.get('id') or ''} {e.get('class') or ''}") for e in root.iter("div", "canvas", "section")
    )


def _lines(root: HtmlElement) -> tuple[str, ...]:
    found = _read(root, frozenset(AROUND))
    return found if sum(words(line) for line in found) >= 3 else _read(root, frozenset())


def _read(root: HtmlElement, skipped: frozenset[str]) -> tuple[str, ...]:
    lines: list[str] = []
    run: list[str] = []

    def end() -> None:
        if text := squeeze("".join(run)):
            lines.append(text[:LONGEST])
        run.clear()

    body = root.find("body")
    for event, element in etree.iterwalk(root if body is None else body, events=("start", "end")):
        if len(lines) >= LINES:
            break
        blocked = element.tag in BLOCKS or element.tag == "br"
        if event == "start":
            if element.tag in skipped and element.find(".//h1") is None:
                # Its texts are passed over by emptying it: this tree is nobody else's.
                element[:] = []
                element.text = None
            if blocked:
                end()
            run.append(element.text or "")
        else:
            if blocked:
                end()
            run.append(element.tail or "")
    end()
    return tuple(lines)


def _cards(root: HtmlElement) -> tuple[str, ...]:
    """The texts of the largest boxes that hold just one headline with a link."""
    headings: list[HtmlElement] = []
    for element in root.iter(*HEADINGS):
        parent = element.getparent()
        link = element.find(".//a[@href]")
        if link is None and (parent is None or parent.tag != "a"):
            continue
        if words(element.text_content()) >= 3:
            headings.append(element)
    headings = headings[:CARDS]
    held = Counter(parent for heading in headings for parent in heading.iterancestors())
    texts = []
    for heading in headings:
        card = heading
        for parent in heading.iterancestors():
            if held[parent] > 1 or parent.tag == "body":
                break
            card = parent
        texts.append(squeeze(card.text_content()[:4_000]))
    return tuple(texts)
