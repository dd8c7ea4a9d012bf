"""Raw pages: the bytes that were fetched, compressed, kept for a time so that articles can be extracted anew from them."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage import clean, clock
from storage.witness import from_json, to_json

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd  # comes with Scrapy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database

    from storage.models import Ending, Link

LEVEL = 3
DAYS = 14.0
MOST_BYTES = 5 * 10**9
_STEP = 500


@dataclass(frozen=True, slots=True)
class RawPage:
    """A kept page, unpacked."""

    fetch_id: int
    article_id: int | None
    source: str
    url: str
    final_url: str
    status: int | None
    charset: str | None
    witness: Link | None
    fetched_at: str
    body: bytes


def keep(db: Database, ending: Ending, *, source: str, url: str, article_id: int | None) -> None:
    """Keep the bytes of a fetch."""
    assert ending.raw is not None
    packed = zstd.compress(ending.raw, level=LEVEL)
    witness = to_json(clean.link(ending.lease.witness)) if ending.lease and ending.lease.witness else None
    db.conn.execute(
        "INSERT OR REPLACE INTO raw_page (fetch_id, article_id, source, url, final_url, status, charset, witness,"
        " fetched_at, length, body, size, row_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            ending.fetch_id,
            article_id,
            source,
            url,
            clean.text(ending.urls[-1]) if ending.urls else url,
            ending.status,
            clean.text(ending.charset) if ending.charset else None,
            witness,
            clock.text(ending.at),
            len(ending.raw),
            packed,
            len(packed),
            hashlib.sha256(packed).digest()[:16],
        ),
    )


def pages(db: Database, *, source: str | None = None) -> Iterator[RawPage]:
    """The kept pages, oldest first, each unpacked as it comes."""
    after = 0
    while rows := db.conn.execute(
        "SELECT fetch_id, article_id, source, url, final_url, status, charset, witness, fetched_at, body FROM raw_page"
        " WHERE fetch_id > ? AND (source = ? OR ? IS NULL) ORDER BY fetch_id LIMIT 20",
        (after, source, source),
    ).fetchall():
        for row in rows:
            yield RawPage(*(*row[:7], from_json(row[7]), row[8], zstd.decompress(row[9])))
        after = rows[-1][0]


def is_whole(packed: bytes, row_hash: bytes) -> bool:
    """Whether a kept page's bytes are those that were written."""
    return hashlib.sha256(packed).digest()[:16] == row_hash


def prune(db: Database, *, now: float, days: float = DAYS, most_bytes: int = MOST_BYTES) -> int:
    """Drop up to `_STEP` kept pages that are older than `days`, or the oldest while all take more than `most_bytes`.

    Answers how many were dropped; 0: nothing is left to drop. The space goes back to the file (`vacuum`)."""
    before = clock.text(now - days * 86400)
    old = db.conn.execute(
        "DELETE FROM raw_page WHERE fetch_id IN (SELECT fetch_id FROM raw_page WHERE fetched_at < ? LIMIT ?) RETURNING 1",
        (before, _STEP),
    ).fetchall()
    if old:
        return len(old)
    (total,) = db.conn.execute("SELECT coalesce(sum(size), 0) FROM raw_page").fetchone()
    doomed = []
    for fetch_id, size in db.conn.execute(
        "SELECT fetch_id, size FROM raw_page ORDER BY fetched_at, fetch_id LIMIT ?", (_STEP,)
    ):
        if total <= most_bytes:
            break
        doomed.append((fetch_id,))
        total -= size
    db.conn.executemany("DELETE FROM raw_page WHERE fetch_id = ?", doomed)
    return len(doomed)
