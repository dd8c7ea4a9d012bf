"""Where a redirect may lead: to the source's own hosts, over http or https, a few hops, never in a circle. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urldefrag, urljoin, urlsplit

from w3lib.url import safe_url_string

from crawler.politeness.addresses import without_user

if TYPE_CHECKING:
    from collections.abc import Sequence

HOPS = 5
"""Redirects followed in one fetch; also what RFC 9309 2.3.1.2 asks for robots.txt."""

_PORTS = {"http": 80, "https": 443}
_LONGEST = 2083


class RedirectRefused(Exception):
    """A redirect that is not followed; `reason` says why, without the user names and passwords of an address. `endless`: it
    was one too many, or led in a circle."""

    def __init__(self, reason: str, *, endless: bool = False) -> None:
        super().__init__(without_user(reason))
        self.reason = str(self)
        self.endless = endless


def target(
    from_url: str, location: str, *, hosts: tuple[str, ...] | None, hops: Sequence[str], downgrade: bool = False
) -> str:
    """The absolute URL (without fragment) that a `Location` names.

    `hosts`: the source's (`agency.test`, or with a port `agency.test:8080`); each stands for its `www.` twin, too. None: any.
    `hops`: every address asked for in this fetch so far. `downgrade`: the source answers over http only, so https may
    lead to http. Raises `RedirectRefused`."""
    asked = {urldefrag(url).url for url in (*hops, from_url)}
    if len(asked) > HOPS:
        raise RedirectRefused(f"more than {HOPS} redirects, the last one from {from_url}", endless=True)
    try:
        url = urldefrag(urljoin(from_url, safe_url_string(location.strip()))).url
        here, there = urlsplit(from_url), urlsplit(url)
        port = there.port
    except ValueError as error:
        raise RedirectRefused(f"{from_url} redirects to {location[:200]!r}, which is no address: {error}") from error
    if there.scheme not in _PORTS or not there.hostname:
        raise RedirectRefused(f"{from_url} redirects to {url[:200]!r}: only http and https are followed")
    if "@" in there.netloc or len(url) > _LONGEST:
        raise RedirectRefused(f"{from_url} redirects to {url[:200]!r}: a user name, or over {_LONGEST} characters")
    if url in asked:
        raise RedirectRefused(f"{from_url} redirects in a circle, to {url}", endless=True)
    if here.scheme == "https" and there.scheme == "http" and not downgrade:
        raise RedirectRefused(f"{from_url} redirects from https to http, to {url}")
    if hosts is not None and not any(_within(there, port, host, here) for host in hosts):
        raise RedirectRefused(f"{from_url} redirects to {there.netloc}, which is none of the source's hosts")
    return url


def _within(there: SplitResult, port: int | None, host: str, here: SplitResult) -> bool:
    """The same name, or its `www.` twin, at the port that the registry names; where it names none, at the scheme's own
    or at the port that the redirect came from."""
    name, _, wanted = host.lower().rpartition(":") if ":" in host else (host.lower(), "", "")
    if (there.hostname or "").removeprefix("www.") != name.removeprefix("www."):
        return False
    if wanted:
        return str(port or _PORTS[there.scheme]) == wanted
    return port in {None, _PORTS[there.scheme]} or (port == here.port and there.hostname == here.hostname)
