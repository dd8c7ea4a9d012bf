"""Datelines as people read them (`dateline_labels.toml`, `dateline_cases.toml`) beside what `dateline.split` finds."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pipelines.dateline import split
from storage.models import Dateline
from tests.pipelines import dated_items

HERE = Path(__file__).parent
Verdict = Literal["right", "wrong", "missed", "false", "none", "gone", "open"]
REACH = 700
"""Characters of a page's body within which a labelled dateline is looked for."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One text. `wrong`: another dateline was found; `false`: one where there is none; `gone`: the body no longer has it."""

    name: str
    verdict: Verdict
    found: Dateline | None
    expected: Dateline | None = None


@cache
def labels() -> dict[str, Any]:
    return tomllib.loads((HERE / "dateline_labels.toml").read_text(encoding="utf-8"))


@cache
def cases() -> dict[str, Any]:
    return tomllib.loads((HERE / "dateline_cases.toml").read_text(encoding="utf-8"))


def digest(text: str) -> str:
    """What the labels keep of a dateline's text."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def verdict(expected: Dateline | None, found: Dateline | None) -> Verdict:
    if expected is None:
        return "none" if found is None else "false"
    if found is None:
        return "missed"
    return "right" if found == expected else "wrong"


def _cut(text: str, span: list[int] | None, base: int = 0) -> str | None:
    return text[base + span[0] : base + span[1]] if span else None


def _labelled(label: dict[str, Any], text: str) -> Dateline:
    start, rest = label["at"]
    line = text[start:rest].rstrip()
    assert digest(line) == label["sha"], f"{label}: the text is not the one that was labelled"
    return Dateline(line, _cut(text, label.get("place")), label.get("date"), _cut(text, label.get("agency")), rest)


def judge_cases(part: str) -> Iterator[Judged]:
    """Forms of `dateline_cases.toml`, each before a sentence of our own."""
    data = cases()
    for language, line, place, day, agency in data[part]["list"]:
        expected = Dateline(line.strip(), place or None, day or None, agency or None, len(line))
        found = split(line + data["texts"][language], published_day=data["published"], language=language)
        yield Judged(line, verdict(expected, found), found, expected)


def judge_items(corpus: Path) -> Iterator[Judged]:
    """The wire items, those without a dateline too."""
    known = {label["file"]: label for label in labels()["item"]}
    for name in [*known, *labels()["items_without"]]:
        text = dated_items.read(corpus / "feeds" / "wire" / name)
        label = known.get(name)
        expected = _labelled(label, text) if label else None
        found = split(text, published_day=label.get("published") if label else None)
        yield Judged(name, verdict(expected, found), found, expected)


def judge_tass(corpus: Path) -> Iterator[Judged]:
    texts = json.loads((corpus / "tass" / "tass-com-politics-2024-12.json").read_text(encoding="utf-8"))
    for label in labels()["tass"]:
        text = "\n\n".join(texts[label["number"]]["content"])
        expected = _labelled(label, text)
        found = split(text, published_day=label["published"], language="en")
        yield Judged(texts[label["number"]]["link"], verdict(expected, found), found, expected)


def expected_of_page(name: str, body: str) -> tuple[Dateline | None, Verdict | None]:
    """The dateline that `body` should have; the verdict where it cannot be judged (`gone`, `open`)."""
    if name in labels()["pages_open"]:
        return None, "open"
    label = next((one for one in labels()["page"] if one["id"] == name), None)
    if label is None:
        return None, None
    length: int = label["length"]
    for at in range(min(len(body), REACH)):
        line = body[at : at + length]
        if digest(line) == label["sha"]:
            rest = at + length
            while rest < len(body) and body[rest].isspace():
                rest += 1
            place, agency = _cut(body, label.get("place"), at), _cut(body, label.get("agency"), at)
            return Dateline(line, place, label.get("date"), agency, rest), None
    return None, "gone"


def judge_page(name: str, body: str, found: Dateline | None) -> Judged:
    expected, special = expected_of_page(name, body)
    return Judged(name, special or verdict(expected, found), found, expected)


def judge_bodies(corpus: Path) -> Iterator[Judged]:
    """The corpus' own bodies, as people or parsers marked them: no extraction."""
    for line in (corpus / "gold" / "dev.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        if body := gold.get("body"):
            days = {label["id"]: label.get("date") for label in labels()["page"]}
            published = (gold.get("published") or "")[:10] or days.get(gold["id"])
            yield judge_page(gold["id"], body, split(body, published_day=published, language=gold.get("lang")))
