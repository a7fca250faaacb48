"""Make the word relations: which English words are synonyms, opposites, kinds of each other, or kinds of the same.

Reads the files of WordNet 3.0 as Debian's package `wordnet-base` installs them, and writes small arrays: words of one
piece only, their commonest senses, the parents of these, and opposites. The same files give the same bytes: `--check`
makes the arrays anew and compares them with the committed ones. What they mean is told in
`app/warmlane/match/relations.py`.
"""

import argparse
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

SOURCE: Final = Path("/usr/share/wordnet")
TARGET = Path(__file__).parent.parent / "app" / "warmlane" / "data" / "wordnet" / "relations.npz"
PARTS: Final = ("noun", "verb", "adj", "adv")
LETTER: Final = {"n": "noun", "v": "verb", "a": "adj", "s": "adj", "r": "adv"}
LONGEST, SENSES = 20, 5
KIND_OF, NAME_OF, LIKE, OPPOSITE = "@", "@i", "&", "!"

Synset = tuple[str, int]


class Net:
    """WordNet's files, read."""

    def __init__(self, source: Path) -> None:
        """Read `source`."""
        self.lemmas: dict[Synset, list[str]] = {}
        self.pointers: dict[Synset, list[tuple[str, Synset, int, int]]] = {}
        self.senses: dict[str, list[Synset]] = {}
        self.irregular: dict[str, str] = {}
        for part in PARTS:
            for line in _lines(source / f"data.{part}"):
                self._synset(part, line)
            for line in _lines(source / f"index.{part}"):
                self._word(part, line)
            for line in _lines(source / f"{part}.exc") if (source / f"{part}.exc").exists() else ():
                form, lemma, *_ = line.split()
                self.irregular.setdefault(form, lemma)

    def _synset(self, part: str, line: str) -> None:
        fields = line.partition(" | ")[0].split()
        here = (part, int(fields[0]))
        count = int(fields[3], 16)
        self.lemmas[here] = [fields[4 + 2 * at].partition("(")[0] for at in range(count)]
        at = 4 + 2 * count
        rest = fields[at + 1 : at + 1 + 4 * int(fields[at])]
        self.pointers[here] = [
            (sign, (LETTER[part_of], int(offset)), *divmod(int(words, 16), 256))
            for sign, offset, part_of, words in zip(*(rest[i::4] for i in range(4)), strict=True)
        ]

    def _word(self, part: str, line: str) -> None:
        word, _, count, *rest = line.split()
        if len(word) <= LONGEST and word.replace("-", "").isalpha() and word.isascii():
            some = [(part, int(offset)) for offset in rest[-int(count) :][:SENSES]]
            self.senses.setdefault(word, []).extend(some)

    def parents(self, synset: Synset) -> list[Synset]:
        """What it is a kind, a case or a shade of."""
        return [target for sign, target, _, _ in self.pointers[synset] if sign in {KIND_OF, NAME_OF, LIKE}]

    def is_person(self, synset: Synset, person: Synset) -> bool:
        """Whether it is a kind of person, no one's name."""
        above = [target for sign, target, _, _ in self.pointers[synset] if sign == KIND_OF]
        return person in above or any(self.is_person(each, person) for each in above)

    def is_name(self, word: str) -> bool:
        """Whether its commonest sense is one person, place or thing."""
        return any(sign == NAME_OF for sign, *_ in self.pointers[self.senses[word][0]])


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        yield from (line.strip() for line in file if not line.startswith("  "))


