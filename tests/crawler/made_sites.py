"""Made-up news sites of different make, from the small files of tests/crawler/sites: what `dateline sources add` looks at.

Each is a function of its file and a moment: stories every 37 minutes back from it, the documents that announce them, front
pages, lists, and pages that are no articles."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from html import escape
from pathlib import Path
from typing import Any

from aiohttp import web

FOLDER = Path(__file__).parent / "sites"
EVERY = timedelta(minutes=37)
STORIES = 60
ON_THE_FRONT_PAGE = 25

WORDS: dict[str, tuple[str, str, str]] = {
    "en": (
        "Harbour master|Port of Lima|Crane driver|Ferry line|Pilot union|City council|Weather office|Customs service",
        "reports|closes|opens|refuses|welcomes|delays|inspects|repairs",
        "eastern quay after storm|new berth for grain|night shift at the locks|plan for deeper channel|rise in dock fees",
    ),
    "it": (
        "Capitano di porto|Comune|Sindacato dei piloti|Guardia costiera|Ufficio meteo|Linea di traghetti|Dogana|Regione",
        "chiude|apre|rinvia|annuncia|difende|ripara|controlla|accoglie",
        "il molo est dopo la tempesta|il nuovo scalo del grano|il turno di notte alle chiuse|il piano per il canale",
    ),
    "es": (
        "Capitán de puerto|Municipio|Sindicato de prácticos|Guardia costera|Servicio meteorológico|Aduana|Provincia",
        "cierra|abre|aplaza|anuncia|defiende|repara|controla|recibe",
        "el muelle este tras la tormenta|la nueva terminal de granos|el turno de noche en las esclusas|el plan del canal",
    ),
    "ru": (
        "Начальник порта|Городской совет|Профсоюз лоцманов|Таможня|Метеослужба|Паромная линия|Министерство",
        "закрыл|открыл|отложил|проверил|объявил|восстановил|поддержал",
        "восточный причал после шторма|новый зерновой терминал|ночную смену на шлюзах|план углубления канала",
    ),
    "de": (
        "Hafenmeister|Stadtrat|Lotsenverband|Zollamt|Wetterdienst|Fährlinie|Landesregierung|Werft",
        "schliesst|eröffnet|verschiebt|prüft|verteidigt|erneuert|begrüsst|plant",
        "den Ostkai nach dem Sturm|das neue Getreidelager|die Nachtschicht an den Schleusen|den Ausbau der Rinne",
    ),
    "fr": (
        "Capitaine du port|Conseil municipal|Syndicat des pilotes|Douane|Service météo|Ligne de ferries|Région",
        "ferme|ouvre|reporte|annonce|défend|répare|contrôle|accueille",
        "le quai est après la tempête|le nouveau terminal à grains|le poste de nuit aux écluses|le plan du chenal",
    ),
}
SENTENCES: dict[str, str] = {
    "en": "The harbour was quiet on {day} morning while crews cleared what the wind had left on the eastern quay. {s} told"
    " reporters that nobody had been hurt and that the work would take at least two more weeks, story {n} of the long season."
    " Ships from the south wait outside until the pilots return, and the ferries keep to half of their usual timetable.",
    "it": "Il porto era tranquillo nella mattina di {day} mentre le squadre toglievano le macerie lasciate dal vento sul molo."
    " {s} ha detto ai giornalisti che nessuno è rimasto ferito e che i lavori dureranno ancora due settimane, notizia {n}."
    " Le navi che arrivano dal sud aspettano fuori finché tornano i piloti, e i traghetti fanno metà delle corse.",
    "es": "El puerto estaba tranquilo en la mañana del {day} mientras las cuadrillas retiraban lo que el viento dejó en el"
    " muelle. {s} dijo a los periodistas que nadie resultó herido y que los trabajos durarán dos semanas más, nota {n}."
    " Los barcos que llegan del sur esperan afuera hasta que vuelvan los prácticos, y los transbordadores van a la mitad.",
    "ru": "Утром {day} в порту было тихо, пока бригады убирали то, что ветер оставил на восточном причале. {s} сообщил"
    " журналистам, что никто не пострадал и что работы продлятся ещё не менее двух недель, это сообщение номер {n}."
    " Суда, которые идут с юга, ждут на рейде возвращения лоцманов, а паромы ходят вдвое реже обычного.",
    "de": "Der Hafen war am Morgen des {day} ruhig, während die Mannschaften wegräumten, was der Wind am Kai ließ."
    " {s} sagte den Journalisten, niemand sei verletzt worden und die Arbeiten dauerten noch zwei Wochen, Meldung {n}."
    " Schiffe aus dem Süden warten draußen, bis die Lotsen zurück sind, und die Fähren fahren nur halb so oft wie sonst.",
    "fr": "Le port était calme au matin du {day} pendant que les équipes enlevaient ce que le vent avait laissé sur le quai."
    " {s} a dit aux journalistes que personne n'a été blessé et que les travaux dureront encore deux semaines, dépêche {n}."
    " Les navires qui viennent du sud attendent dehors le retour des pilotes, et les ferries roulent deux fois moins.",
}  # fmt: skip


@dataclass(frozen=True)
class Story:
    """One article: its path, its edition's language, its section, headline and time."""

    path: str
    language: str
    section: str
    title: str
    subject: str
    at: datetime
    number: int


