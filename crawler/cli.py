"""`dateline …`: thin. Options in, one function called, an exit status out (0 done, 1 some source failed, 2 wrong usage,
3 storage failed)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from crawler import (
    cli_database,
    cli_export,
    cli_history,
    cli_quarantine,
    cli_reading,
    cli_running,
    cli_serve,
    cli_sources,
)
from crawler.cli_running import METRICS
from crawler.completing import teach
from crawler.options import AS_JSON, DATABASE, OPENED, SHARD, configuration, told_plainly


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="dateline", prog_name="dateline")
def main() -> None:
    """Watch the world's news agencies; keep every text and every revision in one SQLite file."""


for _command in (*cli_reading.COMMANDS, *cli_running.COMMANDS, *cli_history.COMMANDS):
    main.add_command(_command)
main.add_command(cli_sources.sources)
main.add_command(cli_database.database)
main.add_command(cli_quarantine.quarantine)
main.add_command(cli_export.export)
main.add_command(cli_serve.serve)


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=".")
@click.option("--contact", help="Mail address or URL that sites can reach you at.")
@click.option("--source", "sources", multiple=True, help="An agency to crawl (repeat); see `dateline sources list`.")
@click.option("--database", help="Database file, relative to the folder.  [default: news.db]")
@click.option("--own-sources", help="Folder of your own TOMLs; they overlay the packaged ones.")
@click.option("--disk-limit", type=float, help="GB that the database may grow to.  [default: 20]")
@click.option("--proxy", help="HTTP proxy for all requests.")
@click.option("--log-file", help="Log file of crawls.")
@click.option("--group", help="Unix group that may read the database.")
@click.option("--force", is_flag=True, help="Overwrite an existing dateline.toml.")
@told_plainly
def init(folder: Path, **given: Any) -> int:
    """Write dateline.toml: who you are, where the database is, which agencies to crawl."""
    from crawler.first_day import init as begin

    return begin(folder, **given)


@main.command()
@click.option(
    "--db", type=click.Path(dir_okay=False, path_type=Path), help="Keep the database here.  [default: demo.db]"
)
@click.option(
    "--keep-log", type=click.Path(dir_okay=False, path_type=Path), help="Keep the demo server's own log here."
)
@told_plainly
def demo(db: Path | None, keep_log: Path | None) -> int:
    """Crawl the bundled agency on loopback, then show what is in the database. Needs no network."""
    from crawler.demo_run import demo as show

    return show((db or Path("demo.db")).absolute(), keep_log)


@main.command()
@click.argument("sources", nargs=-1)
@DATABASE
@AS_JSON
@click.option(
    "--publish", type=click.Path(dir_okay=False, path_type=Path), help="Then put a finished copy for readers here."
)
@OPENED
@SHARD
@told_plainly
def run(
    sources: tuple[str, ...],
    db: Path | None,
    as_json: bool,
    opened: tuple[str, ...],
    publish: Path | None,
    shard: str | None,
) -> int:
    """One pass over what is due: for cron and timers."""
    from crawler.workers_first import workers_first

    config = configuration(db, shard)
    with workers_first(config) as pool:
        from crawler.first_day import warn_without_contact
        from crawler.start_crawl import one_pass, places
        from storage.backup import publish as put

        warn_without_contact(config)
        click.echo(f"database {config.database}", err=True)
        status = one_pass(config, sources, as_json=as_json, opened=places(opened), pool=pool)
    target = publish or config.publish
    if target and status != 3:
        put(config.database, target)
        click.echo(f"published {target}", err=True)
    return status


@main.command()
@click.argument("sources", nargs=-1)
@DATABASE
@AS_JSON
@OPENED
@METRICS
@SHARD
@told_plainly
def daemon(
    sources: tuple[str, ...],
    db: Path | None,
    as_json: bool,
    opened: tuple[str, ...],
    metrics: str | None,
    shard: str | None,
) -> int:
    """Crawl all chosen sources, each at its own pace, until SIGTERM."""
    from crawler.workers_first import workers_first

    config = configuration(db, shard)
    config = replace(config, metrics=metrics or config.metrics)
    with workers_first(config) as pool:
        from crawler.first_day import warn_without_contact
        from crawler.start_crawl import places, run_daemon

        warn_without_contact(config)
        click.echo(f"database {config.database}", err=True)
        return run_daemon(config, sources, as_json=as_json, opened=places(opened), pool=pool)


@main.command()
@click.argument("source")
@click.option("--since", required=True, help="First day or time, in the source's zone (2023-10-01).")
@click.option("--until", help="Last day (to its end) or time.  [default: now]")
@click.option("--limit", help="At most this many articles now; the rest when called again.")
@click.option("--oldest-first", is_flag=True, help="Begin at --since.  [default: with the newest]")
@click.option("--estimate", is_flag=True, help="Read the archive's pages only; say how many articles, how long.")
@DATABASE
@AS_JSON
@OPENED
@SHARD
@told_plainly
def backfill(
    source: str,
    db: Path | None,
    shard: str | None,
    oldest_first: bool,
    estimate: bool,
    as_json: bool,
    opened: tuple[str, ...],
    **span: str | None,
) -> int:
    """Fetch a source's archive of a span; called again after a break, only the rest. See `dateline backfills`."""
    from crawler.start_crawl import Typed, crawl_settings, one_crawl, places

    config = configuration(db, shard)
    given = {name: value for name, value in span.items() if value is not None}
    typed = Typed(source, given | ({"order": "oldest"} if oldest_first else {}), only_estimate=estimate)
    return one_crawl(config, typed, settings=crawl_settings(config, quiet=True), as_json=as_json, opened=places(opened))


