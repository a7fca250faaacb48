"""Completions of the kind before chat, whole and streamed, with the real SDK: what hits and what does not."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from openai.types import Completion

from sdk.house import Listening
from sdk.said import DONE
from sdk.ways import QUESTION, Async, Sync
from warmlane.adapters.scripted import Answer, Seen
from warmlane.clock import ManualClock

USAGE = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}
LOGS = {
    "tokens": ["Hi", " there."], "token_logprobs": [-1.5e-05, -0.25], "text_offset": [0, 2],
    "top_logprobs": [{"Hi": -1.5e-05}, {" there.": -0.25}],
}  # fmt: skip


def completion(text: str = "Hi there.", finish: str | None = "stop", **choice: Any) -> dict[str, Any]:
    """A whole completion."""
    only = {"text": text, "index": 0, "logprobs": None, "finish_reason": finish, **choice}
    return {
        "id": "cmpl-uqkvlQyYK7bGYrRHQ0eXlWi7", "object": "text_completion", "created": 1_589_478_378,
        "model": "gpt-3.5-turbo-instruct", "choices": [only], "usage": USAGE,
    }  # fmt: skip


def chunks(whole: Mapping[str, Any], *, usage: bool = False) -> list[Any]:
    """The frames of a stream that says `whole`, with the usage chunk or without."""
    shared = {name: value for name, value in whole.items() if name not in {"choices", "usage"}}
    tail = {"usage": None} if usage else {}
    (choice,) = whole["choices"]
    own = {name: v for name, v in choice.items() if name not in {"text", "index", "logprobs", "finish_reason"}}
    half = len(choice["text"]) // 2
    texts = [choice["text"][:half], choice["text"][half:]]
    steps = [
        {"text": text, "index": 0, "logprobs": logs, "finish_reason": None, **own}
        for text, logs in zip(texts, _logs(choice["logprobs"]), strict=True)
    ]
    steps.append({"text": "", "index": 0, "logprobs": None, "finish_reason": choice["finish_reason"]})
    counted = [{**shared, "choices": [], "usage": whole["usage"]}] if usage else []
    return [*({**shared, "choices": [step], **tail} for step in steps), *counted, DONE]


def _logs(logs: Mapping[str, Any] | None) -> list[dict[str, Any] | None]:
    """Those of each of the two pieces."""
    if logs is None:
        return [None, None]
    return [{name: value[at : at + 1] for name, value in logs.items()} for at in (0, 1)]


def speak(seen: Seen, text: str) -> Answer:
    """Say `text` in the mode that was asked for, with its usage where that was."""
    asked = json.loads(seen.body)
    usage = bool((asked.get("stream_options") or {}).get("include_usage"))
    whole = completion(text)
    return Answer.of(sse=chunks(whole, usage=usage)) if asked.get("stream") else Answer.of(json=whole)


@dataclass(frozen=True)
class Completed:
    """What the SDK gave: the headers, and the completion or its chunks."""

    headers: Mapping[str, str]
    said: tuple[Completion, ...]

    @property
    def x_cache(self) -> str:
        """What the gateway says it did."""
        return self.headers["x-cache"]

    @property
    def plain(self) -> list[dict[str, Any]]:
        """The completion, or the chunks, as plain data."""
        return [one.to_dict() for one in self.said]

    @property
    def text(self) -> str:
        """All that was said."""
        return "".join(choice.text for one in self.said for choice in one.choices)


def to_complete(prompt: Any = QUESTION, **members: Any) -> dict[str, Any]:
    """A call that is cached without asking: its temperature is 0."""
    return {"model": "gpt-3.5-turbo-instruct", "temperature": 0, "prompt": prompt, **members}


async def complete(way: Async | Sync, prompt: Any = QUESTION, **members: Any) -> Completed:
    """Ask, and read the whole answer."""
    given = to_complete(prompt, **members)
    if isinstance(way, Sync):
        return await asyncio.to_thread(_complete, way, given)
    raw = await way.client.completions.with_raw_response.create(**given)
    said: Any = raw.parse()
    whole = (said,) if isinstance(said, Completion) else tuple([chunk async for chunk in said])
    return Completed(headers=raw.headers, said=whole)


def _complete(way: Sync, given: dict[str, Any]) -> Completed:
    raw = way.client.completions.with_raw_response.create(**given)
    said: Any = raw.parse()
    return Completed(headers=raw.headers, said=(said,) if isinstance(said, Completion) else tuple(said))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Listening]:
    """A gateway whose embedder is loaded, and whose provider speaks as `/v1/completions` does."""
    async with Listening(tmp_path_factory.mktemp("house"), ManualClock()) as listening:
        listening.up.respond(lambda seen: speak(seen, f"Answer {listening.up.requests.index(seen) + 1}."))
        yield listening

        assert await listening.failures() == {}


ANSWERS: dict[str, dict[str, Any]] = {
    "text": completion("Grüße aus 東京 🗼\n\n- one\n- two\t\u2028 "),
    "logprobs": completion(logprobs=LOGS),
    "unknown": {**completion(stop_reason="###", mood={"calm": 0.5}), "provider": "P", "x_list": [1, {"a": None}]},
}
EACH = pytest.mark.parametrize("said", ANSWERS.values(), ids=ANSWERS)
COUNTED = {"stream": True, "stream_options": {"include_usage": True}}


@EACH
async def test_a_whole_hit_is_what_the_provider_said(gw: Listening, either: Async | Sync, said: dict[str, Any]) -> None:
    """The object of the hit is the object of the miss, whatever is in it."""
    gw.up.answer(json=said)
    miss = await complete(either)
    await gw.settled()
    hit = await complete(either)

    assert (miss.x_cache, hit.x_cache) == ("MISS", "HIT")
    assert miss.said == hit.said
    assert hit.plain == [said]


@EACH
async def test_a_streamed_hit_is_what_the_provider_streamed(
    gw: Listening, either: Async | Sync, said: dict[str, Any]
) -> None:
    """Chunk by chunk."""
    gw.up.answer(sse=chunks(said))
    miss = await complete(either, stream=True)
    await gw.settled()
    hit = await complete(either, stream=True)

    assert (miss.x_cache, hit.x_cache) == ("MISS", "HIT")
    assert miss.said == hit.said
    assert hit.plain == chunks(said)[:-1]


@EACH
async def test_what_was_whole_can_be_streamed(gw: Listening, either: Async | Sync, said: dict[str, Any]) -> None:
    """The same text, log probabilities, finish, unknown members and usage, each where the provider has it."""
    gw.up.answer(json=said)
    await complete(either)
    await gw.settled()
    hit = await complete(either, **COUNTED)
    *parts, last, counted = hit.plain
    (choice,) = said["choices"]

    assert hit.x_cache == "HIT"
    assert hit.text == choice["text"]
    assert [part["choices"][0]["finish_reason"] for part in parts] == [None] * len(parts)
    assert (last["choices"][0]["text"], last["choices"][0]["finish_reason"]) == ("", "stop")
    assert [part["choices"][0]["logprobs"] for part in parts if part["choices"][0]["logprobs"]] == [LOGS] * (
        choice["logprobs"] is not None
    )
    assert (counted["choices"], counted["usage"]) == ([], USAGE)
    assert {name: parts[0][name] for name in said if name not in {"choices", "usage"}} == {
        name: value for name, value in said.items() if name not in {"choices", "usage"}
    }
    assert all(part["usage"] is None for part in [*parts, last])


@EACH
async def test_what_was_streamed_can_be_whole(gw: Listening, either: Async | Sync, said: dict[str, Any]) -> None:
    """Folding gives the completion that the provider would have sent."""
    gw.up.answer(sse=chunks(said, usage=True))
    await complete(either, **COUNTED)
    await gw.settled()
    hit = await complete(either)

    assert hit.x_cache == "HIT"
    assert hit.plain == [said]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@EACH
async def test_the_same_mode_is_the_same_bytes(
    gw: Listening, http: httpx.AsyncClient, key: str, said: dict[str, Any], *, stream: bool
) -> None:
    """What the provider sent, what the miss passed on, what each hit gave; CRLF and split characters too."""
    framed = b"".join(
        b"data: " + (part if isinstance(part, str) else json.dumps(part, ensure_ascii=False)).encode() + b"\r\n\r\n"
        for part in chunks(said)
    )
    pieces = [framed[at : at + 7] for at in range(0, len(framed), 7)]
    headers = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}
    sent = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    gw.up.answer(**({"headers": headers, "body": pieces} if stream else {"json": said}))
    bodies = []
    for _ in range(3):
        reply = await http.post(
            f"{gw.base_url}/openai/v1/completions",
            json=to_complete(stream=stream),
            headers={"authorization": f"Bearer {key}"},
        )
        bodies.append((reply.content, reply.headers["x-cache"]))
        await gw.settled()

    assert bodies == [(framed if stream else sent, x_cache) for x_cache in ("MISS", "HIT", "HIT")]


async def test_usage_comes_to_who_asks(gw: Listening, openai: Async) -> None:
    """And to nobody else; what nobody counted is not invented."""
    await complete(openai, stream=True)
    await gw.settled()
    plain, counted = await complete(openai, stream=True), await complete(openai, **COUNTED)
    await gw.settled()
    bare, whole = await complete(openai, stream=True), await complete(openai)

    assert [reply.x_cache for reply in (plain, counted, bare, whole)] == ["HIT", "MISS", "HIT", "HIT"]
    assert all(chunk.choices for chunk in bare.said)
    assert whole.plain[0]["usage"] == USAGE


async def test_a_question_in_other_words_is_the_same(gw: Listening, openai: Async) -> None:
    """Unless the answer repeats the words."""
    await complete(openai)
    await complete(openai, echo=True)
    await gw.settled()
    other = "Which city is the capital of France?"

    assert (await complete(openai, other)).x_cache == "SEMANTIC_HIT"
    assert (await complete(openai, other, echo=True)).x_cache == "MISS"


@pytest.mark.parametrize(
    "members",
    [
        {"model": "davinci-002"}, {"prompt": [QUESTION]}, {"suffix": "."}, {"echo": True}, {"logprobs": 2}, {"seed": 7},
        {"max_tokens": 50}, {"stop": "."}, {"top_p": 0.5}, {"best_of": 1}, {"extra_body": {"of_next_year": 1}},
    ],
    ids=str,
)  # fmt: skip
async def test_the_same_words_in_another_request_are_another_question(
    gw: Listening, openai: Async, members: dict[str, Any]
) -> None:
    """Neither is answered by the other's answer; each is answered by its own."""
    plain, changed = await complete(openai), await complete(openai, **members)
    await gw.settled()
    again, changed_again = await complete(openai), await complete(openai, **members)

    assert [one.x_cache for one in (plain, changed, again, changed_again)] == ["MISS", "MISS", "HIT", "HIT"]
    assert (again.text, changed_again.text) == (plain.text, changed.text)
    assert plain.text != changed.text


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"n": 2}, "choices"), ({"best_of": 2}, "choices"), ({"prompt": ["a", "b"]}, "choices"),
        ({"prompt": [[1, 2], [3]]}, "choices"), ({"temperature": 0.7}, "temperature"),
    ],
)  # fmt: skip
async def test_some_requests_are_never_cached(gw: Listening, openai: Async, members: dict[str, Any], why: str) -> None:
    """And say why."""
    replies = [await complete(openai, **members) for _ in range(2)]

    assert [reply.headers["cache-status"] for reply in replies] == [f"warmlane; fwd=bypass; detail={why}"] * 2
    assert gw.calls == 2


