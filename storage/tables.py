"""The tables of the first schema, as SQL. Released: never edited, `migrations` changes them step by step."""

from __future__ import annotations

ARTICLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE source (name TEXT PRIMARY KEY, added_at TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE story (
  story_id INTEGER PRIMARY KEY,
  origin_article_id INTEGER,
  origin_agency TEXT
) STRICT;

CREATE TABLE article (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  key TEXT NOT NULL,
  url TEXT NOT NULL,
  canonical_url TEXT NOT NULL,
  authors TEXT NOT NULL,
  section TEXT,
  tags TEXT NOT NULL,
  language TEXT,
  published_at TEXT,
  published_precision TEXT,
  published_offset TEXT,
  published_raw TEXT,
  published_from TEXT,
  modified_at TEXT,
  modified_precision TEXT,
  modified_from TEXT,
  agency_id TEXT,
  form TEXT NOT NULL,
  rights TEXT NOT NULL,
  dateline TEXT,
  dateline_place TEXT,
  dateline_date TEXT,
  dateline_agency TEXT,
  dateline_length INTEGER,
  credit TEXT,
  credit_evidence TEXT,
  credit_confidence TEXT,
  image_url TEXT,
  image_caption TEXT,
  image_credit TEXT,
  access TEXT NOT NULL,
  tail TEXT,
  word_count INTEGER NOT NULL,
  extractor TEXT NOT NULL,
  -- bookkeeping
  status TEXT NOT NULL CHECK (status IN ('live', 'corrected', 'withdrawn')),
  revision INTEGER NOT NULL,
  story_id INTEGER NOT NULL REFERENCES story (story_id),
  first_seen_at TEXT NOT NULL,
  last_checked_at TEXT NOT NULL,
  search_id INTEGER UNIQUE,
  sketch BLOB,
  row_hash BLOB NOT NULL,
  UNIQUE (source, key)
) STRICT;
CREATE INDEX article_story ON article (story_id);
CREATE INDEX article_published ON article (published_at);
CREATE INDEX article_seen ON article (source, first_seen_at);

CREATE TABLE revision (
  id INTEGER PRIMARY KEY,
  article_id INTEGER NOT NULL REFERENCES article (id),
  revision INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('first', 'update', 'correction', 'refile', 'repeat', 'withdrawal', 'minor')),
  label TEXT,
  title TEXT NOT NULL,
  lead TEXT,
  body TEXT NOT NULL,
  subheads TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  modified_at TEXT,
  -- bookkeeping
  seen_at TEXT NOT NULL,
  extractor TEXT NOT NULL,
  row_hash BLOB NOT NULL,
  UNIQUE (article_id, revision)
) STRICT;
CREATE TRIGGER revision_is_kept BEFORE DELETE ON revision
BEGIN SELECT RAISE(ABORT, 'revisions are never deleted'); END;

CREATE TABLE address (
  source TEXT NOT NULL,
  url TEXT NOT NULL,
  article_id INTEGER NOT NULL REFERENCES article (id),
  -- bookkeeping
  first_seen_at TEXT NOT NULL,
  PRIMARY KEY (source, url)
) STRICT, WITHOUT ROWID;
CREATE INDEX address_article ON address (article_id);
CREATE INDEX address_url ON address (url);

