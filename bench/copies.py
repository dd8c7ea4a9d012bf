"""Measures whether copies of one text become one story, and nothing else does, on the real bodies of a corpus.

    python bench/copies.py --corpus CORPUS [--seed N] [--originals 400] [--unrelated 400] [--digests] [--brief]
        [--peers] [--record]

CORPUS holds gold/dev.jsonl and pages/dev/ID.html.gz. Copies of each original are made in 13 kinds (`making.py`). Then:

alone      a store with the originals and unrelated articles; each copy is asked about, and not stored
together   all of them (--digests: and digests of four originals each), shuffled, go through one store (`known`, `decide`,
           `end`) under 40 sources
follow-ups a store with the originals; articles of other texts with a fifth of an original's words, in one or four passages
digests    2 to 8 originals one after another, whole or their opening paragraphs, in one article: which originals share a
           story by it, where the digest comes after, before or among them

Recall: copies in their original's story. Precision: of all pairs of articles in one story, those of one original; a digest
counts in no pair, but the originals that it joins do. `--brief`: without the last measurement. `--peers`: the same copies
looked for by others (`copies_peers.py`).
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import copies_peers, making, paired, record
from bench.charts import Bars
from pipelines import fingerprint
from pipelines.decision import decide
from storage.models import Article, Ending, Instant, Outcome
from storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NOON = 1_790_000_000.0
SOURCES = 40
_NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class Made:
    """An article to be fed: `family` is its original's id, `kind` how it was made."""

    family: str
    kind: str
    article: Article


def article(title: str, body: str, source: str, rng: random.Random) -> Article:
    """An article of its own address, published within three days."""
    number = next(_NUMBERS)
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(NOON - rng.randrange(3 * 86400)))
    url = f"https://{source}.test/{number}"
    return Article(
        source=source, key=url, url=url, canonical_url=url, title=title, body=body, extractor="bench",
        content_hash=fingerprint.content_hash(title, None, body), sketch=fingerprint.sketch(body),
        published=Instant(at, "second", "+00:00", at, "feed"),
    )  # fmt: skip


def copies(originals: Sequence[making.Text], spare: Sequence[str], rng: random.Random) -> list[Made]:
    """Every kind of copy of every original, each of another source than the original's `outlet-0`."""
    vocabularies: defaultdict[str | None, list[str]] = defaultdict(list)
    for text in originals:
        vocabularies[text.language] += [part.strip() for part in making.units(text.body)]
    found = []
    for text in originals:
        for kind, make in making.kinds(spare).items():
            title = text.title
            if "changed" in kind or "headline" in kind or "all" in kind:
                title = f"{rng.choice(('Report', 'Briefing', 'At a glance'))}: {' '.join(text.title.split()[::-1])}"
            body = make(text.body, vocabularies[text.language], rng)
            found.append(Made(text.id, kind, article(title, body, f"outlet-{rng.randrange(1, SOURCES)}", rng)))
    return found


def feed(store: Store, made: Iterable[Made]) -> dict[str, int]:
    """Store the articles as the crawler does; key -> id."""
    run = store.begin_run("bench", NOON).result()
    ids = {}
    for number, each in enumerate(made):
        for _ in range(5):
            decision = decide(each.article, store.known(each.article).result())
            fetch = store.begin_record(
                run, each.article.source, each.article.url, f"warc:bench#{number}", NOON
            ).result()
            assert fetch is not None
            outcome = Outcome(decision.outcome)
            ended = store.end(Ending(fetch, outcome, NOON, article=each.article, decision=decision)).result()
            if not ended.stale:
                break
        assert ended.article_id is not None, ended
        ids[each.article.key] = ended.article_id
    return ids


def stories(store: Store) -> dict[int, int]:
    """Article -> story."""
    return dict(store.writer.submit(lambda db: db.conn.execute("SELECT id, story_id FROM article").fetchall()).result())


