"""Sentences of a story that read like a wall or a call to subscribe stay; calls go, by what they say or are made of."""

from __future__ import annotations

import json

import pytest

from pipelines import reporting
from pipelines.extractor import extract
from storage.models import Extraction, Page, Profile

TITLE = "Ferry fares rise on the island"
STORY = [
    f"Fare number {n} of the ferry to the island rises in spring, and the shipping line gave the council its {n} reasons."
    for n in range(3, 8)
]
SENTENCES = [
    "Islanders can register to view the new timetable in the harbour office.",
    "About 900 families had to sign up to continue receiving coal.",
    "Passengers must log in to access their tickets, the line said.",
    "The island said that it would join to unlock the talks.",
    "Jetzt abonnieren viele Insulaner die Fähre, teilte die Reederei mit.",
    "Der Text der Satzung ist nur für Mitglieder des Vereins gedacht.",
    "Un passager sur deux, déjà abonné, ne paiera pas plus.",
    "Чтобы продолжить движение, парому нужен новый двигатель.",
    "Чтобы прочитать старую карту, морякам понадобилась неделя.",
    "船会社の有料会員は2万人に達した。",
    "会員限定の航海は9月に始まる。",
    "会员阅读航海图的费用将上涨，公司表示。",
    "Zaten abone olan 900 ev bu zamdan etkilenmeyecek.",
    "Dostęp do pokładu tylko dla abonentów zapowiedziała rada, podała gazeta.",
    "Os passageiros podem fazer a assinatura para continuar a viajar, disse.",
]
CALLS = [
    "Subscribe to continue reading this article.",
    "This article is only available to subscribers.",
    "Abonnez-vous pour lire la suite.",
    "Diesen Artikel weiterlesen mit H+.",
    "Suscríbete para seguir leyendo.",
    "Оформите подписку, чтобы читать дальше.",
    "この記事は有料会員限定記事です。",
]


def look(*texts: str, title: str = TITLE, declared: bool = True, **data: object) -> Extraction:
    ld = {"@type": "NewsArticle", "headline": title, "datePublished": "2026-03-02T09:00:00Z"} | data
    head = f"<script type='application/ld+json'>{json.dumps(ld)}</script>" if declared else ""
    body = "".join(text if text.startswith("<") else f"<p>{text}</p>" for text in texts)
    html = (
        f"<html><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>{body}</article></body></html>"
    )
    url = "https://agency.test/news/ferry-118"
    return extract(Page(url, url, html.encode(), "2026-03-02T10:00:00Z", Profile("agency"), content_type="text/html"))


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_said_of_others_is_no_call(sentence: str) -> None:
    for texts in ((*STORY, sentence), (sentence, *STORY)):
        article = look(*texts).article
        assert article is not None
        assert sentence in article.body
        assert article.access == "unknown"


@pytest.mark.parametrize("call", CALLS)
def test_what_is_said_to_the_reader_is_a_call(call: str) -> None:
    article = look(*STORY, call).article
    assert article is not None
    assert call not in article.body
    assert STORY[-1] in article.body
    assert article.access == "paywalled"


def test_a_sentence_beside_a_call_stays() -> None:
    last = "The mayor was against it, and said so twice."
    article = look(*STORY, f"{last} Subscribe to continue reading this article.").article
    assert article is not None
    assert article.body.endswith(last)


def test_a_button_or_a_paid_page_is_a_witness() -> None:
    words = "Every reader may sign up to unlock the whole of it"
    plain = look(*STORY, f"<p>{words}.</p>").article
    button = look(*STORY, "<p>Every reader may <a href='/subscribe'>sign up to unlock</a> the whole of it.</p>").article
    paid = look(*STORY, f"<p>{words}.</p>", isAccessibleForFree=False).article
    assert plain is not None and button is not None and paid is not None
    assert words in plain.body
    assert words not in button.body
    assert words not in paid.body


FLASHES = [
    ("Ferry line's servers down", "The ferry's booking server is not responding, the line said.", True),
    ("Сбой у паромной линии", "Сервер линии не отвечает с утра, сообщили в порту.", True),
    ("Sperre für junge Fahrgäste", "Fahrgäste müssen seit Montag mindestens 16 sein. Nur ab 18 gibt es Bier.", True),
    ("Awaria biletomatów", "Strona przewoźnika nie jest dostępna, podał urząd miasta.", True),
    ("フェリー、予約停止", "フェリー会社は2日、サーバーに障害が起き、予約を止めたと発表した。", True),
    ("Sorry, we sailed too early, says ferry captain", "The ferry left the island an hour early on Sunday.", False),
    (
        "Oops! Ferry moors at the wrong island",
        "Nobody was hurt on Sunday as the ferry moored at the wrong island.",
        False,
    ),
    ("Just a moment of fog cost the ferry its bow", "A moment of fog cost the ferry its bow on Sunday.", False),
    ("Willkommen", "Am Montag kam auf der Fähre ein Kind zur Welt.", False),
    ("港口系统故障", "港口系统发生错误，渡轮停航。", False),
    ("Ferry works end", "HAVN - The ferry is down for scheduled maintenance, and it will be back soon.", False),
    (
        "Portal of the line blocked",
        "The site is not available in your country if you are an islander, the minister said.",
        False,
    ),
]


@pytest.mark.parametrize(("title", "text", "declared"), FLASHES)
def test_a_flash_that_reports_is_an_article(title: str, text: str, declared: bool) -> None:
    extraction = look(text, title=title, declared=declared)
    assert extraction.article is not None, (extraction.reason, extraction.detail)
    assert text in extraction.article.body.replace("\n\n", " ")


def test_who_said_it_a_day_and_a_dateline_report() -> None:
    assert reporting.attributed("The line is closed, a spokesman said.")
    assert reporting.dated("La ligne est fermée depuis lundi.")
    assert reporting.datelined("HAVN, March 2 (HA) - The line is closed.")
    assert not reporting.reports("Please log in to continue reading this article.")
    assert not reporting.reports("Bitte melden Sie sich an - und lesen Sie weiter.")
