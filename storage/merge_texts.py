"""A change of one database, replayed in another: an article with its first text, or a later text of it.

An article is the same in both by source and key. A first text is decided anew against what is there (`decide`), so that
copies of other inputs' articles become one story. Later texts are taken as they are, with number, kind and times, while the
article's texts in both are the same so far. Where they are not (a source that was crawled by two shards in turn):
* a text whose words are there already is not taken, unless it announces what no text with these words did (a correction,
  refile, repeat or withdrawal);
* one that was seen no earlier than the current one becomes current, as its kind says (a first one: as an update);
* an older one is kept beside it, as `earlier`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from storage import articles, clean, clock, sketches
from storage.models import Announcement, Article, Credit, Dateline, Decision, Instant, Known

if TYPE_CHECKING:
    from sqlite_utils import Database

    from storage.merge_input import Input

Decide = Callable[[Article, Known, Decision], Decision]
"""What is decided on a text before it is stored: of a new article by its kin; of another text which stories it makes one."""

Sketch = Callable[[str], tuple[int, ...]]
"""The keys that stand for a body (`Article.sketch`)."""

_COPIED = (*articles.HASHED_OF_A_TEXT, "seen_at", "extractor", "announced", "tail", "refused_by", "refused_why")
_ANNOUNCING = frozenset({"correction", "refile", "repeat", "withdrawal"})
_ARTICLE = "SELECT * FROM article WHERE id = ?"
_REVISION = "SELECT * FROM revision WHERE article_id = ? AND revision = ?"
_CHAIN = "SELECT revision, kind, seen_at, content_hash FROM revision WHERE article_id = ? ORDER BY revision"


@dataclass(frozen=True, slots=True)
class Rules:
    """What storage is told of how texts are judged. `window`: days before and after a text in which copies are sought."""

    decide: Decide
    sketch: Sketch
    window: int


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of a text: its article and number in the target; `decision` by which it was written, None: it was there."""

    article_id: int
    revision: int
    decision: Decision | None


def find(db: Database, source: str, key: str) -> int | None:
    """The target's article."""
    row = db.conn.execute("SELECT id FROM article WHERE source = ? AND key = ?", (source, key)).fetchone()
    return None if row is None else int(row[0])


def write(db: Database, given: Input, change: dict[str, Any], rules: Rules) -> Replayed:
    """Replay the change that wrote a text."""
    row, text = (
        given.row(_ARTICLE, change["article_id"]),
        given.row(_REVISION, change["article_id"], change["revision"]),
    )
    assert row is not None
    assert text is not None
    at = clock.epoch(change["at"])
    assert at is not None
    target = find(db, row["source"], row["key"])
    if target is None:
        article = article_of(given, row, text, rules)
        kin = tuple(sketches.kin(db, article, 0, now=change["at"], window=rules.window))
        decision = rules.decide(article, Known(None, kin), Decision("new", None, 0, "first", row["status"]))
        target, _ = articles.save(db, article, decision, address=row["url"], at=at)
        settle(db, target, 1, text, kind="first")
        return Replayed(target, 1, decision)
    chain = db.conn.execute(_CHAIN, (target,)).fetchall()
    there, kind = _place(given, chain, change, text)
    if there is not None:
        return Replayed(target, there, None)
    status, story_id = db.conn.execute("SELECT status, story_id FROM article WHERE id = ?", (target,)).fetchone()
    status = status if kind == "earlier" else row["status"]
    article = article_of(given, row, text, rules)
    kin = tuple(sketches.kin(db, article, target, now=change["at"], window=rules.window))
    decision = Decision("revised", target, chain[-1][0], kind, status, story_id)
    decision = rules.decide(article, Known(None, kin), decision)
    _, number = articles.save(db, article, decision, address=row["url"], at=at)
    assert number is not None
    settle(db, target, number, text, kind=kind)
    return Replayed(target, number, decision)


def number_of(db: Database, target: int, text: dict[str, Any]) -> int:
    """The number that a text of an input has in the target: by its number, time and kind; by its time and words; by its
    words; else that of the current text."""
    chain = db.conn.execute(_CHAIN, (target,)).fetchall()
    own = text["revision"]
    for number, kind, seen_at, _ in chain:
        if number == own and (kind, seen_at) == (text["kind"], text["seen_at"]):
            return int(number)
    words = [
        (seen_at == text["seen_at"], number) for number, _, seen_at, words in chain if words == text["content_hash"]
    ]
    if words:
        return int(max(words)[1])
    same = [number for number, _, seen_at, _ in chain if seen_at == text["seen_at"]]
    if same:
        return int(same[-1])
    (current,) = db.conn.execute("SELECT revision FROM article WHERE id = ?", (target,)).fetchone()
    return int(current)


