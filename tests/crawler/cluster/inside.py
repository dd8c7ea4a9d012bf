"""A Dask cluster within the process of a test, which opens no port but loopback's."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from distributed import Client, Scheduler, SpecCluster, Worker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@asynccontextmanager
async def cluster_inside() -> AsyncIterator[Client]:
    """A client of one worker with two threads."""
    quiet = {"protocol": "inproc://", "dashboard": False, "dashboard_address": "127.0.0.1:0"}
    cluster = await SpecCluster(  # type: ignore[no-untyped-call]
        workers={0: {"cls": Worker, "options": {"nthreads": 2, **quiet}}},
        scheduler={"cls": Scheduler, "options": quiet},
        asynchronous=True,
    )
    client = await Client(cluster, asynchronous=True, set_as_default=False)  # type: ignore[no-untyped-call]
    yield client
    await client.close()
    await cluster.close()  # type: ignore[misc]
