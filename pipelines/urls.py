"""One canonical form for an address, so that one article is one row; the original URL is always kept beside it.

Only what never changes the resource is normalised (RFC 3986 section 6.2, WHATWG URL for hosts and dot segments), and
only parameters known to track a reader or his session are dropped.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

import idna

from pipelines.text import listed

TRACKING = frozenset(
    listed("""fbclid gclid gclsrc dclid gbraid wbraid yclid ysclid ymclid msclkid twclid ttclid igshid igsh li_fat_id mc_cid
    mc_eid mkt_tok vero_id vero_conv _hsenc _hsmi __hstc __hssc __hsfp hsctatracking _openstat _ga _gl oly_anon_id
    oly_enc_id rb_clickid s_cid wickedid guccounter guce_referrer guce_referrer_sig xtor wt_mc wt_zmc ns_campaign
    ns_mchannel ns_source ns_linkname ns_fee at_medium at_campaign at_custom1 at_custom2 at_custom3 at_custom4
    phpsessid jsessionid aspsessionid cfid cftoken""")
)
TRACKING_PREFIXES = ("utm_", "aspsessionid", "pk_campaign", "pk_kwd", "mtm_")
SESSION_PARAMETER = re.compile(r";(?:jsessionid|phpsessid)=[^/;]*", re.IGNORECASE)
ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}|[^%]|%", re.DOTALL)
UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
PATH_SAFE = UNRESERVED | frozenset("!$&'()*+,;=:@/")
QUERY_SAFE = PATH_SAFE | frozenset("?")
HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_-])?")
DEFAULT_PORTS = {"http": 80, "https": 443}
STRIPPED = "".join(map(chr, range(0x21)))
UNSAFE = re.compile(
    '[\\s\\x00-\\x1f\\x7f-\\x9f"<>`\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]'
)
"""What stands in no address but encoded: blanks, control and bidirectional signs, quotation marks, brackets of markup."""
MIRRORS = ("www", "m", "mobile", "amp")
# The dress of a page: AMP, mobile, print. Whole parts of the path, endings of its last part, parameters.
DRESSES = frozenset({"m", "mobile", "amp"})
DRESS_ANYWHERE = frozenset({"amp", "amphtml"})
DRESS_FIRST = frozenset({"m", "mobile", "print", "printable"})
DRESS_LAST = frozenset({"print", "printable", "print-view", "mobile"})
DRESS_ENDING = re.compile(r"[._,-](?:amp|print|printable|mobile)(?=\.[sp]?html?$|\.php$|$)", re.IGNORECASE)
DRESS_PARAMETER = re.compile(
    r"(?:amp|print|printable|printer|mobile)(?:=(?:1|true|yes|on|y)?)?|"
    r"(?:outputtype|output|format|view|mode|version|layout|template|type)=(?:amp|amphtml|print|printable|mobile)",
    re.IGNORECASE,
)
SESSION_NAMES = frozenset({"sid", "s", "session", "sessionid", "session_id", "sessid", "sess"})
SESSION_VALUE = re.compile(r"(?=[^&]*\d)(?=[^&]*[a-z])[0-9a-z_-]{16,}", re.IGNORECASE)
USUAL = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?:/[A-Za-z0-9._~!$&'()*+,=:@-]*)+")
"""Addresses that are canonical as they stand, but for dots beside dots or slashes."""

HOME = re.compile(r"/(?:[a-z]{2}(?:-[a-z]{2})?/?)?(?:(?:index|default|home|main)(?:\.\w{3,5})?/?)?", re.IGNORECASE)


@lru_cache(maxsize=512)
def canonical(url: str) -> str:
    """The address of the same resource in one spelling; `canonical(canonical(u)) == canonical(u)`.

    Lower-case host in punycode without trailing dot, no user info, default port, fragment, tracking parameters or
    session ids; dot segments resolved, percent-encoding in upper case and only where needed. The order of the other
    parameters stays. Raises ValueError for anything but an absolute http or https URL with a host.
    """
    if USUAL.fullmatch(url) and ".." not in url and "/." not in url:
        return url
    try:
        url.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError(f"not a URL, it holds a lone surrogate: {url!r}") from None
    before, question, query = url.strip(STRIPPED).partition("#")[0].partition("?")
    parts = urlsplit(before.replace("\\", "/"))
    if parts.scheme not in DEFAULT_PORTS:
        raise ValueError(f"not an http(s) URL: {url!r}")
    port = parts.port
    authority = _host(parts.hostname or "", url)
    if port is not None and port != DEFAULT_PORTS[parts.scheme]:
        authority += f":{port}"
    path = _resolved(SESSION_PARAMETER.sub("", _escaped(parts.path, PATH_SAFE)))
    query = "".join(c for c in query if c not in "\t\r\n")
    kept = [p for p in _escaped(query, QUERY_SAFE).split("&") if p and not _tracks(p)] if question else []
    return f"{parts.scheme}://{authority}{path}" + ("?" + "&".join(kept) if kept else "")


def harmless(url: str) -> str:
    """`url` with what would end an attribute or a line, or steer whoever looks at it, percent-encoded as browsers and Scrapy
    send it; all else as it stands."""
    return UNSAFE.sub(lambda found: quote(found[0], safe=""), url)


def plain(url: str) -> str:
    """The canonical address without the marks of an AMP, mobile or print page: `amp.`, `m.`, `/amp`, `?amp=1`,
    `?outputType=amp`, `/print/`, `.print.html`. A guess: whoever uses it must compare the texts. Raises ValueError."""
    parts = urlsplit(canonical(url))
    labels = parts.netloc.split(".")
    if len(labels) > 2:
        labels = [label for place, label in enumerate(labels) if place > 1 or label not in DRESSES]
    segments = parts.path.split("/")[1:]
    last = len(segments) - 1 - (len(segments) > 1 and not segments[-1])
    kept = [
        segment
        for place, segment in enumerate(segments)
        if not (
            (name := segment.lower()) in DRESS_ANYWHERE
            or (place == 0 < last and name in DRESS_FIRST)
            or (place == last > 0 and name in DRESS_LAST)
        )
    ]
    path = "/" + "/".join(kept)
    path = DRESS_ENDING.sub("", path)
    query = "&".join(p for p in parts.query.split("&") if p and not DRESS_PARAMETER.fullmatch(p))
    return f"{parts.scheme}://{'.'.join(labels)}{path or '/'}" + (f"?{query}" if query else "")


def marked(url: str) -> bool:
    """Whether an address bears the marks of an AMP, mobile or print page."""
    return plain(url) != canonical(url)


@lru_cache(maxsize=512)
def place(url: str) -> str:
    """What the plain, AMP, mobile and print addresses of one page have in common: no scheme, no `www.`, no slash at the
    end. Raises ValueError like `canonical`."""
    found = plain(url).partition("://")[2].removeprefix("www.")
    return found.rstrip("/") if found.count("/") > 1 else found


def is_home(url: str) -> bool:
    """Whether an address is a site's front page, also of one language (`/en/`). Raises ValueError like `canonical`."""
    parts = urlsplit(canonical(url))
    return HOME.fullmatch(parts.path) is not None and not parts.query


