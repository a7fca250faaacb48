"""Other numbers: "the top 3 songs" and "the top five songs"."""

from warmlane.match.lexicon import lexicon
from warmlane.match.vetoes.base import Read, VetoName
from warmlane.match.words import Words


class Number:
    """Objects where the numbers, in digits or words, are not the same ones as often."""

    name = VetoName.NUMBER

    def __init__(self) -> None:
        """Read the number words."""
        self._said: dict[str, int] = {
            word: int(value) for some in lexicon("number").values() for word, value in some.items()
        }

    def read(self, words: Words) -> tuple[str, ...]:
        """Its numbers, smallest string first."""
        return tuple(sorted(filter(None, map(self._number, words.lower))))

    def objects(self, a: Read[tuple[str, ...]], b: Read[tuple[str, ...]]) -> str | None:
        """The numbers of both."""
        return None if a.fact == b.fact else f"{' '.join(a.fact) or '-'} / {' '.join(b.fact) or '-'}"

    def _number(self, word: str) -> str | None:
        if word[0].isdigit():
            plain = word.replace(",", "")
            return plain.rstrip("0").rstrip(".") if "." in plain else plain.lstrip("0") or "0"
        return str(self._said[word]) if word in self._said else None
