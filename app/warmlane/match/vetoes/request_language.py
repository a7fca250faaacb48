"""Prompts in different languages: "What is the capital of Peru?" and "Was ist die Hauptstadt von Peru?"."""

from warmlane.match.vetoes.base import Read, VetoName
from warmlane.match.words import Words


class RequestLanguage:
    """Objects where both are written in languages that can be told, and not the same, or in different scripts.

    Whoever asks in German is answered in German.
    """

    name = VetoName.REQUEST_LANGUAGE

    def read(self, words: Words) -> tuple[str | None, str]:
        """Its language and, where that is not told, its script."""
        return words.language, words.script

    def objects(self, a: Read[tuple[str | None, str]], b: Read[tuple[str | None, str]]) -> str | None:
        """The languages or the scripts of both."""
        (one, script), (other, other_script) = a.fact, b.fact
        if one and other:
            return f"{one} / {other}" if one != other else None
        return f"{script} / {other_script}" if script and other_script and script != other_script else None
