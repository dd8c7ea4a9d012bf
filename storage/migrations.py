"""The schema, append-only, by sqlite-utils' own Migrations. A step that was released is never edited: add the next one.

Tables may change from version to version; what other programs read are the views (`views.py`). In each table the data
columns come first and the bookkeeping columns, which say nothing about the news, after the mark.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from sqlite_utils import Database, Migrations

from storage import clock, health, rule_sets, sketches, tables
from storage.views import VIEWS

if TYPE_CHECKING:
    import sqlite3
else:
    from sqlite_utils.utils import sqlite3

APPLICATION_ID = 0x44544C4E  # "DTLN" in the file's header: a database of ours
MIGRATIONS = Migrations("dateline")

_ABSENCES = """
ALTER TABLE article ADD COLUMN gone_at TEXT;
ALTER TABLE article ADD COLUMN gone_why TEXT;
ALTER TABLE article ADD COLUMN gone_status TEXT;
ALTER TABLE link ADD COLUMN missing INTEGER NOT NULL DEFAULT 0;
ALTER TABLE link ADD COLUMN missing_since REAL;
-- 1: a page only called this its canonical address; 0: it was fetched there.
ALTER TABLE address ADD COLUMN claimed INTEGER NOT NULL DEFAULT 0;
-- JSON: the words of all marks, advisories and notes that speak of this text's revision; NULL: only `label` is known.
ALTER TABLE revision ADD COLUMN announced TEXT;
CREATE INDEX revision_hash ON revision (content_hash);
CREATE INDEX change_article ON change (article_id);
-- Of articles whose agency used an id again, the later ones.
CREATE INDEX article_apart ON article (source, agency_id) WHERE substr(key, 1, 4) = 'url:';
-- The number of a story that went into another is never used again.
CREATE TABLE merged_story (story_id INTEGER PRIMARY KEY, into_id INTEGER NOT NULL) STRICT;
CREATE INDEX merged_story_into ON merged_story (into_id);
"""
# What is rare is looked up; an index over all kinds would be chosen where it only costs.
_RARE = {
    "revision (article_id) WHERE kind": ("correction", "refile", "repeat", "withdrawal", "earlier"),
    "article (id) WHERE status": ("corrected", "withdrawn"),
}
# An address that no fetch gave was only claimed: the earlier version did not tell the two apart.
_CLAIMED = """
UPDATE address SET claimed = 1
WHERE url = (SELECT canonical_url FROM article WHERE id = article_id) AND url <> (SELECT url FROM article WHERE id = article_id)
  AND NOT EXISTS (SELECT 1 FROM link AS l WHERE l.source = address.source AND l.url = address.url AND l.seen > 0)
  AND (source, url) NOT IN (SELECT source, url FROM fetch WHERE article_id IS NOT NULL)
"""
_KINDS = "'repeat', 'withdrawal', 'minor')"

_RHYTHM = """
-- JSON of an endpoint's rhythm, as the crawler wrote it.
ALTER TABLE link ADD COLUMN rhythm TEXT;
-- JSON: [minute since the epoch, requests, polls of endpoints among them] of the last hour's minutes.
ALTER TABLE host ADD COLUMN recent TEXT NOT NULL DEFAULT '[]';
"""

_BACKFILL = """
ALTER TABLE backfill ADD COLUMN oldest_first INTEGER NOT NULL DEFAULT 0;
ALTER TABLE backfill ADD COLUMN open_end INTEGER NOT NULL DEFAULT 0;
ALTER TABLE backfill ADD COLUMN listed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE backfill ADD COLUMN entries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE backfill ADD COLUMN absent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE backfill ADD COLUMN back_to REAL;
ALTER TABLE backfill ADD COLUMN reached REAL;
ALTER TABLE backfill ADD COLUMN found INTEGER NOT NULL DEFAULT 0;
ALTER TABLE backfill ADD COLUMN known INTEGER NOT NULL DEFAULT 0;
-- The order of a backfill's rows, greater first (backfills.py), and the backfill that last found an article in its span.
ALTER TABLE link ADD COLUMN place REAL;
ALTER TABLE link ADD COLUMN wanted_by INTEGER;
UPDATE link SET place = CASE kind WHEN 'article' THEN coalesce(newest, 0) ELSE 1e12 END,
 wanted_by = CASE kind WHEN 'article' THEN backfill END WHERE backfill > 0;
