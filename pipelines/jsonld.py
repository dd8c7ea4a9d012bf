"""schema.org metadata in JSON-LD, read once: the witness that knows most about a news page.

Publishers' scripts are often broken; what can be mended without guessing (comments, trailing commas, raw line breaks,
escaped quotes) is mended. Of an article's script that cannot be, `salvage` takes the plain fields that it gives once.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from lxml.html import HtmlElement

from pipelines import entity
from pipelines.entity import Subject, types
from pipelines.salvage import salvaged, uncommented
from pipelines.tags import MAX_TITLE
from pipelines.text import fold, squeeze

MAX_SCRIPT = 600_000
MAX_NODES = 4_000
ORGANISATIONS = frozenset({"organization", "newsmediaorganization", "corporation", "brand"})
OPENING = re.compile(r"\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)?")
ENDS = ";" + "".join(sign for sign in map(chr, range(0x3001)) if sign.isspace())
MARKUP = re.compile(r"<[^<>]{1,200}>")
UNKNOWN = Subject()


@dataclass(frozen=True, slots=True)
class Claims:
    """What the page's article node says; texts squeezed, dates raw. `people`, `organisations`: names of its authors by
    declared type (Person or none, Organization); `owner`: the publisher where he is a person. `correction`: the text or
    address of a correction (`correction`); `state`: `creativeWorkStatus`. `access` is `isAccessibleForFree` as given,
    None where absent."""

    types: tuple[str, ...] = ()
    headline: str | None = None
    alternative: str | None = None
    description: str | None = None
    body: str | None = None
    published: str | None = None
    created: str | None = None
    modified: str | None = None
    people: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    publisher: str | None = None
    owner: str | None = None
    section: str | None = None
    keywords: tuple[str, ...] = ()
    language: str | None = None
    url: str | None = None
    image: str | None = None
    image_caption: str | None = None
    image_credit: str | None = None
    access: bool | None = None
    copyright: str | None = None
    correction: str | None = None
    state: str | None = None


def read(root: HtmlElement, about: Subject = UNKNOWN) -> Claims:
    """The claims of the node that is the page's own story; empty where there is none. `about`: what the page is about; where
    nothing is known of it, any article's node may be its own."""
    nodes = [
        node for script in root.iter("script") if _is_jsonld(script) for node in _nodes(_loaded(script.text or ""))
    ]
    chosen, live = entity.own(nodes, about)
    if chosen is None:
        return Claims()
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 2}
    claims = _claims(chosen, by_id)
    # A live blog's page often has an article's node beside its own.
    return replace(claims, types=(*claims.types, entity.LIVE)) if live and entity.LIVE not in claims.types else claims


def _is_jsonld(script: HtmlElement) -> bool:
    kind = (script.get("type") or "").casefold()
    return "ld+json" in kind and bool(script.text) and len(script.text or "") <= MAX_SCRIPT


def _loaded(text: str) -> Any:
    plain = _unwrapped(text)
    for mend in (str, uncommented, html.unescape):
        try:
            return json.loads(mend(plain), strict=False)
        except (ValueError, RecursionError):
            continue
    return salvaged(plain)


def _unwrapped(text: str) -> str:
    """A script without the marks of a comment or a CDATA section around it. No expression is asked for the last one: it
    would take time by the square of a run of blanks."""
    opening = OPENING.match(text)
    text = text[opening.end() if opening else 0 :].rstrip(ENDS)
    if text.endswith("-->"):
        return text[:-3]
    inner = text[:-2].rstrip() if text.endswith("*/") else text
    if not inner.endswith("]]>"):
        return text
    inner = inner[:-3]
    mark = "/*" if text.endswith("*/") else "//"
    if inner.rstrip().endswith(mark):
        return inner.rstrip()[:-2]
    return inner if text.endswith("]]>") else text


def _nodes(data: Any) -> Iterator[dict[str, Any]]:
    """All objects of a script, breadth first, down to `@graph`, lists and what an article hangs under. What
    it has as a part or is about is no story of this page."""
    queue, seen = [data], 0
    while queue and seen < MAX_NODES:
        item = queue.pop(0)
        seen += 1
        if isinstance(item, list):
            queue.extend(item)
        elif isinstance(item, dict):
            yield item
            queue.extend(
                item[key]
                for key in ("@graph", "mainEntity", "mainEntityOfPage")
                if isinstance(item.get(key), dict | list)
            )
            queue.extend(
                item[key]
                for key in ("author", "publisher", "image")
                if isinstance(item.get(key), dict) and "@id" in item[key]
            )


