"""Which address of the demo's hosts gives what: a function of one moment's stories."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.demo import feeds, pages
from crawler.demo.answers import Response, document, text
from crawler.demo.stories import AGENCY, MOSCOW, OUTLET, Story

DAY = 86400.0
NEWS_SITEMAP_SPAN = 2 * DAY  # Google's rule: only the last two days stand in a news sitemap
FEED_LENGTH = 30
LIST_LENGTH = 100
DISALLOWED = ("/search", "/internal/")
_HTML = "text/html"
_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)

OddPage = Mapping[str, str]
"""A page of `texts/odd_pages.toml`: path, kind (`consent`, `index`, `gone`, `missing`, `internal`), title, lead."""


@dataclass(frozen=True, slots=True)
class Moment:
    """All that an answer depends on. `first`: the stories as they were at the beginning ("Read also" boxes stay so)."""

    origin: str
    now: float
    base_time: float
    stories: Mapping[int, Story]
    first: Mapping[int, Story]
    odd_pages: Sequence[OddPage]
    crawl_delay: float | None

    def out(self, source: str) -> list[Story]:
        """The source's stories that are published by now, newest first (a withdrawn one, too)."""
        chosen = (s for s in self.stories.values() if s.source == source and s.published <= self.now)
        return sorted(chosen, key=lambda story: (story.published, story.id), reverse=True)


def agency(moment: Moment, path: str) -> Response:
    """The agency's answer to `path`."""
    if article := re.fullmatch(r"/([a-z-]+)/(\d+)", path):
        return _article(moment, path, article[1], int(article[2]))
    if path.startswith("/img/"):
        return Response(200, {"Content-Type": "image/png"}, _PIXEL)
    origin, every = moment.origin, moment.out(AGENCY)
    stories = [story for story in every if story.status != "withdrawn"]  # left to its address and the sitemaps
    fixed: dict[str, Callable[[], Response]] = {
        "/rss/v2.xml": lambda: _xml(feeds.rss(origin, _feed(moment, stories), MOSCOW), stories, "rss+xml"),
        "/": lambda: _listing(origin, "Agency", path, stories),
        "/news": lambda: _listing(origin, "All news", path, stories),
        "/about": lambda: document(pages.agency_text(origin, "About the Agency", path, "A demo agency."), _HTML),
        "/search": lambda: document(pages.agency_text(origin, "Search", path, "robots.txt keeps this out."), _HTML),
    }
    if path in fixed:
        return fixed[path]()
    if path.strip("/") in pages.SECTIONS:
        section = path.strip("/")
        return _listing(origin, section.capitalize(), path, [s for s in stories if s.section == section])
    if tag := re.fullmatch(r"/tag/([^/]+)", path):
        return _listing(origin, tag[1], path, [s for s in stories if tag[1] in map(pages.tag_path, s.tags)])
    return _maps(moment, path, "Agency", every, DISALLOWED)


def outlet(moment: Moment, path: str) -> Response:
    """The outlet's answer to `path`."""
    origin, stories = moment.origin, moment.out(OUTLET)
    fixed: dict[str, Callable[[], Response]] = {
        "/atom.xml": lambda: _xml(feeds.atom(origin, [(origin + s.path, s) for s in stories]), stories, "atom+xml"),
        "/": lambda: document(pages.outlet_home(origin, stories), _HTML, _newest(stories)),
        "/about": lambda: document(pages.outlet_about(), _HTML),
    }
    if path in fixed:
        return fixed[path]()
    for story in stories:
        if story.path == path:
            return document(pages.outlet_article(origin, story), _HTML, story.modified)
    return _maps(moment, path, "The Outlet", stories, ())


def _maps(moment: Moment, path: str, name: str, stories: Sequence[Story], disallow: Sequence[str]) -> Response:
    """What both hosts have: robots.txt and sitemaps; else 404."""
    origin = moment.origin
    if path == "/robots.txt":
        rules = feeds.robots(origin, disallow, moment.crawl_delay, ("/sitemap.xml", "/sitemap_news.xml"))
        return document(rules, "text/plain")
    if path == "/sitemap_news.xml":
        recent = [story for story in stories if story.published > moment.now - NEWS_SITEMAP_SPAN]
        items = [(origin + story.path, story) for story in recent]
        return _xml(feeds.news_sitemap(name, items, MOSCOW), recent, "xml")
    if path == "/sitemap.xml":
        return _sitemap_index(origin, stories)
    if day := re.fullmatch(r"/sitemap/(\d{4}-\d\d-\d\d)\.xml", path):
        return _day_sitemap(moment, day[1], stories)
    return text(404, "not found")


