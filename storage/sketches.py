"""Sketches: which stored articles share passages with a text, among those of its own time.

An article's sketch is its keys in ascending order; the smallest of them (`indexed`) stand in the table `sketch`, the whole
in its row of `article`. A row's key is `week << 32 | key`: the table is parted by the week of publication (of an undated
article: when it was first seen), and a look-up reads the weeks around the article's own and no other. So its cost is that
of the window, however large the archive; what is filled in later finds the copies of its own time.

Articles that are at most `window` days apart are always compared; the weeks being whole ones, up to six days more may be.
Which pairs are compared hangs on their days alone, not on the order of arrival.

A key stands once for each story and week: a text that a thousand outlets print takes no more rows than one, and a key of
more than COMMON rows is boilerplate, not a copied text. Rows are never taken out when a text is revised: copies of the
earlier text are still found.
"""

from __future__ import annotations

import heapq
import struct
from bisect import bisect_left, bisect_right
from collections import defaultdict
from functools import lru_cache
from itertools import islice
from operator import lt
from typing import TYPE_CHECKING

from storage import clean, clock, looked_up, sums
from storage.models import Kin

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlite_utils import Database

    from storage.models import Article

WINDOW_DAYS = 7
COMMON = 64
"""A week's key that more stories hold is boilerplate, and tells nothing."""
INDEXED_BELOW = (1 << 32) // 16
FEWEST_INDEXED = 32
MOST_COMPARED = 24
"""Stored sketches that are compared whole, those first that share most."""
MOST_OF_STORY = 3
MOST_KIN = 12
MOST_REVISED = 2048
"""Keys of all an article's texts that are kept together; of more, the newest text's."""
LEAST_SHARED = 3
LEAST_SHARE = 0.1
"""Of the smaller sketch. A copy that is kin by the words shares .15 and more."""

_WEEK = 7 * 86400
_AT_ONCE = 2000
_OLD_SKETCHES = (
    "SELECT id, sketch, coalesce(published_at, first_seen_at) FROM article WHERE id > ? AND sketch IS NOT NULL"
    " ORDER BY id LIMIT ?"
)
_PLACE_GATHERED = (
    "INSERT INTO sketch SELECT key, article_id FROM (SELECT key, article_id, row_number() OVER"
    " (PARTITION BY key ORDER BY article_id) AS place FROM gathered) WHERE place <= ? ORDER BY key, article_id"
)


