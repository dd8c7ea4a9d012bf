"""What happens to the demo's stories, from `texts/events.toml`: each event makes a new version of one story.

Kinds: `update`, `correction`, `refile`, `withdrawal` (marked in the headline, as the wires do), `rewrite` (changed
without a mark), `minor` (typography: the words stay), `moved` (same id, other section), `touch` (only the modification
time), and `new`. `revision` is what a crawler should call it: a `RevisionKind`, or None where no revision is due.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from crawler.demo.stories import Story, paragraphs, read_texts, story_of

REVISION_OF: Mapping[str, str | None] = {
    "update": "update",
    "rewrite": "update",
    "correction": "correction",
    "refile": "refile",
    "withdrawal": "withdrawal",
    "minor": "minor",
    "moved": None,
    "touch": None,
    "new": "first",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One change. `swap`: (old, new) in the text. `add`: paragraphs appended. `text`: in place of the whole text.
    `title`: without `mark`, None where it stays. `table`: a new story as data."""

    story: int
    kind: str
    mark: str = ""
    title: str | None = None
    section: str | None = None
    swap: tuple[tuple[str, str], ...] = ()
    add: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    table: Mapping[str, Any] | None = None

    @property
    def revision(self) -> str | None:
        return REVISION_OF[self.kind]


def load_events() -> tuple[Event, ...]:
    """The scripted events in their order."""
    return tuple(_event(table) for table in read_texts("events")["event"])


def _event(table: Mapping[str, Any]) -> Event:
    kind = table["kind"]
    if kind not in REVISION_OF:
        raise ValueError(f"texts/events.toml: kind {kind!r}, expected one of {', '.join(REVISION_OF)}")
    new = table.get("new")
    return Event(
        story=new["id"] if new else table["story"],
        kind=kind,
        mark=table.get("mark", ""),
        title=table.get("title"),
        section=table.get("section"),
        swap=tuple((pair[0], pair[1]) for pair in table.get("swap", ())),
        add=paragraphs(table["add"]) if "add" in table else (),
        text=paragraphs(table["text"]) if "text" in table else (),
        table=new,
    )


def happen(stories: Mapping[int, Story], event: Event, at: float) -> dict[int, Story]:
    """The stories after `event` at `at` (epoch seconds). Raises ValueError where it does not fit the story's text."""
    if event.table is not None:
        return {**stories, event.story: story_of(event.table, at, stories)}
    return {**stories, event.story: revised(stories[event.story], event, at)}


def revised(story: Story, event: Event, at: float) -> Story:
    """The next version of `story`; the withdrawn text is gone, its dateline with it."""
    if event.kind == "moved":
        if event.section is None:
            raise ValueError(f"event on demo story {story.id}: a move needs a section")
        return replace(story, section=event.section, earlier=(*story.earlier, story.section), modified=at)
    text = event.text or tuple(_swapped(paragraph, event.swap) for paragraph in story.text) + event.add
    if (event.swap or event.add or event.text) and text == story.text:
        raise ValueError(f"event {event.kind} on demo story {story.id} changes nothing: its text has moved on")
    withdrawn = event.kind == "withdrawal"
    return replace(
        story,
        title=event.title or story.title,
        mark=event.mark or story.mark,
        text=text,
        dateline="" if withdrawn else story.dateline,
        lead=None if withdrawn or story.lead is None else _swapped(story.lead, event.swap),
        caption=None if withdrawn else story.caption,
        modified=at,
        status={"withdrawal": "withdrawn", "correction": "corrected"}.get(event.kind, story.status),
    )


def _swapped(paragraph: str, swap: tuple[tuple[str, str], ...]) -> str:
    for old, new in swap:
        paragraph = paragraph.replace(old, new)
    return paragraph
