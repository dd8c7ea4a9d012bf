"""`dateline sources add URL`: looks at an unknown news site, shows what it would crawl and why, and writes the TOML."""

from __future__ import annotations

import re
import sys
import time
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler import private_files, terminal
from crawler.arguments import ArgumentProblem
from crawler.discovery.links import source_of
from crawler.registry import RegistryError, parse_source
from crawler.start_crawl import sources_of
from crawler.survey.draft import name_of, told, told_apart, toml_of
from pipelines.urls import canonical, host

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable, Mapping

    from crawler.config import Config
    from crawler.source import Source
    from crawler.survey.draft import Draft
    from crawler.survey.survey import Survey


def add(
    config: Config,
    url: str,
    *,
    name: str | None,
    output: Path | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    opened: Mapping[str, tuple[str, int]],
) -> int:
    """Look, show, ask (on a terminal, without `yes`), write one TOML an edition; 1 where nothing was found to crawl, or where
    a TOML would not load, which is then shown and not written.

    Nothing that exists is written over. Raises `ArgumentProblem`, `BrokeOff`, `RegistryError`, `StorageError`."""
    address = _address(url)
    folder = _folder(config, output, dry_run)
    if not (dry_run or yes or (sys.stdin.isatty() and not as_json)):
        raise ArgumentProblem("nobody can be asked here: add --yes to write what is found, or --dry-run only to look")
    if name is not None and not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name):
        raise ArgumentProblem(f"--name {name}: a source is called like tass-en: lower case, digits, hyphens")
    known = sources_of(config)
    if folder and not dry_run:
        _refuse_taken([name or name_of(host(address), None, several=False)], folder, known)
    found = _surveyed(config, address, opened)
    drafts = told_apart([_named(draft, name, several=len(found.drafts) > 1) for draft in found.drafts])
    texts = {draft.name: toml_of(draft, time.strftime("%Y-%m-%d")) for draft in drafts if draft.usable}
    wrong = {one: why for one, text in texts.items() if (why := unloadable(text, (folder or Path()) / f"{one}.toml"))}
    good = {one: text for one, text in texts.items() if one not in wrong}
    written: list[Path] = []
    try:
        if not as_json:
            _show(found, drafts, source_of(address, known.values()))
            _show_unloadable(texts, wrong)
    except BrokenPipeError:  # `… --yes | head`: the files are written all the same
        terminal.to_nobody()
    if good and folder and not dry_run:
        _refuse_taken(good, folder, known)
        if yes or click.confirm(f"write {', '.join(f'{one}.toml' for one in good)} into {folder}?", default=True):
            written = [put_in_place(folder / f"{one}.toml", text) for one, text in good.items()]
    try:
        if as_json:
            click.echo(terminal.dumps(_as_data(found, drafts, texts, wrong, written), indent=1))
        elif written:
            _say_next(config, written)
    except BrokenPipeError:
        terminal.to_nobody()
    return 0 if texts and not wrong else 1


def _address(url: str) -> str:
    whole = url if "://" in url else f"https://{url}"
    try:
        canonical(whole)
    except ValueError as error:
        raise ArgumentProblem(f"{url}: no address of a site: {error}") from error
    return whole


def _folder(config: Config, output: Path | None, dry_run: bool) -> Path | None:
    """Where the TOML goes. Raises ArgumentProblem before anything is fetched where nobody says."""
    folder = output or config.sources_dir
    if folder is None and not dry_run:
        where = config.file or "a dateline.toml (`dateline init --own-sources FOLDER`)"
        raise ArgumentProblem(
            f"where to? Set sources_dir in {where}, give --output FOLDER, or only look with --dry-run"
        )
    return folder.absolute() if folder else None


def _surveyed(config: Config, url: str, opened: Mapping[str, tuple[str, int]]) -> Survey:
    from crawler.loop import run_in_loop
    from crawler.probe import by_lines, probing
    from crawler.survey.survey import survey

    found: list[Survey] = []

    async def main(stop: asyncio.Event) -> int:
        async with probing(config, stop, exceptions=opened, say=by_lines()) as probe:
            found.append(await survey(probe, url, datetime.now(UTC)))
        return 0

    run_in_loop(main)
    return found[0]


