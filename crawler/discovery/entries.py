"""One RSS item, RDF item or Atom entry as lxml element -> `Link`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from lxml import etree

from crawler.discovery.dates import read_instant
from crawler.discovery.documents import paragraphs, plain
from crawler.politeness.addresses import without_user
from pipelines.urls import harmless
from storage.models import Instant, Link

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element

MAX_TAGS = 50
MAX_FULL_TEXT = 200_000
"""Characters; what is longer is no article's text, and is not kept."""

MAX_MARKUP = 5 * MAX_FULL_TEXT
"""Characters of its HTML."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*", re.ASCII)
_HTTP = re.compile(r"https?://[^\s<>\"]+", re.ASCII | re.IGNORECASE)
_USUAL = re.compile(r"https?://[!#-;=?A-_a-~]+", re.ASCII)
"""Addresses in which nothing is to be encoded and no user name can stand."""

_IMAGE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:$|\?)", re.IGNORECASE)
LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_NAMESPACES = {
    "http://purl.org/dc/elements/1.1": "dc",
    "http://purl.org/dc/terms": "dcterms",
    "http://purl.org/rss/1.0/modules/content": "content",
    "http://purl.org/rss/1.0/modules/syndication": "sy",
    "http://search.yahoo.com/mrss": "media",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://news.yandex.ru": "yandex",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
}
_CORE = ("w3.org/2005/atom", "purl.org/atom/ns", "purl.org/rss/1.0/", "netscape.com/rdf/simple", "backend.userland.com",
         "blogs.law.harvard.edu/tech", "my.netscape.com/publish/formats")  # fmt: skip
_USUAL_KEYS = {
    space + name: name.lower()
    for space in ("", "{http://www.w3.org/2005/Atom}")
    for name in ("item", "entry", "title", "link", "guid", "id", "pubDate", "published", "updated", "category", "author",
                 "description", "summary", "content", "enclosure")
}  # fmt: skip
"""What `_key` says of most elements, by their tag."""

_PUBLISHED = ("pubdate", "published", "issued", "dcterms:issued", "dc:date", "dcterms:created", "created")
_PICTURED = frozenset({"media:group", "enclosure", "media:content", "media:thumbnail"})
_FULL_TEXT = ("yandex:full-text", "full-text", "content:encoded", "content")
_MODIFIED = ("updated", "modified", "dcterms:modified")


def key_of(element: _Element) -> str:
    """Name of a child without regard to its namespace's spelling: `pubdate`, `dc:date`, `yandex:full-text`."""
    tag = str(element.tag)
    if usual := _USUAL_KEYS.get(tag):
        return usual
    return _key(tag, element.prefix if tag.startswith("{") else None)


@lru_cache(maxsize=1024)
def _key(tag: str, given: str | None) -> str:
    if not tag.startswith("{"):
        return tag.lower()
    namespace, _, name = tag[1:].partition("}")
    address = namespace.strip().lower()
    if any(core in address for core in _CORE) and "modules/" not in address:
        return name.lower()
    prefix = _NAMESPACES.get(address.rstrip("/#")) or (given or "").lower()
    return f"{prefix}:{name.lower()}" if prefix else name.lower()


def text_of(element: _Element) -> str:
    """All text inside an element; entities that were not resolved stand in it as written (`&name;`)."""
    return "".join(map(str, element.itertext())) if len(element) else element.text or ""


@lru_cache(maxsize=256)
def language_of(text: str | None) -> str | None:
    """A BCP 47 tag as written, in lower case (`en-us`), None for anything else."""
    if not text:
        return None
    tag = text.strip().replace("_", "-").lower()
    return tag if _LANGUAGE.fullmatch(tag) else None


