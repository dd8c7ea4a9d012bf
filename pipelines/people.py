"""Who wrote it: people; where the page names none its desk or the agency; never a publisher, a role, an address, a handle.

The first witness that names a person wins: JSON-LD, meta, microdata, an element marked as the byline, a line at the
headline or after the text that says so (`By …`, `Text: …`). Where none does, the desk or agency that one of them names;
where there is none either, the pen name in a marked byline (`by delta201`), as a reader sees it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from lxml.html import HtmlElement

from pipelines import bylines, calendars, headmatter, names, wires
from pipelines.headmatter import Line
from pipelines.jsonld import Claims
from pipelines.tags import Tags, heading
from pipelines.text import has_template, letters, listed, squeeze

META = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator",
    "dc.contributor", "cxenseparse:author", "byl", "bt:author", "citation_author", "mediator_author",
    "article:author_name", "articleauthor", "article.author", "shareaholic:article_author_name",
    "twitter:creator:name", "author.name")  # fmt: skip
STAFF = frozenset(
    listed(
        """editorial staff team desk newsroom redaktion redaktionen redaction redacción redaccion rédaction redazione redactie
        redakcja redakce redakcia redakció redaksi redaksjonen redaktionelle toimitus redaktsioon редакция редакції редакцияси
        sekretariat bureau reporters correspondents redatores 編集部 編輯部 编辑部 取材班 ニュース 편집국 تحرير التحرير"""
    )
)
NO_PERSON = STAFF | frozenset(
    listed(
        """admin administrator webmaster moderator root editor editors news agency agencies agencia agencias agentur
        agenturen agence agenzia ajansı agencja агентство وكالة reporter correspondent writer contributor contributors press
        media medien online web digital tv radio guest gast unknown anonymous author autor publisher user wire services service
        association gmbh inc ltd llc corp magazine magazin zeitung newspaper company verlag presse zentrale board
        group gruppe network times post herald tribune journal gazette stiftung foundation university universität université
        universidad institute institut instituto ministry ministerium verband verein bund council committee centre center
        zentrum department office partei party bank club federation union academy akademie society gesellschaft museum
        church kirche portal blog podcast channel studio studios official forum community shop redirect copyright
        sponsored advertorial anzeige advertisement menu themen folgen follow subscribe share mehr more alle all view
        read related next previous posts profile profil biography beiträge artikel articles comments kommentare
        programme project collectif collective kollektiv beitrag nachrichten international rezept recipe inhalte
        landesanstalt anstalt behörde amt authority ministère ministerio министерство nation world sports kg plc
        noticias notizie nouvelles actualités haberler berita новости أخبار"""
    )
)
SOURCE = re.compile(
    r"\(?(?:source|quelle|fuente|fonte|bron|kaynak|źródło|zdroj|zdroje|источник|джерело|forrás|källa|kilde|lähde|πηγή|المصدر|منبع"
    r"|来源|來源|出典|출처|sumber|nguồn)\s*[:：]\s*",
    re.IGNORECASE,
)
# How papers of South Asia sign for their own: `Our Correspondent`, `Special Correspondent`, `Staff Reporter`.
REPORTER = re.compile(
    r"(?:(?:by|from) )?(?:(?:our|a|the|own|staff|special|city|local) ){1,3}(?:\w+ )?(?:correspondents?|reporters?|bureau)",
    re.IGNORECASE,
)
# Papers, channels and associations whose names are shaped like people's.
OUTLETS = frozenset(
    name.replace("_", " ")
    for name in listed(
        """al_jazeera al_arabiya al_mayadeen al_ahram le_monde le_figaro le_parisien le_soir le_temps le_point la_croix
        la_presse la_stampa la_repubblica la_nación la_vanguardia el_país el_mundo el_universal ouest_france sud_ouest
        die_zeit die_presse deutsche_welle der_spiegel der_standard human_rights_watch radio_france france_info
        france_bleu new_straits open_ai chatgpt euronews"""
    )
)
SIGNED = re.compile(r"(?:^|[\s_-])(?:sign(?:ed|ature)?|firma|author|autor)(?=$|[\s_-])")
SET_OFF = frozenset(listed("strong b em i"))
CREDITED = re.compile(
    r"author|autor|auteur|byline|source|quelle|fuente|agenc|agentur|credit|provider|(?:^|\s)name(?:$|\s)"
)
_BEFORE_DAY = re.compile(r"\s*[,|·•–—-]\s*$")
MAX_AUTHORS = 12
Names = tuple[str, ...]


def authors(
    root: HtmlElement, tags: Tags, claims: Claims, *, sites: frozenset[str], about: Callable[[], list[Line]]
) -> tuple[Names, str | None]:
    """(names, origin). `sites`: letters-only names of the site and publisher, which are no authors. `about` gives the
    lines about the headline; it is asked only where nothing else names a person. A person who publishes alone gives the
    site his name and is its author."""
    if claims.owner is not None:
        sites -= {letters(claims.owner)}
    declared: list[tuple[Iterable[str], str]] = [
        (claims.people, "json-ld"),
        (tags.all(*META), "meta"),
        (tags.items.get("author", ()), "microdata"),
    ]
    for given, origin in declared:
        if people := _people(given, sites):
            return people, origin
    marked = bylines.marked(root, tags.names, bylines.MARKED, bylines.addressed)
    if people := _first(marked, sites, least=2):
        return people, "byline"
    told = about()
    if people := _told(told, sites) or _beside_day(told, sites) or _signed(told, sites):
        return people, "text"
    if found := desk(claims.organisations, sites):
        return (found,), "json-ld"
    if people := _first(bylines.marked(root, tags.names, bylines.NAMED, bylines.profiles), sites, least=2):
        return people, "byline"
    texts = [heading(element) for element in marked]
    for given, origin in (*declared, (texts, "byline"), (_labelled(told), "text")):
        if found := desk(given, sites):
            return (found,), origin
    users = [heading(element) for element in bylines.marked(root, tags.names, bylines.USER, bylines.addressed)]
    if found := _pen_name([*texts, *users], sites):
        return (found,), "byline"
    return (), None


def person(name: str, sites: frozenset[str]) -> bool:
    """Whether a text looks like one person's name."""
    key = letters(name)
    if not names.shaped(name) or key in sites or key in OUTLETS or (name.islower() and not names.uncased(name)):
        return False
    if name.isupper() and " " not in name and not names.uncased(name):
        return False  # an abbreviation: an agency, a desk, a publisher
    return not any(word in NO_PERSON for word in key.split()) and not _agency(name)


