"""Records of files into the database, in the order of their file: what an import and a load of parts do alike."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.awaited import awaited
from pipelines.deduplicate import decided
from pipelines.saving import deciding, save
from storage.settling import Settled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawler.session import Session
    from storage.settling import Record


class Runs:
    """The runs of one file: one a source, begun with the first record of it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._begun: dict[str, asyncio.Future[int]] = {}

    async def of(self, source: str) -> int:
        """The number of a source's run; those who ask beside the first wait for it."""
        return await self._future(source)

    async def of_all(self, sources: Iterable[str]) -> dict[str, int]:
        """The numbers of several sources' runs, begun together."""
        begun = {source: self._future(source) for source in sources}
        return {source: await future for source, future in begun.items()}

    async def finish(self, reason: str) -> None:
        """Close them all."""
        store, clock = self._session.store, self._session.clock
        numbers = [await begun for begun in self._begun.values()]
        for ended in [awaited(store.finish_run(number, clock(), reason)) for number in numbers]:
            await ended
        self._begun.clear()

    def _future(self, source: str) -> asyncio.Future[int]:
        if source not in self._begun:
            self._begun[source] = awaited(self._session.store.begin_run(source, self._session.clock()))
        return self._begun[source]


async def settle(session: Session, records: Sequence[Record], *, keep_raw: bool) -> list[Settled | None]:
    """Decide and store records in their order; an answer for each, None for one that had its outcome already.

    Where the stored text of a record's article is another extractor's whose page is kept, that page is read again first, and
    the records behind it wait. Raises `StorageError`."""
    answers: list[Settled | None] = []
    decide = deciding(keep_raw=keep_raw)
    while len(answers) < len(records):
        at_once = await awaited(session.store.settle(records[len(answers) :], decide))
        answers += at_once
        if len(answers) < len(records):
            answers.append(await _read_again(session, records[len(answers)], keep_raw=keep_raw))
    return answers


async def _read_again(session: Session, record: Record, *, keep_raw: bool) -> Settled | None:
    store, page = session.store, record.dispatch.page
    source = page.profile.source
    fetch_id = await awaited(store.begin_record(record.run_id, source, record.url, record.key, session.clock()))
    if fetch_id is None:
        return None
    if page.profile.rules is None:
        rules = await awaited(store.rule_set(source))
        page = replace(page, profile=replace(page.profile, rules=rules))
    ending = replace(record.dispatch.ending, fetch_id=fetch_id, at=session.clock())
    dispatch = await decided(replace(record.dispatch, page=page, ending=ending), store, session.pool)
    return Settled(*await save(dispatch, store, keep_raw=keep_raw))
