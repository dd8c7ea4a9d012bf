"""The daemon: APScheduler starts a crawl of each source when its next row is due; SIGTERM ends it within ten seconds."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from crawler import nightly
from crawler.checkup import checkup
from crawler.health import BAD
from crawler.metrics.counted import Counted
from crawler.metrics.place import parse
from crawler.metrics.watch import told_at
from crawler.passes import crawl, exit_status, live_rows
from crawler.service import Service, supervised
from crawler.start import at_work, told
from crawler.terminal import number_of
from storage.errors import StorageError
from storage.lock import DaemonLock

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from scrapy.crawler import AsyncCrawlerRunner

    from crawler.metrics.text import Series
    from crawler.session import Session
    from crawler.source import Source
    from crawler.start import Start

logger = logging.getLogger(__name__)

LONGEST_SLEEP = 300.0
"""A source is looked at this often even when nothing of it is due: another process may have offered links."""

SHORTEST_SLEEP = 0.5
AT_ONCE = 16
TURN_SECONDS = 60.0
"""How long a source is crawled while others wait for one of the `AT_ONCE` places: what has always something due, or a
queue for hours, would keep its place for ever."""
AFTER_AN_ERROR = 60.0
LOOK_SECONDS = 5.0
"""The schedule is looked at this often: its timer counts seconds, which the wall clock leaves out when it is set, and the timer
when the machine sleeps."""

LEARNING = "(learning)"
LEARNING_HOUR, LEARNING_JITTER = 2, 3600
"""When boilerplate is learned, in UTC, and the seconds after it: not every daemon at once."""


async def daemon(start: Start, stop: asyncio.Event) -> int:
    """Crawl every source of `start` at its own pace until `stop`; 0, or 3 when the database failed.

    One daemon a database: a second raises `DaemonHeld` naming the process that holds it."""
    counted = Counted(start.progress)
    async with supervised(stop) as service, at_work(replace(start, progress=counted), stop) as (session, runner):
        with DaemonLock(start.config.database):
            at_its_pace = _Daemon(session, runner, service)
            place = parse(start.config.metrics) if start.config.metrics else None
            watched = replace(start.config, sources=tuple(start.sources))
            async with told_at(place, watched, lambda: counted.figures() | at_its_pace.figures()):
                return await at_its_pace.run()


class _Daemon:
    """The schedule of one daemon: a date job a source, set anew after each of its crawls."""

    def __init__(self, session: Session, runner: AsyncCrawlerRunner, service: Service | None = None) -> None:
        self._session = session
        self._service = service or Service()
        self._runner = runner
        self._room = asyncio.Semaphore(AT_ONCE)
        self._crawls: set[asyncio.Task[None]] = set()
        self._status = self._waiting = 0
        # Jobs are made anew from the frontier at every start, so they live in memory. No grace: a late look is
        # better than none, and `coalesce` makes one of many.
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._scheduler.add_listener(self._job_failed, EVENT_JOB_ERROR | EVENT_JOB_MISSED)

    async def run(self) -> int:
        try:
            await nightly.make_sure(self._session)
        except StorageError as error:
            self._storage_failed(str(error))
            return self._status
        for source in self._session.sources.values():
            await asyncio.wrap_future(
                self._session.frontier.seed(source.name, live_rows(source), now=self._session.clock())
            )
            self._at(source, self._session.clock())
        if self._session.config.learn:
            self._scheduler.add_job(
                self._start_learning, "cron", hour=LEARNING_HOUR, jitter=LEARNING_JITTER, id=LEARNING
            )
        self._scheduler.add_job(self._start_check, "cron", hour=nightly.HOUR, jitter=nightly.JITTER, id=nightly.CHECK)
        if await nightly.is_due(self._session):
            soon = datetime.fromtimestamp(self._session.clock() + nightly.AFTER_START, UTC)
            self._scheduler.add_job(self._start_check, "date", run_date=soon, id=f"{nightly.CHECK} at start")
        self._scheduler.start()
        sources = number_of(len(self._session.sources), "source")
        logger.info("daemon: %s, database %s", sources, self._session.config.database)
        self._service.ready(self._words)
        looking = asyncio.create_task(self._looks())
        await self._session.stop.wait()
        looking.cancel()
        self._scheduler.pause()
        if self._crawls:
            await asyncio.wait(self._crawls)
        self._scheduler.shutdown(wait=False)
        return self._status

    def figures(self) -> dict[str, list[Series]]:
        """How it stands, for `crawler.metrics`."""
        now = self._session.clock()
        # A job has no time before the schedule runs, and none while it is paused.
        times = [at for job in self._scheduler.get_jobs() if (at := getattr(job, "next_run_time", None)) is not None]
        late = max((now - at.timestamp() for at in times), default=0.0)
        figures = {
            "dateline_crawls_running": len(self._crawls) - self._waiting,
            "dateline_crawls_waiting": self._waiting,
            "dateline_scheduler_lag_seconds": max(0.0, late),
            "dateline_workers": self._session.config.workers or os.cpu_count() or 1,
            "dateline_worker_starts_total": self._session.pool.starts,
            "dateline_worker_deaths_total": self._session.pool.deaths,
        }
        return {name: [((), float(value))] for name, value in figures.items()}

    def _words(self) -> str:
        crawled = len(self._crawls) - self._waiting
        sources = number_of(len(self._session.sources), "source")
        return f"{sources}, {crawled} being crawled, {self._waiting} waiting for a place"

    def _at(self, source: Source, when: float) -> None:
        self._scheduler.add_job(
            self._start,
            "date",
            run_date=datetime.fromtimestamp(when, UTC),
            args=[source],
            id=source.name,
            replace_existing=True,
        )

    async def _looks(self) -> None:
        """Wake the scheduler now and then, and pull near what a clock that was set back has put off."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            latest = self._session.clock() + LONGEST_SLEEP + LOOK_SECONDS
            for source in self._session.sources.values():
                job = self._scheduler.get_job(source.name)
                if job is not None and job.next_run_time.timestamp() > latest:
                    self._at(source, self._session.clock())
            self._scheduler.wakeup()

    async def _start(self, source: Source) -> None:
        """The scheduler's job, a coroutine so that it runs in the loop; the crawl is a task of ours, since the
        scheduler's shutdown would cancel its own."""
        task = asyncio.create_task(self._crawl(source))
        self._crawls.add(task)
        task.add_done_callback(self._crawls.discard)

    async def _start_learning(self) -> None:
        # With it comes all of extraction, which this process needs on no other occasion.
        from crawler.learning import at_night

        self._aside(at_night(self._session), "learning")

    async def _start_check(self) -> None:
        self._aside(nightly.check(self._session), "the check of the database")

    def _aside(self, work: Coroutine[Any, Any, None], what: str) -> None:
        """As `_start`: a task of ours, which looks at `stop` itself."""
        task = asyncio.create_task(self._done(work, what))
        self._crawls.add(task)
        task.add_done_callback(self._crawls.discard)

    async def _done(self, work: Coroutine[Any, Any, None], what: str) -> None:
        try:
            await work
        except StorageError as error:
            self._storage_failed(str(error))
        except Exception:
            # It is a comfort: the crawls go on, and the next night is another try.
            logger.exception("%s broke off; next try in the next night", what)

    async def _crawl(self, source: Source) -> None:
        session = self._session
        try:
            looked = session.frontier.look(source.name, owner=session.owner, now=session.clock())
            due = await asyncio.wrap_future(looked)
            if due is not None and due <= session.clock():
                due = await self._crawled(source, due)
            else:
                await self._look_after(source)
        except StorageError as error:
            self._storage_failed(str(error))
            return
        except Exception:
            # One source's crawl must not end the others'; its traceback is logged and it is tried again.
            logger.exception("%s: the crawl broke off; next try in %d s", source.name, AFTER_AN_ERROR)
            due = session.clock() + AFTER_AN_ERROR
        now = session.clock()
        wait = LONGEST_SLEEP if due is None else min(max(due - now, SHORTEST_SLEEP), LONGEST_SLEEP)
        if not session.stop.is_set():
            self._at(source, now + wait)

    async def _look_after(self, source: Source) -> None:
        """Nothing of it is due. One that is unwell, or was when it was told of last, is judged all the same: a verdict may have
        waited for its time, and a telling that failed is tried again."""
        session = self._session
        standing = await asyncio.wrap_future(session.store.standing(source.name))
        if standing is not None and (standing.state in BAD or standing.alerted in BAD):
            await checkup(session.store, source.name, now=session.clock(), alerts=session.alerts)

    async def _crawled(self, source: Source, due: float) -> float | None:
        """Crawl a source of which something is due; when it is due next. A crawl is set up for that alone: most looks find
        nothing."""
        session = self._session
        self._waiting += 1
        async with self._room:
            self._waiting -= 1
            if session.stop.is_set():
                return due
            ends = time.monotonic() + TURN_SECONDS
            report = await crawl(
                session,
                source,
                self._runner,
                patience=90.0,
                over=lambda: self._waiting > 0 and time.monotonic() > ends,
            )
        told(session.progress, report)
        if exit_status([report]) == 3:
            self._storage_failed(report.detail)
            return None
        following = await asyncio.wrap_future(session.frontier.next_due(source.name, session.clock()))
        if following is not None and report.waits_until is not None:
            return max(following, report.waits_until)  # a row is due, but its host has no turn before
        return following

    def _storage_failed(self, why: str | None) -> None:
        logger.error("daemon: the database failed, ending: %s", why)
        self._status = 3
        self._session.stop.set()

    def _job_failed(self, event: JobExecutionEvent) -> None:
        """A job that did not even start its crawl: said, and tried again, so that no source falls silent for ever."""
        logger.error("daemon: the schedule of %s failed: %s", event.job_id, event.exception)
        if event.job_id not in self._session.sources:
            return  # a cron job comes again by itself
        self._at(self._session.sources[event.job_id], self._session.clock() + AFTER_AN_ERROR)
