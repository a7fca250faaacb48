"""Whether words stand in another text with a slip of the keys. Pure."""

from collections.abc import Iterable, Sequence

from warmlane.match.inflected import same_word

_SHORTEST = 5
"""Letters of a word whose letters may be changed round."""


def is_mistyped(words: Iterable[str], lower: Sequence[str]) -> bool:
    """Whether one of `words` is not in `lower`, but is there inflected or with a slip of the keys."""
    return any(word not in lower and any(_is_slip(word, each) for each in lower) for word in words if word.isalpha())


def _is_slip(word: str, other: str) -> bool:
    shuffled = (
        len(word) == len(other) >= _SHORTEST
        and (word[0], word[-1]) == (other[0], other[-1])
        and sorted(word) == sorted(other)
    )
    return shuffled or same_word(word, other)
