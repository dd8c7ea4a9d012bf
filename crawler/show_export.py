"""`dateline export`: from the options to bytes in a file or on standard output."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import click

from crawler import terminal
from crawler.arguments import ArgumentProblem
from crawler.export.formats import FORMATS
from crawler.export.place import refuse_taken, to_file, to_standard_output
from storage import export
from storage.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import FrameType

    from crawler.export.formats import Wishes
    from storage.export import Selection
    from storage.reader import Row


def show_export(
    database: Path, selection: Selection, *, named: str, out: Path | None, wishes: Wishes, force: bool
) -> int:
    """Write the selected articles in the format `named`; their number goes to standard error. Always 0.

    Raises `ArgumentProblem` where `out` may not be written, `QueryError`, `StorageError`, OSError."""
    if wishes.raw_cells and out is None and sys.stdout.isatty():
        raise ArgumentProblem("--raw-cells: for a file or a pipe; what pages wrote may steer this terminal")
    if out is not None:
        refuse_taken(out, database, force=force)
    counted = _Counted()
    with Reader(database) as reader:
        pieces = FORMATS[named].pieces(counted.rows(export.articles(reader, selection)), wishes)
        if out is None:
            to_standard_output(pieces)
        else:
            signal.signal(signal.SIGTERM, _ended)
            to_file(out, pieces, force=force)
    told = f"{counted.number} articles" + (f" to {out.absolute()}" if out else "")
    click.echo(terminal.line(told), err=True)
    return 0


class _Counted:
    """Counts the rows that pass."""

    def __init__(self) -> None:
        self.number = 0

    def rows(self, rows: Iterator[Row]) -> Iterator[Row]:
        for row in rows:
            self.number += 1
            yield row


def _ended(number: int, frame: FrameType | None) -> None:
    """SIGTERM: the half-written file beside `--out` goes, as with Ctrl-C."""
    del frame
    sys.exit(128 + number)
