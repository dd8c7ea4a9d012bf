"""WARC and CC-NEWS files in, by the same pipelines as a crawl: each record ends in one outcome, and is read once."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import TYPE_CHECKING

from crawler.discovery.links import source_of
from crawler.disk import keep_room
from crawler.politeness import reservations
from crawler.session import open_session
from crawler.statuses import of_status
from crawler.warc_records import WarcRecord, identity, records
from pipelines.deduplicate import decided
from pipelines.judge import judge
from pipelines.saving import save
from pipelines.urls import host
from storage.errors import Full, StorageError
from storage.models import Dispatch, Ending, Outcome, Page, Profile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from crawler.config import Config
    from crawler.session import Session
    from crawler.source import Source
    from storage.models import RuleSet

UNREADABLE = "unreadable"
"""Source of the records whose address cannot be read: they fail, whatever was asked for, and are not passed over."""

ROOM_EVERY = 1000
"""Records between two rounds of pruning; the disk is looked at before each."""

UNDER_WAY = 8
"""Records between reading and outcome; the pool's own limit holds the rest back."""


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
    config: Config, sources: Mapping[str, Source], files: Sequence[Path], *, take_all: bool, as_json: bool
) -> int:
    """Import `files`; 0, or 1 when a record could not be read or extracted or it was stopped (SIGINT, SIGTERM) before the
    end; called again, it goes on.

    Without `take_all`, records of hosts that no registry file names are counted and left.
    Raises `StorageError`."""
    from crawler.progress import progress

    async def main() -> int:
        shown, stop = progress("import", as_json=as_json), asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        try:
            async with open_session(config, sources, stop=stop, progress=shown, version=version("dateline")) as session:
                reader = _Reader(session, sources, take_all=take_all)
                tallies = [await reader.read(path) for path in files if not stop.is_set()]
                unread = len(files) - len(tallies)
                return 1 if stop.is_set() or unread or any(tally.failed() for tally in tallies) else 0
        except* StorageError as several:
            raise _first(several) from several
        finally:
            shown.close()

    return asyncio.run(main())


