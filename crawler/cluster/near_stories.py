"""Last stages: edges become stories, and each part gets a table that says which story its articles are of."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from crawler.cluster.near_files import STORIES
from crawler.cluster.near_keys import ROWS
from crawler.cluster.near_texts import HOWS
from crawler.cluster.part import ARTICLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pyarrow as pa

    from crawler.cluster.near_files import Place

    Array = np.ndarray[Any, Any]

COLUMNS: Final = ("record", "story", "outcome", "of_record", "detail")
_DETAIL: Final = {
    "again": "another page of an article of {source}",
    "copy": "shares its text with an article of {source}",
    "almost": "almost the text of an article of {source}",
}


def join(place: Place, work: str, parts_of_batch: int) -> dict[str, int]:
    """Write of each article that is not the first of its story the record of the one that is, to `<work>/labels/<batch>`.
    Answers how many stories of several articles there are, and how many articles are theirs. Memory: 80 bytes an edge and
    an article that has one; articles that stand alone take none."""
    import numpy as np
    import pyarrow as pa

    later, earlier = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for edges in place.tables(f"{work}/edges"):
        later.append(edges["later"].to_numpy())
        earlier.append(edges["earlier"].to_numpy())
    articles, roots = united(np.concatenate(later), np.concatenate(earlier))
    later.clear()
    earlier.clear()
    others = articles != roots
    stories = np.unique(roots)
    records = np.empty(len(stories), object)
    for edges in place.tables(f"{work}/edges"):  # the first of a story is the earlier one of an edge
        number = edges["earlier"].to_numpy()
        at = np.minimum(np.searchsorted(stories, number), max(len(stories) - 1, 0))
        is_first = np.flatnonzero(stories[at] == number) if len(number) else at
        records[at[is_first]] = np.array(edges["record"].to_pylist(), object)[is_first]
    articles, roots = articles[others], roots[others]
    batches = articles // ROWS // parts_of_batch
    begins = np.flatnonzero(np.diff(batches, prepend=-1, append=-1))
    for begin, end in pairwise(begins):
        story = records[np.searchsorted(stories, roots[begin:end])]
        table = pa.table({"article": articles[begin:end], "story": pa.array(story, pa.string())})
        place.put_table(f"{work}/labels", f"{batches[begin]:06}", table)
    return {"stories": len(stories), "in_stories": len(articles) + len(stories)}


def united(later: Array, earlier: Array) -> tuple[Array, Array]:
    """The articles of edges, ascending, and for each the smallest number of all that hang together with it."""
    import numpy as np

    articles, places = np.unique(np.concatenate([later, earlier]), return_inverse=True)
    one, two = places[: len(later)], places[len(later) :]
    root = np.arange(len(articles))
    while len(one):
        low, high = np.minimum(root[one], root[two]), np.maximum(root[one], root[two])
        apart = low != high
        one, two = one[apart], two[apart]
        np.minimum.at(root, high[apart], low[apart])
        while (root != (further := root[root])).any():
            root = further
    return articles, articles[root]


def write(place: Place, work: str, batch: int, parts: Sequence[tuple[int, str]]) -> dict[str, int]:
    """Write the stories of some parts (number, name), one row an article. Answers how many articles and copies."""
    labels, edges = _labels(place, work, batch), _edges(place, work, batch)
    counts = {"articles": 0, "copies": 0}
    for number, name in parts:
        with place.parquet("parts", name) as file:
            rows = file.read(columns=["record", "outcome"])
        found = _stories(rows, number * ROWS, labels, edges)
        counts["articles"] += found.num_rows
        counts["copies"] += found["outcome"].to_pylist().count("copy")
        place.put_table(STORIES, name, found)
    return counts


def _stories(rows: pa.Table, first: int, labels: dict[int, str], edges: dict[int, tuple[str, str, str]]) -> pa.Table:
    import pyarrow as pa

    found: dict[str, list[str | None]] = {name: [] for name in COLUMNS}
    columns = (rows[name].to_pylist() for name in ("record", "outcome"))
    for number, (record, outcome) in enumerate(zip(*columns, strict=True), first):
        if outcome != ARTICLE:
            continue
        how, of_record, source = edges.get(number, (None, None, None))
        values = (
            record,
            labels.get(number, record),
            how if how in ("again", "copy") else "new",
            of_record,
            _DETAIL[how].format(source=source) if how else None,
        )
        for name, value in zip(COLUMNS, values, strict=True):
            found[name].append(value)
    return pa.table(found, schema=pa.schema([(name, pa.string()) for name in COLUMNS]))


def _labels(place: Place, work: str, batch: int) -> dict[int, str]:
    name = f"{batch:06}"
    if name not in place.names(f"{work}/labels"):
        return {}
    with place.parquet(f"{work}/labels", name) as file:
        table = file.read()
    return dict(zip(table["article"].to_pylist(), table["story"].to_pylist(), strict=True))


def _edges(place: Place, work: str, batch: int) -> dict[int, tuple[str, str, str]]:
    """For each later article the edge that says what it is: how, the other's record and source."""
    name = f"{batch:06}"
    if name not in place.names(f"{work}/edges"):
        return {}
    with place.parquet(f"{work}/edges", name) as file:
        table = file.read().to_pylist()
    table = [each for each in table if each["how"] in _DETAIL]
    table.sort(key=lambda each: -HOWS.index(each["how"]))  # what says most comes last
    return {each["later"]: (each["how"], each["record"], each["source"]) for each in table}
