"""What the demo is asked, what comes of it, and what is read alike in every API."""

from collections.abc import Iterable, Mapping

from warmlane.dialects import sse, wire
from warmlane.model import Json, JsonObject, Value

JSON = b"application/json"
EVENTS = b"text/event-stream; charset=utf-8"


class Asked(Value, frozen=True, kw_only=True, gc=True):
    """One request: `id` is the call's, `now` in whole seconds, `body` what `canonical.read` gave."""

    id: str
    path: str
    query: str
    now: int
    body: JsonObject

    def __repr__(self) -> str:
        """Never the body, nor the query, which may hold a key."""
        return f"Asked({self.id})"


class Told(Value, frozen=True, kw_only=True, gc=True):
    """An answer: its body whole in one of `parts`, or a stream, one part after the other."""

    content_type: bytes
    parts: tuple[bytes, ...]
    streamed: bool

    def __repr__(self) -> str:
        """Never the text."""
        return f"Told({len(self.parts)} parts)"


class Unusable(Value, frozen=True, kw_only=True):
    """The field whose value the demo cannot use, by the name that its API has for it."""

    field: str


def whole(value: JsonObject, content_type: bytes = JSON) -> Told:
    """An answer in one piece."""
    return Told(content_type=content_type, parts=(wire.write(value),), streamed=False)


def streamed(frames: Iterable[bytes], content_type: bytes = EVENTS) -> Told:
    """An answer in these pieces."""
    return Told(content_type=content_type, parts=tuple(frames), streamed=True)


def event(value: JsonObject) -> bytes:
    """An event without a name."""
    return sse.frame(wire.write(value))


def named_event(value: JsonObject) -> bytes:
    """An event that is named by its own `type`."""
    return sse.frame(wire.write(value), value["type"].encode())


def unusable(checks: Mapping[str, bool]) -> Unusable | None:
    """The first field whose check failed; None: all can be used."""
    return next((Unusable(field=name) for name, passed in checks.items() if not passed), None)


def text_of(content: Json) -> str:
    """The text in a content: one itself, or that of its parts, with spaces between them; "" where there is none."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else [content]
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    return " ".join([text for text in texts if isinstance(text, str)])


def is_history(value: Json) -> bool:
    """Whether these are turns of a conversation, or at least objects, and at least one."""
    return isinstance(value, list) and value != [] and all(isinstance(turn, dict) for turn in value)


def is_name(value: Json) -> bool:
    """Whether this names a model."""
    return isinstance(value, str) and value != ""


def is_flag(value: Json) -> bool:
    """True, false, or nothing."""
    return value is None or isinstance(value, bool)


def is_limit(value: Json) -> bool:
    """A number of tokens, or nothing."""
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0)


def is_one(value: Json) -> bool:
    """The number of answers that the demo gives, or nothing."""
    return value is None or (isinstance(value, int) and value is not True and value == 1)


def member(value: Json, name: str) -> Json:
    """That member of an object; None where it is none, or has none."""
    return value.get(name) if isinstance(value, dict) else None
