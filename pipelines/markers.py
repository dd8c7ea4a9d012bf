"""`UPDATE 2-`, `CORRECTED-`, `(2nd LD)`, `STORY WITHDRAWN`: what a headline or text says of its own revision.

A headline is read from its ends: as long as a mark of `marks.toml` stands there in a way that it may, it is taken off. So a
clean title is one that nothing can be taken off, and marking it again changes nothing. What the text says: `notices`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines import marks, notices
from pipelines.marks import Mark
from storage.models import Announcement, Marker, RevisionKind

LONGEST = 2000
"""Characters; a longer title is none, and keeps what it begins with."""

OPEN = 32
"""Characters; the longest label that stands before a blank."""

_BRACKETS = {
    "(": ")", "[": "]", "（": "）", "［": "］", "【": "】", "<": ">", "〈": "〉", "《": "》", "〔": "〕", "＜": "＞", "≪": "≫",
    "{": "}", "/": "/", "+++": "+++", "***": "***", "++": "++", "**": "**", "*": "*", "==": "==", "■": "■", "◆": "◆",
}  # fmt: skip
_OPENING = frozenset(opening[0] for opening in _BRACKETS)
_CLOSING = {close: open_ for open_, close in _BRACKETS.items() if len(close) == 1 and open_ not in "/*■◆"}
_SIGN = re.compile(r"\.\s?-|[-–—―‑‐−]+|[:：|｜/／]")
_BEHIND_BRACKET = re.compile(r"\s*(?:[:：|]|[-–—]+(?=[\s\w]))?\s*")
_PARTS = re.compile(r"\s*[,;，；、·]\s*")
_WORD = re.compile(r"\w")
_VERSION = re.compile(r"\(\d{1,2}\)")


@dataclass(slots=True)
class _Read:
    """What was taken off so far, and whether the text itself says that it is withdrawn or replaces a version, and is brief."""

    withdrawn: bool
    replaces: bool
    brief: bool
    kinds: list[RevisionKind] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    announced: list[Announcement] = field(default_factory=list)
    urgency: str | None = None

    def note(self, found: list[Mark], label: str, before: str = "-") -> None:
        """Urgency is no part of the label: it says nothing of versions."""
        says = {mark.says for mark in found}
        for urgency in ("flash", "urgent"):
            if urgency in says and self.urgency != "flash":
                self.urgency = urgency
        for kind in (kind for kind in marks.STRENGTH if kind in says):
            self.kinds.append(kind)
            self.announced.append(Announcement(kind, label))
        if says - {"flash", "urgent"}:
            self.labels += [before, label] if self.labels else [label]

    def allowed(self, mark: Mark, sign: str = "") -> bool:
        """`KILL: the film opens` is no notice: where the mark does not name what is withdrawn, a whole text below it must
        say so itself, or a hyphen stand behind the mark, as the wires write it."""
        if mark.how == "said":
            return self.withdrawn
        named = mark.says != "withdrawal" or mark.how not in ("bare", "word")
        return named or self.withdrawn or self.brief or sign == "hyphen"


def _cased(text: str) -> bool:
    """Whether capitals stand out in `text`: it has small letters, or none at all."""
    start = text[:200]
    return start != start.upper() or start == start.lower()


def _stands(mark: Mark, form: marks.Form, sign: str, label: str, rest: str) -> bool:
    """Whether `mark`, so written, may stand before `sign` and `rest`."""
    how = {"said": "label", "bare": "mark"}.get(mark.how, mark.how)
    distinct = _cased(rest) and not rest[0].islower()
    if sign == "blank":
        return how == "open" and form == "capitals" and distinct
    if how in ("open", "hyphen"):
        return how == "hyphen" and form == "capitals" and sign == "hyphen" and distinct
    if sign == "dotted" or how == "bracket":
        return sign == "dotted" and (form == "capitals" or (form == "title" and how in ("mark", "label")))
    if form == "capitals":
        if sign in ("hyphen", "slash"):
            return how == "mark" or distinct
        return how in ("mark", "label") or _cased(rest)
    if form == "uncased":
        return how in ("mark", "label")
    return form == "title" and (
        (how in ("mark", "label") and sign == "colon")
        or (
            how == "mark"
            and marks.numbered(label)
            and sign in ("dash", "hyphen")
            and distinct
            and not rest[0].isdigit()
        )
    )


def _sign(sign: str, before: str, after: str) -> str:
    """The kind of separator; empty where a clock or a fraction is written (`12:30`, `2/3`)."""
    loose = before[-1:].isspace() or after[:1].isspace()
    if sign[0] in ":/：" and before[-1:].isdigit() and after[:1].isdigit():
        return ""
    if sign[0] == ".":
        return "dotted"
    if sign[0] in ":：|｜":
        return "colon"
    if sign[0] in "/／":
        return "slash"
    return "dash" if loose or len(sign) > 1 else "hyphen"


def _blanks(text: str) -> list[int]:
    """Where a label before a blank may end: `text` begins with a word in capitals or a numeral."""
    first = text.partition(" ")[0]
    if not (first.isupper() or first[:1].isdigit()):
        return []
    return [place for place, letter in enumerate(text) if letter == " " and place < OPEN]


def _before(text: str, read: _Read) -> str | None:
    """`text` without the mark before it; None where there is none. The longest label is it (`1ST LD-WRITETHRU: …`)."""
    start = text[: marks.LONGEST + 4]
    taken: tuple[list[Mark], str, str, str] | None = None
    for match in _SIGN.finditer(start):
        label, rest = text[: match.start()], text[match.end() :].lstrip()
        if not (known := marks.find(label)) or not _WORD.search(rest):
            continue
        sign, form = _sign(match[0], label, text[match.end() :]), marks.form(label)
        if not sign:
            continue
        found = [m for m in known if read.allowed(m, sign) and _stands(m, form, sign, label, rest)]
        if found:
            taken = found, label, rest, "-"
    for place in _blanks(start) if taken is None else ():
        label, rest = text[:place], text[place + 1 :]
        known = marks.find(label)
        if known and marks.form(label) == "capitals" and _WORD.search(rest):
            found = [mark for mark in known if _stands(mark, "capitals", "blank", label, rest)]
            taken = (found, label, rest, " ") if found else taken
    if taken is None:
        return None
    # A label before a blank is joined by one: "REFILE 1ST LEAD".
    read.note(taken[0], taken[1].strip(), taken[3])
    return taken[2].strip()


def _in_brackets(inner: str, read: _Read, *, before: bool) -> list[Mark]:
    """The marks in brackets; each part must be one: `(LEAD, URGENT)`."""
    found: list[Mark] = []
    for part in (inner, *_PARTS.split(inner)) if _PARTS.search(inner) else (inner,):
        form = marks.form(part) if (known := marks.find(part)) else "small"
        loud = form in ("capitals", "uncased")
        here = [
            mark
            for mark in known
            if read.allowed(mark)
            and (
                mark.how == "bracket"
                or (mark.how in ("mark", "label", "said", "bare") and (before or loud or mark.says in marks.STRENGTH))
                or (mark.how == "word" and (before or loud))
                or (mark.how == "hyphen" and before and loud)
            )
        ]
        if part is inner and here:
            return here
        if not here and part is not inner:
            return []
        found += here
    return found


def _bracket_before(text: str, read: _Read) -> str | None:
    if text[0] not in _OPENING:
        return None
    opening = next((sign for sign in _BRACKETS if text.startswith(sign)), None)
    if opening is None:
        return None
    closing = _BRACKETS[opening]
    end = text.find(closing, len(opening), marks.LONGEST + 8)
    inner = text[len(opening) : end].strip() if end > 0 else ""
    while inner and opening == "(" and inner.count("(") > inner.count(")"):
        end = text.find(closing, end + 1, marks.LONGEST + 8)
        inner = text[1:end].strip() if end > 0 else ""
    slashed = opening == "/" and " -- " in inner
    if slashed:  # "/C O R R E C T I O N -- Acme Corp./" stands before the headline, or alone
        inner = inner.partition(" -- ")[0]
    rest = text[end + len(closing) :]
    rest = rest[gap.end() :] if (gap := _BEHIND_BRACKET.match(rest)) else rest
    found = _in_brackets(inner, read, before=True) if inner and _WORD.search(rest) else []
    if not found:
        return None
    read.note(found, inner)
    return rest.strip()


def _wrapped(text: str, read: _Read) -> str | None:
    """ANSA's urgent headlines: "++ Harbour closed ++"."""
    inner = text[2:-2].strip(" +")
    if not (text.startswith("++ ") and text.endswith(" ++") and _WORD.search(inner)):
        return None
    read.urgency = read.urgency or "urgent"
    return inner