def week(at: str | None) -> int:
    """The number of the week in which a time of the database lies; 0 for one before 1970."""
    return max(0, int((clock.epoch(at) or 0.0) // _WEEK))


@lru_cache(maxsize=64)
def ordered(sketch: tuple[int, ...]) -> tuple[int, ...]:
    """The keys of a sketch in ascending order, each once, as they mostly come."""
    return sketch if all(map(lt, sketch, islice(sketch, 1, None))) else tuple(sorted(set(sketch)))


def indexed(sketch: Sequence[int]) -> Sequence[int]:
    """The part of a sorted sketch that articles are looked up by."""
    return sketch[: max(FEWEST_INDEXED, bisect_left(sketch, INDEXED_BELOW))]


def enough(sketch: Sequence[int], other: Sequence[int], shared: int) -> bool:
    """Whether `shared` keys in common are so many that the texts of two sorted sketches may be the same."""
    # Both samples are whole up to the lesser of their largest keys: only there can they be compared.
    bound = min(sketch[-1], other[-1])
    size = min(bisect_right(sketch, bound), bisect_right(other, bound))
    return shared >= min(size, max(LEAST_SHARED, LEAST_SHARE * size))


def kin(db: Database, article: Article, own_id: int, *, now: str, window: int = WINDOW_DAYS) -> list[Kin]:
    """The stored articles that seem to share text with `article`, those that share most first, at most MOST_OF_STORY of a
    story. `own_id`: it itself, which is none of them. `now` stands for the day of an article without one. `window` in days."""
    sketch = ordered(article.sketch)
    if not sketch:
        return []
    middle = week(article.published.at if article.published else _stored_day(db, own_id) or now)
    reach = max(1, -(-window // 7))
    weight: defaultdict[int, float] = defaultdict(float)
    weeks, keys = range(max(0, middle - reach), middle + reach + 1), indexed(sketch)
    held = _holders(db, weeks, keys)
    looked_up.keep(db, keys, weeks, held)
    for holders in held.values():
        if len(holders) <= COMMON:
            for holder in holders:
                weight[holder] += 1 / len(holders)
    weight.pop(own_id, None)
    if not weight:
        return []
    ranked = heapq.nsmallest(MOST_COMPARED, ((-each, holder) for holder, each in weight.items()))
    likeliest = [holder for _, holder in ranked]
    found = _shared(db, sketch, likeliest)
    fellows = _fellows(db, {row[1] for row in found.values()}, known={*found, own_id})
    found |= _shared(db, sketch, fellows)
    return _kin(db, found)


def write(db: Database, article: Article, article_id: int, *, current: bool = True) -> None:
    """Put the keys of a text of the article beside those of its others. Its story must be set. `current` False: the text
    is an older one, which came late; of more keys than are kept together, the stored ones stay."""
    old, at, story_id = db.conn.execute(
        "SELECT sketch, coalesce(published_at, first_seen_at), story_id FROM article WHERE id = ?", (article_id,)
    ).fetchone()
    index(db, article, article_id, story_id, at=at)
    sketch = ordered(article.sketch)
    if old:
        union = tuple(sorted({*sketch, *unpack(old)}))
        sketch = union if len(union) <= MOST_REVISED else sketch if current else unpack(old)
    db.conn.execute("UPDATE article SET sketch = ? WHERE id = ?", (pack(sketch), article_id))


def index(db: Database, article: Article, article_id: int, story_id: int | None, *, at: str) -> None:
    """Put the keys of a text into the table, those that its story does not hold already. `story_id` None: a new story,
    which holds none; `at`: the article's publication, else when it was first seen."""
    members = set[int]()
    if story_id is not None:
        members = {row[0] for row in db.conn.execute("SELECT id FROM article WHERE story_id = ?", (story_id,))}
    this_week, keys = week(at), indexed(ordered(article.sketch))
    holders = looked_up.taken(db, keys, this_week)
    if holders is None:
        holders = _holders(db, [this_week], keys)
    rows = [this_week << 32 | key for key in keys]
    if holders:
        rows = [row for row in rows if len(held := holders.get(row, ())) <= COMMON and members.isdisjoint(held)]
    sums.insert(db, "sketch", [(row, article_id) for row in rows])


def rewrite(db: Database, article: Article, article_id: int, *, was: str, alone: bool, current: bool) -> None:
    """A text of the article was extracted anew: put its keys in the place of the old ones where it is the only text
    (`alone`), else beside those of the others. `was`: the time by which its week went until now.

    A key that leaves goes to another article of the story that has it, for which this one held it."""
    if alone:
        old, at, story_id = db.conn.execute(
            "SELECT sketch, coalesce(published_at, first_seen_at), story_id FROM article WHERE id = ?", (article_id,)
        ).fetchone()
        stays = {week(at) << 32 | key for key in indexed(ordered(article.sketch))}
        gone = [row for key in indexed(unpack(old or b"")) if (row := week(was) << 32 | key) not in stays]
        db.conn.execute("UPDATE article SET sketch = NULL WHERE id = ?", (article_id,))
        db.conn.executemany("DELETE FROM sketch WHERE key = ? AND article_id = ?", [(row, article_id) for row in gone])
        _hand_over(db, gone, article_id, story_id)
    write(db, article, article_id, current=current)


def _hand_over(db: Database, rows: Sequence[int], article_id: int, story_id: int) -> None:
    """Give rows that an article held to the others of its story whose texts have their keys."""
    left = set(rows)
    for fellow, blob, at in db.conn.execute(
        "SELECT id, sketch, coalesce(published_at, first_seen_at) FROM article WHERE story_id = ? AND id <> ?"
        " AND sketch IS NOT NULL ORDER BY id LIMIT ?",
        (story_id, article_id, COMMON),
    ).fetchall():
        held = left.intersection(week(at) << 32 | key for key in indexed(unpack(blob)))
        there = _holders(db, (0,), held)
        sums.insert(db, "sketch", [(row, fellow) for row in sorted(held) if fellow not in there.get(row, ())])
        left -= held


def moved(db: Database, article: Article, mark: int, stories: Iterable[int]) -> bool:
    """Whether a text that seems to share with `article` was stored after the text numbered `mark`, in none of `stories`;
    or one of `stories` is no more."""
    stories = set(stories)
    for story_id in stories:
        if db.conn.execute("SELECT 1 FROM story WHERE story_id = ?", (story_id,)).fetchone() is None:
            return True
    newer = {row[0] for row in db.conn.execute("SELECT article_id FROM revision WHERE id > ?", (mark,))}
    if not newer or not article.sketch:
        return False
    shared = _shared(db, ordered(article.sketch), newer)
    return any(
        story_id not in stories and (source, key) != (article.source, article.key)
        for _, story_id, source, key in shared.values()
    )


def pack(sketch: Sequence[int]) -> bytes:
    """A sketch as the column holds it: four bytes a key, the smallest first."""
    return struct.pack(f"<{len(sketch)}I", *sketch)


def unpack(blob: bytes) -> tuple[int, ...]:
    """The keys of a column."""
    return struct.unpack(f"<{len(blob) // 4}I", blob)


@lru_cache(maxsize=512)
def _unpacked(blob: bytes) -> tuple[tuple[int, ...], frozenset[int]]:
    """The keys of a column, sorted and as a set. What was stored last is compared with all that comes next (`moved`)."""
    keys = unpack(blob)
    return keys, frozenset(keys)


def from_63_bits(db: Database) -> None:
    """Make what an earlier version kept (keys of 63 bits, the 24 smallest of a text and others) over: those 24, which are
    the smallest in 32 bits too. The keys are gathered first and written in their order: a million articles in minutes."""
    db.conn.execute("CREATE TEMP TABLE gathered (key INTEGER NOT NULL, article_id INTEGER NOT NULL) STRICT")
    last = 0
    while rows := db.conn.execute(_OLD_SKETCHES, (last, _AT_ONCE)).fetchall():
        last = rows[-1][0]
        made = []
        for article_id, blob, at in rows:
            old = struct.unpack(f"<{len(blob) // 8}q", blob)
            made.append((article_id, week(at) << 32, sorted({key >> 31 for key in old[:24]})))
        db.conn.executemany(
            "INSERT INTO gathered VALUES (?, ?)",
            [(at_week | key, article_id) for article_id, at_week, keys in made for key in keys],
        )
        db.conn.executemany(
            "UPDATE article SET sketch = ? WHERE id = ?", [(pack(keys), article_id) for article_id, _, keys in made]
        )
    db.conn.execute("DELETE FROM sketch")
    db.conn.execute(_PLACE_GATHERED, (COMMON + 1,))
    db.conn.execute("DROP TABLE gathered")


def _stored_day(db: Database, article_id: int) -> str | None:
    row = db.conn.execute(
        "SELECT coalesce(published_at, first_seen_at) FROM article WHERE id = ?", (article_id,)
    ).fetchone()
    return row[0] if row else None


def _holders(db: Database, weeks: Iterable[int], keys: Iterable[int]) -> dict[int, list[int]]:
    """The articles that hold keys, COMMON + 1 of a row at the most (`index`). `weeks` (0,): the keys bear their week."""
    rows = clean.dumps([each << 32 | key for each in weeks for key in keys])
    found: defaultdict[int, list[int]] = defaultdict(list)
    for row, article_id in db.conn.execute(
        "SELECT s.key, s.article_id FROM json_each(?) AS j CROSS JOIN sketch AS s ON s.key = j.value", (rows,)
    ):
        found[row].append(article_id)
    return found


def _shared(db: Database, sketch: Sequence[int], ids: Iterable[int]) -> dict[int, tuple[int, int, str, str]]:
    """Of the articles that share enough with `sketch`: shared keys, story, source, key."""
    own, ids = set(sketch), list(ids)
    found = dict[int, tuple[int, int, str, str]]()
    if not ids:
        return found
    for article_id, blob, story_id, source, key in db.conn.execute(
        "SELECT id, sketch, story_id, source, key FROM article WHERE id IN (SELECT value FROM json_each(?))",
        (clean.dumps(ids),),
    ):
        if not blob:
            continue
        other, keys = _unpacked(blob)
        bound = min(sketch[-1], other[-1])
        if own.isdisjoint(keys) and sketch[0] <= bound and other[0] <= bound:
            continue
        shared = len(own & keys)
        if enough(sketch, other, shared):
            found[article_id] = (shared, story_id, source, key)
    return found


def _fellows(db: Database, stories: set[int], known: set[int]) -> list[int]:
    """Articles of the same stories that hold no key of their own, their texts having been known already."""
    found: list[int] = []
    for story_id in sorted(stories)[:MOST_KIN]:
        rows = db.conn.execute(
            "SELECT id FROM article WHERE story_id = ? ORDER BY id LIMIT ?", (story_id, MOST_COMPARED)
        ).fetchall()
        found += [row[0] for row in rows if row[0] not in known]
    return found[:MOST_COMPARED]


def _kin(db: Database, found: dict[int, tuple[int, int, str, str]]) -> list[Kin]:
    taken: defaultdict[int, int] = defaultdict(int)
    kin: list[Kin] = []
    for article_id in sorted(found, key=lambda each: (-found[each][0], each)):
        shared, story_id, source, _ = found[article_id]
        if taken[story_id] == MOST_OF_STORY or len(kin) == MOST_KIN:
            continue
        taken[story_id] += 1
        # The newest three texts, and the first.
        texts = db.conn.execute(
            "SELECT content_hash, body FROM revision AS r WHERE article_id = ?1 AND (revision = 1 OR revision >"
            " (SELECT revision FROM article WHERE id = ?1) - 3) ORDER BY revision DESC",
            (article_id,),
        ).fetchall()
        bodies = tuple(body for _, body in texts if body)
        kin.append(Kin(article_id, source, story_id, shared, texts[0][0], bodies))
    return kin
