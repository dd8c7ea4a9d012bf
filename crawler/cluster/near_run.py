"""`dateline stories`: the stages of the search for near-duplicates, by a Dask cluster or in this process."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import time
from hashlib import blake2b
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import click

from crawler.arguments import ArgumentProblem
from crawler.cluster import near

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Iterator, Sequence
    from concurrent.futures import Future

    from distributed import Client

AHEAD: Final = 3
"""Steps that are given out for each thread of the workers: the scheduler knows of no more, however many there are."""
RETRIES: Final = 3
"""Times that a step is done again whose file could not be read or written, or whose worker was lost."""


class Stopped(Exception):
    """SIGINT or SIGTERM came before the end."""


def find_stories(url: str, engine: str | None, *, window: int, buckets: int | None, as_json: bool) -> int:
    """Write the stories of the dataset at `url` and say what there is; 0, or 1 where the cluster is gone, the dataset cannot
    be read or written, or it was stopped (SIGINT, with a cluster SIGTERM).

    `engine`: a scheduler's address, `local` or `local:N`; None: in this process. `window`: days.
    Raises ArgumentProblem where there is no dataset, a library is missing, or a worker is of another version."""
    needed = ("fsspec", "pyarrow", "numpy", *(("dask", "distributed") if engine else ()))
    if missing := [name for name in needed if find_spec(name) is None]:
        raise ArgumentProblem(
            f"stories needs {' and '.join(missing)}, not installed here: pip install 'dateline[cluster]'"
        )
    from crawler.cluster.dataset import opened
    from crawler.cluster.engine import EngineGone

    url = opened(url).url  # a path must be the same for all workers
    asked: dict[str, Any] = {"window": window, "buckets": buckets, "tell": lambda line: click.echo(line, err=True)}
    begun = time.monotonic()
    try:
        totals = near.stories(url, near.here, **asked) if engine is None else asyncio.run(_by_dask(url, engine, asked))
    except EngineGone as error:
        click.echo(f"{error}: call the same again, and it goes on where it was", err=True)
        return 1
    except (Stopped, KeyboardInterrupt):
        click.echo("stopped: the same call goes on where it was", err=True)
        return 1
    except OSError as error:
        said = f"{type(error).__name__}: {error}"
        click.echo(f"{url}: cannot be read or written ({said}): once that is mended, the same call goes on", err=True)
        return 1
    seconds = time.monotonic() - begun
    if as_json:
        click.echo(json.dumps({"dataset": url, **totals, "seconds": round(seconds, 1)}))
    else:
        click.echo(
            f"{totals['articles']} articles, {totals['in_stories']} of them in {totals['stories']} stories of several"
            f" ({totals['copies']} copies); {totals['pairs']} pairs looked at, {seconds:.0f} s: {url}/stories"
        )
    return 0


async def _by_dask(url: str, engine: str, asked: dict[str, Any]) -> dict[str, int]:
    """By the workers of `engine`. Raises ArgumentProblem where one of them is of another version, EngineGone, Stopped."""
    from crawler.cluster.engine import connected
    from crawler.cluster.extraction import Unfit
    from crawler.cluster.near_worker import StoriesPlugin

    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # that a scheduler is gone, we say in one line
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    async with connected(engine) as client:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        click.echo(f"dashboard {client.dashboard_link}", err=True)
        try:
            plugin = StoriesPlugin()
            await client.register_plugin(plugin, name=plugin.name)
            return await _by_client(client, url, asked, stop)
        except Unfit as error:
            raise ArgumentProblem(str(error)) from None
        except (ImportError, AttributeError) as error:
            raise ArgumentProblem(f"a Dask worker has no 'dateline[cluster]' of this version: {error}") from error


async def _by_client(client: Client, url: str, asked: dict[str, Any], stop: asyncio.Event) -> dict[str, int]:
    loop = asyncio.get_running_loop()

    def run(steps: Iterable[near.Step]) -> Iterator[dict[str, int]]:
        work = _unless(stop, _all(client, list(steps)))
        given: Future[list[dict[str, int]]] = asyncio.run_coroutine_threadsafe(work, loop)
        yield from given.result()

    # In a thread: what the caller does between two stages must not silence the scheduler, which may live here.
    return await asyncio.to_thread(near.stories, url, run, **asked)


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, list[dict[str, int]]]) -> list[dict[str, int]]:
    """What `work` answers. Raises Stopped, and ends it, where `stop` is set before."""
    doing, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({doing, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not doing.done():
        doing.cancel()
        await asyncio.wait({doing})
        raise Stopped
    return doing.result()


async def _all(client: Client, steps: Sequence[near.Step]) -> list[dict[str, int]]:
    """What each step counted, in any order. Raises what the first failed step raised; EngineGone where the scheduler is
    gone, or each worker that did a step was lost."""
    import distributed
    from distributed.client import FutureCancelledError
    from distributed.comm.core import CommClosedError

    from crawler.cluster.engine import EngineGone

    as_completed: Any = distributed.as_completed  # has no types
    rest = iter(steps)
    threads = sum((await _nthreads(client)).values())
    given = [_submitted(client, step) for _, step in zip(range(AHEAD * max(1, threads)), rest, strict=False)]
    counts = []
    ahead = as_completed(given, loop=client.loop)
    given.clear()
    try:
        async for future in ahead:
            counts.append(await future)
            future.release()
            if (step := next(rest, None)) is not None:
                ahead.add(_submitted(client, step))
    except distributed.KilledWorker as error:
        raise EngineGone(
            f"each worker that did one step was lost, for want of memory it may be: more --buckets take less ({error})"
        ) from error
    except (FutureCancelledError, CommClosedError) as error:
        raise EngineGone(f"the Dask scheduler is gone ({type(error).__name__})") from error
    finally:
        ahead.clear()
    return counts


async def _nthreads(client: Client) -> dict[str, int]:
    found: dict[str, int] = await client.nthreads()  # type: ignore[no-untyped-call]
    return found


def _submitted(client: Client, step: near.Step) -> Any:
    from crawler.cluster import near_worker

    return client.submit(near_worker.done, step, version("dateline"), key=key(step), pure=False, retries=RETRIES)


def key(step: near.Step) -> str:
    """A step's name on the scheduler, which others may ask, too: of one work's steps only, in whichever dataset it is."""
    work = blake2b(f"{step.url}\n{step.work}".encode(), digest_size=8).hexdigest()
    return f"{step.stage}-{step.number}-{work}"
