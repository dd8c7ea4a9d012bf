"""Which paragraphs of a page are set apart by their make: a link or button holds most of them, ends them or leads to an
offer, they stand at a form, or are emphasised throughout.

What stands around a text mostly is, and what a story says mostly not (a link on a word of a sentence is nothing): asked
beside the words of a paragraph, where these alone could be a story's. The page is only walked where somebody asks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from lxml.html import HtmlElement

from pipelines.text import letters, listed

LINKS = frozenset(("a", "button"))
FORMS = frozenset(("form", "input"))
EMPHASIS = frozenset(("b", "strong", "i", "em", "small"))
BLOCKS = frozenset(
    listed("p div li h1 h2 h3 h4 h5 h6 blockquote td th dt dd section article aside center main body table tbody tr")
    + listed("ul ol dl header footer nav figure figcaption form fieldset pre address details summary")
)
LONGEST = 1_000
"""Characters of a line that is looked at: a longer one is no line around a text."""
MOST, ASKED, PIECES = 3_000, 200_000, 200
"""Elements that are looked at, characters of the lines that are kept, pieces of a line: no page has more around its text."""
PART, HELD = 0.8, 0.5
"""Of a line's characters, those that are emphasised in one that is so throughout; those that a link holds of its line."""
OFFERED = re.compile(
    r"^mailto:|subscri|newsletter|abonn|suscri|assin|abbona|prenum|nieuwsbrief|nyhetsbrev|nyhedsbrev|infolettre|bolet[ií]n|"
    r"(?<![a-z])abos?(?![a-z])|log-?in|sign-?(?:in|up)|regist|member(?!s? of)|donat|spenden?(?![a-z])|/join|/offers?\b|"
    r"/apps?\b|contact|kontakt|feedback|/tips?\b|whatsapp|telegram|(?:/|\.)t\.me/|facebook\.com|twitter\.com|/x\.com|instagram\.com|"
    r"youtube\.com|tiktok\.com|bsky\.app|polic(?:y|ies)\b|terms\b|itunes\.apple|apps\.apple|play\.google|news\.google|подпис|konto|account",
    re.IGNORECASE,
)
"""Addresses of offers, forms and a publisher's other channels, and what links to them say."""
SMALL = re.compile(OFFERED.pattern)
"""The same of small letters."""
HERE = re.compile(
    r"\W*(?:click )?(?:here|hier|ici|aquí|aqui|qui|här|her|tutaj|zde|здесь|тут|сюда|burada|هنا|यहां|这里|這裡|こちら|여기)\W*",
    re.I,
)


CLAUSES = re.compile(r"[,:;?!—–،؛؟、，：；。！？]\s*\S|[.…]\s+\S")
"""What parts a sentence in which somebody says a call (`Support our work, the nurses chanted`); a call alone has it seldom."""


@dataclass(slots=True)
class _Line:
    """A line of a block as it is read: its pieces, characters in links and in emphasis, and whether a link ends it."""

    pieces: list[str] = field(default_factory=list)
    linked: int = 0
    stressed: int = 0
    ends: bool = False
    offered: bool = False

    def add(self, text: str | None, *, link: bool, stress: bool) -> None:
        if not text:
            return
        self.pieces.append(text)
        size = len(text.strip())
        self.linked += size if link else 0
        self.stressed += size if stress else 0
        if any(map(str.isalnum, text)):
            self.ends = link

    def apart(self) -> str | None:
        """The words of a line that is set apart."""
        size = sum(len(piece.strip()) for piece in self.pieces)
        if not size or size > LONGEST:
            return None
        text = "".join(self.pieces)
        simple = self.linked and not CLAUSES.search(text)
        if simple or self.offered or self.ends or self.linked >= HELD * size or self.stressed >= PART * size:
            return letters(text)
        return None


class Signs:
    """The lines of a page that are set apart."""

    def __init__(self, root: HtmlElement) -> None:
        self._root = root

    def apart(self, text: str) -> bool:
        """Whether a paragraph of these words is set apart."""
        return letters(text) in self._lines

    @cached_property
    def _lines(self) -> set[str]:
        found: set[str] = set()
        seen: set[HtmlElement] = set()
        kept = 0
        for element in islice(self._root.iter(*LINKS, *FORMS, *EMPHASIS), MOST):
            block = next((e for e in element.iterancestors() if e.tag in BLOCKS), None)
            inner = islice(element.iter(*BLOCKS), PIECES) if element.tag in LINKS and len(element) else ()
            for each in (block, *inner):
                if each is None or each in seen:
                    continue
                seen.add(each)
                lines = {text for line in _read(each, link=each is not block) if (text := line.apart())}
                found |= lines
                kept += sum(map(len, lines))
            if kept > ASKED:
                break
        return found


def _offers(link: HtmlElement) -> bool:
    """Whether a link leads to an offer by its address or its words, or only says where to click."""
    text = "".join(islice(link.itertext(), PIECES))[:LONGEST]
    return any(map(_offered, (link.get("href") or "", text))) or HERE.fullmatch(text) is not None


def _offered(said: str) -> bool:
    # Where case does not matter, alternatives are not passed over by their first letter: four times as slow.
    return (SMALL.search(said.lower()) if said.isascii() else OFFERED.search(said)) is not None


def _read(block: HtmlElement, *, link: bool) -> list[_Line]:
    """The lines of a block's own text, and the block as one line where breaks part it. `link`: the block is in a link."""
    lines, whole = [_Line()], _Line()

    def add(text: str | None, *, linked: bool, stress: bool) -> None:
        for line in (lines[-1], whole):
            line.add(text, link=linked, stress=stress)

    def walk(element: HtmlElement, *, linked: bool, stress: bool, depth: int) -> None:
        add(element.text, linked=linked, stress=stress)
        for child in islice(element, PIECES):
            if child.tag in FORMS:
                lines[-1].offered = whole.offered = True
            if child.tag == "br" or child.tag in BLOCKS:
                lines.append(_Line())
            elif depth and isinstance(child.tag, str):
                tied = linked or child.tag == "button" or (child.tag == "a" and bool(child.get("href")))
                if tied and _offers(child):
                    lines[-1].offered = whole.offered = True
                walk(child, linked=tied, stress=stress or child.tag in EMPHASIS, depth=depth - 1)
            add(child.tail, linked=linked, stress=stress)

    walk(block, linked=link, stress=False, depth=20)
    return [*lines, whole]
