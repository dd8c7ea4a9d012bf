"""Three days of a wire and a paper: which stories come when, and what happens to them. The same numbers give the same plan.

Time goes in steps of a thousand seconds. A crawler that looks once a step finds a story in its wave's step and looks again at
the ages of the usual ladder (15 min, 1 h, 3 h, 6 h, 24 h, 3 d), which are `LOOKS` steps later; each event falls into the half
step before one of these looks, so that none hides another.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from crawler.demo.grown.changes import CHANGES, MODIFYING
from crawler.demo.grown.kinds import CHAINS, Chain
from crawler.demo.grown.newsroom import Writer
from crawler.demo.grown.pieces import SECTIONS, Desk, Piece, slug_of

BASE_TIME = 1_773_640_800.0
"""16 March 2026, 06:00 UTC: the first wave."""
STEP = 1000.0
LOOKS = (1, 4, 11, 22, 87, 260)
WAVES = 16
"""Steps over which the stories come; the redesign falls half a step after their middle."""
GONE_AGAIN = 4
"""Steps until a page that was gone has been asked for a second time, an hour later."""
FIRST_ID = 214001
ONCE: Mapping[str, str] = {
    **{kind: kind for kind in ("typography", "amp", "print", "tracked", "session", "repost")},
    **dict.fromkeys(("mobile", "mobile_own"), "mobile"),
    **dict.fromkeys(("copy_whole", "copy_trimmed"), "copy"),
}
"""What can come to a story but once, and kinds that are the same in that: a second time nothing new would be seen."""


@dataclass(frozen=True, slots=True)
class Posting:
    """An item of a desk's feed from `at` on: a story under one of its addresses (`how`, see `addresses`), with its GUID."""

    at: float
    piece: int
    how: str
    guid: str


@dataclass(frozen=True, slots=True)
class Event:
    """`after`: the story's state from `at` (epoch seconds) on. `posting`: what comes into the feed with it. `piece` is the
    story that it happens to, or the new one."""

    number: int
    kind: str
    piece: int
    at: float
    after: Piece | None = None
    posting: Posting | None = None


@dataclass(frozen=True)
class Plan:
    """`publications` and `events` in the order of time; a story that comes with an event is not among the publications.
    `redesigned`: when the templates change."""

    base_time: float
    publications: tuple[Piece, ...]
    events: tuple[Event, ...]
    redesigned: float
    _states: Mapping[int, list[tuple[float, Piece]]] = field(repr=False, default_factory=dict)

    @cached_property
    def postings(self) -> tuple[Posting, ...]:
        """Every item that the feeds ever hold, oldest first."""
        own = [Posting(one.published, one.id, "own", f"tag:{one.source},{one.id}") for one in self.publications]
        return tuple(sorted((*own, *(e.posting for e in self.events if e.posting)), key=lambda p: (p.at, p.piece)))

    def states(self, piece: int) -> Sequence[tuple[float, Piece]]:
        """The story's states with the times from which they hold."""
        return self._states[piece]

    def at(self, piece: int, now: float) -> Piece | None:
        """The story as it stands at `now`; None before it is published."""
        return next((state for at, state in reversed(self._states[piece]) if at <= now), None)

    @property
    def pieces(self) -> Sequence[int]:
        return tuple(self._states)

    @property
    def steps(self) -> Sequence[int]:
        """The steps in which a crawler must look to meet every event: those of the ladder, of what comes to the feeds, and
        of the further looks at what was gone or came from another address a step later."""
        published = {math.ceil((one.published - self.base_time) / STEP) for one in self.publications}
        looks = {wave + look + later for wave in published for look in (0, *LOOKS) for later in (0, 1)}
        met = {math.ceil((event.at - self.base_time) / STEP) for event in self.events}
        gone = {math.ceil((event.at - self.base_time) / STEP) + GONE_AGAIN for event in self.events if _goes(event)}
        return tuple(sorted(looks | met | gone))


def _goes(event: Event) -> bool:
    return event.kind in ("glitch", "kill_404", "kill_410", "kill_soft")


