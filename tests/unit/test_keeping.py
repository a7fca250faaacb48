"""Storing an answer after its last byte has left. What comes of trouble is told in tests/flow/test_trouble.py."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from flow.house import House
from samples import NOW, PEPPER, a_body, a_call, a_caller, a_look, a_trip, an_answer, dump
from warmlane.adapters.embedders import NoEmbedder
from warmlane.clock import ManualClock
from warmlane.controls import Controls
from warmlane.dialects.base import Finish
from warmlane.events import EntryStored
from warmlane.keeping import weights
from warmlane.model import Row, Scope, Usage
from warmlane.seal import label, open_entry, open_vector
from warmlane.trip import Trip

CALLER = a_caller()
GOOD = Finish(refuse=None, exact_only=False, usage=Usage(input_tokens=1), model="gpt-4o-2024-08-06")
BODY = dump(an_answer())
NORMAL, PARTITION = b"n" * 16, b"p" * 16


@pytest.fixture
async def house(clock: ManualClock) -> AsyncIterator[House]:
    """A gateway, of which only what keeps is used."""
    async with House(clock) as house:
        yield house


def looked(**fields: object) -> Trip:
    """A trip whose lookup found nothing, and noted where its answer would be found."""
    return a_trip(**{"normal_key": NORMAL, "partition": PARTITION, **fields})


async def keep(house: House, trip: Trip, finish: Finish = GOOD, *, streamed: bool = False) -> EntryStored:
    """Keep BODY; what was told."""
    caller = a_caller(trip.call.secret)
    await house.keeping.keep(trip, a_look(ttl=60), caller, BODY, finish, streamed=streamed)
    await house.bus.flush()
    (event,) = house.heard()
    assert isinstance(event, EntryStored)
    return event


async def row_of(house: House, key: bytes) -> Row:
    """The row under `key`."""
    row = await house.durable.get(CALLER.tenant, key)
    assert row is not None
    return row


async def test_an_entry_is_the_answer_with_what_hits_need(house: House) -> None:
    """Body, mode, model, usage, prompt, and its time from now on; sealed for the caller."""
    trip = looked()
    event = await keep(house, trip)
    row = await row_of(house, trip.key)
    entry = open_entry(CALLER, row)

    assert (entry.body, entry.streamed, entry.content_type) == (BODY, False, "application/json")
    assert (entry.prompt, entry.model, entry.usage) == ("What is 2+2?", GOOD.model, GOOD.usage)
    assert (entry.made, entry.expires, entry.exact_only, entry.alias) == (NOW, NOW + 60, False, None)
    assert event.near
    assert event.size == row.size + (await row_of(house, NORMAL)).size


async def test_a_stream_is_kept_as_one(house: House) -> None:
    """In the mode that it came in."""
    trip = looked()
    await keep(house, trip, streamed=True)
    entry = open_entry(CALLER, await row_of(house, trip.key))

    assert (entry.streamed, entry.content_type) == (True, "text/event-stream")


async def test_it_can_be_found_by_its_words_and_its_meaning(house: House) -> None:
    """A signpost under the normal form says where the answer is; the vector is that of the text."""
    trip = looked()
    await keep(house, trip)
    sign = open_entry(CALLER, await row_of(house, NORMAL))
    row = await row_of(house, trip.key)

    assert (sign.alias, sign.body, sign.prompt, sign.expires) == (trip.key, b"", "", NOW + 60)
    assert row.partition == PARTITION
    assert open_vector(CALLER.vector_key, row).shape == (384,)


@pytest.mark.parametrize(
    ("trip", "finish"),
    [(a_trip(), GOOD), (looked(), msgspec.structs.replace(GOOD, exact_only=True))],
    ids=["matched exactly only", "calls tools"],
)
async def test_what_is_for_the_same_request_only_has_no_vector_and_no_signpost(
    house: House, trip: Trip, finish: Finish
) -> None:
    """Because the lookup said so, or the answer does."""
    event = await keep(house, trip, finish)
    row = await row_of(house, trip.key)

    assert not event.near
    assert (row.vector, row.partition) == (b"", b"")
    assert await house.durable.get(CALLER.tenant, NORMAL) is None


async def test_without_an_embedder_its_words_still_find_it(clock: ManualClock) -> None:
    """A signpost, and no vector."""
    async with House(clock, embedder=NoEmbedder()) as house:
        trip = looked()
        assert not (await keep(house, trip)).near
        assert (await row_of(house, trip.key)).vector == b""
        assert (await row_of(house, NORMAL)).answer


async def test_labels_are_what_an_operator_can_invalidate_by(house: House) -> None:
    """Lane, model, namespace and tags, as keyed digests; the signpost is nothing without its answer."""
    trip = looked(controls=Controls(namespace="blau", tags=("a", "b")))
    await keep(house, trip)
    said = [("lane", "default"), ("model", "gpt-4o"), ("namespace", "blau"), ("tag", "a"), ("tag", "b")]

    assert (await row_of(house, trip.key)).labels == tuple(label(PEPPER, *one) for one in said)
    assert await house.durable.purge(Scope(label=label(PEPPER, "tag", "b"))) == 1


async def test_the_next_one_has_it_from_ram(house: House) -> None:
    """What was just answered is likely to be asked again."""
    trip = looked()
    await keep(house, trip)
    kept = house.recent.get(CALLER.tenant, trip.key)

    assert kept is not None
    assert kept.entry.body == BODY


async def test_a_guessable_key_leaves_nothing_durable(house: House) -> None:
    """Its entries are in RAM only."""
    trip = a_trip(a_call(a_body(), secret=b"sk-local"))
    await keep(house, trip)
    tenant = a_caller(b"sk-local").tenant

    assert await house.durable.get(tenant, trip.key) is None
    assert await house.volatile.get(tenant, trip.key) is not None


async def test_each_of_a_batch_is_an_entry_of_its_own(house: House) -> None:
    """Sealed under its own key, with its share of what was counted, and no part of the others."""
    body = {"model": "m", "input": ["a", "bcd"]}
    trip = house.gateway.begin(a_call(body, path="/v1/embeddings", dialect="openai_embeddings"))
    batch = trip.batch
    assert batch is not None
    data = [{"index": 0, "embedding": [0.5]}, {"index": 1, "embedding": [0.25]}]
    batch.finish(dump({"data": data, "model": "m-1", "usage": {"prompt_tokens": 8}}), streamed=False)
    await house.keeping.keep_each(trip, batch, a_look(ttl=60), CALLER)
    await house.bus.flush()
    (stored,) = house.heard()
    rows = [await row_of(house, key) for key in batch.keys]
    entries = [open_entry(CALLER, row) for row in rows]

    assert isinstance(stored, EntryStored)
    assert (stored.size, stored.near) == (sum(row.size for row in rows), False)
    assert [entry.usage for entry in entries] == [Usage(input_tokens=2), Usage(input_tokens=6)]
    assert entries[1].body == b'{"data":[{"index":0,"embedding":[0.25]}],"model":"m-1","usage":{"prompt_tokens":6}}'
    assert {(entry.model, entry.made, entry.expires) for entry in entries} == {("m-1", NOW, NOW + 60)}
    assert rows[0].labels == (label(PEPPER, "lane", "default"), label(PEPPER, "model", "m"))
    assert house.recent.get(CALLER.tenant, batch.keys[0]) is not None


def test_a_text_weighs_its_bytes_and_tokens_are_counted_already() -> None:
    """Where nobody counts the tokens that a model makes of it."""
    assert list(weights(["a", "äö", ""])) == [1, 4, 0]
    assert list(weights([3, 7])) == [3, 7]


async def test_a_signpost_can_be_put_up_for_other_words(house: House) -> None:
    """It leads to the answer, and lives as long as that."""
    await house.keeping.point(CALLER, NORMAL, b"a" * 16, NOW + 9)
    entry = open_entry(CALLER, await row_of(house, NORMAL))

    assert (entry.alias, entry.expires, entry.body) == (b"a" * 16, NOW + 9, b"")
