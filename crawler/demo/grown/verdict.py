"""Whether a crawl of the grown demo called every event what it was: the public views against the plan.

A row of `changes` belongs to the last event of its story before its time. One that belongs to none, one too many, one missing
or of another kind is wrong, and so are a second article for a story and a story that stands with strangers.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from crawler.demo.grown.kinds import KINDS
from crawler.demo.grown.newsroom import words
from crawler.demo.grown.pieces import PAPER, WIRE, Piece
from crawler.demo.grown.plan import STEP, Event, Plan
from crawler.demo.grown.site import GrownSite
from storage.database import open_reader

Row = Mapping[str, Any]
WITH_TEXT = frozenset({"first", "update", "correction", "refile", "repeat"})
"""Kinds of revisions whose title and text are compared with what the desk put out."""
CONTENT = frozenset({"new", "revised", "unchanged", "not_modified", "alias", "copy"})
_VIEWS = {
    "articles": "SELECT id, source, url, key, status, story_id, first_seen_at FROM articles",
    "revisions": "SELECT article_id, revision, kind, seen_at, title, body FROM revisions",
    "changes": "SELECT seq, at, kind, article_id, revision FROM changes",
    "fetches": "SELECT url, urls, at, outcome FROM fetches WHERE kind = 'article'",
}
_ORIGIN = {"wire": "http://agency.test", "paper": "http://outlet.test"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One event (a publication has number 0) and what is wrong with what the crawler made of it; empty: right."""

    event: Event
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """All verdicts, publications first, and what can be laid to no event."""

    verdicts: tuple[Verdict, ...]
    strays: tuple[str, ...]

    @property
    def wrong(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.problems)

    def by_kind(self) -> dict[str, tuple[int, int]]:
        """Kind of event -> how many right, how many wrong; in the order of `KINDS`."""
        counts = Counter((verdict.event.kind, not verdict.problems) for verdict in self.verdicts)
        return {
            kind: (counts[kind, True], counts[kind, False])
            for kind in KINDS
            if counts[kind, True] + counts[kind, False]
        }


def judge(database: Path | str, plan: Plan, site: GrownSite) -> Judgement:
    """Compare. Raises `StorageError` where the database cannot be read."""
    db = open_reader(database)
    try:
        views = {name: _rows(db.conn, query) for name, query in _VIEWS.items()}
    finally:
        db.close()
    return _Court(plan, site, views).judgement()


def _rows(conn: Any, query: str) -> list[Row]:
    cursor = conn.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _epoch(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.casefold()))


