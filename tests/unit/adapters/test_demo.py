"""The demo provider."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from warmlane.adapters.demo import DemoForwarder
from warmlane.clock import ManualClock
from warmlane.model import Call, Head, Reply

CHAT = {"model": "demo", "messages": [{"role": "user", "content": "What is the capital of France?"}]}


def a_call(body: bytes, *, method: str = "POST", path: str = "/v1/chat/completions", name: str = "1") -> Call:
    """A call at the demo."""
    return Call(
        id=name, method=method, provider="demo", base_url="http://demo.invalid", dialect=None,
        path=path, query="", headers=(), body=body,
    )  # fmt: skip


async def ask(call: Call) -> Reply:
    """The whole answer, without pauses."""
    demo = DemoForwarder(ManualClock(1_800_000_000.5), first_byte=0, per_chunk=0)
    head, *chunks = [item async for item in demo.forward(call)]
    assert isinstance(head, Head)
    body = b"".join(chunk for chunk in chunks if isinstance(chunk, bytes))
    return Reply(status=head.status, headers=head.headers, body=body)


async def chat(fields: Any = (), name: str = "1") -> Reply:
    """The answer to a chat request with these fields."""
    return await ask(a_call(json.dumps(CHAT | dict(fields)).encode(), name=name))


def frames(reply: Reply) -> list[Any]:
    """The chunks of a stream, its end left out."""
    *chunks, end, rest = reply.body.decode().split("\n\n")
    assert (end, rest) == ("data: [DONE]", "")
    return [json.loads(chunk.removeprefix("data: ")) for chunk in chunks]


async def test_an_answer_says_that_it_is_a_demo_and_repeats_the_question() -> None:
    """Nobody takes it for a model, and different questions have different answers."""
    reply = await chat({"model": "gpt-4o"})
    answer = json.loads(reply.body)

    assert reply.status == 200
    assert (b"content-type", b"application/json") in reply.headers
    assert (b"content-length", str(len(reply.body)).encode()) in reply.headers
    assert answer["choices"][0]["message"]["content"] == (
        "This is Warmlane's built-in demo, not a language model. You asked in 6 words: "
        "“What is the capital of France?” Ask the same again, or in other words, and this answer comes from the cache."
    )
    assert (answer["object"], answer["model"], answer["created"]) == ("chat.completion", "gpt-4o", 1_800_000_000)
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert answer["system_fingerprint"]


async def test_the_same_call_has_the_same_answer_but_for_its_id() -> None:
    """An id is drawn for each call; so is the request's."""
    one, two = await chat(name="1"), await chat(name="2")
    first, second = json.loads(one.body), json.loads(two.body)

    assert first.pop("id") != second.pop("id")
    assert first == second
    assert dict(one.headers)[b"x-request-id"] != dict(two.headers)[b"x-request-id"]


async def test_usage_adds_up() -> None:
    """Tokens in and out are counted, of all messages, and a longer question counts more."""
    short = json.loads((await chat()).body)["usage"]
    system = {"role": "system", "content": "Be brief."}
    long = json.loads((await chat({"messages": [system, *CHAT["messages"]]})).body)["usage"]

    assert short["total_tokens"] == short["prompt_tokens"] + short["completion_tokens"]
    assert long["prompt_tokens"] == short["prompt_tokens"] + 3
    assert long["completion_tokens"] == short["completion_tokens"]


