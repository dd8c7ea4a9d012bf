"""The writer of bench/changes.py, killed again and again, and what it is to have written at the end.

python bench/change_events.py DATABASE SEED PART EVENTS
"""

from __future__ import annotations

import random
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from crawler.lean import load_sqlite_utils  # noqa: E402

load_sqlite_utils()  # its processes are started again and again

from storage.models import Article, Decision, Ending, Outcome  # noqa: E402
from storage.store import Store  # noqa: E402

KINDS = {"first": 30, "copy": 5, "update": 28, "correction": 8, "refile": 5, "repeat": 3, "minor": 10, "withdrawal": 4,
         "none": 7}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """What happens to article `article` of a writer: a revision of `kind`, or a look that finds nothing new (`none`)."""

    number: int
    article: int
    kind: str


def planned(seed: int, part: int, count: int) -> list[Event]:
    """The events of one writer, in their order."""
    chance = random.Random(f"{seed} {part}")
    events: list[Event] = []
    articles = 0
    for number, drawn in enumerate(chance.choices(list(KINDS), list(KINDS.values()), k=count)):
        kind = drawn if articles else "first"
        fresh = kind in {"first", "copy"}
        articles += fresh
        events.append(Event(number, articles if fresh else chance.randint(1, articles), kind))
    return events


def write(path: Path, seed: int, part: int, count: int) -> None:
    """One writer's life: what of its events has no outcome yet, in bursts that the store may commit together."""
    chance = random.Random()
    with Store.open(path) as store:
        source = f"wire-{part}"
        run = store.begin_run(source, time.time()).result()
        done = store.done_records(f"events{part}").result()
        left = [event for event in planned(seed, part, count) if event.number not in done]
        while left:
            burst: dict[int, Event] = {}
            for event in left[: chance.randint(1, 16)]:
                if event.article in burst:
                    break  # the next text of an article is decided on its last one
                burst[event.article] = event
            del left[: len(burst)]
            texts = [text(source, event) for event in burst.values()]
            known = [store.known(one) for one in texts]
            fetches = [
                store.begin_record(run, source, one.url, f"warc:events{part}#{event.number}", time.time())
                for one, event in zip(texts, burst.values(), strict=True)
            ]
            ends = []
            for one, event, stored, fetch in zip(texts, burst.values(), known, fetches, strict=True):
                found, fetch_id = stored.result().article, fetch.result()
                assert fetch_id is not None
                if found is None:
                    decision = Decision("copy" if event.kind == "copy" else "new", None, 0, "first")
                elif event.kind == "none":
                    decision = Decision("unchanged", found.id, found.revision)
                else:
                    status = "withdrawn" if event.kind == "withdrawal" else "live"
                    decision = Decision("revised", found.id, found.revision, event.kind, status)  # type: ignore[arg-type]
                outcome = Outcome(decision.outcome)
                ends.append(store.end(Ending(fetch_id, outcome, time.time(), article=one, decision=decision)))
            assert not any(end.result().stale for end in ends)
            print("written", len(ends), flush=True)
            time.sleep(chance.uniform(0, 0.01))


def text(source: str, event: Event) -> Article:
    url = f"https://{source}.test/news/{event.article}"
    body = f"Text {event.number} of story {event.article}. " * 8
    return Article(
        source, f"id:{event.article}", url, url, f"Story {event.article}", body, f"hash {event.number}", "bench"
    )


def due(seed: int, shares: list[int]) -> dict[tuple[str, str], list[str]]:
    """What each article's changes are to be, in order."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for part, count in enumerate(shares):
        for event in planned(seed, part, count):
            if event.kind != "none":
                kind = "first" if event.kind == "copy" else event.kind
                found[f"wire-{part}", f"id:{event.article}"].append(kind)
    return found


if __name__ == "__main__":
    write(Path(sys.argv[1]), *map(int, sys.argv[2:]))
