"""What extraction makes of a dozen pages of our own writing, as one hash, beside the number of its rules.

    python bench/rules_number.py            the number and the hash
    python bench/rules_number.py --record   keep them as released: at each release, and where databases were made with a number

`RULES` of pipelines/extractor.py is part of every row's `extractor`: by it re-extraction knows which texts are to be made anew,
and a crawl what only the extractor changed. A released number therefore always stands for the same output: a test compares.
With a number above the released one the rules may change from commit to commit.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tomllib
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipelines import extractor
from storage.models import Page, Profile

PAGES = Path(__file__).with_name("rules_pages.toml")
RELEASED = Path(__file__).with_name("rules_released.json")
UNSAID = frozenset({"ms", "spent"})


def output() -> str:
    """A hash over all that extraction says of the pages, times and its own name aside."""
    said = []
    for one in tomllib.loads(PAGES.read_text(encoding="utf-8"))["page"]:
        html = f'<!DOCTYPE html><html lang="{one["lang"]}"><head>{one["head"]}</head><body>{one["body"]}</body></html>'
        page = Page(one["url"], one["url"], html.encode(), "2026-03-20T00:00:00Z", Profile("mercury"), charset="utf-8")
        found: dict[str, Any] = {
            name: value for name, value in asdict(extractor.extract(page)).items() if name not in UNSAID
        }
        if found["article"] is not None:
            del found["article"]["extractor"]
        said.append(found)
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def present() -> dict[str, str]:
    """What would be recorded now."""
    engine = f"trafilatura {version('trafilatura')}"
    return {"dateline": version("dateline"), "rules": extractor.RULES, "engine": engine, "output": output()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="keep them as released")
    found = present()
    if parser.parse_args().record:
        released = json.loads(RELEASED.read_text(encoding="utf-8"))
        if (
            released["rules"] == found["rules"]
            and released["engine"] == found["engine"]
            and released["output"] != found["output"]
        ):
            sys.exit(
                f"rules {found['rules']} were released with another output: raise RULES in pipelines/extractor.py first"
            )
        RELEASED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
