"""The machine-readable doors of the demo: RSS 2.0, Atom, a news sitemap, a sitemap index with one sitemap a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from email.utils import format_datetime
from html import escape

from crawler.demo.stories import Story

XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
_NEWS_LANGUAGE = {"zh": "zh-cn"}

Item = tuple[str, Story]
"""A story under the address that a feed gives it."""


def iso(at: float, zone: tzinfo) -> str:
    """ISO 8601 to the second with the zone's offset."""
    return datetime.fromtimestamp(int(at), zone).isoformat()


def rss(origin: str, items: Iterable[Item], zone: tzinfo) -> str:
    """RSS 2.0 in the shape of TASS's `/rss/v2.xml`: title, link, guid, pubDate, category, the lead as description."""
    body = "".join(
        f"<item><title>{escape(story.headline)}</title><link>{escape(url)}</link>"
        f'<guid isPermaLink="true">{escape(url)}</guid>'
        f"<pubDate>{format_datetime(datetime.fromtimestamp(int(story.published), zone))}</pubDate>"
        f"<category>{escape(story.section.capitalize())}</category>"
        f"<description><![CDATA[<p>{escape(story.lead or '')}</p>]]></description></item>\n"
        for url, story in items
    )
    return (
        f'{XML}<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Agency</title>'
        f"<link>{origin}/</link><description>News of the Agency</description><language>en</language>"
        f'<atom:link href="{origin}/rss/v2.xml" rel="self" type="application/rss+xml"/>\n{body}</channel></rss>\n'
    )


def atom(origin: str, items: Sequence[Item]) -> str:
    """Atom 1.0; `updated` moves with the newest entry, never with the clock, so that a quiet feed stays the same."""
    entries = "".join(
        f"<entry><title>{escape(story.headline)}</title>"
        f'<link rel="alternate" type="text/html" href="{escape(url)}"/><id>{escape(url)}</id>'
        f"<published>{iso(story.published, UTC)}</published><updated>{iso(story.modified, UTC)}</updated>"
        f'<category term="{escape(story.section)}"/><summary>{escape(story.text[0][:180])}</summary></entry>\n'
        for url, story in items
    )
    updated = iso(max((story.modified for _, story in items), default=0.0), UTC)
    return (
        f'{XML}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>The Outlet</title><id>{origin}/</id>'
        f'<link rel="self" href="{origin}/atom.xml"/><link href="{origin}/"/><updated>{updated}</updated>'
        f"<author><name>The Outlet</name></author>\n{entries}</feed>\n"
    )


def news_sitemap(name: str, items: Iterable[Item], zone: tzinfo) -> str:
    """The `news:` sitemap: name, language, publication date, title, and the modification time as `lastmod`."""
    urls = "".join(
        f"<url><loc>{escape(url)}</loc><lastmod>{iso(story.modified, zone)}</lastmod><news:news><news:publication>"
        f"<news:name>{name}</news:name>"
        f"<news:language>{_NEWS_LANGUAGE.get(story.language, story.language)}</news:language></news:publication>"
        f"<news:publication_date>{iso(story.published, zone)}</news:publication_date>"
        f"<news:title>{escape(story.headline)}</news:title></news:news></url>\n"
        for url, story in items
    )
    return f'{XML}<urlset xmlns="{_SITEMAP}" xmlns:news="{_NEWS}">\n{urls}</urlset>\n'


def sitemap(entries: Iterable[tuple[str, float | None]], zone: tzinfo) -> str:
    """A plain sitemap: address and, where it is known, `lastmod`; no title, no publication date (as TASS's)."""
    return f'{XML}<urlset xmlns="{_SITEMAP}">\n{_locations("url", entries, zone)}</urlset>\n'


def sitemap_index(entries: Iterable[tuple[str, float | None]], zone: tzinfo) -> str:
    return f'{XML}<sitemapindex xmlns="{_SITEMAP}">\n{_locations("sitemap", entries, zone)}</sitemapindex>\n'


def _locations(tag: str, entries: Iterable[tuple[str, float | None]], zone: tzinfo) -> str:
    return "".join(
        f"<{tag}><loc>{escape(url)}</loc>{'' if at is None else f'<lastmod>{iso(at, zone)}</lastmod>'}</{tag}>\n"
        for url, at in entries
    )


def robots(origin: str, disallow: Sequence[str], crawl_delay: float | None, sitemaps: Sequence[str]) -> str:
    lines = (
        ["User-agent: *", *(f"Disallow: {path}" for path in disallow)] if disallow else ["User-agent: *", "Allow: /"]
    )
    if crawl_delay is not None:
        lines.append(f"Crawl-delay: {crawl_delay:g}")
    return "\n".join([*lines, "", *(f"Sitemap: {origin}{path}" for path in sitemaps)]) + "\n"
