"""The collector rests while a page is worked on, and only then."""

from __future__ import annotations

import gc

import pytest

from pipelines.collector import resting


def test_the_collector_rests_within_and_works_on_afterwards_whatever_was_raised() -> None:
    with pytest.raises(ValueError, match="broken page"), resting():
        assert not gc.isenabled()
        raise ValueError("broken page")
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with resting():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
