"""What stands around a text is taken off, and said; what belongs to it stays."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.body import Paragraph
from pipelines.trims import Trimmed, trim

PROSE = tuple(
    f"Paragraph number {n} tells what happened at the port on Monday, and who had seen it coming for years."
    for n in range(6)
)


def trimmed(
    *texts: str | Paragraph,
    headlines: tuple[str, ...] = ("Port reopens after repairs",),
    authors: tuple[str, ...] = ("Ada Byron",),
    lead: str | None = None,
) -> Trimmed:
    return trim(
        tuple(t if isinstance(t, Paragraph) else Paragraph("text", t) for t in texts),
        headlines=headlines,
        authors=authors,
        lead=lead,
    )


def texts(result: Trimmed) -> list[str]:
    return [p.text for p in result.paragraphs]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("PORT REOPENS – after repairs", "headline"), ("By Ada Byron", "byline"), ("Ada Byron", "byline"),
        ("Updated: 2 October 2023, 12:01", "time line"), ("October 2, 2023 12:01 PM EDT", "time line"), ("3 min read",
            "time line"),
    ],
)  # fmt: skip
def test_what_repeats_the_head_of_the_page_is_taken_off_the_top(line: str, rule: str) -> None:
    result = trimmed(line, *PROSE)
    assert texts(result) == list(PROSE)
    assert result.dropped == [(rule, line)]


@pytest.mark.parametrize(
    "line",
    ["MOSCOW, October 2. /TASS/. The port reopened on Monday.", "NEW YORK (AP) — The port reopened.",
        "Москва. 2 октября. INTERFAX.RU - Порт открыт.", "By Monday all had left the port.",
        "Port reopens: what it means for the town and for all those who live from the sea there."],
)  # fmt: skip
def test_a_dateline_or_a_sentence_stays_at_the_top(line: str) -> None:
    assert texts(trimmed(line, *PROSE)) == [line, *PROSE]


def test_the_lead_is_taken_off_only_where_it_stands_in_its_own_element() -> None:
    lead = "The port of Kiel reopened on Monday after long repairs"
    assert texts(trimmed(lead, *PROSE)) == [lead, *PROSE]
    assert texts(trimmed(lead, *PROSE, lead=lead)) == list(PROSE)


@pytest.mark.parametrize(
    "box",
    [
        ("Read also", "Ships wait off the coast"), ("Read more: Ships wait off the coast",),
        ("Lesen Sie auch: Schiffe warten vor der Küste",), ("Читайте также", "Суда ждут у берега"),
        ("À lire aussi : Les navires attendent",),
        ("Te puede interesar: Los barcos esperan",), ("Leia também: Navios esperam",), ("Czytaj też: Statki czekają",
            ), ("All news",), ("ADVERTISEMENT",), ("Story continues below advertisement",), ("Реклама",), ("___",),
        ("Sign up for our newsletter to get the best of the port in your inbox.",),
        ("Follow us on Twitter and Facebook for updates.",), ("Photo: A. Byron/HA",), ("(Photo by Ada Byron)",),
        ("Getty Images",), ("© 2023 Harbour Agency. All rights reserved.",),
    ],
)  # fmt: skip
def test_boxes_promotion_and_credits_between_paragraphs_go(box: tuple[str, ...]) -> None:
    result = trimmed(*PROSE[:3], *box, *PROSE[3:])
    assert texts(result) == list(PROSE)
    assert [text for _, text in result.dropped] == list(box)


@pytest.mark.parametrize(
    "line",
    ["See this as a warning, said the captain of the first ship.",
        "More on this will be known by Friday, the ministry said in its statement.", "Follow the money, he said.",
        "Reading the report, one learns little about the repairs.", "“Subscribe to nothing,” he said.",
        "Reuters reported on Sunday that the port would stay closed.",
        "Copyright law does not apply here, the court found on Monday."],
)  # fmt: skip
def test_sentences_that_only_begin_like_a_box_stay(line: str) -> None:
    assert texts(trimmed(*PROSE[:3], line, *PROSE[3:])) == [*PROSE[:3], line, *PROSE[3:]]


@pytest.mark.parametrize(
    "tail",
    ["Reporting by Ada Byron in Kiel; Editing by Grace Hopper", "(Reporting by Ada Byron; Editing by Grace Hopper)",
        "Additional reporting by Ada Byron.", "Ada Byron contributed to this report.",
        "Associated Press writers Ada Byron and Alan Turing contributed to this report."],
)  # fmt: skip
def test_the_reporters_tail_is_kept_apart(tail: str) -> None:
    result = trimmed(*PROSE, tail)
    assert texts(result) == list(PROSE)
    assert result.tail == [tail]


@pytest.mark.parametrize("mark", ["(END)", "Enditem", "-0-", "==Kyodo", "（完）", "###"])
def test_end_marks_go_from_the_last_paragraph_or_alone(mark: str) -> None:
    if mark != "（完）":
        assert texts(trimmed(*PROSE, mark)) == list(PROSE)
        assert texts(trimmed(*PROSE[:-1], f"{PROSE[-1]} {mark}")) == list(PROSE)
    else:
        assert texts(trimmed(*PROSE[:-1], PROSE[-1] + mark)) == list(PROSE)


def test_a_tail_in_brackets_at_the_end_of_the_last_paragraph_is_cut() -> None:
    result = trimmed(*PROSE[:-1], PROSE[-1] + " (Reporting by Ada Byron; editing by Grace Hopper)")
    assert texts(result) == list(PROSE)
    assert result.tail == ["(Reporting by Ada Byron; editing by Grace Hopper)"]


def test_from_the_comments_on_nothing_is_text() -> None:
    assert texts(
        trimmed(
            *PROSE,
            Paragraph("head", "3 Comments"),
            "I do not think so, and here is why: it is all wrong, dear people.",
            "me neither",
        )
    ) == list(PROSE)


def test_a_subhead_with_nothing_under_it_goes_and_one_with_text_stays() -> None:
    head = Paragraph("head", "What comes next")
    assert texts(trimmed(*PROSE[:3], head, *PROSE[3:], Paragraph("head", "More about the town"))) == [
        *PROSE[:3],
        "What comes next",
        *PROSE[3:],
    ]


def test_a_paragraph_printed_twice_stands_once() -> None:
    assert texts(trimmed(*PROSE, PROSE[2])) == list(PROSE)


def test_a_page_is_never_trimmed_to_nothing() -> None:
    assert texts(trimmed("Read also: Ships wait")) == ["Read also: Ships wait"]


@given(
    st.lists(
        st.sampled_from(
            [
                *PROSE,
                "Read also",
                "Ships wait off the coast",
                "___",
                "Photo: X/HA",
                "Comments",
                "Reporting by A B",
                "(END)",
                "",
            ]
        ),
        min_size=1,
        max_size=12,
    )
)
def test_trimming_only_takes_away(given_texts: list[str]) -> None:
    result = trimmed(*given_texts)
    left = iter(given_texts)
    assert all(any(candidate.startswith(text) for candidate in left) for text in texts(result))
    assert texts(result)


def test_behind_a_heading_of_other_stories_the_text_goes_on() -> None:
    head = Paragraph("head", "More stories")
    prose = f"{PROSE[0]} {PROSE[1]}"
    assert texts(trimmed(*PROSE, head, prose, prose + " Again.")) == [*PROSE, prose, prose + " Again."]
    assert texts(trimmed(*PROSE, head, "Ships wait off the coast", "Trains wait at the border")) == list(PROSE)


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("This is a developing story and will be updated.", "note"), ("a.byron@agency.example", "contact"),
        ("Ada Byron covers harbours and ships for the agency.", "biography"),
        ("Ada Byron can be reached at a.byron@agency.example.", "promotion"),
        ("Your browser does not support the video tag.", "player"),
        ("This slideshow requires JavaScript.", "player"), ("Kiel 주요뉴스", "box"),
        ("Every item here was chosen by our editors. We may earn a commission.", "promotion"),
        ("Follow us and add us as a preferred source.", "promotion"),
        ("Article réservé aux abonnés", "promotion"),
        ("Hat Ihnen dieser Artikel gefallen? Dann unterstützen Sie uns.", "promotion"),
        ("Xem thêm: Tàu chờ ngoài khơi", "read also"), ("यह भी पढ़ें: जहाज तट पर इंतजार कर रहे हैं", "read also"),
        ("İlginizi çekebilir: Gemiler açıkta bekliyor", "read also"), ("مواضيع ذات صلة", "read also"),
        ("Rédigé par Ada Byron, édité par Grace Hopper", "tail"), ("（责任编辑：王小明）", "tail"),
        ("Mit Informationen von dpa und AFP", "tail"),
    ],
)  # fmt: skip
def test_what_is_said_of_author_and_text_under_it_goes(line: str, rule: str) -> None:
    result = trimmed(*PROSE, line)
    assert texts(result) == list(PROSE)
    assert result.dropped == [(rule, line)]


@pytest.mark.parametrize("line", ["Read also: Ships wait", "Comments", "Photo: Ada Byron/HA", "(END)", "Read also"])
def test_a_page_of_nothing_but_labels_is_trimmed_in_the_time_of_its_size(line: str) -> None:
    start = time.process_time()
    trimmed(*(f"{line} {number}" if number % 2 else line for number in range(6_000)))
    assert time.process_time() - start < 3
