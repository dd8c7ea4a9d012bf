"""Connections that ask nothing are closed: the server waits for the head of a first request for ever, and a few hundred that
only stand open would lock everybody else out."""

from __future__ import annotations

import asyncio
from typing import Any

WAITS = 10.0
"""Seconds for the head of a request: what stands without one at two looks so far apart is closed."""


def hurried(protocol: Any, seconds: float = WAITS) -> Any:
    """An HTTP protocol of uvicorn (`cycle`: its request, None before the first) that closes such connections."""

    class Hurried(protocol):  # type: ignore[misc]
        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._look_again()

        def _look_again(self) -> None:
            if not self.transport.is_closing():
                asyncio.get_running_loop().call_later(seconds, self._look, self.cycle)

        def _look(self, before: Any) -> None:
            if self.cycle is before and (before is None or before.response_complete):
                self.transport.close()
            else:
                self._look_again()

    return Hurried
