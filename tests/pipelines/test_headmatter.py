"""The lines of a page's text, as a reader sees them."""

from __future__ import annotations

import pytest
from lxml import html

from pipelines import headmatter


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        ("<div> \n <p> By <b>Ada</b> Byron</p>\n<p>Kiel</p> </div>", ["By Ada Byron", "Kiel"]),
        ("<div>One<!-- a comment --> line<?pi of it?>, two<br>three</div>", ["One line, two", "three"]),
        ("<div><script>var a</script>\n<figure>Ada</figure>said <!-- --> so</div>", ["said so"]),
        ("<div>\u200b<p>\u200b</p><span> </span></div>", []),
    ],
)
def test_lines_are_parted_by_blocks_alone(page: str, lines: list[str]) -> None:
    assert headmatter.lines_of(html.fromstring(page)) == lines


def test_a_line_is_of_the_element_in_which_it_begins() -> None:
    root = html.fromstring(
        "<div><h1>Port opens</h1><p class=a> <time>3 Nov</time>, <b class=b>Ada</b></p><i class=c>x</i></div>"
    )
    first, second = headmatter.about(root[0])
    assert (first.text, first.names.partition(" div")[0]) == ("3 Nov, Ada", "p a")
    assert [(one.tag, start, end) for one, start, end in first.times] == [("time", 0, 5)]
    assert (second.text, second.times) == ("x", ())


def test_a_time_without_a_text_is_a_line_of_its_own() -> None:
    root = html.fromstring("<div><h1>Port opens</h1><p><time datetime=2024-11-03></time></p><p>Ada</p></div>")
    assert [(line.text, len(line.times)) for line in headmatter.about(root[0])] == [("", 1), ("Ada", 0)]
