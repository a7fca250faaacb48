"""`POST /v1/chat/completions`."""

from collections.abc import Iterator

from warmlane.adapters.demo.answers import (
    Asked,
    Told,
    Unusable,
    event,
    is_flag,
    is_history,
    is_limit,
    is_name,
    is_one,
    member,
    streamed,
    text_of,
    unusable,
    whole,
)
from warmlane.adapters.demo.openai_counts import FINGERPRINT, limit_of, tells_usage, usage
from warmlane.adapters.demo.words import Said, say
from warmlane.dialects import sse
from warmlane.dialects.openai_chunks import DONE
from warmlane.model import Json, JsonObject


def answer(asked: Asked) -> Told | Unusable:
    """One choice, of text. What would have to be JSON, or a call of a function, is refused."""
    body = asked.body
    wrong = unusable(
        {
            "model": is_name(body.get("model")),
            "messages": is_history(body.get("messages")),
            "stream": is_flag(body.get("stream")),
            "n": is_one(body.get("n")),
            "max_tokens": is_limit(limit_of(body)),
            "response_format": member(body.get("response_format"), "type") in (None, "text"),
            "tool_choice": body.get("tool_choice") in (None, "auto", "none"),
        }
    )
    if wrong is not None:
        return wrong
    said = say([text_of(message.get("content")) for message in body["messages"]], limit_of(body))
    shared = {
        "id": f"chatcmpl-{asked.id}",
        "created": asked.now,
        "model": body["model"],
        "system_fingerprint": FINGERPRINT,
    }
    return streamed(_frames(said, shared, tells_usage(body))) if body.get("stream") else whole(_whole(said, shared))


def _whole(said: Said, shared: JsonObject) -> JsonObject:
    message = {"role": "assistant", "content": said.text, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(said)}
    return {"object": "chat.completion", **shared, "choices": [choice], "usage": usage(said)}


def _frames(said: Said, shared: JsonObject, tells: bool) -> Iterator[bytes]:  # noqa: FBT001 - what the caller asked for
    """Role, pieces, finish, usage if asked for, the end."""
    deltas: list[tuple[JsonObject, str | None]] = [
        ({"role": "assistant", "content": "", "refusal": None}, None),
        *(({"content": piece}, None) for piece in said.pieces),
        ({}, _finish(said)),
    ]

    def frame(choices: list[Json], counted: JsonObject | None) -> bytes:
        told = {"usage": counted} if tells else {}
        return event({"object": "chat.completion.chunk", **shared, "choices": choices, **told})

    for delta, finish in deltas:
        yield frame([{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}], None)
    if tells:
        yield frame([], usage(said))
    yield sse.frame(DONE)


def _finish(said: Said) -> str:
    return "length" if said.cut else "stop"
