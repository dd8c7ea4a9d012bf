"""Which addresses are public, however they are spelled, and which URLs may be asked for. Pure: nothing is dialled."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.politeness.addresses import BlockedAddress, literal, permits, reason_of, refusal

PUBLIC = "93.184.215.14"
PUBLIC_V6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
OPENED = {"agency.test": ("127.0.0.1", 8123), "outlet.test": ("::1", 8124)}

NOT_PUBLIC = {
    "0.0.0.0": "unspecified",
    "0.1.2.3": "this network",
    "10.255.0.1": "private",
    "100.64.0.1": "carrier-grade",
    "100.127.255.254": "carrier-grade",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "169.254.169.254": "link-local",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.0.0.8": "IETF",
    "192.0.2.1": "documentation",
    "192.88.99.1": "6to4",
    "192.168.1.1": "private",
    "198.18.0.1": "benchmarking",
    "198.51.100.1": "documentation",
    "203.0.113.1": "documentation",
    "224.0.0.1": "multicast",
    "239.255.255.255": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "broadcast",
    "::": "unspecified",
    "::1": "loopback",
    "::127.0.0.1": "IPv4-compatible",
    "::ffff:127.0.0.1": "loopback",
    "::ffff:a00:1": "private",
    "64:ff9b::7f00:1": "loopback",
    "64:ff9b::10.0.0.1": "private",
    "64:ff9b:1::1": "local NAT64",
    "100::1": "discard",
    "2001::1": "Teredo",
    "2001:20::1": "IETF",
    "2001:db8::1": "documentation",
    "2002:7f00:1::": "6to4",
    "2002:5db8:d70e::1": "6to4",
    "3fff::1": "documentation",
    "4000::1": "outside global unicast",
    "5f00::1": "segment",
    "fc00::1": "unique local",
    "fd12:3456::1": "unique local",
    "fe80::1": "link-local",
    "fe80::1%eth0": "scoped",
    "fec0::1": "site-local",
    "ff02::1": "multicast",
    "2606:2800::5efe:7f00:1": "ISATAP",
}


@pytest.mark.parametrize(("address", "why"), NOT_PUBLIC.items())
def test_an_address_that_is_not_public_is_refused_with_its_kind(address: str, why: str) -> None:
    assert why in (refusal(address) or "")


@pytest.mark.parametrize(
    "address",
    [
        "93.184.215.14",
        "1.1.1.1",
        "100.63.0.1",
        "100.128.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "223.255.255.255",
        PUBLIC_V6,
        f"::ffff:{PUBLIC}",
        f"64:ff9b::{PUBLIC}",
        "2a00:1450:4001:80b::200e",
    ],
)
def test_a_public_address_is_not_refused(address: str) -> None:
    assert refusal(address) is None


@given(st.ip_addresses())
def test_nothing_that_python_calls_not_global_is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    mapped = getattr(address, "ipv4_mapped", None)
    if not (mapped or address).is_global:
        assert refusal(str(address))


@given(st.ip_addresses(v=4))
def test_an_embedded_ipv4_address_is_judged_as_itself(address: ipaddress.IPv4Address) -> None:
    for form in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert (refusal(form) is None) == (refusal(str(address)) is None)


@pytest.mark.parametrize(
    "form",
    [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "0x7f000001",
        "0x7f.1",
        "0X7F.0.0.1",
        "2130706433",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "１２７.０.０.１",
        "①②⑦。0。0。①",
        "0x7f.0x0.0x0.0x1",
    ],
)
def test_every_spelling_of_loopback_is_read(form: str) -> None:
    assert literal(form) == "127.0.0.1"


@pytest.mark.parametrize(
    "name", ["agency.test", "1.agency.test", "127.0.0.1.test", "256.1.1.1", "1.2.3.4.5", "08.1", "", "."]
)
def test_a_name_is_no_literal(name: str) -> None:
    assert literal(name) is None


@given(value=st.integers(min_value=0, max_value=2**32 - 1))
def test_a_number_alone_is_read_like_the_address_that_it_is(value: int) -> None:
    assert literal(str(value)) == literal(hex(value)) == str(ipaddress.IPv4Address(value))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://agency.example/a", None),
        ("http://agency.example:80/a", None),
        ("https://agency.example:8443/a", None),
        (f"http://{PUBLIC}/", None),
        (f"http://[{PUBLIC_V6}]/", None),
        ("http://agency.test/", None),
        ("http://AGENCY.test.:8123/", None),
        ("http://agency.test:8124/", "only 8123"),
        ("http://sub.agency.test/", None),  # a name like others: its addresses are judged by the resolver
        ("http://127.0.0.1:8123/", "loopback"),
        ("http://127.1/", "loopback"),
        ("http://2130706433/", "loopback"),
        ("http://[::1]:8124/", "loopback"),
        ("http://[::ffff:169.254.169.254]/", "link-local"),
        ("http://0/", "this network"),
        ("http://localhost/", "local name"),
        ("http://x.localhost:8123/", "local name"),
        ("http://intranet/", "local name"),
        ("http://printer.local/", "local name"),
        ("file:///etc/passwd", "scheme 'file'"),
        ("data:text/html,x", "scheme 'data'"),
        ("ftp://agency.example/", "scheme 'ftp'"),
        ("javascript:alert(1)", "scheme"),
        ("//agency.example/", "scheme 'missing'"),
        ("http://user:pw@agency.example/", "user name"),
        ("http://agency.example@127.0.0.1/", "user name"),
        ("http://agency.example\\@127.0.0.1/", "backslashes"),
        ("http://agency.example/a b", "blanks"),
        ("http://agency.example:25/", "another service"),
        ("http://agency.example:0/", "another service"),
        ("http://agency.example:99999/", "not an address"),
        ("http://[::1/", "not an address"),
        ("http:///a", "no host"),
        ("", "scheme 'missing'"),
    ],
)
def test_a_url_is_judged_before_anything_is_sent(url: str, why: str | None) -> None:
    found = permits(url, OPENED)
    assert (found is None) if why is None else why in (found or "")


def test_the_proxys_own_host_is_no_target() -> None:
    assert "proxy itself" in (permits("http://proxy.example:3128/", {}, proxy="Proxy.example") or "")


def test_the_reason_is_found_wherever_an_exception_carries_it() -> None:
    blocked = BlockedAddress("evil.example", "10.0.0.1", "private")
    outer = RuntimeError("download failed")
    outer.__cause__ = OSError("cannot resolve")
    outer.__cause__.__context__ = blocked
    assert reason_of(outer) == str(blocked)
    assert "evil.example stands for 10.0.0.1" in str(blocked)
    assert reason_of(RuntimeError("another")) is None
    assert reason_of(None) is None
