"""An article with all that is known of it: its texts, its story, how it was got."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from storage.clock import epoch
from storage.web import reserved
from storage.web.story import Story, story

if TYPE_CHECKING:
    from storage.reader import Reader, Row

VERSIONS: Final = 400
FETCHES: Final = 25
ADDRESSES: Final = 50
_WORDS: Final = ", ".join(
    (
        reserved.words("r.lead"),
        reserved.words("r.body", "''"),
        reserved.words("r.subheads", "'[]'"),
        "r.label",
        reserved.words("r.tail"),
    )
)


@dataclass(frozen=True, slots=True)
class Version:
    """One text of an article, without its words."""

    revision: int
    kind: str
    seen_at: str
    title: str
    label: str | None
    modified_at: str | None
    refused_by: str | None
    refused_why: str | None


@dataclass(frozen=True, slots=True)
class Happening:
    """What befell an article beside its texts: its page went away or came back, or a text was made anew from its page."""

    at: str
    kind: str
    revision: int


@dataclass(frozen=True, slots=True)
class Fetch:
    """One look at the article's page."""

    id: int
    run_id: int | None
    at: str
    url: str
    status: int | None
    requests: int | None
    outcome: str | None
    reason: str | None
    detail: str | None
    ms: int | None
    bytes: int | None
    record: str | None


@dataclass(frozen=True, slots=True)
class Text:
    """The words of one version."""

    revision: int
    kind: str
    seen_at: str
    title: str
    lead: str | None
    body: str
    subheads: tuple[str, ...]
    label: str | None
    tail: str | None
    extractor: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`dateline`: what stands before the words of the first one."""

    words: str
    is_subhead: bool = False
    dateline: str = ""


@dataclass(frozen=True, slots=True)
class Whole:
    """An article as its page shows it. `text`: the version that was asked for, else the current one."""

    row: Row
    text: Text
    versions: list[Version]
    happenings: list[Happening]
    story: Story | None
    fetches: list[Fetch]
    addresses: list[str]
    earlier_of_source: tuple[int, str] | None
    later_of_source: tuple[int, str] | None

    @property
    def paragraphs(self) -> list[Paragraph]:
        """The body as it is set."""
        return paragraphs(self.text.body, self.text.subheads, self.row["dateline"])

    @property
    def delay(self) -> float | None:
        """Seconds from publication to storage, where both are known to the minute."""
        if self.row["published_precision"] not in ("second", "minute"):
            return None
        published, seen = epoch(self.row["published_at"]), epoch(self.row["first_seen_at"])
        return None if published is None or seen is None or seen < published else seen - published

    def last_of(self, kind: str) -> int | None:
        """The newest version of a kind; None where there is none, or nothing came before it."""
        found = next((version.revision for version in self.versions[:-1] if version.kind == kind), None)
        return None if self.row["gone_at"] else found


def whole(reader: Reader, article_id: int, version: int | None = None) -> Whole | None:
    """All of an article; None where there is none of that number, or no such version of it."""
    row = reader.article(article_id)
    if row is None:
        return None
    found = text(reader, article_id, version or row["revision"])
    if found is None:
        return None
    listed = versions(reader, article_id)
    return Whole(
        reserved.shown(row),
        found,
        listed,
        _happenings(reader, article_id, {v.revision: v.kind for v in listed}),
        story(reader, row["story_id"]),
        _fetches(reader, article_id),
        reader.addresses(article_id)[:ADDRESSES],
        _beside(reader, row, "<", "DESC"),
        _beside(reader, row, ">", "ASC"),
    )


def text(reader: Reader, article_id: int, revision: int) -> Text | None:
    """The words of one version; none but its headline where the rights are reserved."""
    row = reader.db.conn.execute(
        f"SELECT r.revision, r.kind, r.seen_at, r.title, {_WORDS}, r.extractor"  # noqa: S608 - our own words
        " FROM article AS a JOIN revision AS r ON r.article_id = a.id WHERE a.id = ? AND r.revision = ?",
        (article_id, revision),
    ).fetchone()
    if row is None:
        return None
    values: list[Any] = [*row]
    values[6] = tuple(names(row[6]))
    return Text(*values)


def versions(reader: Reader, article_id: int) -> list[Version]:
    """The texts in the order in which the page bore them, the newest first; at most 400."""
    rows = reader.db.conn.execute(
        "SELECT revision, kind, seen_at, title, label, modified_at, refused_by, refused_why FROM revision"
        " WHERE article_id = ? ORDER BY seen_at DESC, revision DESC LIMIT ?",
        (article_id, VERSIONS),
    )
    return [Version(*row) for row in rows]


def before(reader: Reader, article_id: int, revision: int) -> int | None:
    """The version that the page bore before another: by time, since old texts may come late; None where there is none."""
    row = reader.db.conn.execute(
        "SELECT b.revision FROM revision AS r JOIN revision AS b ON b.article_id = r.article_id"
        " AND (b.seen_at, b.revision) < (r.seen_at, r.revision) WHERE r.article_id = ? AND r.revision = ?"
        " ORDER BY b.seen_at DESC, b.revision DESC LIMIT 1",
        (article_id, revision),
    ).fetchone()
    return None if row is None else int(row[0])


def paragraphs(body: str, subheads: tuple[str, ...], dateline: str | None) -> list[Paragraph]:
    """The paragraphs of a body, its subheads known among them, its dateline taken apart from the first words."""
    left = list(subheads)
    found = []
    for place, words in enumerate(part for part in body.split("\n\n") if part.strip()):
        if words in left:
            left.remove(words)
            found.append(Paragraph(words, is_subhead=True))
        elif place == 0 and dateline and words.startswith(dateline):
            found.append(Paragraph(words[len(dateline) :].lstrip(), dateline=dateline))
        else:
            found.append(Paragraph(words))
    return found


def names(listed: str | None) -> list[str]:
    """The names of a JSON list; empty where it is none."""
    try:
        found: Any = json.loads(listed or "[]")
    except ValueError:
        return []
    return [str(name) for name in found] if isinstance(found, list) else []


def _happenings(reader: Reader, article_id: int, kinds: dict[int, str]) -> list[Happening]:
    rows = reader.db.conn.execute(
        "SELECT at, kind, revision FROM change WHERE article_id = ? ORDER BY seq DESC LIMIT ?", (article_id, VERSIONS)
    )
    return [Happening(*row) for row in rows if kinds.get(row[2]) != row[1]]


def _fetches(reader: Reader, article_id: int) -> list[Fetch]:
    rows = reader.db.conn.execute(
        "SELECT id, run_id, at, url, status, requests, outcome, reason, detail, ms, bytes, record FROM fetch"
        " WHERE article_id = ? ORDER BY id DESC LIMIT ?",
        (article_id, FETCHES),
    )
    return [Fetch(*row) for row in rows]


def _beside(reader: Reader, row: Row, sign: str, order: str) -> tuple[int, str] | None:
    """The article of the same source that was first seen next."""
    at, source = row["first_seen_at"], row["source"]
    found = reader.db.conn.execute(
        "SELECT a.id, r.title FROM article AS a INDEXED BY article_seen"  # noqa: S608 - our own words
        " JOIN revision AS r ON r.article_id = a.id AND r.revision = a.revision"
        f" WHERE a.source = ? AND a.first_seen_at {sign}= ? AND (a.first_seen_at <> ? OR a.id {sign} ?)"
        f" ORDER BY a.first_seen_at {order}, a.id {order} LIMIT 1",
        (source, at, at, row["id"]),
    ).fetchone()
    return None if found is None else (int(found[0]), str(found[1]))
