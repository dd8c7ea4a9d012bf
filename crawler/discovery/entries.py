"""One RSS item, RDF item or Atom entry as lxml element -> `Link`."""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from lxml import etree

from crawler.discovery.dates import read_instant
from crawler.discovery.documents import plain
from crawler.discovery.leads import full_text_of, lead_of
from crawler.politeness.addresses import without_user
from pipelines.urls import harmless
from storage.models import make_link

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lxml.etree import _Element

    from storage.models import Instant, Link

    _Links = list[tuple[_Element, Mapping[str, str]]]

MAX_TAGS = 50
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
_USUAL_KEYS: dict[object, str] = {
    space + name: name.lower()
    for space in ("", "{http://www.w3.org/2005/Atom}")
    for name in ("item", "entry", "title", "link", "guid", "id", "pubDate", "published", "updated", "category", "author",
                 "description", "summary", "content", "enclosure")
}  # fmt: skip
"""What `_key` says of most elements, by their tag."""

_PUBLISHED = ("pubdate", "published", "issued", "dcterms:issued", "dc:date", "dcterms:created", "created")
_PICTURED = frozenset({"media:group", "enclosure", "media:content", "media:thumbnail"})
_FULL_TEXT = ("yandex:full-text", "full-text", "content:encoded", "content")
_NOTHING: Mapping[str, str] = MappingProxyType({})
_TAGS_IN_TURN = ("category", "dc:subject")
_TAGS = frozenset(_TAGS_IN_TURN)
_WHOLE = frozenset(_FULL_TEXT)
_MODIFIED_IN_TURN = ("updated", "modified", "dcterms:modified")
_MODIFIED = frozenset(_MODIFIED_IN_TURN)


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


def is_usual(text: str | None) -> bool:
    """Whether a text is an address that is kept as it is."""
    return _USUAL.fullmatch((text or "").strip()) is not None


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
    kept = [name for name in map(plain, names) if name]
    return tuple(kept) if len(kept) < 2 else tuple(dict.fromkeys(kept))[:MAX_TAGS]


def read_entry(
    entry: _Element, *, url: str, zone: str | None, language: str | None, identity: bool = False
) -> Link | None:
    """The entry's link with all that it says of its article, None where it has no http address. `identity`: where it has
    none, its identity is one, as feedparser has it."""
    children: dict[str, list[_Element]] = {}
    for child in entry:
        tag: object = child.tag
        key = _USUAL_KEYS.get(tag)
        if key is None:
            if not isinstance(tag, str):  # an entity that was not resolved
                continue
            key = _key(tag, child.prefix if tag.startswith("{") else None)
        if key in children:
            children[key].append(child)
        else:
            children[key] = [child]
    links = _links(children)
    attributes = _attributes(entry)
    address = _address(children, links, entry, attributes, url) or (_named_by(children, url) if identity else None)
    if address is None:
        return None
    guid = _text(children, "guid", "id")
    lead = lead_of(_text(children, "description", "summary", "media:description"))
    return make_link(
        url=address,
        title=plain(_text(children, "title", "media:title")),
        lead=lead,
        published=_instant(children, _PUBLISHED, zone),
        modified=None if _MODIFIED.isdisjoint(children) else _instant(children, _MODIFIED_IN_TURN, zone),
        language=(language_of(attributes.get(LANG)) if attributes else None)
        or (language_of(_text(children, "dc:language")) if "dc:language" in children else None)
        or language,
        tags=() if _TAGS.isdisjoint(children) else tags_of(_tags(children)),
        image=_image(children, links, url),
        guid=guid.strip() if guid else None,
        full_text=None if _WHOLE.isdisjoint(children) else full_text_of(lead, *_wholes(children)),
    )


def _wholes(children: dict[str, list[_Element]]) -> list[str | None]:
    return [_markup(element) for key in _FULL_TEXT for element in children.get(key, ())]


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
        for element in children.get(key, ()):
            text = text_of(element) if len(element) else element.text
            if text and not text.isspace():
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


def _address(
    children: dict[str, list[_Element]], links: _Links, entry: _Element, said_of_it: Mapping[str, str], url: str
) -> str | None:
    """RSS: `link`, else the guid where it is an address and not `isPermaLink="false"`. Atom: the alternate link that is
    HTML. FeedBurner's original address goes before its counting one."""
    for original in children.get("feedburner:origlink", ()):
        if address := http_url(text_of(original), url):
            return address
    html = other = None
    for link, attributes in links:
        rel, href = attributes.get("rel"), attributes.get("href")
        if rel is not None and rel.lower() != "alternate":
            continue
        said = text_of(link) if href is None else href
        # lxml looks for xml:base up to the root: only for what is no whole address.
        usual = _USUAL.fullmatch(said.strip())
        address = usual[0] if usual else http_url(said, link.base or entry.base or url)
        if address and href is None:
            return address
        if "html" in (attributes.get("type") or "text/html").lower():
            html = html or address
        else:
            other = other or address
    if html or other:
        return html or other
    for guid in children.get("guid", ()):
        text = text_of(guid).strip()
        if (guid.get("isPermaLink") or guid.get("ispermalink") or "true").lower() != "false" and _HTTP.fullmatch(text):
            return text
    about = said_of_it.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about")
    return about if about and _HTTP.fullmatch(about) else None


def _attributes(element: _Element) -> Mapping[str, str]:
    """All of an element's: to ask for all takes less than to ask for one by its name."""
    items: Any = element.items()
    return dict(items) if items else _NOTHING


def _links(children: dict[str, list[_Element]]) -> _Links:
    """An entry's links with their attributes."""
    held = children.get("link", ())
    if "atom:link" in children:
        held = (*held, *children["atom:link"])
    return [(link, _attributes(link)) for link in held]


def _named_by(children: dict[str, list[_Element]], url: str) -> str | None:
    for element in (*children.get("guid", ()), *children.get("id", ())):
        declared = (value for key, value in element.items() if key.lower() == "ispermalink")
        if next(declared, "true") == "true" and (address := http_url(text_of(element), url)):
            return address
    return None


def _tags(children: dict[str, list[_Element]]) -> list[str]:
    told: list[str] = []
    for key in _TAGS_IN_TURN:
        for element in children.get(key, ()):
            attributes = _attributes(element)
            named = attributes.get("label") or attributes.get("term") if attributes else None
            told.append(named or text_of(element))
    return told


def _image(children: dict[str, list[_Element]], links: _Links, url: str) -> str | None:
    if not _PICTURED.isdisjoint(children) and (image := _pictured(children, url)):
        return image
    for _, attributes in links:
        if attributes and attributes.get("rel") == "enclosure" and (attributes.get("type") or "").startswith("image/"):
            return http_url(attributes.get("href"), url)
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
