"""From the addresses of articles, and of pages that are none, to the regular expressions that tell them apart. Pure.

The links of feeds and news sitemaps are the examples; a site's other links show what the pattern must refuse. Where they do
not tell the two apart there is no pattern, and the endpoints' links are the articles.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from crawler.discovery.links import is_article
from crawler.survey.front import Anchor
from crawler.survey.shapes import STOP, hyphens, is_headline, is_list, parts_of
from pipelines.text import listed
from pipelines.urls import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawler.survey.shapes import Parts, Shape

ENOUGH_ANCHORED: Final = 3
"""Examples that make a shape with a date or a number."""

ENOUGH: Final = 5
"""Examples that make one of words alone."""

STRAYS: Final = 0.05
"""Share of the examples that may be of no such shape: an agency's feed has a special page now and then."""

SHOWN: Final = 6
NOT_LISTS: Final = listed("tag tags topic topics author authors category categories page search archive")
"""What is refused beside an open section even where no link shows it."""

_NUMBER_FIRST = re.compile(r"\d{3,}[-_].+")
_NUMBER_LAST = re.compile(r".+[-_](\d{4,})")
_CODE = re.compile(r"([A-Za-z]{0,6})(?=[A-Za-z]*\d)[A-Za-z0-9]{6,}")


@dataclass(frozen=True, slots=True)
class Pattern:
    """`url` and `not_article` as a TOML has them, with addresses that they take and refuse. Without `url`, `why` says why
    there is none. `strays`: examples that the pattern does not take."""

    url: tuple[str, ...]
    why: str
    not_article: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()

    def takes(self, url: str) -> bool:
        """Whether an address is an article's by this pattern, as discovery reads it: as found or in its canonical form."""
        return bool(self.url) and is_article((url, _canonical(url) or url), self.url, self.not_article)


def pattern_of(examples: Iterable[str], others: Iterable[Anchor], *, outside: Sequence[str] = ()) -> Pattern:
    """The pattern of a source whose articles are at `examples`, beside the links `others` of its pages, articles and not.

    `outside`: first parts of a path that belong to another edition of the site (`en`)."""
    known = list(dict.fromkeys(plain for url in examples if (plain := _canonical(url)) and _parts(plain)))
    links = [Anchor(plain, a.text) for a in others if (plain := _canonical(a.url)) and _parts(plain)]
    if len(known) < ENOUGH_ANCHORED:
        return Pattern((), f"only {len(known)} addresses of articles are known: too few for a pattern")
    of_articles = frozenset(known)
    groups: dict[Shape, list[Parts]] = defaultdict(list)
    for url in known:
        found = parts_of(url)
        groups[found.shape].append(found)
    more: dict[Shape, list[Parts]] = defaultdict(list)
    for anchor in links:
        if is_headline(anchor.text) and not is_list(anchor.url) and anchor.url not in of_articles:
            more[parts_of(anchor.url).shape].append(parts_of(anchor.url))
    wide = {part.lower() for group in more.values() for one in group for part in one.sections}
    refused = [a.url for a in links if a.url not in of_articles and (is_list(a.url) or not _may_be_an_article(a))]
    refused = list(dict.fromkeys(refused))
    urls: list[str] = []
    general = False
    for shape, group in sorted(groups.items(), key=lambda item: (-len(item[1]), item[1][0].url)):
        if len(group) < (ENOUGH_ANCHORED if shape.anchored else ENOUGH):
            continue
        expression, is_general = _expression(group, more[shape], refused)
        if expression is None:
            continue
        urls.append(expression)
        general = general or is_general
    strays = tuple(url for url in known if not any(re.search(one, url) for one in urls))
    if not urls:
        return Pattern((), "the addresses of its articles have too little in common, or too much with other pages")
    if len(strays) > max(1.0, STRAYS * len(known)):
        return Pattern(
            (), f"{len(strays)} of {len(known)} articles' addresses are of other shapes, as {strays[0]}", strays=strays
        )
    return _finished(tuple(urls), known, refused, wide, general=general, outside=outside, strays=strays)


def articles_of_page(anchors: Sequence[Anchor]) -> tuple[str, ...]:
    """The links of a page that must be articles by their own looks: five and more of one shape that has a date, a number or
    a slug of four words, with headlines as their texts. For sites without feeds; the pages themselves must confirm it."""
    groups: dict[Shape, list[str]] = defaultdict(list)
    for anchor in anchors:
        found = _parts(anchor.url)
        if found is None or is_list(anchor.url) or not is_headline(anchor.text):
            continue
        if found.shape.anchored or (found.rest and hyphens(found.rest[-1]) >= 3):
            groups[found.shape].append(anchor.url)
    return tuple(url for urls in groups.values() if len(urls) >= ENOUGH for url in urls)


