"""The pages of an article and of a story."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from storage.models import Credit, Decision, Instant
from storage.web.pages import article as pages
from tests.storage.harness import Crawl, article, instant

if TYPE_CHECKING:
    from storage.web.site import Site

HOSTILE = "</p><script>alert(1)</script>\u202e<img src=x onerror=alert(1)>\x00"


@pytest.fixture
def three(crawl: Crawl) -> int:
    """An article with three texts."""
    number = crawl.new(
        article(1, text="The harbour is closed.\n\nWhy\n\nA storm.", subheads=("Why",), language="en", lead="Lead one.")
    )
    crawl.later(60)
    crawl.save(article(1, text="The harbour is open.\n\nA storm."), Decision("revised", number, 1, "update"))
    crawl.later(60)
    corrected = article(1, text="The harbour is open.\n\nA gale.", label="CORRECTED-", language="en")
    crawl.save(corrected, Decision("revised", number, 2, "correction", "corrected"))
    return number


async def test_an_article_shows_its_text_and_its_versions_and_an_earlier_one_as_such(three: int, site: Site) -> None:
    html = (await site.client.get(f"/article/{three}")).text

    assert "<p>The harbour is open.</p>" in html
    assert "3 versions" in html
    assert "CORRECTED" in html
    assert 'lang="en"' in html

    html = (await site.client.get(f"/article/{three}?version=1")).text

    assert "not the current text" in html
    assert "<h2>Why</h2>" in html
    assert "The harbour is closed." in html


async def test_any_two_versions_are_compared_word_by_word(three: int, site: Site) -> None:
    for asked, out, put in (
        ("", "storm", "gale"),
        ("?old=1&new=2", "closed", "open"),
        ("?old=1", "closed", "open"),
        ("?old=3&new=2", "gale", "storm"),
    ):
        html = (await site.client.get(f"/article/{three}/diff{asked}")).text

        assert re.search(rf"<del>[^<]*{out}[^<]*</del>\s*<ins>[^<]*{put}", html), asked


async def test_one_version_and_itself_say_so(crawl: Crawl, site: Site) -> None:
    number = crawl.new(article(1))

    assert "The article has only this one." in (await site.client.get(f"/article/{number}/diff")).text


async def test_the_json_of_an_article_has_all_of_it(three: int, site: Site) -> None:
    found = (await site.client.get(f"/article/{three}.json")).json()

    assert found["article"]["id"] == three
    assert [row["revision"] for row in found["revisions"]] == [1, 2, 3]
    assert [change["kind"] for change in found["changes"]] == ["first", "update", "correction"]
    assert found["first_article_id"] == three
    assert found["revisions_whole"] is found["copies_whole"] is found["changes_whole"] is True


async def test_the_json_of_an_article_says_where_it_is_not_all_of_it(
    crawl: Crawl, three: int, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (2, 3):
        copy = article(number, text="The harbour.", source=f"other-{number}")
        crawl.save(copy, Decision("copy", None, 0, "first", story_id=three))
    for most, whole in ((2, True), (1, False)):
        for name in ("TEXTS", "MOST", "VERSIONS"):
            monkeypatch.setattr(pages, name, most + (name != "MOST"))
        found = (await site.client.get(f"/article/{three}.json")).json()

        assert [len(found[name]) for name in ("revisions", "copies", "changes")] == [most + 1, most, most + 1]
        assert [found[f"{name}_whole"] for name in ("revisions", "copies", "changes")] == [whole] * 3
        assert found["revisions"][0]["revision"] == 1
        assert found["changes"][-1]["kind"] == "correction"


async def test_what_is_not_there_is_not_there_and_what_is_no_number_cannot_be_asked_for(
    crawl: Crawl, site: Site
) -> None:
    crawl.new(article(1))

    for address in (
        "/article/99", "/article/0", "/article/99.json", "/article/99/diff", "/article/1?version=9", "/article/1/diff?old=9",
        "/article/1e3", "/article/999999999999999999999", "/story/99", "/story/1/diff?old=1&new=2",
    ):  # fmt: skip
        assert (await site.client.get(address)).status_code == 404, address
    for address in (
        "/article/1?version=1;--",
        "/article/1/diff?old=-1",
        "/story/1/diff?old=1",
        "/story/1/diff?old=x&new=1",
    ):
        assert (await site.client.get(address)).status_code == 400, address


async def test_only_addresses_of_the_web_become_links(crawl: Crawl, site: Site) -> None:
    number = crawl.new(article(1))
    for url in ("javascript:alert(1)", "data:text/html,<script>x</script>", " javascript:alert(1)", "java\tscript:alert(1)",
                "//evil.invalid/", "http:///x", "https://[::1", "/relative", "https://a.test/\n"):  # fmt: skip
        crawl.sql("UPDATE article SET url = ?, image_url = ? WHERE id = ?", url, url, number)
        crawl.sql("UPDATE address SET url = ? WHERE article_id = ?", url, number)

        html = (await site.client.get(f"/article/{number}")).text

        hrefs = re.findall(r'href="([^"]*)"', html)
        assert all(href.startswith(("/", "#main")) and href not in (url, f"{url}/") for href in hrefs), hrefs


async def test_nothing_that_others_wrote_becomes_markup(crawl: Crawl, site: Site) -> None:
    written: dict[str, Any] = dict(  # noqa: C408 - names of fields
        title=HOSTILE, lead=HOSTILE, section=HOSTILE, authors=(HOSTILE,), tags=(HOSTILE,), label=HOSTILE, tail=HOSTILE,
        image_url="https://x.test/i.png", image_caption=HOSTILE, agency_id=HOSTILE, language='"><script>alert(1)</script>',
        credit=Credit(HOSTILE, HOSTILE, "high"), published=Instant("2023-11-14T09:00:00Z", "second", HOSTILE, HOSTILE, HOSTILE),
    )  # fmt: skip
    number = crawl.new(article(1, text=HOSTILE, **written))
    crawl.save(article(1, text=f"{HOSTILE} more", **written), Decision("revised", number, 1, "update"))
    crawl.save(article(2, text=HOSTILE, source="other-en", **written), Decision("copy", None, 0, "first", story_id=1))

    for address in (
        "/", f"/article/{number}", f"/article/{number}?version=1", f"/article/{number}/diff", "/story/1",
        "/story/1/diff?old=1&new=2", "/data?sql=select+title,body,url+from+articles",
    ):  # fmt: skip
        answer = await site.client.get(address)
        assert answer.status_code == 200, address
        assert "<script>" not in answer.text, address
        assert "<img" not in answer.text, address
        if not address.startswith("/data"):
            assert "\x00" not in answer.text, address


async def test_of_a_reserved_text_no_page_shows_more_than_the_headline(crawl: Crawl, site: Site) -> None:
    """It is kept where an operator imported files of his own."""
    told: dict[str, Any] = {
        "lead": "Secret lead.", "rights": "reserved", "content_hash": "1", "tail": "Secret tail.", "subheads": ("Secret head",),
        "label": "UPDATE 1-", "image_caption": "Secret picture.", "image_url": "https://x.test/i.png",
    }  # fmt: skip
    text = "Secret text of the harbour.\n\nSecret head\n\nSecret end."
    number = crawl.new(article(1, text=text, **told))
    crawl.save(
        article(1, text=f"{text} More.", **told | {"content_hash": "2"}), Decision("revised", number, 1, "update")
    )
    other = article(2, text="Open text of the harbour.", source="other-en")
    crawl.save(other, Decision("copy", None, 0, "first", story_id=1))

    for address in (
        "/", "/wire.json?since=0", "/changes", "/places", "/search?q=harbour", "/search.json?q=harbour",
        "/search.atom?q=harbour", "/search.rss?q=harbour", "/article/1",
        "/article/1?version=1", "/article/1.json", "/article/2", "/article/2.json",
        "/article/1/diff", "/article/1/diff?old=2&new=1", "/story/1", "/story/1/diff?old=1&new=2", "/story/1/diff?old=2&new=1",
    ):  # fmt: skip
        answer = await site.client.get(address)

        assert answer.status_code == 200, address
        assert "secret" not in answer.text.lower(), address
    assert "only its headline, time and address are shown" in (await site.client.get(f"/article/{number}")).text
    assert "only the headlines are compared" in (await site.client.get("/story/1/diff?old=1&new=2")).text


async def test_texts_are_set_in_the_direction_of_their_language(crawl: Crawl, site: Site) -> None:
    number = crawl.new(article(1, language="ar"))

    assert '<h1 lang="ar" dir="rtl">' in (await site.client.get(f"/article/{number}")).text


async def test_a_story_tells_who_was_first_and_by_how_much(crawl: Crawl, site: Site) -> None:
    crawl.new(article(1, text="The harbour is open.", published=instant("2023-11-14T09:00:00Z")))
    copy = Decision("copy", None, 0, "first", story_id=1)
    later = article(2, text="The harbour is open now.", source="other-en", published=instant("2023-11-14T09:12:30Z"))
    crawl.save(later, copy)
    crawl.save(article(3, text="The harbour.", source="third-en", published=instant("2023-11-14", "day")), copy)

    html = (await site.client.get("/story/1")).text

    assert re.findall(r'href="/article/(\d)"', html) == ["1", "2", "3"]
    assert "12 min later" in html
    assert "the day only" in html
    assert "12 min before" in html
    answer = await site.client.get("/story/1/diff?old=1&new=2")
    assert re.search(r"<ins>[^<]*now", answer.text)


async def test_the_number_of_a_story_that_went_into_another_leads_there(crawl: Crawl, site: Site) -> None:
    crawl.new(article(1))
    crawl.new(article(2, text="Two."))
    crawl.save(article(3, text="Three."), Decision("copy", None, 0, "first", story_id=1, merges=(2,)))

    answer = await site.client.get("/story/2")

    assert (answer.status_code, answer.headers["location"]) == (301, "/story/1")
