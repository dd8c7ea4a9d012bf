"""The language of a text: declared by the page, checked on the words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines import language_model

if TYPE_CHECKING:
    from collections.abc import Callable

ENOUGH = 300
SAMPLE = 800
# Tongues that a detector on n-grams confuses, or names otherwise than pages do: the declared one stands.
ALIKE = (
    frozenset({"no", "nb", "nn", "da"}), frozenset({"hr", "sr", "bs", "sh"}), frozenset({"id", "ms"}),
    frozenset({"cs", "sk"}), frozenset({"he", "iw"}),
    frozenset({"es", "gl", "ca", "pt"}), frozenset({"zh", "ja"}), frozenset({"tl", "fil"}), frozenset({"fa", "ps",
        "ur", "ar", "ckb"}), frozenset({"de", "lb", "nds"}), frozenset({"bg", "mk"}),
    frozenset({"hi", "mr", "ne"}), frozenset({"nl", "af"}), frozenset({"ru", "kk", "ky", "tg", "be", "uk"}),
    frozenset({"tr", "az", "uz", "tk"}),
)  # fmt: skip
# Words that hold sentences together. Those that two tongues share prove neither, and are left out (`_PROOF`).
_HOLDING = {
    "en": "the of and to that with for from has have had by are were which not but their they his her who been will would this "
    "after said about into when than its more over also was on at as be it he she in is an or we you",
    "de": "der die das und den dem des ein eine einen einer einem eines ist sind im zu zum zur mit von vom auf für sich nicht "
    "auch als wie bei nach aus hat haben wird werden wurde wurden dass aber oder über noch am um nur war durch es er sie ihr "
    "in an was so hatte ich man wenn des ihre ihrem ihren sein seine seiner kein keine beim vom",
    "es": "de la en y a no un el los las del por una que con para su sus se como más fue ha han este esta pero entre "
    "según lo al sobre también muy hasta desde cuando sin sobre ya porque",
    "fr": "le les des une du est dans pour sur qui que par avec pas plus au aux son ses sont ont cette ce mais été selon "
    "à et il un en la on ne se nous vous",
    "pl": "się nie na że jest oraz przez dla od jak po został która który także są ich jego tym w z i do to",
    "it": "il della di che per nel gli sono è le dei una con del alla ha più anche dal delle questo come si non in la le un",
    "pt": "o os as do da dos das em um uma não que para com por mais foi ao pelo pela são como também na no se",
    "nl": "het een van en dat op te zijn voor met niet aan er maar ook door naar bij wordt heeft worden uit de",
    "no": "og at det som er på for med av den til ikke har et om men fra han var etter også kan en i de å vi jeg seg ble",
    "sv": "i en de sig vi jag och att det som är på för med av den till inte har ett om men från han var efter också kan",
    "tr": "ve bir bu için ile olarak da de olan daha çok sonra ise gibi kadar olduğunu ancak göre",
    "ru": "и в на что не по с из за для от как это к его о но был также были было после он она",
}
_LETTER = {"ru": "ы"}
"""What a sample must have as well: Bulgarian, Macedonian and Serbian share those words, and have not this letter."""
_LEAST_SHARE, _LEAST_KINDS = 0.14, 4
"""Share of a sample's words, and different ones among them, from which on these words prove its language."""
SAME = {
    "nb": "no",
    "nn": "no",
    "iw": "he",
    "in": "id",
    "ua": "uk",
    "cz": "cs",
    "jp": "ja",
    "kr": "ko",
    "cn": "zh",
    "gr": "el",
    "dk": "da",
    "se": "sv",
}


def of(text: str, declared: str | None, usual: tuple[str, ...]) -> tuple[str | None, str | None]:
    """(language, witness other than the page's declaration). The declared one, unless `text` is long enough to show
    another; `usual` are the source's languages, believed where nothing is declared or the words agree."""
    declared = SAME.get(declared or "", declared)
    if len(text) < ENOUGH:
        return (declared, None) if declared else (usual[0], "profile") if len(usual) == 1 else (None, None)
    if _proved(declared, text[:ENOUGH]):
        return declared, None
    detect = detector()
    if declared is not None and _agree(declared, detect(text[:ENOUGH])):
        return declared, None
    found = detect(text[:SAMPLE])
    if _agree(declared, found):
        return declared, None
    if declared is None and len(usual) == 1 and any({usual[0], found} <= group for group in ALIKE):
        return usual[0], "profile"
    return found, "text"


def _proved(declared: str | None, sample: str) -> bool:
    """Whether a sample's own small words show that the declared language is its language: most pages declare it rightly, and
    neither the detector's time nor its model is spent on them."""
    proof = _PROOF.get(declared or "")
    if proof is None or _LETTER.get(declared or "", "") not in sample:
        return False
    words = sample.lower().split()
    found = [word for word in words if word in proof]
    return len(found) >= _LEAST_SHARE * len(words) and len(set(found)) >= _LEAST_KINDS


def _agree(declared: str | None, found: str) -> bool:
    return declared == found or any({declared, found} <= group for group in ALIKE)


def _proof() -> dict[str, frozenset[str]]:
    lists = {tongue: frozenset(held.split()) for tongue, held in _HOLDING.items()}
    return {
        tongue: own.difference(*(theirs for other, theirs in lists.items() if not _agree(tongue, other)))
        for tongue, own in lists.items()
    }


_PROOF = _proof()


def detector() -> Callable[[str], str]:
    """py3langid's classifier; its model takes 0.5 s and 70 MB at first use, once a process."""
    classify = language_model.identifier().classify
    return lambda text: str(classify(text)[0])
