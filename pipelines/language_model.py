"""py3langid's model, read and kept in less time and memory than py3langid itself takes.

Its own reader unpacks the file in each process (0.6 s), keeps what it unpacked beside the tables, and makes lists with a Python
object for each number: a worker that met its first text needed 190 MB more for a moment, 115 MB for good. Here the tables are
used where they lie in the unpacked file (68 MB), which is made once for all processes of a user, and mapped (`unpacked`)."""

from __future__ import annotations

import io
import math
from functools import cache
from typing import TYPE_CHECKING, Any

from pipelines.unpacked import unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from py3langid.langid import LanguageIdentifier

LOCAL_HEADER, STORED = b"PK\x03\x04", b"\0\0"
"""Of a file in a zip archive (APPNOTE.TXT, 4.3.7): the signature, and the method of one that is not compressed."""
_ZIP_HEADER, _NPY_HEADER = 30, 512
"""Bytes: of a file's local header without its name, and what a table's own header is within."""


@cache
def identifier() -> LanguageIdentifier:
    """The classifier, once a process. Raises ValueError where the model's file is not as expected."""
    import numpy as np
    from py3langid import langid

    path = langid.MODEL_DIR / langid.MODEL_FILE
    tables = dict(_tables(unpacked(path)))
    try:
        made = langid.LanguageIdentifier(
            tables["ptc"],
            tables["pc"],
            tables["classes"].tolist(),
            _numbers(tables["nextmove"]),
            _numbers(tables["out_feat"]),
            tk_row=(),
        )
        rows = tables["nextmove_row"].astype(np.uint32)
        made._rowbase = (rows << 8).data  # where each state's row begins
    except KeyError as error:
        raise ValueError(f"{path}: no table {error} in the language model: is py3langid the locked version?") from error
    return made


def _numbers(table: np.ndarray[Any, Any]) -> memoryview:
    """A table that gives out Python's numbers as quickly as a list does. In an archive it begins at any byte, and so has no
    format that a memoryview of numpy's could read."""
    return table.view("B").data.cast(table.dtype.char)


def _tables(archive: memoryview) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    """The tables of an npz file by name, from its beginning on, where they lie."""
    import numpy as np
    from numpy.lib import format as npy

    at = 0
    while (head := bytes(archive[at : at + _ZIP_HEADER])).startswith(LOCAL_HEADER):
        name_size, extra_size = (int.from_bytes(head[place : place + 2], "little") for place in (26, 28))
        at += _ZIP_HEADER
        name = bytes(archive[at : at + name_size]).decode().removesuffix(".npy")
        at += name_size + extra_size
        if head[8:10] != STORED:
            raise ValueError(f"the language model's table {name} is compressed, and is not read")
        header = io.BytesIO(archive[at : at + _NPY_HEADER])
        version = npy.read_magic(header)
        if version != (1, 0):
            raise ValueError(f"the language model's table {name} is of version {version} of numpy's format")
        shape, by_columns, kind = npy.read_array_header_1_0(header)
        at += header.tell()
        table = np.frombuffer(archive, kind, math.prod(shape), at)
        yield name, table.reshape(shape, order="F" if by_columns else "C")
        at += table.nbytes
