"""An address of an origin that was permitted is judged by its characters only; every other one whole."""

from __future__ import annotations

import pytest

from crawler.politeness import gate
from crawler.politeness.addresses import permits
from crawler.politeness.gate import Blocked, Gate

PUBLIC = "http://93.184.215.14"


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that is judged whole."""
    seen: list[str] = []

    def noted(url: str, *given: object, **named: object) -> str | None:
        seen.append(url)
        return permits(url, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(gate, "permits", noted)
    return seen


def test_a_permitted_origin_is_judged_once(judged: list[str]) -> None:
    at = Gate({}, None)
    for path in ("/1", "/2?q=http://10.0.0.1/", "/3#part", "/"):
        at._judge(PUBLIC + path)
    assert judged == [f"{PUBLIC}/1"]


@pytest.mark.parametrize(
    "url",
    [
        "http://93.184.215.14:22/1",
        "ftp://93.184.215.14/1",
        "http://93.184.215.14@127.0.0.1/1",
        "http://93.184.215.140.localhost/1",
        "http://127.0.0.1/http://93.184.215.14/1",
        "http://127.0.0.1#http://93.184.215.14/1",
        "http://93.184.215.14\\@127.0.0.1/1",
        "http://93.184.215.14/\\127.0.0.1",
        "http://93.184.215.14/a b",
        "http://93.184.215.14/\n",
    ],
)
def test_what_only_looks_like_a_permitted_origin_is_refused_each_time(url: str) -> None:
    at = Gate({}, None)
    at._judge(f"{PUBLIC}/1")
    for _ in range(2):
        with pytest.raises(Blocked):
            at._judge(url)


def test_an_exception_of_one_crawl_is_none_of_another() -> None:
    Gate({"agency.localhost": ("127.0.0.1", 8000)}, None)._judge("http://agency.localhost:8000/")
    with pytest.raises(Blocked):
        Gate({}, None)._judge("http://agency.localhost:8000/")


def test_origins_are_kept_up_to_a_number(judged: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "KEPT", 2)
    at = Gate({}, None)
    origins = [f"http://93.184.215.{number}/" for number in (1, 2, 3)]
    for origin in (*origins, origins[2], origins[0]):
        at._judge(origin)
    assert judged == [*origins, origins[0]]
    assert len(at._permitted) <= 2
