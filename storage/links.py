"""Links into the frontier: new ones become rows, known ones are due again when they have changed since the last look."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from storage import backfills, clean, clock, retired, witness
from storage.allowance import Allowance

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlite_utils import Database

    from storage.models import Link, LinkKind

ENDPOINT, ARTICLE, RECHECK = 1, 2, 3
"""Ranks: what is leased first. robots.txt comes before all, by itself."""

LEFT = (
    "(kind NOT IN ('article', 'robots') AND (scope = 0 AND NOT seeded AND (parent IS NULL"
    " OR (SELECT p.state FROM link AS p WHERE p.id = link.parent) = 'retired')"
    " OR scope > 0 AND (SELECT b.finished_at FROM backfill AS b WHERE b.id = link.scope) IS NOT NULL))"
)
"""SQL: the row is an endpoint that left the source's TOML, or whose backfill was closed, while it was leased, and retires
when the lease ends."""

MINUTE, SECOND = 59.999, 0.999
VAIN_FREE, VAIN_STEP, VAIN_MOST = 2, 300.0, 86400.0


@dataclass(frozen=True, slots=True)
class Finder:
    """Who offers: the endpoint's row, its backfill (0: live), whether this is its first poll, and its limit then.
    `attended`: of a backfill, that a process is at work on the source's live rows. `allowed`: new addresses of a host a day."""

    link_id: int | None = None
    backfill: int = 0
    first_poll: bool = False
    limit: int | None = None
    attended: bool = False
    allowed: int | None = None


@dataclass(slots=True)
class Offered:
    """What became of the links of one offer. `over`: new ones that were not taken (`allowance`)."""

    new: int = 0
    again: int = 0
    held: int = 0
    refused: list[tuple[str, str]] | None = None
    over: int = 0

    def add(self, part: Offered) -> None:
        """Count a further part of the same document."""
        self.new, self.again, self.held = self.new + part.new, self.again + part.again, self.held + part.held
        self.refused, self.over = [*(self.refused or ()), *(part.refused or ())], self.over + part.over


def offer(db: Database, source: str, links: Sequence[Link], *, finder: Finder, now: float) -> Offered:
    """Put `links` into the frontier. Under a first poll's limit the newest are due and the rest held."""
    result = Offered(refused=[])
    if not links:
        return result
    if finder.backfill and backfills.is_closed(db, finder.backfill):
        # A page that was under way when somebody closed its backfill: its articles are left like the others.
        links = [link for link in links if link.kind == "article"]
        finder = Finder()
    room = None
    if finder.first_poll and finder.limit is not None:
        (let,) = db.conn.execute(
            "SELECT count(*) FROM link INDEXED BY link_first WHERE source = ? AND kind = 'article' AND first", (source,)
        ).fetchone()
        room = max(0, finder.limit - let)
        links = sorted(links, key=lambda link: clock.newest(link) or 0.0, reverse=True)
    span = backfills.scope_of(db, finder.backfill, finder.link_id, links, now=now) if finder.backfill else None
    if span is not None:
        finder = replace(finder, attended=span.attended)
    allowed = Allowance(db, now=now, limit=finder.allowed, backfill=bool(finder.backfill))
    for link in links:
        try:
            given = clean.link(link)
            room = _offer(db, source, given, finder=finder, now=now, room=room, result=result, allowed=allowed)
            if span is not None:
                result.new += backfills.claim(db, source, given, span, now=now)
        except Exception as error:  # noqa: BLE001 - `refusal` raises what is no fault of the link
            assert result.refused is not None
            result.refused.append((clean.text(str(link.url)), clean.refusal(error)))
    result.over = allowed.close(source)
    return result


def unknown(db: Database, source: str, urls: Sequence[str]) -> set[str]:
    """Those of `urls` that neither the frontier nor an article of the source has."""
    plain = {clean.text(url): url for url in urls}
    rows = db.conn.execute(
        "SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM link AS l WHERE l.source = ? AND l.url = value)"
        " AND NOT EXISTS (SELECT 1 FROM address AS a WHERE a.source = ? AND a.url = value)",
        (clean.dumps(list(plain)), source, source),
    )
    return {plain[value] for (value,) in rows}