def alone(store: Store, made: Sequence[Made], ids: dict[str, int]) -> tuple[Counter[str], Counter[str], list[float]]:
    """Kinds of copies that join their original's story and no other, and that join another; CPU seconds a look took, the
    sketch included."""
    story = stories(store)
    joined: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    took = []
    for each in made:
        begun = paired.cpu()
        fingerprint.sketch(each.article.body)
        decision = decide(each.article, store.known(each.article).result())
        took.append(paired.cpu() - begun)
        where = {decision.story_id, *decision.merges} - {None}
        joined[each.kind] += story[ids[each.family]] in where
        wrong[each.kind] += bool(where - {story[ids[each.family]]})
    return joined, wrong, took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--originals", type=int, default=400)
    parser.add_argument("--unrelated", type=int, default=400)
    parser.add_argument("--digests", action="store_true", help="put digests of four originals among them, too")
    parser.add_argument("--brief", action="store_true", help="leave out the stores of digests")
    parser.add_argument("--peers", action="store_true", help="look for the copies in other ways, too")
    record.option(parser)
    options = parser.parse_args()
    if options.peers and (why := copies_peers.installed()):
        sys.exit(f"the others cannot be had: {why}")
    rng = random.Random(options.seed)
    every = making.texts(options.corpus)
    rng.shuffle(every)
    originals, others = every[: options.originals], every[options.originals :]
    unrelated = making.same_topic(originals, others, options.unrelated)
    kept = {text.id for text in unrelated}
    spare = [p for text in others if text.id not in kept for p in text.paragraphs if 15 <= len(p.split()) <= 120]
    print(
        f"seed {options.seed}: {len(every)} texts, {len(originals)} originals, {len(unrelated)} unrelated,"
        f" {len(spare)} paragraphs to add"
    )
    base = [Made(t.id, "original", article(t.title, t.body, "outlet-0", rng)) for t in originals]
    base += [
        Made(t.id, "unrelated", article(t.title, t.body, f"outlet-{rng.randrange(1, SOURCES)}", rng)) for t in unrelated
    ]
    made = copies(originals, spare, rng)
    with tempfile.TemporaryDirectory() as folder:
        row, recalls = report(
            Path(folder), originals, unrelated, base, made, rng, among_digests=options.digests, brief=options.brief
        )
        rows = [row, *(beside(Path(folder), base, made) if options.peers else [])]
    print()
    record.present(figures(rows, recalls, len(originals), len(unrelated)), keep=options.record)


def beside(folder: Path, base: Sequence[Made], made: Sequence[Made]) -> list[dict[str, object]]:
    """A row for each other way over the same texts."""
    originals, copied = (
        [(each.family, f"{each.article.title}\n{each.article.body}") for each in some] for some in (base, made)
    )
    return [
        {
            "way": each["way"],
            "copies found": each["home"] / len(made),
            "found elsewhere": each["elsewhere"],
            "CPU ms a look": each["seconds"] / len(made) * 1e3,
        }
        for each in copies_peers.found(originals, copied, folder)
    ]


def figures(
    rows: Sequence[dict[str, object]], recalls: Sequence[dict[str, object]], originals: int, unrelated: int
) -> record.Figures:
    """What is kept of them."""
    return record.Figures(
        "copies",
        "Near-duplicates",
        (
            record.Table(
                "Copies looked for among their originals and unrelated texts",
                rows,
                Bars("Share of the copies that were found", "way", ("copies found",)),
            ),
            record.Table("By the kind of copy, ours", recalls),
        ),
        notes=(
            f"{originals} originals, {unrelated} unrelated texts of the nearest topics; 13 kinds of copies of each original.",
            "Found elsewhere: copies for which a text of another family was named, too. Ours decides which story a copy joins,"
            " and its CPU is that of the store on disk; the others hold their index in memory.",
            "A look: the copy's sketch (hash, signature) and the search for its like; filling the index is in none of them.",
        ),
    )


