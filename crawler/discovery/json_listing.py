"""Listings that a site's own pages read as JSON -> links, by the dotted paths of a source's TOML (`Endpoint.json`)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crawler.discovery import documents
from crawler.discovery.dates import read_epoch, read_instant
from crawler.discovery.documents import plain
from crawler.discovery.entries import http_url
from crawler.discovery.found import Found
from storage.models import Instant, Link

if TYPE_CHECKING:
    from crawler.source import JsonPaths

MAX_ITEMS = 5_000


def read_json_listing(body: bytes, paths: JsonPaths, *, url: str, zone: str | None, charset: str | None) -> Found:
    """The links of a JSON answer. Relative ones are joined to `url`; an item of another type, or whose address is no
    text, counts as `no_link`. Nothing that an answer may hold raises."""
    if len(body) > documents.MAX_FEED_BYTES:
        return Found(problem="too_large")
    text = documents.decode(body, charset)
    if not text.strip():
        return Found(problem="empty_body")
    try:
        answer: Any = json.loads(text)
    except (ValueError, RecursionError):
        return Found(problem="bot_check" if documents.is_bot_check(text) else "not_json")
    items = at(answer, paths.items)
    if not isinstance(items, list):
        return Found(problem="no_items")
    found = Found()
    for item in items:
        if found.total >= MAX_ITEMS:
            found.add(None, "over_limit")
        else:
            found.add(_link(item, paths, url, zone))
    if not found.total:
        found.problem = "empty_listing"
    return found


def at(value: Any, path: str) -> Any:
    """What stands at a dotted path (`result.contents`, `images.0.url`), None where nothing does; `""` is the value."""
    for key in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isascii() and key.isdigit() and len(key) < 6 and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def _link(item: Any, paths: JsonPaths, url: str, zone: str | None) -> Link | None:
    address = at(item, paths.url)
    address = http_url(address, url) if isinstance(address, str) else None
    if address is None:
        return None
    return Link(
        address,
        via="listing",
        title=_text(item, paths.title),
        lead=_text(item, paths.lead),
        published=_instant(at(item, paths.published) if paths.published else None, zone),
    )


def _text(item: Any, path: str | None) -> str | None:
    value = at(item, path) if path else None
    return plain(value) if isinstance(value, str) else None


def _instant(value: Any, zone: str | None) -> Instant | None:
    if isinstance(value, str):
        return read_instant(value, zone, "listing")
    return read_epoch(value, "listing") if isinstance(value, int | float) and not isinstance(value, bool) else None
