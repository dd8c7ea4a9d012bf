"""A dataset: a folder of parts at a path or at any URL that fsspec writes to. Its parts are the ledger: a file whose part is
there is done.

    run.json               what all parts are made with (`rules.Rules.described`), and when it was begun; whoever writes it
                           first, its rules are those of all
    parts/NAME.parquet     one a WARC file (`part.py`); there whole, or not at all
    failed/NAME.json       a file without a part: its address, why, when; a part that comes later takes it away

NAME is the WARC file's stem, a dash, and 16 hex digits of the SHA-256 of its whole address: the order of names is that of
files, and a task that is done twice writes the same name.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
import tempfile
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from crawler.arguments import ArgumentProblem
from crawler.cluster import part
from crawler.cluster.rules import as_begun, differences
from crawler.cluster.whole import OURS, TMP, old, renamed, renames
from storage import clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fsspec import AbstractFileSystem

    from crawler.cluster.rules import Rules

PUT_WHOLE: Final = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "oss", "r2", "memory"})
"""Protocols whose stores show an object only when all of it is there."""

SHARED: Final = "it must be a place that all machines share and may write to"

_SUFFIX: Final = ".parquet"
_HEX: Final = 16
_NONE: Final = -1
"""The number of what is no name of ours."""
_LONGEST: Final = 120
_ODD = re.compile(r"[^A-Za-z0-9._-]+")
_ENDS = re.compile(r"(?:\.warc)?(?:\.gz)?$", re.IGNORECASE)
_FILE = re.compile(r"^file://(?:localhost(?=/))?", re.IGNORECASE)
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*(?:::|://)", re.IGNORECASE)


class DatasetProblem(OSError):
    """The dataset cannot be written or read: no file's fault, and no other file would fare better. Made of an error number,
    what the matter is, and the dataset's URL."""

    def __str__(self) -> str:
        return f"{self.filename}: {self.strerror}"


def address(place: str) -> str:
    """A file's whole address: a URL as it is, a local path (also as `file://`) made absolute."""
    place = _FILE.sub("", place)
    return place if _SCHEME.match(place) else str(Path(place).absolute())


def file_name(url: str) -> str:
    """The name of the file at an address, without folders; of a URL without its query."""
    return posixpath.basename((url if url.startswith("/") else url.partition("?")[0]).rstrip("/"))


def name_of(url: str) -> str:
    """The name of a file's part, by its whole address (of a URL also its query)."""
    stem = _ODD.sub("_", _ENDS.sub("", file_name(url)))[:_LONGEST]
    return f"{stem}-{hashlib.sha256(url.encode()).hexdigest()[:_HEX]}"


