"""The row of a fetch: opened with its lease and ended later, or, of an import's record, written whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from storage import clean, clock

if TYPE_CHECKING:
    from sqlite_utils import Database

    from storage.models import Ending


def opened(db: Database, ending: Ending) -> tuple[str, str, str | None]:
    """Source, address and outcome of the fetch's row; made anew where it had been handed back."""
    row = db.conn.execute("SELECT source, url, outcome FROM fetch WHERE id = ?", (ending.fetch_id,)).fetchone()
    if row is not None:
        return row[0], row[1], row[2]
    lease = ending.lease
    if lease is None or lease.fetch_id != ending.fetch_id:
        raise ValueError(f"fetch {ending.fetch_id} was never opened")
    db.conn.execute(
        "INSERT INTO fetch (id, source, url, kind, at, backfill) VALUES (?, ?, ?, ?, ?, ?)",
        (ending.fetch_id, lease.source, lease.url, lease.kind, clock.text(ending.at), lease.backfill or 0),
    )
    return lease.source, lease.url, None


def end(db: Database, ending: Ending, outcome_there: str | None, article_id: int | None, revision: int | None) -> None:
    facts = {"id": ending.fetch_id, **_facts(ending, article_id, revision, at=ending.at)}
    if outcome_there is None:
        db.conn.execute(
            "UPDATE fetch SET ended_at = :ended, status = :status, requests = :requests, urls = :urls, outcome = :outcome,"
            " reason = :reason, detail = :detail, ms = :ms, bytes = :bytes, article_id = :article, revision = :revision,"
            " missed = :missed WHERE id = :id AND outcome IS NULL",
            facts,
        )
    else:
        db.conn.execute(
            "UPDATE fetch SET status = :status, requests = :requests, urls = :urls, ms = :ms, bytes = :bytes,"
            " article_id = :article, revision = :revision, detail = coalesce(detail, '') || '; then ended as '"
            " || :outcome || coalesce(':' || :reason, '') WHERE id = :id AND requests IS NULL",
            facts,
        )


_WHOLE = (
    "INSERT INTO fetch (run_id, source, url, kind, at, record, ended_at, status, requests, urls, outcome, reason, detail, ms,"
    " bytes, article_id, revision, missed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def _facts(ending: Ending, article_id: int | None, revision: int | None, *, at: float) -> dict[str, Any]:
    """What a fetch's row tells of its end, in the order of `_WHOLE`."""
    name, _, code = ending.outcome.name.partition(":")
    return {
        "ended": clock.text(at),
        "status": ending.status,
        "requests": len(ending.urls),
        "urls": clean.dumps([clean.text(url) for url in ending.urls]),
        "outcome": name,
        "reason": clean.text(code) or None,
        "detail": clean.text(ending.outcome.detail) if ending.outcome.detail else None,
        "ms": int(ending.ms),
        "bytes": ending.bytes,
        "article": article_id,
        "revision": revision,
        "missed": ending.missed,
    }


def whole(
    db: Database, ending: Ending, opened: tuple[Any, ...], article_id: int | None, revision: int | None, *, at: float
) -> int:
    """The row of a fetch that was not opened, written once. `opened`: run, source, address, kind, time, record."""
    facts = _facts(ending, article_id, revision, at=at)
    return int(db.conn.execute(_WHOLE, (*opened, *facts.values())).lastrowid or 0)
