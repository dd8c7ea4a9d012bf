"""Progress for people in a log, and for programs."""

from __future__ import annotations

import io
import json

import pytest

from crawler.progress import JsonLines, Lines, progress
from storage.models import Ended, Ending, Lease, Outcome

LEASE = Lease(1, 1, "demo", "http://a.test/1", "article", "a.test", until=0.0, found_at=0.0)
ENDING = Ending(1, Outcome("new"), at=0.0, lease=LEASE)


def test_a_log_gets_one_line_at_the_end_of_a_crawl_with_every_outcome() -> None:
    stream = io.StringIO()
    lines = Lines(stream)
    lines.ended("demo", ENDING, Ended(article_id=7, revision=1))
    lines.finished("demo", "finished", {"new": 1, "listed": 2}, "a note")
    assert stream.getvalue() == "demo: finished: 2 listed, 1 new (a note)\n"


def test_a_crawl_with_nothing_due_says_so() -> None:
    stream = io.StringIO()
    Lines(stream).finished("demo", "finished", {}, None)
    assert stream.getvalue() == "demo: finished: nothing due\n"


def test_programs_get_one_object_a_fetch_and_one_a_crawl() -> None:
    stream = io.StringIO()
    lines = JsonLines(stream)
    lines.ended("demo", ENDING, Ended(article_id=7, revision=1))
    lines.finished("demo", "finished", {"new": 1}, None)
    fetch, crawl = map(json.loads, stream.getvalue().splitlines())
    assert fetch["event"] == "fetch"
    assert (fetch["outcome"], fetch["article_id"], fetch["url"]) == ("new", 7, "http://a.test/1")
    assert crawl == {
        "event": "crawl",
        "source": "demo",
        "finish_reason": "finished",
        "counts": {"new": 1},
        "note": None,
    }


def test_a_log_shows_how_far_a_backfill_stands_in_place_of_the_tally(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    stream = io.StringIO()
    lines = Lines(stream)
    lines.said("demo", "sitemap index since 2020-10-01", {})
    lines.stands("demo", "3 of 9 articles done, 6 left", {})
    now = 11.0
    lines.ended("demo", ENDING, Ended())
    now = 40.0
    lines.stands("demo", "4 of 9 articles done, 5 left", {})
    assert stream.getvalue().splitlines() == [
        "demo: sitemap index since 2020-10-01",
        "demo: 3 of 9 articles done, 6 left",
        "demo: 4 of 9 articles done, 5 left; waiting for the host's turn",
    ]


def test_programs_get_a_backfills_standing_and_what_is_said_of_it() -> None:
    stream = io.StringIO()
    lines = JsonLines(stream)
    lines.stands("demo", "3 of 9", {"left": 6})
    lines.said("demo", "nothing to fetch", {"what": "estimate"})
    stands, said = map(json.loads, stream.getvalue().splitlines())
    assert stands == {"event": "backfill", "source": "demo", "what": "progress", "words": "3 of 9", "left": 6}
    assert said == {"event": "backfill", "source": "demo", "what": "estimate", "words": "nothing to fetch"}


def test_without_a_terminal_there_is_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", io.StringIO())
    assert isinstance(progress("x", as_json=False), Lines)
    assert isinstance(progress("x", as_json=True), JsonLines)
