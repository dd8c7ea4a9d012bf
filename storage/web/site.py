"""The site, put together: one Datasette over one file."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from datasette.app import Datasette
from datasette.plugins import pm
from datasette.utils.sqlite import sqlite3 as datasettes

from storage.errors import OldSqlite, StorageError
from storage.reader import Reader
from storage.web import plugin
from storage.web.file import NAME, WireFile
from storage.web.threads import Threads

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping
else:
    from sqlite_utils.utils import sqlite3

T = TypeVar("T")

HERE = Path(__file__).parent
_THREADS = 4
_SETTINGS = {
    "sql_time_limit_ms": 2000,
    "max_returned_rows": 1000,
    "num_sql_threads": _THREADS,
    "allow_download": False,
    "allow_csv_stream": False,
    "suggest_facets": False,
    "allow_facet": False,
    "default_cache_ttl": 0,
    "template_debug": False,
    "trace_debug": False,
}


@dataclass(frozen=True, slots=True)
class Options:
    """How the site is served.

    `sql`: whether readers may ask SQL of their own, read-only and for two seconds. `names`: host names under which it may be
    asked for, beside `localhost` and plain addresses. `titles`: source -> its name for people. `clock`: epoch seconds."""

    immutable: bool = False
    sql: bool = True
    names: frozenset[str] = frozenset()
    titles: Mapping[str, str] = field(default_factory=dict)
    clock: Callable[[], float] = time.time


class Site(Datasette):  # type: ignore[misc]
    """A Datasette whose pages are ours. Raises Missing, NotDateline, OlderSchema, NewerSchema, OldSqlite."""

    def __init__(self, path: Path, options: Options | None = None) -> None:
        self.options = options or Options()
        _refuse_journal(path, self.options)
        if datasettes is not sqlite3:
            raise OldSqlite(
                f"{path}: Datasette would open it by another SQLite library ({datasettes.sqlite_version}) than the rest "
                f"({sqlite3.sqlite_version}), which can lose pages: install pysqlite3"
            )
        Reader(path, immutable=self.options.immutable).close()
        plugin.register(pm)
        super().__init__(
            settings={**_SETTINGS, "default_allow_sql": self.options.sql},
            metadata=json.loads((HERE / "metadata.json").read_text(encoding="utf-8")),
            template_dir=str(HERE / "templates"),
            static_mounts=[("static", str(HERE / "static"))],
            cache_headers=False,
        )
        self.executor: Threads = Threads(_THREADS, "pages")  # in place of Datasette's, which has begun no thread yet
        self.remove_database("_memory")
        self.file = WireFile(self, path, immutable=self.options.immutable)
        self.add_database(self.file, name=NAME)

    async def read(self, ask: Callable[[Reader], T], **limit: Any) -> T:
        """See `WireFile.read`."""
        return await self.file.read(ask, **limit)

    def now(self) -> float:
        """Epoch seconds."""
        return self.options.clock()

    def close(self) -> None:
        """End the threads and close the file; what is being answered is given two seconds."""
        self.file.close(self.executor)
        self.databases["_internal"].close()


def _refuse_journal(path: Path, options: Options) -> None:
    """A reader that holds a file for immutable does not see what is in its journal."""
    journal = Path(f"{path}-wal")
    if options.immutable and journal.exists() and journal.stat().st_size > 0:
        raise StorageError(
            f"{path}: has a journal ({journal.name}), so somebody writes it or was killed while writing: serve it without "
            "--immutable, or serve a copy made by `dateline run --publish`"
        )
