"""The end of a fetch: what it leaves behind, in the one transaction of the job that calls this. Only of a long live list
the parts before the last are offered earlier, each in a transaction of its own (`offer`).

Rules for the odd cases:
* A fetch's outcome is written once. One that comes after its lease ran out finds `interrupted` there; that stays. Its
  article is saved all the same where its decision stands (identity makes that safe: the next fetch of the address finds
  it `unchanged`), its links are offered and its requests filled in; the address's row, by then due again or another's
  lease, is left alone.
* One that comes after its lease was handed back finds no row, since nothing had been sent by then; the row is made.
* Of an article's addresses one stays on the ladder: another than its own is not due again while one of the others is.
* A look that found the page of an article gone is counted on its address; `absences` says when that is a withdrawal.
* An article that cannot be stored loses itself only: the fetch ends as `failed:unstorable`, its address in quarantine.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from storage import absences, allowance, articles, backfills, clean, fetch_rows, hosts, indexing, links, quarantine, raw
from storage.errors import Unstorable
from storage.models import OUTCOMES, Ended, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from storage.models import Ending, HostNote, Lease, Link

_LOOKED = frozenset(OUTCOMES) - {"blocked", "failed", "interrupted"}
_VALIDATED = frozenset({"new", "revised", "copy", "alias", "unchanged", "listed", "not_modified"})
_TRIED = frozenset({"blocked", "failed", "gone", "rejected"})
"""Ends of looks that gave no article: `tries` counts them until one does."""
_THERE = frozenset({"new", "revised", "copy", "alias", "unchanged", "not_modified"})
_IN_VAIN = frozenset({"unchanged", "not_modified", "alias"})


def offer(db: Database, ending: Ending, part: Sequence[Link]) -> links.Offered:
    """Offer a part of what a document listed, before the end of its fetch. Twice is as once: the addresses are known then."""
    assert ending.lease is not None, "a document was asked for by its lease"
    return links.offer(db, ending.lease.source, part, finder=_finder(ending), now=ending.at)


def end(db: Database, ending: Ending, before: links.Offered | None = None, *, fresh: bool = False) -> Ended:
    """Write an ending. See `Store.end`. `fresh`: its decision was made within this very transaction."""
    check(ending)
    source, url, outcome_there = fetch_rows.opened(db, ending)
    refused: list[tuple[str, str]] = []
    article_id: int | None = None
    revision: int | None = None
    if ending.article is not None and ending.decision is not None:
        try:
            article = clean.article(ending.article)
            if not fresh and not articles.stands(db, article, ending.decision):
                return Ended(stale=True)
            with indexing.atomic(db):
                article_id, revision = articles.save(db, article, ending.decision, address=url, at=ending.at)
        except Exception as error:  # noqa: BLE001 - `refusal` raises what is no fault of the article
            why = clean.refusal(error)
            refused.append((url, why))
            ending = replace(
                ending, outcome=Outcome("failed:unstorable", why), due=None, quarantine=True, validators=None
            )
    fetch_rows.end(db, ending, outcome_there, article_id, revision)
    refused += keep_page(db, ending, ending.fetch_id, url, article_id, at=ending.at)
    if ending.host is not None:
        _note_host(db, ending.host, at=ending.at)
    lease, ours = ending.lease, False
    if lease is not None:
        if ending.outcome.name in ("alias", "unchanged") and _looked_at_elsewhere(db, article_id, lease):
            ending = replace(ending, due=None)
        ours = _end_link(db, ending, lease, looked=article_id is not None)
        if ours and lease.kind == "article":
            _absence(db, ending, source, url)
        if ours and ending.entries is not None:
            backfills.listed(db, ending)
        elif ours and lease.backfill and lease.kind not in ("article", "robots") and ending.outcome.name == "gone":
            backfills.absent(db, ending)
        for reason, count in ending.traps if ours else ():
            allowance.refuse(db, lease.source, lease.host, reason, count, now=ending.at, example=lease.url)
        _end_turns(db, ending, lease, ours=ours)  # after the note: its crawl-delay holds from now on
    offered = _offered(db, ending, source, before, ours=ours)
    return Ended(
        article_id=article_id,
        revision=revision,
        offered=offered.new,
        again=offered.again,
        held=offered.held,
        refused=(*refused, *(offered.refused or ())),
    )


def keep_page(
    db: Database, ending: Ending, fetch_id: int, url: str, article_id: int | None, *, at: float
) -> list[tuple[str, str]]:
    """Keep the page that goes with a text; what could not be kept, and why."""
    if ending.page is not None:
        try:
            raw.keep(db, fetch_id, ending.page, article_id=article_id, at=at)
        except Exception as error:  # noqa: BLE001 - `refusal` raises what is no fault of the page
            return [(url, f"raw page: {clean.refusal(error)}")]
    return []


def check(ending: Ending) -> None:
    """Raises ValueError for an ending that is none."""
    name = ending.outcome.name.partition(":")[0]
    if name not in OUTCOMES:
        raise ValueError(
            f"fetch {ending.fetch_id}: {ending.outcome.name!r} is no outcome; they are {', '.join(OUTCOMES)}"
        )
    if (ending.article is None) != (ending.decision is None):
        raise ValueError(f"fetch {ending.fetch_id}: an article and its decision come together")


def _looked_at_elsewhere(db: Database, article_id: int | None, lease: Lease) -> bool:
    """Whether another address of the article, at which its page was there, is due or under way; its own stays due."""
    own = db.conn.execute("SELECT 1 FROM article WHERE id = ? AND url = ?", (article_id, lease.url)).fetchone()
    if own is not None:
        return False
    row = db.conn.execute(
        "SELECT 1 FROM address AS d JOIN link AS l ON l.source = d.source AND l.url = d.url AND l.scope = 0"
        " WHERE d.article_id = ? AND NOT d.claimed AND l.id <> ? AND l.kind = 'article' AND l.missing = 0 AND l.seen > 0"
        " AND l.state IN ('pending', 'leased') LIMIT 1",
        (article_id, lease.link_id),
    ).fetchone()
    return row is not None


def _note_host(db: Database, told: HostNote, *, at: float) -> None:
    """What the fetch taught about its host; an outage that ended brings back what was given up for it."""
    said = clean.text(told.said)[:500] if told.said else None
    if said != told.said or told.robots is not None:
        told = replace(told, robots=_cleaned(told.robots), said=said)
    for host, since in hosts.note(db, told, now=at):
        quarantine.come_back(db, host, since=since, now=at)


def _offered(db: Database, ending: Ending, source: str, before: links.Offered | None, *, ours: bool) -> links.Offered:
    """Offer what a document listed; what of it is not taken, also of what was offered `before`, stands in the fetch's detail,
    with the reason. `ours`: its row was this fetch's until it ended."""
    offered = links.offer(db, source, ending.links, finder=_finder(ending), now=ending.at)
    if before is not None:
        offered.add(before)
    left = []
    if offered.over:
        left.append(f"{offered.over} new addresses over the day's allowance were not taken")
        if ours and ending.lease is not None:
            allowance.forget(db, ending.lease.link_id)  # after `_end_link`, also where only a part before was over
            if ending.lease.backfill:
                until = allowance.next_day(ending.at)
                backfills.wait_for_allowance(db, ending.lease.link_id, until=until, over=offered.over)
    if offered.refused:
        left.append(f"{len(offered.refused)} links could not be stored, the first: {offered.refused[0][1]}")
    if left:
        db.conn.execute(
            "UPDATE fetch SET detail = coalesce(detail || '; ', '') || ? WHERE id = ?",
            ("; ".join(left), ending.fetch_id),
        )
    return offered


