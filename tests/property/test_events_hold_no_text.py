"""No event, however a call goes, holds text, a key or an answer; nor does any repr along the way."""

import asyncio
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flow.house import Ear, House
from samples import a_body, a_call, an_answer, dump
from warmlane.clock import ManualClock
from warmlane.errors import Unreachable, WarmlaneError

CANARY = "c4n4ry"
"""Part of everything that a caller or a provider says here, and of nothing else."""

words = st.text("abc xyz?!\u00e9\n", max_size=20).map(lambda text: f"{text}{CANARY}{text}")
secrets = st.sampled_from([f"sk-{CANARY}", f"sk-{CANARY}-0123456789-abcdefghij-KLMNOP"])
names = st.sampled_from(["user", "seed", "x_unknown", "metadata", "stop"])
controls = st.sampled_from(
    [None, {"type": "auto"}, {"namespace": CANARY}, {"tags": [CANARY]}, {"ttl": CANARY}, {"type": CANARY}, CANARY]
)
bodies = st.builds(
    lambda text, system, more, cache, temperature: {
        **a_body(text), **more, "temperature": temperature,
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": text}],
        **({} if cache is None else {"cache": cache}),
    },
    words, words, st.dictionaries(names, words, max_size=2), controls, st.sampled_from([0, 0.7, CANARY]),
)  # fmt: skip
raw = st.one_of(bodies.map(dump), words.map(str.encode))
headers = st.lists(
    st.sampled_from(
        [
            (b"x-api-key", CANARY.encode()), (b"cookie", CANARY.encode()), (b"x-cache-namespace", CANARY.encode()),
            (b"x-cache-mode", CANARY.encode()), (b"cache-control", b"only-if-cached"), (b"x-cache-debug", b"1"),
            (b"openai-organization", CANARY.encode()), (b"user-agent", CANARY.encode()),
        ]
    ),
    max_size=2,
).map(tuple)  # fmt: skip
answers = st.one_of(
    st.builds(lambda text: {"body": dump(an_answer(text))}, words),
    st.builds(lambda text: {"json": {"error": {"message": text}}, "status": 400}, words),
    st.builds(lambda text: {"json": {"error": {"message": text}}, "status": 401}, words),
    st.builds(lambda text: {"body": text.encode()}, words),
    st.builds(lambda text: {"sse": [text, text], "cut_after": 1}, words),
    st.builds(lambda text: {"body": [text.encode()] * 3, "headers": {"content-type": CANARY}}, words),
    st.just(None),
)
calls = st.tuples(raw, secrets, headers, answers, st.sampled_from([None, 0, 1]), st.sampled_from(["", f"key={CANARY}"]))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(calls, min_size=1, max_size=4))
def test_no_event_holds_what_anybody_said(conversation: list[Any]) -> None:
    """Prompts, system prompts, parameters, answers, errors, keys, headers, queries, controls: none, nowhere."""
    shown = asyncio.run(held(conversation))

    assert shown
    assert CANARY not in "\n".join(shown)


async def held(conversation: list[Any]) -> list[str]:
    """Everything that is told of these calls, as text."""
    shown: list[str] = []
    async with House(ManualClock()) as house:
        for body, secret, sent, answer, leaves_after, query in conversation:
            if answer is None:
                house.provider.fail(Unreachable("the provider could not be reached"))
            else:
                house.provider.answer(**answer)
            call = a_call(body, secret=secret.encode(), headers=sent, query=query)
            trip = house.gateway.begin(call)
            shown += [repr(call), repr(trip.caller), repr(trip.ask)]
            work = house.tasks.spawn(house.gateway.handle(trip, Ear(leaves_after)), name="call")
            (error,) = await asyncio.gather(work, return_exceptions=True)
            if isinstance(error, WarmlaneError):
                shown += [repr(error), str(error.param), repr(error.__reduce__())]
            await house.settle()
            shown += [repr(msgspec.structs.asdict(event)) for event in house.heard()]
    return shown
