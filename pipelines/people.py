"""Who wrote it: names of people, never of publishers, desks or addresses."""

from __future__ import annotations

import re
from html import unescape

from lxml import etree
from lxml.html import HtmlElement

from pipelines.jsonld import Claims
from pipelines.tags import Tags, heading
from pipelines.text import has_template, letters, squeeze

META = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "dc.contributor", "cxenseparse:author",
        "byl", "bt:author", "citation_author", "mediator_author", "article:author_name", "twitter:creator:name", "author.name")  # fmt: skip
LEAD_IN = re.compile(
    r"^(?:(?:written|reported|posted|published|words|story|text|texte|article|interview|analysis)\s+)?"
    r"(?:by|von|por|par|di|door|av|af|przez|od|от|автор|autor|autorin|auteur|autore|redaktion|text|texte?|foto|author|authors|journalist|mit|with)\b[\s:]*(?=\S)",
    re.IGNORECASE,
)
SPLIT = re.compile(r"\s*(?:[;|/•·]|,(?!\s*(?:Jr|Sr|Ph\.?D|MD|M\.D)\b)|\s(?:and|und|et|y|e|och|og|en|и|i|&|with|mit)\s)\s*", re.IGNORECASE)
ROLE = re.compile(
    r"\s*(?:[,(–—|-]\s*|\s)(?:\(?(?:staff|senior|chief|deputy|associate|assistant|political|special|foreign|freelance)\b.*|"
    r"(?:\w+\s){0,3}(?:correspondent|reporter|editor|writer|journalist|redakteurin?|korrespondentin?|columnist|producer|contributor)s?\b.*)$",
    re.IGNORECASE,
)
EMAIL = re.compile(r"\S+@\S+\.\w+")
GLUED = re.compile(r"^(?:By|Von|Par|Por)(?=[A-Z][a-zà-ÿ.])")
# From a day or a time on, a byline speaks of when.
WHEN = re.compile(
    r"\s*(?:[|•·,–—-]\s*)?\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:published|updated|posted|veröffentlicht|stand|am|publié|publicado)\b|\d{1,2}[.:/ ]|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d).*$",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"https?:|www\.|\w\.(?:com|org|net|de|at|ch|co|fr|es|it|ru|news|info|tv)\b", re.IGNORECASE)
NOT_A_NAME = re.compile(r"https?:|www\.|[<>{}=\[\]@#_\d]|\.(?:com|org|net|de|co|fr|ru|news)\b", re.IGNORECASE)
DESKS = frozenset(
    """admin administrator editor editors editorial staff team desk newsroom news redaktion redaktionen redaction redacción
    redaccion rédaction redazione redactie redakcja redakce редакция agency agencies agencia agencias agentur agence
    reporter reporters correspondent writer contributor contributors press media online web digital tv radio guest unknown
    anonymous author autor publisher user wire services service association gmbh inc ltd llc magazine zeitung newspaper
    company verlag presse zentrale board group network times post herald tribune journal
    dpa afp ap reuters tass тасс afp-news epd kna sid apa ansa efe upi pti ani ians xinhua bloomberg""".split()
)
OF_PERSON = "self::a or self::span or self::div or self::p or self::address or self::strong or self::li or self::h3 or self::h4 or self::em"
MARKED = etree.XPath(f"//*[{OF_PERSON}][@rel='author' or contains(@itemprop, 'author') or contains(concat(' ', normalize-space(@class), ' '), ' author ') or contains(@class, 'author-name') or contains(@class, 'author__name') or contains(@class, 'authorName') or contains(@class, 'byline') or contains(@class, 'Byline') or contains(@data-testid, 'yline')]")  # fmt: skip # noqa: E501
NAMED = etree.XPath(f"//*[{OF_PERSON}][contains(@class, 'author') or contains(@class, 'Author') or contains(@class, 'autor') or contains(@class, 'Autor') or contains(@class, 'auteur') or contains(@class, 'writer') or contains(@class, 'journalist') or contains(@class, 'redakteur') or contains(@id, 'author') or (self::a and (contains(@href, '/author/') or contains(@href, '/authors/') or contains(@href, '/autor/') or contains(@href, '/autoren/') or contains(@href, '/auteur/') or contains(@href, '/auteurs/') or contains(@href, '/by/')))]")  # fmt: skip # noqa: E501
MAX_WORDS = 5
MAX_AUTHORS = 12


def authors(root: HtmlElement, tags: Tags, claims: Claims, *, sites: frozenset[str]) -> tuple[tuple[str, ...], str | None]:
    """(names, origin). The first witness that gives a person wins: JSON-LD, meta, microdata, the byline on the page.

    `sites`: letters-only names of the site and publisher, which are no authors."""
    for given, origin in ((claims.people, "json-ld"), (tags.all(*META), "meta"), (tags.items.get("author", ()), "microdata")):
        if names := _people(given, sites):
            return names, origin
    for search, least in ((MARKED, 1), (NAMED, 2)):
        bylines = [text for e in search(root)[:40] if not _outside(e) and 3 < len(text := heading(e)) <= 120]
        names = tuple(name for name in _people(bylines[:4], sites) if len(name.split()) >= least)
        if names:
            return _widest(names), "byline"
    return (), None


def _widest(names: tuple[str, ...]) -> tuple[str, ...]:
    """Without names that only repeat another one with more or fewer words around it."""
    return tuple(n for n in names if not any(n != other and f" {letters(other)} " in f" {letters(n)} " for other in names))


def _outside(element: HtmlElement) -> bool:
    """Whether the byline is of a teaser, a comment or the footer, not of this article."""
    for parent in element.iterancestors():
        name = f"{parent.get('class') or ''} {parent.get('id') or ''}".casefold()
        if parent.tag in ("aside", "footer", "nav", "li") or any(w in name for w in ("comment", "related", "teaser", "sidebar", "recommend", "card")):
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
    return [name for part in SPLIT.split(text) if (name := _trimmed(part))]


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
