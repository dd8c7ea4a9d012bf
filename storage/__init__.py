"""What Dateline keeps: one SQLite file. Knows nothing of Scrapy.

For programs that read it:

    import storage

    with storage.open("news.db") as wire:
        for article in wire.articles(language="en", since="2026-11-01"):
            print(article.published_at, article.title)

`open` gives a `Wire`; docs/python.md tells its use, docs/schema.md the columns. What is named here is loaded when it is first
used: the processes that extract pages import no more of this package than they need.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from storage.errors import Rewound, StorageError
    from storage.reader import Change, Health
    from storage.records import Article, Fetch, Revision, Run, Story
    from storage.rows import Rows
    from storage.search import Hit, QueryError
    from storage.wire import Wire
    from storage.wire import open_wire as open  # noqa: A004 - as gzip.open and its kin

__all__ = [
    "Article",
    "Change",
    "Fetch",
    "Health",
    "Hit",
    "QueryError",
    "Revision",
    "Rewound",
    "Rows",
    "Run",
    "StorageError",
    "Story",
    "Wire",
    "open",
]

_FROM = {
    "errors": ("Rewound", "StorageError"),
    "reader": ("Change", "Health"),
    "records": ("Article", "Fetch", "Revision", "Run", "Story"),
    "rows": ("Rows",),
    "search": ("Hit", "QueryError"),
    "wire": ("Wire",),
}
_WHERE = {name: (module, name) for module, names in _FROM.items() for name in names} | {"open": ("wire", "open_wire")}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, inside = _WHERE[name]
    return getattr(import_module(f"{__name__}.{module}"), inside)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
