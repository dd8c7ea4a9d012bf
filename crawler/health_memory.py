"""What the judge of health keeps from one judgement to the next, as the text that storage holds for it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from crawler.evidence import Rate
from crawler.silence import Habit

if TYPE_CHECKING:
    from storage.health import Standing

VERSION: Final = 3
"""Of the judge's rules; what others have learnt is learnt anew."""

MEMORY_VERSION: Final = 1
"""Of what a `Memory` holds; another version's is forgotten, so that no change of the program ends the judging."""


@dataclass(frozen=True, slots=True)
class Short:
    """How often an article has at most so many words."""

    words: int
    rate: Rate


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the past says: `rates` by sign, `shorts` from the rarest; `blocked_polls`, `failed_polls`: the share of polls
    that was refused or failed, at the most; `at`: when this was learnt (epoch seconds)."""

    at: float
    rates: dict[str, Rate]
    shorts: tuple[Short, ...]
    blocked_polls: float
    failed_polls: float
    rhythm: Habit | None


@dataclass(frozen=True, slots=True)
class Memory:
    """`fresh`: what came up to then is no longer judged. `spans`: times of trouble, which are no part of the past. `sign`:
    of the trouble that was told last (see `signs.Finding`)."""

    fresh: float = 0.0
    spans: tuple[tuple[float, float], ...] = ()
    sign: str = ""


def text(memory: Memory) -> str:
    """A memory as storage keeps it."""
    return json.dumps({"version": MEMORY_VERSION} | asdict(memory), separators=(",", ":"))


def recall(standing: Standing | None) -> Memory:
    """The memory again; an empty one where there is none, or it cannot be read (another version's)."""
    try:
        kept: Any = json.loads(standing.memory) if standing is not None and standing.memory else {}
        if not isinstance(kept, dict) or kept.get("version") != MEMORY_VERSION:
            return Memory()
        spans = tuple((float(begin), float(end)) for begin, end in kept["spans"])
        return Memory(fresh=float(kept["fresh"]), spans=spans, sign=str(kept["sign"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return Memory()


def learnt_text(learnt: Learnt) -> str:
    """What was learnt, as storage keeps it."""
    return json.dumps({"version": VERSION} | asdict(learnt), separators=(",", ":"))


def learnt_from(kept: str | None) -> Learnt | None:
    """What was learnt; None where that is nothing, by other rules, or cannot be read."""
    try:
        found: Any = json.loads(kept or "{}")
        if not isinstance(found, dict) or found.get("version") != VERSION:
            return None
        if (rhythm := found["rhythm"]) is not None:
            rhythm = Habit(**rhythm | {"rates": tuple(rhythm["rates"]), "quietest": tuple(rhythm["quietest"])})
        return Learnt(
            at=found["at"],
            rates={name: Rate(**rate) for name, rate in found["rates"].items()},
            shorts=tuple(Short(each["words"], Rate(**each["rate"])) for each in found["shorts"]),
            blocked_polls=found["blocked_polls"],
            failed_polls=found["failed_polls"],
            rhythm=rhythm,
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