def settle(db: Database, target: int, number: int, text: dict[str, Any], *, kind: str | None = None) -> bool:
    """Make a text of the target the input's, column for column, where it is not; answers whether it was not. `kind` None: as
    it is."""
    names = ", ".join(_COPIED)
    found = db.conn.execute(
        f"SELECT kind, row_hash, {names} FROM revision WHERE article_id = ? AND revision = ?",  # noqa: S608 - our own names
        (target, number),
    ).fetchone()
    kind = kind or found[0]
    row_hash = clean.row_hash((target, number, kind, *(text[name] for name in articles.HASHED_OF_A_TEXT)))
    values = (kind, row_hash, *(text[name] for name in _COPIED))
    if tuple(found) == values:
        return False
    sets = ", ".join(f"{name} = ?" for name in ("kind", "row_hash", *_COPIED))
    db.conn.execute(
        f"UPDATE revision SET {sets} WHERE article_id = ? AND revision = ?",  # noqa: S608 - our own names
        (*values, target, number),
    )
    return True


def article_of(given: Input, row: dict[str, Any], text: dict[str, Any], rules: Rules) -> Article:
    """The article that a stored row and one of its texts once were, as far as storing and comparing it goes."""
    alone = text["revision"] == 1 and row["revision"] == 1 and not _others(given, row["id"])
    gone = row["status"] == "withdrawn" and row["gone_at"] is None and row["revision"] == text["revision"]
    words = json.loads(text["announced"]) if text["announced"] else ()
    return Article(
        source=row["source"],
        key=row["key"],
        url=row["url"],
        canonical_url=row["canonical_url"],
        title=text["title"],
        body=text["body"],
        content_hash=text["content_hash"],
        extractor=text["extractor"],
        lead=text["lead"],
        subheads=tuple(json.loads(text["subheads"])),
        authors=tuple(json.loads(row["authors"])),
        section=row["section"],
        tags=tuple(json.loads(row["tags"])),
        language=row["language"],
        published=_instant(row, "published"),
        modified=_instant(row, "modified"),
        agency_id=row["agency_id"],
        form=row["form"],
        rights=row["rights"],
        dateline=None
        if row["dateline"] is None
        else Dateline(
            row["dateline"],
            row["dateline_place"],
            row["dateline_date"],
            row["dateline_agency"],
            row["dateline_length"] or 0,
        ),
        credit=None
        if row["credit"] is None
        else Credit(row["credit"], row["credit_evidence"] or "", row["credit_confidence"] or "low"),
        image_url=row["image_url"],
        image_caption=row["image_caption"],
        image_credit=row["image_credit"],
        access=row["access"],
        marker="withdrawal" if gone or text["kind"] == "withdrawal" else None,
        label=text["label"],
        tail=text["tail"],
        word_count=row["word_count"],
        sketch=sketches.unpack(row["sketch"] or b"") if alone else rules.sketch(text["body"]),
        fetched_at=text["seen_at"],
        announced=tuple(Announcement("update", each) for each in words),
    )


def _place(
    given: Input, chain: list[tuple[int, str, str, str]], change: dict[str, Any], text: dict[str, Any]
) -> tuple[int | None, Any]:
    """The number under which a text is there already, or None and the kind that it is to be written as."""
    number, same = text["revision"], (text["kind"], text["seen_at"])
    if len(chain) >= number and chain[number - 1][1:3] == same:
        return number, None
    own = given.db.conn.execute(_CHAIN, (change["article_id"],)).fetchall()[: number - 1]
    if [each[:3] for each in own] == [each[:3] for each in chain]:
        return None, text["kind"]
    alike = [each for each in chain if each[3] == text["content_hash"]]
    if alike and (text["kind"] not in _ANNOUNCING or any(each[1] == text["kind"] for each in alike)):
        return alike[-1][0], None
    newest = max(each[2] for each in chain)
    if text["seen_at"] < newest:
        return None, "earlier"
    return None, "update" if text["kind"] == "first" else text["kind"]


def _others(given: Input, article_id: int) -> bool:
    query = "SELECT 1 FROM revision WHERE article_id = ? AND revision > 1"
    return given.db.conn.execute(query, (article_id,)).fetchone() is not None


def _instant(row: dict[str, Any], what: str) -> Instant | None:
    if row[f"{what}_at"] is None:
        return None
    offset, raw = (row.get(f"{what}_{part}") for part in ("offset", "raw"))
    return Instant(
        row[f"{what}_at"], row[f"{what}_precision"] or "second", offset, raw or "", row[f"{what}_from"] or ""
    )
