"""The check of the database that the daemon does by itself: at night, and soon after its start when the last one is a day old.

It runs in a worker process at some 8 MB a second of one core (measured on 20 MB of news), and holds no state of the
database for longer than one part of the check takes.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from storage import checks
from storage.errors import Corrupt

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


async def check(session: Session) -> None:
    """Check the database whole; the result is kept for `dateline status` and logged where it is bad.

    Raises Corrupt where the structure is damaged: nothing more should be written then."""
    path = session.config.database
    looking = asyncio.ensure_future(session.pool.run(checks.check, path, seconds=LONGEST))
    stopped = asyncio.ensure_future(session.stop.wait())
    await asyncio.wait({looking, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not looking.done():
        looking.cancel()  # its worker ends with the pool
        return
    found = looking.result()
    if isinstance(found, str):
        logger.error("%s: the check could not be finished (%s); tried again the next night", path, found)
        return
    now = session.clock()
    await asyncio.wrap_future(session.store.writer.submit(lambda db: checks.keep_result(db, found, at=now)))
    for line in found.damage:
        logger.error("%s: damaged: %s", path, line)
    if found.structure:
        raise Corrupt(f"{path}: its structure is damaged: stop all writers, then `dateline db restore BACKUP`")


async def is_due(session: Session) -> bool:
    """Whether the last check is a day old, or there was none."""
    last = await asyncio.wrap_future(session.store.writer.submit(checks.last_result, writes=False))
    return last is None or last.at < session.clock() - EVERY
