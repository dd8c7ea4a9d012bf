"""Everything but the text that a page's HTML says of itself, gathered in one walk: meta, link, time, microdata, headings.

Names are lower-cased; a `name`, `property`, `itemprop` or `http-equiv` counts alike, as publishers mix them up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from pipelines import markup, microdata
from pipelines.markup import Names
from pipelines.text import has_template, squeeze

MAX_CONTENT = 4000
MAX_TIMES = 400
MAX_TITLE = 1_000
"""Characters of a title or a main heading; no headline is near it."""
SERVED = frozenset({"date", "expires", "last-modified"})


@dataclass(frozen=True, slots=True)
class Time:
    """A `time` element: what it says (`datetime`, else its text), and its itemprop."""

    element: HtmlElement
    when: str
    prop: str


@dataclass(frozen=True, slots=True)
class Tags:
    """`meta`: name -> contents, in page order. `links`: rel -> hrefs. `times`: the `time` elements. `items`: microdata (and the
    days of RDFa) in the body, property -> values, of the item that is the page's own story or of none. `headings`: the h1
    texts with their element. `names`: what the attributes say."""

    meta: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=dict)
    times: list[Time] = field(default_factory=list)
    items: dict[str, list[str]] = field(default_factory=dict)
    headings: list[tuple[HtmlElement, str]] = field(default_factory=list)
    clocks: list[str] = field(default_factory=list)
    title: str | None = None
    language: str | None = None
    names: Names = field(default_factory=Names)

    def first(self, *names: str) -> str | None:
        """The first content given under any of the names, in the order of the names."""
        return next((value for name in names for value in self.meta.get(name, ()) if value), None)

    def said(self) -> list[str]:
        """The headline as the page gives it, by each of its tags and first headings."""
        given = (
            self.first("og:title"),
            self.first("twitter:title"),
            self.title,
            *(text for _, text in self.headings[:3]),
        )
        return [text for text in given if text]

    def all(self, *names: str) -> list[str]:
        """All contents under the names, each once, in order."""
        return list(dict.fromkeys(value for name in names for value in self.meta.get(name, ()) if value))


def read(root: HtmlElement) -> Tags:
    """Gathers the tags of one tree; the tree is not changed."""
    found = Tags(language=_language(root), title=_title(root), names=markup.names(root))
    for element in root.iter("meta", "link", "time", "dateformat", "h1"):
        match element.tag:
            case "meta":
                _meta(element, found)
            case "link":
                for rel in (element.get("rel") or "").casefold().split():
                    if href := (element.get("href") or "").strip():
                        found.links.setdefault(rel, []).append(href)
            case "time":
                if len(found.times) < MAX_TIMES and (when := _when(element)):
                    found.times.append(Time(element, when, element.get("itemprop") or ""))
            case "dateformat":
                # An AngularJS directive of TASS (`<dateformat time="1698825600" mode="abs">`): any element of the name.
                if value := element.get("time"):
                    found.clocks.insert(0 if element.get("mode") == "abs" else len(found.clocks), value.strip())
            case _:
                if (text := heading(element)[:MAX_TITLE]) and not has_template(text):
                    found.headings.append((element, text))
    for name, value in microdata.read(found.names, [element for element, _ in found.headings], found.said()):
        found.items.setdefault(name, []).append(value)
    return found


_BUTTON = re.compile(r"(?:^|[\s_-])(?:share|sharing|social|comments?|counts?|counter|views|print|bookmark)(?=$|[\s_-])")


def heading(element: HtmlElement) -> str:
    """Text of a heading without scripts and styles; a line break or block inside counts as a blank."""
    return squeeze(_joined(element))


def _joined(element: HtmlElement) -> str:
    out = [element.text or ""]
    for child in element:
        if child.tag not in ("script", "style", "svg", "noscript", "button") and not _is_button(child):
            inner = _joined(child)
            # A kicker in an element of its own stands in a line of its own, whatever its tag.
            before = out[-1][-1:] or (out[-2][-1:] if len(out) > 1 else "")
            glued = bool(inner) and inner[0].isupper() and before.isalnum()
            out.append(f" {inner} " if glued or child.tag in ("br", "div", "p") else inner)
        tail = child.tail or ""
        out.append(" " + tail if tail[:1].isupper() and out[-1][-1:].islower() else tail)
    return "".join(out)


def _is_button(element: HtmlElement) -> bool:
    """A link or part of a heading to share it, or the number of its comments."""
    called = element.get("class") or ""
    return bool(called) and _BUTTON.search(called) is not None and len(element.text_content().split()) <= 2


def _meta(element: HtmlElement, found: Tags) -> None:
    content = element.get("content")
    if not content or not (content := squeeze(content[:MAX_CONTENT])) or has_template(content):
        return
    for attribute in ("property", "name", "itemprop", "http-equiv"):
        if (name := element.get(attribute)) and not (attribute == "itemprop" and microdata.in_body(element)):
            for one in name.casefold().split():
                # What a server would say of its answer is not of the story.
                if attribute != "http-equiv" or one not in SERVED:
                    found.meta.setdefault(one, []).append(content)


def _when(element: HtmlElement) -> str:
    return squeeze(element.get("datetime") or element.get("content") or "".join(element.itertext())[:80])


def _title(root: HtmlElement) -> str | None:
    for element in root.iter("title"):
        parent = element.getparent()
        if parent is not None and parent.tag in ("svg", "symbol", "g"):
            continue
        if (text := squeeze((element.text or "")[:MAX_TITLE])) and not has_template(text):
            return text
    return None


def _language(root: HtmlElement) -> str | None:
    html = root if root.tag == "html" else root.find(".//html")
    return (
        None
        if html is None
        else html.get("lang") or html.get("{http://www.w3.org/XML/1998/namespace}lang") or html.get("xml:lang")
    )