@dataclass
class MadeSite:
    """One site as its file describes it, at the moment `now`."""

    name: str
    said: dict[str, Any]
    now: datetime
    asked: list[str] = field(default_factory=list)

    @property
    def host(self) -> str:
        return str(self.said["host"])

    @property
    def url(self) -> str:
        return f"http://{self.host}/"

    @property
    def editions(self) -> list[str]:
        return list(self.said.get("editions", [""]))

    def stories(self, language: str = "", *, count: int = STORIES) -> list[Story]:
        """The newest first."""
        words = self.said.get("words") or language or "en"
        subjects, verbs, objects = (part.split("|") for part in WORDS[words])
        sections = [s.partition(".")[0].rpartition("/")[2] for s in self.said["sections"]] or ["news"]
        zone = timezone(_offset(self.said["offset"]))
        made = []
        for place in range(count):
            at = (self.now - EVERY * place - timedelta(minutes=4)).astimezone(zone).replace(microsecond=0)
            subject, verb, thing = (
                subjects[place % len(subjects)],
                verbs[place % 7 % len(verbs)],
                objects[place % len(objects)],
            )
            title = f"{subject} {verb} {thing}"
            number = int(self.said.get("number", 1000)) - place * 7 - (3 if language == "en" else 0)
            section = sections[place % len(sections)]
            path = self.said["article"].format(
                year=at.year, month=at.month, day=at.day, date8=f"{at:%Y%m%d}", slug=f"{_slug(title)}-{_letters(place)}",
                number=number, section=section, lang=language,
            )  # fmt: skip
            made.append(Story(path, words, section, title, subject, at, number))
        return made

    def live(self, language: str = "") -> set[str]:
        """The addresses that must be polled."""
        return {self.url.rstrip("/") + path.format(lang=language) for path in self.said["expect"]["live"]}

    def filled(self, path: str, language: str = "") -> str:
        """A path of the site's file, with this moment's day in it."""
        return path.format(lang=language, today=f"{self.now:%Y/%m/%d}", date8=f"{self.now:%Y%m%d}")

    def others(self, language: str = "") -> list[str]:
        """Addresses that are no articles, those that no page links (`hidden`) among them."""
        paths = [self.filled(path, language) for path in (*self.said["others"], *self.said["hidden"])]
        lists = [f"/{section}" for section in self.said["sections"]] + ["/"]
        return [self.url.rstrip("/") + path for path in (*paths, *lists)]

    def respond(self, path: str) -> tuple[int, str, str]:
        """(status, content type, body) of a path with its query."""
        self.asked.append(path)
        if path == "/robots.txt":
            return 200, "text/plain", self._robots()
        for document in self.said.get("document", ()):
            for language in self.editions:
                if path == document["path"].format(lang=language):
                    kind = "application/feed+json" if document["format"] == "json" else "application/xml"
                    return 200, kind, self._document(document, language)
        if self.said.get("shell"):
            return (
                (200, "text/html", _SHELL) if path == "/" else (404, "text/html", "<html><body>Not found</body></html>")
            )
        for language in self.editions:
            for story in self.stories(language):
                if story.path == path:
                    return 200, "text/html; charset=utf-8", self._article(story)
            if path in ("/", f"/{language}/"):
                return 200, "text/html; charset=utf-8", self._front(language or self.editions[0])
            if path in [self.filled(other, language) for other in self.said["others"]]:
                return 200, "text/html; charset=utf-8", self._plain(path)
        for section in self.said["sections"]:
            if path.rstrip("/") == f"/{section}":
                return 200, "text/html; charset=utf-8", self._list(section)
        return 404, "text/html", "<html><body><h1>Not found</h1></body></html>"

    def _robots(self) -> str:
        named = [d["path"] for d in self.said.get("document", ()) if d.get("named") == "robots"]
        lines = [f"Sitemap: {self.url.rstrip('/')}{path}" for path in named]
        return "\n".join(["User-agent: *", "Disallow: /admin/", *lines, ""])

    def _front(self, language: str) -> str:
        head = [f"<title>{escape(self.said['title'])} - all the news</title>"]
        head.append(f'<meta property="og:site_name" content="{escape(self.said["title"])}">')
        for document in self.said.get("document", ()):
            if document.get("named") == "head":
                kind = {"json": "application/feed+json", "atom": "application/atom+xml"}.get(
                    document["format"], "application/rss+xml"
                )
                path = document["path"].format(lang=language)
                head.append(f'<link rel="alternate" type="{kind}" title="{document["format"]}" href="{path}">')
        others = [self.filled(path, language) for path in self.said["others"]]
        links = [(path, path.strip("/").rpartition("/")[2][:12]) for path in others]
        links += [(f"/{section}", section.rpartition("/")[2][:12]) for section in self.said["sections"]]
        links += [(d["path"], "RSS") for d in self.said.get("document", ()) if d.get("named") == "body"]
        if len(self.editions) > 1:
            head += [f'<link rel="alternate" hreflang="{e}" href="/{e}/">' for e in self.editions]
            links += [(f"/{e}/", e.upper()) for e in self.editions]
        tag = language if len(self.editions) > 1 and language != "ru" else self.said["lang"]
        return _page(tag, "".join(head), links, self.stories(language)[:ON_THE_FRONT_PAGE])

    def _list(self, section: str) -> str:
        name = section.partition(".")[0].rpartition("/")[2]
        chosen = [story for story in self.stories() if story.section == name]
        return _page(self.said["lang"], f"<title>{escape(name)}</title>", [("/", "Home")], chosen)

    def _plain(self, path: str) -> str:
        if path == self.said.get("feeds_page"):
            feeds = [d["path"] for d in self.said["document"] if d.get("named") == "feeds_page"]
            return _page(self.said["lang"], "<title>RSS</title>", [(feed, "RSS") for feed in feeds], [])
        stories = self.stories()[:30] if path.startswith("/archive/") else []
        return _page(self.said["lang"], "<title>About</title>", [("/", "Home")], stories)

    def _article(self, story: Story) -> str:
        data = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": story.title,
                "datePublished": story.at.isoformat()}  # fmt: skip
        text = SENTENCES[story.language].format(day=story.at.day, s=story.subject, n=story.number)
        paragraphs = "".join(f"<p>{escape(sentence)}.</p>" for sentence in re.split(r"\.\s+", text.rstrip(".")))
        return (
            f'<!DOCTYPE html><html lang="{story.language}"><head><meta charset="utf-8"><title>{escape(story.title)}</title>'
            f'<meta property="og:type" content="article"><script type="application/ld+json">{json.dumps(data)}</script></head>'
            f"<body><nav><a href='/'>Home</a></nav><article><h1>{escape(story.title)}</h1>{paragraphs}</article></body></html>"
        )

    def _document(self, document: dict[str, Any], language: str) -> str:
        if document["format"] == "index":
            files = "".join(f"<sitemap><loc>{self.url.rstrip('/')}{c}</loc></sitemap>" for c in document["children"])
            return f'<?xml version="1.0"?><sitemapindex xmlns="{_SITEMAP}">{files}</sitemapindex>'
        if document["format"] == "lists":
            lists = [f"{self.url}{section}/" for section in self.said["sections"]]
            return f'<urlset xmlns="{_SITEMAP}">' + "".join(f"<url><loc>{u}</loc></url>" for u in lists) + "</urlset>"
        shared = len(self.editions) > 1 and "{lang}" not in document["path"]
        chosen = [story for edition in (self.editions if shared else [language]) for story in self.stories(edition)]
        if section := document.get("section"):
            chosen = [story for story in chosen if story.section == section]
        chosen = sorted(chosen, key=lambda story: story.at, reverse=True)[document.get("skip", 0) :][
            : document["entries"]
        ]
        back = timedelta(days=document.get("days_ago", 0))
        entries = [(self.url.rstrip("/") + story.path, story.title, story.at - back) for story in chosen]
        return _FORMATS[document["format"]](entries, self)


