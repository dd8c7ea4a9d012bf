"""Which of several machines crawls a source: sources -> groups that share a host -> one of N shards. Pure, and the same on
every machine that has the same registry.

Politeness is kept by one database for each host: its turns, its hourly budget, its robots.txt. So no host may be in two
shards. Sources that share one (two editions of one site; `www.x.org` and `x.org` are one host) are a group, directly or
through others, and a group is never parted.

A group's key is the least of its hosts with their labels turned round (`org.x` before `org.x.ar`), so that a site's own
domain stands before its subdomains: an edition that joins it (`ar.x.org`) leaves the key as it is. A group moves only when
a source brings a lesser host, or when one links two groups: these then go where the lesser key goes.

A key goes to a shard by rendezvous hashing (highest random weight: Thaler and Ravishankar, IEEE/ACM Transactions on
Networking 6(1), 1998): the shard whose number, hashed with the key, gives the greatest value. With one shard more, a group
stays or goes to the new one, and one of N + 1 does; a new group moves no other.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from crawler.source import Source

MOST: Final = 1000
"""Shards, at the most."""

EXPECTED: Final = f'K/N, such as "1/4": shard K of N, which is at most {MOST}'

_FORM: Final = re.compile(r"(\d{1,4})/(\d{1,4})", re.ASCII)
_STANDARD: Final = ("80", "443")


@dataclass(frozen=True, slots=True)
class Shard:
    """Shard `number`, from 1, of `of`."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


@dataclass(frozen=True, slots=True)
class Group:
    """Sources that share hosts. `key`: what it is hashed by; `sources` and `hosts` in their order, hosts without `www.`."""

    key: str
    sources: tuple[str, ...]
    hosts: tuple[str, ...]


def parse(text: str) -> Shard | None:
    """`2/4` as a shard; None for anything that is none."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    number, of = int(found[1]), int(found[2])
    return Shard(number, of) if 1 <= number <= of <= MOST else None


def written(value: object) -> str | None:
    """A shard as it is written, `2/4`; None for anything that is none."""
    return value if isinstance(value, str) and parse(value) else None


def hosts(source: Source) -> frozenset[str]:
    """The hosts whose turns a source takes, without `www.`, with a port where it is not the scheme's own. A host that the
    registry names without a port is also asked at the ports of the source's home and endpoints."""
    from pipelines.urls import host as host_of  # every command reads this file

    named = {urlsplit(url).port for url in (source.home, *(endpoint.url for endpoint in source.endpoints))}
    ports = sorted(str(port) for port in named if port is not None and str(port) not in _STANDARD)
    found = set[str]()
    for text in source.hosts:
        name, _, port = text.lower().partition(":")
        name = (name if name.isascii() else host_of(f"http://{name}/")).rstrip(".").removeprefix("www.")
        if port and port not in _STANDARD:
            found.add(f"{name}:{port}")
        else:
            found.update((name, *(f"{name}:{each}" for each in ports)))
    return frozenset(found)


def groups(sources: Iterable[Source]) -> list[Group]:
    """The groups of a registry, by their first source's name."""
    leader: dict[str, str] = {}

    def first(host: str) -> str:
        while leader[host] != host:
            leader[host] = leader[leader[host]]
            host = leader[host]
        return host

    taken: dict[str, frozenset[str]] = {}
    for source in sources:
        own = taken[source.name] = hosts(source)
        for host in own:
            leader.setdefault(host, host)
        one, *others = sorted(own)
        for other in others:
            leader[first(other)] = first(one)
    members: dict[str, list[str]] = {}
    for name in sorted(taken):
        members.setdefault(first(min(taken[name])), []).append(name)
    found = []
    for names in members.values():
        theirs = sorted({host for name in names for host in taken[name]}, key=_turned)
        found.append(Group(theirs[0], tuple(names), tuple(theirs)))
    return found


def number(key: str, of: int) -> int:
    """The shard, from 1, of `of` that a group with this key is in."""
    return max(range(1, of + 1), key=lambda each: hashlib.sha256(f"{key} {each}".encode()).digest())


def numbers(sources: Iterable[Source], of: int) -> dict[str, int]:
    """Source -> its shard, from 1, of `of`."""
    return {name: number(group.key, of) for group in groups(sources) for name in group.sources}


def owned(sources: Mapping[str, Source], shard: Shard) -> frozenset[str]:
    """The names of the sources that are in a shard."""
    return frozenset(name for name, each in numbers(sources.values(), shard.of).items() if each == shard.number)


def _turned(host: str) -> tuple[list[str], str]:
    name, _, port = host.partition(":")
    return name.split(".")[::-1], port
