"""Reading: what a page says of a story, in every script, by keyboard, without scripts, and as news comes in."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from storage.models import Decision
from tests.web.browser import PHONE, watched
from tests.web.newsroom import Newsroom, written
from tests.web.serving import served
from tests.web.wire import SCRIPTS, STORIES

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, BrowserContext, Page

    from tests.web.wire import Wire

STORY_OF = {story["language"]: story for story in STORIES if story["name"] in {
    "tide", "comet", "wells", "tea", "robot", "ferry", "lantern", "library", "school",
}}  # fmt: skip
RIGHT_TO_LEFT = {"ar", "he"}
BY_KEYBOARD = (
    "() => { const e = document.activeElement; return [e.localName, e.textContent.trim() || e.name || e.id]; }"
)
OUTLINED = """() => {
  const style = getComputedStyle(document.activeElement);
  return document.activeElement.matches(':focus-visible')
    && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
}"""


async def _tab_to(page: Page, selector: str, most: int = 60) -> None:
    for _ in range(most):
        await page.keyboard.press("Tab")
        if await page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"no {selector} in {most} steps")


async def _on_page(page: Page, selector: str, what: str) -> Any:
    return await page.locator(selector).first.evaluate(f"e => {what}")


async def test_the_wire_is_newest_first_and_marks_what_was_changed(reader: BrowserContext, news: Wire) -> None:
    page = await reader.new_page()
    await page.goto("/")
    titles = await page.locator(".wire h2").all_inner_texts()
    assert titles[0] == next(story["title"] for story in STORIES if story["name"] == "flash")
    times = await page.locator(".wire time").evaluate_all("all => all.map(e => e.dateTime)")
    assert times == sorted(times, reverse=True)
    item = page.locator(f'.wire [data-id="{news.articles["bridge"]}"]')
    assert "corrected" in (await item.inner_text()).lower()
    assert "withdrawn" in (await page.locator(f'[data-id="{news.articles["mill"]}"]').inner_text()).lower()
    assert "3 copies" in await page.locator(f'.wire [data-id="{news.articles["glacier"]}"]').inner_text()


async def test_an_article_shows_its_three_versions_and_what_changed_between_them(
    reader: BrowserContext, news: Wire
) -> None:
    page = await reader.new_page()
    await page.goto(f"/article/{news.articles['bridge']}")
    text = await page.locator("main").inner_text()
    for said in ("3 versions", "13.5 million", "Greta Holm", "Correction", "UPDATE 1", "Nils Orre"):
        assert said in text, said
    await page.goto(f"/article/{news.articles['bridge']}?version=1")
    assert "12 million" in await page.locator("h1").inner_text()
    await page.goto(f"/article/{news.articles['bridge']}/diff?old=1&new=3")
    gone = " ".join(await page.locator("del").all_inner_texts())
    come = " ".join(await page.locator("ins").all_inner_texts())
    assert {"12", "Grete", "fourteen"} <= set(re.findall(r"[\w.]+", gone))
    assert {"13.5", "Greta", "sixteen", "quarry"} <= set(re.findall(r"[\w.]+", come))
    assert "Alder" not in gone


async def test_a_withdrawn_article_and_a_reserved_one_say_so(reader: BrowserContext, news: Wire) -> None:
    page = await reader.new_page()
    await page.goto(f"/article/{news.articles['mill']}")
    assert await page.locator(".note.withdrawn").count() == 1
    await page.goto(f"/article/{news.articles['reserved']}")
    assert "reserves" in await page.locator("main").inner_text()


async def test_a_story_says_who_was_first_and_how_the_copies_differ(reader: BrowserContext, news: Wire) -> None:
    page = await reader.new_page()
    await page.goto(f"/story/{news.story}")
    text = await page.locator("main").inner_text()
    assert "4 articles of 4 sources" in text
    order = await page.locator(".tellings h2, main ol h2").all_inner_texts()
    story = next(story for story in STORIES if story["name"] == "glacier")
    assert order[0] == story["title"]
    assert order[1] == "Glacier lake drains in a night"
    assert await page.locator(f"a[href*='/story/{news.story}/diff']").count() >= 3


@pytest.mark.parametrize("language", SCRIPTS)
async def test_a_word_of_each_script_finds_its_story_and_is_marked(
    language: str, reader: BrowserContext, news: Wire
) -> None:
    page = await reader.new_page()
    await page.goto("/")
    await page.locator("#find").fill(SCRIPTS[language])
    await page.locator("#find").press("Enter")
    await page.wait_for_url(f"**/search?q={quote(SCRIPTS[language])}")
    hits = page.locator(".wire h2 a")
    assert await hits.all_inner_texts() == [STORY_OF[language]["title"]]
    marks = await page.locator(".wire mark").all_inner_texts()
    assert marks
    assert all(SCRIPTS[language].casefold() in mark.casefold() for mark in marks)
    await hits.first.click()
    assert await page.locator("h1").inner_text() == STORY_OF[language]["title"]
    heading = page.locator("article h1")
    assert await heading.get_attribute("lang") == language
    turned = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    assert await heading.evaluate("e => getComputedStyle(e).direction") == turned
    assert await _on_page(page, "article .body p", "getComputedStyle(e).direction") == turned
    assert await _on_page(page, "html", "getComputedStyle(e).direction") == "ltr"


async def test_by_keyboard_alone_a_reader_skips_to_the_text_searches_and_opens_what_is_found(
    reader: BrowserContext,
) -> None:
    page = await reader.new_page()
    await page.goto("/")
    await page.keyboard.press("Tab")
    assert (await page.evaluate(BY_KEYBOARD))[1].startswith("Skip")
    box = await page.locator(".skip").bounding_box()
    assert box is not None
    assert box["y"] >= 0
    stops = []
    for _ in range(14):
        await page.keyboard.press("Tab")
        stops.append(await page.evaluate(BY_KEYBOARD))
        assert await page.evaluate(OUTLINED), stops[-1]
    names = [name for _, name in stops]
    assert names.index("Wire") < names.index("Data") < names.index("Search") < names.index("Show")
    await page.goto("/")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.keyboard.type("jk/")  # which nobody meant who dictates (WCAG 2.1.4)
    assert await page.evaluate("document.activeElement.id") == "main"
    await _tab_to(page, ".wire h2 a")
    first = await page.evaluate(BY_KEYBOARD)
    await page.keyboard.press("j")
    assert (await page.evaluate(BY_KEYBOARD))[1] == await page.locator(".wire h2 a").nth(1).inner_text()
    await page.keyboard.press("k")
    assert await page.evaluate(BY_KEYBOARD) == first
    await page.locator("#find").focus()
    await page.keyboard.type("ferries")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/search?q=ferries")
    await _tab_to(page, ".wire h2 a")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/article/*")


async def test_on_a_phone_what_is_seen_first_has_the_focus_first(reader: BrowserContext, news: Wire) -> None:
    page = await reader.new_page()
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await page.goto("/")
    tops = await page.evaluate("""() => [...document.querySelectorAll('main a, main select, main button')]
      .filter(e => e.checkVisibility()).map(e => Math.round(e.getBoundingClientRect().bottom / 24))""")
    assert tops == sorted(tops)
    first = await page.locator(".wire h2").first.bounding_box()
    assert first is not None
    assert first["y"] < PHONE["height"] / 2
    await page.get_by_role("link", name="Corrected and withdrawn").first.click()
    assert await page.locator("#notices").evaluate("e => e.getBoundingClientRect().top < innerHeight")


async def test_a_filter_can_be_gone_through_by_arrow_keys_before_it_is_taken(reader: BrowserContext) -> None:
    page = await reader.new_page()
    await page.goto("/")
    await page.locator("#by-language").focus()
    for _ in range(3):
        await page.keyboard.press("ArrowDown")
    chosen = await page.locator("#by-language").input_value()
    assert page.url.endswith("/")
    await page.locator("form[data-filters] button").press("Enter")
    await page.wait_for_url("**/?**")
    assert await page.locator("#by-language").input_value() == chosen
    assert await page.locator(f".wire h2:not([lang='{chosen}'])").count() == 0


@pytest.mark.parametrize("reader", [{"java_script_enabled": False, "viewport": PHONE}], indirect=True)
async def test_without_scripts_all_can_be_read_paged_compared_and_searched(reader: BrowserContext, news: Wire) -> None:
    page = await reader.new_page()
    await page.goto("/")
    first = await page.locator(".wire h2").all_inner_texts()
    await page.locator("a[rel=next]").click()
    older = await page.locator(".wire h2").all_inner_texts()
    assert older
    assert not set(first) & set(older)
    await page.goto("/")
    await page.locator("#by-source").select_option("mercury-en")
    await page.locator("form[data-filters] button").click()
    assert await page.locator(".wire h2").count() == 5
    await page.locator(f'[data-id="{news.articles["bridge"]}"] h2 a').click()
    assert "sixteen months" in await page.locator("article .body").inner_text()
    await page.get_by_role("button", name="Compare").click()
    assert await page.locator("ins").count() > 0
    await page.locator("#find").fill("高铁")
    await page.locator("#find").press("Enter")
    assert await page.locator(".wire h2").all_inner_texts() == [STORY_OF["zh"]["title"]]


async def test_the_operator_sees_each_state_of_a_source_and_each_outcome(reader: BrowserContext, news: Wire) -> None:
    page = await reader.new_page()
    await page.goto("/health")
    text = (await page.locator("main").inner_text()).lower()
    for said in ("quiet", "blocked", "layout", "failing", "never", "11 of the last 12 pages", "galil-he"):
        assert said in text, said
    await page.goto("/fetches")
    text = (await page.locator("main").inner_text()).lower()
    for said in ("unchanged", "not modified", "gone", "no_text", "robots", "timeout", "dns", "http_500", "interrupted"):
        assert said in text or said.replace("_", " ") in text, said
    await page.goto("/fetches?outcome=blocked&reason=guard")
    await page.locator("td a[href^='/fetches/']").click()
    assert "10.0.0.7 is a private address" in await page.locator("main").inner_text()
    await page.goto("/places")
    text = await page.locator("main").inner_text()
    for place in ("Ostervik", "Светлогорье", "واحة الندى", "云溪"):
        assert place in text, place


async def test_news_comes_in_by_itself_at_the_top_and_moves_nothing_for_one_who_reads_further_down(
    browser: Browser, tmp_path: Path
) -> None:
    now = float(int(time.time()))
    file = tmp_path / "live.db"
    body = "FJORDBY - The boats are home, the harbour office said. The lamp on the mole is lit from dusk till dawn."
    with Newsroom(file, now=now - 7200) as room:
        texts = [
            written(
                "fjord-post", f"n{number}", f"Boats home, part {number}", f"{body} {number}", at=now - 7000 + number
            )
            for number in range(30)
        ]
        room.save([(text, Decision("new", None, 0, "first")) for text in texts], at=now - 3600)
        with served(file, tmp_path) as base:
            async with watched(browser, base, viewport=PHONE) as (context, watch):
                page = await context.new_page()
                await page.clock.install()
                await page.goto("/")
                late = written("fjord-post", "late", "Lamp on the mole goes out", body, at=now - 60)
                room.save([(late, Decision("new", None, 0, "first"))], at=now - 30)
                await page.clock.fast_forward(60_000)
                await page.get_by_role("link", name=late.title).wait_for()
                assert (await page.locator(".wire h2").all_inner_texts())[0] == late.title
                # The first correction brings the box that the page had not; the reader turns the news off and on.
                assert await page.locator("#notices").count() == 0
                mended = replace(late, body=f"{body} Mended.", content_hash="mended")
                room.save([(mended, Decision("revised", 31, 1, "correction", "corrected"))], at=now - 28)
                await page.clock.fast_forward(60_000)
                await page.locator(".notices").get_by_text(late.title).wait_for()
                await page.get_by_role("button", name="Live: on").click()
                quiet = written("fjord-post", "quiet", "Nobody saw the lamp", body, at=now - 26)
                room.save([(quiet, Decision("new", None, 0, "first"))], at=now - 25)
                await page.clock.fast_forward(60_000)
                assert quiet.title not in await page.locator(".wire").inner_text()
                await page.get_by_role("button", name="Live: off").click()
                await page.get_by_role("link", name=quiet.title).wait_for()
                await page.evaluate("window.scrollTo(0, 900)")
                place = "document.querySelector('.wire').children[8].getBoundingClientRect().top"
                before = await page.evaluate(place)
                later = written("fjord-post", "later", "Lamp on the mole burns again", body, at=now - 20)
                room.save([(later, Decision("new", None, 0, "first"))], at=now - 10)
                await page.clock.fast_forward(60_000)
                await page.locator("[data-look].waiting").wait_for(state="attached")
                assert abs(await page.evaluate(place) - before) < 1, "the text moved under the reader"
                assert later.title not in await page.locator(".wire").inner_text()
                await page.locator("[data-look]").click()
                await page.get_by_role("link", name=later.title).wait_for()
                assert watch.quiet, watch
