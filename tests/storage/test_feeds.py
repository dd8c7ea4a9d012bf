"""Feeds: well-formed whatever pages wrote, valid by their specifications, and honest about times."""

from __future__ import annotations

import json
from typing import Any

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from storage.export import COLUMNS
from storage.feeds import Channel, Entry, atom, entry, made_here, rss, updated_at

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"
CHANNEL = Channel("Wire", "urn:uuid:68a9994e-8c6f-516d-af17-54571ec2f8fb", "2023-10-09T00:00:00Z")
ARTICLE: dict[str, Any] = {
    **dict.fromkeys(COLUMNS),
    "source": "mercury-en",
    "key": "id:4711",
    "url": "https://mercury.test/news/4711",
    "canonical_url": "https://mercury.test/news/4711",
    "title": "Harbour reopens & ships sail",
    "body": "ORSEL, October 5. The <b>harbour</b> reopened.\n\nShips sail.",
    "authors": '["Ann Bee"]',
    "section": "World",
    "tags": '["ships", "World"]',
    "language": "en",
    "published_at": "2023-10-05T08:00:00Z",
    "status": "live",
}
TEXT: dict[str, Any] = {"revision": 1, "kind": "first", "seen_at": "2023-10-05T08:03:00Z", "modified_at": None}
TEXT |= {"oldest": True}


def made(article: dict[str, Any] | None = None, text: dict[str, Any] | None = None) -> Entry:
    return entry({**ARTICLE, **(article or {})}, {**TEXT, **(text or {})}, "Mercury")


def one(document: bytes, path: str) -> Any:
    (found,) = etree.fromstring(document).iterfind(path)
    return found


def test_an_article_as_readers_see_it() -> None:
    for document in (rss([made()], CHANNEL), atom([made()], CHANNEL)):
        read = feedparser.parse(document)
        assert not read.bozo
        (found,) = read.entries
        assert (found.title.replace("&amp;", "&"), found.link) == (ARTICLE["title"], ARTICLE["url"])
        assert found.id == made().id
        assert found.published_parsed[:5] == (2023, 10, 5, 8, 0)
        assert found.author == "Ann Bee"
        assert [tag.term for tag in found.tags] == ["World", "ships"]
        assert etree.fromstring(document).find(".//{*}b") is None


def test_full_texts_come_only_when_asked_for() -> None:
    full = Channel("Wire", CHANNEL.id, CHANNEL.made_at, full_text=True)
    assert one(rss([made()], full), f".//{ENCODED}").text == (
        "<p>ORSEL, October 5. The &lt;b&gt;harbour&lt;/b&gt; reopened.</p><p>Ships sail.</p>"
    )
    assert one(atom([made()], full), f".//{ATOM}content").text == ARTICLE["body"]
    assert b"Ships sail" not in rss([made()], CHANNEL) + atom([made()], CHANNEL)


def test_a_day_is_no_time_and_nothing_is_nothing() -> None:
    day, undated = made({"published_at": "2023-10-05"}), made({"published_at": None})
    assert b"pubDate" not in rss([day, undated], CHANNEL)
    assert one(rss([day, undated], CHANNEL), f".//{DC}date").text == "2023-10-05"
    found = etree.fromstring(atom([day, undated], CHANNEL))
    assert found.find(f".//{ATOM}published") is None
    assert [each.text for each in found.iterfind(f"{ATOM}entry/{ATOM}updated")] == ["2023-10-05T08:03:00Z"] * 2


@pytest.mark.parametrize(
    ("article", "text", "updated"),
    [
        ({}, {}, "2023-10-05T08:00:00Z"),
        ({}, {"modified_at": "2023-10-05T08:01:00Z"}, "2023-10-05T08:01:00Z"),
        # A time that is still to come, a bare day, and the first text's time say nothing of this text.
        ({}, {"modified_at": "2024-01-01T00:00:00Z"}, "2023-10-05T08:00:00Z"),
        ({}, {"modified_at": "2023-10-05", "oldest": False}, "2023-10-05T08:03:00Z"),
        # The first that was stored, of which an archive had an earlier one.
        ({}, {"revision": 1, "oldest": False}, "2023-10-05T08:03:00Z"),
        ({"gone_at": "2023-10-07T00:00:00Z"}, {}, "2023-10-07T00:00:00Z"),
    ],
)
def test_when_an_article_last_changed(article: dict[str, Any], text: dict[str, Any], updated: str) -> None:
    assert updated_at({**ARTICLE, **article}, {**TEXT, **text}) == updated