def _may_be_an_article(anchor: Anchor) -> bool:
    """By a headline, or, for a picture's link or a "read more", by an address that spells one."""
    rest = parts_of(anchor.url).rest
    return is_headline(anchor.text) or not anchor.text or bool(rest and hyphens(rest[-1]) >= 3)


def _canonical(url: str) -> str | None:
    try:
        return canonical(url)
    except ValueError:
        return None


def _parts(url: str) -> Parts | None:
    try:
        found = parts_of(url)
    except ValueError:
        return None
    return found if url.startswith(("http://", "https://")) else None


def _expression(group: list[Parts], more: list[Parts], refused: Sequence[str]) -> tuple[str | None, bool]:
    """The expression of one shape, and whether a section in it is open; None where it cannot be told from other pages."""
    shape = group[0].shape
    hosts = sorted({one.host for one in group})
    host = re.escape(hosts[0]) if len(hosts) == 1 else f"(?:{'|'.join(map(re.escape, hosts))})"
    sections, open_section = _sections(group, more if shape.anchored else [])
    slash = "/?" if any(one.slash for one in group) else ""
    end = r"(?:\?|$)" if any(one.more for one in group) else "$"
    if shape.parameter is not None:
        end = rf"\?(?:[^#]*&)?{re.escape(shape.parameter)}={_numbered([one.number for one in group])}(?:&|$)"
    head = rf"^https?://(?:www\.)?{host}/{sections}"
    tail = re.escape(shape.ending) + slash + end
    fixed = [_part(shape, group, place) for place in range(len(shape.kinds))]
    if shape.anchored:
        return head + "/".join(fixed) + tail, open_section
    return _of_words(head, tail, group, refused), open_section


def _of_words(head: str, tail: str, group: list[Parts], refused: Sequence[str]) -> str | None:
    """A shape of words alone: told from a list's page by the number of words in its last part, or by its own form."""
    texts = [one.rest[-1] for one in group]
    if form := _form(texts):
        return head + form + tail
    least = min(map(hyphens, texts))
    for wanted in dict.fromkeys((min(least, 2), least)):
        if wanted < 1:
            break
        expression = head + rf"[^/?_-]*(?:[_-][^/?_-]*){'+' if wanted == 1 else f'{{{wanted},}}'}" + tail
        if not [url for url in refused if re.search(expression, url) and not is_list(url)]:
            return expression
    return None


def _sections(group: list[Parts], more: list[Parts]) -> tuple[str, bool]:
    """The parts before those of the shape: as they are where all agree, else any. Sections that only other links of the
    page show count, too: a feed of ten items may hold one section's alone."""
    everyone = [one.sections for one in group]
    depths = {len(sections) for sections in everyone}
    wider = [one.sections for one in more]
    depths |= {len(sections) for sections in wider if sections and min(depths) <= len(sections) <= max(depths) + 1}
    shallow, deep = min(depths), max(depths)
    together = [*everyone, *(sections for sections in wider if shallow <= len(sections) <= deep)]
    same = 0
    while same < shallow and len({sections[same].lower() for sections in together}) == 1:
        same += 1
    fixed = "".join(f"{re.escape(part)}/" for part in everyone[0][:same])
    least, most = shallow - same, deep - same
    if most == 0:
        return fixed, False
    times = "" if (least, most) == (1, 1) else f"{{{least}}}" if least == most else f"{{{least},{most}}}"
    if times:
        return f"{fixed}(?:[^/?]+/){times}", True
    return f"{fixed}[^/?]+/", True


def _part(shape: Shape, group: list[Parts], place: int) -> str:
    texts = [one.rest[place] for one in group]
    kind = shape.kinds[place]
    if kind == "year":
        return r"\d{4}"
    if kind in ("month", "day"):
        return r"\d{2}" if all(len(text) == 2 for text in texts) else r"\d{1,2}"
    if kind == "date":
        return r"\d{8}" if all(len(text) == 8 and text.isdigit() for text in texts) else r"[\d-]{6,10}"
    if kind == "number":
        return _digits(texts)
    if len(set(texts)) == 1 and (place == 0 or shape.kinds[place - 1] != "year"):  # behind a year it is a month's name
        return re.escape(texts[0])
    return _form(texts) or r"[^/?]+"


