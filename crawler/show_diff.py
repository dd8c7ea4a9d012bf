"""`dateline diff`: two revisions of an article, word by word."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from crawler import terminal
from storage.reader import Reader
from storage.word_diff import blocks, changed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from crawler.terminal import Styled
    from storage.reader import Row
    from storage.word_diff import Block, Part

FIELDS = ("title", "lead", "body")


def show_diff(database: Path, which: str, old: int | None, new: int | None, *, as_json: bool) -> int:
    """What changed from revision `old` to `new` (the current one and the one before it, or `old` and the
    current one) in title, lead and body; 1 when
    there is no such article or revision.

    Raises `StorageError`."""
    with Reader(database) as reader:
        article = reader.article(which)
        revisions = {row["revision"]: row for row in reader.revisions(article["id"])} if article else {}
    if article is None:
        click.echo(terminal.line(f"{database}: no article {which}"), err=True)
        return 1
    last = max(revisions)
    new = new if new is not None else article["revision"]
    old = old if old is not None else _before(revisions, new)
    for asked in (old, new):
        if asked not in revisions:
            click.echo(f"article {article['id']} has no revision {asked}: it has 1 to {last}", err=True)
            return 1
    before, after = revisions[old], revisions[new]
    if as_json:
        click.echo(terminal.dumps(_for_programs(article["id"], before, after), indent=1))
        return 0
    if old == new:
        click.echo(f"article {article['id']}: {'one text only' if last == 1 else 'the same revision twice'}")
        return 0
    _print(article["id"], before, after)
    return 0


def _before(revisions: Mapping[int, Row], current: int) -> int:
    """The revision that the page bore before; numbers tell the order of writing, and an old text may come late."""
    older = [row for number, row in revisions.items() if number != current]
    return max(((row["seen_at"], row["revision"]) for row in older), default=("", current))[1]


def _print(article_id: int, before: Row, after: Row) -> None:
    width, marked = terminal.columns(), _coloured if terminal.coloured() else _signed
    click.echo(f"article {article_id}: {_named(before)} -> {_named(after)}")
    same = True
    for field in FIELDS:
        found = blocks(*(terminal.plain(row[field] or "") for row in (before, after)))
        if any(changed(block) for block in found):
            same = False
            click.echo(f"\n{field}")
            for pieces in _told(found, marked):
                click.echo(terminal.wrapped(pieces, width), color=marked is _coloured)
    if same:
        click.echo("the words are the same" + ("" if _texts(before) == _texts(after) else ", blanks are not"))


def _named(row: Row) -> str:
    label = f" {terminal.line(row['label'])!r}" if row["label"] else ""
    return f"revision {row['revision']} ({row['kind']}{label}, {row['seen_at']})"


def _texts(row: Row) -> tuple[str, ...]:
    return tuple(row[field] or "" for field in FIELDS)


def _told(found: Iterable[Block], marked: Callable[[Part], list[Styled]]) -> Iterator[list[Styled]]:
    """Paragraphs that changed, marked; of runs of others only their number."""
    for is_changed, run in groupby(found, key=changed):
        if is_changed:
            for block in run:
                yield [piece for part in block for piece in marked(part)]
        else:
            number = len(list(run))
            yield [(f"… {number} paragraph{'s' if number > 1 else ''} as before", "")]


def _coloured(part: Part) -> list[Styled]:
    return [(part.text, {"=": "", "-": "red strike", "+": "green underline"}[part.sign])]


def _signed(part: Part) -> list[Styled]:
    """As `wdiff` has it: `[-old-]`, `{+new+}`, each line of its own."""
    before, after = {"=": ("", ""), "-": ("[-", "-]"), "+": ("{+", "+}")}[part.sign]
    return [("\n".join(f"{before}{piece}{after}" if piece else "" for piece in part.text.split("\n")), "")]


def _for_programs(article_id: int, before: Row, after: Row) -> dict[str, Any]:
    """Revisions, and for each field the parts of every paragraph: `=` kept, `-` taken out, `+` put in."""
    fields = {
        field: [[[part.sign, part.text] for part in block] for block in blocks(before[field] or "", after[field] or "")]
        for field in FIELDS
    }
    return {
        "article_id": article_id,
        "old": before["revision"],
        "new": after["revision"],
        "kind": after["kind"],
        **fields,
    }
