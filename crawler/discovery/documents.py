"""Bytes of an answer -> text that a parser may be given: charset, control characters, size, and what it seems to be."""

from __future__ import annotations

import html
import html.entities
import re
from functools import lru_cache

from w3lib.encoding import read_bom, resolve_encoding

from crawler.discovery import tagless
from pipelines.tree import encoding_of

MAX_FEED_BYTES = 5_000_000
MAX_WHOLE_FEED_BYTES = 10_000_000
"""A feed of some 800 articles with their whole texts; what Scrapy is told to take at most (DOWNLOAD_MAXSIZE)."""

MAX_SITEMAP_BYTES = 50_000_000
"""The sitemap protocol's own limit of an uncompressed file is 50 MB (sitemaps.org/protocol.html)."""

_DECLARED = re.compile(r"""\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,400}\?>")
_META_CHARSET = re.compile(r"""<meta[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_CONTROLS = (*map(chr, (*range(9), 11, 12, *range(14, 32))), "\ufffe", "\uffff")
_CONTROL_BYTES = bytes((*range(9), 11, 12, *range(14, 32)))
_SHORT = 8_000
"""Bytes up to which one pass by a table is quicker than a scan for each control character."""

_REFERENCE = re.compile(r"&#(?:[xX]0{0,8}([0-9A-Fa-f]{1,6})|0{0,8}([0-9]{1,7}));")
# Atomic groups, and no `*+` about what is tried in several ways: CPython before 3.11.5 matches that wrongly.
_BEFORE_ROOT = (
    r"(?is:(?>(?:\s+|<\?(?>(?:[^?]+|\?(?!>))*)\?>|<!--(?>(?:[^-]+|-(?!->))*)-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)*))"
)
_PROLOGUE = re.compile(_BEFORE_ROOT)
_ROOT = re.compile(rf"{_BEFORE_ROOT}<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_ENDLESS = re.compile(r"&#[0-9]{1000,};?")
_AMPERSAND = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!(?:amp|lt|gt|quot|apos);|#)(?:([A-Za-z][A-Za-z0-9]{1,31});)?", re.DOTALL
)

_WIDE = {
    b"<\x00\x00\x00": "utf-32-le", b"\x00\x00\x00<": "utf-32-be", b"<\x00": "utf-16-le", b"\x00<": "utf-16-be",
}  # fmt: skip
"""By a document's first bytes where it has no byte order mark."""

_SEVERAL_BYTES = ("gb", "hz", "big5", "euc", "cp932", "cp949", "shift", "iso2022", "iso-2022", "johab")

_CHALLENGES = (
    "servicepipe.ru", "__qrator", "ddos-guard", "/cdn-cgi/challenge-platform", "cf-browser-verification", "_incapsula_",
    "arvancloud", "g-recaptcha", "h-captcha", "hcaptcha.com", "captcha-delivery.com", "<title>just a moment",
)  # fmt: skip


def decode(body: bytes, charset: str | None) -> str:
    """Text of an XML, JSON or HTML body, without its byte order mark and without what XML 1.0 does not allow.

    A byte order mark is right. Else the charsets of the HTTP header and of the document itself are tried, strictly,
    since servers name wrong ones: UTF-8 where either names it, then East Asian ones, whose rules a wrong text breaks,
    then UTF-8 unnamed, and only then those of one byte a character, which fit anything. At last the first one named, or
    cp1252, with replacements. Names are read as browsers do (gb2312 as gb18030, latin-1 as cp1252:
    encoding.spec.whatwg.org).
    """
    return decoded(body, charset)[0]


def decoded(body: bytes, charset: str | None) -> tuple[str, bytes | None]:
    """What `decode` gives, and the body where that is the text's own UTF-8, so that nobody has to make it again."""
    head = body[:4]
    if not head.isascii() or b"\x00" in head:
        marked, mark = read_bom(body)
        if marked and mark:
            return _clean(body[len(mark) :].decode(marked, "replace")), None
        if wide := _WIDE.get(head) or _WIDE.get(head[:2]):
            return _clean(body.decode(wide, "replace")), None
    start = body[:2048].decode("latin-1")
    declared = _DECLARED.match(start) or _META_CHARSET.search(start)
    named = (charset, declared and declared[1])
    known = [codec for name in named if name and (codec := _codec_of(name))]
    for name in _in_turn(tuple(known)) if known else ("utf-8",):
        try:
            text = body.decode(name)
        except UnicodeDecodeError as error:
            if (
                name == "utf-8" and error.end == len(body) and error.start >= len(body) - 3
            ):  # cut inside its last letter
                return _clean(body[: error.start].decode(name)), None
        except LookupError:
            continue
        else:
            if name != "utf-8" or not _is_legal_utf8(body, text):
                return _clean(text), None
            allowed = _with_allowed_references(text)
            return allowed, body if allowed == text else None
    return _clean(body.decode(known[0] if known else "cp1252", "replace")), None


@lru_cache(maxsize=64)
def _codec_of(name: str) -> str | None:
    """The codec that browsers mean by a charset's name; None for what is no document's, and for those of two bytes, which
    a document shows itself."""
    codec = resolve_encoding(name) if encoding_of(name) else None
    return None if codec is None or codec.startswith(("utf-16", "utf-32")) else codec


@lru_cache(maxsize=64)
def _in_turn(known: tuple[str, ...]) -> tuple[str, ...]:
    several = [name for name in known if name.startswith(_SEVERAL_BYTES)]
    return tuple(dict.fromkeys([*(name for name in known if name == "utf-8"), *several, "utf-8", *known]))


def _is_legal_utf8(body: bytes, text: str) -> bool:
    """Whether UTF-8 that was decoded (so without halves of surrogate pairs) holds nothing that XML does not allow: its bytes
    tell sooner than its letters, which may take four times the room."""
    if len(body) <= _SHORT:
        if len(body.translate(None, _CONTROL_BYTES)) != len(body):
            return False
    elif any(map(body.__contains__, _CONTROL_BYTES)):
        return False
    return body.isascii() or ("\ufffe" not in text and "\uffff" not in text)


def as_utf8(text: str, utf8: bytes | None = None) -> bytes:
    """Decoded XML as bytes for a parser that is told UTF-8; the old declaration would contradict it and goes. `utf8`: the
    text's own, where they are at hand."""
    declared = _DECLARATION.match(text)  # a search would try every place of the text
    start = declared.end() if declared else 0
    if utf8 is not None and text[:start].isascii():
        return utf8[start:]
    return text[start:].encode("utf-8")


def _clean(text: str) -> str:
    return _with_allowed_references(_legal(text.removeprefix("\ufeff")))


def _with_allowed_references(text: str) -> str:
    return _REFERENCE.sub(_allowed_reference, text) if "#" in text else text


def _legal(text: str) -> str:
    """Without what XML does not allow. A scan for each single character takes a tenth of the time that a class takes."""
    return text if _is_legal(text) else _NOT_XML.sub("", text)


def _is_legal(text: str) -> bool:
    return not any(map(text.__contains__, _CONTROLS)) and (text.isascii() or not _has_halves(text))


def _has_halves(text: str) -> bool:
    """Whether halves of surrogate pairs stand in it: encoding tells at a fifth of the time of an expression."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _allowed_reference(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    allowed = code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
    return match[0] if allowed else ""


def mend_ampersands(text: str) -> str:
    """XML whose author forgot to escape: `&nbsp;` as its character, `&` of an address as `&amp;` (libxml2 drops both).

    Entities that a document declares itself become text: nothing is ever expanded.
    """
    return _AMPERSAND.sub(_mended, text)


def _mended(match: re.Match[str]) -> str:
    if match[0].startswith("<"):
        return match[0]
    character = html.entities.html5.get(f"{match[1]};") if match[1] else None
    return html.escape(character, quote=False) if character else f"&amp;{match[0][1:]}"


def root_name(text: str) -> str:
    """Local name of a document's first element in lower case, `""` for what is no markup (JSON, plain text)."""
    root = _ROOT.match(text, 0, 65_536)
    return root[1].lower() if root else ""


def start_of_root(text: str) -> int:
    """Where a document's first element begins, after declarations and comments; looked for in its first 65,536 letters."""
    skipped = _PROLOGUE.match(text, 0, 65_536)
    return skipped.end() if skipped else 0


def is_closed(text: str, root: str) -> bool:
    """Whether a document has its root's end tag (or an empty root element): False for one that was cut off."""
    if text.endswith((f"</{root}>", f"</{root}>\n")):
        return True
    end = _end_of(root)
    last = text.rfind("</")
    if last >= 0 and end.match(text, last):
        return True
    return end.search(text[-4096:]) is not None or end.search(text) is not None


@lru_cache(maxsize=64)
def _end_of(root: str) -> re.Pattern[str]:
    name = rf"(?:[\w.-]+:)?{re.escape(root)}"
    return re.compile(rf"</{name}\s*>|<{name}\b[^<>]*/>", re.IGNORECASE)


def before_the_cut(text: str, *entries: str) -> tuple[str, bool]:
    """What of a document that was cut off is whole, up to the end tag of its last whole entry (empty where none is), and
    whether the cut went through another one: an address there may have lost its end, and would be another article's."""
    names = "|".join(map(re.escape, entries))
    end = 0
    for match in re.finditer(rf"</(?:[\w.-]+:)?(?:{names})\s*>", text, re.IGNORECASE):
        end = match.end()
    opened = re.compile(rf"<(?:[\w.-]+:)?(?:{names})[\s>/]", re.IGNORECASE)
    return text[:end], opened.search(text, end) is not None


def is_bot_check(text: str) -> bool:
    """Whether an HTML answer is a bot check: it bears the name of a known one (tass.ru: servicepipe, Qrator)."""
    head = text[:100_000].lower()
    return any(mark in head for mark in _CHALLENGES)


def unescape(text: str) -> str:
    """`html.unescape`, which raises ValueError for a number of more than 4,300 digits; such names no character."""
    return html.unescape(_ENDLESS.sub("", text) if "&#" in text else text)


def plain(text: str | None) -> str | None:
    """One line of text from a title or summary that may hold markup and entities, None where nothing is left."""
    if not text:
        return None
    if "&" in text:
        text = unescape(text)
    if "<" in text:
        text = tagless.one_line(text)
    if "&" in text:
        text = unescape(text)
    line = text.strip().replace("\n", " ")
    if line.isprintable():  # as most are: nothing to take out, and no blank but the space
        return (" ".join(line.split()) if "  " in line else line) or None
    return " ".join(_legal(text).split()) or None


def paragraphs(text: str | None) -> str | None:
    """Plain text of an article that a feed carries as HTML: paragraphs parted by one blank line, None where empty."""
    if not text:
        return None
    if "<" not in text and "&lt;" in text:
        text = unescape(text)
    legal = _is_legal(text)
    kept = []
    for line in tagless.lines(text):
        if not line or line.isspace():
            continue
        told = _NOT_XML.sub("", unescape(line)) if "&" in line or not legal else line
        told = told.strip().replace("\n", " ")
        if told := " ".join(told.split()) if "  " in told or not told.isprintable() else told:
            kept.append(told)
    return "\n\n".join(kept) or None
