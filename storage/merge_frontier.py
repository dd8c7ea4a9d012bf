"""The frontier, the hosts, and what is known of each source, of one database in another. Of a row that both have, the one
that was used later stays: a link by its last look or failure, a host by its last turn, a verdict by when it was given, a
choice of rules by when it was made. Leases, redirects in flight and processes are not taken: they are of their database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from storage import rule_sets
from storage.merge_ledger import insert

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlite_utils import Database

    from storage.merge_input import Input

LINKS = (
    "SELECT l.*, p.source AS parent_source, p.url AS parent_url, p.scope AS parent_scope FROM link AS l"
    " LEFT JOIN link AS p ON p.id = l.parent WHERE l.id > ? ORDER BY l.id LIMIT ?"
)
_OF_THE_LEASE = ("owner", "leased_at", "until", "delay", "fetch_id")
_NUMBERED = ("id", "parent", "backfill", "wanted_by", "scope", "parent_source", "parent_url", "parent_scope")
_HOST = (
    *("robots_status", "robots_body", "robots_until", "crawl_delay", "next_at", "paused_until", "failures", "recent"),
    *("down_since", "said", "offered"),
)
_HEALTH = ("state", "why", "since", "judged_at", "alerted", "memory", "learnt")


def link(db: Database, given: Input, row: dict[str, Any], backfills: Mapping[int, int]) -> None:
    """An address of the frontier; what was leased is due again, as if it had been handed back."""
    wanted = {name: value for name, value in row.items() if name not in _NUMBERED}
    if row["state"] == "leased":
        wanted["state"] = "pending"
        wanted["due"] = row["due"] if row["due"] is not None else row["leased_at"]
        wanted |= dict.fromkeys(_OF_THE_LEASE)
    wanted["scope"] = backfills.get(row["scope"], row["scope"])
    wanted["backfill"] = backfills.get(row["backfill"], 0)
    wanted["wanted_by"] = None if row["wanted_by"] is None else backfills.get(row["wanted_by"])
    if (parent := _parent(db, row, backfills)) is not None or row["parent"] is None:
        wanted["parent"] = parent
    names = ("id", *wanted)
    values = db.conn.execute(
        f"SELECT {', '.join(names)} FROM link WHERE source = ? AND url = ? AND scope = ?",  # noqa: S608 - our own names
        (wanted["source"], wanted["url"], wanted["scope"]),
    ).fetchone()
    if values is None:
        insert(db, "link", wanted)
        given.count("links")
        return
    there = dict(zip(names, values, strict=True))
    if _used(there) > _used(wanted):
        return
    _update(db, "link", there, wanted, "id")


def host(db: Database, row: dict[str, Any]) -> None:
    """A host's robots.txt, turns and outages."""
    values = db.conn.execute(f"SELECT host, {', '.join(_HOST)} FROM host WHERE host = ?", (row["host"],)).fetchone()  # noqa: S608 - our own names
    wanted = {name: row[name] for name in _HOST}
    if values is None:
        insert(db, "host", {"host": row["host"], **wanted})
        return
    there = dict(zip(("host", *_HOST), values, strict=True))
    if (there["next_at"], there["robots_until"]) <= (wanted["next_at"], wanted["robots_until"]):
        _update(db, "host", there, wanted, "host")


def refused(db: Database, row: dict[str, Any]) -> None:
    """A day's links that looked like a trap; of a source that changed its shard that day the greater number."""
    db.conn.execute(
        "INSERT INTO refused_link VALUES (:day, :source, :host, :reason, :count, :example)"
        " ON CONFLICT DO UPDATE SET count = excluded.count, example = excluded.example WHERE count < excluded.count",
        row,
    )


def source(db: Database, row: dict[str, Any]) -> None:
    """When a source was first heard of."""
    db.conn.execute(
        "INSERT INTO source VALUES (:name, :added_at)"
        " ON CONFLICT DO UPDATE SET added_at = excluded.added_at WHERE added_at > excluded.added_at",
        row,
    )