def _article(moment: Moment, path: str, section: str, number: int) -> Response:
    for page in moment.odd_pages:
        if page["path"] == path:
            return _odd_page(moment, page)
    story = moment.stories.get(number)
    if story is None or story.source != AGENCY or story.published > moment.now:
        return text(404, "not found")
    if section in story.earlier:
        return Response(301, {"Location": moment.origin + story.path, "Content-Type": "text/plain"}, b"moved\n")
    if section != story.section and section not in story.aliases:
        return text(404, "not found")
    html = pages.agency_article(moment.origin, story, also_read(story, moment.first.values()))
    return document(html, _HTML, story.modified)


def also_read(story: Story, stories: Iterable[Story]) -> list[Story]:
    """Two other stories of the same language for the "Read also" boxes; fixed by the ids, so that pages keep still."""
    others = [s for s in stories if s.language == story.language and s.source == AGENCY and s.id != story.id]
    start = story.id % len(others) if others else 0
    return [others[(start + step) % len(others)] for step in range(min(2, len(others)))]


def _odd_page(moment: Moment, page: OddPage) -> Response:
    match page["kind"]:
        case "consent":
            return document(pages.consent_wall(moment.origin, page["path"]), _HTML)
        case "index":
            return _listing(moment.origin, "World", page["path"], moment.out(AGENCY)[:20])
        case "internal":
            note = "robots.txt keeps this out."
            return document(pages.agency_text(moment.origin, "Internal", page["path"], note), _HTML)
        case "gone":
            return text(410, "gone")
        case _:
            return text(404, "not found")


def _feed(moment: Moment, stories: Sequence[Story]) -> list[feeds.Item]:
    """The newest stories; the third stands in it twice, and the odd pages are listed among them."""
    items = [(moment.origin + story.path, story) for story in stories[:FEED_LENGTH]]
    if len(items) > 3:
        items.insert(4, (f"{items[2][0]}?utm_source=feed&utm_medium=rss", items[2][1]))
    at = moment.base_time - DAY / 2
    for page in moment.odd_pages:
        story = Story(0, AGENCY, "world", "en", page["title"], ("",), published=at, modified=at, lead=page["lead"])
        items.append((moment.origin + page["path"], story))
    return items


def _day_sitemap(moment: Moment, day: str, stories: Sequence[Story]) -> Response:
    """The stories published on one of Moscow's days; a day before the first story or after today is 404."""
    chosen = [story for story in stories if _day(story.published) == day]
    if not chosen and not (stories and _day(stories[-1].published) <= day <= _day(moment.now)):
        return text(404, "not found")
    entries: list[tuple[str, float | None]] = [(f"{moment.origin}/about", None)]
    for story in chosen:
        entries += [(moment.origin + path, story.modified) for path in (story.path, *story.also_at)]
    return _xml(feeds.sitemap(entries, MOSCOW), chosen, "xml")


def _sitemap_index(origin: str, stories: Sequence[Story]) -> Response:
    newest: dict[str, float] = {}
    for story in stories:
        day = _day(story.published)
        newest[day] = max(newest.get(day, 0.0), story.modified)
    entries = [(f"{origin}/sitemap/{day}.xml", at) for day, at in newest.items()]
    return _xml(feeds.sitemap_index(entries, MOSCOW), stories, "xml")


def _listing(origin: str, title: str, path: str, stories: Sequence[Story]) -> Response:
    """Listings link a story that has a second address by that one."""
    links = [(story.also_at[0] if story.also_at else story.path, story) for story in stories[:LIST_LENGTH]]
    return document(pages.agency_list(origin, title, path, links), _HTML, _newest(stories))


def _xml(content: str, stories: Sequence[Story], kind: str) -> Response:
    return document(content, f"application/{kind}", _newest(stories))


def _newest(stories: Sequence[Story]) -> float | None:
    return max((story.modified for story in stories), default=None)


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, MOSCOW):%Y-%m-%d}"
