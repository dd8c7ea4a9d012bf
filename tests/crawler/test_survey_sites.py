"""`sources add` on made-up sites of different make, on loopback: the right endpoints, pattern, timezone and languages."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from crawler.config import Config
from crawler.probe import probing
from crawler.registry import read_source
from crawler.survey.draft import Draft, told, toml_of
from crawler.survey.survey import Survey, survey
from tests.crawler.made_sites import MadeSite, by_host, sites

NOW = datetime.now(UTC)
MOST_REQUESTS = 24


@asynccontextmanager
async def served(made: Mapping[str, MadeSite]) -> AsyncIterator[int]:
    """The sites on one loopback port, told apart by the name that is asked for."""
    hosts = by_host(dict(made))

    async def answer(request: web.Request) -> web.Response:
        status, kind, body = hosts[request.host.partition(":")[0]].respond(request.path_qs)
        return web.Response(status=status, body=body.encode(), headers={"Content-Type": kind})

    app = web.Application()
    app.router.add_get("/{tail:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


def wrong_with(site: MadeSite, found: Survey, folder: Path) -> list[str]:
    """How a survey differs from what the site's file expects; empty where it does not."""
    wanted = site.said["expect"]
    if found.problem:
        return [found.problem]
    wrong = []
    if len(found.drafts) != len(site.editions):
        return [f"{len(found.drafts)} sources for {len(site.editions)} editions"]
    for language, draft in zip(site.editions, found.drafts, strict=True):
        wrong += _wrong_with_draft(site, language, draft, folder)
        archives = {one.url for one in draft.endpoints if one.archive}
        if archives != {site.url.rstrip("/") + path for path in wanted.get("archive", ())}:
            wrong.append(f"archives {archives}")
        if draft.languages != (tuple(wanted["languages"]) if "languages" in wanted else (language,)):
            wrong.append(f"languages {draft.languages}")
        if (draft.country, draft.timezone) != (wanted.get("country"), wanted.get("timezone")):
            wrong.append(f"country {draft.country}, timezone {draft.timezone}")
    if len(set(site.asked)) != len(site.asked) or len(site.asked) > MOST_REQUESTS:
        wrong.append(f"{len(site.asked)} requests, {len(set(site.asked))} different")
    return wrong


def _wrong_with_draft(site: MadeSite, language: str, draft: Draft, folder: Path) -> list[str]:
    wrong = []
    if (live := {one.url for one in draft.endpoints if not one.archive}) != site.live(language):
        wrong.append(f"endpoints {live}")
    articles = [site.url.rstrip("/") + story.path for story in site.stories(language)]
    foreign = [site.url.rstrip("/") + story.path for other in site.editions if other != language
               for story in site.stories(other)]  # fmt: skip
    if not draft.pattern.url:
        wrong.append(f"no pattern: {draft.pattern.why}")
    wrong += [f"refuses the article {url}" for url in articles if not draft.pattern.takes(url)]
    wrong += [f"takes {url}" for url in (*site.others(language), *foreign) if draft.pattern.takes(url)]
    file = folder / f"{draft.name}.toml"
    file.write_text(toml_of(draft, "2026-11-25"), encoding="utf-8")
    source = read_source(file)
    if (source.confidence, source.verified) != ("low", False) or "sources add" not in source.evidence[0]:
        wrong.append("confidence, verified or evidence")
    return wrong


async def test_sites_of_ten_makes_give_their_endpoints_and_patterns_and_a_shell_says_what_is_missing(
    reactor: Any, tmp_path: Path
) -> None:
    made = sites(NOW)
    async with served(made) as port:
        exceptions = {site.host: ("127.0.0.1", port) for site in made.values()}
        config = replace(Config(database=tmp_path / "x.db"), delay_floor=0.1, workers=1, contact="me@example.org")
        async with probing(config, asyncio.Event(), exceptions=exceptions) as probe:
            found = await asyncio.gather(*(survey(probe, site.url, NOW) for site in made.values()))
    surveys = dict(zip(made, found, strict=True))
    shell = surveys.pop("shell")
    wrong = {name: problems for name, one in surveys.items() if (problems := wrong_with(made[name], one, tmp_path))}
    assert len(surveys) == 10
    assert not wrong
    assert shell.problem is not None
    assert "drawn by JavaScript" in shell.problem
    assert "Give the address of a feed" in shell.problem
    assert len(made["shell"].asked) <= 7
    # Every piece has its reason, and what is left out has one, too.
    numbers = "\n".join(told(surveys["numbers"].drafts[0]))
    assert re.search(r"timezone +Europe/Moscow +<- times with \+03:00, and RU", numbers)
    assert "its newest entry is of 20" in numbers
    assert "its entries are in http://vestnik.test/rss/v2.xml, too" in numbers
