"""What is never cached at Google's API, what is never stored, and what never hits: the answer to another question."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest
import pytest_asyncio

from sdk.house import Listening
from sdk.said_google import array, chunks, events, generated, told
from sdk.ways import QUESTION
from sdk.ways_google import MODEL, Async
from warmlane.adapters.scripted import Told
from warmlane.clock import ManualClock

PARAPHRASE = "Which city is the capital of France?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Listening]:
    """A gateway whose embedder is loaded."""
    async with Listening(tmp_path_factory.mktemp("never"), ManualClock()) as listening:
        yield listening

        assert await listening.failures() == {}


def user(*parts: Any) -> dict[str, Any]:
    """A user's content, whose parts are texts or whole."""
    return {"role": "user", "parts": [{"text": part} if isinstance(part, str) else part for part in parts]}


def model(text: str) -> dict[str, Any]:
    """The model's turn."""
    return {"role": "model", "parts": [{"text": text}]}


DECLARED = [{"function_declarations": [{"name": "look", "description": "Look."}]}]
IMAGE = {"inline_data": {"mime_type": "image/png", "data": b"\0\0\0"}}
SCHEMA = {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}}

OTHERWISE: dict[str, dict[str, Any]] = {
    "model": {"model": "gemini-2.5-pro"},
    "tuned": {"model": "tunedModels/mine"},
    "system": {"system_instruction": "Answer in French."},
    "history": {"contents": [user("Hi"), model("Hello."), user(QUESTION)]},
    "parts": {"contents": [user(QUESTION, QUESTION)]},
    "image": {"contents": [user(QUESTION, IMAGE)]},
    "max_output_tokens": {"max_output_tokens": 5},
    "seed": {"seed": 7},
    "stop_sequences": {"stop_sequences": ["."]},
    "top_p": {"top_p": 0.5},
    "top_k": {"top_k": 3},
    "presence_penalty": {"presence_penalty": 0.5},
    "frequency_penalty": {"frequency_penalty": 0.5},
    "response_logprobs": {"response_logprobs": True, "logprobs": 2},
    "response_mime_type": {"response_mime_type": "application/json"},
    "response_schema": {"response_mime_type": "application/json", "response_schema": SCHEMA},
    "thinking_config": {"thinking_config": {"thinking_budget": 0}},
    "safety_settings": {
        "safety_settings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_ONLY_HIGH"}]
    },
    "tools": {"tools": DECLARED},
    "tool_config": {"tools": DECLARED, "tool_config": {"function_calling_config": {"mode": "ANY"}}},
    "media_resolution": {"media_resolution": "MEDIA_RESOLUTION_LOW"},
    "unknown": {"extra_body": {"aParameterOfNextYear": 1}},
    "field mask": {"headers": {"X-Goog-FieldMask": "candidates.content"}},
    "project": {"headers": {"X-Goog-User-Project": "another"}},
    "namespace": {"headers": {"X-Cache-Namespace": "blue"}},
    "namespace-body": {"extra_body": {"cache": {"namespace": "green"}}},
}  # fmt: skip


@pytest.mark.parametrize("members", OTHERWISE.values(), ids=OTHERWISE)
async def test_the_same_words_in_another_request_are_another_question(
    gw: Listening, google: Async, members: dict[str, Any]
) -> None:
    """Neither is answered by the other's answer, exactly or by meaning; each is answered by its own."""
    plain, changed = await google.ask(), await google.ask(**members)
    await gw.settled()
    again, changed_again = await google.ask(), await google.ask(**members)

    assert (plain.x_cache, changed.x_cache) == ("MISS", "MISS")
    assert (again.x_cache, changed_again.x_cache) == ("HIT", "HIT")
    assert (again.text, changed_again.text) == (plain.text, changed.text)
    assert plain.text != changed.text
    assert gw.calls == 2


@pytest.mark.parametrize("members", [each for name, each in OTHERWISE.items() if "contents" not in each])
async def test_nor_are_other_words_in_another_request(gw: Listening, google: Async, members: dict[str, Any]) -> None:
    """A paraphrase that hits in the same request does not in the other one."""
    await google.ask()
    await gw.settled()
    other, same = await google.ask(PARAPHRASE, **members), await google.ask(PARAPHRASE)

    assert (other.x_cache, same.x_cache) == ("MISS", "SEMANTIC_HIT")


async def test_a_paraphrase_hits_in_any_mode(gw: Listening, google: Async) -> None:
    """Whole fills, a stream hits."""
    await google.ask()
    await gw.settled()
    near = await google.ask(PARAPHRASE, stream=True)

    assert near.x_cache == "SEMANTIC_HIT"
    assert near.text == "Answer 1."


async def test_labels_are_for_the_bill(gw: Listening, google: Async) -> None:
    """They change no answer."""
    await google.ask(extra_body={"labels": {"team": "a"}})
    await gw.settled()

    assert (await google.ask(extra_body={"labels": {"team": "b"}})).x_cache == "HIT"


