"""Loading what extraction needs before the first page comes, in the process that workers are forked from."""

from __future__ import annotations

from pipelines import body, cascade, fingerprint, languages, tree
from pipelines.extractor import extract
from storage.models import Page, Profile

URL = "http://warm.invalid/1"
_SAMPLE_TEXT = (
    "The port is open again since the repairs, the mayor said on Tuesday, and ships are on their way to it from the coast;"
    " “we have waited for it for two years,” said Ann Miller – who was born there."
)
SAMPLE = f"""<html lang="en"><head><title>The port is open again | The Wire</title><meta name="author" content="Ann Miller">
<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "The port is open again",
"datePublished": "2026-03-03T09:30:00Z"}}</script></head><body><main><article><h1>The port is open again</h1>
<p class="byline">By Ann Miller</p><time datetime="2026-03-03T09:30:00Z">3 March 2026</time>
<figure><img src="/a.jpg"><figcaption>The port. Photo: The Wire/Bo Nye</figcaption></figure>
<p>KANDEL, March 3 (The Wire) — {_SAMPLE_TEXT}</p>{f"<p>{_SAMPLE_TEXT}</p>" * 4}<p>Read also: <a href="/b">More ships</a></p>
<p>(Reporting by Ann Miller; Editing by Bo Nye)</p></article></main><aside><a href="/c">Another story</a></aside></body>
</html>"""
"""A page that asks for what most pages ask for."""


def warm(*, many: bool = False) -> None:
    """Loads what every page needs: trafilatura's and our own expressions, by reading one. What few pages need waits for the
    first of them, unless `many` are sure to come: the language model (0.5 s), and the stop words of a hundred languages (0.2
    s), asked for where a page shows no article's place."""
    extract(Page(URL, URL, SAMPLE.encode(), "2026-03-03T10:00:00Z", Profile("")))
    cascade.general(tree.parse_text(SAMPLE), url=URL, told=None)
    fingerprint.unpiled("œuvre")
    if many:
        body.full(tree.parse_text(SAMPLE), URL)
        languages.detector()