def _counted(ending: Ending, lease: Lease, offered: str | None) -> str | None:
    """The day of a host (`allowance`) with what the first look at a new address says of its links; None: this was none."""
    name = ending.outcome.name.partition(":")[0]
    if lease.kind != "article" or lease.seen or ending.new_links is None or name not in _LOOKED:
        return None
    same, backfill = name in ("alias", "unchanged"), lease.backfill is not None
    return allowance.looked(offered, now=ending.at, same=same, backfill=backfill)


def _absence(db: Database, ending: Ending, source: str, url: str) -> None:
    """What a look without a text says of the article that the address leads to."""
    if ending.gone_gap is not None:
        why = ending.outcome.detail or ending.outcome.name
        absences.missed(db, source, url, at=ending.at, gap=ending.gone_gap, why=clean.text(why))
    elif ending.outcome.name == "not_modified":
        absences.found(db, source, url, at=ending.at)


_END = (
    "UPDATE link SET due = :due, owner = NULL, leased_at = NULL, until = NULL, fetch_id = NULL, reason = :reason,"  # noqa: S608 - our own words
    " rhythm = coalesce(:rhythm, rhythm),"
    " failing_since = CASE WHEN :vainly THEN coalesce(failing_since, :at) WHEN :looked THEN NULL ELSE failing_since END,"
    " failed_at = CASE WHEN :vainly THEN :at WHEN :looked THEN NULL ELSE failed_at END,"
    " state = CASE WHEN kind = 'robots' THEN 'done'"
    f"  WHEN {links.LEFT} THEN 'retired' ELSE :state END,"
    " seen = seen + :looked, looked_at = CASE WHEN :looked THEN leased_at ELSE looked_at END,"
    " tries = CASE WHEN :vainly THEN tries + 1 WHEN :looked THEN 0 ELSE tries END, interrupted = 0,"
    " unasked = CASE WHEN :unasked THEN unasked + 1 WHEN :looked AND NOT :vainly THEN 0 ELSE unasked END,"
    " forbidden = CASE WHEN :forbidden THEN forbidden + 1 WHEN :unasked THEN forbidden ELSE 0 END,"
    " vain = CASE WHEN NOT (again AND :looked) THEN vain WHEN :vain THEN vain + 1 ELSE 0 END,"
    " again = CASE WHEN :looked THEN 0 ELSE again END,"
    " missing_since = CASE WHEN :gone THEN coalesce(missing_since, :at) WHEN :there THEN NULL ELSE missing_since END,"
    " missing = CASE WHEN :gone THEN missing + 1 WHEN :there THEN 0 ELSE missing END,"
    " rank = CASE WHEN :looked AND kind = 'article' THEN :recheck ELSE rank END,"
    " backfill = CASE WHEN (:looked OR :state = 'done') AND kind = 'article' THEN 0 ELSE backfill END,"
    " etag = CASE WHEN NOT :set THEN etag WHEN :keep THEN coalesce(:etag, etag) ELSE :etag END,"
    " last_modified = CASE WHEN NOT :set THEN last_modified"
    "  WHEN :keep THEN coalesce(:last_modified, last_modified) ELSE :last_modified END"
    " WHERE id = :id AND fetch_id = :fetch AND state = 'leased'"
)


