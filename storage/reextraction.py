"""Stored texts made anew from their kept pages: which are due, how a reading differs from what is stored, and the rewriting.

A text is rewritten in its place. Its number, kind and time stay, the article's status and story, and the moment of the last
look; no revision comes of it, for nothing happened at the agency. All that hangs on the words follows them: hash, search
index, sketch, the addresses that the page claims, the origin of the story. What a reader of `changes` sees is a change of
the kind `reextracted`, where words or facts are other ones now; none where only the extractor's number is.

A page in which there is no article any more takes nothing away: the words stay, and the text says by whom and why its page
was refused. A text that was rewritten by somebody else since it was read, or whose article has a newer one by now, is seen
within the transaction (`moved`; only the current text's article row is touched). An article stays in its story."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from storage import articles, clean, clock, indexing, raw, sketches, stories
from storage.errors import Unstorable
from storage.models import Difference, KeptText, Rewritten

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlite_utils import Database

    from storage.models import Article, Page, Profile, Reading

MOST_OF_ARTICLE = 6
"""Texts of one article that are read again at a look at its page, the newest ones."""

_CURSOR = "reextract"
_SCANNED = 500
_FROM = """
FROM raw_page AS p JOIN fetch AS f ON f.id = p.fetch_id
  JOIN revision AS r ON r.article_id = f.article_id AND r.revision = f.revision
  JOIN article AS a ON a.id = f.article_id
