"""Two hundred and fifty articles at once, one of which cannot be stored: it alone is refused, with its reason."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.torture.wire import SOURCE, text
from storage.models import Decision, Ending, Link, Outcome
from storage.store import Store

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from storage.models import Article

ROWS = 250
POISONS: dict[str, dict[str, object]] = {
    "an address with a lone surrogate": {"canonical_url": "https://h0.wire.test/\ud800"},
    "an identity with NUL": {"key": "id:\x00"},
    "a number of more than 63 bits": {"word_count": 2**63},
    "a sketch of more than 32 bits": {"sketch": (2**32,)},
    "bytes for a text": {"body": b"bytes"},
    "a time that is none": {"published": 7},
}


def faults(path: Path, chance: random.Random, rows: int = ROWS) -> list[str]:
    """What is not as it must be, a line each."""
    wrong: list[str] = []
    with Store.open(path) as store:
        run = store.begin_run(SOURCE, time.time()).result()
        for turn, (name, poison) in enumerate(POISONS.items()):
            place = chance.randrange(rows)
            articles = [text(f"https://h0.wire.test/{turn}-{n}", 0) for n in range(rows)]
            articles = [replace(one, key=f"id:{turn}-{n}", sketch=()) for n, one in enumerate(articles)]
            articles[place] = replace(articles[place], **poison)  # type: ignore[arg-type]  # that is what is tried
            wrong += [f"{name} as row {place} of {rows}: {what}" for what in _saved(store, run, articles, place, turn)]
    return wrong


def _saved(store: Store, run: int, articles: list[Article], place: int, turn: int) -> list[str]:
    """Save them in as few transactions as the store makes of it."""
    begun = [
        store.begin_record(run, SOURCE, f"https://h0.wire.test/{turn}-{n}", f"warc:{turn}#{n}", time.time())
        for n in range(len(articles))
    ]
    ids = [number for future in begun if (number := future.result()) is not None]
    link = Link("https://user:secret@h0.wire.test/")  # a second poison: it is refused, its page is not
    futures = [
        store.end(
            Ending(
                number,
                Outcome("new"),
                time.time(),
                article=one,
                decision=Decision("new", None, 0, "first"),
                links=(link,),
            )
        )
        for number, one in zip(ids, articles, strict=True)
    ]
    errors = [f"row {n} raised {error!r}" for n, future in enumerate(futures) if (error := future.exception())]
    if errors:
        return errors
    rows = store.writer.submit(
        lambda db: {
            row[0]: row[1:] for row in db.conn.execute("SELECT id, outcome, reason, detail, article_id FROM fetch")
        },
        writes=False,
    ).result()
    wrong = []
    for n, number in enumerate(ids):
        outcome, reason, detail, article = rows[number]
        good = (
            (outcome, reason, article) == ("failed", "unstorable", None) if n == place else outcome == "new" and article
        )
        if not good or (n == place and not detail):
            wrong.append(f"row {n} ended as {outcome}:{reason} ({detail}), article {article}")
    return wrong
