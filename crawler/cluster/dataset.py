"""A dataset: a folder of parts at a path or at any URL that fsspec writes to. Its parts are the ledger: a file whose part is
there is done.

    run.json               what all parts are made with (`rules.Rules.described`), and when it was begun
    parts/NAME.parquet     one a WARC file (`part.py`); there whole, or not at all
    failed/NAME.json       a file without a part: its address, why, when; a part that comes later takes it away

NAME is the WARC file's stem, a dash, and 16 hex digits of the SHA-256 of its whole address: the order of names is that of
files, and a task that is done twice writes the same name.
"""

from __future__ import annotations

import hashlib
import json
import os
import posixpath
import re
import tempfile
import time
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from crawler.arguments import ArgumentProblem
from crawler.cluster import part
from crawler.cluster.rules import differences
from storage import clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fsspec import AbstractFileSystem

    from crawler.cluster.rules import Rules

PUT_WHOLE: Final = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "oss", "r2"})
"""Protocols whose stores show an object only when all of it is there."""

OLD: Final = 86_400.0
"""Seconds after which a temporary file is nobody's any more."""

_TMP: Final = ".tmp"
_SUFFIX: Final = ".parquet"
_HEX: Final = 16
_LONGEST: Final = 120
_ODD = re.compile(r"[^A-Za-z0-9._-]+")
_ENDS = re.compile(r"(?:\.warc)?(?:\.gz)?$", re.IGNORECASE)
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*(?:::|://)", re.IGNORECASE)


class DatasetProblem(OSError):
    """The dataset cannot be written or read: no file's fault, and no other file would fare better."""


def address(place: str) -> str:
    """A file's whole address: a URL as it is, a local path (also as `file://`) made absolute."""
    if place.lower().startswith("file://"):
        place = place[len("file://") :]
    return place if _SCHEME.match(place) else str(Path(place).absolute())


def name_of(url: str) -> str:
    """The name of a file's part, by its whole address."""
    stem = _ODD.sub("_", _ENDS.sub("", posixpath.basename(url.partition("?")[0].rstrip("/"))))[:_LONGEST]
    return f"{stem}-{hashlib.sha256(url.encode()).hexdigest()[:_HEX]}"


@dataclass(frozen=True, slots=True)
class Dataset:
    """`url` is where it is, `fs` and `root` what fsspec makes of that."""

    url: str
    fs: AbstractFileSystem
    root: str

    def begin(self, rules: Rules, *, now: float) -> None:
        """Make the folders and run.json; where they are, see that it was begun by the same rules.

        Raises ArgumentProblem where it was not, DatasetProblem where it cannot be read or written."""
        with self._trouble("begin"):
            for folder in ("parts", "failed"):
                self.fs.makedirs(f"{self.root}/{folder}", exist_ok=True)
            place = f"{self.root}/run.json"
            if not self.fs.exists(place):
                self._whole(place, {**rules.described, "begun_at": clock.text(now)})
            kept = json.loads(self.fs.cat_file(place))
        if others := differences(kept, rules.described):
            raise ArgumentProblem(
                f"{self.url}: begun with other rules ({'; '.join(others)}): name another --dataset, or what it was begun with"
            )

    def done(self) -> frozenset[int]:
        """The files that have a part, each as the number that ends its name (small, for tens of thousands of them). On the
        way, what processes that died left of parts is removed, a day later."""
        with self._trouble("list"):
            self.fs.invalidate_cache()
            found = set()
            for entry in self.fs.ls(f"{self.root}/parts", detail=True):
                name = posixpath.basename(entry["name"])
                if name.endswith(_SUFFIX):
                    found.add(number(name.removesuffix(_SUFFIX)))
                elif name.endswith(_TMP) and self._local and entry["mtime"] < time.time() - OLD:
                    self.fs.rm_file(entry["name"])
            return frozenset(found)

    def part(self, name: str) -> str:
        """Where a part is, as `fs` names it."""
        return f"{self.root}/parts/{name}{_SUFFIX}"

    def has(self, name: str) -> bool:
        """Whether a file's part is there."""
        with self._trouble("look into"):
            self.fs.invalidate_cache()
            return bool(self.fs.exists(self.part(name)))

    def facts(self, name: str) -> dict[str, str] | None:
        """What a part's footer tells of its file; None: there is no part. Raises ValueError for what is none of ours."""
        from pyarrow.parquet import read_metadata

        if not self.has(name):
            return None
        with self._trouble("read"), self.fs.open(self.part(name), "rb") as file:
            return part.facts(read_metadata(file).metadata)

    @contextmanager
    def making(self, name: str) -> Iterator[Path]:
        """A local file to write a part to, which is the dataset's when the block has ended; else nothing of it is left.

        Where the dataset is local it is made beside its final place, fsynced and renamed; elsewhere in the folder for temporary
        files, and put whole (`PUT_WHOLE`), or under a temporary name and moved."""
        folder = Path(self.part(name)).parent if self._local else Path(tempfile.gettempdir())
        temporary = folder / f"{name}.{uuid.uuid4().hex[:8]}{_TMP}"
        try:
            yield temporary
            with self._trouble("put a part into"):
                self._put(temporary, self.part(name))
                self.clear(name)
        finally:
            temporary.unlink(missing_ok=True)

    def fail(self, name: str, told: Mapping[str, Any], *, now: float) -> None:
        """Keep why a file has no part."""
        with self._trouble("write"):
            self._whole(f"{self.root}/failed/{name}.json", {**told, "at": clock.text(now)})

    def clear(self, name: str) -> None:
        """Take away that a file failed."""
        with suppress(FileNotFoundError):
            self.fs.rm_file(f"{self.root}/failed/{name}.json")

    def failures(self) -> int:
        """How many files have failed and have no part."""
        with self._trouble("list"):
            self.fs.invalidate_cache()
            return sum(str(each).endswith(".json") for each in self.fs.ls(f"{self.root}/failed", detail=False))

    @property
    def _local(self) -> bool:
        return "file" in _protocols(self.fs)

    def _put(self, made: Path, place: str) -> None:
        if self._local:
            _durable(made, Path(place))
        elif PUT_WHOLE & _protocols(self.fs):
            self.fs.put_file(str(made), place)
        else:
            beside = f"{place}.{uuid.uuid4().hex[:8]}{_TMP}"
            self.fs.put_file(str(made), beside)
            self.fs.mv(beside, place)

    def _whole(self, place: str, told: Mapping[str, Any]) -> None:
        """Write a small JSON file, whole."""
        folder = Path(place).parent if self._local else Path(tempfile.gettempdir())
        made = folder / f"{posixpath.basename(place)}.{uuid.uuid4().hex[:8]}{_TMP}"
        try:
            made.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            self._put(made, place)
        finally:
            made.unlink(missing_ok=True)

    @contextmanager
    def _trouble(self, what: str) -> Iterator[None]:
        try:
            yield
        except DatasetProblem:
            raise
        except OSError as error:
            said = error.strerror or f"{type(error).__name__}: {error}"
            raise DatasetProblem(error.errno or 0, f"cannot {what} the dataset: {said}", self.url) from error


def opened(url: str) -> Dataset:
    """The dataset at a path or URL. Raises ArgumentProblem where fsspec cannot reach such a URL here."""
    from fsspec.core import url_to_fs

    url = address(url).rstrip("/")
    try:
        fs, root = url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise ArgumentProblem(f"{url}: {error}") from error
    return Dataset(url, fs, str(root).rstrip("/"))


def number(name: str) -> int:
    """The 64 bits that a name ends with."""
    try:
        return int(name[-_HEX:], 16)
    except ValueError:
        return -1  # no name of ours


def _protocols(fs: AbstractFileSystem) -> set[str]:
    return {fs.protocol} if isinstance(fs.protocol, str) else set(fs.protocol)


def _durable(made: Path, place: Path) -> None:
    """Under its name only when the disk has all of it."""
    with made.open("rb") as file:
        os.fsync(file.fileno())
    made.replace(place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
