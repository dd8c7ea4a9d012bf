"""The grown demo's hosts as a function of the plan, the clock and what is asked; no sockets here."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from email.utils import format_datetime, formatdate
from html import escape
from urllib.parse import urlsplit

from crawler.demo import feeds
from crawler.demo.answers import Response, conditional, text
from crawler.demo.grown import pages
from crawler.demo.grown.pieces import MOBILE_HOST, PAPER_HOST, Desk, Piece
from crawler.demo.grown.plan import Plan, Posting
from crawler.demo.pages import consent_wall
from crawler.demo.stories import MOSCOW

FEED_LENGTH = 150
BOXES = 5
TRACKING = "utm_source=rss&utm_medium=feed&utm_campaign=daily&fbclid=IwAR0demo"
SESSION = ";jsessionid=7F3A91D0C4"


class GrownSite:
    """The wire on `agency.test`, the paper on `outlet.test` and `m.outlet.test`, at `clock()` (epoch seconds).

    `served`: (story, version's time, time) of each article page that was given, so that it can be said whether an event was
    there to be seen."""

    def __init__(self, plan: Plan, clock: Callable[[], float]) -> None:
        self.plan = plan
        self._clock = clock
        self._lock = threading.Lock()
        self.served: set[tuple[int, float]] = set()
        self._by_how = {(posting.piece, posting.how): posting for posting in plan.postings}
        self._owner: dict[tuple[Desk, str], int] = {}
        for number in plan.pieces:
            for _, state in plan.states(number):
                for path in (state.path, *state.reposts):
                    key = (state.desk, self._id(state.desk, path) or path)
                    if self._owner.setdefault(key, number) != number:
                        raise ValueError(f"two stories of the plan share {path}: another seed")

    @staticmethod
    def _id(desk: Desk, path: str) -> str | None:
        found = re.search(r"-(\d+)$", path) if desk == "wire" else None
        return found[1] if found else None

    def owner(self, url: str) -> int | None:
        """The story that an address of either desk leads to, whatever its form."""
        parts = urlsplit(url)
        desk: Desk = "paper" if (parts.hostname or "").endswith(PAPER_HOST) else "wire"
        path = re.sub(r"^/(?:amp|print)(?=/)", "", parts.path.partition(";")[0])
        return self._owner.get((desk, self._id(desk, path) or path))

    def address(self, origin: str, posting: Posting, now: float) -> str:
        """The address under which a feed has a posting at `now`; `origin` is the desk's own."""
        piece = self.plan.at(posting.piece, now)
        assert piece is not None, "nothing is posted before it is published"
        match posting.how:
            case "amp" | "print":
                return f"{origin}/{posting.how}{piece.path}"
            case "mobile" | "mobile_own":
                return origin.replace(PAPER_HOST, MOBILE_HOST) + piece.path
            case "tracked":
                return f"{origin}{piece.path}?{TRACKING}"
            case "session":
                return f"{origin}{piece.path}{SESSION}"
            case "repost":
                return origin + piece.reposts[0]
        return origin + piece.path

    def respond(self, method: str, host: str, target: str, headers: Mapping[str, str] | None = None) -> Response:
        """Answer one request. `host` bears the port; `target` is path and query."""
        if method not in ("GET", "HEAD"):
            return text(405, "only GET and HEAD")
        now, origin = self._clock(), f"http://{host}"
        desk: Desk = "paper" if host.partition(":")[0].endswith(PAPER_HOST) else "wire"
        path = urlsplit(target).path
        match path:
            case "/robots.txt":
                answer = _encoded(feeds.robots(origin, (), None, ()), "text/plain")
            case "/rss/v2.xml" | "/rss.xml":
                answer = _encoded(self._rss(desk, origin, now), "application/rss+xml")
            case "/sitemap_news.xml":
                answer = _encoded(self._news(desk, origin, now), "application/xml")
            case "/" | "/about" | "/news":
                answer = _encoded(
                    f"<html><title>{pages.NAMES[desk]}</title><h1>{pages.NAMES[desk]}</h1></html>", "text/html"
                )
            case _:
                answer = self._article(desk, host, path, now)
        return conditional(answer, {key.lower(): value for key, value in (headers or {}).items()})

    def _posted(self, desk: Desk, now: float) -> Iterable[tuple[Posting, Piece]]:
        """The desk's feed at `now`, the newest first."""
        shown = 0
        for posting in reversed(self.plan.postings):
            if posting.at > now or shown == FEED_LENGTH:
                continue
            piece = self.plan.at(posting.piece, now)
            if piece is not None and piece.desk == desk and piece.status != "withdrawn":
                shown += 1
                yield posting, piece

    def _rss(self, desk: Desk, origin: str, now: float) -> str:
        items = "".join(
            f"<item><title>{escape(piece.headline)}</title><link>{escape(self.address(origin, posting, now))}</link>"
            f'<guid isPermaLink="false">{escape(posting.guid)}</guid>'
            f"<pubDate>{format_datetime(datetime.fromtimestamp(int(piece.published), MOSCOW))}</pubDate>"
            f"<description>{escape(piece.lead)}</description></item>\n"
            for posting, piece in self._posted(desk, now)
        )
        return (
            f'{feeds.XML}<rss version="2.0"><channel><title>{pages.NAMES[desk]}</title><link>{origin}/</link>'
            f"<description>News</description>\n{items}</channel></rss>\n"
        )

    def _news(self, desk: Desk, origin: str, now: float) -> str:
        seen = {piece.id: piece for posting, piece in self._posted(desk, now) if posting.how == "own"}
        urls = "".join(
            f"<url><loc>{escape(origin + piece.path)}</loc><lastmod>{feeds.iso(piece.modified, MOSCOW)}</lastmod><news:news>"
            f"<news:publication><news:name>{pages.NAMES[desk]}</news:name>"
            f"<news:language>{piece.language}</news:language></news:publication>"
            f"<news:publication_date>{feeds.iso(piece.published, MOSCOW)}</news:publication_date>"
            f"<news:title>{escape(piece.headline)}</news:title></news:news></url>\n"
            for piece in seen.values()
        )
        return (
            f'{feeds.XML}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
            f' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n{urls}</urlset>\n'
        )

    def _article(self, desk: Desk, host: str, path: str, now: float) -> Response:
        number = self.owner(f"http://{host}{path}")
        piece = None if number is None else self.plan.at(number, now)
        if number is None or piece is None:
            return text(404, "not found")
        since = next(at for at, state in reversed(self.plan.states(number)) if at <= now)
        with self._lock:
            self.served.add((number, since))
        origin = f"http://{PAPER_HOST if desk == 'paper' else host.partition(':')[0]}:{host.partition(':')[2]}"
        match piece.answer:
            case "404" | "410":
                return text(int(piece.answer), "not here")
            case "wall":
                return _encoded(consent_wall(origin, path), "text/html")
            case "soft":
                return _encoded(pages.lost(piece), "text/html")
        form = re.match(r"/(amp|print)/", path)
        bare = path.removeprefix("/amp").removeprefix("/print").partition(";")[0]
        if bare != piece.path and bare not in piece.reposts and (bare not in piece.former or not piece.both):
            if bare not in piece.former:
                return text(404, "not found")
            return Response(301, {"Location": origin + piece.path, "Content-Type": "text/plain"}, b"moved\n")
        return self._page(piece, f"http://{host}{path}", origin, bare, form[1] if form else None, now)

    def _page(self, piece: Piece, url: str, origin: str, path: str, form: str | None, now: float) -> Response:
        published, canonical = piece.published, origin + piece.path
        if path in piece.reposts:
            published, canonical = self._by_how[piece.id, "repost"].at, origin + path
        elif url.startswith(f"http://{MOBILE_HOST}") and (piece.id, "mobile_own") in self._by_how:
            canonical = url
        elif piece.canonical != "own":
            canonical = origin + ("/" if piece.canonical == "home" else piece.canonical)
        sheet = pages.Sheet(piece, url, canonical, published, self._others(piece, origin), int(now // 3600))
        match form:
            case "amp":
                html = pages.amp(sheet)
            case "print":
                html = pages.printed(sheet)
            case _:
                html = pages.article(sheet, redesigned=now >= self.plan.redesigned)
        modified = piece.modified if piece.desk == "wire" else None
        return _encoded(html, "text/html", charset=piece.charset, modified=modified)

    def _others(self, piece: Piece, origin: str) -> list[tuple[str, str]]:
        """Stories of the same desk and language for the boxes, as they were published."""
        same = [
            p
            for p in self.plan.publications
            if (p.desk, p.language) == (piece.desk, piece.language) and p.id != piece.id
        ]
        start = piece.id % max(1, len(same))
        return [(origin + p.path, p.title) for p in (same[start:] + same[:start])[:BOXES]]


def _encoded(content: str, kind: str, *, charset: str = "utf-8", modified: float | None = None) -> Response:
    body = content.encode(charset, "xmlcharrefreplace")
    headers = {
        "Content-Type": f"{kind}; charset={charset}",
        "ETag": f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"',
    }
    if modified is not None:
        headers["Last-Modified"] = formatdate(int(modified), usegmt=True)
    return Response(200, headers, body)
