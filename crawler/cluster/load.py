"""`dateline load`: the parts of a dataset into one database, by its one writer, as if their files had been imported one after
another: parts in the order of their names, records in the order of their file, each decided on what is stored by then.

What an import has of a page and a part has not is the page itself: no raw page is kept of a record that is loaded.
"""

from __future__ import annotations

import asyncio
import json
import posixpath
import signal
from collections import Counter
from dataclasses import replace
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from crawler import in_order
from crawler.arguments import ArgumentProblem
from crawler.cluster.dataset import DatasetProblem
from crawler.cluster.part_reading import Broken, Reading, unreachable
from crawler.disk import keep_room
from crawler.session import open_session
from crawler.workers_first import pool_of
from storage.errors import Full

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crawler.cluster.dataset import Dataset
    from crawler.config import Config
    from crawler.session import Session
    from crawler.source import Source
    from storage.settling import Record

AT_ONCE: Final = 128
"""Records of a transaction. Others who write wait for so many at the most: a quarter of a second."""

ROOM_EVERY: Final = 8
"""Transactions between two rounds of pruning; the disk is looked at before each."""

TOLD: Final = 100
"""Files without a part that are named at the end."""


def load(config: Config, sources: Mapping[str, Source], url: str, *, as_json: bool) -> int:
    """Load the dataset at `url` (a folder, or any URL that fsspec reads); 0, or 1 where a part could not be read, a file of the
    dataset has no part, a record could not be stored, or it was stopped (SIGINT, SIGTERM). Called again, it goes on.

    Raises ArgumentProblem where there is no dataset, its libraries are missing, or its texts are another extractor's than this
    version's; `StorageError`; OSError where the dataset cannot be reached."""
    if missing := [name for name in ("fsspec", "pyarrow") if find_spec(name) is None]:
        raise ArgumentProblem(
            f"load needs {' and '.join(missing)}, not installed here: pip install 'dateline[cluster]'"
        )
    from crawler.cluster.dataset import opened
    from crawler.progress import progress

    dataset = opened(url)
    names = parts(dataset)

    async def main() -> int:
        shown, stop = progress("load", as_json=as_json), asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        try:
            async with open_session(
                config,
                sources,
                stop=stop,
                progress=shown,
                version=version("dateline"),
                pool=pool_of(config, seldom=True),  # only where stored texts are another extractor's
            ) as session:
                made = _Made()
                whole = [await _Part(session, dataset, name, f"part {place} of {len(names)}", made).load()
                         for place, name in enumerate(names, 1) if not stop.is_set()]  # fmt: skip
                failed = [] if stop.is_set() else failures(dataset)
                for place, why in failed[:TOLD]:
                    shown.finished(place, "no part", {}, why)
                if len(failed) > TOLD:
                    shown.finished(f"{len(failed) - TOLD} more files", "no part", {}, f"see {dataset.url}/failed")
                return 0 if len(whole) == len(names) and all(whole) and not failed else 1
        finally:
            shown.close()

    return asyncio.run(main())


def parts(dataset: Dataset) -> list[str]:
    """The names of a dataset's parts, in their order. Raises ArgumentProblem where it is none."""
    try:
        found = dataset.fs.ls(f"{dataset.root}/parts", detail=False)
    except FileNotFoundError as error:
        raise ArgumentProblem(
            f"{dataset.url}: no dataset there (it has no folder parts): give the --dataset of `dateline import --dask`"
        ) from error
    except OSError as error:
        raise unreachable(error, dataset.url) from error
    names = (posixpath.basename(str(each)) for each in found)
    return sorted(name.removesuffix(".parquet") for name in names if name.endswith(".parquet"))


def failures(dataset: Dataset) -> list[tuple[str, str]]:
    """The files that have no part: address, and why. One that failed here and got its part there has it."""
    try:
        found = sorted(str(each) for each in dataset.fs.ls(f"{dataset.root}/failed", detail=False))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise unreachable(error, dataset.url) from error
    failed, there = [], frozenset(parts(dataset))
    for place in found:
        if place.endswith(".json") and posixpath.basename(place).removesuffix(".json") not in there:
            told = _told(dataset.fs.cat_file(place))
            failed.append((str(told.get("file", place)), str(told.get("reason", "it is not told why"))))
    return failed


