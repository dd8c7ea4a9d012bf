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
    detect = detector()
    if declared is not None and _agree(declared, detect(text[:ENOUGH])):
        return declared, None
    found = detect(text[:SAMPLE])
    if _agree(declared, found):
        return declared, None
    if declared is None and len(usual) == 1 and any({usual[0], found} <= group for group in ALIKE):
        return usual[0], "profile"
    return found, "text"


def _agree(declared: str | None, found: str) -> bool:
    return declared == found or any({declared, found} <= group for group in ALIKE)


def detector() -> Callable[[str], str]:
    """py3langid's classifier; its model takes 0.5 s and 70 MB at first use, once a process."""
    classify = language_model.identifier().classify
    return lambda text: str(classify(text)[0])
