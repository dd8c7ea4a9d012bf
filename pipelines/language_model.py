"""py3langid's model, read and kept in less memory than py3langid itself takes.

Its own reader keeps the unpacked file beside the tables, and lists with a Python object for each number: a worker that met its
first text needed 190 MB more for a moment, 115 MB for good. Here the tables are read from the unpacked stream one after
another, and used where they lie (70 MB)."""

from __future__ import annotations

import lzma
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from py3langid.langid import LanguageIdentifier

LOCAL_HEADER, STORED = b"PK\x03\x04", b"\0\0"
"""Of a file in a zip archive (APPNOTE.TXT, 4.3.7): the signature, and the method of one that is not compressed."""


@cache
def identifier() -> LanguageIdentifier:
    """The classifier, once a process: 0.5 s. Raises ValueError where the model's file is not as expected."""
    import numpy as np
    from py3langid import langid

    path = langid.MODEL_DIR / langid.MODEL_FILE
    with lzma.open(path) as stream:
        tables = dict(_tables(stream))
    try:
        made = langid.LanguageIdentifier(
            tables["ptc"],
            tables["pc"],
            tables["classes"].tolist(),
            tables["nextmove"].data,  # gives out Python's numbers as quickly as a list does
            tables["out_feat"].data,
            tk_row=(),
        )
        rows = tables["nextmove_row"].astype(np.uint32)
        made._rowbase = (rows << 8).data  # where each state's row begins
    except KeyError as error:
        raise ValueError(f"{path}: no table {error} in the language model: is py3langid the locked version?") from error
    return made


def _tables(stream: lzma.LZMAFile) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    """The tables of an npz file by name, read from its beginning."""
    from numpy.lib import format as npy

    while (head := stream.read(30)).startswith(LOCAL_HEADER):
        name_size, extra_size = (int.from_bytes(head[at : at + 2], "little") for at in (26, 28))
        name = stream.read(name_size).decode()
        stream.read(extra_size)
        if head[8:10] != STORED:
            raise ValueError(f"the language model's table {name} is compressed, and is not read")
        yield name.removesuffix(".npy"), npy.read_array(stream, allow_pickle=False)
