"""What a database of `wire` must hold at any moment, whatever was killed or cut: lines that name what it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.torture.ledger_rules import broken
from bench.torture.wire import FEED, TEXTS, is_wall, listed, text
from storage import checks, sums

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlite_utils import Database

RULES: dict[str, str] = {
    "a text without its raw page": (
        "SELECT id FROM fetch WHERE outcome IN ('new', 'revised') EXCEPT SELECT fetch_id FROM raw_page"
    ),
    "an article without its sketch": "SELECT id FROM article EXCEPT SELECT article_id FROM sketch",
    "a row whose looks are not its fetches": (
        "SELECT l.url, l.seen, count(f.id) FROM link AS l LEFT JOIN fetch AS f ON f.source = l.source AND f.url = l.url"
        " AND f.outcome IN ('new', 'revised', 'listed', 'rejected') GROUP BY l.id HAVING l.seen <> count(f.id)"
    ),
}
"""Besides those of every ledger: what is true of this wire."""


def faults(db: Database, acknowledged: Iterable[str], *, finished: bool) -> Iterator[str]:
    """What is wrong. `acknowledged`: the lines that `wire.Crawl` told. `finished`: all that was listed must be judged."""
    conn = db.conn
    for (said,) in conn.execute("PRAGMA integrity_check").fetchall():
        if said != "ok":
            yield f"integrity_check: {said}"
    for row in conn.execute("PRAGMA foreign_key_check").fetchall():
        yield f"foreign_key_check: {row}"
    for what in checks.damaged(db):
        yield f"damaged: {what}"
    for table in sums.wrong(db):
        yield f"the sum over table {table} is not that of its rows"
    yield from broken(db)
    for rule, query in RULES.items():
        if found := conn.execute(query).fetchall():
            yield f"{rule}: {len(found)}, the first {found[0]}"
    yield from _lost(db, acknowledged)
    yield from _texts(db, finished=finished)


def _lost(db: Database, acknowledged: Iterable[str]) -> Iterator[str]:
    """Acknowledged endings that are not there."""
    stored = {
        row[0]: row[1:]
        for row in db.conn.execute(
            "SELECT id, outcome || coalesce(':' || reason, ''), url, coalesce(revision, 0) FROM fetch"
        )
    }
    lost = []
    for line in acknowledged:
        fetch, outcome, url, _, revision = line.split()
        if (there := stored.get(int(fetch))) != (outcome, url, int(revision)):
            lost.append(f"{line!r}, and stored is {there}")
    if lost:
        yield f"acknowledged endings lost: {len(lost)}, the first {lost[0]}"


def _texts(db: Database, *, finished: bool) -> Iterator[str]:
    """Articles whose texts are not, one after another, those that their page bore; rows that no look of the feed gave."""
    conn = db.conn
    row = conn.execute("SELECT seen FROM link WHERE url = ?", (FEED,)).fetchone()
    if row is None:
        return
    rows = {
        url: (seen, state)
        for url, seen, state in conn.execute("SELECT url, seen, state FROM link WHERE kind = 'article'")
    }
    (polls,) = conn.execute("SELECT count(*) FROM fetch WHERE url = ? AND outcome = 'listed'", (FEED,)).fetchone()
    # Its last looks may have listed nothing: the crawl was coming to an end.
    looks = max((int(url.rpartition("/")[2].split("-")[0]) + 1 for url in rows), default=0)
    wanted = {url for look in range(looks) for url in listed(look)}
    if wanted != rows.keys() or looks > polls:
        yield f"the feed was read {polls} times and gave pages of {looks} looks: {len(wanted ^ rows.keys())} rows differ"
    kept: dict[str, list[str]] = {}
    for url, content in conn.execute(
        "SELECT a.url, r.content_hash FROM article AS a JOIN revision AS r ON r.article_id = a.id ORDER BY a.id, r.revision"
    ):
        kept.setdefault(url, []).append(content)
    for url, (seen, state) in rows.items():
        due = [] if is_wall(url) else [text(url, look).content_hash for look in range(seen)]
        if kept.pop(url, []) != due:
            yield f"{url}: looked at {seen} times, and its texts are not those of these looks"
        if finished and (state != "done" or seen != (1 if is_wall(url) else TEXTS)):
            yield f"{url}: is {state} after {seen} looks at the end"
    if kept:
        yield f"articles that no row leads to: {len(kept)}, the first {next(iter(kept))}"
    if finished:
        for what, query in (
            ("fetches without an outcome", "SELECT count(*) FROM fetch WHERE outcome IS NULL"),
            ("processes still entered", "SELECT count(*) FROM owner"),
            ("runs left open", "SELECT count(*) FROM run WHERE finished_at IS NULL"),
        ):
            (count,) = conn.execute(query).fetchone()
            if count:
                yield f"{what} at the end: {count}"
