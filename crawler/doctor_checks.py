"""What the facts of `dateline doctor` mean: each an ok, a warning or a failure, in one line, with what to do. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from crawler.disk import GIGABYTE
from crawler.doctor_machine import disk, environment
from crawler.doctor_report import DAY, Check, ago

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.doctor_facts import Facts
    from crawler.doctor_report import State

WAL_BYTES: Final = 256 * 2**20
FIRST_RELEASE: Final = 1_790_000_000.0
"""Epoch seconds (2026-09): before Dateline was, no clock is right."""

SKEW_WARN, SKEW_FAIL = 120.0, 3600.0


@dataclass(frozen=True, slots=True)
class Heard:
    """What the network said. `names`: host -> its addresses, or why there are none; `refused`: host -> why the address guard
    would not connect to them. `asked`: the one host that was asked for its front page; `skew`: seconds that our clock is
    ahead of its; `lost`: why the page did not come. None: not known, none, nothing."""

    names: Mapping[str, tuple[str, ...] | str]
    refused: Mapping[str, str]
    skew: float | None = None
    asked: str | None = None
    lost: str | None = None


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
        todo = "see the message; a copy of the file first, then a backup back"
        if found.foreign:
            todo = "name another file as `database` in dateline.toml or with DATELINE_DB; this one is left as it is"
        return [Check("database", "file", "fail", found.error, todo)]
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
    line = f"no daemon; the last run ended {ago(now - last_run)} ago"
    if now - last_run > DAY:
        return Check("database", "runs", "warn", line, "start `dateline daemon`, or `dateline run` by a timer")
    return Check("database", "runs", "ok", line)


def _published(at: float | None, now: float) -> Check:
    if at is None:
        return Check(
            "database", "publish", "warn", "nothing has been published yet", "dateline run, or dateline db publish"
        )
    line = f"published {ago(now - at)} ago"
    if now - at > DAY:
        return Check("database", "publish", "warn", line, "dateline run, or dateline db publish by a timer")
    return Check("database", "publish", "ok", line)


def registry(facts: Facts) -> list[Check]:
    found = facts.registered
    if found.error and any(place.key == "sources_dir" and place.problem for place in facts.places):
        return []  # that is said, with the right advice, under configuration
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
    if unchecked := [f"{s.name} ({s.politeness.unchecked_tls})" for s in crawled if s.politeness.unchecked_tls]:
        line = (
            f"not checked: {', '.join(unchecked)}; whoever sits on the way could put words into these agencies' mouths"
        )
        checks.append(
            Check("registry", "certificates", "warn", line, "take unchecked_tls out of the TOML when they are right")
        )
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
        return [Check("clock", "time", "fail", f"the newest fetch lies {ago(newest - facts.now)} ahead of it", todo)]
    if heard is None or heard.skew is None:
        return [Check("clock", "time", "ok", "not before the newest fetch" if newest else "nothing to compare it with")]
    where = "ahead of" if heard.skew > 0 else "behind"
    line = f"{ago(abs(heard.skew))} {where} {heard.asked}"
    state: State = "ok" if abs(heard.skew) <= SKEW_WARN else "warn" if abs(heard.skew) <= SKEW_FAIL else "fail"
    return [Check("clock", "time", state, line, None if state == "ok" else todo)]


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
        checks.append(Check("network", "names", "ok", "no name had to be looked up"))
    if heard.lost:
        line = f"the front page of {heard.asked} did not come: {heard.lost}"
        checks.append(Check("network", "answers", "warn", line, "dateline sources check NAME tells more"))
    elif heard.asked:
        checks.append(Check("network", "answers", "ok", f"{heard.asked} answers"))
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
