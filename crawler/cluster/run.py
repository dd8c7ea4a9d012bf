"""`dateline import --dask`: one task a file, in a sliding window, so that the client's memory does not grow with the files.

A worker that is lost has its task done by another (Dask); a file that kills workers again and again, or cannot be read, is kept
as failed with its reason. A scheduler that is gone ends the run: called again, it does the files that have no part yet."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import click
from distributed.client import FutureCancelledError
from distributed.comm.core import CommClosedError
from distributed.scheduler import KilledWorker

from crawler.arguments import ArgumentProblem
from crawler.cluster import dataset as datasets
from crawler.cluster import engine, files
from crawler.cluster.dataset import DatasetProblem
from crawler.cluster.engine import EngineGone
from crawler.cluster.extraction import Ended, ExtractionPlugin, Unfit
from crawler.cluster.rules import rules_of
from crawler.cluster.shown import Run, Shown
from crawler.cluster.task import Work, work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from distributed import Client

    from crawler.cluster.dataset import Dataset
    from crawler.cluster.rules import Rules
    from crawler.source import Source

ATTEMPTS: Final = 4
"""Tries of one file, each of which Dask makes again three times where its worker is lost."""
AGAIN_SECONDS: Final = 1.0
"""Before a file's second try; each later one waits twice as long."""
GRACE_SECONDS: Final = 6.0
"""How long a stopping run waits for the files under way."""
LOOK_SECONDS: Final = 2.0
"""Between two looks at how many workers there are."""
SPARE: Final = 2
"""Files that wait at the scheduler for each thread, beside the one that it does."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`places`: files, folders, patterns, URLs; `listed`: a list of more, each behind `prefix`; `cluster`: `local:N` or the
    scheduler's address; `dataset`: a folder or URL."""

    places: tuple[str, ...]
    listed: Path | None
    prefix: str
    cluster: str
    dataset: str
    take_all: bool


def import_by_dask(asked: Asked, sources: Iterable[Source], database: Path, *, as_json: bool) -> int:
    """Make a part of each file; 0, or 1 where a file failed or was not come to, or it was stopped or lost its scheduler before
    the end.

    Raises ArgumentProblem, `StorageError` (the database with the learned rules), DatasetProblem."""
    engine.local_workers(asked.cluster)
    given = files.named(asked.places)
    total = len(given) + (sum(1 for _ in files.listed(asked.listed, asked.prefix)) if asked.listed else 0)
    if not total:
        raise ArgumentProblem("no file is named: give files, folders, patterns or URLs, or --list")
    now = rules_of(sources, database, take_all=asked.take_all)
    place = datasets.opened(asked.dataset)
    rules = place.begin(now, now=time.time())
    shown = Shown(sys.stdout if as_json else sys.stderr, run := Run(total), as_json=as_json)
    if rules.learned != now.learned:
        shown.said("the rules learned are those that the dataset was begun with, not those in force now")

    def urls() -> Iterator[str]:
        return chain(given, files.listed(asked.listed, asked.prefix) if asked.listed else ())

    try:
        stopped = asyncio.run(_over(asked.cluster, urls(), place, rules, run, shown))
    except (EngineGone, Unfit, BaseExceptionGroup) as error:
        first = _first(error)
        if isinstance(first, Unfit):
            raise ArgumentProblem(str(first)) from None
        if not isinstance(first, EngineGone):
            raise first from None
        shown.finished("scheduler_lost")
        click.echo(f"{first}. Called again with the same dataset, it goes on with the files left.", err=True)
        return 1
    missed = 0 if stopped else total - run.ended
    shown.finished("shutdown" if stopped else "list_changed" if missed else "finished")
    if missed:
        click.echo(
            f"--list {asked.listed}: it was another when it was read again ({run.ended} of {total} files): call again",
            err=True,
        )
    return 1 if stopped or run.failed or missed else 0


