"""What is known of a text for comparing it with others: its words, and what each veto read in them."""

from collections.abc import Collection, Sequence
from typing import Any

from warmlane.match.vetoes import Read, Veto, VetoName
from warmlane.match.words import Reader
from warmlane.match.words import Words as Words  # noqa: PLC0414 - part of what this gives
from warmlane.model import Value


class Objection(Value, frozen=True, kw_only=True):
    """A veto that spoke. `about` may hold words of the prompts: for their caller only."""

    veto: VetoName
    about: str

    def __repr__(self) -> str:
        """Never the words."""
        return f"Objection({self.veto})"


class Facts(Value, frozen=True, kw_only=True):
    """A text as the vetoes see it; `reads` are in their order."""

    words: Words
    reads: tuple[Read[Any], ...]

    def __repr__(self) -> str:
        """Never the text."""
        return f"Facts({self.words!r})"


class Examiner:
    """Reads texts for all vetoes, and asks them."""

    def __init__(self, vetoes: Sequence[Veto[Any]], reader: Reader | None = None) -> None:
        """Take `vetoes` in the order in which they are asked."""
        self._vetoes, self._reader = tuple(vetoes), reader or Reader()

    def read(self, text: str) -> Facts:
        """All that is compared of `text`."""
        words = self._reader.read(text)
        return Facts(words=words, reads=tuple(Read(words=words, fact=veto.read(words)) for veto in self._vetoes))

    def objections(self, a: Facts, b: Facts, off: Collection[VetoName] = ()) -> tuple[Objection, ...]:
        """What speaks against `a` and `b` sharing an answer, but for the classes that are switched `off`."""
        spoken = []
        for veto, one, other in zip(self._vetoes, a.reads, b.reads, strict=True):
            about = None if veto.name in off else veto.objects(one, other)
            if about is not None:
                spoken.append(Objection(veto=veto.name, about=about))
        return tuple(spoken)
