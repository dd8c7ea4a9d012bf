"""Bytes to one tree: encodings, references that lose whole articles, depth, templates."""

from __future__ import annotations

import encodings.aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import HtmlElement

from pipelines import tree
from pipelines.text import fold, likeness, squeeze, words


def parsed(body: bytes, charset: str | None = None) -> tree.Parsed:
    found = tree.parse(body, charset)
    assert found is not None
    return found


RUSSIAN = "<html><head>{}</head><body><p>Порт открыт после ремонта</p></body></html>"


@pytest.mark.parametrize(
    ("body", "charset", "encoding"),
    [
        (RUSSIAN.format("").encode("cp1251"), "windows-1251", "cp1251"),
        (RUSSIAN.format('<meta charset="windows-1251">').encode("cp1251"), None, "cp1251"),
        (RUSSIAN.format('<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">').encode("koi8-r"),
            None, "koi8-r"),
        (RUSSIAN.format("").encode("utf-8"), None, "utf-8"),
        (RUSSIAN.format('<meta charset="utf-16">').encode("utf-8"), None, "utf-8"),
        ("\ufeff".encode("utf-16-le") + RUSSIAN.format("").encode("utf-16-le"), None, "utf-16-le"),
        (b"\xef\xbb\xbf" + RUSSIAN.format("").encode("utf-8"), "windows-1251", "utf-8"),
        (RUSSIAN.format("").encode("utf-8"), "no-such-charset", "utf-8"),
    ],
)  # fmt: skip
def test_a_page_is_decoded_by_mark_header_declaration_or_detection(
    body: bytes, charset: str | None, encoding: str
) -> None:
    found = parsed(body, charset)
    assert "Порт открыт после ремонта" in found.root.text_content()
    assert found.encoding == encoding


@pytest.mark.parametrize("label", sorted({*encodings.aliases.aliases.values(), "undefined", "unicode_escape", "idna"}))
def test_whatever_python_calls_an_encoding_may_stand_in_a_header_or_a_page(label: str) -> None:
    body = RUSSIAN.format(f'<meta charset="{label}">').encode()
    parsed(body)
    parsed(body, label)


@pytest.mark.parametrize(
    "label", ["rot13", "hex", "base64", "zip", "bz2", "uu", "quopri", "undefined", "unicode_escape"]
)
def test_what_is_no_text_encoding_is_no_page_s(label: str) -> None:
    found = parsed(RUSSIAN.format("").encode(), label)
    assert found.encoding == "utf-8"
    assert "Порт открыт" in found.root.text_content()


def test_latin1_means_windows_1252_as_in_browsers() -> None:
    assert "“quoted”" in parsed(b"<p>\x93quoted\x94</p>", "iso-8859-1").root.text_content()


def test_one_broken_byte_does_not_make_another_encoding() -> None:
    body = ("<p>" + "Порт открыт. " * 50 + "</p>").encode() + b"\xd0"
    assert parsed(body, "utf-8").root.text_content().count("Порт открыт") == 50


@pytest.mark.parametrize(
    "reference", ["&#1;", "&#x1F;", "&#000031;", "&#xFFFE;", "&#65535;", "&#xD800;", "&#1114112;", "&#0;", "&#8"]
)
def test_a_control_reference_loses_nothing(reference: str) -> None:
    assert parsed(f"<p>before{reference} after</p><p>end</p>".encode()).root.text_content() == "before afterend"


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ("<p>Порт &amp; &#1;море</p>".encode(), "utf-8"),
        ("\ufeff<p>Порт</p>".encode(), None),
        ("<p>Порт</p>".encode("cp1251"), "windows-1251"),
        (("<p>" + "Порт " * 50 + "</p>").encode() + b"\xd0", "utf-8"),
    ],
)
def test_the_source_is_the_decoded_text_in_utf_8(body: bytes, charset: str | None) -> None:
    found = parsed(body, charset)
    assert found.source.decode() == found.html


def test_a_reference_that_a_non_character_parts_loses_nothing() -> None:
    assert parsed("<p>before&\ufffe#1; after</p><p>end</p>".encode()).root.text_content() == "before afterend"


def test_references_to_windows_1252_are_read_as_browsers_read_them() -> None:
    assert parsed(b"<p>&#147;quoted&#148; &#8212; &#38;</p>").root.text_content() == "“quoted” — &"


def test_a_raw_nul_does_not_cut_the_text() -> None:
    assert parsed(b"<p>before\x00 after</p>").root.text_content() == "before after"


@pytest.mark.parametrize("depth", [250, 300, 2000])
def test_depth_does_not_lose_the_text(depth: int) -> None:
    found = parsed(b"<div>" * depth + b"<p>deep text</p>" + b"</div>" * depth)
    assert "deep text" in found.root.text_content()
    assert found.huge == (depth > 255)


def test_nothing_is_none() -> None:
    assert tree.parse(b"", None) is None
    assert tree.parse(b" \n\x00", None) is None


def test_unrendered_templates_are_dropped_with_their_text_only() -> None:
    found = parsed(
        b"<div>{{point.title}} All news<p>Text</p>{{ point.date | date: 'HH:mm' }}<p>More { {text} }</p></div>"
        b"<script>{{kept}}</script>"
    )
    assert tree.drop_templates(found) == ["{{point.title}} All news", "{{ point.date | date: 'HH:mm' }}"]
    assert squeeze(" ".join(found.root.itertext("p"))) == "Text More { {text} }"


@given(st.binary(max_size=300), st.sampled_from([None, "utf-8", "shift_jis", "gb2312", "utf-7", "x"]))
def test_no_bytes_raise(body: bytes, charset: str | None) -> None:
    tree.parse(body, charset)


def test_text_compares_as_a_reader_would() -> None:
    assert squeeze(" a\u00a0\u200b b\n\tc\x01 ") == "a b c"
    assert fold("“Ｃafé”–NO") == fold('"café"-no')
    assert likeness("Harbour opens again", "HARBOUR opens: again") == 1.0
    assert likeness("", "x") == 0.0
    assert words("港口重新开放 today") == 7
    assert words("L'État c'est moi") == 5


@given(st.text())
def test_squeezing_is_idempotent(text: str) -> None:
    assert squeeze(squeeze(text)) == squeeze(text)


@given(st.text(max_size=80))
def test_text_content_is_what_lxml_gives(value: str) -> None:
    page = f"<body><p>{value}<b>{value}</b> tail<script>var x</script></p>after &amp; <![CDATA[x]]></body>"
    for element in parsed(page.encode("utf-8", "replace")).held:
        assert element.text_content() == HtmlElement.text_content(element)
        assert type(element.text_content()) is str


def test_all_elements_are_held_for_those_who_walk_the_tree() -> None:
    found = parsed(b"<html><body><form><input><select><option>x</option></select></form><p>y</p></body></html>")
    assert [id(element) for element in found.root.iter()] == [id(element) for element in found.held]
