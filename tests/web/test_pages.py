"""Every page: nothing in the console, no other host, nothing wider than the window, nothing that axe calls serious."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.web.browser import DESK, PHONE, SIZES, intruders, overflow, watched
from tests.web.pages import PAGES

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page

    from tests.web.wire import Wire

SCREENSHOTS = os.environ.get("DATELINE_SCREENSHOTS")
"""A folder for a picture of each page in each size, light and dark; unset: none are made."""
ZOOMED = (640, 320)
"""Widths in CSS pixels of a desk's window at 200 % and at 400 % (WCAG 2.2, 1.4.4 and 1.4.10)."""
SAME_TEMPLATE = {
    "front-of-a-source", "article-arabic", "article-unbroken", "article-300-versions", "article-20000-words",
    "story-200-copies", "search-chinese",
}  # fmt: skip
"""Pages that axe need not look at: others have the same parts, and it takes its time."""
SERIOUS = {"serious", "critical"}


async def axe(page: Page, *, rules: list[str] | None = None) -> list[str]:
    """What axe-core calls serious or critical, by the rules of WCAG 2.2 A and AA and its own best practices."""
    found = pytest.importorskip(
        "axe_playwright_python.async_playwright", reason="axe-playwright-python is not installed"
    )
    only = {"type": "rule", "values": rules} if rules else {
        "type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }  # fmt: skip
    results = await found.Axe().run(page, options={"resultTypes": ["violations"], "runOnly": only})
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:160]} {node['failureSummary'][:300]}"
        for violation in results.response["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"][:3]
    ]


async def _picture(page: Page, name: str) -> None:
    if SCREENSHOTS:
        folder = Path(SCREENSHOTS)
        folder.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=folder / f"{name}.png")


async def _structure(page: Page) -> dict[str, Any]:
    return dict(
        await page.evaluate("""() => ({
          lang: document.documentElement.lang,
          title: document.title,
          headings: document.querySelectorAll('h1').length,
          mains: document.querySelectorAll('main').length,
          unnamed: [...document.querySelectorAll('a, button')]
            .filter(e => !(e.textContent.trim() || e.getAttribute('aria-label'))).map(e => e.outerHTML.slice(0, 100)),
          before: document.querySelectorAll('[tabindex]:not([tabindex="0"]):not([tabindex="-1"])').length,
        })""")
    )


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_fits_phone_and_desk_at_any_zoom_and_is_fit_to_be_read(
    name: str, reader: BrowserContext, news: Wire
) -> None:
    page = await reader.new_page()
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    answer = await page.goto(PAGES[name](news))
    assert answer is not None
    assert answer.status == 200
    assert await intruders(page) == []
    structure = await _structure(page)
    assert structure | {"title": ""} == {
        "lang": "en", "title": "", "headings": 1, "mains": 1, "unnamed": [], "before": 0,
    }  # fmt: skip
    assert structure["title"].endswith("Dateline")
    for size, window in SIZES.items():
        await page.set_viewport_size(window)  # type: ignore[arg-type]
        assert await overflow(page) == [], size
        await _picture(page, f"{name}-{size}-light")
    for width in ZOOMED:
        await page.set_viewport_size({"width": width, "height": 600})
        assert await overflow(page) == [], f"{width} pixels wide"
        await _picture(page, f"{name}-{width}-light")
    if name in SAME_TEMPLATE:
        return
    await page.set_viewport_size(DESK)  # type: ignore[arg-type]
    assert await axe(page) == []
    await page.emulate_media(color_scheme="dark")
    await _picture(page, f"{name}-desk-dark")
    assert await axe(page, rules=["color-contrast", "link-in-text-block"]) == []


@pytest.mark.parametrize("name", ["front", "article-three-versions", "diff", "story"])
async def test_a_page_is_printed_without_its_frame(name: str, reader: BrowserContext, news: Wire) -> None:
    page = await reader.new_page()
    await page.set_viewport_size(DESK)  # type: ignore[arg-type]
    await page.goto(PAGES[name](news))
    await page.emulate_media(media="print")
    shown = await page.evaluate("""() => ['.find', 'header nav', '.filters', '.skip']
      .filter(s => [...document.querySelectorAll(s)].some(e => e.getClientRects().length))""")
    assert shown == []
    assert await page.locator("main").inner_text()
    await _picture(page, f"{name}-print")
    ink = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ink == "rgb(255, 255, 255)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_page_that_is_not_there_is_a_page_of_the_site(scheme: str, browser: Browser, site: str) -> None:
    async with watched(browser, site, color_scheme=scheme, viewport=PHONE) as (context, watch):
        page = await context.new_page()
        answer = await page.goto("/article/999999999")
        assert answer is not None
        assert answer.status == 404
        assert await intruders(page) == []
        assert await overflow(page) == []
        structure = await _structure(page)
        assert (structure["headings"], structure["mains"], structure["unnamed"]) == (1, 1, [])
        await _picture(page, f"not-there-phone-{scheme}")
        await page.get_by_role("link", name="Wire", exact=True).click()
        assert await page.locator(".wire h2").count()
        (said,) = watch.said
        assert "404" in said, "a browser notes an address that is not there, and nothing else"
        watch.said.clear()
        assert watch.quiet, watch
