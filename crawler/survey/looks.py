"""What a feed or sitemap that was found holds: its wanted links, and what speaks for or against polling it. Pure; runs in a
worker process."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from crawler.discovery import documents, gzipped
from crawler.discovery.documents import plain
from crawler.discovery.read import PROBLEMS, read
from crawler.source import Endpoint
from pipelines.urls import canonical, host, same_site

if TYPE_CHECKING:
    from crawler.source import Source
    from crawler.survey.front import Named
    from storage.models import Instant, Link, LinkKind

_AUDIO = re.compile(
    r"""<(?:enclosure|media:content|link)\b[^>]{0,500}?\b(?:type|medium)\s*=\s*["'](?:audio|video)""", re.I
)
_ENTRY = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_TITLE = re.compile(r"<title\b[^>]{0,200}>(.{0,300}?)</title>", re.DOTALL | re.IGNORECASE)
_LINKS = re.compile(
    r"""<(?:link|loc)>\s*+(?:<!\[CDATA\[\s*+)?+(https?://[^<\s\]]+)|<link\b[^>]{0,300}?\bhref\s*=\s*["'](https?://[^"']+)|"""
    r""""(?:home_page_url|url)"\s*:\s*"(https?://[^"]+)""",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"#(?:comment|respond|c)-?\d*$|/comment-page-|[?&]replytocom=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Look:
    """One document that was read. `kind` is what it turned out to be. `links`: those that the site wants; `total` entries in
    it; `elsewhere`: entries of other hosts; `children`: of a sitemap index. `language`: most entries'. `comments` and `audio`:
    whether most entries are readers' comments, or bear sound or film. `problem`: why it is none, for people."""

    named: Named
    url: str
    kind: LinkKind
    links: tuple[Link, ...] = ()
    children: tuple[Link, ...] = ()
    total: int = 0
    elsewhere: int = 0
    title: str | None = None
    language: str | None = None
    comments: bool = False
    audio: bool = False
    problem: str | None = None

    @property
    def newest(self) -> datetime | None:
        """The latest time that an entry says of itself."""
        return max((at for link in self.links if (at := time_of(link))), default=None)

    @property
    def oldest(self) -> datetime | None:
        """The earliest such time."""
        return min((at for link in self.links if (at := time_of(link))), default=None)

    @property
    def news(self) -> bool:
        """Whether it is a news sitemap, by its entries."""
        return bool(self.links) and sum(link.via == "news_sitemap" for link in self.links) * 2 > len(self.links)


def look(named: Named, body: bytes, *, url: str, content_type: str | None, source: Source) -> Look:
    """What `body`, the answer of `url`, holds for a site whose hosts are `source`'s. What was named a sitemap may be a feed."""
    kind = kind_of(body) or named.kind
    found = read(
        kind,
        body,
        url=url,
        content_type=content_type,
        charset=None,
        endpoint=Endpoint(url=named.url, kind=kind),
        source=source,
    )
    text = documents.decode(_unpacked(body)[: documents.MAX_FEED_BYTES], None)
    refused = dict(found.refused)
    languages = [link.language for link in found.links if link.language]
    entries = len(_ENTRY.findall(text)) if kind == "feed" else 0
    title = _TITLE.search(text[:20_000])
    return Look(
        named=named,
        url=named.url,
        kind=kind,
        links=tuple(link for link in found.links if link.kind == "article"),
        children=tuple(link for link in found.links if link.kind == "sitemap"),
        total=found.total,
        elsewhere=refused.get("other_host", 0),
        title=plain(title[1].replace("<![CDATA[", "").replace("]]>", "")) if title else named.title,
        language=max(set(languages), key=languages.count) if languages else None,
        comments=_is_of_comments(named, title[1] if title else None, text),
        audio=entries > 0 and len(_AUDIO.findall(text)) * 2 > entries,
        problem=PROBLEMS.get(found.problem, found.problem) if found.problem else None,
    )


def kind_of(body: bytes) -> LinkKind | None:
    """Whether a body is a feed or a sitemap by its first element; None for anything else."""
    text = documents.decode(_unpacked(body)[:65_536], None)
    root = documents.root_name(text)
    if root in ("rss", "feed", "rdf"):
        return "feed"
    if root in ("urlset", "sitemapindex"):
        return "sitemap"
    return "feed" if text.lstrip().startswith("{") and "jsonfeed.org/version" in text[:2_000] else None


def home_of(body: bytes, *, url: str) -> str:
    """The front page of the site that the feed or sitemap at `url` is of: on the host of the same site that most of its links
    name, its channel's own among them (`rss.a.test` -> `a.test`); else on its own."""
    text = documents.decode(_unpacked(body)[: documents.MAX_FEED_BYTES], None)[:1_000_000]
    own = urljoin(url, "/")
    homes = []
    for match in _LINKS.finditer(text):
        try:
            address = canonical(next(filter(None, match.groups())).strip())
            if same_site(host(address), host(own)):
                homes.append(urljoin(address, "/"))
        except ValueError:
            continue
    if not homes:
        return own
    return Counter(homes).most_common(1)[0][0]


def time_of(link: Link) -> datetime | None:
    """When a link's document came out, or was changed, as far as the link says it."""
    return moment(link.published or link.modified)


def moment(instant: Instant | None) -> datetime | None:
    """When an `Instant` is; of a bare day its noon in UTC."""
    if instant is None:
        return None
    if instant.precision == "day":
        return datetime.fromisoformat(f"{instant.at}T12:00:00").replace(tzinfo=UTC)
    return datetime.fromisoformat(instant.at)


def _unpacked(body: bytes) -> bytes:
    try:
        return gzipped.gunzip(body)[0]
    except gzipped.GzipError:
        return b""


def _is_of_comments(named: Named, title: str | None, text: str) -> bool:
    if re.search(r"/comments?/|comments?[-_]feed|feed=comments", named.url, re.IGNORECASE):
        return True
    if any(
        re.match(r"\s*(?:<!\[CDATA\[)?\s*comments (?:on|for)\b", t or "", re.IGNORECASE) for t in (title, named.title)
    ):
        return True
    links = re.findall(r"<link>\s*([^<\s]+)\s*</link>", text[:200_000])
    return len(links) > 3 and sum(bool(_COMMENTS.search(link)) for link in links) * 2 > len(links)
