"""From the bytes of a page to one parsed tree: decode, repair what libxml2 stumbles over, parse once.

The order of the encodings: a byte order mark, the HTTP header, the page's own declaration, detection (WHATWG
"encoding sniffing algorithm"); the first that decodes without an error is taken.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml.etree import ElementDefaultClassLookup, LxmlError, tostring
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from pipelines import attributes
from pipelines.text import TEMPLATE

BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
DECLARED = re.compile(
    rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})|^\s*<\?xml[^>]{0,200}encoding=[\"']([A-Za-z0-9_.:-]{2,40})",
    re.I,
)
HEAD = 4096
# WHATWG gives these labels the meaning of a wider encoding, because pages use its extra characters.
WIDER = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "latin_1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "shift_jis": "cp932", "big5": "big5hkscs",
    "utf-7": "cp1252",
}  # fmt: skip
ESCAPED = frozenset(
    {"unicode_escape", "raw_unicode_escape", "unicode-escape", "raw-unicode-escape", "idna", "punycode"}
)
# Looked for in every page: an expression of bytes finds two signs in a third of the time that `in` takes in text.
REFERENCE = re.compile(b"&#[0-9a-zA-Z]+;?")
MUSTACHES = re.compile(b"{{")
NUMERIC = re.compile(r"&#(?:[xX]0*([0-9a-fA-F]{1,8})|0*([0-9]{1,9}));?")
# Raw C0 control bytes but tab, line feed and carriage return; libxml2 cuts the text at a NUL.
C0 = bytes(c for c in range(0x20) if c not in (0x09, 0x0A, 0x0D)) + b"\x7f"
NONCHARACTER = re.compile("[\ufffe\uffff]")
LIMIT_MESSAGES = ("use XML_PARSE_HUGE", "Excessive depth", "huge text node", "Buffer size limit")
UTF8_LOSS = 0.01
# At depth 2048 libxml2 gives up in any case. No page means so many openings of one element: they are read as one.
RUNS = re.compile(rb"(<[A-Za-z][A-Za-z0-9]{0,15}(?:\s[^<>]{0,200})?>)\s{0,99}(?:\1\s{0,99}){31,}")


@dataclass(frozen=True, slots=True)
class Parsed:
    """The tree, its text as decoded, the same in UTF-8 (signs are found sooner in bytes), the encoding that was used, and
    whether libxml2 had to be told to take a huge one. `held`: all elements; lxml makes an element anew for each walk that
    meets it, unless somebody still has it. `chosen`: those that the tree was cut down to (`narrow`), none where it is
    whole."""

    root: HtmlElement
    html: str
    source: bytes
    encoding: str
    huge: bool
    held: tuple[HtmlElement, ...] = ()
    chosen: tuple[HtmlElement, ...] = ()


class _Element(HtmlElement):  # type: ignore[misc]  # the stubs do not know it
    """An element whose text the serializer collects: five times as fast as the XPath that lxml.html asks."""

    def text_content(self) -> str:
        return tostring(self, method="text", encoding="unicode", with_tail=False)


# One class for all of them: lxml.html asks a function in Python for the class of each.
_ELEMENTS = ElementDefaultClassLookup(element=_Element)


Cut = Callable[[HtmlElement, str], tuple[HtmlElement, ...]]


def parse(body: bytes, charset: str | None, cut_down: Cut | None = None) -> Parsed | None:
    """One tree of the page; None where there is nothing to parse. Comments and processing instructions are left out.
    `cut_down`: called with the tree and its text, before any element is made; gives the elements it was cut down to."""
    html, encoding = decode(body, charset)
    # What was UTF-8 without a fault need not be written again.
    sound = encoding == "utf-8" and "\ufffd" not in html and not body.startswith(codecs.BOM_UTF8)
    source = body if sound else html.encode("utf-8", "replace")
    mended = repair(html, source)
    data = source if mended is html else mended.encode("utf-8", "replace")
    data = attributes.bound(data.translate(None, C0) if any(map(data.__contains__, C0)) else data)
    if not data.strip():
        return None
    root, huge = _tree(data, huge=False)
    if huge:
        root, cut = _tree(data, huge=True)
        if cut:
            root, _ = _tree(RUNS.sub(rb"\1", data), huge=True)
    if root is None:
        return None
    chosen = cut_down(root, html) if cut_down is not None else ()
    return Parsed(root, html, source, encoding, huge, tuple(root.iter()), chosen)


def parse_text(html: str) -> HtmlElement:
    """The tree of a small text that is known to be sound. Raises ValueError where it is empty."""
    parsed = parse(html.encode(), "utf-8")
    if parsed is None:
        raise ValueError("nothing to parse")
    return parsed.root


def decode(body: bytes, charset: str | None) -> tuple[str, str]:
    """Text and the name of the encoding. Never raises; what no encoding explains becomes U+FFFD."""
    tried: list[str] = []
    for name in _candidates(body, charset):
        if name in tried:
            continue
        tried.append(name)
        text = _decoded(body, name)
        if text is not None:
            return text.removeprefix("\ufeff"), name
    if (guess := _detected(body)) is not None:
        return guess
    return body.decode("utf-8", "replace").removeprefix("\ufeff"), "utf-8"


def repair(html: str, source: bytes) -> str:
    """Takes out what makes libxml2 lose text: references to control characters and non-characters (one `&#1;` loses
    the whole article); references to 128-159 mean windows-1252, as browsers read them. `source`: the text in UTF-8."""
    if "\ufffe" in html or "\uffff" in html:
        html = NONCHARACTER.sub("", html)
        source = html.encode("utf-8", "replace")
    return NUMERIC.sub(_reference, html) if _harmful(source) else html


def _harmful(source: bytes) -> bool:
    """Whether a reference must be mended: a page has many, of few kinds."""
    kinds = {kind.decode("ascii") for kind in set(REFERENCE.findall(source))}
    return any(_reference(match) != match[0] for kind in kinds for match in NUMERIC.finditer(kind))


def drop_templates(parsed: Parsed) -> list[str]:
    """Empties every text node that holds an unrendered `{{…}}` template (Angular, Vue); gives the texts dropped.

    Such a text is the mould of other pages' news, never this page's text."""
    dropped: list[str] = []
    if MUSTACHES.search(parsed.source) is None:
        return dropped
    for element in parsed.root.iter():
        if element.tag in ("script", "style", "template"):
            continue
        if element.text and "{{" in element.text and TEMPLATE.search(element.text):
            dropped.append(element.text.strip())
            element.text = None
        if element.tail and "{{" in element.tail and TEMPLATE.search(element.tail):
            dropped.append(element.tail.strip())
            element.tail = " "
    return dropped


def _candidates(body: bytes, charset: str | None) -> Iterator[str]:
    return filter(None, map(encoding_of, _named(body, charset)))


def _named(body: bytes, charset: str | None) -> Iterator[str]:
    yield from (name for bom, name in BOMS if body.startswith(bom))
    if charset:
        yield charset
    if match := DECLARED.search(body[:HEAD]):
        # A page that could be searched as ASCII is not UTF-16, whatever it declares (WHATWG).
        declared = (match[1] or match[2]).decode("ascii")
        yield "utf-8" if declared.lower().startswith("utf-16") else declared
    yield "utf-8"


def encoding_of(name: str) -> str | None:
    """The encoding of a label; None for one that is unknown or no page's: Python's own codecs turn bytes into bytes (zip),
    refuse all (undefined), or read escapes."""
    try:
        known = codecs.lookup(name.strip().strip("\"'")).name
        b"<html>  ".decode(known, "replace")
    except (LookupError, ValueError):
        return None
    return None if known in ESCAPED else WIDER.get(known, known)


def _decoded(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except UnicodeError:  # `undefined` raises no narrower one
        pass
    # One broken byte in a long UTF-8 page (a cut headline, an advertisement) does not make it another encoding.
    if name in ("utf-8", "gb18030", "cp932", "cp949", "big5hkscs"):
        text = body.decode(name, "replace")
        if text.count("\ufffd") < max(2, UTF8_LOSS * sum(byte > 0x7F for byte in body)):
            return text
    # windows-1252 has five holes that browsers fill with controls; no page means them.
    return body.decode(name, "replace") if name == "cp1252" else None


def _detected(body: bytes) -> tuple[str, str] | None:
    from charset_normalizer import from_bytes

    best = from_bytes(body[:20_000]).best()
    return (body.decode(best.encoding, "replace"), best.encoding) if best is not None else None


def _reference(match: re.Match[str]) -> str:
    number = int(match[1], 16) if match[1] else int(match[2])
    if 0x80 <= number <= 0x9F:
        return bytes((number,)).decode("cp1252", "ignore")
    if number < 0x20 and number not in (0x09, 0x0A, 0x0D):
        return ""
    if number == 0x7F or 0xD800 <= number <= 0xDFFF or number in (0xFFFE, 0xFFFF) or number > 0x10FFFF:
        return ""
    return match[0]


def _tree(data: bytes, *, huge: bool) -> tuple[HtmlElement | None, bool]:
    parser = HTMLParser(
        encoding="utf-8",
        collect_ids=False,
        default_doctype=False,  # type: ignore[call-arg]  # the stubs do not know it
        remove_comments=True,
        remove_pis=True,
        huge_tree=huge,
    )
    parser.set_element_class_lookup(_ELEMENTS)
    try:
        root = document_fromstring(data, parser=parser, ensure_head_body=False)
    except (LxmlError, ValueError, AssertionError):
        root = None
    cut = any(any(m in entry.message for m in LIMIT_MESSAGES) for entry in parser.error_log.filter_from_fatals())
    return root, cut
