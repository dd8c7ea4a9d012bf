"""Broken feeds by feedparser, which is slow (12 ms for 50 items) and finds entries where XML parsers find none."""

from __future__ import annotations

import io
from typing import Any

from crawler.discovery.dates import read_instant
from crawler.discovery.documents import as_utf8, plain
from crawler.discovery.entries import http_url, language_of, tags_of
from crawler.discovery.found import Found
from crawler.discovery.leads import full_text_of, lead_of
from storage.models import Instant, Link


def read_loosely(text: str, *, url: str, zone: str | None, limit: int) -> Found:
    """The links of a broken RSS or Atom document, as `documents.decode` gave it."""
    import feedparser

    # A stream, never bytes: feedparser takes a short body for a file name and opens that file.
    stream = io.BytesIO(as_utf8(text))
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    feed = feedparser.parse(stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    found = Found()
    language = language_of(_get(feed.feed, "language"))
    for entry in feed.entries:
        if found.total >= limit:
            found.add(None, "over_limit")
        else:
            found.add(_link(entry, url, zone, language))
    return found


def _get(entry: Any, key: str) -> str | None:
    # dict.get: feedparser's own answers `updated` with `published`, and warns.
    value = dict.get(entry, key)
    return value if isinstance(value, str) else None


def _link(entry: Any, url: str, zone: str | None, language: str | None) -> Link | None:
    identity = _get(entry, "id")
    address = http_url(_get(entry, "feedburner_origlink") or _get(entry, "link"), url)
    if address is None:
        return None
    tags = dict.get(entry, "tags") or ()
    lead = lead_of(_get(entry, "summary"))
    contents = [_get(part, "value") for part in dict.get(entry, "content") or ()]
    return Link(
        url=address,
        title=plain(_get(entry, "title")),
        lead=lead,
        published=_instant(_get(entry, "published"), zone) or _instant(_get(entry, "created"), zone),
        modified=_instant(_get(entry, "updated"), zone),
        language=language_of(_get(entry, "language")) or language,
        tags=tags_of(_get(tag, "label") or _get(tag, "term") for tag in tags),
        image=_image(entry, url),
        guid=identity,
        full_text=full_text_of(lead, _get(entry, "yandex_full-text"), *contents),
    )


def _instant(raw: str | None, zone: str | None) -> Instant | None:
    return read_instant(raw, zone, "feed")


def _image(entry: Any, url: str) -> str | None:
    for link in dict.get(entry, "links") or ():
        if _get(link, "rel") == "enclosure" and (_get(link, "type") or "").startswith("image/"):
            return http_url(_get(link, "href"), url)
    for picture in [*(dict.get(entry, "media_content") or ()), *(dict.get(entry, "media_thumbnail") or ())]:
        if image := http_url(_get(picture, "url"), url):
            return image
    return None