def report(
    folder: Path,
    originals: Sequence[making.Text],
    unrelated: Sequence[making.Text],
    base: Sequence[Made],
    made: Sequence[Made],
    rng: random.Random,
    *,
    among_digests: bool,
    brief: bool,
) -> tuple[dict[str, object], list[dict[str, object]]]:
    """Run the three measurements and print them; answers the row of all copies, and one for each kind."""
    total = Counter(each.kind for each in made)
    with Store.open(folder / "alone.db", clock=lambda: NOON) as store:
        by_key = feed(store, base)
        ids = {each.family: by_key[each.article.key] for each in base if each.kind == "original"}
        joined, wrong, took = alone(store, made, ids)
        single = len(base) - len(set(stories(store).values()))
    everything = [*base, *made, *(digests(originals, 4, rng) if among_digests else [])]
    rng.shuffle(everything)
    with Store.open(folder / "together.db", clock=lambda: NOON) as store:
        by_key = feed(store, everything)
        story = stories(store)
    everything = [each for each in everything if each.kind != "digest"]
    at_home = {each.family: story[by_key[each.article.key]] for each in base}
    together = Counter(each.kind for each in made if story[by_key[each.article.key]] == at_home[each.family])
    print(f"\n{'kind':28}{'copies':>8}{'alone':>9}{'elsewhere':>11}{'together':>10}")
    for kind, number in total.items():
        print(f"{kind:28}{number:8}{joined[kind] / number:9.4f}{wrong[kind]:11}{together[kind] / number:10.4f}")
    print(f"{'all copies':28}{len(made):8}{joined.total() / len(made):9.4f}{wrong.total():11}", end="")
    print(f"{together.total() / len(made):10.4f}")
    pairs, right = _pairs([(story[by_key[each.article.key]], each.family) for each in everything])
    print(f"precision of pairs, together: {right / pairs:.5f} ({pairs - right} false of {pairs})")
    print(f"originals and unrelated articles merged with one another: {single} of {len(base)}")
    print(f"a look alone: {sum(took) / len(took) * 1e3:.2f} ms of CPU")
    for pieces in (1, 4):
        name = folder / f"follow{pieces}.db"
        with Store.open(name, clock=lambda: NOON) as store:
            hosts = [unrelated[at % len(unrelated)] for at in range(len(originals))]
            rng.shuffle(hosts)
            later = [
                Made(t.id, "follow-up", article(h.title, making.follow_up(h, t, pieces, rng), "outlet-1", rng))
                for t, h in zip(originals, hosts, strict=True)
            ]
            by_key = feed(store, [each for each in base if each.kind == "original"])
            ids = {each.family: by_key[each.article.key] for each in base if each.kind == "original"}
            merged, elsewhere, _ = alone(store, later, ids)
        share = merged.total() / len(later)
        print(
            f"follow-ups with a fifth of another's text in {pieces} passage(s): {merged.total()} of {len(later)} merged"
            f" ({share:.2%}), {elsewhere.total()} into another story"
        )
    only = [each for each in base if each.kind == "original"]
    if not brief:
        print(
            f"\n{'digests of':28}{'digests':>8}{'after':>9}{'before':>11}{'among':>10}   originals joined, of {len(only)}"
        )
    every = ((2, False), (3, False), (4, False), (5, False), (8, False), (4, True), (8, True))
    for number, opening in () if brief else every:
        daily = digests(originals, number, rng, opening=opening)
        mixed = [*daily, *only]
        rng.shuffle(mixed)
        counts = [joined_by_digest(folder, order) for order in ([*only, *daily], [*daily, *only], mixed)]
        what = f"{number} {'openings' if opening else 'whole texts'}"
        print(f"{what:28}{len(daily):8}{counts[0]:9}{counts[1]:11}{counts[2]:10}")
    ours = {
        "way": "dateline, sketches in the store",
        "copies found": joined.total() / len(made),
        "found elsewhere": wrong.total(),
        "CPU ms a look": sum(took) / len(took) * 1e3,
    }
    kinds = [
        {
            "copy": kind,
            "copies": number,
            "found": joined[kind] / number,
            "in one store together": together[kind] / number,
        }
        for kind, number in total.items()
    ]
    return ours, kinds


def digests(originals: Sequence[making.Text], number: int, rng: random.Random, *, opening: bool = False) -> list[Made]:
    """Articles that each print `number` originals one after another; each original is in one at the most."""
    drawn = rng.sample(originals, len(originals))
    found = []
    for at in range(0, len(drawn) - number + 1, number):
        body = making.digest(drawn[at : at + number], opening=opening)
        made = article(f"The day in brief {at}", body, f"outlet-{rng.randrange(1, SOURCES)}", rng)
        found.append(Made(f"digest-{at}", "digest", made))
    return found


def joined_by_digest(folder: Path, order: Sequence[Made]) -> int:
    """How many originals share their story with another one, the articles coming in that order."""
    with (
        tempfile.TemporaryDirectory(dir=folder) as place,
        Store.open(Path(place) / "digests.db", clock=lambda: NOON) as store,
    ):
        by_key = feed(store, order)
        story = stories(store)
    told = Counter(story[by_key[each.article.key]] for each in order if each.kind == "original")
    return sum(number for number in told.values() if number > 1)


def _pairs(placed: Sequence[tuple[int, str]]) -> tuple[int, int]:
    """Pairs in one story, and those among them of one family."""
    by_story = Counter(story for story, _ in placed)
    by_both = Counter(placed)
    return sum(n * (n - 1) // 2 for n in by_story.values()), sum(n * (n - 1) // 2 for n in by_both.values())


if __name__ == "__main__":
    main()