@dataclass(frozen=True, slots=True)
class Dataset:
    """`url` is where it is, `fs` and `root` what fsspec makes of that."""

    url: str
    fs: AbstractFileSystem
    root: str

    def begin(self, rules: Rules, *, now: float) -> Rules:
        """Make the folders and run.json; where they are, see that it was begun by the same rules. Answers the rules that it
        was begun with: these, but for the learned ones, which are those of run.json.

        Raises ArgumentProblem where it was begun with others or cannot be whole there, DatasetProblem where it cannot be
        read or written."""
        if not self._local and not PUT_WHOLE & _protocols(self.fs) and not renames(self.fs):
            raise ArgumentProblem(
                f"{self.url}: no place for a dataset: a part could be there by half (fsspec can neither put a file whole nor"
                " rename it there): name a folder that all machines share, or an object store (s3://, gs://, abfs://)"
            )
        with self._trouble("begin"):
            for folder in ("parts", "failed"):
                self.fs.makedirs(f"{self.root}/{folder}", exist_ok=True)
            self.fs.invalidate_cache()
            if not self.fs.exists(self._run):
                self._whole(self._run, {**rules.described, "begun_at": clock.text(now)}, first=True)
        return self.begun(rules)

    def begun(self, rules: Rules) -> Rules:
        """`begin` where run.json is there: what it was begun with. Raises as that does."""
        with self._trouble("read run.json of"):
            found = self.fs.cat_file(self._run)
        try:
            kept = json.loads(found)
            same = as_begun(rules, kept)
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise ArgumentProblem(
                f"{self.url}: its run.json is damaged ({type(error).__name__}: {error}): name another --dataset, or put back"
                " the run.json that its parts were made with"
            ) from error
        if others := differences(kept, same.described):
            raise ArgumentProblem(
                f"{self.url}: begun with other rules ({'; '.join(others)}): name another --dataset, or what it was begun with"
            )
        return same

    def done(self) -> frozenset[int]:
        """The files that have a part, each as the number that ends its name (small, for tens of thousands of them). On the
        way goes what is of no use any more: word of a failure where there is a part, and, a day later, what processes that
        died left."""
        with self._trouble("list"):
            self.fs.invalidate_cache()
            parts, failed = self._entries("parts"), self._entries("failed")
            found = {number(name.removesuffix(_SUFFIX)) for name in parts if name.endswith(_SUFFIX)} - {_NONE}
            for name in failed:
                if name.endswith(".json") and number(name.removesuffix(".json")) in found:
                    self.clear(name.removesuffix(".json"))
            for entries in (parts, failed, self._entries("")):
                for name, entry in entries.items():
                    if name.endswith(TMP) and old(entry):
                        with suppress(FileNotFoundError):  # another run does the same
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
        beside = Path(self.part(name)).parent / name
        temporary = beside if self._local else Path(tempfile.gettempdir()) / f"{OURS}{name}"
        temporary = temporary.with_name(f"{temporary.name}.{uuid.uuid4().hex[:8]}{TMP}")
        with self._trouble("make a part in", SHARED):
            temporary.touch()  # whether it can be made says nothing of the file that it is of
        try:
            yield temporary
            with self._trouble("put a part into", SHARED):
                self._put(temporary, self.part(name))
                self.clear(name)
        finally:
            temporary.unlink(missing_ok=True)

    def fail(self, name: str, told: Mapping[str, Any], *, now: float) -> None:
        """Keep why a file has no part, unless it has one by now."""
        with self._trouble("write"):
            self._whole(f"{self.root}/failed/{name}.json", {**told, "at": clock.text(now)})
        if self.has(name):
            self.clear(name)

    def clear(self, name: str) -> None:
        """Take away that a file failed."""
        with suppress(FileNotFoundError):
            self.fs.rm_file(f"{self.root}/failed/{name}.json")

    @property
    def _run(self) -> str:
        return f"{self.root}/run.json"

    def _entries(self, folder: str) -> dict[str, dict[str, Any]]:
        """What is in a folder, by name; nothing where it is not there: an object store has no empty folders."""
        with suppress(FileNotFoundError):
            found = self.fs.ls(f"{self.root}/{folder}".rstrip("/"), detail=True)
            return {posixpath.basename(entry["name"]): entry for entry in found}
        return {}

    @property
    def _local(self) -> bool:
        return "file" in _protocols(self.fs)

    def _put(self, made: Path, place: str, *, first: bool = False) -> None:
        if self._local:
            renamed(made, Path(place), first=first)
        elif PUT_WHOLE & _protocols(self.fs):
            self.fs.put_file(str(made), place)
        else:
            beside = f"{place}.{uuid.uuid4().hex[:8]}{TMP}"
            self.fs.put_file(str(made), beside)
            self.fs.mv(beside, place)

    def _whole(self, place: str, told: Mapping[str, Any], *, first: bool = False) -> None:
        """Write a small JSON file, whole. `first`: whoever comes first, where the place can tell."""
        folder = Path(place).parent if self._local else Path(tempfile.gettempdir())
        made = folder / f"{OURS}{posixpath.basename(place)}.{uuid.uuid4().hex[:8]}{TMP}"
        try:
            made.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            self._put(made, place, first=first)
        finally:
            made.unlink(missing_ok=True)

    @contextmanager
    def _trouble(self, what: str, hint: str = "") -> Iterator[None]:
        try:
            yield
        except DatasetProblem:
            raise
        except OSError as error:
            said = error.strerror or f"{type(error).__name__}: {error}"
            where = f" ({error.filename})" if error.filename is not None else ""
            told = f"cannot {what} the dataset: {said}{where}" + (f"; {hint}" if hint else "")
            raise DatasetProblem(error.errno or 0, told, self.url) from error


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
        return _NONE


def _protocols(fs: AbstractFileSystem) -> set[str]:
    return {fs.protocol} if isinstance(fs.protocol, str) else set(fs.protocol)
