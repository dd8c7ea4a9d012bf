"""`dateline learn`: learn boilerplate, list rule sets, choose one; for people and programs."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import closing
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import click

from crawler import terminal
from crawler.arguments import ArgumentProblem
from crawler.learning import learn
from crawler.registry import select
from crawler.start_crawl import sources_of
from pipelines.workers import ExtractionPool
from storage import database, rule_sets
from storage.models import Profile
from storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crawler.config import Config
    from crawler.learning import Finding
    from crawler.source import Source
    from storage.models import LearnedRule
    from storage.rule_sets import Numbered

SHOWN = 110


def learn_sources(config: Config, names: Sequence[str], *, dry_run: bool, as_json: bool) -> int:
    """Learn the named sources, or all that have kept pages; put what was found in force unless `dry_run`.

    Raises `RegistryError` for a name that neither the registry nor the database knows, `StorageError`."""
    profiles = _profiles(config, names)
    if not dry_run:
        click.echo(f"database {config.database}", err=True)
    reports = asyncio.run(_learned(config, profiles, dry_run=dry_run, as_json=as_json))
    if as_json:
        click.echo(terminal.dumps(reports, indent=1))
    elif not reports:
        click.echo("no pages are kept: `raw_days` in dateline.toml says how long, and a crawl or an import brings them")
    return 0


def show(config: Config, names: Sequence[str], *, as_json: bool) -> int:
    """The rule sets of the sources with their evidence; the one in force is marked.

    Raises `ArgumentProblem` without a name, `RegistryError` for an unknown one, `StorageError`."""
    if not names:
        raise ArgumentProblem("--show: name the sources whose rules to show")
    _check(config, names)
    with closing(database.open_reader(config.database)) as db:
        found = {name: rule_sets.sets(db, name) for name in names}
    if as_json:
        every = [asdict(each) for sets in found.values() for each in sets]
        click.echo(terminal.dumps(every, indent=1))
        return 0
    for name, sets in found.items():
        if not sets:
            click.echo(f"{name}: nothing was learned yet")
        for numbered in sets:
            _print(_lines(numbered))
    return 0


def choose(config: Config, names: Sequence[str], number: int, *, as_json: bool) -> int:
    """Put a former rule set in force, 0 for none; learning at night then leaves the source alone.

    Raises `ArgumentProblem` where not one source is named, or it has no such set; `RegistryError` for an unknown name;
    `StorageError`."""
    if len(names) != 1:
        raise ArgumentProblem("name the one source whose rule set to choose")
    (name,) = names
    _check(config, names)
    click.echo(f"database {config.database}", err=True)
    with Store.open(config.database) as store:
        try:
            store.choose_rules(name, number, at=time.time()).result()
        except LookupError as error:
            raise ArgumentProblem(f"{error} (`dateline learn --show {name}` lists them)") from error
    if as_json:
        click.echo(terminal.dumps({"source": name, "number": number}))
        return 0
    said = f"rule set {number} is in force" if number else "no learned rules are in force; the sets stay"
    click.echo(f"{name}: {said}. {_stored_texts(name)}; `dateline learn {name}` learns anew")
    return 0


def _check(config: Config, names: Sequence[str]) -> None:
    """Raises `Missing` where there is no database, `RegistryError` for a name that neither it nor the registry knows."""
    with closing(database.open_reader(config.database)) as db:
        known = rule_sets.known_sources(db)
    select(sources_of(config), [name for name in names if name not in known])


def _profiles(config: Config, names: Sequence[str]) -> list[Profile]:
    """The profiles of the sources to learn: those of the registry, plain ones for sites that only an import knows."""
    sources: Mapping[str, Source] = sources_of(config)
    with closing(database.open_reader(config.database)) as db:
        kept = rule_sets.kept_sources(db)
    select(sources, [name for name in names if name not in kept])
    return [sources[name].profile if name in sources else Profile(source=name) for name in names or kept]


async def _learned(
    config: Config, profiles: Sequence[Profile], *, dry_run: bool, as_json: bool
) -> list[dict[str, Any]]:
    pool = ExtractionPool(workers=config.workers or max(1, os.cpu_count() or 1))
    reports = []
    try:
        for profile in profiles:
            found = await learn(config.database, pool, replace(profile, rules=None), now=time.time())
            assert found is not None, "nothing stops it"
            number = None if dry_run or found.learnt is None else _kept(config, found)
            report = _report(found, number)
            reports.append(report)
            if not as_json:
                _print(_told(found, number))
    finally:
        await pool.close()
    return reports


def _print(rows: list[str]) -> None:
    click.echo("\n".join(terminal.plain(row).replace("\n", " ") for row in rows))


def _kept(config: Config, found: Finding) -> int:
    assert found.learnt is not None
    with Store.open(config.database) as store:
        return store.keep_rules(found.source, found.learnt, at=time.time()).result()


def _report(found: Finding, number: int | None) -> dict[str, Any]:
    return {
        "source": found.source,
        "pages": found.pages,
        "stories": found.stories,
        "before": found.before.number,
        "number": number,
        "rules": [asdict(rule) for rule in found.learnt.rules] if found.learnt else [],
        "added": [rule.key for rule in found.added],
        "gone": [rule.key for rule in found.gone],
        "note": found.note,
        "damaged": found.damaged,
    }


def _told(found: Finding, number: int | None) -> list[str]:
    if found.learnt is None:
        return [f"{found.source}: nothing learned: {found.note}"]
    changed = bool(found.added or found.gone)
    what = f"{len(found.learnt.rules)} rules from {found.stories} stories on {found.pages} pages"
    if number is None:
        state = f"would be put in force (+{len(found.added)} -{len(found.gone)})" if changed else "as in force"
    elif not number:
        state = "none in force"
    else:
        state = f"set {number} in force" + (f" (+{len(found.added)} -{len(found.gone)})" if changed else ", as before")
    lines = [f"{found.source}: {what}; {state}"]
    if found.damaged:
        lines.append(
            f"  {found.damaged} kept pages are damaged on the disk: left out (`dateline doctor` looks at the database)"
        )
    new = {rule.key for rule in found.added}
    lines += [f"  {'+' if rule.key in new else ' '} {_rule(rule)}" for rule in found.learnt.rules]
    lines += [f"  - {_rule(rule)}" for rule in found.gone]
    if number is not None and number != found.before.number:
        lines.append(f"  {_stored_texts(found.source)}")
    return lines


def _lines(numbered: Numbered) -> list[str]:
    mark = " (in force)" if numbered.in_force else ""
    head = f"{numbered.source}: rule set {numbered.number}{mark}: {len(numbered.rules)} rules, made {numbered.made_at}"
    about = f"from {numbered.stories} stories of {numbered.days} days by {numbered.extractor}"
    return [f"{head} {about}", *(f"    {_rule(rule)}" for rule in numbered.rules)]


def _rule(rule: LearnedRule) -> str:
    text = rule.text if len(rule.text) <= SHOWN else f"{rule.text[:SHOWN]}…"
    return f"{rule.key} {rule.stories} stories of {rule.days} days, {rule.first_seen} to {rule.last_seen}: {text!r}"


def _stored_texts(source: str) -> str:
    return f"texts that are stored already are made anew by `dateline reextract --source {source}`"