def desk(given: Iterable[str], sites: frozenset[str]) -> str | None:
    """The first text that names an editorial desk (`Redaktion`, `Staff Writer`) or an agency (`dpa`, `det/dpa`), not the
    site itself."""
    for said in given:
        text = names.led(squeeze(said)).strip(" .,:;()[]|•·–—")
        whole = text.partition(",")[0].strip() if text.partition(",")[2].strip().isupper() else text
        key = letters(whole)
        if not key or key in sites or len(whole) > names.MAX_NAME or len(key.split()) > names.MAX_WORDS:
            continue
        if "@" in whole or has_template(whole):
            continue
        if _agency(whole) or REPORTER.fullmatch(whole) or any(word in STAFF for word in key.split()):
            return whole
    return None


def _agency(name: str) -> bool:
    return bool(wires.all_named(name)) and not wires.is_common(name)


def _people(given: Iterable[str], sites: frozenset[str]) -> Names:
    found: dict[str, str] = {}
    for text in given:
        if not text or has_template(text):
            continue
        dated = any(c.isdigit() for c in text)  # what is left of a text with numbers is no name, if it is one word
        for name in _split(_without_site(text, sites)):
            if dated and " " not in name and not names.uncased(name):
                continue
            if (key := letters(name)) and key not in found and person(name, sites):
                found[key] = name
    return tuple(found.values())[:MAX_AUTHORS]


@lru_cache(maxsize=64)
def _split(text: str) -> Names:
    """One text often stands in several places of a page, and is asked for in each."""
    return tuple(names.split(text))


def _without_site(text: str, sites: frozenset[str]) -> str:
    """`Harbour Times - Ada Byron` -> `Ada Byron`."""
    parts = re.split(r"\s+[-–—|]\s+", text)
    own = [part for part in parts if letters(part) not in sites]
    return " | ".join(own) if own and len(own) < len(parts) else text


def _first(elements: list[HtmlElement], sites: frozenset[str], *, least: int) -> Names:
    """The people of the first byline that names any, with those of its neighbours of the same kind: one element each."""
    for element in elements:
        people = _named_in(element, sites, least)
        if people:
            block, kind = bylines.block(element), element.get("class")
            beside = [e for e in elements if e is not element and e.get("class") == kind and bylines.block(e) is block]
            more = (*people, *(name for e in beside for name in _named_in(e, sites, least)))
            return _narrowest(tuple({letters(name): name for name in more}.values()))
    return ()