"""
_COLUMNS = f"""
SELECT p.fetch_id, f.article_id, f.revision, a.source, p.url, r.extractor, r.content_hash, f.record IS NOT NULL, r.refused_by
{_FROM}"""
# What is kept of an import was captured long before it was kept; of earlier versions only the latter is known.
_SPAN = "p.fetch_id > ? AND coalesce(p.captured_at, p.fetched_at) >= ? AND coalesce(p.captured_at, p.fetched_at) < ?"
_OF_SOURCES = f"{_COLUMNS} WHERE {_SPAN} ORDER BY p.fetch_id LIMIT ?"
_COUNTED = f"SELECT a.source, r.extractor, r.refused_by, count(*) {_FROM} WHERE {_SPAN} GROUP BY 1, 2, 3"
_OF_ARTICLE = f"{_COLUMNS} WHERE p.article_id = ? ORDER BY f.revision DESC"
_GROUPS = ("published", "modified", "dateline", "credit", "image")
_SILENT = frozenset({"extractor", "word_count", "dateline_length", "content_hash", "url"})
"""Columns that are no field of their own to people, or follow from others."""


def due(
    db: Database,
    after: int,
    *,
    wanted: Callable[[str, str], str | None],
    everything: bool,
    since: str = "",
    until: str = "9",
    limit: int,
) -> list[KeptText]:
    """The next texts, at most `limit`, by the number of their fetch (above `after`), whose pages are kept and were
    captured from `since` on and before `until` (UTC text). `wanted`: the present extractor of a source, by which a text that
    another made is to be read; None for a text that is not asked for. With `everything` also the texts that it made
    already, or found no article in."""
    found: list[KeptText] = []
    while len(found) < limit and (rows := db.conn.execute(_OF_SOURCES, (after, since, until, _SCANNED)).fetchall()):
        for row in rows:
            after = row[0]
            by = wanted(row[3], row[5])
            if by is not None and (everything or by not in (row[5], row[8])):
                found.append(_text(row))
                if len(found) == limit:
                    break
    return found


def counted(db: Database, after: int, *, since: str = "", until: str = "9") -> list[tuple[str, str, str | None, int]]:
    """(source, extractor that made them, extractor that refused them, texts) of all kept pages that `due` looks at."""
    return [tuple(row) for row in db.conn.execute(_COUNTED, (after, since, until)).fetchall()]


def of_article(db: Database, article_id: int, profile: Profile, by: str) -> tuple[tuple[KeptText, Page], ...]:
    """The newest texts of an article that another extractor made and that were not refused by this one, with their kept
    pages, where these are whole."""
    rows = [row for row in db.conn.execute(_OF_ARTICLE, (article_id,)).fetchall() if by not in (row[5], row[8])]
    found = []
    for text in map(_text, rows[:MOST_OF_ARTICLE]):
        with suppress(raw.Damaged):
            if (page := raw.read(db, text.fetch_id, profiled(text, profile))) is not None:
                found.append((text, page))
    return tuple(found)


def profiled(text: KeptText, profile: Profile) -> Profile:
    """The profile that the page of a text is read with: reserved texts of an imported file are kept."""
    return replace(profile, licensed=True) if text.imported else profile


def compare(db: Database, reading: Reading) -> Rewritten:
    """What `rewrite` would do, without doing it."""
    stored = _stored(db, reading)
    if stored is None:
        return Rewritten("moved")
    if reading.article is None:
        return Rewritten("refused", (Difference("refused", "", reading.refused or ""),))
    try:
        article = _fitting(db, reading.text, clean.article(reading.article), stored)
    except Unstorable as error:
        return _unstorable(error)
    return _compared(_columns(article, reading.text, current=stored["current"]), stored)


def rewrite(db: Database, reading: Reading, *, now: float) -> Rewritten:
    """Put what was read in the place of the stored text, if that is still the one of which the page was read again."""
    found = compare(db, reading)
    text = reading.text
    key = (text.article_id, text.revision)
    if found.outcome == "moved":
        return found
    if found.outcome in ("refused", "unstorable"):
        _refuse(db, reading, found)
        return found
    stored = _stored(db, reading)
    assert reading.article is not None and stored is not None, "compared a moment ago, in this transaction"
    if found.outcome == "unchanged" and text.extractor == reading.by and stored["refused_by"] is None:
        return found
    article = _fitting(db, text, clean.article(reading.article), stored)
    _put_text(db, article, key)
    if stored["current"]:
        articles.set_columns(db, text.article_id, _columns(article, text, current=True, only_article=True))
    if found.outcome == "changed":
        _follow(db, article, text, stored, {each.field for each in found.differences}, now)
        db.conn.execute(
            "INSERT INTO change (at, kind, article_id, revision) VALUES (?, 'reextracted', ?, ?)",
            (clock.text(now), *key),
        )
    return found


def rewrite_all(db: Database, readings: Sequence[Reading], *, now: float, cursor: str | None) -> tuple[Rewritten, ...]:
    """`rewrite`, one after another, and in the same transaction how far a long work has come (`cursor`; None: nothing is
    kept of it). One that the driver refuses takes only itself back."""
    done = []
    for reading in readings:
        try:
            with indexing.atomic(db):
                done.append(rewrite(db, reading, now=now))
        except clean.REFUSED_BY_THE_DRIVER as error:
            found = _unstorable(error)
            _refuse(db, reading, found)
            done.append(found)
    if cursor is not None:
        set_cursor(db, cursor)
    return tuple(done)


def _unstorable(error: Exception) -> Rewritten:
    return Rewritten("unstorable", (Difference("refused", "", f"unstorable: {error}"),))


def _refuse(db: Database, reading: Reading, found: Rewritten) -> None:
    """The text says by whom and why its page was refused, and is not asked for again before another extractor is there."""
    db.conn.execute(
        "UPDATE revision SET refused_by = ?, refused_why = ? WHERE article_id = ? AND revision = ?",
        (reading.by, clean.text(found.differences[0].read), reading.text.article_id, reading.text.revision),
    )


def cursor(db: Database) -> str | None:
    """How far a work came that was broken off."""
    row = db.conn.execute("SELECT value FROM meta WHERE key = ?", (_CURSOR,)).fetchone()
    return None if row is None else str(row[0])


def set_cursor(db: Database, value: str | None) -> None:
    """Keep it; None: there is nothing to go on with."""
    if value is None:
        db.conn.execute("DELETE FROM meta WHERE key = ?", (_CURSOR,))
    else:
        db.conn.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_CURSOR, value))


def _text(row: Sequence[Any]) -> KeptText:
    fetch_id, article_id, revision, source, url, extractor, content_hash, imported, _ = row
    return KeptText(fetch_id, article_id, revision, source, url, extractor, content_hash, bool(imported))


def _stored(db: Database, reading: Reading) -> dict[str, Any] | None:
    """The columns of the text, and those of its article where it is the current one; None where the text is another than
    the one that was read again."""
    text = reading.text
    cursor = db.conn.execute(
        "SELECT a.*, a.revision = r.revision AS current, r.refused_by, r.title, r.lead, r.body, r.subheads, r.label,"
        " r.announced, r.content_hash, r.tail, r.modified_at AS said_modified, r.extractor AS made_by"
        " FROM revision AS r JOIN article AS a ON a.id = r.article_id WHERE r.article_id = ? AND r.revision = ?",
        (text.article_id, text.revision),
    )
    names = [column[0] for column in cursor.description]
    row = cursor.fetchone()
    if row is None:
        return None
    stored = dict(zip(names, row, strict=True))
    if (stored["made_by"], stored["content_hash"]) != (text.extractor, text.content_hash):
        return None
    if not stored["current"]:
        stored["modified_at"] = stored["said_modified"]
    return stored


def _fitting(db: Database, text: KeptText, article: Article, stored: dict[str, Any]) -> Article:
    """`article` under the identity that is stored: no reading moves it, nor claims an address that leads to another."""
    url = article.canonical_url
    taken = (
        url != stored["canonical_url"]
        and db.conn.execute(
            "SELECT 1 FROM address WHERE source = ? AND url = ? AND article_id <> ?",
            (text.source, url, text.article_id),
        ).fetchone()
    )
    return replace(
        article, source=text.source, key=stored["key"], canonical_url=stored["canonical_url"] if taken else url
    )


def _columns(article: Article, text: KeptText, *, current: bool, only_article: bool = False) -> dict[str, Any]:
    """What is stored of a reading. A time of publication that only an earlier text's page gave stays."""
    words = {} if only_article else articles.text_columns(article)
    if not current:
        return words
    columns = articles.columns(article)
    if article.published is None and text.revision > 1:
        columns = {name: value for name, value in columns.items() if not name.startswith("published_")}
    return {**words, **columns}


