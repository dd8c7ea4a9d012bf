"""Identifiers and addresses as URIs (RFC 3986), as formats of other programs want them."""

from __future__ import annotations

import re
import uuid
from typing import Final
from urllib.parse import quote, urlsplit

import idna

_NAMESPACE: Final = uuid.UUID("5b0e7a52-8d3c-5f0e-9a41-6d1f2c7b9e30")
"""Of Dateline's own identifiers; never changed, or every reader would take every article for a new one."""

_LONGEST_HOST: Final = 253
_SAFE: Final = "-._~!$&'()*+,;=:@/%"
_STRAY: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*\Z")
_AUTHORITY: Final = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=%-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?\Z")


def of_article(source: str, key: str) -> str:
    """The identifier of an article: the same in every database, for all of its revisions, whatever its address."""
    return _named("article", source, key)


def of_selection(*parts: str) -> str:
    """The identifier of a feed, by what it selects: the same as long as that is the same."""
    return _named("feed", *parts)


def web(address: str | None) -> str | None:
    """A web address as a URI: what may not stand in one is percent-encoded as UTF-8, a name in another script is
    written as in DNS. None where there is no http or https address in it."""
    try:
        parts = urlsplit((address or "").strip().encode("utf-8", "replace").decode())
        host = _host(parts.hostname or "")
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:  # no address: brackets that do not close, a port that is none, a name that DNS does not take
        return None
    if parts.scheme.lower() not in {"http", "https"} or not host or not _AUTHORITY.match(host + port):
        return None
    path, query, fragment = (
        quote(_STRAY.sub("%25", part), safe=_SAFE + more)
        for part, more in ((parts.path, ""), (parts.query, "?"), (parts.fragment, "?"))
    )
    return f"{parts.scheme.lower()}://{host}{port}{path}{query and '?' + query}{fragment and '#' + fragment}"


def is_uri(text: str) -> bool:
    """Whether text that a person gave is a URI: a scheme, and nothing that a URI may not hold."""
    scheme, colon, rest = text.partition(":")
    return bool(
        _SCHEME.match(scheme) and colon and rest and quote(_STRAY.sub("%25", rest), safe=_SAFE + "?#[]") == rest
    )


def _host(name: str) -> str:
    if ":" in name:
        return f"[{name}]"
    if len(name) > _LONGEST_HOST:
        raise ValueError("longer than a name in DNS")
    return name if name.isascii() else idna.encode(name, uts46=True, transitional=False).decode()


def _named(*parts: str) -> str:
    # Each part with its length, so that no two lists of parts read the same.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return uuid.uuid5(_NAMESPACE, text.encode("utf-8", "replace").decode()).urn
