"""`dateline export`; thin, like the commands of `cli`, which registers it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from crawler.cli_reading import until_nobody_reads
from crawler.options import DATABASE, configuration, told_plainly

_FORMATS = ("jsonl", "csv", "parquet", "ninjs", "rss", "atom")


@click.command()
@click.option("--format", "named", type=click.Choice(_FORMATS), default="jsonl", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write this file, whole or not at all.  [default: standard output]"
)
@click.option("--source", "sources", multiple=True, help="Only this source (repeat).")
@click.option("--language", help="Only this language (en).")
@click.option("--since", help="Published on or after this day or time (UTC); a bare day counts as its midnight.")
@click.option("--until", help="Published on or before this day (to its end) or time.")
@click.option("--query", help="Only what `dateline search` finds by these words.")
@click.option(
    "--changes-since",
    type=click.IntRange(0, 2**63 - 1),
    metavar="SEQ",
    help="Only what changed after this number, each article once, with its last change; says the number to go on with.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, 2**63 - 1),
    help="At most so many articles.  [default: all; of rss and atom the newest 50]",
)
@click.option("--versions", is_flag=True, help="ninjs: every text that was current, the current one last.")
@click.option("--array", is_flag=True, help="ninjs: one JSON array instead of one item a line.")
@click.option("--title", help="rss, atom: the feed's title.")
@click.option("--link", metavar="URL", help="rss, atom: the page that the feed belongs to.")
@click.option("--self-link", metavar="URL", help="rss, atom: the feed's own address.")
@click.option("--full-text", is_flag=True, help="rss, atom: the bodies, too; mind their publishers' rights.")
@click.option(
    "--raw-cells", is_flag=True, help="CSV for programs: cells as stored, also such as a spreadsheet would compute."
)
@click.option(
    "--bom", is_flag=True, help="CSV with a byte order mark, for spreadsheets that do not know UTF-8 without."
)
@click.option("--force", is_flag=True, help="Also over a file that no export has written.")
@DATABASE
@told_plainly
@until_nobody_reads
def export(
    sources: tuple[str, ...],
    language: str | None,
    since: str | None,
    until: str | None,
    query: str | None,
    changes_since: int | None,
    limit: int | None,
    db: Path | None,
    **asked: Any,
) -> int:
    """Articles as JSON Lines, CSV that is safe in a spreadsheet, Parquet, or ninjs 3.1, in the order of their coming; or the
    newest as RSS or Atom.

    The file is its owner's alone (mode 0600) until you open it to others. What is stored meanwhile does not come."""
    from crawler.show_export import Asked, show_export
    from storage.export import Selection

    selection = Selection(sources or None, language, since, until, query, changes_since, limit)
    return show_export(configuration(db), selection, Asked(**asked))
