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

_PEBBLE: Final = "pebble.common.types"
_OURS: Final = ("pebble.", "storage.", "crawler.", "pipelines.")
_PLAIN: Final = (str, datetime.date, datetime.timedelta, datetime.timezone)


class NotPlain(OSError):
    """A worker sent something that is no answer; an OSError, so that pebble calls its pool broken."""


class Unpickler(pickle.Unpickler):
    """Knows pebble's messages, our dataclasses and enumerations, exceptions, dates and texts: of modules that are loaded."""

    def find_class(self, module: str, name: str) -> Any:
        """Raises `NotPlain` for whatever is no shape of an answer."""
        found: Any = sys.modules.get(module)
        for part in name.split("."):
            found = getattr(found, part, None)
        if module == _PEBBLE and name == "RemoteException.rebuild_exception":
            return found
        if isinstance(found, type) and found.__module__ == module and _plain(found, module):
            return found
        raise NotPlain(f"a worker process sent {module}.{name}, which is no part of an answer")


def _plain(kind: type, module: str) -> bool:
    if issubclass(kind, (Exception, *_PLAIN)):
        return True
    return module.startswith(_OURS) and (dataclasses.is_dataclass(kind) or issubclass(kind, enum.Enum | tuple))


def packed(value: Any) -> bytes:
    """Plain data in few bytes, which the parent may keep as they came and read later (`unpacked`)."""
    return zlib.compress(pickle.dumps(value, pickle.HIGHEST_PROTOCOL), 1)


def unpacked(data: bytes) -> Any:
    """What `packed` was given. Raises `NotPlain`, and for a damaged pickle anything."""
    unpacking = zlib.decompressobj()
    message = unpacking.decompress(data, LONGEST)
    if unpacking.unconsumed_tail:
        raise NotPlain(f"a worker process sent an answer of more than {LONGEST} bytes")
    return Unpickler(io.BytesIO(message)).load()


class PlainConnection(connection.Connection):
    """The parent's end of a pipe from a worker; in the worker it is a plain one."""

    def recv(self) -> Any:
        """The next message. Raises `NotPlain`, OSError for one that is too long, EOFError."""
        self._check_closed()  # type: ignore[attr-defined]
        self._check_readable()  # type: ignore[attr-defined]
        message: io.BytesIO = self._recv_bytes(LONGEST)  # type: ignore[attr-defined]
        try:
            return Unpickler(io.BytesIO(message.getbuffer())).load()
        except NotPlain:
            raise
        except Exception as error:  # a damaged pickle raises anything
            raise NotPlain(f"a worker process sent what is no answer: {type(error).__name__}: {error}") from error


register(PlainConnection, connection.reduce_connection)  # type: ignore[attr-defined]


def plain(reader: connection.Connection) -> PlainConnection:
    """A pipe's reading end, read as plain data; takes the other's descriptor over."""
    handle = reader._handle  # type: ignore[attr-defined]
    reader._handle = None  # type: ignore[attr-defined]
    return PlainConnection(handle, writable=False)
