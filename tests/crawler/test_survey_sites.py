"""`sources add` on made-up sites of different make, on loopback: the right endpoints, pattern, timezone and languages."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.check_source import Checked, look_at
from crawler.check_source import told as told_of_check
from crawler.config import Config
from crawler.passes import crawl
from crawler.probe import Probe, probing
from crawler.registry import read_source
from crawler.source import Politeness, Source
from crawler.survey.draft import Draft, told, toml_of
from crawler.survey.endpoints import Chosen
from crawler.survey.pattern import pattern_of
from crawler.survey.survey import Survey, survey
from tests.crawler.made_sites import MadeSite, served, sites

NOW = datetime.now(UTC)
MOST_REQUESTS = 24


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


async def _checked(probe: Probe, made: Mapping[str, MadeSite], found: Sequence[Survey], folder: Path) -> list[Checked]:
    """`sources check` of one of the sites, before its feed is gone and after."""
    draft = dict(zip(made, found, strict=True))["numbers"].drafts[0]
    (folder / "vestnik.toml").write_text(toml_of(draft, "2026-11-25"), encoding="utf-8")
    source = replace(read_source(folder / "vestnik.toml"), politeness=Politeness(delay=0.1))
    before = await look_at(probe, source, NOW.timestamp())
    # And its articles are stored: what `dateline run vestnik` does with the file (bench/added.py calls the commands).
    stored = await crawl(probe.session, replace(source, name="vestnik-run"), probe.runner)
    assert stored.counts["new"] == 4, stored
    kept, made["numbers"].said["document"] = made["numbers"].said["document"], []
    after = await look_at(probe, replace(source, name="vestnik-later"), NOW.timestamp())
    made["numbers"].said["document"] = kept
    return [before, after]


def drafted() -> Draft:
    """A draft of one source, made without a look."""
    urls = tuple(f"http://vestnik.test/mir/{number}" for number in range(2_149_700, 2_149_710))
    return Draft(
        name="vestnik", title="Вестник", home="http://vestnik.test/", hosts=("vestnik.test",), country="RU",
        languages=("ru",), timezone="Europe/Moscow", pattern=pattern_of(urls, ()),
        endpoints=(Chosen("http://vestnik.test/rss.xml", "feed", "named in the page's head"),), samples=(),
        reasons=(("timezone", "times with +03:00, and RU"),), needs=(), left=(),
    )  # fmt: skip


def drafted_source() -> Source:
    """That draft as its TOML is read."""
    with tempfile.TemporaryDirectory(prefix="dateline-test-") as folder:
        file = Path(folder) / "vestnik.toml"
        file.write_text(toml_of(drafted(), "2026-11-25"), encoding="utf-8")
        return read_source(file)


async def test_sites_of_ten_makes_give_their_endpoints_and_patterns_and_a_shell_says_what_is_missing(
    reactor: Any, tmp_path: Path
) -> None:
    made = sites(NOW)
    async with served(made) as port:
        exceptions = {site.host: ("127.0.0.1", port) for site in made.values()}
        config = replace(Config(database=tmp_path / "x.db"), delay_floor=0.1, workers=1, first_poll=4)
        async with probing(config, asyncio.Event(), exceptions=exceptions) as probe:
            found = await asyncio.gather(*(survey(probe, site.url, NOW) for site in made.values()))
            checks = await _checked(probe, made, found, tmp_path)
    surveys = dict(zip(made, found, strict=True))
    shell = surveys.pop("shell")
    made["numbers"].asked = list(dict.fromkeys(made["numbers"].asked))  # checks have asked again
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
    before, after = checks
    assert before.well
    assert [(one.status, one.wanted, one.problem) for one in before.endpoints] == [(200, 40, None)]
    assert [one.published_from for one in before.articles] == ["json-ld"] * 3
    assert not after.well
    assert "gone: HTTP 404" in "\n".join(told_of_check(after))
    assert "to do: it is no longer there: look for its successor" in "\n".join(told_of_check(after))
