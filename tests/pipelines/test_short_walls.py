"""Walls of one or two sentences are refused in many languages, also where the page declares an article; news of one sentence
that begins like a wall and goes on as a report is news."""

from __future__ import annotations

import pytest

from pipelines.extractor import extract
from storage.models import Extraction, Page, Profile

URL = "https://harbour.test/world/some-story-of-the-quay"
DECLARED = (
    '<meta property="og:type" content="article"><meta property="article:published_time" content="2026-03-01T10:00:00Z">'
)


def look(lang: str, title: str, text: str, head: str = "") -> Extraction:
    page = (
        f"<html lang='{lang}'><head><title>{title}</title>{head}</head>"
        f"<body><main><article><h1>{title}</h1><p>{text}</p></article></main></body></html>"
    )
    return extract(Page(URL, URL, page.encode(), "2026-03-02T10:00:00Z", Profile("harbour"), content_type="text/html"))


@pytest.mark.parametrize("head", ["", DECLARED])
@pytest.mark.parametrize(
    ("lang", "title", "text"),
    [
        ("pl", "Port otwarty", "Pozostało 80% tekstu. Kup dostęp, aby czytać dalej."),
        ("tr", "Liman açıldı", "Bu haberi okumak için abone olun."),
        ("ko", "항구 재개", "이 콘텐츠는 구독자 전용입니다. 로그인 후 계속하세요."),
        ("el", "Το λιμάνι", "Το περιεχόμενο είναι διαθέσιμο μόνο για συνδρομητές."),
        ("uk", "Порт відкрито", "Щоб прочитати повністю, оформіть передплату."),
        ("he", "הנמל נפתח", "הכתבה זמינה למנויים בלבד. התחברו כדי להמשיך."),
        ("th", "ท่าเรือเปิด", "บทความนี้เฉพาะสมาชิกเท่านั้น"),
        ("de", "Hafen offen", "Weiterlesen mit Hafen Plus. Jetzt 3 Monate für 2 Euro testen. Schon Abonnent? Anmelden"),
        (
            "en",
            "451",
            "Unavailable for legal reasons. You are attempting to access this page from a country of the Union.",
        ),
    ],
)
def test_a_short_wall_is_refused(lang: str, title: str, text: str, head: str) -> None:
    assert look(lang, title, text, head).reason in {"paywall", "login_wall", "region_block"}


@pytest.mark.parametrize(
    ("lang", "title", "text"),
    [
        (
            "en",
            "Office site down",
            "The page you are looking for does not exist: that is what farmers saw on the office's site.",
        ),
        ("en", "Access denied at quay", "Access denied, read a sign at the gate of the quay where 40 sailors waited."),
        ("pl", "Urząd o cenach", "Artykuł dostępny tylko dla subskrybentów kosztuje 3 zł, podaje urząd."),
        ("es", "Aviso del alcalde", "Regístrese antes de mayo para leer el plan, pidió el alcalde."),
    ],
)
def test_a_sentence_that_goes_on_as_a_report_is_news(lang: str, title: str, text: str) -> None:
    found = look(lang, title, text)
    assert found.article is not None, found.detail
    assert found.article.body == text
