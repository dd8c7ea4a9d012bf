"""One writer thread: jobs come through a queue, are done together in one transaction, and are answered once it is safe.

Whatever waits (up to 64 jobs) shares a commit, since the commit is the slow part. Each job has a savepoint of its own, so
that one which fails takes only itself back.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Generic, TypeVar

from storage import access
from storage.errors import Busy, Closed, StorageError, ours

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

    from sqlite_utils import Database
else:
    from sqlite_utils.utils import sqlite3

T = TypeVar("T")
GROUP = 64
PATIENCE = 4  # times the busy timeout that the write lock is waited for


class _Job(Generic[T]):
    """A call with its answer; `writes` False: it only reads, and needs no write lock."""

    __slots__ = ("answer", "call", "error", "future", "writes")

    def __init__(self, call: Callable[[Database], T], writes: bool) -> None:
        self.call = call
        self.writes = writes
        self.future: Future[T] = Future()
        self.answer: T | None = None
        self.error: Exception | None = None

    def run(self, db: Database, path: Path) -> bool:
        """Do the call in a savepoint; False where the error took the whole transaction with it."""
        self.answer, self.error = None, None
        conn = db.conn
        try:
            conn.execute("SAVEPOINT job")
            self.answer = self.call(db)
            conn.execute("RELEASE job")
        except Exception as error:  # noqa: BLE001 - handed to the caller through its future
            self.error = ours(error, path)
            if not conn.in_transaction:  # SQLite rolled all back: disk full, I/O error
                return False
            conn.execute("ROLLBACK TO job")
            conn.execute("RELEASE job")
        return True

    def resolve(self) -> None:
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.answer)  # type: ignore[arg-type]  # set by `run`; T may itself be None

    def fail(self, error: Exception) -> None:
        self.future.set_exception(error)


class Writer:
    """Owns the connection: `connect` is called in its thread, and nothing else touches what it gives."""

    def __init__(self, path: Path, connect: Callable[[], Database], *, writable: bool = True) -> None:
        self.path = path
        self._connect = connect
        self._writable = writable
        self._jobs: queue.SimpleQueue[_Job[object] | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._opened: Future[None] = Future()
        self._broken: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="storage-writer", daemon=True)
        self._thread.start()
        self._opened.result()

    def submit(self, call: Callable[[Database], T], *, writes: bool = True) -> Future[T]:
        """Have `call` done; the future is resolved after the commit, or fails with what went wrong.

        `call` may be done twice (its first transaction having been rolled back), so it must depend on the database and
        its own arguments only. Raises Closed after `close`.
        """
        job = _Job(call, writes)
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
                self._jobs.put(None)
        self._thread.join()
        if first and self._broken is not None:
            raise self._broken

    def _run(self) -> None:
        try:
            db = self._connect()
        except BaseException as error:  # noqa: BLE001 - raised in the thread that opens the store
            self._opened.set_exception(error)
            return
        self._opened.set_result(None)
        try:
            while (jobs := self._take()) is not None:
                self._do(db, jobs)
        finally:
            try:
                self._shut(db)
            except (sqlite3.Error, OSError) as error:
                self._broken = ours(error, self.path)

    def _take(self) -> list[_Job[object]] | None:
        """All that waits, at least one job; None at the end."""
        first = self._jobs.get()
        if first is None:
            return None
        jobs = [first]
        while len(jobs) < GROUP:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                self._jobs.put(None)  # after these
                break
            jobs.append(job)
        return [job for job in jobs if job.future.set_running_or_notify_cancel()]

    def _do(self, db: Database, jobs: list[_Job[object]]) -> None:
        error = self._transaction(db, jobs)
        if error is None:
            for job in jobs:
                job.resolve()
        elif len(jobs) == 1 or isinstance(error, Busy):
            for job in jobs:
                job.fail(error)
        else:  # one of them may be to blame: each alone
            for job in jobs:
                self._do(db, [job])

    def _transaction(self, db: Database, jobs: list[_Job[object]]) -> Exception | None:
        conn = db.conn
        writes = any(job.writes for job in jobs)
        try:
            self._begin(conn, writes)
            for job in jobs:
                if not job.run(db, self.path):
                    return job.error
            conn.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - handed to the callers through their futures
            failure = ours(error, self.path)
            if conn.in_transaction:
                try:
                    conn.execute("ROLLBACK")
                except sqlite3.Error as second:
                    failure.add_note(f"and the rollback failed: {second}")
            return failure
        return None

    def _begin(self, conn: sqlite3.Connection, writes: bool) -> None:
        for attempt in range(PATIENCE):
            try:
                conn.execute("BEGIN IMMEDIATE" if writes and self._writable else "BEGIN")
            except sqlite3.Error as error:
                failure = ours(error, self.path)
                if not isinstance(failure, Busy) or attempt == PATIENCE - 1:
                    raise failure from error
            else:
                return
        raise StorageError(f"{self.path}: no attempt was made to write")

    def _shut(self, db: Database) -> None:
        try:
            if self._writable:
                db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # busy (a long reader) is no failure: the rest stays
        finally:
            db.close()
        if self._writable:
            access.leave_sides(self.path)
