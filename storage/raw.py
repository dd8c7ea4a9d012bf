"""Raw pages: the bytes that were fetched, compressed, kept for a time so that articles can be extracted anew from them."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from storage import clean, clock
from storage.models import Page
from storage.witness import from_json, to_json

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd  # comes with Scrapy

if TYPE_CHECKING:
    from sqlite_utils import Database

    from storage.models import Profile

LEVEL = 2
_TABLE = 14
"""Bits of the tables in which earlier words of a page are looked up: they stay in the processor's cache. Against level 3
with its own tables this takes a third less time for 4 % more bytes; a page is kept for days only (`DAYS`)."""
_PACKER = zstd.ZstdCompressor(
    options={
        zstd.CompressionParameter.compression_level: LEVEL,
        zstd.CompressionParameter.hash_log: _TABLE,
        zstd.CompressionParameter.chain_log: _TABLE,
    }
)
"""Made once: what it works in takes a sixth of the time of packing a page. It locks itself while it packs a frame."""

DAYS = 14.0
MOST_BYTES = 5 * 10**9
_STEP = 500
_PAGE = """
SELECT p.url, p.final_url, p.body, p.row_hash, coalesce(p.captured_at, r.seen_at, p.fetched_at), p.status, p.charset,
  p.content_type, p.witness, p.captured_at IS NULL AND f.requests > 0,
  CASE WHEN p.captured_at IS NOT NULL THEN p.reserved WHEN a.rights = 'reserved' THEN 'as it was stored' END
FROM raw_page AS p LEFT JOIN fetch AS f ON f.id = p.fetch_id
  LEFT JOIN revision AS r ON r.article_id = f.article_id AND r.revision = f.revision
  LEFT JOIN article AS a ON a.id = f.article_id
WHERE p.fetch_id = ?
"""
_KEEP = (
    "INSERT OR IGNORE INTO raw_page (fetch_id, article_id, source, url, final_url, status, charset, witness, fetched_at,"
    " length, body, size, row_hash, content_type, reserved, captured_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_KEEP_INSTEAD = _KEEP.replace("IGNORE", "REPLACE", 1)
"""Of a fetch that has a page: rarely, and SQLite takes longer for it even where there is none."""


class Damaged(Exception):
    """A kept page's bytes are not those that were written."""


def keep(db: Database, fetch_id: int, page: Page, *, article_id: int | None, at: float) -> None:
    """Keep a fetched page with all that its extraction was told: `read` gives the same page again. `at`: when it is kept,
    in epoch seconds, from which its age counts."""
    packed = _PACKER.compress(page.body, zstd.ZstdCompressor.FLUSH_FRAME)
    row = (
        fetch_id,
        article_id,
        page.profile.source,
        clean.text(page.url),
        clean.text(page.final_url),
        page.status,
        _text(page.charset),
        to_json(clean.link(page.witness)) if page.witness else None,
        clock.text(at),
        len(page.body),
        packed,
        len(packed),
        hashlib.sha256(packed).digest()[:16],
        _text(page.content_type),
        _text(page.reserved),
        clean.text(page.fetched_at),
    )
    if not db.conn.execute(_KEEP, row).rowcount:
        db.conn.execute(_KEEP_INSTEAD, row)


def read(db: Database, fetch_id: int, profile: Profile) -> Page | None:
    """The page that a fetch gave, as it went into extraction, with `profile`; None where it is not kept (any more).

    What an earlier version kept lacks the content type, and whether the text was reserved: that is then as it was stored.
    Raises Damaged."""
    row = db.conn.execute(_PAGE, (fetch_id,)).fetchone()
    if row is None:
        return None
    url, final_url, body, row_hash, captured_at, status, charset, content_type, witness, fetched, reserved = row
    if not is_whole(body, row_hash):
        raise Damaged(f"the kept page of fetch {fetch_id} is damaged on the disk")
    told = from_json(witness)
    if fetched and told is not None:  # an earlier version kept what the feed said, not what extraction was told
        told = replace(told, whole=False)
    return Page(
        url=url,
        final_url=final_url,
        body=zstd.decompress(body),
        fetched_at=captured_at,
        profile=profile,
        status=status or 0,
        charset=charset,
        content_type=content_type,
        witness=told,
        reserved=reserved,
    )


def _text(value: str | None) -> str | None:
    return clean.text(value) if value else None


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
