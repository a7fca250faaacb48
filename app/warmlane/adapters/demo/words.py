"""What the demo says: that it is one, and what it was asked. The same words in every API."""

import re
from collections.abc import Sequence
from typing import Final

from warmlane.model import Value

_PIECE: Final = re.compile(r"\s*(?:\w+|[^\w\s])")
_QUOTED: Final = 200


class Said(Value, frozen=True, kw_only=True):
    """An answer in pieces, each of which counts as a token; `heard` tokens were asked. `cut`: a limit ended it."""

    pieces: tuple[str, ...]
    heard: int
    cut: bool

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.pieces)

    @property
    def spoken(self) -> int:
        """Its tokens."""
        return len(self.pieces)

    def __repr__(self) -> str:
        """Never the text."""
        return f"Said({self.spoken} tokens)"


def say(texts: Sequence[str], limit: int | None = None) -> Said:
    """Answer the last of `texts` in at most `limit` tokens; those before it are heard, and no more."""
    pieces = _PIECE.findall(_answer(texts[-1]))
    kept = pieces if limit is None else pieces[:limit]
    return Said(pieces=tuple(kept), heard=sum(map(count, texts)), cut=len(kept) < len(pieces))


def count(text: str) -> int:
    """Tokens of `text`, as the demo counts: words and signs."""
    return len(_PIECE.findall(text))


def _answer(question: str) -> str:
    question = " ".join(question.split())
    if not question:
        return "This is Warmlane's built-in demo, not a language model. Ask it something: it repeats what you ask."
    short = question if len(question) <= _QUOTED else question[:_QUOTED].rstrip() + "…"
    words = len(question.split())
    return (
        f"This is Warmlane's built-in demo, not a language model. You asked in {words} word{'s' if words > 1 else ''}: "
        f"“{short}” Ask the same again, or in other words, and this answer comes from the cache."
    )