class _Court:
    """The views of one database, by story."""

    def __init__(self, plan: Plan, site: GrownSite, views: Mapping[str, Sequence[Row]]) -> None:
        self._plan, self._site, self._views = plan, site, views
        self._revisions: dict[int, list[Row]] = defaultdict(list)
        for row in sorted(views["revisions"], key=lambda r: (r["article_id"], r["revision"])):
            self._revisions[row["article_id"]].append(row)
        self._articles: dict[int, list[Row]] = defaultdict(list)
        self._changes: dict[int, list[Row]] = defaultdict(list)
        for row in sorted(views["changes"], key=lambda r: r["seq"]):
            self._changes[row["article_id"]].append(row)
        self._looks: dict[int, list[float]] = defaultdict(list)
        """When each story's text was met in the new design."""
        for row in views["fetches"]:
            story = site.owner(row["url"]) if row["outcome"] in CONTENT else None
            if story is not None and (at := _epoch(row["at"])) >= plan.redesigned:
                self._looks[story].append(at)
        self._strays: list[str] = []
        owners = self._owners()
        for row in sorted(views["articles"], key=lambda r: r["id"]):
            first = self._revisions[row["id"]][0]
            owner = next((owners[key] for key in self._keys(row["source"], first["body"]) if key in owners), None)
            if owner is None:
                self._strays.append(f"{row['source']} {row['url']}: an article that nobody wrote: {first['title']!r}")
            else:
                self._articles[owner].append(row)
        self._members: dict[int, set[int]] = defaultdict(set)
        for piece, rows in self._articles.items():
            for row in rows:
                self._members[row["story_id"]].add(piece)

    @staticmethod
    def _keys(source: str, body: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """What tells whose a text is: its paragraphs' last words, in their order (the first may bear a dateline)."""
        for paragraph in body.split("\n\n"):
            yield source, _words(paragraph)[-12:]

    def _owners(self) -> dict[tuple[str, tuple[str, ...]], int]:
        """Of each paragraph the story that it came with; of shared ones the earliest of that source."""
        owners: dict[tuple[str, tuple[str, ...]], int] = {}
        for piece in self._plan.pieces:
            for _, state in self._plan.states(piece):
                for key in self._keys(state.source, "\n\n".join(state.text)):
                    owners.setdefault(key, piece)
        return owners

    def judgement(self) -> Judgement:
        events: dict[int, list[Event]] = {
            one.id: [Event(0, "publication", one.id, one.published, one)] for one in self._plan.publications
        }
        redesigns = [event for event in self._plan.events if event.kind == "redesign"]
        for event in self._plan.events:
            if event.kind != "redesign":
                events.setdefault(event.piece, []).append(event)
        verdicts = [verdict for piece, own in events.items() for verdict in self._of_story(piece, own)]
        at_redesign = [v for v in verdicts if v.event.kind == "redesign"]
        changed = [f"story {v.event.piece}: {problem}" for v in at_redesign for problem in v.problems]
        others = sorted(
            (v for v in verdicts if v.event.kind != "redesign"), key=lambda v: (v.event.number, v.event.piece)
        )
        for event, source in zip(redesigns, (WIRE, PAPER), strict=False):
            said = tuple(line for line in changed if f" {source}:" in line)
            others.append(Verdict(event, said))
        return Judgement(tuple(others), (*self._strays, *self._of_changes()))

    def _of_story(self, piece: int, own: list[Event]) -> Iterator[Verdict]:
        """A verdict for each event of a story, and for the redesign in so far as it fell into the story's time."""
        killed = any(event.kind.startswith("kill") and event.at < self._plan.redesigned for event in own)
        if own[0].at < self._plan.redesigned and not killed:
            own = sorted([*own, Event(-1, "redesign", piece, self._plan.redesigned)], key=lambda e: (e.at, e.number))
        rows = self._articles[piece]
        seen = [(_epoch(change["at"]), change) for row in rows for change in self._changes[row["id"]]]
        for event, following in zip(own, [*own[1:], None], strict=True):
            end = following.at if following else float("inf")
            made = [change for at, change in seen if event.at <= at < end]
            problems = list(self._of_changes_made(event, made, redesigned=self._in_new_clothes(piece, event.at, end)))
            if event.kind != "redesign":
                problems += self._of_sight(event)
            if (rows and event is own[0]) or KINDS[event.kind].arrival:
                problems += self._of_arrival(event, rows)
            if following is None:
                problems += self._of_status(event, rows)
            source = self._plan.states(piece)[0][1].source
            yield Verdict(event, tuple(f"{source}: {problem}" for problem in problems))

    def _in_new_clothes(self, piece: int, at: float, end: float) -> bool:
        """Whether a look between `at` and `end` was the first that met the story's text of that time in the new design."""
        now = self._told(piece, at)
        met = [look for look in self._looks[piece] if self._told(piece, look) == now]
        return bool(met) and at <= min(met) < end

    def _told(self, piece: int, at: float) -> object:
        """What the story's page says at a time, however it is set."""
        state = self._plan.at(piece, at)
        return state and (state.headline, state.lead, state.text, state.note)

    def _of_changes_made(self, event: Event, made: Sequence[Row], *, redesigned: bool) -> Iterator[str]:
        """`redesigned`: the look that met the event was the first to meet this text in the new design."""
        allowed = KINDS[event.kind].revisions
        if redesigned and None in allowed:
            allowed |= KINDS["redesign"].revisions
        kinds = [change["kind"] for change in made]
        if len(kinds) > 1 or (kinds[0] if kinds else None) not in allowed:
            expected = " or ".join(sorted(str(kind or "nothing") for kind in allowed))
            yield f"{', '.join(kinds) or 'nothing'}, expected {expected}"
        state = self._plan.at(event.piece, event.at)
        for change in made[-1:]:
            if state is not None and change["kind"] in WITH_TEXT:
                yield from self._of_text(state, self._revisions[change["article_id"]][change["revision"] - 1])

    @staticmethod
    def _of_text(state: Piece, revision: Row) -> Iterator[str]:
        if _words(revision["title"]) != _words(state.title):
            yield f"title {revision['title']!r}, expected {state.title!r}"
        plain, around = "\n".join(state.body), (f"{state.views:,} views", words(state.language)["promo"][state.promo])
        # A standfirst as first paragraph, a counter or promotion as last: how well pages are extracted is measured elsewhere.
        whole = {
            _words("\n".join((lead, above, plain, below, tail)))
            for lead in {state.lead, ""}
            for above in {state.advisory, ""}
            for below in {state.note, ""}
            for tail in {"", around[0], around[1], " ".join(around)}
        }
        if (got := _words(revision["body"])) not in whole:
            wanted = max(whole, key=len)
            at = next(
                (n for n, (a, b) in enumerate(zip(got, wanted, strict=False)) if a != b), min(len(got), len(wanted))
            )
            yield f"text parts at word {at}: {' '.join(got[at : at + 8])!r}, expected {' '.join(wanted[at : at + 8])!r}"

    def _of_sight(self, event: Event) -> Iterator[str]:
        """Whether the crawler was given what the event changed; an event that nobody saw proves nothing."""
        if event.posting is None:
            if event.number and (event.piece, event.at) not in self._site.served:
                yield "never looked at"
        elif event.kind != "guid_changed":
            piece = self._plan.at(event.piece, event.at)
            assert piece is not None
            address = self._site.address(_ORIGIN[piece.desk], event.posting, event.at)
            fetched = (
                re.sub(r"(?<=\.test):\d+", "", url)
                for row in self._views["fetches"]
                if _epoch(row["at"]) >= event.at
                for url in (row["url"], *json.loads(row["urls"] or "[]"))
            )
            if address not in fetched:
                yield f"never fetched {address}"

    def _of_arrival(self, event: Event, rows: Sequence[Row]) -> Iterator[str]:
        if len(rows) != 1:
            told = "; ".join(f"{row['id']} {row['key']} first seen {row['first_seen_at']}" for row in rows)
            yield f"{len(rows)} articles ({told}), expected 1"
        for row in rows:
            state = self._plan.at(event.piece, event.at)
            root = state.copy_of if state is not None else None
            strangers = {one for one in self._members[row["story_id"]] if self._root(one) != self._root(event.piece)}
            if strangers:
                yield f"stands in one story with {sorted(strangers)}"
            if root is not None and root not in self._members[row["story_id"]]:
                yield f"does not stand in the story of {root}, which it copies"

    def _root(self, piece: int) -> int:
        copied = self._plan.states(piece)[0][1].copy_of
        return piece if copied is None else copied

    def _of_status(self, event: Event, rows: Iterable[Row]) -> Iterator[str]:
        status = self._plan.states(event.piece)[-1][1].status
        for row in rows:
            if row["status"] != status:
                yield f"status {row['status']}, expected {status}"

    def _of_changes(self) -> Iterator[str]:
        """Each revision stands in `changes` once, under its kind; the times rise with `seq`."""
        told = Counter(
            (row["article_id"], row["revision"], row["kind"]) for row in self._views["changes"] if row["revision"]
        )
        for row in self._views["revisions"]:
            if told[row["article_id"], row["revision"], row["kind"]] != 1:
                yield f"revision {row['revision']} of article {row['article_id']} ({row['kind']}) stands not once in changes"
        times = [_epoch(row["at"]) for row in sorted(self._views["changes"], key=lambda row: row["seq"])]
        if any(later < earlier - STEP / 2 for earlier, later in pairwise(times)):
            yield "the times of changes do not rise with seq from one look to the next"
