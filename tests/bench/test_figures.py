"""What benches record: the document and its charts are what the kept figures say, and both are made alike each time."""

from __future__ import annotations

import argparse
import json
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import charts, paired, parts, record, tables

ROWS = [
    {"way": "ours & all", "ms": 6.125, "MB": 120},
    {"way": "a <tutorial>", "ms": 30.0, "MB": None},
]
FIGURES = record.Figures(
    "trial",
    "A trial",
    (record.Table("CPU a page", ROWS, charts.Bars("CPU a page", "way", ("ms", "MB"), limit=7)),),
    (record.Target("CPU", 6.125, 7, "ms"), record.Target("pages a second", 2.4, 2.5, least=True)),
    ("read by both in turns",),
)
SVG = "{http://www.w3.org/2000/svg}"


def test_the_document_and_the_charts_are_those_of_the_kept_figures() -> None:
    for file, text in tables.wanted().items():
        assert file.read_text("utf-8") == text, f"{file.name} is out of date: python -m bench.tables"


def test_every_part_has_its_place_in_the_document() -> None:
    places = tables.names(tables.DOCUMENT.read_text("utf-8"))
    assert [part.name for part in parts.PARTS if part.name not in places] == []
    assert len(places) == len(set(places))


def test_every_part_is_a_command_that_is_there() -> None:
    for part in parts.PARTS:
        assert (record.ROOT / part.command[0]).is_file(), part.command[0]


def test_figures_are_written_down_and_read_again(tmp_path: Path) -> None:
    file, chart = record.write(FIGURES, "python bench/trial.py", folder=tmp_path)
    data = json.loads(file.read_text("utf-8"))
    assert record.drawings(data) == {chart.name: chart.read_text("utf-8")}
    told = "\n".join(tables.markdown(data))
    assert "| ours & all | 6.12 | 120 |" in told
    assert "| pages a second | 2.40 | at least 2.50 | **falls short** |" in told
    assert "![CPU a page](figures/trial.svg)" in told
    assert str(Path.home()) not in file.read_text("utf-8")


def test_figures_without_a_place_in_the_document_are_an_error(tmp_path: Path) -> None:
    record.write(FIGURES, "python bench/trial.py", folder=tmp_path)
    with pytest.raises(ValueError, match=r"no place for docs/figures/trial\.json"):
        tables.wanted(folder=tmp_path)


@pytest.mark.parametrize(
    "chart",
    [
        charts.Bars("Bars", "way", ("ms",), "ms"),
        charts.Bars("Stacked", "way", ("ms", "MB"), stacked=True),
        charts.Lines("Lines", "ms", ("MB",), "MB", limit=50),
        charts.Lines("Lines", "ms", ("MB",), logarithmic=True),
    ],
    ids=lambda chart: f"{chart.title}-{len(chart.values)}",
)
def test_a_chart_is_named_and_told_in_words(chart: charts.Chart) -> None:
    drawn = ElementTree.fromstring(charts.draw(chart, ROWS))
    named = {each.get("id"): each.text for each in drawn if each.get("id")}
    assert drawn.get("role") == "img"
    assert (drawn.get("aria-labelledby") or "").split() == list(named)
    assert named["title"] == chart.title
    assert "120" in (named["told"] or "") or "6.12" in (named["told"] or "")
    assert charts.from_data(charts.as_data(chart)) == chart


def test_bars_are_as_long_as_their_values() -> None:
    drawn = ElementTree.fromstring(charts.draw(charts.Bars("Bars", "way", ("ms",)), ROWS))
    first, second = (float(each.get("width", "")) for each in drawn.iter(f"{SVG}rect") if each.get("class") == "s0")
    assert second / first == pytest.approx(30 / 6.125, rel=0.01)


def test_a_chart_without_a_number_is_an_error() -> None:
    with pytest.raises(ValueError, match="no row has a number in s"):
        charts.draw(charts.Bars("Bars", "way", ("s",)), ROWS)


def test_ways_take_turns_and_are_compared_round_by_round() -> None:
    order: list[str] = []

    def turn(name: str) -> float:
        order.append(name)
        return float(len(order))

    found = paired.rounds({name: partial(turn, name) for name in "abc"}, 3)
    assert "".join(order) == "abcbcacab"
    assert found == {"a": [1, 6, 8], "b": [2, 4, 9], "c": [3, 5, 7]}
    ratio = paired.ratio(found["a"], found["b"])
    assert (ratio.median, ratio.least, ratio.most, ratio.rounds) == (8 / 9, 1 / 2, 1.5, 3)


def test_rounds_that_are_not_pairs_have_no_ratio() -> None:
    with pytest.raises(ValueError, match="shorter"):
        paired.ratio([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="no round"):
        paired.ratio([], [])


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.95, 95), (1.0, 100), (0.0, 1)])
def test_percentiles_are_values_that_were_measured(share: float, value: int) -> None:
    assert paired.percentile(list(range(100, 0, -1)), share) == value


def test_a_command_names_no_folder_of_this_machine(tmp_path: Path) -> None:
    given = [str(tmp_path), "--times", "5", "--record", f"--million={tmp_path}/m.db", "--profile", str(tmp_path / "p")]
    typed = record.typed([f"{record.ROOT}/bench/storage.py", *given])
    assert typed == "python bench/storage.py FOLDER --times 5 --million=FILE --profile FILE"


def test_a_part_without_what_it_needs_is_left_out(tmp_path: Path) -> None:
    part = parts.Part("trial", "a trial", ("bench/trial.py", parts.CORPUS), 1, ("--million", parts.MILLION))
    assert parts.command(part, None, tmp_path) is None
    assert parts.command(part, tmp_path, None) == ["bench/trial.py", str(tmp_path)]
    assert parts.command(part, tmp_path, tmp_path / "m") == [
        "bench/trial.py",
        str(tmp_path),
        "--million",
        f"{tmp_path}/m",
    ]


def test_a_bench_can_be_told_to_keep_its_figures() -> None:
    parser = argparse.ArgumentParser()
    record.option(parser)
    assert parser.parse_args(["--record"]).record
    assert not parser.parse_args([]).record
