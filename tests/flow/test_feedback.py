"""Feedback over HTTP: an answer that was wrong goes, and its pair of texts never meets again."""

import json
from collections.abc import AsyncIterator, Collection
from typing import Any

import pytest

from flow.house import House
from knocking import KEY, asked, whole
from samples import OTHER_SECRET, a_body, dump
from warmlane.clock import ManualClock
from warmlane.errors import StageError
from warmlane.events import CallRefused, Refused, VerdictGiven
from warmlane_stores.index.flat import FlatIndex
from warmlane_stores.memory import MemoryStore
from warmlane_stores.shard import Shard
from wire import Answer, Doors, Request, run_asgi

ONE = "Explain how the three way handshake of the transmission control protocol establishes a reliable connection"
OTHER = ONE.replace("Explain how", "Describe how")
DRESSED = f"please  {ONE.lower()}."


@pytest.fixture
async def house(clock: ManualClock) -> AsyncIterator[House]:
    """A gateway, and a provider that always answers."""
    async with House(clock) as house:
        house.provider.always(**whole())
        yield house


async def ask(house: House, text: str, **fields: Any) -> Answer:
    """Ask, and let what goes on after the answer come to its end."""
    answer = await run_asgi(Doors(house).application, asked(text, **fields))
    await house.settle()
    return answer


async def give(
    house: House,
    key: Any,
    verdict: str = "wrong",
    *,
    target: str = "/openai/v1/cache/feedback",
    headers: Any = (KEY,),
    method: str = "POST",
    body: bytes | None = None,
) -> Answer:
    """Say what was wrong."""
    body = dump({"key": key, "verdict": verdict}) if body is None else body
    answer = await run_asgi(
        Doors(house).application, Request(method=method, target=target, headers=list(headers), body=body)
    )
    await house.settle()
    return answer


@pytest.mark.parametrize(("kept", "text"), [(ONE, OTHER), (OTHER, ONE), (ONE, DRESSED), (DRESSED, ONE)])
async def test_a_pair_that_was_wrong_never_meets_again(house: House, clock: ManualClock, kept: str, text: str) -> None:
    """Not when it is kept again, not the other way round, not at an ingress that has just begun."""
    assert (await ask(house, kept)).headers["x-cache"] == "MISS"
    wrong = await ask(house, text)
    assert wrong.headers["x-cache"] == "SEMANTIC_HIT"

    done = await give(house, wrong.headers["x-cache-key"])

    assert (done.status, json.loads(done.body)) == (200, {"evicted": 1, "remembered": True})
    assert done.headers["content-type"] == "application/json"
    assert done.headers["x-request-id"] == done.headers["request-id"]
    for first, second in ((kept, text), (text, kept)):
        own = await ask(house, first)
        assert own.headers["x-cache"] == "MISS"
        await meets(house, second, "caught")
        later = House(clock, durable=house.durable, provider=house.provider)  # whose stores are this house's to close
        await meets(later, second, "caught")
        await give(house, own.headers["x-cache-key"])
        await meets(house, second, None)


async def meets(house: House, text: str, gate: str | None) -> None:
    """Ask without keeping the answer: it is a miss, because of that gate or (None) because nothing is near."""
    body = dump(a_body(text, cache={"no-store": True}))
    answer = await run_asgi(Doors(house).application, asked(text, ("x-cache-debug", "1"), body=body))
    await house.settle()

    assert answer.headers["x-cache"] == "MISS"
    assert answer.headers.get("x-cache-debug", "").startswith("" if gate is None else f"gate={gate}")
    assert ("x-cache-similarity" in answer.headers) is (gate is not None)


