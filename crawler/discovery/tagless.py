"""HTML of a feed -> its text, by its tags alone: no tree is made of it. Pure.

A text is first parted at each `<`: what stands between that and the next `>` is a tag, known by its name in one look-up, at
three fifths of the time that expressions take. Where more than that decides (comments, elements whose content is no text) the
expressions do, which say the same of all others.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

_NAMES: Final = r"(?:p|div|h[1-6]|li|ul|ol|blockquote|br|tr|table|figure)\b"
_SILENT: Final = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_NO_TEXT: Final = re.compile(
    r"<(script|style|figcaption|iframe|noscript)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
_BLOCK: Final = re.compile(rf"</?(?:{_NAMES}|\w{{1,9}}:{_NAMES})[^<>]*>", re.IGNORECASE)
_TAG: Final = re.compile(r"<!--.*?(?:-->|\Z)|</?[A-Za-z][^<>]*>", re.DOTALL)

_LONGEST: Final = 300_000
"""Characters: what is longer is not parted into a piece for each `<`."""

_NAMED: Final = 40
"""Characters of a tag by which it is known: no name that counts is half as long."""

_OPENED: Final = re.compile(r"/?[A-Za-z]")

_Kind = Literal["block", "inline", "other", "apart", "silent"]
"""`block` parts paragraphs, `inline` does not, `other` is no tag; what stands between the tags of `silent` is never text,
between those of `apart` none of an article's."""


def one_line(text: str) -> str:
    """The text of some HTML with a blank for each tag of a block."""
    quick = _quickly(text, " ", "silent")
    if quick is not None:
        return quick
    if "<s" in text or "<S" in text:
        text = _SILENT.sub(" ", text)
    text = _BLOCK.sub(" ", text)
    return _TAG.sub("", text) if "<" in text else text


def lines(text: str) -> list[str]:
    """The texts between the tags of blocks, without what is no part of an article's text (scripts, captions)."""
    quick = None if "\x00" in text else _quickly(text, "\x00", "silent", "apart")
    if quick is not None:
        return quick.split("\x00")
    return [_TAG.sub("", line) if "<" in line else line for line in _BLOCK.split(_NO_TEXT.sub(" ", text))]


def _quickly(text: str, between: str, *harder: _Kind) -> str | None:
    """The text with `between` for each tag of a block; None where it holds tags of a `harder` kind, comments or a tag
    without end."""
    if len(text) > _LONGEST or "<!--" in text:
        return None
    pieces = iter(text.split("<"))
    kept = [next(pieces)]
    keep, known = kept.append, _KINDS.get
    for piece in pieces:
        tag, end, rest = piece.partition(">")
        if not end:
            if _OPENED.match(piece):
                return None
            keep(f"<{piece}")
            continue
        kind = known(tag) or known(tag.partition(" ")[0]) or _kind(tag[:_NAMED].partition(" ")[0])
        if kind == "block":
            keep(between)
            keep(rest)
        elif kind == "inline":
            keep(rest)
        elif kind == "other":
            keep(f"<{piece}")
        elif kind in harder:
            return None
        else:
            keep(rest)
    return "".join(kept)


@lru_cache(maxsize=1024)
def _kind(name: str) -> _Kind:
    """What a tag is by what stands before its first blank."""
    tag = f"<{name}>"
    block = _BLOCK.match(tag) is not None
    if opened := _NO_TEXT.match(tag):
        return "apart" if not block and opened[1].lower() in ("figcaption", "iframe", "noscript") else "silent"
    return "block" if block else "inline" if _TAG.match(tag) else "other"


_KINDS: Final = {
    tag: _kind(name)
    for name in ("p", "br", "div", "li", "ul", "h2", "h3", "a", "b", "i", "em", "strong", "span", "img")
    for tag in (name, f"/{name}", f"{name}/", f"{name} /")
}
