"""Standard output of a command that goes on until it is stopped: by SIGTERM, by SIGINT, or because nobody reads any more.

Lines leave in pieces that a pipe takes at once, so a line is never torn, and a reader that stands still keeps nobody from
stopping us."""

from __future__ import annotations

import os
import select
import signal
import stat
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STOPPING = (signal.SIGTERM, signal.SIGINT)


class Outlet:
    """See `outlet`. `asked` is a descriptor that becomes readable when a signal has come."""

    def __init__(self, descriptor: int, asked: int) -> None:
        self._out = descriptor
        self._asked = asked
        self._piped = not stat.S_ISREG(os.fstat(descriptor).st_mode)

    def wait(self, seconds: float) -> bool:
        """Sleep so long, less when there is an end; whether to go on."""
        return self._ready(0, seconds)

    def put(self, lines: Iterable[str]) -> bool:
        """Write lines; False when there is an end before the last of them is written."""
        piece = b""
        for text in lines:
            encoded = f"{text}\n".encode()
            if piece and len(piece) + len(encoded) > select.PIPE_BUF:
                if not self._write(piece):
                    return False
                piece = b""
            piece += encoded
        return not piece or self._write(piece)

    def _write(self, piece: bytes) -> bool:
        """A piece longer than a pipe takes at once (one line of more than 4 KB) may have to wait for its reader."""
        if not self._ready(select.POLLOUT, None):
            return False
        while piece:
            try:
                piece = piece[os.write(self._out, piece[: select.PIPE_BUF]) :]
            except BrokenPipeError:
                return False
            except BlockingIOError:  # whoever started us made the pipe so
                select.select([], [self._out], [])
        return True

    def _ready(self, event: int, seconds: float | None) -> bool:
        """Whether to go on, once the output is ready for `event` or the time is over; the end of a pipe's reader and a
        signal wake it."""
        poller = select.poll()
        poller.register(self._asked, select.POLLIN)
        if self._piped:
            poller.register(self._out, event)
        elif event:
            seconds = 0.0
        found = dict(poller.poll(None if seconds is None else seconds * 1000))
        return self._asked not in found and not found.get(self._out, 0) & (select.POLLERR | select.POLLHUP)


@contextmanager
def outlet() -> Iterator[Outlet]:
    """Standard output, with SIGTERM and SIGINT as orderly ends while it lasts. A second SIGINT ends at once."""
    sys.stdout.flush()
    readable, writable = os.pipe()
    os.set_blocking(writable, False)

    def asked(number: int, _: object) -> None:
        os.write(writable, b"!")
        if number == signal.SIGINT:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, asked) for number in STOPPING}
    try:
        yield Outlet(sys.stdout.fileno(), readable)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(readable)
        os.close(writable)
