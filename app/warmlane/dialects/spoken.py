"""The texts of a call, for their tokens to be counted where the provider did not count them."""

from collections.abc import Iterator
from typing import Final, Protocol

from warmlane.dialects import wire
from warmlane.dialects.base import Ask
from warmlane.model import Json, JsonObject, Value


class Spoken(Value, frozen=True, kw_only=True, gc=True):
    """What was `asked`, and what was `answered`.

    `framing` are tokens of the question that stand in no text. `plain`: there is nothing else in either that a model
    would read or write, such as tools or images.
    """

    asked: tuple[str, ...]
    answered: tuple[str, ...]
    framing: int = 0
    plain: bool = False

    def __repr__(self) -> str:
        """Never a text."""
        return f"Spoken({len(self.asked)} asked, {len(self.answered)} answered)"


class Speak(Protocol):
    """How a dialect tells the texts of a call."""

    def __call__(self, ask: Ask, answer: JsonObject) -> Spoken | None:
        """What was said on both sides; `answer` is put together. None: it cannot be read. Never raises."""
        ...


_TEXTS: Final = frozenset({
    "arguments", "content", "contents", "input", "instructions", "name", "output", "prompt", "reasoning",
    "reasoning_content", "refusal", "system", "text", "thinking",
})  # fmt: skip
"""Members whose strings a model reads or writes, in any vendor's words. Media, ids and signatures are none of them."""

_LISTS: Final = frozenset({"functions", "tools"})
_OBJECTS: Final = frozenset({"args", "arguments", "input", "json_schema", "output", "response", "responseSchema"})
"""Members that a model reads or writes as JSON."""


def texts(value: Json, name: str = "") -> Iterator[str]:
    """The strings of a JSON value, which is member `name` of something, that a model reads or writes."""
    if isinstance(value, str):
        if name in _TEXTS:
            yield value
    elif isinstance(value, list):
        if name in _LISTS:
            yield wire.write(value).decode()
        else:
            for each in value:
                yield from texts(each, "" if isinstance(each, dict) else name)
    elif isinstance(value, dict):
        if name in _OBJECTS:
            yield wire.write(value).decode()
        else:
            for inner, each in value.items():
                yield from texts(each, inner)


def roughly(ask: Ask, answer: JsonObject) -> Spoken:
    """How any dialect's calls are told by what their members are called: enough for an estimate."""
    return Spoken(asked=tuple(texts(ask.keyed)), answered=tuple(texts(answer)))