UNFIT: dict[str, dict[str, Any]] = {
    "length": completion(finish="length"),
    "content-filter": completion(finish="content_filter"),
    "no-finish": completion(finish=None),
    "empty": completion(""),
    "blank": completion(" \n"),
}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("said", UNFIT.values(), ids=UNFIT)
async def test_an_answer_that_is_not_whole_is_not_kept(
    gw: Listening, openai: Async, said: dict[str, Any], *, stream: bool
) -> None:
    """The client gets it as it is; the next call asks the provider again."""
    gw.up.answer(**({"sse": chunks(said)} if stream else {"json": said}))
    first = await complete(openai, stream=stream)
    await gw.settled()
    second = await complete(openai, stream=stream)

    assert first.plain == (chunks(said)[:-1] if stream else [said])
    assert (second.x_cache, second.text) == ("MISS", "Answer 2.")


@pytest.mark.parametrize("kept", [slice(-1), slice(-2), slice(1)], ids=["no-done", "no-finish", "half"])
async def test_a_stream_without_its_end_is_not_kept(gw: Listening, openai: Async, kept: slice) -> None:
    """Also where the connection ends in good order."""
    gw.up.answer(sse=chunks(completion())[kept])
    await complete(openai, stream=True)
    await gw.settled()
    second = await complete(openai, stream=True)

    assert (second.x_cache, second.text) == ("MISS", "Answer 2.")
