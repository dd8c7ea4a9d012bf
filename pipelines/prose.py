"""Runs of prose in a tree: which blocks hold text of their own, and how much, in letters' worth."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from pipelines.text import listed, squeeze

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
LINKED = 0.5
WIDE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
WORTH = 1.5
"""A character of a script that writes syllables or words says as much as two and a half letters."""
RUN = 20
PUNCTUATED = re.compile(r"[.,;!?…。、，！？।۔،؟](?:\W|$)|[。、，！？।۔]")
"""What sentences have and labels, buttons and headlines seldom do; prose without it counts half."""


def speaking(root: HtmlElement) -> list[HtmlElement]:
    """Headlines and elements with text of their own, in document order. By walks: an XPath's union is sorted, and that
    takes the square of the number of paragraphs."""
    found: set[HtmlElement] = set()
    elements = list(root.iter())
    for element in elements:
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
    return list(filter(found.__contains__, elements))


def block_of(element: HtmlElement) -> HtmlElement | None:
    """The nearest block that a run of text belongs to; None where it is no prose by its markup."""
    node: HtmlElement | None = element
    while node is not None and node.tag not in BLOCKS:
        if node.tag in SILENT:
            return None
        node = node.getparent()
    return node


def prose_of(block: HtmlElement) -> int:
    """Letters' worth of a block's own prose; 0 where it is short or most of it are links."""
    return measured(*run_of(block))


def run_of(block: HtmlElement) -> tuple[str, int]:
    """A block's own text, without that of blocks in it, and how many characters of it are links."""
    if not any(child.tag in BLOCKS for child in block):
        return squeeze(block.text_content()), sum(len(link.text_content()) for link in block.iter("a"))
    run, linked = [block.text or ""], 0
    for child in block:
        if child.tag in INLINE:
            run.append(child.text_content())
            linked += sum(len(link.text_content()) for link in child.iter("a"))
        run.append(child.tail or "")
    return squeeze(" ".join(run)), linked


def measured(text: str, linked: int) -> int:
    """Letters' worth of a run of text of which so many characters are links; 0 where it is no prose."""
    if len(text) < RUN // 3 or linked >= LINKED * len(text):
        return 0
    size = worth(text) - linked
    return 0 if size < RUN else size if PUNCTUATED.search(text) else size // 2


def worth(text: str) -> int:
    """Characters of a text, in letters' worth."""
    return len(text) if text.isascii() else len(text) + int(WORTH * len(WIDE.findall(text)))