def _told(found: bytes) -> dict[str, Any]:
    try:
        told = json.loads(found)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


class _Made:
    """By what the parts of one load were made: all by this version's extractor, and all by the same rules."""

    def __init__(self) -> None:
        self._first: tuple[str, str | None] | None = None

    def check(self, place: str, facts: Mapping[str, str]) -> None:
        """Raises ArgumentProblem for texts that another extractor made: they would be revisions of what this one stored, or
        the next crawl's texts revisions of them. Raises `Broken` for a part made by other rules than the first."""
        from pipelines.extractor import ENGINE

        engine, version, rules = (facts.get(name) for name in ("extractor", "version", "rules"))
        if engine is None:
            raise Broken("the part does not name its extractor: remove it, and call `dateline import --dask` again")
        if engine != ENGINE:
            raise ArgumentProblem(
                f"{place}: made by the extractor {engine}, and this version has {ENGINE}, whose texts would take turns with"
                f" them as revisions: load it with what made it (Dateline {version}), or make the dataset anew"
            )
        self._first = self._first or (place, rules)
        if self._first[1] != rules:
            raise Broken(
                f"the part was made by other rules than {posixpath.basename(self._first[0])} (two imports began this dataset at"
                " once): remove the parts of one of them, and call `dateline import --dask` with this dataset again"
            )


class _Part:
    """One part on its way into the database; `stop` ends it between two batches."""

    def __init__(self, session: Session, dataset: Dataset, name: str, place: str, made: _Made) -> None:
        self._session = session
        self._place = dataset.part(name)
        self._reading = Reading(dataset.fs, self._place, session.sources)
        self._which, self._made = place, made
        self._runs = in_order.Runs(session)
        self._counts = Counter[str]()
        self._known = 0

    async def load(self) -> bool:
        """Whether all of it is in the database now."""
        session = self._session
        reason, why = "finished", None
        stops: Exception | None = None
        try:
            await self._records()
        except Broken as error:
            reason, why = "broken", str(error)
        except Full as error:
            reason, stops = "storage_error", error
        except (DatasetProblem, ArgumentProblem) as error:
            reason, stops = "error", error
        if reason == "finished" and session.stop.is_set():
            reason = "shutdown"
        await self._runs.finish(reason)
        note = "; ".join(filter(None, (self._which, f"{self._known} loaded before", why)))
        session.progress.finished(self._place, reason, self._counts, note)
        if stops is not None:
            raise stops
        return reason == "finished" and not self._counts["failed:unstorable"]

    async def _records(self) -> None:
        session, reading = self._session, self._reading
        facts, file = await asyncio.to_thread(reading.begins)
        self._made.check(self._place, facts)
        if file is None:
            return  # a file without a page
        done = await asyncio.wrap_future(session.store.done_records(file))
        offsets = await asyncio.to_thread(reading.offsets)
        self._known = len(done.intersection(offsets))
        if self._known == len(offsets):
            return
        batches, number = reading.batches(AT_ONCE, without=done), 0
        while not session.stop.is_set():
            await (session.room.look() if number % ROOM_EVERY else keep_room(session, session.clock()))
            batch = await asyncio.to_thread(next, batches, None)
            if batch is None:
                return
            number += 1
            await self._settle(batch)

    async def _settle(self, batch: Sequence[Record]) -> None:
        session = self._session
        runs = await self._runs.of_all({record.source for record in batch})
        answers = await in_order.settle(
            session, [replace(record, run_id=runs[record.source]) for record in batch], keep_raw=False
        )
        for answer in answers:
            if answer is None:
                self._known += 1
                continue
            dispatch, ended = answer
            outcome = "failed:unstorable" if ended.refused else dispatch.ending.outcome.name
            self._counts[outcome] += 1
            session.progress.ended(dispatch.page.profile.source, dispatch.ending, ended)
