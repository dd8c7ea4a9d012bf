"""What a page hides is none of its text, but for what a script unfolds for every reader; and what lies over it goes by more
than a name that a topic may have."""

from __future__ import annotations

import pytest

from pipelines import markup, overlays, tree

STORY = [
    f"Paragraph {n} of the story tells how the weavers of the town moved their looms to the hall by the river, piece by piece."
    for n in range(8)
]
SECRET = (
    "The hidden part says that the master weaver had sold her loom in the spring and told nobody of it for a month."
)
CALL = "<p>Subscribe to continue reading this article.</p>"
PAID_PART = (".rest",)


def prose(texts: list[str], attributes: str = "") -> str:
    return "".join(f"<p {attributes}>{text}</p>" for text in texts)


def left(main: str, selectors: tuple[str, ...] = (), *, paid: bool = False, free: bool = False) -> str:
    """The text of a page without what was taken out."""
    root = tree.parse_text(f"<html><body><header><a href='/'>Weavers</a></header>{main}</body></html>")
    overlays.take_out(root, selectors, markup.names(root), paid=paid, free=free)
    return " ".join(root.text_content().split())


@pytest.mark.parametrize(
    "hidden",
    ["style='display:none'", "style='DISPLAY: NONE'", "style='visibility : hidden'", "hidden", "inert", "style='font-size:0'",
     "style='position:absolute;left:-9999px'", "style='opacity:0;height:0;overflow:hidden'",
     "aria-hidden='true' style='max-height:0px'"],
)  # fmt: skip
def test_a_hidden_box_in_a_story_goes(hidden: str) -> None:
    many = "<ul>" + "<li style='border:none'>x</li><li style='display:none'></li>" * 210 + "</ul>"
    assert SECRET not in left(f"{many}<article>{prose(STORY)}<div {hidden}><p>{SECRET}</p></div></article>")


@pytest.mark.parametrize(
    "shown",
    ["style='border:none'", "style='opacity:0.9;height:0.5em'", "style='height:05px'", "hidden='until-found'",
     "style='opacity:0'", "class='hidden md:block'", "class='hidden'", "style='text-indent:-10px'"],
)  # fmt: skip
def test_what_the_markup_does_not_hide_for_certain_stays(shown: str) -> None:
    assert SECRET in left(f"<article>{prose(STORY)}<div {shown}><p>{SECRET}</p></div></article>")


@pytest.mark.parametrize(
    "rest",
    ["<div style='display:none'>{}</div><button>Read more</button>",
     "<button>Weiterlesen</button><div style='display:none'>{}</div>",
     "<div class='article-expand' style='display:none'>{}</div>"],
)  # fmt: skip
def test_the_rest_of_a_free_story_that_a_button_unfolds_is_kept(rest: str) -> None:
    page = f"<article>{prose(STORY[:6])}{rest.format(prose(STORY[6:]))}</article>"
    assert all(text in left(page) for text in STORY)
    assert STORY[7] not in left(page, paid=True)


def test_a_story_that_appears_as_it_is_scrolled_to_is_kept() -> None:
    whole = left(f"<article>{prose(STORY, 'style=visibility:hidden')}</article>")
    assert all(text in whole for text in STORY)
    one = f"{prose(STORY[:3])}<p style='visibility: hidden'>{STORY[3]}</p>{prose(STORY[4:])}"
    assert STORY[3] in left(f"<article>{one}</article>")


@pytest.mark.parametrize(
    "section",
    ["amp-subscriptions-section='content'", "subscriptions-section='content'", "amp-access='granted' amp-access-hide"],
)
def test_what_amp_shows_to_subscribers_goes_unless_the_page_is_free(section: str) -> None:
    page = f"<article>{prose(STORY[:3])}<section {section}><p>{SECRET}</p></section><section>{CALL}</section></article>"
    assert SECRET not in left(page, paid=True)
    assert SECRET not in left(page)
    assert SECRET in left(page, free=True)
    assert SECRET in left(page.replace(CALL, ""))


@pytest.mark.parametrize("make", ["class='paywall-blur' style='filter:blur(5px)'", "class='rest hidden'"])
def test_what_a_paid_page_blurs_or_hides_by_a_class_goes(make: str) -> None:
    page = f"<article>{prose(STORY[:3])}<div {make}><p>{SECRET}</p></div>{CALL}</article>"
    assert SECRET not in left(page, paid=True)
    assert SECRET in left(page)