CREATE TABLE sketch (
  key INTEGER NOT NULL,
  article_id INTEGER NOT NULL,
  PRIMARY KEY (key, article_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE change (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL,
  kind TEXT NOT NULL,
  article_id INTEGER NOT NULL REFERENCES article (id),
  revision INTEGER NOT NULL
) STRICT;
"""

# Text arrives cut for the index (storage/tokens.py). Marks belong to words: without Mn and Mc every Hindi or Thai
# vowel sign would end a token. The rowid follows publication, so that "newest first" is the order of the rowid.
SEARCH = """
CREATE VIRTUAL TABLE search USING fts5(
  title, lead, body, content='', contentless_delete=1,
  tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
)"""

FRONTIER = """
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  started_at TEXT NOT NULL,
  finished_at TEXT,
  finish_reason TEXT,
  counts TEXT,
  -- bookkeeping
  owner TEXT
) STRICT;
CREATE INDEX run_source ON run (source, started_at);

CREATE TABLE fetch (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER REFERENCES run (id),
  source TEXT NOT NULL,
  url TEXT NOT NULL,
  kind TEXT NOT NULL,
  at TEXT NOT NULL,
  ended_at TEXT,
  status INTEGER,
  requests INTEGER,
  urls TEXT,
  outcome TEXT,
  reason TEXT,
  detail TEXT,
  ms INTEGER,
  bytes INTEGER,
  article_id INTEGER REFERENCES article (id),
  revision INTEGER,
  -- bookkeeping
  record TEXT UNIQUE,
  owner TEXT
) STRICT;
CREATE INDEX fetch_source ON fetch (source, at);
CREATE INDEX fetch_run ON fetch (run_id);

CREATE TABLE raw_page (
  fetch_id INTEGER PRIMARY KEY REFERENCES fetch (id),
  article_id INTEGER,
  source TEXT NOT NULL,
  url TEXT NOT NULL,
  final_url TEXT NOT NULL,
  status INTEGER,
  charset TEXT,
  witness TEXT,
  fetched_at TEXT NOT NULL,
  length INTEGER NOT NULL,
  body BLOB NOT NULL,
  -- bookkeeping
  size INTEGER NOT NULL,
  row_hash BLOB NOT NULL
) STRICT;
CREATE INDEX raw_page_age ON raw_page (fetched_at, size);
CREATE INDEX raw_page_article ON raw_page (article_id);

CREATE TABLE backfill (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  since REAL NOT NULL,
  until REAL NOT NULL,
  started_at TEXT NOT NULL,
  finished_at TEXT
) STRICT;
CREATE INDEX backfill_source ON backfill (source) WHERE finished_at IS NULL;

-- The frontier. `backfill` 0 is live work. `scope` parts a backfill's endpoints from the live ones of the same URL.
CREATE TABLE link (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  url TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('article', 'feed', 'sitemap', 'listing', 'robots')),
  scope INTEGER NOT NULL DEFAULT 0,
  host TEXT NOT NULL,
  witness TEXT,
  modified REAL,
  found_at REAL NOT NULL,
  -- bookkeeping
  backfill INTEGER NOT NULL DEFAULT 0,
  parent INTEGER,
  seeded INTEGER NOT NULL DEFAULT 0,
  first INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL CHECK (state IN ('pending', 'leased', 'held', 'done', 'quarantined', 'retired')),
  rank INTEGER NOT NULL,
  newest REAL,
  due REAL,
  again INTEGER NOT NULL DEFAULT 0,
  vain INTEGER NOT NULL DEFAULT 0,
  seen INTEGER NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0,
  interrupted INTEGER NOT NULL DEFAULT 0,
  looked_at REAL,
  etag TEXT,
  last_modified TEXT,
  owner TEXT,
  leased_at REAL,
  until REAL,
  delay REAL,
  fetch_id INTEGER,
  reason TEXT,
  UNIQUE (source, url, scope)
) STRICT;
CREATE INDEX link_next ON link (source, backfill, host, rank, newest DESC, id) WHERE state = 'pending';
CREATE INDEX link_due ON link (source, backfill, due) WHERE state = 'pending';
CREATE INDEX link_leased ON link (host) WHERE state = 'leased';
CREATE INDEX link_quarantined ON link (source) WHERE state = 'quarantined';
CREATE INDEX link_seeded ON link (source) WHERE seeded;
CREATE INDEX link_first ON link (source) WHERE first AND kind = 'article';
CREATE INDEX link_parent ON link (parent) WHERE parent IS NOT NULL;

CREATE TABLE host (
  host TEXT PRIMARY KEY,
  robots_status TEXT,
  robots_body TEXT NOT NULL DEFAULT '',
  robots_until REAL NOT NULL DEFAULT 0,
  crawl_delay REAL,
  -- bookkeeping
  next_at REAL NOT NULL DEFAULT 0,
  paused_until REAL NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- A redirect of a leased fetch to another host, or a retry: in flight there until the fetch ends.
CREATE TABLE hop (
  fetch_id INTEGER NOT NULL,
  host TEXT NOT NULL,
  until REAL NOT NULL,
  granted INTEGER NOT NULL,
  PRIMARY KEY (fetch_id, host)
) STRICT, WITHOUT ROWID;
CREATE INDEX hop_host ON hop (host);

CREATE TABLE owner (
  id TEXT PRIMARY KEY,
  pid INTEGER NOT NULL,
  started TEXT,
  boot TEXT,
  space TEXT,
  registered_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
"""