async def test_the_next_question_is_answered_afresh(house: House) -> None:
    """What was evicted is asked for again, and is a good answer to its own question."""
    await ask(house, ONE)
    wrong = await ask(house, OTHER)
    await give(house, wrong.headers["x-cache-key"])

    assert [(await ask(house, ONE)).headers["x-cache"] for _ in range(2)] == ["MISS", "HIT"]
    assert (await ask(house, OTHER)).headers["x-cache"] == "MISS"
    calls = len(house.provider.requests)
    assert (await ask(house, OTHER)).headers["x-cache"] == "HIT"
    assert len(house.provider.requests) == calls


async def test_an_exact_hit_that_was_wrong_is_asked_for_again(house: House) -> None:
    """The same bytes too, which are otherwise answered without being read."""
    await ask(house, ONE)
    async with Doors(house) as doors, doors.client() as client:
        hits = [await client.ask(asked(ONE)) for _ in range(3)]
        await client.ask(
            Request(
                target="/openai/v1/cache/feedback",
                headers=[KEY],
                body=dump({"key": hits[0].headers["x-cache-key"], "verdict": "wrong"}),
            )
        )
        again = await client.ask(asked(ONE))

    assert {hit.headers["x-cache"] for hit in hits} == {"HIT"}
    assert again.headers["x-cache"] == "MISS"


FORMS = [
    ("/openai/v1/cache/feedback", ()),
    ("/openai/cache/feedback", ()),
    ("/openai/v1/v1/cache/feedback/", ()),
    ("/v1/cache/feedback", ()),
    ("/cache/feedback", ()),
    ("/v2/router/cache/feedback", ()),
    ("/v1/cache/feedback", (("host", "openai.localhost:8000"),)),
    ("/v1/cache/feedback", (("x-warmlane-provider", "openai"),)),
    ("/cache/feedback", (("x-portkey-provider", "openai"),)),
]


@pytest.mark.parametrize(("target", "headers"), FORMS)
@pytest.mark.parametrize("fast", [False, True], ids=["ordinary", "fast"])
async def test_every_form_of_the_route_is_heard(house: House, target: str, headers: Any, *, fast: bool) -> None:
    """By both ways in; the provider never sees it."""
    await ask(house, ONE)
    wrong = await ask(house, OTHER)
    calls = len(house.provider.requests)
    request = Request(
        target=target,
        headers=[KEY, *headers],
        body=dump({"key": wrong.headers["x-cache-key"], "verdict": "wrong"}),
    )
    if fast:
        async with Doors(house) as doors, doors.client() as client:
            done = await client.ask(request)
    else:
        done = await run_asgi(Doors(house).application, request)

    assert (done.status, json.loads(done.body)) == (200, {"evicted": 1, "remembered": True})
    assert len(house.provider.requests) == calls


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/anthropic/v1/cache/feedback", [("x-api-key", "sk-ant-4f7Qz81LmX0cVbNaE2rT6yUi")]),
        ("/google/v1beta/cache/feedback", [("x-goog-api-key", "AIza4f7Qz81LmX0cVbNaE2rT6yUi")]),
        ("/google/v1beta/openai/cache/feedback?key=AIza4f7Qz81LmX0cVbNaE2rT6yUi", []),
        ("/groq/openai/v1/cache/feedback", [KEY]),
        ("/deepinfra/v1/openai/cache/feedback", [KEY]),
        ("/demo/v1/cache/feedback", []),
    ],
)
async def test_every_provider_has_it(house: House, target: str, headers: Any) -> None:
    """Under whatever its base URL ends in."""
    done = await give(house, "k_" + "0" * 32, target=target, headers=headers)

    assert (done.status, json.loads(done.body)) == (200, {"evicted": 0, "remembered": False})
    assert house.provider.requests == []


async def test_another_callers_key_reaches_nothing(house: House) -> None:
    """Theirs says nothing of mine."""
    await ask(house, ONE)
    hit = await ask(house, OTHER)
    done = await give(house, hit.headers["x-cache-key"], headers=[("authorization", f"Bearer {OTHER_SECRET.decode()}")])

    assert json.loads(done.body) == {"evicted": 0, "remembered": False}
    assert (await ask(house, OTHER)).headers["x-cache"] == "SEMANTIC_HIT"


