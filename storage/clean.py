"""What may go into a column: cleaned where nothing is lost by it, refused (`Unstorable`) where something would be."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from dataclasses import fields, is_dataclass, replace
from functools import cache, lru_cache
from json.encoder import encode_basestring
from operator import attrgetter
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit
from weakref import ref

from storage.errors import StorageError, Unstorable

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable

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
_PRINTED = re.compile("[ -~]*")
_TO_FOLLOW = re.compile("https?://[ -~]*", re.IGNORECASE | re.ASCII)
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))  # `json.dumps` would make one for each value
_LONG = 500
_UNESCAPED = bytes({*range(256)} - {*range(32), ord('"'), ord("\\")})
"""The bytes that JSON writes as they are."""
_NUMBERS = frozenset({int})
_TEXTS = frozenset({str})
_APART = frozenset({"sketch"})
"""Fields that `article` looks at by itself: hundreds of numbers."""
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


@lru_cache(maxsize=64)
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
    if not isinstance(sketch, tuple):
        raise Unstorable(f"sketch: {type(sketch).__name__} instead of tuple")
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
    if value in ((), []):
        return "[]"
    if isinstance(value, (tuple, list)) and _TEXTS.issuperset(map(type, value)):
        return f"[{','.join(map(encode_basestring, value))}]"
    return _JSON.encode(value)


def row_hash(values: Iterable[Any]) -> bytes:
    """16 bytes over a row's data, as JSON, by which a later check sees a damaged row that SQLite itself would give out."""
    values = list(values)
    if any(value.__class__ is str and len(value) > _LONG for value in values):
        coded = b"[%b]" % b",".join(
            [
                _long(value) if value.__class__ is str else b"null" if value is None else _JSON.encode(value).encode()
                for value in values
            ]
        )
    else:
        coded = _JSON.encode(values).encode()
    return hashlib.sha256(coded).digest()[:16]


def _long(value: str) -> bytes:
    """A text as JSON in UTF-8. The encoder looks at each character by itself; in a long text few are to be escaped."""
    if len(value) <= _LONG:
        return encode_basestring(value).encode()
    plain = value.encode()
    for sign in sorted(set(plain.translate(None, _UNESCAPED)), reverse=True):  # the backslash first
        plain = plain.replace(b"%c" % sign, encode_basestring(chr(sign))[1:-1].encode())
    return b'"%b"' % plain


def _clean(value: T) -> T:
    changed: dict[str, Any] = {}
    shape, get = _shape(cast("Any", type(value)))
    for (name, allowed, kinds, certain), old in zip(shape, get(value), strict=True):
        kind = old.__class__
        if kind in kinds:
            if old is None or kind is bool:
                continue
            if kind is str and (
                (old.isascii() and "\x00" not in old) if certain is None else certain.fullmatch(old)
            ):  # most are, and it takes no copy to see it
                continue
        elif not isinstance(old, allowed) or isinstance(old, bool):
            raise Unstorable(f"{name}: {kind.__name__} instead of {' or '.join(t.__name__ for t in allowed)}")
        new = _value(name, old)
        if new is not old:
            changed[name] = new
    return replace(value, **changed) if changed else value  # type: ignore[type-var]  # a dataclass, by _shape


def _is_plain(value: str) -> bool:
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
        if _TEXTS.issuperset(map(type, old)) and name not in _ADDRESSES and all(map(_is_plain, old)):
            return old
        if set(map(type, old)) <= _NUMBERS and (not old or (min(old) >= -_LARGEST and max(old) < _LARGEST)):
            return old
        if not all(isinstance(part, (str, int)) or is_dataclass(part) for part in old):
            raise Unstorable(f"{name}: a list of other things than text")
        new = tuple(_value(name, part) for part in old)
        return old if new == old else new
    return _clean(old) if is_dataclass(old) and not isinstance(old, type) else old


_Field = tuple[str, tuple[type, ...], frozenset[type], "re.Pattern[str] | None"]


@cache
def _shape(kind: type[object]) -> tuple[tuple[_Field, ...], Callable[[object], tuple[Any, ...]]]:
    """The fields of a dataclass of `models`: name, the types that it may have, the same as a set, and of an address the form in
    which it is certainly clean; and what reads them all."""
    hints = get_type_hints(kind)
    names = tuple(field.name for field in fields(cast("Any", kind)) if field.name not in _APART)
    allowed = [_types(hints[name]) for name in names]
    forms = [_TO_FOLLOW if name in _FOLLOWED else _PRINTED if name in _ADDRESSES else None for name in names]
    shape = tuple((name, each, frozenset(each), form) for name, each, form in zip(names, allowed, forms, strict=True))
    return shape, (attrgetter(*names) if len(names) > 1 else lambda one: (getattr(one, names[0]),))


def _types(hint: Any) -> tuple[type, ...]:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return tuple(t for part in get_args(hint) for t in _types(part))
    if origin is Literal:
        return (str,)
    if hint is None:
        return (NoneType,)
    return (origin or hint,) if hint is not float else (float, int)
