"""Learning a source's boilerplate from its kept pages: they are extracted again without learned rules, in the pool of worker
processes, and `pipelines.repeats` finds what many stories have in common."""

from __future__ import annotations

import asyncio
import logging
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from pipelines import repeats
from pipelines.extractor import stamp
from pipelines.repeats import Floor, Told
from storage import clock, database, raw, rule_sets
from storage.errors import StorageError
from storage.models import Profile
from storage.rule_sets import Choice, Learnt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlite_utils import Database

    from crawler.session import Session
    from crawler.source import Source
    from storage.models import Extractor, LearnedRule, Page

logger = logging.getLogger(__name__)

MOST_PAGES: Final = 300
"""The same by hand and at night: from samples of two sizes would come rules that change with them."""
AT_ONCE: Final = 12
KEPT_DAYS: Final = 180
"""A rule that the kept pages no longer show stays for so long after it was last seen: backfills bring older pages."""

EVERY: Final = timedelta(days=7)
"""How often the daemon learns a source anew: 300 pages cost fifteen seconds of a worker."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one source's pages taught. `before`: the set in force until now; `added`, `gone`: against it; `pages`: that were
    read, `damaged`: that could not be. Without `learnt`, `note` says why nothing was learned."""

    source: str
    pages: int
    stories: int
    before: Choice
    learnt: Learnt | None
    added: tuple[LearnedRule, ...] = ()
    gone: tuple[LearnedRule, ...] = ()
    note: str | None = None
    damaged: int = 0


async def learn(
    path: Path,
    pool: Extractor,
    profile: Profile,
    *,
    now: float,
    most: int = MOST_PAGES,
    floor: Floor | None = None,
    stop: asyncio.Event | None = None,
) -> Finding | None:
    """Read a source's kept pages in the database at `path` and find its boilerplate; writes nothing. None where `stop` was set.

    Raises `StorageError`."""
    floor = floor or Floor()
    # Its licence is for what is stored: here words are only counted.
    profile = replace(profile, rules=None, licensed=True)
    with closing(await asyncio.to_thread(database.open_reader, path, any_thread=True)) as db:
        before = rule_sets.choice(db, profile.source)
        former = rule_sets.rules(db, profile.source, before.number)
        kept = await asyncio.to_thread(rule_sets.kept_pages, db, profile.source, most)
        if len(kept) < floor.sample:
            note = f"{len(kept)} articles with kept pages; at least {floor.sample} are needed"
            return Finding(profile.source, 0, 0, before, None, note=note)
        told: list[Told] = []
        damaged = 0
        for start in range(0, len(kept), AT_ONCE):
            if stop is not None and stop.is_set():
                return None
            pages, bad = await asyncio.to_thread(_pages, db, profile, kept[start : start + AT_ONCE])
            damaged += bad
            read = await asyncio.gather(*(_told(pool, article_id, page) for article_id, page in pages))
            told += [one for one in read if one is not None]
    standing = frozenset(rule.key for rule in former)
    found = await asyncio.to_thread(lambda: repeats.repeated(told, floor, standing=standing))
    if found.stories < floor.sample:
        note = f"{found.stories} different stories on {len(told)} pages; at least {floor.sample} are needed"
        return Finding(profile.source, len(kept), found.stories, before, None, note=note, damaged=damaged)
    rules = (*found.rules, *_still(former, found.rules, repeats.seen(told), now))
    days = len({one.day for one in told})
    known, meant = {rule.key for rule in former}, {rule.key for rule in rules}
    return Finding(
        profile.source,
        len(told),
        found.stories,
        before,
        Learnt(rules, found.stories, days, stamp(profile)),
        tuple(rule for rule in rules if rule.key not in known),
        tuple(rule for rule in former if rule.key not in meant),
        damaged=damaged,
    )


async def at_night(session: Session) -> None:
    """Learn the sources of a daemon whose turn it is, one after another; what somebody chose by hand stays. A source that
    fails is told in the log and tried again the next night; the others have their turn.

    Raises `StorageError`."""
    for source in session.sources.values():
        if session.stop.is_set():
            return
        try:
            await _one_at_night(session, source)
        except StorageError:
            raise
        except Exception:  # whatever is wrong with one source, the others are to be learned
            logger.exception("%s: learning at night failed: it is tried again the next night", source.name)


async def _one_at_night(session: Session, source: Source) -> None:
    now = session.clock()
    if not await asyncio.to_thread(_is_due, session.config.database, source.name, now):
        return
    found = await learn(session.config.database, session.pool, source.profile, now=now, stop=session.stop)
    if found is None:
        return
    if found.damaged:
        logger.warning("%s: %d kept pages are damaged on the disk: left out", source.name, found.damaged)
    if found.learnt is None:
        if found.pages:  # they were all extracted: not again before their time
            await asyncio.wrap_future(session.store.note_learning(source.name, at=now))
        return
    number = await asyncio.wrap_future(session.store.keep_rules(source.name, found.learnt, at=now, by_hand=False))
    if number != found.before.number:
        logger.info(
            "%s: learned from %d stories: %d rules, set %d (before: %d)",
            source.name, found.stories, len(found.learnt.rules), number, found.before.number,
        )  # fmt: skip


def _is_due(path: Path, source: str, now: float) -> bool:
    with closing(database.open_reader(path)) as db:
        standing = rule_sets.choice(db, source)
    if standing.by_hand:
        return False
    return standing.at is None or standing.at <= clock.text(now - EVERY.total_seconds())


def _pages(db: Database, profile: Profile, kept: Sequence[tuple[int, int]]) -> tuple[list[tuple[int, Page]], int]:
    """The kept pages with their articles' numbers, and how many are damaged; what is kept no longer is left out."""
    found, damaged = [], 0
    for fetch_id, article_id in kept:
        try:
            page = raw.read(db, fetch_id, profile)
        except raw.Damaged:
            damaged += 1
            continue
        if page is not None:
            found.append((article_id, page))
    return found, damaged


async def _told(pool: Extractor, article_id: int, page: Page) -> Told | None:
    """One page as the learner needs it; None where it holds no text."""
    extraction = await pool.extract(page)
    article = extraction.article
    if article is None or not article.body:
        return None
    day = (article.published.at if article.published else page.fetched_at)[:10]
    return Told(article_id, article.title, day, tuple(article.body.split("\n\n")), frozenset(article.subheads))


def _still(
    former: tuple[LearnedRule, ...], found: tuple[LearnedRule, ...], seen: frozenset[str], now: float
) -> tuple[LearnedRule, ...]:
    """The rules in force that these pages neither show nor speak against."""
    oldest = (datetime.fromtimestamp(now, UTC) - timedelta(days=KEPT_DAYS)).date().isoformat()
    named = {rule.key for rule in found}
    return tuple(rule for rule in former if rule.key not in named | seen and rule.last_seen >= oldest)
