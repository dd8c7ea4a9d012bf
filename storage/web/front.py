"""The wire: articles newest first, in pages that are found by their place and not by counting."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from storage import said
from storage.search import QueryError, bindable
from storage.web import reserved

if TYPE_CHECKING:
    from storage.reader import Reader

PAGE: Final = 40
"""Articles of a page."""
CORRECTIONS: Final = 6
_WITHIN: Final = 2000
"""Newest changes among which corrections and withdrawals are looked for, and what is new is counted."""
_NEWEST: Final = 10_000
"""Newest articles whose sources, languages and sections are offered."""
_NEWEST_OF_IT: Final = 1000
_OFFERED: Final = 300
_COPIES: Final = 100
_TEXT: Final = 600
_SUMMARY: Final = 240

# When an article stands on the wire: when it was published, as the reader is shown it. Of a bare day, or without a time, when
# it was first seen (if that was the same day); what claims to come from the future, too. Words of the index `article_wire`.
AT: Final = (
    "CASE WHEN a.published_at IS NULL OR a.published_at > a.first_seen_at"
    " OR (length(a.published_at) = 10 AND substr(a.first_seen_at, 1, 10) = a.published_at)"
    " THEN a.first_seen_at ELSE a.published_at END"
)
_NEWEST_OF_ALL: Final = (
    "SELECT language, section, count(*) FROM (SELECT a.language, a.section FROM article AS a INDEXED BY article_wire"  # noqa: S608 - our own words
    f" ORDER BY {AT} DESC, a.id DESC LIMIT ?) GROUP BY 1, 2"
)
# Along the source's own index, for a source may be seldom among the newest.
_NEWEST_OF_SOURCE: Final = (
    "SELECT section, count(*) FROM (SELECT section FROM article INDEXED BY article_seen WHERE source = ?"
    " ORDER BY first_seen_at DESC LIMIT ?) GROUP BY 1"
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the wire is asked for; None: all."""

    source: str | None = None
    language: str | None = None
    section: str | None = None

    def where(self) -> tuple[str, list[Any]]:
        """Conditions on `article AS a` (each begins with AND), and their values."""
        asked = [(name, value) for name, value in self.asked().items()]
        return "".join(f" AND a.{name} = ?" for name, _ in asked), [bindable(value) for _, value in asked]

    def asked(self) -> dict[str, str]:
        """Name -> value of those that are set."""
        given = {"source": self.source, "language": self.language, "section": self.section}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Place:
    """A place on the wire: what stands after it is older."""

    at: str
    article_id: int

    def __str__(self) -> str:
        return f"{self.at}~{self.article_id}"

    @classmethod
    def read(cls, text: str) -> Place:
        """Raises QueryError."""
        if not (found := re.fullmatch(r"(\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ)?)~(\d{1,18})", text)):
            raise QueryError(f"{text!r} is no place on the wire: it is made by the link to older articles")
        return cls(found[1], int(found[2]))


