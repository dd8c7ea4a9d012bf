"""`on_alert`: a command of the operator's that is told when a source's state turns bad, or good again.

It is given the facts as environment variables and as one line of JSON on standard input; what it prints goes to the log. It
runs beside the crawl, without a shell, in a group of its own that is killed after `LIMIT_SECONDS`, once at a time for each
source, over all processes of a database. A state is noted as told when the command has ended with status 0, so that a crash
in between tells it again, and a command that failed is tried again, at most three times for each trouble (`storage.alerts`
counts). A change from one bad state to another, and to a good one, is told
when it has lasted `CALM_SECONDS`: a source that flaps tells its first trouble and then nothing until it has settled.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from crawler import terminal
from storage import clock
from storage.alerts import AGAIN_SECONDS, TRIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.health import Standing
    from storage.store import Store

LIMIT_SECONDS: Final = 30.0
CALM_SECONDS: Final = 1800.0
CLAIM_SECONDS: Final = 30.0
"""Beyond its limit a command that nothing was heard of counts as still running for so long: its process may be busy."""

MOST_OUTPUT: Final = 8192
LONGEST: Final = 4096
"""Characters of a variable: the system refuses a command whose environment is too long."""

GOOD: Final = frozenset({"ok", "never_run"})

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Alert:
    """What the command is told: `source` is in `state`, was in `was` when it was told last; the rest as in `source_health`."""

    source: str
    state: str
    was: str
    why: str | None
    since: str
    judged_at: str
    database: str

    def as_dict(self) -> dict[str, str | None]:
        """Name -> value, of the JSON line."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def as_environment(self) -> dict[str, str]:
        """`DATELINE_SOURCE`, `DATELINE_STATE` …; without a reason `DATELINE_WHY` is empty. Each in one line without control
        signs, for a reason may hold a page's words, and scripts read `env` line by line."""
        return {
            f"DATELINE_{name.upper()}": terminal.line(value or "")[:LONGEST] for name, value in self.as_dict().items()
        }


def due(standing: Standing, alerted: str | None, now: float) -> bool:
    """Whether a standing is to be told of, `alerted` being the state that was told last (None: none)."""
    was = alerted or "ok"
    if standing.state == was or (standing.state in GOOD and was in GOOD):
        return False
    return was in GOOD or now - standing.since >= CALM_SECONDS


class Alerts:
    """The hooks of one process. `command` empty: nothing is told, and states count as told by none."""

    def __init__(self, command: Sequence[str], store: Store, *, limit: float = LIMIT_SECONDS) -> None:
        self._command = tuple(command)
        self._store = store
        self._limit = limit
        self._running: dict[str, asyncio.Task[None]] = {}

    def heed(self, source: str, standing: Standing, *, alerted: str | None, now: float) -> None:
        """Start the command where this standing is to be told of; never waits."""
        if not self._command or source in self._running or not due(standing, alerted, now):
            return
        alert = Alert(
            source=source,
            state=standing.state,
            was=alerted or "ok",
            why=standing.why,
            since=clock.text(standing.since),
            judged_at=clock.text(standing.judged_at),
            database=str(self._store.path),
        )
        task = asyncio.get_running_loop().create_task(self._tell(alert, standing, alerted, now))
        self._running[source] = task
        task.add_done_callback(lambda _: self._running.pop(source, None))

    async def close(self, patience: float | None = None) -> None:
        """Wait for the commands that still run, each of which ends within its limit; those that `patience` (seconds) is too
        short for are killed, and told again by the next process."""
        if self._running:
            _, late = await asyncio.wait(self._running.values(), timeout=patience)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    async def _tell(self, alert: Alert, standing: Standing, alerted: str | None, now: float) -> None:
        lasts = self._limit + CLAIM_SECONDS
        claimed = self._store.claim_alert(alert.source, standing, alerted=alerted, now=now, lasts=lasts)
        if not await asyncio.wrap_future(claimed):
            return
        try:
            status, output = await run(self._command, alert, self._limit)
        except (OSError, ValueError) as error:
            status, output = None, str(error)
        for line in output.splitlines():
            logger.info("on_alert for %s: %s", alert.source, line)
        if status == 0:
            await asyncio.wrap_future(self._store.alert_told(alert.source, alert.state))
            return
        tries = await asyncio.wrap_future(self._store.alert_failed(alert.source, standing, now=now))
        logger.error(
            "on_alert (%s) for %s, which is %s, %s; %s", self._command[0], alert.source, alert.state,
            "could not be started: " + output if status is None else f"ended with status {status}",
            "given up" if tries >= TRIES else f"tried again in {AGAIN_SECONDS:.0f} s at the earliest",
        )  # fmt: skip


async def run(command: Sequence[str], alert: Alert, limit: float) -> tuple[int, str]:
    """Run the command to its end, or to its limit; its exit status (negative: the signal that ended it), and the
    beginning of what it printed. Raises OSError where it cannot be started."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ | alert.as_environment(),
        start_new_session=True,
    )
    reading = asyncio.ensure_future(_printed(process))
    try:
        async with asyncio.timeout(limit):
            await _given(process, terminal.dumps(alert.as_dict()) + "\n")
            await process.wait()
    except TimeoutError:
        logger.warning("on_alert for %s did not end within %g s and is killed", alert.source, limit)
    finally:
        # Also what it left behind in its group: that would hold the pipe open.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    status = await process.wait()
    _, late = await asyncio.wait({reading}, timeout=1.0)
    for task in late:  # somebody outside the group holds the pipe
        task.cancel()
    return status, "" if late else reading.result()


async def _given(process: asyncio.subprocess.Process, line: str) -> None:
    """The line on its standard input; a command that does not read it is free to."""
    assert process.stdin is not None, "it is a pipe"
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(line.encode())
        await process.stdin.drain()
    process.stdin.close()


async def _printed(process: asyncio.subprocess.Process) -> str:
    """The first `MOST_OUTPUT` bytes that it prints; the rest is read, so that it can go on, and dropped."""
    assert process.stdout is not None, "it is a pipe"
    kept = b""
    while part := await process.stdout.read(65536):
        kept += part[: MOST_OUTPUT - len(kept)]
    return kept.decode("utf-8", "replace")
