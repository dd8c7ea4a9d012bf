"""The judge of a source's health: facts of its present and its past, and `now` -> a state, why, and since when. Pure.

Every threshold is the source's own past (`signs`, `evidence`, `silence`): a source whose pages never bore a time, or of whose
pages one in fifty is a gallery, is `ok` as it is. What is told stays until it is over beyond doubt, so that a source does not
flicker. While a trouble lasts the past is not learnt anew; a long one is left out of it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from crawler import evidence, health_memory, signs, silence
from crawler.health_memory import Learnt, Memory
from crawler.signs import Finding
from storage import clock
from storage.health import PAST_DAYS, Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.health import EndpointRow, Past, Poll, Present

BAD: Final = ("blocked", "failing", "layout_changed", "quiet")
"""States that somebody should look at, the worst first."""

LEARN_SECONDS: Final = 12 * 3600.0
YOUNG_SECONDS: Final = 3 * 86400.0
"""Until this age a source's past is learnt anew every hour."""

EMPTY_SECONDS: Final = 96 * 3600.0
"""A source that never gave a page is called quiet after so much time."""

OFTEN: Final = 0.4
"""The share of an endpoint's polls in vain from which it is failing though it answers: an outage and some bad luck are less."""

APART_SECONDS: Final = 86400.0
"""A longer trouble is no part of the past. A shorter one is: what a source does now and then is told once."""

ALIVE_HOURS: Final = 8
"""Polls so far apart watch the hours between them: a silent endpoint is asked every six."""

MOST_SPANS: Final = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """The past that is to be read: its pages up to `looks_until`, its rhythm up to `until`, without the spans `apart`."""

    looks_until: float
    until: float
    apart: tuple[tuple[float, float], ...]


def wants_past(present: Present, before: Standing | None, now: float) -> Wanted | None:
    """The past that is to be read before this judgement; None: what was learnt still holds, or there is none."""
    learnt = health_memory.learnt_from(before.learnt if before else None)
    fresh = 3600.0 if now - present.added_at < YOUNG_SECONDS else LEARN_SECONDS
    troubled = before is not None and before.state in BAD
    if not present.looks or (learnt is not None and (troubled or now - learnt.at < fresh)):
        return None
    return Wanted(present.looks[0].at, present.looks[-1].at, health_memory.recall(before).spans)


def judge(present: Present, before: Standing | None, past: Past | None, *, now: float) -> Standing:
    """The source's standing at `now`. `before`: its last one; `past`: where `wants_past` asked for it."""
    memory = health_memory.recall(before)
    kept = before.learnt if before is not None else None
    learnt = health_memory.learnt_from(kept)
    if past is not None:
        learnt = learn(past, now)
        kept = health_memory.learnt_text(learnt)
    if not present.ever:
        return Standing("never_run", "none of its endpoints was polled yet", present.added_at, now)
    found = _worst(present, memory, learnt, now)
    if before is not None and before.state in BAD and (found is None or _rank(found.state) >= _rank(before.state)):
        if not _over(present, memory, learnt, before, now):
            same = found if found is not None and found.state == before.state else None
            return _standing(before.state, same.why if same else before.why, before.since, now, memory, kept)
        memory, kept = _afterwards(memory, before, now), None
        found = _worst(present, memory, learnt, now)
    if found is not None:
        memory = replace(memory, sign=found.sign)
        return _standing(found.state, found.why, found.since, now, memory, kept)
    since = before.since if before is not None and before.state == "ok" else now
    return _standing("ok", None, since, now, replace(memory, sign=""), kept)


def learn(past: Past, now: float) -> Learnt:
    """What the past says, for the judgements of the next hours."""
    kinds: Counter[str] = Counter()
    for outcome, count in past.polls:
        kinds[_poll_kind(outcome)] += count
    polls, walled = kinds.total(), kinds["walled"]
    rates, shorts = signs.learn(past.looks)
    return Learnt(
        at=now,
        rates=rates,
        shorts=shorts,
        blocked_polls=evidence.upper(walled, polls, mean=0.01, weight=50, floor=0.005, most=0.2),
        failed_polls=evidence.upper(polls - walled - kinds["good"], polls, mean=0.02, weight=50, floor=0.01, most=0.3),
        rhythm=silence.learn(past.arrivals, past.hours),
    )


def _standing(state: str, why: str | None, since: float, now: float, memory: Memory, learnt: str | None) -> Standing:
    return Standing(state, why, since, now, memory=health_memory.text(memory), learnt=learnt)


def _rank(state: str) -> int:
    return BAD.index(state)


def _worst(present: Present, memory: Memory, learnt: Learnt | None, now: float) -> Finding | None:
    looks = [look for look in present.looks if look.at > memory.fresh]
    found = signs.found(looks, learnt, now)
    for row in present.endpoints:
        polls = [poll for poll in present.polls if poll.url == row.url and poll.at > memory.fresh]
        if finding := _of_endpoint(row, polls, learnt, present.added_at, now):
            found.append(finding)
    if not any(each.state in {"blocked", "failing"} for each in found):
        found += _of_silence(present, learnt)
    return min(found, key=lambda each: (_rank(each.state), each.since), default=None)