def _named(draft: Draft, name: str | None, *, several: bool) -> Draft:
    if name is None:
        return draft
    language = draft.languages[0].partition("-")[0] if draft.languages else ""
    return replace(draft, name=f"{name}-{language}" if several else name)


def unloadable(text: str, file: Path) -> str | None:
    """Why a TOML with this text would not load as `file`; None where it would."""
    try:
        parse_source(text, file)
    except RegistryError as error:
        return str(error)
    return None


def _refuse_taken(names: Iterable[str], folder: Path, known: Mapping[str, Source]) -> None:
    for name in names:
        file = folder / f"{name}.toml"
        if file.exists():
            raise ArgumentProblem(f"{file} is there already and is left as it is: give --name, or move it away first")
        if name in known:
            raise ArgumentProblem(f"{name} is in the registry already ({known[name].file}): give another --name")


def put_in_place(file: Path, text: str) -> Path:
    """Puts the whole file in its place at once: a half-written one would stop every command. Raises `ArgumentProblem` where
    another process was quicker."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=private_files.FOLDER)
    if not private_files.write_new(file, text.encode(), private_files.GROUP):
        raise ArgumentProblem(f"{file} is there already and is left as it is: give --name")
    return file


def _show(found: Survey, drafts: list[Draft], in_registry: Source | None) -> None:
    for draft in drafts:
        for row in told(draft):
            click.echo(terminal.plain(row).replace("\n", " "))
    click.echo(f"{len(found.requests)} requests sent")
    if in_registry is not None:
        click.echo(f"the registry has this host already, as {in_registry.name} ({in_registry.file})", err=True)
    if found.problem:
        click.echo(terminal.line(found.problem), err=True)


def _show_unloadable(texts: Mapping[str, str], wrong: Mapping[str, str]) -> None:
    for name, why in wrong.items():
        click.echo(f"{terminal.line(why)}: so this is not written; put it right by hand and save it there:", err=True)
        click.echo(terminal.plain(texts[name]))


def _say_next(config: Config, written: list[Path]) -> None:
    for file in written:
        click.echo(f"wrote {file}")
    names = " ".join(file.stem for file in written)
    outside = [file for file in written if file.parent != (config.sources_dir or Path()).absolute()]
    if outside:
        click.echo(
            f"not in this installation's sources_dir ({config.sources_dir or 'unset'}), so commands do not see it yet"
        )
    click.echo(f"next: read it; dateline sources check {written[0].stem}; dateline run {names}")


def _as_data(
    found: Survey, drafts: list[Draft], texts: Mapping[str, str], wrong: Mapping[str, str], written: list[Path]
) -> dict[str, Any]:
    """What `--json` prints: `sources`, each with its TOML, why this would not load or null, reasons, needs, and the file it was
    written to or null."""
    files = {file.stem: str(file) for file in written}
    return {
        "url": found.url,
        "problem": found.problem,
        "requests": list(found.requests),
        "sources": [
            {
                "name": draft.name,
                "usable": draft.usable,
                "file": files.get(draft.name),
                "toml": texts.get(draft.name),
                "unloadable": wrong.get(draft.name),
                "title": draft.title,
                "home": draft.home,
                "hosts": list(draft.hosts),
                "country": draft.country,
                "languages": list(draft.languages),
                "timezone": draft.timezone,
                "endpoints": [asdict(one) for one in draft.endpoints],
                "articles": {
                    "url": list(draft.pattern.url),
                    "not": list(draft.pattern.not_article),
                    "why": draft.pattern.why,
                },
                "read": [
                    {
                        "url": sample.url,
                        "title": sample.extraction.article.title
                        if sample.extraction and sample.extraction.article
                        else None,
                        "why": sample.why or (sample.extraction.reason if sample.extraction else None),
                    }
                    for sample in draft.samples
                ],
                "reasons": dict(draft.reasons),
                "needs": list(draft.needs),
                "left_out": [{"url": url, "why": why} for url, why in draft.left],
            }
            for draft in drafts
        ],
    }
