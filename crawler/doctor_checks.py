"""What the facts of `dateline doctor` mean: each an ok, a warning or a failure, in one line, with what to do. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from crawler.disk import FREE_FLOOR, GIGABYTE, short_of_room
from storage.database import OLDEST_SAFE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crawler.doctor_facts import Facts

State = Literal["ok", "warn", "fail"]

OLDEST_PYTHON: Final = (3, 11)
WORKER_BYTES: Final = 350_000_000
"""What an extraction process holds on common pages; hostile ones are cut at 1.5 GB."""

BASE_BYTES: Final = 300_000_000
LEAST_FILES, FILES = 256, 1024
WAL_BYTES: Final = 256 * 2**20
FIRST_RELEASE: Final = 1_790_000_000.0
"""Epoch seconds (2026-09): before Dateline was, no clock is right."""

SKEW_WARN, SKEW_FAIL = 120.0, 3600.0
DAYS_LEFT: Final = 14.0
DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report. `group`: environment, configuration, database, registry, clock, disk, network, robots."""

    group: str
    name: str
    state: State
    line: str
    todo: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What the network said. `names`: host -> its addresses, or why there are none; `refused`: host -> why the address guard
    would not connect to them. `skew`: seconds that our clock is ahead of a server's; `asked`: which; None: not known."""

    names: Mapping[str, tuple[str, ...] | str]
    refused: Mapping[str, str]
    skew: float | None = None
    asked: str | None = None


def all_of(facts: Facts, heard: Heard | None) -> tuple[Check, ...]:
    """Every check. `heard` None: offline."""
    return (
        *environment(facts),
        *configuration(facts),
        *stored(facts),
        *registry(facts),
        *clock(facts, heard),
        *disk(facts),
        *(network(facts, heard) if heard is not None else ()),
        *robots_rules(facts),
    )


def status_of(checks: Sequence[Check]) -> int:
    """0 nothing failed, 1 something did, 3 the database did."""
    failed = {check.group for check in checks if check.state == "fail"}
    return 3 if "database" in failed else 1 if failed else 0


def environment(facts: Facts) -> list[Check]:
    machine = facts.machine
    python = ".".join(map(str, machine.python))
    checks = [
        Check("environment", "Python", "ok", python)
        if machine.python[:2] >= OLDEST_PYTHON
        else Check("environment", "Python", "fail", python, "install Python 3.11 or newer")
    ]
    bad = [f"{p.name} {p.installed or 'missing'} (wanted {p.wanted or 'any'})" for p in machine.packages if not p.good]
    other = [
        f"{p.name} {p.installed} (locked {p.locked})"
        for p in machine.packages
        if p.good and p.locked not in (None, p.installed)
    ]
    if bad:
        checks.append(Check("environment", "packages", "fail", ", ".join(bad), "pip install --upgrade dateline"))
    elif other:
        todo = "pip install -r requirements.lock gives the versions that were tested"
        checks.append(Check("environment", "packages", "warn", ", ".join(other), todo))
    else:
        checks.append(Check("environment", "packages", "ok", f"{len(machine.packages)} as wanted"))
    sqlite = ".".join(map(str, machine.sqlite))
    if machine.sqlite >= OLDEST_SAFE:
        checks.append(Check("environment", "SQLite", "ok", sqlite))
    else:
        line = f"{sqlite} can lose committed pages when two processes checkpoint at once"
        checks.append(
            Check("environment", "SQLite", "fail", line, "pip install pysqlite3, or a Python with SQLite 3.51.3")
        )
    checks.append(_memory(machine.memory, machine.workers))
    files = f"{machine.open_files} open files allowed"
    state: State = "ok" if machine.open_files >= FILES else "warn" if machine.open_files >= LEAST_FILES else "fail"
    todo_files = None if state == "ok" else f"ulimit -n {FILES}, or LimitNOFILE={FILES} in the service"
    checks.append(Check("environment", "open files", state, files, todo_files))
    return checks


def _memory(available: int | None, workers: int) -> Check:
    if available is None:
        return Check("environment", "memory", "ok", "this system does not tell what is free")
    need = BASE_BYTES + workers * WORKER_BYTES
    line = f"{available / GIGABYTE:.1f} GB available, {workers} extraction processes want {need / GIGABYTE:.1f} GB"
    if available < BASE_BYTES + WORKER_BYTES:
        return Check(
            "environment", "memory", "fail", line, "make room: not even one extraction process would have enough"
        )
    if available < need:
        return Check("environment", "memory", "warn", line, "set `workers` in dateline.toml to fewer")
    return Check("environment", "memory", "ok", line)


