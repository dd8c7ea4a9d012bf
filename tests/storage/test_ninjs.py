"""ninjs: every item is valid by the standard's schema, and says nothing that was not said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.ninjs import is_uri, validator
from storage import uris
from storage.export import COLUMNS
from storage.ninjs import FIELDS, RESERVED, Publisher, item

RULES = validator(
    json.loads((Path(__file__).parent / "standards" / "ninjs-schema_3.1.json").read_text(encoding="utf-8"))
)
ARTICLE: dict[str, Any] = {
    **dict.fromkeys(COLUMNS),
    "id": 7,
    "source": "mercury-en",
    "key": "id:4711",
    "url": "https://mercury.test/news/4711",
    "canonical_url": "https://mercury.test/news/4711",
    "title": "Harbour reopens",
    "body": "ORSEL, October 5. The harbour reopened.\n\nShips sail.",
    "subheads": "[]",
    "authors": '["Ann Bee", "C. Dee"]',
    "tags": '["ships", ""]',
    "section": "World",
    "language": "en",
    "published_at": "2023-10-05T08:00:00Z",
    "published_precision": "second",
    "agency_id": "4711",
    "form": "article",
    "rights": "open",
    "access": "open",
    "status": "live",
    "revision": 2,
    "story_id": 3,
    "word_count": 8,
    "dateline": "ORSEL, October 5. /ENA/.",
    "dateline_place": "ORSEL",
    "dateline_agency": "ENA",
}
TEXT: dict[str, Any] = {"article_id": 7, "revision": 2, "kind": "update", "label": "UPDATE 1", "modified_at": None}
TEXT |= {"oldest": False}


def made(article: dict[str, Any] | None = None, text: dict[str, Any] | None = None, **named: Any) -> dict[str, Any]:
    found = item({**ARTICLE, **(article or {})}, {**TEXT, **(text or {})}, **named)
    assert [error.message for error in RULES.iter_errors(found)] == []
    return found


def test_an_item() -> None:
    found = made(publisher=Publisher("Mercury", "https://mercury.test/en"))
    assert found["uri"] == uris.of_article("mercury-en", "id:4711")
    assert (found["version"], found["pubStatus"], found["representationType"]) == ("2", "usable", "full")
    assert found["by"] == "Ann Bee, C. Dee"
    assert (found["located"], found["firstCreated"]) == ("ORSEL", "2023-10-05T08:00:00Z")
    assert found["subjects"] == [{"name": "World", "rel": "section"}, {"name": "ships", "rel": "keyword"}]
    assert [(each["name"], each["role"]) for each in found["infoSources"]] == [
        ("Mercury", "publisher"),
        ("ENA", "originator"),
    ]
    assert found["bodies"][0]["value"] == ARTICLE["body"]
    assert found["edNote"] == "UPDATE 1; update"
    assert found["altIds"][0] == {"role": "agency", "value": "4711"}


def test_no_time_is_made_up() -> None:
    assert "versionCreated" not in made()
    assert made(text={"revision": 1, "oldest": True})["versionCreated"] == "2023-10-05T08:00:00Z"
    assert "versionCreated" not in made(text={"revision": 1, "oldest": False})
    assert made(text={"modified_at": "2023-10-05T09:00:00Z"})["versionCreated"] == "2023-10-05T09:00:00Z"
    day = made(
        {"published_at": "2023-10-05", "published_precision": "day"}, {"modified_at": "2023-10-06", "oldest": True}
    )
    assert {"firstCreated", "versionCreated"}.isdisjoint(day)
    assert "firstCreated" not in made({"published_at": None})


@pytest.mark.parametrize(
    ("article", "text", "status"),
    [
        ({}, {}, "usable"),
        ({"status": "corrected"}, {"kind": "correction"}, "usable"),
        ({"status": "withdrawn"}, {"kind": "withdrawal"}, "canceled"),
        ({"status": "withdrawn"}, {"revision": 1, "kind": "first"}, "canceled"),
        ({"status": "withdrawn", "gone_at": "2023-10-06T00:00:00Z", "gone_why": "404"}, {}, "withheld"),
        ({"status": "withdrawn", "gone_at": "2023-10-06T00:00:00Z"}, {"kind": "withdrawal"}, "canceled"),
        # Once withdrawn, alive again: the notice stays what it is.
        ({"revision": 3}, {"kind": "withdrawal"}, "canceled"),
    ],
)
def test_what_may_still_be_used(article: dict[str, Any], text: dict[str, Any], status: str) -> None:
    assert made(article, text)["pubStatus"] == status


def test_a_withdrawal_stays_one_where_the_page_of_its_notice_goes_away() -> None:
    gone = {"status": "withdrawn", "gone_at": "2023-10-06T00:00:00Z"}
    assert made(gone, {"revision": 1}, current={"kind": "withdrawal"})["pubStatus"] == "canceled"
    assert made(gone, {"revision": 1}, current={"kind": "update"})["pubStatus"] == "withheld"


def test_a_former_text_has_its_own_words() -> None:
    found = made(
        text={"revision": 1, "kind": "first", "label": None, "title": "Harbour shut", "lead": None, "body": "Shut."}
    )
    assert (found["version"], found["title"], found["bodies"][0]["value"]) == ("1", "Harbour shut", "Shut.")
    assert "wordCount" not in found["bodies"][0]
    assert "edNote" not in found


def test_reserved_texts_teasers_and_texts_without_a_body_say_so() -> None:
    reserved = made({"rights": "reserved", "body": ""})
    assert (reserved["usageTerms"], reserved["representationType"]) == (RESERVED, "partial")
    assert json.loads(reserved["rightsInfo"]["encodedRights"])["prohibition"][0]["target"] == reserved["uri"]
    assert "bodies" not in reserved
    assert made({"access": "paywalled"})["representationType"] == "partial"


def test_genres_have_the_code_that_they_clearly_mean() -> None:
    assert made(text={"kind": "first", "label": "АНАЛИЗ:"})["genres"] == [
        {"name": "АНАЛИЗ", "uri": "http://cv.iptc.org/newscodes/genre/Analysis"}
    ]
    assert made({"form": "gallery"}, {"kind": "minor", "label": "FACTBOX-"})["genres"] == [
        {"name": "gallery"},
        {"name": "FACTBOX"},
    ]
    assert "genres" not in made()


def test_the_picture_is_named_and_an_address_that_is_none_is_left_out() -> None:
    (picture,) = made(
        {"image_url": "https://mercury.test/a b|c.jpg", "image_caption": "Ships", "image_credit": "X/ENA"}
    )["associations"]
    assert picture["uri"] == picture["renditions"][0]["href"] == "https://mercury.test/a%20b%7Cc.jpg"
    assert (picture["by"], picture["descriptions"][0]["value"]) == ("X/ENA", "Ships")
    assert "associations" not in made({"image_url": "data:image/png;base64,AAAA"})


NAMES = st.one_of(st.none(), st.text(max_size=12))
KINDS = ("first", "update", "correction", "refile", "repeat", "withdrawal", "minor", "earlier")
MOMENTS = st.sampled_from([None, "2023-10-05", "2023-10-05T08:00:00Z", "0001-01-01T00:00:00Z"])


@settings(max_examples=40)
@given(
    st.fixed_dictionaries(
        {
            **dict.fromkeys(("title", "body", "key", "source"), st.text(max_size=12)),
            **dict.fromkeys(
                ("lead", "section", "language", "credit", "credit_evidence", "image_caption", "gone_why"), NAMES
            ),
            **dict.fromkeys(("url", "canonical_url"), st.builds("https://x.test/{}".format, st.text(max_size=8))),
            **dict.fromkeys(("published_at", "gone_at"), MOMENTS),
            **dict.fromkeys(("authors", "tags"), st.lists(st.text(max_size=5), max_size=3).map(json.dumps)),
            "image_url": NAMES,
            "form": st.sampled_from(["article", "live_blog", "flash", "gallery"]),
            "rights": st.sampled_from(["open", "reserved"]),
            "status": st.sampled_from(["live", "corrected", "withdrawn"]),
        }
    ),
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(KINDS),
            "label": NAMES,
            "modified_at": MOMENTS,
            "revision": st.sampled_from([1, 2]),
            "oldest": st.booleans(),
        }
    ),
)
def test_whatever_a_row_holds_the_item_is_valid(article: dict[str, Any], text: dict[str, Any]) -> None:
    made(article, text)


def test_every_property_is_documented_and_every_documented_one_is_made() -> None:
    full = made(
        {"rights": "reserved", "image_url": "https://x.test/i.jpg", "form": "flash", "lead": "Lead."},
        {"modified_at": "2023-10-05T09:00:00Z"},
    )
    assert set(full) == {name for names, _ in FIELDS for name in names.split(", ")}


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"pubStatus": "killed"}, "$.pubStatus"),
        ({"uri": "no uri"}, "$.uri"),
        ({"colour": "red"}, "$"),
        ({"firstCreated": "2023-10-05"}, "$.firstCreated"),
    ],
)
def test_the_rules_find_what_is_wrong(wrong: dict[str, Any], where: str) -> None:
    assert [error.json_path for error in RULES.iter_errors(made() | wrong)] == [where]


@pytest.mark.parametrize(
    ("address", "uri"),
    [
        ("https://tass.com/a b?x=ü|y#f g", "https://tass.com/a%20b?x=%C3%BC%7Cy#f%20g"),
        ("https://x.test/100%/%41", "https://x.test/100%25/%41"),
        ("http://пример.рф/путь", "http://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
        ("https://user:pw@host.test/p", "https://host.test/p"),
        ("http://straße.test/x", "http://xn--strae-oqa.test/x"), ("http://" + "ü" * 300_000 + "/", None),
        ("javascript:alert(1)", None), ("//x.test/", None), ("http://x.test:99999/", None), ("http://[x/", None), (None, None),
    ],
)  # fmt: skip
def test_an_address_as_a_uri(address: str | None, uri: str | None) -> None:
    assert uris.web(address) == uri


@given(st.one_of(st.text(), st.builds("https://{}".format, st.text())))
def test_what_comes_out_as_an_address_is_a_uri(text: str) -> None:
    found = uris.web(text)
    assert found is None or (is_uri(found) and uris.is_uri(found))
    assert uris.web(found) == found


def test_an_identifier_is_of_source_and_key_together_and_for_ever() -> None:
    assert uris.of_article("mercury-en", "id:1") == "urn:uuid:68a9994e-8c6f-516d-af17-54571ec2f8fb"
    assert len({uris.of_article("a", "bc"), uris.of_article("ab", "c"), uris.of_selection("a", "bc")}) == 3
