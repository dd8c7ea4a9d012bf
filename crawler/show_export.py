"""`dateline export`: from the options to bytes in a file or on standard output."""

from __future__ import annotations

import errno
import signal
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from crawler import terminal
from crawler.arguments import ArgumentProblem
from crawler.export import parquet
from crawler.export.formats import FORMATS, Wishes
from crawler.export.place import refuse_taken, to_file, to_standard_output
from storage import clock, uris
from storage.errors import DiskFailed, Full
from storage.export import Export
from storage.feeds import Channel
from storage.ninjs import Publisher
from storage.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from types import FrameType

    from crawler.config import Config
    from storage.export import Selection


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of one format: see the options of the command. `versions`, `array`: ninjs; `raw_cells`, `bom`: CSV; the
    rest: feeds."""

    named: str
    out: Path | None = None
    force: bool = False
    raw_cells: bool = False
    bom: bool = False
    versions: bool = False
    array: bool = False
    full_text: bool = False
    title: str | None = None
    link: str | None = None
    self_link: str | None = None


_OF: Mapping[str, tuple[str, ...]] = {
    "csv": ("raw_cells", "bom"),
    "ninjs": ("versions", "array"),
    "rss": ("full_text", "title", "link", "self_link"),
    "atom": ("full_text", "title", "link", "self_link"),
}
"""Format -> the options that only it, or they, can follow."""

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def show_export(config: Config, selection: Selection, asked: Asked) -> int:
    """Write the selected articles; their number goes to standard error, and the number to go on from where changes were
    asked for. Always 0.

    Raises `ArgumentProblem` where options do not fit or `out` may not be written, `QueryError`, `StorageError` (Full where
    the disk of the output is), OSError."""
    _check(selection, asked)
    form = FORMATS[asked.named]
    if asked.out is not None:
        refuse_taken(asked.out, config.database, force=asked.force)
    if form.newest is not None:
        selection = replace(selection, newest_first=True, withdrawn_too=True, limit=selection.limit or form.newest)
    publishers = _publishers(config) if form.texts or selection.sources else {}
    wishes = Wishes(
        changes=selection.changes_since is not None,
        raw_cells=asked.raw_cells,
        bom=asked.bom,
        array=asked.array,
        channel=_channel(selection, asked, publishers) if form.newest is not None else None,
        publishers=publishers,
    )
    with Reader(config.database) as reader:
        _refuse_unknown(selection.sources or (), publishers, reader)
        articles = Export(reader, selection, texts="all" if asked.versions else form.texts)
        pieces = form.pieces(articles, wishes)
        with _full_disks(asked.out):
            if asked.out is None:
                to_standard_output(pieces)
            else:
                signal.signal(signal.SIGTERM, _ended)
                to_file(asked.out, pieces, force=asked.force)
    told = f"{articles.number} articles" + (f" to {asked.out.absolute()}" if asked.out else "")
    if articles.last_seq is not None:
        told += f"; go on with --changes-since {articles.last_seq}"
    click.echo(terminal.line(told), err=True)
    return 0


def _check(selection: Selection, asked: Asked) -> None:
    """Raise `ArgumentProblem` for options that go with another format, and for bytes that no terminal shows."""
    given = {name for name in (*_OF["csv"], *_OF["ninjs"], *_OF["rss"]) if getattr(asked, name)}
    if wrong := sorted(given.difference(_OF.get(asked.named, ()))):
        formats = " or ".join(name for name, options in _OF.items() if wrong[0] in options)
        raise ArgumentProblem(f"--{wrong[0].replace('_', '-')}: only with --format {formats}")
    if selection.changes_since is not None and FORMATS[asked.named].newest is not None:
        raise ArgumentProblem(
            "--changes-since: not with a feed, whose readers find what changed; take jsonl, csv, parquet or ninjs"
        )
    for name in ("link", "self_link"):
        address = getattr(asked, name)
        if address is not None and not (uris.is_uri(address) and uris.web(address)):
            raise ArgumentProblem(
                f"--{name.replace('_', '-')} {address}: is no web address: write https://example.org/news"
            )
    if asked.named == "parquet":
        parquet.check_installed()
    if asked.out is None and sys.stdout.isatty():
        if asked.raw_cells:
            raise ArgumentProblem("--raw-cells: for a file or a pipe; what pages wrote may steer this terminal")
        if FORMATS[asked.named].binary:
            raise ArgumentProblem(f"--format {asked.named}: for a file or a pipe; name one with --out")


def _refuse_unknown(sources: Iterable[str], publishers: Mapping[str, Publisher], reader: Reader) -> None:
    """Raise `ArgumentProblem` for a source that neither the registry nor the database has: an export of nothing would take
    the place of a good file."""
    for name in sources:
        if name in publishers or next(reader.articles(source=name, limit=1), None) is not None:
            continue
        near = get_close_matches(name, publishers, n=3, cutoff=0.5)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        raise ArgumentProblem(f"--source {name}: no source is called so{hint} (`dateline sources list` shows all)")


def _publishers(config: Config) -> dict[str, Publisher]:
    from crawler.registry import load_beside, packaged

    sources, _ = load_beside(packaged(), config.sources_dir)
    return {name: Publisher(source.title, source.home) for name, source in sources.items()}


def _channel(selection: Selection, asked: Asked, publishers: Mapping[str, Publisher]) -> Channel:
    """What the feed says of itself. Its identifier hangs on what is selected, but for the span of time."""
    sources = sorted(selection.sources or ())
    named = [publishers[name].title if name in publishers else name for name in sources]
    said = [", ".join(named) or "all sources", selection.language, selection.query and f"“{selection.query}”"]
    home = publishers[sources[0]].home if len(sources) == 1 and sources[0] in publishers else None
    chosen = (",".join(sources), selection.language or "", selection.query or "")
    return Channel(
        title=asked.title or f"Dateline: {', '.join(part for part in said if part)}",
        id=uris.of_selection(*chosen),
        made_at=clock.text(time.time()),
        link=asked.link or uris.web(home),
        self_link=asked.self_link,
        language=selection.language,
        full_text=asked.full_text,
    )


@contextmanager
def _full_disks(out: Path | None) -> Iterator[None]:
    """Within, a disk that has no room, or fails, is an error of the storage."""
    try:
        yield
    except OSError as error:
        where = str(out.absolute()) if out else "standard output"
        if out is None and error.errno != errno.EPIPE:
            terminal.to_nobody()  # else the interpreter would try once more at its end, and complain
        if error.errno in _NO_ROOM:
            raise Full(f"{where}: {error.strerror}: free some space, or name another place") from error
        if error.errno == errno.EIO:
            raise DiskFailed(f"{where}: {error.strerror}: the disk failed to write") from error
        raise


def _ended(number: int, frame: FrameType | None) -> None:
    """SIGTERM: the half-written file beside `--out` goes, as with Ctrl-C."""
    del frame
    sys.exit(128 + number)