@pytest.mark.parametrize("text", [QUESTION, PARAPHRASE], ids=["exact", "paraphrase"])
async def test_another_key_never_hits(gw: Listening, google: Async, key: str, text: str) -> None:
    """A key that differs in its last character is somebody else."""
    await google.ask()
    await gw.settled()
    async with Async(f"{gw.base_url}/google", key[:-1] + ("A" if key[-1] != "A" else "B")) as stranger:
        theirs = await stranger.ask(text)
    mine = await google.ask()

    assert (theirs.x_cache, mine.x_cache) == ("MISS", "HIT")


TOOLS = [
    "googleSearch", "google_search", "googleSearchRetrieval", "google_search_retrieval", "urlContext", "url_context",
    "codeExecution", "code_execution", "fileSearch", "file_search", "computerUse", "computer_use", "googleMaps",
    "google_maps", "enterpriseWebSearch", "mcpServers", "aToolOfNextYear",
]  # fmt: skip
FILE = {"fileData": {"fileUri": "https://generativelanguage.googleapis.com/v1beta/files/a", "mimeType": "text/plain"}}
BYPASSED: dict[str, tuple[str, dict[str, Any]]] = {
    **{name: ("hosted_tools", {"tools": [{name: {}}]}) for name in TOOLS},
    "cachedContent": ("server_state", {"cachedContent": "cachedContents/a"}),
    "cached_content": ("server_state", {"cached_content": "cachedContents/a"}),
    "store": ("server_state", {"store": True}),
    "continuationToken": ("server_state", {"generationConfig": {"temperature": 0, "continuationToken": "t"}}),
    "file": ("server_state", {"contents": [user("Read.", FILE)]}),
    "file in snake case": ("server_state", {"contents": [user({"file_data": {"file_uri": "gs://a/b"}})]}),
    "file in the system": ("server_state", {"systemInstruction": user(FILE)}),
    "candidateCount": ("choices", {"generationConfig": {"temperature": 0, "candidateCount": 2}}),
    "candidate_count": ("choices", {"generation_config": {"temperature": 0, "candidate_count": 2}}),
    "images": ("media", {"generationConfig": {"temperature": 0, "responseModalities": ["TEXT", "IMAGE"]}}),
    "speech": ("media", {"generationConfig": {"temperature": 0, "response_modalities": ["AUDIO"]}}),
    "temperature": ("temperature", {"generationConfig": {"temperature": 0.5}}),
    "no temperature": ("temperature", {"generationConfig": {}}),
    "two spellings": ("unreadable", {"generation_config": {"temperature": 0}}),
}


async def post(
    http: httpx.AsyncClient, gw: Listening, key: str, members: Mapping[str, Any], call: str = ":generateContent"
) -> httpx.Response:
    """Ask as a client without an SDK does."""
    given = {"contents": [user(QUESTION)], "generationConfig": {"temperature": 0}, **members}
    if "generation_config" in members and "candidate_count" in members["generation_config"]:
        del given["generationConfig"]
    headers = {"x-goog-api-key": key, "content-type": "application/json"}
    url = f"{gw.base_url}/google/v1beta/models/{MODEL}{call}"
    return await http.post(url, content=json.dumps(given), headers=headers)


@pytest.mark.parametrize(("why", "members"), BYPASSED.values(), ids=BYPASSED)
async def test_what_is_never_cached(
    gw: Listening, http: httpx.AsyncClient, key: str, why: str, members: dict[str, Any]
) -> None:
    """Each call reaches Google, and the answer says why."""
    first = await post(http, gw, key, members)
    await gw.settled()
    second = await post(http, gw, key, members)

    assert [reply.headers["x-cache"] for reply in (first, second)] == ["BYPASS", "BYPASS"]
    assert second.headers["cache-status"] == f"warmlane; fwd=bypass; detail={why}"
    assert gw.calls == 2


@pytest.mark.parametrize(
    "call", [":generateContent?alt=proto", ":generateContent?alt=sse", ":streamGenerateContent?alt=media"]
)
async def test_another_form_is_never_cached(gw: Listening, http: httpx.AsyncClient, key: str, call: str) -> None:
    """Which form is not in the key, so what nobody here can write must not be answered."""
    await post(http, gw, key, {})
    await gw.settled()
    other = await post(http, gw, key, {}, call)

    assert other.headers["cache-status"] == "warmlane; fwd=bypass; detail=endpoint"


@pytest.mark.parametrize("call", [":countTokens", ":predict", ":batchGenerateContent", ":asyncBatchEmbedContent"])
async def test_other_verbs_pass_through(gw: Listening, http: httpx.AsyncClient, key: str, call: str) -> None:
    """Uncached, to the same path."""
    for _ in range(2):
        gw.up.answer(json={"totalTokens": 3})
        reply = await post(http, gw, key, {}, call)
        await gw.settled()

    assert reply.json() == {"totalTokens": 3}
    assert [seen.path for seen in gw.up.requests] == [f"/v1beta/models/{MODEL}{call}"] * 2


