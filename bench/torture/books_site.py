"""The demo agency for `books`: some pages are hostile, lead in circles or nowhere, some rows of its feed are no links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.demo.answers import Response
from crawler.demo.faults import Fault
from crawler.demo.site import Site

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

_HTML = {"Content-Type": "text/html; charset=utf-8"}
_STORY = (
    b"<h1>Port reopens</h1>" + b"<p>The port reopened on Tuesday after a strike of three weeks, officials said.</p>" * 8
)

BODIES: tuple[bytes, ...] = (
    b"",
    b"\x89PNG\r\n\x1a\n" + bytes(2000),
    b"<html><body>" + b"<div>" * 3000 + _STORY,
    b"<html><body>" + _STORY.replace(b"strike", b"&#1;&#xD800;&#xFFFF;\x00\x0b"),
    b"<html><head><link rel=canonical href='http://user:secret@agency.test/x'></head><body>" + _STORY,
    b"<html><head><title>" + b"a" * 500_000 + b"</title></head><body>" + _STORY,
    b"<html><head><script type='application/ld+json'>" + b"[" * 20_000 + b"</script></head><body>" + _STORY,
    b"<html><head><meta property='article:published_time' content='9999-99-99T99:99:99+99:99'></head><body>" + _STORY,
    b"<html><body><h1>Verify you are human</h1><p>Complete the captcha to go on.</p></body></html>",
)
"""What hostile pages bear."""

ROWS = "".join(
    f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid></item>"
    for title, link in (
        ("a password", "http://user:secret@agency.test/news/1"),
        ("a script", "javascript:alert(1)"),
        ("no port", "http://agency.test:99999/news/2"),
        ("a control", "http://agency.test/news/&#x7f;3"),
        ("no host", "http:///news/4"),
        ("a file", "file:///etc/passwd"),
        ("circles", "/news/circle"),
        ("nowhere", "/news/nowhere"),
        ("a moved one", "/news/moved"),
    )
).encode()
"""Rows of the feed that are no links to stories, or to stories that lead elsewhere."""

TARGETS: dict[str, str] = {
    "/news/circle": "/news/circle/1",
    "/news/circle/1": "/news/circle",
    "/news/nowhere": "http://10.0.0.1/",
    "/news/moved": "/news/moved/1",
    "/news/moved/1": "/news/moved/2",
}
REDIRECTS: dict[str, tuple[str, ...]] = {
    "/news/circle": ("/news/circle/1",),
    "/news/moved": ("/news/moved/1", "/news/moved/2"),
}
"""What a fetch asks for besides its own address."""


class HostileSite(Site):
    """Some stories' pages bear what is none; the rest is the demo's."""

    bodies: Mapping[str, bytes]

    def respond(self, method: str, host: str, target: str, headers: Mapping[str, str] | None = None) -> Response:
        path = target.partition("?")[0]
        if path in TARGETS:
            return Response(302, {"Location": TARGETS[path]}, b"")
        if path in self.bodies:
            return Response(200, _HTML, self.bodies[path])
        answer = super().respond(method, host, target, headers)
        if path == "/rss/v2.xml" and answer.status == 200:
            rows = ROWS.replace(b"<link>/", f"<link>http://{host}/".encode())
            return answer._replace(body=answer.body.replace(b"</channel>", rows + b"</channel>"))
        return answer


def hostile(days: int, a_day: int, chance: random.Random) -> HostileSite:
    """The site, one in ten of its stories hostile."""
    site = HostileSite.with_archive(days, a_day)
    assert isinstance(site, HostileSite)
    paths = sorted(story.path for story in site.stories.values())
    site.bodies = {path: chance.choice(BODIES) for path in chance.sample(paths, len(paths) // 10)}
    return site


def faulty(site: Site, chance: random.Random) -> dict[str, Fault]:
    """Places that are out of order, some for a time and some for good: one in six of the stories, and now and then a list."""
    kinds: tuple[Callable[[], Fault], ...] = (
        lambda: Fault("status", status=500, times=chance.randint(1, 3)),
        lambda: Fault("status", status=503, retry_after="1", times=1),
        lambda: Fault("status", status=429, retry_after="1", times=1),
        lambda: Fault("status", status=chance.choice((401, 403, 404, 410, 418))),
        lambda: Fault("close", times=chance.randint(1, 2)),
        lambda: Fault("truncated", times=1),
        lambda: Fault("slow", seconds=chance.uniform(0.2, 2)),
        lambda: Fault("endless"),
        lambda: Fault("huge"),
        lambda: Fault("bomb"),
    )
    paths = sorted(story.path for story in site.stories.values() if story.source == "demo")
    found = {f"agency.test{path}": chance.choice(kinds)() for path in chance.sample(paths, len(paths) // 6)}
    found["agency.test/rss/v2.xml"] = chance.choice(kinds[:3])()
    return found