async def test_a_stream_says_the_same_as_a_whole_answer() -> None:
    """Role first, then pieces, then the finish; one id and date in all."""
    reply = await chat({"stream": True})
    chunks = frames(reply)
    whole = json.loads((await chat()).body)

    assert (b"content-type", b"text/event-stream; charset=utf-8") in reply.headers
    assert chunks[0]["choices"][0]["delta"]["role"] == "assistant"
    assert len(chunks) > 20
    assert (
        "".join(c["choices"][0]["delta"].get("content", "") for c in chunks)
        == (whole["choices"][0]["message"]["content"])
    )
    assert [c["choices"][0]["finish_reason"] for c in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert {(c["id"], c["created"], c["object"]) for c in chunks} == {
        (whole["id"], whole["created"], "chat.completion.chunk")
    }
    assert not any("usage" in c for c in chunks)


async def test_a_stream_tells_usage_when_asked() -> None:
    """One more chunk without choices; the others say null."""
    chunks = frames(await chat({"stream": True, "stream_options": {"include_usage": True}}))

    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"] == json.loads((await chat()).body)["usage"]
    assert all(c["usage"] is None for c in chunks[:-1])


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
async def test_a_limit_cuts_the_answer(field: str) -> None:
    """With finish_reason `length`, in both modes; a limit that is not reached cuts nothing."""
    cut = json.loads((await chat({field: 4})).body)
    streamed = frames(await chat({"stream": True, field: 4}))
    roomy = json.loads((await chat({field: 4000})).body)

    assert cut["choices"][0]["message"]["content"] == "This is Warmlane'"
    assert (cut["choices"][0]["finish_reason"], cut["usage"]["completion_tokens"]) == ("length", 4)
    assert streamed[-1]["choices"][0]["finish_reason"] == "length"
    assert roomy["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([{"type": "text", "text": "One"}, {"type": "image_url", "image_url": {}}, "odd"], "in 1 word: “One”"),
        ("  many \n spaces ", "in 2 words: “many spaces”"),
        ("x" * 500, "“" + "x" * 200 + "…”"),
        ("", "Ask it something"),
        (None, "Ask it something"),
        ("“€” 漢字", "““€” 漢字”"),
    ],
)
async def test_every_form_of_a_question_is_read(content: Any, said: str) -> None:
    """Parts, odd spaces, long texts, none at all."""
    reply = await chat({"messages": [{"role": "user", "content": content}]})

    assert said in json.loads(reply.body)["choices"][0]["message"]["content"]


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": ""}, "model"),
        ({"model": None}, "model"),
        ({"model": ["demo"]}, "model"),
        ({"messages": []}, "messages"),
        ({"messages": {}}, "messages"),
        ({"messages": ["hi"]}, "messages"),
        ({"stream": "yes"}, "stream"),
        ({"stream": [True]}, "stream"),
        ({"n": 2}, "n"),
        ({"n": [1]}, "n"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": "9"}, "max_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"max_tokens": 1.5}, "max_tokens"),
    ],
)
async def test_a_field_that_cannot_be_used_is_named(fields: dict[str, Any], param: str) -> None:
    """400 in OpenAI's shape."""
    reply = await chat(fields)
    error = json.loads(reply.body)["error"]

    assert (reply.status, error["type"], error["param"]) == (400, "invalid_request_error", param)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"model":"demo","model":"x"}', b"\xff", b'"x"'])
async def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    """400 in OpenAI's shape, never an exception."""
    reply = await ask(a_call(body))

    assert reply.status == 400
    assert json.loads(reply.body)["error"]["type"] == "invalid_request_error"


async def test_models_lists_itself() -> None:
    """So that a client which looks before it asks finds something."""
    reply = await ask(a_call(b"", method="GET", path="/v1/models"))

    assert reply.status == 200
    assert [model["id"] for model in json.loads(reply.body)["data"]] == ["demo"]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/chat/completions"), ("POST", "/v1/embeddings"), ("GET", "/")]
)
async def test_what_it_does_not_know_is_a_404(method: str, path: str) -> None:
    """In OpenAI's shape; a body that comes in pieces is read to its end first."""
    rest = [b"a", b"b"]

    async def pieces() -> AsyncIterator[bytes]:
        while rest:
            yield rest.pop(0)

    call = a_call(b"", method=method, path=path)
    reply = await ask(
        Call(**{name: getattr(call, name) for name in call.__struct_fields__} | {"body": pieces()}),
    )

    assert reply.status == 404
    assert json.loads(reply.body)["error"]["code"] == "not_found"
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
