"""What repeats over one source's stories: boilerplate is found, text that repeats is not."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.learn import measured, page, told
from bench.learn_sites import SITES, site
from pipelines.body import Paragraph
from pipelines.boilerplate import RULE, key, set_name, take_off
from pipelines.extractor import extract
from pipelines.repeats import Floor, Told, repeated, seen
from pipelines.trims import Trimmed
from storage.models import RuleSet

LINE = "Every working day at six our editors choose five letters: letters@news.test."
STOCK = "There were no immediate reports of casualties."
WORDS = (
    "barge",
    "orchard",
    "lantern",
    "quarry",
    "violin",
    "harbor",
    "comet",
    "ledger",
    "meadow",
    "anvil",
    "cellar",
    "thimble",
)


def stories(count: int, *, seed: int = 5) -> list[Told]:
    """Stories that share no more than chance lets them."""
    rng = random.Random(seed)

    def sentence() -> str:
        return " ".join(f"{rng.choice(WORDS)}{rng.randrange(900)}" for _ in range(12))

    return [
        Told(
            number,
            f"Story {number} {sentence()}",
            f"2026-03-{1 + number % 14:02}",
            (sentence(), sentence(), sentence()),
        )
        for number in range(count)
    ]


def with_line(pages: list[Told], line: str, bearing: set[int]) -> list[Told]:
    """The pages, those of the numbers with one more paragraph."""
    return [
        replace(one, paragraphs=(*one.paragraphs, line)) if number in bearing else one
        for number, one in enumerate(pages)
    ]


def keys(pages: list[Told], floor: Floor | None = None) -> set[str]:
    return {rule.key for rule in repeated(pages, floor).rules}


def test_a_line_of_the_house_is_found_with_its_evidence() -> None:
    found = repeated(with_line(stories(40), LINE, set(range(0, 40, 3))))
    (rule,) = found.rules
    assert (found.stories, rule.key, rule.text, rule.stories, rule.days) == (40, key(LINE), LINE, 14, 14)
    assert (rule.first_seen, rule.last_seen) == ("2026-03-01", "2026-03-14")


@pytest.mark.parametrize(
    ("total", "bearing"),
    [
        (19, range(19)),  # too few stories in all
        (40, range(7)),  # too few bear it
        (200, range(15)),  # a twentieth of them
        (40, range(0, 40, 14)),  # of one day only
    ],
)
def test_below_the_floor_nothing_is_learned(total: int, bearing: range) -> None:
    assert keys(with_line(stories(total), LINE, set(bearing))) == set()


def test_short_lines_need_more_stories() -> None:
    assert keys(with_line(stories(40), "Letters", set(range(0, 40, 4)))) == set()
    assert keys(with_line(stories(40), "Letters", set(range(0, 40, 2)))) == {key("Letters")}


def test_revisions_and_copies_of_one_text_are_one_story() -> None:
    pages = stories(40)
    revised = [replace(pages[3], day=f"2026-03-{day:02}") for day in range(1, 13)]
    copied = [replace(pages[4], article=100 + n, title=f"Copy {n}", day=f"2026-03-{n + 1:02}") for n in range(10)]
    same = [
        replace(stories(1, seed=50 + n)[0], article=200 + n, title="One headline", day=f"2026-03-{n + 1:02}")
        for n in range(12)
    ]
    found = repeated([*pages, *revised, *copied, *with_line(same, LINE, set(range(12)))])
    assert (found.stories, found.rules) == (41, ())


def test_the_background_of_an_affair_is_text() -> None:
    background = "Korvane went into administration in autumn after its barges were found wanting; see korvane.com"
    pages = with_line(stories(60), background, set(range(0, 60, 5)))
    assert keys(pages) == {key(background)}, (
        "without the name in what these stories begin with it is a line like others"
    )
    affair = [
        replace(one, paragraphs=(f"Korvane {one.paragraphs[0]}", *one.paragraphs[1:])) if n % 5 == 0 else one
        for n, one in enumerate(pages)
    ]
    assert keys(affair) == set()


@pytest.mark.parametrize(
    "line",
    [
        "This story has been corrected to fix the spelling of the minister's name.",
        "Korrektur: In einer früheren Version dieses Artikels stand eine falsche Zahl.",
    ],
)
def test_a_note_about_a_correction_is_text(line: str) -> None:
    assert keys(with_line(stories(40), line, set(range(20)))) == set()


def test_subheads_and_datelines_of_their_own_are_text() -> None:
    headed = [replace(one, subheads=frozenset({"What comes next"})) for one in stories(40)]
    assert keys(with_line(headed, "What comes next", set(range(40)))) == set()
    dated = [replace(one, paragraphs=("LONDON (Reuters) -", *one.paragraphs)) for one in stories(40)]
    assert keys(dated) == set()


@pytest.mark.parametrize(
    "text", [STOCK, "О пострадавших не сообщается.", "目前没有人员伤亡的报告。", "“We have nothing to add.”"]
)
@pytest.mark.parametrize("place", [1, 3])
def test_a_reporters_stock_sentence_is_text_wherever_it_stands(text: str, place: int) -> None:
    pages = [
        replace(one, paragraphs=(*one.paragraphs[:place], text, *one.paragraphs[place:])) if n % 4 == 0 else one
        for n, one in enumerate(stories(60))
    ]
    assert keys(pages) == set()
    assert keys(with_line(pages, LINE, set(range(60)))) == {key(LINE)}, "above the lines of the house, too"


def test_a_sentence_that_half_of_all_stories_bear_is_no_reporters() -> None:
    assert keys(with_line(stories(60), STOCK, set(range(0, 60, 2)))) == {key(STOCK)}


def test_a_sentence_beyond_a_line_of_the_house_is_the_houses() -> None:
    pages = with_line(stories(60), LINE, set(range(60)))
    assert keys(with_line(pages, "The choir sings on Fridays.", set(range(0, 60, 5)))) == {
        key(LINE),
        key("The choir sings on Fridays."),
    }


@pytest.mark.parametrize("line", ["Question:", "Vladimir Korvane:", "Yes", "Yes."])
def test_speakers_and_short_answers_within_a_text_are_text(line: str) -> None:
    pages = [
        replace(one, paragraphs=(one.paragraphs[0], line, *one.paragraphs[1:])) if n % 2 else one
        for n, one in enumerate(stories(40))
    ]
    assert keys(pages) == set()


def test_what_repeats_within_one_text_is_part_of_it() -> None:
    talks = [
        replace(one, paragraphs=(*one.paragraphs, "The moderator", *one.paragraphs, "The moderator"))
        for one in stories(40)
    ]
    assert keys(talks) == set()


def test_a_rule_in_force_stays_until_half_of_its_evidence_is_gone() -> None:
    pages = with_line(stories(60), LINE, set(range(0, 60, 11)))
    assert keys(pages) == set()
    kept = repeated(pages, standing={str(key(LINE))})
    assert [rule.key for rule in kept.rules] == [key(LINE)]
    assert repeated(with_line(stories(60), LINE, {0, 20, 40}), standing={str(key(LINE))}).rules == ()


@settings(max_examples=15)
@given(st.permutations(range(40)))
def test_the_order_of_the_pages_does_not_matter(order: list[int]) -> None:
    pages = with_line(stories(40), LINE, set(range(0, 40, 2)))
    assert repeated([pages[place] for place in order]) == repeated(pages)


def test_keys_are_of_words_alone_and_spell_every_script() -> None:
    assert key("Our  EDITORS, at six!") == key("our editors at six")
    assert key("up 2 percent") != key("up 3 percent")
    assert key("किताब") != key("कताब")
    assert key("* * *") is None
    assert key(LINE) in seen(with_line(stories(2), LINE, {1}))


def test_a_rule_set_takes_its_paragraphs_off_and_never_all() -> None:
    rules = RuleSet(4, frozenset({str(key(LINE))}))
    trimmed = Trimmed([Paragraph("text", "A story."), Paragraph("text", LINE.upper())])
    take_off(trimmed, rules)
    assert ([p.text for p in trimmed.paragraphs], trimmed.dropped) == (["A story."], [(RULE, LINE.upper())])
    alone = Trimmed([Paragraph("text", LINE)])
    take_off(alone, rules)
    assert ([p.text for p in alone.paragraphs], alone.dropped) == ([LINE], [])


def test_a_made_site_loses_its_lines_and_no_paragraph() -> None:
    language, template = SITES[0]
    result = measured(language, site(language, template, random.Random(1)))
    assert (result.rules, result.lost) == (5, [])
    assert result.learned > 20 * len(result.stayed)


def test_two_databases_never_give_one_name_to_different_rules() -> None:
    names = {set_name(RuleSet(number, frozenset(each))) for number in (1, 2) for each in ("a", "b", "ab")}
    assert len(names) == 6
    assert set_name(RuleSet(1, frozenset("ba"))) == set_name(RuleSet(1, frozenset("ab")))
    assert len({name.partition(":")[2] for name in names}) == 3


def test_the_number_of_the_rule_set_is_part_of_the_extractor() -> None:
    (one, *_) = site("german", "plain", random.Random(2))
    plain, ruled = (extract(page(one.html, one.url, "x", rules)) for rules in (None, RuleSet(7, frozenset())))
    assert plain.article and ruled.article
    assert ruled.article.extractor == f"{plain.article.extractor}, rules {set_name(RuleSet(7, frozenset()))}"
    assert told(1, ruled) == told(1, plain)
    assert told(1, extract(page(b"<html></html>", one.url, "x"))) is None
