"""What can be read of an article's JSON-LD that no parser takes, unescaped quotes in its strings above all: the plain
fields that the script gives once, and its author's name. What is given twice is left alone, for it may be of another story.
"""

from __future__ import annotations

import re
from typing import Any

FIELDS = ("headline", "datePublished", "dateModified", "dateCreated", "articleSection", "description", "isAccessibleForFree",
    "inLanguage")  # fmt: skip
MAX_VALUE = 1_000
COMMENT = re.compile(r"""("(?:[^"\\]|\\.)*")|(?<![:\w])//[^\n"]{0,400}(?=\n|$)|/\*[^*]{0,400}\*/""")
TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_TYPE = re.compile(r'"@type"\s{0,9}:\s{0,9}\[?\s{0,9}"(\w{0,40}(?:Article|Posting))"')
_AUTHOR = re.compile(r'"author"\s{0,9}:\s{0,9}\[?\s{0,40}\{[^{}\[\]]{0,300}?"name"\s{0,9}:\s{0,9}"([^"\\{}<>]{2,80})"')
_ENDS = re.compile(
    r'"\s{0,40}(?:,\s{0,40}"@?\w{1,40}"\s{0,9}:|,?\s{0,40}[}\]]|,\s{0,40}\n|\n\s{0,40}"@?\w{1,40}"\s{0,9}:)'
)
_OPENS = {name: re.compile(rf'"{name}"\s{{0,9}}:\s{{0,9}}(?:"|(true|false)\b)') for name in FIELDS}


def uncommented(text: str) -> str:
    """A script without JavaScript's comments and trailing commas, which JSON does not know."""
    return TRAILING_COMMA.sub(r"\1", COMMENT.sub(lambda match: match[1] or "", text) if "/" in text else text)


def salvaged(text: str) -> dict[str, Any] | None:
    """A node of the fields that can be read, None where the script is of no article or gives none."""
    kinds = set(_TYPE.findall(text))
    if len(kinds) != 1:
        return None
    node: dict[str, Any] = {}
    for name, opening in _OPENS.items():
        found = list(opening.finditer(text))
        if len(found) != 1:
            continue
        value = found[0][1] or _string(text, found[0].end())
        if value:
            node[name] = value
    authors = set(_AUTHOR.findall(text))
    if len(authors) == 1 and text.count('"author"') == 1:
        node["author"] = {"@type": "Person", "name": authors.pop()}
    return {"@type": kinds.pop(), **node} if node else None


def _string(text: str, start: int) -> str | None:
    """The string that begins at `start`: up to the quote after which JSON goes on, so that quotes inside it belong to it."""
    end = _ENDS.search(text, start, start + MAX_VALUE)
    if end is None:
        return None
    return re.sub(
        r"\\(.)", lambda match: {"n": " ", "t": " ", "r": " "}.get(match[1], match[1]), text[start : end.start()]
    )
