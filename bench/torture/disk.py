"""A disk that may lose what was not synced: from the record of `disk_log.c` to the folder as it is after a power cut.

What a file holds for certain is what it held at its last fsync; which names lead to which files, what the folder held at its
own last fsync. Everything since then may or may not be there: `LOSSES` says how. A sector of 512 bytes is whole, and writing
one damages no other, which SQLite takes for granted, too (`SQLITE_IOCAP_POWERSAFE_OVERWRITE`).
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator, Sequence

SOURCE = Path(__file__).with_name("disk_log.c")
SECTOR = 512
HEAD = struct.Struct("<cxHIQ")
FOLDER = "."

Loss = Literal["all", "random", "torn", "prefix"]
LOSSES: tuple[Loss, ...] = ("all", "random", "torn", "prefix")
"""`all`: nothing unsynced is left. `random`: each unsynced operation is there or not. `torn`: each unsynced sector. `prefix`:
the disk did all in order, up to some unsynced operation."""


class NoCompiler(RuntimeError):
    """There is no C compiler to make the record's library with."""


def library(folder: Path) -> Path:
    """`disk_log.c` compiled into `folder`. Raises NoCompiler, RuntimeError with what the compiler said."""
    name = os.environ.get("CC", "cc")
    compiler = shutil.which(name)
    if compiler is None:
        raise NoCompiler(
            f"{SOURCE.name} is compiled at run time and there is no C compiler {name!r}: install one, or set CC"
        )
    made = folder / "disk_log.so"
    command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(made), str(SOURCE), "-ldl", "-lpthread"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{SOURCE.name} could not be compiled by {compiler}: {done.stderr.strip()}")
    return made


def recorded(made: Path, watched: Path, record: Path) -> dict[str, str]:
    """The environment of a process whose operations on the files of a folder are to be recorded."""
    return {**os.environ, "LD_PRELOAD": str(made), "DISK_LOG_FOLDER": str(watched), "DISK_LOG_FILE": str(record)}


@dataclass(frozen=True, slots=True)
class Operation:
    """One call: C made, W written, T cut to a size, S synced, U removed, R renamed to `data`, L also named `data`."""

    what: str
    name: str
    at: int = 0
    data: bytes = b""


def operations(record: bytes) -> list[Operation]:
    """The record in order. Raises ValueError where it ends within an entry."""
    found, place = [], 0
    while place < len(record):
        if len(record) - place < HEAD.size:
            raise ValueError(f"the record ends within the head of an entry at {place}")
        what, name, size, at = HEAD.unpack_from(record, place)
        place += HEAD.size
        if len(record) - place < name + size:
            raise ValueError(f"the record ends within an entry at {place}")
        data = record[place + name : place + name + size]
        found.append(Operation(what.decode(), record[place : place + name].decode(), at, data))
        place += name + size
    return found


@dataclass(slots=True)
class File:
    """What is on the disk for certain, and what was done since, with its place in the whole order."""

    synced: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, Operation]] = field(default_factory=list)


@dataclass(slots=True)
class Disk:
    """A folder to which operations are done. `names`: as the process sees them; `synced`: as they are on the disk."""

    names: dict[str, File] = field(default_factory=dict)
    synced: dict[str, File] = field(default_factory=dict)
    pending: list[tuple[int, Operation, File]] = field(default_factory=list)
    done: int = 0

    def do(self, operation: Operation) -> None:
        self.done += 1
        name, place = operation.name, self.done
        match operation.what:
            case "C":
                file = self.names[name] = File()
                self.pending.append((place, operation, file))
            case "U":
                self.pending.append((place, operation, self.names.pop(name)))
            case "R":
                file = self.names.pop(name)
                self.names[operation.data.decode()] = file
                self.pending.append((place, operation, file))
            case "L":
                file = self.names[operation.data.decode()] = self.names[name]
                self.pending.append((place, operation, file))
            case "S" if name == FOLDER:
                for _, entry, file in self.pending:
                    _enter(self.synced, entry, file)
                self.pending.clear()
            case "S":
                file = self.names[name]
                for _, each in file.pending:
                    _write(file.synced, each)
                file.pending.clear()
            case "W" | "T":
                self.names[name].pending.append((place, operation))
            case other:
                raise ValueError(f"no operation {other!r}")

    def after(self, loss: Loss, chance: random.Random) -> dict[str, bytes]:
        """Name -> content of every file that is there when the power comes back."""
        kept = _kept(loss, chance, self._unsynced())
        names = dict(self.synced)
        for place, entry, file in self.pending:
            if kept(place):
                _enter(names, entry, file)
        return {name: bytes(_content(file, kept, loss, chance)) for name, file in names.items()}

    def _unsynced(self) -> list[int]:
        files = {id(file): file for file in (*self.names.values(), *self.synced.values())}
        files |= {id(file): file for _, _, file in self.pending}
        return sorted(
            [place for place, *_ in self.pending] + [place for file in files.values() for place, _ in file.pending]
        )


def _enter(names: dict[str, File], entry: Operation, file: File) -> None:
    """A change of the folder, where what it changes is there."""
    if entry.what == "C":
        names[entry.name] = file
    elif entry.what == "L":
        names[entry.data.decode()] = file
    elif names.get(entry.name) is file:
        del names[entry.name]
        if entry.what == "R":
            names[entry.data.decode()] = file


def _write(content: bytearray, operation: Operation) -> None:
    end = operation.at + len(operation.data)
    if len(content) < end:
        content.extend(bytes(end - len(content)))  # a hole reads as zeros
    if operation.what == "T":
        del content[operation.at :]
    else:
        content[operation.at : end] = operation.data


def _kept(loss: Loss, chance: random.Random, unsynced: Sequence[int]) -> Callable[[int], bool]:
    """Which unsynced operations the disk did."""
    if loss == "all":
        return lambda _: False
    if loss == "prefix":
        last = chance.choice([0, *unsynced])
        return lambda place: place <= last
    drawn = {place: chance.random() < 0.5 for place in unsynced}
    return drawn.__getitem__


def _content(file: File, kept: Callable[[int], bool], loss: Loss, chance: random.Random) -> bytearray:
    content = bytearray(file.synced)
    for place, operation in file.pending:
        if loss == "torn" and operation.what == "W":
            for part in _sectors(operation):
                if chance.random() < 0.5:
                    _write(content, part)
        elif kept(place):
            _write(content, operation)
    return content


def _sectors(operation: Operation) -> Iterator[Operation]:
    """A write, parted where the disk's sectors end."""
    start, end = operation.at, operation.at + len(operation.data)
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        yield replace(operation, at=start, data=operation.data[start - operation.at : stop - operation.at])
        start = stop


def restore(image: dict[str, bytes], folder: Path) -> None:
    """Write what is left into an empty folder."""
    for name, content in image.items():
        (folder / name).write_bytes(content)
