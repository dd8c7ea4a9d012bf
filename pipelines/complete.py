"""Puts back what the search for the body cut: paragraphs in containers of the same make as those that were found.

Publishers part a text into several containers, around advertisements and pictures. A paragraph that stands in the
document between (or right after) found ones, in the same kind of place as most of them, is text as well.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate, islice

from lxml.html import HtmlElement

from pipelines import doubts
from pipelines.body import Body, Paragraph, from_selected
from pipelines.text import solid, squeeze, words

Place = tuple[str, ...]
Block = tuple[HtmlElement, str, Place, HtmlElement | None]
PROSE = 60
MUCH = 800
MISSED = 0.2
ENOUGH = 3
SHARE = 0.5
WORTH = 8
LEVELS = 3
SAMPLE = 40
LISTED = 12
"""Runs of prose, at the most, that are told as left out."""
SOUGHT = 2_000
"""Runs of prose, at the most, that are looked for in the whole text since no paragraph begins with them."""
HEADS = ("h2", "h3", "h4")


def complete(root: HtmlElement, body: Body) -> Body:
    """The body with what was cut put back in its place; the same body where nothing was."""
    blocks = list(_blocks(root))
    filled = _filled(blocks, body)
    missed = _missed(blocks, _key("".join(p.text for p in filled.paragraphs)))
    return filled if missed is None else Body(from_selected([missed]).paragraphs, "cluster")


def told(body: Body, texts: tuple[str, ...], witness: str) -> Body:
    """The body with those runs of the page's prose in their places that a witness of the text has, too."""
    said, have = _key(witness), _key("".join(p.text for p in body.paragraphs))
    ends = list(accumulate(len(_key(p.text)) for p in body.paragraphs))
    starts = {_start(p.text): place for place, p in reversed(list(enumerate(body.paragraphs, 1)))}
    missing: dict[int, list[Paragraph]] = {}
    after = sought = 0
    for text in texts:
        if (place := starts.get(_start(text))) is not None:
            after = max(after, place)
            continue
        sought += 1
        if sought > SOUGHT:
            break
        key = _key(text)
        if (at := have.find(key[:SAMPLE])) >= 0:
            after = max(after, bisect(ends, at) + 1)
        elif len(key) >= PROSE and " " in text and key in said:
            missing.setdefault(after, []).append(Paragraph("text", text))
    if not missing:
        return body
    paragraphs = list(missing.get(0, []))
    for number, paragraph in enumerate(body.paragraphs, 1):
        paragraphs += [paragraph, *missing.get(number, [])]
    return Body(tuple(paragraphs), body.way + " completed")


def left(body: Body, texts: tuple[str, ...]) -> tuple[str, ...]:
    """The longest runs of the page's prose that are not in the body, in document order."""
    # A paragraph is mostly known by its own beginning: to look for each in the whole takes the square of their number.
    starts = {_start(p.text) for p in body.paragraphs}
    out = [n for n, text in enumerate(texts) if _start(text) not in starts]
    have = _key("".join(p.text for p in body.paragraphs)) if out else ""
    longest = (n for n in sorted(out, key=lambda n: -len(texts[n])) if _start(texts[n]) not in have)
    return tuple(texts[n] for n in sorted(islice(longest, LISTED)))


def _start(text: str) -> str:
    return _key(text[: 2 * SAMPLE])[:SAMPLE]


def _filled(blocks: list[Block], body: Body) -> Body:
    have = {_key(p.text): number for number, p in reversed(list(enumerate(body.paragraphs)))}
    known = [have.get(key) for _, key, _, _ in blocks]
    found = Counter(place for (_, _, place, _), number in zip(blocks, known, strict=True) if number is not None)
    usual = {place for place, count in found.items() if count >= ENOUGH and count >= SHARE * max(found.values())}
    if not usual:
        return body
    joined = _key("".join(p.text for p in body.paragraphs))
    homes = Counter(block[3] for block, number in zip(blocks, known, strict=True) if number is not None)
    missing: dict[int, list[Paragraph]] = {}
    after = -1
    for (element, key, place, home), number in zip(blocks, known, strict=True):
        if number is not None:
            after = max(after, number)
        elif (
            place in usual
            and home in homes
            and key not in joined
            and element.tag == "p"
            and words(element.text_content()) >= WORTH
        ):
            missing.setdefault(after, []).append(Paragraph("text", squeeze(element.text_content())))
    if not missing:
        return body
    paragraphs = list(missing.get(-1, []))
    for number, paragraph in enumerate(body.paragraphs):
        paragraphs += [paragraph, *missing.get(number, [])]
    return Body(tuple(paragraphs), body.way + " completed")


def _missed(blocks: list[Block], joined: str) -> HtmlElement | None:
    """The element that directly holds more of the page's prose than any other, where hardly any of it was found."""
    prose: Counter[HtmlElement] = Counter()
    found: Counter[HtmlElement] = Counter()
    for element, key, _, _ in blocks:
        parent = element.getparent()
        if element.tag == "p" and parent is not None and len(key) >= PROSE:
            prose[parent] += len(key)
            found[parent] += len(key) if key in joined else 0
    if not prose:
        return None
    best, size = prose.most_common(1)[0]
    return (
        best
        if size >= MUCH and size > 0.5 * sum(prose.values()) and found[best] < MISSED * size and not _reader(best)
        else None
    )


def _reader(element: HtmlElement) -> bool:
    """Whether the element is where readers write."""
    return any(
        doubts.foreign(f"{e.get('class') or ''} {e.get('id') or ''}") for e in (element, *element.iterancestors())
    )


def _blocks(root: HtmlElement) -> Iterator[Block]:
    """(element, its words, the kind of place it stands in, the article element it belongs to) of each paragraph."""
    around: dict[HtmlElement | None, tuple[Place, HtmlElement | None]] = {}
    for element in root.iter("p", *HEADS):
        if key := _key(element.text_content()):
            parent = element.getparent()
            if parent not in around:
                around[parent] = _place(parent), _home(parent)
            place, home = around[parent]
            yield element, key, (f"{element.tag}.{element.get('class') or ''}", *place), home


def _key(text: str) -> str:
    return solid(text)


def _home(parent: HtmlElement | None) -> HtmlElement | None:
    while parent is not None and parent.tag not in ("article", "main"):
        parent = parent.getparent()
    return parent


def _place(parent: HtmlElement | None) -> Place:
    names = []
    for _ in range(LEVELS):
        if parent is None:
            break
        names.append(f"{parent.tag}.{parent.get('class') or ''}")
        parent = parent.getparent()
    return tuple(names)