def configuration(facts: Facts) -> list[Check]:
    config = facts.config
    checks = [
        Check("configuration", "dateline.toml", "ok", str(config.file))
        if config.file
        else Check("configuration", "dateline.toml", "warn", "none here or above: the defaults hold", "dateline init")
    ]
    if config.contact:
        checks.append(Check("configuration", "contact", "ok", config.contact))
    else:
        todo = 'put `contact = "you@example.org"` into dateline.toml'
        checks.append(
            Check("configuration", "contact", "warn", "none: sites cannot reach you before they bar you", todo)
        )
    for place in facts.places:
        if place.problem:
            todo = f"make it usable, or change `{place.key}` in dateline.toml"
            checks.append(Check("configuration", place.key, "fail", f"{place.path}: {place.problem}", todo))
        else:
            checks.append(Check("configuration", place.key, "ok", str(place.path)))
    return checks


def stored(facts: Facts) -> list[Check]:
    found, now = facts.stored, facts.now
    if not found.exists:
        return [Check("database", "file", "ok", f"{found.path} is not there yet: the first `dateline run` makes it")]
    if found.older:
        return [Check("database", "schema", "warn", found.error or "", "dateline db migrate (or any writing command)")]
    if found.error:
        return [
            Check(
                "database", "file", "fail", found.error, "see the message; a copy of the file first, then a backup back"
            )
        ]
    checks = [Check("database", "file", "ok", f"{found.path}, {found.size / GIGABYTE:.2f} GB, this version's schema")]
    if found.damage is None:
        checks.append(
            Check("database", "damage", "ok", "none found in the time that a look may take; it was not finished")
        )
    elif found.damage:
        todo = "stop all writers, keep a copy of the file, and restore the newest backup"
        checks.append(Check("database", "damage", "fail", "; ".join(found.damage), todo))
    else:
        checks.append(Check("database", "damage", "ok", "none"))
    wal = f"{found.wal / 2**20:.0f} MiB not yet merged into the file"
    if found.wal > WAL_BYTES:
        todo = "a reader has held an old state for long: close it; the next writer merges it"
        checks.append(Check("database", "journal", "warn", wal, todo))
    else:
        checks.append(Check("database", "journal", "ok", wal))
    checks.append(_at_work(found.daemon, found.last_run, now))
    if facts.config.publish:
        checks.append(_published(found.published, now))
    return checks


def _at_work(daemon: str | None, last_run: float | None, now: float) -> Check:
    if daemon:
        return Check("database", "daemon", "ok", f"process {daemon} holds this database")
    if last_run is None:
        return Check("database", "runs", "ok", "no daemon, and nothing has run yet")
    line = f"no daemon; the last run ended {_ago(now - last_run)} ago"
    if now - last_run > DAY:
        return Check("database", "runs", "warn", line, "start `dateline daemon`, or `dateline run` by a timer")
    return Check("database", "runs", "ok", line)


def _published(at: float | None, now: float) -> Check:
    if at is None:
        return Check(
            "database", "publish", "warn", "nothing has been published yet", "dateline run, or dateline db publish"
        )
    line = f"published {_ago(now - at)} ago"
    if now - at > DAY:
        return Check("database", "publish", "warn", line, "dateline run, or dateline db publish by a timer")
    return Check("database", "publish", "ok", line)


def registry(facts: Facts) -> list[Check]:
    found = facts.registered
    if found.error:
        return [Check("registry", "sources", "fail", found.error, "correct that file, or move it out of sources_dir")]
    checks = [Check("registry", "sources", "ok", f"all load, {found.own} of your own")]
    if found.unknown:
        todo = "correct `sources` in dateline.toml (`dateline sources list`)"
        checks.append(Check("registry", "chosen", "fail", f"unknown: {', '.join(found.unknown)}", todo))
    closed = [f"{source.name} ({source.closed})" for source in found.chosen if source.closed]
    if closed:
        todo = "take them out of `sources` in dateline.toml: they are not crawled"
        checks.append(Check("registry", "closed", "warn", ", ".join(closed), todo))
    crawled = [source for source in found.chosen if not source.closed]
    if not crawled and not found.unknown:
        todo = "name agencies under `sources` in dateline.toml (`dateline sources list`)"
        checks.append(Check("registry", "chosen", "warn", "none: nothing is crawled by itself", todo))
    elif crawled:
        unseen = sum(not source.verified for source in crawled)
        line = f"{len(crawled)} chosen" + (
            f", {unseen} of them never seen live (`dateline sources check NAME`)" if unseen else ""
        )
        checks.append(Check("registry", "chosen", "ok", line))
    return checks


def clock(facts: Facts, heard: Heard | None) -> list[Check]:
    todo = "set the clock (timedatectl set-ntp true): due times and the age of stories hang on it"
    if facts.now < FIRST_RELEASE:
        return [Check("clock", "time", "fail", "it is set to before Dateline was released", todo)]
    newest = facts.stored.newest_fetch
    if newest is not None and newest > facts.now + 60:
        return [Check("clock", "time", "fail", f"the newest fetch lies {_ago(newest - facts.now)} ahead of it", todo)]
    if heard is None or heard.skew is None:
        return [Check("clock", "time", "ok", "not before the newest fetch" if newest else "nothing to compare it with")]
    where = "ahead of" if heard.skew > 0 else "behind"
    line = f"{_ago(abs(heard.skew))} {where} {heard.asked}"
    state: State = "ok" if abs(heard.skew) <= SKEW_WARN else "warn" if abs(heard.skew) <= SKEW_FAIL else "fail"
    return [Check("clock", "time", state, line, None if state == "ok" else todo)]


