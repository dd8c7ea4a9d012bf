"""Articles as feeds: RSS 2.0 (https://www.rssboard.org/rss-specification) and Atom (RFC 4287). Pure: rows in, bytes out.

An entry keeps its identifier for ever, whatever becomes of its text, so that a reader's copy is replaced and not doubled. What
was withdrawn stays in the feed, marked, without its text: a reader that has it should learn so. Times are those that were
said: RSS's `pubDate` needs a time of day and is left out where only the day is known (`dc:date` has that); what Atom's
`updated` is, `updated_at` says.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape, quoteattr

from storage import uris

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

GENERATOR: Final = "Dateline"
WITHDRAWN: Final = "WITHDRAWN: "
"""In front of the title of what was withdrawn."""

SUMMARY: Final = 500
"""Characters of an article's beginning that stand for a lead where it has none."""

_DC: Final = "http://purl.org/dc/elements/1.1/"
_CONTENT: Final = "http://purl.org/rss/1.0/modules/content/"
_ATOM: Final = "http://www.w3.org/2005/Atom"
# What XML 1.0 may not hold, with its noncharacters and further control characters; and what turns the reading order of the text
# beside it. Signs that are spelling (joiners, direction marks) stay.
_CONTROLS: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufff9-\uffff]"
    "|[" + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17)) + "]"
)


@dataclass(frozen=True, slots=True)
class Channel:
    """The feed itself. `id`: a URI that stays (`uris.of_selection`); `link`: the page that it belongs to; `self_link`: its own
    address, where it has one; `language`: where all articles have one; `full_text`: bodies too; `made_at`: UTC text, the
    time of a feed without any entry (one with entries bears that of the latest)."""

    title: str
    id: str
    made_at: str
    link: str | None = None
    self_link: str | None = None
    description: str | None = None
    language: str | None = None
    full_text: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One article as a feed shows it. `published`: an instant, or a bare day, or None."""

    id: str
    title: str
    link: str | None
    summary: str | None
    body: str | None
    published: str | None
    updated: str
    publisher: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    language: str | None
    withdrawn: bool


def entry(article: Mapping[str, Any], text: Mapping[str, Any], publisher: str | None = None) -> Entry:
    """An entry of a row of `articles`, what `revisions` says of its current text (`kind`, `seen_at`, `modified_at`,
    `oldest`: no older text is known), and the source's title."""
    withdrawn = article["status"] == "withdrawn"
    notice = text["kind"] == "withdrawal"
    body = article["body"] or ""
    summary = article["lead"] or _beginning(body)
    if withdrawn and not notice:
        summary = f"Its page is gone: {article['gone_why'] or 'not there any more'}."
    return Entry(
        id=uris.of_article(article["source"], article["key"]),
        title=f"{WITHDRAWN if withdrawn else ''}{_line(article['title']) or 'Untitled'}",
        link=uris.web(article["canonical_url"]) or uris.web(article["url"]),
        summary=summary or None,
        body=None if withdrawn or not body else body,
        published=article["published_at"],
        updated=updated_at(article, text),
        publisher=publisher or article["source"],
        authors=_lines(json.loads(article["authors"])),
        categories=_lines((article["section"], *json.loads(article["tags"]))),
        language=article["language"],
        withdrawn=withdrawn,
    )


def updated_at(article: Mapping[str, Any], text: Mapping[str, Any]) -> str:
    """When the article last changed: when its page was found gone; else what the agency says of its current text, if that has
    a time of day and is no later than when that text was seen (of the oldest text known: when it was published); else when
    it was seen."""
    if article["gone_at"]:
        return str(article["gone_at"])
    seen = str(text["seen_at"])
    first = article["published_at"] if text["oldest"] else None
    return next((at for at in (text["modified_at"], first) if at and "T" in at and at <= seen), seen)


def atom(entries: Iterable[Entry], channel: Channel) -> bytes:
    """An Atom feed document, entries in their order. The first line says that Dateline made it."""
    found = list(entries)
    return "".join(_atom(found, channel)).encode()


def rss(entries: Iterable[Entry], channel: Channel) -> bytes:
    """An RSS 2.0 document, items in their order. The first line says that Dateline made it."""
    found = list(entries)
    return "".join(_rss(found, channel)).encode()


def made_here(first: bytes) -> bool:
    """Whether a document with this first line was made by `atom` or `rss`."""
    return first.startswith((_HEADS["atom"].encode(), _HEADS["rss"].encode()))


_XML: Final = '<?xml version="1.0" encoding="utf-8"?>'
_HEADS: Final = {
    "atom": f'{_XML}<feed xmlns="{_ATOM}"><generator>{GENERATOR}</generator>',
    "rss": f'{_XML}<rss version="2.0" xmlns:atom="{_ATOM}" xmlns:dc="{_DC}" xmlns:content="{_CONTENT}">'
    f"<channel><generator>{GENERATOR}</generator>",
}