def make(source: Path) -> dict[str, np.ndarray]:
    """The arrays, by name."""
    net = Net(source)
    words = sorted(net.senses)
    at = {word: index for index, word in enumerate(words)}
    used = sorted({each for some in net.senses.values() for each in some})
    known = {synset: index for index, synset in enumerate(used)}
    for synset in used:  # parents that no word here stands for have numbers too
        for parent in net.parents(synset):
            known.setdefault(parent, len(known))
    synsets = sorted(known, key=known.__getitem__)
    # Parents of those again: two steps up tell cousins.
    for synset in synsets[len(used) :]:
        for parent in net.parents(synset):
            known.setdefault(parent, len(known))
    synsets = sorted(known, key=known.__getitem__)
    ups = [[known[each] for each in net.parents(synset) if each in known] for synset in synsets]
    senses = [[known[each] for each in net.senses[word]] for word in words]
    forms = sorted((form, at[lemma]) for form, lemma in net.irregular.items() if lemma in at and len(form) <= LONGEST)
    return {
        "words": np.array(words, dtype=f"S{LONGEST}"),
        "first_sense": _firsts(senses),
        "senses": _flat(senses),
        "first_parent": _firsts(ups),
        "parents": _flat(ups),
        "antonyms": _pairs(_antonyms(net, at)),
        "opposed": _pairs(_opposed(net, known)),
        "traits": _traits(net, words),
        "nouns": np.array([_first(used, "noun"), _first(used, "verb")], dtype=np.uint32),
        "forms": np.array([form for form, _ in forms], dtype=f"S{LONGEST}"),
        "form_of": np.array([index for _, index in forms], dtype=np.uint32),
    }


def _first(synsets: list[Synset], part: str) -> int:
    """The number of the first synset of `part`: those that words here stand for are numbered part by part."""
    return next(index for index, synset in enumerate(synsets) if synset[0] == part)


def _antonyms(net: Net, at: dict[str, int]) -> Iterator[tuple[int, int]]:
    for synset, pointers in net.pointers.items():
        for sign, target, mine, theirs in pointers:
            if sign == OPPOSITE and mine and theirs:
                a, b = net.lemmas[synset][mine - 1].lower(), net.lemmas[target][theirs - 1].lower()
                if a in at and b in at:
                    yield at[a], at[b]


def _opposed(net: Net, known: dict[Synset, int]) -> Iterator[tuple[int, int]]:
    """Adjectives' heads that are opposites: what is like one is opposed to what is like the other."""
    for synset, pointers in net.pointers.items():
        if synset[0] == "adj" and synset in known:
            yield from (
                (known[synset], known[target]) for sign, target, *_ in pointers if sign == OPPOSITE and target in known
            )


def _traits(net: Net, words: list[str]) -> np.ndarray:
    person = next(each for each in net.senses["person"] if each[0] == "noun")
    made = []
    for word in words:
        nouns = [each for each in net.senses[word] if each[0] == "noun"]
        role = bool(nouns) and net.is_person(nouns[0], person)
        made.append(role + 2 * net.is_name(word))
    return np.array(made, dtype=np.uint8)


def _firsts(rows: list[list[int]]) -> np.ndarray:
    return np.cumsum([0, *(len(row) for row in rows)]).astype(np.uint32)


def _flat(rows: list[list[int]]) -> np.ndarray:
    return np.array([each for row in rows for each in row], dtype=np.uint32)


def _pairs(pairs: Iterator[tuple[int, int]]) -> np.ndarray:
    both = {(a, b) for a, b in pairs} | set()
    both |= {(b, a) for a, b in both}
    return np.array(sorted((a << 32) + b for a, b in both), dtype=np.uint64)


def main() -> int:
    """Write the file, or compare with it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, default=SOURCE)
    parser.add_argument("--check", action="store_true", help="compare with the committed file")
    asked = parser.parse_args()
    arrays = make(asked.source)
    if asked.check:
        with np.load(TARGET) as kept:
            other = [name for name in arrays if not np.array_equal(arrays[name], kept[name])]
        print("differs: " + " ".join(other) if other else "the same")
        return bool(other)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(TARGET, **arrays)
    print(hashlib.sha256(TARGET.read_bytes()).hexdigest(), TARGET.stat().st_size, "bytes")
    for name, array in arrays.items():
        print(f"{name:14} {array.shape} {array.nbytes / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
