"""Which stored article a fetched one is: by key, by the addresses it was seen at, by its address in another spelling, or
by the very same text of the same time. Whether what is found here is believed, the pipelines decide."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from storage import looks
from storage.models import KnownArticle, Wording

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlite_utils import Database

    from storage.models import Article, Kin

_BY_KEY = "SELECT id FROM article WHERE source = ? AND key = ?"
_BY_KEYS = "SELECT key, id FROM article WHERE source = ? AND key IN ({})"
_BY_ADDRESSES = "SELECT url, article_id, claimed FROM address WHERE source = ? AND url IN ({})"
_SET_APART = (
    "SELECT a.id FROM address AS d JOIN article AS a ON a.id = d.article_id"
    " WHERE d.source = ? AND d.url = ? AND NOT d.claimed AND a.key LIKE 'url:%'"
)
_BY_TEXT = (
    "SELECT a.id FROM revision AS r JOIN article AS a ON a.id = r.article_id WHERE r.content_hash = ? AND a.source = ?"
    " AND a.key NOT LIKE 'id:%' ORDER BY a.id DESC LIMIT 1"
)
_OF_THE_ID = (
    "SELECT a.id FROM article AS a WHERE a.source = ?2 AND a.agency_id = ?3 AND substr(a.key, 1, 4) = 'url:'"
    " ORDER BY EXISTS (SELECT 1 FROM revision AS r WHERE r.article_id = a.id AND r.content_hash = ?1) DESC, a.id DESC"
    " LIMIT 1"
)
_EARLIER = (
    "SELECT title, lead, body FROM revision WHERE article_id = ? AND revision <> (SELECT revision FROM article WHERE id = ?)"
    " ORDER BY revision DESC LIMIT 20"
)
_TEXTS = (
    "SELECT content_hash, revision, announced, label, extractor, CASE WHEN announced IS NULL THEN body END FROM revision"
    " WHERE article_id = ? ORDER BY revision"
)
_KNOWN = (
    "SELECT a.id, a.source, a.key, a.url, r.content_hash, r.title, r.lead, r.body, a.status, a.story_id, a.extractor,"
    " a.last_checked_at, a.published_at, r.modified_at, a.modified_from, a.gone_status FROM article AS a"
    " JOIN revision AS r ON r.article_id = a.id AND r.revision = a.revision WHERE a.id = ?"
)


_LINE_WORDS = 6
"""Words from which on an announcement is a line of the text and no mark of the headline."""


def find(db: Database, article: Article) -> KnownArticle | None:
    """The stored article that this one most likely is.

    What its address, or that address in another dress or spelling, was before stands above what the page now calls
    itself, unless that is the agency's own id; a page that was set apart from the article it claims to be (key `url:`)
    stays so, and what is set apart now is none but that."""
    article_id = _find(db, article)
    return None if article_id is None else _known(db, article_id, article)


def last_revision(db: Database, article_id: int) -> int | None:
    """The number of the last text written of an article; the current one may be an earlier one."""
    row = db.conn.execute("SELECT max(revision) FROM revision WHERE article_id = ?", (article_id,)).fetchone()
    return None if row is None else row[0]


def _find(db: Database, article: Article) -> int | None:
    source = article.source
    if article.key.startswith("url:"):
        row = db.conn.execute(_BY_KEY, (source, article.key)).fetchone()
        return None if row is None else int(row[0])
    addresses = {article.url, article.canonical_url, *article.also}
    keys = {article.key, *article.also}
    led, here = dict[str, int](), dict[str, int]()
    for url, article_id, claimed in _among(db, _BY_ADDRESSES, source, addresses):
        led[url] = article_id
        if not claimed:
            here[url] = article_id
    by_key = dict(_among(db, _BY_KEYS, source, keys))
    if article.agency_id:
        row = db.conn.execute(_SET_APART, (source, article.url)).fetchone()
        found: list[int | None] = [] if row is None else [row[0]]
    else:
        found = [here.get(url) for url in (article.url, *article.also)]
    found += [by_key.get(article.key), led.get(article.url), led.get(article.canonical_url)]
    found += [each for url in article.also for each in (by_key.get(url), led.get(url))]
    return next((int(each) for each in found if each is not None), None)


def _among(db: Database, query: str, source: str, few: Collection[str]) -> list[Any]:
    """The rows of a source that have one of `few` values: a mark for each, in half the time of a JSON list's. There are as many
    statements as there are numbers of spellings of an address."""
    return db.conn.execute(query.format(", ".join("?" * len(few))), (source, *few)).fetchall()


def twin(db: Database, article: Article, kin: Sequence[Kin]) -> KnownArticle | None:
    """The article of the same source, without an id of the agency, that has this very text or shares most of it. For an
    article that has an id: the one with this text, else the last, of those that bore the id when another had it as key."""
    if article.agency_id is not None:
        values = (article.content_hash, article.source, article.agency_id)
        row = db.conn.execute(_OF_THE_ID, values).fetchone()
        return None if row is None else _known(db, row[0], article)
    if not article.body.strip():
        return None
    row = db.conn.execute(_BY_TEXT, (article.content_hash, article.source)).fetchone()
    nearest = next((one.id for one in kin if one.source == article.source), None)
    article_id = row[0] if row else nearest
    found = None if article_id is None else _known(db, article_id, article)
    return None if found is None or found.key.startswith("id:") else found


def _known(db: Database, article_id: int, article: Article) -> KnownArticle:
    row: tuple[Any, ...] = db.conn.execute(_KNOWN, (article_id,)).fetchone()
    texts = db.conn.execute(_TEXTS, (article_id,)).fetchall()
    said = [(text[0], _announced(article, *text)) for text in texts]
    earlier = db.conn.execute(_EARLIER, (article_id, article_id)).fetchall()
    here = db.conn.execute(
        "SELECT 1 FROM address WHERE source = ? AND url = ? AND article_id = ? AND NOT claimed",
        (article.source, article.url, article_id),
    ).fetchone()
    return KnownArticle(
        id=row[0],
        source=row[1],
        key=row[2],
        url=row[3],
        revision=texts[-1][1],
        content_hash=row[4],
        hashes=tuple(each for each, _ in said),
        earlier=tuple(Wording(*text) for text in earlier),
        labels=tuple(words for _, all_ in said for words in all_),
        announced=tuple(words for each, all_ in said if each == row[4] for words in all_),
        title=row[5],
        lead=row[6],
        body=row[7],
        status=row[8],
        story_id=row[9],
        extractor=row[10],
        checked_at=row[11],
        here=here is not None,
        published_at=row[12],
        modified_at=row[13],
        modified_from=row[14],
        gone_status=row[15],
        aside=looks.aside(db, article_id),
        again_since=looks.again_since(db, article_id, row[1]) if "withdrawn" in (row[8], row[15]) else None,
    )


def _announced(
    article: Article, content_hash: str, _: int, words: str | None, label: str | None, extractor: str, body: str | None
) -> tuple[str, ...]:
    """What a stored text announced.

    Of a text of an earlier version only one label is kept, in its own spelling (`RPT-UPDATE 1`). What `article` announces
    was announced by it before where the label holds it, or a line of the text is or begins so; and a line of the very
    same text that only the newer extractor found was there all the time."""
    if words is not None:
        return tuple(json.loads(words))
    lines = body.split("\n") if body and article.announced else ()
    unseen = content_hash == article.content_hash and extractor != article.extractor
    found = [label] if label else []
    for one in article.announced:
        a_line = len(one.words.split()) > 1
        if (
            (label and re.search(rf"(?<!\w){re.escape(one.words)}(?!\w)", label, re.IGNORECASE))
            or (a_line and any(line.strip().startswith(one.words) for line in lines))
            or (unseen and len(one.words.split()) >= _LINE_WORDS)
        ):
            found.append(one.words)
    return tuple(found)
