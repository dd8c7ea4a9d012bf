"""Pages of a small agency as its server would send them, through extraction, the pipelines and the real store."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from crawler.endings import complete
from crawler.source import Source
from pipelines.deduplicate import decided
from pipelines.extractor import extract
from pipelines.judge import judge
from pipelines.saving import decide_and_save
from storage.models import Dispatch, Ending, HostRules, Lease, Link, Outcome, Page, Profile
from storage.reader import Reader
from tests.storage.harness import Crawl

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from storage.models import Article, Decide, Ended, Extraction, KeptText, Known, Reading, Rewritten

HOST = "https://www.mercury.test"
TEXT = (
    "The harbour of Porto Sereno was closed for the night after a crane fell on the eastern quay, the port authority said.",
    "Fourteen ships waited outside until the pilot came at six in the morning, and two ferries turned back to Lima.",
    "Nobody was hurt, said the harbour master, who has asked the ministry for an inquiry into the age of the cranes.",
)
OTHER = (
    "Parliament passed the budget for the coming year by a single vote late on Thursday, after eleven hours of debate.",
    "The finance minister promised that schools would get more money, while the opposition spoke of a shell game.",
    "Two members of the governing party voted against it and were thrown out of the parliamentary group at once.",
)
PUBLISHED = "2026-11-01T08:15:20Z"


@dataclass(frozen=True)
class Sheet:
    """What one page says; without a text, a section's list. `head`: further lines of its head."""

    title: str = "Harbour closed after crane falls on quay"
    text: tuple[str, ...] = TEXT
    canonical: str | None = None
    published: str = PUBLISHED
    modified: str | None = None
    head: str = ""

    def html(self) -> bytes:
        if not self.text:
            links = "".join(f'<li><a href="/news/{n}">Story number {n} of this long day</a></li>' for n in range(20))
            return f"<html><head><title>{self.title}</title></head><body><ul>{links}</ul></body></html>".encode()
        canonical = f'<link rel="canonical" href="{self.canonical}">' if self.canonical else ""
        modified = f'<meta property="article:modified_time" content="{self.modified}">' if self.modified else ""
        paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in self.text)
        return (
            f'<html lang="en"><head><title>{self.title}</title><meta property="og:type" content="article">{canonical}'
            f'<meta property="article:published_time" content="{self.published}">{modified}{self.head}</head>'
            f"<body><article><h1>{self.title}</h1>{paragraphs}</article></body></html>"
        ).encode()


