"""Whether `dateline learn` takes off what no general rule knows, and nothing else.

    python bench/learn.py [--seed N] [--quick] [CORPUS]

Ten made-up sites in eight languages and three templates, 60 articles each: lines of the house under all stories, under a third
of them, between the paragraphs of every second one; beside them what repeats and is text: the background of an affair under its
follow-ups, a reporter's stock sentence at the end of some and within others, speakers' names, one text at four addresses,
revisions, a note about a correction (not in Hindi, whose notes `notices.toml` does not know), a subhead, a dateline of its
own. Their pages are extracted as a crawl would, learned from, and extracted again with the rules. Exit status 1 where a
paragraph of an article is gone, or more than one line of the house in twenty stayed: a line whose words the stories below it
happen to begin with is left alone.

With CORPUS (as in bench/extraction.py), the sites with at least five pages are learned with a lower floor, and the body F1 of
their pages is told without and with the rules.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import importlib.util
import random
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.learn_sites import SITES, Made, site
from pipelines.boilerplate import RULE, key
from pipelines.extractor import extract
from pipelines.repeats import Floor, Told, repeated
from storage.models import Extraction, Page, Profile, RuleSet

FETCHED_AT = "2026-03-20T00:00:00Z"
FEW = Floor(sample=5, stories=3, days=2, share=0.3, share_short=0.5)
"""For sites of which there are five pages: far too little for a crawl, which would wait."""


@dataclass(slots=True)
class Result:
    """One made-up site. `general`: lines of the house that no rule needed to be learned for; `learned`, `stayed`: of the
    others, pages where they are gone, and are not; `lost`: paragraphs of articles that the rules took off."""

    name: str
    rules: int = 0
    general: int = 0
    learned: int = 0
    stayed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def page(html: bytes, url: str, source: str, rules: RuleSet | None = None, fetched: str = FETCHED_AT) -> Page:
    """A page as a crawl makes it; what is reserved is read all the same."""
    return Page(url, url, html, fetched, Profile(source=source, rules=rules, licensed=True), content_type="text/html")


def told(number: int, extraction: Extraction) -> Told | None:
    """A page as the learner needs it."""
    article = extraction.article
    if article is None or not article.body:
        return None
    day = article.published.at[:10] if article.published else FETCHED_AT[:10]
    return Told(number, article.title, day, tuple(article.body.split("\n\n")), frozenset(article.subheads))


def measured(name: str, made: list[Made]) -> Result:
    """Learn one made-up site and look at each of its pages."""
    result = Result(name)
    plain = [extract(page(one.html, one.url, name)) for one in made]
    read = [one for one in (told(m.article, found) for m, found in zip(made, plain, strict=True)) if one]
    found = repeated(read)
    rules = RuleSet(1, frozenset(rule.key for rule in found.rules))
    result.rules = len(rules.keys)
    for one, before in zip(made, plain, strict=True):
        after = extract(page(one.html, one.url, name, rules))
        assert before.article is not None and after.article is not None, (
            f"{name}: {one.url}: {before.reason or after.reason}"
        )
        standing = {key(text) for text in before.article.body.split("\n\n")}
        kept = {key(text) for text in after.article.body.split("\n\n")}
        for line in one.house:
            if key(line) not in standing:
                result.general += 1
            elif key(line) in kept:
                result.stayed.append(line)
            else:
                result.learned += 1
        result.lost += [text for text in one.text if key(text) in standing and key(text) not in kept]
        result.lost += [text for rule, text in after.dropped if rule == RULE and text not in one.house]
    return result


def sites(seed: int, quick: bool) -> list[Result]:
    """All made-up sites."""
    rng = random.Random(seed)
    names = SITES[:2] if quick else SITES
    return [measured(f"{name}-{template}", site(name, template, rng)) for name, template in names]


def corpus(folder: Path) -> None:
    """The sites of a corpus that have five pages: body F1 without and with what they teach."""
    spec = importlib.util.spec_from_file_location("score", folder / "score.py")
    assert spec is not None and spec.loader is not None
    scorer: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    by_site: dict[str, list[dict[str, Any]]] = collections.defaultdict(list)
    for gold in scorer.load(folder / "gold" / "dev.jsonl"):
        by_site[gold["site"]].append(gold)
    both: dict[bool, list[Any]] = {False: [], True: []}
    for name, pages in sorted(by_site.items()):
        if len(pages) < FEW.sample:
            continue
        read = [_real(folder, gold, None) for gold in pages]
        found = repeated([one for one in (told(n, extract(p)) for n, p in enumerate(read)) if one], FEW)
        rules = RuleSet(1, frozenset(rule.key for rule in found.rules))
        rows: dict[bool, list[Any]] = {False: [], True: []}
        for gold, plain in zip(pages, read, strict=True):
            if gold["kind"] == "nogold":
                continue
            for ruled, asked in ((False, plain), (True, _real(folder, gold, rules))):
                article = extract(asked).article
                rows[ruled].append(scorer.score_page(gold, {"body": article.body if article else ""}))
        for ruled, scored in rows.items():
            both[ruled] += scored
        one, other = (scorer.summarise(rows[ruled]) for ruled in (False, True))
        print(f"{name:26}{len(pages):3} pages{len(rules.keys):4} rules  {_figures(one)} -> {_figures(other)}")
        for rule in found.rules:
            print(f"    {rule.stories} stories: {rule.text[:100]!r}")
    without, ruled = (scorer.summarise(both[each]) for each in (False, True))
    print(f"all these sites: {_figures(without)} -> {_figures(ruled)}")


def _real(folder: Path, gold: dict[str, Any], rules: RuleSet | None) -> Page:
    html = gzip.decompress((folder / "pages" / "dev" / f"{gold['id']}.html.gz").read_bytes())
    url = gold.get("url") or f"https://{gold['site']}/{gold['id']}"
    profile = Profile(source=gold["site"], rules=rules, licensed=True)
    return Page(url, url, html, "2026-09-01T00:00:00Z", profile, charset=gold.get("encoding"))


def _figures(scores: dict[str, Any]) -> str:
    return ", ".join(f"{name} {scores[name]:.4f}" for name in ("F1", "P", "R", "sF1") if scores.get(name) is not None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, nargs="?")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="two sites only")
    arguments = parser.parse_args()
    results = sites(arguments.seed, arguments.quick)
    for one in results:
        print(
            f"{one.name:14}{one.rules:4} rules; lines of the house: {one.learned} taken off, {len(one.stayed)} stayed, "
            f"{one.general} by general rules; paragraphs lost: {len(one.lost)}"
        )
        for text in dict.fromkeys(one.stayed):
            print(f"    stayed {one.stayed.count(text)} times: {text[:90]!r}")
        for text in dict.fromkeys(one.lost):
            print(f"    lost {one.lost.count(text)} times: {text[:90]!r}")
    learned, stayed = sum(one.learned for one in results), sum(len(one.stayed) for one in results)
    lost = sum(len(one.lost) for one in results)
    print(
        f"in all: {learned} of {learned + stayed} lines taken off ({learned / max(learned + stayed, 1):.1%}); lost: {lost}"
    )
    if arguments.corpus:
        corpus(arguments.corpus)
    sys.exit(1 if lost or stayed > 0.05 * (learned + stayed) else 0)


if __name__ == "__main__":
    main()
