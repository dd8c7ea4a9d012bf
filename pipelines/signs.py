"""Which paragraphs of a page are set apart by their make: they hold a link or a button, or are emphasised throughout.

What stands around a text mostly is, and what a story says mostly not: asked beside the words of a paragraph, where these
alone could be a story's. The page is only walked where somebody asks.
"""

from __future__ import annotations

from functools import cached_property
from itertools import islice

from lxml.html import HtmlElement

from pipelines.text import letters, listed

LINKS = ("a", "button", "form", "input")
EMPHASIS = ("b", "strong", "i", "em", "small")
BLOCKS = frozenset(
    listed("p div li h1 h2 h3 h4 h5 h6 blockquote td th dt dd section article aside center main body table ul ol")
)
LONGEST = 1_000
"""Characters of a block that is looked at: longer ones hold no line around a text that is not a block itself."""
MOST, ASKED = 3_000, 200_000
"""Elements that are looked at, and characters of the blocks that are kept: no page has more around its text."""
PART = 0.8
"""Of a block's letters, those that are emphasised in one that is so throughout."""


class Signs:
    """The blocks of a page that are set apart."""

    def __init__(self, root: HtmlElement) -> None:
        self._root = root

    def apart(self, text: str) -> bool:
        """Whether a paragraph of these words stands in a block with a link or of emphasis."""
        return letters(text) in self._blocks

    @cached_property
    def _blocks(self) -> str:
        texts: dict[HtmlElement, str | None] = {}
        found: set[HtmlElement] = set()
        for element in islice(self._root.iter(*LINKS, *EMPHASIS), MOST):
            block = next((e for e in element.iterancestors() if e.tag in BLOCKS), None)
            if block is None or block in found:
                continue
            if block not in texts:
                text = block.text_content()
                texts[block] = text if len(text) <= LONGEST else None
            held = texts[block]
            if held and (element.tag in LINKS or len(element.text_content()) >= PART * len(held.strip())):
                found.add(block)
        return "\n".join(letters(text) for block in found if (text := texts[block]))[:ASKED]
