"""408 scripts in every field of a database: none runs on any page, none is in one as anything but text."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import pytest

from tests.web.browser import intruders, intruders_of, watched
from tests.web.payloads import payloads

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, BrowserContext, Page

    from tests.web.browser import Watch
    from tests.web.hostile import Hostile

SHELF = payloads()
ALIVE = 80
"""Payloads that run where nothing escapes them, at the least: the others wait for a click, a template, an old browser."""
AT_ONCE = 60
ALL = bool(os.environ.get("DATELINE_ALL_PAYLOADS"))
"""Each payload in each way, and each one's own article (some minutes: bench/payloads.py), instead of each in one way."""


@pytest.fixture
async def victim(browser: Browser, trap: str) -> AsyncIterator[tuple[BrowserContext, Watch]]:
    """A reader of the site over the database of scripts, in whose browser nothing may happen."""
    async with watched(browser, trap) as (context, watch):
        yield context, watch
        assert watch.quiet, watch


def plain(text: str) -> str:
    """`text` as a page can show it: one blank for many, no control signs."""
    return " ".join(re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]", "", text).split())


async def shown(page: Page) -> str:
    """All text of a page, and what stands in its fields."""
    told = await page.evaluate("""() => document.querySelector('main').textContent + ' '
      + [...document.querySelectorAll('option, input, textarea')].map(e => e.value).join(' ')""")
    return plain(str(told))


async def opened(victim: tuple[BrowserContext, Watch], path: str) -> Page:
    """A page of the trap, open, in which nothing stands that is no text."""
    page = await victim[0].new_page()
    answer = await page.goto(path)
    assert answer is not None
    assert answer.status == 200, (path, answer.status)
    assert await intruders(page) == [], path
    return page


async def test_the_payloads_do_run_where_nothing_escapes_them(browser: Browser) -> None:
    async with watched(browser, "http://127.0.0.1:1") as (context, watch):
        page = await context.new_page()
        await page.set_content("<p>here they run</p>")
        await page.evaluate(
            """async texts => {
              for (const text of texts) {
                const place = document.body.appendChild(document.createElement('div'));
                place.append(document.createRange().createContextualFragment(text));
              }
              await new Promise(resolve => setTimeout(resolve, 1000));
            }""",
            [payload.text for payload in SHELF],
        )
        assert len(set(watch.ran)) >= ALIVE
        assert len(await intruders(page)) >= ALIVE


async def test_the_wire_page_by_page(victim: tuple[BrowserContext, Watch]) -> None:
    page = await opened(victim, "/")
    seen = await shown(page)
    while await page.locator("a[rel=next]").count():
        await page.goto(await page.locator("a[rel=next]").get_attribute("href") or "")
        assert await intruders(page) == []
        seen += await shown(page)
    missing = [payload.text for payload in SHELF if plain(payload.text) not in seen]
    assert missing == []


async def test_all_of_them_in_one_article_and_in_what_changed_in_it(
    victim: tuple[BrowserContext, Watch], scripts: Hostile
) -> None:
    page = await opened(victim, f"/article/{scripts.every}")
    text = await shown(page)
    assert [payload.text for payload in SHELF if plain(payload.text) not in text] == []
    await opened(victim, f"/article/{scripts.every}?version=1")
    page = await opened(victim, f"/article/{scripts.every}/diff?old=1&new=2")
    assert await page.locator("ins, del").count() > len(SHELF) / 10


async def test_all_of_them_as_tellings_of_one_story(victim: tuple[BrowserContext, Watch], scripts: Hostile) -> None:
    page = await opened(victim, f"/story/{scripts.story}")
    assert await page.locator("main a").count() > 50
    last = scripts.first + len(SHELF) - 1
    await opened(victim, f"/story/{scripts.story}/diff?old={last}&new={last - 9}")


async def test_the_page_of_each_of_their_articles(victim: tuple[BrowserContext, Watch], scripts: Hostile) -> None:
    page = await opened(victim, f"/article/{scripts.first}")
    pages = [
        f"/article/{scripts.first + place}" for place, payload in enumerate(SHELF) if ALL or payload.kind == "address"
    ]
    for at in range(0, len(pages), AT_ONCE):
        assert await intruders_of(page, pages[at : at + AT_ONCE]) == {}


async def test_what_a_reader_would_click_leads_to_no_script(
    victim: tuple[BrowserContext, Watch], scripts: Hostile
) -> None:
    context, watch = victim
    await context.route(lambda url: not url.startswith(f"{watch.base}/"), lambda route: route.abort())
    hostile_links = [place for place, payload in enumerate(SHELF) if payload.kind == "address"]
    for place in hostile_links[::6]:
        page = await opened(victim, f"/article/{scripts.first + place}")
        links = page.locator("main a[href]")
        for number in range(await links.count()):
            link = links.nth(number)
            if (await link.get_attribute("href") or "").startswith(("http:", "https:")):
                async with page.expect_event("requestfailed"):
                    await link.click(no_wait_after=True)
                break
        await page.close()
    assert len(watch.elsewhere) >= 3
    assert all(re.match(r"https?://", url) for url in watch.elsewhere), watch.elsewhere
    watch.elsewhere.clear()  # that a link that leads out was followed is what was wanted here
    watch.said[:] = [said for said in watch.said if "Failed to load resource" not in said]