def _after(text: str, read: _Read) -> str | None:
    """`text` without the mark behind it, in brackets or, in capitals, after a dash or bar."""
    opening = _CLOSING.get(text[-1])
    if opening is not None:
        start = text.rfind(opening, max(0, len(text) - marks.LONGEST - 4), len(text) - 1)
        inner, rest = text[start + 1 : -1].strip(), text[: max(start, 0)].rstrip()
        if start > 0 and _WORD.search(rest):
            found = [] if not inner else _in_brackets(inner, read, before=False)
            # ANP counts the versions of a headline, and says so in the text: "FNV staat alleen (2)".
            if read.replaces and _VERSION.fullmatch(text[start:]):
                return rest
            if found:
                read.note(found, inner)
                return rest
        return None
    place = max(text.rfind(sign, len(text) - marks.LONGEST if len(text) > marks.LONGEST else 0) for sign in "-–—|")
    if place < 2 or not text[place - 1].isspace():
        return None
    label, rest = text[place + 1 :].strip(), text[:place].rstrip(" -–—|")
    if not _WORD.search(rest) or marks.form(label) != "capitals" or not _cased(rest):
        return None
    found = [m for m in marks.find(label) if m.how in ("mark", "label", "bare") and read.allowed(m)]
    if found:
        read.note(found, label)
        return rest
    return None


