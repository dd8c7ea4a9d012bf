"""Articles whose page went away: withdrawn on evidence, live again when the page is back.

A page that is gone (404, 410, an empty "not found" page, a redirect to the front page or section, nothing but an editor's
note) proves nothing by itself: publishers' servers stumble, and unpublish by mistake. An article is withdrawn when
 1. every address at which it was seen as itself, and that the frontier can look at, was gone at the last look;
 2. there were at least two such looks, and `gap` seconds lie between the first and this one;
 3. since the first one the source's other articles were not gone as well for the most part (`credible`): a site that
    has lost all its pages is broken.
Failures and refusals (5xx, time-outs, robots.txt, blocks) are no evidence, neither for nor against. The texts stay; the
status says withdrawn, `gone_at` and `gone_why` since when and why, and a change of kind `withdrawal` names the current
revision. The next look that finds the page again (also a 304) makes it what it was: a change of kind `return`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import clock

if TYPE_CHECKING:
    from sqlite_utils import Database

    from storage.models import Status

LOOKS = 2
FEW = 2
"""So many articles may be gone at once whatever becomes of the others."""

_OWN = "SELECT d.article_id FROM address AS d WHERE d.source = :source AND d.url = :url AND NOT d.claimed"
_LINKS = (
    "SELECT l.id, l.url, l.missing, l.missing_since, l.state, l.looked_at FROM address AS d JOIN link AS l"
    " ON l.source = d.source AND l.url = d.url AND l.scope = 0 AND l.kind = 'article'"
    " WHERE d.article_id = ? AND NOT d.claimed AND l.seen > l.missing"
)
_FATES = (
    "SELECT count(DISTINCT CASE WHEN outcome = 'gone' OR reason = 'soft_404' THEN url END),"
    " count(DISTINCT CASE WHEN outcome IN ('new', 'revised', 'copy', 'alias', 'unchanged', 'not_modified') THEN url END)"
    " FROM fetch INDEXED BY fetch_source WHERE source = ? AND at >= ? AND kind = 'article'"
)


def proven(looks: int, first: float, now: float, gap: float) -> bool:
    """Whether so many looks that found the page gone, the first at `first`, are evidence (rule 2)."""
    return looks >= LOOKS and now - first >= gap


def credible(gone: int, there: int) -> bool:
    """Whether `gone` articles of a source may be believed to be gone where `there` of them are found (rule 3)."""
    return gone <= FEW or gone <= there


def missed(db: Database, source: str, url: str, *, at: float, gap: float, why: str) -> int | None:
    """A look found the page of `url` gone (its link says so already). Withdraws its article where that is proven, and
    lets its other addresses be looked at; answers the article that was withdrawn."""
    row = db.conn.execute(_OWN, {"source": source, "url": url}).fetchone()
    if row is None:
        return None
    article_id = int(row[0])
    status, revision = db.conn.execute("SELECT status, revision FROM article WHERE id = ?", (article_id,)).fetchone()
    now = clock.text(at)
    db.conn.execute("UPDATE article SET last_checked_at = max(last_checked_at, ?) WHERE id = ?", (now, article_id))
    if status == "withdrawn":
        return None
    links = db.conn.execute(_LINKS, (article_id,)).fetchall()
    gone = [each for each in links if each[2]]
    if not gone:
        return None
    first = min(since for _, _, _, since, _, _ in gone)
    there = [each for each in links if not each[2] and each[4] not in ("quarantined", "retired")]
    for link_id, _, _, _, state, looked_at in there:
        if state == "done" and (looked_at is None or looked_at < first):
            db.conn.execute("UPDATE link SET state = 'pending', due = ? WHERE id = ?", (at, link_id))
    if there or not proven(sum(looks for _, _, looks, _, _, _ in gone), first, at, gap):
        return None
    if not credible(*db.conn.execute(_FATES, (source, clock.text(first))).fetchone()):
        return None
    db.conn.execute(
        "UPDATE article SET status = 'withdrawn', gone_at = ?, gone_why = ?, gone_status = ? WHERE id = ?",
        (now, why, status, article_id),
    )
    _change(db, now, "withdrawal", article_id, revision)
    return article_id


def found(db: Database, source: str, url: str, *, at: float) -> None:
    """A look found the page of `url` as it was (304): its article was looked at, and is live again if it was gone."""
    row = db.conn.execute(_OWN, {"source": source, "url": url}).fetchone()
    if row is None:
        return
    now = clock.text(at)
    db.conn.execute("UPDATE article SET last_checked_at = max(last_checked_at, ?) WHERE id = ?", (now, row[0]))
    back(db, row[0], None, now=now)


def back(db: Database, article_id: int, status: Status | None, *, now: str) -> None:
    """The page of an article that went away is there again, with the same text: the article is `status` (None: what it
    was before). Does nothing where it was not gone, or where it stays withdrawn."""
    gone, revision = db.conn.execute("SELECT gone_status, revision FROM article WHERE id = ?", (article_id,)).fetchone()
    if gone is None or (status or gone) == "withdrawn":
        return
    db.conn.execute(
        "UPDATE article SET status = ?, gone_at = NULL, gone_why = NULL, gone_status = NULL WHERE id = ?",
        (status or gone, article_id),
    )
    _change(db, now, "return", article_id, revision)


def _change(db: Database, now: str, kind: str, article_id: int, revision: int) -> None:
    db.conn.execute(
        "INSERT INTO change (at, kind, article_id, revision) VALUES (?, ?, ?, ?)", (now, kind, article_id, revision)
    )
