"""`dateline reextract`: the articles made anew from their kept pages, by the present extractor, without the network.

Pages go one after another through the pool of worker processes; a batch of readings is written in one transaction, by the
rules of `storage.reextraction`. What a text was made by stands in its row: so a call that is broken off, however, goes on
with the rest when it is made again, and one that came to its end finds nothing to do. With `everything` that cannot be
told by the rows; then the place reached is kept with each batch, and used as long as the extractor of each source is the
same. Memory holds one batch, whatever the archive's size.

Beside a daemon: extraction gives way to the daemon's (`NICE`), each transaction is short, and what the daemon wrote
meanwhile is seen in it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import signal
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import click

from crawler import terminal
from crawler.arguments import ArgumentProblem
from crawler.disk import Room
from crawler.reextracted import Told
from crawler.session import HOLD_SECONDS
from pipelines.rereading import reading_of
from pipelines.workers import QUEUED, ExtractionPool
from storage import raw, reextraction, rule_sets
from storage.errors import Missing
from storage.models import Profile, Reading, Rewritten
from storage.reader import Reader
from storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crawler.config import Config
    from crawler.source import Source
    from storage.models import KeptText

BATCH = 32
"""Texts that share a transaction: some 0.15 s of the write lock."""
NICE = 5
_PROFILE = re.compile(r", profile (\w+)")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be read again. `sources`: their names, all where there is none; `since`, `until`: UTC text between which
    the pages were captured (until: exclusive), empty for no bound; `everything`: also what the present extractor made;
    `from_start`: such a work that was broken off is begun anew."""

    sources: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    limit: int | None = None
    everything: bool = False
    dry_run: bool = False
    from_start: bool = False


def reextract(config: Config, sources: Mapping[str, Source], asked: Asked, *, as_json: bool) -> int:
    """Read kept pages again and put what they give in the place of the stored words; print what changed.

    0, also where another process is at it; 1 where extraction of a page broke, or the work was stopped (SIGTERM, SIGINT):
    called again, it goes on. Raises ArgumentProblem for a source that neither the registry nor the database knows, and
    for days in the wrong order; `StorageError`."""
    if asked.since and asked.until and asked.since >= asked.until:
        raise ArgumentProblem("--since is later than --until: no page is between them")
    if not config.database.exists():
        raise Missing(f"{config.database}: no such database: name it with --db")

    async def main() -> int:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        with ExitStack() as opened:
            store = None
            if not asked.dry_run:
                store = opened.enter_context(
                    Store.open(config.database, write=True, group=config.group, hold=HOLD_SECONDS)
                )
            reader = opened.enter_context(Reader(config.database))
            profiles = _Profiles(reader, sources, asked.sources)
            room = Room(config, store, stop=stop, waits=False) if store is not None else None
            workers = config.workers or max(1, os.cpu_count() or 1)
            lease = None
            if store is not None:
                lease, since = await asyncio.wrap_future(store.claim_reextraction())
                if lease is None:
                    click.echo(
                        f"another `dateline reextract` works on this database since {since}: left to it", err=True
                    )
                    if as_json:
                        click.echo(terminal.dumps({"event": "left to another", "since": since}))
                    return 0
            pool, slots = ExtractionPool(workers=workers, nice=NICE, many=True), asyncio.Semaphore(workers * QUEUED)
            try:
                return await _Work(asked, profiles, reader, store, pool, slots, stop, Told(as_json), lease, room).done()
            finally:
                await pool.close()
                if store is not None and lease is not None:
                    await asyncio.wrap_future(store.release_reextraction(lease))

    return asyncio.run(main())


class _Profiles:
    """How each source's pages are read now: its TOML's profile, a general one for a site that has none, and the rule set
    in force; with the name of the extractor that this makes."""

    def __init__(self, reader: Reader, sources: Mapping[str, Source], names: Sequence[str]) -> None:
        self._reader, self._sources, self._names = reader, sources, frozenset(names)
        self._known: dict[str, tuple[Profile, str]] = {}
        self._demo: dict[str, Source] | None = None
        for name in names:
            stored = reader.db.conn.execute("SELECT 1 FROM source WHERE name = ?", (name,)).fetchone()
            if name not in sources and stored is None:
                raise ArgumentProblem(f"{name}: no source of the registry or of {reader.path} is called so")

    def of(self, source: str) -> tuple[Profile, str]:
        """The profile, and what `extractor` says of a text made with it."""
        if source not in self._known:
            from pipelines.extractor import stamp

            known = self._named(source)
            profile = known.profile if known else Profile(source=source)
            profile = replace(profile, rules=rule_sets.in_force(self._reader.db, source))
            self._known[source] = profile, stamp(profile)
        return self._known[source]

    def wanted(self, source: str, made_by: str) -> str | None:
        """The present extractor for a text of a source that is asked for. A text that was made with a profile which is not
        here (a TOML that was taken away, a spider written by hand) is left: without it the reading would be a worse one."""
        return self.of(source)[1] if self.asked_for(source) and not self.foreign(source, made_by) else None

    def asked_for(self, source: str) -> bool:
        """Whether the source is one of those named, if any is."""
        return not self._names or source in self._names

    def foreign(self, source: str, made_by: str) -> bool:
        """Whether a text was made with a profile that is not here."""
        used = _PROFILE.search(made_by)
        return used is not None and self._named(source) is None and used[1] != Profile(source).version

    def stamps(self) -> list[str]:
        """What `extractor` says of a text made now, of each source that is asked for."""
        names = sorted(self._names) or rule_sets.kept_sources(self._reader.db)
        return [f"{name}: {self.of(name)[1]}" for name in names]

    def _named(self, source: str) -> Source | None:
        """The source of the registry, or of the bundled demo: its database is the first that people try this on."""
        if source in self._sources or not source.startswith("demo"):
            return self._sources.get(source)
        if self._demo is None:
            from crawler.demo.sources import sources

            self._demo = sources(port=1)
        return self._demo.get(source)


