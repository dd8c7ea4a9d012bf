"""What makes frozen plain data quickly makes what its class would."""

from __future__ import annotations

import dataclasses
import pickle
from typing import Any

import pytest

from storage.makers import maker
from storage.models import Instant, Link, make_instant, make_link

SAID: dict[str, Any] = {"url": "https://agency.test/1", "tags": ("trade",), "whole": True}


def test_a_link_that_is_made_is_one_in_all_respects() -> None:
    made, link = make_link(**SAID), Link(**SAID)
    assert type(made) is Link
    assert made == link
    assert hash(made) == hash(link)
    assert repr(made) == repr(link)
    assert pickle.loads(pickle.dumps(made)) == link
    assert dataclasses.replace(made, whole=False) == dataclasses.replace(link, whole=False)


def test_what_was_made_cannot_be_changed() -> None:
    instant = make_instant("2026-11-05", "day", None, "5.11.2026", "feed")
    assert instant == Instant("2026-11-05", "day", None, "5.11.2026", "feed")
    with pytest.raises(dataclasses.FrozenInstanceError):
        instant.at = "2026-11-06"  # type: ignore[misc]


def test_a_maker_takes_what_the_class_takes() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'address'"):
        make_link(address="https://agency.test/1")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        make_link()  # type: ignore[call-arg]


def test_a_class_that_does_something_when_it_is_made_has_no_maker() -> None:
    @dataclasses.dataclass(frozen=True, slots=True)
    class Checked:
        number: int

        def __post_init__(self) -> None:
            raise ValueError(self.number)

    with pytest.raises(TypeError, match="call it itself"):
        maker(Checked)