-- What a finished backfill left given up is the live crawl's once it is released.
UPDATE link SET backfill = 0 WHERE kind = 'article'
 AND backfill IN (SELECT id FROM backfill WHERE finished_at IS NOT NULL);
UPDATE backfill SET found = (SELECT count(*) FROM link WHERE link.backfill = backfill.id AND kind = 'article')
 WHERE finished_at IS NULL;
CREATE INDEX link_backfill ON link (backfill, host, place DESC, rank, id) WHERE state = 'pending' AND backfill > 0;
-- Few of 200,000 waiting rows: the archive's pages, and what failed and waits for another try.
CREATE INDEX link_archive ON link (backfill, host, place DESC, id) WHERE state = 'pending' AND backfill > 0 AND rank = 1;
CREATE INDEX link_failing ON link (backfill, due) WHERE state = 'pending' AND backfill > 0 AND tries > 0;
CREATE INDEX link_live ON link (host, due) WHERE state = 'pending' AND backfill = 0;
-- Since when a backfill has left this host's turns to the live crawl, and which process asks for a source's live rows.
ALTER TABLE host ADD COLUMN waits_since REAL;
CREATE TABLE watch (
  source TEXT NOT NULL,
  owner TEXT NOT NULL,
  at REAL NOT NULL,
  PRIMARY KEY (source, owner)
) STRICT, WITHOUT ROWID;
"""

_REEXTRACTION = """
-- What extraction was told of a page beside its bytes. `captured_at` NULL: kept by an earlier version, without these.
ALTER TABLE raw_page ADD COLUMN content_type TEXT;
ALTER TABLE raw_page ADD COLUMN reserved TEXT;
ALTER TABLE raw_page ADD COLUMN captured_at TEXT;
ALTER TABLE revision ADD COLUMN tail TEXT;
-- The extractor that found no article in the text's page when it read it again, and its reason: the words stay.
ALTER TABLE revision ADD COLUMN refused_by TEXT;
ALTER TABLE revision ADD COLUMN refused_why TEXT;
UPDATE revision SET tail = (SELECT tail FROM article AS a WHERE a.id = article_id)
 WHERE (article_id, revision) IN (SELECT id, revision FROM article WHERE tail IS NOT NULL);