def disk(facts: Facts) -> list[Check]:
    size, limit = facts.stored.size, int(facts.config.disk_limit_gb * GIGABYTE)
    line = f"{facts.free / GIGABYTE:.1f} GB free, the database has {size / GIGABYTE:.2f} of {limit / GIGABYTE:.2f} GB"
    if refusal := short_of_room(size=size, free=facts.free, limit=limit):
        return [Check("disk", "room", "fail", refusal, "raise disk_limit_gb, lower raw_days, or make room")]
    growth = _growth(facts)
    if growth is None:
        return [Check("disk", "room", "ok", line)]
    room = min(limit - size, facts.free - FREE_FLOOR)
    days = room / growth if growth > 0 else float("inf")
    line += f", it grows by {growth / 1e6:.1f} MB a day"
    if days < DAYS_LEFT:
        return [
            Check("disk", "room", "warn", f"{line}: {days:.0f} days are left", "raise disk_limit_gb, or lower raw_days")
        ]
    return [Check("disk", "room", "ok", line)]


def _growth(facts: Facts) -> float | None:
    """Bytes a day: of what stays, the mean since the first fetch; of kept pages, those of the last week as long as none is
    old enough to go. None in the first day."""
    first = facts.stored.first_fetch
    if first is None or facts.now - first < DAY:
        return None
    days = (facts.now - first) / DAY
    if days <= facts.config.raw_days:
        return facts.stored.size / days
    pages = facts.stored.kept / 7 * facts.config.raw_days
    return max(0.0, facts.stored.size - pages) / days


def network(facts: Facts, heard: Heard) -> list[Check]:
    checks = []
    if facts.config.proxy:
        checks.append(
            Check("network", "proxy", "ok", "set: names are looked up by it, and not judged by the address guard")
        )
    lost = {host: why for host, why in heard.names.items() if isinstance(why, str)}
    found = len(heard.names) - len(lost)
    if heard.names and not found:
        line = f"none of {len(lost)} hosts could be looked up: {next(iter(lost.values()))}"
        checks.append(Check("network", "names", "fail", line, "check the network and the resolver (/etc/resolv.conf)"))
    elif lost:
        line = f"not found: {', '.join(sorted(lost))}"
        checks.append(
            Check("network", "names", "warn", line, "is the host written right? `dateline sources check NAME`")
        )
    elif heard.names:
        checks.append(Check("network", "names", "ok", f"{found} hosts of the chosen sources were found"))
    else:
        checks.append(Check("network", "names", "ok", "no source is chosen, so no name was looked up"))
    for host, why in sorted(heard.refused.items()):
        todo = (
            "this network answers with private addresses for a public name: nothing of it is fetched; ask who runs it"
        )
        checks.append(Check("network", "addresses", "fail", f"{host}: {why}", todo))
    return checks


def robots_rules(facts: Facts) -> list[Check]:
    checks = []
    asked = [rules for rules in facts.rules if rules.status is not None]
    for rules in asked:
        if rules.status == "disallow_all":
            line = f"{rules.source}: robots.txt of {rules.host} could not be read: the host is closed for now"
            checks.append(Check("robots", rules.source, "warn", line, "it is asked again by itself"))
        elif rules.blocked:
            line = f"{rules.source}: robots.txt of {rules.host} disallows {', '.join(rules.blocked)}"
            checks.append(Check("robots", rules.source, "warn", line, "take these endpoints out of its TOML"))
    if not checks and facts.rules:
        unasked = len(facts.rules) - len(asked)
        line = f"{len(asked)} hosts allow what is polled" + (f", {unasked} not asked yet" if unasked else "")
        checks.append(Check("robots", "rules", "ok", line))
    return checks


def _ago(seconds: float) -> str:
    seconds = max(seconds, 0.0)
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 2 * DAY else f"{seconds / DAY:.0f} days"


def told(checks: Sequence[Check]) -> list[str]:
    """The report for people."""
    lines: list[str] = []
    group = ""
    for check in checks:
        if check.group != group:
            group = check.group
            lines.append(group)
        lines.append(f"  {check.state:4}  {check.name:13} {check.line}")
        if check.todo:
            lines.append(f"        {'':13} to do: {check.todo}")
    counts = {state: sum(check.state == state for check in checks) for state in ("ok", "warn", "fail")}
    lines.append(", ".join(f"{count} {state}" for state, count in counts.items()))
    return lines
