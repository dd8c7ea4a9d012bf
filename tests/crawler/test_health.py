"""The judge of a source's health: only what is unlike the source's own past is told, at once, and until it is over."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import evidence, health, health_memory, signs, silence
from storage.health import EndpointRow, Look, Past, Poll, Present, Standing

HOUR, DAY = 3600.0, 86400.0
MONDAY = 1_788_134_400.0  # 2026-08-31 00:00 UTC
NOW = MONDAY + 21 * DAY + 12 * HOUR
FEED = "https://mercury.test/feed.xml"


def page(number: int, at: float, outcome: str = "new", *, timed: bool = True, words: int = 300, **given: Any) -> Look:
    if outcome != "new":
        return Look(at, f"https://mercury.test/{number}", outcome)
    title = given.get("title", f"Headline {number}")
    return Look(at, f"https://mercury.test/{number}", outcome, timed, title, words)


def past(
    *, rejected: int = 0, timed: int = 400, words: tuple[int, ...] = (300, 250, 400, 180), every: float = HOUR
) -> Past:
    """Three weeks of 400 pages, `rejected` of them spread over it, the first `timed` with a time, one poll an hour."""
    bad = {int((n + 0.5) * 400 / rejected) for n in range(rejected)}
    looks = tuple(
        page(n, MONDAY + n * HOUR, "rejected:no_text") if n in bad
        else page(n, MONDAY + n * HOUR, timed=n < timed, words=words[n % len(words)])
        for n in range(400)
    )  # fmt: skip
    arrivals = tuple(MONDAY + n * every for n in range(int(21 * DAY / every)))
    hours = tuple(range(int(MONDAY // 3600), int((MONDAY + 21 * DAY) // 3600)))
    return Past(MONDAY, MONDAY + 21 * DAY, looks, arrivals, hours, (("listed", 500), ("not_modified", 1500)))


def present(*looks: Look, polls: tuple[Poll, ...] = (), **endpoint: Any) -> Present:
    row: dict[str, Any] = {"seen": 2000, "tries": 0, "looked_at": NOW, "reason": "listed"} | endpoint
    return Present(True, MONDAY, looks, polls, (EndpointRow(FEED, "feed", **row),))


def healthy(at: float = NOW, **given: Any) -> tuple[Standing, list[Look]]:
    """A source that was judged `ok` after 20 good pages; its standing and these."""
    looks = [page(1000 + n, at - HOUR - (20 - n) * 600) for n in range(20)]
    learnt = past(**given)
    if given.get("timed") == 0:
        looks = [replace(look, timed=False) for look in looks]
    verdict = health.judge(present(*looks), None, learnt, now=at)
    assert verdict.state == "ok", verdict
    return verdict, looks


USUAL = past()


def after(news: list[Look], **given: Any) -> Standing:
    before, looks = healthy(**given)
    return health.judge(present(*[*looks, *news][-25:]), before, None, now=NOW + 60)


def five(outcome: str = "new", **given: Any) -> list[Look]:
    return [page(n, NOW - 100 + n, outcome, **given) for n in range(5)]


@pytest.mark.parametrize(
    ("news", "state", "why"),
    [
        (five(), "ok", None),
        (five("rejected:no_text"), "layout_changed", "5 of the last 5 new pages held no article (5 no_text)"),
        (five("rejected:consent_wall"), "blocked", "5 of the last 5 new pages were refused, or walls (5 consent_wall)"),
        (five("blocked:http_403"), "blocked", "(5 http_403)"),
        (five("failed:http_429"), "blocked", "(5 http_429)"),
        (five(timed=False), "layout_changed", "bear no time of day"),
        (five(title="The News Agency"), "layout_changed", "have no headline of their own"),
        (five(title=" "), "layout_changed", "have no headline of their own"),
        (five(words=7), "layout_changed", "have at most"),
        (five("gone"), "ok", None),
        (five("rejected:soft_404"), "ok", None),
        (five("blocked:reserved"), "ok", None),
        (five("rejected:no_text")[:2], "ok", None),
        (five("failed:timeout"), "ok", None),  # for less than an hour
    ],
)
def test_five_pages_unlike_the_past_are_told_at_once(news: list[Look], state: str, why: str | None) -> None:
    verdict = after(news)
    assert verdict.state == state
    assert (verdict.why is None) if why is None else why in (verdict.why or "")
    if state != "ok":
        assert verdict.since == news[0].at


@pytest.mark.parametrize(
    ("given", "news"),
    [
        ({"timed": 0}, five(timed=False)),  # never had times
        ({"timed": 200}, five(timed=False)),  # half of them had
        ({"words": (300, 12, 8, 400)}, five(words=9)),  # flashes
        ({"rejected": 160}, five("rejected:no_text")),  # two in five pages are galleries
    ],
)
def test_what_the_source_always_did_is_no_news(given: dict[str, Any], news: list[Look]) -> None:
    assert after(news, **given).state == "ok"


def test_half_of_the_pages_empty_is_told_within_twenty() -> None:
    chance = random.Random(5)
    late = 0
    for _ in range(25):
        before, looks = healthy(rejected=4)
        told = None
        for n in range(20):
            looks.append(page(n, NOW + n, "rejected:no_text" if chance.random() < 0.5 else "new"))
            before = health.judge(present(*looks[-25:]), before, None, now=NOW + n)
            if before.state == "layout_changed":
                told = n
                break
        late += told is None
    assert late <= 2  # where half are empty, three or four of twenty are the luck of one in a hundred


def test_a_new_source_is_judged_with_care() -> None:
    some = [page(n, NOW + n, "rejected:no_text" if n % 3 == 0 else "new", timed=False) for n in range(25)]
    assert health.judge(present(*some), None, None, now=NOW + 60).state == "ok"
    none = [page(n, NOW + n, "rejected:no_text") for n in range(12)]
    assert health.judge(present(*none), None, None, now=NOW + 60).state == "layout_changed"
    walled = [page(n, NOW + n, "rejected:bot_check") for n in range(12)]
    assert health.judge(present(*walled), None, None, now=NOW + 60).state == "blocked"
    unasked = Present(False, NOW, (), (), ())
    assert health.judge(unasked, None, None, now=NOW).state == "never_run"


def test_a_trouble_stays_until_the_good_pages_leave_no_doubt_and_its_past_is_not_learnt() -> None:
    before, looks = healthy()
    looks += five("rejected:no_text")
    told = health.judge(present(*looks[-25:]), before, None, now=NOW)
    late = NOW + 13 * HOUR
    assert health.wants_past(present(*looks[-25:]), told, late) is None
    for n in range(3):
        looks.append(page(50 + n, late + n))
        told = health.judge(present(*looks[-25:]), told, None, now=late + n)
        assert (told.state, told.since) == ("layout_changed", looks[20].at)
    looks.append(page(53, late + 3))
    told = health.judge(present(*looks[-25:]), told, None, now=late + 3)
    assert (told.state, told.since, told.why) == ("ok", late + 3, None)
    assert health.wants_past(present(*looks[-25:]), told, late + 4) is not None


def test_a_trouble_of_days_is_left_out_of_the_past_and_one_of_four_weeks_is_the_sources_own_way() -> None:
    before, looks = healthy()
    told = health.judge(present(*looks, *five("rejected:no_text")), before, None, now=NOW)
    good = [page(80 + n, NOW + 3 * DAY + n) for n in range(4)]
    ok = health.judge(present(*five("rejected:no_text"), *good), told, None, now=NOW + 3 * DAY + 9)
    assert ok.state == "ok"
    wanted = health.wants_past(present(*good), ok, NOW + 3 * DAY + 9)
    assert wanted is not None
    assert wanted.apart == ((told.since, NOW + 3 * DAY + 9),)
    later = health.judge(present(*five("rejected:no_text")), told, None, now=NOW + 30 * DAY)
    assert later.state == "ok"
    assert health_memory.recall(later).spans == ()


def test_a_worse_trouble_takes_the_place_of_a_lesser_one() -> None:
    before, looks = healthy()
    looks += five("rejected:no_text")
    told = health.judge(present(*looks), before, None, now=NOW)
    looks += [page(60 + n, NOW + 60 + n, "blocked:http_403") for n in range(5)]
    assert health.judge(present(*looks[-25:]), told, None, now=NOW + 90).state == "blocked"


def polls(outcome: str, count: int, every: float = 300.0) -> tuple[Poll, ...]:
    return tuple(Poll(NOW - (count - n) * every, FEED, outcome) for n in range(count))


@pytest.mark.parametrize(
    ("outcome", "count", "state"),
    [
        ("failed:timeout", 13, "failing"),
        ("failed:not_a_feed", 13, "failing"),
        ("blocked:robots_unreachable", 13, "failing"),
        ("gone", 13, "failing"),
        ("failed:timeout", 8, "ok"),  # forty minutes
        ("failed:empty_listing", 13, "layout_changed"),
        ("blocked:http_403", 5, "blocked"),
        ("failed:bot_check", 5, "blocked"),
        ("failed:http_429", 5, "blocked"),
        ("blocked:robots", 5, "blocked"),
        ("blocked:http_403", 4, "ok"),
    ],
)
def test_an_endpoint_in_vain_is_told_by_what_it_answers(outcome: str, count: int, state: str) -> None:
    before, looks = healthy()
    at = present(
        *looks, polls=polls(outcome, count), tries=count, looked_at=NOW - (count + 1) * 300, reason=f"{outcome}: x"
    )
    verdict = health.judge(at, before, None, now=NOW)
    assert verdict.state == state
    if state == "ok":
        return
    assert FEED in (verdict.why or "")
    back = present(*looks, polls=(*polls(outcome, count), Poll(NOW + 1, FEED, "listed")))
    assert health.judge(back, verdict, None, now=NOW + 3).state == state
    whole = replace(back, polls=(*back.polls, *(Poll(NOW + n, FEED, "not_modified") for n in range(2, 5))))
    assert health.judge(whole, verdict, None, now=NOW + 5).state == "ok"


def test_an_endpoint_that_fails_every_other_time_is_failing_though_it_answers() -> None:
    before, looks = healthy()
    mixed = tuple(Poll(NOW - (24 - n) * 300, FEED, "failed:http_502" if n % 2 else "listed") for n in range(24))
    assert health.judge(present(*looks, polls=mixed, tries=1), before, None, now=NOW).state == "failing"


@pytest.mark.parametrize("every", [300.0, 3700.0, 6 * HOUR])
def test_an_outage_is_over_after_good_polls_however_seldom_they_come(every: float) -> None:
    before, looks = healthy()
    bad = tuple(Poll(NOW + n * every, FEED, "failed:http_500") for n in range(30))
    end = bad[-1].at
    down = replace(present(*looks, polls=bad, tries=30, reason="failed:http_500"), trouble=bad)
    told = health.judge(down, before, None, now=end)
    assert told.state == "failing"
    states = []
    for good in range(1, 5):
        polls = (*bad, *(Poll(end + n * every, FEED, "listed") for n in range(1, good + 1)))
        now = polls[-1].at
        up = present(*looks, polls=tuple(poll for poll in polls if poll.at >= now - 6 * HOUR), looked_at=now)
        told = health.judge(replace(up, trouble=polls), told, None, now=now)
        states.append(told.state)
    assert states[0] == "failing"
    assert states[-1] != "failing"


def test_a_silence_counts_only_as_long_as_somebody_asks() -> None:
    before, looks = healthy()
    last = looks[-1].at
    for hours, polled, state in ((3, 3, "ok"), (96, 96, "quiet"), (96, 3, "ok")):
        at = present(*looks, looked_at=last + polled * HOUR)
        assert health.judge(at, before, None, now=last + hours * HOUR).state == state
    failing = present(*looks, looked_at=last + 96 * HOUR, tries=1)
    assert health.judge(failing, before, None, now=last + 96 * HOUR).state == "ok"
    told = health.judge(present(*looks, looked_at=last + 96 * HOUR), before, None, now=last + 96 * HOUR)
    assert told.since == last
    again = present(*looks, page(99, last + 97 * HOUR), looked_at=last + 97 * HOUR)
    assert health.judge(again, told, None, now=last + 97 * HOUR).state == "ok"


def test_hours_in_which_nobody_asked_are_no_silence() -> None:
    before, looks = healthy()
    last, end = looks[-1].at, looks[-1].at + 96 * HOUR
    first = int(last // 3600)
    always = tuple(range(first - 72, int(end // 3600) + 1))
    stopped = tuple(hour for hour in always if not first + 2 < hour < int(end // 3600))
    every_six = tuple(hour for hour in always if hour % 6 == 0 or hour <= first)
    for hours, state in ((always, "quiet"), (stopped, "ok"), (every_six, "quiet")):
        at = replace(present(*looks, looked_at=end), hours=hours)
        assert health.judge(at, before, None, now=end).state == state
    waiting = replace(present(*looks, looked_at=end), waiting=True)
    assert health.judge(waiting, before, None, now=end).state == "ok"


def test_a_silence_beyond_the_days_of_the_past_is_the_same_silence() -> None:
    before, looks = healthy()
    last, month = looks[-1].at, looks[-1].at + 40 * DAY
    told = health.judge(present(*looks, looked_at=last + 96 * HOUR), before, None, now=last + 96 * HOUR)
    later = replace(present(looked_at=month), newest=last)
    again = health.judge(later, told, None, now=month)
    assert (again.state, again.since) == ("quiet", last)
    assert "nothing new since" in (again.why or "")
    assert health.judge(later, None, None, now=month).state == "ok"  # of which nothing was ever learnt


def test_a_source_that_never_gave_a_page_is_quiet_after_four_days() -> None:
    for days, state in ((3.9, "ok"), (4.1, "quiet")):
        at = replace(present(looked_at=NOW), added_at=NOW - days * DAY)
        assert health.judge(at, None, None, now=NOW).state == state


def rhythm(days: int = 28, *, weekend: bool = True, night: bool = True) -> silence.Habit:
    """Six pages an hour from six to twenty-two; `night`, `weekend`: also then."""
    chance = random.Random(3)
    hours = range(int(MONDAY // 3600), int(MONDAY // 3600) + days * 24)
    arrivals = sorted(
        hour * 3600 + chance.uniform(0, 3600)
        for hour in hours
        if (night or 6 <= hour % 24 < 22) and (weekend or (hour - int(MONDAY // 3600)) // 24 % 7 < 5)
        for _ in range(6)
    )
    found = silence.learn(arrivals, hours)
    assert found is not None
    return found


def test_nights_and_weekends_are_no_silences_where_the_source_has_them() -> None:
    usual = rhythm(weekend=False, night=False)
    friday, monday = MONDAY + 28 * DAY + 4 * DAY + 22 * HOUR, MONDAY + 35 * DAY + 5 * HOUR
    assert not silence.is_unlikely(usual, friday, monday)
    assert silence.is_unlikely(usual, friday, monday + 2 * DAY)
    always = rhythm()
    assert silence.is_unlikely(always, friday, friday + 6 * HOUR)
    assert not silence.is_unlikely(always, friday, friday + HOUR)


def test_one_day_of_a_silence_may_have_been_a_holiday() -> None:
    usual = rhythm(weekend=False)
    tuesday = MONDAY + 29 * DAY
    assert not silence.is_unlikely(usual, tuesday, tuesday + 1.6 * HOUR)
    assert silence.is_unlikely(usual, tuesday, tuesday + 34 * HOUR)


def test_a_weekday_that_was_never_watched_expects_nothing() -> None:
    young = rhythm(days=5)
    saturday = MONDAY + 5 * DAY
    assert silence.expected(young, saturday, saturday + 2 * DAY) == 0
    assert silence.expected(young, saturday + 2 * DAY, saturday + 3 * DAY) > 50


def test_what_came_while_nobody_polled_is_neither_rate_nor_gap() -> None:
    hours = [
        h for h in range(int(MONDAY // 3600), int(MONDAY // 3600) + 28 * 24) if not 240 <= h - MONDAY // 3600 < 300
    ]
    arrivals = [h * 3600.0 + 60 for h in hours]
    flood = [(MONDAY // 3600 + 300) * 3600 + 60 + n for n in range(200)]
    found, plain = silence.learn(sorted({*arrivals, *flood}), hours), silence.learn(arrivals, hours)
    assert found is not None
    assert plain is not None
    assert max(found.rates) < 2
    assert found.excess < 2 * plain.excess


def test_too_little_is_no_rhythm() -> None:
    hours = range(int(MONDAY // 3600), int(MONDAY // 3600) + 20)
    assert silence.learn([h * 3600.0 for h in hours], hours) is None
    assert silence.learn([], range(2000)) is None
    assert silence.learn([MONDAY], []) is None


@pytest.mark.parametrize(
    "kept",
    [
        '{"fresh":0,"spans":[],"sign":"polls","more":1}',
        '{"version":99,"fresh":1}',
        "[]",
        "{",
        '{"version":1,"spans":7}',
    ],
)
def test_what_another_version_wrote_is_forgotten_and_never_in_the_way(kept: str) -> None:
    standing = Standing("failing", "down", NOW - DAY, NOW - 60, memory=kept, learnt=kept)
    assert health_memory.recall(standing) == health_memory.Memory()
    assert health_memory.learnt_from(kept) is None
    assert health.judge(present(page(1, NOW - 60)), standing, past(), now=NOW).state in {"failing", "ok"}
    memory = health_memory.Memory(fresh=5.0, spans=((1.0, 2.0),), sign="polls")
    assert health_memory.recall(replace(standing, memory=health_memory.text(memory))) == memory


def test_what_is_remembered_is_read_back_and_other_rules_learn_anew() -> None:
    learnt = health.learn(past(rejected=4), NOW)
    text = health_memory.learnt_text(learnt)
    assert health_memory.learnt_from(text) == learnt
    assert len(text) < 4000
    version = f'"version":{health_memory.VERSION}'
    assert version in text
    assert health_memory.learnt_from(text.replace(version, '"version":0')) is None
    assert health_memory.learnt_from(None) is None
    memory = health_memory.Memory(5.0, ((1.0, 2.0),), "walled")
    assert health_memory.recall(Standing("ok", None, 0, 0, memory=health_memory.text(memory))) == memory


OUTCOMES = st.sampled_from(
    ("new", "rejected:no_text", "rejected:consent_wall", "failed:timeout", "gone", "blocked:http_403", "copy")
)


@settings(max_examples=40)
@given(
    outcomes=st.lists(OUTCOMES, max_size=25),
    tries=st.integers(0, 400),
    ago=st.floats(0, 40 * DAY),
    state=st.sampled_from((None, "ok", "quiet", "blocked", "failing", "layout_changed")),
    sign=st.sampled_from(("", "polls", "silence", "short", *(sign.name for sign in signs.SIGNS))),
)
def test_every_present_has_one_state_a_reason_where_it_is_bad_and_is_judged_the_same_again(
    outcomes: list[str], tries: int, ago: float, state: str | None, sign: str
) -> None:
    looks = [page(n, NOW - ago - 25 + n, outcome) for n, outcome in enumerate(outcomes)]
    memory = health_memory.text(health_memory.Memory(sign=sign))
    before = None if state is None else Standing(state, "because", NOW - ago, NOW - 60, memory=memory)
    at = present(*looks, tries=tries, reason="failed:timeout: x")
    first = health.judge(at, before, USUAL, now=NOW)
    assert first.state in (*health.BAD, "ok")
    assert (first.why is None) == (first.state == "ok")
    assert first.since <= NOW
    again = health.judge(at, first, None, now=NOW)
    assert (again.state, again.since) == (first.state, first.since)


@given(flags=st.lists(st.booleans(), max_size=25), p=st.floats(0.001, 0.5))
def test_a_further_bad_trial_never_makes_the_present_look_better(flags: list[bool], p: float) -> None:
    def worst(trials: list[bool]) -> float:
        run = evidence.worst_ending_now(trials, p)
        return run.evidence if run else 0.0

    assert worst([*flags, True]) >= worst([*flags, False]) - 1e-9
    assert worst([*flags, False]) <= worst(flags) + 1e-9


def test_a_source_like_its_past_is_hardly_ever_told_of() -> None:
    chance = random.Random(1)
    told = 0
    for _ in range(60):
        p = chance.uniform(0, 0.03)
        usual = evidence.rate([chance.random() < p for _ in range(500)], mean=0.05, weight=20, floor=0.01, most=0.8)
        flags: list[bool] = []
        for _ in range(500):
            flags = [*flags[-24:], chance.random() < p]
            told += evidence.unlike(flags, usual) is not None
    assert told == 0


def test_a_run_that_the_past_itself_held_is_no_news() -> None:
    mixed = [n % 100 in (50, 51, 52, 53, 54) for n in range(1000)]
    usual = evidence.rate(mixed, mean=0.05, weight=20, floor=0.01, most=0.8)
    assert evidence.unlike([False] * 10 + [True] * 5, usual) is None
    assert evidence.unlike([False] * 10 + [True] * 12, usual) is not None
