"""What a search finds, narrowed by what the index of texts does not know, and counted by it.

The newest come first, along the rowid of the index. Where a search is narrowed two walks go down that order in turn, each from
where the other stopped: over the texts that match, of which those are kept that have the source, language, agency or place; and
over the articles that have these, of which those are kept that match. The one of which there is less ends it, so that a common
word of a rare source is found as quickly as a rare word of a common source. A page ends after two turns, full or not, and says
how far back it looked: where the two hardly meet, the walks over a million articles would take a second.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from storage import clock, search
from storage.search import QueryError, bindable
from storage.web import reserved

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.reader import Reader

PAGE: Final = 20
"""Hits of a page."""

COUNTED: Final = 2000
"""Newest matches over which facets are counted."""

_LOOKED_AT: Final = 6000
"""Newest matches among which those of a narrowed search are counted."""
_SHOWN: Final = 12
_SECONDS: Final = 86400
_MATCHES: Final = 5000
_ARTICLES: Final = 200
_TURNS: Final = 2
"""Of the two walks, for one page."""

_BODY: Final = 20_000
_LAST: Final = 2**63 - 1

AGENCY: Final = "coalesce(a.credit, a.dateline_agency)"
"""The agency of an article: the one that the text is credited to, else its dateline's. Words of the index `article_found`."""

