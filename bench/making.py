"""Copies of real texts as newspapers make them, for `copies.py`: trimmed, retitled, reworded, added to. All is seeded."""

from __future__ import annotations

import gzip
import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pipelines.extractor import extract
from pipelines.fingerprint import words
from storage.models import Page, Profile

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Copy = Callable[[str, Sequence[str], random.Random], str]

FETCHED_AT = "2026-09-01T00:00:00Z"
FEWEST_WORDS = 80
ALIKE = 0.1
"""Share of eight-word runs from which two of the corpus' own texts are taken for the same, and one is left out."""

OPENING_WORDS = 50

_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
_PLACES = ("LONDON", "GENEVA", "NAIROBI", "LIMA", "HANOI", "OTTAWA", "CAIRO", "OSLO")
_OUTLETS = ("Mercury Wire", "Harbour Post", "The Daily Beacon", "Northern Courier", "Delta News")


@dataclass(frozen=True, slots=True)
class Text:
    """A body of the corpus: its paragraphs, and the page it is of."""

    id: str
    language: str | None
    title: str
    paragraphs: tuple[str, ...]

    @property
    def body(self) -> str:
        return "\n".join(self.paragraphs)


def texts(corpus: Path) -> list[Text]:
    """The corpus' bodies of FEWEST_WORDS and more, each text once: as marked by people, else as we extract them."""
    found: list[Text] = []
    runs: dict[tuple[str, ...], str] = {}
    for line in (corpus / "gold" / "dev.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        body = gold.get("body") or _extracted(corpus, gold)
        paragraphs = tuple(p for each in body.split("\n") if (p := " ".join(each.split())))
        spoken = words("\n".join(paragraphs))
        if len(spoken) < FEWEST_WORDS:
            continue
        own = {tuple(spoken[at : at + 8]) for at in range(len(spoken) - 7)}
        seen = Counter(runs[run] for run in own if run in runs)
        if seen and seen.most_common(1)[0][1] >= ALIKE * len(own):
            continue
        runs |= dict.fromkeys(own, gold["id"])
        found.append(Text(gold["id"], gold.get("lang"), gold.get("title") or gold["id"], paragraphs))
    return found


def _extracted(corpus: Path, gold: dict[str, str]) -> str:
    body = gzip.decompress((corpus / "pages" / "dev" / f"{gold['id']}.html.gz").read_bytes())
    url = gold.get("url") or f"https://{gold['site']}/{gold['id']}"
    page = Page(url, url, body, FETCHED_AT, Profile(source=gold["site"], licensed=True), charset=gold.get("encoding"))
    article = extract(page).article
    return article.body if article else ""


def same_topic(originals: Sequence[Text], others: Sequence[Text], count: int) -> list[Text]:
    """Of `others`, the `count` whose vocabulary is nearest to one of `originals`, by the cosine of their rarer words."""
    every = [*originals, *others]
    spoken = {text.id: set(words(f"{text.title}\n{text.body}")) for text in every}
    held = Counter(word for each in spoken.values() for word in each)
    weight = {word: math.log(len(every) / n) for word, n in held.items() if 1 < n < len(every) / 10}
    vector = {key: {w: weight[w] for w in each if w in weight} for key, each in spoken.items()}
    length = {key: math.sqrt(sum(v * v for v in each.values())) or 1.0 for key, each in vector.items()}

    def near(text: Text) -> float:
        own = vector[text.id]
        return max(
            sum(own[w] ** 2 for w in own.keys() & vector[each.id].keys()) / (length[text.id] * length[each.id])
            for each in originals
        )

    return sorted(others, key=near, reverse=True)[:count]


def units(text: str) -> list[str]:
    """A text's words with the blanks behind them; pairs of characters where no blanks part words."""
    spaced = re.findall(r"\S+\s*", text)
    return [text[at : at + 2] for at in range(0, len(text), 2)] if _is_unspaced(text) else spaced


def _is_unspaced(text: str) -> bool:
    return len(_UNSPACED.findall(text)) > len(text) / 3


def cut(body: str, share: float, *, first: bool) -> str:
    """`body` without its first or last `share` of the words."""
    parts = units(body)
    at = round(len(parts) * share)
    return "".join(parts[at:] if first else parts[: len(parts) - at]).strip()


def reworded(body: str, share: float, vocabulary: Sequence[str], rng: random.Random) -> str:
    """`body` with `share` of its words replaced by others of its language."""
    parts = units(body)
    for at in rng.sample(range(len(parts)), round(len(parts) * share)):
        blank = parts[at][len(parts[at].rstrip()) :]
        parts[at] = rng.choice(vocabulary) + blank
    return "".join(parts)


def retold(body: str, rng: random.Random) -> str:
    """`body` with the dateline and credit lines of another house."""
    outlet = rng.choice(_OUTLETS)
    return f"{rng.choice(_PLACES)}, May {rng.randint(1, 28)} ({outlet}) - {body}\n(Reporting by {outlet}; Editing by R. Doe)"


def added(body: str, paragraphs: Sequence[str], rng: random.Random) -> str:
    """`body` with paragraphs of another hand, each anywhere between its own."""
    parts = body.split("\n")
    for paragraph in paragraphs:
        parts.insert(rng.randint(0, len(parts)), paragraph)
    return "\n".join(parts)


def follow_up(host: Text, other: Text, pieces: int, rng: random.Random) -> str:
    """`host` with a fifth of the words of `other` as background, in so many passages."""
    parts = units(other.body.replace("\n", " "))
    size = max(1, round(len(parts) * 0.2 / pieces))
    starts = [round(at * len(parts) / pieces) for at in range(pieces)]
    room = len(parts) // pieces - size
    passages = ["".join(parts[at : at + size]).strip() for at in (s + rng.randint(0, max(0, room)) for s in starts)]
    return added(host.body, passages, rng)


def digest(told: Sequence[Text], *, opening: bool) -> str:
    """A page that prints texts one after another, whole or the paragraphs of their first fifty words."""
    parts = []
    for text in told:
        size, kept = 0, []
        for paragraph in text.paragraphs:
            kept.append(paragraph)
            size += len(words(paragraph))
            if opening and size >= OPENING_WORDS:
                break
        parts.append("\n".join(kept))
    return "\n".join(parts)


def kinds(spare: Sequence[str]) -> dict[str, Copy]:
    """The kinds of copies: name -> (body, vocabulary, generator) -> copy. `spare`: paragraphs that may be added."""

    def paragraphs(rng: random.Random) -> list[str]:
        """No two copies are given the same one: the words are in an order of their own."""
        chosen = [units(paragraph) for paragraph in rng.sample(spare, rng.randint(1, 3))]
        return [" ".join(part.strip() for part in rng.sample(parts, len(parts))) for parts in chosen]

    def everything(
        body: str, vocabulary: Sequence[str], rng: random.Random, cuts: Sequence[float], shares: Sequence[float]
    ) -> str:
        trimmed = cut(body, rng.choice(cuts), first=rng.random() < 0.5)
        changed = reworded(trimmed, rng.choice(shares), vocabulary, rng)
        return retold(added(changed, paragraphs(rng), rng), rng)

    made: dict[str, Copy] = {}
    for share in (0.2, 0.35, 0.5):
        made[f"first {share:.0%} cut"] = partial(_cut, share=share, first=True)
        made[f"last {share:.0%} cut"] = partial(_cut, share=share, first=False)
    made["headline, dateline, credit"] = lambda body, _, rng: retold(body, rng)
    made["1-3 paragraphs added"] = lambda body, _, rng: added(body, paragraphs(rng), rng)
    for share in (0.02, 0.05, 0.1):
        made[f"{share:.0%} of words changed"] = partial(_reworded, share=share)
    made["all together"] = lambda body, v, rng: everything(body, v, rng, (0.2, 0.35, 0.5), (0.02, 0.05, 0.1))
    made["all, 50% cut, 10% changed"] = lambda body, v, rng: everything(body, v, rng, (0.5,), (0.1,))
    return made


def _cut(body: str, _vocabulary: Sequence[str], _rng: random.Random, *, share: float, first: bool) -> str:
    return cut(body, share, first=first)


def _reworded(body: str, vocabulary: Sequence[str], rng: random.Random, *, share: float) -> str:
    return reworded(body, share, vocabulary, rng)
