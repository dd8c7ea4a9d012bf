"""`dateline extract FILE-or-URL`: one page explained: how it was read, each field with where it came from and what other
witnesses say, what was dropped and by which rule, the time of each step. A rejected page, too."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler import terminal
from crawler.arguments import ArgumentProblem
from crawler.discovery.links import source_of
from pipelines.urls import canonical, host
from pipelines.workers import ExtractionPool
from storage import clock, database, rule_sets
from storage.errors import StorageError
from storage.models import Page, Profile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.config import Config
    from crawler.source import Source
    from storage.models import Extraction, RuleSet

SHOWN = ("title", "lead", "authors", "section", "tags", "language", "published", "modified", "dateline", "credit",
         "canonical_url", "image_url", "image_caption", "image_credit", "access", "form", "rights", "marker", "tail",
         "word_count", "key", "extractor")  # fmt: skip
LONGEST = 100
UNKNOWN = "https://unknown.invalid/"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command was given: a file or a URL; the address that a file was fetched from; the source whose profile to use;
    whether the database, whose rule set is used, was named by hand."""

    page: str
    url: str | None = None
    source: str | None = None
    database_named: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """How a page is read: its profile, and where that stands (a TOML's path, None for a general one)."""

    profile: Profile
    file: str | None

    def data(self) -> dict[str, Any]:
        """For programs."""
        from pipelines.extractor import stamp  # and with it all of extraction: not where a page was not even fetched

        rules = self.profile.rules
        return {
            "source": self.profile.source,
            "version": self.profile.version,
            "file": self.file,
            "rule_set": rules.number if rules else None,
            "rules": len(rules.keys) if rules else 0,
            "extractor": stamp(self.profile),
        }


def explain(config: Config, asked: Asked, *, as_json: bool, opened: Mapping[str, tuple[str, int]]) -> int:
    """Extract one page and print it; 1 when there is no article in it.

    A URL is fetched once, by the rules of every crawl: robots.txt, the address guard, size and time limits.
    Raises `ArgumentProblem` for what is neither a file nor a URL, `RegistryError` for an unknown source, `StorageError`."""
    remote = asked.page.startswith(("http://", "https://"))
    for address in filter(None, (asked.url, asked.page if remote else None)):
        try:
            canonical(address)
        except ValueError as error:
            raise ArgumentProblem(f"{address}: no address of a page: {error}") from error
    if not remote and not Path(asked.page).is_file():
        raise ArgumentProblem(f"{asked.page}: neither a file here nor an http(s) URL")
    way = _way(config, asked, asked.page if remote else asked.url)
    page = _fetched(config, asked.page, way.profile, opened) if remote else _of_file(asked, way.profile)
    if page is None:
        return 1
    extraction = asyncio.run(_extracted(page))
    if as_json:
        click.echo(terminal.dumps({"profile": way.data(), **asdict(extraction)}, indent=2))
    else:
        click.echo(told(extraction, way))
    return 0 if extraction.article else 1


async def _extracted(page: Page) -> Extraction:
    """In a worker process, with the limits of every page: this one may be the hostile one."""
    pool = ExtractionPool(workers=1)
    try:
        return await pool.extract(page)
    finally:
        await pool.close()


def told(extraction: Extraction, way: Way) -> str:
    """An extraction as text for people: a line a field, so that nothing of a page looks like one of ours."""
    origin = dict(extraction.sources)
    lines = [_read_by(way)]
    body: list[str] = []
    if extraction.article is None:
        lines.append(f"no article: {extraction.reason}" + (f" ({extraction.detail})" if extraction.detail else ""))
    else:
        fields: dict[str, Any] = asdict(extraction.article)
        for name in SHOWN:
            value = fields[name]
            if value not in (None, (), []):
                text = json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list, tuple)) else str(value)
                lines.append(f"{name:14} {text}" + (f"   <- {origin.pop(name)}" if name in origin else ""))
        body = ["", terminal.plain(extraction.article.body), ""]
    about = [f"body <- {origin.pop('body', 'general extraction')}"] if body else []
    about += [f"{name} <- {witness}" for name, witness in origin.items()]
    about += [f"dropped by {rule}: {text[:LONGEST]!r}" for rule, text in extraction.dropped]
    rows = [*map(_one_line, lines), *body, *map(_one_line, about), *_times(extraction)]
    return "\n".join(rows)


