"""Proves over a corpus of real pages that no instant has a zone that neither its page nor its source has.

    python bench/zones.py CORPUS [--step N]

Every N-th page is read twice, once with no timezone of its source and once with one. An instant is `invented` where what was
written has no zone and the source's is not said to be used, `absent` where it is not written on the page at all.
"""

from __future__ import annotations

import argparse
import gzip
import html
import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipelines import entity, instants, jsonld, metadata, tags, tree
from storage.models import Instant, Page, Profile

FETCHED_AT = "2026-09-01T00:00:00Z"
OWN = "Asia/Kathmandu"
"""A timezone that no page of the corpus is of: where it is used, it shows."""
# Looser than what the code reads: whatever a person would take for a zone, behind the time and its day. Names are in
# capitals, as they are written: `at` and `Oct` are none.
OFFSET = re.compile(
    r"(?<![\w-])(?:UTC|GMT|UT)?\s?([+\-−])(\d{1,2})(?::?(\d{2}))?(?!\d)|(?<=\d)([+\-−])(\d{2}):?(\d{2})(?!\d)"
)
NAME = re.compile(r"(?<![^\W\d_])(?:Z|UTC?|GMT|[A-Z]{1,4}T|MSK|WIB|WITA|MESZ|MEZ|МСК|мск)(?![^\W\d_])")
CLOCK = re.compile(r"\d{1,2}\s?(?:[:.hH時点시]|Uhr)\s?\d{2}(?:[:.]\d{2})?(?:[.,]\d{1,9})?|(?<=\d)T?\d{4,6}(?!\d)")
EPOCH = re.compile(r"\d{10}(?:\d{3}|\.\d+)?")
DAY = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?=T|\b)|\d{1,2}-[A-Za-z]{3}-\d{4}")


@dataclass(slots=True)
class Findings:
    """Instants read of a corpus, and those that nobody wrote: (id of the page, instant)."""

    pages: int = 0
    read: int = 0
    invented: list[tuple[str, Instant]] = field(default_factory=list)
    absent: list[tuple[str, Instant]] = field(default_factory=list)


def honest(found: Instant, timezone: str | None) -> bool:
    """Whether an instant's zone was written in `raw`, or is the source's and marked so."""
    if found.precision == "day":
        return found.offset is None and len(found.at) == 10
    if found.origin.endswith(instants.SOURCE_ZONE):
        if timezone is None:
            return False
        local = instants.moment(found.at).astimezone(ZoneInfo(timezone))
        return instants.written(found)[:19] == local.isoformat()[:19]
    return EPOCH.fullmatch(found.raw) is not None or zoned(found.raw, found.offset)


def zoned(raw: str, offset: str | None) -> bool:
    """Whether a zone stands behind the time in `raw`: a name of one, or the very `offset` that was read."""
    plain = DAY.sub(" ", raw)
    clock = CLOCK.search(plain)
    after = plain[clock.end() :] if clock else ""
    for match in OFFSET.finditer(plain[clock.end() - 1 :] if clock else ""):
        sign, hours, minutes = match.group(1, 2, 3) if match[1] else match.group(4, 5, 6)
        told = f"{'+' if sign == '+' else '-'}{int(hours):02}:{minutes or '00'}"
        if told.replace("-00:00", "+00:00") == offset:
            return True
    return NAME.search(after) is not None


def written_on(raw: str, source: str, text: str) -> bool:
    """Whether a time stands in a page's source or text, whatever is between its words there."""
    source = html.unescape(html.unescape(source)).replace("\\/", "/")
    words = re.findall(r"\w+", raw)[-8:]
    loose = r"[\W_]{0,200}?".join(map(re.escape, words))
    return raw in source or re.search(loose, source) is not None or re.search(loose, text) is not None


def examine(corpus: Path, step: int, timezone: str | None) -> Findings:
    """Reads every `step`-th page of the corpus with its source in that timezone, or in none."""
    found = Findings()
    with (corpus / "gold" / "dev.jsonl").open(encoding="utf-8") as lines:
        gold: list[dict[str, Any]] = [json.loads(line) for line in lines]
    for page in gold[::step]:
        _examine(page, (corpus / "pages" / "dev" / f"{page['id']}.html.gz"), timezone, found)
    return found


def _examine(gold: dict[str, Any], path: Path, timezone: str | None, found: Findings) -> None:
    url = gold.get("url") or f"https://{gold['site']}/{gold['id']}"
    body = gzip.decompress(path.read_bytes())
    page = Page(url, url, body, FETCHED_AT, Profile(gold["site"], timezone=timezone), charset=gold.get("encoding"))
    parsed = tree.parse(body, page.charset)
    if parsed is None:
        return
    found.pages += 1
    told = tags.read(parsed.root)
    claims = jsonld.read(parsed.root, entity.subject(told, url))
    meta = metadata.read(page, parsed.root, told, claims)
    for instant in (meta.published, meta.modified, meta.printed):
        if instant is None:
            continue
        found.read += instant.precision != "day"
        if not honest(instant, timezone):
            found.invented.append((gold["id"], instant))
        if instant.precision != "day" and not written_on(instant.raw, parsed.html, "".join(parsed.root.itertext())):
            found.absent.append((gold["id"], instant))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--step", type=int, default=1, help="every N-th page (1)")
    arguments = parser.parse_args()
    bad = 0
    for timezone in (None, OWN):
        found = examine(arguments.corpus, arguments.step, timezone)
        bad += len(found.invented) + len(found.absent)
        print(
            f"source timezone {timezone or 'none':16} {found.pages} pages, {found.read} instants, "
            f"{len(found.invented)} with an invented zone, {len(found.absent)} not on the page"
        )
        for kind, instance in (("invented", found.invented), ("absent", found.absent)):
            for page, instant in instance:
                print(f"  {kind} {page}: {instant}")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
