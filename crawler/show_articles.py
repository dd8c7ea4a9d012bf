"""`dateline search / show / status`: what the database holds, for people and, with `--json`, for programs.

Titles and texts come from pages: control characters are taken out before they reach a terminal."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from storage.reader import Reader

if TYPE_CHECKING:
    from pathlib import Path

    from storage.reader import Row

HEAD = ("url", "published_at", "published_from", "modified_at", "authors", "section", "tags", "language", "dateline_place",
        "dateline_date", "dateline_agency", "credit", "access", "status", "story_id")  # fmt: skip


def plain(text: object) -> str:
    """Text that cannot steer a terminal: no escape sequences, no other control characters but newlines."""
    return "".join(c for c in str(text) if c == "\n" or unicodedata.category(c) not in {"Cc", "Cf"})


def show_hits(database: Path, query: str, *, as_json: bool, **options: Any) -> int:
    """Articles that match, newest first; 0 also when there are none.

    Raises `QueryError`, `StorageError`."""
    with Reader(database) as reader:
        hits = reader.search(query, **options)
    if as_json:
        click.echo(json.dumps([asdict(hit) for hit in hits], ensure_ascii=False, indent=1))
        return 0
    for hit in hits:
        mark = "" if hit.status == "live" else f" [{hit.status}]"
        click.echo(f"{hit.id:>6}  {hit.published_at or 'no time':20}  {hit.source}  {plain(hit.title)}{mark}")
        click.echo(f"        {plain(hit.snippet)}")
    click.echo(f"{len(hits)} found" if hits else "nothing found", err=True)
    return 0


def show_article(database: Path, which: str, *, as_json: bool) -> int:
    """One article, by id or address, with its versions and copies; 1 when there is none."""
    with Reader(database) as reader:
        article = reader.article(which)
        if article is None:
            click.echo(f"{database}: no article {which}", err=True)
            return 1
        number = int(article["id"])
        revisions, copies, addresses = reader.revisions(number), reader.copies(number), reader.addresses(number)
    if as_json:
        whole = {
            "article": article.as_dict(),
            "revisions": [row.as_dict() for row in revisions],
            "copies": [row.as_dict() for row in copies],
            "addresses": addresses,
        }
        click.echo(json.dumps(whole, ensure_ascii=False, indent=1))
        return 0
    click.echo(plain(article["title"]))
    for name in HEAD:
        if article[name] not in (None, "", "[]"):
            click.echo(f"  {name:16} {plain(article[name])}")
    click.echo(f"\n{plain(article['lead'])}\n" if article["lead"] else "")
    click.echo(plain(article["body"]))
    click.echo("\nversions")
    for row in revisions:
        click.echo(f"  {row['revision']:>3}  {row['seen_at']}  {row['kind']:11} {plain(row['title'])}")
    _listed("copies", copies)
    for address in addresses[1:]:
        click.echo(f"also at {plain(address)}")
    return 0


def _listed(heading: str, rows: list[Row]) -> None:
    if rows:
        click.echo(heading)
    for row in rows:
        click.echo(
            f"  {row['id']:>6}  {row['published_at'] or row['first_seen_at']}  {row['source']}  {plain(row['title'])}"
        )


def show_status(database: Path, *, as_json: bool) -> int:
    """The state of each source; 1 when one of them is blocked, failing or has changed its layout."""
    with Reader(database) as reader:
        health, counts = reader.health(), reader.counts()
    bad = any(one.state in {"blocked", "failing", "layout_changed"} for one in health)
    if as_json:
        click.echo(
            json.dumps({"database": str(database), "counts": counts, "sources": [asdict(h) for h in health]}, indent=1)
        )
        return int(bad)
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("source", "state", "last success", "last new", "24 h", "errors", "delay", "why"):
        numeric = heading in {"24 h", "errors", "delay"}
        table.add_column(heading, justify="right" if numeric else "left", no_wrap=heading != "why")
    for one in health:
        errors = "" if one.error_rate_24h is None else f"{one.error_rate_24h:.0%}"
        delay = "" if one.median_delay_s is None else f"{one.median_delay_s:.0f} s"
        success, new = (at[5:16].replace("T", " ") if at else "never" for at in (one.last_success_at, one.last_new_at))
        table.add_row(one.source, one.state, success, new, str(one.articles_24h), errors, delay, plain(one.why or ""))
    Console().print(table)
    click.echo(f"{database}: {counts['articles']} articles, {counts['revisions']} texts, {counts['stories']} stories")
    return int(bad)
