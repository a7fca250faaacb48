"""The streams of OpenAI's completions, chat or not: chunks with choices, `[DONE]` behind the last one."""

from collections.abc import Callable

from warmlane import canonical
from warmlane.canonical import Unreadable
from warmlane.dialects import sse
from warmlane.dialects.merging import Malformed
from warmlane.model import JsonObject, Value

DONE = b"[DONE]"
PADDING = "obfuscation"
"""Random characters that hide the length of a chunk; they are no part of the answer."""


class Folded(Value, frozen=True, kw_only=True, gc=True):
    """The whole completion, and whether the stream said that it was `done`."""

    completion: JsonObject
    done: bool

    def __repr__(self) -> str:
        """Never the answer."""
        return f"Folded(done={self.done})"


_NOT_JSON = "not strict JSON in a line of bounded length"
_AFTER_END = "something after the end"
_NO_CHUNK = "no chunk of a completion"


def fold(
    body: bytes, kind: str, begin: Callable[[int], JsonObject], add: Callable[[JsonObject, JsonObject], None]
) -> Folded:
    """The completion, an object of this `kind`, that a stream spells. Raises: Malformed, also when it carries an error.

    `begin` makes the choice of an index before anything is known of it, `add` lets it grow by what a chunk brings.
    """
    done = False
    top: JsonObject = {}
    choices: dict[int, JsonObject] = {}
    try:
        for event in sse.read(body):
            if event.data.startswith(DONE):
                done = True
            elif done:
                raise Malformed(_AFTER_END)
            else:
                for index, part in _parts(top, canonical.read(event.data)):
                    if index not in choices:
                        choices[index] = begin(index)
                    add(choices[index], part)
    except (sse.Oversize, Unreadable):
        raise Malformed(_NOT_JSON) from None
    top["object"] = kind
    usage = top.pop("usage", None)
    completion = {**top, "choices": [choices[index] for index in sorted(choices)]}
    return Folded(completion=completion if usage is None else {**completion, "usage": usage}, done=done)


def _parts(top: JsonObject, chunk: JsonObject) -> list[tuple[int, JsonObject]]:
    """What a chunk brings to which choice; its other members go into `top`."""
    parts = chunk.pop("choices", None)
    if parts is None and isinstance(chunk.get("usage"), dict):
        parts = []
    if chunk.get("error") is not None or not isinstance(parts, list):
        raise Malformed(_NO_CHUNK)
    chunk.pop(PADDING, None)
    for name, value in chunk.items():
        if value or top.get(name) is None:  # Azure sends chunks with an empty id and model among the others
            top[name] = value
    indexed = []
    for part in parts:
        index = part.pop("index", 0) if isinstance(part, dict) else None
        if not isinstance(index, int):
            raise Malformed(_NO_CHUNK)
        indexed.append((index, part))
    return indexed