_COLUMNS: Final = {"source": "a.source", "language": "a.language", "agency": AGENCY, "place": "a.dateline_place"}
_MATCHED: Final = (
    "SELECT s.rowid, a.source, a.language, coalesce(a.credit, a.dateline_agency), a.dateline_place FROM"
    " (SELECT rowid FROM search WHERE search MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid DESC LIMIT ?) AS s"
    " CROSS JOIN article AS a INDEXED BY article_found ON a.search_id = s.rowid"
)
_HAVING: Final = (
    "SELECT a.search_id FROM article AS a INDEXED BY article_found WHERE a.search_id BETWEEN ? AND ?{} "
    "ORDER BY a.search_id DESC LIMIT ?"
)
_MATCHES_IT: Final = "SELECT 1 FROM search WHERE search MATCH ? AND rowid = ?"
_HIT: Final = f"""
SELECT a.id, a.source, a.language, a.section, a.published_at, a.first_seen_at, a.form, a.rights, a.access, a.status,
  {AGENCY}, a.dateline_place, a.revision, r.title, {reserved.words("r.lead")},
  {reserved.words(f"substr(r.body, 1, {_BODY})", "''")}, r.kind, r.label,
  a.search_id
FROM article AS a JOIN revision AS r ON r.article_id = a.id AND r.revision = a.revision WHERE a.search_id = ?
"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class Asked:
    """A search: its words, and what it is narrowed by; None: not. Times as `storage.search.search` takes them."""

    query: str
    source: str | None = None
    language: str | None = None
    agency: str | None = None
    place: str | None = None
    since: str | None = None
    until: str | None = None

    def asked(self, **other: str | None) -> dict[str, str]:
        """Name -> value of the parameters that are set, as in the page's address; `other` in place of this search's own."""
        own = {"q": self.query, "since": self.since, "until": self.until} | self.narrowed()
        return {name: value for name, value in {**own, **other}.items() if value}

    def narrowed(self) -> dict[str, str]:
        """What the index of texts does not know: name -> value."""
        given = {"source": self.source, "language": self.language, "agency": self.agency, "place": self.place}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Hit:
    """One article found, with the fields of the wire's marks. `body`: its first 20,000 characters; empty where its
    rights are reserved."""

    id: int
    source: str
    language: str | None
    section: str | None
    published_at: str | None
    first_seen_at: str
    form: str
    rights: str
    access: str
    status: str
    agency: str | None
    place: str | None
    revision: int
    title: str
    lead: str | None
    body: str
    kind: str
    label: str | None
    rowid: int


@dataclass(frozen=True, slots=True)
class Page:
    """`older`: the rowid before which the next page begins, None at the end. `back_to`: the day back to which was looked where
    the page is not full for having looked at enough; what is older has not been looked at."""

    hits: list[Hit]
    older: int | None
    back_to: str | None = None


@dataclass(frozen=True, slots=True)
class Facet:
    """`name` as in `Asked` (and `day`); values and how many of the counted matches have them, the most first (days: the newest
    first); `more` values that are not in the list."""

    name: str
    values: list[tuple[str, int]]
    more: int


@dataclass(frozen=True, slots=True)
class Facets:
    """`counted` matches, the newest; `whole`: there are no others. `among`: of a narrowed search, so many of the newest matches
    of its words were looked at for them, and there are more; else None."""

    counted: int
    whole: bool
    facets: list[Facet]
    among: int | None = None


@dataclass(frozen=True, slots=True)
class _Within:
    """What is to be matched, and between which rowids, both included."""

    matched: str
    first: int
    last: int


def hits(reader: Reader, asked: Asked, before: int | None = None, *, size: int = PAGE) -> Page:
    """The newest `size` articles that match all that is asked, or those before a rowid. Raises QueryError."""
    within = _within(asked, before)
    reached: int | None = None
    if asked.narrowed():
        rowids, reached = _narrowed(reader, asked, within, size + 1)
    else:
        rowids = _plain(reader, within, size + 1)
    full = len(rowids) > size
    older = rowids[size - 1] if full else reached
    back_to = _day(reached) if reached is not None and not full else None
    return Page([Hit(*reader.db.conn.execute(_HIT, (rowid,)).fetchone()) for rowid in rowids[:size]], older, back_to)


def facets(reader: Reader, asked: Asked, shown: Iterable[Hit] = ()) -> Facets:
    """What the newest 2,000 matches have; of a narrowed search, those of them that are among the newest 6,000 matches of its
    words, and what is `shown`, which may be older: no count is below what stands beside it. Raises QueryError."""
    within = _within(asked, None)
    most = _LOOKED_AT if asked.narrowed() else COUNTED
    rows = _matched(reader, within, most)
    found = [row for row in rows if _has(row, asked)] if asked.narrowed() else rows
    among = len(rows) if asked.narrowed() and len(rows) == most else None
    if among:
        older = (hit for hit in shown if hit.rowid < rows[-1][0])
        found += [(hit.rowid, hit.source, hit.language, hit.agency, hit.place) for hit in older]
    counted = found[:COUNTED]
    columns = {
        "source": Counter(row[1] for row in counted),
        "agency": Counter(row[3] for row in counted if row[3] is not None),
        "place": Counter(row[4] for row in counted if row[4] is not None),
        "language": Counter(row[2] for row in counted if row[2] is not None),
        "day": _days(row[0] for row in counted),
    }
    whole = len(rows) < most and len(counted) == len(found)
    return Facets(len(counted), whole, [_facet(name, counts) for name, counts in columns.items() if counts], among)


def _facet(name: str, counts: Counter[str]) -> Facet:
    ordered = sorted(counts.items(), reverse=True) if name == "day" else counts.most_common()
    return Facet(name, ordered[:_SHOWN], max(0, len(ordered) - _SHOWN))


def _days(rowids: Iterable[int]) -> Counter[str]:
    counts = Counter(search.second_of(rowid) // _SECONDS for rowid in rowids)
    return Counter({clock.text(day * _SECONDS)[:10]: count for day, count in counts.items()})


def _day(rowid: int) -> str:
    return clock.text(search.second_of(rowid))[:10]


def _within(asked: Asked, before: int | None) -> _Within:
    _, matched = search.match(asked.query)
    first = search.bound(asked.since, last=False) or 0
    end = search.bound(asked.until, last=True)
    last = _LAST if end is None else end
    if first > last:
        raise QueryError(f"nothing is both since {asked.since} and until {asked.until}: exchange them")
    return _Within(matched, first, last if before is None else min(last, before - 1))


def _plain(reader: Reader, within: _Within, most: int) -> list[int]:
    return [row[0] for row in _matched(reader, within, most)]


def _matched(reader: Reader, within: _Within, most: int) -> list[tuple[Any, ...]]:
    return reader.db.conn.execute(_MATCHED, (within.matched, within.first, within.last, most)).fetchall()


def _has(row: tuple[Any, ...], asked: Asked) -> bool:
    given = dict(zip(("source", "language", "agency", "place"), row[1:], strict=True))
    return all(given[name] == value for name, value in asked.narrowed().items())


def _narrowed(reader: Reader, asked: Asked, within: _Within, most: int) -> tuple[list[int], int | None]:
    """The rowids of the newest `most`, found by the two walks; the rowid before which nothing has been looked at, None where
    there is nothing more or enough was found."""
    conn = reader.db.conn
    where = "".join(f" AND {_COLUMNS[name]} = ?" for name in asked.narrowed())
    values = [bindable(value) for value in asked.narrowed().values()]
    found: list[int] = []
    chunk = COUNTED
    for _ in range(_TURNS):
        if len(found) >= most or within.first > within.last:
            return found[:most], None
        rows = _matched(reader, within, chunk)
        found += [row[0] for row in rows if _has(row, asked)]
        if len(rows) < chunk or len(found) >= most:
            return found[:most], None
        last = rows[-1][0] - 1
        having = conn.execute(_HAVING.format(where), (within.first, last, *values, _ARTICLES)).fetchall()
        for (rowid,) in having:
            if conn.execute(_MATCHES_IT, (within.matched, rowid)).fetchone():
                found.append(rowid)
                if len(found) >= most:
                    return found, None
        if len(having) < _ARTICLES:
            return found, None
        within = _Within(within.matched, within.first, having[-1][0] - 1)
        chunk = _MATCHES
    return found, within.last + 1 if within.first <= within.last else None