def http_url(text: str | None, base: str) -> str | None:
    """`text` as an absolute http(s) address, None where it is none. Spaces and line ends inside are taken out, what steers
    a terminal or ends an attribute is encoded, user names go."""
    address = (text or "").strip()
    if _USUAL.fullmatch(address):
        return address
    if _HTTP.fullmatch(address):
        return harmless(without_user(address))
    address = "".join(address.split())
    if not address or address.startswith("#"):
        return None
    try:
        whole = urljoin(base, address)
    except ValueError:
        return None
    return harmless(without_user(whole)) if _HTTP.fullmatch(whole) else None


def tags_of(names: Iterable[str | None]) -> tuple[str, ...]:
    """Distinct tags in their order, at most `MAX_TAGS`."""
    kept = dict.fromkeys([name for raw in names if (name := plain(raw))])
    return tuple(kept)[:MAX_TAGS]


def read_entry(entry: _Element, *, url: str, zone: str | None, language: str | None) -> Link | None:
    """The entry's link with all that it says of its article, None where it has no http address."""
    children: dict[str, list[_Element]] = {}
    for child in entry:
        tag = child.tag
        if isinstance(tag, str):
            key = _USUAL_KEYS.get(tag) or key_of(child)
            if key in children:
                children[key].append(child)
            else:
                children[key] = [child]
    address = _address(children, entry, url)
    if address is None:
        return None
    identity = _text(children, "guid", "id")
    lead = lead_of(_text(children, "description", "summary", "media:description"))
    return Link(
        url=address,
        title=plain(_text(children, "title", "media:title")),
        lead=lead,
        published=_instant(children, _PUBLISHED, zone),
        modified=_instant(children, _MODIFIED, zone),
        language=language_of(entry.get(LANG)) or language_of(_text(children, "dc:language")) or language,
        tags=tags_of(_tags(children)),
        image=_image(children, url),
        guid=identity.strip() if identity else None,
        full_text=full_text_of(lead, *[_markup(e) for key in _FULL_TEXT if key in children for e in children[key]]),
    )


_FIRST_ON = (
    r"(?:appeared first on|first appeared on|появил[а-я]{1,9} сначала на|вперше з.явивс[а-я]{1,9} на|se publicó primero en"
    r"|apareceu primeiro em|est apparu en premier sur|proviene da|erschien zuerst auf|verscheen eerst op)"
)
_APPEARED = re.compile(_FIRST_ON)
_TAIL = re.compile(
    r"(?:The post|Сообщение|Запись|Допис|La entrada|O post|L.article|L.articolo|Der Beitrag|Het bericht)\s[^\n]+"
    + _FIRST_ON
    + r"\s[^\n]+"
)
"""What WordPress puts after each entry of its feeds, in the languages of its translations that were seen."""

_LONGEST_TAIL = 1_000
"""Characters: an article's title and a site's name stand in it."""


def without_tail(text: str) -> str:
    """Paragraphs without a last one that is WordPress's."""
    rest, _, last = text.rpartition("\n\n")
    return rest if len(last) <= _LONGEST_TAIL and _TAIL.fullmatch(last) else text


def _may_have_tail(text: str) -> bool:
    """Whether a word of all that `_APPEARED` finds is there, at a tenth of the time that it takes."""
    return (
        "ppeared" in text
        or "primeiro em" in text
        or "apparu en" in text
        or "proviene da" in text
        or "erst " in text
        or (not text.isascii() and ("primero en" in text or "сначала на" in text or "вперше" in text))
    )


def lead_of(markup: str | None) -> str | None:
    """One line of text from a summary."""
    if markup and _may_have_tail(markup) and _APPEARED.search(markup) and (text := paragraphs(markup)):
        return " ".join(without_tail(text).split()) or None
    return plain(markup)


def full_text_of(lead: str | None, *markup: str | None) -> str | None:
    """The longest text of what a feed gives as the article's own; None where it says no more than the summary does."""
    if not markup:
        return None
    short = (raw for raw in markup if raw and len(raw) <= MAX_MARKUP)
    texts = [without_tail(text) for raw in short if (text := paragraphs(raw))]
    longest = max(texts, key=len, default="")
    return longest if len(lead or "") < len(longest) <= MAX_FULL_TEXT else None


