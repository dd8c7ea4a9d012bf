"""A small grown demo, crawled with the clock moved along: every event is called what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.demo.grown.plan import plan
from crawler.demo.grown.replay import MovedClock, replay
from crawler.demo.grown.verdict import judge
from crawler.passes import exit_status

pytestmark = pytest.mark.usefixtures("reactor", "shared_workers")


async def test_every_event_of_a_small_agency_is_called_what_it_is(tmp_path: Path) -> None:
    laid = plan(16, 50, 7, waves=2)
    crawled = await replay(laid, tmp_path / "news.db")
    assert exit_status(crawled.reports) == 0
    judgement = judge(tmp_path / "news.db", laid, crawled.site)
    assert not judgement.strays
    wrong = [(v.event.kind, v.event.number, v.event.piece, v.problems) for v in judgement.wrong]
    assert not wrong
    assert sum(right for right, _ in judgement.by_kind().values()) == 66


def test_a_moved_clock_never_goes_back() -> None:
    clock = MovedClock(1000.0)
    clock.set(5000.0)
    assert 5000.0 <= clock() < 5900.0
    with pytest.raises(ValueError, match="too slow"):
        clock.set(4000.0)
