"""First stage: the keys by which texts of a dataset find one another, parted by their value.

An article of a dataset is a number: its part's place among the names of all parts, times `ROWS`, and its row there. So
numbers rise in the order in which `dateline load` stores the articles."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from crawler.cluster.part import ARTICLE
from storage import sketches

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pyarrow as pa

    from crawler.cluster.near_files import Place

ROWS: Final = 1 << 24
"""More than a part has rows."""
READ: Final = ("outcome", "source", "key", "published_at", "fetched_at", "captured_at", "sketch")
READ_AT_ONCE: Final = 4096
BYTES: Final = 20
"""A key's columns."""
_SPREAD: Final = 0x9E3779B1


def gather(place: Place, work: str, batch: int, parts: Sequence[tuple[int, str]], buckets: int) -> dict[str, int]:
    """Write the keys of some parts (number, name) to `<work>/keys/<bucket>/<batch>`, their identities to `<work>/ids/…`.
    Answers how many articles and keys there were. Memory: BYTES a key of these parts, and one part's keys a few times."""
    import pyarrow as pa

    counts = {"articles": 0, "keys": 0}
    parted: dict[str, list[tuple[pa.Table, Any]]] = {"keys": [], "ids": []}
    for number, name in parts:
        first = number * ROWS
        made: dict[str, list[pa.Table]] = {"keys": [], "ids": []}
        with place.parquet("parts", name) as file:
            for rows in file.iter_batches(batch_size=READ_AT_ONCE, columns=list(READ)):
                keys, ids = keys_of(rows, first)
                made["keys"].append(keys)
                made["ids"].append(ids)
                first += rows.num_rows
        counts["articles"] += sum(table.num_rows for table in made["ids"])
        counts["keys"] += sum(table.num_rows for table in made["keys"])
        for kind, tables in made.items():
            if tables:
                parted[kind].append(_parted(pa.concat_tables(tables), buckets))
    for kind, found in parted.items():
        for bucket in range(buckets):
            own = [table.slice(ends[bucket], ends[bucket + 1] - ends[bucket]) for table, ends in found]
            if any(table.num_rows for table in own):
                place.put_table(f"{work}/{kind}/{bucket:05}", f"{batch:06}", pa.concat_tables(own))
    return counts


def _parted(table: pa.Table, buckets: int) -> tuple[pa.Table, Any]:
    """A table in the order of the buckets of its column `key`, and where each of them begins."""
    import numpy as np
    import pyarrow as pa

    values = table["key"].to_numpy().astype(np.uint64)
    bucket = ((values * np.uint64(_SPREAD) >> np.uint64(16)) % np.uint64(buckets)).astype(np.uint32)
    order = np.argsort(bucket, kind="stable")
    ends = np.searchsorted(bucket[order], np.arange(buckets + 1))
    return table.take(pa.array(order)).combine_chunks(), ends.tolist()


def keys_of(rows: pa.RecordBatch, first: int) -> tuple[pa.Table, pa.Table]:
    """Of the articles of a batch of rows, the first of which is the article `first`: their indexed keys (key, week,
    article, and a hash of source and whole sketch: `same`), and their identities (a hash of source and key, article)."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    articles = np.flatnonzero(pc.equal(rows["outcome"], ARTICLE).to_numpy(zero_copy_only=False))
    rows = rows.take(pa.array(articles))
    sketch = rows["sketch"].fill_null([])
    starts, values = sketch.offsets.to_numpy(), sketch.values.to_numpy()
    weeks, same = _weeks(rows), np.empty(len(articles), np.uint32)
    sources = rows["source"].to_pylist()
    for row, source in enumerate(sources):
        same[row] = _hash(source.encode() + values[starts[row] : starts[row + 1]].tobytes(), 4)
    lengths = np.diff(starts)
    owner = np.repeat(np.arange(len(articles)), lengths)
    rank = np.arange(len(owner)) - np.repeat(starts[:-1] - starts[0], lengths)
    values = values[starts[0] : starts[-1]]
    taken = (rank < sketches.FEWEST_INDEXED) | (values < sketches.INDEXED_BELOW)
    owner, numbers = owner[taken], articles.astype(np.int64) + first
    keys = {"key": values[taken], "week": weeks[owner], "article": numbers[owner], "same": same[owner]}
    names = zip(sources, rows["key"].to_pylist(), strict=True)
    identities = np.array([_hash(f"{source}\n{key}".encode(), 8) for source, key in names], np.uint64)
    return pa.table(keys), pa.table({"key": identities, "article": numbers})


def _weeks(rows: pa.RecordBatch) -> np.ndarray[Any, Any]:
    """The week of each article's publication; of an undated one, that of its page."""
    import numpy as np

    columns = (rows[name].to_pylist() for name in ("published_at", "fetched_at", "captured_at"))
    found = [
        sketches.week(published or fetched or captured) for published, fetched, captured in zip(*columns, strict=True)
    ]
    return np.array(found, np.int32)


def _hash(data: bytes, size: int) -> int:
    return int.from_bytes(blake2b(data, digest_size=size).digest(), "little")
