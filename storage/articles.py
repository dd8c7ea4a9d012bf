"""Articles: what is known around one, and what a decision about one writes. A decision is only carried out on the
revision that it was made on."""

from __future__ import annotations

import struct
from collections import Counter
from typing import TYPE_CHECKING, Any

from storage import clean, clock, search, stories
from storage.models import Kin, Known, KnownArticle

if TYPE_CHECKING:
    from sqlite_utils import Database

    from storage.models import Article, Decision, Status

COMMON_KEY = 100
"""A sketch's key that more articles hold is boilerplate, and tells nothing."""

MOST_KIN = 32

HASHED: tuple[str, ...] = (
    *("source", "key", "url", "canonical_url", "authors", "section", "tags", "language", "published_at"),
    *(
        "published_precision",
        "published_offset",
        "published_raw",
        "published_from",
        "modified_at",
        "modified_precision",
    ),
    *("modified_from", "agency_id", "form", "rights", "dateline", "dateline_place", "dateline_date", "dateline_agency"),
    *(
        "dateline_length",
        "credit",
        "credit_evidence",
        "credit_confidence",
        "image_url",
        "image_caption",
        "image_credit",
    ),
    *("access", "tail", "word_count", "extractor"),
)
"""The data columns of an article, in the order in which `row_hash` was made over them. Never reordered."""

