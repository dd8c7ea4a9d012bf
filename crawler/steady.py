"""The clock of a process at work: epoch seconds that do not jump under what is under way.

It goes on by the system's running clock and takes over what the wall clock shows once the database has been moved along
(`storage.clock_jumps`), so that no lease, pause or due time is compared with a clock that it was not written by.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Final

from storage import clock_jumps, owners
from storage.clock_jumps import Clocks
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlite_utils import Database

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

    def __call__(self) -> float:
        return self._base + self._running()

    def jumped(self) -> bool:
        """Whether the wall clock shows something else by now."""
        return abs(self._wall() - self()) >= clock_jumps.TOLERANCE

    async def settle(self, writer: Writer) -> None:
        """Go by the wall clock from now on, the database with it. Raises `StorageError`."""

        def moved(db: Database) -> float:
            running, wall = self._running(), self._wall()
            by = clock_jumps.settle(db, Clocks(wall, running, self._since_boot(), self._boot()))
            self._base = wall - running
            return by

        before = self._base
        by = await asyncio.wrap_future(writer.submit(moved))
        if abs(self._base - before) >= clock_jumps.TOLERANCE:
            logger.warning(
                "the clock went %+.0f s since the last look (set, or the machine slept); %s",
                self._base - before,
                "what is due and under way was moved along" if by else "another process has moved what is due along",
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
