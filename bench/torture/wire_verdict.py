"""What a database of `wire` must hold at any moment, whatever was killed or cut: lines that name what it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.torture.wire import FEED, TEXTS, is_wall, listed, text
from storage import checks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlite_utils import Database

# Each: a name and a query that gives nothing where all is well. What one transaction writes together is compared.
_HALVES = (
    (
        "a revision without its change",
        "SELECT article_id, revision FROM revision EXCEPT SELECT article_id, revision FROM change",
    ),
    (
        "a change without its revision",
        "SELECT article_id, revision FROM change EXCEPT SELECT article_id, revision FROM revision",
    ),
    (
        "a revision that is not of exactly one fetch",
        "SELECT r.article_id, r.revision, count(f.id) FROM revision AS r LEFT JOIN fetch AS f ON f.article_id = r.article_id"
        " AND f.revision = r.revision AND f.outcome IN ('new', 'revised') GROUP BY 1, 2 HAVING count(f.id) <> 1",
    ),
    (
        "a fetch whose text is not there",
        "SELECT f.id FROM fetch AS f WHERE f.outcome IN ('new', 'revised') AND NOT EXISTS (SELECT 1 FROM revision AS r"
        " WHERE r.article_id = f.article_id AND r.revision = f.revision)",
    ),
    (
        "a fetch whose raw page is not there",
        "SELECT id FROM fetch WHERE outcome IN ('new', 'revised') EXCEPT SELECT fetch_id FROM raw_page",
    ),
    (
        "an article whose number of texts is not its revision",
        "SELECT id FROM article AS a WHERE (a.revision, a.revision) <>"
        " (SELECT count(*), max(r.revision) FROM revision AS r WHERE r.article_id = a.id)",
    ),
    (
        "an article out of the index",
        "SELECT id FROM article WHERE search_id IS NULL OR search_id NOT IN (SELECT id FROM search_docsize)",
    ),
    ("an index entry of no article", "SELECT id FROM search_docsize EXCEPT SELECT search_id FROM article"),
    ("an article without its address", "SELECT source, url FROM article EXCEPT SELECT source, url FROM address"),
    ("an article without its sketch", "SELECT id FROM article EXCEPT SELECT article_id FROM sketch"),
    ("an article without its story", "SELECT story_id FROM article EXCEPT SELECT story_id FROM story"),
    (
        "an open fetch that nobody holds",
        "SELECT id FROM fetch WHERE outcome IS NULL AND id NOT IN (SELECT fetch_id FROM link WHERE state = 'leased')",
    ),
    (
        "a lease without its open fetch",
        "SELECT id FROM link WHERE state = 'leased'"
        " AND fetch_id NOT IN (SELECT id FROM fetch WHERE outcome IS NULL AND ended_at IS NULL)",
    ),
    (
        "a row whose looks are not its fetches",
        "SELECT l.url, l.seen, count(f.id) FROM link AS l LEFT JOIN fetch AS f ON f.source = l.source AND f.url = l.url"
        " AND f.outcome IN ('new', 'revised', 'listed', 'rejected') GROUP BY l.id HAVING l.seen <> count(f.id)",
    ),
    (
        "an outcome without its facts",
        "SELECT id FROM fetch WHERE (outcome IS NULL) <> (ended_at IS NULL)"
        " OR outcome <> 'interrupted' AND (requests IS NULL OR requests <> json_array_length(urls))"
        " OR (outcome IN ('rejected', 'failed', 'blocked')) <> (reason IS NOT NULL)",
    ),
    (
        "a number of changes left out",
        "SELECT max(seq) FROM change HAVING max(seq) <> count(*)",
    ),
)  # fmt: skip


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
    for name, query in _HALVES:
        if found := conn.execute(query).fetchall():
            yield f"{name}: {len(found)}, the first {found[0]}"
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
