"""One writer thread: jobs come through a queue, are done together in one transaction, and are answered once it is safe.

Whatever waits (up to 64 jobs) shares a commit, since that is the slow part; a job that comes in company waits some
milliseconds for more (`company` says how long). A job that fails takes only itself back.

What cannot be written for a reason that may pass (`errors.PASSING`: a lock, a full disk) is kept and tried again every
second for as long as `hold` says. Whoever asked waits, so that nothing new is fetched meanwhile, and nothing is dropped.
"""

from __future__ import annotations

import logging
import math
import queue
import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

from storage import access, indexing, trouble
from storage.company import ENOUGH, SHORT, Company
from storage.errors import PASSING, Busy, Closed, Replaced, ours
from storage.jobs import Job
from storage.journal import LOOK_SECONDS, Journal

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

    from sqlite_utils import Database
else:
    from sqlite_utils.utils import sqlite3

T = TypeVar("T")
GROUP = 64
_LOOKS = 2
"""Times that a writer who waits for more jobs looks whether they are enough."""

SLICE = 0.5
"""Seconds that SQLite waits for a lock at a time: between them the writer looks whether it is to end."""

RETRY = 1.0
"""Seconds between two tries of what could not be written."""

CLOSING = 4.0
"""Seconds that are left to what cannot be written when the store is closed, or its process asked to end (in ten)."""

log = logging.getLogger(__name__)


