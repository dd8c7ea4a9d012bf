"""Frozen plain data, made in a third of the time: discovery makes a link and its times of each entry of a feed.

The `__init__` of a frozen dataclass goes round its own `__setattr__` with a call for each field. A class of the same slots that
is not frozen is filled by plain assignments; the data model lets such an object become one of the frozen class.
"""

from __future__ import annotations

from dataclasses import fields, make_dataclass
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")


def maker(kind: Callable[P, T]) -> Callable[P, T]:
    """What makes objects of a frozen dataclass with slots: called as the class is, with the same outcome. Raises TypeError for
    a class with a `__post_init__` of its own, which would not be called. A subclass of a class with slots fails at its first
    call."""
    if hasattr(kind, "__post_init__"):
        raise TypeError(f"{kind!r} does something when it is made: call it itself")

    def frozen(filled: Any) -> None:
        filled.__class__ = kind

    known = [(each.name, each.type, each) for each in fields(kind)]  # type: ignore[arg-type]
    becoming = {"__post_init__": frozen}
    return make_dataclass(kind.__name__, known, namespace=becoming, slots=True, repr=False, eq=False, match_args=False)
