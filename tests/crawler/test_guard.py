"""The guarded resolver as Twisted's endpoints use it. Nothing here is ever dialled."""

from __future__ import annotations

import asyncio
import queue
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.settings import Settings
from twisted.internet import asyncioreactor
from twisted.internet.endpoints import HostnameEndpoint, TCP4ClientEndpoint
from twisted.internet.protocol import Factory
from twisted.internet.testing import MemoryReactorClock

from crawler.politeness import guard
from crawler.politeness.addresses import reason_of

PUBLIC = "93.184.215.14"
PUBLIC_V6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
OPENED = {"agency.test": ("127.0.0.1", 8123), "outlet.test": ("::1", 8124)}
CLOSED = (
    *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.0.0.8", "192.168.1.1"),
    *("224.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2001::1"),
    *("2002:7f00:1::", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1"),
)


@pytest.fixture(autouse=True, scope="module")
async def reactor() -> None:
    """HostnameEndpoint's LoopingCall imports Twisted's reactor, which then must be the one that crawls need."""
    if "twisted.internet.reactor" not in sys.modules:
        asyncioreactor.install(asyncio.get_running_loop())  # type: ignore[no-untyped-call]


FACTORY: Any = Factory()


class FakeReactor(MemoryReactorClock):
    """Twisted's own fake, which notes connections and makes none; with a queue for what threads hand back."""

    resolver: Any

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.handed: queue.Queue[Any] = queue.Queue()

    def callFromThread(self, call: Any, *arguments: Any) -> None:  # noqa: N802  # Twisted's name
        self.handed.put((call, arguments))

    def hand_back(self) -> None:
        call, arguments = self.handed.get(timeout=5)
        call(*arguments)

    def dialled(self) -> list[tuple[str, int]]:
        return [(client[0], client[1]) for client in self.tcpClients]


class Names:
    """An injected look-up: answers by name, and counts."""

    def __init__(self, answers: dict[str, list[str]]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def __call__(self, name: str) -> list[str]:
        self.asked.append(name)
        if name not in self.answers:
            raise OSError("Name or service not known")
        return self.answers[name]


def connect(reactor: FakeReactor, host: str, port: int = 80, *, looked_up: bool = False) -> BaseException | None:
    """Connect as Scrapy's handler does; the exception that comes of it, None where a connection was begun."""
    errors: list[BaseException] = []
    connecting: Any = HostnameEndpoint(reactor, host, port).connect(FACTORY)
    connecting.addErrback(lambda failure: errors.append(failure.value))
    if looked_up:
        reactor.hand_back()
    return errors[0] if errors else None


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "0x7f000001", "2130706433", "::1", "::ffff:127.0.0.1", "10.0.0.1"]
)
def test_a_literal_address_does_not_get_past_the_resolver(host: str) -> None:
    reactor = FakeReactor()
    names = Names({})
    guard.install(reactor, lookup=names)
    error = connect(reactor, host)
    assert isinstance(error, guard.BlockedAddress)
    assert (reactor.dialled(), names.asked) == ([], [])


@pytest.mark.parametrize("address", CLOSED)
@pytest.mark.parametrize("beside", [[], [PUBLIC], [PUBLIC_V6]])
def test_a_name_that_gives_one_address_that_is_not_public_is_refused(address: str, beside: list[str]) -> None:
    reactor = FakeReactor()
    guard.install(reactor, lookup=Names({"evil.example": [*beside, address]}))
    error = connect(reactor, "evil.example", looked_up=True)
    assert isinstance(error, guard.BlockedAddress)
    assert (error.name, error.address) == ("evil.example", address)
    assert reactor.dialled() == []


def test_the_judged_addresses_are_the_ones_connected_to() -> None:
    reactor = FakeReactor()
    names = Names({"agency.example": [PUBLIC, PUBLIC_V6]})
    guard.install(reactor, lookup=names)
    assert connect(reactor, "agency.example", 8080, looked_up=True) is None
    reactor.advance(0.5)
    assert reactor.dialled() == [(PUBLIC, 8080), (PUBLIC_V6, 8080)]
    assert names.asked == ["agency.example"]


def test_a_name_that_changes_its_answers_is_never_connected_to_where_it_must_not() -> None:
    reactor = FakeReactor()
    names = Names({})
    guard.install(reactor, lookup=names)
    refused = 0
    for turn in range(200):
        names.answers["rebind.example"] = [PUBLIC] if turn % 2 == 0 else ["127.0.0.1"]
        refused += connect(reactor, "rebind.example", looked_up=True) is not None
        reactor.advance(guard.KEPT_SECONDS + 1)
    assert refused == 100
    assert {host for host, _ in reactor.dialled()} == {PUBLIC}


def test_an_answer_is_kept_for_a_while_and_judged_each_time() -> None:
    reactor = FakeReactor()
    names = Names({"agency.example": [PUBLIC]})
    guard.install(reactor, lookup=names)
    connect(reactor, "agency.example", looked_up=True)
    connect(reactor, "AGENCY.example")
    assert len(names.asked) == 1
    reactor.advance(guard.KEPT_SECONDS + 1)
    connect(reactor, "agency.example", looked_up=True)
    assert len(names.asked) == 2


def test_an_opened_name_leads_to_its_one_address_and_port() -> None:
    reactor = FakeReactor()
    names = Names({})
    guard.install(reactor, exceptions=OPENED, lookup=names)
    for host, port in (("agency.test", 8123), ("Agency.TEST", 80), ("outlet.test", 443)):
        assert connect(reactor, host, port) is None
    assert reactor.dialled() == [("127.0.0.1", 8123), ("127.0.0.1", 8123), ("::1", 8124)]
    assert names.asked == []


