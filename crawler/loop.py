"""One asyncio loop with Twisted's reactor on it, for every command that crawls."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING, Any, cast

from crawler.heap import one_heap

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

STOPPING = (signal.SIGTERM, signal.SIGINT)


def run_in_loop(main: Callable[[asyncio.Event], Awaitable[int]]) -> int:
    """Run `main(stop)` to its end on Scrapy's reactor and return its exit status.

    SIGTERM and SIGINT set `stop`: `main` finishes or hands back its leases. A second SIGINT ends at once with 130, the second
    one while this starts, too: nothing has been leased then.
    An exception of `main` is raised here, never lost in a callback.
    """
    # Until the loop has its own handlers: a KeyboardInterrupt within an import or a callback there can be lost.
    early: list[int] = []

    def noted(number: int, _: object) -> None:
        if number == signal.SIGINT and number in early:
            os._exit(130)
        early.append(number)

    for number in STOPPING:
        signal.signal(number, noted)
    one_heap()
    from scrapy.utils.reactor import install_reactor

    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor as installed

    reactor = cast("Any", installed)  # its interface declares methods without self

    result: list[int | BaseException] = []

    async def guarded() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()

        def asked() -> None:
            if stop.is_set():
                loop.remove_signal_handler(signal.SIGINT)
            stop.set()

        for number in STOPPING:
            loop.add_signal_handler(number, asked)
        if early:
            asked()
        try:
            result.append(await main(stop))
        except BaseException as error:  # noqa: BLE001 - carried out of the reactor, which would swallow it
            result.append(error)
        finally:
            reactor.stop()

    tasks: list[asyncio.Task[None]] = []
    reactor.callWhenRunning(lambda: tasks.append(asyncio.get_event_loop().create_task(guarded())))
    reactor.run(installSignalHandlers=False)
    outcome = result[0] if result else 130
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome
