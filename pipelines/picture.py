"""The picture that goes with the story: its address, caption and credit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from pipelines import urls
from pipelines.jsonld import Claims
from pipelines.tags import Tags
from pipelines.text import has_template, squeeze
from storage.models import Page

# A logo or placeholder stands for "no picture" (TASS shares its logo then).
STAND_IN = re.compile(
    r"logo|placeholder|default[-_.]?(?:image|img|share|og)|no[-_]?image|blank|spacer|favicon|avatar"
    r"|share[-_]?(?:img|image|default)|fallback",
    re.IGNORECASE,
)
_LABEL = (
    r"(?:photo(?:graph|graphie|graphy)?|foto(?:graf|grafía|grafia)?|picture|image|bild|illustration|grafik|credit|crédits?|crédito"
    r"|quelle|source|fuente|fonte|bron|kaynak|kilde|källa|фото|источник|写真|撮影|图片来源|圖|사진|صورة|تصوير)"
)
CREDIT = re.compile(
    rf"(?:[(\[]?(?:©|\(c\)|{_LABEL}s?(?: credit| by)?\s*[:：/]|photo by|foto von)\s*)(?P<who>[^()\[\]]{{2,100}}?)[)\]]?\s*$",
    re.IGNORECASE,
)
BRACKETED = re.compile(r"\((?P<who>[^()]{2,60}/\s?[^()/\s][^()/]{1,40})\)\s*$")
"""A name and an agency in brackets at the end: `… (A. Name/AP)`."""
LABELLED = re.compile(
    rf"^(?:©|{_LABEL}s?(?: credit| by)?\s*(?:[:：]|\.\.\.|…)|photo by|foto von)\s*(?=\S)", re.IGNORECASE
)
CREDIT_CLASS = ("credit", "Credit", "copyright", "photographer")
CREDIT_PROPERTY = ("copyrightHolder", "author")
MAX_CAPTION = 800


@dataclass(frozen=True, slots=True)
class Picture:
    """Absolute http(s) address, caption and credit as printed; None where the page gives none."""

    url: str | None = None
    caption: str | None = None
    credit: str | None = None
    origin: str = ""


def read(root: HtmlElement, page: Page, tags: Tags, claims: Claims) -> Picture:
    """JSON-LD, then og:image and twitter:image; the caption is JSON-LD's, else the figure's that shows this picture,
    else the first figure's of the article."""
    url, origin = None, ""
    for value, said in ((claims.image, "json-ld"), (tags.first("og:image", "og:image:url", "og:image:secure_url"),
        "meta"), (tags.first("twitter:image", "twitter:image:src"), "meta"),
                        (page.witness.image if page.witness else None, "feed")):  # fmt: skip
        if value and (url := _absolute(value, page)):
            origin = said
            break
    caption, credit = _figure(root, url)
    if claims.image_caption and claims.image_caption != claims.headline:
        caption = claims.image_caption
    caption, found = _parted(caption)
    credit = claims.image_credit or credit or found
    return Picture(url, caption, LABELLED.sub("", credit) if credit else None, origin)


def _absolute(value: str, page: Page) -> str | None:
    """An http(s) address without user name, in which nothing is left that would end an attribute or a line, or steer."""
    try:
        whole = urljoin(page.final_url or page.url, value.strip(urls.STRIPPED))
        parts = urlsplit(urls.canonical(whole))
    except ValueError:
        return None
    if STAND_IN.search(parts.path.rpartition("/")[2]) or "@" in urlsplit(whole).netloc:
        return None
    # The query of a picture's address belongs to it (sizes, signatures): kept as the page gives it.
    return urls.harmless(whole)


def _figure(root: HtmlElement, url: str | None) -> tuple[str | None, str | None]:
    name = _stem(url) if url else None
    first: tuple[str | None, str | None] = (None, None)
    for figure in root.iter("figure"):
        caption = figure.find(".//figcaption")
        if caption is None:
            continue
        text, credit = _caption(caption)
        if not text and not credit:
            continue
        if name and any(
            name in (img.get("src") or "") + (img.get("data-src") or "") + (img.get("srcset") or "")
            for img in figure.iter("img", "source")
        ):
            return text, credit
        if first == (None, None) and not any(
            parent.tag in ("aside", "nav", "footer") for parent in figure.iterancestors()
        ):
            first = (text, credit)
    return first


def _caption(caption: HtmlElement) -> tuple[str | None, str | None]:
    whole = squeeze(caption.text_content()[:MAX_CAPTION])
    if has_template(whole):
        return None, None
    marked = next((element for element in caption.iterdescendants() if _of_credit(element)), None)
    credit = squeeze(marked.text_content()) if marked is not None else ""
    text = whole.replace(credit, "").strip(" |-–—·(),") if credit else whole
    return text or None, credit or None


def _of_credit(element: HtmlElement) -> bool:
    name = element.get("class") or ""
    return any(word in name for word in CREDIT_CLASS) or element.get("itemprop") in CREDIT_PROPERTY


def _stem(url: str) -> str | None:
    stem = urlsplit(url).path.rpartition("/")[2].rpartition(".")[0] or urlsplit(url).path.rpartition("/")[2]
    return stem if len(stem) >= 6 else None


def _parted(caption: str | None) -> tuple[str | None, str | None]:
    """A caption that ends in its credit (`… (Photo: A. Name/dpa)`) taken apart."""
    if not caption:
        return None, None
    match = CREDIT.search(caption) or BRACKETED.search(caption)
    if match is None:
        return caption, None
    return caption[: match.start()].strip(" |-–—·(") or None, match["who"].strip(" .|")