def _atom(entries: list[Entry], channel: Channel) -> Iterator[str]:
    yield f"{_HEADS['atom']}\n"
    yield _tag("id", channel.id)
    yield _tag("title", _line(channel.title) or GENERATOR, lang=channel.language)
    yield _tag("subtitle", _line(channel.description))
    yield _tag("updated", _latest(entries, channel))
    yield _empty("link", rel="self", type="application/atom+xml", href=channel.self_link) if channel.self_link else ""
    yield _empty("link", rel="alternate", type="text/html", href=channel.link) if channel.link else ""
    for each in entries:
        yield "<entry>\n"
        yield _tag("id", each.id)
        yield _tag("title", each.title, lang=each.language)
        yield _empty("link", rel="alternate", type="text/html", href=each.link) if each.link else ""
        yield _tag("published", each.published) if each.published and "T" in each.published else ""
        yield _tag("updated", each.updated)
        for name in each.authors or (_line(each.publisher) or GENERATOR,):
            yield f"<author>{_tag('name', name).strip()}</author>\n"
        for term in each.categories:
            yield _empty("category", term=term)
        yield _empty("category", term="withdrawn", scheme=_STATUS) if each.withdrawn else ""
        whole = channel.full_text and each.body
        # An entry without any link must have content (RFC 4287, 4.1.2).
        yield _tag("summary", each.summary, lang=each.language) if each.summary else ""
        if whole or not each.link:
            yield _tag("content", each.body if whole else each.summary or each.title, lang=each.language, type="text")
        yield "</entry>\n"
    yield "</feed>\n"


_STATUS: Final = "urn:uuid:0d7c5b0a-6a57-5b7e-8c55-2f4d7f0e9a11"
"""The scheme of the category `withdrawn`."""


def _rss(entries: list[Entry], channel: Channel) -> Iterator[str]:
    yield f"{_HEADS['rss']}\n"
    yield _tag("title", _line(channel.title) or GENERATOR)
    yield _tag("link", channel.link or channel.self_link or channel.id)
    yield _tag("description", _line(channel.description) or _line(channel.title) or GENERATOR)
    yield _tag("language", channel.language) if channel.language else ""
    yield _tag("lastBuildDate", _rfc822(_latest(entries, channel)))
    yield (
        _empty("atom:link", rel="self", type="application/rss+xml", href=channel.self_link) if channel.self_link else ""
    )
    for each in entries:
        yield "<item>\n"
        yield _tag("title", each.title)
        yield _tag("link", each.link) if each.link else ""
        yield _tag("guid", each.id, isPermaLink="false")
        if each.published:
            yield _tag("pubDate", _rfc822(each.published)) if "T" in each.published else ""
            yield _tag("dc:date", each.published)
        yield _tag("atom:updated", each.updated)
        yield _tag("dc:publisher", _line(each.publisher))
        for name in each.authors:
            yield _tag("dc:creator", name)
        yield _tag("dc:language", each.language) if each.language else ""
        for term in each.categories:
            yield _tag("category", term)
        yield _tag("category", "withdrawn", domain=_STATUS) if each.withdrawn else ""
        # Readers take it for HTML: escaped once as that, once as XML.
        yield _tag("description", escape(legal(each.summary))) if each.summary else ""
        yield _tag("content:encoded", _paragraphs(each.body)) if channel.full_text and each.body else ""
        yield "</item>\n"
    yield "</channel></rss>\n"


def _latest(entries: list[Entry], channel: Channel) -> str:
    return max((each.updated for each in entries), default=channel.made_at)


def _rfc822(at: str) -> str:
    return format_datetime(datetime.fromisoformat(at), usegmt=True)


def _paragraphs(body: str) -> str:
    return "".join(f"<p>{escape(legal(part))}</p>" for part in body.split("\n\n") if part.strip())


def _beginning(body: str) -> str:
    """The first paragraph, cut at a word where it is long."""
    first = _line(body.split("\n\n", 1)[0])
    if len(first) <= SUMMARY:
        return first
    cut = first[:SUMMARY]
    return (cut.rsplit(" ", 1)[0] if " " in cut[SUMMARY // 2 :] else cut) + " …"


def legal(text: str) -> str:
    """Text without control characters, what XML may not hold, and what turns the reading order of the text beside it."""
    return _CONTROLS.sub("", text)


def _lines(texts: Iterable[str | None]) -> tuple[str, ...]:
    """Each once, without those of which nothing is left."""
    return tuple(dict.fromkeys(filter(None, map(_line, texts))))


def _line(text: str | None) -> str:
    return " ".join(legal(text or "").split())


def _tag(name: str, text: str | None, *, lang: str | None = None, **attributes: str) -> str:
    if text is None or text == "":
        return ""
    return f"<{name}{_attributes(lang, attributes)}>{escape(legal(text))}</{name}>\n"


def _empty(name: str, **attributes: str) -> str:
    return f"<{name}{_attributes(None, attributes)}/>\n"


def _attributes(lang: str | None, attributes: Mapping[str, str]) -> str:
    given = ({"xml:lang": lang} if lang else {}) | dict(attributes)
    return "".join(f" {name}={quoteattr(legal(value))}" for name, value in given.items())
