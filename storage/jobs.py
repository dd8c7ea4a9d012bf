"""What the writer's thread is asked to do: a call, whether it writes, and the answer that waits for the commit."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Generic, TypeVar

from storage import indexing
from storage.errors import ours

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlite_utils import Database

T = TypeVar("T")


class Job(Generic[T]):
    """A call with its answer; `writes` False: it only reads, and needs no write lock."""

    __slots__ = ("answer", "call", "error", "future", "writes")

    def __init__(self, call: Callable[[Database], T], writes: bool) -> None:
        self.call = call
        self.writes = writes
        self.future: Future[T] = Future()
        self.answer: T | None = None
        self.error: Exception | None = None

    def run(self, db: Database, path: Path, *, alone: bool = False) -> bool:
        """Do the call, what writes in a savepoint; False where the error took the whole transaction with it.

        `alone`: there is no other job in the transaction, so the error may take it, and no savepoint is made. SQLite keeps a
        copy of each page that is changed under one, in a list that it walks at the end of each savepoint and of many
        statements within."""
        self.answer, self.error = None, None
        conn, waited = db.conn, indexing.mark(db)
        apart = self.writes and not alone
        try:
            if apart:
                conn.execute("SAVEPOINT job")
            self.answer = self.call(db)
            if apart:
                conn.execute("RELEASE job")
        except Exception as error:  # noqa: BLE001 - handed to the caller through its future
            self.error = ours(error, path)
            if not conn.in_transaction:  # SQLite rolled all back: disk full, I/O error
                return False
            if self.writes and alone:
                return False
            if apart:
                conn.execute("ROLLBACK TO job")
                conn.execute("RELEASE job")
                indexing.back_to(db, waited)
        return True

    def resolve(self) -> None:
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.answer)  # type: ignore[arg-type]  # set by `run`; T may itself be None
