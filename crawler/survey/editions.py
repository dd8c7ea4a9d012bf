"""Two editions in two languages on one host (`/en/`, `/ru/`): which there are, and whose an address is. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from crawler.survey.shapes import is_headline
from pipelines.text import listed
from pipelines.urls import same_site

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.survey.front import Front
    from crawler.survey.looks import Look

LANGUAGES: Final = frozenset(
    listed("""ar az be bg bn bs ca cs da de el en es et eu fa fi fr gl he hi hr hu hy id is it ja ka kk km ko ky lt lv mk mn
    ms my ne nl no pl ps pt ro ru si sk sl sq sr sv sw ta tg th tk tl tr uk ur uz vi zh""")
)
MOST: Final = 4


@dataclass(frozen=True, slots=True)
class Edition:
    """One language of a site: `prefix` is the first part of its addresses' paths, empty for those without one; `others`:
    the prefixes of the other editions."""

    prefix: str
    language: str | None
    home: str
    others: tuple[str, ...] = ()

    def has(self, url: str) -> bool:
        """Whether an address is of this edition."""
        first = urlsplit(url).path.strip("/").partition("/")[0].lower()
        return first == self.prefix if self.prefix else first not in self.others


def possible(front: Front) -> list[Edition]:
    """The editions that a front page points to, itself among them; a single one where it points to none. A link to `/en/`
    is a guess, which its page must confirm (`confirmed`)."""
    home = urlsplit(front.url)
    here = _prefix(home.path)
    found = {here: Edition(here, _base(front.language), front.url)}
    said = [(language, url) for language, url in front.editions if language != "x-default"]
    linked = [
        (_prefix(urlsplit(a.url).path), a.url) for a in front.anchors if not is_headline(a.text) and _is_root(a.url)
    ]
    for language, url in (*said, *linked):
        there = urlsplit(url)
        if not same_site(there.netloc, home.netloc) or there.netloc != home.netloc or there.query:
            continue
        prefix = _prefix(there.path)
        if prefix not in found and (_is_root(url) or not prefix) and there.path.strip("/") == prefix:
            found[prefix] = Edition(prefix, _base(language), urljoin(front.url, url))
    return list(found.values())[:MOST]


def confirmed(editions: Sequence[tuple[Edition, Front | None]]) -> list[tuple[Edition, Front]]:
    """Those whose page declares its own language, another than the first one's; with the prefixes of the others."""
    first, front = editions[0]
    assert front is not None, "the page that was asked for has been read"
    good: list[tuple[Edition, Front]] = [(first, front)]
    spoken = {_base(front.language)}
    for edition, page in editions[1:]:
        if page is None or (language := _base(page.language)) is None or language in spoken:
            continue
        if edition.prefix and edition.prefix != language:
            continue
        spoken.add(language)
        good.append((replace(edition, language=language), page))
    prefixes = tuple(edition.prefix for edition, _ in good if edition.prefix)
    if len(good) == 1:
        # One edition is no reason to bind its addresses to a prefix.
        return [(replace(first, prefix="", others=()), front)]
    return [
        (replace(edition, others=tuple(p for p in prefixes if p != edition.prefix)), page) for edition, page in good
    ]


def of_edition(look: Look, edition: Edition) -> Look | None:
    """What of a document is of one edition; None where it is another's. Sitemaps may hold several; a feed that is mostly
    another's is not this one's."""
    if not edition.prefix and not edition.others:
        return look
    links = tuple(link for link in look.links if edition.has(link.url))
    if not look.links:
        return look
    if not links or (look.kind == "feed" and len(links) * 2 < len(look.links)):
        return None
    return replace(look, links=links)


def _prefix(path: str) -> str:
    first = path.strip("/").partition("/")[0].lower()
    return first if first in LANGUAGES else ""


def _is_root(url: str) -> bool:
    return urlsplit(url).path.strip("/").lower() in LANGUAGES


def _base(language: str | None) -> str | None:
    return (language or "").partition("-")[0].lower() or None
