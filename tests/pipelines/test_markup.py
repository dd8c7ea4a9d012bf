"""The attributes of a tree, read once for several steps, still hold when an earlier step has taken parts of it out."""

from __future__ import annotations

from pipelines import markup, overlays, tree

PROSE = "<p>" + "The harbour of Callao was closed for the winter, and boats waited outside. " * 12 + "</p>"


def test_names_are_of_classes_and_ids_and_tell_of_elements_with_names_of_their_own() -> None:
    names = markup.names(tree.parse_text("<body class='a b'><div id='c'><p class=''>x</p></div></body>"))
    assert names.of_boxes == {"a b", "c"}
    assert not names.own
    assert markup.names(tree.parse_text("<body><ad-slot>x</ad-slot></body>")).own


def test_what_may_be_hidden_is_told_in_the_order_of_the_page() -> None:
    page = "<div id='1' style='display: none'>a</div><p id='2' style='color: red'>b</p><p id='3' hidden>c</p>"
    found = markup.names(tree.parse_text(page)).perhaps_hidden
    assert [element.get("id") for element in found] == ["1", "3"]


def test_what_is_hidden_in_a_banner_goes_with_it_and_not_once_more() -> None:
    page = f"{PROSE}<div class='cookie-banner'>We use cookies. <p hidden>And partners.</p></div><p hidden>Old lead.</p>"
    root = tree.parse_text(f"<html><body>{page}</body></html>")
    dropped = overlays.take_out(root, (), markup.names(root), paid=False)
    assert [rule for rule, _ in dropped] == ["consent banner", "hidden"]
    assert dropped[1][1] == "Old lead."
