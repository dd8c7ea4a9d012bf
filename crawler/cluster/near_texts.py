"""Third stage: the decision on the pairs, by the same rules as a database's (`pipelines.kinship`), one batch of parts at a
time. What it takes of other parts is read where it is needed, and no more than `AT_ONCE` articles are decided together."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from crawler.cluster import part
from crawler.cluster.near_keys import ROWS
from crawler.cluster.near_pairs import AGAIN, total
from pipelines import kinship
from storage import sketches
from storage.models import Kin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    import pyarrow as pa

    from crawler.cluster.near_files import Place
    from storage.models import Article

    Array = np.ndarray[Any, Any]

AT_ONCE: Final = 2048
_KIN: Final = ("source", "content_hash", "body")
_EDGE: Final = ("later", "earlier", "record", "source", "how")
HOWS: Final = ("again", "copy", "almost", "joined")
"""What an edge between two articles is: two pages of one article; the text of another source's; almost the text of one of
its own source; another story that the text makes one with that."""


def decide(place: Place, work: str, batch: int, names: Sequence[str]) -> dict[str, int]:
    """Write the edges of the later articles of a batch to `<work>/edges/<batch>`. `names`: of all parts. Answers how many
    articles were compared, and the edges."""
    import numpy as np
    import pyarrow as pa

    pairs = (
        (table["later"].to_numpy(), table["earlier"].to_numpy(), table["weight"].to_numpy())
        for table in place.tables(f"{work}/pairs/{batch:06}")
    )
    later, earlier, weight = likeliest(*total(pairs))
    begins = np.flatnonzero(np.diff(later, prepend=-1, append=-1))
    edges = list[tuple[int, int, str, str, str]]()
    for first in range(0, len(begins) - 1, AT_ONCE):
        ends = begins[first : first + AT_ONCE + 1]
        one = slice(ends[0], ends[-1])
        edges += _edges(place, names, later[one], earlier[one], weight[one])
    columns = dict(zip(_EDGE, zip(*edges, strict=True), strict=True)) if edges else dict.fromkeys(_EDGE, ())
    kinds = {name: pa.int64() if name in ("later", "earlier") else pa.string() for name in _EDGE}
    table = pa.table({name: pa.array(values, kinds[name]) for name, values in columns.items()})
    place.put_table(f"{work}/edges", f"{batch:06}", table)
    return {"compared": max(0, len(begins) - 1), "edges": len(edges)}


def likeliest(later: Array, earlier: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Of each later article's pairs those that share most, as many as the store compares, and those that are the same
    article's. In the order of the later articles."""
    import numpy as np

    order = np.lexsort((earlier, -weight, later))
    later, earlier, weight = later[order], earlier[order], weight[order]
    begins = np.flatnonzero(np.diff(later, prepend=-1))
    rank = np.arange(len(later)) - np.repeat(begins, np.diff(begins, append=len(later)))
    # An identity's pair comes first, and takes no place of the others.
    same = weight == AGAIN
    held = np.repeat(same[begins], np.diff(begins, append=len(later)))
    taken = rank - held < sketches.MOST_COMPARED
    return later[taken], earlier[taken], weight[taken]


def _edges(
    place: Place, names: Sequence[str], later: Array, earlier: Array, weight: Array
) -> Iterator[tuple[int, int, str, str, str]]:
    """The edges of some later articles. Sketches are read first, texts only of what shares enough."""
    import numpy as np

    wanted = np.unique(np.concatenate([later, earlier]))
    heads = rows(place, names, wanted, ("record", "source", "sketch"))
    keys = [tuple(sorted(set(each or ()))) for each in heads["sketch"].to_pylist()]
    records, sources = heads["record"].to_pylist(), heads["source"].to_pylist()
    at = {number: row for row, number in enumerate(wanted.tolist())}
    kin: dict[int, list[tuple[int, int]]] = {}
    for one, other, each in zip(later.tolist(), earlier.tolist(), weight.tolist(), strict=True):
        own, others = keys[at[one]], keys[at[other]]
        if each == AGAIN:
            yield one, other, records[at[other]], sources[at[other]], "again"
        elif own and others:
            shared = len(set(own).intersection(others))
            if sketches.enough(own, others, shared):
                kin.setdefault(one, []).append((-shared, other))
    kin = {one: sorted(found)[: sketches.MOST_KIN] for one, found in kin.items()}
    if not kin:
        return
    texts = _texts(place, names, np.unique([other for found in kin.values() for _, other in found]))
    for one, article in _articles(place, names, np.array(sorted(kin))):
        known = [Kin(other, *texts[other][:2], -shared, *texts[other][2:]) for shared, other in kin[one]]
        for other, how in decided(article, known):
            yield one, other, records[at[other]], sources[at[other]], how


def decided(article: Article, known: Sequence[Kin]) -> Iterator[tuple[int, str]]:
    """The articles that one is of the same story with, and how (`HOWS`). Each of `known` is a story of its own."""
    same = kinship.tellers(article, known)
    first = kinship.copied(article, same)
    for place, each in enumerate(same):
        how = "copy" if each is first else "almost" if first is None and place == 0 else "joined"
        yield each.id, how


def _texts(place: Place, names: Sequence[str], numbers: Array) -> dict[int, tuple[str, int, str, tuple[str, ...]]]:
    """Of articles: source, story (their own number), hash and bodies."""
    found = rows(place, names, numbers, _KIN)
    columns = (found[name].to_pylist() for name in _KIN)
    return {
        number: (source, number, text_hash, (body,) if body else ())
        for number, source, text_hash, body in zip(numbers.tolist(), *columns, strict=True)
    }


def _articles(place: Place, names: Sequence[str], numbers: Array) -> Iterator[tuple[int, Article]]:
    table = rows(place, names, numbers, None)
    for number, row in zip(numbers.tolist(), part.rows(table.to_batches()), strict=True):
        assert row.article is not None, "only articles have keys"
        yield number, row.article


def rows(place: Place, names: Sequence[str], numbers: Array, columns: Sequence[str] | None) -> pa.Table:
    """The rows of articles, in the order of their `numbers`, which rise. Of the parts only those groups of rows are read
    in which one of them stands."""
    import numpy as np
    import pyarrow as pa

    found = list[Any]()
    parts = numbers // ROWS
    begins = np.flatnonzero(np.diff(parts, prepend=-1, append=-1))
    for begin, end in pairwise(begins):
        wanted = numbers[begin:end] % ROWS
        with place.parquet("parts", names[parts[begin]]) as file:
            groups = [file.metadata.row_group(each).num_rows for each in range(file.metadata.num_row_groups)]
            ends = np.cumsum(groups)
            group = np.searchsorted(ends, wanted, side="right")
            for each in np.unique(group):
                table = file.read_row_group(int(each), columns=None if columns is None else list(columns))
                found.append(table.take(pa.array(wanted[group == each] - (ends[each] - groups[each]))))
    return pa.concat_tables(found).combine_chunks()
