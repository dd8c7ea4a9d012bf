"""Pages in the shape of tass.com's AngularJS generation, built around texts that are read from outside the repository.

The shape is the one that scrapers and one real page head bear witness to: no `lang`, og tags with ` - Section - TASS` on the
title, templates that no server rendered, an "All news" column before the article, the lead in `.news-header__lead`, several
`.text-block`s with "Read also" boxes between their paragraphs, the photo's caption twice, the time in a custom element.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("DATELINE_CORPUS", ROOT / "../shared/corpus"))
TEXTS = CORPUS / "tass" / "tass-com-politics-2024-12.json"
SEEDS = CORPUS.parent / "seed"

MOSCOW = ZoneInfo("Europe/Moscow")


@dataclass(frozen=True, slots=True)
class Story:
    """What a page must give back, to the letter."""

    url: str
    title: str
    lead: str
    paragraphs: tuple[str, ...]
    subheads: tuple[str, ...]
    published: datetime


def _flat(text: str) -> str:
    return " ".join(text.split())


def corpus_stories() -> list[Story]:
    """The ten articles of December 2024; their `content` begins with the lead, which is no paragraph."""
    stories = []
    for item in json.loads(TEXTS.read_text(encoding="utf-8")):
        lead = _flat(item["description"])
        paragraphs = [_flat(text) for text in item["content"]]
        if paragraphs and paragraphs[0] == lead:
            del paragraphs[0]
        at = datetime.strptime(item["date"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=MOSCOW)
        stories.append(Story(item["link"], _flat(item["title"]), lead, tuple(paragraphs), (), at))
    return stories


def seed_story() -> Story:
    """The seed: navigation, title, lead, then paragraphs with subheads (short lines without a full stop)."""
    blocks = [
        _flat(block) for block in next(iter(sorted(SEEDS.glob("*.txt")))).read_text(encoding="utf-8").split("\n\n")
    ]
    blocks = [block for block in blocks if block and block != "All news"]
    title, lead, *paragraphs = blocks
    subheads = tuple(text for text in paragraphs if len(text) < 60 and not text.endswith((".", '"')))
    at = datetime(2023, 11, 1, 11, 42, 7, tzinfo=MOSCOW)
    return Story("https://tass.com/politics/1700001", title, lead, tuple(paragraphs), subheads, at)


_HEAD = """<!DOCTYPE html>
<html data-ng-app="tassApp" data-ng-controller="mainController">
<head>
<meta charset="utf-8">
<title>{title} - {section} - TASS</title>
<meta name="description" content="{lead}">
<meta property="og:site_name" content="TASS">
<meta property="og:type" content="article">
<meta property="og:title" content="{title} - {section} - TASS">
<meta property="og:description" content="{lead}">
<meta property="og:url" content="{url}">
<meta property="og:image" content="https://tass.com/img/blocks/common/tass_logo_share_eng.png">
<meta name="twitter:card" content="summary_large_image">
<meta name="twitter:title" content="{title} - {section} - TASS">
<meta name="gtm-page-type" content="news">
<link rel="canonical" href="{url}">
<link title="TASS" rel="alternate" type="application/rss+xml" href="http://tass.com/rss/v2.xml">
</head>
"""

_COLUMN = """<body data-ng-class="bodyClass">
<header class="header"><a class="header__logo" href="/">TASS</a>
<nav class="menu"><a href="/politics">Russian Politics &amp; Diplomacy</a><a href="/world">World</a>
<a href="/economy">Business &amp; Economy</a><a href="/defense">Military &amp; Defense</a></nav></header>
<div class="news-column" ng-controller="newsLineController">
<div class="news-column__day" ng-repeat="dayPoint in newsLine">{{{{dayPoint.date | date : 'd MMMM yyyy'}}}}
<a ng-repeat="newsPoint in dayPoint.news"><span>{{{{newsPoint.date * 1000 | date : 'HH:mm'}}}}</span>
<b>{{{{newsPoint.mark}}}}</b> <span>{{{{newsPoint.title}}}} {{{{newsPoint.title+ ' '}}}}</span>
<i>{{{{newsPoint.subtitle}}}}</i></a></div>
<a class="news-column__all" href="/news">All news</a></div>
<main class="container"><div class="section-page" ng-init="sectionId = 4954">
<div class="news-header"><div class="news-header__top"><a class="section-name" href="/{slug}">{section}</a>
<span class="news-header__date-date"><dateformat time="{time}" mode="abs"></dateformat></span></div>
<h1 class="news-header__title">{title}</h1>
<div class="news-header__lead">{lead}</div></div>
"""

_MEDIA = """<div class="news-media news-media_photo"><img src="https://tass.com/img/photo/{ident}.jpg" alt="{caption}">
<div class="news-media__descr">{caption}</div><div class="news-media__descr">{caption}
<div class="news-media__author">© {author}/TASS</div></div></div>
"""

_READ_ALSO = """<div class="text-include text-include_news"><div class="text-include__title">Read also</div>
<a class="text-include__link" href="/politics/{ident}">{headline}</a></div>
"""

_FOOT = """<div class="tags"><div class="tags__title">Tags</div>
<a class="tags__item" href="/tag/foreign-policy">Foreign policy</a>
<a class="tags__item" href="/tag/russia">Russia</a></div>
<div class="section-news"><div class="section-news__title">Read also</div>
<a href="/world/1899001">Harbour pilots call off their walkout after a night of talks</a>
<a href="/economy/1899002">Grain terminal to double its berths before next season, port says</a></div></div></main>
<footer class="footer"><p>TASS news agency, all rights reserved. {{{{year}}}}</p><a href="/today">About us</a></footer>
</body></html>
"""

CAPTION = "A view over the river embankment on a winter morning"
PHOTOGRAPHER = "Ivan Testov"
HEADLINES = (
    "Lighthouse keepers' union asks ministry for new boats",
    "Northern railway opens its longest bridge to freight",
)


def _subhead(text: str, number: int) -> str:
    """Subheads are headings or paragraphs that are bold throughout."""
    forms = ("<h2>{}</h2>", "<p><strong>{}</strong></p>", "<h3>{}</h3>")
    return forms[number % len(forms)].format(escape(text))


def page(story: Story, section: str = "Russian Politics & Diplomacy") -> bytes:
    """The page of `story`: its paragraphs over two or three text blocks, boxes and a photo between them."""
    fields = {
        "title": escape(story.title),
        "lead": escape(story.lead),
        "url": story.url,
        "section": escape(section),
        "slug": re.sub(r"^https://tass\.com/([a-z-]+)/.*", r"\1", story.url),
        "time": int(story.published.timestamp()),
    }
    rest = list(story.paragraphs)
    step = max(2, len(rest) // 3)
    blocks = [rest[at : at + step] for at in range(0, len(rest), step)]
    parts = [_HEAD.format(**fields), _COLUMN.format(**fields)]
    parts.append(_MEDIA.format(ident=1, caption=CAPTION, author=PHOTOGRAPHER))
    parts.append('<div class="text-content">')
    headings = 0
    for number, block in enumerate(blocks):
        parts.append('<div class="text-block">')
        for text in block:
            if text in story.subheads:
                parts.append(_subhead(text, headings))
                headings += 1
            else:
                parts.append(f"<p>{escape(text, quote=False)}</p>")
            if text == block[0] and number == 0 and len(block) > 1:
                parts.append(_READ_ALSO.format(ident=1890001, headline=escape(HEADLINES[0])))
        parts.append("</div>")
        if number + 1 < len(blocks):
            parts.append(_READ_ALSO.format(ident=1890002 + number, headline=escape(HEADLINES[1])))
    parts.append("</div>")
    parts.append(_FOOT.format())
    return "".join(parts).encode()
