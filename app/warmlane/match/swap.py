"""One word in the place of another, and all else the same: the smallest way in which two texts differ. Pure."""

from warmlane.match.inflected import same_word
from warmlane.match.words import Words


def content_of(words: Words) -> frozenset[str]:
    """The stems of the words that carry meaning; none where the text is not English."""
    return frozenset(words.content) if words.is_english else frozenset()


def swapped(a: Words, content: frozenset[str], b: Words, other_content: frozenset[str]) -> tuple[str, str] | None:
    """The word of `a` and that of `b` in its place, where they share at least one other and differ in these alone.

    In lower case, without what follows an apostrophe. A slip of the keys is no other word.
    """
    if len(content) != len(other_content) or len(content) < 2:  # noqa: PLR2004 - one that differs, one that is shared
        return None
    mine = content - other_content
    if len(mine) != 1:
        return None
    one, other = _word(a, next(iter(mine))), _word(b, next(iter(other_content - content)))
    return None if same_word(one, other) else (one, other)


def _word(words: Words, stem: str) -> str:
    return words.lower[words.stems.index(stem)].partition("'")[0]