def seed(db: Database, source: str, rows: Iterable[tuple[str, LinkKind]], *, backfill: int, now: float) -> int:
    """Make the rows of a source's endpoints, due at once; live ones that are no longer named are retired with their
    children. Answers how many are new or were taken up again. Raises Unstorable for an address that is none."""
    wanted = list(rows)
    begun = 0
    for url, kind in wanted:
        cursor = db.conn.execute(
            "INSERT INTO link (source, url, kind, scope, host, found_at, backfill, seeded, first, state, rank, due)"
            " VALUES (:source, :url, :kind, :backfill, :host, :now, :backfill, 1, 1, 'pending', :rank, :now)"
            " ON CONFLICT (source, url, scope) DO UPDATE SET kind = excluded.kind, seeded = 1, parent = NULL,"
            "  rank = excluded.rank, state = 'pending', due = excluded.due, etag = NULL, last_modified = NULL"
            " WHERE state = 'retired' OR kind <> excluded.kind AND state <> 'leased' RETURNING id",
            {
                "source": source,
                "url": clean.address(url),
                "kind": kind,
                "backfill": backfill,
                "host": clean.host_of(url),
                "now": now,
                "rank": ENDPOINT,
            },
        )
        begun += len(cursor.fetchall())
    db.conn.execute("INSERT INTO source VALUES (?, ?) ON CONFLICT DO NOTHING", (source, clock.text(now)))
    if not backfill:
        retired.retire(db, source, {url for url, _ in wanted})
    return begun


def _changed(link: Link) -> float | None:
    """The latest instant at which its finder says it changed. A bare day says nothing of an article: it would be due
    all day long; of a sitemap's child it is all that there is."""
    if link.modified is None or (link.modified.precision == "day" and link.kind == "article"):
        return None
    at = clock.epoch(link.modified.at)
    if at is None:
        return None
    # The end of what it may mean: a change later in the very second of our look would else be missed.
    return at + (MINUTE if link.modified.precision == "minute" else SECOND)


_KNOWN = (
    "SELECT id, kind, state, backfill, seen, due, looked_at, modified, found_at, vain, witness, reason FROM link"
    " WHERE source = ? AND url = ? AND scope = ?"
)


def _offer(
    db: Database,
    source: str,
    link: Link,
    *,
    finder: Finder,
    now: float,
    room: int | None,
    result: Offered,
    allowed: Allowance,
) -> int | None:
    """One link; answers the room that is left under a first poll's limit."""
    article = link.kind == "article"
    scope = 0 if article else finder.backfill
    row = db.conn.execute(_KNOWN, (source, link.url, scope)).fetchone()
    if row is None and article and (stored := _stored(db, source, link.url)) is not None:
        _insert(db, source, link, finder=finder, now=now, state="done", looked_at=stored)
        row = db.conn.execute(_KNOWN, (source, link.url, scope)).fetchone()
    if row is not None:
        if row[1] == link.kind:
            _known(db, row, link, finder=finder, now=now, result=result)
        return room
    held = article and room is not None and room <= 0
    if allowed.refuses(link.url, held=held, first=finder.first_poll and article):
        return room
    if article and room is not None:
        if held:
            _insert(db, source, link, finder=finder, now=now, state="held")
            result.held += 1
            return room
        room -= 1
    _insert(db, source, link, finder=finder, now=now, state="pending")
    result.new += 1
    return room


def _stored(db: Database, source: str, url: str) -> float | None:
    """When the article that this address leads to was last looked at, though the frontier does not know it (an
    import, the end of a redirect). An address that a page only claims to be its own was never looked at."""
    row = db.conn.execute(
        "SELECT last_checked_at FROM article WHERE id = (SELECT article_id FROM address"
        " WHERE source = ? AND url = ? AND NOT claimed)",
        (source, url),
    ).fetchone()
    return clock.epoch(row[0]) if row else None


