"""Reads wire items of many formats as far as their credits go: text, byline, copyright line, credit line.

NITF, NewsML 1.2 and G2, ninjs, AP's JSON, and the line formats of old (ANPA, IPTC 7901, dpa). No parser for production:
it takes the fields by their local names wherever they stand.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

BYLINES = ("byline", "by")
COPYRIGHTS = ("copyrightnotice", "copyrightline", "copyrightholder", "doc.copyright")
CREDITS = ("creditline", "credit")
MARKUP = re.compile(r"<[^<>]{1,300}>")
BLOCK_END = re.compile(r"</p>|<br\s*/?>|</div>|</block>|</h\d>", re.IGNORECASE)
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class WireItem:
    """The text of one item, paragraphs parted by a blank line, and what the item says of its origin."""

    body: str
    bylines: tuple[str, ...]
    copyrights: tuple[str, ...]
    credits: tuple[str, ...]


def read(path: Path) -> WireItem:
    """One item. Raises ValueError where the file holds no text."""
    data = path.read_bytes()
    if data.lstrip()[:1] in (b"{", b"["):
        item = _of_json(json.loads(data))
    elif b"<?xml" in data[:200] or data.lstrip()[:1] == b"<":
        item = _of_xml(data)
    else:
        item = _of_lines(data)
    if not item.body.strip():
        raise ValueError(f"{path}: no text in this item")
    return item


def _plain(markup: str) -> str:
    text = html.unescape(MARKUP.sub("", BLOCK_END.sub("\n", markup)))
    return "\n\n".join(line for part in text.split("\n") if (line := " ".join(part.split())))


def _of_json(data: Any) -> WireItem:
    found: dict[str, list[str]] = {"body": [], "by": [], "copyright": [], "credit": []}

    def walk(node: Any) -> None:
        if isinstance(node, list):
            for value in node:
                walk(value)
        elif isinstance(node, dict):
            for key, value in node.items():
                name = key.casefold()
                if not isinstance(value, str):
                    walk(value)
                elif name in ("body_html", "body_text", "body", "value") and len(value) > 200:
                    found["body"].append(_plain(value))
                elif name in BYLINES:
                    found["by"].append(_plain(value))
                elif name in COPYRIGHTS:
                    found["copyright"].append(_plain(value))
                elif name in CREDITS:
                    found["credit"].append(_plain(value))

    walk(data)
    return WireItem(
        next(iter(found["body"]), ""), tuple(found["by"]), tuple(found["copyright"]), tuple(found["credit"])
    )


def _of_xml(data: bytes) -> WireItem:
    root = etree.fromstring(data, etree.XMLParser(recover=True, no_network=True, resolve_entities=False))
    if root is None:
        return WireItem("", (), (), ())
    paragraphs: list[str] = []
    content = ""
    fields: dict[str, list[str]] = {"by": [], "copyright": [], "credit": []}
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        name = etree.QName(element).localname.casefold()
        text = " ".join("".join(map(str, element.itertext())).split())
        if name == "p" and text:
            paragraphs.append(text)
        elif name in ("datacontent", "inlinedata", "content", "text") and len(text) > len(content):
            content = "".join(map(str, element.itertext()))
        into = "by" if name in BYLINES else "copyright" if name in COPYRIGHTS else "credit" if name in CREDITS else None
        if into:
            fields[into] += [v for v in (text, element.get("literal"), element.get("holder")) if v]
    body = "\n\n".join(paragraphs) or _plain(content)
    return WireItem(body, *(tuple(dict.fromkeys(fields[name])) for name in ("by", "copyright", "credit")))


def _of_lines(data: bytes) -> WireItem:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    lines = [CONTROLS.sub("", line).rstrip("<= ") for line in text.replace("\r", "").split("\n")]
    bylines = [line.strip() for line in lines[:16] if re.match(r"\s*\^?(?:By |AP |Associated Press)", line)]
    paragraphs: list[str] = []
    for line in lines:
        if not line.strip() or line.startswith(("   ", "\t", "^")) or not paragraphs:
            paragraphs.append(line.strip())
        else:
            paragraphs[-1] = f"{paragraphs[-1]} {line.strip()}".strip()
    start = next(
        (n for n, p in enumerate(paragraphs) if re.search(r"\([\w ]{2,9}\)\s[-_–—]|Kyodo -|\((?:ats|sda)", p)), 0
    )
    return WireItem("\n\n".join(p for p in paragraphs[start:] if p), tuple(bylines), (), ())
