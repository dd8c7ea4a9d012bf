"""The store: every call is done in the writer's thread and answered when it is committed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from storage import (
    alerts,
    articles,
    database,
    endings,
    health,
    imports,
    raw,
    reextraction,
    reextraction_lease,
    rule_sets,
    runs,
    settling,
    sketches,
)
from storage.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from sqlite_utils import Database

    from storage.links import Offered
    from storage.models import (
        Article,
        Decide,
        Dispatch,
        Ended,
        Ending,
        KeptText,
        Known,
        Link,
        Page,
        Profile,
        Reading,
        Rewritten,
        RuleSet,
    )

_PATIENCE = 4
"""Times the busy timeout that a writer waits for the write lock: others write in turns."""


class Store:
    """One open database. Satisfies `models.ArticleStore`. Calls may come from any thread; each answers with a Future
    that fails with a `StorageError` when the database cannot do it."""

    def __init__(
        self, path: Path, writer: Writer, clock: Callable[[], float], window_days: int = sketches.WINDOW_DAYS
    ) -> None:
        self.path = path
        self.writer = writer
        self.clock = clock
        self.window_days = window_days
        self.owner: str | None = None
        """The name that this process's leases and runs bear, once `Frontier.register_owner` has given it one."""

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        write: bool = True,
        group: str | int | None = None,
        clock: Callable[[], float] = time.time,
        window_days: int = sketches.WINDOW_DAYS,
        busy_seconds: float = database.BUSY_SECONDS,
        hold: float = 0.0,
        allow_old_sqlite: bool = False,
        known_damaged: bool = False,
    ) -> Self:
        """Open a database, made where there is none. `write` False: nothing is made or migrated, and what would write
        fails with ReadOnly. `group`: name or id of the group that may read. `window_days`: copies of a text are sought
        so many days before and after it. `hold`: seconds for which a write that fails for a reason that may pass (a
        full disk, another's lock) is kept and tried again. `known_damaged`: also where the last check found the structure
        damaged, for who checks it again before anything else. Raises StorageError and its kinds."""
        file = Path(path).absolute()

        def connect() -> Database:
            if not write:
                return database.open_reader(file, busy_seconds=busy_seconds)
            return database.open_writer(
                file,
                group=group,
                busy_seconds=busy_seconds,
                allow_old_sqlite=allow_old_sqlite,
                known_damaged=known_damaged,
            )

        writer = Writer(file, connect, writable=write, patience=_PATIENCE * busy_seconds, hold=hold)
        return cls(file, writer, clock, window_days)

    def close(self) -> None:
        """Do what is queued, checkpoint, close. Raises what kept the file from closing cleanly."""
        self.writer.close()

    def hurry(self) -> None:
        """The process is to end: what cannot be written is not kept much longer. See `Writer.hurry`."""
        self.writer.hurry()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def known(self, article: Article) -> Future[Known]:
        """What is stored around an article: its identity or an alias, and texts that share its sketch."""
        now, window = self.clock(), self.window_days
        return self.writer.submit(lambda db: articles.known(db, article, now=now, window=window), writes=False)

    def end(self, ending: Ending, before: Offered | None = None) -> Future[Ended]:
        """Write the end of a fetch, in one transaction: outcome, article, links, validators, the address's next time,
        the host's turn. `stale`: the decision's basis had moved, nothing was written. `before`: what became of the parts
        of a long list that were offered, and committed, before (`offer_part`). See `endings`."""
        host = ending.lease.host if ending.lease else None
        return self.writer.submit(lambda db: endings.end(db, ending, before), host=host)

    def decide_and_end(
        self, dispatch: Dispatch, decide: Decide, complete: Callable[[Ending], Ending] | None = None
    ) -> Future[tuple[Dispatch, Ended] | None]:
        """Decide on a lease's page and write the end of its fetch, in one transaction: `known` and `end` in one, between which
        nothing can move. `decide` and `complete` are called in the writer's thread, and may be called again. See `settling`."""
        now, window, lease = self.clock(), self.window_days, dispatch.ending.lease

        def both(db: Database) -> tuple[Dispatch, Ended] | None:
            return settling.decide_and_end(db, dispatch, decide, complete, now=now, window=window)

        return self.writer.submit(both, host=lease.host if lease else None)

    def offer_part(self, ending: Ending, read: Callable[[], Sequence[Link]]) -> Future[Offered]:
        """Offer a part of a long document's links before the end of its fetch, in a transaction of its own: a process that dies
        in between leaves a fetch without an end, which is made again. `read` gives the links, in the writer's thread."""
        return self.writer.submit(lambda db: endings.offer(db, ending, read()))

    def kept(self, article_id: int, profile: Profile, by: str) -> Future[tuple[tuple[KeptText, Page], ...]]:
        """The newest texts of an article that another extractor than `by` made, with their pages where these are kept."""
        return self.writer.submit(lambda db: reextraction.of_article(db, article_id, profile, by), writes=False)

    def rewrite(
        self, readings: Sequence[Reading], *, cursor: str | None = None, lease: str | None = None
    ) -> Future[tuple[Rewritten, ...]]:
        """Put what was read again in the place of the stored words, in one transaction, and renew the lease that it is done
        under. See `reextraction`."""
        now = self.clock()

        def rewrite(db: Database) -> tuple[Rewritten, ...]:
            if lease is not None:
                reextraction_lease.renew(db, lease, now=now)
            return reextraction.rewrite_all(db, readings, now=now, cursor=cursor)

        return self.writer.submit(rewrite)

    def claim_reextraction(self) -> Future[tuple[str | None, str]]:
        """See `reextraction_lease.claim`."""
        now = self.clock()
        return self.writer.submit(lambda db: reextraction_lease.claim(db, now=now))

    def release_reextraction(self, lease: str) -> Future[None]:
        """See `reextraction_lease.release`."""
        return self.writer.submit(lambda db: reextraction_lease.release(db, lease))

    def reextraction_cursor(self) -> Future[str | None]:
        """How far a re-extraction came that was broken off."""
        return self.writer.submit(reextraction.cursor, writes=False)

    def set_reextraction_cursor(self, value: str | None) -> Future[None]:
        """Keep it; None: there is nothing to go on with."""
        return self.writer.submit(lambda db: reextraction.set_cursor(db, value))

    def begin_run(self, source: str, at: float) -> Future[int]:
        """Open a run of a source; answers its number."""
        owner = self.owner
        return self.writer.submit(lambda db: runs.begin(db, source, at=at, owner=owner))

    def finish_run(self, run_id: int, at: float, reason: str) -> Future[dict[str, int]]:
        """Close a run; answers its counts: outcome (`failed:timeout`) -> fetches."""
        return self.writer.submit(lambda db: runs.finish(db, run_id, at=at, reason=reason))

    def run_counts(self, run_id: int) -> Future[dict[str, int]]:
        """The counts of a run so far."""
        return self.writer.submit(lambda db: runs.counts(db, run_id), writes=False)

    def begin_record(self, run_id: int | None, source: str, url: str, record: str, at: float) -> Future[int | None]:
        """Open the fetch of one record of an import (`warc:<file identity>#<offset>`); None: that record has its
        outcome already. The fetch is then ended by `end` with an Ending without lease."""
        return self.writer.submit(lambda db: imports.begin(db, run_id, source, url, record, at=at))

    def done_records(self, file: str) -> Future[set[int]]:
        """The offsets of a file's records that have an outcome; `file` as in `warc:<file>#<offset>`."""
        return self.writer.submit(lambda db: imports.done(db, file), writes=False)

    def settle(self, records: Sequence[settling.Record], decide: Decide) -> Future[tuple[settling.Settled | None, ...]]:
        """Decide and write records of an import in their order, in one transaction. See `settling.settle`; `decide` is called
        in the writer's thread, and may be called again for the same record (a transaction that was rolled back)."""
        now, window = self.clock(), self.window_days
        return self.writer.submit(lambda db: settling.settle(db, records, decide, at=now, now=now, window=window))

    def health_facts(self, source: str, now: float) -> Future[tuple[health.Present, health.Standing | None]]:
        """What a source's rows say of its health at present, and how it was judged last."""

        def read(db: Database) -> tuple[health.Present, health.Standing | None]:
            before = health.standing(db, source)
            since = before.since if before is not None and before.state not in {"ok", "never_run"} else None
            return health.present(db, source, now=now, trouble_since=since), before

        return self.writer.submit(read, writes=False)

    def standing(self, source: str) -> Future[health.Standing | None]:
        """How a source was judged last; None: never."""
        return self.writer.submit(lambda db: health.standing(db, source), writes=False)

    def health_past(
        self, source: str, *, looks_until: float, until: float, apart: Sequence[tuple[float, float]]
    ) -> Future[health.Past]:
        """A source's past, for the judge to learn from. See `health.past`."""
        return self.writer.submit(
            lambda db: health.past(db, source, looks_until=looks_until, until=until, apart=apart), writes=False
        )

    def write_health(self, source: str, verdict: health.Standing) -> Future[None]:
        """Keep a verdict."""
        return self.writer.submit(lambda db: health.write(db, source, verdict))

    def claim_alert(
        self, source: str, standing: health.Standing, *, alerted: str | None, now: float, lasts: float
    ) -> Future[bool]:
        """Whether this process is to tell `on_alert` of a standing. See `alerts.claim`."""
        return self.writer.submit(lambda db: alerts.claim(db, source, standing, alerted=alerted, now=now, lasts=lasts))

    def alert_told(self, source: str, state: str) -> Future[None]:
        """Keep that `on_alert` was told of a state."""
        return self.writer.submit(lambda db: alerts.told(db, source, state))

    def alert_failed(self, source: str, standing: health.Standing, *, now: float) -> Future[int]:
        """Keep that `on_alert` failed at a standing; how often by now."""
        return self.writer.submit(lambda db: alerts.failed(db, source, standing, now=now))

    def rule_set(self, source: str) -> Future[RuleSet | None]:
        """The rule set learned from the source's own pages that is in force."""
        return self.writer.submit(lambda db: rule_sets.in_force(db, source), writes=False)

    def keep_rules(self, source: str, learnt: rule_sets.Learnt, *, at: float, by_hand: bool = True) -> Future[int]:
        """Put what was learned in force; answers the set's number. Not `by_hand`: what somebody chose stays."""

        def keep(db: Database) -> int:
            standing = rule_sets.choice(db, source)
            return standing.number if standing.by_hand and not by_hand else rule_sets.keep(db, source, learnt, at=at)

        return self.writer.submit(keep)

    def note_learning(self, source: str, *, at: float) -> Future[None]:
        """Keep that it was tried to learn a source, which taught nothing."""
        return self.writer.submit(lambda db: rule_sets.note(db, source, at=at))

    def choose_rules(self, source: str, number: int, *, at: float) -> Future[None]:
        """Put a set in force, 0 for none. The future fails with LookupError for a number that the source does not have."""
        return self.writer.submit(lambda db: rule_sets.choose(db, source, number, at=at))

    def prune_raw(self, *, now: float, days: float = raw.DAYS, most_bytes: int = raw.MOST_BYTES) -> Future[int]:
        """Drop kept pages by age and size, a step at a time: call it again until it answers 0."""

        def prune(db: Database) -> int:
            return raw.prune(db, now=now, days=days, most_bytes=most_bytes)

        return self.writer.submit(prune)

    def vacuum(self, pages: int = 1000) -> Future[int]:
        """Give up to `pages` free pages back to the file system; answers how many are still free."""

        def give_back(db: Database) -> int:
            db.conn.execute(f"PRAGMA incremental_vacuum({int(pages)})").fetchall()
            (free,) = db.conn.execute("PRAGMA freelist_count").fetchone()
            return int(free)

        return self.writer.submit(give_back)
