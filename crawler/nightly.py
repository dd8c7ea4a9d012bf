"""The check of the database that the daemon does by itself: at night, soon after its start when the last one is a day old, and
before it crawls anything where the last one found the structure damaged.

It runs in a worker process of its own, which gives way to all others, and holds no state of the database for longer than one
part of the check takes.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from pipelines.workers import ExtractionPool
from storage import checks, last_check
from storage.errors import Corrupt, StorageError

if TYPE_CHECKING:
    from crawler.session import Session

logger = logging.getLogger(__name__)

CHECK: Final = "(check)"
"""The job's name in the daemon's schedule."""

HOUR, JITTER = 3, 3600
"""When it begins, in UTC, and the seconds after it: not every daemon at once."""

AFTER_START: Final = 60.0
EVERY: Final = 86400.0
LONGEST: Final = 6 * 3600.0
NICE: Final = 15


async def check(session: Session) -> None:
    """Check the database whole; the result is kept for `dateline status` and logged where it is bad.

    Raises Corrupt where the structure is damaged: nothing more should be written then."""
    path = session.config.database
    pool = ExtractionPool(1, nice=NICE, extracts=False)  # of its own: there may be one only that reads pages
    try:
        looking = asyncio.ensure_future(pool.run(checks.check, path, known=True, seconds=LONGEST))
        stopped = asyncio.ensure_future(session.stop.wait())
        await asyncio.wait({looking, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not looking.done():
            looking.cancel()
            return
        found = looking.result()
    finally:
        await pool.close()
    if isinstance(found, str):
        logger.error("%s: the check could not be finished (%s); tried again the next night", path, found)
        return
    for line in found.damage:
        logger.error("%s: damaged: %s", path, line)
    if found.acceptable:
        logger.error("%s: %s", path, checks.SUMS_ADVICE)
    now = session.clock()
    try:
        await asyncio.wrap_future(session.store.writer.submit(lambda db: checks.keep_result(db, found, at=now)))
    except StorageError as error:
        if not found.structure:
            raise
        logger.error("%s; the result of the check is not kept", error)  # what is damaged may be where it would be
    if found.structure:
        raise Corrupt(f"{path}: its structure is damaged: stop all writers, then `dateline db restore BACKUP`")


async def make_sure(session: Session) -> None:
    """Where the last check found the structure damaged, check again before anything more is fetched.

    Raises Corrupt where it still is, or nobody could tell: a restart heals nothing, a restored backup does."""
    last = await _last(session)
    if last is not None and last.structure:
        logger.warning("%s: the last check found its structure damaged; checking it again", session.config.database)
        await check(session)
        last = await _last(session)
        if last is not None and last.structure and not session.stop.is_set():
            raise Corrupt(
                f"{session.config.database}: its structure was damaged when it was checked last, and it could not be checked "
                "again: `dateline db check` looks by hand; where that finds it whole, start the daemon again, else stop "
                "all writers, then `dateline db restore BACKUP`"
            )


async def is_due(session: Session) -> bool:
    """Whether the last check is a day old, or there was none."""
    last = await _last(session)
    return last is None or last.at < session.clock() - EVERY


async def _last(session: Session) -> last_check.Result | None:
    return await asyncio.wrap_future(session.store.writer.submit(last_check.last, writes=False))
