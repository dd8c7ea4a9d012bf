"""Where the endpoint listens: `127.0.0.1:9469`; beyond loopback only as `public:0.0.0.0:9469`. With names by which it is
asked for: `public:0.0.0.0:9469,news.example.org`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

PUBLIC: Final = "public:"
EXPECTED: Final = (
    "a loopback address with a port (127.0.0.1:9469, [::1]:9469); any other only with `public:` before it, since there is "
    "neither a password nor encryption; after a comma host names by which it is asked for"
)
_NAME: Final = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?", re.I)


@dataclass(frozen=True, slots=True)
class Place:
    """An address and port; `public`: others than this machine may reach it, which the operator has said; `names`: hosts by
    which it is asked for besides its address, in small letters."""

    host: str
    port: int
    public: bool = False
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse(text: str) -> Place | None:
    """The place that a text names; None where it names none, or one beyond loopback without `public:`."""
    public = text.startswith(PUBLIC)
    at, *names = text.removeprefix(PUBLIC).split(",")
    host, parted, port = at.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if not all(_NAME.fullmatch(name) for name in names):
        return None
    if not parted or not port.isascii() or not port.isdigit() or len(port) > 5 or int(port) > 65535:
        return None
    try:
        address = ip_address(host[1:-1] if bracketed else host)
    except ValueError:
        return None
    if bracketed is not (address.version == 6) or (not address.is_loopback and not public):
        return None
    known = tuple(name.lower() for name in names)
    return Place(str(address), int(port), public=public and not address.is_loopback, names=known)
