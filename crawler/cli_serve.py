"""`dateline serve`; thin, like the commands of `cli`, which registers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crawler.options import DATABASE, configuration, told_plainly

if TYPE_CHECKING:
    from pathlib import Path

PORT = 8017


@click.command()
@DATABASE
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0: one that is free.")
@click.option("--name", "names", multiple=True, help="A host name it is asked for by, as behind a proxy (repeat).")
@click.option("--immutable", is_flag=True, help="Nobody writes the file: for a published copy.")
@click.option("--sql/--no-sql", default=None, help="Whether SQL may be typed.  [default: only on loopback]")
@click.option("--open", "open_browser", is_flag=True, help="Open the wire in a browser.")
@told_plainly
def serve(
    db: Path | None,
    host: str,
    port: int,
    names: tuple[str, ...],
    immutable: bool,
    sql: bool | None,
    open_browser: bool,
) -> int:
    """The site for those who read: the wire, articles with their versions and copies, search, health. Reads only."""
    from crawler.registry import load_beside, packaged
    from crawler.serving import serve as run

    config = configuration(db)
    sources, _ = load_beside(packaged(), config.sources_dir)
    titles = {name: source.title for name, source in sources.items()}
    return run(
        config.database,
        titles,
        host=host,
        port=port,
        names=names,
        immutable=immutable,
        sql=sql,
        open_browser=open_browser,
    )
