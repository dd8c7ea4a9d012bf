"""The day that is printed at the headline, and what is not the publication's day."""

from __future__ import annotations

import pytest

from pipelines import headmatter, jsonld, metadata, people, printed, published, tags, tree
from pipelines.headmatter import Line
from storage.models import Instant, Page, Profile

NOW = "2026-09-01T00:00:00Z"
TEXT = "<p>" + "The port reopened after long repairs and the first ships came in at once. " * 9 + "</p>"


def shown(line: str, names: str = "p", *, place: headmatter.Place = "head", language: str | None = "en",
    region: str | None = None, host: str = "harbour.test", zone: str | None = None) -> Instant | None:  # fmt: skip
    return printed.read(
        [Line(line, names, place)], language=language, region=region, host=host, timezone=zone, fetched_at=NOW
    )[0]


@pytest.mark.parametrize(
    ("line", "language", "at"),
    [
        ("Published 3 Nov 2024, 14:05 GMT", "en", "2024-11-03T14:05:00Z"),
        ("Published: 3 Nov 2024 2:05 pm ET", "en", "2024-11-03T19:05:00Z"),
        ("Published: 3 Jul 2024 2:05 pm ET", "en", "2024-07-03T18:05:00Z"),
        ("November 3, 2024 at 2:05 p.m. EST", "en", "2024-11-03T19:05:00Z"),
        ("Thứ tư, 22/10/2025, 19:25 (GMT+7)", "vi", "2025-10-22T12:25:00Z"),
        ("15 августа 2016, 13:43 МСК", "ru", "2016-08-15T10:43:00Z"),
        ("15 августа 2016, 13:43", "ru", "2016-08-15"),
        ("Veröffentlicht am 06.10.2023 (Letztes Update: 07.10.2023)", "de", "2023-10-06"),
        ("Von Karl Groß | 03.11.2024 um 09:25 Uhr", "de", "2024-11-03"),
        ("Ada Byron · April 19, 2019 · Ships · 7 comments", "en", "2019-04-19"),
        ("2024年11月3日 14時05分", "ja", "2024-11-03"),
        ("3 Nov 2024 14:05 IST", "en", "2024-11-03"),
        ("05.10.2024 veröffentlicht", "de", "2024-10-05"),
        ("05/10/2024 - Publicado por Ana", "pt", "2024-10-05"),
        ("Updated 4 Nov 2024", "en", None),
        ("Stand: 04.11.2024", "de", None),
        ("The repairs of the old quay have been under way since 3 Nov 2024", "en", None),
        ("Photo: the quay on 3 Nov 2024", "en", None),
        ("Published 30 February 2024", "en", None),
        ("Published 3 Nov 2044", "en", None),
        ("Published 3/11/2024", "en", None),
    ],
)
def test_a_line_at_the_headline(line: str, language: str, at: str | None) -> None:
    found = shown(line, language=language)
    assert (found.at if found else None) == at


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("2024年11月3日 午後2時5分", "ja"),
        ("2024年11月3日(日) 14時5分", "ja"),
        ("2024년 11월 3일 오후 2시 5분", "ko"),
        ("2024년 11월 3일(일) 14:05", "ko"),
        ("3 Kasım 2024 Pazar 14:05", "tr"),
        ("2024年11月3日 星期日 14:05", "zh"),
        ("3 novembre 2024, dimanche, à 14h05", "fr"),
    ],
)
def test_minutes_of_one_figure_and_a_weekday_before_the_time(line: str, language: str) -> None:
    found = printed.single(line, language=language, timezone="UTC", fetched_at="2026-09-01T00:00:00Z")
    assert found is not None
    assert (found.at, found.precision) == ("2024-11-03T14:05:00Z", "minute")


@pytest.mark.parametrize(
    "label", ["Ultimo aggiornamento:", "Mise à jour le", "Última actualización:", "Siste oppdatering:"]
)
def test_a_label_that_is_a_noun_speaks_of_a_change(label: str) -> None:
    assert printed.CHANGED.search(label) is not None


def test_the_order_of_numbers_is_the_countrys() -> None:
    assert shown("Published 3/11/2024", host="port.co.uk") == shown("Published 3/11/2024", region="gb")
    assert shown("Published 3/11/2024", language="fr") is not None
    american = shown("Published 3/11/2024", region="us", host="port.us")
    assert american is not None
    assert american.at == "2024-03-11"
    for host in ("port.com", "port.org"):
        assert shown("Published 3/11/2024", region="us", host=host) == american
    assert shown("Published 3/11/2024", host="port.com") is None


