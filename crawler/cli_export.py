"""`dateline export`; thin, like the commands of `cli`, which registers it."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.cli_reading import until_nobody_reads
from crawler.options import DATABASE, configuration, told_plainly


@click.command()
@click.option("--format", "named", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write this file, whole or not at all.  [default: standard output]"
)
@click.option("--source", "sources", multiple=True, help="Only this source (repeat).")
@click.option("--language", help="Only this language (en).")
@click.option("--since", help="Published on or after this day or time (UTC).")
@click.option("--until", help="Published on or before this day (to its end) or time.")
@click.option("--query", help="Only what `dateline search` finds by these words.")
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
    named: str,
    out: Path | None,
    sources: tuple[str, ...],
    db: Path | None,
    raw_cells: bool,
    bom: bool,
    force: bool,
    **chosen: str | None,
) -> int:
    """Articles as JSON Lines, or as CSV that is safe in a spreadsheet, in the order of their coming.

    The file is its owner's alone (mode 0600) until you open it to others. What is stored meanwhile does not come."""
    from crawler.arguments import ArgumentProblem
    from crawler.export.formats import Wishes
    from crawler.show_export import show_export
    from storage.export import Selection

    if named != "csv" and (raw_cells or bom):
        raise ArgumentProblem("--raw-cells and --bom: only with --format csv")
    selection = Selection(sources, **chosen)
    wishes = Wishes(raw_cells, bom)
    return show_export(configuration(db).database, selection, named=named, out=out, wishes=wishes, force=force)
