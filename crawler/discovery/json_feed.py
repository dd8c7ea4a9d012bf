"""JSON Feed (jsonfeed.org, versions 1 and 1.1) -> links."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Any

from crawler.discovery.dates import read_instant
from crawler.discovery.documents import plain
from crawler.discovery.entries import http_url, language_of, tags_of
from crawler.discovery.found import Found
from crawler.discovery.leads import MAX_FULL_TEXT, full_text_of
from storage.models import make_link

if TYPE_CHECKING:
    from storage.models import Link


def read_json_feed(text: str, *, url: str, zone: str | None, limit: int) -> Found:
    """The links of a JSON Feed; items of wrong types count as having none."""
    try:
        feed: Any = json.loads(text)
    except (ValueError, RecursionError):
        return Found(problem="not_a_feed")
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        return Found(problem="not_a_feed")
    found = Found()
    language = language_of(_text(feed.get("language")))
    for item in items:
        if found.total >= limit:
            found.add(None, "over_limit")
        else:
            found.add(_link(item, url, zone, language) if isinstance(item, dict) else None)
    if not found.total:
        found.problem = "empty_feed"
    return found


def _link(item: dict[str, Any], url: str, zone: str | None, language: str | None) -> Link | None:
    address = http_url(_text(item.get("url")), url)
    identity = item.get("id")
    guid = str(identity) if isinstance(identity, str | int) else None
    if address is None and guid is not None and guid.startswith(("http://", "https://")):
        address = http_url(guid, url)
    if address is None:
        return None
    tags = item.get("tags")
    lead = plain(_text(item.get("summary")))
    return make_link(
        url=address,
        title=plain(_text(item.get("title"))),
        lead=lead,
        published=read_instant(_text(item.get("date_published")), zone, "feed"),
        modified=read_instant(_text(item.get("date_modified")), zone, "feed"),
        language=language_of(_text(item.get("language"))) or language,
        tags=tags_of(_text(tag) for tag in tags) if isinstance(tags, list) else (),
        image=http_url(_text(item.get("image")) or _text(item.get("banner_image")), url),
        guid=guid,
        full_text=full_text_of(lead, _text(item.get("content_html")), _written(item.get("content_text"))),
    )


def _written(text: object) -> str | None:
    """`content_text` as markup: its line ends part paragraphs, its `<` are its own."""
    if not isinstance(text, str) or len(text) > MAX_FULL_TEXT:
        return None
    return "".join(f"<p>{html.escape(line, quote=False)}</p>" for line in text.splitlines() if line.strip())


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