@main.command()
@click.argument("source", required=False)
@click.option("--all", "finished", is_flag=True, help="Also those that are finished.")
@click.option("--close", "closed", type=int, metavar="ID", help="Give one up; what it left goes to the live crawl.")
@DATABASE
@AS_JSON
@told_plainly
def backfills(source: str | None, finished: bool, closed: int | None, db: Path | None, as_json: bool) -> int:
    """The unfinished backfills: their spans, how far they have come, how long the rest will take."""
    from crawler.show_backfills import close, show

    if closed is not None:
        return close(configuration(db), closed)
    return show(configuration(db), source, finished=finished, as_json=as_json)


@main.command()
@click.option("--source", "names", multiple=True, help="Only this source (repeat).")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only pages captured on this day (UTC) or later.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Only pages captured on this day or before.")
@click.option("--limit", type=click.IntRange(1), help="At most this many texts now; the rest when called again.")
@click.option("--all", "everything", is_flag=True, help="Also what the present extractor and profile made.")
@click.option("--from-start", is_flag=True, help="With --all: do not go on where such a call was broken off.")
@click.option("--dry-run", is_flag=True, help="Write nothing; say the same.")
@DATABASE
@AS_JSON
@told_plainly
def reextract(
    names: tuple[str, ...], since: datetime | None, until: datetime | None, db: Path | None, as_json: bool, **given: Any
) -> int:
    """Make the articles anew from the pages kept in the database, without the network: those that an older extractor or
    profile made. Called again after a break, only the rest. Writes no revision; texts that changed are told by `changes`."""
    from crawler.reextracting import Asked, reextract
    from crawler.start_crawl import sources_of

    config = configuration(db)
    click.echo(f"database {config.database}", err=True)
    first = f"{since:%Y-%m-%d}" if since else ""
    end = f"{until + timedelta(days=1):%Y-%m-%d}" if until else ""
    asked = Asked(names, first, end, **given)
    return reextract(config, sources_of(config), asked, as_json=as_json)


@main.command()
@click.argument("sources", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Only look and say; put nothing in force.")
@click.option("--show", is_flag=True, help="List the rule sets of the SOURCES with their evidence; learn nothing.")
@click.option(
    "--use", type=click.IntRange(1), metavar="NUMBER", help="Put this former rule set of the SOURCE in force."
)
@click.option("--forget", is_flag=True, help="Use no learned rules for the SOURCE; its sets are kept.")
@DATABASE
@AS_JSON
@told_plainly
def learn(
    sources: tuple[str, ...],
    dry_run: bool,
    show: bool,
    use: int | None,
    forget: bool,
    db: Path | None,
    as_json: bool,
) -> int:
    """Learn from kept pages which paragraphs a source prints under story after story, and take them off new texts.

    What was found gets a number and is frozen; the number is part of `extractor`."""
    from crawler import show_rules
    from crawler.arguments import ArgumentProblem

    config = configuration(db)
    if sum((dry_run, show, use is not None, forget)) > 1:
        raise ArgumentProblem("--dry-run, --show, --use and --forget: one at a time")
    if show:
        return show_rules.show(config, sources, as_json=as_json)
    if use is not None or forget:
        return show_rules.choose(config, sources, use or 0, as_json=as_json)
    return show_rules.learn_sources(config, sources, dry_run=dry_run, as_json=as_json)


@main.command()
@click.argument("page")
@click.option("--url", help="The address that a file was fetched from; says whose profile is used.")
@click.option("--source", help="Use this source's profile and learned rules.")
@DATABASE
@AS_JSON
@OPENED
@told_plainly
def extract(
    page: str, url: str | None, source: str | None, db: Path | None, as_json: bool, opened: tuple[str, ...]
) -> int:
    """One page, a FILE or a URL: what was extracted and why so, what was dropped, where the time went."""
    from crawler.explain import Asked, explain
    from crawler.start_crawl import places

    asked = Asked(page, url, source, database_named=db is not None)
    return explain(configuration(db), asked, as_json=as_json, opened=places(opened))


@main.command()
@click.option("--offline", is_flag=True, help="Ask nothing of the network.")
@DATABASE
@AS_JSON
@OPENED
@told_plainly
def doctor(offline: bool, db: Path | None, as_json: bool, opened: tuple[str, ...]) -> int:
    """What is wrong with this installation: environment, database, registry, clock, disk, network, robots; and what to do."""
    from crawler.doctor import doctor as look
    from crawler.start_crawl import places

    return look(configuration(db), offline=offline, as_json=as_json, opened=places(opened))


teach(main)
