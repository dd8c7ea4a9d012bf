"""The headline without the site's name and section: the heading on the page, checked against what the head declares."""

from __future__ import annotations

import functools
import re

from pipelines.jsonld import Claims
from pipelines.tags import Tags
from pipelines.text import fold, letters, likeness_of, listed, squeeze

SEPARATOR = re.compile(r"\s+(?:[-–—|·•›>/:~│]{1,2}|»)\s+|\s*[|•│]\s*")
BAR = re.compile(r"\s*[|•│]\s*|\s+»\s+")
DATED = re.compile(r"^(?:\d{1,2}\.\s?\d{1,2}\.|\d{1,2}/\d{1,2}/)\s?(?P<year>\d{4})\s*[-–—|:]\s+(?=\S)")
LOOSE = re.compile(r"\w\s[:,;.](?:\s|$)")
MAX_HEADINGS = 12
MIN_LIKENESS = 0.5
MAX_SUFFIX_WORDS = 5
MAX_KICKER_WORDS = 6
MIN_HEADLINE = 4
# Words that a site adds to its name, or leaves out of it, in titles; beside them those of three letters or fewer.
ADDED = frozenset(
    listed(
        """news newspaper online digital magazine media sport sports politics business economy culture opinion world
        international national local english german french edition website site official home page portal network agency
        press radio channel daily weekly times post journal gazette herald tribune live blog today group service zeitung
        nachrichten aktuell magazin politik wirtschaft kultur panorama wissen regional tageszeitung verlag journal info
        actualité actualités infos quotidien noticias diario periódico revista última hora jornal notícias giornale notizie
        quotidiano новости газета агентство портал журнал онлайн haber haberler haberleri gazetesi son dakika"""
    )
)
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

    @functools.cache  # most pages give one and the same in several places
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
        if (text := clean(value)) and (plain := letters(text)) and plain not in sites
    ]
    if own:
        return _profile(own, suffixes), "profile"
    heading = _heading([squeeze(_profile(h, suffixes)) for h in headings], {letters(text) for text, _ in declared})
    if heading is None:
        if declared:
            return declared[0]
        usable = [h for h in headings if letters(h) not in sites]
        return (usable[0], "h1") if len(usable) == 1 else None
    agreed = _agreed(declared)
    if agreed and _only_adds(heading, agreed):
        return agreed, "json-ld"
    heading = _without_kicker(clean(heading) or heading, declared)
    when = claims.published or tags.first("article:published_time") or ""
    dated = DATED.match(heading)
    # A day before a headline is its publication's; another one it tells of: "9/11/2001 – The day that …".
    if dated and len(heading) > dated.end() and (not when[:4].isdigit() or when[:4] == dated["year"]):
        heading = heading[dated.end() :]
    return _as_set(heading, declared), "h1"


def piece(title: str, text: str) -> bool:
    """Whether `text` is one of the parts that a separator parts the title into: the headline beside names of the site."""
    return letters(text) in [letters(part) for part in SEPARATOR.split(title)] and len(text.split()) > 1


def strip_site(title: str, sites: frozenset[str], sections: list[str], known: list[str]) -> str:
    """The title without the parts that name the site, or its section beside it; never empty."""
    pieces, marks = _parted(title)
    whole = fold(title) if len(pieces) > 1 else ""
    for text in known if len(pieces) > 1 else ():
        if (
            len(text) >= 10
            and (begins := fold(text)) != whole
            and whole.startswith(begins + " ")
            and len(begins) > 0.4 * len(whole)
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
    while last - first > 1 and _names_site(pieces[first], sites, leads=True):
        first += 1
    while last - first > 1 and BAR.fullmatch(marks[last - 2][0]) and _short(pieces[last - 1], pieces[first]):
        last -= 1
    start = marks[first - 1].end() if first else 0
    end = marks[last - 1].start() if last < len(pieces) else len(title)
    return title[start:end].strip().lstrip("›| " if "«" in title else "»›| ") or title


def _parted(title: str) -> tuple[list[str], list[re.Match[str]]]:
    """The parts of a title and the separators between them; the mark that ends a quotation is none (`« Le port », dit-il`)."""
    marks = [mark for mark in SEPARATOR.finditer(title) if "»" not in mark[0] or "«" not in title[: mark.start()]]
    starts, ends = [0, *(mark.end() for mark in marks)], [*(mark.start() for mark in marks), len(title)]
    return [title[start:end] for start, end in zip(starts, ends, strict=True)], marks


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


def _names_site(piece: str, sites: frozenset[str], *, leads: bool = False) -> bool:
    """Whether a part of a title is the site's name. A longer part counts only where its other words are such as sites add to
    their names (`Harbour Times Online`); one that leads the title (`leads`) must be the name itself."""
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
                (words.startswith(site + " ") and not leads and _are_added(words[len(site) :], piece))
                or (words.endswith(" " + site) and not leads and _are_added(words[: -len(site)], piece))
                or (site.startswith(words + " ") and (not leads or _are_added(site[len(words) :])))
                or (site.endswith(" " + words) and (not leads or _are_added(site[: -len(words)])))
            )
        ):
            return True
    return words in GENERIC


def _are_added(words: str, piece: str = "") -> bool:
    """Whether a site's name goes on with such words: common ones, or two at most that are written as names are (`Harbour
    Times Northport`), in `piece`, the whole part."""
    other = [word for word in words.split() if word not in ADDED and len(word) > 3]
    return not other or (
        0 < len(other) <= 2 and bool(piece) and all(word[0].isupper() for word in piece.split() if len(word) > 3)
    )


def _short(piece: str, rest: str) -> bool:
    return len(piece.split()) <= MAX_SUFFIX_WORDS and len(piece) < len(rest)


def _heading(headings: list[str], declared: set[str]) -> str | None:
    """The heading that is closest to what the head declares (as `letters` has it)."""
    best, score = None, 0.0
    for text in headings:
        plain = letters(text)
        closeness = max((_closeness(plain, other) for other in declared), default=0.0)
        if closeness > score + 0.001:
            best, score = text, closeness
    return best if score >= MIN_LIKENESS else None


def _closeness(heading: str, declared: str) -> float:
    if len(heading) >= 15 and declared.startswith(heading):
        return 1.0
    return likeness_of(heading, declared)


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
    """A heading with its marks where they belong (`Port : open`, where elements part them)."""
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
