"""Several databases into one: `dateline merge`.

First the changes of all inputs, in the order of their times, each with the fetch that wrote it (`merge_texts`); then the other
fetches; then how things stand by now (`merge_state`, `merge_frontier`). Each step is a transaction that also says how far
its inputs were taken (`merge_input`), so that a merge that is killed goes on when it is called again, and one that is called
again when the inputs have grown takes only what is new. What had come before comes before what comes now, whatever their
times: the articles of a story are the same for it, only which of them counts as `new`, and which as `copy`, may be another.

Of two changes of one second, the one whose source and key come first is first; an input's own order always stays.
"""

from __future__ import annotations

import heapq
import json
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from storage import merge_frontier, merge_input, merge_ledger, merge_state, merge_texts
from storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from sqlite_utils import Database

    from storage.merge_input import Input
    from storage.merge_texts import Rules

    Told = Callable[[str, int], None]

AT_ONCE: Final = 200
"""Changes of a transaction."""

ROWS: Final = 2000
"""Rows of other tables of a transaction."""

_CHANGES = (
    "SELECT c.seq, c.at, c.kind, c.article_id, c.revision, a.source, a.key FROM change AS c"
    " JOIN article AS a ON a.id = c.article_id WHERE c.seq > ? ORDER BY c.seq"
)
_WROTE = "SELECT min(seq) FROM change WHERE article_id = ? AND revision = ?"
_FETCHES = (
    "SELECT id FROM fetch WHERE (id > ? OR id IN (SELECT value FROM json_each(?))) AND outcome IS NOT NULL"
    " AND revision IS NULL ORDER BY id"
)
_FINISHED = "SELECT coalesce((SELECT min(id) - 1 FROM run WHERE finished_at IS NULL), max(id), 0) FROM run"
_OPEN = (
    "SELECT f.id FROM fetch AS f LEFT JOIN run AS r ON r.id = f.run_id WHERE f.outcome IS NULL"
    " OR (f.outcome = 'interrupted' AND f.requests IS NULL AND r.finished_at IS NULL) ORDER BY f.id"
)
"""Under way; or broken off in a run that goes on, which may end it yet."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What was written of one input: table -> rows; nothing where all was there."""

    path: Path
    counts: dict[str, int]


def merge(
    paths: Sequence[Path], target: Path, rules: Rules, *, group: str | None = None, told: Told | None = None
) -> list[Merged]:
    """Take the databases `paths` into `target`, which is made where there is none. `told`: what is being taken, and how many
    of it so far.

    Raises StorageError and its kinds; see `merge_input.opened`."""
    with merge_input.opened(paths, target) as inputs, closing(Store.open(target, group=group)) as store:
        _Merging(store, inputs, rules, told or _silent).all()
        return [Merged(each.path, each.counts) for each in inputs]


