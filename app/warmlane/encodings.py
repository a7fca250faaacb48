"""Which tokens a model reads and writes, by its name."""

from typing import Final

from warmlane.model import Value

_BIG, _OLD = "o200k_base", "cl100k_base"


class Encoding(Value, frozen=True, kw_only=True):
    """A tokenizer by its name, and whether it is the model's own: then a count of plain text is exact.

    It is not where the model is none of OpenAI's, nor where it writes tokens that nobody sees (reasoning) or reads some
    that nobody sent (search).
    """

    name: str
    exact: bool


_GUESS: Final = Encoding(name=_BIG, exact=False)

_FAMILIES: Final = (
    ("gpt-4o", Encoding(name=_BIG, exact=True)),
    ("chatgpt-4o", Encoding(name=_BIG, exact=True)),
    ("gpt-4.1", Encoding(name=_BIG, exact=True)),
    ("gpt-4.5", Encoding(name=_BIG, exact=True)),
    ("gpt-4-", Encoding(name=_OLD, exact=True)),
    ("gpt-3.5-", Encoding(name=_OLD, exact=True)),
    ("gpt-35-", Encoding(name=_OLD, exact=True)),  # Azure's spelling
)
"""Beginnings of names, to which a `-` is added. OpenAI's later models all reason, unless they are told not to."""

_HIDING: Final = ("-search", "-audio", "-realtime", "-transcribe", "-tts")


def encoding_of(model: str) -> Encoding:
    """The tokenizer of `model`; of a model that nobody here knows, the one that most are like."""
    name = model.removeprefix("ft:").rpartition("/")[2].partition(":")[0].lower() + "-"
    if any(word in name for word in _HIDING):
        return _GUESS
    return next((encoding for beginning, encoding in _FAMILIES if name.startswith(beginning)), _GUESS)
