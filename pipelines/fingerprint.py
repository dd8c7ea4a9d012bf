"""What makes two texts the same: exact hash, hash of the words alone, and a sketch for texts that share passages.

The sketch is made of the keys of the body's five-word shingles: the quarter of them that is smallest by value, and never
fewer than the 64 smallest. Keys are chosen by their value alone, so two texts choose the same ones of a passage that
both have. The store looks candidates up by the smallest of them (`storage.sketches`); what they truly share is measured
on the words (`overlap`).

However long a body, `LONGEST` characters of it are compared as words, and what follows only as it stands.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from array import array
from functools import lru_cache
from hashlib import blake2b
from struct import unpack_from

from pipelines import dateline, spelled

VERSION = "1"
SHINGLE = 5
BITS = 32
ONE_IN = 4
PILE = 30
SMALLEST = 64
KNOWN = 65_536
LONGEST = 60_000
"""Characters of a body that are compared as words, here and in `furniture`, `kinship` and `identity`: ten thousand words,
more than any news story has. Texts that differ only behind them are still told apart (`text_hash`), but there also by
their typography; what a page's owner makes as long as he likes must not hold up the crawler."""

_MASK = (1 << 63) - 1
_BASE = 0x5DEECE66D
# The keys of all words stand in one number, _SLOT bytes for each: its product with _WEIGHTS holds the keys of all shingles, in
# one step. No slot runs over: of the five weights two are small (1 and _BASE), and three times 2**126 is less than 2**128.
_SLOT = 16
_WEIGHTS = sum(pow(_BASE, SHINGLE - 1 - place, 1 << 63) << 8 * _SLOT * place for place in range(SHINGLE))
_FIRST = tuple(bytes((*bytes(_SLOT - 8), first & 0x7F)) for first in range(256))
"""How a slot begins, by the first byte of a word's digest: its key has 63 bits."""
_SENTENCES = ("\ufdfa", "\ufdfb")
_TOKEN = re.compile(r"\w+")
# Scripts that write no blanks between words: Thai, Lao, Burmese, Khmer, kana, Han.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
# Bounded, like the blanks and stars around it: each line is looked at once.
_NUMBER = r"\d[\d.,\u00a0 ]{0,20}\s?[kKmM]?"
_COUNTED = (
    r"views?|comments?|shares?|likes?|reads?|min(?:ute)?s? read|people are talking|просмотр\w*|комментари\w*|"
    r"vues?|commentaires?|partages?|kommentare?|aufrufe?|comentarios?|visitas|lecturas|yorum|görüntülenme|阅读|评论|コメント"
)
_COUNTER = re.compile(
    rf"^[^\w\n]{{0,20}}(?:{_NUMBER}\s{{0,4}}(?:{_COUNTED})|(?:{_COUNTED})\s{{0,4}}:?\s{{0,4}}{_NUMBER})[^\w\n]{{0,20}}$",
    re.IGNORECASE | re.MULTILINE,
)


def _digest(parts: tuple[str, ...]) -> str:
    return blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def content_hash(title: str, lead: str | None, body: str) -> str:
    """The hash of an article's text: `1:` and 32 hexadecimal digits over `unpiled` NFC text with its blanks collapsed. A
    lead that is missing and an empty one are the same."""
    fields = tuple(
        f"{name}={text}"
        for name, value in (("title", title), ("lead", lead), ("body", body))
        if value and (text := " ".join(unicodedata.normalize("NFC", unpiled(value)).split()))
    )
    return f"{VERSION}:{_digest(fields)}"


def _without_dateline(body: str) -> str:
    found = dateline.split(body, published_day=None)
    if found is None:
        return body
    at = body.find(found.text, 0, found.length)
    return body[: max(at, 0)] + body[found.length :]


