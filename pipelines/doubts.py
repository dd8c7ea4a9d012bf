"""Names of places that are hardly ever the article: what readers write, what asks for consent, what stands beside a text.

Hints for the search of the article's place and for what is put back after it; `boxes.toml` names what is taken out.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipelines import boxes

FOREIGN = re.compile(
    r"(?<![a-z])(?:comment(?!ary)|disqus|cookie|consent|gdpr|privacy|onetrust|ot-sdk|cmp-|didomi|usercentrics|"
    r"legal-(?:info|notice|text)|terms-(?:of|and)|disclaimer|readers?-(?:opinion|letter|post|voice|view)s?)"
)
"""Names of places where readers write, of what asks for their consent and of the publisher's terms: hardly ever the
article."""
ASIDE = re.compile(
    r"(?<![a-z])(?:related|teaser|sidebar|promo|newsletter|footer|recommend|popular|most-?read|latest|widget|modal|popup|"
    r"dialog)"
)
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|_")


@lru_cache(maxsize=20_000)
def foreign(names: str) -> bool:
    """Whether words of these names, or a box's name (`boxes`), are a place of readers, of a consent or of terms."""
    if FOREIGN.search(CAMEL.sub("-", names).lower()):
        return True
    box = boxes.named(names)
    return box is not None and box.kind == "comments"


@lru_cache(maxsize=20_000)
def aside(names: str) -> bool:
    """Whether words of these names, or a box's name, are of what stands beside an article."""
    if ASIDE.search(CAMEL.sub("-", names).lower()):
        return True
    box = boxes.named(names)
    return box is not None and box.kind in ("related", "promotion")