def plan(stories: int, events: int, seed: int, *, waves: int = WAVES, base_time: float = BASE_TIME) -> Plan:
    """`stories` of a wire and a paper, in `waves`, to which `events` come in the proportions of `kinds.CHAINS`; two of the
    events are the redesigns. Raises ValueError where so many events do not fit so few stories."""
    dice = random.Random(seed)  # noqa: S311 - a seed for news, nothing is secret
    maker = _Maker(base_time, waves, dice)
    for number in range(stories):
        maker.publish(number, stories)
    for chain in _chains(events - 2, dice):
        maker.lay(chain)
    return maker.finished()


def _chains(events: int, dice: random.Random) -> Iterator[Chain]:
    """Chains in the shares of `CHAINS` until `events` are reached, each at least once; the demanding ones first."""
    whole = sum(chain.share * len(chain.steps) for chain in CHAINS)
    counts = [max(1, chain.share * events // whole) for chain in CHAINS]
    order = [n for n, chain in enumerate(CHAINS) if len(chain.steps) == 1 and not chain.last]
    while (left := events - sum(n * len(c.steps) for n, c in zip(counts, CHAINS, strict=True))) != 0:
        counts[dice.choices(order, [CHAINS[n].share for n in order])[0]] += 1 if left > 0 else 0
        if left < 0:
            counts[max(order, key=lambda n: counts[n])] -= 1
            if min(counts) < 1:
                raise ValueError(f"{events} events are too few for one of every kind")
    for chain, count in sorted(zip(CHAINS, counts, strict=True), key=lambda c: (not c[0].last, -len(c[0].steps))):
        yield from [chain] * count


class _Maker:
    """The plan while it is made: which looks of which story are still free, and how the stories stand."""

    def __init__(self, base_time: float, waves: int, dice: random.Random) -> None:
        self._base, self._count, self._dice = base_time, waves, dice
        self._publications: list[Piece] = []
        self._waves: dict[int, int] = {}
        self._writers: dict[int, Writer] = {}
        self._free: dict[int, set[int]] = {}
        self._laid: list[tuple[float, str, int, int]] = []
        self._had: set[tuple[int, str]] = set()

    def publish(self, number: int, stories: int) -> None:
        desk: Desk = "paper" if number % 5 in (1, 3) else "wire"
        wave = number * self._count // stories
        language = ("en", "en", "es", "de")[number % 4]
        at = self._base + wave * STEP - 60.0 * (1 + number % 5)
        piece = self._piece(FIRST_ID + 3 * number, desk, language, at)
        self._publications.append(piece)
        self._waves[piece.id] = wave
        self._free[piece.id] = set(range(len(LOOKS)))

    def _piece(self, number: int, desk: Desk, language: str, at: float) -> Piece:
        writer = self._writers[number] = Writer(language, random.Random(self._dice.random()))  # noqa: S311
        draft = writer.draft(self._dice.randrange(5, 10))
        return Piece(
            id=number, desk=desk, language=language, section=self._dice.choice(SECTIONS), slug=slug_of(draft.title),
            title=draft.title, lead=draft.lead, text=draft.text, published=at, modified=at, surname=draft.surname,
            place=draft.place if desk == "wire" else None, views=self._dice.randrange(20, 400),
            promo=self._dice.randrange(3),
        )  # fmt: skip

    def lay(self, chain: Chain) -> None:
        """Give a chain to a story with as many free looks in a row. Raises ValueError where there is none."""
        fitting = [
            (piece.id, start)
            for piece in self._publications
            if piece.desk in chain.desks
            for start in range(chain.earliest, len(LOOKS) - len(chain.steps) + 1)
            if self._fits(piece.id, start, chain)
        ]
        if not fitting:
            raise ValueError(f"no story is left for {', '.join(chain.steps)}: more stories or fewer events")
        piece, start = self._dice.choice(fitting)
        if chain.steps[0] in ONCE:
            self._had.add((piece, ONCE[chain.steps[0]]))
        taken = range(start, len(LOOKS)) if chain.last else range(start, start + len(chain.steps))
        if chain.steps[0] == "glitch":  # a page that is gone is asked for again before the next look of the ladder
            taken = range(start, start + 1)
        self._free[piece] -= set(taken)
        for offset, step in enumerate(chain.steps):
            self._laid.append((self._when(piece, start, offset, chain), step, piece, start + offset))

    def _fits(self, piece: int, start: int, chain: Chain) -> bool:
        free = self._free[piece]
        if (piece, ONCE.get(chain.steps[0], "")) in self._had:
            return False
        if chain.last:
            # The second look that a withdrawal needs must still come.
            return start < len(LOOKS) - 1 and free >= set(range(start, len(LOOKS)))
        return free >= set(range(start, start + len(chain.steps)))

    def _when(self, piece: int, start: int, offset: int, chain: Chain) -> float:
        look = LOOKS[start + offset] - 0.5 if chain.steps[0] not in ("glitch", "wall") else LOOKS[start] - 0.5 + offset
        return self._base + (self._waves[piece] + look) * STEP

    def finished(self) -> Plan:
        states = {piece.id: [(piece.published, piece)] for piece in self._publications}
        events: list[Event] = []
        for at, kind, piece, _ in sorted(self._laid):
            event = self._event(len(events) + 1, kind, states, piece, at)
            if event.after is not None:
                states.setdefault(event.piece, []).append((at, event.after))
            events.append(event)
        redesigned = self._base + (self._count // 2 + 0.5) * STEP
        events += [Event(len(events) + n, "redesign", 0, redesigned) for n in (1, 2)]
        return Plan(self._base, tuple(self._publications), tuple(events), redesigned, states)

    def _event(
        self, number: int, kind: str, states: dict[int, list[tuple[float, Piece]]], piece: int, at: float
    ) -> Event:
        past = [state for _, state in states[piece]]
        now, guid = past[-1], f"tag:{past[-1].source},{piece}"
        if kind in CHANGES:
            after = CHANGES[kind](now, self._writers[piece])
            if kind in MODIFYING:
                after = replace(after, modified=at)
            how = {"section_moved": "own", "slug_changed": "own", "slug_changed_no_id": "own", "repost": "repost"}.get(
                kind
            )
            return Event(number, kind, piece, at, after, Posting(at, piece, how, f"{guid},{number}") if how else None)
        match kind:
            case "ab_first_again" | "cache_old":
                return Event(number, kind, piece, at, past[-2])
            case "ab_second_again" | "cache_new":
                return Event(number, kind, piece, at, past[-2])
            case "canonical_other":
                other = self._dice.choice([p for p in self._publications if p.desk == "paper" and p.id != piece])
                return Event(number, kind, piece, at, replace(now, canonical=other.path))
            case "amp" | "mobile" | "mobile_own" | "print" | "tracked" | "session":
                return Event(number, kind, piece, at, None, Posting(at, piece, kind, f"{guid},{kind}"))
            case "guid_changed":
                return Event(number, kind, piece, at, None, Posting(at, piece, "own", f"{guid},again"))
        new = self._newcomer(kind, now, number, at)
        posting = Posting(at, new.id, "own", guid if kind == "guid_reused" else f"tag:{new.source},{new.id}")
        return Event(number, kind, new.id, at, new, posting)

    def _newcomer(self, kind: str, old: Piece, number: int, at: float) -> Piece:
        """The story that comes with an event that an `old` one gave rise to."""
        desk: Desk = "wire" if kind == "followup" else "paper"
        new = self._piece(FIRST_ID + 30_000 + 3 * number, desk, old.language, at - 60.0)
        match kind:
            case "lying_newcomer":
                return replace(new, canonical=old.path if number % 2 else "home")
            case "followup":
                text = (*new.text, *old.text[: max(1, len(new.text) // 5)])
                return replace(new, text=text, shares=old.id)
            case "copy_whole" | "copy_trimmed":
                kept = len(old.text) if kind == "copy_whole" else max(3, len(old.text) * 2 // 3)
                opening = f"{(old.place or '').title()} (AGENCY) - "
                return replace(new, text=old.text[:kept], place=old.place, opening=opening, copy_of=old.id)
        return new


def by_piece(events: Sequence[Event]) -> Mapping[int, list[Event]]:
    """A story's events in their order."""
    found: dict[int, list[Event]] = defaultdict(list)
    for event in events:
        found[event.piece].append(event)
    return found