def whole(**members: Any) -> Told:
    """To be answered whole."""
    return told({**generated(), **members}, "whole")


TWICE = {**generated(), "candidates": generated()["candidates"] * 2}
FAILED = {"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}
SAID = chunks(generated("one two"))
WHOLE, EVENTS, ARRAY = ":generateContent", ":streamGenerateContent?alt=sse", ":streamGenerateContent"
CHUNKED = {"content-type": "application/json", "transfer-encoding": "chunked"}
REASONS = [
    "MAX_TOKENS", "SAFETY", "RECITATION", "LANGUAGE", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII",
    "MALFORMED_FUNCTION_CALL", "IMAGE_SAFETY", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "A_REASON_OF_NEXT_YEAR",
    None,
]  # fmt: skip
REFUSED: dict[str, tuple[str, Told]] = {
    **{f"{reason}": (WHOLE, told(generated(finish=reason), "whole")) for reason in REASONS},
    "MAX_TOKENS, streamed": (EVENTS, told(chunks(generated("one two", finish="MAX_TOKENS")))),
    "SAFETY, listed": (ARRAY, told(chunks(generated("one two", finish="SAFETY")), "array")),
    "blocked": (WHOLE, whole(promptFeedback={"blockReason": "SAFETY"}, candidates=[])),
    "blocked, streamed": (EVENTS, told([{"promptFeedback": {"blockReason": "OTHER"}}])),
    "two candidates": (WHOLE, told(TWICE, "whole")),
    "empty": (WHOLE, told(generated(""), "whole")),
    "thoughts only": (WHOLE, told(generated({"text": "Hm.", "thought": True}), "whole")),
    "an image": (WHOLE, told(generated("See:", {"inlineData": {"data": "AAAA"}}), "whole")),
    "error in a 200": (WHOLE, told(FAILED, "whole")),
    "error in a stream": (EVENTS, told([SAID[0], FAILED])),
    "error behind a stream": (EVENTS, told([*SAID, FAILED])),
    "bare error in a stream": (EVENTS, {"sse": [*events(SAID), json.dumps(FAILED).encode()]}),
    "error in an array": (ARRAY, told([SAID[0], FAILED], "array")),
    "stream without its last chunk": (EVENTS, told(SAID[:-1])),
    "array without its last chunk": (ARRAY, told(SAID[:-1], "array")),
    "array without its end": (ARRAY, {"body": array(SAID)[:-1], "headers": CHUNKED}),
    "array that breaks off": (ARRAY, {"body": [b"".join(array(SAID))[:-30]], "headers": CHUNKED}),
    "no JSON": (WHOLE, {"body": b"<html>", "headers": {"content-type": "application/json"}}),
}


@pytest.mark.parametrize(("call", "answer"), REFUSED.values(), ids=REFUSED)
async def test_what_is_never_stored(gw: Listening, http: httpx.AsyncClient, key: str, call: str, answer: Told) -> None:
    """The client gets it as it came; the next one asks again."""
    gw.up.answer(**answer)
    await post(http, gw, key, {}, call)
    await gw.settled()
    again = await post(http, gw, key, {}, call)
    await gw.settled()
    hit = await post(http, gw, key, {}, call)

    assert (again.headers["x-cache"], hit.headers["x-cache"]) == ("MISS", "HIT")
    assert gw.calls == 2


async def test_a_call_answers_the_same_request_only(gw: Listening, google: Async) -> None:
    """Exactly, never by meaning: its arguments are made of the caller's own words."""
    gw.up.answer(**told(generated({"functionCall": {"name": "look", "args": {}}}), "whole"))
    await google.ask()
    await gw.settled()

    assert (await google.ask()).x_cache == "HIT"
    assert (await google.ask(PARAPHRASE)).x_cache == "MISS"


async def test_a_hit_replays_no_header_that_was_for_another_call(
    gw: Listening, http: httpx.AsyncClient, key: str
) -> None:
    """Google's timing and the like are the first call's."""
    once = {
        "set-cookie": "a=b",
        "x-gemini-service-tier": "standard",
        "server-timing": "gfet4t7; dur=512",
        "vary": "Origin",
    }
    answer = whole()
    gw.up.answer(body=answer["body"], headers={**once, "content-type": "application/json; charset=UTF-8"})
    await post(http, gw, key, {})
    await gw.settled()
    hit = await post(http, gw, key, {})

    assert (hit.status_code, hit.headers["x-cache"]) == (200, "HIT")
    assert not {"set-cookie", "x-gemini-service-tier", "vary"} & set(hit.headers)
    assert "gfet4t7" not in hit.headers["server-timing"]
