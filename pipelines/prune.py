"""What is taken out of the tree before the body is looked for, because its place or markup shows that it is no text.

Every rule is general: HTML's own meaning (figure captions, navigation), words that publishers use in class names, and
paragraphs that are nothing but a link to another page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import cast

from lxml import etree
from lxml.html import HtmlElement

from pipelines.text import listed, squeeze, words

Dropped = tuple[str, str]

SILENT = listed("script style svg link meta template iframe object canvas dialog")
CAPTIONS = ("figcaption",)
# Whole words of class and id (parted at white space, `-`, `_` and camelCase), never parts of words.
NOISE = re.compile(
    r"(?:^|[\s_-])(?:"
    r"related(?:[-_]?(?:stories|story|articles?|posts?|links?|content|news|items|topics|box|coverage|reading|content))?|read[-_]?(?:also|more|next)|see[-_]?also|recommended(?:[-_]\w+)?|recirc(?:ulation)?|more[-_](?:stories|news|from|articles|on)|most[-_](?:read|popular|viewed)"
    r"|newsletter(?:[-_]?(?:signup|sign-up|box|promo|form|widget|cta|subscribe))?|sign[-_]?up|promo(?:tion|box)?|advert(?:isement|ising)?|ad[-_]?(?:slot|container|wrapper|unit|banner)|sponsored|outbrain|taboola|paywall[-_](?:promo|overlay|teaser)"
    r"|photo[-_]?(?:credit|caption)|image[-_]?(?:credit|caption|source|copyright)|wp-caption-text|caption(?:[-_]?text)?|copyright|media[-_]caption|img[-_]?caption|bildunterschrift|bildquelle|bildnachweis"
    r"|social[-_]?(?:share|links|media|bar|buttons|follow)?|share[-_]?(?:bar|buttons?|tools|links)|author[-_]?(?:bio|box|info|card|description|profile)|about[-_]author|bio[-_]?box|byline(?:[-_]\w+)?|article[-_]?(?:meta|tags|tools|footer)|post[-_]?(?:meta|tags|footer)|tag[-_]?(?:list|cloud|s)|tags|breadcrumbs?"
    r"|comments?[-_]?(?:section|list|area|wrapper|form|box)|disqus[-_]thread|reader[-_]comments|reading[-_]time|read[-_]time|screen[-_]reader(?:[-_]text)?|visually[-_]?hidden|sr[-_]only|print[-_]only|no[-_]?print"
    r")(?=$|[\s_-])",
    re.IGNORECASE,
)
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
KEEP_WORDS = 120
CONTAINERS = listed(
    "div section aside p ul ol span figure footer header dl blockquote form h2 h3 h4 h5 small strong em li button a nav"
)
NAMES = etree.XPath("//@class | //@id", smart_strings=False)
LINKED = etree.XPath("//*[self::p or self::h2 or self::h3 or self::h4 or self::h5][.//a[@href]]")
PROSE = 100
LINK_SHARE = 0.95
MAX_TEASER_WORDS = 40
LINK_WORDS = 4


def quieten(root: HtmlElement) -> None:
    """Takes out what never holds text (scripts, styles, drawings): the body's search then copies a smaller tree."""
    etree.strip_elements(root, *SILENT, with_tail=False)
    for element in list(root.iter("nav", "footer")):
        # Some sites of old put their text there all the same.
        if element.getparent() is not None and not any(len(p.text_content()) > PROSE for p in element.iter("p")):
            element.drop_tree()


def noise(root: HtmlElement) -> list[Dropped]:
    """Takes out captions, boxes named as noise, and teaser paragraphs; gives (rule, text) of each."""
    dropped: list[Dropped] = []
    for element in list(root.iter(*CAPTIONS)):
        take(element, "caption", dropped)
    total = len(root.text_content())
    for element in list(_named(root)):
        if element.getparent() is None or not _attached(element, root):
            continue
        text = element.text_content()
        # A name is a hint, not proof: a box that holds much of the page is the article in disguise.
        if len(text) < 0.3 * total and not _holds_article(element, text):
            take(element, "noise box", dropped)
    for element in cast("list[HtmlElement]", LINKED(root)):
        if _teaser(element):
            take(element, "teaser", dropped)
    for element in list(root.iter("ul", "ol")):
        items = element.findall("li")
        # Headlines of other stories; a list of names or topics that are links has shorter items.
        if (
            len(items) > 1
            and all(_teaser(item) for item in items)
            and words(element.text_content()) >= LINK_WORDS * len(items)
        ):
            take(element, "teaser", dropped)
    return dropped


def _named(root: HtmlElement) -> Iterator[HtmlElement]:
    """Elements of noisy names. The names are asked for first: strings are cheaper than elements."""
    noisy = {name for name in set(cast("list[str]", NAMES(root))) if _noisy(name)}
    if noisy:
        for element in root.iter(*CONTAINERS):
            if element.get("class") in noisy or element.get("id") in noisy:
                yield element


@lru_cache(maxsize=20_000)
def _noisy(name: str) -> bool:
    return NOISE.search(CAMEL.sub("-", name)) is not None


def _attached(element: HtmlElement, root: HtmlElement) -> bool:
    return element.getroottree().getroot() is root


def _holds_article(element: HtmlElement, text: str) -> bool:
    return words(text) > KEEP_WORDS and (
        element.find(".//h1") is not None or sum(1 for p in element.iter("p") if len(p.text_content()) > 120) > 3
    )


def _teaser(element: HtmlElement) -> bool:
    """A paragraph among others whose text is one link to another page: the headline of another story."""
    link = element.find(".//a[@href]")
    if link is None:
        return False
    href = (link.get("href") or "").strip()
    if href.startswith(("#", "mailto:", "tel:", "javascript:")):
        return False
    whole = squeeze(element.text_content())
    linked = squeeze(link.text_content())
    if len(whole) < 15 or len(linked) < LINK_SHARE * len(whole) or words(whole) > MAX_TEASER_WORDS:
        return False
    return element.tag != "p" or not whole.endswith((".", "。", ",", ";"))


def take(element: HtmlElement, rule: str, dropped: list[Dropped]) -> None:
    """Takes one element out, its tail text stays; notes (rule, text). Harmless for one that is out already."""
    if element.getparent() is None:
        return
    if text := squeeze(element.text_content()[:2000]):
        dropped.append((rule, text[:300]))
    element.drop_tree()