def _whole(text: str, read: _Read) -> bool:
    """Whether a headline is nothing but a mark that withdraws ("STORY WITHDRAWN", "【撤稿】"), or over a text so brief that
    it can only be a note, says so ("This story has been withdrawn")."""
    label = text.strip(" .!:：-–—*()[]（）【】<>《》")
    if any(m.says == "withdrawal" and m.how in ("mark", "word", "bare") and read.allowed(m) for m in marks.find(label)):
        return marks.form(label) in ("capitals", "uncased") or len(label.split()) > 1
    return read.brief and notices.withdraws(text)


_TAKE = (_bracket_before, _before, _wrapped, _after)


def _clean(title: str, read: _Read) -> str:
    """`title` without its marks; what they say is noted in `read`."""
    if len(title) > 2 * LONGEST:  # before NFC, whose time grows by the square of a run of combining marks
        return title
    text = unicodedata.normalize("NFC", title).strip()
    if not text or len(text) > LONGEST:
        return title
    changed = False
    while (shorter := next((s for take in _TAKE if (s := take(text, read))), None)) is not None:
        text, changed = shorter, True
    if _whole(text, read):
        read.kinds.append("withdrawal")
        read.announced.append(Announcement("withdrawal", text))
        read.labels = read.labels or [text]
    return text if changed else title


def read(title: str, body: str, dropped: Sequence[str] = ()) -> Marker:
    """What `title`, the first and last lines of `body` and the lines `dropped` from it say of the text's revision.

    The strongest mark decides the kind (`RPT-CORRECTED-` is a correction); the headline's marks are the label, else the
    line that says it. Urgency (`BREAKING:`) and genre (`EXCLUSIVE-`) are taken off the title and make no revision; genre
    stays in the label. Without any mark the title comes back unchanged; a title that is a mark only is kept.
    """
    said = notices.read(body, dropped)
    withdrawn, replaces = bool(said) and said[0].kind == "withdrawal", bool(said) and "vervangt" in said[0].label
    found = _Read(withdrawn, replaces, brief=notices.brief(body))
    clean = _clean(title, found)
    label = "".join(found.labels)
    if said:
        found.kinds.append(said[0].kind)
        label = label or said[0].label
    announced = (*found.announced, *(Announcement(one.kind, one.line) for one in said))
    return Marker(notices.strongest(found.kinds), clean, label or None, found.urgency, announced)