def _named_in(element: HtmlElement, sites: frozenset[str], least: int) -> Names:
    """The people of one byline: its links', where they name some, else those of its first line that names any and of the
    lines after it that are a name alone."""
    linked = [text for link in element.iter("a") if (text := heading(link))]
    for texts in (linked, headmatter.lines_of(element)):
        found: list[str] = []
        for text in texts:
            people = (
                _people([text], sites) if len(text) <= bylines.MAX_BYLINE and not bylines.PICTURE.match(text) else ()
            )
            people = tuple(n for n in people if len(n.split()) >= least or names.uncased(n))
            if not people and found:
                break
            found += people
        if found:
            return tuple(found)
    return ()


def _narrowest(people: Names) -> Names:
    """Without names that only repeat another one with more words around it."""
    return tuple(
        n for n in people if not any(n != other and f" {letters(other)} " in f" {letters(n)} " for other in people)
    )


def _labelled(told: list[Line]) -> Iterator[str]:
    """Lines that can name a desk or an agency: a byline at the headline, an agency alone there, a source after the text."""
    for line in told:
        source = SOURCE.match(line.text)
        near = line.place in ("head", "before")
        if near and (names.LEAD_IN.match(line.text) or (CREDITED.search(line.names) and wires.may_name(line.text))):
            yield line.text
        elif source and _agency(line.text[source.end() :].strip(" .")):
            yield line.text[source.end() :]


def _beside_day(told: list[Line], sites: frozenset[str]) -> Names:
    """A name that stands beside the day, in a line of its own at the headline (`Ada Byron | 3 Nov 2024`)."""
    for line in told:
        if line.place != "head":
            continue
        days = calendars.find(line.text, language=None, month_first=False)
        if not days:
            continue
        before = (
            _BEFORE_DAY.sub("", line.text[: days[0].start]) if _BEFORE_DAY.search(line.text[: days[0].start]) else ""
        )
        after = line.text[days[-1].end :]
        for side in (
            before,
            after[1:] if after[:1] in ",|·•–—-" else after.lstrip()[1:] if after.lstrip()[:1] in ",|·•–—" else "",
        ):
            people = _people([side], sites)
            if len(people) == 1 and 2 <= len(people[0].split()) <= 4 and letters(people[0]) == letters(side):
                return people
    return ()


def _signed(told: list[Line], sites: frozenset[str]) -> Names:
    """The name that signs a text: alone and set off in the line after its last paragraph."""
    after = [line for line in told if line.place == "after"]
    if len(after) > 1 and after[1].names.split()[1:] == after[0].names.split()[1:]:
        return ()  # a box on somebody: his name, then more of him
    for line in after[:1]:
        people = _people([line.text], sites)
        set_off = line.names.partition(" ")[0] in SET_OFF or SIGNED.search(line.names)
        if (
            set_off
            and len(people) == 1
            and 2 <= len(people[0].split()) <= 4
            and letters(people[0]) == letters(line.text)
        ):
            return people
    return ()


def _told(told: list[Line], sites: frozenset[str]) -> Names:
    """People named in a line that begins with a word for it: at the headline any (`By …`), in and after the text only one that
    speaks of a writer (`Text: …`), for teasers begin with `By …` too."""
    for line in told:
        near = line.place in ("head", "before") or line.names.partition(" ")[0] in SET_OFF
        near = near and names.LEAD_IN.match(line.text) is not None
        if not near and names.WRITER.match(line.text) is None:
            continue
        people = _people([line.text], sites)
        if people and all(len(name.split()) > 1 or names.uncased(name) for name in people):
            return people
    return ()


def _pen_name(texts: list[str], sites: frozenset[str]) -> str | None:
    """One word that a marked byline gives as the writer's name."""
    for text in texts:
        parts = _split(text)
        if len(parts) != 1 or " " in parts[0] or letters(parts[0]) in sites:
            continue
        if (
            3 <= len(parts[0]) <= 30
            and names.pen_name(parts[0])
            and not names.of_calendar(parts[0])
            and letters(parts[0]) not in NO_PERSON
        ):
            return parts[0]
    return None
