"""Second stage: which articles are to be compared, by the keys that they share. One bucket of keys at a time.

The rule is the store's (`storage.sketches`): articles that hold the same key in the same week, or in weeks that a look-up
reads, seem to share text, each key counting the less the more hold it. Where the store leaves out what a story holds
already, here a row of many holders is thinned: of those before an article the NEAREST and the FIRST are taken, so that a
text that a thousand outlets print takes no more pairs an article than any other, and they hang together through these. Of
a source's articles with the very same sketch only the first stands for all."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from crawler.cluster.near_keys import ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np
    import pyarrow as pa

    from crawler.cluster.near_files import Place

    Array = np.ndarray[Any, Any]

NEAREST: Final = 8
FIRST: Final = 4
AT_ONCE: Final = 1 << 19
"""Keys whose pairs are made at once."""
AGAIN: Final = float("inf")
"""The weight of a pair that needs no comparison: two pages of one article."""


def pair(place: Place, work: str, bucket: int, parts_of_batch: int, reach: int) -> dict[str, int]:
    """Write the pairs of one bucket to `<work>/pairs/<batch of the later article>/<bucket>`. `reach`: weeks before and after
    that are looked up. Answers how many there were. Memory: 25 bytes a key of the bucket, and
    150 MB for AT_ONCE keys and their pairs."""
    import numpy as np
    import pyarrow as pa

    later, earlier, weight = total(_of_bucket(place, work, bucket, reach))
    if not len(later):
        return {"pairs": 0}
    batches = later // ROWS // parts_of_batch
    ends = np.flatnonzero(np.diff(batches, prepend=-1, append=-1))
    for begin, end in pairwise(ends):
        table = {"later": later[begin:end], "earlier": earlier[begin:end], "weight": weight[begin:end]}
        place.put_table(f"{work}/pairs/{batches[begin]:06}", f"{bucket:05}", pa.table(table))
    return {"pairs": len(later)}


def _of_bucket(place: Place, work: str, bucket: int, reach: int) -> Iterator[tuple[Array, Array, Array]]:
    import pyarrow as pa

    if keys := list(place.tables(f"{work}/keys/{bucket:05}")):
        table = pa.concat_tables(keys)
        keys.clear()
        for some in slices(table):
            yield from candidates(Holders.of(some), reach)
        del table
    if ids := list(place.tables(f"{work}/ids/{bucket:05}")):
        yield again(pa.concat_tables(ids))


def slices(keys: pa.Table, at_once: int = AT_ONCE) -> Iterator[pa.Table]:
    """A table of keys in pieces of about so many rows; what has the same key is in the same piece."""
    import numpy as np
    import pyarrow as pa

    values = keys["key"].to_numpy()
    pieces = max(1, len(values) // at_once)
    places = [len(values) * piece // pieces for piece in range(1, pieces)]
    bounds = np.unique(np.partition(values, places)[places]) if places else np.zeros(0, values.dtype)
    of_piece = np.searchsorted(bounds, values, side="right")
    for piece in range(len(bounds) + 1):
        yield keys.filter(pa.array(of_piece == piece))


def total(pairs: Iterable[tuple[Array, Array, Array]], at_once: int = AT_ONCE) -> tuple[Array, Array, Array]:
    """Each of the pairs once, as `summed` has them, without ever holding many more than there are."""
    import numpy as np

    held = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
    size = least = 0
    for some in pairs:
        held.append(some)
        size += len(some[0])
        if size >= 2 * least + at_once:
            held = [summed([np.concatenate(column) for column in zip(*held, strict=True)])]
            size = least = len(held[0][0])
    return summed([np.concatenate(column) for column in zip(*held, strict=True)])


@dataclass(frozen=True)
class Holders:
    """The holders of a bucket's keys in the order of key, week and article: `row`: the number of its key and week, of which
    `size` articles are holders; `place`: which of them it is. `doubles`: those that another of
    the same source and sketch stands for, and these."""

    key: Array
    week: Array
    article: Array
    row: Array
    size: Array
    place: Array
    doubles: tuple[Array, Array]

    @classmethod
    def of(cls, keys: pa.Table) -> Holders:
        """Of a table of keys (`near_keys.keys_of`), in any order."""
        import numpy as np

        key, week, article, same = (keys[name].to_numpy() for name in ("key", "week", "article", "same"))
        order = np.lexsort((article, same, week, key))
        key, week, article, same = key[order], week[order], article[order], same[order]
        new = _changes(key, week, same)
        first = article[np.flatnonzero(new)[np.cumsum(new) - 1]]
        doubles = (article[~new], first[~new])
        key, week, article = key[new], week[new], article[new]
        order = np.lexsort((article, week, key))
        key, week, article = key[order], week[order], article[order]
        new = _changes(key, week)
        row = np.cumsum(new) - 1
        begins = np.flatnonzero(new)
        size = np.diff(begins, append=len(key))[row] if len(key) else row
        return cls(key, week, article, row, size, np.arange(len(key)) - begins[row], doubles)


def candidates(holders: Holders, reach: int) -> Iterator[tuple[Array, Array, Array]]:
    """Pairs (later article, earlier article, weight), some of them several times."""
    import numpy as np

    later, earlier = holders.doubles
    if len(later):
        yield later, earlier, np.ones(len(later))
    # Rows in the order of key and week, as one number each that another week of the key is found by.
    begins = np.flatnonzero(holders.place == 0)
    rows = (holders.key[begins].astype(np.int64) << 16) + holders.week[begins]
    length = len(holders.key)
    for begin in range(0, length, AT_ONCE):
        own = np.arange(begin, min(begin + AT_ONCE, length))
        for shift in range(1, NEAREST + 1):
            near = own[holders.place[own] >= shift]
            yield _pairs(holders, near, near - shift)
        for first in range(FIRST):
            far = own[holders.place[own] > NEAREST + first]
            yield _pairs(holders, far, far - holders.place[far] + first)
        for back in range(1, reach + 1):
            yield from _across(holders, own, begins, rows, back)


def _across(
    holders: Holders, own: Array, begins: Array, rows: Array, back: int
) -> Iterator[tuple[Array, Array, Array]]:
    """Pairs with holders of the same key `back` weeks before: those of them that are next to the article in the order of
    numbers, on both sides, and the first."""
    import numpy as np

    wanted = (holders.key[own].astype(np.int64) << 16) + holders.week[own] - back
    at = np.minimum(np.searchsorted(rows, wanted), len(rows) - 1)
    there = (rows[at] == wanted) & (holders.week[own] >= back)
    own, at = own[there], begins[at[there]]
    if not len(own):
        return
    size = holders.size[at]
    # How many of that row come before the article: by halves, each article in its own row.
    low, high = np.zeros_like(size), size.copy()
    while (low < high).any():
        middle = (low + high) // 2
        before = (low < high) & (holders.article[at + np.minimum(middle, size - 1)] < holders.article[own])
        low, high = np.where(before, middle + 1, low), np.where(before | (low >= high), high, middle)
    half = NEAREST // 2
    for place in range(-half, half):
        fits = (low + place >= 0) & (low + place < size)
        yield _pairs(holders, own[fits], (at + low + place)[fits])
    for first in range(FIRST):
        fits = first < low - half
        yield _pairs(holders, own[fits], (at + first)[fits])


def _pairs(holders: Holders, own: Array, other: Array) -> tuple[Array, Array, Array]:
    import numpy as np

    one, two = holders.article[own], holders.article[other]
    return np.maximum(one, two), np.minimum(one, two), 1 / np.where(one > two, holders.size[other], holders.size[own])


def again(ids: pa.Table) -> tuple[Array, Array, Array]:
    """Each page of an article and the first page of it, by identities (`near_keys.keys_of`)."""
    import numpy as np

    key, article = ids["key"].to_numpy(), ids["article"].to_numpy()
    order = np.lexsort((article, key))
    key, article = key[order], article[order]
    new = _changes(key)
    first = article[np.flatnonzero(new)[np.cumsum(new) - 1]]
    return article[~new], first[~new], np.full(int((~new).sum()), AGAIN)


def summed(pairs: Sequence[Array]) -> tuple[Array, Array, Array]:
    """Each pair once, in the order of later and earlier, with the sum of its weights."""
    import numpy as np

    later, earlier, weight = pairs
    order = np.lexsort((earlier, later))
    later, earlier, weight = later[order], earlier[order], weight[order]
    begins = np.flatnonzero(_changes(later, earlier))
    if not len(begins):
        return later, earlier, weight
    return later[begins], earlier[begins], np.add.reduceat(weight, begins)


def _changes(*columns: Array) -> Array:
    """Where a row is another one than the row before."""
    import numpy as np

    new = np.ones(len(columns[0]), bool)
    if len(new):
        new[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return new
