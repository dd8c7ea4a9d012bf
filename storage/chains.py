"""Where a listing that is read from page to page ends, by what the articles of its last page turned out to be.

A listing without dates says itself nothing of its age. But a backfill's next page waits for the articles of the page
before it (`backfills.place`), so that by then most of those have been read, and have said when they were published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from storage import backfills, clock
from storage.witness import from_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

Step = Literal["read", "wait", "end", "leave"]

UNDATED = 20
"""Pages that an estimate, which reads no articles, reads of a listing whose articles' times nobody knows: it cannot tell
where the span begins."""

JUDGED = 0.5
"""Share of a page's articles whose time must be known for the page to be judged by them."""

BEYOND = "beyond_span"
"""How the reason of a page begins that is not read because the one before it lay before the span."""

_ARTICLES = """
SELECT l.state = 'leased', l.reason, a.published_at, l.newest
FROM link AS l INDEXED BY link_parent
LEFT JOIN address AS d ON d.source = l.source AND d.url = l.url AND NOT d.claimed
LEFT JOIN article AS a ON a.id = d.article_id
WHERE l.parent = :page AND l.kind = 'article'
"""


def onward(last: Sequence[float | None], *, under_way: int, since: float) -> Step:
    """Whether the page after another is read, which had articles of these times (the last moments that they may mean, epoch
    seconds; None: not known) and `under_way` of them still being fetched. It is not where all that is known of enough
    of them lies before `since`."""
    known = [at for at in last if at is not None]
    if any(at >= since for at in known):
        return "read"
    if under_way:
        return "wait"
    return "end" if known and len(known) >= JUDGED * len(last) else "read"


def step(db: Database, row: tuple[Any, ...], backfill: int, *, articles_too: bool) -> Step:
    """What to do with a backfill's page that is due. One beyond the span is done with, unread. `articles_too`: the backfill
    fetches articles, and not only their lists."""
    witness = from_json(row[10])
    if witness is None or witness.shown is None:
        return "read"
    found = db.conn.execute(
        "SELECT l.parent, b.since, b.oldest_first FROM link AS l JOIN backfill AS b ON b.id = :backfill WHERE l.id = :id",
        {"id": row[0], "backfill": backfill},
    ).fetchone()
    if found is None or found[2]:  # oldest first, a listing is read to its end before any article
        return "read"
    page, since, _ = found
    articles = db.conn.execute(_ARTICLES, {"page": page}).fetchall()
    times = [_time(reason, published) for _, reason, published, _ in articles]
    dated = any(newest is not None for *_, newest in articles)
    if not articles_too and not dated and not any(times) and witness.page >= UNDATED:
        return "leave"
    goes = onward(times, under_way=sum(leased for leased, *_ in articles), since=since)
    if goes == "end":
        newest = clock.text(max(at for at in times if at is not None))
        why = f"{BEYOND}: the newest article of the page before it is of {newest}"
        db.conn.execute("UPDATE link SET state = 'done', due = NULL, reason = ? WHERE id = ?", (why, row[0]))
    elif goes == "read":
        known = sorted(at for at in times if at is not None)
        if known:
            db.conn.execute("UPDATE backfill SET reached = ? WHERE id = ?", (known[len(known) // 2], backfill))
    return goes


def _time(reason: str | None, published: str | None) -> float | None:
    """When an article was published at the latest, by what is stored of it or by why it was not."""
    said = published or (reason.rpartition(" ")[2] if reason and backfills.lay_outside(reason) else None)
    at = clock.epoch(said) if said else None
    return at if at is None or said is None or len(said) > len("2026-11-01") else at + backfills.DAY_ENDS
