"""Signals of a crawl that are sent only where somebody hears them, and straight to who does.

Scrapy sends a dozen signals for each request, and looks for their receivers in four places each time; most have none. Of a
receiver it asks at each call which names it takes.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from types import MethodType
from typing import TYPE_CHECKING, Any

from pydispatch import dispatcher  # type: ignore[import-untyped]
from pydispatch.saferef import BoundMethodWeakref  # type: ignore[import-untyped]
from scrapy.exceptions import StopDownload
from scrapy.signalmanager import SignalManager
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

if TYPE_CHECKING:
    from types import CodeType

_NONE: dict[Any, Any] = {}
_TAKES_ANY = 8
"""CO_VARKEYWORDS of `inspect`."""

logger = logging.getLogger("scrapy.utils.signal")


def is_heard(signal: Any, sender: Any) -> bool:
    """Whether anything is connected to a signal of this sender, to all of its signals, or to those of every sender."""
    for who in (sender, dispatcher.Any):
        connected = dispatcher.connections.get(id(who), _NONE)
        if signal in connected or dispatcher.Any in connected:
            return True
    return False


class HeardSignals(SignalManager):
    """Scrapy's signals of a crawl; one that nobody hears is not made."""

    def __init__(self, sender: Any = dispatcher.Anonymous) -> None:
        super().__init__(sender)
        self._takes: dict[CodeType, tuple[str, ...] | None] = {}

    def send_catch_log(self, signal: Any, **kwargs: Any) -> list[tuple[Any, Any]]:
        own = None if "sender" in kwargs else self._own(signal)
        if own is None:
            return super().send_catch_log(signal, **kwargs) if self._is_heard(signal, kwargs) else []
        if not own:
            return []
        quiet = kwargs.pop("dont_log", ())
        unlogged = (*(quiet if isinstance(quiet, Sequence) else (quiet,)), StopDownload)
        return [(receiver, self._sent(receiver, signal, kwargs, unlogged)) for receiver in own]

    async def send_catch_log_async(self, signal: Any, **kwargs: Any) -> list[tuple[Any, Any]]:
        return await super().send_catch_log_async(signal, **kwargs) if self._is_heard(signal, kwargs) else []

    def _is_heard(self, signal: Any, named: dict[str, Any]) -> bool:
        return is_heard(signal, named.get("sender", self.sender))

    def _own(self, signal: Any) -> Sequence[MethodType] | None:
        """The receivers, where all are methods that were connected to this signal of this sender and are held weakly: the
        usual ones, or none at all. None: to be found by Scrapy."""
        everybodys = dispatcher.connections.get(id(dispatcher.Any), _NONE)
        connected = dispatcher.connections.get(id(self.sender), _NONE)
        if signal in everybodys or dispatcher.Any in everybodys or dispatcher.Any in connected:
            return None
        found: list[MethodType] = []
        for weak in connected.get(signal, ()):
            receiver = weak() if isinstance(weak, BoundMethodWeakref) else None
            if type(receiver) is not MethodType:
                return None
            found.append(receiver)
        return found

    def _sent(
        self, receiver: MethodType, signal: Any, named: dict[str, Any], unlogged: tuple[type[BaseException], ...]
    ) -> Any:
        """What a receiver answers; a `Failure` where it raised, which is logged as Scrapy logs it."""
        try:
            answer = receiver(**self._taken(receiver, {"signal": signal, "sender": self.sender, **named}))
        except unlogged:
            return Failure()  # type: ignore[no-untyped-call]
        except Exception:
            logger.exception(
                "Error caught on signal handler: %(receiver)s",
                {"receiver": receiver},
                extra={"spider": named.get("spider")},
            )
            return Failure()  # type: ignore[no-untyped-call]
        if isinstance(answer, Deferred):
            logger.error(
                "Cannot return deferreds from signal handler: %(receiver)s",
                {"receiver": receiver},
                extra={"spider": named.get("spider")},
            )
        return answer

    def _taken(self, receiver: MethodType, named: dict[str, Any]) -> dict[str, Any]:
        """Those of the names that a receiver takes."""
        code: CodeType | None = getattr(receiver.__func__, "__code__", None)
        if code is None:
            return named
        if code not in self._takes:
            any_name = bool(code.co_flags & _TAKES_ANY)
            self._takes[code] = None if any_name else code.co_varnames[1 : code.co_argcount]
        names = self._takes[code]
        return named if names is None else {name: named[name] for name in names if name in named}
