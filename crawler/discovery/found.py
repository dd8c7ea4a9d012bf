"""What a reader of one kind of document found, before a source's own rules are applied to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.models import Link


@dataclass(slots=True)
class Found:
    """Links in the document's order. `total` counts its entries, also those without an address (`no_link`) and those
    beyond the limit (`over_limit`), which `refused` counts by reason. `ttl` in seconds. `problem`: see `read.PROBLEMS`.
    `next`: the address of a listing's next page, as its own link says.
    """

    links: list[Link] = field(default_factory=list)
    total: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    ttl: int | None = None
    problem: str | None = None
    next: str | None = None

    def add(self, link: Link | None, reason: str = "no_link") -> None:
        """Count one entry: its link, or the reason why it has none."""
        self.total += 1
        if link is None:
            self.refused[reason] = self.refused.get(reason, 0) + 1
        else:
            self.links.append(link)