class _Reader:
    """Reads files one after another into one session; `stop` ends it between two records."""

    def __init__(self, session: Session, sources: Mapping[str, Source], *, take_all: bool) -> None:
        self._session = session
        self._take_all = take_all
        self._by_host: dict[str, list[Source]] = {}
        for source in sources.values():
            for name in {name.partition(":")[0].removeprefix("www.") for name in source.hosts}:
                self._by_host.setdefault(name, []).append(source)
        self._room = asyncio.Semaphore(UNDER_WAY)
        self._runs: dict[str, asyncio.Future[int]] = {}
        self._rules: dict[str, asyncio.Future[RuleSet | None]] = {}

    async def read(self, path: Path) -> Tally:
        session, tally, other = self._session, Tally(), Counter[str]()
        file = f"warc:{identity(path)}"
        done = await asyncio.wrap_future(session.store.done_records(file))
        iterator = records(path, counts=other)
        number, full = 0, None
        async with asyncio.TaskGroup() as group:
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
                key = f"{file}#{record.offset}"
                profile = self._profile(record)
                if record.offset in done:
                    tally.known += 1
                elif profile is None:
                    tally.foreign += 1
                else:
                    await self._room.acquire()
                    group.create_task(self._record(record, key, profile, tally))
        reason = "storage_error" if full else "shutdown" if session.stop.is_set() else "finished"
        for run in self._runs.values():
            await asyncio.wrap_future(session.store.finish_run(await run, session.clock(), reason))
        self._runs.clear()
        session.progress.finished(str(path), reason, tally.counts, _note(tally, other))
        if full:
            raise full
        return tally

    def _profile(self, record: WarcRecord) -> Profile | None:
        """Whose page a record is. The operator holds the file already: reserved texts are kept, and marked so."""
        try:
            site = host(record.url or "")
            source = source_of(record.url or "", self._candidates(site))
        except ValueError:
            return Profile(source=UNREADABLE, licensed=True)
        if source is not None:
            return replace(source.profile, licensed=True)
        return Profile(source=site.removeprefix("www."), licensed=True) if self._take_all else None

    def _candidates(self, site: str) -> list[Source]:
        """The sources on a host or its `www.` twin: asked for thousands of hosts a file, so kept by name."""
        return self._by_host.get(site.removeprefix("www."), [])

    async def _record(self, record: WarcRecord, key: str, profile: Profile, tally: Tally) -> None:
        session = self._session
        try:
            run_id = await self._run(profile.source)
            fetch_id = await asyncio.wrap_future(
                session.store.begin_record(run_id, profile.source, record.url or key, key, session.clock())
            )
            if fetch_id is None:
                tally.known += 1
                return
            profile = replace(profile, rules=await self._rules_of(profile.source))
            dispatch = _dispatch(record, profile, fetch_id)
            if not dispatch.decided:
                extraction = await session.pool.extract(dispatch.page)
                ending = replace(dispatch.ending, ms=round(extraction.ms))
                dispatch = judge(replace(dispatch, extraction=extraction, ending=ending))
            dispatch = replace(dispatch, ending=replace(dispatch.ending, at=session.clock()))
            if not dispatch.decided:
                dispatch = await decided(dispatch, session.store, session.pool)
            dispatch, ended = await save(dispatch, session.store, keep_raw=session.config.raw_days > 0)
            outcome = "failed:unstorable" if ended.refused else dispatch.ending.outcome.name
            tally.counts[outcome] = tally.counts.get(outcome, 0) + 1
            session.progress.ended(profile.source, dispatch.ending, ended)
        finally:
            self._room.release()

    async def _run(self, source: str) -> int:
        """One run a source and file; the first record of a source makes it, those beside it wait for it."""
        if source not in self._runs:
            begun = asyncio.wrap_future(self._session.store.begin_run(source, self._session.clock()))
            self._runs[source] = asyncio.ensure_future(begun)
        return await self._runs[source]

    async def _rules_of(self, source: str) -> RuleSet | None:
        """The rule set of a source that is in force, asked for once."""
        if source not in self._rules:
            self._rules[source] = asyncio.wrap_future(self._session.store.rule_set(source))
        return await self._rules[source]


def _first(several: BaseExceptionGroup[StorageError]) -> StorageError:
    """The first storage failure of a group, however deep: the tasks of an import fail together."""
    for one in several.exceptions:
        return _first(one) if isinstance(one, BaseExceptionGroup) else one
    raise AssertionError("an exception group is never empty")


def _dispatch(record: WarcRecord, profile: Profile, fetch_id: int) -> Dispatch:
    """A record as a dispatch; one that cannot be read, or was not a 200 when it was captured, is decided already."""
    page = Page(
        url=record.url or "",
        final_url=record.url or "",
        body=record.body,
        fetched_at=record.date or "",
        profile=profile,
        status=record.status or 0,
        charset=record.charset,
        content_type=record.content_type,
        witness=None,
        reserved=reservations.reserved(record.headers, at=record.date or ""),
    )
    outcome = None
    if record.problem or profile.source == UNREADABLE:
        outcome = Outcome(f"failed:{record.problem or 'broken'}", record.detail or f"no address: {record.url!r}")
    elif record.status != 200:
        outcome = of_status(record.status or 0, "article") or Outcome(f"rejected:http_{record.status}")
    ending = Ending(
        fetch_id=fetch_id,
        outcome=outcome or Outcome("failed:internal", "no pipeline decided"),
        at=0.0,
        status=record.status,
        bytes=len(record.body),
    )
    return Dispatch(page=page, ending=ending, decided=outcome is not None)


def _note(tally: Tally, other: Counter[str]) -> str:
    """What was not imported, and why: nothing of a file is passed over in silence."""
    left = sum(n for kind, n in other.items() if not kind.startswith(("response text/html", "broken", "too_large")))
    return (
        f"{tally.known} imported before; {tally.foreign} of sites in no registry file, left (--all takes them); "
        f"{left} records that are no HTML pages"
    )
