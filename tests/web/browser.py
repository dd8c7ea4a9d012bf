"""Chromium for the tests, and a watch on what a page does in it that no page of the site may do."""

from __future__ import annotations

import os
import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
PHONE: Final = {"width": 390, "height": 844}
DESK: Final = {"width": 1280, "height": 900}
SIZES: Final = {"phone": PHONE, "desk": DESK}
_TELL_VIOLATIONS: Final = """
document.addEventListener('securitypolicyviolation', event =>
  window.violated(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
"""
_INTRUDERS: Final = """
root => {
  const found = [];
  const own = url => { try { return new URL(url, location.href).origin === location.origin } catch { return false } };
  for (const element of root.querySelectorAll('*')) {
    const name = element.localName;
    const told = element.outerHTML.slice(0, 200);
    if (/^p\\d+$/.test(element.id)) found.push(`made: ${told}`);
    if (name === 'script' && !(own(element.src) && !element.textContent)
        && !['application/json', 'application/ld+json'].includes(element.type)) found.push(`script: ${told}`);
    if (['iframe', 'frame', 'object', 'embed', 'base', 'applet', 'portal', 'math'].includes(name)) found.push(`frame: ${told}`);
    if (name === 'meta' && /refresh/i.test(element.httpEquiv)) found.push(`refresh: ${told}`);
    if (name === 'style') found.push(`style: ${told}`);
    for (const { name: attribute, value } of element.attributes) {
      if (/^on/i.test(attribute) || attribute === 'srcdoc' || attribute === 'style') found.push(`${attribute}: ${told}`);
      if (['src', 'srcset', 'poster', 'background', 'ping', 'data', 'action', 'formaction'].includes(attribute) && !own(value))
        found.push(`${attribute}: ${told}`);
      if (/href$/.test(attribute)) {
        let scheme = 'unreadable';
        try { scheme = new URL(value, location.href).protocol; } catch { /* stays unreadable */ }
        if (!['http:', 'https:'].includes(scheme)) found.push(`${scheme} ${told}`);
        if (name === 'link' && !own(value)) found.push(`link: ${told}`);
        const opens = name === 'a' && element.getAttribute('target');
        if (opens && !/noopener/.test(element.getAttribute('rel'))) found.push(`opener: ${told}`);
      }
    }
  }
  return found;
}
"""


def chromium() -> str:
    """Where Chromium is; without one the test is skipped, but not on CI."""
    named = os.environ.get("CHROMIUM")
    found = named or next((path for name in NAMES if (path := shutil.which(name))), None)
    if found:
        return found
    why = f"no Chromium: set CHROMIUM to its path, or install one of {', '.join(NAMES)}"
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    """One Chromium, which resolves no name and reaches nobody but this machine."""
    async_api = pytest.importorskip("playwright.async_api", reason="playwright is not installed (extra dev)")
    path = chromium()
    arguments = ["--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--disable-gpu"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")
    async with async_api.async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Watch:
    """What happened in a context of the browser. `ran`: numbers of payloads; `violations`: of the Content-Security-Policy;
    `elsewhere`: addresses on other hosts that were asked for; `said`: what console, dialogs and exceptions said."""

    # Without slots: Playwright notes its wrappers on the object whose method it calls.
    base: str
    ran: list[int] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def quiet(self) -> bool:
        """Whether nothing happened."""
        return not (self.ran or self.violations or self.elsewhere or self.said)

    def on_console(self, message: ConsoleMessage) -> None:
        """Keep what is worse than a note."""
        if message.type in {"error", "warning", "assert"}:
            self.said.append(f"{message.type}: {message.text}")

    def on_request(self, request: Request) -> None:
        """Keep what goes to another host."""
        if not request.url.startswith((f"{self.base}/", "data:image/svg+xml")):
            self.elsewhere.append(request.url)

    async def on_dialog(self, dialog: Any) -> None:
        """Keep what a dialog says, and go on."""
        self.said.append(f"dialog: {dialog.message}")
        await dialog.dismiss()


@asynccontextmanager
async def watched(browser: Browser, base: str, **options: Any) -> AsyncIterator[tuple[BrowserContext, Watch]]:
    """A context of its own, as of a reader who was never here, with a watch on it."""
    context = await browser.new_context(base_url=base, reduced_motion="reduce", **options)
    context.set_default_timeout(60_000)
    watch = Watch(base)
    context.on("console", watch.on_console)
    context.on("weberror", lambda error: watch.said.append(f"exception: {error.error}"))
    context.on("request", watch.on_request)
    context.on("dialog", watch.on_dialog)
    await context.expose_binding("ran", lambda _, number=0: watch.ran.append(number))
    await context.expose_binding("violated", lambda _, what: watch.violations.append(what))
    await context.add_init_script(_TELL_VIOLATIONS)
    try:
        yield context, watch
    finally:
        await context.close()


async def intruders(page: Page) -> list[str]:
    """Elements and attributes of the page that no template of ours makes: scripts, handlers, frames, other schemes."""
    return list(await page.evaluate(f"({_INTRUDERS})(document)"))


async def intruders_of(page: Page, addresses: list[str]) -> dict[str, list[str]]:
    """The same of other pages of the site, which are read without being shown: address -> what was found."""
    script = f"""async addresses => {{
      const look = {_INTRUDERS};
      const found = {{}};
      for (const address of addresses) {{
        const answer = await fetch(address);
        const html = await answer.text();
        const seen = look(new DOMParser().parseFromString(html, 'text/html'));
        if (seen.length) found[address] = seen;
      }}
      return found;
    }}"""
    return dict(await page.evaluate(script, addresses))


async def overflow(page: Page) -> list[str]:
    """The widest elements, where the page is wider than the window; a box that scrolls by itself does not count."""
    return list(
        await page.evaluate("""() => {
          const room = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= room) return [];
          const wide = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > room + 1);
          return [`${document.documentElement.scrollWidth} > ${room}`,
            ...wide.slice(0, 8).map(e => `${e.localName}.${e.className} ${Math.round(e.getBoundingClientRect().right)}`)];
        }""")
    )