@pytest.mark.parametrize("verdict", ["wrong", "right"])
async def test_what_was_said_is_told_once(house: House, verdict: str) -> None:
    """With the id of the request that said it, the caller's pseudonym and the score: no text."""
    await ask(house, ONE)
    hit = await ask(house, OTHER)
    house.heard()
    done = await give(house, hit.headers["x-cache-key"], verdict)
    await give(house, hit.headers["x-cache-key"], verdict)
    (event,) = house.heard()

    assert isinstance(event, VerdictGiven)
    assert (event.source, event.same, event.call_id) == ("feedback", verdict == "right", done.headers["x-request-id"])
    assert event.score is not None
    assert 0 < float(hit.headers["x-cache-similarity"]) <= event.score + 0.001


async def test_what_was_right_is_served_on(house: House) -> None:
    """A label, and nothing else."""
    await ask(house, ONE)
    hit = await ask(house, OTHER)
    done = await give(house, hit.headers["x-cache-key"], "right")

    assert json.loads(done.body) == {"evicted": 0, "remembered": True}
    assert (await ask(house, OTHER)).headers["x-cache"] == "SEMANTIC_HIT"


async def test_errors_are_in_the_words_of_the_api_that_was_called(house: House) -> None:
    """Each names what is wrong; without a key it is a 401."""
    openai = await give(house, "k_1")
    anthropic = await give(house, "k_1", target="/anthropic/v1/cache/feedback", headers=())
    google = await give(house, "k_1", "good", target="/google/v1beta/cache/feedback")

    assert (openai.status, json.loads(openai.body)["error"]["param"]) == (400, "key")
    assert (anthropic.status, json.loads(anthropic.body)["error"]["type"]) == (401, "authentication_error")
    assert (google.status, json.loads(google.body)["error"]["status"]) == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize(
    ("given", "status", "why"),
    [
        ({"method": "GET"}, 404, Refused.UNKNOWN_ROUTE),
        ({"body": b" " * 4097}, 413, Refused.TOO_LARGE),
        ({"target": "/nobody/v1/cache/feedback"}, 404, Refused.UNKNOWN_ROUTE),
        ({"target": "/openai/v1/../cache/feedback"}, 400, Refused.BAD_REQUEST),
        ({"headers": [KEY, KEY]}, 400, Refused.BAD_REQUEST),
        ({"headers": [KEY, ("upgrade", "websocket")]}, 400, Refused.BAD_REQUEST),
        ({"headers": []}, 401, Refused.NO_KEY),
    ],
)
async def test_what_is_refused_is_told_of(house: House, given: Any, status: int, why: Refused) -> None:
    """Once, as an event; and the provider is not asked instead."""
    answer = await give(house, "k_" + "0" * 32, **given)

    assert answer.status == status
    assert [event.why for event in house.heard() if isinstance(event, CallRefused)] == [why]
    assert house.provider.requests == []


async def test_a_path_that_only_begins_so_is_the_providers(house: House) -> None:
    """Streamed through, as every path that is not known here."""
    answer = await give(house, "x", target="/openai/v1/files/cache/feedback")

    assert answer.status == 200
    assert len(house.provider.requests) == 1


class Down(Shard):
    """A cache that deletes nothing."""

    async def delete(self, tenant: bytes, keys: Collection[bytes], /) -> int:
        """Not now."""
        msg = "the disk is full"
        raise StageError(msg)


async def test_trouble_is_a_503_that_is_worth_retrying(clock: ManualClock) -> None:
    """Evicting is no part of a call that must go on: whoever asks for it must know that it was not done."""
    async with House(clock, durable=Down(MemoryStore(clock), FlatIndex, clock)) as house:
        done = await give(house, "k_" + "0" * 32)

    assert (done.status, json.loads(done.body)["error"]["code"]) == (503, "not_done")
    assert "x-should-retry" not in done.headers
