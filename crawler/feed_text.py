"""Articles that a feed gives whole, of sources whose pages are walled and whose feed is meant for reading
(`full_text = "article"` in the TOML): the feed's entry becomes the page, and nothing is asked of the site. Pure."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from storage.models import Page

if TYPE_CHECKING:
    from crawler.source import Source
    from storage.models import Lease, Link, Profile


def is_whole(lease: Lease, source: Source) -> bool:
    """Whether the article of a lease is made of its feed's text: the feed said all of it, and a feed of the source is
    still meant so."""
    told = lease.witness
    if lease.kind != "article" or told is None or not told.whole or told.full_text is None:
        return False
    return any(endpoint.full_text == "article" for endpoint in source.endpoints)


def page_of(lease: Lease, profile: Profile, fetched_at: str) -> Page:
    """A page of the entry's title and paragraphs; times, tags, picture and language come with its witness, by which
    (`Link.whole`) extraction knows that its body is the feed's."""
    assert lease.witness is not None, "asked of whole articles only"
    return Page(
        url=lease.url,
        final_url=lease.url,
        body=_html(lease.witness).encode("utf-8", "replace"),
        fetched_at=fetched_at,
        profile=profile,
        charset="utf-8",
        content_type="text/html",
        witness=lease.witness,
    )


def _html(told: Link) -> str:
    title = escape(told.title or "")
    language = f' lang="{escape(told.language)}"' if told.language else ""
    paragraphs = "\n".join(f"<p>{escape(text, quote=False)}</p>" for text in (told.full_text or "").split("\n\n"))
    return (
        f'<!DOCTYPE html><html{language}><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta property="og:type" content="article"></head>\n'
        f"<body><article><h1>{title}</h1>\n{paragraphs}\n</article></body></html>\n"
    )
