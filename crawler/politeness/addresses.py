"""Which addresses are the public internet's: pure judgements on IP addresses and URLs, without Scrapy or Twisted.

`ipaddress.is_global` is not enough: it lets NAT64, 6to4, site-local, 192.0.0.8 and multicast through. The tables are
IANA's special-purpose registries (RFC 6890 and its updates), read strictly: what is not plainly public is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TypeVar
from urllib.parse import urlsplit

Refusal = TypeVar("Refusal", bound=Exception)

Exceptions = Mapping[str, tuple[str, int]]
"""Exact host name -> the one loopback address and port that the starting command opened for it."""

_V4 = tuple(
    (IPv4Network(network), why)
    for network, why in (
        ("0.0.0.0/8", "this network, unspecified (RFC 791)"),
        ("10.0.0.0/8", "private (RFC 1918)"),
        ("100.64.0.0/10", "shared by carrier-grade NAT (RFC 6598)"),
        ("127.0.0.0/8", "loopback (RFC 1122)"),
        ("169.254.0.0/16", "link-local (RFC 3927)"),
        ("172.16.0.0/12", "private (RFC 1918)"),
        ("192.0.0.0/24", "IETF protocol assignments (RFC 6890)"),
        ("192.0.2.0/24", "documentation (RFC 5737)"),
        ("192.88.99.0/24", "6to4 relay (RFC 7526)"),
        ("192.168.0.0/16", "private (RFC 1918)"),
        ("198.18.0.0/15", "benchmarking (RFC 2544)"),
        ("198.51.100.0/24", "documentation (RFC 5737)"),
        ("203.0.113.0/24", "documentation (RFC 5737)"),
        ("224.0.0.0/4", "multicast (RFC 5771)"),
        ("240.0.0.0/4", "reserved, broadcast (RFC 1112)"),
    )
)
_V6 = tuple(
    (IPv6Network(network), why)
    for network, why in (
        ("::/128", "unspecified (RFC 4291)"),
        ("::1/128", "loopback (RFC 4291)"),
        ("::/96", "IPv4-compatible, deprecated (RFC 4291)"),
        ("64:ff9b:1::/48", "local NAT64 (RFC 8215)"),
        ("100::/64", "discard-only (RFC 6666)"),
        ("2001::/32", "Teredo (RFC 4380)"),
        ("2001::/23", "IETF protocol assignments (RFC 2928)"),
        ("2001:db8::/32", "documentation (RFC 3849)"),
        ("2002::/16", "6to4 (RFC 3056)"),
        ("3fff::/20", "documentation (RFC 9637)"),
        ("5f00::/16", "segment routing (RFC 9602)"),
        ("fc00::/7", "unique local (RFC 4193)"),
        ("fe80::/10", "link-local (RFC 4291)"),
        ("fec0::/10", "site-local (RFC 3879)"),
        ("ff00::/8", "multicast (RFC 4291)"),
    )
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_MAPPED = IPv6Network("::ffff:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)

_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_LOCAL_NAMES = re.compile(r"(?:^|\.)(?:localhost|local|localdomain|internal|home\.arpa|onion)$")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
_USER = re.compile(r"([/\\]{2})[^/\\?#\s]*@")
_PORTS = {"http": 80, "https": 443}
_FIRST_FREE_PORT = 1024


class BlockedAddress(Exception):
    """The address guard's refusal: `name` was to be reached, `address` is what it gave, `why` it is wrong."""

    def __init__(self, name: str, address: str, why: str) -> None:
        super().__init__(name, address, why)
        self.name = name
        self.address = address
        self.why = why

    def __str__(self) -> str:
        where = self.name if self.name == self.address else f"{self.name} stands for {self.address}, which"
        return f"{where} is not a public address: {self.why}; nothing was sent"


def refusal(address: str) -> str | None:
    """Why an IP address is not of the public internet; None where it is. Embedded IPv4 addresses are judged.

    Raises ValueError for what is not an IP address."""
    return _refusal(ip_address(address.partition("%")[0])) if "%" not in address else "scoped to one link (RFC 4007)"


def _refusal(address: IPv4Address | IPv6Address) -> str | None:
    if isinstance(address, IPv4Address):
        return next((why for network, why in _V4 if address in network), None)
    for network, label in ((_MAPPED, "IPv4-mapped"), (_NAT64, "NAT64")):
        if address in network:
            inner = _last_v4(address)
            why = _refusal(inner)
            return f"{label} {inner}, {why}" if why else None
    for network, why in _V6:
        if address in network:
            return why
    if address not in _GLOBAL_UNICAST:
        return "outside global unicast 2000::/3 (RFC 4291)"
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return "ISATAP (RFC 5214)"
    return None


