"""Filters of the templates. What is Markup here was put together by `Markup.format`, which escapes what is put in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from jinja2 import pass_context
from markupsafe import Markup

from storage.clock import epoch
from storage.web import times

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2.runtime import Context

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_RIGHT_TO_LEFT: Final = frozenset(
    {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "mzn", "nqo", "pnb", "ps", "sd", "syr", "ug", "ur", "yi"}
)
# Control characters, which HTML may not hold, and halves of surrogate pairs, which UTF-8 cannot.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_CONTROLS = re.compile("[\x00-\x20\x7f]")


def text(value: object) -> str:
    """What others wrote, without what HTML cannot hold; a list as `a, b`. To be escaped like any other text."""
    if value is None:
        return ""
    return _UNPRINTABLE.sub("\ufffd", str(value).replace("\r\n", "\n").replace("\r", "\n"))


def lang(language: str | None) -> Markup:
    """The attributes of an element with text in `language`: ` lang="ar" dir="rtl"`. The direction is told by the text itself
    where the language does not; either way what is in the element cannot turn what is around it."""
    if not language or not _LANGUAGE.fullmatch(language):
        return Markup(' dir="auto"')
    script = language.split("-")[1:2]
    first = language.split("-")[0].lower()
    turned = first in _RIGHT_TO_LEFT if script not in (["Latn"], ["Cyrl"]) else False
    return Markup(' lang="{}" dir="{}"').format(language, "rtl" if turned or script == ["Arab"] else "auto")


def href(url: object) -> str | None:
    """An address that a link may lead to: absolute, http or https, with a host; None of any other."""
    if not isinstance(url, str) or _CONTROLS.search(url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    return url if parts.scheme.lower() in {"http", "https"} and host else None


def out(url: object, words: object = None) -> Markup:
    """A link out of the site, which tells the other side nothing of it; the bare words where `url` may not be a link."""
    told = text(words if words is not None else url)
    if (target := href(url)) is None:
        return Markup("<bdi>{}</bdi>").format(told)
    return Markup('<a class="out" rel="noreferrer noopener external nofollow" href="{}"><bdi>{}</bdi></a>').format(
        target, told
    )


@pass_context
def moment(context: Context, at: str | None, relative: bool = True) -> Markup:
    """`<time>`: `14:03 UTC`, and how long ago."""
    if not at or epoch(at) is None:
        return Markup("<span>{}</span>").format(text(at) or "no time")
    now = float(context["now"])
    past = times.ago(at, now) if relative else ""
    told = Markup('<time datetime="{}" title="{}">{}</time>').format(at, at, times.shown(at, now))
    return told + Markup(' <span class="ago">{}</span>').format(past) if past else told


def span(seconds: float | None) -> str:
    """`2 h 10 min`."""
    return "–" if seconds is None else times.span(seconds)


def number(value: float | None) -> str:
    """`1 000 000`, with narrow blanks that do not break."""
    return "–" if value is None else f"{value:,}".replace(",", "\u202f")


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "text": text,
    "lang": lang,
    "href": href,
    "out": out,
    "moment": moment,
    "span": span,
    "number": number,
    "local": times.local,
}
