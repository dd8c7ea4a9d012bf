"""The HTML of the demo: pages in the shape of TASS's AngularJS site, and a plainer outlet.

Around each text stands what a crawler has to leave out: unrendered templates, navigation, "Read also" boxes,
photo credits, tags.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC
from html import escape

from crawler.demo.feeds import iso
from crawler.demo.stories import MOSCOW, Story

SECTIONS = ("world", "economy", "science", "society", "sport")
_FEED = '<link rel="alternate" type="application/rss+xml" title="Agency" href="/rss/v2.xml">'
# Angular fills these in in the browser; without scripts they stand in the page as text, in front of the article.
_TEMPLATES = """<div class="news-line" data-ng-cloak>
<div data-ng-repeat="dayPoint in newsLine"><span>{{dayPoint.date | date : 'd MMMM yyyy'}}</span>
<a data-ng-repeat="newsPoint in dayPoint.news" data-ng-href="{{newsPoint.link}}">
<span>{{newsPoint.date * 1000 | date : 'HH:mm'}}</span> <span>{{newsPoint.mark}}</span>
<span>{{newsPoint.title+ ' '}}</span> <span>{{newsPoint.subtitle}}</span></a></div>
<a href="/news">All news</a></div>"""


def _agency_page(title: str, head: str, main: str) -> str:
    menu = "".join(f'<li class="menu__item"><a href="/{name}">{name.capitalize()}</a></li>' for name in SECTIONS)
    return f"""<!DOCTYPE html>
<html data-ng-app="agencyApp" data-ng-controller="mainController">
<head><meta charset="utf-8"><title>{escape(title)}</title>
{head}{_FEED}
</head>
<body>
<header class="header"><a class="header__logo" href="/">Agency</a>
<nav class="menu"><ul>{menu}<li class="menu__item"><a href="/news">All news</a></li></ul></nav>
<form action="/search"><input name="query" placeholder="Search"></form></header>
{_TEMPLATES}
<main class="container">
{main}
</main>
<footer class="footer"><a href="/about">About the Agency</a>
<p>© Agency. The demo of Dateline: all of it is invented.</p></footer>
</body></html>
"""


def _meta(title: str, lead: str | None, url: str, image: str) -> str:
    described = f'<meta name="description" content="{escape(lead)}">\n' if lead else ""
    return f"""{described}<meta property="og:site_name" content="Agency">
<meta property="og:type" content="article">
<meta property="og:title" content="{escape(title)}">
<meta property="og:url" content="{escape(url)}">
<meta property="og:image" content="{escape(image)}">
<link rel="canonical" href="{escape(url)}">
"""


def agency_article(origin: str, story: Story, also: Sequence[Story]) -> str:
    """An article page; `also`: the stories that its "Read also" boxes name, between the text blocks."""
    url = origin + story.path
    image = f"{origin}/img/{story.id}.png" if story.caption else f"{origin}/img/share_eng.png"
    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": url,
        "headline": story.headline,
        "articleSection": story.section.capitalize(),
        "inLanguage": story.language,
        "datePublished": iso(story.published, MOSCOW),
        "dateModified": iso(story.modified, MOSCOW),
        "publisher": {"@type": "Organization", "name": "Agency"},
        "image": image,
    }
    if story.lead:
        data["description"] = story.lead
    if story.author:
        data["author"] = {"@type": "Organization", "name": story.author}
    title = f"{story.headline} - {story.section.capitalize()} - Agency"
    lead = f'<div class="news-header__lead">{escape(story.lead)}</div>' if story.lead else ""
    head = _meta(title, story.lead, url, image)
    head += f'<script type="application/ld+json">{_json(data)}</script>\n'
    return _agency_page(
        title,
        head,
        f"""<article class="news">
