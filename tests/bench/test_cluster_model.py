"""The model of a cluster says what follows from its inputs; two partings into stories are compared pair by pair."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bench import cluster_inputs, cluster_model, near, record
from bench.cluster_inputs import Inputs, Sample
from bench.cluster_model import Job

if TYPE_CHECKING:
    from pathlib import Path

INPUTS = Inputs(
    cores=2, extract_ms=16, page_ms=20, engine_ms=0.1, start_s=10, measured_one=60, measured_two=100, scheduler_ms=0.5,
    client_ms=0.4, worker_ms=0.3, tasks_per_second=1500, articles_share=0.8, part_bytes=2000, load_rate=1500,
    stories_alone_ms=1, stories_copied_ms=8, join_us=1,
)  # fmt: skip
JOB = Job(files=1000, pages=10_000, file_gb=0.5, skew=0.2, copies=0.3)


def test_one_worker_has_a_core_for_all_that_runs_beside_its_extraction_and_two_share_two() -> None:
    assert cluster_model.pace(INPUTS, 1, cores=2) == pytest.approx(1000 / 16)
    assert cluster_model.pace(INPUTS, 2, cores=2) == pytest.approx(100)


def test_files_go_to_whoever_is_free() -> None:
    assert cluster_model.makespan([4, 1, 1, 1, 1], 2) == 4
    assert cluster_model.makespan([1, 1, 1, 1, 4], 2) == 6, "the last file ends alone"
    assert cluster_model.makespan([1, 5], 10) == 5


def test_what_holds_a_run_is_named() -> None:
    assert cluster_model.run(INPUTS, JOB, 10).held_by == "workers' CPU"
    assert cluster_model.run(INPUTS, JOB, 700).held_by == "the last files"
    assert cluster_model.run(INPUTS, JOB, 10_000).held_by == "fewer files than workers"
    assert cluster_model.run(INPUTS, replace(JOB, file_gb=50), 100).held_by == "reading"
    small = replace(JOB, pages=1, file_gb=0.00001, files=1_000_000)
    assert cluster_model.run(INPUTS, small, 1000).held_by == "scheduler"


def test_files_have_the_pages_that_were_said_in_the_mean() -> None:
    assert sum(cluster_model.sizes_of(JOB)) == pytest.approx(JOB.all_pages)


def test_rates_lie_between_the_first_and_the_last_file_that_ended() -> None:
    samples = [
        Sample(5, 10, {0: 1.0, 1: 2.0}),
        Sample(7, 20, {0: 1.1, 1: 2.5, 2: 0.4}),
        Sample(15, 110, {0: 2.0, 1: 4.0, 2: 8.0}),
    ]
    found = cluster_inputs.rates(samples)
    assert found == pytest.approx({"rate": 10, "extract_ms": 80, "engine_ms": 10, "page_ms": 100})
    with pytest.raises(ValueError, match="fewer than two"):
        cluster_inputs.rates(samples[:1])


def test_pairs_of_two_partings_are_counted() -> None:
    found = near.agreement({"a": 1, "b": 1, "c": 1, "d": 2}, {"a": "x", "b": "x", "c": "y", "d": "y", "e": "y"})
    assert found == near.Agreement(same=1, only_one=2, only_other=3)


def test_what_was_recorded_is_what_the_model_goes_by(tmp_path: Path) -> None:
    found = cluster_model.figures(INPUTS, JOB, Namespace(core_hour=0.04, gb_month=0.02))
    record.write(found, "python bench/cluster_model.py", folder=tmp_path)
    assert cluster_model.kept(tmp_path / "cluster_model.json") == INPUTS
