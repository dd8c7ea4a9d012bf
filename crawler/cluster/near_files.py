"""The files of a dataset that the search for near-duplicates reads and writes, in any place that fsspec knows: a file appears
whole or not at all.

    parts/<name>.parquet          read
    stories-work/                 what the stages hand on to one another; gone when all is done
    stories/<name>.parquet        one row an article of the part of that name
    stories.json                  written last: the stories are whole, and of which parts
"""

from __future__ import annotations

import json
import os
import posixpath
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from crawler.arguments import ArgumentProblem
from crawler.cluster.dataset import PUT_WHOLE, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

PARTS: Final = "parts"
WORK: Final = "stories-work"
STORIES: Final = "stories"
WHOLE: Final = "stories.json"
_SUFFIX: Final = ".parquet"


@dataclass(frozen=True)
class Place:
    """A dataset's folder. `url`: a path, or any URL that fsspec opens. Goes to other machines as it is."""

    url: str

    def names(self, folder: str) -> list[str]:
        """The Parquet files of a folder, without their suffix, in the order of their names; none where it is not there."""
        files, root = self._root()
        try:
            found = files.ls(f"{root}/{folder}", detail=False, refresh=True)
        except FileNotFoundError:
            return []
        return sorted(posixpath.basename(each).removesuffix(_SUFFIX) for each in found if each.endswith(_SUFFIX))

    def parquet(self, folder: str, name: str) -> ParquetFile:
        """A Parquet file, opened to be read. Raises ArgumentProblem where it is damaged."""
        from pyarrow import ArrowInvalid
        from pyarrow.parquet import ParquetFile

        files, root = self._root()
        path = f"{root}/{folder}/{name}{_SUFFIX}"
        try:
            return ParquetFile(files.open(path, "rb"))
        except ArrowInvalid as error:
            raise ArgumentProblem(
                f"{path}: no whole Parquet file ({error}): remove it, and call what wrote it again"
            ) from error

    def tables(self, folder: str) -> Iterator[pa.Table]:
        """The tables of a folder, one after another, in the order of their names."""
        for name in self.names(folder):
            with self.parquet(folder, name) as file:
                yield file.read()

    def put_table(self, folder: str, name: str, table: pa.Table) -> None:
        """Write a table under its name, whole."""
        import pyarrow as pa
        from pyarrow.parquet import write_table

        out = pa.BufferOutputStream()
        write_table(table, out, compression="zstd")
        self._put(f"{folder}/{name}{_SUFFIX}", out.getvalue().to_pybytes())

    def put_json(self, name: str, facts: dict[str, Any]) -> None:
        """Write facts under a name, whole."""
        self._put(name, f"{json.dumps(facts, indent=1)}\n".encode())

    def json(self, name: str) -> dict[str, Any] | None:
        """Facts that were written; None where nothing was."""
        files, root = self._root()
        try:
            found: dict[str, Any] = json.loads(files.cat_file(f"{root}/{name}"))
        except FileNotFoundError:
            return None
        return found

    def remove(self, name: str) -> None:
        """Take a file or a folder away, if it is there."""
        files, root = self._root()
        if files.exists(f"{root}/{name}"):
            files.rm(f"{root}/{name}", recursive=True)

    def _put(self, name: str, data: bytes) -> None:
        files, root = self._root()
        path = f"{root}/{name}"
        protocols = {files.protocol} if isinstance(files.protocol, str) else set(files.protocol)
        if protocols & PUT_WHOLE:
            files.pipe_file(path, data)
            return
        beside = f"{path}.{uuid.uuid4().hex[:8]}.tmp"
        files.makedirs(posixpath.dirname(path), exist_ok=True)
        if "file" not in protocols:
            files.pipe_file(beside, data)
            files.mv(beside, path)
            return
        with open(beside, "wb") as out:  # noqa: PTH123 - a name of fsspec's
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.replace(beside, path)  # noqa: PTH105 - a name of fsspec's

    def _root(self) -> tuple[Any, str]:
        found = opened(self.url)
        found.fs.invalidate_cache()
        return found.fs, found.root
