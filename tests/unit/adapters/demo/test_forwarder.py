"""Who answers for the demo."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from unit.adapters.demo.asking import ANSWER, QUESTION
from warmlane.adapters.demo import DemoForwarder
from warmlane.clock import ManualClock
from warmlane.model import Call, Head, Headers, Reply

TURNS = [{"role": "user", "content": QUESTION}]
CHAT = {"model": "demo", "messages": TURNS}
MESSAGE = {"model": "demo", "max_tokens": 100, "messages": TURNS}
CONTENT = {"parts": [{"text": QUESTION}]}
GOOGLES: Headers = ((b"x-goog-api-key", b"k"),)
ANTHROPICS: Headers = ((b"anthropic-version", b"2023-06-01"),)


def a_call(
    body: bytes | AsyncIterator[bytes] = b"", *, method: str = "POST", path: str = "/v1/chat/completions",
    query: str = "", name: str = "1", headers: Headers = (),
) -> Call:  # fmt: skip
    """A call at the demo."""
    return Call(
        id=name, method=method, provider="demo", base_url="http://demo.invalid", dialect=None,
        path=path, query=query, headers=headers, body=body,
    )  # fmt: skip


async def ask(call: Call) -> Reply:
    """The whole answer, without pauses."""
    demo = DemoForwarder(ManualClock(1_800_000_000.5), first_byte=0, per_chunk=0)
    head, *chunks = [item async for item in demo.forward(call)]
    assert isinstance(head, Head)
    body = b"".join(chunk for chunk in chunks if isinstance(chunk, bytes))
    return Reply(status=head.status, headers=head.headers, body=body)


async def post(path: str, value: Any, **members: Any) -> Reply:
    """The answer to this JSON."""
    return await ask(a_call(json.dumps(value).encode(), path=path, **members))


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/v1/chat/completions", CHAT),
        ("/v1beta/openai/chat/completions", CHAT),
        ("/v1/completions", {"model": "demo", "prompt": QUESTION}),
        ("/v1/responses", {"model": "demo", "input": QUESTION}),
        ("/v1/messages", MESSAGE),
        ("/v1beta/models/demo:generateContent", {"contents": [CONTENT]}),
        ("/v1/models/demo:streamGenerateContent", {"contents": [CONTENT], "generationConfig": {"temperature": 0}}),
    ],
)
async def test_every_api_says_the_same_words(path: str, asked: Any) -> None:
    """Whoever asks, and however."""
    reply = await post(path, asked)

    assert reply.status == 200
    assert "".join(texts(json.loads(reply.body))) == ANSWER


def texts(value: Any) -> list[str]:
    """All that is said in an answer."""
    if isinstance(value, dict):
        return [
            text
            for name, each in value.items()
            for text in ([each] if name in {"text", "content"} and isinstance(each, str) else texts(each))
        ]
    return [text for each in value for text in texts(each)] if isinstance(value, list) else []


@pytest.mark.parametrize(
    ("path", "asked", "listed"),
    [
        ("/v1/embeddings", {"model": "demo", "input": "Hi"}, "data"),
        ("/v1beta/openai/embeddings", {"model": "demo", "input": "Hi"}, "data"),
        ("/v1beta/models/demo:embedContent", {"content": CONTENT}, "embedding"),
        ("/v1beta/models/demo:batchEmbedContents", {"requests": [{"content": CONTENT}]}, "embeddings"),
    ],
)
async def test_every_api_embeds(path: str, asked: Any, listed: str) -> None:
    """In its own shape."""
    reply = await post(path, asked)

    assert (reply.status, bool(json.loads(reply.body)[listed])) == (200, True)


async def test_a_whole_answer_tells_its_length() -> None:
    """And the id that its vendor's SDK looks for; Google's looks for none."""
    chat, message = await post("/v1/chat/completions", CHAT), await post("/v1/messages", MESSAGE)
    generated = await post("/v1beta/models/demo:generateContent", {"contents": [CONTENT]})

    assert dict(chat.headers) == {
        b"content-type": b"application/json", b"x-request-id": b"req_1", b"content-length": b"%d" % len(chat.body),
    }  # fmt: skip
    assert dict(message.headers)[b"request-id"] == b"req_1"
    assert dict(generated.headers).keys() == {b"content-type", b"content-length"}
    assert json.loads(chat.body)["created"] == 1_800_000_000


async def test_a_stream_tells_none() -> None:
    """It is over when it is over."""
    reply = await post("/v1/chat/completions", {**CHAT, "stream": True})

    assert dict(reply.headers) == {
        b"content-type": b"text/event-stream; charset=utf-8", b"x-request-id": b"req_1",
    }  # fmt: skip
    assert reply.body.endswith(b"data: [DONE]\n\n")


async def test_the_same_call_has_the_same_answer_but_for_its_id() -> None:
    """An id is drawn for each call; so is the request's."""
    one, two = [await post("/v1/chat/completions", CHAT, name=name) for name in "12"]
    first, second = json.loads(one.body), json.loads(two.body)

    assert first.pop("id") != second.pop("id")
    assert first == second
    assert dict(one.headers)[b"x-request-id"] != dict(two.headers)[b"x-request-id"]


