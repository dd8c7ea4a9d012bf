"""The demo's two hosts as a function of what has happened and what is asked; no sockets here.

What is served is fixed by the base time, the events that have happened and the clock, so that a page that nobody
touched stays the same byte for byte and can be answered with 304.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from crawler.demo import routes
from crawler.demo.answers import Response, conditional, text
from crawler.demo.events import Event, happen, load_events
from crawler.demo.expected import Expected, conclude
from crawler.demo.generated import generated_story
from crawler.demo.stories import MOSCOW, OUTLET_HOST, Story, load, read_texts

FIRST_GENERATED = 2000001
FIRST_FRESH = 2160001


class Site:
    """The agency and its outlet. `clock` gives epoch seconds; stories' ages count from `base_time` (default: now).

    Hosts: `outlet.test` is the outlet, any other name the agency (a mirror under that name, for tests with more hosts).
    `crawl_delay`: host -> seconds said in its robots.txt. `stage` counts what has happened since the beginning.
    `extra`: more stories; `scripted=False`: these alone, without events and odd pages.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        base_time: float | None = None,
        *,
        extra: Mapping[int, Story] | None = None,
        scripted: bool = True,
    ) -> None:
        self._clock = clock
        self._ahead = 0.0
        self.base_time = clock() if base_time is None else base_time
        written = load(self.base_time) if scripted else {}
        self._stages: list[Mapping[int, Story]] = [{**(extra or {}), **written}]
        self.upcoming: list[Event] = list(load_events()) if scripted else []
        self.odd_pages: tuple[routes.OddPage, ...] = tuple(read_texts("odd_pages")["page"]) if scripted else ()
        self.crawl_delay: dict[str, float] = {}
        self._every: float | None = None
        self._next_fresh = 0.0
        self._fresh = 0
        self._changing = threading.RLock()  # tests publish from their thread, the server's loop catches up in its own

    @classmethod
    def with_archive(
        cls,
        days: int,
        per_day: int,
        *,
        clock: Callable[[], float] = time.time,
        base_time: float | None = None,
        scripted: bool = True,
    ) -> Site:
        """A site with `per_day` generated stories more on each of the `days` whole days (Moscow's) before the base
        time's; without the written stories, the events and the odd pages if not `scripted`."""
        base = clock() if base_time is None else base_time
        midnight = datetime.fromtimestamp(base, MOSCOW).replace(hour=0, minute=0, second=0, microsecond=0)
        extra: dict[int, Story] = {}
        for day in range(days, 0, -1):
            start = (midnight - timedelta(days=day)).timestamp()
            for nth in range(per_day):
                number = FIRST_GENERATED + len(extra)
                extra[number] = generated_story(number, start + int((nth + 0.5) * routes.DAY / per_day))
        return cls(clock, base, extra=extra, scripted=scripted)

    @property
    def now(self) -> float:
        return self._clock() + self._ahead

    @property
    def stage(self) -> int:
        return len(self._stages) - 1

    @property
    def stories(self) -> Mapping[int, Story]:
        """The current version of every story, by id."""
        return self._stages[-1]

    def advance(self, seconds: float) -> None:
        """Move the site's clock forward."""
        self._ahead += seconds

    def publish(self, count: int = 1) -> list[Event]:
        """Let the next `count` scripted events happen; returns them, fewer at the end of the script."""
        with self._changing:
            done, self.upcoming = self.upcoming[:count], self.upcoming[count:]
            for event in done:
                self._stages.append(happen(self.stories, event, self.now))
            return done

    def publish_all(self) -> list[Event]:
        return self.publish(len(self.upcoming))

    def publish_fresh(self, at: float | None = None) -> Story:
        """Publish one more generated story, at the present or at `at`."""
        with self._changing:
            story = generated_story(FIRST_FRESH + self._fresh, self.now if at is None else at)
            self._fresh += 1
            self._stages.append({**self.stories, story.id: story})
            return story

    def publish_every(self, seconds: float | None) -> None:
        """From now on a generated story every so many seconds, published to the moment; None: no more."""
        self._every = seconds
        self._next_fresh = self.now + (seconds or 0.0)

    def catch_up(self) -> None:
        """Publish what `publish_every` owes until now; every answer begins with it."""
        with self._changing:
            while self._every is not None and self._next_fresh <= self.now:
                self.publish_fresh(self._next_fresh)
                self._next_fresh += self._every

    def expected(self, *looks: int) -> Expected:
        """What a crawler should know that looked at the site at these stages, in their order (default: first and
        present)."""
        chosen = [self._stages[look] for look in looks or (0, self.stage)]
        return conclude(chosen, self.odd_pages)

    def respond(self, method: str, host: str, target: str, headers: Mapping[str, str] | None = None) -> Response:
        """Answer one request. `host` may bear a port, which then stands in every link; `target` is path and query."""
        if method not in ("GET", "HEAD"):
            return text(405, "only GET and HEAD")
        self.catch_up()
        name = host.partition(":")[0].lower()
        moment = routes.Moment(
            origin=f"http://{host}",
            now=self.now,
            base_time=self.base_time,
            stories=self.stories,
            first=self._stages[0],
            odd_pages=self.odd_pages,
            crawl_delay=self.crawl_delay.get(name),
        )
        answer = (routes.outlet if name == OUTLET_HOST else routes.agency)(moment, urlsplit(target).path)
        return conditional(answer, {key.lower(): value for key, value in (headers or {}).items()})
