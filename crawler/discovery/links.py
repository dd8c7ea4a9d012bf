"""Which links a source wants: http(s), on its own hosts, and for articles of its own address forms."""

from __future__ import annotations

import re
import string
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from crawler.discovery.traps import trap
from pipelines.urls import canonical
from pipelines.urls import host as host_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.source import Endpoint, Source
    from storage.models import Link

_LONGEST = 2_048
"""Characters of an address; the sitemap protocol's limit."""


def examine(link: Link, source: Source) -> tuple[str | None, str]:
    """None and the canonical address of a wanted link; else why not: `not_http`, `bad_url`, `other_host`, `not_article`, and
    those of `traps`.

    Sitemaps and other endpoints only need a host of the source's; articles also have to match `article_url` (where the
    source has one) and no `not_article`. Patterns are searched in the address as found and in its canonical form, so
    that a campaign parameter hides no article.
    """
    url = link.url.partition("#")[0]
    if not url.lower().startswith(("http://", "https://")):
        return "not_http", ""
    try:
        if _is_too_long(url):
            return "bad_url", ""
        if not on_hosts(url, source.hosts, _ports(source.home, source.endpoints)):
            return "other_host", ""
        plain = canonical(url)
        trapped = trap(url)
    except ValueError:
        return "bad_url", ""
    spellings = (url,) if url == plain else (url, plain)
    if link.kind == "article" and not is_article(spellings, source.article_url, source.not_article):
        return "not_article", ""
    return trapped, plain


def _is_too_long(url: str) -> bool:
    """As it is sent. Raises UnicodeEncodeError for half of a surrogate pair, which cannot be quoted."""
    if url.isascii() and len(url) * len("%20") <= _LONGEST:  # as most are, whatever is to be quoted in them
        return False
    return len(quote(url, safe=string.punctuation)) > _LONGEST


def source_of(url: str, sources: Iterable[Source]) -> Source | None:
    """The source that a page's address belongs to: on one of its hosts or their `www.` twins; of several (two editions on
    one host) the one whose article forms it has, else the first by name. Raises ValueError for what is no address."""
    plain = canonical(url)
    port = urlsplit(plain).port
    ports = frozenset({port}) if port else frozenset[int]()
    at_home = sorted((s for s in sources if on_hosts(plain, s.hosts, ports)), key=lambda source: source.name)
    fitting = (s for s in at_home if s.article_url and is_article((url, plain), s.article_url, s.not_article))
    return next(fitting, at_home[0] if at_home else None)


def is_article(spellings: tuple[str, ...], article_url: tuple[str, ...], not_article: tuple[str, ...]) -> bool:
    """Whether any spelling of one address matches `article_url` (empty: all do) and none matches `not_article`."""
    if any(re.search(pattern, url) for pattern in not_article for url in spellings):
        return False
    return not article_url or any(re.search(pattern, url) for pattern in article_url for url in spellings)


def on_hosts(url: str, hosts: tuple[str, ...], ports: frozenset[int] = frozenset()) -> bool:
    """Whether an address is on one of the hosts: the same name or its `www.` twin (other subdomains are hosts of their
    own, as for redirects), international names in either spelling. A host with a port wants that port, one without the
    scheme's own or one of `ports`.

    Raises ValueError for what is no address.
    """
    scheme, _, rest = url.partition("://")
    return _on_hosts(scheme.lower(), re.split(r"[/?#\\]", rest, maxsplit=1)[0], hosts, ports)


@lru_cache(maxsize=1024)
def _on_hosts(scheme: str, authority: str, hosts: tuple[str, ...], ports: frozenset[int]) -> bool:
    parts = urlsplit(f"{scheme}://{authority}/")
    name, port = _in_ascii((parts.hostname or "").rstrip(".")).removeprefix("www."), parts.port
    default = 443 if scheme == "https" else 80
    for host in hosts:
        own, _, own_port = _in_ascii(host.lower()).partition(":")
        if name == own.removeprefix("www.") and (str(port or default) == own_port or not own_port):
            return bool(own_port) or port in (None, default) or port in ports
    return False


def _in_ascii(name: str) -> str:
    """A host as requests and rows have it (`xn--…`). Raises ValueError for what is no name."""
    return name if name.isascii() else host_of(f"http://{name}/")


@lru_cache(maxsize=256)
def _ports(home: str, endpoints: tuple[Endpoint, ...]) -> frozenset[int]:
    """Ports that the source's own endpoints use (none in the packaged registry; the demo's and tests' do)."""
    found = (urlsplit(url).port for url in (home, *(endpoint.url for endpoint in endpoints)))
    return frozenset(port for port in found if port is not None)
