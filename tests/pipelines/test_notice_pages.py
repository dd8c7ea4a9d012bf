"""Pages whose story was taken back: the notice alone is the text, whatever stands around it."""

from __future__ import annotations

import pytest

from pipelines.decision import decide
from pipelines.extractor import extract
from storage.models import Article, Kin, Known, Page, Profile

PROFILE = Profile(source="wire", agency="WIRE")
NOTICES = {
    "en": "This story has been withdrawn because it was published in error. Please do not use it.",
    "de": "Diese Meldung wird hiermit zurückgezogen. Bitte verwenden Sie sie nicht.",
    "es": "Esta noticia queda anulada. Se publicó por error; rogamos no la utilicen.",
    "fr": "Cette dépêche est annulée. Merci de ne pas l'utiliser.",
}
HEADLINES = {
    "en": ("STORY WITHDRAWN: ", "Port of Kiel reopens after two years"),
    "de": ("ZURÜCKGEZOGEN: ", "Hafen von Kiel öffnet nach zwei Jahren"),
    "es": ("ANULADO-", "El puerto de Kiel reabre tras dos años"),
    "fr": ("", "Le port de Kiel rouvre après deux ans"),
}
TEXT = "KIEL, October 2. /WIRE/. The port reopened on Monday after repairs that lasted two years, the mayor said there."


def look(html: str, language: str) -> Article:
    url = "https://wire.test/economy/1181182"
    page = f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8">{html}</html>'
    found = extract(Page(url, url, page.encode(), "2026-10-02T10:00:00Z", PROFILE, content_type="text/html"))
    assert found.article is not None, found.reason
    return found.article


def notice_page(language: str, *texts: str) -> Article:
    mark, headline = HEADLINES[language]
    body = "".join(f'<p class="par">{text}</p>' for text in texts)
    return look(
        f"""<title>{mark}{headline} | Wire</title><meta property="og:type" content="article">
<meta property="og:title" content="{mark}{headline}"></head><body><nav><a href="/">Wire</a> <a href="/live">Live</a></nav>
<main><article class="story"><header><p class="kicker"><a href="/economy">Economy</a></p><h1>{mark}{headline}</h1>
<p class="meta"><time datetime="2026-10-02T08:00:00Z">02.10.2026, 10:00</time> <span>{len(texts) * 77} views</span></p>
<div class="share"><button>Share</button><button>Copy link</button></div></header>
<div class="body">{body}</div><footer><a href="/tag/economy">economy</a></footer></article>
<section><h2>More stories</h2><ul><li><a href="/economy/1">Ships wait off the coast for days</a></li></ul></section></main>
</body>""",
        language,
    )


@pytest.mark.parametrize("language", NOTICES)
def test_the_text_of_a_notice_page_is_the_notice(language: str) -> None:
    found = notice_page(language, NOTICES[language])
    assert found.marker == "withdrawal"
    assert found.body == NOTICES[language]
    assert found.title == HEADLINES[language][1]


def test_a_notice_of_two_paragraphs_is_kept_whole() -> None:
    first, second = NOTICES["en"].split(". ")
    found = notice_page("en", f"{first}.", second)
    assert found.body == f"{first}.\n\n{second}"


def test_a_story_with_a_note_below_stays_whole() -> None:
    found = notice_page("fr", *[TEXT.replace("two years", f"{n} years") for n in range(2, 14)], NOTICES["fr"])
    assert found.body.count("The port reopened") == 12


def test_a_notice_is_kin_to_none() -> None:
    found = notice_page("en", NOTICES["en"])
    assert found.sketch == ()
    kin = Kin(3, "paper", 5, 9, found.content_hash, (found.body,))
    decision = decide(found, Known(kin=(kin,)))
    assert (decision.outcome, decision.story_id, decision.merges) == ("new", None, ())


def test_a_note_of_correction_is_no_promotion() -> None:
    note = "Dieser Artikel wurde korrigiert: Im 2. Absatz muss es 345 heißen."
    texts = [TEXT.replace("two years", f"{n} years") for n in range(2, 8)]
    body = "".join(f"<p>{text}</p>" for text in (*texts, note))
    found = look(
        '<title>Port of Kiel</title><meta property="og:type" content="article"></head>'
        f"<body><article><h1>Port of Kiel</h1>{body}</article></body>",
        "de",
    )
    assert found.body.endswith(note)
    assert found.marker == "correction"


@pytest.mark.parametrize("before", range(1, 6))
def test_a_short_story_keeps_all_of_it_around_a_sentence_that_withdraws(before: int) -> None:
    sentence = "This post has been deleted."
    texts = [TEXT.replace("two years", f"{n} years") for n in range(2, 8)]
    found = notice_page("en", *texts[:before], sentence, *texts[before:])
    assert found.body.count("The port reopened") == 6
    assert sentence in found.body


def test_what_stands_beside_a_notice_is_said_to_be_dropped() -> None:
    url = "https://wire.test/economy/1181183"
    labels = "<p>Economy</p><p>Share this page</p>"
    page = (
        "<html lang='en'><head><title>Port of Kiel</title><meta property='og:type' content='article'></head><body>"
        f"<article><h1>Port of Kiel</h1>{labels}<p>{NOTICES['en']}</p><p class='more'>Read the wire on paper, too.</p>"
        "</article></body></html>"
    )
    found = extract(Page(url, url, page.encode(), "2026-10-02T10:00:00Z", PROFILE, content_type="text/html"))
    assert found.article is not None
    kept = found.article.body + " ".join(text for _, text in found.dropped)
    assert NOTICES["en"] in found.article.body
    assert "on paper" in kept
