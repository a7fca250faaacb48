"""One word in the place of another, and all else the same: the smallest way in which two texts differ. Pure."""

from collections.abc import Mapping

from warmlane.match.inflected import same_word
from warmlane.match.words import Words

Content = dict[str, str]
"""Words that carry meaning: stem → the word, in lower case and without what follows an apostrophe."""


def content_of(words: Words) -> Content:
    """The words of a text that carry meaning."""
    stems = frozenset(words.content)
    pairs = zip(words.stems, words.lower, strict=True)
    return {stem: word.partition("'")[0] for stem, word in pairs if stem in stems}


def swapped(a: Mapping[str, str], b: Mapping[str, str]) -> tuple[str, str] | None:
    """The word of `a` and that of `b` in its place, where they share at least one other and differ in these alone.

    A slip of the keys is no other word.
    """
    if len(a) != len(b) or len(a) < 2:  # noqa: PLR2004 - one that differs, one that is shared
        return None
    mine = [stem for stem in a if stem not in b]
    if len(mine) != 1:
        return None
    one, other = a[mine[0]], next(word for stem, word in b.items() if stem not in a)
    return None if same_word(one, other) else (one, other)