async def _over(cluster: str, urls: Iterator[str], place: Dataset, rules: Rules, run: Run, shown: Shown) -> bool:
    """All files; whether it was stopped before the end."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    async with engine.connected(cluster) as client:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        shown.said(f"dataset {place.url}", dataset=place.url)
        shown.said(f"dashboard {client.dashboard_link}", dashboard=client.dashboard_link)
        if (await asyncio.to_thread(place.begun, rules)).digest != rules.digest:
            raise ArgumentProblem(
                f"{place.url}: another run has begun it at the same time with other rules: call again"
            )
        plugin = ExtractionPlugin(rules)
        try:
            await client.register_plugin(plugin, name=plugin.name)
        except (ImportError, AttributeError) as error:
            raise Unfit(f"a Dask worker has no 'dateline[cluster]' of this version: {error}") from error
        except OSError as error:
            if stop.is_set():  # whoever signals all processes ends the workers, too
                return True
            raise EngineGone(f"the Dask scheduler, or a worker, was lost as the run began: {error}") from error
        window = Window(client, place, plugin.name, run, shown, stop)
        await window.over(urls)
    return stop.is_set()


class Window:
    """The files under way: as many as the cluster's threads do, and some that wait."""

    def __init__(
        self, client: Client, place: Dataset, plugin: str, run: Run, shown: Shown, stop: asyncio.Event
    ) -> None:
        self._client, self._place, self._plugin = client, place, plugin
        self._run, self._shown, self._stop = run, shown, stop
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._moved = asyncio.Event()
        self._seen = False

    async def over(self, urls: Iterator[str]) -> None:
        """Have each file done that has no part. Raises an exception group of EngineGone, Unfit and DatasetProblem."""
        done = await asyncio.to_thread(self._place.done)
        await self._look()
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(self._watch())
            for url in urls:
                name = datasets.name_of(url)
                if datasets.number(name) in done or name in self._under_way:  # it may be named twice
                    self._run.before += 1
                    continue
                await self._room()
                if self._stop.is_set():
                    break
                self._under_way[name] = group.create_task(self._one(url, name), name="file")
            await self._ends()
            watch.cancel()

    async def _room(self) -> None:
        while len(self._under_way) >= (1 + SPARE) * max(1, self._run.workers) and not self._stop.is_set():
            self._moved.clear()
            await self._moved.wait()

    async def _ends(self) -> None:
        """Until none is under way, or the run was stopped and the time of grace is over."""
        while self._under_way and not self._stop.is_set():
            self._moved.clear()
            await self._moved.wait()
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=GRACE_SECONDS)
        for task in list(self._under_way.values()):
            task.cancel()

    async def _watch(self) -> None:
        stopping = asyncio.ensure_future(self._stop.wait())
        stopping.add_done_callback(lambda _: self._moved.set())
        try:
            while True:
                await asyncio.sleep(LOOK_SECONDS)
                await self._look()
                self._shown.tick()
        finally:
            stopping.cancel()

    async def _look(self) -> None:
        try:
            self._run.workers = sum((await self._client.nthreads()).values())  # type: ignore[no-untyped-call]
        except (OSError, CommClosedError, ValueError) as error:
            raise EngineGone(f"the Dask scheduler does not answer any more: {error}") from error

    async def _one(self, url: str, name: str) -> None:
        """One file, tried again where that may help; its outcome is told, and kept where it failed."""
        try:
            await self._tried(url, name)
        finally:
            del self._under_way[name]
            self._moved.set()

    async def _tried(self, url: str, name: str) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            answer = await self._answer(Work(url, name, self._place.url, self._plugin), attempt)
            if "failed" not in answer or not answer["again"] or attempt == ATTEMPTS:
                break
            await asyncio.sleep(AGAIN_SECONDS * 2 ** (attempt - 1))
        if "failed" in answer:
            told = {"file": url, "reason": answer["failed"], "attempts": attempt}
            await asyncio.to_thread(self._place.fail, name, told, now=time.time())
        elif not self._seen:
            self._seen = True
            await asyncio.to_thread(self._visible, name)
        self._shown.file(url, answer)

    def _visible(self, name: str) -> None:
        if not self._place.has(name):
            raise DatasetProblem(
                0,
                f"a worker wrote a part that is not there: {datasets.SHARED}",
                self._place.url,
            )

    async def _answer(self, asked: Work, attempt: int) -> dict[str, Any]:
        """What a task answers. The key names the file and the run, so that two clients of one cluster do a file once."""
        key = (f"{self._plugin}-{datasets.name_of(asked.dataset)[-16:]}", asked.name, attempt)
        future = self._client.submit(work, asked, key=key, pure=False)
        try:
            found: dict[str, Any] = await future.result()  # type: ignore[misc]  # of an asynchronous client
        except KilledWorker as error:
            return {"name": asked.name, "failed": f"each worker that did it was lost: {error}", "again": True}
        except Ended as error:
            return {"name": asked.name, "failed": str(error), "again": True}
        except (FutureCancelledError, CommClosedError) as error:
            raise EngineGone(f"the Dask scheduler is gone: {error}") from error
        except (Unfit, DatasetProblem):
            raise
        except Exception as error:  # noqa: BLE001 - one file's, whatever it is: it costs no other file anything
            return {"name": asked.name, "failed": f"{type(error).__name__}: {error}", "again": True}
        finally:
            future.release()  # type: ignore[no-untyped-call]
        return found


def _first(error: BaseException) -> BaseException:
    """The first exception of a group, however deep; what is no group itself."""
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error
