"""A text in pieces, as a stream brings it."""

import re

MAX_PIECES = 64
"""Pieces that a text comes in at most: enough to look like a stream, without a chunk's frame around every word."""

_WORD = re.compile(r"\s*+\S+|\s+\Z")


def pieces(text: str) -> list[str]:
    """`text` cut before white space, at most MAX_PIECES: a character and what combines with it stay together."""
    words = _WORD.findall(text)
    step = -(-len(words) // MAX_PIECES) or 1
    return ["".join(words[at : at + step]) for at in range(0, len(words), step)]
