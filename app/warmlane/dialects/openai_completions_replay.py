"""From a whole completion to the stream of it: `replay`, the inverse of `openai_completions_fold.fold`."""

from warmlane.dialects import sse, wire
from warmlane.dialects.openai_chunks import DONE
from warmlane.dialects.pieces import pieces
from warmlane.model import JsonObject

_SHARED = ("id", "object", "created", "model", "system_fingerprint")


def replay(completion: JsonObject, *, usage: bool) -> bytes:
    """The events of a stream that spells `completion`, with the usage chunk or without.

    The text in pieces, a finish chunk, `[DONE]`. `logprobs`, where there are any, come whole with the first piece. With
    `usage` the other chunks carry `usage: null`. What only this provider knows comes with the first and the last chunk.
    """
    shared = {name: completion[name] for name in _SHARED if name in completion}
    shared["object"] = "text_completion"
    own = {name: value for name, value in completion.items() if name not in {*_SHARED, "choices", "usage"}}
    tail = {"usage": None} if usage else {}
    chunks: list[JsonObject] = []
    for choice in completion["choices"]:
        steps = _steps(choice)
        ends = {0, len(steps) - 1}
        chunks += [
            {**shared, **(own if at in ends else {}), "choices": [step], **tail} for at, step in enumerate(steps)
        ]
    if usage:
        chunks.append({**shared, "choices": [], "usage": completion["usage"]})
    return b"".join([*(sse.frame(wire.write(chunk)) for chunk in chunks), sse.frame(DONE)])


def _steps(choice: JsonObject) -> list[JsonObject]:
    """The choice of each chunk. Lists come once: they would grow."""
    own = {n: v for n, v in choice.items() if n not in {"index", "text", "logprobs", "finish_reason"}}
    repeated = {name: value for name, value in own.items() if not isinstance(value, list)}
    texts = [*(pieces(choice["text"]) or [""]), ""]
    steps: list[JsonObject] = []
    for at, text in enumerate(texts):
        step: JsonObject = {"text": text, "index": choice.get("index", 0)}
        if "logprobs" in choice:
            step["logprobs"] = choice["logprobs"] if at == 0 else None
        step["finish_reason"] = None
        steps.append(step)
    steps[0] |= own
    steps[-1] |= {"finish_reason": choice.get("finish_reason"), **repeated}
    return steps
