"""What the command writes as ninjs is valid by the IPTC's schema, as the documents say."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from bench.ninjs import validator
from crawler.cli import main
from tests.docs.documents import ROOT

SCHEMA = ROOT / "tests" / "storage" / "standards" / "ninjs-schema_3.1.json"


def test_every_text_of_the_demo_is_valid_and_the_greatest_version_is_the_current_text(made_demo: Path) -> None:
    def export(*options: str) -> list[dict[str, str]]:
        done = CliRunner().invoke(main, ["export", "--format", "ninjs", "--db", str(made_demo / "demo.db"), *options])
        assert done.exit_code == 0, done.stderr
        return [json.loads(line) for line in done.stdout_bytes.splitlines()]

    rules = validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    every = export("--versions")
    assert [(item["uri"], error.message) for item in every for error in rules.iter_errors(item)] == []
    last: dict[str, dict[str, str]] = {}
    for item in every:
        kept = last.setdefault(item["uri"], item)
        last[item["uri"]] = max(kept, item, key=lambda each: int(each["version"]))
    assert list(last.values()) == export()
    assert len(last) < len(every)