def _end_link(db: Database, ending: Ending, lease: Lease, *, looked: bool) -> bool:
    """The address's row, where it is still this fetch's lease; answers whether it was."""
    name = ending.outcome.name.partition(":")[0]
    looked = looked or name in _LOOKED
    validators = ending.validators
    facts = {
        "id": lease.link_id,
        "fetch": ending.fetch_id,
        "due": ending.due,
        "state": "quarantined" if ending.quarantine else "done" if ending.due is None else "pending",
        "looked": looked,
        "vainly": name in _TRIED,
        "unasked": name == "blocked" and not ending.urls,
        "forbidden": ending.outcome.name == "blocked:robots",
        "vain": name in _IN_VAIN,
        "recheck": links.RECHECK,
        "reason": clean.text(": ".join(filter(None, (ending.outcome.name, ending.outcome.detail)))),
        "at": ending.at,
        "gone": ending.gone_gap is not None,
        "there": name in _THERE,
        "set": name in _VALIDATED and (name != "not_modified" or validators is not None),
        "keep": name == "not_modified",
        "etag": clean.text(validators.etag) if validators and validators.etag else None,
        "last_modified": clean.text(validators.last_modified) if validators and validators.last_modified else None,
        "rhythm": ending.rhythm,
    }
    return bool(db.conn.execute(_END, facts).rowcount)


_TURNS = (
    "SELECT l.delay, EXISTS (SELECT 1 FROM hop WHERE fetch_id = ?2), (SELECT offered FROM host WHERE host = ?3)"
    " FROM (SELECT 1) LEFT JOIN link AS l ON l.id = ?1"
)


def _end_turns(db: Database, ending: Ending, lease: Lease, *, ours: bool) -> None:
    """Every host that was asked has its next turn a delay after the last byte; a look at a new address is counted there."""
    row = db.conn.execute(_TURNS, (lease.link_id, ending.fetch_id, lease.host)).fetchone()
    delay, hopped, offered = float(row[0] or 0.0), row[1], row[2]
    if hopped:
        db.conn.execute("DELETE FROM hop WHERE fetch_id = ?", (ending.fetch_id,))
    counted = _counted(ending, lease, offered) if ours else None
    if not ending.urls:
        if counted is not None:
            allowance.write(db, lease.host, counted)
        return
    asked = {lease.host}
    for url in ending.urls:
        if url == lease.url:
            continue
        try:
            asked.add(clean.host_of(url))
        except Unstorable:
            continue  # no host that takes turns: the address guard refused it
    at = ending.responded_at if ending.responded_at is not None else ending.at
    for host in asked:
        hosts.answered(db, host, at=at, delay=delay, offered=counted if host == lease.host else None)


def _finder(ending: Ending) -> links.Finder:
    lease = ending.lease
    if lease is None:
        return links.Finder()
    return links.Finder(
        lease.link_id, lease.backfill or 0, lease.first_poll, ending.first_poll_limit, allowed=ending.new_links
    )


def _cleaned(rules: Any) -> Any:
    return replace(rules, body=clean.text(rules.body)) if rules is not None else None
