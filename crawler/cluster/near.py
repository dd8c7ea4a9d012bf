"""The stories of a dataset that stays Parquet: which of its articles tell the same text, by the rules of a database.

Four stages, each of many tasks that read files of the dataset and write others, so that no process ever holds more than its
own share, and a call that broke off goes on where it was:

    gather   a batch of parts:    the keys of its articles, parted by value      (`near_keys`)
    pair     a bucket of keys:    which articles are to be compared              (`near_pairs`)
    decide   a batch of parts:    which of them tell the same text               (`near_texts`)
    write    a batch of parts:    the story of each article                      (`near_stories`)

Between the last two the caller alone joins edges to stories. Articles count in the order in which `dateline load` stores
them: parts by name, rows as they stand. What is another than there, docs/howto/cluster.md says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from crawler.arguments import ArgumentProblem
from crawler.cluster import near_keys, near_pairs, near_stories, near_texts
from crawler.cluster.near_files import PARTS, STORIES, WHOLE, WORK, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Run = Callable[[Iterable["Step"]], Iterator[dict[str, int]]]

FORMAT: Final = 1
PARTS_OF_BATCH: Final = 16
PARTS_OF_BUCKET: Final = 16
FEWEST_BUCKETS: Final = 8
STAGES: Final = ("gather", "pair", "decide", "write")


@dataclass(frozen=True, slots=True)
class Step:
    """One task: a stage, and its batch of parts or bucket of keys (`number`), of the work that is written down in
    `<work>/plan.json`."""

    url: str
    work: str
    stage: str
    number: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What all steps of a work go by. `names`: of the parts, in their order; `reach`: weeks before and after that are looked
    up; `parts_of_batch`, `buckets`: how the work is parted."""

    names: tuple[str, ...]
    reach: int
    buckets: int
    parts_of_batch: int

    @property
    def batches(self) -> int:
        return -(-len(self.names) // self.parts_of_batch)

    def parts(self, batch: int) -> list[tuple[int, str]]:
        """The parts of a batch: number and name."""
        first = batch * self.parts_of_batch
        return list(enumerate(self.names[first : first + self.parts_of_batch], first))


def stories(
    url: str,
    run: Run,
    *,
    window: int,
    buckets: int | None = None,
    parts_of_batch: int = PARTS_OF_BATCH,
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, int]:
    """Write `stories/` of the dataset at `url`; answers how many articles, pairs, edges, stories and copies there are.

    `run` does steps, in any order and anywhere, and answers what each counted. `window`: days between articles that are
    always compared. `buckets`: how many the keys are parted into (None: as many as the parts ask for). `tell` is told of
    each stage. Raises ArgumentProblem where no dataset is there."""
    place = Place(url)
    names = tuple(place.names(PARTS))
    if not names:
        raise ArgumentProblem(f"{url}: no parts: it is no dataset, or its import has not begun")
    buckets = buckets or max(FEWEST_BUCKETS, -(-len(names) // PARTS_OF_BUCKET))
    plan = Plan(names, max(1, -(-window // 7)), buckets, parts_of_batch)
    work = _begin(place, plan)
    numbers = {"gather": plan.batches, "pair": plan.buckets, "decide": plan.batches, "write": plan.batches}
    totals: dict[str, int] = {}
    for stage in STAGES:
        if stage == "write":
            tell("join: edges to stories")
            totals |= near_stories.join(place, work, plan.parts_of_batch)
        tell(f"{stage}: {numbers[stage]} {'buckets' if stage == 'pair' else 'batches of parts'}")
        counted: dict[str, int] = {}
        for counts in run(Step(url, work, stage, number) for number in range(numbers[stage])):
            for name, count in counts.items():
                counted[name] = counted.get(name, 0) + count
        totals |= counted
    _end(place, plan, totals)
    return totals


def done(step: Step) -> dict[str, int]:
    """Do one step, or answer what it counted when it was done before."""
    place, mark = Place(step.url), f"{step.work}/done/{step.stage}-{step.number:06}.json"
    if (counted := place.json(mark)) is not None:
        return {name: int(count) for name, count in counted.items()}
    plan = _plan(step.url, step.work)
    match step.stage:
        case "gather":
            counts = near_keys.gather(place, step.work, step.number, plan.parts(step.number), plan.buckets)
        case "pair":
            counts = near_pairs.pair(place, step.work, step.number, plan.parts_of_batch, plan.reach)
        case "decide":
            counts = near_texts.decide(place, step.work, step.number, plan.names)
        case "write":
            counts = near_stories.write(place, step.work, step.number, plan.parts(step.number))
        case other:
            raise ValueError(f"{other!r} is no stage")
    place.put_json(mark, dict(counts))
    return counts


def here(steps: Iterable[Step]) -> Iterator[dict[str, int]]:
    """Do steps in this process, one after another."""
    return map(done, steps)


def _begin(place: Place, plan: Plan) -> str:
    """The folder of this work. What another one left, of other parts or rules, is taken away."""
    facts = {"names": plan.names, "reach": plan.reach, "buckets": plan.buckets, "parts_of_batch": plan.parts_of_batch}
    name = blake2b(json.dumps([FORMAT, facts]).encode(), digest_size=8).hexdigest()
    work = f"{WORK}/{name}"
    if place.json(f"{work}/plan.json") is None:
        place.remove(WORK)
        place.put_json(f"{work}/plan.json", facts)
    place.remove(WHOLE)
    return work


def _end(place: Place, plan: Plan, totals: dict[str, int]) -> None:
    for name in set(place.names(STORIES)).difference(plan.names):
        place.remove(f"{STORIES}/{name}.parquet")
    place.put_json(WHOLE, {"format": FORMAT, "parts": len(plan.names), **totals})
    place.remove(WORK)


@lru_cache(maxsize=1)
def _plan(url: str, work: str) -> Plan:
    facts = Place(url).json(f"{work}/plan.json")
    if facts is None:
        raise ArgumentProblem(f"{url}: {work} is gone: another call began, or ended, this work")
    return Plan(tuple(facts["names"]), facts["reach"], facts["buckets"], facts["parts_of_batch"])
