"""HTML of the grown demo: each desk in two designs, the paper's AMP and print pages, and what stands where no story is.

The second designs change the markup and what surrounds a text: boxes, calls to subscribe, dates, sharing, tags. The texts stay.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

from crawler.demo.feeds import iso
from crawler.demo.grown.newsroom import words
from crawler.demo.grown.pieces import Piece, curled
from crawler.demo.stories import MOSCOW

NAMES = {"wire": "Agency", "paper": "The Outlet"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page to be set: `canonical` and `url` are absolute; `published` may be a repost's; `others`: (address, headline) of
    the related boxes; `hour`: what the boxes that change by themselves go by."""

    piece: Piece
    url: str
    canonical: str
    published: float
    others: Sequence[tuple[str, str]]
    hour: int

    @property
    def headline(self) -> str:
        return curled(self.piece.headline) if self.piece.curly else self.piece.headline

    @property
    def related(self) -> tuple[str, ...]:
        return words(self.piece.language)["related"]

    @property
    def promo(self) -> str:
        return words(self.piece.language)["promo"][self.piece.promo]

    @property
    def paragraphs(self) -> list[str]:
        """The text's paragraphs in HTML, with the lines that editors put above and below."""
        lines = [line for line in (self.piece.advisory, *self.piece.body, self.piece.note) if line]
        return [
            _spaced(escape(line, quote=False)) if self.piece.spaced else escape(line, quote=False) for line in lines
        ]


def _spaced(text: str) -> str:
    """The same words with other blanks, line breaks and an empty element between them."""
    parts = text.split(" ")
    return " ".join(
        f"\n   {part}" if n % 7 == 3 else f" {part}<span></span>" if n % 11 == 5 else part
        for n, part in enumerate(parts)
    )


def article(sheet: Sheet, *, redesigned: bool) -> str:
    """The story's page in its desk's old or new design."""
    return _DESIGNS[sheet.piece.desk, redesigned](sheet)


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, MOSCOW):%d.%m.%Y, %H:%M}"


def _data(sheet: Sheet, zone: Any) -> str:
    piece = sheet.piece
    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": sheet.canonical,
        "headline": sheet.headline,
        "description": piece.lead,
        "articleSection": piece.section.capitalize(),
        "inLanguage": piece.language,
        "datePublished": iso(sheet.published, zone),
        "dateModified": iso(max(piece.modified, sheet.published), zone),
        "publisher": {"@type": "Organization", "name": NAMES[piece.desk]},
    }
    if piece.corrected:
        comment = {"@type": "CorrectionComment", "text": piece.corrected, "datePublished": iso(piece.modified, zone)}
        data["correction"] = comment
    return json.dumps(data, ensure_ascii=False).replace("</", "<\\/")


def _head(sheet: Sheet, zone: Any, *, more: str = "") -> str:
    piece = sheet.piece
    lead = f'<meta name="description" content="{escape(piece.lead)}">\n' if piece.lead else ""
    return f"""<!DOCTYPE html>
<html lang="{piece.language}"><head><meta charset="{piece.charset}">
<title>{escape(sheet.headline)} | {NAMES[piece.desk]}</title>
{lead}<meta property="og:type" content="article"><meta property="og:title" content="{escape(sheet.headline)}">
<meta property="og:url" content="{escape(sheet.canonical)}"><meta property="og:site_name" content="{NAMES[piece.desk]}">
<link rel="canonical" href="{escape(sheet.canonical)}">
<script type="application/ld+json">{_data(sheet, zone)}</script>
{more}</head>
"""


