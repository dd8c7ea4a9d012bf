"""What `dateline demo` says at its end: what is in the database, a few rows of it, and what to try next."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from crawler.demo.compare import compare
from storage.database import open_reader

if TYPE_CHECKING:
    import sqlite3

LANGUAGES = """
SELECT coalesce(a.language, '?') AS language, count(*) AS articles,
  sum(a.revision > 1) AS revised,
  sum(a.id <> s.origin_article_id) AS copies
FROM articles AS a JOIN stories AS s USING (story_id) GROUP BY 1 ORDER BY articles DESC, language
"""
# Every changed article, then of each language the newest copy.
EXAMPLES = """
SELECT r.kind, coalesce(a.dateline_place, '') AS place, a.title, '' AS original, a.published_at AS at, 0 AS part
FROM articles AS a JOIN revisions AS r ON r.article_id = a.id AND r.revision = a.revision WHERE a.revision > 1
UNION ALL
SELECT 'copy', place, title, original, at, 1 FROM (
  SELECT a.title, coalesce(a.dateline_place, '') AS place, s.title AS original, a.published_at AS at,
    row_number() OVER (PARTITION BY a.language ORDER BY a.published_at DESC) AS nth
  FROM articles AS a JOIN stories AS s USING (story_id) WHERE a.id <> s.origin_article_id
) WHERE nth = 1
ORDER BY part, kind, at DESC
"""
FETCHES = "SELECT outcome, count(*) FROM fetches GROUP BY outcome ORDER BY 2 DESC"
CORRECTED = "SELECT min(article_id) FROM revisions WHERE kind = 'correction'"
REVISIONS_QUERY = (
    "SELECT seen_at, kind, title FROM revisions WHERE article_id IN "
    "(SELECT article_id FROM revisions WHERE kind = 'correction')"
)
COPIES_QUERY = (
    "SELECT s.title AS original, a.source, a.title FROM stories AS s JOIN articles AS a USING (story_id) "
    "WHERE s.articles > 1 AND a.id <> s.origin_article_id"
)


def report(database: Path | str, console: Console | None = None) -> None:
    """Print the tables and the queries. Raises `StorageError` where the database cannot be read."""
    out = console or Console()
    db = open_reader(database)
    try:
        out.print(summary(db.conn))
        (corrected,) = db.conn.execute(CORRECTED).fetchone()
    finally:
        db.close()
    out.print("\nTo try:", style="bold")
    for line in (*queries(database, corrected or 1), in_a_browser(database)):
        out.print(Text(f"  {line}"), soft_wrap=True)  # whole lines, to be copied


def summary(conn: sqlite3.Connection) -> RenderableType:
    """The tables that `report` prints, from an open connection."""
    fetches = ", ".join(f"{count} {outcome or 'under way'}" for outcome, count in conn.execute(FETCHES))
    last = Text(f"Each fetch has one outcome: {fetches}.", style="dim")
    return Group(Text(), _languages(conn), _examples(conn), last)


def queries(database: Path | str, corrected: int) -> list[str]:
    """Shell commands: a search, all changes, what `corrected` (an article's id) changed, the texts of a corrected story, the
    copies with their originals. They name the programs of this installation, which need not be on PATH; sqlite-utils
    comes with it, the sqlite3 program may not be there."""
    file = shlex.quote(str(database))
    search, query = _program("dateline"), _program("sqlite-utils")
    return [
        f"{search} search ferry --db {file}",
        f"{search} changes --since 0 --db {file}",
        f"{search} diff {corrected} --db {file}",
        f'{query} query {file} "{REVISIONS_QUERY}" --table',
        f'{query} query {file} "{COPIES_QUERY}" --table',
    ]


def _languages(conn: sqlite3.Connection) -> Table:
    rows: list[tuple[Any, ...]] = list(conn.execute(LANGUAGES))
    table = Table(title="In the database", title_justify="left", show_footer=True, box=SIMPLE_HEAD)
    table.add_column("language", footer="all")
    for number, name in enumerate(("articles", "revised", "copies"), start=1):
        table.add_column(name, justify="right", footer=str(sum(row[number] for row in rows)))
    for row in rows:
        table.add_row(str(row[0]), *(str(count or "·") for count in row[1:]))
    return table


def _examples(conn: sqlite3.Connection) -> Table:
    table = Table(title="Changed and copied", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("what", no_wrap=True)
    table.add_column("place", no_wrap=True, max_width=14)
    table.add_column("title")
    table.add_column("copy of", style="dim")
    for kind, place, title, original, *_ in conn.execute(EXAMPLES):
        cells = (Text(text, no_wrap=True, overflow="ellipsis") for text in (place, title, original))
        table.add_row(kind, *cells)
    return table


__all__ = ["compare", "queries", "report", "summary"]


def in_a_browser(database: Path | str) -> str:
    """The command that shows the database as a site, until Ctrl-C."""
    return f"{_program('dateline')} serve --db {shlex.quote(str(database))}    # in a browser"


def _program(name: str) -> str:
    programs = Path(sys.executable).parent
    if programs.is_relative_to(Path.cwd()):
        programs = programs.relative_to(Path.cwd())
    return shlex.quote(str(programs / name))
