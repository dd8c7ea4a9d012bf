"""Other ways to find near-duplicates, for `copies.py --peers`: datasketch's MinHash, the package simhash and trafilatura's own,
in an environment of their own under `.bench/`, pinned.

As a script it reads a file, {"base": [[family, text] …], "copies": …}, and prints for each way as one line of JSON how many
copies found a text of their family, how many found one of another, and CPU seconds of marking the copies and looking for them
(the index is filled before). Imports nothing of Dateline."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PINNED = ("datasketch==2.0.0", "simhash==2.1.2", "trafilatura==2.3.1", "lxml_html_clean", "numpy==1.26.4")
"""simhash 2.1.2 ends where a text has a run of letters 256 times, with numpy 2."""
ENVIRONMENT = ROOT / ".bench" / "near-duplicates"
WORDS = 3
"""Words of a shingle, for MinHash."""
_WORD = re.compile(r"\w+")


def installed() -> str | None:
    """Make the environment where there is none; the reason why it cannot be had, None where it can."""
    from bench.peers import made

    return made(ENVIRONMENT, PINNED)


def found(base: list[tuple[str, str]], copies: list[tuple[str, str]], folder: Path) -> list[dict[str, Any]]:
    """What each way found among the same texts."""
    file = folder / "texts.json"
    file.write_text(json.dumps({"base": base, "copies": copies}, ensure_ascii=False), encoding="utf-8")
    python = ENVIRONMENT / "bin" / "python"
    done = subprocess.run([str(python), __file__, str(file)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the other ways ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


class Minhash:
    """datasketch's MinHash of 128 numbers over runs of three words, and its index for a similarity of a half."""

    name = "datasketch, MinHash and LSH"

    def __init__(self) -> None:
        from datasketch import MinHashLSH

        self.index = MinHashLSH(threshold=0.5, num_perm=128)

    def mark(self, text: str) -> Any:
        from datasketch import MinHash

        words, mark = _WORD.findall(text.casefold()), MinHash(num_perm=128)
        mark.update_batch(
            {" ".join(words[at : at + WORDS]).encode() for at in range(max(1, len(words) - WORDS + 1))} or {b""}
        )
        return mark

    def add(self, key: str, mark: Any) -> None:
        self.index.insert(key, mark)

    def near(self, mark: Any) -> list[str]:
        return [str(key) for key in self.index.query(mark)]


class Simhashes:
    """The package simhash as its manual has it: 64 bits, an index for three of them different."""

    name = "simhash, 3 of 64 bits"

    def __init__(self) -> None:
        from simhash import SimhashIndex

        self.index = SimhashIndex([], k=3)

    def mark(self, text: str) -> Any:
        from simhash import Simhash

        return Simhash(text)

    def add(self, key: str, mark: Any) -> None:
        self.index.add(key, mark)

    def near(self, mark: Any) -> list[str]:
        return [str(key) for key in self.index.get_near_dups(mark)]


class Trafilaturas:
    """trafilatura's Simhash, compared with all others: similar from .84 (ten of 64 bits)."""

    name = "trafilatura's Simhash, all pairs"

    def __init__(self) -> None:
        self.held: list[tuple[str, Any]] = []

    def mark(self, text: str) -> Any:
        from trafilatura.deduplication import Simhash

        return Simhash(text)

    def add(self, key: str, mark: Any) -> None:
        self.held.append((key, mark))

    def near(self, mark: Any) -> list[str]:
        return [key for key, held in self.held if mark.similarity(held) >= 0.84]


def main() -> None:
    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for way in (Minhash(), Simhashes(), Trafilaturas()):
        way.mark("warm")
        for at, (family, text) in enumerate(given["base"]):
            way.add(f"{family}\t{at}", way.mark(text))
        home = elsewhere = 0
        began = time.process_time()
        for family, text in given["copies"]:
            near = {key.partition("\t")[0] for key in way.near(way.mark(text))}
            home += family in near
            elsewhere += bool(near - {family})
        seconds = time.process_time() - began
        print(json.dumps({"way": way.name, "home": home, "elsewhere": elsewhere, "seconds": seconds}), flush=True)


if __name__ == "__main__":
    main()
