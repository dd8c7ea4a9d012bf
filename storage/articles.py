"""Articles: what is known around one, and what a decision about one writes. A decision is only carried out on the
revision that it was made on."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from storage import absences, clean, clock, identities, indexing, search, sketches, stories
from storage.models import Known

if TYPE_CHECKING:
    from sqlite_utils import Database

    from storage.models import Article, Decision, Status

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

HASHED_OF_A_TEXT = ("label", "title", "lead", "body", "subheads", "content_hash", "modified_at")
"""The columns of a text that its `row_hash` is made over, after its article, number and kind. Never reordered."""

_NEXT = "SELECT coalesce(max(id), 0) + 1, EXISTS (SELECT 1 FROM source WHERE name = ?) FROM article"


def known(db: Database, article: Article, *, now: float, window: int = sketches.WINDOW_DAYS) -> Known:
    """What is stored of the article's identity, of its addresses, and of texts of its time (`window`: days before and
    after) that share its sketch."""
    article = clean.article(article)
    found = identities.find(db, article)
    kin = sketches.kin(db, article, found.id if found else 0, now=clock.text(now), window=window)
    (mark,) = db.conn.execute("SELECT coalesce(max(id), 0) FROM revision").fetchone()
    twin = None if found and found.here else identities.twin(db, article, kin)
    return Known(found, tuple(kin), mark, twin)


def stands(db: Database, article: Article, decision: Decision) -> bool:
    """Whether the last revision is still the one on which this was decided, and no kindred text has come since."""
    if decision.outcome in {"new", "copy", "revised"} and decision.mark is not None:
        stories_ = [each for each in (decision.story_id, *decision.merges) if each is not None]
        if sketches.moved(db, article, decision.mark, stories_):
            return False
    row = db.conn.execute(
        "SELECT id, revision FROM article WHERE source = ? AND key = ?", (article.source, article.key)
    ).fetchone()
    if decision.article_id is None:
        return row is None and decision.basis == 0
    return identities.last_revision(db, decision.article_id) == decision.basis


def save(db: Database, article: Article, decision: Decision, *, address: str, at: float) -> tuple[int, int | None]:
    """Carry out a decision that stands. Answers the article and the revision that was written (None: no text).

    `address`: the URL that was leased; `at`: when this is written. The text's own time is that of its page
    (`Article.fetched_at`), never later than `at`. Raises Unstorable, ValueError for a decision that is none."""
    now = clock.text(at)
    seen = min(article.fetched_at or now, now)
    match decision.outcome:
        case "new" | "copy":
            article_id = _insert(db, article, decision, now=now, seen=seen)
            _write_text(db, article, article_id, 1, kind=decision.kind or "first", now=now, seen=seen)
            add_addresses(db, article, article_id, address, now, moved=article.key.startswith("url:"))
            return article_id, 1
        case "revised":
            assert decision.article_id is not None
            article_id, revision = decision.article_id, decision.basis + 1
            _write_text(db, article, article_id, revision, kind=decision.kind or "update", now=now, seen=seen)
            if decision.kind != "earlier":  # which is kept beside the current text
                _update(db, article, article_id, status=decision.status, revision=revision, seen=seen)
            else:
                absences.back(db, article_id, decision.status, now=now)
        case "unchanged" | "alias":
            assert decision.article_id is not None
            article_id = decision.article_id
            db.conn.execute(
                "UPDATE article SET last_checked_at = max(last_checked_at, ?) WHERE id = ?", (seen, article_id)
            )
            add_addresses(db, article, article_id, address, now, moved=decision.outcome == "alias")
            absences.back(db, article_id, decision.status, now=now)
            return article_id, None
        case outcome:
            raise ValueError(f"{article.url}: a decision {outcome!r} cannot be carried out")
    add_addresses(db, article, article_id, address, now, moved=False)
    (own,) = db.conn.execute("SELECT story_id FROM article WHERE id = ?", (article_id,)).fetchone()
    story_id = stories.unite(db, own, decision.merges)
    if decision.kind != "earlier":
        index(db, article, article_id)
    sketches.write(db, article, article_id, current=decision.kind != "earlier")
    stories.weigh(db, story_id)
    return article_id, revision


def columns(article: Article) -> dict[str, Any]:
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


def _insert(db: Database, article: Article, decision: Decision, *, now: str, seen: str) -> int:
    """A new article with its story and its place in both indexes: its row is written once, and whole."""
    article_id, sourced = db.conn.execute(_NEXT, (article.source,)).fetchone()
    alone = decision.story_id is None and not decision.merges
    if alone:
        agency = article.dateline.agency if article.dateline else None
        credit = article.credit.agency if article.credit else None
        teller = stories.Teller(article_id, article.source, now, agency, credit)
        story_id = stories.begin(db, teller)
    else:
        own = decision.story_id if decision.story_id is not None else stories.begin(db)
        story_id = stories.unite(db, own, decision.merges)
    data = {"source": article.source, "key": article.key, **columns(article)}
    published = data["published_at"]
    search_id = search.place(db, article_id, published=published, first_seen=now)
    row = {
        "id": article_id,
        **data,
        "status": decision.status,
        "revision": 1,
        "story_id": story_id,
        "first_seen_at": now,
        "last_checked_at": seen,
        "search_id": search_id,
        "sketch": sketches.pack(sketches.ordered(article.sketch)),
        "row_hash": clean.row_hash(data[name] for name in HASHED),
    }
    db.conn.execute(_into("article", tuple(row)), tuple(row.values()))
    indexing.add(db, search_id, article.title, article.lead, article.body)
    sketches.index(db, article, article_id, None if alone else story_id, at=published or now)
    if not alone:
        stories.weigh(db, story_id)
    if not sourced:
        db.conn.execute("INSERT INTO source VALUES (?, ?)", (article.source, now))
    return int(article_id)


@cache
def _into(table: str, names: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - our own names


def _update(db: Database, article: Article, article_id: int, *, status: Status, revision: int, seen: str) -> None:
    data = columns(article)
    if article.published is None:  # a page that lost its time was published all the same
        data = {name: value for name, value in data.items() if not name.startswith("published_")}
    there = {"gone_at": None, "gone_why": None, "gone_status": None}
    row = {**data, **there, "status": status, "revision": revision, "last_checked_at": seen}
    set_columns(db, article_id, row)


def set_columns(db: Database, article_id: int, row: dict[str, Any]) -> None:
    """Write columns of an article, and the hash over its data."""
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


def _write_text(
    db: Database, article: Article, article_id: int, revision: int, *, kind: str, now: str, seen: str
) -> None:
    row = {
        "article_id": article_id,
        "revision": revision,
        "kind": kind,
        **text_columns(article),
        "seen_at": seen,
        "extractor": article.extractor,
        "row_hash": text_hash(article, article_id, revision, kind),
    }
    db.conn.execute(_into("revision", tuple(row)), tuple(row.values()))
    db.conn.execute(
        "INSERT INTO change (at, kind, article_id, revision) VALUES (?, ?, ?, ?)", (now, kind, article_id, revision)
    )


def text_columns(article: Article) -> dict[str, Any]:
    """The columns of a text that come from its page, apart from the extractor."""
    return {
        "label": article.label,
        "title": article.title,
        "lead": article.lead,
        "body": article.body,
        "subheads": clean.dumps(article.subheads),
        "content_hash": article.content_hash,
        "modified_at": article.modified.at if article.modified else None,
        "announced": clean.dumps([said.words for said in article.announced]) if article.announced else None,
        "tail": article.tail,
    }


def text_hash(article: Article, article_id: int, revision: int, kind: str) -> bytes:
    """The hash over a row of `revision`, in the order of `checks`; never over more columns than when it was begun."""
    text = text_columns(article)
    return clean.row_hash((article_id, revision, kind, *(text[name] for name in HASHED_OF_A_TEXT)))


def add_addresses(db: Database, article: Article, article_id: int, address: str, now: str, *, moved: bool) -> None:
    """Lead the page's addresses to its article. `moved`: they now lead to this article, whatever they led to before; but
    an address that is only claimed to be its own gives way to one where an article was fetched."""
    for url in dict.fromkeys((address, article.url, article.canonical_url)):
        claimed = url not in (address, article.url)
        db.conn.execute(
            "INSERT INTO address (source, url, article_id, first_seen_at, claimed) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET article_id = excluded.article_id, claimed = excluded.claimed"
            " WHERE claimed >= excluded.claimed AND (? OR claimed > excluded.claimed)",
            (article.source, url, article_id, now, claimed, moved),
        )


def index(db: Database, article: Article, article_id: int) -> None:
    """Put the current text into the full-text index, in the place of the one that is there, where its publication says."""
    search_id, published, first_seen = db.conn.execute(
        "SELECT search_id, published_at, first_seen_at FROM article WHERE id = ?", (article_id,)
    ).fetchone()
    new_id = search.place(db, article_id, published=published, first_seen=first_seen)
    if search_id is not None:
        indexing.forget(db, search_id)
    indexing.add(db, new_id, article.title, article.lead, article.body)
    if new_id != search_id:
        db.conn.execute("UPDATE article SET search_id = ? WHERE id = ?", (new_id, article_id))