def _insert(
    db: Database, source: str, link: Link, *, finder: Finder, now: float, state: str, looked_at: float | None = None
) -> None:
    article = link.kind == "article"
    live_first = finder.first_poll and state == "pending"
    db.conn.execute(
        "INSERT INTO link (source, url, kind, scope, host, witness, modified, found_at, backfill, parent, first, state,"
        " rank, newest, due, seen, looked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            source,
            link.url,
            link.kind,
            0 if article else finder.backfill,
            clean.host_of(link.url),
            witness.to_json(link),
            _changed(link) if looked_at is None else None,
            now,
            finder.backfill if state == "pending" else 0,
            None if article else finder.link_id,
            int(live_first),
            state,
            ARTICLE if article else ENDPOINT,
            clock.newest(link),
            now if state == "pending" else None,
            int(looked_at is not None),
            looked_at,
        ),
    )


def _known(db: Database, row: tuple[Any, ...], link: Link, *, finder: Finder, now: float, result: Offered) -> None:
    link_id, _, state, backfill, seen, due, looked_at, _, _, _, kept, reason = row
    if state == "retired" and link.kind != "article" and not finder.backfill:
        merged = witness.merged(kept, link)
        result.new += retired.taken_up(db, link_id, merged, finder=finder.link_id, now=now)
        return
    if state not in ("pending", "held", "done"):
        return
    if state == "done" and not finder.backfill and backfills.lay_outside(reason):
        # A backfill read it and did not keep it; in a live list it is news like any other.
        _set_due(db, link_id, now, witness.merged(kept, link))
        backfills.forget_look(db, link_id)
        result.new += 1
        return
    unseen = link.kind == "article" and not seen and looked_at is None
    lives = state == "pending" and not backfill and finder.attended
    if unseen and state in ("pending", "held") and finder.backfill and backfill != finder.backfill and not lives:
        # Also of an earlier backfill that was broken off: whoever asks for the span now fetches it. What the live crawl
        # is about to fetch is left to it, where one is at work: a backfill may come to it hours later.
        _set_due(db, link_id, due if due is not None else now, witness.merged(kept, link), backfill=finder.backfill)
        result.new += 1
        return
    again = _again(row, link, now) if not finder.backfill else None
    if again is not None:
        merged, basis = witness.merged(kept, link), _changed(link) or row[7] or 0.0
        _set_due(db, link_id, again if due is None else min(due, again), merged, again=basis)
        result.again += 1
    elif unseen and state == "pending" and not finder.backfill:
        # A backfill's unread page that is now in the live feed is news: the live crawl takes it.
        to_live = 0 if backfill and not finder.first_poll else None
        if to_live is None and witness.to_json(link) == kept:
            return
        merged = witness.merged(kept, link)
        if to_live is not None or witness.to_json(merged) != kept:
            _set_due(db, link_id, due if due is not None else now, merged, backfill=to_live)


def _again(row: tuple[Any, ...], link: Link, now: float) -> float | None:
    """When to look again at a known link; None: no reason. A site that marks every page as just changed is believed
    twice, then ever less often."""
    _, _, state, _, _, _, looked_at, modified, found_at, vain, kept, _ = row
    changed = _changed(link)
    basis = found_at if looked_at is None and state == "held" else looked_at
    if basis is None:
        return None
    later = changed is not None and changed > basis and (modified is None or changed > modified)
    if not later and not (looked_at is not None and witness.other_words(kept, link)):
        return None
    gap = 0.0 if vain < VAIN_FREE else min(VAIN_MOST, VAIN_STEP * 2.0 ** (vain - VAIN_FREE))
    return float(max(now, basis + gap))


def _set_due(
    db: Database, link_id: int, due: float, link: Link, *, again: float | None = None, backfill: int | None = None
) -> None:
    db.conn.execute(
        "UPDATE link SET state = 'pending', due = :due, witness = :witness, newest = coalesce(:newest, newest),"
        " again = (:again IS NOT NULL), modified = coalesce(:again, modified),"
        " rank = CASE WHEN :again IS NULL OR kind <> 'article' THEN rank ELSE :article END,"
        " backfill = coalesce(:backfill, backfill) WHERE id = :id",
        {
            "id": link_id,
            "due": due,
            "witness": witness.to_json(link),
            "newest": clock.newest(link),
            "again": again,
            "article": ARTICLE,
            "backfill": backfill,
        },
    )
