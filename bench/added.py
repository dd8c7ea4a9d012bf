"""`dateline sources add`, `check` and `run` over the made-up sites of tests/crawler/sites, as a user would call them.

    python bench/added.py [--only NAME]

Each site is served on loopback. The table says what the TOML that was written polls and whether that is what the site's file
expects, how many of its articles the pattern takes (of all, announced or not) and how many other addresses it refuses, what
`check` said, and how many articles a first `run` stored. Exit status 1 when a site is not right, but for the shell, which has
nothing: there `add` must fail and say what a person must give.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from crawler.config import Config, render  # noqa: E402
from crawler.discovery.links import is_article  # noqa: E402
from crawler.registry import read_source  # noqa: E402
from storage.reader import Reader  # noqa: E402
from tests.crawler.made_sites import MadeSite, served, sites  # noqa: E402

DATELINE = Path(sys.executable).parent / "dateline"


async def dateline(folder: Path, *arguments: str) -> tuple[int, str]:
    """(exit status, what was said) of one command."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE")}
    process = await asyncio.create_subprocess_exec(
        DATELINE,
        *arguments,
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 180)
    return process.returncode or 0, said.decode()


async def tried(site: MadeSite, port: int, folder: Path) -> tuple[bool, str]:
    """Whether one site came out right, and its line of the table."""
    own = folder / "own"
    own.mkdir(parents=True)
    config = replace(
        Config(database=folder / "news.db"), contact="me@example.org", sources_dir=own, delay_floor=0.1, workers=1
    )
    (folder / "dateline.toml").write_text(render(config), encoding="utf-8")
    at = ("--at", f"{site.host}=127.0.0.1:{port}")
    status, said = await dateline(folder, "sources", "add", site.url, "--yes", *at)
    requests = len(site.asked)
    if site.said.get("shell"):
        good = status == 1 and "Give the address of a feed" in said
        return good, f"{requests:8}  nothing there, exit {status}, {'says what to give' if good else said[-80:]}"
    if status != 0:
        return False, f"{requests:8}  add failed: {said[-200:]}"
    good, parts = True, []
    files = sorted(own.glob("*.toml"))
    good &= len(files) == len(site.editions)
    for file in files:
        source = read_source(file)
        language = source.languages[0] if len(site.editions) > 1 else ""
        articles = [site.url.rstrip("/") + story.path for story in site.stories(language)]
        others = site.others(language)
        taken = sum(is_article((url,), source.article_url, source.not_article) for url in articles)
        refused = sum(not is_article((url,), source.article_url, source.not_article) for url in others)
        right = {one.url for one in source.endpoints if one.role == "live"} == site.live(language)
        good &= right and taken == len(articles) and refused == len(others)
        checked, _ = await dateline(folder, "sources", "check", file.stem, *at)
        ran, _ = await dateline(folder, "run", file.stem, *at)
        with Reader(folder / "news.db") as reader:
            stored = sum(1 for _ in reader.articles(source=file.stem))
        good &= (checked, ran) == (0, 0) and stored > 0
        ends = f"{taken}/{len(articles)} taken, {refused}/{len(others)} refused, check {checked}, run {ran}: {stored} stored"
        parts.append(f"{'endpoints right' if right else 'ENDPOINTS WRONG'}, {ends}")
    return good, f"{requests:8}  {'; '.join(parts)}"


async def measured(only: str | None) -> int:
    """All sites, one after another."""
    wrong = 0
    print(f"{'site':12} {'requests':>8}  what came of it")
    for name, site in sites(datetime.now(UTC)).items():
        if only not in (None, name):
            continue
        with tempfile.TemporaryDirectory(prefix="dateline-added-") as folder:
            async with served({name: site}) as port:
                good, line = await tried(site, port, Path(folder))
        wrong += not good
        print(f"{name:12} {line}{'' if good else '   <- NOT RIGHT'}", flush=True)
    print(f"{wrong} not right")
    return 1 if wrong else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="one site, by its file's name")
    sys.exit(asyncio.run(measured(parser.parse_args().only)))
