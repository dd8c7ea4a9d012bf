"""Asking for the robots.txt of a host that a fetch comes upon, redirects included, and what is kept of it (RFC 9309 2.3)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from scrapy import Request

from crawler import answers, responses
from crawler.politeness import cut, robots
from crawler.politeness.redirects import RedirectRefused, target
from storage.models import HostRules, Outcome

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from typing import Any

    from scrapy.http import Response

logger = logging.getLogger(__name__)


def refusal(rules: HostRules, url: str, host: str) -> Outcome | None:
    """The outcome of an address that its host's rules close; None where it may be asked for."""
    if robots.allowed(rules, url, robots.TOKEN):
        return None
    if rules.status == "disallow_all":
        return Outcome(
            "blocked:robots_unreachable", f"robots.txt of {host} could not be read: all is closed for a while"
        )
    return Outcome("blocked:robots", f"robots.txt of {host} disallows {url}")


def next_hop(response: Response, hops: list[str]) -> str:
    """Where the redirect of a robots.txt leads: to any host (RFC 9309 2.3.1.2), which the address guard judges. Raises
    `RedirectRefused`."""
    return target(response.url, responses.location(response), hosts=None, hops=hops, downgrade=True)


def status_of(refused: RedirectRefused, response: Response) -> int | None:
    """The status that a redirect which is not followed stands for: one that led on too far, or in a circle, is unavailable;
    one that must not be followed is no answer."""
    return response.status if refused.endless else None


async def ask(
    url: str,
    host: str,
    *,
    meta: Mapping[str, Any],
    download: Callable[[Request], Awaitable[Response]],
    now: Callable[[], float],
    turn: Callable[[str], Awaitable[bool]] | None = None,
) -> HostRules | None:
    """What the robots.txt of `url`'s host says. `meta` of its requests; `turn`: takes the turn of each host on the way.

    None where a host gave no turn: nothing is known then."""
    asked, hops = urljoin(url, "/robots.txt"), list[str]()
    status, body = None, b""
    while True:
        if turn is not None and not await turn(asked):
            return None
        try:
            response = await download(Request(asked, meta={**meta, **cut.OF_ROBOTS}, dont_filter=True))
        except answers.NO_ANSWER as error:
            logger.info("%s: no answer: %s", asked, error)
            break
        hops.append(asked)
        status, body = response.status, response.body
        if status not in answers.REDIRECTS or not responses.location(response):
            break
        try:
            asked, status = next_hop(response, hops), None
        except RedirectRefused as error:
            logger.info("%s", error)
            status = status_of(error, response)
            break
    return robots.read(status, body, now=now(), host=host, agent=robots.TOKEN)
