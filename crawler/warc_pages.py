"""From a record of a WARC file to a dispatch: whose page it is, what of it is decided already, and what was left and why.

Pure, and without Scrapy: an import into a database and one that writes parts (`crawler/cluster`) say the same of a record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.discovery.links import source_of
from crawler.politeness import reservations
from crawler.statuses import of_status
from pipelines.urls import host
from storage.models import Dispatch, Ending, Outcome, Page, Profile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from crawler.source import Source
    from crawler.warc_records import WarcRecord

    OfHost = Callable[[str], Iterable[Source]]
    """The sources of a host that is named without `www.` and without a port."""

UNREADABLE = "unreadable"
"""Source of the records whose address cannot be read: they fail, whatever was asked for, and are not passed over."""

UNDER_WAY = 8
"""Records between reading and outcome; the pool's own limit holds the rest back."""

_PAGES = ("response text/html", "response application/xhtml+xml", "broken", "too_large", "truncated")


def by_host(sources: Iterable[Source]) -> OfHost:
    """Of sources that are read already. Asked for thousands of hosts a file, so they are kept by host."""
    found: dict[str, list[Source]] = {}
    for source in sources:
        for name in names_of(source.hosts):
            found.setdefault(name, []).append(source)
    return lambda name: found.get(name, ())


def names_of(hosts: Iterable[str]) -> set[str]:
    """What `OfHost` is asked for, of a source's hosts."""
    return {host.partition(":")[0].removeprefix("www.") for host in hosts}


class Owners:
    """Whose page a record is, by its address.

    The operator holds the file already: reserved texts are kept, and marked so (`Profile.licensed`)."""

    def __init__(self, sources: OfHost, *, take_all: bool) -> None:
        self._take_all = take_all
        self._sources = sources

    def profile(self, record: WarcRecord) -> Profile | None:
        """The profile that a record is read by; None: of a site in no registry file, and not all were asked for."""
        try:
            site = host(record.url or "")
            source = source_of(record.url or "", self._sources(site.removeprefix("www.")))
        except ValueError:
            return Profile(source=UNREADABLE, licensed=True)
        if source is not None:
            return replace(source.profile, licensed=True)
        return Profile(source=site.removeprefix("www."), licensed=True) if self._take_all else None


def dispatched(record: WarcRecord, profile: Profile, fetch_id: int) -> Dispatch:
    """A record as a dispatch; one that cannot be read, or was not a 200 when it was captured, is decided already."""
    page = Page(
        url=record.url or "",
        final_url=record.url or "",
        body=record.body,
        fetched_at=record.date or "",
        profile=profile,
        status=record.status or 0,
        charset=record.charset,
        content_type=record.content_type,
        witness=None,
        reserved=reservations.reserved(record.headers, at=record.date or ""),
    )
    outcome = None
    if record.problem or profile.source == UNREADABLE:
        outcome = Outcome(f"failed:{record.problem or 'broken'}", record.detail or f"no address: {record.url!r}")
    elif record.status != 200:
        outcome = of_status(record.status or 0, "article") or Outcome(f"rejected:http_{record.status}")
    ending = Ending(
        fetch_id=fetch_id,
        outcome=outcome or Outcome("failed:internal", "no pipeline decided"),
        at=0.0,
        status=record.status,
        bytes=len(record.body),
    )
    return Dispatch(page=page, ending=ending, decided=outcome is not None)


def no_pages(counts: Mapping[str, int]) -> int:
    """Records of a file that are no HTML pages, by what `records` counted."""
    return sum(number for kind, number in counts.items() if not kind.startswith(_PAGES))


def left(foreign: int, other: int) -> str:
    """What was not imported, and why: nothing of a file is passed over in silence."""
    return f"{foreign} of sites in no registry file, left (--all takes them); {other} records that are no HTML pages"
