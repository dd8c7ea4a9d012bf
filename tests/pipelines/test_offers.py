"""What a paid page says around its call to subscribe is no text; a story of prices is."""

from __future__ import annotations

import pytest

from pipelines import offers, tree
from pipelines.body import Paragraph

STORY = (
    "The ferry company raised its fares on Monday, the third time since the new year, after fuel became dearer.",
    "A crossing for a family of four now costs 84 euros, six more than in May, a list in the harbour office shows.",
)


def kept(main: str, said: tuple[str, ...]) -> int:
    """How many paragraphs of the story and what is said below stay."""
    root = tree.parse_text(f"<html><body><article>{main}</article></body></html>")
    return offers.begin([Paragraph("text", text) for text in (*STORY, *said)], root)


@pytest.mark.parametrize(
    "said",
    [
        ("Try unlimited access for only €1 for 4 weeks", "Then €54 per month. Complete digital access on any device."),
        ("Premium 4 Wochen für 1 € testen",),
        ("Verder lezen? Word abonnee voor € 3,50 per week.",),
        ("Continua a leggere. Abbonati a 2€ al mese.",),
        ("Vill du läsa vidare? Bli prenumerant.",),
        ("Accès illimité : 9,99 € par mois, sans engagement",),
        ("Доступ ко всем статьям: 299 ₽ за месяц",),
    ],
)
def test_an_offer_at_the_end_is_known_by_a_price_for_a_time_and_what_is_held_for_it(said: tuple[str, ...]) -> None:
    assert kept("", said) == len(STORY)


def test_what_stands_in_a_small_box_named_for_an_offer_is_one() -> None:
    said = ("Please wait while we look whether you may read on.", "Or subscribe and read all that we print.")
    lines = "".join(f"<p>{line}</p>" for line in said)
    for box in (
        "<div id='gateway-content'>{}</div>",
        "<div class='x barrier'>{}</div>",
        "<div data-area='paywall'>{}</div>",
    ):
        assert kept(box.format(lines), said) == len(STORY)
    assert kept(f"<div>{lines}</div>", said) == len(STORY) + 2


def test_a_story_in_a_box_named_so_and_its_prices_stay() -> None:
    assert kept(f"<div class='paywall'><p>{STORY[0]}</p><p>{STORY[1]}</p></div>", ()) == len(STORY)
    prices = ("The state pays each family 500 euros a month for a year, and 200 more for each child.",)
    assert kept("", prices) == len(STORY) + 1
    told = ("A trial subscription costs €4 a month, the publisher said on Monday.",)
    assert kept("", told) == len(STORY) + 1


@pytest.mark.parametrize(
    "name", ["paywall", "subscriber-content", "article__subscribers", "offer", "meter", "x abonne"]
)
def test_the_words_of_an_offer_are_also_those_of_the_story_that_is_paid_for(name: str) -> None:
    for text in (
        "The trial of the former harbour master, who is accused of fraud, opens next week before the court in Kiel.",
        "Aid groups still have no access to the islands, where about two thousand people live without power.",
        "Die Behörden testen das Wasser, und der Zugang zum Strand bleibt vorerst für alle gesperrt.",
        "Доступ на остров закрыт, и паромы стоят у причала, пока не стихнет ветер.",
    ):
        assert kept(f"<div class='{name}'><p>{text}</p></div>", (text,)) == len(STORY) + 1
        call = "<p>Subscribe now to go on.</p>"
        assert (
            kept(f"<div class='{name}'><p>{text}</p>{call}</div>", (text, "Subscribe now to go on.")) == len(STORY) + 1
        )


@pytest.mark.parametrize(
    "told",
    ["The ticket, with access to all ferries, will cost 49 euros a month from the new year.",
     "Das Deutschlandticket kostet als Abo ab Januar 63 Euro im Monat und ist monatlich kündbar.",
     "L'abonnement à la piscine passera de 20 à 24 euros par mois pour les habitants de la ville.",
     "Абонемент в бассейн подорожает до 900 рублей в месяц, а для детей останется прежним."],
)  # fmt: skip
def test_a_sentence_that_tells_of_a_price_is_text_and_below_an_offer_its_small_print(told: str) -> None:
    assert kept("", (told,)) == len(STORY) + 1
    assert kept("", (told, "Premium 4 Wochen für 1 € testen")) == len(STORY) + 1
    assert kept("", ("Premium 4 Wochen für 1 € testen", told)) == len(STORY)