@dataclass(frozen=True, slots=True)
class Item:
    """One article on the wire. `at`: its place in time; `others`: further articles of its story, `first_source` the first
    of them all where there are any and none told it in the same minute (`is_first`: this one)."""

    id: int
    at: str
    source: str
    language: str | None
    section: str | None
    published_at: str | None
    published_offset: str | None
    modified_at: str | None
    first_seen_at: str
    form: str
    rights: str
    access: str
    status: str
    agency: str | None
    place: str | None
    dateline_length: int | None
    story_id: int
    revision: int
    title: str
    lead: str | None
    beginning: str
    kind: str
    label: str | None
    seen_at: str
    others: int
    first_source: str | None
    is_first: bool

    @property
    def summary(self) -> str:
        """The standfirst, else how the text begins after its dateline; about 240 characters."""
        words = " ".join((self.lead or self.beginning[self.dateline_length or 0 :]).split())
        if len(words) <= _SUMMARY:
            return words
        cut = words[:_SUMMARY]
        return (cut.rsplit(" ", 1)[0] if " " in cut[_SUMMARY // 2 :] else cut) + " …"


@dataclass(frozen=True, slots=True)
class Notice:
    """A correction, withdrawal or return, told apart from the wire's order: the article may be of last week."""

    at: str
    kind: str
    article_id: int
    source: str
    title: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Wire:
    """One page. `seq`: the last change that is in it; `older`: where the next page begins, None at the end."""

    items: list[Item]
    older: Place | None
    seq: int
    notices: list[Notice]


@dataclass(frozen=True, slots=True)
class News:
    """What has come since a change. `kinds`: kind of change -> articles on the page; each counts once, what is new as `first`,
    else by its last change. `notices`: corrections, withdrawals and returns anywhere. `rewound`: there is no such change."""

    seq: int
    kinds: dict[str, int]
    notices: int
    rewound: bool = False

    @property
    def articles(self) -> int:
        """How many articles of the page are new or changed."""
        return sum(self.kinds.values())


def wire(reader: Reader, filters: Filters, before: Place | None = None, *, size: int = PAGE) -> Wire:
    """The newest `size` articles, or those before a place."""
    places = _places(reader, filters, before, size + 1)
    older = places[size - 1] if len(places) > size else None
    items = [_item(reader, place) for place in places[:size]]
    return Wire(items, older, reader.last_seq(), notices(reader) if before is None else [])


def news(reader: Reader, filters: Filters, since: int, last_shown: Place | None = None) -> News:
    """What of `filters` changed after the change `since`, among the last 2,000 changes, so that the newest page is another: of
    `last_shown` on (None: of all; what an archive gave is older than that)."""
    last = reader.last_seq()
    if since > last:
        return News(last, {}, 0, rewound=True)
    where, values = filters.where()
    if last_shown is not None:
        where += f" AND ({AT}, a.id) >= (?, ?)"
        values += [last_shown.at, last_shown.article_id]
    after = max(since, last - _WITHIN)
    # Not along the index of articles, which is long (the plus). Beside the one max() the other columns are of its row: https://sqlite.org/lang_select.html#bareagg
    rows = reader.db.conn.execute(
        "SELECT max(c.seq), c.kind, sum(c.kind = 'first') FROM change AS c JOIN article AS a ON a.id = c.article_id"  # noqa: S608 - our own words
        f" WHERE c.seq > ? AND c.kind NOT IN ('reextracted', 'earlier'){where} GROUP BY +c.article_id",
        (after, *values),
    ).fetchall()
    kinds = Counter("first" if is_new else kind for _, kind, is_new in rows)
    (told,) = reader.db.conn.execute(
        "SELECT count(*) FROM change WHERE seq > ? AND kind IN ('correction', 'withdrawal', 'return')", (after,)
    ).fetchone()
    return News(last, dict(sorted(kinds.items())), told)


def notices(reader: Reader, *, most: int = CORRECTIONS) -> list[Notice]:
    """The newest corrections, withdrawals and returns among the last 2,000 changes."""
    rows = reader.db.conn.execute(
        "SELECT c.at, c.kind, c.article_id, a.source, r.title, a.language FROM change AS c"
        " JOIN article AS a ON a.id = c.article_id"
        " JOIN revision AS r ON r.article_id = c.article_id AND r.revision = c.revision"
        " WHERE c.seq > ? AND c.kind IN ('correction', 'withdrawal', 'return') ORDER BY c.seq DESC LIMIT ?",
        (reader.last_seq() - _WITHIN, most),
    )
    return [Notice(*row) for row in rows]


def offered(reader: Reader, filters: Filters) -> dict[str, list[str]]:
    """What may be chosen: all sources; languages and sections of the newest 10,000 articles, and of a chosen source the
    sections of its newest 1,000."""
    conn = reader.db.conn
    sources = [name for (name,) in conn.execute("SELECT name FROM source ORDER BY name LIMIT 2000")]
    counts: dict[str, Counter[str]] = {"language": Counter(), "section": Counter()}
    for language, section, articles in conn.execute(_NEWEST_OF_ALL, (_NEWEST,)):
        counts["language"][language] += articles
        counts["section"][section] += articles
    if filters.source is not None:
        own = (bindable(filters.source), _NEWEST_OF_IT)
        counts["section"] = Counter(dict(conn.execute(_NEWEST_OF_SOURCE, own).fetchall()))
    found = {"source": sources}
    for name, count in counts.items():
        found[name] = sorted(value for value, _ in count.most_common(_OFFERED) if value is not None)
    for name, value in filters.asked().items():
        if value not in found[name]:
            found[name].append(value)
    return found


def _places(reader: Reader, filters: Filters, before: Place | None, most: int) -> list[Place]:
    where, values = filters.where()
    bound: list[Any] = []
    if before is not None:
        where += (
            f" AND {AT} <= ? AND ({AT} < ? OR a.id < ?)"  # a pair compared to a pair would be looked for from the top
        )
        bound = [before.at, before.at, before.article_id]
    rows = reader.db.conn.execute(
        f"SELECT {AT}, a.id FROM article AS a INDEXED BY article_wire WHERE 1{where} ORDER BY {AT} DESC, a.id DESC LIMIT ?",  # noqa: S608 - our own words
        (*values, *bound, most),
    )
    return [Place(*row) for row in rows]


_ITEM = f"""
SELECT a.source, a.language, a.section, a.published_at, a.published_offset, a.modified_at, a.first_seen_at, a.form, a.rights,
  a.access, a.status, coalesce(a.credit, a.dateline_agency), a.dateline_place, a.dateline_length, a.story_id, a.revision,
  r.title, {reserved.words("r.lead")}, {reserved.words(f"substr(r.body, 1, {_TEXT})", "''")}, r.kind, r.label, r.seen_at,
  (SELECT count(*) FROM (SELECT 1 FROM article AS o WHERE o.story_id = a.story_id LIMIT {_COPIES + 1})) - 1
FROM article AS a JOIN revision AS r ON r.article_id = a.id AND r.revision = a.revision WHERE a.id = ?
"""  # noqa: S608 - our own words
# The first of a story; without its source where its minute is another's, too.
_FIRST = f"""
SELECT f.id, CASE WHEN f.published_precision IN ('second', 'minute') AND {said.since("f")} <> '' AND EXISTS (
    SELECT 1 FROM article AS o WHERE o.story_id = f.story_id AND o.id <> f.id AND o.published_precision IN ('second', 'minute')
    AND {said.since("o")} <> '' AND {said.since("o")} <= {said.by("f")}) THEN NULL ELSE f.source END
FROM article AS f WHERE f.story_id = ? ORDER BY {said.by("f")}, f.id LIMIT 1
"""  # noqa: S608 - our own words


def _item(reader: Reader, place: Place) -> Item:
    row = reader.db.conn.execute(_ITEM, (place.article_id,)).fetchone()
    others, story_id = row[22], row[14]
    first = reader.db.conn.execute(_FIRST, (story_id,)).fetchone() if others else (place.article_id, None)
    values: tuple[Any, ...] = (place.article_id, place.at, *row, first[1], first[0] == place.article_id)
    return Item(*values)
