"""The commands of `dateline db`: care of the database file; thin, like those of `cli`, which registers them."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from crawler import terminal
from crawler.options import AS_JSON, DATABASE, configuration, told_plainly

STORAGE_FAILED: Final = 3


@click.group("db")
def database() -> None:
    """Care of the database file."""


@database.command("check")
@click.option(
    "--quick", is_flag=True, help="Only the structure and the references between rows: some hundred MB a second."
)
@click.option(
    "--accept",
    is_flag=True,
    help="Where only sums of tables are wrong, or rows refer to none: take the rows as they are.",
)
@DATABASE
@AS_JSON
@told_plainly
def check(quick: bool, accept: bool, db: Path | None, as_json: bool) -> int:
    """Look for damage: structure, each row by its hash, each table by its sum, the search index by the texts, a journal that
    was left. Status 3 where anything is damaged; each damaged thing is named. With --accept the next check finds nothing of it:
    for rows that another program changed, or an older Dateline that went on after a migration. What an earlier check found, and
    this one does not, is told by `dateline status` no more."""
    from storage import checks

    if quick and accept:
        raise click.UsageError("--accept reads everything: leave out --quick")
    began, path = time.monotonic(), configuration(db).database
    if accept:
        report = checks.accept(path, now=time.time())
    else:
        report = checks.check(path, quick=quick)
        checks.supersede(report, at=time.time())
    accepted = accept and bool(report.acceptable)
    status = STORAGE_FAILED if report.damage and not accepted else 0
    if as_json:
        seconds_taken = round(time.monotonic() - began, 3)
        whole = {**asdict(report), "damaged": status != 0, "accepted": accepted, "seconds": seconds_taken}
        click.echo(terminal.dumps(whole, indent=1))
        return status
    for line in report.damage:
        click.echo(terminal.line(f"{'accepted' if accepted else 'damaged'}: {line}"))
    for line in report.notes:
        click.echo(terminal.line(f"note: {line}"))
    seconds = f"{time.monotonic() - began:.1f} s"
    if not report.damage:
        click.echo(f"{report.database}: no damage found{' by the quick look' if quick else ''} ({seconds})")
        return 0
    if accepted:
        click.echo(f"{report.database}: {len(report.damage)} were accepted ({seconds})")
        return status
    if report.structure:
        todo = "stop all writers, then `dateline db restore BACKUP`"
    elif report.acceptable:
        todo = f"{checks.SUMS_ADVICE}; `dateline db restore BACKUP` brings all back"
    else:
        todo = (
            "`dateline reextract` makes texts anew whose pages are kept; `dateline db restore BACKUP` brings all back"
        )
    click.echo(f"{report.database}: {len(report.damage)} damaged ({seconds}); {todo}", err=True)
    return status


@database.command("backup")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--keep", type=click.IntRange(1), help="Of the copies in the folder TARGET keep only the newest so many.")
@DATABASE
@told_plainly
def backup(target: Path, keep: int | None, db: Path | None) -> int:
    """A verified copy, while others write: a file, or in a folder TARGET one named by the time, for a timer. It is read whole
    and synced before it takes its name; a damaged database takes no older copy's place."""
    from storage.backup import backup as copy

    made, removed = copy(configuration(db).database, target, now=time.time(), keep=keep)
    click.echo(f"backed up to {made}, {made.stat().st_size / 1e6:.1f} MB, verified")
    for old in removed:
        click.echo(f"removed {old}")
    return 0


@database.command("restore")
@click.argument("backup", type=click.Path(dir_okay=False, path_type=Path))
@DATABASE
@told_plainly
def restore(backup: Path, db: Path | None) -> int:
    """Put BACKUP, verified first, in the place of the database; the old file is kept under another name. Refused while a
    process has the database open. A kill at any moment leaves the old or the new one."""
    from storage.restore import restore as put_back

    path = configuration(db).database
    kept = put_back(backup, path, now=time.time())
    click.echo(f"restored {path} from {backup.absolute()}")
    if kept:
        click.echo(f"what was there is kept as {kept}")
    return 0


@database.command("prune")
@click.option(
    "--raw-days", type=click.FloatRange(0), help="Keep fetched pages so many days.  [default: dateline.toml's, 14]"
)
@click.option("--max-gb", type=click.FloatRange(0), help="Keep at most so much of them.  [default: dateline.toml's, 5]")
@DATABASE
@AS_JSON
@told_plainly
def prune(raw_days: float | None, max_gb: float | None, db: Path | None, as_json: bool) -> int:
    """Drop fetched pages that are too old or too many, and give the space back to the disk. Articles and their texts stay. May
    be called beside a daemon."""
    from crawler.disk import GIGABYTE
    from storage.errors import Missing
    from storage.room import prune as drop
    from storage.store import Store

    config = configuration(db)
    if not config.database.exists():
        raise Missing(f"{config.database}: no such database: name it with --db")
    days = config.raw_days if raw_days is None else raw_days
    most = config.raw_limit_gb if max_gb is None else max_gb
    with Store.open(config.database, write=True, group=config.group) as store:
        freed = drop(store, now=time.time(), days=days, most_bytes=int(most * GIGABYTE))
    if as_json:
        click.echo(terminal.dumps(asdict(freed)))
        return 0
    click.echo(
        f"{config.database}: {freed.pages} kept pages dropped; {freed.before / 1e6:.1f} MB before, {freed.after / 1e6:.1f} MB "
        f"now: {max(0, freed.before - freed.after) / 1e6:.1f} MB given back"
    )
    if freed.left:
        click.echo(freed.left)
    return 0


@database.command("migrate")
@DATABASE
@told_plainly
def migrate(db: Path | None) -> int:
    """Bring an older database to this version's schema, after a backup beside it."""
    from storage.errors import Missing, OlderSchema
    from storage.reader import Reader
    from storage.store import Store

    path = configuration(db).database
    if not path.exists():
        raise Missing(f"{path}: no such database: name it with --db")
    try:
        Reader(path).close()
    except OlderSchema:
        click.echo(f"{path}: copying it, then bringing it to this version's schema; may take minutes: do not stop it")
    Store.open(path, write=True).close()
    click.echo(f"{path} has this version's schema")
    return 0


@database.command("publish")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@DATABASE
@told_plainly
def publish(target: Path, db: Path | None) -> int:
    """A finished copy for readers, renamed into place."""
    from storage.backup import publish as put

    put(configuration(db).database, target)
    click.echo(f"published {target.absolute()}")
    return 0
