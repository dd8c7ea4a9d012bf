"""The address guard: a resolver inside which every address is judged before it can be connected to.

Scrapy's HTTP/1.1 handler connects through Twisted's HostnameEndpoint, which asks `reactor.nameResolver` for every host,
also for one written as an IP address, and connects to the answers of that one call: so a judgement made here cannot be
got round by a second look-up (DNS rebinding) or by an unusual spelling. Two ways lead past it, and neither is open:
a proxy given as an IP address is connected to directly (the operator's choice, and `permits` judges the targets), and
Scrapy's CrawlerProcess installs TWISTED_DNS_RESOLVER at its start, over whatever is there: so that setting names
`GuardedResolver`. Scrapy's AsyncCrawlerRunner installs none: there, `install`. `assert_installed` proves either.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self, cast
from weakref import WeakSet

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError
from twisted.internet.interfaces import IHostnameResolver, IHostResolution, IResolverSimple
from zope.interface import implementer  # type: ignore[import-untyped]  # it has no types

from crawler.politeness.addresses import (
    BlockedAddress,
    Exceptions,
    canonical_name,
    judge,
    literal,
    permits,
    reason_of,
    refusal,
)

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.interfaces import IAddress, IResolutionReceiver

__all__ = ["BlockedAddress", "GuardedResolver", "assert_installed", "install", "permits", "reason_of", "refusal"]

Lookup = Callable[[str], Sequence[str]]
"""A host name -> all its addresses; raises OSError where it has none. Called in a thread of its own."""

KEPT_SECONDS = 300.0
"""How long an answer is used again: a daemon must follow a site that moves."""

KEPT_NAMES = 10_000
LOOKUP_SECONDS = 20.0
_PROBES = ("127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "2130706433", "0x7f.1")
_PROBE_NAME = "guard-probe.invalid"
_PROBE_PORT = 9

_PROVED: WeakSet[GuardedResolver] = WeakSet()


def system_lookup(name: str) -> Sequence[str]:
    """All addresses of a name, from the system's resolver."""
    answers = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


class _Refused(IPv4Address):
    """An answer that cannot be connected to: whoever asks for its host gets the reason, as an exception.

    HostnameEndpoint drops whatever a resolver says besides addresses; this is how a reason comes through."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    @property
    def host(self) -> str:  # type: ignore[override]  # Twisted reads it, never writes it
        raise self._error


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        raise NotImplementedError("a look-up in the system's resolver cannot be called back")


@implementer(IHostnameResolver)
class GuardedResolver:
    """Twisted's name resolver, with the guard inside: put in place by `install`, or by Scrapy's TWISTED_DNS_RESOLVER.

    `exceptions`: names that only the starting command can open, each to one loopback address and port; asked for at
    that port, or at 80 or 443, they are connected to there. `proxy`: (host, port) of the operator's own proxy, the one
    host that need not be public."""

    def __init__(
        self,
        reactor: Any,
        *,
        exceptions: Exceptions | None = None,
        lookup: Lookup | None = None,
        proxy: tuple[str, int] | None = None,
    ) -> None:
        self.exceptions = {canonical_name(name): place for name, place in (exceptions or {}).items()}
        for name, (address, port) in self.exceptions.items():
            if not (refusal(address) or "").startswith("loopback") or not 0 < port < 65536:
                raise ValueError(f"{name}={address}:{port}: the guard opens loopback addresses with a port only")
        self._reactor = reactor
        self._lookup = lookup or system_lookup
        self._proxy = (canonical_name(proxy[0]), proxy[1]) if proxy else None
        self._kept: dict[str, tuple[float, tuple[str, ...]]] = {}
        self._waiting: dict[str, list[Callable[[tuple[str, ...] | Exception], None]]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        """Scrapy's way. ADDRESS_EXCEPTIONS, `{"agency.test": "127.0.0.1:8000"}`, is read from the process' own settings
        (`-s`), which no source and no spider can change; GUARD_PROXY is `host:port`."""
        opened = {name: _place(place) for name, place in crawler.settings.getdict("ADDRESS_EXCEPTIONS").items()}
        proxy = crawler.settings.get("GUARD_PROXY")
        return cls(reactor, exceptions=opened, proxy=_place(proxy) if proxy else None)

    def install_on_reactor(self) -> None:
        """Make every connection of this reactor ask here."""
        self._reactor.installNameResolver(self)
        self._reactor.resolver = _Simple(self)

    def resolveHostName(  # noqa: N802  # Twisted's interface
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Give the receiver the judged addresses of a host, or one that raises the reason why there are none."""
        resolution = cast("IHostResolution", _Resolution(hostName))
        receiver: Any = resolutionReceiver  # zope's interfaces declare methods without self, which mypy cannot read
        receiver.resolutionBegan(resolution)

        def answered(answer: tuple[tuple[str, int], ...] | Exception) -> None:
            if isinstance(answer, Exception):
                receiver.addressResolved(_Refused(answer))
            else:
                for host, port in answer:
                    kind = IPv6Address if ":" in host else IPv4Address
                    if addressTypes is None or kind in addressTypes:
                        receiver.addressResolved(kind("TCP", host, port))
            receiver.resolutionComplete()

        self.resolve(hostName, portNumber, answered)
        return resolution

    def resolve(
        self, host: str, port: int, answered: Callable[[tuple[tuple[str, int], ...] | Exception], None]
    ) -> None:
        """Call `answered` with the (address, port) pairs that `host` may be reached at, or with the exception.

        At once for exceptions, IP addresses and names that are still known; else when the look-up has come back."""
        name = canonical_name(host)

        def judged(found: tuple[str, ...] | Exception) -> None:
            if isinstance(found, Exception):
                answered(found)
                return
            try:
                judged_addresses = found if self._is_proxy(name, port) else judge(name, found)
            except BlockedAddress as error:
                answered(error)
                return
            answered(tuple((address, port) for address in judged_addresses))

        if name in self.exceptions:
            address, opened = self.exceptions[name]
            if port in {0, 80, 443, opened}:
                answered(((address, opened),))
            else:
                answered(BlockedAddress(f"{name}:{port}", f"{address}:{port}", f"only port {opened} was opened"))
        elif (number := literal(name)) is not None:
            judged((number,))
        else:
            self._find(name, judged)

    def _is_proxy(self, name: str, port: int) -> bool:
        """Port 0: a tunnel through the proxy asks for the name alone."""
        return self._proxy is not None and name == self._proxy[0] and port in {0, self._proxy[1]}

    def _find(self, name: str, found: Callable[[tuple[str, ...] | Exception], None]) -> None:
        """Look a name up, once for all who wait for it; each look-up in a thread that holds up no exit."""
        kept = self._kept.get(name)
        if kept and kept[0] > self._reactor.seconds():
            found(kept[1])
            return
        if name in self._waiting:
            self._waiting[name].append(found)
            return
        waiting = self._waiting[name] = [found]

        def come_back(answer: tuple[str, ...] | Exception) -> None:
            if self._waiting.get(name) is not waiting:
                return  # it was too late: they have been told so
            del self._waiting[name]
            if limit.active():
                limit.cancel()
            if isinstance(answer, tuple):
                if len(self._kept) >= KEPT_NAMES:
                    self._kept.clear()
                self._kept[name] = (self._reactor.seconds() + KEPT_SECONDS, answer)
            for one in waiting:
                one(answer)

        late = DNSLookupError(f"{name}: the look-up took longer than {LOOKUP_SECONDS:g} s")
        limit = self._reactor.callLater(LOOKUP_SECONDS, come_back, late)
        threading.Thread(target=self._look_up, args=(name, come_back), name=f"lookup {name}", daemon=True).start()

    def _look_up(self, name: str, come_back: Callable[[tuple[str, ...] | Exception], None]) -> None:
        """In the thread: the system's answer, handed back to the reactor's."""
        answer: tuple[str, ...] | Exception
        try:
            answer = tuple(self._lookup(name)) or DNSLookupError(f"{name}: the look-up gave no address")
        except (OSError, UnicodeError) as error:
            answer = DNSLookupError(f"{name}: {error}")
        self._reactor.callFromThread(come_back, answer)


