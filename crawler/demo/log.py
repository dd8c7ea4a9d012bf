"""The demo server's own log: one record a request, and the figures that politeness is judged by."""

from __future__ import annotations

import json
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `began`, `ended`: seconds of the server's monotonic clock; `at`: epoch seconds when it began.
    `host` bears the port. `status` 0: the client went, or a fault gave no answer. `in_flight`: requests under way to
    that host when it began, itself included. `sent`: bytes handed over, head included."""

    host: str
    method: str
    path: str
    query: str
    status: int
    began: float
    ended: float
    at: float
    in_flight: int
    conditional: bool
    user_agent: str
    sent: int

    @property
    def url(self) -> str:
        return f"http://{self.host}{self.path}" + (f"?{self.query}" if self.query else "")


class Log:
    """Records in the order in which requests ended; safe to read from other threads. With `file`, each record is also a
    line of JSON there at once."""

    def __init__(self, file: Path | None = None) -> None:
        self._requests: list[Request] = []
        self._lock = threading.Lock()
        self._stream: TextIO | None = file.open("a", encoding="utf-8", buffering=1) if file else None

    def add(self, request: Request) -> None:
        with self._lock:
            self._requests.append(request)
            if self._stream is not None:
                self._stream.write(_line(request))

    def close(self) -> None:
        """Close the file; the records stay."""
        with self._lock:
            if self._stream is not None:
                self._stream.close()
                self._stream = None

    def clear(self) -> None:
        with self._lock:
            self._requests.clear()

    def write(self, file: Path) -> None:
        """All records so far as JSON lines."""
        file.write_text("".join(map(_line, self)), encoding="utf-8")

    def __len__(self) -> int:
        return len(self._requests)

    def __iter__(self) -> Iterator[Request]:
        with self._lock:
            return iter(list(self._requests))


def _line(request: Request) -> str:
    return json.dumps(asdict(request), ensure_ascii=False) + "\n"


def read(file: Path) -> list[Request]:
    """The records of a log file (one that is still being written, too: a last half line is left out)."""
    whole, _, _ = file.read_text(encoding="utf-8").rpartition("\n")
    return [Request(**json.loads(line)) for line in whole.splitlines() if line]


def by_url(requests: Iterable[Request]) -> Counter[str]:
    """URL -> how often it was asked for."""
    return Counter(request.url for request in requests)


def most_in_flight(requests: Iterable[Request]) -> dict[str, int]:
    """Host -> the most requests under way at one moment."""
    most: dict[str, int] = defaultdict(int)
    for request in requests:
        most[request.host] = max(most[request.host], request.in_flight)
    return dict(most)


def start_gap(requests: Iterable[Request]) -> dict[str, float]:
    """Host -> seconds between the two starts that lay closest together; hosts with one request are left out."""
    return {
        host: min(later.began - earlier.began for earlier, later in pairwise(ordered))
        for host, ordered in _ordered(requests)
    }


def rest(requests: Iterable[Request]) -> dict[str, float]:
    """Host -> the shortest time in seconds from the end of one request to the start of the next, negative where they
    overlapped; hosts with one request are left out."""
    return {
        host: min(later.began - earlier.ended for earlier, later in pairwise(ordered))
        for host, ordered in _ordered(requests)
    }


def _ordered(requests: Iterable[Request]) -> Iterator[tuple[str, list[Request]]]:
    hosts: dict[str, list[Request]] = defaultdict(list)
    for request in requests:
        hosts[request.host].append(request)
    for host, found in hosts.items():
        if len(found) > 1:
            yield host, sorted(found, key=lambda request: request.began)
