"""By what rules a dataset is made: whose pages are taken, each source's profile and learned rule set, the extractor. Named at
the start of a run, the same for all of its parts."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple, dataclass, replace
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from crawler.cluster.part import FORMAT
from storage import rule_sets
from storage.models import RuleSet
from storage.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from crawler.source import Source

_NAMED = 5
"""Sources named in a message, at most."""


@dataclass(frozen=True)
class Rules:
    """`sources`: those of the registry, with what an import asks of them; `learned`: source -> its rule set in force;
    `take_all`: also the pages of sites in no registry file; `engine`: the extractor's own part of `extractor`."""

    sources: tuple[Source, ...]
    learned: Mapping[str, RuleSet]
    take_all: bool
    engine: str
    dateline: str

    @cached_property
    def described(self) -> dict[str, Any]:
        """All that parts depend on, as JSON has it: what run.json keeps. A later run is compared with it, and has the learned
        rules from it (`as_begun`): they are in one database only, and go on being learned there."""
        return {
            "format": FORMAT,
            "dateline": self.dateline,
            "extractor": self.engine,
            "all": self.take_all,
            "sources": {source.name: self._one(source) for source in self.sources},
            "learned": {
                name: {"number": found.number, "keys": sorted(found.keys)}
                for name, found in sorted(self.learned.items())
            },
        }

    @cached_property
    def digest(self) -> str:
        """16 hex digits that stand for all of `described`."""
        return _hash(self.described)

    def _one(self, source: Source) -> dict[str, str]:
        """A source's profile version, and a hash over what decides whose a page is and how it is read."""
        claims = (source.hosts, source.article_url, source.not_article, astuple(source.profile))
        return {"profile": source.profile.version, "hash": _hash(claims)}


def rules_of(sources: Iterable[Source], database: Path, *, take_all: bool) -> Rules:
    """The rules that are in force now: of these sources, and what `database` has learned (nothing where there is none).

    Raises `StorageError` where the database cannot be read."""
    from pipelines.extractor import ENGINE

    learned: dict[str, RuleSet] = {}
    if database.exists():
        with Reader(database) as reader:
            learned = rule_sets.all_in_force(reader.db)
    slim = (replace(one, endpoints=(), examples=(), counterexamples=(), evidence=()) for one in sources)
    return Rules(tuple(sorted(slim, key=lambda one: one.name)), learned, take_all, ENGINE, version("dateline"))


def as_begun(rules: Rules, kept: Mapping[str, Any]) -> Rules:
    """`rules` with the learned ones of a run.json. Raises ValueError, TypeError, LookupError or AttributeError for what is no
    run.json."""
    if not isinstance(kept, dict):
        raise TypeError("no JSON object")
    learned = {}
    for name, one in kept["learned"].items():
        if not isinstance(one["keys"], list):
            raise TypeError(f"no list of the rules learned from {name}")
        learned[name] = RuleSet(int(one["number"]), frozenset(map(str, one["keys"])))
    return replace(rules, learned=learned)


def differences(kept: Mapping[str, Any], asked: Mapping[str, Any]) -> list[str]:
    """What `asked` has otherwise than what a dataset was made with, in words; empty: nothing."""
    found = [
        f"{words}: {_said(kept.get(name))} there, {_said(asked[name])} now"
        for name, words in (
            ("format", "format"),
            ("dateline", "Dateline"),
            ("extractor", "extractor"),
            ("all", "--all"),
        )
        if kept.get(name) != asked[name]
    ]
    there, now = kept.get("sources") or {}, asked["sources"]
    others = sorted(each for each in {*there, *now} if there.get(each) != now.get(each))
    if others:
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        found.append(f"sources {', '.join(others[:_NAMED])}{more}")
    return found


def _said(value: Any) -> str:
    return ("given" if value else "not given") if isinstance(value, bool) else str(value)


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=sorted).encode()).hexdigest()[:16]
