"""WARC and CC-NEWS files in, by the same pipelines as a crawl: each record ends in one outcome, and is read once."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import TYPE_CHECKING

from crawler.disk import keep_room
from crawler.fields import RegistryError
from crawler.in_order import Runs, settle
from crawler.session import open_session
from crawler.warc_pages import UNDER_WAY, Owners, dispatched, left, no_pages
from crawler.warc_records import WarcRecord, identity, records
from pipelines.judge import judge
from storage.errors import Full, StorageError
from storage.settling import Record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from crawler.config import Config
    from crawler.session import Session
    from crawler.warc_pages import OfHost
    from pipelines.workers import ExtractionPool
    from storage.models import Profile, RuleSet

ROOM_EVERY = 1000
"""Records between two rounds of pruning; the disk is looked at before each."""

AT_ONCE = 16
"""Records that are decided and stored in one transaction."""

READ_AHEAD = 32
"""Records between reading and outcome: a page that takes long to extract holds back the outcomes of those behind it, and their
extraction no sooner than so many wait."""


@dataclass(slots=True)
class Tally:
    """How the records of one file ended: outcome -> records. `known`: had an outcome from an earlier import; `foreign`:
    of sites that no registry file names."""

    counts: dict[str, int] = field(default_factory=dict)
    known: int = 0
    foreign: int = 0

    def failed(self) -> bool:
        return any(name.startswith("failed") for name in self.counts)


def import_files(
    config: Config, sources: OfHost, files: Sequence[Path], *, take_all: bool, as_json: bool, pool: ExtractionPool
) -> int:
    """Import `files`; 0, or 1 when a record could not be read or extracted or it was stopped (SIGINT, SIGTERM) before the
    end; called again, it goes on.

    `pool`: see `open_session`. Without `take_all`, records of hosts that no registry file names are counted and left.
    Raises `StorageError`, and what `sources` raises."""
    from crawler.progress import progress

    async def main() -> int:
        shown, stop = progress("import", as_json=as_json), asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        try:
            async with open_session(
                config, {}, stop=stop, progress=shown, version=version("dateline"), pool=pool
            ) as session:
                reader = _Reader(session, sources, take_all=take_all)
                tallies = [await reader.read(path) for path in files if not stop.is_set()]
                unread = len(files) - len(tallies)
                return 1 if stop.is_set() or unread or any(tally.failed() for tally in tallies) else 0
        except* (StorageError, RegistryError) as several:
            raise _first(several) from several
        finally:
            shown.close()

    return asyncio.run(main())


class _Reader:
    """Reads files one after another into one session; `stop` ends it between two records.

    Pages are extracted beside one another, and decided and stored in the order of their file: an import of the same files
    gives the same rows each time."""

    def __init__(self, session: Session, sources: OfHost, *, take_all: bool) -> None:
        self._session = session
        self._owners = Owners(sources, take_all=take_all)
        self._room = asyncio.Semaphore(UNDER_WAY)
        self._runs = Runs(session)
        self._rules: dict[str, asyncio.Future[RuleSet | None]] = {}

    async def read(self, path: Path) -> Tally:
        session, tally, other = self._session, Tally(), Counter[str]()
        file = f"warc:{identity(path)}"
        done = await asyncio.wrap_future(session.store.done_records(file))
        iterator = records(path, counts=other)
        number, full = 0, None
        line = asyncio.Queue[asyncio.Task[Record] | None](READ_AHEAD)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._store(line, tally))
            while not session.stop.is_set():
                try:
                    await (session.room.look() if number % ROOM_EVERY else keep_room(session, session.clock()))
                except Full as error:
                    full = error  # those under way are still to be stored
                    break
                number += 1
                record = await asyncio.to_thread(next, iterator, None)
                if record is None:
                    break
                profile = self._owners.profile(record)
                if record.offset in done:
                    tally.known += 1
                elif profile is None:
                    tally.foreign += 1
                else:
                    await self._room.acquire()
                    await line.put(group.create_task(self._judged(record, f"{file}#{record.offset}", profile)))
            await line.put(None)
        reason = "storage_error" if full else "shutdown" if session.stop.is_set() else "finished"
        await self._runs.finish(reason)
        session.progress.finished(str(path), reason, tally.counts, _note(tally, other))
        if full:
            raise full
        return tally

    async def _judged(self, record: WarcRecord, key: str, profile: Profile) -> Record:
        """A record with all but its decision."""
        try:
            run_id = await self._runs.of(profile.source)
            profile = replace(profile, rules=await self._rules_of(profile.source))
            dispatch = dispatched(record, profile, 0)
            if not dispatch.decided:
                extraction = await self._session.pool.extract(dispatch.page)
                ending = replace(dispatch.ending, ms=round(extraction.ms))
                dispatch = judge(replace(dispatch, extraction=extraction, ending=ending))
            return Record(key, run_id, record.url or key, dispatch)
        finally:
            self._room.release()

    async def _store(self, line: asyncio.Queue[asyncio.Task[Record] | None], tally: Tally) -> None:
        """Write the records of a line as they come, some at a time."""
        ready: list[Record] = []
        while (coming := await line.get()) is not None:
            ready.append(await coming)
            if len(ready) == AT_ONCE:
                await self._settle(ready, tally)
                ready.clear()
        await self._settle(ready, tally)

    async def _settle(self, ready: list[Record], tally: Tally) -> None:
        session = self._session
        answers = await settle(session, ready, keep_raw=session.config.raw_days > 0)
        for answer in answers:
            if answer is None:
                tally.known += 1
                continue
            dispatch, ended = answer
            outcome = "failed:unstorable" if ended.refused else dispatch.ending.outcome.name
            tally.counts[outcome] = tally.counts.get(outcome, 0) + 1
            session.progress.ended(dispatch.page.profile.source, dispatch.ending, ended)

    async def _rules_of(self, source: str) -> RuleSet | None:
        """The rule set of a source that is in force, asked for once."""
        if source not in self._rules:
            self._rules[source] = asyncio.wrap_future(self._session.store.rule_set(source))
        return await self._rules[source]


def _first(several: BaseExceptionGroup[StorageError | RegistryError]) -> StorageError | RegistryError:
    """The first failure of a group, however deep: the tasks of an import fail together."""
    for one in several.exceptions:
        return _first(one) if isinstance(one, BaseExceptionGroup) else one
    raise AssertionError("an exception group is never empty")


def _note(tally: Tally, other: Counter[str]) -> str:
    return f"{tally.known} imported before; {left(tally.foreign, no_pages(other))}"
