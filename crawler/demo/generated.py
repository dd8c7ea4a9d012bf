"""Stories made by rule, for tests that need more than somebody wrote: the same id always gives the same text.

Sentences are drawn word by word from short lists with little fixed text between, so that two stories share almost no
run of words and are never taken for copies of one another.
"""

from __future__ import annotations

import random

from crawler.demo.stories import AGENCY, Story, dateline, read_texts

_WORDS = {name: tuple(" ".join(text.split()).split(", ")) for name, text in read_texts("words").items()}
_SECTIONS = ("world", "economy", "science", "society", "sport")
_PLACES, _NAMES, _THINGS = _WORDS["places"], _WORDS["names"], _WORDS["things"]
_KINDS, _ACTS, _WHEN, _CLAIMS = _WORDS["kinds"], _WORDS["acts"], _WORDS["times"], _WORDS["claims"]


def generated_story(number: int, at: float) -> Story:
    """The agency's story `number`, published at `at` (epoch seconds)."""
    pick = random.Random(number)  # noqa: S311 - a seed for text, nothing is secret
    place = pick.choice(_PLACES)
    thing, kind = pick.choice(_THINGS), pick.choice(_KINDS)
    title = f"{kind.capitalize()} {thing} No. {number} {pick.choice(_ACTS)} {pick.choice(_WHEN)}"
    text = tuple(" ".join(_sentence(pick) for _ in range(3)) for _ in range(4))
    return Story(
        id=number,
        source=AGENCY,
        section=pick.choice(_SECTIONS),
        language="en",
        title=title,
        text=text,
        published=at,
        modified=at,
        lead=_sentence(pick),
        place=place,
        dateline=dateline(place, "en", at),
        tags=(thing, kind),
    )


def _sentence(pick: random.Random) -> str:
    subject = f"{pick.choice(_KINDS)} {pick.choice(_THINGS)}"
    thing = f"{pick.choice(_KINDS)} {pick.choice(_THINGS)}"
    act, when, name, count = pick.choice(_ACTS), pick.choice(_WHEN), pick.choice(_NAMES), pick.randrange(3, 990)
    return pick.choice(
        (
            f"{name} {act} the {thing} {when}, and {count} neighbors of the {subject} {pick.choice(_ACTS)} another.",
            f'"The {subject} {act} {count} times {when}," {name} {pick.choice(_CLAIMS)}, meaning the {thing}.',
            f"A {subject} near {name} Street {act} {count} visitors {when}; one {thing} remained.",
            f"{when.capitalize()}, {name} {pick.choice(_CLAIMS)}, the {thing} cost {count} crowns and the {subject} less.",
            f"Some {count} residents {act} their {thing} {when}, {pick.choice(_CLAIMS)} {name} of the {subject}.",
        )
    )
