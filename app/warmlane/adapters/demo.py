"""The built-in demo provider: OpenAI's chat dialect without a key, a network or a model.

It answers after a pause like a provider's, says that it is a demo, and repeats the question, so that different
questions have different answers. The same call has the same answer, but for its id and date.
"""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Iterator
from typing import Final

from warmlane.canonical import Unreadable, read
from warmlane.clock import Clock
from warmlane.model import Call, Head, Headers, Json, JsonObject, Reply

_PIECE = re.compile(r"\s*(?:\w+|[^\w\s])")
_QUOTED: Final = 200
_FINGERPRINT: Final = "fp_warmlane_demo"
_MODELS: Final = {
    "object": "list",
    "data": [{"id": "demo", "object": "model", "created": 1_700_000_000, "owned_by": "warmlane"}],
}


class DemoForwarder:
    """Answers `POST /v1/chat/completions` and `GET /v1/models`; anything else is a 404 in OpenAI's shape."""

    def __init__(self, clock: Clock, *, first_byte: float = 0.4, per_chunk: float = 0.02) -> None:
        """Wait `first_byte` seconds before an answer begins, and `per_chunk` seconds before each piece of a stream."""
        self._clock, self._first_byte, self._per_chunk = clock, first_byte, per_chunk

    async def forward(self, call: Call, /) -> AsyncGenerator[Head | bytes, None]:
        """Answer `call`. Raises nothing: there is nobody who could not be reached."""
        body = call.body if isinstance(call.body, bytes) else b"".join([part async for part in call.body])
        await _pause(self._first_byte)
        answer = self._answer(call, body)
        if isinstance(answer, Reply):
            yield Head(status=answer.status, headers=answer.headers)
            yield answer.body
            return
        yield Head(status=200, headers=_headers(call, b"text/event-stream; charset=utf-8"))
        for frame in answer.frames():
            yield frame
            await _pause(self._per_chunk)

    async def ping(self) -> None:
        """Always there."""

    async def aclose(self) -> None:
        """Nothing to let go of."""

    def _answer(self, call: Call, body: bytes) -> "Reply | _Completion":
        """A whole answer, or a completion to be streamed."""
        if (call.method, call.path) == ("GET", "/v1/models"):
            return _reply(call, 200, _MODELS)
        if (call.method, call.path) != ("POST", "/v1/chat/completions"):
            return _refusal(call, 404, "The demo knows POST /v1/chat/completions and GET /v1/models.", code="not_found")
        try:
            asked = read(body)
        except Unreadable:
            return _refusal(call, 400, "We could not parse the JSON body of your request.")
        wrong = _wrong(asked)
        if wrong is not None:
            return _refusal(call, 400, f"The demo cannot use the value of '{wrong}'.", param=wrong)
        completion = _Completion(asked, id=f"chatcmpl-{call.id}", created=int(self._clock.now()))
        return completion if asked.get("stream") is True else _reply(call, 200, completion.whole())


class _Completion:
    """What the demo has to say to one request."""

    def __init__(self, asked: JsonObject, *, id: str, created: int) -> None:  # noqa: A002 - the field's own name
        texts = list(_texts(asked["messages"]))
        pieces = _PIECE.findall(_words(texts[-1] if texts else ""))
        limit = asked.get("max_completion_tokens", asked.get("max_tokens"))
        self._pieces = pieces if limit is None else pieces[: int(limit)]
        self._finish = "stop" if len(self._pieces) == len(pieces) else "length"
        self._usage = _usage(sum(len(_PIECE.findall(text)) for text in texts), len(self._pieces))
        self._base = {"id": id, "created": created, "model": asked["model"], "system_fingerprint": _FINGERPRINT}
        options = asked.get("stream_options")
        self._tells_usage = isinstance(options, dict) and options.get("include_usage") is True

    def whole(self) -> JsonObject:
        """The answer as one object."""
        message = {"role": "assistant", "content": "".join(self._pieces), "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": self._finish}
        return {"object": "chat.completion", **self._base, "choices": [choice], "usage": self._usage}

    def frames(self) -> Iterator[bytes]:
        """The answer as a stream: role, pieces, finish, usage if asked for, the end."""
        yield self._chunk({"role": "assistant", "content": "", "refusal": None})
        for piece in self._pieces:
            yield self._chunk({"content": piece})
        yield self._chunk({}, finish=self._finish)
        if self._tells_usage:
            yield self._frame([], self._usage)
        yield b"data: [DONE]\n\n"

    def _chunk(self, delta: JsonObject, finish: str | None = None) -> bytes:
        return self._frame([{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}], None)

    def _frame(self, choices: list[Json], usage: JsonObject | None) -> bytes:
        told = {"usage": usage} if self._tells_usage else {}
        chunk = {"object": "chat.completion.chunk", **self._base, "choices": choices, **told}
        return b"data: " + _bytes(chunk) + b"\n\n"


def _wrong(asked: JsonObject) -> str | None:
    """The first field that cannot be used, or None."""
    limit = asked.get("max_completion_tokens", asked.get("max_tokens"))
    checks = {
        "model": isinstance(asked.get("model"), str) and asked["model"] != "",
        "messages": _is_history(asked.get("messages")),
        "stream": asked.get("stream") is None or isinstance(asked["stream"], bool),
        "n": asked.get("n") is None or asked["n"] == 1,
        "max_tokens": limit is None or (isinstance(limit, int) and limit is not True and limit > 0),
    }
    return next((name for name, good in checks.items() if not good), None)


def _is_history(messages: Json) -> bool:
    return isinstance(messages, list) and messages != [] and all(isinstance(message, dict) for message in messages)


def _texts(messages: list[JsonObject]) -> Iterator[str]:
    """The text of each message, in order."""
    for message in messages:
        content = message.get("content")
        if isinstance(content, str):
            yield content
        elif isinstance(content, list):
            parts = [part.get("text") for part in content if isinstance(part, dict)]
            yield " ".join(part for part in parts if isinstance(part, str))


def _words(question: str) -> str:
    question = " ".join(question.split())
    if not question:
        return "This is Warmlane's built-in demo, not a language model. Ask it something: it repeats what you ask."
    short = question if len(question) <= _QUOTED else question[:_QUOTED].rstrip() + "…"
    count = len(question.split())
    return (
        f"This is Warmlane's built-in demo, not a language model. You asked in {count} word{'s' if count > 1 else ''}: "
        f"“{short}” Ask the same again, or in other words, and this answer comes from the cache."
    )


def _usage(prompt: int, completion: int) -> JsonObject:
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _refusal(call: Call, status: int, message: str, *, param: str | None = None, code: str | None = None) -> Reply:
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return _reply(call, status, {"error": error})


def _reply(call: Call, status: int, value: Json) -> Reply:
    body = _bytes(value)
    headers = (*_headers(call, b"application/json"), (b"content-length", b"%d" % len(body)))
    return Reply(status=status, headers=headers, body=body)


def _headers(call: Call, content_type: bytes) -> Headers:
    return ((b"content-type", content_type), (b"x-request-id", f"req_{call.id}".encode()))


def _bytes(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


async def _pause(seconds: float) -> None:
    if seconds > 0:
        await asyncio.sleep(seconds)  # noqa: TID251 - a demo without a pause would hide what a hit saves
