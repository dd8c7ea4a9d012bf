"""`dateline doctor`: what is wrong with this installation, and what to do. It reads; with the network it looks up the hosts of
the chosen sources and asks one of them for its front page. It changes nothing."""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import asdict
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import click

from crawler import terminal
from crawler.doctor_checks import Heard, all_of
from crawler.doctor_facts import gather
from crawler.doctor_report import status_of, told
from crawler.options import BrokeOff
from crawler.politeness import guard
from crawler.politeness.addresses import BlockedAddress, judge, literal

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping, Sequence

    from crawler.config import Config
    from crawler.doctor_facts import Facts
    from crawler.probe import Answer
    from crawler.source import Source

MOST_HOSTS: Final = 40
LOOKUP_SECONDS: Final = 10.0
"""For all names together."""


def doctor(config: Config, *, offline: bool, as_json: bool, opened: Mapping[str, tuple[str, int]]) -> int:
    """Look, judge, tell; 0 where nothing failed, 1 where something did, 3 where the database did."""
    facts = gather(config, time.time())
    heard = None if offline else listen(config, facts, opened, guard.system_lookup)
    checks = all_of(facts, heard)
    if as_json:
        click.echo(terminal.dumps([asdict(check) for check in checks], indent=1))
    else:
        for row in told(checks):
            click.echo(terminal.plain(row).replace("\n", " "))
    return status_of(checks)


def listen(
    config: Config,
    facts: Facts,
    opened: Mapping[str, tuple[str, int]],
    lookup: Callable[[str], Sequence[str]],
) -> Heard:
    """What the network says of the chosen sources, and of nobody else: their names, judged by the address guard, and the
    clock of the first of them that answers."""
    chosen = [source for source in facts.registered.chosen if not source.closed]
    urls = [source.home for source in chosen] + [
        e.url for source in chosen for e in source.endpoints if e.role == "live"
    ]
    hosts = list(dict.fromkeys(name for url in urls if (name := urlsplit(url).hostname)))[:MOST_HOSTS]
    names = {} if config.proxy else looked_up([host for host in hosts if host not in opened], lookup)
    judged = {host: _refusal(host, found) for host, found in names.items() if not isinstance(found, str)}
    refused = {host: why for host, why in judged.items() if why}
    reachable = [s for s in chosen if (host := urlsplit(s.home).hostname) and host not in refused and
                 (config.proxy or host in opened or not isinstance(names.get(host, ""), str))]  # fmt: skip
    if not reachable:
        return Heard(names, refused)
    asked = urlsplit(reachable[0].home).hostname
    try:
        answer, at = _front_page(config, reachable[0], opened)
    except BrokeOff as error:
        return Heard(names, refused, asked=asked, lost=str(error))
    lost = None if answer.good else f"{answer.outcome.name}: {answer.outcome.detail or 'no reason given'}"
    return Heard(names, refused, ahead(answer, at), asked, lost)


def looked_up(
    hosts: Sequence[str], lookup: Callable[[str], Sequence[str]], seconds: float = LOOKUP_SECONDS
) -> dict[str, tuple[str, ...] | str]:
    """Host -> its addresses, or why there are none; all of them within `seconds`, each in a thread that holds up no exit."""
    answers: queue.SimpleQueue[tuple[str, tuple[str, ...] | str]] = queue.SimpleQueue()

    def ask(host: str) -> None:
        try:
            answers.put((host, tuple(lookup(host)) or "no address"))
        except (OSError, UnicodeError) as error:
            answers.put((host, str(error)))

    asked = [host for host in hosts if literal(host) is None]
    for name in asked:
        threading.Thread(target=ask, args=(name,), name=f"lookup {name}", daemon=True).start()
    found: dict[str, tuple[str, ...] | str] = dict.fromkeys(asked, f"no answer within {seconds:g} s")
    end = time.monotonic() + seconds
    for _ in asked:
        try:
            host, answer = answers.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            break
        found[host] = answer
    return found


def _refusal(host: str, addresses: tuple[str, ...]) -> str | None:
    try:
        judge(host, addresses)
    except BlockedAddress as error:
        return str(error)
    return None


def _front_page(config: Config, source: Source, opened: Mapping[str, tuple[str, int]]) -> tuple[Answer, float]:
    """The answer of a source's front page, and when it had come by our clock."""
    from crawler.loop import run_in_loop
    from crawler.probe import probing

    answers: list[tuple[Answer, float]] = []

    async def main(stop: asyncio.Event) -> int:
        async with probing(config, stop, exceptions=opened) as probe:
            (answer,) = await probe.fetch([source.home], hosts=source.hosts, politeness=source.politeness)
            answers.append((answer, time.time()))
        return 0

    run_in_loop(main)
    return answers[0]


def ahead(answer: Answer, now: float) -> float | None:
    """`now` less the server's Date (RFC 9110 6.6.1), in seconds; within a second or two the way of the answer. None without."""
    try:
        return now - parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except (TypeError, ValueError):
        return None
