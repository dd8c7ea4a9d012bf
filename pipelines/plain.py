"""What worker processes send back is read as plain data: a pickle runs code where it is read, and a worker that a hostile
page has taken over would write its own.

multiprocessing's pipes carry pickles. The parent reads its end by an unpickler that knows the shapes of answers and calls
nothing else; what holds more ends the pool, as a worker that dies does. (It does not make a prison of a worker: that runs as
the same user as the crawler.)
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import io
import pickle
import sys
import zlib
from multiprocessing import connection
from multiprocessing.reduction import register
from typing import Any, Final

LONGEST: Final = 256 * 2**20
"""Bytes of one answer."""

MOST: Final = 4 * 2**20
"""Bytes that what is packed may have: the parent reads it in one go, and each byte of a hostile one may be a list of 64. A
thousand addresses of 2,000 signs are half as many."""

_PEBBLE: Final = "pebble.common.types"
_OURS: Final = ("pebble.", "storage.", "crawler.", "pipelines.")
_PLAIN: Final = (str, datetime.date, datetime.timedelta, datetime.timezone)


_KNOWN: Final[dict[tuple[str, str], type]] = {}
"""The shapes that were asked for and are allowed, each by its own name, so no more than there are."""


class NotPlain(OSError):
    """A worker sent something that is no answer; an OSError, so that pebble calls its pool broken."""


class Unpickler(pickle.Unpickler):
    """Knows pebble's messages, our dataclasses and enumerations, exceptions, dates and texts: of modules that are loaded."""

    def find_class(self, module: str, name: str) -> Any:
        """Raises `NotPlain` for whatever is no shape of an answer."""
        if (known := _KNOWN.get((module, name))) is not None:
            return known
        found: Any = sys.modules.get(module)
        for part in name.split("."):
            found = getattr(found, part, None)
        if module == _PEBBLE and name == "RemoteException.rebuild_exception":
            return found
        # By its own name: a path (`Article.url.__objclass__`) has as many as a worker likes.
        named = isinstance(found, type) and (found.__module__, found.__qualname__) == (module, name)
        if named and _plain(found, module):
            _KNOWN[module, name] = found
            return found
        raise NotPlain(f"a worker process sent {module}.{name}, which is no part of an answer")


def _plain(kind: type, module: str) -> bool:
    if issubclass(kind, (Exception, *_PLAIN)):
        return True
    return module.startswith(_OURS) and (dataclasses.is_dataclass(kind) or issubclass(kind, enum.Enum | tuple))


def packed(value: Any) -> bytes | None:
    """Plain data in few bytes, which the parent may keep as they came and read later (`unpacked`); None where it is longer
    than the parent would read."""
    message = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return zlib.compress(message, 1) if len(message) <= MOST else None


def unpacked(data: bytes) -> Any:
    """What `packed` was given. Raises `NotPlain` for whatever that did not make, also what would unpack to more."""
    unpacking = zlib.decompressobj()
    try:
        message = unpacking.decompress(data, MOST + 1)
    except zlib.error as error:
        raise NotPlain(f"a worker process sent what is not packed: {error}") from error
    if len(message) > MOST:
        raise NotPlain(f"a worker process sent more than {MOST} bytes packed")
    if not unpacking.eof:
        raise NotPlain("a worker process sent a packed answer that has no end")
    return _loaded(io.BytesIO(message))


def _loaded(message: io.BytesIO) -> Any:
    try:
        return Unpickler(message).load()
    except NotPlain:
        raise
    except Exception as error:  # a damaged pickle raises anything
        raise NotPlain(f"a worker process sent what is no answer: {type(error).__name__}: {error}") from error


class PlainConnection(connection.Connection):
    """The parent's end of a pipe from a worker; in the worker it is a plain one."""

    def recv(self) -> Any:
        """The next message. Raises `NotPlain`, OSError for one that is too long, EOFError."""
        self._check_closed()  # type: ignore[attr-defined]
        self._check_readable()  # type: ignore[attr-defined]
        message: io.BytesIO | None = self._recv_bytes(LONGEST)  # type: ignore[attr-defined]
        if message is None:
            raise NotPlain(f"a worker process sent more than {LONGEST} bytes")
        message.seek(0)
        return _loaded(message)


register(PlainConnection, connection.reduce_connection)  # type: ignore[attr-defined]


def plain(reader: connection.Connection) -> PlainConnection:
    """A pipe's reading end, read as plain data; takes the other's descriptor over."""
    handle = reader._handle  # type: ignore[attr-defined]
    reader._handle = None  # type: ignore[attr-defined]
    return PlainConnection(handle, writable=False)
