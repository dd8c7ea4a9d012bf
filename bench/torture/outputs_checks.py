"""What may come out of a command, and what may not: judged by other means than those that the commands use."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

_STEERING: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})
_SPELLING: Final = frozenset(
    "\u200c\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
_FORMULA: Final = "=+-@\uff1d\uff0b\uff0d\uff20"


def steering(text: str) -> list[str]:
    """The signs in what a terminal gets that may steer it, or turn the order of reading; line ends are none."""
    return sorted({ascii(c) for c in text if c != "\n" and unicodedata.category(c) in _STEERING and c not in _SPELLING})


def shown(out: bytes) -> Iterator[str]:
    """What is wrong with bytes for a person."""
    try:
        text = out.decode("utf-8")
    except UnicodeDecodeError as error:
        yield f"no UTF-8: {error}"
        return
    if found := steering(text):
        yield f"raw signs {found[:5]}"
    if "Traceback (most recent call last)" in text:
        yield "a traceback"


def one_json(out: bytes) -> Iterator[str]:
    """What is wrong with one JSON value."""
    yield from shown(out)
    try:
        json.loads(out, parse_constant=_no_constant)
    except ValueError as error:
        yield f"no JSON: {error}"


def json_lines(out: bytes, *, number: int | None = None) -> Iterator[str]:
    """What is wrong with one JSON object a line, however a reader parts lines."""
    yield from shown(out)
    lines = out.decode("utf-8", "replace").splitlines()
    if number is not None and len(lines) != number:
        yield f"{len(lines)} lines instead of {number}"
    for line in lines:
        try:
            found = json.loads(line, parse_constant=_no_constant)
        except ValueError as error:
            yield f"no JSON in a line: {error}"
            return
        if not isinstance(found, dict):
            yield "a line that is no object"


def table(out: bytes, *, number: int, semicolons: bool = False) -> Iterator[str]:
    """What is wrong with CSV for a spreadsheet; `semicolons`: read by one that expects those."""
    text = out.decode("utf-8", "replace")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if semicolons else ",", strict=not semicolons))
    if not semicolons:
        yield from shown(out.replace(b"\r\n", b"\n"))
        if re.search(r"(?<!\r)\n", re.sub(r'"(?:[^"]|"")*"', "", text)):
            yield "a record that does not end in CRLF"
        if len(rows) != number + 1 or len({len(row) for row in rows}) != 1:
            yield f"{len(rows)} rows of {sorted({len(row) for row in rows})} cells instead of {number + 1}"
    for row in rows:
        for cell in row:
            bare = cell.lstrip(' \t\r\n"\u200b\ufeff\xa0\u201c\u201d') if not cell.startswith("'") else ""
            if cell[:1] in ("\t", "\r") or (bare[:1] and bare[:1] in _FORMULA):
                yield f"a cell that is computed: {cell[:60]!a}"
                return


def followed(url: str | None) -> Iterator[str]:
    """What is wrong with an address that somebody may follow."""
    if url is None:
        return
    if re.search(r"[\x00-\x20\x7f-\xa0\"<>\u2028\u2029\u202a-\u202e\u2066-\u2069]", url):
        yield f"signs in the address {url[:90]!a}"
    if urlsplit(url).scheme.lower() not in {"http", "https"}:
        yield f"the address {url[:90]!a}"
    if "@" in urlsplit(url).netloc:
        yield f"a user name in {url[:90]!a}"


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