@dataclass(slots=True)
class _Work:
    asked: Asked
    profiles: _Profiles
    reader: Reader
    store: Store | None
    pool: ExtractionPool
    slots: asyncio.Semaphore
    stop: asyncio.Event
    told: Told
    lease: str | None = None
    room: Room | None = None
    writing: asyncio.Future[tuple[Rewritten, ...]] | None = None
    written: list[Reading] = field(default_factory=list)

    async def done(self) -> int:
        """All batches, each extracted while the one before it is written."""
        after, left = await self._start(), self.asked.limit
        self._count(after)
        (last,) = self.reader.db.conn.execute("SELECT coalesce(max(fetch_id), 0) FROM raw_page").fetchone()
        ended = False
        while not self.stop.is_set() and left != 0:
            if self.room is not None:
                await self.room.look()
            texts = [text for text in self._due(after, left) if text.fetch_id <= last]
            if not texts:
                ended = True
                break
            readings = [reading for reading in await asyncio.gather(*map(self._read, texts)) if reading is not None]
            after = texts[-1].fetch_id
            left = None if left is None else left - len(texts)
            await self._settle()
            self._write(readings, after)
        await self._settle()
        if ended and self.asked.everything and self.store is not None:
            await asyncio.wrap_future(self.store.set_reextraction_cursor(None))
        self.told.summary(dry_run=self.asked.dry_run, stopped=self.stop.is_set() and not ended)
        return 1 if self.told.failed or (self.stop.is_set() and not ended) else 0

    def _count(self, after: int) -> None:
        """How many texts are ahead, and how many of which source are left for want of their profile."""
        everything, rows = (
            self.asked.everything,
            reextraction.counted(self.reader.db, after, since=self.asked.since, until=self.asked.until or "9"),
        )
        for source, made_by, refused_by, texts in rows:
            by = self.profiles.wanted(source, made_by)
            if by is not None and (everything or by not in (made_by, refused_by)):
                self.told.ahead += texts
            elif by is None and self.profiles.asked_for(source):
                self.told.left[source] += texts
        if self.asked.limit is not None:
            self.told.ahead = min(self.told.ahead, self.asked.limit)

    def _due(self, after: int, left: int | None) -> list[KeptText]:
        return reextraction.due(
            self.reader.db,
            after,
            wanted=self.profiles.wanted,
            everything=self.asked.everything,
            since=self.asked.since,
            until=self.asked.until or "9",
            limit=BATCH if left is None else min(BATCH, left),
        )

    async def _read(self, text: KeptText) -> Reading | None:
        """What the text's page says now; None where it is not kept any more, or could not be read. A page is only unpacked
        when a worker is about to be free."""
        profile, by = self.profiles.of(text.source)
        async with self.slots:
            try:
                page = raw.read(self.reader.db, text.fetch_id, reextraction.profiled(text, profile))
            except raw.Damaged as error:
                self.told.broken(text, str(error))
                return None
            if page is None:
                return None
            extraction = await self.pool.extract(page)
        reading = reading_of(text, by, extraction)
        if reading is None:
            self.told.broken(text, f"{extraction.reason}: {extraction.detail}")
        return reading

    def _write(self, readings: list[Reading], after: int) -> None:
        if self.store is None:
            for reading in readings:
                self.told.text(reading, reextraction.compare(self.reader.db, reading))
            return
        self.written = readings
        self.writing = asyncio.wrap_future(self.store.rewrite(readings, cursor=self._cursor(after), lease=self.lease))

    async def _settle(self) -> None:
        """Wait for the batch that is being written, and tell of it."""
        if self.writing is None:
            return
        for reading, found in zip(self.written, await self.writing, strict=True):
            self.told.text(reading, found)
        self.writing = None

    async def _start(self) -> int:
        """The fetch after which to begin: that of a call with the same words which was broken off, else the first."""
        if self.store is None or not self.asked.everything:
            return 0
        kept = await asyncio.wrap_future(self.store.reextraction_cursor())
        found: dict[str, Any] = json.loads(kept) if kept else {}
        if self.asked.from_start or found.get("asked") != self._question():
            return 0
        click.echo(
            f"goes on after fetch {found['after']}, where a call with the same words was broken off (--from-start: anew)",
            err=True,
        )
        return int(found["after"])

    def _cursor(self, after: int) -> str | None:
        return json.dumps({"asked": self._question(), "after": after}) if self.asked.everything else None

    def _question(self) -> list[Any]:
        stamps = hashlib.sha256("\n".join(self.profiles.stamps()).encode()).hexdigest()
        return [stamps, sorted(self.asked.sources), self.asked.since, self.asked.until]
