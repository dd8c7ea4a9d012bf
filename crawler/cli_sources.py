"""The commands of `dateline sources`; thin, like those of `cli`, which registers them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from crawler.options import AS_JSON, OPENED, SHARD, configuration, told_plainly


@click.group()
def sources() -> None:
    """The registry of agencies."""


@sources.command("list")
@click.option("--language", help="Only sources of this language (ISO 639-1, as in `en`).")
@click.option("--country", help="Only sources of this country (ISO 3166-1, as in `IN`).")
@click.option("--all", "closed", is_flag=True, help="Also the closed ones, and why they are.")
@SHARD
@AS_JSON
@told_plainly
def sources_list(language: str | None, country: str | None, closed: bool, as_json: bool, shard: str | None) -> int:
    """Every source: name, country, languages, how its news is found, confidence, whether it is chosen and verified; with
    shards also which one crawls it."""
    from crawler.show_sources import show_list

    config = configuration(None, shard)
    return show_list(config, language=language, country=country, closed=closed, as_json=as_json)


@sources.command("show")
@click.argument("name")
@told_plainly
def sources_show(name: str) -> int:
    """One source with its endpoints, patterns and evidence."""
    from crawler.show_sources import show_one

    return show_one(configuration(None), name)


@sources.command("add")
@click.argument("url")
@click.option("--name", help="The source's name; with several editions a language is added.  [default: from the host]")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), help="Folder.  [default: sources_dir]")
@click.option("--dry-run", is_flag=True, help="Only look and show; write nothing.")
@click.option("--yes", is_flag=True, help="Write without asking.")
@AS_JSON
@OPENED
@told_plainly
def sources_add(url: str, opened: tuple[str, ...], **options: Any) -> int:
    """Look at an unknown news site (its front page, a feed or a sitemap), show what would be crawled, write its TOML.

    Some 10 to 25 requests, by the rules of every crawl. Guessed are /feed, /rss and /rss.xml where no feed is named, and
    /sitemap.xml and /news-sitemap.xml where no sitemap is.
    """
    from crawler.add_source import add
    from crawler.first_day import warn_without_contact
    from crawler.start_crawl import places

    config = configuration(None)
    warn_without_contact(config)
    return add(config, url, opened=places(opened), **options)


@sources.command("check")
@click.argument("name")
@click.option(
    "--golden", type=click.Path(file_okay=False, path_type=Path), help="Keep the pages and what was extracted here."
)
@AS_JSON
@OPENED
@told_plainly
def sources_check(name: str, golden: Path | None, as_json: bool, opened: tuple[str, ...]) -> int:
    """Look at a source live: each endpoint and three articles, with the reason for every failure and what to do."""
    from crawler.check_source import check
    from crawler.first_day import warn_without_contact
    from crawler.start_crawl import places

    config = configuration(None)
    warn_without_contact(config)
    return check(config, name, as_json=as_json, golden=golden, opened=places(opened))
