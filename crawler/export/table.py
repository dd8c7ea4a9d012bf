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
from typing import TYPE_CHECKING, Any, Final

from crawler import terminal
from crawler.export.jsonl import LISTS
from storage.export import CHANGE_COLUMNS, COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.export.formats import Wishes
    from storage.export import Export

_SIGNS: Final = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"
_HIDING: Final = (
    "\\s\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb\u200c\u200d\u034f\u115f\u1160\u2800\u3164\uffa0\ufe00-\ufe0f"
)
# A whole run of what hides a sign, tried once: a page may hold tens of thousands of line ends.
_FORMULA: Final = re.compile(f"(?<![{_HIDING}])[{_HIDING}]*+[{_SIGNS}]")
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
    shown = _FORMULA.sub(_marked, terminal.plain(value))
    return f"'{shown}" if _CONTROLS.match(value) and not shown.startswith("'") else shown


def _marked(found: re.Match[str]) -> str:
    """The run and its sign with apostrophes where a cell begins: the whole text's, one behind a semicolon, the last line's."""
    run, at = found[0], found.start()
    before = "'" if at == 0 or found.string[at - 1] == ";" else ""
    lines, end, last = run.rpartition("\n")
    return f"{before}{lines}{end}'{last}" if end else f"{before}{run}"


def is_ours(first: bytes, last: bytes) -> bool:
    """Whether it is this header, or that of a version with fewer columns."""
    del last
    first = first.removeprefix(_BOM).removesuffix(b"\r\n").removesuffix(_CHANGE)
    return len(first) > 100 and _HEADER.startswith(first)