_KNOWN = (
    "SELECT a.id, a.source, a.key, a.url, a.revision, r.content_hash, r.title, r.lead, r.body, a.status, a.story_id,"
    " a.extractor FROM article AS a JOIN revision AS r ON r.article_id = a.id AND r.revision = a.revision WHERE "
)
_BY_KEY = _KNOWN + "a.source = ? AND a.key = ?"
_BY_ADDRESS = _KNOWN + "a.id = (SELECT article_id FROM address WHERE source = ? AND url = ?)"  # noqa: S608 - constants
_INSERT_TEXT = (
    "INSERT INTO revision (article_id, revision, kind, label, title, lead, body, subheads, content_hash, modified_at,"
    " seen_at, extractor, row_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def known(db: Database, article: Article) -> Known:
    """What is stored of the article's identity, of its addresses, and of texts that share its sketch."""
    article = clean.article(article)
    row = db.conn.execute(_BY_KEY, (article.source, article.key)).fetchone()
    for url in dict.fromkeys((article.canonical_url, article.url)):
        row = row or db.conn.execute(_BY_ADDRESS, (article.source, url)).fetchone()
    found = _known(db, row) if row else None
    return Known(found, tuple(_kin(db, article, found.id if found else 0)))


def stands(db: Database, article: Article, decision: Decision) -> bool:
    """Whether the stored revision is still the one on which this was decided."""
    row = db.conn.execute(
        "SELECT id, revision FROM article WHERE source = ? AND key = ?", (article.source, article.key)
    ).fetchone()
    if decision.article_id is None:
        return row is None and decision.basis == 0
    stored = db.conn.execute("SELECT revision FROM article WHERE id = ?", (decision.article_id,)).fetchone()
    return stored is not None and stored[0] == decision.basis


def save(db: Database, article: Article, decision: Decision, *, address: str, at: float) -> tuple[int, int | None]:
    """Carry out a decision that stands. Answers the article and the revision that was written (None: no text).

    `address`: the URL that was leased. Raises Unstorable, ValueError for a decision that is none."""
    now = clock.text(at)
    match decision.outcome:
        case "new" | "copy":
            article_id = _insert(db, article, decision, now)
            revision = 1
            _write_text(db, article, article_id, revision, kind=decision.kind or "first", now=now)
        case "revised":
            assert decision.article_id is not None
            article_id, revision = decision.article_id, decision.basis + 1
            _update(db, article, article_id, status=decision.status, revision=revision, now=now)
            _write_text(db, article, article_id, revision, kind=decision.kind or "update", now=now)
        case "unchanged" | "alias":
            assert decision.article_id is not None
            article_id = decision.article_id
            db.conn.execute(
                "UPDATE article SET last_checked_at = max(last_checked_at, ?) WHERE id = ?", (now, article_id)
            )
            _add_addresses(db, article, article_id, address, now, moved=decision.outcome == "alias")
            return article_id, None
        case outcome:
            raise ValueError(f"{article.url}: a decision {outcome!r} cannot be carried out")
    _add_addresses(db, article, article_id, address, now, moved=False)
    _index(db, article, article_id)
    story_id = db.conn.execute("SELECT story_id FROM article WHERE id = ?", (article_id,)).fetchone()[0]
    stories.weigh(db, story_id)
    return article_id, revision


def _known(db: Database, row: tuple[Any, ...]) -> KnownArticle:
    hashes = db.conn.execute(
        "SELECT content_hash FROM revision WHERE article_id = ? ORDER BY revision", (row[0],)
    ).fetchall()
    return KnownArticle(
        id=row[0],
        source=row[1],
        key=row[2],
        url=row[3],
        revision=row[4],
        content_hash=row[5],
        hashes=tuple(h for (h,) in hashes),
        title=row[6],
        lead=row[7],
        body=row[8],
        status=row[9],
        story_id=row[10],
        extractor=row[11],
    )


def _kin(db: Database, article: Article, own_id: int) -> list[Kin]:
    shared: Counter[int] = Counter()
    for key in set(article.sketch):
        holders = db.conn.execute(
            "SELECT article_id FROM sketch WHERE key = ? LIMIT ?", (key, COMMON_KEY + 1)
        ).fetchall()
        if len(holders) <= COMMON_KEY:
            shared.update(holder for (holder,) in holders)
    shared.pop(own_id, None)
    kin = []
    for article_id, count in shared.most_common(MOST_KIN):
        source, story_id, size, content_hash, published_at, credit = db.conn.execute(
            "SELECT a.source, a.story_id, length(a.sketch) / 8, r.content_hash, a.published_at, a.credit"
            " FROM article AS a JOIN revision AS r ON r.article_id = a.id AND r.revision = a.revision WHERE a.id = ?",
            (article_id,),
        ).fetchone()
        kin.append(Kin(article_id, source, story_id, count, size, content_hash, published_at, credit))
    return kin


def _columns(article: Article) -> dict[str, Any]:
    """The data columns of `article` that come from the page."""
    published, modified, dateline, credit = article.published, article.modified, article.dateline, article.credit
    return {
        "url": article.url,
        "canonical_url": article.canonical_url,
        "authors": clean.dumps(article.authors),
        "section": article.section,
        "tags": clean.dumps(article.tags),
        "language": article.language,
        "published_at": published and published.at,
        "published_precision": published and published.precision,
        "published_offset": published and published.offset,
        "published_raw": published and published.raw,
        "published_from": published and published.origin,
        "modified_at": modified and modified.at,
        "modified_precision": modified and modified.precision,
        "modified_from": modified and modified.origin,
        "agency_id": article.agency_id,
        "form": article.form,
        "rights": article.rights,
        "dateline": dateline and dateline.text,
        "dateline_place": dateline and dateline.place,
        "dateline_date": dateline and dateline.date,
        "dateline_agency": dateline and dateline.agency,
        "dateline_length": dateline and dateline.length,
        "credit": credit and credit.agency,
        "credit_evidence": credit and credit.evidence,
        "credit_confidence": credit and credit.confidence,
        "image_url": article.image_url,
        "image_caption": article.image_caption,
        "image_credit": article.image_credit,
        "access": article.access,
        "tail": article.tail,
        "word_count": article.word_count,
        "extractor": article.extractor,
    }


def _insert(db: Database, article: Article, decision: Decision, now: str) -> int:
    data = {"source": article.source, "key": article.key, **_columns(article)}
    row = {
        **data,
        "status": decision.status,
        "revision": 1,
        "story_id": decision.story_id if decision.story_id is not None else stories.begin(db),
        "first_seen_at": now,
        "last_checked_at": now,
        "row_hash": clean.row_hash(data[name] for name in HASHED),
    }
    names = ", ".join(row)
    cursor = db.conn.execute(
        f"INSERT INTO article ({names}) VALUES ({', '.join('?' * len(row))})",  # noqa: S608 - our own column names
        tuple(row.values()),
    )
    db.conn.execute("INSERT INTO source VALUES (?, ?) ON CONFLICT DO NOTHING", (article.source, now))
    return int(cursor.lastrowid or 0)


def _update(db: Database, article: Article, article_id: int, *, status: Status, revision: int, now: str) -> None:
    data = _columns(article)
    if article.published is None:  # a page that lost its time was published all the same
        data = {name: value for name, value in data.items() if not name.startswith("published_")}
    row = {**data, "status": status, "revision": revision, "last_checked_at": now}
    sets = ", ".join(f"{name} = ?" for name in row)
    db.conn.execute(
        f"UPDATE article SET {sets} WHERE id = ?",  # noqa: S608 - our own column names
        (*row.values(), article_id),
    )
    stored = db.conn.execute(
        f"SELECT {', '.join(HASHED)} FROM article WHERE id = ?",  # noqa: S608 - our own column names
        (article_id,),
    ).fetchone()
    db.conn.execute("UPDATE article SET row_hash = ? WHERE id = ?", (clean.row_hash(stored), article_id))


def _write_text(db: Database, article: Article, article_id: int, revision: int, *, kind: str, now: str) -> None:
    data = (
        article_id,
        revision,
        kind,
        article.label,
        article.title,
        article.lead,
        article.body,
        clean.dumps(article.subheads),
        article.content_hash,
        article.modified.at if article.modified else None,
    )
    db.conn.execute(_INSERT_TEXT, (*data, now, article.extractor, clean.row_hash(data)))
    db.conn.execute(
        "INSERT INTO change (at, kind, article_id, revision) VALUES (?, ?, ?, ?)", (now, kind, article_id, revision)
    )


def _add_addresses(db: Database, article: Article, article_id: int, address: str, now: str, *, moved: bool) -> None:
    """`moved`: the page's addresses now lead to this article, whatever they led to before."""
    conflict = "UPDATE SET article_id = excluded.article_id" if moved else "NOTHING"
    for url in dict.fromkeys((address, article.url, article.canonical_url)):
        db.conn.execute(
            f"INSERT INTO address VALUES (?, ?, ?, ?) ON CONFLICT DO {conflict}",  # noqa: S608 - one of two
            (article.source, url, article_id, now),
        )


def _index(db: Database, article: Article, article_id: int) -> None:
    search_id, old = db.conn.execute("SELECT search_id, sketch FROM article WHERE id = ?", (article_id,)).fetchone()
    new_id = search.place(db, article_id)
    if search_id is not None:
        search.forget(db, search_id)
    search.add(db, new_id, article.title, article.lead, article.body)
    keys = sorted(set(article.sketch))
    before = set(struct.unpack(f"<{len(old) // 8}q", old)) if old else set()
    db.conn.executemany(
        "DELETE FROM sketch WHERE key = ? AND article_id = ?", [(k, article_id) for k in before.difference(keys)]
    )
    db.conn.executemany(
        "INSERT INTO sketch VALUES (?, ?) ON CONFLICT DO NOTHING", [(k, article_id) for k in keys if k not in before]
    )
    db.conn.execute(
        "UPDATE article SET search_id = ?, sketch = ? WHERE id = ?",
        (new_id, struct.pack(f"<{len(keys)}q", *keys), article_id),
    )