class _Merging:
    """One merge at work."""

    def __init__(self, store: Store, inputs: list[Input], rules: Rules, told: Told) -> None:
        self._store, self._inputs, self._rules, self._told = store, inputs, rules, told

    def all(self) -> None:
        self._do(lambda db: merge_input.taken(db, self._inputs))
        for each in self._inputs:
            self._each(each, "sources", "SELECT * FROM source", lambda db, _, row: merge_frontier.source(db, row))
            self._do(lambda db, each=each: _rules_of(db, each))  # type: ignore[misc]  # the input of this turn
        self._changes()
        for each in self._inputs:
            self._ledger(each)
        for each in self._inputs:
            self._present(each)

    def _do(self, call: Callable[[Database], Any]) -> Any:
        """One transaction, done before the next is begun: in it the inputs are read by the writer's thread."""
        return self._store.writer.submit(call).result()

    def _changes(self) -> None:
        streams = [_dated(each, number) for number, each in enumerate(self._inputs)]
        merged = heapq.merge(*streams, key=lambda change: change["order"])
        done = 0
        for batch in _batches(merged, AT_ONCE):
            after = self._do(lambda db, batch=batch: self._replay(db, batch))  # type: ignore[misc]  # the batch of this turn
            for number, taken in after.items():
                self._inputs[number].taken = taken
            done += len(batch)
            self._told("changes", done)

    def _replay(self, db: Database, batch: list[dict[str, Any]]) -> dict[int, merge_input.Taken]:
        last: dict[int, int] = {}
        for change in batch:
            _replay(db, self._inputs[change["input"]], change, self._rules)
            last[change["input"]] = change["seq"]
        return {number: merge_input.advance(db, self._inputs[number], change=seq) for number, seq in last.items()}

    def _ledger(self, each: Input) -> None:
        """Runs, backfills and the fetches that wrote no text."""
        self._do(lambda db: merge_ledger.backfills(db, each))
        runs = f"SELECT id FROM run WHERE id > {each.taken.run} ORDER BY id"  # noqa: S608 - our own number
        self._each(each, "runs", runs, lambda db, of, row: merge_ledger.run(db, of, row["id"]))
        before, waiting = each.taken.fetch, each.taken.open
        under_way = [number for (number,) in each.db.conn.execute(_OPEN)]
        ids = (row["id"] for row in each.rows(_FETCHES, before, json.dumps(waiting)))
        done = 0
        for batch in _batches(ids, ROWS):
            upto, reached = batch[-1], max(before, batch[-1])
            still = {number for number in under_way if number <= reached} | {n for n in waiting if n > upto}

            def take(
                db: Database, batch: list[int] = batch, reached: int = reached, still: set[int] = still
            ) -> merge_input.Taken:
                for number in batch:
                    merge_ledger.other(db, each, number)
                return merge_input.advance(db, each, fetch=reached, open=tuple(sorted(still)))

            each.taken = self._do(take)
            done += len(batch)
            self._told("fetches", done)
        self._each(each, "runs", runs, lambda db, of, row: merge_ledger.recount(db, of, row["id"]))
        (newest,) = each.db.conn.execute("SELECT coalesce(max(id), 0) FROM fetch").fetchone()
        (finished,) = each.db.conn.execute(_FINISHED).fetchone()
        end = {"fetch": max(before, newest), "open": tuple(under_way), "run": finished}
        each.taken = self._do(lambda db: merge_input.advance(db, each, **end))

    def _present(self, each: Input) -> None:
        others = [other for other in self._inputs if other is not each]
        numbers = self._do(lambda db: merge_ledger.backfills(db, each))
        self._pages(
            each, "articles", merge_state.ARTICLES, ("id",), lambda db, row: merge_state.article(db, each, row, others)
        )
        self._pages(
            each,
            "addresses",
            merge_state.ADDRESSES,
            ("source", "url"),
            lambda db, row: merge_state.address(db, each, row),
        )
        self._pages(
            each,
            "stories",
            merge_state.STORIES,
            ("story_id",),
            lambda db, row: merge_state.story(db, [tuple(member) for member in json.loads(row["members"])]),
        )
        self._pages(
            each, "links", merge_frontier.LINKS, ("id",), lambda db, row: merge_frontier.link(db, each, row, numbers)
        )
        late = merge_frontier.LINKS.replace("WHERE", "WHERE p.id > l.id AND")
        self._pages(each, "links", late, ("id",), lambda db, row: merge_frontier.orphans(db, each, row, numbers))
        self._each(each, "hosts", "SELECT * FROM host", lambda db, _, row: merge_frontier.host(db, row))
        self._each(each, "links", "SELECT * FROM refused_link", lambda db, _, row: merge_frontier.refused(db, row))
        self._each(each, "verdicts", "SELECT * FROM health", lambda db, _, row: merge_frontier.health(db, row))

    def _each(
        self, each: Input, what: str, query: str, take: Callable[[Database, Input, dict[str, Any]], object]
    ) -> None:
        """All rows of a query, so many a transaction."""
        done = 0
        for batch in _batches(each.rows(query), ROWS):
            self._do(lambda db, batch=batch: [take(db, each, row) for row in batch])  # type: ignore[misc]  # of this turn
            done += len(batch)
            self._told(what, done)

    def _pages(
        self,
        each: Input,
        what: str,
        query: str,
        keys: tuple[str, ...],
        take: Callable[[Database, dict[str, Any]], object],
    ) -> None:
        """All rows of a query that is asked page by page, after the last row's `keys`."""
        last: tuple[Any, ...] = tuple(0 if key in ("id", "story_id") else "" for key in keys)
        done = 0
        while batch := list(each.rows(query, *last, ROWS)):
            self._do(lambda db, batch=batch: [take(db, row) for row in batch])  # type: ignore[misc]  # of this turn
            last = tuple(batch[-1][key] for key in keys)
            done += len(batch)
            self._told(what, done)


def _replay(db: Database, each: Input, change: dict[str, Any], rules: Rules) -> None:
    """One change, with the fetch that wrote its text."""
    (wrote,) = each.db.conn.execute(_WROTE, (change["article_id"], change["revision"])).fetchone()
    if wrote == change["seq"]:
        replayed = merge_texts.write(db, each, change, rules)
        merge_ledger.of_text(db, each, change, replayed)
        each.count("texts" if replayed.decision else "texts that were there")
        return
    target = merge_texts.find(db, change["source"], change["key"])
    text = each.row(
        "SELECT * FROM revision WHERE article_id = ? AND revision = ?", change["article_id"], change["revision"]
    )
    assert target is not None
    assert text is not None
    number = merge_texts.number_of(db, target, text)
    if change["kind"] == "reextracted" and merge_texts.settle(db, target, number, text):
        merge_state.reindex(db, target, None, again=True)
    row = (change["at"], change["kind"], target, number)
    same = "SELECT 1 FROM change WHERE at = ? AND kind = ? AND article_id = ? AND revision = ?"
    if db.conn.execute(same, row).fetchone() is None:
        db.conn.execute("INSERT INTO change (at, kind, article_id, revision) VALUES (?, ?, ?, ?)", row)
        each.count("other changes")


def _dated(each: Input, number: int) -> Iterator[dict[str, Any]]:
    """The changes that were not taken yet, in their order, with what they are merged by: never earlier than the one before,
    though a clock was set back."""
    at = ""
    for change in each.rows(_CHANGES, each.taken.change):
        at = max(at, change["at"])
        yield change | {"input": number, "order": (at, change["source"], change["key"], number)}


def _rules_of(db: Database, each: Input) -> None:
    for name in each.sources:
        merge_frontier.rules(db, each, name)


def _batches(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    found = iter(rows)
    while batch := list(islice(found, size)):
        yield batch


def _silent(what: str, done: int) -> None:
    del what, done