class Writer:
    """Owns the connection: `connect` is called in its thread, and nothing else touches what it gives.

    `patience`: seconds that the write lock is waited for. `hold`: seconds for which jobs that cannot be written are kept."""

    def __init__(
        self,
        path: Path,
        connect: Callable[[], Database],
        *,
        writable: bool = True,
        patience: float = 120.0,
        hold: float = 0.0,
    ) -> None:
        self.path = path
        self._connect = connect
        self._writable = writable
        self._patience = patience
        self._hold = hold
        self._ends = math.inf
        self._gave_up = False
        self._slice = round(min(SLICE, patience) * 1000)
        self._whole = self._waits = 0  # milliseconds, until the connection says how long it waits
        self._journal = Journal(path)
        self._file: tuple[int, int] | None = None
        self._jobs: queue.SimpleQueue[Job[object] | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._company = Company(time.monotonic())
        self._opened: Future[None] = Future()
        self._broken: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="storage-writer", daemon=True)
        self._thread.start()
        self._opened.result()

    def submit(self, call: Callable[[Database], T], *, writes: bool = True, host: str | None = None) -> Future[T]:
        """Have `call` done; the future is resolved after the commit, or fails with what went wrong. `host`: where it is the
        end of a fetch, from which one (`company`).

        `call` may be done twice (its first transaction having been rolled back), so it must depend on the database and
        its own arguments only. Raises Closed after `close`.
        """
        job = Job(call, writes)
        if host is not None:
            self._company.met(host)
        with self._closing:
            if self._closed:
                raise Closed(f"{self.path}: the store is closed")
            self._jobs.put(job)  # type: ignore[arg-type]  # a queue of jobs of any answer
        return job.future

    def close(self) -> None:
        """Do what is queued, checkpoint, close. Raises what kept the connection from closing cleanly."""
        with self._closing:
            first = not self._closed
            self._closed = True
            if first:
                self.hurry()
                self._jobs.put(None)
        self._thread.join()
        if first and self._broken is not None:
            raise self._broken

    def hurry(self) -> None:
        """Keep what cannot be written for `CLOSING` seconds more at the most: the process is to end."""
        self._ends = min(self._ends, time.monotonic() + CLOSING)

    def _run(self) -> None:
        try:
            self._file = access.identity(self.path)
            db = self._connect()
            if self._file is None or not self._writable:
                self._file = access.identity(self.path)
            (self._whole,) = db.conn.execute("PRAGMA busy_timeout").fetchone()
            self._waits = self._whole
        except BaseException as error:  # noqa: BLE001 - raised in the thread that opens the store
            self._opened.set_exception(error)
            return
        self._opened.set_result(None)
        try:
            while (jobs := self._take(db)) is not None:
                self._do(db, jobs)
        finally:
            try:
                self._shut(db)
            except (sqlite3.Error, OSError) as error:
                self._broken = ours(error, self.path)

    def _take(self, db: Database) -> list[Job[object]] | None:
        """All that waits, at least one job; None at the end. Looks after the journal meanwhile."""
        while True:
            if self._writable:
                self._journal.tend(db.conn)
            try:
                first = self._jobs.get(timeout=LOOK_SECONDS)
                break
            except queue.Empty:
                continue
        if first is None:
            return None
        jobs = [first]
        self._linger()
        while len(jobs) < GROUP:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                self._jobs.put(None)  # after these
                break
            jobs.append(job)
        self._company.took(len(jobs), now=time.monotonic())
        return [job for job in jobs if job.future.set_running_or_notify_cancel()]

    def _linger(self) -> None:
        """Wait for others. A full group, enough jobs and the end wait for the next look at the most."""
        pause = self._company.linger(self._jobs.qsize()) / _LOOKS
        for look in range(_LOOKS if pause else 0):
            waiting = self._jobs.qsize()
            if waiting >= GROUP - 1 or self._closed or (waiting >= ENOUGH and look * pause >= SHORT):
                return
            time.sleep(pause)

    def _do(self, db: Database, jobs: list[Job[object]]) -> None:
        """Write them together; where that fails each alone, since one may be to blame; what may pass is kept."""
        if self._together(db, jobs):
            kept = [job for job in jobs if isinstance(job.error, PASSING)]
        else:
            alone = jobs if len(jobs) > 1 and not isinstance(jobs[0].error, Busy) else []
            kept = [job for job in jobs if isinstance(job.error, PASSING) and not alone]
            for job in alone:
                self._together(db, [job])
                if isinstance(job.error, PASSING):
                    kept.append(job)
        for job in jobs:
            if job not in kept:
                job.resolve()
        if kept:
            self._keep(db, kept)

    def _keep(self, db: Database, jobs: list[Job[object]]) -> None:
        """Try them again, in their order, until they are written, or `hold` is over."""
        began = time.monotonic()
        if self._may_go_on(began, self._hold):
            log.error("%s; %d writes are kept and tried again", jobs[0].error, len(jobs))
            trouble.begin(self.path, str(jobs[0].error), now=time.time())
        while jobs and self._may_go_on(began, self._hold):
            time.sleep(min(RETRY, max(0.0, self._ends - time.monotonic())))
            if self._writable:  # the log may have filled the disk, and its reader have ended since
                self._journal.tend(db.conn, pressed=True)
            while jobs and (self._together(db, jobs[:1]) or not isinstance(jobs[0].error, PASSING)):
                if isinstance(jobs[0].error, PASSING):
                    break
                jobs.pop(0).resolve()
        if not jobs:
            log.warning("%s: is written again, after %.0f s", self.path, time.monotonic() - began)
            return
        self._gave_up = self._hold > 0  # what comes after them is tried once, not kept as long again
        for job in jobs:
            job.resolve()

    def _may_go_on(self, began: float, seconds: float) -> bool:
        return not self._gave_up and time.monotonic() < min(began + seconds, self._ends)

    def _together(self, db: Database, jobs: list[Job[object]]) -> bool:
        """One transaction; False where none of them was written, and each then bears the error."""
        conn = db.conn
        writes = self._writable and any(job.writes for job in jobs)
        error: Exception | None = None
        try:
            self._begin(conn, writes)
            indexing.hold(db)
            for job in jobs:
                if not job.run(db, self.path, alone=len(jobs) == 1):
                    error = job.error
                    break
            else:
                noted = writes and trouble.is_unwritable(self.path) and not any(job.error for job in jobs)
                if noted:
                    trouble.over(db, self.path, now=time.time())
                indexing.put(db)
                conn.execute("COMMIT")
                if noted:
                    trouble.clear(self.path)
                self._gave_up = self._gave_up and not writes
        except Exception as failure:  # noqa: BLE001 - handed to the callers through their futures
            error = ours(failure, self.path)
        if error is None:
            return True
        indexing.drop(db)
        if conn.in_transaction:
            try:
                conn.execute("ROLLBACK")
            except sqlite3.Error as second:
                error.add_note(f"and the rollback failed: {second}")
        for job in jobs:
            job.error = error
        return False

    def _wait_for_locks(self, conn: sqlite3.Connection, milliseconds: int) -> None:
        """How long SQLite is to wait for a lock from now on. What holds the write lock waits for none, so that most
        transactions find it as they want it."""
        if milliseconds != self._waits:
            conn.execute(f"PRAGMA busy_timeout = {milliseconds}")
            self._waits = milliseconds

    def _begin(self, conn: sqlite3.Connection, writes: bool) -> None:
        if not writes:
            self._wait_for_locks(conn, self._whole)
            conn.execute("BEGIN")
            return
        self._wait_for_locks(conn, self._slice)
        began = time.monotonic()
        while True:
            try:
                conn.execute("BEGIN IMMEDIATE")
                break
            except sqlite3.Error as error:
                failure = ours(error, self.path)
                if not isinstance(failure, Busy) or not self._may_go_on(began, self._patience):
                    raise failure from error
        if access.identity(self.path) != self._file:
            raise Replaced(
                f"{self.path}: is not the file any more that was opened (removed, or another put in its place): "
                "nothing more is written; start again"
            )

    def _shut(self, db: Database) -> None:
        try:
            if self._writable:
                db.conn.execute(f"PRAGMA busy_timeout = {round(SLICE * 1000)}")
                db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # busy (a long reader) is no failure: the rest stays
        finally:
            db.close()
        if self._writable:
            access.leave_sides(self.path)
