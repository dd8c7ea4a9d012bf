"""One state of one story on one of the two desks, and the addresses at which it can be met."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from crawler.demo.stories import MOSCOW, dateline

Desk = Literal["wire", "paper"]
Answer = Literal["article", "404", "410", "soft", "notice", "wall"]
WIRE, PAPER = "grown-wire", "grown-paper"
WIRE_HOST, PAPER_HOST, MOBILE_HOST = "agency.test", "outlet.test", "m.outlet.test"
SOURCE_OF: dict[Desk, str] = {"wire": WIRE, "paper": PAPER}
_STRAIGHT = str.maketrans(dict.fromkeys("„“”«»", '"'))
SECTIONS = ("world", "economy", "science", "society", "sport")


@dataclass(frozen=True, slots=True)
class Piece:
    """`mark`: a pattern around the headline (`CORRECTED-{t}`). `advisory`: a bracketed line before the text; `note`: an
    editor's note after it; `corrected`: what only JSON-LD says. `curly`, `spaced`, `charset`, `views`, `promo`: how the same
    words are set. `canonical`: `own`, `home`, or another story's path. `answer`: what its address gives. `former`: its earlier
    paths, which redirect, or with `both` answer as well. `reposts`: paths under which the desk put it out again. `copy_of`: the
    story whose text this one repeats; `shares`: the one whose background it repeats. Times: epoch seconds."""

    id: int
    desk: Desk
    language: str
    section: str
    slug: str
    title: str
    lead: str
    text: tuple[str, ...]
    published: float
    modified: float
    surname: str
    place: str | None = None
    opening: str | None = None
    mark: str = "{t}"
    version: int = 0
    advisory: str = ""
    note: str = ""
    corrected: str = ""
    curly: bool = False
    spaced: bool = False
    charset: str = "utf-8"
    views: int = 0
    promo: int = 0
    canonical: str = "own"
    answer: Answer = "article"
    former: tuple[str, ...] = ()
    both: bool = False
    reposts: tuple[str, ...] = ()
    status: str = "live"
    copy_of: int | None = None
    shares: int | None = None

    @property
    def source(self) -> str:
        return SOURCE_OF[self.desk]

    @property
    def headline(self) -> str:
        return self.mark.replace("{t}", self.title)

    @property
    def path(self) -> str:
        """The wire's addresses bear its own number, the paper's only day and slug."""
        if self.desk == "wire":
            return f"/{self.section}/{self.slug}-{self.id}"
        return f"/{datetime.fromtimestamp(self.published, UTC):%Y/%m/%d}/{self.slug}"

    @property
    def dateline(self) -> str:
        """How the text opens; a copy keeps the opening that it was given."""
        if self.opening is not None or self.place is None:
            return self.opening or ""
        return dateline(self.place, self.language, self.published, zone=MOSCOW)

    @property
    def body(self) -> tuple[str, ...]:
        """The paragraphs of the story itself, dateline in front, in the typography of the day."""
        plain = (self.dateline + self.text[0], *self.text[1:])
        return tuple(map(curled, plain)) if self.curly else plain


def curled(text: str) -> str:
    """The same words with typographic quotes, apostrophes, dashes and no-break spaces before a unit."""
    plain = text
    text = re.sub(r'"([^"]*)"', "“\\1”", text.translate(_STRAIGHT))
    text = text.replace("'", "’").replace(" - ", " – ")
    text = re.sub(r"(\d+) (crowns|coronas|Kronen|meters|metros|Meter)", "\\1\u00a0\\2", text)
    return text if text.replace("\u00a0", " ") != plain else plain.replace(", ", " – ", 1)


def slug_of(title: str) -> str:
    """Lower-case ASCII words joined by hyphens, at most nine."""
    plain = unicodedata.normalize("NFKD", title.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain.lower())[:9])
