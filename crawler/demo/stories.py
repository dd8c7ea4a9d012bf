"""The stories of the demo agency and its outlet, read from `texts/*.toml`.

Story files hold `[[story]]` tables: `id`, `section`, `title`, `text` (paragraphs parted by a blank line; one that begins
with `## ` is a subhead) and, where it has them, `place`, `lead`, `tags`, `caption`, `author`, `aliases` (other sections
that serve the same page), `minutes_ago` (age at the site's base time). An outlet's copy names `copy_of` and a
`treatment` instead of a text: `verbatim`, `trimmed` (the first `share` of the paragraphs) or `redated` (the outlet's own
place in the dateline).
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

AGENCY = "demo"
OUTLET = "demo-outlet"
AGENCY_HOST = "agency.test"
OUTLET_HOST = "outlet.test"
AGENCY_NAME = "AGENCY"
MOSCOW = ZoneInfo("Europe/Moscow")

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
}
_DATELINES = {
    "en": "{place}, {month} {day}. /{agency}/. ",
    "ru": "{place}, {day} {month}. /{agency}/. ",
    "es": "{place}, {day} de {month}. /{agency}/. ",
    "de": "{place}, {day}. {month}. /{agency}/. ",
    "ar": "{place}، {day} {month}. /{agency}/. ",
    "zh": "本报{place}{number}月{day}日电 ",
}


@dataclass(frozen=True, slots=True)
class Story:
    """One version of one story. `published`, `modified`: epoch seconds. `dateline`: how the first paragraph opens, as
    published, "" for none. `text`: paragraphs without the dateline. `earlier`: sections it was filed under before a move.
    `mark`: what an editor put before the headline (`UPDATE 1-`). `status`: `live`, `corrected` or `withdrawn`."""

    id: int
    source: str
    section: str
    language: str
    title: str
    text: tuple[str, ...]
    published: float
    modified: float
    lead: str | None = None
    place: str | None = None
    dateline: str = ""
    tags: tuple[str, ...] = ()
    caption: str | None = None
    author: str | None = None
    aliases: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    slug: str | None = None
    copy_of: int | None = None
    credit: str | None = None
    mark: str = ""
    status: str = "live"

    @property
    def headline(self) -> str:
        """The title as the page shows it, with the editor's mark."""
        return self.mark + self.title

    @property
    def path(self) -> str:
        """Where the story lives on its host."""
        return self.path_in(self.section)

    @property
    def also_at(self) -> tuple[str, ...]:
        """Other paths on the same host that serve the same page."""
        return tuple(self.path_in(section) for section in self.aliases)

    def path_in(self, section: str) -> str:
        if self.slug is None:
            return f"/{section}/{self.id}"
        return f"/{utc(self.published):%Y/%m/%d}/{self.slug}-{self.id}"

    @property
    def body(self) -> tuple[str, ...]:
        """The paragraphs as published: dateline in front, subheads still marked with `## `."""
        return (self.dateline + self.text[0], *self.text[1:])

    @property
    def plain_body(self) -> str:
        """What the `articles` view should hold as `body`."""
        return "\n\n".join(paragraph.removeprefix("## ") for paragraph in self.body)


def utc(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def dateline(place: str | None, language: str, at: float, agency: str = AGENCY_NAME, zone: tzinfo = MOSCOW) -> str:
    """How a story from `place` opens in the agency's habit (TASS's, in other languages by analogy); "" without a place."""
    if place is None:
        return ""
    day = datetime.fromtimestamp(at, zone)
    month = _MONTHS[language].split()[day.month - 1] if language in _MONTHS else ""
    return _DATELINES[language].format(place=place, month=month, number=day.month, day=day.day, agency=agency)


def paragraphs(text: str) -> tuple[str, ...]:
    """Paragraphs of a text whose lines are wrapped; wrapped Chinese is joined without a space."""
    return tuple(_unwrapped(block) for block in text.strip().split("\n\n"))


def _unwrapped(block: str) -> str:
    lines = [line.strip() for line in block.strip().splitlines()]
    joined = lines[0]
    for line in lines[1:]:
        joined += line if ord(joined[-1]) > 0x2E7F else f" {line}"
    return joined


def story_of(table: Mapping[str, Any], at: float, originals: Mapping[int, Story]) -> Story:
    """The story that a `[[story]]` table tells, published at `at`. Raises ValueError where the table is not whole."""
    try:
        if "copy_of" in table:
            return _copy(table, at, originals[table["copy_of"]])
        return Story(
            id=table["id"],
            source=table["source"],
            section=table["section"],
            language=table["language"],
            title=table["title"],
            text=paragraphs(table["text"]),
            published=at,
            modified=at,
            lead=table.get("lead"),
            place=table.get("place"),
            dateline=dateline(table.get("place"), table["language"], at) if table["source"] == AGENCY else "",
            tags=tuple(table.get("tags", ())),
            caption=table.get("caption"),
            author=table.get("author"),
            aliases=tuple(table.get("aliases", ())),
            slug=table.get("slug"),
        )
    except KeyError as error:
        raise ValueError(f"demo story {table.get('id', '?')}: {error} is missing or names no story") from error


def _copy(table: Mapping[str, Any], at: float, original: Story) -> Story:
    text, opening, place = original.text, original.dateline, original.place
    match table["treatment"]:
        case "verbatim":
            pass
        case "trimmed":
            text = text[: math.ceil(len(text) * table["share"])]
        case "redated":
            place = table["place"]
            opening = f"{place} ({AGENCY_NAME}) — "
        case other:
            raise ValueError(f"demo story {table['id']}: treatment {other!r}, expected verbatim, trimmed or redated")
    return Story(
        id=table["id"],
        source=table["source"],
        section=table.get("section", original.section),
        language=original.language,
        title=table["title"],
        text=text,
        published=at,
        modified=at,
        place=place,
        dateline=opening,
        author=table.get("author"),
        slug=table["slug"],
        copy_of=original.id,
        credit=table.get("credit"),
    )


def read_texts(name: str) -> dict[str, Any]:
    """A data file of this package, `texts/<name>.toml`."""
    return tomllib.loads((resources.files(__package__) / "texts" / f"{name}.toml").read_text(encoding="utf-8"))


AGENCY_FILES = ("english", "briefs", "russian", "spanish", "chinese", "german_arabic")


def load(base_time: float) -> dict[int, Story]:
    """Every story that is out at `base_time` (epoch seconds), by id: the agency's, then the outlet's."""
    stories: dict[int, Story] = {}
    for name in (*AGENCY_FILES, "outlet"):
        defaults = read_texts(name)
        for story in _stories(defaults, defaults.pop("story"), base_time, stories):
            if story.id in stories:
                raise ValueError(f"demo story {story.id} stands twice in texts/")
            stories[story.id] = story
    return stories


def _stories(
    defaults: Mapping[str, Any], tables: Iterable[Mapping[str, Any]], base: float, known: Mapping[int, Story]
) -> Iterable[Story]:
    for table in tables:
        yield story_of({**defaults, **table}, base - table["minutes_ago"] * 60, known)