async def test_a_field_that_cannot_be_used_is_named() -> None:
    """400 in the vendor's shape, with the vendor's id."""
    chat = await post("/v1/chat/completions", {**CHAT, "n": 2})
    message = await post("/v1/messages", {**MESSAGE, "max_tokens": 0})
    generated = await post("/v1beta/models/demo:generateContent", {})

    assert [reply.status for reply in (chat, message, generated)] == [400, 400, 400]
    assert json.loads(chat.body)["error"]["param"] == "n"
    assert json.loads(message.body)["error"]["type"] == "invalid_request_error"
    assert json.loads(message.body)["request_id"] == "req_1"
    assert "'contents'" in json.loads(generated.body)["error"]["message"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"model":"demo","model":"x"}', b"\xff", b'"x"'])
async def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    """400 in the vendor's shape, never an exception."""
    chat, message = await ask(a_call(body)), await ask(a_call(body, path="/v1/messages"))

    assert (chat.status, message.status) == (400, 400)
    assert json.loads(chat.body)["error"]["type"] == "invalid_request_error"
    assert json.loads(message.body)["type"] == "error"


@pytest.mark.parametrize(
    ("path", "headers", "listed", "name"),
    [
        ("/v1/models", (), "data", "id"),
        ("/v1beta/openai/models", GOOGLES, "data", "id"),
        ("/v1/models", ANTHROPICS, "data", "display_name"),
        ("/v1/models", GOOGLES, "models", "displayName"),
        ("/v1beta/models", (), "models", "displayName"),
    ],
)
async def test_models_lists_itself(path: str, headers: Headers, listed: str, name: str) -> None:
    """So that a client which looks before it asks finds something, in the shape that it knows."""
    reply = await ask(a_call(method="GET", path=path, headers=headers))
    (model,) = json.loads(reply.body)[listed]

    assert reply.status == 200
    assert model[name]


@pytest.mark.parametrize(
    ("method", "path", "headers", "kind"),
    [
        ("GET", "/v1/chat/completions", (), {"type": "invalid_request_error", "code": "not_found"}),
        ("POST", "/v1/audio/speech", (), {"type": "invalid_request_error", "code": "not_found"}),
        ("POST", "/v1beta/openai/files", GOOGLES, {"code": "not_found"}),
        ("GET", "/", (), {"code": "not_found"}),
        ("POST", "/v1/messages/count_tokens", (), {"type": "not_found_error"}),
        ("GET", "/v1/files", ANTHROPICS, {"type": "not_found_error"}),
        ("POST", "/v1beta/models/demo:countTokens", (), {"code": 404, "status": "NOT_FOUND"}),
        ("DELETE", "/v1/models", GOOGLES, {"code": 404}),
    ],
)
async def test_what_it_does_not_know_is_a_404(method: str, path: str, headers: Headers, kind: Any) -> None:
    """In the vendor's shape; a body that comes in pieces is read to its end first."""
    rest = [b"a", b"b"]

    async def pieces() -> AsyncIterator[bytes]:
        while rest:
            yield rest.pop(0)

    reply = await ask(a_call(pieces(), method=method, path=path, headers=headers))

    assert reply.status == 404
    assert json.loads(reply.body)["error"].items() >= kind.items()
    assert rest == []


async def test_it_pauses_and_can_be_asked_whether_it_is_there() -> None:
    """With pauses it says the same; it is always there, and closing it twice is fine."""
    demo = DemoForwarder(ManualClock(), first_byte=0.001, per_chunk=0.0001)
    body = json.dumps(CHAT | {"stream": True, "max_tokens": 3}).encode()
    items = [item async for item in demo.forward(a_call(body))]

    assert isinstance(items[0], Head)
    assert items[-1] == b"data: [DONE]\n\n"
    await demo.ping()
    await demo.aclose()
    await demo.aclose()
