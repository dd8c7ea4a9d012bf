"""CSV by RFC 4180: a header, comma, every cell in quotation marks, CRLF, UTF-8 without a byte order mark (`--bom` puts one in
front); lists as JSON text, an empty cell for what is not known.

A spreadsheet computes a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return, also behind blanks and quotation
marks and in full-width form, and pages choose our cells. Such text gets an apostrophe in front (OWASP, "CSV Injection"), also
behind a semicolon, a tab or a line end within a cell, where a spreadsheet that expects semicolons begins another cell; and
control and reordering signs go. That is for people: `raw_cells` gives programs the text as it is stored.
"""

from __future__ import annotations

import csv
import io
import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from crawler import terminal
from storage.columns import LISTS
from storage.export import CHANGE_COLUMNS, COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.export.formats import Wishes
    from storage.export import Export

_SIGNS: Final = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"
_HIDING: Final = (
    "\\s\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb\u200c\u200d\u034f\u115f\u1160\u2800\u3164\uffa0\ufe00-\ufe0f"
)
# What hides a sign, to its end; of a line, to the line's.
_HIDDEN: Final = re.compile(f"[{_HIDING}]*+(?=[{_SIGNS}])")
_HIDDEN_IN_LINE: Final = re.compile(f"(?:(?!\n)[{_HIDING}])*+(?=[{_SIGNS}])")
_CELL_BEGINS: Final = re.compile("[;\n]")
_SHORT: Final = 40
"""Characters of cells that are likely to come again: names of sources, sections, agencies."""

_CONTROLS: Final = re.compile("\\A[\\t\\r\\n]")
_BOM: Final = b"\xef\xbb\xbf"
_HEADER: Final = ",".join(f'"{name}"' for name in COLUMNS).encode()
_CHANGE: Final = "".join(f',"{name}"' for name in CHANGE_COLUMNS).encode()


def pieces(articles: Export, wishes: Wishes) -> Iterator[bytes]:
    """The header, then a record an article."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    if wishes.bom:
        yield _BOM
    yield _HEADER + (_CHANGE if wishes.changes else b"") + b"\r\n"
    for each in articles:
        values = each.values
        if not wishes.raw_cells:
            values = {name: harmless(_escaped(value) if name in LISTS else value) for name, value in values.items()}
        writer.writerow(values.values())
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def _escaped(text: str | None) -> str | None:
    """JSON text in which the signs that `harmless` would take out or turn into line ends are escaped, so that it stays JSON."""
    return None if text is None else terminal.dumps(json.loads(text))


def harmless(value: Any) -> Any:
    """A cell's text that no spreadsheet computes; numbers and empty cells as they are."""
    if not isinstance(value, str):
        return value
    return _remembered(value) if len(value) <= _SHORT else _harmless(value)


def _harmless(text: str) -> str:
    shown = _marked(terminal.plain(text))
    return f"'{shown}" if _CONTROLS.match(text) and not shown.startswith("'") else shown


_remembered = lru_cache(maxsize=4096)(_harmless)


def _marked(text: str) -> str:
    """The text with an apostrophe where a cell begins, be it its own, one behind a semicolon or a line's, and the first that
    does not hide is a sign."""
    places = [0] if _HIDDEN.match(text) else []
    for found in _CELL_BEGINS.finditer(text) if "\n" in text or ";" in text else ():
        hidden = _HIDDEN if found[0] == ";" else _HIDDEN_IN_LINE
        if hidden.match(text, found.end()):
            places.append(found.end())
    if not places:
        return text
    parts = [text[start:end] for start, end in zip([0, *places], [*places, None], strict=True)]
    return "'".join(parts)


def is_ours(first: bytes, last: bytes) -> bool:
    """Whether it is this header, or that of a version with fewer columns."""
    del last
    first = first.removeprefix(_BOM).removesuffix(b"\r\n").removesuffix(_CHANGE)
    return len(first) > 100 and _HEADER.startswith(first)
