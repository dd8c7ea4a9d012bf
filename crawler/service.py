"""What systemd is told of the daemon (`Type=notify`): readiness, a line of status, that it lives, that it ends.

The protocol is that of sd_notify(3): datagrams to the Unix socket that NOTIFY_SOCKET names, of the abstract namespace where
it begins with `@`. Without that variable nobody is told anything.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, MutableMapping

logger = logging.getLogger(__name__)

STATUS_SECONDS: Final = 15.0
"""Between two lines of status, where no watchdog wants to hear more often."""

STARTING_SECONDS: Final = 120.0
"""While it starts the manager is asked for so much more time, again and again: opening may migrate an older database, or
check a damaged one, for longer than TimeoutStartSec."""


@dataclass(slots=True)
class Service:
    """The daemon as its manager sees it. `address`: the socket, None: there is no manager; `watchdog`: seconds within which
    it wants to hear from us, None: it does not. `words`: the line of status."""

    address: str | None = None
    watchdog: float | None = None
    words: Callable[[], str] = field(default=lambda: "opening the database")
    stands: Literal["starting", "ready", "ending"] = "starting"

    @property
    def interval(self) -> float:
        """Seconds between two messages: half of what the watchdog allows, as sd_watchdog_enabled(3) recommends."""
        return min(STATUS_SECONDS, self.watchdog / 2) if self.watchdog else STATUS_SECONDS

    def ready(self, words: Callable[[], str]) -> None:
        """The database is open and the schedule runs. `words`: the line of status from now on."""
        if self.stands != "ending":
            self.words, self.stands = words, "ready"
        self.alive()

    def alive(self) -> None:
        """Say how it stands; called from the loop, so that a loop that hangs is silent. All of it each time: a datagram is
        lost where the manager's queue is full, and one that never heard READY would end a daemon that works."""
        how = {
            "starting": f"EXTEND_TIMEOUT_USEC={int(STARTING_SECONDS * 1e6)}",
            "ready": "READY=1",
            "ending": "STOPPING=1",
        }
        self.tell(how[self.stands], f"STATUS={self.words()}", "WATCHDOG=1")

    def stopping(self) -> None:
        """It was asked to end."""
        self.words, self.stands = (lambda: "ending: what is being fetched is finished or handed back"), "ending"
        self.alive()

    def tell(self, *lines: str) -> None:
        """Send lines `NAME=VALUE` as one datagram. A manager that cannot be reached is logged, not raised: the crawl matters
        more."""
        if self.address is None:
            return
        text = "\n".join(line.replace("\n", " ") for line in lines)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
                sender.setblocking(False)
                sender.connect(_address(self.address))
                sender.send(text.encode("utf-8", "replace"))
        except OSError as error:
            logger.warning("systemd could not be told %r: %s: %s", lines[0], self.address, error)


def service_of(environment: MutableMapping[str, str], pid: int) -> Service:
    """The service that the environment describes. The variables are taken out of it: what the daemon starts is not the
    service, and a worker of ours must not answer for it."""
    address = environment.pop("NOTIFY_SOCKET", None)
    watchdog = _watchdog(environment, pid)
    for name in ("WATCHDOG_USEC", "WATCHDOG_PID"):
        environment.pop(name, None)
    if not address or address[0] not in "/@" or len(address) < 2:
        return Service()
    return Service(address, watchdog)


@asynccontextmanager
async def supervised(stop: asyncio.Event) -> AsyncIterator[Service]:
    """While the block runs the service manager is told how it stands, and at once when `stop` is set."""
    service = service_of(os.environ, os.getpid())
    if service.address is None:
        yield service
        return
    beside = [asyncio.create_task(_lives(service)), asyncio.create_task(_ends(service, stop))]
    try:
        yield service
    finally:
        for task in beside:
            task.cancel()
        for task in beside:
            with suppress(asyncio.CancelledError):
                await task


async def _lives(service: Service) -> None:
    while True:
        service.alive()
        await asyncio.sleep(service.interval)


async def _ends(service: Service, stop: asyncio.Event) -> None:
    await stop.wait()
    service.stopping()


def _address(name: str) -> str:
    """A socket of the abstract namespace has a zero byte where its name is written with `@`."""
    return f"\0{name[1:]}" if name.startswith("@") else name


def _watchdog(environment: Mapping[str, str], pid: int) -> float | None:
    """Seconds of WATCHDOG_USEC, where it is meant for this process."""
    micro, of = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID")
    if not micro.isdecimal() or not int(micro) or (of is not None and of != str(pid)):
        return None
    return int(micro) / 1e6