def _compared(columns: dict[str, Any], stored: dict[str, Any]) -> Rewritten:
    fields: dict[str, tuple[list[str], list[str]]] = {}
    for name, value in columns.items():
        if name in _SILENT or value == stored[name]:
            continue
        field = next((group for group in _GROUPS if name.startswith(f"{group}_")), name)
        old, new = fields.setdefault(field, ([], []))
        old.append("" if stored[name] is None else str(stored[name]))
        new.append("" if value is None else str(value))
    differences = tuple(
        Difference(field, " ".join(filter(None, old)), " ".join(filter(None, new)))
        for field, (old, new) in fields.items()
    )
    return Rewritten("changed" if differences else "unchanged", differences)


def _put_text(db: Database, article: Article, key: tuple[int, int]) -> None:
    (kind,) = db.conn.execute("SELECT kind FROM revision WHERE article_id = ? AND revision = ?", key).fetchone()
    columns = {
        **articles.text_columns(article),
        "extractor": article.extractor,
        "refused_by": None,
        "refused_why": None,
        "row_hash": articles.text_hash(article, *key, kind),
    }
    sets = ", ".join(f"{name} = ?" for name in columns)
    db.conn.execute(
        f"UPDATE revision SET {sets} WHERE article_id = ? AND revision = ?",  # noqa: S608 - our own column names
        (*columns.values(), *key),
    )


def _follow(
    db: Database, article: Article, text: KeptText, stored: dict[str, Any], fields: set[str], now: float
) -> None:
    """What hangs on the words and facts of a text."""
    article_id, current = text.article_id, bool(stored["current"])
    moved = "published" in fields and current
    if current and (moved or fields & {"title", "lead", "body"}):
        articles.index(db, article, article_id)
    if moved or "body" in fields:
        (texts,) = db.conn.execute("SELECT count(*) FROM revision WHERE article_id = ?", (article_id,)).fetchone()
        was = stored["published_at"] or stored["first_seen_at"]
        sketches.rewrite(db, article, article_id, was=was, alone=texts == 1, current=current)
    if current:
        if "canonical_url" in fields:
            articles.add_addresses(db, article, article_id, text.url, clock.text(now), moved=False)
        if fields & {"published", "dateline", "credit"}:
            stories.weigh(db, stored["story_id"])
