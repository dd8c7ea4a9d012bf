"""The commands that read what is stored; thin, like those of `cli`, which registers them."""

from __future__ import annotations

import sys
import time
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler import terminal
from crawler.options import AS_JSON, DATABASE, configuration, told_plainly

if TYPE_CHECKING:
    from collections.abc import Callable


def until_nobody_reads(command: Callable[..., int]) -> Callable[..., int]:
    """`dateline search … | head`: that the pipe is closed early is no failure of a command that only reads."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> int:
        try:
            status = command(*arguments, **options)
            sys.stdout.flush()
        except BrokenPipeError:
            terminal.to_nobody()
            return 0
        return status

    return run


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--source", help="Only this source.")
@click.option("--language", help="Only this language (en).")
@click.option("--since", help="Published on or after this day.")
@click.option("--until", help="Published on or before this day.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@DATABASE
@AS_JSON
@told_plainly
@until_nobody_reads
def search(words: tuple[str, ...], db: Path | None, as_json: bool, **options: Any) -> int:
    """Articles with all the words (or a "phrase") in title, lead or body, newest first."""
    from crawler.show_articles import show_hits

    return show_hits(configuration(db).database, " ".join(words), as_json=as_json, **options)


@click.command()
@click.argument("article")
@DATABASE
@AS_JSON
@told_plainly
@until_nobody_reads
def show(article: str, db: Path | None, as_json: bool) -> int:
    """One article, by id or URL: its versions, its copies, who was first, whose text it is."""
    from crawler.show_articles import show_article

    return show_article(configuration(db).database, article, as_json=as_json)


@click.command()
@click.argument("article")
@click.argument("old", type=click.IntRange(1), required=False)
@click.argument("new", type=click.IntRange(1), required=False)
@DATABASE
@AS_JSON
@told_plainly
@until_nobody_reads
def diff(article: str, old: int | None, new: int | None, db: Path | None, as_json: bool) -> int:
    """What changed, word by word, between two revisions of an article (by id or URL): the last two, or OLD and NEW."""
    from crawler.show_diff import show_diff

    return show_diff(configuration(db).database, article, old, new, as_json=as_json)


@click.command()
@click.option("--since", type=click.IntRange(0), default=0, show_default=True, help="Only changes after this SEQ.")
@click.option("--follow", is_flag=True, help="Go on until SIGTERM, Ctrl-C, or nobody reads the output any more.")
@DATABASE
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
@told_plainly
@until_nobody_reads
def changes(since: int, follow: bool, db: Path | None, as_json: bool) -> int:
    """Every new text, update, correction, withdrawal …, each once and in the order of writing."""
    from crawler.show_changes import show_changes

    return show_changes(configuration(db).database, since, follow=follow, as_json=as_json)


@click.command()
@DATABASE
@AS_JSON
@told_plainly
@until_nobody_reads
def status(db: Path | None, as_json: bool) -> int:
    """Each source, the worst first: its state, why and since when, its last article, its delay, its next poll. It only
    tells: the exit status is 0 whatever the states are (see `dateline health`)."""
    from crawler.sharded import elsewhere
    from crawler.show_status import show_status, unchecked
    from crawler.show_storage import notes

    config, now = configuration(db), time.time()
    stored = notes(config, now=now)
    return show_status(
        config.database,
        now=now,
        as_json=as_json,
        unchecked=unchecked(config),
        stored=stored,
        elsewhere=elsewhere(config),
    )


@click.command()
@click.option(
    "--late", type=click.IntRange(1), default=120, show_default=True, help="Minutes after which a verdict is old."
)
@click.option("--strict", is_flag=True, help="1 where any source is broken or was judged late.")
@click.option("--max-age", type=click.IntRange(1), help="1 where no fetch of any source succeeded in so many minutes.")
@DATABASE
@AS_JSON
@told_plainly
@until_nobody_reads
def health(db: Path | None, late: int, strict: bool, max_age: int | None, as_json: bool) -> int:
    """One exit status, for a container: 0 fine, 1 no source was judged lately, or at least half of those that are crawled
    are broken or were judged late, or the database cannot be written, has no room, or was found damaged; 3 the database
    cannot be read."""
    from crawler.sharded import narrowed
    from crawler.show_health import show_health
    from crawler.show_storage import notes

    config, now = configuration(db), time.time()
    return show_health(
        config.database,
        now=now,
        late=late * 60.0,
        max_age=None if max_age is None else max_age * 60.0,
        strict=strict,
        chosen=narrowed(config).sources,
        stored=notes(config, now=now),
        as_json=as_json,
    )


COMMANDS = (search, show, diff, changes, status, health)