def above(url: str, other: str) -> bool:
    """Whether the path of `url` is a folder above that of `other`, on the same site."""
    one, two = urlsplit(canonical(url)), urlsplit(canonical(other))
    folder = one.path.rstrip("/")
    return folder != two.path.rstrip("/") and two.path.startswith(folder + "/") and same_site(one.netloc, two.netloc)


def host(url: str) -> str:
    """The canonical host (with its port where it is not the default one). Raises ValueError like `canonical`."""
    return urlsplit(canonical(url)).netloc


def same_site(one: str, other: str) -> bool:
    """Whether two hosts are of one registrable name: equal but for `www.`, `m.`, `amp.`, or one below the other, or
    alike in the last two labels (three where the last but one is a short public suffix such as `co` or `com`)."""
    a, b = _bare(one), _bare(other)
    return a == b or a.endswith("." + b) or b.endswith("." + a) or _registrable(a) == _registrable(b)


def _bare(name: str) -> str:
    name = name.partition(":")[0]
    first, _, rest = name.partition(".")
    return rest if first in MIRRORS and "." in rest else name


def _registrable(name: str) -> str:
    labels = name.split(".")
    if name.replace(".", "").isdigit():
        return name
    size = 3 if len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3 else 2
    return ".".join(labels[-size:])


def _host(name: str, url: str) -> str:
    if ":" in name:
        try:
            return f"[{ipaddress.IPv6Address(name.partition('%')[0]).compressed}]"
        except ValueError:
            raise ValueError(f"no valid host in {url!r}") from None
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True, transitional=False).decode("ascii")
        except idna.IDNAError as error:
            raise ValueError(f"no valid host in {url!r}: {error}") from None
    name = name.lower().rstrip(".")
    if not HOST.fullmatch(name) or ".." in name:
        raise ValueError(f"no valid host in {url!r}")
    return name


def _escaped(value: str, safe: frozenset[str]) -> str:
    """Percent-encoding in one spelling: unreserved characters bare, all others that are not in `safe` encoded."""
    if "%" not in value and safe.issuperset(value):
        return value  # as most are
    return "".join(_one(match, safe) for match in ESCAPE.findall(value))


def _one(piece: str, safe: frozenset[str]) -> str:
    if len(piece) == 3:
        character = chr(int(piece[1:], 16))
        return character if character in UNRESERVED else piece.upper()
    if piece in safe:
        return piece
    return "".join(f"%{byte:02X}" for byte in piece.encode("utf-8"))


def _resolved(path: str) -> str:
    """RFC 3986 section 5.2.4 for an absolute path."""
    done: list[str] = []
    segments = path.split("/")[1:] or [""]
    for number, segment in enumerate(segments):
        last = number == len(segments) - 1
        if segment == "..":
            if done:
                done.pop()
            if last:
                done.append("")
        elif segment != ".":
            done.append(segment)
        elif last:
            done.append("")
    return "/" + "/".join(done)


def _tracks(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    name = name.lower()
    if name in TRACKING or name.startswith(TRACKING_PREFIXES):
        return True
    return name in SESSION_NAMES and SESSION_VALUE.fullmatch(value) is not None
