"""Plain data that is sent between processes as a call of its class with its values.

A frozen dataclass with slots is pickled as a list of its fields' values, for which it looks its fields up, and is filled
one field after another where it is read, which takes longer than a call. Each page goes to a process, each article comes
from one.
"""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")


def as_call(kind: type[T]) -> type[T]:
    """A dataclass of two fields and more, all of which its call takes, with that way to be pickled."""
    values = attrgetter(*(each.name for each in fields(kind)))  # type: ignore[arg-type]

    def reduced(self: T) -> tuple[type[T], Any]:
        return kind, values(self)

    kind.__reduce__ = reduced  # type: ignore[method-assign, assignment]
    return kind
