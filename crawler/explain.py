"""`dateline extract FILE-or-URL`: one page explained: each field with where it came from, what was dropped, the time."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler import terminal
from crawler.discovery.links import source_of
from pipelines.urls import canonical, host
from pipelines.workers import ExtractionPool
from storage import clock
from storage.models import Page, Profile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.config import Config
    from storage.models import Extraction

SHOWN = ("title", "lead", "authors", "section", "tags", "language", "published", "modified", "dateline", "credit",
         "canonical_url", "image_url", "image_caption", "image_credit", "access", "form", "rights", "word_count", "key",
         "extractor")  # fmt: skip
LONGEST = 100


def explain(config: Config, page: str, url: str | None, *, as_json: bool, opened: Mapping[str, tuple[str, int]]) -> int:
    """Extract one page and print it; 1 when there is no article in it.

    A URL is fetched once, by the rules of every crawl: robots.txt, the address guard, size and time limits.
    Raises `ConfigError`-like `ArgumentProblem` for what is neither a file nor a URL, `StorageError`."""
    from crawler.arguments import ArgumentProblem

    for address in filter(None, (url, page if page.startswith(("http://", "https://")) else None)):
        try:
            canonical(address)
        except ValueError as error:
            raise ArgumentProblem(f"{address}: no address of a page: {error}") from error
    if page.startswith(("http://", "https://")):
        found = _fetched(config, page, opened)
    elif Path(page).is_file():
        found = Page(
            url=url or "https://unknown.invalid/",
            final_url=url or "https://unknown.invalid/",
            body=Path(page).read_bytes(),
            fetched_at=clock.text(time.time()),
            profile=_profile(config, url) if url else Profile(source="file"),
        )
    else:
        raise ArgumentProblem(f"{page}: neither a file here nor an http(s) URL")
    if found is None:
        return 1
    extraction = asyncio.run(_extracted(found))
    click.echo(terminal.dumps(asdict(extraction), indent=2) if as_json else terminal.plain(told(extraction)))
    return 0 if extraction.article else 1


async def _extracted(page: Page) -> Extraction:
    """In a worker process, with the limits of every page: this one may be the hostile one."""
    pool = ExtractionPool(workers=1)
    try:
        return await pool.extract(page)
    finally:
        await pool.close()


def told(extraction: Extraction) -> str:
    """An extraction as text for people: fields with their origin, the body, what was dropped and by which rule."""
    origin = dict(extraction.sources)
    lines = []
    if extraction.article is None:
        lines.append(f"no article: {extraction.reason}" + (f" ({extraction.detail})" if extraction.detail else ""))
    else:
        fields: dict[str, Any] = asdict(extraction.article)
        for name in SHOWN:
            value = fields[name]
            if value not in (None, (), []):
                text = json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list, tuple)) else str(value)
                lines.append(f"{name:14} {text}" + (f"   <- {origin[name]}" if name in origin else ""))
        lines += ["", extraction.article.body, ""]
        lines.append(f"body <- {origin.get('body', 'general extraction')}")
    lines += [f"dropped by {rule}: {text[:LONGEST]!r}" for rule, text in extraction.dropped]
    lines.append(f"{extraction.ms:.0f} ms")
    return "\n".join(lines)


def _profile(config: Config, url: str) -> Profile:
    """The profile of the source that a URL belongs to, else a general one."""
    from crawler.start_crawl import sources_of

    if source := source_of(url, sources_of(config).values()):
        return source.profile
    site = host(url)
    return Profile(source=site.removeprefix("www."))


def _fetched(config: Config, url: str, opened: Mapping[str, tuple[str, int]]) -> Page | None:
    """The page at `url`, fetched once by the rules of every crawl; None after saying why there is none."""
    from crawler.loop import run_in_loop
    from crawler.probe import Answer, probing

    address = canonical(url)
    profile = _profile(config, address)
    answers: list[Answer] = []

    async def main(stop: asyncio.Event) -> int:
        async with probing(config, stop, exceptions=opened) as probe:
            answers.extend(await probe.fetch([url]))
        return 0

    run_in_loop(main)
    answer = answers[0]
    if answer.good:
        return answer.page(profile)
    click.echo(
        f"{url}: {answer.outcome.name}" + (f": {answer.outcome.detail}" if answer.outcome.detail else ""), err=True
    )
    return None
