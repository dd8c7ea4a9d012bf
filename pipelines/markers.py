"""`UPDATE 2-`, `CORRECTED-`, `(2nd LD)`, `STORY WITHDRAWN`: what a headline or first line says of its own revision."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines import marks
from storage.models import Marker, RevisionKind

_HEAD_LINES = 4
_HEAD_LENGTH = 400
_NOTE_LINES = 2

_DASH = r"\s*[-–—:/|]+\s*"
_TIGHT = r"(?:\s?[-–—]\s?|\s*[:|]+\s*)"
_OPEN, _CLOSE = r"[(\[（【<〈]\s*", r"\s*[)\]）】>〉]\s*:?\s*"


def _joined(table: tuple[tuple[RevisionKind, str], ...], kind: str) -> str:
    return "|".join(pattern for row, pattern in table if row == kind)


def _bracketed(capitals: str, words: str, scripts: str) -> str:
    """In brackets a mark may begin with a small letter."""
    small = f"(?i:{words})" if words else ""
    return "|".join(part for part in (capitals, small, scripts) if part)


def _prefixes(kind: str, capitals: str, words: str, scripts: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    yield kind, re.compile(rf"{_OPEN}(?P<label>{_bracketed(capitals, words, scripts)}){_CLOSE}")
    if capitals:
        yield kind, re.compile(rf"(?P<label>{capitals}){_TIGHT}(?=\S)")
    for part in (words, scripts):
        if part:
            yield kind, re.compile(rf"(?P<label>{part})\s*(?:[:：|]|\s/\s)\s*(?=\S)")


def _suffixes(kind: str, capitals: str, words: str, scripts: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    yield kind, re.compile(rf"\s*{_OPEN}(?P<label>{_bracketed(capitals, words, scripts)})\s*[)\]）】>〉]\s*$")
    if capitals:
        yield kind, re.compile(rf"\s+[-–—|]+\s*(?P<label>{capitals})\s*$")


def _compiled() -> tuple[tuple[tuple[str, re.Pattern[str]], ...], tuple[tuple[str, re.Pattern[str]], ...]]:
    before: list[tuple[str, re.Pattern[str]]] = []
    after: list[tuple[str, re.Pattern[str]]] = []
    for kind in marks.STRENGTH:
        tables = (_joined(marks.CAPITALS, kind), _joined(marks.WORDS, kind), _joined(marks.SCRIPTS, kind))
        before += _prefixes(kind, *tables)
        after += _suffixes(kind, *tables)
    for urgency, capitals, words in marks.URGENCY:
        before += _prefixes(urgency, capitals, words, "")
        after += _suffixes(urgency, capitals, words, "")
    return tuple(before), tuple(after)


_BEFORE, _AFTER = _compiled()
# A mark that is the whole headline: "STORY WITHDRAWN", "KILL KILL KILL".
_WHOLE = tuple((kind, re.compile(rf"\W*(?:{pattern})\W*$")) for kind, pattern in marks.CAPITALS if kind == "withdrawal")
# dpa's headlines carry their leads without a separator: "2ND LEAD 3RD NET Top EU court: …".
_DPA = re.compile(
    r"(?P<label>REFILE(?: \d(?:ST|ND|RD|TH) (?:LEAD|NET))*|\d(?:ST|ND|RD|TH) LEAD(?: \d(?:ST|ND|RD|"
    r"TH) NET)?) (?=[A-ZÄÖÜ0-9])"
)
_ADVISORIES = tuple((kind, re.compile(rf"{pattern}", re.IGNORECASE)) for kind, pattern in marks.ADVISORY)
_NOTES = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in marks.NOTES)
# A line that is an advisory: in brackets, after ATTN or Eds, or short and before the dateline.
_ADDRESSED = re.compile(
    r"\s*(?:[(\[]\s*(?:ATTN|ATTENTION)\s*:?|\(?Eds?\s*:|EDS?\s*:|EDITORS?\s*:|EDITOR['’]?S NOTE\s*[_:—-]*|"
    r"\[?Editor['’]s note\s*[:—-]*)\s*"
)
_IN_BRACKETS = re.compile(r"\s*[(\[（【](?P<inner>[^\n]{4,400}?)[)\]）】]")
_LINE = re.compile(
    r"\s*(?P<label>STORY WITHDRAWN|KILL,? KILL,? KILL|MANDATORY KILL|N ?i ?e ?u ?w bericht, vervangt|"
    r"This is a corrected repeat|"
    r"The following is a corrected version|[^\n]{0,80}?\b(?:corrige et remplace|corrects and replaces)\b|"
    r"(?:CORRECTION|CORRECTED|RECTIFICATIF|BERICHTIGUNG|KORREKTUR|ИСПРАВЛЕНИЕ|УТОЧНЕНИЕ|CORRECCIÓN|DÜZELTME|更正|訂正|"
    r"تصحيح)\s*(?=[:：\n]|$))"
)
_LINE_KINDS: tuple[tuple[RevisionKind, re.Pattern[str]], ...] = (
    ("withdrawal", re.compile(r"STORY WITHDRAWN|KILL")),
    ("update", re.compile(r"N ?i")),
    ("correction", re.compile("")),
)


def _strongest(kinds: list[RevisionKind]) -> RevisionKind | None:
    return next((kind for kind in marks.STRENGTH if kind in kinds), None)


def _headline(title: str) -> tuple[str, list[RevisionKind], list[str], str | None]:
    """(clean title, kinds, labels, urgency) of a headline whose marks may be stacked (`RPT-UPDATE 1-`)."""
    rest = title.strip()
    kinds: list[RevisionKind] = []
    labels: list[str] = []
    urgency: str | None = None

    def note(name: str, label: str) -> None:
        nonlocal urgency
        if name in {"flash", "urgent"}:
            urgency = urgency if urgency == "flash" else name
            return
        kinds.extend(kind for kind in marks.STRENGTH if kind == name)
        labels.append(label)

    for kind, whole in _WHOLE:
        if whole.match(rest):
            return rest, [kind], [rest], None
    for _ in range(4):
        found = next(((name, m) for name, p in _BEFORE if (m := p.match(rest)) and rest[m.end() :].strip()), None)
        dpa = _DPA.match(rest) if found is None else None
        if found is not None:
            note(found[0], found[1]["label"])
            rest = rest[found[1].end() :].lstrip()
        elif dpa is not None:
            note("refile" if dpa["label"].startswith("REFILE") else "update", dpa["label"])
            rest = rest[dpa.end() :]
        else:
            break
    for _ in range(2):
        found = next(((name, m) for name, p in _AFTER if (m := p.search(rest)) and m.start() > 0), None)
        if found is None:
            break
        note(found[0], found[1]["label"])
        rest = rest[: found[1].start()].rstrip()
    return rest, kinds, labels, urgency


def _first_lines(body: str) -> list[str]:
    lines = [line.strip() for line in body[:3000].split("\n") if line.strip()]
    return lines[:_HEAD_LINES]


def _advice(text: str) -> RevisionKind | None:
    for kind, pattern in _ADVISORIES:
        if pattern.match(text):
            return kind
    return None


def _advisory(body: str) -> tuple[RevisionKind, str] | None:
    """The kind of the first advisory line of a body, and that line."""
    for line in _first_lines(body):
        addressed = _ADDRESSED.match(line)
        bracketed = _IN_BRACKETS.match(line)
        plain = _LINE.match(line)
        if addressed:
            for part in re.split(r"[.;]\s+|:\s+", line[addressed.end() : _HEAD_LENGTH]):
                kind = _advice(part)
                if kind:
                    return kind, line[:_HEAD_LENGTH]
            if line.lstrip("([").upper().startswith("ATTN"):
                return "update", line[:_HEAD_LENGTH]
        elif bracketed:
            kind = _advice(bracketed["inner"])
            if kind:
                return kind, bracketed[0].strip()
        elif plain:
            return next(kind for kind, p in _LINE_KINDS if p.match(plain["label"])), plain["label"].strip()
    return None


def _note(body: str) -> tuple[RevisionKind, str] | None:
    """A note at either end of the text that it was corrected, refiled or withdrawn."""
    lines = [line.strip() for line in body.split("\n") if line.strip()]
    for line in [*lines[:1], *lines[-_NOTE_LINES:]]:
        text = line.strip("()[]*_ ")
        for lead in ("Editor's note:", "Editor’s note:", "Correction:", "EDITOR'S NOTE:", "Note:"):
            text = text.removeprefix(lead).strip()
        if len(text) > _HEAD_LENGTH:
            continue
        for kind, pattern in _NOTES:
            if pattern.match(text):
                return kind, line
    return None


def read(title: str, body: str) -> Marker:
    """What `title` and the first (and last) lines of `body` say: the strongest mark decides the kind, the headline's gives
    the label. Urgency alone makes no revision. A title that is a mark only is kept."""
    clean, kinds, labels, urgency = _headline(title)
    said = _advisory(body)
    said = said if said is not None else _note(body)
    if said is not None:
        kinds = [*kinds, said[0]]
        labels = labels or [said[1]]
    # ANP counts the versions of a headline, and says so in the text: "FNV staat alleen (2)"
    if said is not None and said[1].replace(" ", "").startswith("Nieuwbericht"):
        clean = re.sub(r"\s*\(\d{1,2}\)$", "", clean)
    kind = _strongest(kinds)
    if kind is None and urgency is None:
        return Marker(None, title)
    return Marker(kind, clean, "-".join(labels) or None, urgency)
