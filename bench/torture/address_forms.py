"""Spellings of addresses that nobody may reach, and names that stand for such: (what it is, host of a URL) by a seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from random import Random
from typing import Final

PUBLIC, PUBLIC_V6 = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"

V4: Final = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
    *("224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32"),
)
V6: Final = (
    *("::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:20::/28", "2001:db8::/32", "2002::/16"),
    *("3fff::/20", "4000::/8", "5f00::/16", "fc00::/8", "fd00::/8", "fe80::/10", "fec0::/10", "ff00::/8"),
)
SPELLINGS: Final[dict[str, Callable[[int], str]]] = {
    "dotted": lambda n: str(IPv4Address(n)),
    "with a dot at the end": lambda n: f"{IPv4Address(n)}.",
    "one number": str,
    "hexadecimal": hex,
    "hexadecimal in capitals": lambda n: hex(n).upper(),
    "octal": lambda n: f"0{n:o}",
    "octal parts": lambda n: ".".join(f"0{part:o}" for part in n.to_bytes(4, "big")),
    "hexadecimal parts": lambda n: ".".join(hex(part) for part in n.to_bytes(4, "big")),
    "mixed parts": lambda n: f"{n >> 24:#x}.0{n >> 16 & 255:o}.{n & 0xFFFF}",
    "two parts": lambda n: f"{n >> 24}.{n & 0xFFFFFF}",
    "three parts": lambda n: f"{n >> 24}.{n >> 16 & 255}.{n & 0xFFFF}",
    "full-width": lambda n: str(IPv4Address(n)).translate({ord("0") + i: 0xFF10 + i for i in range(10)}),
    "circled": lambda n: "".join(chr(0x2460 + int(c) - 1) if c in "123456789" else c for c in str(IPv4Address(n))),
    "ideographic dots": lambda n: str(IPv4Address(n)).replace(".", "\u3002"),
    "percent-encoded": lambda n: "".join(f"%{ord(c):02X}" for c in str(IPv4Address(n))),
    "partly percent-encoded": lambda n: str(IPv4Address(n)).replace(".", "%2e"),
    "behind a user name": lambda n: f"agency.test@{IPv4Address(n)}",
    "behind a password": lambda n: f"agency.test:80@{IPv4Address(n)}",
    "with a soft hyphen": lambda n: str(IPv4Address(n)).replace(".", "\u00ad.", 1),
    "mapped": lambda n: f"[::ffff:{IPv4Address(n)}]",
    "mapped in hexadecimal": lambda n: f"[::ffff:{n >> 16:x}:{n & 0xFFFF:x}]",
    "mapped, long": lambda n: f"[0:0:0:0:0:FFFF:{n >> 16:x}:{n & 0xFFFF:x}]",
    "compatible": lambda n: f"[::{IPv4Address(n)}]",
    "translated": lambda n: f"[::ffff:0:{n >> 16:x}:{n & 0xFFFF:x}]",
    "NAT64": lambda n: f"[64:ff9b::{n >> 16:x}:{n & 0xFFFF:x}]",
    "local NAT64": lambda n: f"[64:ff9b:1::{n >> 16:x}:{n & 0xFFFF:x}]",
    "6to4": lambda n: f"[2002:{n >> 16:x}:{n & 0xFFFF:x}::1]",
    "Teredo": lambda n: f"[2001:0:{n >> 16:x}:{n & 0xFFFF:x}:8000:63bf:{~n >> 16 & 0xFFFF:x}:{~n & 0xFFFF:x}]",
    "ISATAP": lambda n: f"[2606:2800::5efe:{n >> 16:x}:{n & 0xFFFF:x}]",
}
LOCAL: Final = ("localhost", "LOCALHOST", "localhost.", "db.localhost", "printer.local", "intranet", "vault.internal")
NAMED: Final[dict[str, Callable[[str, str], Sequence[str]]]] = {
    "its address": lambda v4, v6: [v4],
    "its IPv6 address": lambda v4, v6: [v6],
    "a public one first": lambda v4, v6: [PUBLIC, v4],
    "a public one last": lambda v4, v6: [v6, PUBLIC],
    "two kinds": lambda v4, v6: [PUBLIC_V6, v4, v6],
    "mapped": lambda v4, v6: [f"::ffff:{v4}"],
    "NAT64": lambda v4, v6: [f"64:ff9b::{v4}"],
}


def forms(rng: Random) -> Iterator[tuple[str, str, Sequence[str]]]:
    """(what it is, host as a URL has it, what a look-up of it answers) for each kind once; half of the addresses are
    loopback, where a listener waits, the others of all the networks that are not public."""
    for kind, spelled in SPELLINGS.items():
        yield f"{kind}", spelled(_v4(rng)), ()
        yield f"{kind} of loopback", spelled(int(IPv4Address("127.0.0.1"))), ()
    for network in V4:
        yield f"in {network}", str(_within(rng, network)), ()
    for network in V6:
        yield f"in {network}", f"[{_within(rng, network)}]", ()
    yield "with a zone", "[fe80::1%25lo]", ()
    yield "loopback with a zone", "[::1%25lo]", ()
    for name in LOCAL:
        yield "a local name", name, ("127.0.0.1",)
    for kind, answers in NAMED.items():
        for v4, v6 in (("127.0.0.1", "::1"), (str(IPv4Address(_v4(rng))), str(_within(rng, rng.choice(V6))))):
            yield f"a name that gives {kind}", f"n{rng.randrange(10**9)}.evil.test", answers(v4, v6)
    yield "a name in other letters", "\u0451vil.test", ("127.0.0.1",)
    yield "a name in punycode", "xn--e1afmkfd.test", ("127.0.0.1",)


def _v4(rng: Random) -> int:
    return int(_within(rng, rng.choice(V4)))


def _within(rng: Random, network: str) -> IPv4Address | IPv6Address:
    found = IPv6Network(network) if ":" in network else IPv4Network(network)
    return found[rng.randrange(found.num_addresses)]