def test_a_time_without_a_zone_is_the_sources_and_marked_so() -> None:
    found = shown("Published 3 Nov 2024, 14:05", zone="Europe/Kyiv")
    assert found is not None
    assert (found.at, found.offset, found.origin) == ("2024-11-03T12:05:00Z", "+02:00", "text (source timezone)")


@pytest.mark.parametrize(
    ("line", "language", "hour"),
    [
        ("22/11/2024 02:05 μ.μ.", "el", 14),
        ("22/11/2024 02:05 πμ", "el", 2),
        ("22 نوفمبر 2024 02:05 م", "ar", 14),
        ("22 نوفمبر 2024، الساعة 02:05 مساءً", "ar", 14),
        ("22 نوفمبر 2024 02:05 صباحًا", "ar", 2),
        ("2024.11.22. 오후 2:05", "ko", 14),
        ("2024-11-22 오전 2:05", "ko", 2),
        ("22.11.2024 02:05 ÖS", "tr", 14),
        ("22 de noviembre de 2024 a las 2:05 de la tarde", "es", 14),
        ("22 de noviembre de 2024 a las 11:05 de la noche", "es", 23),
        ("22 नवंबर 2024 02:05 अपराह्न", "hi", 14),
        ("۲ آذر ۱۴۰۳ ۰۲:۰۵ ب.ظ", "fa", 14),
        ("2024年11月22日 下午2:05", "zh", 14),
        ("2024年11月22日 午後2時05分", "ja", 14),
        ("22 novembre 2024 02:05", "fr", 2),
        ("22 novembre 2024 02:05 mayhap", "fr", None),
        ("22 novembre 2024 14:05 mayhap", "fr", 14),
        ("Published 2:05 PM, Fri November 22, 2024", "en", 14),
    ],
)
def test_the_half_of_the_day_is_read_in_many_languages_or_the_time_left_alone(
    line: str, language: str, hour: int | None
) -> None:
    found = shown(line, "p date", language=language, zone="UTC")
    assert found is not None
    assert found.at == ("2024-11-22" if hour is None else f"2024-11-22T{hour:02}:05:00Z")


def test_a_zone_beside_a_time_before_the_day_is_read() -> None:
    found = shown("Published 9:05 AM EST, Fri November 22, 2024")
    assert found is not None
    assert (found.at, found.offset) == ("2024-11-22T14:05:00Z", "-05:00")


def test_a_labelled_day_goes_before_others_and_other_stories_days_are_none() -> None:
    lines = [
        Line("2 Nov 2024", "p", "head"),
        Line("Published 3 Nov 2024", "p", "head"),
        Line("4 Nov 2024", "p", "after"),
    ]
    found, changed = printed.read(lines, language="en", region=None, host="a.test", timezone=None, fetched_at=NOW)
    assert changed is None
    assert found is not None
    assert found.at == "2024-11-03"
    assert shown("4 Nov 2024", place="after") is None
    assert shown("4 Nov 2024", names="div event-date") is None


def read(body: str, head: str = "", *, zone: str | None = None) -> metadata.Metadata:
    url = "https://www.harbour-agency.test/port-reopens-118"
    html = f"<html lang='en'><head>{head}</head><body>{body}</body></html>"
    root = tree.parse_text(html)
    page = Page(url, url, html.encode(), NOW, Profile("harbour", timezone=zone))
    return metadata.read(page, root, tags.read(root), jsonld.read(root))


def test_the_lines_about_a_headline_are_this_articles_own() -> None:
    found = read(
        "<aside class='sidebar'><h3>Most read</h3><p>By Other Person</p><p>1 Jan 2020</p></aside><main><h1>Port reopens</h1>"
        f"<div class='meta'>By Ada Byron</div><div>3 Nov 2024, 14:05 GMT</div>{TEXT}"
        "<div class='teaser'>By Third Person | 5 Nov 2024</div></main>"
    )
    assert (found.authors, found.sources["authors"]) == (("Ada Byron",), "text")
    assert found.printed is not None
    assert found.printed.at == "2024-11-03T14:05:00Z"
    assert found.published is None


