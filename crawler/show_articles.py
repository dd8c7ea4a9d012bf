"""`dateline search / show`: what the database holds, for people and, with `--json`, for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from crawler import terminal
from storage.reader import Reader

if TYPE_CHECKING:
    from pathlib import Path

    from storage.reader import Change, Row

HEAD = ("url", "published_at", "published_from", "modified_at", "authors", "section", "tags", "language", "dateline_place",
        "dateline_date", "dateline_agency", "access", "status")  # fmt: skip


def show_hits(database: Path, query: str, *, as_json: bool, **options: Any) -> int:
    """Articles that match, newest first; 0 also when there are none.

    Raises `QueryError`, `StorageError`."""
    with Reader(database) as reader:
        hits = reader.search(query, **options)
    if as_json:
        click.echo(terminal.dumps([asdict(hit) for hit in hits], indent=1))
        return 0
    width = terminal.columns()
    for hit in hits:
        mark = "" if hit.status == "live" else f"[{hit.status}] "
        head = f"{hit.id:>6}  {hit.published_at or 'no time':20}  {hit.source}  {mark}{terminal.line(hit.title)}"
        click.echo(terminal.fitted(head, width))
        click.echo(terminal.fitted(f"        {terminal.line(hit.snippet)}", width))
    click.echo(f"{len(hits)} found" if hits else "nothing found", err=True)
    return 0


def show_article(database: Path, which: str, *, as_json: bool) -> int:
    """One article, by id or address: its versions, the copies, who was first and whose text it is, with the evidence; 1
    when there is none."""
    with Reader(database) as reader, reader.one_state():
        article = reader.article(which)
        if article is not None:
            number, story_id = int(article["id"]), int(article["story_id"])
            revisions, story, tellers = reader.revisions(number), reader.story(story_id), reader.tellers(story_id)
            addresses = reader.addresses(number)
            changes = reader.changes_of(number)
    if article is None:
        click.echo(terminal.line(f"{database}: no article {which}"), err=True)
        return 1
    if as_json:
        whole = {
            "article": article.as_dict(),
            "revisions": [row.as_dict() for row in revisions],
            "copies": [row.as_dict() for row in tellers if row["id"] != number],
            "addresses": addresses,
            "story": story.as_dict() if story else None,
            "first_article_id": tellers[0]["id"],
            "changes": [asdict(change) for change in changes],
        }
        click.echo(terminal.dumps(whole, indent=1))
        return 0
    width = terminal.columns()
    _print_text(article, width)
    _print_versions(article, revisions, changes, width)
    _print_story(article, story, tellers, width)
    for address in addresses:
        if address != article["url"]:
            click.echo(f"also at {terminal.line(address)}")
    return 0


def _print_text(article: Row, width: int | None) -> None:
    click.echo(terminal.wrapped(terminal.line(article["title"]), width))
    for name in HEAD:
        if article[name] not in (None, "", "[]"):
            click.echo(f"  {name:16} {terminal.line(article[name])}")
    if article["credit"]:
        click.echo(f"  {'credit':16} {_credit(article)}")
    for part in (article["lead"], article["body"]):
        if part:
            click.echo("\n" + terminal.wrapped(terminal.plain(part), width))


def _print_versions(article: Row, revisions: list[Row], changes: list[Change], width: int | None) -> None:
    """The texts, the current one marked, and in between when its page went away or came back."""
    click.echo("\nversions")
    texts = {row["revision"]: row for row in revisions}
    for change in changes:
        row = texts[change.revision]
        if row["kind"] != change.kind:
            why = f": {terminal.line(article['gone_why'])}" if change.at == article["gone_at"] else ""
            again = f", revision {change.revision} made anew from its kept page"
            told = again if change.kind == "reextracted" else f", no new text{why}"
            click.echo(terminal.fitted(f"    -  {change.at}  {change.kind}{told}", width))
            continue
        mark = "*" if change.revision == article["revision"] else " "
        label = f"({terminal.line(row['label'])}) " if row["label"] else ""
        text = f"{mark} {row['revision']:>3}  {row['seen_at']}  {row['kind']:11} {label}{terminal.line(row['title'])}"
        click.echo(terminal.fitted(text, width))


def _print_story(article: Row, story: Row | None, tellers: list[Row], width: int | None) -> None:
    """Who tells the same text, in the order of publication, and whose it is."""
    agency = f", the text of {terminal.line(story['origin_agency'])}" if story and story["origin_agency"] else ""
    sources = len({row["source"] for row in tellers})
    if len(tellers) == 1:
        click.echo(f"story {article['story_id']}: no copies{agency}")
        return
    click.echo(
        f"story {article['story_id']}: {len(tellers)} articles of {sources} source{'s' if sources > 1 else ''}{agency}"
    )
    for place, row in enumerate(tellers):
        at = row["published_at"] or f"{row['first_seen_at']} seen"
        notes = [
            *(["first"] if place == 0 else []),
            *(["origin"] if story and row["id"] == story["origin_article_id"] else []),
            *(["this one"] if row["id"] == article["id"] else []),
        ]
        told = f"[{', '.join(notes)}]  " if notes else ""
        text = f"  {row['id']:>6}  {at:20}  {row['source']}  {told}{terminal.line(row['title'])}"
        click.echo(terminal.fitted(text, width))
        if row["credit"]:
            click.echo(terminal.fitted(f"          credits {_credit(row)}", width))


def _credit(row: Row) -> str:
    """`Reuters (high): "Source: Reuters"`."""
    evidence = f': "{terminal.line(row["credit_evidence"])}"' if row["credit_evidence"] else ""
    return f"{terminal.line(row['credit'])} ({row['credit_confidence']}){evidence}"
