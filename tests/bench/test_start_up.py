"""The bench of start-up stops its clock at an article, and at nothing else that a run tells."""

import json

import pytest

from bench.start_up import tells_of_an_article


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ({"event": "fetch", "outcome": "new", "article_id": 1}, True),
        ({"event": "fetch", "outcome": "listed", "article_id": None}, False),
        ({"event": "finished", "source": "a"}, False),
    ],
)
def test_the_clock_stops_at_an_article(event: dict[str, object], told: bool) -> None:
    assert tells_of_an_article(json.dumps(event)) is told
