"""Which part of the page trafilatura gets, and how much of its work is asked for.

Where the page's prose shows the article's place (`home`), it gets that place alone, quick. Else, and where a witness of
the text (JSON-LD's articleBody, a feed's full text) is not found in the result, it gets the whole page: quick, and in
full where that is doubtful, and what it cut is put back (`complete`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from lxml import etree
from lxml.html import HtmlElement

from pipelines import body, complete, flash, home, offprint, scripted
from pipelines.body import Body
from pipelines.prose import worth

MANY = 6_000
"""Elements of a place up to which trafilatura is asked: its time grows with their square (20,000 `<b>`: half a minute)."""
TOO_MANY = 20_000
"""Elements of a page without an article's place from which on it is read as it stands."""
ELEMENTS = etree.XPath("count(descendant-or-self::*)")
SHORT = 800
NEAR = (0.5, 2.0)
COVERED = 0.6
"""Share of the place's prose that trafilatura must keep; where it keeps less, its own rules took the place for
something else, and the place is read as it stands."""
HEARD = 0.5


def general(
    root: HtmlElement, *, url: str, told: str | None, headlines: tuple[str, ...] = (), alone: str | None = None
) -> Body:
    """The body of the article's place, else of the whole page. `told`: the text as a witness has it, which is compared
    with; `headlines`: every text known to be the page's headline; `alone`: the page's own witness of a free text, which is
    taken where a script draws the page (`scripted`)."""
    place = home.find(root, headlines)
    found = _found(root, place, url, told)
    if place is None or place.prose < home.LEAST:
        found = flash.below(root, found, headlines)
        if alone is not None and scripted.draws(root, found, alone):
            return scripted.body(alone)
    if place is not None:
        found = replace(found, left=complete.left(found, place.texts))
    return found if alone is None else replace(found, unprinted=scripted.unprinted(found, alone))


def _found(root: HtmlElement, place: home.Home | None, url: str, told: str | None) -> Body:
    if place is None or place.prose < home.LEAST:
        if _elements(root) > TOO_MANY:
            return Body(body.from_selected(list(place.parts)).paragraphs if place else (), "home, plain")
        return complete.complete(root, _anywhere(root, url, told))
    found = _of(root, place, url)
    if told is None:
        return found
    if (share := heard(told, found)) >= HEARD:
        return complete.told(found, place.texts, told)
    other = complete.complete(root, _anywhere(root, url, told))
    return other if heard(told, other) > max(HEARD, share) else found


def _of(root: HtmlElement, place: home.Home, url: str) -> Body:
    """The paragraphs of a place, by trafilatura; read as it stands where trafilatura loses much of it, or is too slow."""
    # Hardly a page has so many in all.
    if _elements(root) <= MANY or sum(map(_elements, place.parts)) <= MANY:
        found = body.place(offprint.page(place), url)
        if worth("".join(p.text for p in found.paragraphs)) >= COVERED * place.prose:
            return found
    return Body(body.from_selected([*place.lead, *place.parts]).paragraphs, "home, plain")


def _elements(part: HtmlElement) -> float:
    return cast("float", ELEMENTS(part))


def heard(told: str, found: Body) -> float:
    """How much of a witness's text is in a body, 0 to 1, by samples; 1 where it says too little to be one."""
    plain = "".join(told.split())
    return 1.0 if len(plain) < SHORT else scripted.share(plain, found)


def _anywhere(root: HtmlElement, url: str, told: str | None) -> Body:
    """Quick, and in full where that is doubtful: too short, or far from the length of what the witness told."""
    quick = body.quick(root, url)
    far = told is not None and not NEAR[0] <= quick.length / max(1, len(told)) <= NEAR[1]
    if quick.length >= SHORT and not far:
        return quick
    full = body.full(root, url)
    return full if full.length else quick
