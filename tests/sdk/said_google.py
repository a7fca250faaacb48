"""What Google says, whole and in chunks. Written by hand: the product's own replay has no part."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from warmlane.adapters.scripted import Answer, Seen, Told

USAGE = {
    "promptTokenCount": 19, "candidatesTokenCount": 10, "totalTokenCount": 45, "thoughtsTokenCount": 16,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 19}],
}  # fmt: skip
_EARLY = {"promptTokenCount": 19, "totalTokenCount": 19}
_SHARED = {"modelVersion": "gemini-2.5-flash", "responseId": "Zx0kaLvQOuOzkdUPq9mZ8A4"}
_LATE = frozenset({"finishReason", "citationMetadata", "avgLogprobs", "logprobsResult", "mood"})


def generated(*parts: Any, finish: str | None = "STOP", **candidate: Any) -> dict[str, Any]:
    """A whole answer, whose parts are texts or whole."""
    said = [{"text": part} if isinstance(part, str) else part for part in parts or ("Hi there.",)]
    only = {"content": {"parts": said, "role": "model"}, "finishReason": finish, "index": 0, **candidate}
    return {"candidates": [only], "usageMetadata": USAGE, **_SHARED}


def chunks(whole: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The chunks of a stream that says `whole`: each text in two, the rest of a part whole; all else comes last."""
    (candidate,) = whole["candidates"]
    content = candidate["content"]
    early = {name: value for name, value in candidate.items() if name not in _LATE and name != "content"}
    own = {name: value for name, value in whole.items() if name not in {"candidates", "usageMetadata"}}
    groups = [group for part in content["parts"] for group in _halves(part)]
    *before, last = groups
    return [
        *(
            {"candidates": [{"content": {**content, "parts": [part]}, **early}], "usageMetadata": _EARLY, **own}
            for part in before
        ),
        {
            "candidates": [{**candidate, "content": {**content, "parts": [last]}}],
            "usageMetadata": whole["usageMetadata"],
            **own,
        },
    ]


def _halves(part: Mapping[str, Any]) -> list[dict[str, Any]]:
    text = part.get("text")
    if not text or not part.keys() <= {"text", "thought"}:
        return [dict(part)]
    return [{**part, "text": text[: len(text) // 2]}, {**part, "text": text[len(text) // 2 :]}]


def events(said: Sequence[Mapping[str, Any]]) -> list[bytes]:
    """Their frames, as Google writes them."""
    return [b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\r\n\r\n" for chunk in said]


def array(said: Sequence[Mapping[str, Any]]) -> list[bytes]:
    """The same as one JSON array, in the pieces in which it comes."""
    laid_out = [json.dumps(chunk, ensure_ascii=False, indent=2).encode() for chunk in said]
    return [b"[" + laid_out[0], *(b"\n,\r\n" + piece for piece in laid_out[1:]), b"\n]\n"]


def told(said: Sequence[Mapping[str, Any]] | Mapping[str, Any], mode: str = "events") -> Told:
    """How a provider is to be told to say it: "whole", or chunks as "events" or as an "array"."""
    if mode == "whole":
        body = json.dumps(said, ensure_ascii=False, indent=2).encode()
        return {"body": body, "headers": {"content-type": "application/json; charset=UTF-8"}}
    assert not isinstance(said, Mapping)
    if mode == "events":
        return {"sse": events(said), "headers": {"content-type": "text/event-stream"}}
    kind = {"content-type": "application/json; charset=UTF-8", "transfer-encoding": "chunked"}
    return {"body": array(said), "headers": kind}


def speak(seen: Seen, text: str) -> Answer:
    """Say `text` in the mode that was asked for."""
    whole = generated(text)
    if ":streamGenerateContent" not in seen.path:
        return Answer.of(**told(whole, "whole"))
    return Answer.of(**told(chunks(whole), "events" if "alt=sse" in seen.query else "array"))