def _claims(node: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> Claims:
    people, organisations = _authors(node, by_id)
    image = _first(node.get("image"), by_id)
    publisher = _first(node.get("publisher"), by_id)
    keywords = [*_list(node.get("keywords")), *_list(node.get("articleTag"))]
    return Claims(
        types=tuple(types(node)),
        headline=(_text(node.get("headline")) or _text(node.get("name")) or "")[:MAX_TITLE] or None,
        alternative=_text(node.get("alternativeHeadline")),
        description=_text(node.get("description")),
        body=_long(node.get("articleBody")) or _long(node.get("text")),
        published=_text(node.get("datePublished")) or _text(node.get("uploadDate")),
        created=_text(node.get("dateCreated")),
        modified=_text(node.get("dateModified")),
        people=tuple(people),
        organisations=tuple(organisations),
        publisher=_name(publisher),
        owner=_name(publisher)
        if isinstance(publisher, dict) and "person" in map(str.casefold, types(publisher))
        else None,
        section=next(iter(_list(node.get("articleSection"))), None),
        keywords=tuple(dict.fromkeys(keywords)),
        language=_name(node.get("inLanguage")),
        url=_text(node.get("url")) or _reference(node.get("mainEntityOfPage")),
        image=_address(image),
        image_caption=_text(image.get("caption")) or _text(image.get("description"))
        if isinstance(image, dict)
        else None,
        image_credit=(
            _text(image.get("creditText"))
            or _text(image.get("copyrightNotice"))
            or _name(_first(image.get("author"), by_id))
        )
        if isinstance(image, dict)
        else None,
        access=_access(node),
        correction=_correction(node.get("correction")),
        state=_name(_first(node.get("creativeWorkStatus"), by_id)),
        copyright=_text(node.get("copyrightNotice")) or _name(_first(node.get("copyrightHolder"), by_id)),
    )


def _authors(node: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> tuple[list[str], list[str]]:
    people: list[str] = []
    organisations: list[str] = []
    given, creators = (
        value if isinstance(value, list) else [value] for value in (node.get("author"), node.get("creator"))
    )
    # Some name one of several as the author and all of them as creators.
    if not any(given) or len(creators) > len(given):
        given = creators
    for said in given:
        author = by_id.get(str(said.get("@id"))) or said if isinstance(said, dict) else said
        if isinstance(author, dict):
            kinds = {kind.casefold() for kind in types(author)}
            # One who is both is a person who publishes alone.
            whole = kinds & ORGANISATIONS and "person" not in kinds
            into = organisations if whole else people
            # A comma in one person's name parts his town, his role, or his surname from it.
            into.extend(_list(author.get("name")) if whole else map(_upright, _list(author.get("name"), split=False)))
        elif isinstance(author, str):
            people.extend(_list(author, split=False))
    return people, organisations


def _upright(name: str) -> str:
    """`Byron, Ada` -> `Ada Byron`."""
    last, _, first = name.partition(", ")
    return f"{first} {last}" if first and not first.isupper() and " " not in first + last and "," not in first else name


def _first(value: Any, by_id: dict[str, dict[str, Any]]) -> Any:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict) and isinstance(value.get("@id"), str):
        return by_id.get(value["@id"], value)
    return value


def _text(value: Any) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("@value")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return None
    value = html.unescape(value)
    return squeeze(html.unescape(MARKUP.sub(" ", value) if "<" in value else value)) or None


def _long(value: Any) -> str | None:
    """A text of some length, its lines kept apart."""
    if not isinstance(value, str) or len(value) <= 40:
        return None
    return "\n".join(line for part in value.splitlines() if (line := _text(part))) or None


def _name(value: Any) -> str | None:
    return _text(value.get("name") or value.get("alternateName")) if isinstance(value, dict) else _text(value)


def _list(value: Any, *, split: bool = True) -> list[str]:
    """Texts of a list, or of a text with commas (schema.org allows both)."""
    if isinstance(value, str):
        parts = re.split(r"\s*[,;]\s*", html.unescape(value)) if split and len(value) < 2000 else [value]
    else:
        parts = [v for v in value if isinstance(v, str | dict)] if isinstance(value, list) else []
    return [text for part in parts if (text := _name(part))]


def _correction(value: Any) -> str | None:
    """The words of a `CorrectionComment`, its address where it has no words, or the text in its place."""
    if isinstance(value, list):
        value = value[-1] if value else None
    if isinstance(value, dict):
        return _text(value.get("text")) or _text(value.get("name")) or _reference(value)
    return _text(value)


def _reference(value: Any) -> str | None:
    return _text(value.get("@id") or value.get("url")) if isinstance(value, dict) else _text(value)


def _address(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl") or value.get("@id")
    return _text(value)


def _access(node: dict[str, Any]) -> bool | None:
    """`isAccessibleForFree` of the article; where it says nothing, False if a part of it is not free."""
    said = _truth(node.get("isAccessibleForFree"))
    parts = node.get("hasPart")
    if said is None and any(
        _truth(part.get("isAccessibleForFree")) is False
        for part in (parts if isinstance(parts, list) else [parts])
        if isinstance(part, dict) and not part.get("headline")
    ):
        return False
    return said


def _truth(value: Any) -> bool | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("@value", value.get("@id"))
    if isinstance(value, bool):
        return value
    said = fold(str(value)).rpartition("/")[2] if value is not None else ""
    return {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}.get(said)
