"""The Dask cluster that a run is given to: one of this machine's own, or the scheduler at an address."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from contextlib import asynccontextmanager, suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from crawler.arguments import ArgumentProblem

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from distributed import Client

CONNECT_SECONDS: Final = 20.0
CLOSE_SECONDS: Final = 10.0
_LOCAL = re.compile(r"local(?::(\d+))?")
_MOST: Final = 999
"""Workers of this machine, at most: more is a port's number."""

LOCAL_CONFIG: Final = {
    "distributed.worker.daemon": False,  # else it could have no extraction processes
    "distributed.worker.profile.enabled": False,  # looks at all threads a hundred times a second
    "distributed.admin.tick.interval": "500ms",  # fifty times a second, each process asks itself whether its loop is held up
    "distributed.admin.system-monitor.interval": "5s",  # twice a second, each process reads what the machine is doing
    "distributed.admin.system-monitor.disk": False,
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": None,  # memory given back after each page is faulted in again
}


class EngineGone(Exception):
    """The scheduler cannot be reached, or no more; its text says what to do."""


def check_installed() -> None:
    """Raise ArgumentProblem where Dask or what it needs is not installed."""
    missing = [name for name in ("dask", "distributed", "fsspec", "pyarrow") if find_spec(name) is None]
    if missing:
        raise ArgumentProblem(f"--dask needs {', '.join(missing)}, not installed here: pip install 'dateline[cluster]'")


def local_workers(engine: str) -> int | None:
    """N of `local:N`, one for each core of `local`; None: an address. Raises ArgumentProblem for `local:0`, and for
    as many as no machine has."""
    if (found := _LOCAL.fullmatch(engine)) is None:
        return None
    if found[1] and len(found[1].lstrip("0")) > len(str(_MOST)):
        raise ArgumentProblem(
            f"--dask {engine}: {_MOST} workers at most; for the scheduler at a host named local, tcp://{engine}"
        )
    workers = int(found[1]) if found[1] else os.cpu_count() or 1
    if workers < 1:
        raise ArgumentProblem(f"--dask {engine}: at least one worker is needed")
    return workers


@asynccontextmanager
async def connected(engine: str) -> AsyncIterator[Client]:
    """A client of the cluster; one of our own ends with the block. Raises EngineGone where no scheduler answers."""
    import dask
    from distributed import Client, LocalCluster

    workers = local_workers(engine)
    if workers is None:
        try:
            client = await Client(engine, asynchronous=True, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
        except (OSError, ValueError) as error:
            raise EngineGone(f"no Dask scheduler answers at {engine}: {error}") from error
        try:
            yield client
        finally:
            await _closed(client)
        return
    with dask.config.set(LOCAL_CONFIG):
        async with LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            memory_limit=0,  # what takes memory are the extraction processes, which have limits of their own
            silence_logs=logging.ERROR,
            security=True,  # a scheduler runs what anybody sends who can connect, and other users of this machine can
            asynchronous=True,
        ) as cluster:
            client = await Client(cluster, asynchronous=True, set_as_default=False)  # type: ignore[no-untyped-call]
            try:
                yield client
            finally:
                await _closed(client)


async def _closed(client: Client) -> None:
    with suppress(TimeoutError, OSError, asyncio.CancelledError):  # the scheduler may be gone
        await asyncio.wait_for(client.close(), CLOSE_SECONDS)  # type: ignore[no-untyped-call]
