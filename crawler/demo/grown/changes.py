"""What an event does to a story: from its state before to its state after. Pure but for the writer's dice."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from crawler.demo.grown.newsroom import Writer, words
from crawler.demo.grown.pieces import Piece, slug_of

_NUMBER = re.compile(r"\b\d{2,3}\b")
_ORDINALS = ("1st", "2nd", "3rd", "4th", "5th", "6th", "7th")
_ONE_TIME = ("CORRE", "Corre", "REFILE", "RPT", "REPE", "KORR", "Korr", "BERICHT", "WIEDER")
"""How marks begin that speak of one version only: a later version may drop them, that of an update is counted on."""

Change = Callable[[Piece, Writer], Piece]


def _edited(piece: Piece, writer: Writer) -> Piece:
    """New facts: a figure in the first paragraph, a further paragraph, at times another headline or lead."""
    text = (_other_figure(piece.text[0]), *piece.text[1:], writer.paragraph())
    title = writer.phrase("titles") if len(text) % 3 == 0 else piece.title
    lead = writer.phrase("leads") if len(text) % 2 else piece.lead
    return replace(piece, text=text, title=title, lead=lead, advisory="", corrected="")


def _other_figure(paragraph: str) -> str:
    def other(found: re.Match[str]) -> str:
        number = (int(found[0]) * 7 + 11) % 880 + 100
        return str(number + (number == int(found[0])))

    return _NUMBER.sub(other, paragraph, count=1)


def _figure(piece: Piece) -> tuple[Piece, dict[str, object]]:
    """A figure of one paragraph put right, and how a note names it."""
    at = next(n for n, text in reversed(list(enumerate(piece.text))) if _NUMBER.search(text))
    right = _other_figure(piece.text[at])
    figure = next(found[0] for found in _NUMBER.finditer(right))
    text = (*piece.text[:at], right, *piece.text[at + 1 :])
    mark = piece.mark if piece.mark.startswith("{t}") else "{t}"
    return replace(piece, text=text, advisory="", mark=mark), {"n": at + 1, "num": figure}


def _marked(piece: Piece, writer: Writer, name: str) -> Piece:
    number = piece.version + 1 if name == "update" else piece.version
    mark = writer.phrase(name, t="{t}", n=number, nth=_ORDINALS[min(number, len(_ORDINALS) - 1)])
    return replace(piece, mark=mark, version=number)


def update_marked(piece: Piece, writer: Writer) -> Piece:
    return _marked(_edited(piece, writer), writer, "update")


def update_advisory(piece: Piece, writer: Writer) -> Piece:
    plain = replace(_edited(piece, writer), mark="{t}")
    return replace(plain, advisory=writer.phrase("advisory_update", last=piece.surname))


def update_unmarked(piece: Piece, writer: Writer) -> Piece:
    gone = piece.mark.startswith(_ONE_TIME) and len(piece.text) % 2 == 0
    return replace(_edited(piece, writer), mark="{t}" if gone else piece.mark)


def correction_marked(piece: Piece, writer: Writer) -> Piece:
    return replace(_marked(_figure(piece)[0], writer, "correction"), status="corrected")


def correction_note(piece: Piece, writer: Writer) -> Piece:
    right, given = _figure(piece)
    return replace(right, note=writer.phrase("note_correction", **given), status="corrected")


def correction_advisory(piece: Piece, writer: Writer) -> Piece:
    right, given = _figure(piece)
    return replace(right, advisory=writer.phrase("advisory_correction", **given), status="corrected")


def correction_data(piece: Piece, writer: Writer) -> Piece:
    right, given = _figure(piece)
    return replace(right, corrected=writer.phrase("note_correction", **given), status="corrected")


def refile(piece: Piece, writer: Writer) -> Piece:
    right = piece.surname.replace(piece.surname[-1], piece.surname[-1] * 2)
    text = tuple(paragraph.replace(piece.surname, right) for paragraph in piece.text)
    if text == piece.text:
        text = (*piece.text[:-1], _other_figure(piece.text[-1]))
    return _marked(replace(piece, text=text, surname=right, advisory=""), writer, "refile")


def repeat(piece: Piece, writer: Writer) -> Piece:
    return _marked(piece, writer, "repeat")


def kill_headline(piece: Piece, writer: Writer) -> Piece:
    return _marked(kill_notice(piece, writer), writer, "withdrawal")


def kill_notice(piece: Piece, writer: Writer) -> Piece:
    notice = writer.phrase("notice", t=piece.title)
    bare = replace(piece, text=(notice,), lead="", advisory="", note="", corrected="", place=None, opening=None)
    return replace(bare, answer="notice", status="withdrawn", mark="{t}")


def typography(piece: Piece, _: Writer) -> Piece:
    return replace(piece, curly=not piece.curly)


def counter(piece: Piece, _: Writer) -> Piece:
    return replace(piece, views=piece.views * 9 + 137)


def boilerplate(piece: Piece, _: Writer) -> Piece:
    return replace(piece, promo=(piece.promo + 1) % len(words(piece.language)["promo"]))


def encoding(piece: Piece, _: Writer) -> Piece:
    return replace(piece, charset="windows-1252" if piece.charset == "utf-8" else "utf-8")


def ab_second(piece: Piece, writer: Writer) -> Piece:
    return replace(piece, title=writer.phrase("titles"))


def section_moved(piece: Piece, _: Writer) -> Piece:
    other = "society" if piece.section != "society" else "world"
    return replace(piece, section=other, former=(*piece.former, piece.path), both=False)


def slug_changed(piece: Piece, writer: Writer) -> Piece:
    return replace(_other_slug(piece, writer), both=True)


def slug_changed_no_id(piece: Piece, writer: Writer) -> Piece:
    return replace(_other_slug(piece, writer), both=False)


def _other_slug(piece: Piece, writer: Writer) -> Piece:
    return replace(piece, slug=slug_of(writer.phrase("titles")), former=(*piece.former, piece.path))


def repost(piece: Piece, writer: Writer) -> Piece:
    return replace(piece, reposts=(*piece.reposts, f"/special/{slug_of(writer.phrase('titles'))}"))


CHANGES: Mapping[str, Change] = {
    **{
        change.__name__: change
        for change in (
            update_marked, update_advisory, update_unmarked, correction_marked, correction_note, correction_advisory,
            correction_data, refile, repeat, kill_headline, kill_notice, typography, counter, boilerplate, encoding,
            ab_second, section_moved, slug_changed, slug_changed_no_id, repost,
        )
    },
    "kill_404": lambda piece, _: replace(piece, answer="404", status="withdrawn"),
    "kill_410": lambda piece, _: replace(piece, answer="410", status="withdrawn"),
    "kill_soft": lambda piece, _: replace(piece, answer="soft", status="withdrawn"),
    "glitch": lambda piece, _: replace(piece, answer="404"),
    "glitch_over": lambda piece, _: replace(piece, answer="article"),
    "wall": lambda piece, _: replace(piece, answer="wall"),
    "wall_over": lambda piece, _: replace(piece, answer="article"),
    "wall_stays": lambda piece, _: replace(piece, answer="wall"),
    "whitespace": lambda piece, _: replace(piece, spaced=not piece.spaced),
    "canonical_home": lambda piece, _: replace(piece, canonical="home"),
}  # fmt: skip
"""The kinds that change the story itself; the others put it (or a new one) into the feed, or need its earlier state."""

MODIFYING = frozenset(
    name for name in CHANGES if name.startswith(("update", "correction", "refile", "repeat", "kill_h", "kill_n"))
)
"""The kinds that move the story's time of modification."""
