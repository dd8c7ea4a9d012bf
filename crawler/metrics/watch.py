"""The daemon's metrics: what is counted as it happens, and looks at the database beside the loop, now and then."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.process_collector import ProcessCollector

from crawler.metrics.endpoint import served
from crawler.metrics.look import look
from crawler.metrics.text import Text, of_database
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from crawler.config import Config
    from crawler.metrics.place import Place
    from crawler.metrics.text import Series

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 15.0
REST: Final = 100.0
"""Between two looks lie so many times what the last one took of a core, so that looking takes a hundredth of one…"""
LONGEST_REST: Final = 120.0
"""…but no more seconds than these: older figures would hide what somebody is to be called for."""
AGAIN_SECONDS: Final = 30.0
"""Between two tries to listen where somebody else does."""
TICK_SECONDS: Final = 0.5
LAG_SECONDS: Final = 60.0
FRESH_SECONDS: Final = 1.0
"""A text made so lately is given again: nobody who asks without end keeps the daemon from its work."""

Figures = dict[str, "list[Series]"]

UNREADABLE: Final[Figures] = {"dateline_database_readable": [((), 0.0)], "dateline_database_trouble": [((), 1.0)]}
"""Takes the place of the last figures after a look that failed."""


class Watch:
    """What the endpoint tells. `daemon`: the figures of the daemon itself, asked for each text."""

    def __init__(self, config: Config, daemon: Callable[[], Mapping[str, list[Series]]]) -> None:
        self._config, self._daemon = config, daemon
        self._database: Figures = {}
        self._process = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self._process)
        self._lags: deque[tuple[float, float]] = deque()
        self._made: tuple[float, bytes] = (-FRESH_SECONDS, b"")
        self._making = asyncio.Lock()

    async def text(self) -> bytes:
        """The metrics now."""
        async with self._making:
            if time.monotonic() >= self._made[0] + FRESH_SECONDS:
                lag = max((late for _, late in self._lags), default=0.0)
                figures: Figures = {**self._database, **self._daemon(), "dateline_loop_lag_seconds": [((), lag)]}
                whole = await asyncio.to_thread(lambda: Text(figures).render() + generate_latest(self._process))
                self._made = (time.monotonic(), whole)
            return self._made[1]

    async def looks(self) -> None:
        """Look at the database without end."""
        said = None
        while True:
            rest = LOOK_SECONDS
            try:
                seen = await asyncio.to_thread(look, self._config, now=time.time())
            except (StorageError, OSError) as error:
                if str(error) != said:  # dateline_read_timestamp_seconds tells how long it lasts
                    logger.warning("%s; the metrics of the database stay as they were", error)
                said = str(error)
                self._database = {**self._database, **UNREADABLE}
            else:
                said = None
                self._database = await asyncio.to_thread(of_database, seen)
                rest = min(max(LOOK_SECONDS, REST * seen.work), LONGEST_REST)
            await asyncio.sleep(rest)

    async def ticks(self) -> None:
        """Measure without end how late the loop comes back."""
        while True:
            began = time.monotonic()
            await asyncio.sleep(TICK_SECONDS)
            now = time.monotonic()
            self._lags.append((now, max(0.0, now - began - TICK_SECONDS)))
            while self._lags[0][0] < now - LAG_SECONDS:
                self._lags.popleft()


@asynccontextmanager
async def told_at(
    place: Place | None, config: Config, daemon: Callable[[], Mapping[str, list[Series]]]
) -> AsyncIterator[int | None]:
    """While the block runs the metrics are told at `place`, whose port is given; None: nowhere, or not yet, since nobody can
    listen there now: that is logged and tried again, for the crawl matters more than its figures."""
    if place is None:
        yield None
        return
    watch = Watch(config, daemon)
    begun: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
    beside = [asyncio.create_task(task) for task in (_listens(place, watch, begun), watch.looks(), watch.ticks())]
    try:
        yield await begun
    finally:
        for task in beside:
            task.cancel()
        for task in beside:
            with suppress(asyncio.CancelledError):
                await task


async def _listens(place: Place, watch: Watch, begun: asyncio.Future[int | None]) -> None:
    """Listen without end. `begun` gets the port, or None where the first try failed."""
    said = False
    while True:
        try:
            async with served(place, watch.text) as port:
                if not begun.done():
                    begun.set_result(port)
                await asyncio.Event().wait()
        except OSError as error:
            if not said:
                logger.error(
                    "metrics: nobody can listen at %s (%s), which is tried again every %.0f s while the crawl goes on: name "
                    "another address or port, or stop the program that has it",
                    place,
                    error.strerror or error,
                    AGAIN_SECONDS,
                )
            said = True
            if not begun.done():
                begun.set_result(None)
        await asyncio.sleep(AGAIN_SECONDS)
