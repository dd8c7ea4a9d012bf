"""Measures extraction where a profile's body selector is known, on a corpus of real pages.

    python bench/profiles.py CORPUS [--every N] [--ids FILE]

CORPUS is in the form of bench/extraction.py. No page of it has a profile, so each gets one: the selector of the smallest
element that holds the gold body (by samples of its text; an id or a class where that alone finds the element, else its
path). Every page with a gold body is read by us with that selector, by us without one, and by trafilatura with its
metadata, in turns in one process. Prints body scores and CPU ratios. Exit status 1 where the ratio is above .30.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import importlib.util
import json
import logging
import re
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

if TYPE_CHECKING:
    from lxml.html import HtmlElement

FETCHED_AT = "2026-09-01T00:00:00Z"
SAMPLE, SAMPLES = 24, 60
HELD = 0.95
TARGET = 0.30
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def letters(text: str) -> str:
    return "".join(text.split())


def smallest(root: HtmlElement, gold: str) -> HtmlElement | None:
    """The smallest element with as many of the gold's samples as the page has; None where the page lacks them."""
    plain = letters(gold)
    # JSON-LD has the text, too; positions of other elements stay as they are.
    etree.strip_elements(root, "script", "style", with_tail=False)
    step = max(1, (len(plain) - SAMPLE) // SAMPLES)
    samples = [plain[at : at + SAMPLE] for at in range(0, max(1, len(plain) - SAMPLE), step)]

    def held(element: HtmlElement) -> int:
        text = letters(element.text_content())
        return sum(sample in text for sample in samples)

    body = root.find("body")
    if body is None or (most := held(body)) < HELD * len(samples):
        return None
    element = body
    while (inner := next((c for c in element if isinstance(c.tag, str) and held(c) >= most), None)) is not None:
        element = inner
    return element


def selector(root: HtmlElement, element: HtmlElement) -> str:
    """A CSS selector whose first match is the element alone."""
    from pipelines.body import select

    names = [f"#{element.get('id')}"] if NAME.fullmatch(element.get("id") or "") else []
    names += [f"{element.tag}.{name}" for name in (element.get("class") or "").split() if NAME.fullmatch(name)]
    for name in names:
        if select(root, (name,)) == [element]:
            return name
    path = []
    while (parent := element.getparent()) is not None:
        same = [child for child in parent if child.tag == element.tag]
        path.append(f"{element.tag}:nth-of-type({same.index(element) + 1})" if len(same) > 1 else str(element.tag))
        element = parent
    return " > ".join(reversed(path))


def measure(gold: dict[str, Any], corpus: str) -> dict[str, Any] | None:
    """The three readings of one page with their CPU seconds; None where its gold body is not in its HTML."""
    from trafilatura import bare_extraction

    from pipelines import tree
    from pipelines.extractor import extract
    from storage.models import Page, Profile

    data = gzip.decompress((Path(corpus) / "pages" / "dev" / f"{gold['id']}.html.gz").read_bytes())
    text = gold["body"] if isinstance(gold["body"], str) else "\n\n".join(gold["body"])
    url = gold.get("url") or f"https://{gold['site']}/{gold['id']}"
    parsed = tree.parse(data, gold.get("encoding"))
    place = smallest(parsed.root, text) if parsed is not None else None
    if parsed is None or place is None:
        return None
    found: dict[str, Any] = {"id": gold["id"], "selector": selector(parsed.root, place)}
    for way, selectors in (("profile", (found["selector"],)), ("general", ())):
        profile = Profile(source=gold["site"], body=selectors, licensed=True)
        page = Page(url, url, data, FETCHED_AT, profile, charset=gold.get("encoding"))
        start = time.process_time()
        extraction = extract(page)
        found[f"{way} s"] = time.process_time() - start
        found[way] = extraction.article.body if extraction.article else ""
        found[f"{way} way"] = dict(extraction.sources).get("body")
    start = time.process_time()
    document = bare_extraction(data, url=url, with_metadata=True)
    found["trafilatura s"] = time.process_time() - start
    found["trafilatura"] = str(getattr(document, "text", None) or "")
    return found


def warm() -> None:
    """What only the first page of a process pays is no page's cost."""
    from trafilatura import bare_extraction

    from pipelines import languages
    from pipelines.warming import warm as warm_ours

    logging.disable(logging.CRITICAL)
    warm_ours()
    languages.detector()("word")
    bare_extraction("<html><body><article><p>word</p></article></body></html>", with_metadata=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--every", type=int, default=1, help="only every N-th page")
    parser.add_argument("--ids", type=Path, help="only these pages, one id a line")
    parser.add_argument("--out", type=Path, help="write each page's selector, ways and seconds")
    arguments = parser.parse_args()
    spec = importlib.util.spec_from_file_location("score", arguments.corpus / "score.py")
    assert spec is not None and spec.loader is not None
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    gold = [page for page in scorer.load(arguments.corpus / "gold" / "dev.jsonl") if page.get("body")]
    gold = [page for page in gold if not any(why.startswith("body") for why in page.get("suspect") or ())]
    if arguments.ids:
        wanted = set(arguments.ids.read_text(encoding="utf-8").split())
        gold = [page for page in gold if page["id"] in wanted]
    gold = gold[:: arguments.every]
    with ProcessPoolExecutor(2, initializer=warm) as pool:
        rows = [
            row for row in pool.map(functools.partial(measure, corpus=str(arguments.corpus)), gold, chunksize=4) if row
        ]
    known = {page["id"]: page for page in gold}
    print(f"{len(rows)} of {len(gold)} pages hold their gold body in one element")
    for way in ("profile", "general", "trafilatura"):
        scores = scorer.summarise(
            [scorer.score_page(known[row["id"]], {"id": row["id"], "body": row[way]}) for row in rows]
        )
        spent = sum(row[f"{way} s"] for row in rows) / sum(row["trafilatura s"] for row in rows)
        print(
            f"{way:12} P {scores['P']:.3f} R {scores['R']:.3f} F1 {scores['F1']:.3f} CPU {spent:.3f} of trafilatura's"
        )
    missed = sum(row["profile way"] != "profile" for row in rows)
    print(f"the selector gave nothing on {missed} pages, which were read the general way")
    if arguments.out:
        with arguments.out.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    ratio = sum(row["profile s"] for row in rows) / sum(row["trafilatura s"] for row in rows)
    return int(ratio > TARGET)


if __name__ == "__main__":
    sys.exit(main())