<div class="news-header">
<div class="news-header__date"><dateformat time="{int(story.published)}" mode="abs"></dateformat></div>
<h1 class="news-header__title">{escape(story.headline)}</h1>
{lead}
</div>
{_photo(story)}<div class="text-content">
{_blocks(story.body, also)}
</div>
{_tags(story.tags)}</article>""",
    )


def _json(data: dict[str, object]) -> str:
    return json.dumps(data, ensure_ascii=False).replace("</", "<\\/")


def _photo(story: Story) -> str:
    if not story.caption:
        return ""
    return (
        f'<div class="news-media"><img src="/img/{story.id}.png" alt="{escape(story.caption)}">'
        f'<div class="news-media__caption">{escape(story.caption)}</div>'
        '<div class="news-media__author">© Demo photo/Agency</div></div>\n'
    )


def _blocks(body: Sequence[str], also: Sequence[Story]) -> str:
    """Text blocks of at most three paragraphs; a subhead begins a new one; boxes stand between the first blocks."""
    blocks: list[list[str]] = [[]]
    for paragraph in body:
        if blocks[-1] and (len(blocks[-1]) == 3 or paragraph.startswith("## ")):
            blocks.append([])
        blocks[-1].append(_paragraph(paragraph))
    boxes = [
        f'<div class="text-include"><div class="text-include__title">Read also</div>'
        f'<a href="{escape(story.path)}">{escape(story.title)}</a></div>'
        for story in also
    ]
    html: list[str] = []
    for number, block in enumerate(blocks):
        html.append(f'<div class="text-block">{"".join(block)}</div>')
        if number < len(blocks) - 1:
            html.extend(boxes[number : number + 1])
    return "\n".join(html)


def _paragraph(text: str) -> str:
    if text.startswith("## "):
        return f"<h2>{escape(text[3:])}</h2>"
    return f"<p>{escape(text)}</p>"


def _tags(tags: Iterable[str]) -> str:
    links = "".join(f'<a class="tags__item" href="/tag/{tag_path(tag)}">{escape(tag)}</a>' for tag in tags)
    return f'<div class="tags">{links}</div>\n' if links else ""


def tag_path(tag: str) -> str:
    return tag.lower().replace(" ", "-")


def agency_list(origin: str, title: str, path: str, links: Iterable[tuple[str, Story]]) -> str:
    """A listing: headline and lead of each story, under the addresses given."""
    items = "".join(
        f'<li class="news-list__row"><a class="news-list__item" href="{escape(link)}">'
        f'<span class="news-list__date"><dateformat time="{int(story.published)}" mode="abs"></dateformat></span>'
        f'<span class="news-list__title">{escape(story.headline)}</span></a>'
        f'<span class="news-list__lead">{escape(story.lead or "")}</span></li>\n'
        for link, story in links
    )
    return _agency_page(
        f"{title} - Agency",
        _meta(f"{title} - Agency", None, origin + path, f"{origin}/img/share_eng.png"),
        f'<h1 class="section-header">{escape(title)}</h1>\n<ul class="news-list">\n{items}</ul>',
    )


def agency_text(origin: str, title: str, path: str, text: str) -> str:
    """A page that is not an article (about, search)."""
    head = _meta(f"{title} - Agency", None, origin + path, f"{origin}/img/share_eng.png")
    return _agency_page(f"{title} - Agency", head, f"<h1>{escape(title)}</h1><p>{escape(text)}</p>")


def consent_wall(origin: str, path: str) -> str:
    """What a reader without the cookie gets under an article's address, with status 200."""
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Before you continue</title>
<meta property="og:type" content="website"><meta property="og:url" content="{origin}{escape(path)}"></head>
<body class="consent"><div id="consent-wall" class="consent-wall" role="dialog" aria-modal="true">
<h1>Before you continue</h1>
<p>We and our 412 partners store and access information on a device, such as cookies, and process personal data.
Your consent applies to this site only. You can change your preferences or withdraw your consent at any time.</p>
<p>With your permission we may use precise geolocation data and identification through device scanning.</p>
<button type="button">Accept all</button> <button type="button">Reject all</button>
<button type="button">Manage options</button>
</div></body></html>
"""


def outlet_article(origin: str, story: Story) -> str:
    """A page of the outlet: `article`, `time`, its own byline, and the credit of a copy below the text."""
    url = origin + story.path
    byline = f'<span class="byline">By {escape(story.author)}</span> ' if story.author else ""
    credit = f'<p class="credit">{escape(story.credit)}</p>\n' if story.credit else ""
    text = "\n".join(_paragraph(paragraph) for paragraph in story.body)
    return _outlet_page(
        story.headline,
        story.language,
        f"""<link rel="canonical" href="{escape(url)}">
<meta property="og:type" content="article"><meta property="og:title" content="{escape(story.headline)}">
<meta property="og:site_name" content="The Outlet">
<meta property="article:published_time" content="{iso(story.published, UTC)}">
<meta property="article:modified_time" content="{iso(story.modified, UTC)}">
<meta property="article:section" content="{escape(story.section.capitalize())}">""",
        f"""<article><h1 class="story-title">{escape(story.headline)}</h1>
<p class="story-meta">{byline}<time datetime="{iso(story.published, UTC)}">{iso(story.published, UTC)[:10]}</time></p>
<div class="story-body">
{text}
{credit}</div></article>""",
    )


def outlet_home(origin: str, stories: Iterable[Story]) -> str:
    items = "".join(f'<li><a href="{escape(story.path)}">{escape(story.headline)}</a></li>\n' for story in stories)
    head = f'<link rel="canonical" href="{origin}/">'
    return _outlet_page("The Outlet", "en", head, f"<h1>The Outlet</h1><ul>{items}</ul>")


def _outlet_page(title: str, language: str, head: str, main: str) -> str:
    return f"""<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)} | The Outlet</title>
<link rel="alternate" type="application/atom+xml" href="/atom.xml">
{head}
</head><body>
<header><a href="/">The Outlet</a> <nav><a href="/">Home</a> <a href="/about">About</a></nav></header>
<main>{main}</main>
<footer><p>The Outlet belongs to the demo of Dateline; everything in it is invented.</p></footer>
</body></html>
"""


def outlet_about() -> str:
    return _outlet_page("About", "en", "", "<h1>About</h1><p>The Outlet reprints what the Agency writes.</p>")
