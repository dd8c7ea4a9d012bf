"""The grown demo's generator: the same seed gives the same days, its texts are no near-duplicates, its truth holds."""

from __future__ import annotations

import random
import re
from collections import Counter
from itertools import pairwise

import pytest

from crawler.demo.grown.kinds import CHAINS, KINDS
from crawler.demo.grown.newsroom import LANGUAGES, Writer, words
from crawler.demo.grown.pieces import WIRE, curled, slug_of
from crawler.demo.grown.plan import LOOKS, STEP, Plan, by_piece, plan
from crawler.demo.grown.site import GrownSite
from crawler.demo.sources import grown
from pipelines import fingerprint


@pytest.fixture(scope="module")
def laid() -> Plan:
    return plan(120, 360, 1)


def test_the_same_numbers_give_the_same_plan_and_another_seed_another() -> None:
    assert plan(30, 90, 5) == plan(30, 90, 5)
    assert plan(30, 90, 5) != plan(30, 90, 6)


def test_there_are_as_many_stories_and_events_as_were_asked_for_and_every_kind_among_them(laid: Plan) -> None:
    assert len(laid.publications) == 120
    assert len(laid.events) == 360
    assert {event.kind for event in laid.events} == KINDS.keys() - {"publication"}
    assert {step for chain in CHAINS for step in chain.steps} <= KINDS.keys()
    assert {piece.language for piece in laid.publications} == set(LANGUAGES)


def test_too_many_events_for_the_stories_are_refused() -> None:
    with pytest.raises(ValueError, match="more stories or fewer events"):
        plan(20, 400, 1)
    with pytest.raises(ValueError, match="too few"):
        plan(30, 20, 1)


def test_no_two_events_of_a_story_fall_between_the_same_two_looks(laid: Plan) -> None:
    for piece, events in by_piece(laid.events).items():
        times = sorted(event.at for event in events if event.kind != "redesign")
        assert all(later - earlier >= STEP for earlier, later in pairwise(times)), piece


def test_nothing_happens_to_a_story_after_it_was_killed(laid: Plan) -> None:
    for events in by_piece(laid.events).values():
        kinds = [event.kind for event in sorted(events, key=lambda event: event.at)]
        assert not any(kind.startswith("kill") for kind in kinds[:-1])


def test_every_event_that_changes_words_changes_words_and_no_other_does(laid: Plan) -> None:
    for event in laid.events:
        if event.after is None or event.after.answer != "article" or KINDS[event.kind].arrival:
            continue
        before = laid.at(event.piece, event.at - 1)
        assert before is not None
        same = [
            re.findall(r"\w+", f"{one.title} {one.lead} {' '.join(one.body)}".casefold())
            for one in (before, event.after)
        ]
        altered = event.kind.startswith(("update", "correction", "refile", "ab_", "cache_"))
        assert (same[0] != same[1]) == altered, event
        if event.kind == "typography":
            assert before.body != event.after.body


def test_a_text_that_comes_back_is_the_text_that_was_there(laid: Plan) -> None:
    for piece in {event.piece for event in laid.events if event.kind in ("ab_second_again", "cache_new")}:
        states = [state for _, state in laid.states(piece)]
        assert any(states.count(state) > 1 for state in states)


def test_stories_share_almost_nothing_but_what_they_are_meant_to(laid: Plan) -> None:
    sketches = {one.id: set(fingerprint.sketch("\n\n".join(one.text))) for one in laid.publications}
    holders = Counter(key for sketch in sketches.values() for key in sketch)
    shared = {number: sum(holders[key] > 1 for key in sketch) / len(sketch) for number, sketch in sketches.items()}
    assert max(shared.values()) < 0.35
    assert sum(shared.values()) / len(shared) < 0.15


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_writer_leaves_no_slot_unfilled(language: str) -> None:
    for seed in range(20):
        writer = Writer(language, random.Random(seed))
        draft = writer.draft(6)
        assert "{" not in "".join((draft.title, draft.lead, *draft.text))
        assert len(draft.text) == 6
    given = {"t": "A title", "n": 2, "nth": "2nd", "num": 12, "last": "Alder"}
    for name, patterns in words(language).items():
        for pattern in patterns if name not in ("sentences", "titles", "leads") else ():
            assert "{" not in re.sub(r"\{(t|n|nth|num|last)\}", lambda slot: str(given[slot[1]]), pattern), name


def test_curled_text_has_other_signs_and_the_same_words() -> None:
    for plain in ('"We left," she said - twice.', "No quotes here, only a comma.", "„Nein“, sagte er."):
        other = curled(plain)
        assert other != plain
        assert re.findall(r"\w+", other) == re.findall(r"\w+", plain)
    assert slug_of("Größe & Übermut, 3 Mal") == "grosse-ubermut-3-mal"


def test_each_story_answers_at_its_addresses_and_the_redesign_keeps_its_words(laid: Plan) -> None:
    now = laid.base_time + LOOKS[0] * STEP
    site = GrownSite(laid, lambda: now)
    sources = grown(1234)
    piece = next(
        one
        for one in laid.publications
        if one.source == WIRE and one.published < now and laid.at(one.id, laid.redesigned) == one
    )
    url = f"http://agency.test:1234{piece.path}"
    assert re.fullmatch(sources[WIRE].article_url[0], url)
    assert site.owner(url) == piece.id
    before = site.respond("GET", "agency.test:1234", piece.path)
    again = site.respond("GET", "agency.test:1234", piece.path, {"If-None-Match": before.headers["ETag"]})
    assert (before.status, again.status) == (200, 304)
    now = laid.redesigned
    after = site.respond("GET", "agency.test:1234", piece.path)
    assert after.status == 200
    assert "news-header__title" in before.body.decode()
    assert "news-header__title" not in after.body.decode()
    assert site.respond("GET", "agency.test:1234", "/world/never-written-999").status == 404


def test_the_feeds_hold_what_is_out_and_nothing_that_was_withdrawn(laid: Plan) -> None:
    now = laid.base_time + 30 * STEP
    site = GrownSite(laid, lambda: now)
    for host, path in (
        ("agency.test:1", "/rss/v2.xml"),
        ("outlet.test:1", "/rss.xml"),
        ("agency.test:1", "/sitemap_news.xml"),
    ):
        text = site.respond("GET", host, path).body.decode()
        links = re.findall(r"<(?:link|loc)>([^<]+/[^<]+)</", text)
        owners = {owner for link in links if (owner := site.owner(link)) is not None}
        states = [laid.at(owner, now) for owner in owners]
        assert len(states) > 30
        assert all(state is not None and state.status != "withdrawn" for state in states)
