"""The checkup of a source at the end of each of its crawls: facts read, judged, the verdict kept, `on_alert` told."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from crawler import health
from pipelines.awaited import awaited
from storage.errors import StorageError

if TYPE_CHECKING:
    from crawler.alert import Alerts
    from storage.store import Store

logger = logging.getLogger(__name__)


async def checkup(store: Store, source: str, *, now: float, alerts: Alerts) -> None:
    """Judge a source at `now` and keep the verdict. Raises `StorageError`; whatever else goes wrong is logged, since the
    crawl that has ended is none the worse for it."""
    try:
        await _judged(store, source, now=now, alerts=alerts)
    except StorageError:
        raise
    except Exception:
        logger.exception("%s: its health could not be judged; the last verdict stands", source)


async def _judged(store: Store, source: str, *, now: float, alerts: Alerts) -> None:
    present, before = await awaited(store.health_facts(source, now))
    past = None
    if wanted := health.wants_past(present, before, now):
        past = await awaited(
            store.health_past(source, looks_until=wanted.looks_until, until=wanted.until, apart=wanted.apart)
        )
    verdict = health.judge(present, before, past, now=now)
    await awaited(store.write_health(source, verdict))
    if (before.state if before else "ok") != verdict.state and (verdict.state in health.BAD or before is not None):
        logger.log(
            logging.WARNING if verdict.state in health.BAD else logging.INFO,
            "%s is %s%s", source, verdict.state, f": {verdict.why}" if verdict.why else "",
        )  # fmt: skip
    alerts.heed(source, verdict, alerted=before.alerted if before else None, now=now)