def _wire_old(sheet: Sheet) -> str:
    piece, boxes = sheet.piece, []
    for address, headline in sheet.others[:2]:
        boxes.append(
            f'<div class="text-include"><div class="text-include__title">{sheet.related[0]}</div>'
            f'<a href="{escape(address)}">{escape(headline)}</a></div>'
        )
    blocks: list[str] = []
    for number in range(0, len(sheet.paragraphs), 3):
        inner = "".join(f"<p>{text}</p>" for text in sheet.paragraphs[number : number + 3])
        blocks.append(f'<div class="text-block">{inner}</div>')
        blocks += boxes[len(blocks) // 2 : len(blocks) // 2 + 1]
    lead = f'<div class="news-header__lead">{escape(piece.lead)}</div>' if piece.lead else ""
    return f"""{_head(sheet, MOSCOW)}<body class="page">
<header class="header"><a class="header__logo" href="/">Agency</a><ul class="menu"><li><a href="/news">All news</a></li>
<li><a href="/about">About the Agency</a></li></ul></header>
<div class="container"><div class="news">
<div class="news-header"><div class="news-header__date">{_day(sheet.published)}</div>
<h1 class="news-header__title">{escape(sheet.headline)}</h1>
{lead}<div class="news-header__counter">{piece.views:,} views</div></div>
<div class="text-content">
{"".join(blocks)}
</div>
<div class="subscribe">{escape(sheet.promo)}</div>
</div></div>
<footer class="footer"><p>© Agency, 2026</p></footer></body></html>
"""


def _wire_new(sheet: Sheet) -> str:
    piece = sheet.piece
    cards = "".join(
        f'<li class="more__card"><a href="{escape(address)}"><h3>{escape(headline)}</h3></a></li>'
        for address, headline in sheet.others
    )
    texts = [f'<p class="story__par">{text}</p>' for text in sheet.paragraphs]
    texts.insert(min(3, len(texts)), f'<aside class="story__newsletter"><p>{escape(sheet.promo)}</p></aside>')
    dek = f'<p class="story__dek">{escape(piece.lead)}</p>' if piece.lead else ""
    return f"""{_head(sheet, MOSCOW, more='<meta name="theme-color" content="#123">')}<body>
<nav class="top" aria-label="Main"><a href="/">Agency</a> <a href="/news">Latest</a> <a href="/live">Live</a></nav>
<main id="main"><article class="story">
<header class="story__header"><p class="story__kicker"><a href="/{piece.section}">{piece.section.capitalize()}</a></p>
<h1 class="story__headline">{escape(sheet.headline)}</h1>
{dek}<p class="story__meta"><time datetime="{iso(sheet.published, UTC)}">{_day(sheet.published)}</time>
<span class="story__views">{piece.views:,} views</span></p>
<div class="share"><button>Share</button><button>Copy link</button></div></header>
<div class="story__body">
{chr(10).join(texts)}
</div>
<footer class="story__footer"><div class="story__tags"><a href="/tag/{piece.section}">{piece.section}</a></div></footer>
</article>
<section class="more"><h2>{sheet.related[1]}</h2><ul>{cards}</ul></section></main>
<footer class="site-footer"><small>© 2026 Agency. All rights reserved.</small></footer></body></html>
"""


def _most_read(sheet: Sheet) -> str:
    shown = [sheet.others[(sheet.hour + n) % len(sheet.others)] for n in range(min(3, len(sheet.others)))]
    items = "".join(f'<li><a href="{escape(address)}">{escape(headline)}</a></li>' for address, headline in shown)
    return f"<h3>{sheet.related[2]}</h3><ol>{items}</ol>"


def _paper_old(sheet: Sheet) -> str:
    piece = sheet.piece
    also = "".join(
        f'<p class="also">{sheet.related[0]}: <a href="{escape(a)}">{escape(h)}</a></p>' for a, h in sheet.others[:1]
    )
    texts = [f"<p>{text}</p>" for text in sheet.paragraphs]
    texts.insert(min(2, len(texts)), also)
    standfirst = f'<p class="standfirst"><b>{escape(piece.lead)}</b></p>' if piece.lead else ""
    return f"""{_head(sheet, UTC)}<body>
<div id="masthead"><a href="/">The Outlet</a> | <a href="/about">About</a></div>
<table class="layout"><tr><td class="main"><div class="post">
<h1 class="post-title">{escape(sheet.headline)}</h1>
<div class="post-info">The Outlet, {_day(sheet.published)}</div>
{standfirst}<div class="post-body">
{chr(10).join(texts)}
</div>
<div class="post-foot"><p class="views">{piece.views:,} views</p><p>{escape(sheet.promo)}</p></div></div></td>
<td class="side">{_most_read(sheet)}</td></tr></table>
<div id="footer">The Outlet, 2026</div></body></html>
"""


def _paper_new(sheet: Sheet) -> str:
    piece = sheet.piece
    cards = "".join(f'<div class="card"><h4><a href="{escape(a)}">{escape(h)}</a></h4></div>' for a, h in sheet.others)
    texts = "\n".join(f'<div class="par"><p>{text}</p></div>' for text in sheet.paragraphs)
    standfirst = f'<h2 class="standfirst">{escape(piece.lead)}</h2>' if piece.lead else ""
    return f"""{_head(sheet, UTC)}<body class="v2">
<header role="banner"><a class="brand" href="/">The Outlet</a><a class="cta" href="/subscribe">Subscribe</a></header>
<main><article itemscope itemtype="https://schema.org/NewsArticle">
<h1 itemprop="headline">{escape(sheet.headline)}</h1>
{standfirst}<div class="byline">By The Outlet staff <time itemprop="datePublished" datetime="{iso(sheet.published, UTC)}">
{_day(sheet.published)}</time> <span class="counter">{piece.views:,} views</span></div>
<div class="content" itemprop="articleBody">
{texts}
</div>
<div class="newsletter-box"><p>{escape(sheet.promo)}</p><form><input type="email"><button>Go</button></form></div>
</article><aside class="rail">{_most_read(sheet)}</aside><section class="cards">{cards}</section></main>
<footer role="contentinfo"><p>© The Outlet 2026</p></footer></body></html>
"""


_DESIGNS: dict[tuple[str, bool], Callable[[Sheet], str]] = {
    ("wire", False): _wire_old,
    ("wire", True): _wire_new,
    ("paper", False): _paper_old,
    ("paper", True): _paper_new,
}


def amp(sheet: Sheet) -> str:
    """The AMP page: the text alone, under the canonical of the story's own page."""
    texts = "\n".join(f"<p>{text}</p>" for text in sheet.paragraphs)
    head = _head(sheet, UTC, more='<script async src="https://cdn.ampproject.test/v0.js"></script>')
    return f"""{head.replace("<html ", "<html amp ", 1)}<body><article><h1>{escape(sheet.headline)}</h1>
<p class="lead">{escape(sheet.piece.lead)}</p>
<amp-ad width="300" height="250" type="demo"></amp-ad>
{texts}
</article></body></html>
"""


def printed(sheet: Sheet) -> str:
    """The print page."""
    texts = "\n".join(f"<p>{text}</p>" for text in sheet.paragraphs)
    return f"""{_head(sheet, UTC)}<body class="print"><p>The Outlet - {escape(sheet.url)}</p>
<h1>{escape(sheet.headline)}</h1><p><i>{escape(sheet.piece.lead)}</i></p>
{texts}
<p>{_day(sheet.published)}</p></body></html>
"""


def lost(piece: Piece) -> str:
    """What stands, with status 200, where a story was."""
    title, text = words(piece.language)["soft_title"][0], words(piece.language)["soft"][0]
    return f"""<!DOCTYPE html>
<html lang="{piece.language}"><head><meta charset="utf-8"><title>{title} | {NAMES[piece.desk]}</title></head>
<body><a href="/">{NAMES[piece.desk]}</a><h1>{title}</h1><p>{text}</p></body></html>
"""
