"""One answer of Google's, whole, as events and as a JSON array: said in each mode as in any other."""

import json
from typing import Any

import httpx
import pytest

from sdk.house import Listening
from sdk.said_google import USAGE, chunks, events, generated, told
from sdk.ways_google import MODEL, Async, Way, asked, assembled

CALLS = [
    {
        "functionCall": {"name": "weather", "args": {"city": "Paris"}, "id": "c1"},
        "thoughtSignature": "EpwCCpkCAdHtim8=",
    },
    {"functionCall": {"name": "weather", "args": {"city": "Bogotá", "days": 1.0}, "id": "c2"}},
]
LOGPROBS = {
    "topCandidates": [{"candidates": [{"token": "Hi", "logProbability": -1.5e-05}]}],
    "chosenCandidates": [{"token": "Hi", "tokenId": 7, "logProbability": -1.5e-05}],
}
CITED = {"citationSources": [{"startIndex": 0, "endIndex": 3, "uri": "https://example.com", "license": "mit"}]}
RATED = [{"category": "HARM_CATEGORY_HARASSMENT", "probability": "NEGLIGIBLE"}]
THOUGHT = {"text": "They greet.\nGreet back.", "thought": True}
SIGNED = {"text": "Hi there.", "thoughtSignature": "CiQB0e2Kb3g="}

ANSWERS: dict[str, dict[str, Any]] = {
    "text": generated("Grüße aus 東京 🗼\n\n- one\n- two\t\u2028 "),
    "calls": generated(*CALLS),
    "text-and-call": generated("I look.", CALLS[0]),
    "thoughts": generated(THOUGHT, "Hi there."),
    "signature": generated(THOUGHT, SIGNED),
    "logprobs": generated(logprobsResult=LOGPROBS, avgLogprobs=-0.25),
    "citations": generated(citationMetadata=CITED),
    "ratings": generated(safetyRatings=RATED),
    "unknown": {
        **generated({"text": "Hi.", "aPartOfNextYear": {"a": 0.5}}, mood={"calm": 1.0}),
        "x_list": [1, {"a": None}],
    },
}

EACH = pytest.mark.parametrize("said", ANSWERS.values(), ids=ANSWERS)


@EACH
async def test_a_whole_hit_is_what_google_said(gw: Listening, either_google: Way, said: dict[str, Any]) -> None:
    """The object of the hit is the object of the miss, whatever is in it."""
    gw.up.answer(**told(said, "whole"))
    miss = await either_google.ask()
    await gw.settled()
    hit = await either_google.ask()

    assert (miss.x_cache, hit.x_cache) == ("MISS", "HIT")
    assert miss.whole is not None
    assert miss.whole == hit.whole


@EACH
async def test_a_streamed_hit_is_what_google_streamed(gw: Listening, either_google: Way, said: dict[str, Any]) -> None:
    """Chunk by chunk."""
    gw.up.answer(**told(chunks(said)))
    miss = await either_google.ask(stream=True)
    await gw.settled()
    hit = await either_google.ask(stream=True)

    assert (miss.x_cache, hit.x_cache) == ("MISS", "HIT")
    assert len(miss.chunks) == len(chunks(said))
    assert miss.chunks == hit.chunks


@EACH
async def test_what_was_whole_can_be_streamed(gw: Listening, either_google: Way, said: dict[str, Any]) -> None:
    """It adds up to what the provider's own stream adds up to."""
    gw.up.answer(**told(said, "whole"))
    await either_google.ask()
    await gw.settled()
    hit = await either_google.ask(stream=True)
    gw.up.answer(**told(chunks(said)))
    real = await either_google.ask(stream=True, headers={"Cache-Control": "no-cache"})

    assert (hit.x_cache, real.x_cache) == ("HIT", "REFRESH")
    assert hit.answer == real.answer
    assert hit.answer["usage_metadata"]["candidates_token_count"] == 10


@EACH
async def test_what_was_streamed_can_be_whole(gw: Listening, either_google: Way, said: dict[str, Any]) -> None:
    """Folding gives the answer that the provider would have sent."""
    gw.up.answer(**told(chunks(said)))
    await either_google.ask(stream=True)
    await gw.settled()
    hit = await either_google.ask()
    gw.up.answer(**told(said, "whole"))
    real = await either_google.ask(headers={"Cache-Control": "no-cache"})

    assert (hit.x_cache, real.x_cache) == ("HIT", "REFRESH")
    assert hit.whole == real.whole


MODES = {"whole": ":generateContent", "events": ":streamGenerateContent?alt=sse", "array": ":streamGenerateContent"}
KINDS = {"whole": "application/json", "events": "text/event-stream", "array": "application/json"}


async def post(http: httpx.AsyncClient, gw: Listening, key: str, mode: str) -> httpx.Response:
    """Ask in `mode`, as a client without an SDK does."""
    body = {"contents": [{"parts": [{"text": "Hi"}]}], "generationConfig": {"temperature": 0}}
    url = f"{gw.base_url}/google/v1beta/models/{MODEL}{MODES[mode]}"
    return await http.post(url, json=body, headers={"x-goog-api-key": key})


