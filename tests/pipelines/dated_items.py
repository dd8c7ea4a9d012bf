"""The first text of a wire item with its dateline, wherever the format keeps it.

NITF, NewsML 1.2 and G2, WordPress exports, ninjs, and the line formats of old, by `wire_items` and what that leaves out:
texts without paragraphs, short ones, and a dateline that the format holds in an element of its own (AFP's `DateLine`).
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

from lxml import etree

from tests.pipelines import wire_items

BODIES = ("body", "body.content", "inlinedata", "encoded")
CLOSED = re.compile(r"(?:[-–—]|\(\w+\))$")
DATED = re.compile(r"^[^\d\W][^\d,]+, [^\d,]+\d{1,2}$")
TAG = re.compile(r"<[^<>]{1,300}>")


def read(path: Path) -> str:
    """The text, paragraphs parted by a blank line; empty where the item holds none (pictures, lists of links)."""
    data = path.read_bytes()
    if data[:2] == b"\xff\xd8":
        return ""
    try:
        text = wire_items.read(path).body
    except ValueError:
        text = _short(data)
    line = _dateline_element(data)
    if not line or line in text[:600] or text.startswith("("):
        return text
    return f"{line} {text}" if CLOSED.search(line) else f"{line}\n\n{text}"


def _root(data: bytes) -> etree._Element | None:
    if data.lstrip()[:1] != b"<":
        return None
    return etree.fromstring(data, etree.XMLParser(recover=True, no_network=True, resolve_entities=False))


def _dateline_element(data: bytes) -> str:
    """The first `dateline` that names more than a place: those alone are fields beside the text, not its beginning."""
    root = _root(data)
    for element in [] if root is None else root.iter():
        if isinstance(element.tag, str) and etree.QName(element).localname.casefold() == "dateline":
            parts = [" ".join(t.split()) for t in map(str, element.itertext(with_tail=False)) if t.strip()]
            line = ", ".join(parts)
            if CLOSED.search(line) or DATED.match(line):
                return line
    return ""


def _short(data: bytes) -> str:
    """What `wire_items` finds too short or cannot find: any body's text."""
    if data.lstrip()[:1] in (b"{", b"["):
        return next(iter(_values(json.loads(data))), "")
    root = _root(data)
    for element in [] if root is None else root.iter():
        if isinstance(element.tag, str) and etree.QName(element).localname.casefold() in BODIES:
            text = html.unescape(TAG.sub("", "\n".join(map(str, element.itertext()))))
            lines = [" ".join(line.split()) for line in text.split("\n")]
            if any(lines):
                return "\n\n".join(line for line in lines if line)
    return ""


def _values(node: Any) -> list[str]:
    if isinstance(node, list):
        return [text for value in node for text in _values(value)]
    if not isinstance(node, dict):
        return []
    own = [v for k, v in node.items() if k in ("body_html", "body_text", "body", "value") and isinstance(v, str)]
    found = [" ".join(html.unescape(TAG.sub(" ", text)).split()) for text in own]
    return [text for text in found if text] + [text for value in node.values() for text in _values(value)]