@pytest.mark.parametrize(
    ("host", "port"), [("agency.test", 8124), ("agency.test", 22), ("127.0.0.1", 8123), ("::1", 8124)]
)
def test_an_opened_name_opens_no_other_port_and_not_its_address_by_number(host: str, port: int) -> None:
    reactor = FakeReactor()
    guard.install(reactor, exceptions=OPENED, lookup=Names({}))
    assert isinstance(connect(reactor, host, port), guard.BlockedAddress)
    assert reactor.dialled() == []


@pytest.mark.parametrize(
    "place", [("10.0.0.1", 80), (PUBLIC, 80), ("0.0.0.0", 80), ("127.0.0.1", 0), ("127.0.0.1", 70000)]
)
def test_only_loopback_with_a_port_can_be_opened(place: tuple[str, int]) -> None:
    with pytest.raises(ValueError, match="loopback"):
        guard.install(FakeReactor(), exceptions={"agency.test": place})


def test_the_reason_for_an_unknown_name_is_the_look_ups_own() -> None:
    reactor = FakeReactor()
    guard.install(reactor, lookup=Names({}))
    error = connect(reactor, "missing.example", looked_up=True)
    assert "missing.example: Name or service not known" in str(error)
    assert reason_of(error) is None


def test_a_look_up_that_does_not_end_is_given_up_for_all_who_wait() -> None:
    reactor = FakeReactor()
    release: queue.Queue[None] = queue.Queue()

    def slow(name: str) -> list[str]:
        release.get(timeout=5)
        return [PUBLIC]

    guard.install(reactor, lookup=slow)
    errors: list[str] = []
    for _ in range(2):
        connecting: Any = HostnameEndpoint(reactor, "slow.example", 80).connect(FACTORY)
        connecting.addErrback(lambda failure: errors.append(str(failure.value)))
    reactor.advance(guard.LOOKUP_SECONDS + 1)
    assert ["longer than 20 s" in error for error in errors] == [True, True]
    release.put(None)
    reactor.hand_back()
    assert reactor.dialled() == []


def test_a_tunnel_asks_the_guard_too() -> None:
    reactor = FakeReactor()
    guard.install(reactor, lookup=Names({"inner.example": ["10.0.0.1"]}), proxy=("proxy.example", 3128))
    errors: list[BaseException] = []
    reactor.resolver.getHostByName("inner.example").addErrback(lambda failure: errors.append(failure.value))
    reactor.hand_back()
    assert isinstance(errors[0], guard.BlockedAddress)


def test_the_operators_proxy_may_be_anywhere_but_only_at_its_port() -> None:
    reactor = FakeReactor()
    guard.install(reactor, lookup=Names({"proxy.example": ["10.0.0.1"]}), proxy=("proxy.example", 3128))
    assert connect(reactor, "proxy.example", 3128, looked_up=True) is None
    assert isinstance(connect(reactor, "proxy.example", 80), guard.BlockedAddress)
    assert reactor.dialled() == [("10.0.0.1", 3128)]


def test_scrapys_own_process_builds_the_guard_from_its_settings() -> None:
    reactor = FakeReactor()
    settings = Settings({"ADDRESS_EXCEPTIONS": '{"agency.test": "127.0.0.1:8123"}', "GUARD_PROXY": "[::1]:3128"})
    built = guard.GuardedResolver.from_crawler(SimpleNamespace(settings=settings), reactor)  # type: ignore[arg-type]
    built.install_on_reactor()
    guard.assert_installed(reactor)
    assert connect(reactor, "agency.test", 8123) is None
    assert connect(reactor, "::1", 3128) is None
    assert isinstance(connect(reactor, "::1", 3129), guard.BlockedAddress)


def test_the_self_test_passes_only_where_the_guard_is_in_place() -> None:
    reactor = FakeReactor()
    with pytest.raises(RuntimeError, match="not in place"):
        guard.assert_installed(reactor)
    guard.install(reactor, exceptions=OPENED)
    guard.assert_installed(reactor)
    assert reactor.dialled() == []


def test_the_self_test_sees_a_guard_that_was_weakened(monkeypatch: pytest.MonkeyPatch) -> None:
    reactor = FakeReactor()
    guard.install(reactor)
    monkeypatch.setattr(guard, "judge", lambda name, addresses: addresses)
    with pytest.raises(RuntimeError, match=r"let 127\.0\.0\.1 through"):
        guard.assert_installed(reactor)


def test_only_the_guard_that_was_tried_is_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    reactor, other = FakeReactor(), FakeReactor()
    guard.install(reactor)
    assert not guard.is_proved(reactor), "nobody has tried it"
    guard.assert_installed(reactor)
    assert guard.is_proved(reactor)
    guard.install(other)
    assert not guard.is_proved(other), "another guard"
    simple, reactor.resolver = reactor.resolver, other
    assert not guard.is_proved(reactor), "a tunnel would ask past it"
    reactor.resolver = simple
    guard.install(reactor)
    assert not guard.is_proved(reactor), "one put in its place"
    monkeypatch.setattr(guard, "judge", lambda name, addresses: addresses)
    with pytest.raises(RuntimeError):
        guard.assert_installed(reactor)
    assert not guard.is_proved(reactor), "one that lets through"


def test_a_literal_proxy_is_the_one_way_past_the_resolver() -> None:
    """Twisted connects to an IP address itself where an endpoint asks no resolver: Scrapy does so for a proxy only."""
    reactor = FakeReactor()
    guard.install(reactor)
    TCP4ClientEndpoint(reactor, "127.0.0.1", 3128).connect(FACTORY)
    assert reactor.dialled() == [("127.0.0.1", 3128)]