def _markup(element: _Element) -> str | None:
    """What a content element holds, with the elements inside it (Atom's xhtml) as markup; None for what only points to
    it (`src`), or is neither text nor HTML."""
    kind = (element.get("type") or "html").lower()
    if element.get("src") or not ("html" in kind or kind.startswith("text")):
        return None
    if not len(element):
        return element.text
    inner = (etree.tostring(child, encoding="unicode", method="html") for child in element)
    return (element.text or "") + "".join(inner)


def _text(children: dict[str, list[_Element]], *keys: str) -> str | None:
    for key in keys:
        if key in children:
            for element in children[key]:
                if (text := text_of(element)).strip():
                    return text
    return None


def _instant(children: dict[str, list[_Element]], keys: tuple[str, ...], zone: str | None) -> Instant | None:
    for key in keys:
        if key not in children:
            continue
        for element in children[key]:
            if instant := read_instant(text_of(element), zone, "feed"):
                return instant
    return None


def _address(children: dict[str, list[_Element]], entry: _Element, url: str) -> str | None:
    """RSS: `link`, else the guid where it is an address and not `isPermaLink="false"`. Atom: the alternate link that is
    HTML. FeedBurner's original address goes before its counting one."""
    for original in children.get("feedburner:origlink", ()):
        if address := http_url(text_of(original), url):
            return address
    plain_links: list[str] = []
    alternates: list[tuple[bool, int, str]] = []
    for link in [*children.get("link", ()), *children.get("atom:link", ())]:
        if link.get("rel", "alternate").lower() != "alternate":
            continue
        href = link.get("href")
        said = text_of(link) if href is None else href
        # lxml looks for xml:base up to the root: only for what is no whole address.
        usual = _USUAL.fullmatch(said.strip())
        address = usual[0] if usual else http_url(said, link.base or entry.base or url)
        if address and href is None:
            plain_links.append(address)
        elif address:
            alternates.append(("html" not in (link.get("type") or "text/html").lower(), len(alternates), address))
    if plain_links or alternates:
        return plain_links[0] if plain_links else min(alternates)[2]
    for guid in children.get("guid", ()):
        text = text_of(guid).strip()
        if (guid.get("isPermaLink") or guid.get("ispermalink") or "true").lower() != "false" and _HTTP.fullmatch(text):
            return text
    about = entry.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about")
    return about if about and _HTTP.fullmatch(about) else None


def _tags(children: dict[str, list[_Element]]) -> list[str]:
    held = [element for key in ("category", "dc:subject") if key in children for element in children[key]]
    return [element.get("label") or element.get("term") or text_of(element) for element in held]


def _image(children: dict[str, list[_Element]], url: str) -> str | None:
    if not _PICTURED.isdisjoint(children) and (image := _pictured(children, url)):
        return image
    for link in [*children.get("link", ()), *children.get("atom:link", ())]:
        if link.get("rel") == "enclosure" and (link.get("type") or "").startswith("image/"):
            return http_url(link.get("href"), url)
    return None


def _pictured(children: dict[str, list[_Element]], url: str) -> str | None:
    groups = children.get("media:group", ())
    media = [child for group in groups for child in group if isinstance(child.tag, str)]
    pictures = [*children.get("enclosure", ()), *children.get("media:content", ()), *media]
    for element in pictures:
        address = element.get("url") or ""
        kind = (element.get("type") or "").lower()
        is_image = kind.startswith("image/") or (element.get("medium") or "").lower() == "image"
        if (is_image or (not kind and _IMAGE.search(address))) and (image := http_url(address, url)):
            return image
    thumbnails = (http_url(element.get("url"), url) for element in children.get("media:thumbnail", ()))
    return next(filter(None, thumbnails), None)
