"""What is no article, and what is one all the same."""

from __future__ import annotations

import random

import pytest

from pipelines import wallwords
from pipelines.extractor import extract
from pipelines.walls import REASONS
from storage.models import Page, Profile

FILLER = "".join(
    f"<p>Sentence {n} of the story about the port, which reopened on Monday after repairs that took two years.</p>"
    for n in range(9)
)
DATED = (
    '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Port reopens", '
    '"datePublished": "2023-10-02T12:00:00Z"}</script>'
)
HEADLINES = "".join(f"<h3><a href='/n/{n}'>Headline number {n} of the day in the town</a></h3>" for n in range(30))


def outcome(html: str, url: str = "https://agency.test/news/118", content_type: str | None = "text/html") -> str | None:
    return extract(
        Page(url, url, html.encode(), "2026-09-01T00:00:00Z", Profile(source="agency"), content_type=content_type)
    ).reason


def document(title: str, body: str, head: str = "") -> str:
    return f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (document("Just a moment...", "<p>Checking your browser before accessing agency.test.</p>"), "bot_check"),
        (document("Agency", "<script src='https://servicepipe.ru/check.js'></script><p>Please wait.</p>"), "bot_check"),
        (document("Agency", "<h1>Are you a human?</h1><p>We noticed unusual traffic from your network.</p>"),
            "bot_check"),
        (document("Agency", "<p>Please enable JavaScript to view this site.</p>"), "javascript_wall"),
        (document("Your privacy",
            "<h1>Before you continue</h1><p>We and our 842 partners store and access cookies on your device.</p>"
            "<button>Accept all</button>"), "consent_wall"),
        (document("Datenschutz", "<p>Wir und unsere 200 Partner verwenden Cookies, um Ihnen Werbung zu zeigen.</p>"),
            "consent_wall"),
        (document("Page not found - Agency",
            "<h1>404</h1><p>The page you requested could not be found. Try the search.</p>"), "soft_404"),
        (document("Страница не найдена", "<p>Вернитесь на главную страницу сайта.</p>"), "soft_404"),
        (document("Agency", "<p>Log in to continue reading this and other stories of our agency.</p>"), "login_wall"),
        (document("Agency", "<div></div>"), "no_text"),
        (document("Agency", f"<div>{HEADLINES}</div>"), "listing"),
        ("   ", "no_text"),
    ],
)  # fmt: skip
def test_a_wall_is_no_article(html: str, reason: str) -> None:
    found = outcome(html, url="https://agency.test/" if reason == "listing" else "https://agency.test/news/118")
    assert found == reason
    assert found in REASONS


@pytest.mark.parametrize(
    ("title", "opening"),
    [
        ("Port not found guilty", "<p>404 ships had waited.</p>"), ("Agency enables cookies",
            "<p>We use cookies, says the baker of the port, and he bakes them daily.</p>"),
        ("Court: access denied",
            "<p>Access to this page has been denied, the clerk told the reporters on Monday.</p>"),
            ("JavaScript is required, says study", "<p>Please enable JavaScript, experts ask.</p>"),
    ],
)  # fmt: skip
def test_a_story_about_walls_is_an_article(title: str, opening: str) -> None:
    assert outcome(document(title, f"<article><h1>{title}</h1>{opening}{FILLER}</article>")) is None


def test_a_short_dated_flash_is_an_article() -> None:
    assert (
        outcome(
            document(
                "Port reopens",
                "<article><h1>Port reopens</h1><p>KIEL, October 2 (HA) - The port has reopened, the mayor said.</p></article>",
                DATED,
            )
        )
        is None
    )


def test_a_teaser_before_a_paywall_is_kept_as_such() -> None:
    body = f"<article><h1>Port reopens</h1>{FILLER[:330]}<p>Subscribe to continue reading this article.</p></article>"
    extraction = extract(
        Page(
            "https://agency.test/1",
            "https://agency.test/1",
            document("Port reopens", body, DATED).encode(),
            "2026-09-01T00:00:00Z",
            Profile(source="agency"),
        )
    )
    assert extraction.article is not None
    assert extraction.article.access == "paywalled"


@pytest.mark.parametrize("content_type", ["application/pdf", "image/jpeg", "application/json"])
def test_what_is_not_html_is_no_article(content_type: str) -> None:
    assert outcome("%PDF-1.7", content_type=content_type) == "not_html"


def test_blanks_within_links_are_no_words() -> None:
    links = "".join(f"<li><a href='/s/{n}'>\n{' ' * 300}Section {n}\n{' ' * 300}</a></li>" for n in range(12))
    page = document("Port reopens", f"<ul>{links}</ul><article><h1>Port reopens</h1>{FILLER}</article>")
    assert outcome(page) is None


