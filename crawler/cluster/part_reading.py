"""A part, read in batches: rows as records that are extracted and judged, and lack nothing but their decision."""

from __future__ import annotations

import posixpath
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.cluster.part import ARTICLE, Row, facts, rows
from storage.models import Dispatch, Ending, Outcome, Page, Profile
from storage.settling import Record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from fsspec import AbstractFileSystem
    from pyarrow.parquet import ParquetFile

    from crawler.source import Source


class Broken(Exception):
    """A part cannot be read; the text says why and what to do."""


class Reading:
    """The part at `place` of a file system. `sources`: the registry's, for their profiles.

    Raises `Broken` from every method where the part is damaged or is none."""

    def __init__(self, fs: AbstractFileSystem, place: str, sources: Mapping[str, Source]) -> None:
        self._fs, self._place, self._sources = fs, place, sources
        self._profiles: dict[str, Profile] = {}

    def file(self) -> str | None:
        """The file that the part is of, as its records are named (`warc:<identity>`); None: it has no record."""
        with self._opened() as part:
            for batch in part.iter_batches(batch_size=1, columns=["record"]):
                return str(batch.column(0)[0].as_py()).rpartition("#")[0]
        return None

    def offsets(self) -> list[int]:
        """The offsets of all its records."""
        with self._opened() as part:
            found: list[int] = part.read(columns=["record_offset"]).column(0).to_pylist()
        return found

    def batches(self, size: int, *, without: Collection[int]) -> Iterator[list[Record]]:
        """The records in their order, but for those at the offsets `without`; so many at a time."""
        with self._opened() as part:
            for batch in part.iter_batches(batch_size=size):
                found = [self._record(row) for row in rows([batch]) if row.offset not in without]
                if found:
                    yield found

    @contextmanager
    def _opened(self) -> Iterator[ParquetFile]:
        import pyarrow as pa
        from pyarrow.parquet import ParquetFile

        try:
            with self._fs.open(self._place, "rb") as file, ParquetFile(file) as part:
                facts(part.metadata.metadata)
                yield part
        except (pa.ArrowException, OSError, ValueError, LookupError, TypeError) as error:
            raise Broken(
                f"the part cannot be read ({type(error).__name__}: {error}): remove it, and call `dateline import --dask` with"
                f" this dataset again, which makes {posixpath.basename(self._place)} anew; then load again"
            ) from error

    def _record(self, row: Row) -> Record:
        article = row.article if row.outcome == ARTICLE else None
        name = ":".join(filter(None, (row.outcome, row.reason)))
        outcome = Outcome("failed:internal", "no pipeline decided") if article else Outcome(name, row.detail)
        page = Page(
            url=row.url,
            final_url=row.url,
            body=b"",
            fetched_at=row.captured_at or "",
            profile=self._profile(row.source),
            status=row.status or 0,
        )
        ending = Ending(
            fetch_id=0,
            outcome=outcome,
            at=0.0,
            status=row.status,
            bytes=row.bytes,
            ms=row.ms,
            article=article,
            missed=row.missed,
        )
        return Record(row.record, None, row.url, Dispatch(page=page, ending=ending, decided=article is None))

    def _profile(self, source: str) -> Profile:
        """By which pages of stored texts are read again, where these are another extractor's."""
        if source not in self._profiles:
            known = self._sources.get(source)
            profile = known.profile if known is not None else Profile(source=source)
            self._profiles[source] = replace(profile, licensed=True)
        return self._profiles[source]
