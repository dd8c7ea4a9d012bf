"""Whole crawls over loopback: a consent wall in place of the demo's pages is told, and told to the operator's command."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.health import BEGIN, played
from bench.health_world import EXPECTED, World
from crawler.config import Config
from crawler.demo.answers import Response
from crawler.demo.server import DemoServer
from crawler.demo.site import Site
from crawler.passes import run_pass
from crawler.progress import Silent
from crawler.start import Start, at_work
from crawler.start_crawl import crawl_settings
from storage.reader import Reader

WALL = b"""<html><head><title>Before you continue</title></head><body><h1>We value your privacy</h1>
<p>We and our 812 partners store and access information on a device, such as cookies, and process personal data.</p>
<button>Accept all</button><button>Reject all</button></body></html>"""


class Walled(Site):
    """The demo agency, whose new pages can be put behind a consent wall."""

    walled = False

    def respond(self, method: str, host: str, target: str, headers: Mapping[str, str] | None = None) -> Response:
        answer = super().respond(method, host, target, headers)
        page = target.rpartition("/")[2].isdecimal() and answer.status == 200
        if self.walled and page:
            return Response(200, {"Content-Type": "text/html; charset=utf-8"}, WALL)
        return answer


@pytest.mark.usefixtures("reactor", "shared_workers")
async def test_a_consent_wall_before_new_pages_is_told_at_the_poll_that_brings_five(tmp_path: Path) -> None:
    site = Walled.with_archive(1, 12, scripted=False)
    assert isinstance(site, Walled)
    told, ahead = tmp_path / "told", [0.0]
    async with DemoServer(site) as server:
        source = server.sources()["demo"]
        source = replace(source, profile=replace(source.profile, recheck=()))
        hook = ("/bin/sh", "-c", f"echo $DATELINE_SOURCE $DATELINE_WAS $DATELINE_STATE >> {told}")
        config = Config("a@agency.test", tmp_path / "news.db", first_poll=0, delay_floor=0.1, workers=1, on_alert=hook)
        settings = crawl_settings(config, quiet=True) | {"LOG_ENABLED": False}
        clock = lambda: time.time() + ahead[0]  # noqa: E731
        start = Start(config, {"demo": source}, settings, Silent(), server.exceptions(), clock)
        async with at_work(start, asyncio.Event()) as (session, runner):

            async def judged() -> tuple[Any, ...]:
                await run_pass(session, [source], runner)
                with Reader(config.database) as reader:
                    (row,) = reader.db.conn.execute("SELECT state, why, since, judged_at FROM source_health").fetchall()
                return tuple(row)

            state, why, _, _ = await judged()
            assert (state, why) == ("ok", None)
            site.walled, ahead[0] = True, 4000.0
            for _ in range(6):
                site.publish_fresh()
            state, why, since, at = await judged()
            assert state == "blocked", why
            assert "6 consent_wall" in why
            assert since <= at
            await session.alerts.close()
            assert told.read_text() == "demo ok blocked\n"
            site.walled, ahead[0] = False, 8000.0
            for _ in range(9):
                site.publish_fresh()
            state, why, _, _ = await judged()
            assert (state, why) == ("ok", None)
    assert told.read_text() == "demo ok blocked\n"  # its end not before it has settled


@pytest.mark.parametrize(("mutation", "seed"), [("half", 13), ("silence", 8), (None, 8)])
def test_a_broken_source_is_told_rightly_and_an_undisturbed_one_not_at_all(mutation: str | None, seed: int) -> None:
    """The quick form of bench/health.py: a source each, twelve days."""
    world = World(seed, BEGIN, 12, mutation, BEGIN + 8.3 * 86400 if mutation else math.inf)
    world.per_day = min(world.per_day, 15.0)
    (told,) = played([world])
    assert [state for _, state, _ in told.states[:1]] == ([EXPECTED[mutation]] if mutation else [])
    assert told.verdict == ("right" if mutation else ""), (told.states, told.detail)