def _last_v4(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFFFFFF)


def literal(host: str) -> str | None:
    """The IP address that `host` spells, in its usual form, or None for a name.

    Knows what C libraries read as IPv4: `127.1`, `0x7f000001`, `2130706433`, `0177.0.0.1`; and full-width digits."""
    text = canonical_name(host).removeprefix("[").removesuffix("]")
    try:
        return str(ip_address(text))
    except ValueError:
        return _loose_v4(text)


def without_user(text: str) -> str:
    """A text with addresses, without the user names and passwords in them: what may be stored, sent and logged."""
    return _USER.sub(r"\1", text)


def canonical_name(host: str) -> str:
    """Lower case, compatibility forms resolved as IDNA does (`①` is `1`, `。` a dot), no dot at the end."""
    return unicodedata.normalize("NFKC", host).replace("\u3002", ".").lower().rstrip(".")


def _loose_v4(text: str) -> str | None:
    """inet_aton's reading: one to four numbers, decimal, octal or hexadecimal, the last one filling what is left."""
    parts = text.split(".")
    if len(parts) > 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    try:
        numbers = [_number(part) for part in parts]
    except ValueError:
        return None
    *heads, tail = numbers
    if any(head > 255 for head in heads) or tail >= 256 ** (5 - len(parts)):
        return None
    value = tail
    for position, head in enumerate(heads):
        value |= head << (24 - 8 * position)
    return str(IPv4Address(value))


def _number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8) if part.startswith("0") else int(part)


def permits(url: str, exceptions: Exceptions, proxy: str | None = None) -> str | None:
    """Why a request for `url` must not be sent, judged by the URL alone; None where it may.

    Wrong schemes, user names, ports of other services, addresses that are not public, names that are local by
    convention. `exceptions`: their names are right at their port, or at none. With a `proxy` (host) this is all
    that can be judged, since the proxy looks the names up; its own host is refused as a target."""
    try:
        return next(_objections(url, exceptions, proxy), None)
    except ValueError as error:
        return f"not an address: {error}"


def unsafe(url: str) -> bool:
    """Whether an address has characters that programs read in different ways."""
    return _UNSAFE.search(url) is not None


def _objections(url: str, exceptions: Exceptions, proxy: str | None) -> Iterator[str]:
    parts = urlsplit(url)
    host, port = canonical_name(parts.hostname or ""), parts.port
    if unsafe(url):
        yield "blanks, control characters or backslashes in the address"
    if parts.scheme not in _PORTS:
        yield f"scheme {parts.scheme or 'missing'!r} (only http and https are asked)"
    if "@" in parts.netloc:
        yield "a user name in the address"
    if not host:
        yield "no host in the address"
    if host in exceptions:
        opened = exceptions[host][1]
        if port not in {None, opened}:
            yield f"port {port} of {host} (only {opened} was opened)"
        return
    if address := literal(host):
        if why := refusal(address):
            yield str(BlockedAddress(host, address, why))
    elif "." not in host or _LOCAL_NAMES.search(host):
        yield f"{host} is a local name"
    if proxy is not None and host == canonical_name(proxy):
        yield f"{host} is the proxy itself"
    if port is not None and port < _FIRST_FREE_PORT and port not in _PORTS.values():
        yield f"port {port} belongs to another service"


def judge(name: str, addresses: tuple[str, ...]) -> tuple[str, ...]:
    """The addresses that `name` gave, if all of them are public. Raises `BlockedAddress` for the first that is not:
    a name that gives both is either misconfigured or an attack, and which of them is connected to is left to chance."""
    for address in addresses:
        if why := refusal(address):
            raise BlockedAddress(name, address, why)
    return addresses


def reason_of(error: BaseException | None) -> str | None:
    """The guard's own words, wherever an exception from a download carries them; None where the guard was not the reason."""
    found = carried(error, BlockedAddress)
    return None if found is None else str(found)


def carried(error: BaseException | None, kind: type[Refusal]) -> Refusal | None:
    """An exception of a kind, wherever another one carries it: causes, contexts, Twisted's lists of reasons."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        item = waiting.pop()
        if item is None or id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, kind):
            return item
        waiting.extend(getattr(item, name, None) for name in ("__cause__", "__context__", "value"))
        reasons = getattr(item, "reasons", None)
        waiting.extend(reasons if isinstance(reasons, list | tuple) else ())
    return None
