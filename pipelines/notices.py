"""What the first and last lines of a text say of its revision: `(Adds details)`, `ATTN: CORRECTS …`, `CORRECTION:`,
`This story has been withdrawn`. The phrases are `notices.toml`; every look is bounded, whatever the text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from pipelines import marks
from pipelines.text import words
from storage.models import RevisionKind

NOTICE_WORDS = 70
"""Words, at the most, of a text in the place of a story: a notice, or a note."""
FIRST_LINES, LAST_LINES = 4, 3
NOTE_LINES = 2
HEAD, TAIL = 3000, 2500
LONGEST = 700
"""Characters: the parts of the text that first and last lines are looked for in, the longest line that is a note."""
DROPPED, PROSE = 12, 8
EVIDENCE = 400
SAYS = 280
"""Characters: the words that are kept of a line, and those that must say what was done."""

# Typographical slips are corrected by a refile: looked at before corrections. Otherwise the strongest first.
_ORDER: tuple[RevisionKind, ...] = ("withdrawal", "refile", "correction", "repeat", "update")
SCRIPTS = ("latin", "cyrillic", "arabic", "eastern")
_SCRIPTS = dict.fromkeys(("ru", "uk"), "cyrillic") | dict.fromkeys(("ar", "fa"), "arabic")
_SCRIPTS |= dict.fromkeys(("zh", "ja", "ko"), "eastern")
_ESCAPES = re.compile(r"(\\.|<\w+>)")
_ADDRESSED = re.compile(
    r"[(\[]?\s*(?:ATTN|ATTENTION|ATTENTION EDITORS?|EDITORS?|Editors?|EDS?|Eds?)\s*[:,]\s*|"
    r"[(\[]?\s*EDITOR['’]?S NOTE\s*[_:—–-]+\s*"
)
_NOTED = re.compile(
    r"(?:editor'?s'? note|editors' note|note to (?:readers|editors)|note|ndlr|note de la redaction|"
    r"anm(?:erkung)?\.? d(?:er|\.) "
    r"red(?:aktion|\.)|hinweis(?: der redaktion)?|in eigener sache|transparenzhinweis|nota (?:de la redaccion|del editor|"
    r"da redacao|do editor|della redazione|de redaccion)|aclaracion|ndr|от редакции|примечание(?: редакции)?|внимание|"
    r"від редакції|примітка(?: редакції)?|od redakcji|uwaga|editorun notu|not|catatan(?: redaksi)?|编者按|编者注|編按|"
    r"编辑注|編集部注|編集注|注|注意|※|편집자 ?주|알림|ملاحظه(?: من)?(?: المحرر)?|تنويه|توضيح)\s*[:：—–_-]*\s*"
)
_BRACKETS = {"(": ")", "[": "]", "（": "）", "【": "】", "〔": "〕"}
_PARTS = re.compile(r"[;,.、，；。،]\s*|: | and | y | e | и | und | et ")
_SENTENCES = re.compile(r"[.;]\s+|:\s+")
# Behind these stands what was wrong, or why; an earlier version's words are news, too.
_WHAT = re.compile(
    r"[.,:;!?(。、，；：！？–—]|\b(?:to|with|after|because|mit|avec|con|com|error\w*|um|damit|weil|fehler\w*|pour|car|erreur\w*|para|errore|чтобы|ошибк\w*)\b"
)
_EARLIER = re.compile(
    r"version|fassung|edic[ai]on|edition|верси|редакции|wersj|versi|surum|版|نسخ|\bmis\w+|erroneous|incorrect"
)
AGENT = 70
_ENDS = tuple('.!?…。！？؟।”»"')
_DECORATION = "*_-–—•·>※◆■▲ \t"


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of one script: whether any is there (most lines are none), and the expression of each kind."""

    any: re.Pattern[str]
    kinds: tuple[tuple[RevisionKind, str], ...]


