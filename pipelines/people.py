"""Who wrote it: names of people, never of publishers, desks or addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import cast

from lxml import etree
from lxml.html import HtmlElement

from pipelines.jsonld import Claims
from pipelines.tags import Tags, heading
from pipelines.text import has_template, letters, listed, squeeze

META = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator",
    "dc.contributor", "cxenseparse:author",
        "byl", "bt:author", "citation_author", "mediator_author", "article:author_name", "twitter:creator:name",
        "author.name")  # fmt: skip
LEAD_IN = re.compile(
    r"^(?:(?:written|reported|posted|published|words|story|text|texte|article|interview|analysis)\s+)?"
    r"(?:by|von|por|par|di|door|av|af|przez|od|от|автор|autor|autorin|auteur|autore|redaktion|text|texte?|foto|author|authors|journalist|mit|with)\b[\s:]*(?=\S)",
    re.IGNORECASE,
)
SPLIT = re.compile(
    r"\s*(?:[;|/•·]|,(?!\s*(?:Jr|Sr|Ph\.?D|MD|M\.D)\b)|\s(?:and|und|et|y|e|och|og|en|и|i|&|with|mit)\s)\s*",
    re.IGNORECASE,
)
ROLE = re.compile(
    r"\s*(?:[,(–—|-]\s*|\s)(?:\(?(?:staff|senior|chief|deputy|associate|assistant|political|special|foreign|freelance)\b.*|"
    r"(?:\w+\s){0,3}(?:correspondent|reporter|editor|writer|journalist|redakteurin?|korrespondentin?|columnist"
    r"|producer|contributor)s?\b.*)$",
    re.IGNORECASE,
)
EMAIL = re.compile(r"\S+@\S+\.\w+")
GLUED = re.compile(r"^(?:By|Von|Par|Por)(?=[A-Z][a-zà-ÿ.])")
# From a day or a time on, a byline speaks of when.
WHEN = re.compile(
    r"\s*(?:[|•·,–—-]\s*)?\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:published|updated|posted|veröffentlicht|stand|am|publié|publicado)\b"
    r"|\d{1,2}[.:/ ]|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d).*$",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"https?:|www\.|\b[A-Za-z0-9-]{3,}\.[a-z]{2,6}\b")
ROLE_ALONE = re.compile(
    r"^(?:\w+\s){0,3}(?:staff|(?:korrespondent|redakteur)(?:in)?|correspondent|reporter|editor|writer|journalist"
    r"|columnist|producer|contributor|photographer)s?(?:\s(?:in|at|for|of|für|chief)\b.*)?$",
    re.IGNORECASE,
)
NOT_A_NAME = re.compile(r"https?:|www\.|[<>{}=\[\]@#_\d]|\.(?:com|org|net|de|co|fr|ru|news)\b", re.IGNORECASE)
DESKS = frozenset(
    listed(
        """admin administrator editor editors editorial staff team desk newsroom news redaktion redaktionen redaction
        redacción redaccion rédaction redazione redactie redakcja redakce редакция agency agencies agencia
        agencias agentur agence reporter reporters correspondent writer contributor contributors press media
        online web digital tv radio guest unknown anonymous author autor publisher user wire services
        service association gmbh inc ltd llc magazine zeitung newspaper company verlag presse zentrale board
        group network times post herald tribune journal dpa afp ap reuters tass тасс afp-news epd kna sid
        apa ansa efe upi pti ani ians xinhua bloomberg"""
    )
)
NAMES = etree.XPath("//@class | //@id | //@data-testid", smart_strings=False)
ADDRESSED = etree.XPath("//*[@rel='author' or contains(@itemprop, 'author')]")
PROFILES = etree.XPath(
    "//a["
    + " or ".join(f"contains(@href, '/{name}/')" for name in listed("author authors autor autoren auteur auteurs by"))
    + "]"
)
OF_PERSON = listed("a span div p address strong li h3 h4 em")
MARKED = re.compile(r"(?:^|\s)author(?:$|\s)|author-name|author__name|authorName|byline|Byline")
NAMED = re.compile(r"[aA]uthor|[aA]utor|auteur|writer|journalist|redakteur")
PICTURE = re.compile(r"\s*(?:©|\(c\)|(?:photo|foto|фото|imagen|image)\b)", re.IGNORECASE)
"""A picture's credit: its author is not the text's."""
MAX_WORDS = 5
MAX_AUTHORS = 12


def authors(
    root: HtmlElement, tags: Tags, claims: Claims, *, sites: frozenset[str]
) -> tuple[tuple[str, ...], str | None]:
    """(names, origin). The first witness that gives a person wins: JSON-LD, meta, microdata, the byline on the page.

    `sites`: letters-only names of the site and publisher, which are no authors."""
    for given, origin in (
        (claims.people, "json-ld"),
        (tags.all(*META), "meta"),
        (tags.items.get("author", ()), "microdata"),
    ):
        if names := _people(given, sites):
            return names, origin
    candidates = set(cast("list[str]", NAMES(root)))
    for pattern, others, least in ((MARKED, ADDRESSED, 1), (NAMED, PROFILES, 2)):
        found = _called(root, {name for name in candidates if pattern.search(name)})
        elements = [*cast("list[HtmlElement]", others(root)), *found][:40]
        bylines = [
            text for e in elements if not _outside(e) and 3 < len(text := heading(e)) <= 120 and not PICTURE.match(text)
        ]
        names = tuple(name for name in _people(bylines[:4], sites) if len(name.split()) >= least)
        if names:
            return _widest(names), "byline"
    return (), None


def _called(root: HtmlElement, names: set[str]) -> Iterator[HtmlElement]:
    if names:
        for element in root.iter(*OF_PERSON):
            if element.get("class") in names or element.get("id") in names or element.get("data-testid") in names:
                yield element


def _widest(names: tuple[str, ...]) -> tuple[str, ...]:
    """Without names that only repeat another one with more or fewer words around it."""
    return tuple(
        n for n in names if not any(n != other and f" {letters(other)} " in f" {letters(n)} " for other in names)
    )


def _outside(element: HtmlElement) -> bool:
    """Whether the byline is of a teaser, a comment or the footer, not of this article."""
    for parent in element.iterancestors():
        name = f"{parent.get('class') or ''} {parent.get('id') or ''}".casefold()
        if parent.tag in ("aside", "footer", "nav", "li") or any(
            w in name for w in ("comment", "related", "teaser", "sidebar", "recommend", "card")
        ):
            return True
    return False


def _people(given: object, sites: frozenset[str]) -> tuple[str, ...]:
    names: dict[str, str] = {}
    for text in given if isinstance(given, list | tuple) else ():
        if not text or has_template(text):
            continue
        for name in split(text):
            key = letters(name)
            if key and key not in names and person(name, sites):
                names[key] = name
    return tuple(names.values())[:MAX_AUTHORS]


def split(text: str) -> list[str]:
    """`By A, B and C, Staff Writers` -> [A, B, C]; nothing where an address stands among them, for then the list is a
    publisher with his town."""
    text = EMAIL.sub(" ", squeeze(unescape(text)))
    if ADDRESS.search(text):
        return []
    text = WHEN.sub("", GLUED.sub("", text))
    text = LEAD_IN.sub("", LEAD_IN.sub("", text))
    return [name for part in SPLIT.split(text) if (name := _trimmed(part)) and not ROLE_ALONE.match(name)]


def _trimmed(name: str) -> str:
    name = LEAD_IN.sub("", name).strip(" .,:;-–—|*\"'()")
    name = ROLE.sub("", name).strip(" .,:;-–—|*\"'()")
    return name.title() if name.isupper() and " " in name and name.isascii() else name


def person(name: str, sites: frozenset[str]) -> bool:
    """Whether a text looks like one person's name."""
    if NOT_A_NAME.search(name) or not 3 <= len(name) <= 60 or name.islower():
        return False
    key = letters(name)
    words = key.split()
    if not words or len(words) > MAX_WORDS or key in sites:
        return False
    return not any(word in DESKS for word in words)
