"""Which agency a text came from, with the words that say so.

Witnesses, the strongest first: the dateline, the line that ends the text, a declared author or source that is an agency, a
canonical address on an agency's site, the printed byline; then the reporters' line in Reuters' form, shared work (`With
AFP`), the copyright line, an agency as publisher, the page's own address. What credits a picture is no witness, nor what
reports an agency's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal
from urllib.parse import urlsplit

from pipelines import creditlines
from pipelines.attribution import Attribution
from pipelines.creditlines import Said
from pipelines.text import letters
from pipelines.wires import Wire, all_named, is_common, named, of_host
from storage.models import Confidence, Credit, Dateline

Kind = Literal[
    "dateline", "end", "author", "source", "canonical", "byline", "reporters", "share", "copyright", "publisher", "site"
]

NOTHING_SAID = Attribution()
_FIRST_LINES, _LAST_LINES, _CLOSING_LINES = 3, 3, 8
_SHORT, _LONGEST = 90, 300
# Reuters ends its texts so; no other agency joins its reporters and editors in one bracket.
_REUTERS_TAIL = re.compile(
    r"\((?:Additional )?(?:Reporting|Writing|Compiled|Reported)\b[^()]{2,300}?(?:;|"
    r"\bby\b)[^()]{0,300}?\b(?:[Ee]diting|[Ee]dited|[Ww]riting)\b[^()]{2,200}\)|"
    r"\((?:Reportage|Reportagem|Reporte|Información|Bearbeitet|geschrieben) [^()]{2,300}?; (?:édité|redigiert|"
    r"editado|Edición|édition)[^()]{2,200}\)|"
    r"^(?:Additional r|R)eporting by [^\n]{2,300}?[;.,]? ?(?:Writing by [^\n]{2,200}?[;.,]? ?)?Editing by\b",
    re.MULTILINE,
)
# A broadcaster's call sign in the United States and Canada: a station on the air, no agency.
_STATION = re.compile(r"^[KWC][A-Z]{2,3}(?:[ -](?:TV|FM|AM|DT))?(?:/\w+)?$")
# A line after the text counts where more than a name is there: `sak/Reuters`, `(KNA)`.
_SET_OFF = re.compile(r"[/(（]")
_VIA = re.compile(r"[^\n—–]{2,30} via (?P<who>[^\n—–-]{2,30}?)\s*[—–-]{1,2}\s")
_BEGINS_BYLINE = re.compile(r"^\W*(?:by|von|par|por|di|door|av|af|od|от|автор)\b", re.IGNORECASE)


def strongest(
    *,
    body: str,
    tail: str | None,
    authors: tuple[str, ...],
    dateline: Dateline | None,
    copyright_line: str | None,
    own_agency: str | None,
    said: Attribution = NOTHING_SAID,
    closing: tuple[str, ...] = (),
) -> tuple[Kind, Credit] | None:
    """The agency that a text came from and what kind of witness says so, None where nothing does.

    `tail`: lines that extraction took off the end of the text; `closing`: paragraphs that stood after its end.
    `authors`: as extracted; `said`: what the page says of its writer and source, as written. `own_agency`: the source's
    own name; on its pages, words that only share the work with another agency, or a copyright line, do not take the
    text from it. Press-release wires count as agencies.
    """
    own = of_host(urlsplit(said.address).hostname or "")
    return next(witnesses(
        body=body, tail=tail, authors=authors, dateline=dateline, copyright_line=copyright_line,
        own_agency=own_agency or (own.name if own else None), said=said, closing=closing,
    ), None)  # fmt: skip


def inherited(agency: str, evidence: str) -> Credit:
    """The credit of a copy that names no agency, where the story it belongs to began with one. `evidence`: what ties
    them, such as the address of the agency's text."""
    return Credit(agency, f"same text as {evidence}"[:200], "low")


def witnesses(
    *,
    body: str,
    tail: str | None,
    authors: tuple[str, ...],
    dateline: Dateline | None,
    copyright_line: str | None,
    own_agency: str | None,
    said: Attribution,
    closing: tuple[str, ...],
) -> Iterator[tuple[Kind, Credit]]:
    """All that speak for an agency, (kind, credit) each, the strongest first; for the parameters see `strongest`."""
    # Each is only looked for where the stronger ones are silent: mostly the first that speaks is asked for.
    if credit := _of_dateline(dateline, own_agency):
        yield "dateline", credit
    ends = [found for line in _ends(body, tail, closing) if (found := creditlines.closing(line))]
    ends += [f for line in said.after if _SET_OFF.search(line) and (f := creditlines.closing(line))]
    yield from _whole("end", ends[:1] if ends and ends[0].whole else [e for e in ends if e.whole])
    declared = [found for line in (*authors, *said.authors) if (found := creditlines.byline(line))]
    yield from _of_authors(declared, authors, said.authors)
    for line in said.sources:
        if wires := creditlines.source(line):
            yield "source", _credit(wires, line, "high")
    yield from _of_addresses(said)
    beside = [line for line in said.beside if not is_common(line) and ("/" not in line or creditlines.source(line))]
    bylines = [found for line in (*said.bylines, *_opening(body), *beside) if (found := creditlines.byline(line))]
    yield from _whole("byline", bylines)
    if (credit := _of_unknown(dateline, said)) is not None:
        yield "dateline", credit
    if (credit := _of_reporters(body, tail, own_agency)) is not None:
        yield "reporters", credit
    if own_agency:
        yield from _own(own_agency, dateline, said)
        return
    for shared in (*ends, *declared, *bylines):
        if not shared.whole:
            yield "share", _credit(shared.wires, shared.words, "medium")
    for given in (copyright_line, *_ends(body, tail, closing)):
        if given and len(given) <= _LONGEST and (wires := creditlines.rights(given)):
            yield "copyright", _credit(wires, given.strip(), "medium")
    publisher = named(said.publisher) if said.publisher else None
    if publisher is not None and not _of_site(said.publisher or "", said):
        yield "publisher", _credit((publisher,), said.publisher or "", "medium")


