"""Datelines that are easily cut in the wrong place, and beginnings that only look like one."""

from __future__ import annotations

import pytest

from pipelines.dateline import split

TEXTS = {
    "en": "The ferry stayed in the harbour all day, the mayor said.",
    "de": "Die Fähre blieb den ganzen Tag im Hafen, sagte der Bürgermeister.",
    "es": "El transbordador pasó todo el día en el puerto, dijo el alcalde.",
    "fr": "Le bac est resté toute la journée au port, a dit le maire.",
    "ru": "Паром весь день стоял в порту, сказал мэр города.",
    "ko": "여객선이 하루 종일 항구에 머물렀다고 시장이 말했다.",
    "zh": "渡轮整天停在港口，市长说。",
    "ja": "フェリーは一日中港にとどまったと市長は語った。",
}

WHOLE = [
    ("en", "Nairobi, Nov. 22 – ", "Nairobi", "2024-11-22", None),
    ("en", "GENEVA, Sept. 3 — ", "GENEVA", "2024-09-03", None),
    ("en", "London, Jan. 5: ", "London", "2024-01-05", None),
    ("en", "Paris, Oct. 3. ", "Paris", "2024-10-03", None),
    ("en", "Lusaka, Dec. 5, 2023 — ", "Lusaka", "2023-12-05", None),
    ("en", "BRUSSELS. Nov 22 – ", "BRUSSELS", "2024-11-22", None),
    ("en", "RAMALLAH, Friday, November 22, 2024 (WAFA) – ", "RAMALLAH", "2024-11-22", "WAFA"),
    ("en", "Havana, Nov 22 (QXN) ", "Havana", "2024-11-22", "QXN"),
    ("en", "London QXN — ", "London", None, "QXN"),
    ("en", "ALGIERS- ", "ALGIERS", None, None),
    ("en", "Vatican City, Nov 22, 2024 / 10:00 am (QNA). ", "Vatican City", "2024-11-22", "QNA"),
    ("en", "ASTANA. November 22. KAZINFORM / ", "ASTANA", "2024-11-22", "KAZINFORM"),
    ("en", "HARARE (New Kopje) - ", "HARARE", None, "New Kopje"),
    ("es", "SANTO DOMINGO.- ", "SANTO DOMINGO", None, None),
    ("fr", "Paris, le 22 novembre 2024 – ", "Paris", "2024-11-22", None),
    ("ko", "(워싱턴 AFP=연합뉴스) 홍길동 기자 = ", "워싱턴", None, "AFP=연합뉴스"),
    ("zh", "海岸网青岛11月22日消息（记者王明）", "青岛", "2024-11-22", "海岸网"),
]

COUNTRIES = [
    ("de", "Ankara (Türkei) - "),
    ("de", "Dresden (Sachsen) – "),
    ("de", "Frankfurt (Oder) - "),
    ("en", "PARIS (TEXAS) – "),
    ("en", "London (Ontario) - "),
    ("es", "LIMA (PERÚ) – "),
    ("es", "Monterrey, NL.- "),
    ("ru", "МОСКВА (РОССИЯ) – "),
]

NONE = [
    ("de", "Wien (ÖVP) – "),
    ("de", "Berlin, 9. November 1989. "),
    ("de", "Berlin. Diese Stadt schläft nie. "),
    ("en", "Paris. "),
    ("en", "HARRISON FORD — "),
    ("ru", "Париж. Лувр. "),
    ("ko", "[단독=뉴스1] "),
    ("ko", "(출처=연합뉴스) "),
    ("ko", "(이미지=뉴시스) "),
    ("ja", "【写真＝共同】"),
    ("zh", "据海岸网青岛11月22日消息，"),
]


@pytest.mark.parametrize(("language", "dateline", "place", "day", "agency"), WHOLE)
def test_a_dateline_is_taken_off_whole(
    language: str, dateline: str, place: str, day: str | None, agency: str | None
) -> None:
    found = split(dateline + TEXTS[language], published_day="2024-11-22", language=language)
    assert found is not None
    assert (found.place, found.date, found.agency, found.length) == (place, day, agency, len(dateline))


@pytest.mark.parametrize(("language", "dateline"), COUNTRIES)
def test_a_country_or_region_in_brackets_is_no_agency(language: str, dateline: str) -> None:
    found = split(dateline + TEXTS[language], published_day="2024-11-22", language=language)
    assert found is not None
    assert (found.agency, found.length) == (None, len(dateline))


@pytest.mark.parametrize(("language", "beginning"), NONE)
def test_parties_days_of_history_labels_and_musings_are_no_dateline(language: str, beginning: str) -> None:
    assert split(beginning + TEXTS[language], published_day="2024-11-22", language=language) is None
