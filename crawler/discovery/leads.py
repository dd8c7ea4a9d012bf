"""What a feed gives as an article's summary and as its whole text, as plain text, without what WordPress adds. Pure."""

from __future__ import annotations

import re

from crawler.discovery.documents import paragraphs, plain

MAX_FULL_TEXT = 200_000
"""Characters; what is longer is no article's text, and is not kept."""

MAX_MARKUP = 5 * MAX_FULL_TEXT
"""Characters of its HTML."""

_FIRST_ON = (
    r"(?:appeared first on|first appeared on|появил[а-я]{1,9} сначала на|вперше з.явивс[а-я]{1,9} на|se publicó primero en"
    r"|apareceu primeiro em|est apparu en premier sur|proviene da|erschien zuerst auf|verscheen eerst op)"
)
_APPEARED = re.compile(_FIRST_ON)
_TAIL = re.compile(
    r"(?:The post|Сообщение|Запись|Допис|La entrada|O post|L.article|L.articolo|Der Beitrag|Het bericht)\s[^\n]+"
    + _FIRST_ON
    + r"\s[^\n]+"
)
"""What WordPress puts after each entry of its feeds, in the languages of its translations that were seen."""

_LONGEST_TAIL = 1_000
"""Characters: an article's title and a site's name stand in it."""


def without_tail(text: str) -> str:
    """Paragraphs without a last one that is WordPress's."""
    rest, _, last = text.rpartition("\n\n")
    return rest if len(last) <= _LONGEST_TAIL and _TAIL.fullmatch(last) else text


def _may_have_tail(text: str) -> bool:
    """Whether a word of all that `_APPEARED` finds is there, at a tenth of the time that it takes."""
    return (
        "ppeared" in text
        or "primeiro em" in text
        or "apparu en" in text
        or "proviene da" in text
        or "erst " in text
        or (not text.isascii() and ("primero en" in text or "сначала на" in text or "вперше" in text))
    )


def lead_of(markup: str | None) -> str | None:
    """One line of text from a summary."""
    if markup and _may_have_tail(markup) and _APPEARED.search(markup) and (text := paragraphs(markup)):
        return " ".join(without_tail(text).split()) or None
    return plain(markup)


def full_text_of(lead: str | None, *markup: str | None) -> str | None:
    """The longest text of what a feed gives as the article's own; None where it says no more than the summary does."""
    if not markup:
        return None
    short = (raw for raw in markup if raw and len(raw) <= MAX_MARKUP)
    texts = [without_tail(text) for raw in short if (text := paragraphs(raw))]
    longest = max(texts, key=len, default="")
    return longest if len(lead or "") < len(longest) <= MAX_FULL_TEXT else None
