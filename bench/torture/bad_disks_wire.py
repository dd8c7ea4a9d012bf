"""The writers of `bad_disks`: threads that save articles through one store, and remember what was acknowledged."""

from __future__ import annotations

import math
import random
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

from storage.models import Article, Decision, Ended, Ending, Outcome
from storage.store import Store

THREADS: Final = 4


@dataclass(slots=True)
class Wire:
    """Threads that save articles through one store until they are told to stop; `stored`: acknowledged id -> text."""

    store: Store
    draws: random.Random
    stored: dict[int, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    last: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)
    may: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def begin(self, size: int) -> None:
        self.may.set()
        self.threads = [threading.Thread(target=self._save, args=(part, size)) for part in range(THREADS)]
        for thread in self.threads:
            thread.start()

    def _save(self, part: int, size: int) -> None:
        number = 0
        while not self.stop.is_set():
            self.may.wait()
            number += 1
            key = f"{part}-{number}"
            text = f"Story {key}. " + "The harbour reopens. " * self.draws.randint(1, size)
            try:
                found = self._one(key, text)
            except Exception as error:  # noqa: BLE001 - a write that was dropped is the breach that is sought
                self.errors.append(f"{type(error).__name__}: {error}")
                return
            self.stored[found] = text
            self.last = time.monotonic()

    def _one(self, key: str, text: str) -> int:
        at = time.time()
        url = f"https://mercury.test/{key}"
        fetch = self.store.begin_record(None, "mercury", url, f"warc:x#{key}", at).result()
        assert fetch is not None
        article = Article(
            source="mercury",
            key=f"id:{key}",
            url=url,
            canonical_url=url,
            title=key,
            body=text,
            content_hash=key,
            extractor="t",
        )
        ended: Future[Ended] = self.store.end(
            Ending(fetch, Outcome("new"), at, article=article, decision=Decision("new", None, 0, "first"))
        )
        article_id = ended.result().article_id
        assert article_id is not None
        return article_id

    def wait_for(self, more: int, seconds: float = 60.0) -> bool:
        """Until so many more were stored."""
        until, goal = time.monotonic() + seconds, len(self.stored) + more
        while len(self.stored) < goal and time.monotonic() < until and not self.errors:
            time.sleep(0.005)
        return len(self.stored) >= goal

    def resumed_after(self, released: float) -> float:
        """Seconds from the release to the first write acknowledged after it; infinite when none came."""
        while self.last < released and time.monotonic() < released + 30 and not self.errors:
            time.sleep(0.005)
        return self.last - released if self.last >= released else math.inf

    def end(self) -> None:
        self.stop.set()
        self.may.set()
        for thread in self.threads:
            thread.join()
