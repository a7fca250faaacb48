"""`POST /v1/completions`."""

from collections.abc import Iterator

from warmlane.adapters.demo.answers import (
    Asked,
    Told,
    Unusable,
    event,
    is_flag,
    is_limit,
    is_name,
    is_one,
    streamed,
    unusable,
    whole,
)
from warmlane.adapters.demo.openai_counts import FINGERPRINT, tells_usage, usage
from warmlane.adapters.demo.words import Said, say
from warmlane.dialects import sse
from warmlane.dialects.openai_chunks import DONE
from warmlane.model import Json, JsonObject


def answer(asked: Asked) -> Told | Unusable:
    """The answer to one prompt of text. Tokens as a prompt are refused: the demo cannot read them."""
    body = asked.body
    prompt = _only(body.get("prompt"))
    wrong = unusable(
        {
            "model": is_name(body.get("model")),
            "prompt": isinstance(prompt, str),
            "stream": is_flag(body.get("stream")),
            "n": is_one(body.get("n")),
            "best_of": is_one(body.get("best_of")),
            "max_tokens": is_limit(body.get("max_tokens")),
            "echo": not body.get("echo"),
            "suffix": not body.get("suffix"),
        }
    )
    if wrong is not None:
        return wrong
    said = say([prompt], body.get("max_tokens"))
    shared = {
        "id": f"cmpl-{asked.id}",
        "object": "text_completion",
        "created": asked.now,
        "model": body["model"],
        "system_fingerprint": FINGERPRINT,
    }
    if body.get("stream"):
        return streamed(_frames(said, shared, tells_usage(body)))
    return whole({**shared, "choices": [_choice(said.text, _finish(said))], "usage": usage(said)})


def _frames(said: Said, shared: JsonObject, tells: bool) -> Iterator[bytes]:  # noqa: FBT001 - what the caller asked for
    """Pieces, finish, usage if asked for, the end."""
    none = {"usage": None} if tells else {}
    for piece in said.pieces:
        yield event({**shared, "choices": [_choice(piece, None)], **none})
    yield event({**shared, "choices": [_choice("", _finish(said))], **none})
    if tells:
        yield event({**shared, "choices": [], "usage": usage(said)})
    yield sse.frame(DONE)


def _choice(text: str, finish: str | None) -> JsonObject:
    return {"text": text, "index": 0, "logprobs": None, "finish_reason": finish}


def _finish(said: Said) -> str:
    return "length" if said.cut else "stop"


def _only(prompt: Json) -> Json:
    """The prompt, out of a list where it is alone in one."""
    return prompt[0] if isinstance(prompt, list) and len(prompt) == 1 else prompt
