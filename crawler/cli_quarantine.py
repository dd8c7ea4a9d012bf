"""The commands of `dateline quarantine`; thin, like those of `cli`, which registers them."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.options import AS_JSON, DATABASE, configuration, told_plainly


@click.group()
def quarantine() -> None:
    """Addresses that were given up, after ten tries over eleven hours or since no try could help."""


@quarantine.command("list")
@click.option("--source", help="Only of this source.")
@click.option("--host", help="Only on this host.")
@click.option("--reason", help="Only with this reason, or its beginning (`failed`, `failed:timeout`).")
@DATABASE
@AS_JSON
@told_plainly
def quarantine_list(source: str | None, host: str | None, reason: str | None, db: Path | None, as_json: bool) -> int:
    """Each address: why it was given up, how often it was tried, when first and when last."""
    from crawler.show_quarantine import show
    from storage.quarantine import Asked

    return show(configuration(db), Asked(source, host, reason), as_json=as_json)


@quarantine.command("release")
@click.argument("urls", nargs=-1)
@click.option("--source", help="All of this source.")
@click.option("--host", help="All on this host.")
@click.option("--reason", help="All with this reason, or its beginning.")
@click.option("--all", "everything", is_flag=True, help="All there are.")
@DATABASE
@AS_JSON
@told_plainly
def quarantine_release(
    urls: tuple[str, ...],
    source: str | None,
    host: str | None,
    reason: str | None,
    everything: bool,
    db: Path | None,
    as_json: bool,
) -> int:
    """Make addresses due now, as if they had never failed; what several options name must fit them all.

    Exit status 1 when a named URL does not lie in quarantine."""
    from crawler.arguments import ArgumentProblem
    from crawler.show_quarantine import release
    from storage.quarantine import Asked

    named = bool(urls or source or host or reason)
    if named == everything:
        raise ArgumentProblem("name URLs, --source, --host or --reason, or give --all alone")
    return release(configuration(db), Asked(source, host, reason, urls or None), as_json=as_json)
