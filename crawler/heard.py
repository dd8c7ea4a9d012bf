"""Signals of a crawl that are sent only where somebody hears them.

Scrapy sends a dozen signals for each request, and looks for their receivers in four places each time; most have none.
"""

from __future__ import annotations

from typing import Any

from pydispatch import dispatcher  # type: ignore[import-untyped]
from scrapy.signalmanager import SignalManager

_NONE: dict[Any, Any] = {}


def is_heard(signal: Any, sender: Any) -> bool:
    """Whether anything is connected to a signal of this sender, to all of its signals, or to those of every sender."""
    for who in (sender, dispatcher.Any):
        connected = dispatcher.connections.get(id(who), _NONE)
        if signal in connected or dispatcher.Any in connected:
            return True
    return False


class HeardSignals(SignalManager):
    """Scrapy's signals of a crawl; one that nobody hears is not made."""

    def send_catch_log(self, signal: Any, **kwargs: Any) -> list[tuple[Any, Any]]:
        return super().send_catch_log(signal, **kwargs) if self._is_heard(signal, kwargs) else []

    async def send_catch_log_async(self, signal: Any, **kwargs: Any) -> list[tuple[Any, Any]]:
        return await super().send_catch_log_async(signal, **kwargs) if self._is_heard(signal, kwargs) else []

    def _is_heard(self, signal: Any, named: dict[str, Any]) -> bool:
        return is_heard(signal, named.get("sender", self.sender))