def _of_endpoint(
    row: EndpointRow, polls: Sequence[Poll], learnt: Learnt | None, added_at: float, now: float
) -> Finding | None:
    """An endpoint that has not been read for long, or that fails unusually often."""
    kinds = [_poll_kind(poll.outcome) for poll in polls]
    flags = [kind != "good" for kind in kinds]
    code = next((p.outcome for p in reversed(polls) if _poll_kind(p.outcome) != "good"), _code(row.reason))
    kind = _poll_kind(code)
    if kind == "good":
        return None
    usual = evidence.Rate(_poll_rate(kind, learnt), enough=evidence.enough(evidence.MANY_A_MONTH))
    run = evidence.unlike(flags, usual)
    if row.tries >= evidence.TOLD_FROM and evidence.surprise(row.tries, row.tries, usual.p) >= usual.enough:
        bad = of = row.tries
        older = [row.looked_at or added_at] if len(polls) < of else []
        since = min([*(poll.at for poll in polls[-of:]), *older])
    elif run is not None and run.bad >= OFTEN * run.of and not evidence.mended(flags[-run.of :]):
        bad, of, since = run.bad, run.of, polls[-run.of].at
    else:
        return None
    if kind != "walled" and now - since < signs.OUTAGE_SECONDS:
        return None
    state = {"walled": "blocked", "unreadable": "layout_changed"}.get(kind, "failing")
    return Finding(state, f"{row.url}: {bad} of the last {of} polls were in vain ({code})", since, "polls")


def _of_silence(present: Present, learnt: Learnt | None) -> list[Finding]:
    """Silence lasts from the newest page to the last good poll, over the hours in which somebody asked: while nobody asks,
    nobody is silent; nor while pages that were found wait for their first look."""
    polled = max((row.looked_at for row in present.endpoints if not row.tries and row.looked_at), default=None)
    if polled is None:
        return []
    if not present.looks and present.newest is None:
        if polled - present.added_at < EMPTY_SECONDS:
            return []
        return [Finding("quiet", "not one page was ever found on its endpoints", present.added_at, "silence")]
    begin, rhythm = present.looks[-1].at if present.looks else present.newest, learnt.rhythm if learnt else None
    if begin is None or rhythm is None or present.waiting:
        return []
    watched = None if present.hours is None else silence.watched(present.hours, most=ALIVE_HOURS)
    if not silence.is_unlikely(rhythm, begin, polled, watched):
        return []
    usual = silence.expected(rhythm, begin, polled, watched)
    why = (
        f"nothing new since {clock.text(begin)}, where {usual:.0f} quarters of an hour with news are usual; so long a silence "
        "would come less than once in 500 months"
    )
    return [Finding("quiet", why, begin, "silence")]


def _over(present: Present, memory: Memory, learnt: Learnt | None, before: Standing, now: float) -> bool:
    """Whether a trouble that was told is over beyond doubt, or has become the source's own way."""
    if _is_usual_by_now(before, now):
        return True
    if memory.sign == "silence":
        return bool(present.looks) and present.looks[-1].at > before.since
    if memory.sign == "polls":
        late = [poll for poll in present.trouble or present.polls if poll.at >= before.since]
        return bool(late) and all(_is_mended(row, [p for p in late if p.url == row.url]) for row in present.endpoints)
    looks = [look for look in present.looks if look.at >= before.since]
    return signs.over(memory.sign, looks, learnt)


def _is_mended(row: EndpointRow, polls: Sequence[Poll]) -> bool:
    """Whether an endpoint's polls since a trouble began say that it is over for it, or never was its trouble."""
    late = [_poll_kind(poll.outcome) != "good" for poll in polls]
    return not row.tries and (not any(late) or evidence.mended(late))


def _is_usual_by_now(before: Standing, now: float) -> bool:
    return before.state == "layout_changed" and now - before.since > PAST_DAYS * 86400


def _afterwards(memory: Memory, before: Standing, now: float) -> Memory:
    """The past is learnt anew, and what came up to now is no longer judged."""
    spans = memory.spans
    if now - before.since > APART_SECONDS and not _is_usual_by_now(before, now):
        spans = (*spans, (before.since, now))[-MOST_SPANS:]
    return Memory(fresh=now, spans=spans)


def _poll_kind(outcome: str) -> str:
    """As `kind_of`; an endpoint that is gone has failed."""
    return signs.kind_of(outcome) or "failed"


def _poll_rate(kind: str, learnt: Learnt | None) -> float:
    if learnt is None:
        return 0.04
    return learnt.blocked_polls if kind == "walled" else learnt.failed_polls


def _code(reason: str | None) -> str:
    """`failed:http_500` of `failed:http_500: HTTP 500`."""
    return (reason or "").partition(": ")[0]
