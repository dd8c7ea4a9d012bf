"""`scrapy crawl … -O FILE`: what was stored, in each of Scrapy's formats, readable, safe and well-formed."""

from __future__ import annotations

import csv
import json
from io import BytesIO
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from crawler.export.scrapy_feeds import HarmlessCsv, LegalXml
from pipelines.item import item
from storage.export import COLUMNS
from storage.models import Credit, Dateline, Decision, Ended
from tests.storage.harness import article, instant

if TYPE_CHECKING:
    from collections.abc import Callable

ADDED = ("outcome", "kind", "label")
ONLY_STORED = {"story_id", "first_seen_at", "last_checked_at", "gone_at", "gone_why"}


def test_a_crawl_writes_what_it_stored_in_every_format(project_of: Callable[..., Any]) -> None:
    with project_of() as project:
        files = {name: project.folder / f"out.{name}" for name in ("jsonl", "json", "csv", "xml")}
        wanted = [part for path in files.values() for part in ("-O", str(path))]
        done = project.run("scrapy", "crawl", "demo", *wanted, "-a", "limit=5")
        assert done.returncode == 0, done.stderr
        items = [json.loads(line) for line in files["jsonl"].read_text(encoding="utf-8").splitlines()]
        assert json.loads(files["json"].read_text(encoding="utf-8")) == items
        stored = {row["id"]: row for row in project.rows("SELECT * FROM articles")}
        assert len(items) == len(stored) == 5
        for each in items:
            row = stored[each["id"]]
            for name in set(each).intersection(row):
                decoded = json.loads(row[name]) if isinstance(each[name], list) else row[name]
                assert each[name] == decoded, name
        cells = list(csv.DictReader(files["csv"].read_text(encoding="utf-8").splitlines(keepends=True)))
        assert [int(row["id"]) for row in cells] == [each["id"] for each in items]
        assert [json.loads(row["authors"]) for row in cells] == [each["authors"] for each in items]
        elements = etree.fromstring(files["xml"].read_bytes()).findall("item")
        assert [int(each.findtext("id") or 0) for each in elements] == [each["id"] for each in items]
        assert [each.findtext("credit") for each in elements] == [each["credit"] or "" for each in items]


def test_an_item_has_the_columns_of_the_view_in_their_order() -> None:
    made = article(
        published=instant("2023-10-05", "day"),
        modified=instant("2023-10-05T08:00:00Z"),
        dateline=Dateline("ORSEL, October 5. ", "ORSEL", "2023-10-05", None, 18),
        credit=Credit("ENA", "ENA", "high"),
        title="one \ud83d\ude00 \ud800 \x00two",
        authors=("A, B", "C"),
    )
    found = item(made, Decision("new", None, 0), Ended(article_id=7, revision=1))
    assert (*(name for name in COLUMNS if name not in ONLY_STORED), *ADDED) == tuple(found)
    assert (found["published_at"], found["modified_at"]) == ("2023-10-05", "2023-10-05T08:00:00Z")
    assert (found["id"], found["kind"], found["authors"]) == (7, "first", ["A, B", "C"])
    assert found["title"] == "one \U0001f600 \ufffd two"


@given(st.text(st.one_of(st.characters(), st.sampled_from("=+-@\x00\x0b\x1b\ufffe<&\"'\ud800\n\r\t]]>")), max_size=20))
def test_no_text_breaks_the_file(text: str) -> None:
    made = article(title=text, authors=(text, "B"))
    values = item(made, Decision("new", None, 0), Ended(article_id=7, revision=1))
    xml, table = BytesIO(), BytesIO()
    for exporter in (LegalXml(xml, encoding="utf-8"), HarmlessCsv(table, encoding="utf-8")):
        exporter.start_exporting()
        exporter.export_item(values)
        exporter.finish_exporting()
    found = etree.fromstring(xml.getvalue())
    assert len(found.findall("item/authors/value")) == 2
    assert found.findtext("item/url") == values["url"]
    (row,) = csv.DictReader(table.getvalue().decode().splitlines(keepends=True))
    assert row["title"][:1] not in {"=", "+", "-", "@", "\t", "\r"}
    assert len(json.loads(row["authors"])) == 2