@implementer(IResolverSimple)
class _Simple:
    """The guard for those who want one IPv4 address of a name (a tunnel through a proxy)."""

    def __init__(self, guard: GuardedResolver) -> None:
        self._guard = guard

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802  # Twisted's
        result: Deferred[str] = Deferred()

        def answered(answer: tuple[tuple[str, int], ...] | Exception) -> None:
            if isinstance(answer, Exception):
                result.errback(answer)
                return
            v4 = [host for host, _ in answer if ":" not in host]
            if v4:
                result.callback(v4[0])
            else:
                result.errback(DNSLookupError(f"{name}: no IPv4 address"))

        self._guard.resolve(name, 0, answered)
        return result


def install(
    reactor: Any,
    *,
    exceptions: Mapping[str, tuple[str, int]] | None = None,
    lookup: Lookup | None = None,
    proxy: tuple[str, int] | None = None,
) -> GuardedResolver:
    """Put the guard into a reactor, over its resolver. Raises ValueError for an exception that is not loopback."""
    guard = GuardedResolver(reactor, exceptions=exceptions, lookup=lookup, proxy=proxy)
    guard.install_on_reactor()
    return guard


def assert_installed(reactor: Any) -> None:
    """Raise RuntimeError unless this reactor would refuse what is not public; sends nothing, asks no name server."""
    guard = reactor.nameResolver
    if not isinstance(guard, GuardedResolver) or not isinstance(reactor.resolver, _Simple):
        raise RuntimeError(
            f"the address guard is not in place: the reactor asks {type(guard).__name__}. Set TWISTED_DNS_RESOLVER to "
            f"{GuardedResolver.__module__}.GuardedResolver, or call install(reactor) before the first crawl."
        )
    guard._kept[_PROBE_NAME] = (reactor.seconds() + KEPT_SECONDS, ("127.0.0.1",))  # as if a look-up had given it
    try:
        for name in (*_PROBES, _PROBE_NAME):
            answers: list[object] = []
            guard.resolve(name, _PROBE_PORT, answers.append)
            if not answers or not isinstance(answers[0], BlockedAddress):
                raise RuntimeError(f"the address guard let {name} through: nothing may be crawled")
    finally:
        del guard._kept[_PROBE_NAME]
    _PROVED.add(guard)


def is_proved(reactor: Any) -> bool:
    """Whether this reactor asks the very guard that `assert_installed` has tried."""
    return reactor.nameResolver in _PROVED and isinstance(reactor.resolver, _Simple)


def _place(text: str) -> tuple[str, int]:
    """`127.0.0.1:8000` or `[::1]:8000` taken apart."""
    host, _, port = str(text).rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"{text!r} is not of the form address:port")
    return host.removeprefix("[").removesuffix("]"), int(port)