def test_bytes_that_are_no_text_are_none() -> None:
    noise = random.Random(3).randbytes(20_000).decode("utf-8", "replace").replace("<", "")
    assert (
        outcome(document("Port reopens", f"<article><h1>Port reopens</h1><p>{noise}</p></article>", DATED)) == "no_text"
    )
    rules = "<p>" + "=-=-*-=-= " * 300 + "</p>"
    assert outcome(document("Port reopens", f"<article><h1>Port reopens</h1>{rules}</article>", DATED)) == "no_text"


@pytest.mark.parametrize(
    ("title", "body", "reason"),
    [
        (
            "Ett ögonblick",
            "<p>Verifierar att du är en människa. agency.test måste granska säkerheten.</p>",
            "bot_check",
        ),
        ("Chờ một chút", "<p>Đang xác minh bạn là con người.</p>", "bot_check"),
        ("Agency", "<h1>Too Many Requests</h1><p>You have sent too many requests.</p>", "bot_check"),
        ("Agency", "<p>Me ja 90 kumppanimme käytämme evästeitä laitteellasi.</p><p>Hyväksy kaikki</p>", "consent_wall"),
        ("Agency", "<p>Vi och våra 90 partner lagrar cookies på din enhet.</p><p>Godkänn alla</p>", "consent_wall"),
        ("Stránka nenalezena", "<p>Hledaná stránka byla odstraněna.</p>", "soft_404"),
        ("Sidan hittades inte", "<p>Sidan du söker finns inte längre.</p>", "soft_404"),
        ("Không tìm thấy trang", "<p>Trang bạn tìm kiếm không tồn tại.</p>", "soft_404"),
        ("Agency", "<p>Den här artikeln är för prenumeranter. Bli prenumerant i dag.</p>", "paywall"),
        ("Agency", "<p>Hệ thống đang bảo trì. Vui lòng quay lại sau.</p>", "maintenance"),
        ("Account Suspended", "<p>This account has been suspended.</p>", "server_error"),
        ("Welcome to nginx!", "<p>The nginx web server is successfully installed here.</p>", "placeholder"),
    ],
)
def test_walls_of_further_languages_and_servers(title: str, body: str, reason: str) -> None:
    assert outcome(document(title, body)) == reason


def test_an_article_by_its_data_that_only_asks_to_subscribe_is_a_wall() -> None:
    call = "<article><h1>Port reopens</h1><p>This article is for subscribers only.</p></article>"
    assert outcome(document("Port reopens", call, DATED)) == "paywall"
    script = (
        "<article><h1>Port reopens</h1><noscript>You need to enable JavaScript to run this app.</noscript></article>"
    )
    assert outcome(document("Port reopens", script, DATED)) == "javascript_wall"


@pytest.mark.parametrize("reason", wallwords.ORDER)
def test_every_needle_of_a_wall_is_found_in_a_long_text(reason: str) -> None:
    needles = wallwords.SAID[reason].wanted
    assert needles
    assert [n for n in needles if not wallwords.likely((reason,), f"Elsewhere. {n} (more)")] == []
    assert wallwords.likely((reason,), "Gulls.") == {}


def test_the_phrases_that_are_likely_find_what_all_of_them_find() -> None:
    lines = [
        "Please enable JavaScript to continue.", "Gulls wait on the pier.", "Subscribe to read the full story.",
        "Wir verwenden Cookies, um Inhalte zu personalisieren.", "hantera in\u017ftällningar",
        "Чтобы продолжить чтение, оформите подписку.",
    ]  # fmt: skip
    likely = wallwords.likely_of(wallwords.SAID, lines)
    for reason in wallwords.SAID:
        found = [wallwords.uttered(likely[reason], line) if reason in likely else None for line in lines]
        assert found == [wallwords.says(reason, line) for line in lines]
    assert 2 <= len(likely) < len(wallwords.SAID)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Gulls wait. The port (3.5 km) is shut!  Why?", ["Gulls wait.", "The port (3.5 km) is shut!", "Why?"]),
        ("港は閉鎖。船は待つ！\nなぜ？", ["港は閉鎖。", "船は待つ！", "なぜ？"]),
        ("Ships\n\n \nwait . \n", ["Ships", "wait ."]), (" \n", []),
    ],
)  # fmt: skip
def test_sentences_end_at_stops_and_lines(text: str, found: list[str]) -> None:
    assert wallwords.sentences(text) == found