"""

_HOSTS = """
-- Since when a host's requests fail in a row, how the last of them ended, and its new addresses of the day, as JSON.
ALTER TABLE host ADD COLUMN down_since REAL;
ALTER TABLE host ADD COLUMN said TEXT;
ALTER TABLE host ADD COLUMN offered TEXT NOT NULL DEFAULT '{}';
-- When the first and the last look failed since the last one that did not.
ALTER TABLE link ADD COLUMN failing_since REAL;
ALTER TABLE link ADD COLUMN failed_at REAL;
-- Those of `tries` for which nothing was asked, since the host's rules or our own forbade it: they are no failures.
ALTER TABLE link ADD COLUMN unasked INTEGER NOT NULL DEFAULT 0;
-- Those of them in a row that the host's robots.txt forbade, outages between them passed over.
ALTER TABLE link ADD COLUMN forbidden INTEGER NOT NULL DEFAULT 0;
-- Links that were not taken, since they look like a trap.
CREATE TABLE refused_link (
  day TEXT NOT NULL,
  source TEXT NOT NULL,
  host TEXT NOT NULL,
  reason TEXT NOT NULL,
  count INTEGER NOT NULL,
  example TEXT NOT NULL,
  PRIMARY KEY (day, source, host, reason)
) STRICT, WITHOUT ROWID;
"""

_WIRE = """
-- When an article stands on the wire: its publication; of a bare day, without a time, or in the future, when it was first seen.
-- What the wire can be narrowed by comes along, so that no row is read that is not shown.
CREATE INDEX article_wire ON article (
  CASE WHEN published_at IS NULL OR published_at > first_seen_at
    OR (length(published_at) = 10 AND substr(first_seen_at, 1, 10) = published_at)
  THEN first_seen_at ELSE published_at END,
  id, source, language, section
);
CREATE INDEX fetch_article ON fetch (article_id) WHERE article_id IS NOT NULL;
-- By what a search is narrowed and its hits are counted, in the order of the hits; the datelines of a place, newest first.
CREATE INDEX article_found ON article (search_id, source, language, coalesce(credit, dateline_agency), dateline_place);
CREATE INDEX article_place ON article (dateline_place, search_id) WHERE dateline_place IS NOT NULL;
"""


@MIGRATIONS()
def m001_tables(db: Database) -> None:
    """Articles, texts, the frontier and its ledger."""
    _run(db, tables.ARTICLES + tables.FRONTIER)
    db.conn.execute(tables.SEARCH)
    db.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.conn.execute("INSERT INTO meta VALUES ('created_at', ?)", (clock.text(time.time()),))


@MIGRATIONS()
def m002_views(db: Database) -> None:
    """What other programs read."""
    for view in VIEWS:
        db.conn.execute(f"CREATE VIEW {view.name} AS {view.sql}")


@MIGRATIONS()
def m003_absences(db: Database) -> None:
    """Pages that went away, addresses that a page only claimed, texts that came late."""
    _run(db, _ABSENCES)
    # A constraint that lets more through changes nothing on the disk: https://sqlite.org/lang_altertable.html, section 7.
    db.conn.execute("PRAGMA writable_schema = ON")
    db.conn.execute(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'revision'",
        (_KINDS, _KINDS.replace(")", ", 'earlier')")),
    )
    db.conn.execute("PRAGMA writable_schema = RESET")
    for where, values in _RARE.items():
        table = where.partition(" ")[0]
        for value in values:
            db.conn.execute(f"CREATE INDEX {table}_{value} ON {where} = '{value}'")
    db.conn.execute(_CLAIMED)
    for view in VIEWS:
        db.conn.execute(f"DROP VIEW IF EXISTS {view.name}")
        db.conn.execute(f"CREATE VIEW {view.name} AS {view.sql}")


@MIGRATIONS()
def m004_sketches(db: Database) -> None:
    """Sketches of 32 bits, parted by week."""
    sketches.from_63_bits(db)


@MIGRATIONS()
def m005_rhythm(db: Database) -> None:
    """What an endpoint's polls have taught, and a host's requests of the last hour."""
    _run(db, _RHYTHM)


@MIGRATIONS()
def m006_health(db: Database) -> None:
    """What each source's own past makes of its present; fetches of backfills told from live ones."""
    _run(db, health.TABLE)
    # Fetches of earlier backfills cannot be told from live ones any more: they count as live.
    for view in VIEWS:
        db.conn.execute(f"DROP VIEW IF EXISTS {view.name}")
        db.conn.execute(f"CREATE VIEW {view.name} AS {view.sql}")


@MIGRATIONS()
def m007_backfill(db: Database) -> None:
    """The order and the progress of backfills, and the turns that they leave to the live crawl."""
    _run(db, _BACKFILL)


@MIGRATIONS()
def m008_reextraction(db: Database) -> None:
    """Pages with all that extraction was told of them; the tail of every text; pages that are no articles any more."""
    _run(db, _REEXTRACTION)
    for view in VIEWS:
        db.conn.execute(f"DROP VIEW IF EXISTS {view.name}")
        db.conn.execute(f"CREATE VIEW {view.name} AS {view.sql}")


@MIGRATIONS()
def m009_rule_sets(db: Database) -> None:
    """Rules learned from a source's own pages, and the profile's selectors that a page had nothing for."""
    _run(db, rule_sets.TABLES)
    _run(db, "ALTER TABLE fetch ADD COLUMN missed TEXT;")


@MIGRATIONS()
def m010_hosts(db: Database) -> None:
    """Hosts that are down, addresses that were given up, links that look like a trap."""
    _run(db, _HOSTS)


@MIGRATIONS()
def m011_wire(db: Database) -> None:
    """The articles in the order in which readers are shown them, and the fetches of an article; who was first, anew."""
    _run(db, _WIRE)
    for view in VIEWS:
        db.conn.execute(f"DROP VIEW IF EXISTS {view.name}")
        db.conn.execute(f"CREATE VIEW {view.name} AS {view.sql}")


def _run(db: Database, script: str) -> None:
    """Do the statements of a script, within the migration's transaction. `Database.executescript` does the same, but asks
    SQLite after each character whether the statement ends there: half the time that a new database takes."""
    statement = ""
    for part in re.split("(?<=;)", script):
        statement += part
        if sqlite3.complete_statement(statement):
            db.conn.execute(statement)
            statement = ""
    if statement.strip():
        db.conn.execute(statement)


def version() -> int:
    """The schema version that this code knows: the number of its migrations."""
    return len(MIGRATIONS.pending(Database(memory=True, execute_plugins=False)))
