"""The pages that the tests look at, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.wire import Wire

PAGES: Final[dict[str, Callable[[Wire], str]]] = {
    "front": lambda _: "/",
    "front-of-a-source": lambda _: "/?source=mercury-en",
    "article": lambda wire: f"/article/{wire.articles['tide']}",
    "article-three-versions": lambda wire: f"/article/{wire.articles['bridge']}",
    "article-arabic": lambda wire: f"/article/{wire.articles['wells']}",
    "article-withdrawn": lambda wire: f"/article/{wire.articles['mill']}",
    "article-reserved": lambda wire: f"/article/{wire.articles['reserved']}",
    "article-unbroken": lambda wire: f"/article/{wire.articles['unbroken']}",
    "article-300-versions": lambda wire: f"/article/{wire.articles['score']}",
    "article-20000-words": lambda wire: f"/article/{wire.articles['long']}",
    "diff": lambda wire: f"/article/{wire.articles['bridge']}/diff?old=1&new=3",
    "story": lambda wire: f"/story/{wire.story}",
    "story-200-copies": lambda wire: f"/story/{wire.long_story}",
    "story-diff": lambda wire: (
        f"/story/{wire.story}/diff?old={wire.articles['glacier']}&new={wire.articles['glacier'] + 1}"
    ),
    "search": lambda _: "/search?q=harbour",
    "search-chinese": lambda _: f"/search?q={quote('高铁')}",
    "search-nothing": lambda _: "/search?q=zeppelin",
    "changes": lambda _: "/changes",
    "health": lambda _: "/health",
    "fetches": lambda _: "/fetches",
    "fetch": lambda _: "/fetches/1",
    "runs": lambda _: "/runs",
    "run": lambda _: "/runs/1",
    "quarantine": lambda _: "/quarantine",
    "source": lambda _: "/source/mercury-en",
    "places": lambda _: "/places",
    "place": lambda _: "/place?name=Ostervik",
    "data": lambda _: "/data",
    "data-answer": lambda _: "/data?sql=select+id,source,title,url,tags,first_seen_at+from+articles+limit+20",
}
