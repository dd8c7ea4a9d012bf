"""How much of two texts is the same passages: exact, on all words, though single words in between may differ.

Runs of `RUN` words that stand in both texts are joined over a gap of up to `GAP` words where both texts go on at about
the same distance, so that a passage with one word in ten changed counts whole. A passage of fewer than LEAST words is a
turn of phrase, and does not count.
"""

from __future__ import annotations

from dataclasses import dataclass

RUN = 4
GAP = 24
DRIFT = 4
"""Words by which the two sides of a gap may differ: words put in or left out."""
LEAST = 8
MOST = 10_000
"""Words of a text that are looked at; no news story is longer (`fingerprint.LONGEST`)."""


@dataclass(frozen=True, slots=True)
class Shared:
    """`one`, `other`: the shares of both texts' words that are covered, 0 to 1. `words`: covered words, the lesser of
    both counts. `numbers`: different numbers in the covered words, the lesser count; `common_numbers`: in both."""

    one: float
    other: float
    words: int
    numbers: int
    common_numbers: int


def measure(one: list[str], other: list[str]) -> Shared:
    """What two texts, as words, have in common: the same, sides changed, where they are given the other way round."""
    if (len(one), one) < (len(other), other):
        found = measure(other, one)
        return Shared(found.other, found.one, found.words, found.numbers, found.common_numbers)
    one, other = one[:MOST], other[:MOST]
    runs = min(RUN, len(one), len(other))
    if not runs:
        return Shared(0.0, 0.0, 0, 0, 0)
    covered_one, covered_other = _covered(one, other, runs)
    mine, theirs = covered_one.count(1), covered_other.count(1)
    numbers_one, numbers_other = _numbers(one, covered_one), _numbers(other, covered_other)
    return Shared(
        mine / len(one),
        theirs / len(other),
        min(mine, theirs),
        min(len(numbers_one), len(numbers_other)),
        len(numbers_one & numbers_other),
    )


def _covered(one: list[str], other: list[str], size: int) -> tuple[bytearray, bytearray]:
    """For each word of both texts, 1 where it is in a common passage."""
    places = dict(zip(_runs(other, size), range(len(other)), strict=False))
    runs = list(_runs(one, size))
    passages: list[tuple[int, int, int, int]] = []
    begin_one = end_one = begin_other = end_other = -GAP - 1
    at = 0
    while at < len(runs):
        if (place := places.get(runs[at])) is None:
            at += 1
            continue
        expected = end_other + at - end_one
        if expected >= 0 and other[expected : expected + size] == one[at : at + size]:
            place = expected  # of a run that stands in several places, the one that goes on
        length = _same(one, at, other, place, size)
        if not (at - end_one <= GAP and abs(place - expected) <= DRIFT and place >= end_other):
            passages.append((begin_one, end_one, begin_other, end_other))
            begin_one, begin_other = at, place
        end_one, end_other = at + length, place + length
        at = end_one - size + 1
    passages.append((begin_one, end_one, begin_other, end_other))
    least = min(LEAST, len(one), len(other))
    covered_one, covered_other = bytearray(len(one)), bytearray(len(other))
    for begin_one, end_one, begin_other, end_other in passages:
        if end_one - begin_one >= least:
            covered_one[begin_one:end_one] = b"\x01" * (end_one - begin_one)
            covered_other[begin_other:end_other] = b"\x01" * (end_other - begin_other)
    return covered_one, covered_other


def _same(one: list[str], at: int, other: list[str], place: int, length: int) -> int:
    """How many words are the same from there on, `length` of them being so already."""
    step = 16
    while step:
        head, rest = one[at + length : at + length + step], other[place + length : place + length + step]
        if head and head == rest:
            length += len(head)
        else:
            step //= 2
    return length


def _runs(words: list[str], size: int) -> zip[tuple[str, ...]]:
    return zip(*(words[at:] for at in range(size)), strict=False)


def _numbers(words: list[str], covered: bytearray) -> set[str]:
    return {word for word, counts in zip(words, covered, strict=True) if counts and word[0].isdecimal()}
