"""What may go into a column: cleaned where nothing is lost by it, refused (`Unstorable`) where something would be."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from dataclasses import fields, is_dataclass, replace
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit
from weakref import ref

from storage.errors import StorageError, Unstorable

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from storage.models import Article, Link
else:
    from sqlite_utils.utils import sqlite3

T = TypeVar("T")
log = logging.getLogger(__name__)

REFUSED_BY_THE_DRIVER = (
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
    sqlite3.DataError,
    sqlite3.ProgrammingError,
    OverflowError,
    UnicodeEncodeError,
)
"""What the driver raises for a value that it cannot bind or that the column does not take; the statement did nothing."""


def refusal(error: Exception) -> str:
    """Why one item is refused that could not be stored. What says nothing of the item but of the database, or of the
    machine (a full disk, a lock, no memory), is raised again; an error that nobody foresaw takes only the item with it."""
    if isinstance(error, (Unstorable, *REFUSED_BY_THE_DRIVER)):
        return str(error)
    if isinstance(error, (StorageError, sqlite3.Error, MemoryError, OSError)):
        raise error
    log.error("an item could not be stored", exc_info=error)
    return f"{type(error).__name__}: {error}"


_ADDRESSES = frozenset({"url", "canonical_url", "key"})
_FOLLOWED = frozenset({"url", "canonical_url", "image_url"})
"""Addresses that a reader may follow."""
_STEERS = re.compile("[\\x00-\\x1f\\x7f-\\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_LARGEST = 2**63
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))  # `json.dumps` would make one for each value
_NUMBERS = frozenset({int})
_CLEAN: Final[dict[int, ref[Article]]] = {}
"""Articles, by `id`, of which every field was looked at and stays as it is: they come at `known`, and again at `end`."""


def text(value: str) -> str:
    """`value` without NUL, surrogate pairs joined, lone surrogates as U+FFFD."""
    if "\x00" in value:
        value = value.replace("\x00", "")
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value


def address(value: str) -> str:
    """`value` unchanged: an address with a character cleaned away is another address. Raises Unstorable."""
    if text(value) != value:
        raise Unstorable(f"the address {value!r} holds NUL or a lone surrogate")
    if _STEERS.search(value):
        raise Unstorable(f"the address {value!a} holds control signs")
    return value


def without_user(url: str) -> str:
    """An address as it may be told: what stands before an `@` is somebody's name and password."""
    head, at, rest = url.rpartition("@")
    return f"{head.partition('//')[0]}//…@{rest}" if at else url


def host_of(url: str) -> str:
    """The host that takes turns: lowercased name, with its port where one is written. Raises Unstorable."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Unstorable(f"the address {without_user(url)!r} cannot be read: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Unstorable(f"the address {without_user(url)!r} is not http or https")
    if "@" in parts.netloc:
        raise Unstorable(f"an address on {parts.hostname} carries a user name or password")
    return parts.netloc.lower() if port is not None else parts.netloc.lower().rstrip(":")


def article(found: Article) -> Article:
    """An article whose every field fits its column. Raises Unstorable naming the field."""
    number = id(found)
    if (seen := _CLEAN.get(number)) is not None and seen() is found:
        return found
    sketch = found.sketch
    if sketch and not (set(map(type, sketch)) == _NUMBERS and min(sketch) >= 0 and max(sketch) < 1 << 32):
        for key in sketch:
            if not isinstance(key, int) or not 0 <= key < 1 << 32:
                raise Unstorable(f"sketch: {key!r} is not a number of 32 bits")
    if (cleaned := _clean(found)) is found:
        _CLEAN[number] = ref(found, lambda _: _CLEAN.pop(number, None))
    return cleaned


def link(found: Link) -> Link:
    """A link whose every field fits its column. Raises Unstorable naming the field."""
    return _clean(found)


def dumps(value: Any) -> str:
    """JSON as columns hold it."""
    return "[]" if value in ((), []) else _JSON.encode(value)


def row_hash(values: Iterable[Any]) -> bytes:
    """16 bytes over a row's data, by which a later check sees a damaged row that SQLite itself would give out."""
    return hashlib.sha256(dumps(list(values)).encode()).digest()[:16]


def _clean(value: T) -> T:
    changed: dict[str, Any] = {}
    for name, allowed, kinds, followed, addressed in _shape(cast("Any", type(value))):
        old = getattr(value, name)
        kind = type(old)
        if kind not in kinds and (not isinstance(old, allowed) or isinstance(old, bool)):
            raise Unstorable(f"{name}: {kind.__name__} instead of {' or '.join(t.__name__ for t in allowed)}")
        if old is None or kind is bool or (kind is str and not followed and not addressed and _plain(old)):
            continue
        new = _value(name, old)
        if new is not old:
            changed[name] = new
    return replace(value, **changed) if changed else value  # type: ignore[type-var]  # a dataclass, by _shape


def _plain(value: str) -> bool:
    """Whether a text is certainly clean: most are, and it takes no copy to see it."""
    return value.isascii() and "\x00" not in value


def _value(name: str, old: Any) -> Any:
    if isinstance(old, str):
        if name in _FOLLOWED and not old[:8].lower().startswith(("http://", "https://")):
            raise Unstorable(f"{name}: {without_user(old[:200])!a} is not http or https")
        return address(old) if name in _ADDRESSES or name in _FOLLOWED else text(old)
    if isinstance(old, int) and not isinstance(old, bool) and not -_LARGEST <= old < _LARGEST:
        raise Unstorable(f"{name}: {old} is more than 63 bits")
    if isinstance(old, tuple):
        if set(map(type, old)) <= _NUMBERS and (not old or (min(old) >= -_LARGEST and max(old) < _LARGEST)):
            return old
        if not all(isinstance(part, (str, int)) or is_dataclass(part) for part in old):
            raise Unstorable(f"{name}: a list of other things than text")
        new = tuple(_value(name, part) for part in old)
        return old if new == old else new
    return _clean(old) if is_dataclass(old) and not isinstance(old, type) else old


@cache
def _shape(kind: type[object]) -> tuple[tuple[str, tuple[type, ...], frozenset[type], bool, bool], ...]:
    """The fields of a dataclass of `models`: name, the types that they may have, the same as a set, and whether they are
    addresses that a reader may follow, or addresses."""
    hints = get_type_hints(kind)
    found = [(field.name, _types(hints[field.name])) for field in fields(cast("Any", kind))]
    return tuple((name, kinds, frozenset(kinds), name in _FOLLOWED, name in _ADDRESSES) for name, kinds in found)


def _types(hint: Any) -> tuple[type, ...]:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return tuple(t for part in get_args(hint) for t in _types(part))
    if origin is Literal:
        return (str,)
    if hint is None:
        return (NoneType,)
    return (origin or hint,) if hint is not float else (float, int)
