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
import re
from typing import TYPE_CHECKING, Any, Final

from crawler import terminal
from storage.export import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.export.formats import Wishes
    from storage.reader import Row

_SIGNS: Final = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"
_HIDING: Final = (
    "\\s\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb\u200c\u200d\u034f\u115f\u1160\u2800\u3164\uffa0\ufe00-\ufe0f"
)
_FORMULA: Final = re.compile(f"(\\A|[;\\t\\n])(?=[{_HIDING}]*[{_SIGNS}])")
_CONTROLS: Final = re.compile("\\A[\\t\\r\\n]")
_BOM: Final = b"\xef\xbb\xbf"
_HEADER: Final = ",".join(f'"{name}"' for name in COLUMNS).encode()


def pieces(rows: Iterator[Row], wishes: Wishes) -> Iterator[bytes]:
    """The header, then a record a row."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    if wishes.bom:
        yield _BOM
    yield _HEADER + b"\r\n"
    for row in rows:
        writer.writerow(row.values if wishes.raw_cells else [harmless(value) for value in row.values])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def harmless(value: Any) -> Any:
    """A cell's text that no spreadsheet computes; numbers and empty cells as they are."""
    if not isinstance(value, str):
        return value
    shown = _FORMULA.sub(r"\1'", terminal.plain(value))
    return f"'{shown}" if _CONTROLS.match(value) and not shown.startswith("'") else shown


def is_ours(head: bytes) -> bool:
    """Whether it begins with this header, or with that of a version with fewer columns."""
    head = head.removeprefix(_BOM)
    first = head.partition(b"\r\n")[0]
    return len(first) > 100 and _HEADER.startswith(first)
