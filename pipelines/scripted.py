"""Pages that a script draws: the page's own data (JSON-LD's `articleBody`) hold the text, and the markup hardly any of it.

The markup shows a placeholder, the menu, or the first paragraph. Taken is only what is free: a page that calls to subscribe
hides the rest from those who have not paid, whatever its data give away.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pipelines import home
from pipelines.body import Body, Paragraph
from pipelines.margins import SENTENCE
from pipelines.prose import worth
from pipelines.text import solid
from pipelines.wallwords import SAID, sentences

if TYPE_CHECKING:
    from lxml.html import HtmlElement

WALLS = SAID["paywall"], SAID["login_wall"]
SAMPLE, SAMPLES = 24, 40
HEARD = 0.5
"""Share of the data's text that is printed, from which on the markup has the text."""
CALLED, CALL = 3_000, (8, 300)
"""Texts of a page that may be a call to subscribe, and their characters."""
ENDS = ".!?…。“”\"'’»«-–—•*"
MORE, LISTED, KEY = 60, 12, 40
"""Characters by which data are longer than a body and say more; sentences that are told, and what of them is compared."""


def draws(root: HtmlElement, found: Body, data: str) -> bool:
    """Whether the markup of a page with little prose has not its text, and the data have."""
    if worth(data) < home.LEAST or not SENTENCE.search(data) or share("".join(data.split()), found) >= HEARD:
        return False
    texts = islice(root.itertext(), CALLED)
    return not any(wall.search(text) for text in texts if CALL[0] < len(text) < CALL[1] for wall in WALLS)


def body(data: str) -> Body:
    """The data's text, each line a paragraph."""
    return Body(tuple(Paragraph("text", line) for line in data.splitlines() if line.strip()), "json-ld")


def share(plain: str, found: Body) -> float:
    """How much of a text without blanks is in a body, 0 to 1, by samples."""
    step = max(SAMPLE, len(plain) // SAMPLES)
    samples = [plain[at : at + SAMPLE] for at in range(0, max(1, len(plain) - SAMPLE), step)]
    text = "".join("".join(p.text.split()) for p in found.paragraphs)
    return sum(sample in text for sample in samples) / len(samples)


def unprinted(found: Body, data: str) -> tuple[str, ...]:
    """The first sentences of the data that neither the body nor the rest of the page's prose has."""
    if len(data) < found.length + MORE:
        return ()
    have = solid("".join((*(p.text for p in found.paragraphs), *found.left)))
    # A sentence may be joined with a label before it, or end in another mark.
    keys = ((line, solid(line).strip(ENDS)) for line in sentences(data) if len(line) >= MORE)
    missing = (line for line, key in keys if key[:KEY] not in have and key[-KEY:] not in have)
    return tuple(islice(missing, LISTED))