def test_a_printed_time_sharpens_a_declared_day_and_contradicts_no_other() -> None:
    day = "<meta name='date' content='2024-11-03'>"
    assert read(f"<h1>Port reopens</h1><p>3 Nov 2024, 14:05 GMT</p>{TEXT}", day).published == Instant(
        "2024-11-03T14:05:00Z", "minute", "+00:00", "3 Nov 2024, 14:05 GMT", "text"
    )
    found = read(f"<h1>Port reopens</h1><p>4 Nov 2024, 14:05 GMT</p>{TEXT}", day).published
    assert found is not None
    assert (found.at, found.origin) == ("2024-11-03", "meta")


@pytest.mark.parametrize(
    ("body", "authors", "origin"),
    [
        ("<h1>Port reopens</h1><span class='author vcard'><a>Ada Byron</a></span>", ("Ada Byron",), "byline"),
        ("<h1>Port reopens</h1><p>Autor:</p><p>Karl Groß/HA</p>", ("Karl Groß",), "text"),
        ("<h1>Port reopens</h1><p>Ada Byron | 3 Nov 2024</p>", ("Ada Byron",), "text"),
        (f"<h1>Port reopens</h1>{TEXT}<p><strong>Ada Byron</strong></p>", ("Ada Byron",), "text"),
        (f"<h1>Port reopens</h1>{TEXT}<p>Reporting by Ada Byron and Karl Groß; editing by Rosa Rot</p>", ("Ada Byron",
            "Karl Groß"), "text"),
        (f"<h1>Port reopens</h1>{TEXT}<p>Quelle: kathpress</p>", ("kathpress",), "text"),
        ("<h1>Port reopens</h1><p class='byline'>Sat, 20 Dec, 2025 - 06:36</p>", (), None),
        ("<h1>Port reopens</h1><a rel='author'>ships_and_more</a>", ("ships_and_more",), "byline"),
        ("<h1>Port reopens</h1><figure><span class='byline'>Ada Byron</span></figure>", (), None),
        ("<h1>Port reopens</h1><div class='byline'>dpa</div>", ("dpa",), "byline"),
    ],
)  # fmt: skip
def test_who_is_named_at_the_headline_or_after_the_text(
    body: str, authors: tuple[str, ...], origin: str | None
) -> None:
    found = read(body)
    assert (found.authors, found.sources.get("authors")) == (authors, origin)


def test_a_desk_is_named_only_where_no_person_is() -> None:
    assert people.desk(["Redaktion Hafen", "dpa"], frozenset()) == "Redaktion Hafen"
    assert people.desk(["AFP, MANILA"], frozenset()) == "AFP"
    assert people.desk(["Harbour Newsroom"], frozenset({"harbour newsroom"})) is None
    assert people.desk(["Ada Byron", "someone@agency.test"], frozenset()) is None


def instant(at: str, origin: str) -> Instant:
    return Instant(at, "second" if len(at) > 10 else "day", "+00:00" if len(at) > 10 else None, at, origin)


def test_a_witness_alone_with_its_day_gives_way_to_two_kinds_and_all_is_recorded() -> None:
    head = (
        "<meta property='article:published_time' content='2024-11-06T14:25:00Z'>"
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Port reopens",'
        ' "datePublished": "2024-11-03T10:25:56Z"}</script>'
    )
    one = read("<h1>Port reopens</h1>", head)
    assert one.published is not None
    assert (one.published.origin, one.sources["published"]) == ("json-ld", "json-ld; meta says 2024-11-06T14:25:00Z")
    two = read(
        "<h1>Port reopens</h1><time class='published' datetime='2024-11-06T15:25:00+01:00'>6 November</time>", head
    )
    assert two.published is not None
    assert two.published.at == "2024-11-06T14:25:00Z"
    assert two.sources["published"] == "meta; json-ld says 2024-11-03T10:25:56Z"


def test_witnesses_within_a_minute_agree() -> None:
    one, other = instant("2024-11-03T10:25:56Z", "json-ld"), instant("2024-11-03T10:25:00Z", "meta")
    assert published.dissent(one, [one, other]) is None
    assert published.dissent(one, [one, instant("2024-11-03", "url")]) is None
    assert published.dissent(one, [instant("2024-11-02", "url")]) == "url says 2024-11-02"
    assert published.dissent(None, [one]) is None
