"""One WARC file to one part: what a Dask worker does. The file is streamed; few pages are under way and few rows held, however
large it is. No Scrapy is imported here."""

from __future__ import annotations

import errno
import json
import time
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from crawler.cluster import part
from crawler.cluster.dataset import DatasetProblem, file_name, opened
from crawler.cluster.extraction import Ended, Unfit
from crawler.cluster.reading import reading
from crawler.warc_pages import UNDER_WAY, Owners, by_host, dispatched, left, no_pages
from crawler.warc_records import identity, records
from pipelines.judge import judge
from storage import clean
from storage.errors import Unstorable

if TYPE_CHECKING:
    from concurrent.futures import Future

    from crawler.cluster.dataset import Dataset
    from crawler.cluster.extraction import ExtractionPlugin, Pool
    from crawler.cluster.rules import Rules
    from crawler.warc_records import WarcRecord
    from storage.models import Dispatch, Extraction

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


@dataclass(frozen=True, slots=True)
class Work:
    """A file to do: its whole address, the name of its part, the dataset, and the plugin that has the rules."""

    url: str
    name: str
    dataset: str
    plugin: str


def work(asked: Work) -> dict[str, Any]:
    """The Dask task: a file's part, and in short what is in it, or why there is none (`failed`; `again`: whether another try
    may help). Raises DatasetProblem and Unfit, which say nothing of the file, and Ended where the worker ends."""
    from distributed import get_worker

    plugin = cast("ExtractionPlugin | None", get_worker().plugins.get(asked.plugin))
    if plugin is None:
        raise Ended(f"the worker does not know the run {asked.plugin}")
    with plugin.in_use() as pool:
        return done(asked.url, asked.name, opened(asked.dataset), plugin.rules, pool)


def done(url: str, name: str, dataset: Dataset, rules: Rules, pool: Pool) -> dict[str, Any]:
    """`work` without Dask: makes the part of the file at `url` where it is not there yet."""
    try:
        if (facts := dataset.facts(name)) is not None:
            if facts.get("rules") != rules.digest:
                raise DatasetProblem(
                    0, f"the part {name} was made with other rules: give another --dataset", dataset.url
                )
            return {"name": name, "before": True, **_short(facts)}
        with dataset.making(name) as place, reading(url) as file, part.Writer(place) as out:
            facts = _written(url, file, rules, pool, out)
            out.facts(facts)
            if pool.ended:
                raise Ended("the extraction processes were ended before the file was done")
    except (DatasetProblem, Unfit, Ended):
        raise
    except (FileNotFoundError, PermissionError, IsADirectoryError, ValueError, ImportError) as error:
        return {"name": name, "failed": _why(error), "again": False}
    except OSError as error:
        if error.errno in FULL:  # a part is written to a file first
            raise DatasetProblem(error.errno, error.strerror or str(error), dataset.url) from error
        return {"name": name, "failed": _why(error), "again": True}
    return {"name": name, "before": False, **_short(facts)}


def _why(error: Exception) -> str:
    said = getattr(error, "strerror", None) or str(error)
    return f"{type(error).__name__}: {said}"


@dataclass(slots=True)
class _Tally:
    outcomes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    foreign: int = 0
    ms: int = 0


def _written(url: str, file: BinaryIO, rules: Rules, pool: Pool, out: part.Writer) -> dict[str, str]:
    """All rows of a file, in its order; answers what its footer tells."""
    begun, tally = time.monotonic(), _Tally()
    named = identity(file, file_name(url))
    waiting: deque[tuple[part.Row, Dispatch, Future[Extraction] | None]] = deque()

    def settle() -> None:
        row = _row(*waiting.popleft(), rules)
        tally.outcomes[row.outcome] += 1
        tally.ms += row.ms
        out.add(row)

    owners = Owners(by_host(rules.sources), take_all=rules.take_all)
    for record in records(file, counts=tally.kinds):
        profile = owners.profile(record)
        if profile is None:
            tally.foreign += 1
            continue
        while len(waiting) >= UNDER_WAY:
            settle()
        dispatch = dispatched(record, replace(profile, rules=rules.learned.get(profile.source)), 0)
        future = None if dispatch.decided else pool.extract(dispatch.page)
        waiting.append((_unread(record, f"warc:{named}#{record.offset}", profile.source), dispatch, future))
    while waiting:
        settle()
    return {
        "file": url,
        "identity": named,
        "rules": rules.digest,
        "version": rules.dateline,
        "extractor": rules.engine,
        "records": str(tally.outcomes.total()),
        "outcomes": json.dumps(dict(sorted(tally.outcomes.items()))),
        "foreign": str(tally.foreign),
        "note": left(tally.foreign, no_pages(tally.kinds)),
        "extraction_ms": str(tally.ms),
        "seconds": f"{time.monotonic() - begun:.3f}",
    }


def _unread(record: WarcRecord, key: str, source: str) -> part.Row:
    return part.Row(
        record=key,
        offset=record.offset,
        source=source,
        url=clean.text(record.url or key),
        captured_at=record.date,
        status=record.status,
        bytes=len(record.body),
        ms=0,
        outcome="",
    )


def _row(row: part.Row, dispatch: Dispatch, future: Future[Extraction] | None, rules: Rules) -> part.Row:
    """The row of a record: its article, or its outcome. Raises Unfit where the extractor is another than asked for."""
    if future is not None:
        extraction = future.result()
        row = replace(row, ms=round(extraction.ms))
        dispatch = judge(replace(dispatch, extraction=extraction))
    ending = dispatch.ending
    if ending.article is None or dispatch.decided:
        return _outcome(row, ending.outcome.name, ending.outcome.detail)
    if not ending.article.extractor.startswith(rules.engine):
        raise Unfit(f"a Dask worker extracts with {ending.article.extractor}, and this run is made with {rules.engine}")
    try:
        article = clean.article(ending.article)
    except Unstorable as error:
        return _outcome(row, "failed:unstorable", str(error))
    return replace(row, outcome=part.ARTICLE, missed=ending.missed, article=article)


def _outcome(row: part.Row, name: str, detail: str | None) -> part.Row:
    kind, _, reason = name.partition(":")
    return replace(row, outcome=kind, reason=reason or None, detail=None if detail is None else clean.text(detail))


def _short(facts: dict[str, str]) -> dict[str, Any]:
    """What the client is told of a part: small, whatever the part's size."""
    return {
        "records": int(facts["records"]),
        "outcomes": json.loads(facts["outcomes"]),
        "foreign": int(facts["foreign"]),
        "extraction_ms": int(facts["extraction_ms"]),
    }