def sites(now: datetime) -> dict[str, MadeSite]:
    """All made-up sites by the name of their file."""
    return {
        path.stem: MadeSite(path.stem, tomllib.loads(path.read_text("utf-8")), now)
        for path in sorted(FOLDER.glob("*.toml"))
    }


@asynccontextmanager
async def served(made: Mapping[str, MadeSite]) -> AsyncIterator[int]:
    """The sites on one loopback port, told apart by the name that is asked for."""
    hosts = {site.host: site for site in made.values()}

    async def answer(request: web.Request) -> web.Response:
        status, kind, body = hosts[request.host.partition(":")[0]].respond(request.path_qs)
        return web.Response(status=status, body=body.encode(), headers={"Content-Type": kind})

    app = web.Application()
    app.router.add_get("/{tail:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


Entries = list[tuple[str, str, datetime]]
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_SHELL = (
    "<!DOCTYPE html><html lang='en'><head><title>Shell News</title><script src='/app.js'></script></head>"
    "<body><script>boot()</script><div id='root'></div><noscript>Please turn JavaScript on.</noscript></body></html>"
)


def _page(language: str, head: str, links: list[tuple[str, str]], stories: list[Story]) -> str:
    menu = "".join(f'<li><a href="{path}">{escape(name)}</a></li>' for path, name in links)
    news = "".join(
        f'<div><a href="{escape(s.path)}"><h3>{escape(s.title)}</h3></a><p>{escape(s.subject)}</p></div>'
        for s in stories
    )
    head = f'<head><meta charset="utf-8">{head}</head>'
    return f'<!DOCTYPE html><html lang="{language}">{head}<body><ul>{menu}</ul>{news}</body></html>'


def _rss(entries: Entries, site: MadeSite, *, more: str = "") -> str:
    items = "".join(
        f"<item><title>{escape(title)}</title><link>{escape(url)}</link>"
        f"<pubDate>{at:%a, %d %b %Y %H:%M:%S %z}</pubDate>{more}</item>"
        for url, title, at in entries
    )
    title = escape(site.said["title"])
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'


def _comments(entries: Entries, site: MadeSite) -> str:
    replies = [(f"{url}#comment-{number}", f"By: reader {number}", at) for number, (url, _, at) in enumerate(entries)]
    return _rss(replies, site)


def _podcast(entries: Entries, site: MadeSite) -> str:
    return _rss(entries, site, more='<enclosure url="http://media.test/a.mp3" type="audio/mpeg" length="1"/>')


def _foreign(entries: Entries, site: MadeSite) -> str:
    return _rss([(url.replace(site.host, "other-house.test"), title, at) for url, title, at in entries], site)


def _atom(entries: Entries, site: MadeSite) -> str:
    items = "".join(
        f'<entry><title>{escape(title)}</title><link href="{escape(url)}"/><id>{escape(url)}</id>'
        f"<published>{at.isoformat()}</published><updated>{at.isoformat()}</updated></entry>"
        for url, title, at in entries
    )
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>{escape(site.said["title"])}</title>{items}</feed>'


def _json_feed(entries: Entries, site: MadeSite) -> str:
    items = [{"id": url, "url": url, "title": title, "date_published": at.isoformat()} for url, title, at in entries]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": site.said["title"], "items": items})


def _urlset(entries: Entries, site: MadeSite) -> str:
    rows = "".join(f"<url><loc>{escape(url)}</loc><lastmod>{at.isoformat()}</lastmod></url>" for url, _, at in entries)
    return f'<urlset xmlns="{_SITEMAP}">{rows}</urlset>'


def _news(entries: Entries, site: MadeSite) -> str:
    rows = "".join(
        f"<url><loc>{escape(url)}</loc><news:news><news:publication><news:name>{escape(site.said['title'])}</news:name>"
        f"<news:language>en</news:language></news:publication><news:publication_date>{at.isoformat()}</news:publication_date>"
        f"<news:title>{escape(title)}</news:title></news:news></url>"
        for url, title, at in entries
    )
    return f'<urlset xmlns="{_SITEMAP}" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{rows}</urlset>'


_FORMATS = {"rss": _rss, "atom": _atom, "json": _json_feed, "news": _news, "urlset": _urlset, "comments": _comments,
            "podcast": _podcast, "foreign": _foreign}  # fmt: skip


def _slug(title: str) -> str:
    plain = title.lower().translate(str.maketrans("áéíóúñüöäèêàâçôî", "aeiounuoaeeaacoi"))
    return "-".join(re.findall(r"[a-z]+", plain))


def _letters(number: int) -> str:
    """A number as letters, so that a slug of words stays one."""
    return "abcdefghij"[number // 10] + "klmnopqrst"[number % 10]


def _offset(text: str) -> timedelta:
    sign = -1 if text[0] == "-" else 1
    return sign * timedelta(hours=int(text[1:3]), minutes=int(text[4:]))
