"""The headline without the site's name and section: the heading on the page, checked against what the head declares."""

from __future__ import annotations

import re

from pipelines.jsonld import Claims
from pipelines.tags import Tags
from pipelines.text import fold, letters, likeness, listed, squeeze

SEPARATOR = re.compile(r"\s+(?:[-–—|·•›>/:~│]{1,2}|»)\s+|\s*[|•│]\s*")
BAR = re.compile(r"\s*[|•│]\s*|\s+»\s+")
DATED = re.compile(r"^\d{1,2}[./]\s?\d{1,2}[./]\s?\d{4}\s*[-–—|:]\s+(?=\S)")
LOOSE = re.compile(r"\w\s[:,;.](?:\s|$)")
MAX_HEADINGS = 12
MIN_LIKENESS = 0.5
MAX_SUFFIX_WORDS = 5
MAX_KICKER_WORDS = 6
MIN_HEADLINE = 4
GENERIC = frozenset(listed("news home article nachrichten startseite blog archive archiv story"))


def choose(
    tags: Tags, claims: Claims, *, sites: frozenset[str], suffixes: tuple[str, ...], own: str | None
) -> tuple[str, str] | None:
    """(title, origin) or None. `own` is the text of the profile's title selector, which wins; `sites`: the site's
    names by `site_names`; `suffixes` are the profile's regular expressions.

    The heading that agrees with what the head declares; where the heading only adds a kicker or a date to a headline
    on which JSON-LD and og:title agree, that headline; without such a heading JSON-LD, og:title, <title>.
    """
    sections = [s for s in (claims.section, *tags.all("article:section", "section")) if s]
    headings = [text for _, text in tags.headings[:MAX_HEADINGS]]
    known = [*headings, *([claims.headline] if claims.headline else [])]

    def clean(value: str | None) -> str | None:
        return strip_site(_profile(value, suffixes), sites, sections, known) if value else None

    declared = [
        (text, origin)
        for value, origin in (
            (claims.headline, "json-ld"),
            (tags.first("og:title"), "meta"),
            (tags.first("twitter:title"), "meta"),
            (tags.first("title", "dc.title", "dcterms.title", "parsely-title", "sailthru.title", "headline"), "meta"),
            (tags.title, "title"),
        )
        if (text := clean(value)) and letters(text) and letters(text) not in sites
    ]
    if own:
        return _profile(own, suffixes), "profile"
    heading = _heading([squeeze(_profile(h, suffixes)) for h in headings], [text for text, _ in declared])
    if heading is None:
        if declared:
            return declared[0]
        usable = [h for h in headings if letters(h) not in sites]
        return (usable[0], "h1") if len(usable) == 1 else None
    agreed = _agreed(declared)
    if agreed and _only_adds(heading, agreed):
        return agreed, "json-ld"
    return _as_set(_without_kicker(clean(heading) or heading, declared), declared), "h1"


def piece(title: str, text: str) -> bool:
    """Whether `text` is one of the parts that a separator parts the title into: the headline beside names of the site."""
    return letters(text) in [letters(part) for part in SEPARATOR.split(title)] and len(text.split()) > 1


def strip_site(title: str, sites: frozenset[str], sections: list[str], known: list[str]) -> str:
    """The title without the parts that name the site, or its section beside it; never empty."""
    if "«" in title:  # a French quotation, whose marks have blanks beside them
        return title
    pieces = SEPARATOR.split(title)
    marks = list(SEPARATOR.finditer(title))
    for text in known:
        if (
            len(pieces) > 1
            and len(text) >= 10
            and fold(title) != fold(text)
            and fold(title).startswith(fold(text) + " ")
            and len(fold(text)) > 0.4 * len(fold(title))
        ):
            rest = title[len(text) :]
            if SEPARATOR.match(rest) or SEPARATOR.match(" " + rest):
                return text
    first, last = 0, len(pieces)
    section_names = {letters(s) for s in sections}
    while last - first > 1 and _names_site(pieces[last - 1], sites):
        last -= 1
        if last - first > 1 and letters(pieces[last - 1]) in section_names:
            last -= 1
    while last - first > 1 and _names_site(pieces[first], sites):
        first += 1
    while last - first > 1 and BAR.fullmatch(marks[last - 2][0]) and _short(pieces[last - 1], pieces[first]):
        last -= 1
    start = marks[first - 1].end() if first else 0
    end = marks[last - 1].start() if last < len(pieces) else len(title)
    return title[start:end].strip().lstrip("»›| ") or title