def health(db: Database, row: dict[str, Any]) -> None:
    """The last verdict on a source; who tells of it, and how often that failed, is the input's own."""
    names = ", ".join(_HEALTH)
    sets = ", ".join(f"{name} = excluded.{name}" for name in _HEALTH)
    differs = " OR ".join(f"health.{name} IS NOT excluded.{name}" for name in _HEALTH)
    db.conn.execute(
        f"INSERT INTO health (source, {names}) VALUES (:source, {', '.join(f':{name}' for name in _HEALTH)})"  # noqa: S608 - our own names
        f" ON CONFLICT DO UPDATE SET {sets} WHERE health.judged_at <= excluded.judged_at AND ({differs})",
        row,
    )


def rules(db: Database, given: Input, name: str) -> None:
    """A source's learned rule sets. One with the same rules is the same; others keep their number where it is free, else get
    the next one (their `extractor` tells them apart by a hash over the rules)."""
    numbers = {0: 0}
    for found in reversed(rule_sets.sets(given.db, name)):
        keys = {rule.key for rule in found.rules}
        there = {each.number: {rule.key for rule in each.rules} for each in rule_sets.sets(db, name)}
        number = next((number for number, own in there.items() if own == keys), None)
        if number is None:
            number = found.number if found.number not in there else max(there) + 1
            row = (name, number, found.made_at, found.stories, found.days, found.extractor, len(found.rules))
            db.conn.execute("INSERT INTO rule_set VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            db.conn.executemany(
                "INSERT INTO learned_rule VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [(name, number, r.key, r.text, r.stories, r.days, r.first_seen, r.last_seen) for r in found.rules],
            )
            given.count("rule sets")
        else:
            _evidence(db, name, number, found)
        numbers[found.number] = number
    chosen, now = rule_sets.choice(given.db, name), rule_sets.choice(db, name)
    wanted = (numbers[chosen.number], chosen.by_hand, chosen.at)
    if (
        chosen.at is not None
        and (now.at is None or now.at <= chosen.at)
        and wanted != (now.number, now.by_hand, now.at)
    ):
        db.conn.execute("INSERT OR REPLACE INTO rule_choice VALUES (?, ?, ?, ?)", (name, *wanted))


def _evidence(db: Database, name: str, number: int, found: rule_sets.Numbered) -> None:
    """The stories and days that show a set's rules, where the input has seen more of them."""
    changed = db.conn.execute(
        "UPDATE rule_set SET stories = ?, days = ?, extractor = ?"
        " WHERE source = ? AND number = ? AND (stories, days) < (?, ?)",
        (found.stories, found.days, found.extractor, name, number, found.stories, found.days),
    )
    for rule in found.rules if changed.rowcount else ():
        db.conn.execute(
            "UPDATE learned_rule SET stories = ?, days = ?, first_seen = min(first_seen, ?), last_seen = max(last_seen, ?)"
            " WHERE source = ? AND number = ? AND key = ?",
            (rule.stories, rule.days, rule.first_seen, rule.last_seen, name, number, rule.key),
        )


def orphans(db: Database, given: Input, row: dict[str, Any], backfills: Mapping[int, int]) -> None:
    """Name the finder of a link that came before its finder."""
    parent = _parent(db, row, backfills)
    if parent is not None:
        db.conn.execute(
            "UPDATE link SET parent = ? WHERE source = ? AND url = ? AND scope = ? AND parent IS NULL",
            (parent, row["source"], row["url"], backfills.get(row["scope"], row["scope"])),
        )


def _parent(db: Database, row: dict[str, Any], backfills: Mapping[int, int]) -> int | None:
    if row["parent_url"] is None:
        return None
    found = db.conn.execute(
        "SELECT id FROM link WHERE source = ? AND url = ? AND scope = ?",
        (row["parent_source"], row["parent_url"], backfills.get(row["parent_scope"], row["parent_scope"])),
    ).fetchone()
    return None if found is None else int(found[0])


def _used(row: Mapping[str, Any]) -> tuple[float, int, int]:
    return max(row["looked_at"] or 0.0, row["failed_at"] or 0.0), row["seen"], row["tries"]


def _update(db: Database, table: str, there: Mapping[str, Any], wanted: Mapping[str, Any], key: str) -> None:
    changed = {name: value for name, value in wanted.items() if there[name] != value}
    if changed:
        sets = ", ".join(f"{name} = ?" for name in changed)
        db.conn.execute(f"UPDATE {table} SET {sets} WHERE {key} = ?", (*changed.values(), there[key]))  # noqa: S608 - our own names