def test_a_declared_part_goes_where_its_place_calls_to_subscribe() -> None:
    part = f"<article>{prose(STORY[:2])}<div class='rest'>{prose(STORY[2:])}</div>{{}}</article>"
    assert STORY[3] not in left(part.format(CALL), PAID_PART, paid=True)
    assert STORY[3] not in left(part.format(f"<aside><div>{CALL}</div></aside>"), PAID_PART, paid=True)
    for around in ("<div class='top'>{}</div>{}", "<header>{}</header>{}", "<nav>{}</nav>{}"):
        assert STORY[3] in left(around.format(CALL, part.format("")), PAID_PART, paid=True)
    assert STORY[3] in left(f"{part.format('')}<footer>{CALL}</footer>", PAID_PART, paid=True)


@pytest.mark.parametrize("name", ["recipe cookies", "tag-cookies cookies", "privacy-info", "topic cookie-text"])
def test_a_box_about_cookies_or_privacy_is_text_and_one_that_asks_for_consent_is_not(name: str) -> None:
    page = f"<article>{prose(STORY[:4])}<div class='{name}'>{{}}</div>{prose(STORY[4:])}</article>"
    assert SECRET in left(page.format(f"<p>{SECRET}</p>"))
    for asks in (
        "We use cookies to improve your visit.",
        "Wir verwenden Cookies für Statistik.",
        "Cookies <button>OK</button>",
    ):
        assert asks.partition("<")[0] not in left(page.format(asks))


def test_a_banner_by_a_name_of_its_own_goes_whatever_it_says() -> None:
    assert "Bonjour" not in left(f"<div id='cookie-banner'>Bonjour</div><article>{prose(STORY)}</article>")


def test_a_selector_that_could_cost_minutes_selects_nothing() -> None:
    page = f"<article>{'<p>One item was read.</p>' * 3_000}{CALL}</article>"
    for selector in ("* ~ * ~ * ~ *", "div div div div div", ":not(:not(p)) p", "p ~ p"):
        assert left(page, (selector,), paid=True).endswith("this article.")
    for selector in (".rest", "#a .rest", "article > div.rest", "div[class~=rest], .other"):
        part = f"<article id='a'>{prose(STORY[:2])}<div class='rest'>{prose(STORY[2:])}</div>{CALL}</article>"
        assert STORY[3] not in left(part, (selector,), paid=True)


@pytest.mark.parametrize(
    "rest",
    ["<div>{0}</div><div id='more' style='display:none'>{1}</div><a href='#'>Weiterlesen</a>",
     "{0}<h3><button>What came of the looms?</button></h3><div hidden>{1}</div>",
     "{0}<h3 aria-controls='a1'>What came of the looms?</h3><div id='a1' hidden>{1}</div>",
     "{0}<div class='accordion-content' style='max-height:0;overflow:hidden'>{1}</div>",
     "{0}<div style='height:0;overflow:visible'>{1}</div>",
     "{0}<div style='font-size:0'>{2}</div>"],
)  # fmt: skip
def test_text_of_a_free_story_that_unfolders_and_accordions_show_is_kept(rest: str) -> None:
    sized = prose(STORY[6:], "style='font-size:16px'")
    whole = left(f"<article>{rest.format(prose(STORY[:6]), prose(STORY[6:]), sized)}</article>")
    assert all(text in whole for text in STORY)


def test_a_hidden_panel_below_a_heading_that_opens_nothing_goes() -> None:
    assert SECRET not in left(f"<article>{prose(STORY)}<h3>Looms</h3><div hidden><p>{SECRET}</p></div></article>")


def test_the_paid_parts_of_a_page_are_bounded() -> None:
    parts = ",".join(f'{{"isAccessibleForFree":false,"cssSelector":".a{n} .b p"}}' for n in range(4_000))
    script = f"<script type='application/ld+json'>{{\"hasPart\":[{parts}]}}</script>"
    root = tree.parse_text(f"<html><head>{script}</head><body><p>{SECRET}</p></body></html>")
    found = overlays.paid_selectors(root)
    assert len(found) == overlays.SELECTORS