# Compiled when they are first needed, which most are in no process: all of them take 0.2 s.
_pattern = lru_cache(maxsize=64)(re.compile)


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    return tomllib.loads((files("pipelines") / "notices.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=len(SCRIPTS) * 4)
def phrases(table: str, script: str) -> Phrases:
    """The phrases of a table for one script, so that a line is only looked at for the languages it may be in.

    Raises ValueError naming the entry of notices.toml that is no regular expression."""
    data = _data()
    nouns = data["nouns"]

    def folded(expression: str) -> str:
        parts = _ESCAPES.split(expression)
        return "".join(nouns[p[1:-1]] if p[:1] == "<" else p if p[:1] == "\\" else marks.fold(p) for p in parts)

    rows = {
        kind: [
            (language, expression)
            for language, expressions in data[table].get(kind, {}).items()
            if _SCRIPTS.get(language, "latin") == script
            for expression in expressions
        ]
        for kind in _ORDER
    }
    try:
        kinds = tuple((kind, "|".join(folded(one) for _, one in row)) for kind, row in rows.items() if row)
        return Phrases(re.compile("|".join(text for _, text in kinds) or "(?!)"), kinds)
    except (re.error, KeyError):
        for kind, language, expression in ((kind, *one) for kind, row in rows.items() for one in row):
            try:
                re.compile(folded(expression))
            except (re.error, KeyError) as error:
                cause = f"[{table}.{kind}] {language} {expression!r}: {error}"
                raise ValueError(f"pipelines/notices.toml: {cause}") from error
        raise


def _script(folded: str) -> str:
    if folded.isascii():
        return "latin"
    for letter in folded[:60]:
        if letter >= "\u0400":
            return (
                "cyrillic" if letter < "\u0530" else "arabic" if "\u0600" <= letter < "\u0780" else
                "latin" if letter < "\u2e80" else "eastern"
            )  # fmt: skip
    return "latin"


@dataclass(frozen=True, slots=True)
class Said:
    """What one line announces: its kind, the words for a label, and the whole line, which tells it from other such lines."""

    kind: RevisionKind
    label: str
    line: str


_ADVICE, _NOTES, _REPORTED, _OTHERS = TABLES = ("advice", "note", "reported", "others")


def strongest(kinds: list[RevisionKind]) -> RevisionKind | None:
    """The kind that decides: a story that is withdrawn and corrected is withdrawn."""
    return next((kind for kind in marks.STRENGTH if kind in kinds), None)


def _kind(table: str, folded: str) -> RevisionKind | None:
    said = phrases(table, _script(folded))
    if said.any.match(folded) is None:
        return None
    return next(kind for kind, expression in said.kinds if _pattern(expression).match(folded))


def brief(body: str) -> bool:
    """Whether a text is so short that it may be a notice in the place of a story."""
    return len(body) <= HEAD and words(body) <= NOTICE_WORDS


def reported(text: str) -> bool:
    """Whether the first sentence of `text` tells what somebody else did or said (`…, its editors said`): news of another
    paper's article, and no notice."""
    folded = marks.fold(text[:SAYS])
    return phrases(_REPORTED, _script(folded)).any.match(folded) is not None


def others(folded: str, kind: RevisionKind) -> bool:
    """Whether a sentence that announces something of `this text` names a government, a parliament or a court as the one who
    did it, or a law that it was taken out of: the text is theirs then, and no newsroom speaks of its own. `folded`: as
    `marks.fold` has it."""
    script = _script(folded)
    found = phrases(_NOTES, script).any.match(folded)
    if found is None or (kind == "correction" and _EARLIER.search(found[0])):
        return False
    what = _WHAT.search(folded, found.end())
    end = min(found.end() + AGENT, what.start() if what else len(folded))
    return phrases(_OTHERS, script).any.match(folded[:end]) is not None


def sentence(text: str, *, alone: bool = False) -> RevisionKind | None:
    """The kind that a sentence announces of the text it stands in (`This story has been withdrawn`). `alone`: the text is
    a `brief` one, which is a notice even where it names who said so."""
    folded = marks.fold(text[:SAYS]).strip()
    noted = _NOTED.match(folded)
    kind = _kind(_NOTES, folded) or (_kind(_NOTES, folded[noted.end() :]) if noted else None)
    if kind is None or (kind == "withdrawal" and not alone and reported(text)):
        return None
    return None if noted is None and others(folded, kind) else kind


def withdraws(title: str) -> bool:
    """Whether a headline is a sentence that withdraws, and nothing else."""
    folded = marks.fold(title[:SAYS]).strip(" .!")
    return any(
        kind == "withdrawal" and _pattern(expression).fullmatch(folded) is not None
        for kind, expression in phrases(_NOTES, _script(folded)).kinds
    )


def _advice(text: str, *, address: bool = False) -> RevisionKind | None:
    """The kind of an advisory: its first part must be one, a stronger part decides; after an address any part will do."""
    folded = marks.fold(text[:EVIDENCE])
    first = _kind(_ADVICE, folded)
    if first is None and not address:
        return None
    kinds = [] if first is None else [first]
    splitter = _SENTENCES if first is None else _PARTS
    kinds += [kind for part in splitter.split(folded)[1:] if (kind := _kind(_ADVICE, part)) is not None]
    return strongest(kinds)


def _label(line: str, *, alone: bool) -> tuple[RevisionKind, str] | None:
    """`CORRECTION:`, `Correction (Nov. 3): …`, `更正：`, also alone on its line. `RETRACTION: A novel` opens a review."""
    head, colon, _ = line[:70].replace("：", ":").partition(":")
    if not colon and len(line) > marks.LONGEST:
        return None
    for part in (head, re.split(r"[,(（]", head, maxsplit=1)[0]):
        label = part.strip(_DECORATION)
        kinds = [
            kind
            for mark in marks.find(label)
            for kind in marks.STRENGTH
            if kind == mark.says
            and (mark.how in ("mark", "label") or (mark.how == "bare" and alone))
            and (colon or kind in ("withdrawal", "correction"))
        ]
        if kinds and marks.form(label) != "small":
            return kinds[0], label
    return None


def _line(line: str, *, first: bool, note: bool, alone: bool) -> Said | None:
    """What one line says. `first`: among the first lines, where advisories open a line that goes on; `note`: where the
    sentences of editors are looked for; `alone`: the whole text is `brief`."""
    addressed = _ADDRESSED.match(line) if first else None
    if addressed:
        rest = line[addressed.end() : EVIDENCE].rstrip(")] ")
        kind = _advice(rest, address=True) or sentence(rest, alone=alone)
        if kind is None and "ATTN" in addressed[0]:
            kind = "update"
        return Said(kind, line[:EVIDENCE], line[:EVIDENCE]) if kind else None
    closing = _BRACKETS.get(line[0])
    if closing is not None:
        end = line.find(closing, 1, EVIDENCE)
        whole = line.endswith(closing) and len(line) <= LONGEST
        inner = line[1:end] if end > 0 and (first or not whole) else line[1:-1] if whole else ""
        for text in dict.fromkeys((inner, line[1:-1] if whole else "")):
            kind = (_advice(text) or sentence(text, alone=alone)) if text and (first or whole) else None
            if kind:
                evidence = line[: end + 1] if first and end > 0 else line[:EVIDENCE]
                return Said(kind, evidence, evidence)
    if len(line) > LONGEST:
        return None
    plain = line.strip(_DECORATION + "()[]")
    kind = sentence(plain, alone=alone) if note and plain else None
    if kind:
        return Said(kind, line[:EVIDENCE], line[:EVIDENCE])
    labelled = _label(line, alone=alone)
    return Said(*labelled, line[:EVIDENCE]) if labelled else None


def _amid(said: Said, lines: Sequence[str], place: int) -> bool:
    """Whether a sentence of withdrawal stands amid others, as a story's own does: a notice stands above or below them, or
    is set apart by brackets or a label."""
    if said.kind != "withdrawal" or said.line[0] in _BRACKETS or _NOTED.match(marks.fold(said.line[:SAYS])):
        return False
    return any(map(_prose, lines[:place])) and any(map(_prose, lines[place + 1 :]))


def _prose(line: str) -> bool:
    return line.endswith(_ENDS) and words(line) >= PROSE


def read(body: str, dropped: Sequence[str] = ()) -> list[Said]:
    """What the first and last lines of `body` announce, the strongest first.
    `dropped`: lines that were taken off the text as none of it, where only sentences of editors count."""
    head = [line.strip() for line in body[:HEAD].split("\n") if line.strip()]
    tail: list[str] = []
    alone = brief(body)
    if len(body) > HEAD:
        # The first line of the piece may be the rest of a longer one.
        tail = [line.strip() for line in body[-TAIL:].split("\n")[1:] if line.strip()]
    elif len(head) > FIRST_LINES:
        tail = head[FIRST_LINES:]
    found = [
        said
        for place, line in enumerate(head[:FIRST_LINES])
        if (said := _line(line, first=True, note=place < NOTE_LINES or len(head) - place <= LAST_LINES, alone=alone))
        and not _amid(said, head, place)
    ]
    start = max(0, len(tail) - LAST_LINES)
    found += [
        said
        for place, line in enumerate(tail[start:], start)
        if (said := _line(line, first=False, note=True, alone=alone))
        and not _amid(said, [*head, *tail], len(head) + place)
    ]
    for line in dropped[:DROPPED]:
        kept = line.strip(_DECORATION + "()[]")
        if kept and len(line) <= LONGEST and (noted := sentence(kept)):
            found.append(Said(noted, line[:EVIDENCE], line[:EVIDENCE]))
    return sorted(dict.fromkeys(found), key=lambda said: marks.STRENGTH.index(said.kind))
