"""Records of files, decided and written in their order within one transaction: each as if it had come alone.

An import needs no lease and asks nobody, so between what is known of an article and what is written about it nothing has to
happen elsewhere. A batch of records is one job: begin the record's fetch, look around, decide, write. The decision itself
is handed in: storage knows no rules.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from storage import articles, clean, clock, endings, fetch_rows, imports, indexing, looked_up, reextraction
from storage.models import Ended, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlite_utils import Database

    from storage.models import Article, Decide, Dispatch, Ending, Kept, KeptText, Known, Look, Page, Profile

_STATUSES = range(100, 1000)


@dataclass(frozen=True, slots=True)
class Record:
    """One record, extracted and judged, with all but its decision. `key`: `warc:<identity of the file>#<offset>`; `url`: as it
    was asked for."""

    key: str
    run_id: int | None
    url: str
    dispatch: Dispatch

    @property
    def source(self) -> str:
        """Whose page it is."""
        return self.dispatch.page.profile.source


class Settled(NamedTuple):
    """How a record ended."""

    dispatch: Dispatch
    ended: Ended


def settle(
    db: Database, records: Sequence[Record], decide: Decide, *, at: float, now: float, window: int
) -> tuple[Settled | None, ...]:
    """Decide and write records in their order; an answer for each, None for one that had its outcome already. Fewer answers
    than records: `decide` could not decide at once on the next one, of which nothing was written, nor of those behind it.

    A record that cannot be stored ends as `failed:unstorable` and costs itself only. Raises what is no record's fault."""
    look, kept = _asking(db, now=now, window=window)
    answers: list[Settled | None] = []
    try:
        for record in records:
            looked_up.remember(db)
            try:
                with indexing.atomic(db):
                    answer = _one(db, record, lambda dispatch: decide(dispatch, look, kept), at=at)
            except _NotAtOnce:
                break
            except Exception as error:  # noqa: BLE001 - `refusal` raises what is no fault of the record
                why = clean.refusal(error)
                with indexing.atomic(db):
                    answer = _one(db, _refused(record, why), lambda dispatch: dispatch, at=at)
                if answer is not None:
                    answer = answer._replace(ended=Ended(refused=((record.url, why),)))
            answers.append(answer)
    finally:
        looked_up.forget(db)
    return tuple(answers)


def decide_and_end(
    db: Database,
    dispatch: Dispatch,
    decide: Decide,
    complete: Callable[[Ending], Ending] | None,
    *,
    now: float,
    window: int,
) -> tuple[Dispatch, Ended] | None:
    """Decide on the page of a lease, and write the end of its fetch; `complete`, if any, makes the ending whole once its
    outcome is known. Answers None where it is not to be decided within this transaction, and nothing was written.

    Since nothing is stored between the look and the end, such a decision is never stale."""
    looked_up.remember(db)
    try:
        made = decide(dispatch, *_asking(db, now=now, window=window))
        if made is None:
            return None
        if complete is not None:
            made = replace(made, ending=complete(made.ending))
        return made, endings.end(db, made.ending, fresh=True)
    finally:
        looked_up.forget(db)


def _asking(db: Database, *, now: float, window: int) -> tuple[Look, Kept]:
    """What a decision may ask of the store within the transaction."""

    def look(article: Article) -> Known:
        return articles.known(db, article, now=now, window=window)

    def kept(article_id: int, profile: Profile, by: str) -> tuple[tuple[KeptText, Page], ...]:
        return reextraction.of_article(db, article_id, profile, by)

    return look, kept


class _NotAtOnce(Exception):
    """A record is not to be decided within this transaction."""


def _one(db: Database, record: Record, decide: Callable[[Dispatch], Dispatch | None], *, at: float) -> Settled | None:
    left, fetch_id = imports.taken_up(db, record.run_id, record.key)
    if left:
        return None
    dispatch = decide(record.dispatch)
    if dispatch is None:
        raise _NotAtOnce
    if fetch_id is not None:
        dispatch = replace(dispatch, ending=replace(dispatch.ending, fetch_id=fetch_id, at=at))
        return Settled(dispatch, endings.end(db, dispatch.ending))
    ended = _whole(db, dispatch.ending, record, at=at)
    return Settled(dispatch, ended)


def _whole(db: Database, ending: Ending, record: Record, *, at: float) -> Ended:
    """The end of a record whose fetch was not opened, decided within this transaction: its row is written once."""
    endings.check(ending)
    article_id = revision = None
    if ending.article is not None and ending.decision is not None:
        article = clean.article(ending.article)
        article_id, revision = articles.save(db, article, ending.decision, address=record.url, at=at)
    else:
        db.conn.execute("INSERT INTO source VALUES (?, ?) ON CONFLICT DO NOTHING", (record.source, clock.text(at)))
    opened = (record.run_id, record.source, clean.text(record.url), "article", clock.text(at), record.key)
    fetch_id = fetch_rows.whole(db, ending, opened, article_id, revision, at=at)
    refused = endings.keep_page(db, ending, fetch_id, record.url, article_id, at=at)
    return Ended(article_id=article_id, revision=revision, refused=tuple(refused))


def _refused(record: Record, why: str) -> Record:
    outcome = Outcome("failed:unstorable", why)
    status = record.dispatch.ending.status
    status = status if status in _STATUSES else None  # what is odd must not refuse this row as well
    ending = replace(record.dispatch.ending, outcome=outcome, article=None, decision=None, page=None, status=status)
    return replace(record, dispatch=replace(record.dispatch, ending=ending, decided=True))
