"""What worker processes send is read as plain data."""

from __future__ import annotations

import io
import os
import pickle
from collections import Counter, OrderedDict
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from pipelines import plain as module
from pipelines.extractor import extract
from pipelines.plain import NotPlain, Unpickler, plain
from pipelines.workers import ExtractionPool
from storage.models import Article, Extraction, Page, Profile


class Evil:
    """Runs a command where it is unpickled."""

    def __init__(self, marker: str) -> None:
        self.marker = marker

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.marker}",)


def take_over(marker: str) -> Evil:
    """What a worker answers that is no longer ours."""
    return Evil(marker)


def read(value: Any) -> Any:
    """As a worker sends it, which loads nothing that pickles exceptions its own way (distributed does, for its process)."""
    sent = io.BytesIO()
    pickler = pickle.Pickler(sent)
    pickler.dispatch_table = {}
    pickler.dump(value)
    return Unpickler(io.BytesIO(sent.getvalue())).load()


def test_answers_are_read_as_they_were() -> None:
    page = Page("https://a.test/1", "https://a.test/1", b"<p>word</p>", "2026-11-26T00:00:00Z", Profile("a"))
    for value in (extract(page), page, Extraction(None, "no_text"), ("a", [1.5, None], {"b": b"c"}), ValueError("bad")):
        assert read(value) == value or (isinstance(value, ValueError) and read(value).args == value.args)


@pytest.mark.parametrize(
    "value", [Evil("x"), os.system, getattr, eval, Path("x"), Counter("a"), OrderedDict(), SystemExit(1)]
)
def test_whatever_could_be_called_is_refused(value: Any) -> None:
    with pytest.raises(NotPlain, match="no part of an answer"):
        read(value)


def test_a_shape_is_known_by_its_own_name_alone() -> None:
    unpickler = Unpickler(io.BytesIO())
    assert unpickler.find_class("storage.models", "Article") is Article
    with pytest.raises(NotPlain, match="no part of an answer"):
        unpickler.find_class("storage.models", "Article.url.__objclass__")


def test_an_answer_that_is_too_long_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST", 100)
    reader, writer = get_context("spawn").Pipe(duplex=False)
    with plain(reader) as ours, writer:
        writer.send(bytes(101))
        with pytest.raises(NotPlain, match="more than 100 bytes"):
            ours.recv()


def test_damaged_bytes_are_no_answer() -> None:
    reader, writer = get_context("spawn").Pipe(duplex=False)
    ours = plain(reader)
    writer.send_bytes(b"\x80\x05K")
    with pytest.raises(NotPlain):
        ours.recv()
    writer.send({"a": 1})
    assert ours.recv() == {"a": 1}
    ours.close()
    writer.close()


async def test_a_worker_that_was_taken_over_runs_nothing_in_the_parent(tmp_path: Path) -> None:
    pool = ExtractionPool(workers=1)
    marker = tmp_path / "marker"
    try:
        assert await pool.run(take_over, str(marker), seconds=30) == "extract_crash"
    finally:
        await pool.close()
    assert not marker.exists()
