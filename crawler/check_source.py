"""`dateline sources check NAME`: a source looked at live: each endpoint, three articles, and the reason for every failure."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from crawler import check_verdicts, feed_text, private_files, terminal
from crawler.check_verdicts import ArticleVerdict, EndpointVerdict
from crawler.discovery.read import Discovery, read
from crawler.registry import packaged
from crawler.source import Endpoint
from crawler.start_crawl import enabled
from crawler.survey.candidates import children_to_look_at
from storage import clock
from storage.models import Lease

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping

    from crawler.config import Config
    from crawler.probe import Answer, Probe
    from crawler.source import Source
    from storage.models import Extraction, Link, Page

ARTICLES: Final = 3
SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Checked:
    """What was seen of a source. `pages`: the articles that were read, for golden pages."""

    source: Source
    endpoints: tuple[EndpointVerdict, ...]
    articles: tuple[ArticleVerdict, ...]
    pages: tuple[tuple[Page, Extraction], ...]
    requests: tuple[str, ...]

    @property
    def well(self) -> bool:
        return check_verdicts.all_well(self.endpoints, self.articles)


def check(
    config: Config, name: str, *, as_json: bool, golden: Path | None, opened: Mapping[str, tuple[str, int]]
) -> int:
    """Look at one source and tell it; 0 where all is well, 1 where something is not. Writes nothing but golden pages.

    Raises `RegistryError` for an unknown or closed source, `StorageError`."""
    seen = _seen(config, enabled(config, [name])[name], opened)
    files = _keep(golden, seen) if golden else []
    if as_json:
        click.echo(terminal.dumps(_as_data(seen, files), indent=1))
    else:
        for row in told(seen):
            click.echo(terminal.plain(row).replace("\n", " "))
        for file in files:
            click.echo(f"wrote {file}: correct it where extraction is wrong")
    return 0 if seen.well else 1


def _seen(config: Config, source: Source, opened: Mapping[str, tuple[str, int]]) -> Checked:
    from crawler.loop import run_in_loop
    from crawler.probe import by_lines, probing

    seen: list[Checked] = []

    async def main(stop: asyncio.Event) -> int:
        async with probing(config, stop, exceptions=opened, say=by_lines()) as probe:
            seen.append(await look_at(probe, source, time.time()))
        return 0

    run_in_loop(main)
    return seen[0]


async def look_at(probe: Probe, source: Source, now: float) -> Checked:
    """Every live endpoint, then three of the articles that they list."""
    answers = await probe.poll(source)
    verdicts: list[EndpointVerdict] = []
    links: list[Link] = []
    for endpoint in source.endpoints:
        if endpoint.role == "live":
            verdict, found = await _endpoint(probe, source, endpoint, answers[endpoint.url], now)
            verdicts.append(verdict)
            links += found
    articles: list[ArticleVerdict] = []
    pages: list[tuple[Page, Extraction]] = []
    chosen = check_verdicts.to_look_at(tuple(links), ARTICLES)
    for link in chosen:
        if link.whole and link.full_text:
            page = feed_text.page_of(_lease_of(link, source), source.profile, clock.text(now))
        else:
            (answer,) = await probe.fetch([link.url], hosts=source.hosts, politeness=source.politeness)
            if not answer.good:
                articles.append(_not_read(link, answer, source))
                continue
            page = replace(answer.page(source.profile), witness=link)
        extraction = await probe.pool.extract(page)
        pages.append((page, extraction))
        articles.append(check_verdicts.of_article(link.url, extraction, source))
    return Checked(source, tuple(verdicts), tuple(articles), tuple(pages), tuple(probe.sent))


async def _endpoint(
    probe: Probe, source: Source, endpoint: Endpoint, answer: Answer, now: float
) -> tuple[EndpointVerdict, tuple[Link, ...]]:
    if not answer.good:
        return check_verdicts.unanswered(endpoint, answer.status, answer.outcome, source), ()
    found = await _read(probe, source, endpoint, answer)
    verdict = check_verdicts.of_endpoint(endpoint, answer.status, found, source, datetime.fromtimestamp(now, UTC))
    children = [link for link in found.links if link.kind == "sitemap"]
    if not children:
        return verdict, found.links
    newest = children_to_look_at(endpoint.url, children)[0]
    (child,) = await probe.fetch([(newest.url, "sitemap")], hosts=source.hosts, politeness=source.politeness)
    if not child.good:
        below = check_verdicts.unanswered(endpoint, child.status, child.outcome, source)
        return replace(verdict, problem=f"its file {newest.url}: {below.problem}", advice=below.advice), ()
    inside = await _read(probe, source, replace(endpoint, url=newest.url), child)
    return verdict, inside.links


async def _read(probe: Probe, source: Source, endpoint: Endpoint, answer: Answer) -> Discovery:
    found = await probe.pool.run(
        read, endpoint.kind, answer.body, url=answer.final_url, content_type=answer.content_type, charset=None,
        endpoint=endpoint, source=source, seconds=SECONDS,
    )  # fmt: skip
    return Discovery((), problem=found) if isinstance(found, str) else found


def _lease_of(link: Link, source: Source) -> Lease:
    """A lease that was never taken: an article that its feed gives whole needs none."""
    return Lease(0, 0, source.name, link.url, "article", "", 0.0, 0.0, witness=link)


def _not_read(link: Link, answer: Answer, source: Source) -> ArticleVerdict:
    name, detail = answer.outcome.name, answer.outcome.detail
    return ArticleVerdict(
        link.url,
        title=link.title,
        problem=name + (f": {detail}" if detail else ""),
        advice=check_verdicts.advice_for(name, home=source.home, url=link.url),
    )


def told(seen: Checked) -> list[str]:
    """What was seen, for people."""
    lines = [f"{seen.source.name}: {seen.source.title}"]
    for one in seen.endpoints:
        refused = ", ".join(f"{count} {why}" for why, count in one.refused)
        lines.append(f"{'fail' if one.problem else 'ok  '}  {one.kind:8} {one.url}")
        if one.status is not None:
            what = f"{one.entries} entries, {one.wanted} wanted" + (f", not taken: {refused}" if refused else "")
            lines.append(f"      HTTP {one.status}, {what}{_age(one.newest_age)}")
        lines += _notes(one.problem, one.advice, one.remark)
    for article in seen.articles:
        lines.append(f"{'fail' if article.problem else 'ok  '}  article  {article.url}")
        if article.title:
            when = f"{article.published} by {article.published_from}" if article.published else "no time"
            lines.append(
                f"      {article.title!r}, {when}, {article.words} words, {article.language or 'language unknown'}"
            )
        if article.dateline:
            lines.append(f"      dateline {article.dateline!r}")
        lines += _notes(article.problem, article.advice, None)
    if not seen.articles:
        lines.append("fail  no article to look at")
    lines.append(_conclusion(seen))
    return lines


def _age(seconds: float | None) -> str:
    if seconds is None:
        return ""
    hours = max(seconds, 0) / 3600
    return f", the newest {hours * 60:.0f} min old" if hours < 2 else f", the newest {hours:.0f} h old"


def _notes(problem: str | None, advice: str | None, remark: str | None) -> list[str]:
    notes = ((problem, ""), (advice, "to do: "), (remark, "note: "))
    return [f"      {before}{text}" for text, before in notes if text]


def _conclusion(seen: Checked) -> str:
    if not seen.well:
        return f"{seen.source.name} does not do all that its TOML says"
    if seen.source.verified:
        return f"{seen.source.name} does what its TOML says"
    file = Path(seen.source.file)
    if file.parent == packaged():
        return f"{seen.source.name} does what its TOML says; `verified` may be set (packaged files are not changed from here)"
    return f"{seen.source.name} does what its TOML says; in {file} may be put: verified = true"


def _keep(folder: Path, seen: Checked) -> list[Path]:
    """Each article's page with what extraction gave, side by side; a file that is there is left as it is."""
    kept = []
    for number, (page, extraction) in enumerate(seen.pages, start=1):
        place = folder / seen.source.name
        place.mkdir(parents=True, exist_ok=True, mode=private_files.FOLDER)
        html, data = place / f"{number}.html", place / f"{number}.json"
        if html.exists() or data.exists():
            click.echo(f"{html} is there already and is left as it is", err=True)
            continue
        private_files.write_new(html, page.body)
        said: dict[str, Any] = {"url": page.url, "fetched_at": page.fetched_at, "charset": page.charset}
        said |= {"article": asdict(extraction.article) if extraction.article else None, "reason": extraction.reason}
        private_files.write_new(data, f"{terminal.dumps(said, indent=1)}\n".encode())
        kept.append(data)
    return kept


def _as_data(seen: Checked, files: list[Path]) -> dict[str, Any]:
    return {
        "source": seen.source.name,
        "ok": seen.well,
        "endpoints": [asdict(one) | {"refused": dict(one.refused)} for one in seen.endpoints],
        "articles": [asdict(one) for one in seen.articles],
        "requests": list(seen.requests),
        "golden": [str(file) for file in files],
        "conclusion": _conclusion(seen),
    }