def _one_line(text: str) -> str:
    return terminal.plain(text).replace("\n", " ")


def _read_by(way: Way) -> str:
    profile, rules = way.profile, way.profile.rules
    said = f"profile {profile.version} of {profile.source} ({way.file})" if way.file else "a general profile"
    learned = f"learned rule set {rules.number} ({len(rules.keys)} paragraphs)" if rules else "no learned rules"
    return f"read with {said}, {learned}"


def _times(extraction: Extraction) -> list[str]:
    """The steps of the work, the longest first, and the whole."""
    total = extraction.ms or 1.0
    steps = sorted(extraction.spent, key=lambda step: -step[1])
    lines = [f"{name:18}{ms:8.1f} ms {ms / total:5.0%}" for name, ms in steps]
    return ["", *lines, f"{'in all':18}{extraction.ms:8.1f} ms"]


def _way(config: Config, asked: Asked, url: str | None) -> Way:
    """The profile of the named source, or of the one that the address belongs to, else a general one; with its rule set."""
    from crawler.registry import select
    from crawler.start_crawl import sources_of

    sources = sources_of(config)
    found: Source | None = None
    if asked.source is not None:
        if asked.source in sources or not _stored(config, asked.source):
            found = select(sources, [asked.source])[asked.source]
    elif url is not None:
        found = source_of(url, sources.values())
    if found is not None:
        profile = found.profile
    else:
        named = asked.source or (host(canonical(url)).removeprefix("www.") if url else "file")
        profile = Profile(source=named)
    return Way(replace(profile, rules=_rules(config, asked, profile.source)), found.file if found else None)


def _stored(config: Config, source: str) -> bool:
    """Whether the database knows a source that the registry does not: a site that was imported, or learned."""
    if not config.database.exists():
        return False
    with closing(database.open_reader(config.database)) as db:
        return source in rule_sets.known_sources(db)


def _rules(config: Config, asked: Asked, source: str) -> RuleSet | None:
    """The source's rule set that is in force in the database; a database that nobody named need not be there."""
    if not asked.database_named and not config.database.exists():
        return None
    try:
        with closing(database.open_reader(config.database)) as db:
            return rule_sets.in_force(db, source)
    except StorageError as error:
        if asked.database_named:
            raise
        click.echo(terminal.line(f"without learned rules: {error}"), err=True)
        return None


def _of_file(asked: Asked, profile: Profile) -> Page:
    url = asked.url or UNKNOWN
    return Page(
        url=url,
        final_url=url,
        body=Path(asked.page).read_bytes(),
        fetched_at=clock.text(time.time()),
        profile=profile,
    )


def _fetched(config: Config, url: str, profile: Profile, opened: Mapping[str, tuple[str, int]]) -> Page | None:
    """The page at `url`, fetched once by the rules of every crawl; None after saying why there is none."""
    from crawler.loop import run_in_loop
    from crawler.probe import Answer, probing

    answers: list[Answer] = []

    async def main(stop: asyncio.Event) -> int:
        async with probing(config, stop, exceptions=opened) as probe:
            answers.extend(await probe.fetch([url]))
        return 0

    run_in_loop(main)
    answer = answers[0]
    if answer.good:
        return answer.page(profile)
    detail = f": {answer.outcome.detail}" if answer.outcome.detail else ""
    click.echo(terminal.line(f"{url}: {answer.outcome.name}{detail}"), err=True)
    return None