def _profile(title: str, suffixes: tuple[str, ...]) -> str:
    for suffix in suffixes:
        cut = re.sub(f"(?:{suffix})$", "", title).strip()
        title = cut or title
    return title


def site_names(tags: Tags, claims: Claims, hosts: tuple[str, ...]) -> frozenset[str]:
    """The names of the site and its publisher, letters only: as declared, and from the host."""
    names = {
        *tags.all(
            "og:site_name",
            "application-name",
            "apple-mobile-web-app-title",
            "twitter:site",
            "al:android:app_name",
            "publisher",
            "copyright",
        ),
        *([claims.publisher] if claims.publisher else []),
    }
    for host in hosts:
        labels = [label for label in host.split(":")[0].split(".") if label not in ("www", "m", "amp")]
        names |= {".".join(labels), " ".join(labels), *labels[:-1]}
    return frozenset(filter(None, (letters(name.lstrip("@")) for name in names)))


def _names_site(piece: str, sites: frozenset[str]) -> bool:
    words = letters(piece)
    if not words:
        return True
    joined = words.replace(" ", "")
    if len(words.split()) > MAX_SUFFIX_WORDS + 2:
        return False
    for site in sites:
        if words == site or joined == site.replace(" ", ""):
            return True
        if (
            len(site) > 3
            and len(joined) > 3
            and (
                words.startswith(site + " ")
                or words.endswith(" " + site)
                or site.startswith(words + " ")
                or site.endswith(" " + words)
            )
        ):
            return True
    return words in GENERIC


def _short(piece: str, rest: str) -> bool:
    return len(piece.split()) <= MAX_SUFFIX_WORDS and len(piece) < len(rest)


def _heading(headings: list[str], declared: list[str]) -> str | None:
    best, score = None, 0.0
    for text in headings:
        closeness = max((_closeness(text, other) for other in declared), default=0.0)
        if closeness > score + 0.001:
            best, score = text, closeness
    return best if score >= MIN_LIKENESS else None


def _closeness(heading: str, declared: str) -> float:
    one, other = letters(heading), letters(declared)
    if len(one) >= 15 and other.startswith(one):
        return 1.0
    return likeness(heading, declared)


def _agreed(declared: list[tuple[str, str]]) -> str | None:
    """The headline that JSON-LD and another declaration share."""
    of_jsonld = next((text for text, origin in declared if origin == "json-ld"), None)
    if of_jsonld and any(fold(text) == fold(of_jsonld) for text, origin in declared if origin != "json-ld"):
        return of_jsonld
    return None


def _only_adds(heading: str, agreed: str) -> bool:
    one, other = letters(heading), letters(agreed)
    return one != other and (one.endswith(" " + other) or one.startswith(other + " "))


def _as_set(heading: str, declared: list[tuple[str, str]]) -> str:
    """A heading without a day before it and with its marks where they belong (`Port : open`, where elements part them)."""
    heading = DATED.sub("", heading) or heading
    if LOOSE.search(heading):
        return next(
            (text for text, _ in declared if letters(text) == letters(heading) and not LOOSE.search(text)), heading
        )
    return heading


def _without_kicker(heading: str, declared: list[tuple[str, str]]) -> str:
    """A heading that begins with a kicker or a date without any mark after it, where the head declares the rest alone."""
    for text, _ in declared:
        if len(text.split()) >= MIN_HEADLINE and heading.endswith(" " + text):
            kicker = heading[: -len(text)].rstrip()
            if len(kicker.split()) <= MAX_KICKER_WORDS and kicker[-1:].isalnum():
                return text
    return heading
