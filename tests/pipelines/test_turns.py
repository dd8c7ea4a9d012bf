"""A lock between processes without a name."""

from __future__ import annotations

import os

import pytest

from pipelines.turns import Turn


def test_a_turn_is_one_processs_at_a_time() -> None:
    turn = Turn()
    said, say = os.pipe()
    assert turn.acquire()
    if (child := os.fork()) == 0:
        turn._held = 0
        got = turn.acquire(block=False), turn.acquire(timeout=0.01)
        os.write(say, repr(got).encode())
        turn.acquire(timeout=10)
        os.write(say, b" then")
        turn.release()
        os._exit(0)
    assert os.read(said, 100) == b"(False, False)"
    turn.release()
    os.waitpid(child, 0)
    assert os.read(said, 100) == b" then"
    assert turn.acquire(block=False), "it was given back"
    turn.release()


def test_who_has_it_may_take_it_again_and_gives_it_up_as_often() -> None:
    turn = Turn()
    assert turn.acquire()
    assert turn.acquire(block=False)
    turn.release()
    turn.release()
    with pytest.raises(ValueError, match="nobody has"):
        turn.release()


def test_its_descriptors_end_with_it() -> None:
    turn = Turn()
    take = turn._take
    del turn
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(take)