class Looks:
    """Looks at pages of one source, one after another; `now` is the time of the next one, in epoch seconds. `at_once`: decided
    within the transaction that writes, as where only our own pipelines are; else before it."""

    def __init__(
        self, folder: Path, *, agency_id: str | None = None, now: float = 1_793_600_000.0, at_once: bool = True
    ) -> None:
        self.at_once = at_once
        self.crawl = Crawl(folder / "news.db", now=now)
        self.keep_raw = False
        self.extractor = _Here()
        self.source = Source(
            name="mercury-en", title="Mercury", home=HOST, hosts=("mercury.test",), country=None, languages=("en",),
            profile=Profile(source="mercury-en", agency_id=agency_id), endpoints=(),
        )  # fmt: skip
        self.crawl.store.writer.submit(_open_hosts).result()

    def close(self) -> None:
        self.crawl.close()

    def reader(self) -> Reader:
        return Reader(self.crawl.path)

    def later(self, seconds: float) -> None:
        self.crawl.now += seconds

    def look(self, path: str, sheet: Sheet | Outcome, *, to: str | None = None, keep: bool = False) -> str:
        """Fetch `path` (of HOST, or a whole URL) as the crawl would, its row of the frontier made or due now, the others
        done with unless `keep`; `to`: where it redirects. Answers the outcome."""
        url = _url(path)
        self.crawl.offer(Link(url))
        others = "due = 9e12" if keep else "state = 'done', due = NULL"
        self.crawl.sql(f"UPDATE link SET {others} WHERE state = 'pending' AND url <> ?", url)
        self.crawl.sql("UPDATE link SET state = 'pending', due = 0 WHERE url = ?", url)
        lease = self.crawl.take(kinds=["article"])
        assert lease.url == url
        ending = Ending(
            lease.fetch_id, Outcome("failed:internal"), self.crawl.now, lease=lease, urls=(url,), status=200
        )
        if isinstance(sheet, Outcome):
            self._end(replace(ending, outcome=sheet))
            self.crawl.later(5)
            return sheet.name
        page = self._page(url, _url(to) if to else url, sheet, self.crawl.now)
        return self._through(Dispatch(page, ending))

    def record(self, path: str, sheet: Sheet, at: float) -> str:
        """Import a capture of `path` from `at` (epoch seconds)."""
        url = _url(path)
        store, now = self.crawl.store, self.crawl.now
        fetch_id = store.begin_record(self.crawl.run, self.source.name, url, f"warc:x#{int(at)}", now).result()
        assert fetch_id is not None
        return self._through(Dispatch(self._page(url, url, sheet, at), Ending(fetch_id, Outcome("failed:x"), now)))

    def next_look(self, path: str) -> float | None:
        """Seconds until the address is due again."""
        ((due,),) = self.crawl.sql("SELECT due FROM link WHERE url = ?", _url(path))
        return None if due is None else due - self.crawl.now + 5

    def articles(self) -> list[dict[str, Any]]:
        names = "id, key, url, title, status, revision, gone_why"
        rows = self.crawl.sql(f"SELECT {names} FROM articles ORDER BY id")
        return [dict(zip(names.split(", "), row, strict=True)) for row in rows]

    def kinds(self, article_id: int = 1) -> list[str]:
        return [k for (k,) in self.crawl.sql("SELECT kind FROM revisions WHERE article_id = ?", article_id)]

    def changes(self, article_id: int = 1) -> list[tuple[str, int]]:
        return self.crawl.sql("SELECT kind, revision FROM changes WHERE article_id = ? ORDER BY seq", article_id)

    def _page(self, url: str, final: str, sheet: Sheet, at: float) -> Page:
        fetched = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
        return Page(url, final, sheet.html(), fetched, self.source.profile, content_type="text/html", charset="utf-8")

    def _through(self, dispatch: Dispatch) -> str:
        dispatch = judge(replace(dispatch, extraction=extract(dispatch.page)))
        asyncio.run(self._save(dispatch))
        self.crawl.later(5)
        (outcome,) = self.crawl.sql("SELECT outcome || coalesce(':' || reason, '') FROM fetch ORDER BY id DESC LIMIT 1")
        return str(outcome[0])

    async def _save(self, dispatch: Dispatch) -> None:
        store = _Completing(self)
        if not self.at_once and not dispatch.decided:
            dispatch = await decided(dispatch, store, self.extractor)
        await decide_and_save(dispatch, store, self.extractor, keep_raw=self.keep_raw)

    def _end(self, ending: Ending) -> Ended:
        whole = complete(ending, source=self.source, first_poll=0, jitter=0.0)
        return self.crawl.store.end(whole).result()


class _Here:
    """Extraction in this process, counted."""

    def __init__(self) -> None:
        self.pages = 0

    async def extract(self, page: Page) -> Extraction:
        self.pages += 1
        return extract(page)


class _Completing:
    """The store with what the ledger adds to each ending."""

    def __init__(self, looks: Looks) -> None:
        self._looks = looks

    def known(self, article: Article) -> Future[Known]:
        return self._looks.crawl.store.known(article)

    def kept(self, article_id: int, profile: Profile, by: str) -> Future[tuple[tuple[KeptText, Page], ...]]:
        return self._looks.crawl.store.kept(article_id, profile, by)

    def rewrite(self, readings: Sequence[Reading]) -> Future[tuple[Rewritten, ...]]:
        return self._looks.crawl.store.rewrite(readings)

    def end(self, ending: Ending) -> Future[Ended]:
        return self._looks.crawl.store.end(self._whole(ending))

    def decide_and_end(self, dispatch: Dispatch, decide: Decide) -> Future[tuple[Dispatch, Ended] | None]:
        return self._looks.crawl.store.decide_and_end(dispatch, decide, self._whole)

    def _whole(self, ending: Ending) -> Ending:
        return complete(ending, source=self._looks.source, first_poll=0, jitter=0.0)


def _url(path: str) -> str:
    return path if "://" in path else HOST + path


def _open_hosts(db: Any) -> None:
    from storage import hosts
    from storage.models import HostNote

    for name in ("www.mercury.test", "m.mercury.test", "amp.mercury.test", "mercury.test"):
        hosts.note(db, HostNote(name, robots=HostRules(name, "allow_all", "", 1e12)))


__all__ = ["HOST", "OTHER", "PUBLISHED", "TEXT", "Lease", "Looks", "Sheet", "extract"]