@pytest.mark.parametrize(
    "path", ["/health", "/fetches", "/runs", "/places", "/changes", "/quarantine", "/data?sql=select+*+from+fetches+limit+1000",
             "/data?sql=select+*+from+articles+limit+450", "/data/changes?after=0"],
)  # fmt: skip
async def test_the_pages_for_the_operator(victim: tuple[BrowserContext, Watch], path: str) -> None:
    page = await opened(victim, path)
    text = await shown(page)
    there = [payload for payload in SHELF if plain(payload.text) in text]
    assert len(there) >= len(SHELF) / 20, "the page holds hardly any of them: it shows nothing"


WAYS: Final = (
    "/search?q={}",
    "/?source={}",
    "/?language={}&section={}",
    "/?before={}",
    "/search?q=news&source={}&language={}&place={}&agency={}&day={}",
    "/{}",
    "/article/{}",
    "/story/{}",
    "/article/1?version={}",
    "/data?sql={}",
    "/data/newest?source={}",
    "/fetches?source={}&outcome={}&reason={}",
    "/place?name={}",
    "/source/{}",
    "/runs?source={}",
    "/changes?kind={}&source={}",
    "/quarantine?source={}&host={}",
)


async def test_what_is_asked_for_comes_back_as_text(victim: tuple[BrowserContext, Watch]) -> None:
    _, watch = victim
    asked = [
        way.replace("{}", quote(payload.text, safe=""))
        for place, payload in enumerate(SHELF)
        for way in (WAYS if ALL else (WAYS[place % len(WAYS)],))
    ]
    page = await opened(victim, "/data")
    for at in range(0, len(asked), AT_ONCE):
        assert await intruders_of(page, asked[at : at + AT_ONCE]) == {}
    for address in asked[5::40]:
        answer = await page.goto(address)
        assert answer is not None
        # Chromium shows plain text in an element of its own.
        assert "text/plain" in answer.headers["content-type"] or await intruders(page) == [], address
    # An answer of 400 or 404 is an error in the console of whoever asks for it.
    watch.said[:] = [said for said in watch.said if "Failed to load resource" not in said]


@pytest.mark.parametrize(
    "path",
    ["/article/{every}.json", "/wire.json?since=0", "/data.json?sql=select+*+from+articles+limit+100",
     "/data.csv?sql=select+title,body+from+articles+limit+400", "/data/changes.json?after=0", "/nothing.json"],
)  # fmt: skip
async def test_what_programs_read_is_never_a_page(
    path: str, victim: tuple[BrowserContext, Watch], scripts: Hostile
) -> None:
    context, watch = victim
    page = await context.new_page()
    await page.goto("/data")
    kind, sniffs, policy = await page.evaluate(
        """async path => {
          const answer = await fetch(path);
          return ['content-type', 'x-content-type-options', 'content-security-policy'].map(name => answer.headers.get(name));
        }""",
        path.format(every=scripts.every),
    )
    assert kind.startswith(("application/json", "text/plain", "text/csv")), kind
    assert sniffs == "nosniff"
    assert "default-src 'none'" in policy
    if kind.startswith("application/json"):
        await page.goto(path.format(every=scripts.every))
    watch.said[:] = [said for said in watch.said if "Failed to load resource" not in said]


FEED_OF: Final = {
    "atom": "author category content entry feed generator id link name published subtitle summary title updated",
    "rss": "category channel creator date description generator guid item language lastBuildDate link publisher pubDate rss"
    " title updated",
}


@pytest.mark.parametrize("kind", FEED_OF)
async def test_a_search_as_a_feed_has_no_elements_but_those_of_feeds(
    kind: str, victim: tuple[BrowserContext, Watch]
) -> None:
    page = await opened(victim, "/data")
    asked = ["ran", "script", *(payload.text for payload in SHELF[:: 1 if ALL else 12])]
    entries, names, addresses = await page.evaluate(
        """async ([kind, asked]) => {
          const names = new Set(), addresses = new Set();
          let entries = 0;
          for (const query of asked) {
            const answer = await fetch(`/search.${kind}?q=${encodeURIComponent(query)}`);
            if (answer.status === 400) continue;
            const [type, sniffs] = ['content-type', 'x-content-type-options'].map(name => answer.headers.get(name));
            const told = `${answer.status} ${type.split(';')[0]} ${sniffs}`;
            if (told !== `200 application/${kind}+xml nosniff`) throw new Error(`${query}: ${told}`);
            const feed = new DOMParser().parseFromString(await answer.text(), 'application/xml');
            for (const element of feed.querySelectorAll('*')) {
              names.add(element.localName);
              if (element.localName === 'link') addresses.add(element.getAttribute('href') || element.textContent);
            }
            entries += feed.querySelectorAll('entry, item').length;
          }
          return [entries, [...names], [...addresses]];
        }""",
        [kind, asked],
    )
    assert entries > 100
    assert set(names) <= set(FEED_OF[kind].split())
    assert [url for url in addresses if not re.match(r"https?://", url)] == []
    await page.goto(f"/search.{kind}?q=ran")
    victim[1].said[:] = [said for said in victim[1].said if "Failed to load resource" not in said]
