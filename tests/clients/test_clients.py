"""The laws that hold for every client: it sees no difference, but for who answers."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from clients.conftest import Gateway
from clients.driving import Driven
from clients.table import CLIENTS, MODES, WHOLE, Client, Way
from clients.vendors import USAGE, refuse, say, until_text
from warmlane.adapters.scripted import Answer, Seen

pytestmark = pytest.mark.slow  # a process for each client, and some take seconds to start

QUESTION = "What is a warm lane?"
"""The one in the snippets."""

LONG = "A lane that is warm, and long."


def each(*clients: Client) -> pytest.MarkDecorator:
    """For each of these clients."""
    return pytest.mark.parametrize("driven", clients, ids=[client.name for client in clients], indirect=True)


def each_way(*clients: Client, of: Callable[[Way], bool] = lambda _: True) -> pytest.MarkDecorator:
    """For each way to call, of each of these clients, that is of the kind wanted."""
    rows = [
        pytest.param(client, way, id=f"{client.name}-{way.name}")
        for client in clients
        for way in client.ways
        if of(way)
    ]
    return pytest.mark.parametrize(("driven", "way"), rows, indirect=["driven"])


@each(*CLIENTS)
async def test_the_snippet_runs(driven: Driven) -> None:
    """What the documents show is what ran, and it printed what the provider said."""
    assert driven.printed == [f"Answer {number}." for number in range(1, driven.client.prints + 1)]


@each_way(*CLIENTS, of=lambda way: way.shown)
async def test_what_the_snippet_asked_is_a_hit(gw: Gateway, driven: Driven, way: Way) -> None:
    """In the client's other ways too: sync, async and streams ask the same."""
    modes = MODES if "whole" in way.serves else WHOLE
    answers = {(await driven.do(way.name, mode, QUESTION)).get("text") for mode in modes}

    assert len(answers & set(driven.printed)) == 1
    assert gw.calls == 0


@pytest.mark.parametrize("first", MODES)
@each_way(*CLIENTS)
async def test_a_hit_is_what_the_miss_was(gw: Gateway, driven: Driven, way: Way, first: str) -> None:
    """Text, usage and all else that the client says, in the mode that was stored and in the other."""
    question = f"Once more, {way.name}, and first {first}?"
    miss = await driven.do(way.name, first, question)
    await gw.settled()
    modes = MODES if first in way.serves else (first,)
    hits = {mode: await driven.do(way.name, mode, question) for mode in modes}

    assert gw.calls == 1
    assert miss["text"] == "Answer 1."
    assert hits[first] == miss
    assert {mode: hit["text"] for mode, hit in hits.items()} == dict.fromkeys(modes, "Answer 1.")


@each_way(*CLIENTS)
async def test_usage_is_the_providers(gw: Gateway, driven: Driven, way: Way) -> None:
    """Also in a hit: it says what the answer took when it was made."""
    question = f"How much, {way.name}?"
    miss = await driven.do(way.name, "whole", question)
    await gw.settled()
    hit = await driven.do(way.name, "whole", question)

    assert miss["usage"] == hit["usage"] == list(USAGE)


@pytest.mark.parametrize("mode", MODES)
@each_way(*CLIENTS)
async def test_an_error_is_the_providers(gw: Gateway, driven: Driven, way: Way, mode: str) -> None:
    """The class that the client raises for it, status, text, and as many calls as the client makes by itself."""
    classes = way.errors if mode == "whole" else way.streamed
    said: dict[int, Any] = {}
    for status in classes:
        gw.up.forget()
        gw.up.respond(lambda seen, status=status: refuse(seen, status))
        raised = await driven.do(way.name, mode, f"Will it be {status}, {way.name}?")
        said[status] = raised["error"], raised["status"], f"No, {status}." in raised["message"], gw.calls

    assert said == {
        status: (name, status if way.tells else None, True, way.tries if status in {429, 503} else 1)
        for status, name in classes.items()
    }


@each_way(*CLIENTS)
async def test_what_a_retry_brings_is_kept(gw: Gateway, driven: Driven, way: Way) -> None:
    """A client that tries again by itself gets its answer, and the next who asks has a hit."""
    gw.up.respond(lambda seen: refuse(seen, 503) if gw.calls < way.tries else say(seen, "At last."))
    late = await driven.do(way.name, "whole", f"And now, {way.name}?")
    calls = gw.calls
    await gw.settled()
    hit = await driven.do(way.name, "whole", f"And now, {way.name}?")

    assert late["text"] == "At last."
    assert (calls, gw.calls) == (way.tries, way.tries)
    assert hit == late


@each_way(*CLIENTS, of=lambda way: way.leaves)
async def test_leaving_a_stream_ends_it_at_the_provider(gw: Gateway, driven: Driven, way: Way) -> None:
    """It makes no tokens that nobody reads, and the half is not kept."""
    question = f"Long, {way.name}?"
    drip = asyncio.Semaphore(0)

    def slowly(seen: Seen) -> Answer:
        for _ in range(until_text(say(seen, LONG), LONG)):
            drip.release()
        return say(seen, LONG, drip=drip)

    gw.up.respond(slowly)
    half = await driven.do(way.name, "leave", question)
    await (await gw.up.seen()).left.wait()
    await gw.settled()
    gw.begin()
    again = await driven.do(way.name, "whole", question)

    assert half["text"]
    assert LONG.startswith(half["text"])
    assert again["text"] == "Answer 1."