def whole_of(body: bytes, mode: str) -> Any:
    """The answer in a body; `assembled` reads what is Google's own as well as what the SDK makes of it."""
    if mode == "whole":
        return assembled([json.loads(body)])
    if mode == "array":
        return assembled(json.loads(body))
    frames = body.split(b"\r\n\r\n")
    assert frames[-1] == b""
    return assembled([json.loads(frame.removeprefix(b"data: ")) for frame in frames[:-1]])


@pytest.mark.parametrize("wanted", MODES)
@pytest.mark.parametrize("stored", MODES)
@EACH
async def test_each_mode_gives_each_other(
    gw: Listening, http: httpx.AsyncClient, key: str, said: dict[str, Any], stored: str, wanted: str
) -> None:
    """Nothing is lost, unknown members neither; the same mode is the same bytes."""
    gw.up.answer(**told(said if stored == "whole" else chunks(said), stored))
    miss = await post(http, gw, key, stored)
    await gw.settled()
    hits = [await post(http, gw, key, wanted) for _ in range(2)]

    assert miss.headers["x-cache"] == "MISS"
    for hit in hits:
        assert (hit.status_code, hit.headers["x-cache"]) == (200, "HIT")
        assert hit.headers["content-type"].startswith(KINDS[wanted])
        assert whole_of(hit.content, wanted) == assembled([said])
        assert stored != wanted or hit.content == miss.content
    assert gw.calls == 1


async def test_usage_is_the_providers_own(gw: Listening, http: httpx.AsyncClient, key: str) -> None:
    """On whole hits, and at the end of streamed ones, details and all."""
    gw.up.answer(**told(chunks(generated("one two three"))))
    await post(http, gw, key, "events")
    await gw.settled()
    whole, listed = await post(http, gw, key, "whole"), await post(http, gw, key, "array")

    assert whole.json()["usageMetadata"] == USAGE
    assert listed.json()[-1]["usageMetadata"] == USAGE
    assert gw.calls == 1


async def test_usage_that_nobody_counted_is_not_invented(gw: Listening, google: Async) -> None:
    """A stream without usage serves streams; who wants a whole answer gets the provider's."""
    bare = [{name: value for name, value in chunk.items() if name != "usageMetadata"} for chunk in chunks(generated())]
    gw.up.answer(**told(bare))
    await google.ask(stream=True)
    await gw.settled()
    stream, whole = await google.ask(stream=True), await google.ask()

    assert (stream.x_cache, whole.x_cache) == ("HIT", "MISS")


@pytest.mark.parametrize("mode", ["events", "array"])
async def test_odd_pieces_are_passed_on_and_kept_as_they_are(
    gw: Listening, http: httpx.AsyncClient, key: str, mode: str
) -> None:
    """Pieces that split a character, a frame's end or an escape: the client gets the provider's bytes, twice."""
    said = told(chunks(ANSWERS["text"]), mode)
    framed = b"".join(said["body"] if mode == "array" else said["sse"])
    gw.up.answer(
        headers={"content-type": f"{KINDS[mode]}; charset=UTF-8", "transfer-encoding": "chunked"},
        body=[framed[at : at + 7] for at in range(0, len(framed), 7)],
    )
    replies = []
    for _ in range(2):
        reply = await post(http, gw, key, mode)
        replies.append((reply.headers["x-cache"], reply.content))
        await gw.settled()

    assert replies == [("MISS", framed), ("HIT", framed)]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_the_second_call_is_a_hit(gw: Listening, either_google: Way, *, stream: bool) -> None:
    """The provider is asked once; a hit is a 200 with an id of its own, and of the miss's content type."""
    first = await either_google.ask(stream=stream)
    await gw.settled()
    second = await either_google.ask(stream=stream)

    assert (first.x_cache, second.x_cache) == ("MISS", "HIT")
    assert first.text == second.text == "Answer 1."
    assert second.headers["content-type"] == first.headers["content-type"]
    assert second.headers["x-request-id"] != first.headers["x-request-id"]
    assert gw.calls == 1


async def test_what_goes_up_is_what_the_sdk_sent(gw: Listening, google: Async, key: str) -> None:
    """Path, query, key and body: byte for byte."""
    await google.ask(stream=True)
    (seen,) = gw.up.requests

    assert (seen.path, seen.query) == (f"/v1/models/{MODEL}:streamGenerateContent", "alt=sse")
    assert seen.header("x-goog-api-key") == key
    assert seen.json()["generationConfig"] == {"temperature": asked()["config"].temperature}


async def test_events_with_carriage_returns_events_with_line_feeds(gw: Listening, google: Async) -> None:
    """Somebody between Google and us may have rewritten the line ends."""
    gw.up.answer(sse=[frame.replace(b"\r\n", b"\n") for frame in events(chunks(generated("Hi 東京")))])
    await google.ask(stream=True)
    await gw.settled()

    assert (await google.ask()).text == "Hi 東京"
    assert gw.calls == 1
