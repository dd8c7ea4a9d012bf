"""The number of the rules says what it says: a released one never stands for another output."""

from __future__ import annotations

import json
from importlib.metadata import version

from bench.rules_number import RELEASED, present

released: dict[str, str] = json.loads(RELEASED.read_text(encoding="utf-8"))


def test_extraction_that_changed_has_another_number_than_the_released_one() -> None:
    found = present()
    assert int(found["rules"]) >= int(released["rules"])
    if (found["rules"], found["engine"]) == (released["rules"], released["engine"]):
        assert found["output"] == released["output"], (
            f"extraction makes other articles than the released rules {released['rules']}: raise RULES in "
            "pipelines/extractor.py, or no text that is stored will ever be made anew"
        )


def test_each_version_of_dateline_has_its_rules_recorded() -> None:
    assert released["dateline"] == version("dateline"), (
        "a version is released with its rules recorded: python bench/rules_number.py --record"
    )