@lru_cache(maxsize=1)
def _marks() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A combining mark; a run of more of them than any language writes on a letter (UAX #15, stream-safe text)."""
    marks = [code for code in range(0x300, 0x1F000) if unicodedata.combining(chr(code))]
    plane = "".join(re.escape(chr(code)) for code in marks if code < 0x10000)
    # The look-ahead is quick: beyond the first plane `re` compares a character with one range after the other.
    any_one, likely = f"[{plane}{_ranges(marks)}]", f"[{plane}\U00010000-\U0001efff]"
    return re.compile(likely), re.compile(f"(?={likely})({any_one}{{{PILE}}}){any_one}+")


def _ranges(codes: list[int]) -> str:
    """What a character class says of the codes beyond the first plane."""
    beyond = {code for code in codes if code >= 0x10000}
    starts = sorted(code for code in beyond if code - 1 not in beyond)
    ends = sorted(code for code in beyond if code + 1 not in beyond)
    return "".join(f"{chr(start)}-{chr(end)}" for start, end in zip(starts, ends, strict=True))


def unpiled(text: str) -> str:
    """`text` with at most PILE combining marks in a run: putting more in order takes time by the square of their number."""
    if text.isascii():
        return text
    mark, piled = _marks()
    # A longer run holds one of every PILE + 1 characters: hardly a text needs to be looked at whole.
    return piled.sub(r"\1", text) if mark.search(text[PILE :: PILE + 1]) else text


def decomposed(text: str) -> str:
    """NFKD of `unpiled` text, without the two Arabic signs that stand for whole sentences: no other grows to more than seven
    characters."""
    if text.isascii():
        return text
    for sentence in _SENTENCES:
        text = text.replace(sentence, " ")
    return unicodedata.normalize("NFKD", unpiled(text))


def words(text: str) -> list[str]:
    """The words of `text` in small letters, without punctuation; overlapping pairs of characters where no blanks part words."""
    found = spelled.words(text)
    if found is not None:
        return found
    folded = text.casefold() if text.isascii() else unicodedata.normalize("NFKC", decomposed(text)).casefold()
    if folded.isascii() or not _UNSPACED.search(folded):
        return _TOKEN.findall(folded)
    found = []
    for token in _TOKEN.findall(_UNSPACED.sub(lambda run: f" {run[0]} ", folded)):
        if len(token) > 1 and _UNSPACED.match(token):
            found += [token[i : i + 2] for i in range(len(token) - 1)]
        else:
            found.append(token)
    return found


def text_hash(body: str) -> str:
    """The hash of the words alone: the same after a change of typography, case, blanks, dateline or a page's counters
    (`12 comments`). A changed number inside a sentence changes it, and any change behind LONGEST characters."""
    rest = (f"\x1e{body[LONGEST:]}",) if len(body) > LONGEST else ()
    return f"{VERSION}:{_digest((*words(_COUNTER.sub('', _without_dateline(body[:LONGEST]))), *rest))}"


class _Keys(dict[str, bytes]):
    """Words' 63-bit keys, as their slots; all are forgotten when they are too many (a dict is asked in half of the time that a
    cache takes)."""

    def __missing__(self, word: str) -> bytes:
        if len(self) >= KNOWN:
            self.clear()
        digest = blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        key = self[word] = _FIRST[digest[0]] + digest[1:]
        return key


_KEYS = _Keys()


def shingle_keys(text: str) -> set[int]:
    """The 63-bit keys of the five-word shingles of the first LONGEST characters of `text`; one key for a shorter text, none
    for an empty one. A shingle's key is that of its last word, _BASE times that of the word before, and so on."""
    return {key & _MASK for key in _shingles(text)}


def _product(text: str) -> tuple[int, int]:
    """The number of words of a text's first LONGEST characters, and the product of which each slot is a shingle."""
    slots = b"".join(map(_KEYS.__getitem__, words(text[:LONGEST])))
    return len(slots) // _SLOT, int.from_bytes(slots, "big") * _WEIGHTS


def _shingles(text: str) -> tuple[int, ...]:
    """64-bit numbers whose last 63 bits are the keys of the shingles, in order."""
    count, product = _product(text)
    if not count:
        return ()
    whole = product.to_bytes((count + SHINGLE) * _SLOT, "big")
    return unpack_from(f">{2 * (SHINGLE + count)}Q", whole)[2 * min(SHINGLE, count) + 1 : 2 * count + 2 : 2]


def _short_keys(text: str) -> array[int]:
    """The first 32 of the 63 bits of each shingle's key, in order."""
    count, product = _product(text)
    if not count:
        return array("I")
    # One bit further to the left they fill the second of a slot's four words; what a slot loses lands in the next one's first.
    found = array("I", (product << 1).to_bytes((count + SHINGLE + 1) * _SLOT, "little"))
    if sys.byteorder == "big":
        found.byteswap()
    last = count + SHINGLE - min(SHINGLE, count)
    return found[4 * (SHINGLE - 1) + 1 : 4 * last : 4]


def body_words(body: str) -> list[str]:
    """The words of the first LONGEST characters of a body, without its dateline."""
    return words(_without_dateline(body[:LONGEST]))


def sketch(body: str) -> tuple[int, ...]:
    """The sorted 32-bit keys that stand for `body` when copies are looked for; its dateline does not count."""
    keys = _short_keys(_without_dateline(body[:LONGEST]))
    small = {key for key in keys if key < (1 << BITS) // ONE_IN}
    return tuple(sorted(small) if len(small) >= SMALLEST else sorted(set(keys))[:SMALLEST])