def _numbered(texts: list[str]) -> str:
    """The value of a query's parameter that holds an article's number."""
    if not all(text.isascii() and text.isdigit() for text in texts):
        return r"[^&#]*\d[^&#]*"
    return _digits(texts)


def _digits(texts: list[str]) -> str:
    """Numbers of at least four figures, or of fewer where they show fewer: they grow, and archives hold shorter ones."""
    shortest = min(map(len, texts))
    return r"\d+" if shortest < 3 else rf"\d{{{min(shortest, 4)},}}"


def _form(texts: list[str]) -> str | None:
    """The form of a text that holds an article's number: `12345-a-headline`, `a-headline-12345`, `AEN20261125001500`, or a
    code of one length (`c4g9x0k2lm3o`)."""
    if all(_NUMBER_FIRST.fullmatch(text) for text in texts):
        return r"\d{3,}[_-][^/?]+"
    if all(_NUMBER_LAST.fullmatch(text) for text in texts):
        return r"[^/?]+[_-]\d{4,}"
    sizes, digits = set(map(len, texts)), sum(any(c.isdigit() for c in text) for text in texts)
    codes = [_CODE.fullmatch(text) for text in texts]
    heads = {code[1] if code else None for code in codes}
    if (
        len(heads) == 1
        and (head := heads.pop())
        and len(set(texts)) > 1
        and all(t[len(head) :].isdigit() for t in texts)
    ):
        return rf"{re.escape(head)}\d{{{max(3, min(sizes) - len(head) - 1)},}}"
    if len(sizes) == 1 and min(sizes) >= 8 and digits * 3 > len(texts) * 2 and all(map(_is_code, texts)):
        return rf"[A-Za-z0-9]{{{min(sizes)},}}"
    if all(codes) and len(set(texts)) > 1:
        return rf"(?=[^/?]*\d)[A-Za-z0-9]{{{max(6, min(sizes) - 2)},}}"
    return None


def _is_code(text: str) -> bool:
    return text.isascii() and text.isalnum()


def _finished(
    urls: tuple[str, ...],
    known: list[str],
    refused: list[str],
    wide: set[str],
    *,
    general: bool,
    outside: Sequence[str],
    strays: tuple[str, ...],
) -> Pattern:
    """The pattern with what it must refuse besides: lists under an open section, other editions. `wide`: sections that
    headlines of the page lead to."""
    never: list[str] = []
    used = wide | {part.lower() for url in known for part in (*parts_of(url).sections, *parts_of(url).rest)}
    shapes = {parts_of(url).shape for url in known}
    alike = [url for url in refused if parts_of(url).shape in shapes or any(re.search(one, url) for one in urls)]
    caught = {part for url in alike for part in _telling(url, used)} if general else set[str]()
    words = [word for word in dict.fromkeys((*(NOT_LISTS if general else ()), *sorted(caught))) if word not in used]
    if words:
        never.append(f"^https?://[^/]+/(?:[^?]*/)?(?:{'|'.join(map(re.escape, words))})(?:/|$)")
    moved = [re.sub(r"(?<=\w)/[^/]*", f"/{prefix}", url, count=1) for url in known for prefix in outside]
    if any(re.search(one, url) for one in urls for url in moved):
        never.append(f"^https?://[^/]+/(?:{'|'.join(map(re.escape, outside))})(?:/|$)")
    pattern = Pattern(urls, f"the form of {len(known) - len(strays)} of {len(known)} addresses", tuple(never))
    wrong = [url for url in known if url not in strays and not pattern.takes(url)]
    counter = sorted((url for url in refused if not pattern.takes(url)), key=len, reverse=True)
    taken = [url for url in known if pattern.takes(url)]
    return Pattern(
        urls,
        pattern.why,
        tuple(never),
        examples=tuple(_spread(taken, SHOWN)),
        counterexamples=tuple(_spread(counter, SHOWN)),
        strays=(*strays, *wrong),
    )


def _telling(url: str, used: set[str]) -> list[str]:
    """The parts of an address that set a list's or person's page apart from articles of the same shape (`/author/12-name`):
    a word that says so, else its section, where no article is of it."""
    found = parts_of(url)
    parts = [part.lower() for part in (*found.sections, *found.rest)]
    return [part for part in parts if part in STOP] or [
        part.lower() for part in found.sections if part.lower() not in used
    ][:1]


def _spread(urls: Sequence[str], most: int) -> list[str]:
    """At most so many, from all over the list."""
    step = max(1, -(-len(urls) // most))
    return list(urls[::step])