def test_what_was_withdrawn_stays_marked_without_its_text() -> None:
    gone = made({"status": "withdrawn", "gone_at": "2023-10-07T00:00:00Z", "gone_why": "404"})
    notice = made({"status": "withdrawn", "body": "This story was withdrawn."}, {"kind": "withdrawal", "revision": 2})
    assert gone.id == notice.id == made().id
    full = Channel("Wire", CHANNEL.id, CHANNEL.made_at, full_text=True)
    for document in (rss([gone, notice], full), atom([gone, notice], full)):
        assert document.count(b"WITHDRAWN: Harbour") == 2
        assert b"reopened" not in document
        assert b"This story was withdrawn." in document
        assert b"Its page is gone: 404." in document
        assert document.count(b"withdrawn</category>") + document.count(b'term="withdrawn"') == 2


def test_a_feed_says_its_own_address_page_language_and_time() -> None:
    own = Channel(
        "Wire",
        CHANNEL.id,
        CHANNEL.made_at,
        link="https://x.test/",
        self_link="https://x.test/feed?a=1&b=2",
        language="en",
    )
    for document in (rss([made()], own), atom([made()], own)):
        read = feedparser.parse(document).feed
        assert [link.href for link in read.links if link.rel == "self"] == ["https://x.test/feed?a=1&b=2"]
        assert (read.link, read.language if "language" in read else "en") == ("https://x.test/", "en")
        assert read.updated_parsed[:5] == (2023, 10, 5, 8, 0)
        assert made_here(document.splitlines()[0])
        assert not made_here(document.replace(b"Dateline", b"Theirs").splitlines()[0])
    for document in (rss([], CHANNEL), atom([], CHANNEL)):
        assert feedparser.parse(document).feed.updated_parsed[:3] == (2023, 10, 9)


def test_a_long_beginning_is_cut_at_a_word() -> None:
    cut = made({"body": "word " * 200}).summary
    assert cut is not None
    assert cut.endswith("word …")
    assert len(cut) <= 502
    assert made({"lead": "Lead."}).summary == "Lead."
    assert made({"body": ""}).summary is None


# RFC 4287, 4.1.1 and 4.1.2; RSS 2.0: each element at most so often, and these at least once.
ONCE = {"id", "title", "updated", "published", "summary", "content", "guid", "pubDate", "description", "link"}
HOSTILE = st.text(
    st.one_of(st.characters(), st.sampled_from("\x00\x0b\x1b\x85\u2028\u202e\ufffe\uffff\ud800<&>\"']\U0001fffe")),
    max_size=12,
)
MOMENTS = st.sampled_from([None, "2023-10-05", "2023-10-05T08:00:00Z", "0999-01-01T00:00:00Z"])


@settings(max_examples=80)
@given(
    st.fixed_dictionaries(
        {
            **dict.fromkeys(("title", "body", "key", "source", "lead", "section", "gone_why"), HOSTILE),
            **dict.fromkeys(("url", "canonical_url"), st.builds("https://x.test/{}".format, HOSTILE)),
            "published_at": MOMENTS,
            "gone_at": st.sampled_from([None, "2023-10-07T00:00:00Z"]),
            "status": st.sampled_from(["live", "withdrawn"]),
            "language": st.sampled_from([None, "en", "zh-Hant"]),
        }
    ),
    st.lists(HOSTILE, max_size=3),
    st.booleans(),
)
def test_whatever_a_row_holds_the_feed_is_valid(article: dict[str, Any], names: list[str], full_text: bool) -> None:
    listed = json.dumps(names)
    each = made({**article, "authors": listed, "tags": listed})
    channel = Channel(article["title"], CHANNEL.id, CHANNEL.made_at, description=article["body"], full_text=full_text)
    document = etree.fromstring(atom([each], channel))
    (found,) = document.findall(f"{ATOM}entry")
    tags = [etree.QName(part).localname for part in found]
    assert {"id", "title", "updated", "author"} <= set(tags)
    assert all(tags.count(name) <= 1 for name in ONCE)
    assert "link" in tags or "content" in tags
    assert all((author.findtext(f"{ATOM}name") or "").strip() for author in found.findall(f"{ATOM}author"))
    assert all(category.get("term") for category in found.findall(f"{ATOM}category"))
    document = etree.fromstring(rss([each], channel))
    assert {"title", "link", "description"} <= {part.tag for part in document[0]}
    (found,) = document.iterfind("channel/item")
    tags = [part.tag for part in found]
    assert {"title", "guid"} <= set(tags)
    assert all(tags.count(name) <= 1 for name in ONCE)
    assert not set("\x00\x1b\x85\u202e\u2028").intersection("".join(map(str, document.itertext())))
