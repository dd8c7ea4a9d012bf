"""A part, read in batches: rows as records that are extracted and judged, and lack nothing but their decision."""

from __future__ import annotations

import posixpath
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from crawler.cluster.dataset import DatasetProblem
from crawler.cluster.part import ARTICLE, Row, facts, rows, schema
from storage.models import OUTCOMES, Dispatch, Ending, Outcome, Page, Profile
from storage.settling import Record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from fsspec import AbstractFileSystem
    from pyarrow.parquet import ParquetFile

    from crawler.source import Source


_WITHOUT_ARTICLE: Final = frozenset(OUTCOMES) - {"new", "revised", "unchanged", "alias", "copy"}


class Broken(Exception):
    """A part cannot be read; the text says why and what to do."""


class _File:
    """A part's file. What its place raises says nothing of the part; what pyarrow finds in its bytes does (an OSError, too)."""

    def __init__(self, file: Any, place: str) -> None:
        self._file, self._place = file, place

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def read(self, size: int = -1) -> bytes:
        try:
            found: bytes = self._file.read(size)
        except Exception as error:  # each store has errors of its own
            raise unreachable(error, self._place) from error
        return found


def unreachable(error: Exception, place: str) -> DatasetProblem:
    """What is raised where a dataset's place does not answer."""
    said = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
    return DatasetProblem(
        getattr(error, "errno", None) or 0, f"{said}; nothing is lost: called again, the load goes on here", place
    )


class Reading:
    """The part at `place` of a file system. `sources`: the registry's, for their profiles.

    Raises `Broken` from every method where the part is damaged or is none, DatasetProblem where its place does not answer."""

    def __init__(self, fs: AbstractFileSystem, place: str, sources: Mapping[str, Source]) -> None:
        self._fs, self._place, self._sources = fs, place, sources
        self._profiles: dict[str, Profile] = {}

    def begins(self) -> tuple[dict[str, str], str | None]:
        """What its footer tells, and the file that it is of, as its records are named (`warc:<identity>`; None: no record)."""
        with self._opened() as part:
            return facts(part.metadata.metadata), _file(part)

    def offsets(self) -> list[int]:
        """The offsets of all its records."""
        with self._opened() as part:
            found: list[int] = part.read(columns=["record_offset"]).column(0).to_pylist()
        return found

    def batches(self, size: int, *, without: Collection[int]) -> Iterator[list[Record]]:
        """The records in their order, but for those at the offsets `without`; so many at a time."""
        with self._opened() as part:
            file = _file(part)
            for batch in part.iter_batches(batch_size=size):
                found = [self._record(_checked(row, file)) for row in rows([batch]) if row.offset not in without]
                if found:
                    yield found

    @contextmanager
    def _opened(self) -> Iterator[ParquetFile]:
        import pyarrow as pa
        from pyarrow.parquet import ParquetFile

        try:
            opened = self._fs.open(self._place, "rb")
        except Exception as error:
            raise unreachable(error, self._place) from error
        try:
            with opened, ParquetFile(_File(opened, self._place)) as part:
                facts(part.metadata.metadata)
                if not part.schema_arrow.equals(schema()):
                    raise ValueError("its columns are not those of a part")
                yield part
        except DatasetProblem:
            raise
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


def _file(part: ParquetFile) -> str | None:
    for batch in part.iter_batches(batch_size=1, columns=["record"]):
        file, _, _ = str(batch.column(0)[0].as_py()).rpartition("#")
        if not file.startswith("warc:"):
            raise ValueError("its first record does not name its file")
        return file
    return None


def _checked(row: Row, file: str | None) -> Row:
    """A row that a load can take: one that is none must not stop what is behind its part, or come anew at each load."""
    known = isinstance(row.offset, int) and row.record == f"{file}#{row.offset}"
    if not (known and row.source and row.url):
        raise ValueError(f"the record {row.record!r} lacks its file, its offset, its source or its address")
    if (row.article is None) != (row.outcome in _WITHOUT_ARTICLE):
        raise ValueError(f"the record {row.record!r} is no article, and {row.outcome!r} is no other end of a record")
    return row
