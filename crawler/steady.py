"""The clock of a process at work: epoch seconds that do not jump under what is under way.

It goes on by the system's running clock and takes over what the wall clock shows once the database has been moved along
(`storage.clock_jumps`), so that no lease, pause or due time is compared with a clock that it was not written by.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from storage import clock_jumps, owners
from storage.clock_jumps import Clocks
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.models import Ending
    from storage.writer import Writer

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0


def since_boot() -> float:
    """Seconds since boot, with those that the machine slept, where the system counts them."""
    number = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if number is None else time.clock_gettime(number)


class Steady:
    """`clock()`: seconds since the epoch. The system's clocks can be given, for tests."""

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        running: Callable[[], float] = time.monotonic,
        since_boot: Callable[[], float] = since_boot,
        boot: Callable[[], str | None] = owners.boot,
    ) -> None:
        self._wall, self._running, self._since_boot, self._boot = wall, running, since_boot, boot
        self._base = wall() - running()
        self._settled = False
        self._moves: list[tuple[float, float]] = []  # (by the running clock, seconds)

    def __call__(self) -> float:
        return self._base + self._running()

    def jumped(self) -> bool:
        """Whether the wall clock shows something else by now, or what it showed could not be written yet."""
        return not self._settled or abs(self._wall() - self()) >= clock_jumps.TOLERANCE

    def present(self, at: float) -> float:
        """What this clock would have shown, as it goes now, at an instant that it told shortly before: what is under way
        when the clock is set bears an instant of before."""
        now, running = self(), self._running()
        for ran, by in reversed(self._moves):
            if -1.0 <= now - at <= running - ran + 1.0:
                break  # told since then
            at += by
        return at

    async def settle(self, writer: Writer) -> None:
        """Go by the wall clock from now on, the database with it. Raises `StorageError`; then it is to be called again.

        Both change at one point of the writer's queue: what was submitted before is by the old clock, in all it says."""
        running, wall = self._running(), self._wall()
        seen = Clocks(wall, running, self._since_boot(), self._boot())
        by = wall - running - self._base
        self._base, self._settled = wall - running, False
        if abs(by) >= clock_jumps.TOLERANCE:
            self._moves = [*self._moves[-9:], (running, by)]
        moved = await asyncio.wrap_future(writer.submit(lambda db: clock_jumps.settle(db, seen)))
        self._settled = True
        if abs(by) >= clock_jumps.TOLERANCE:
            logger.warning(
                "the clock went %+.0f s since the last look (set, or the machine slept); %s",
                by,
                "what is due and under way was moved along" if moved else "another process has moved what is due along",
            )

    async def watch(self, writer: Writer) -> None:
        """Look every second, until cancelled; what cannot be written now is tried at the next look."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self.jumped():
                try:
                    await self.settle(writer)
                except StorageError as error:
                    logger.error("the clock was set, but the database could not be moved along: %s", error)
            else:
                self._base = self._wall() - self._running()  # a clock that is being kept right


def by_present_clock(ending: Ending, clock: Callable[[], float]) -> Ending:
    """An ending whose instants are by the clock as it goes now, where that was set since the answer came."""
    by = clock.present(ending.at) - ending.at if isinstance(clock, Steady) else 0.0
    if not by:
        return ending
    host = ending.host
    if host is not None:
        rules = host.robots and replace(host.robots, until=host.robots.until + by)
        host = replace(host, robots=rules, paused_until=host.paused_until and host.paused_until + by)
    return replace(
        ending,
        at=ending.at + by,
        responded_at=None if ending.responded_at is None else ending.responded_at + by,
        due=None if ending.due is None else ending.due + by,
        host=host,
    )
