"""What is told of a document by a quick look is what the rule says."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.discovery import documents

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
ODD = st.text(
    st.sampled_from("ab \n\t\r\x00\x01\x0b\x0c\x1c\x1f\x85\xa0\u2028\u3000\ufeff\ufffe\uffff\ud800é報📚.;"), max_size=30
)


@given(ODD)
@example(" One\nline ")
@example("One\x0bword")
@example("\x00\x1fOne  word\xa0")
def test_a_line_is_its_legal_words_parted_by_one_blank_each(text: str) -> None:
    words = NOT_XML.sub("", text).split()
    assert documents.plain(text) == (" ".join(words) or None)
    assert documents.paragraphs(text.replace("\x00", "")) == (" ".join(words) or None)


@given(st.lists(ODD, max_size=5))
def test_paragraphs_are_such_lines(lines: list[str]) -> None:
    told = [" ".join(NOT_XML.sub("", line).split()) for line in lines]
    markup = "".join(f"<p>{line}</p>\n".replace("\x00", "") for line in lines)
    assert documents.paragraphs(markup) == ("\n\n".join(filter(None, told)) or None)


@given(st.one_of(st.binary(max_size=40), ODD.map(lambda text: text.encode("utf-8", "replace"))), st.booleans())
@example(b"<rss>&#1;</rss>", True)
@example("\xa0<?xml version='1.0' encoding='latin-1'?><rss>é</rss>".encode(), False)
@example("<rss>\ufffe</rss>".encode(), False)
def test_the_bytes_at_hand_are_those_that_would_be_made(body: bytes, long: bool) -> None:
    body = b"<rss>" + body + b" " * 9_000 * long
    text, utf8 = documents.decoded(body, None)
    assert text == documents.decode(body, None)
    assert not NOT_XML.search(text)
    assert utf8 in (None, body)
    assert documents.as_utf8(text, utf8) == documents.as_utf8(text)


def test_a_body_of_plain_utf8_is_at_hand() -> None:
    body = '<?xml version="1.0" encoding="UTF-8"?><rss>Статья &#8217;</rss>'.encode()
    text, utf8 = documents.decoded(body, None)
    assert utf8 is body
    assert documents.as_utf8(text, utf8) == "<rss>Статья &#8217;</rss>".encode()


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("<rss>", 0),
        ("", 0),
        ("text", 0),
        (' \n<?xml version="1.0"?>\n<!-- - -- a -> b ->--> <rss>', 47),
        ("<??><rss>", 4),
        ("<!----><rss>", 7),
        ("<!--><rss>", 0),
        ("<!-- never closed <rss>", 0),
        ("<?pi a?b ?><!doctype rss [<!ENTITY a 'b'>]> <rss>", 44),
        ("<!DOCTYPE html><html>", 15),
        (f"<!--{' ' * 70_000}--><rss>", 0),
    ],
)
def test_the_root_begins_after_declarations_and_comments(text: str, start: int) -> None:
    assert documents.start_of_root(text) == start


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("<rss></rss>", True),
        ("<rss></rss>\n\n", True),
        ("<x:RDF></x:RDF >\n", True),
        ("<rss a='b'/>", True),
        ("<rss></rss><p></p>", True),
        (f"<rss></rss>{'<p></p>' * 900}", True),
        ("<rss><item></item>", False),
        ("<rss></rssx>", False),
        ("<rss>", False),
    ],
)
def test_a_document_is_closed_by_its_roots_end_tag(text: str, closed: bool) -> None:
    assert documents.is_closed(text, documents.root_name(text)) is closed