def _ends(body: str, tail: str | None, closing: tuple[str, ...]) -> Iterator[str]:
    """The last lines of the text, those that extraction took off it, and those that stood after it."""
    lines = [line.strip() for line in body.rstrip().rsplit("\n", 12)[-12:] if line.strip()][-_LAST_LINES:]
    if tail:
        lines += [line.strip() for line in tail.split("\n") if line.strip()]
    yield from reversed(lines)
    for line in closing[:_CLOSING_LINES]:
        yield line.strip()


def _opening(body: str) -> Iterator[str]:
    """Bylines that stand in the text: `By JOHN DOE, Associated Press`, or an agency's name alone."""
    for line in map(str.strip, body.split("\n", 2 * _FIRST_LINES)[: 2 * _FIRST_LINES]):
        via = _VIA.match(line)
        if via:
            yield via["who"]
        elif not line or len(line) > _SHORT or is_common(line):
            continue
        elif _BEGINS_BYLINE.match(line) or creditlines.agencies(line):
            yield line


def _whole(kind: Kind, found: list[Said]) -> Iterator[tuple[Kind, Credit]]:
    for said in found:
        if said.whole:
            yield kind, _credit(said.wires, said.words, "high")


def _credit(wires: tuple[Wire, ...], evidence: str, confidence: Confidence) -> Credit:
    return Credit("/".join(wire.name for wire in wires[:3]), evidence[:200], confidence)


def _of_dateline(dateline: Dateline | None, own_agency: str | None) -> Credit | None:
    if dateline is None or not dateline.agency:
        return None
    wires = all_named(dateline.agency)
    if wires:
        return _credit(wires, dateline.text, "high")
    if own_agency and dateline.agency.casefold() == own_agency.casefold():
        return Credit(own_agency, dateline.text, "high")
    return None


def _of_authors(declared: list[Said], *named_authors: tuple[str, ...]) -> Iterator[tuple[Kind, Credit]]:
    """Agencies among the authors; beside a person they only shared in the work, unless one line names both."""
    wires = tuple(dict.fromkeys(wire for said in declared if said.whole for wire in said.wires))
    if wires:
        others = [
            author
            for author in dict.fromkeys(named_authors[-1])
            if len(author.split()) > 1 and not creditlines.byline(author)
        ]
        joined = any(len(said.words.split()) > 1 and not creditlines.agencies(said.words) for said in declared)
        confidence: Confidence = "medium" if others and not joined else "high"
        yield (
            "author",
            _credit(wires, ", ".join(dict.fromkeys(said.words for said in declared if said.whole)), confidence),
        )


def _of_addresses(said: Attribution) -> Iterator[tuple[Kind, Credit]]:
    """A canonical address on the site of an agency, named by a page of another site: the strongest sign of a copy."""
    here = of_host(urlsplit(said.address).hostname or "")
    for address in said.elsewhere:
        host = of_host(urlsplit(address).hostname or "")
        if host is not None and host is not here and len(urlsplit(address).path) > 1:
            yield "canonical", _credit((host,), address, "high")


def _of_site(name: str, said: Attribution) -> bool:
    """Whether `name` is the site's own: `KXAN` on kxan.com."""
    host = (urlsplit(said.address).hostname or "").replace("-", "")
    plain = letters(name).replace(" ", "")
    own = letters(said.publisher or "").replace(" ", "")
    labels = [label for label in host.split(".")[:-1] if len(label) > 2]
    return bool(plain) and (plain in host or plain == own or any(plain.startswith(label) for label in labels))


def _of_unknown(dateline: Dateline | None, said: Attribution) -> Credit | None:
    """A name in a dateline that no list knows: a small agency, a paper. The site itself and stations are no agencies."""
    if dateline is None or not dateline.agency or all_named(dateline.agency):
        return None
    if _STATION.match(dateline.agency) or _of_site(dateline.agency, said):
        return None
    return Credit(dateline.agency, dateline.text, "low")


def _of_reporters(body: str, tail: str | None, own_agency: str | None) -> Credit | None:
    found = _REUTERS_TAIL.search(tail or "") or _REUTERS_TAIL.search(body[-600:])
    wire = named("Reuters")
    if found is None or wire is None or (own_agency is not None and named(own_agency) is not wire):
        return None
    return _credit((wire,), found[0], "medium")


def _own(own_agency: str, dateline: Dateline | None, said: Attribution) -> Iterator[tuple[Kind, Credit]]:
    """An agency's own page: its dateline may name the city alone (Anadolu), its address says whose it is."""
    if dateline is not None and dateline.place and not dateline.agency:
        yield "dateline", Credit(own_agency, dateline.text, "medium")
    host = urlsplit(said.address).hostname or ""
    wire = of_host(host)
    if wire is not None:
        yield "site", Credit(wire.name, host, "medium")
